"""What somebody says of an organisation that they set up."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from campaigns import joining
from campaigns.forms.fields import AddressField, LineField, ParagraphsField, bare_helper

NAME_HOLDS_ADDRESS = _("A name cannot hold the address of a web site.")
CONTROLLER_HELP = _("Your organisation’s full name and where it is, or your own: who the law asks about people’s data.")
PURPOSE_HELP = _("A few sentences for the operator, who reads them before you can publish. Nobody else sees them.")
CONTACT_HELP = _("Shown on your pages, and where answers to your emails go.")
ADDRESS_HELP = _("In Latin letters, figures and hyphens. Empty: made from the name. It cannot be changed later.")


class OrganisationNameField(LineField):
    def __init__(self, **options: Any) -> None:
        required = {"required": _("Write the name of your organisation.")}
        super().__init__(**{"max_length": 200, "error_messages": required, **options})

    def validate(self, value: str) -> None:
        super().validate(value)
        if "://" in value or "www." in value.lower():
            raise ValidationError(NAME_HOLDS_ADDRESS, code="site")
        if value and not any(character.isalpha() for character in value):
            raise ValidationError(_("Write the name with at least one letter."), code="no_letter")


class OrganisationForm(forms.Form):
    name = OrganisationNameField(label=_("Name of the organisation"))
    slug = forms.CharField(
        label=_("Its address here"),
        required=False,
        max_length=joining.LONGEST_SLUG,
        help_text=ADDRESS_HELP,
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}),
    )
    purpose = ParagraphsField(
        label=_("What it campaigns for"),
        max_length=5_000,
        help_text=PURPOSE_HELP,
        error_messages={"required": _("Write a few sentences for the operator.")},
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
    )
    contact_email = AddressField(
        label=_("Contact address"), help_text=CONTACT_HELP, error_messages={"required": _("Write an email address.")}
    )
    controller = LineField(
        label=_("Who answers for the data"),
        max_length=300,
        help_text=CONTROLLER_HELP,
        error_messages={"required": _("Write who answers for the data.")},
    )
    postal_address = ParagraphsField(
        label=_("Postal address"),
        required=False,
        max_length=1_000,
        help_text=_("May stay empty. Shown on your pages and in letters where there is one."),
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).strip().lower()
        if not slug:
            return ""
        try:
            validate_slug(slug)
        except ValidationError as error:
            raise ValidationError(_("Use only letters of the Latin alphabet, figures and hyphens.")) from error
        if len(slug) < 2 or not joining.is_free(slug):
            raise ValidationError(joining.TAKEN, code="taken")
        return slug

    def founding(self) -> joining.Founding:
        return joining.Founding(**self.cleaned_data)
