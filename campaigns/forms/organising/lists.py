"""What organisers send about the lists of their own."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import LineField, TableField, bare_helper
from campaigns.lists import LARGEST_FILE
from letters.directory.importing import Column

# What a column may be, in words; the names are letters.directory's.
FIELDS = (
    ("", _("Leave it out")),
    ("name", _("Name")),
    ("given_name", _("Given name")),
    ("family_name", _("Family name")),
    ("honorific_prefix", _("Title before the name")),
    ("honorific_suffix", _("Letters after the name")),
    ("gender", _("Gender")),
    ("role", _("Office")),
    ("party", _("Party")),
    ("constituency", _("Constituency")),
    ("email", _("Email address")),
    ("address", _("Postal address")),
    ("contact_form", _("Address of a contact form")),
    ("salutation", _("Salutation, the whole line")),
    ("identifier", _("Number or code of the person")),
)


class FileForm(forms.Form):
    file = TableField(
        largest=LARGEST_FILE,
        too_large=_("This file is larger than 2 MB."),
        help_text=_("A table saved as CSV, with a row for each person and a line of headings; 2 MB at most."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()


class NameForm(forms.Form):
    name = LineField(label=_("Name of the list"), max_length=200, error_messages={"required": _("Name the list.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()


class NewListForm(FileForm, NameForm):
    country = LineField(
        label=_("Country"),
        required=False,
        max_length=2,
        help_text=_("Two letters, such as GB; it decides how envelopes are written. Empty: none in particular."),
        widget=forms.TextInput({"class": "short", "autocapitalize": "characters"}),
    )
    field_order = ("name", "country", "file")

    def clean_country(self) -> str:
        code = str(self.cleaned_data["country"]).upper()
        if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
            raise ValidationError(_("Write the country as two letters: GB."), code="country")
        return code


class ColumnsForm(forms.Form):
    """A choice for each column; `column_3` is the fourth."""

    def __init__(self, columns: list[Column], data: Any = None) -> None:
        super().__init__(data)
        self.columns = columns
        for number, column in enumerate(columns):
            # An import knows fields that are not offered here; what it has found out itself may stay.
            known = column.field in dict(FIELDS)
            choices = FIELDS if known else (*FIELDS, (column.field, column.field.replace("_", " ").capitalize()))
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=column.name,
                choices=choices,
                required=False,
                initial=column.field,
                widget=forms.Select({"class": "form-select", "aria-describedby": f"examples-{number}"}),
            )

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"column": column, "field": self[f"column_{number}"], "number": number}
            for number, column in enumerate(self.columns)
        ]

    def mapping(self) -> dict[str, str]:
        chosen = (self.cleaned_data[f"column_{number}"] for number in range(len(self.columns)))
        return {column.name: field or "ignore" for column, field in zip(self.columns, chosen, strict=True)}
