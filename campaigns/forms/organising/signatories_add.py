"""Signatories whom organisers add."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns import adding_files, consent
from campaigns.adding import Refused
from campaigns.forms.fields import AddressField, LineField, NameField, TableField, bare_helper
from campaigns.models import CampaignText
from campaigns.models.signature import MOST_ON_TOP
from campaigns.pages import LANGUAGE_NAMES

FIELDS = (
    ("", _("Leave it out")),
    ("name", _("Name")),
    ("given_name", _("Given name")),
    ("family_name", _("Family name")),
    ("affiliation", _("Affiliation")),
    ("place", _("Place")),
    ("email", _("Email address")),
)


class Attesting(forms.Form):
    """Vouching for those who are added, in words that are kept; `shown` tells whether they are today's still."""

    text = forms.ChoiceField(label=_("The text they have signed"))
    attest = forms.BooleanField(error_messages={"required": _("Without this nobody can be added.")})
    shown = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput())

    def __init__(self, texts: list[CampaignText], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = {str(text.pk): text for text in texts}
        self.wording = consent.for_entering(texts[0].campaign, texts[0])
        self.now_shown = consent.shown(self.wording)
        self.fields["attest"].label = self.wording
        choice = self.fields["text"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(key, LANGUAGE_NAMES.get(one.language, one.language)) for key, one in self.texts.items()]
        choice.initial = str(texts[0].pk)
        if len(texts) == 1:
            choice.widget = forms.HiddenInput()
        self.fields["shown"].initial = self.now_shown
        self.helper = bare_helper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("attest") and cleaned.get("shown") and cleaned["shown"] != self.now_shown:
            self.data = {**{name: self.data.get(name) for name in self.data}, "shown": self.now_shown, "attest": ""}
            self.add_error("attest", _("These words have changed since you opened the page. Please read them again."))
        return cleaned

    def chosen_text(self) -> CampaignText:
        return self.texts[self.cleaned_data["text"]]


class PersonForm(Attesting):
    name = NameField(label=_("Name"), error_messages={"required": _("Write the name.")})
    affiliation = LineField(label=_("Affiliation (optional)"), max_length=200, required=False)
    place = LineField(label=_("Place (optional)"), max_length=200, required=False)
    email = AddressField(
        label=_("Email (optional)"),
        required=False,
        help_text=_("Never shown, and nothing is sent to it. Should they sign here too, they still count once."),
    )
    on_top = forms.BooleanField(label=_("On top of the list, before all others"), required=False, initial=True)
    field_order = ("name", "affiliation", "place", "email", "text", "on_top", "attest", "shown")


class FileForm(forms.Form):
    file = TableField(
        largest=adding_files.LARGEST_FILE,
        too_large=_("This file is larger than 20 MB. Cut it into several."),
        help_text=_("A table saved as CSV, with a row for each person and a line of headings; 20 MB at most."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()


class ColumnsForm(Attesting):
    """A choice for each column; `column_3` is the fourth."""

    skip = forms.IntegerField(
        label=_("Lines below the headings to leave out"),
        min_value=0,
        max_value=20,
        initial=0,
        help_text=_("Where a second line of headings stands there."),
    )
    on_top = forms.BooleanField(
        label=_("All of them on top of the list, in the order of the file"),
        required=False,
    )
    field_order = ("skip", "on_top", "text", "attest", "shown")

    def __init__(self, table: adding_files.Table, texts: list[CampaignText], data: Any = None) -> None:
        super().__init__(texts, data)
        self.table = table
        self.fields["on_top"].help_text = _("For %(most)s people at most.") % {"most": MOST_ON_TOP}
        self.asked = [self[name] for name in self.field_order]
        for number, column in enumerate(table.columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=column.name,
                choices=FIELDS,
                required=False,
                initial=column.field,
                widget=forms.Select({"class": "form-select", "aria-describedby": f"examples-{number}"}),
            )

    def columns(self) -> list[dict[str, Any]]:
        return [
            {"column": column, "field": self[f"column_{number}"], "number": number}
            for number, column in enumerate(self.table.columns)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        try:
            names = {number: column.name for number, column in enumerate(self.table.columns)}
            adding_files.check_fields([cleaned.get(f"column_{number}", "") for number in names], names)
        except Refused as error:
            self.add_error(None, str(error))
        return cleaned

    def order(self) -> adding_files.Order:
        fields = [self.cleaned_data[f"column_{number}"] for number in range(len(self.table.columns))]
        return adding_files.Order(fields, self.cleaned_data["skip"], self.cleaned_data["on_top"])


class PlaceForm(forms.Form):
    place = forms.IntegerField(min_value=1, max_value=MOST_ON_TOP)
