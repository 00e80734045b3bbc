"""Somebody's request about their own data: whose it is, and what is to be done."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import AddressField, bare_helper

from .password_again import PasswordAgainForm

EVERYBODY = "*"  # which is nobody's name


class PersonForm(forms.Form):
    address = AddressField(
        label=_("Their whole email address"),
        help_text=_("As they gave it. That you looked is noted in the log, and not for whom."),
        error_messages={"required": _("Write the whole email address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()


class RequestForm(PasswordAgainForm):
    """What is done for one person who was found. `names`: of those who share the address."""

    whose = forms.ChoiceField(
        label=_("Whose"), widget=forms.RadioSelect, error_messages={"required": _("Choose whose it is.")}
    )
    do = forms.ChoiceField(
        label=_("What they ask for"),
        choices=[("export", _("A file with all that is kept of them")), ("erase", _("To be erased, for good"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what they ask for.")},
    )
    really = forms.BooleanField(
        label=_("They have asked to be erased, and I have made sure that it is they who ask."), required=False
    )
    field_order = ("whose", "do", "really", "password")

    def __init__(self, user: Any, names: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        field = self.fields["whose"]
        assert isinstance(field, forms.ChoiceField)
        if len(names) > 1:
            everybody = _("everybody who has this address")
            field.choices = [*((name, name) for name in names), (EVERYBODY, everybody)]
            field.help_text = str(_("Two people share this address. Each may ask for what is theirs alone."))
        else:
            del self.fields["whose"]
        self.helper = bare_helper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("do") == "erase" and not cleaned.get("really"):
            self.add_error("really", _("Tick the box first: erasing cannot be undone. Nothing was erased."))
        return cleaned

    @property
    def name(self) -> str:
        """Whose it is, of those who share the address; "": everybody's."""
        whose = str(self.cleaned_data.get("whose", ""))
        return "" if whose == EVERYBODY else whose
