"""Who is asked to work for an organisation, as what, and which emails each of them wants."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns import joining, noticing
from campaigns.forms.fields import AddressField, bare_helper
from campaigns.models import Membership
from campaigns.pages import LANGUAGE_NAMES

ROLES = [(role.value, role.label) for role in reversed(Membership.Role)]


class InviteForm(forms.Form):
    email = AddressField(
        label=_("Email address"),
        error_messages={"required": _("Write an email address.")},
        widget=forms.EmailInput({"dir": "ltr", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("What they may do"), widget=forms.RadioSelect, initial=Membership.Role.EDITOR)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [(value, f"{label}: {joining.WHAT_ROLES_DO[value]}") for value, label in ROLES]


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)


class NoticesForm(forms.Form):
    notices = forms.MultipleChoiceField(
        label=_("Write to me about"),
        choices=noticing.Notice.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "About the post and what readers report you are written to once an hour at most, and only when there is "
            "something new."
        ),
    )
    language = forms.ChoiceField(
        label=_("In which language"),
        choices=[
            ("", _("As the organisation’s campaigns are")),
            *((code, LANGUAGE_NAMES[code]) for code, _name in settings.LANGUAGES),
        ],
        required=False,
        help_text=_("For all emails that this site writes to you as an organiser."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
