import time
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any, NamedTuple, Self

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from campaigns import consent, suspecting
from campaigns.forms.fields import AddressField, LineField, NameField, ParagraphsField, bare_helper
from campaigns.models import Campaign, CampaignText, Signature
from campaigns.signing import Supporter
from letters.directory import lookup

from .country import country_field


class Honeypot(forms.CharField):
    """A field no person sees. What fills it is a machine, which is told nothing."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            label=_("Leave this empty"),
            widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
        )


def display_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("How shall we show you in the list of signatories?"),
        choices=Signature.Display.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you want to be shown.")},
    )


def affiliation_field(text: CampaignText) -> LineField:
    hint = str(_("What you do or where you belong; shown beside your name."))
    if text.affiliation_note:
        hint = _("Shown beside your name, %(note)s.") % {"note": text.affiliation_note}
    return LineField(
        label=_("Affiliation (optional)"),
        max_length=200,
        required=False,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )


def reason_field() -> ParagraphsField:
    return ParagraphsField(
        label=_("Why are you signing? (optional)"),
        max_length=1000,
        required=False,
        help_text=_("Shown beside your name. Up to 1,000 characters."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class Typed(NamedTuple):
    """All that reading a field takes of a BoundField, of which making eleven takes longer than reading."""

    field: forms.Field
    data: Any


class SignForm(forms.Form):
    """Public contract: the names of these fields. Labels are for people, names for tools."""

    name = NameField(
        label=_("Your name"),
        error_messages={"required": _("Write your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = AddressField(
        label=_("Email"),
        error_messages={"required": _("Write your email address.")},
        help_text=_("To confirm that it is you. Never shown."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )
    postcode = LineField(
        label=_("Postcode"),
        max_length=20,
        required=False,
        help_text=_("Gives the constituency you are counted in. Only that is shown."),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "class": "short"}),
    )
    country = country_field(label=_("Country"), initial="GB")
    affiliation = LineField()
    reason = ParagraphsField()
    display = forms.ChoiceField()
    consent = forms.BooleanField(error_messages={"required": _("Without this we may not keep your signature.")})
    updates = forms.BooleanField(required=False)
    leave_empty = Honeypot()
    is_shared = False  # with its fields: see filled()
    network = ""  # whose, as ratelimit.prefix has it: the view's to say, as what follows
    came_from = ""  # where they came from: the view's to say, from the page and the hidden field (arriving)
    # What the page showed when it was opened: the wording, and the words of the consent. Absent means the current ones.
    shown = forms.CharField(required=False, max_length=64)

    def __init__(self, campaign: Campaign, text: CampaignText, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign, self.text = campaign, text
        self.fields["affiliation"] = affiliation_field(text)
        self.fields["reason"] = reason_field()
        self.fields["display"] = display_field()
        self.fields["consent"].label = consent.for_signing(campaign, text)
        self.fields["updates"].label = consent.for_news(campaign)
        self.now_shown = consent.shown(text.digest, str(self.fields["consent"].label))

    def filled(self, data: QueryDict) -> Self:
        """What somebody sent, to be read as this form reads it. It shares its fields with this one, since copying them
        takes longer than reading them: so it is not to be shown."""
        form = copy(self)
        vars(form).update(data=data, is_bound=True, is_shared=True, _errors=None, _bound_fields_cache={})
        return form

    def _bound_items(self) -> Iterable[tuple[str, Any]]:
        if not self.is_shared:
            return super()._bound_items()  # type: ignore[misc,no-any-return]
        typed = ((name, field, field.widget) for name, field in self.fields.items())
        return ((name, Typed(field, widget.value_from_datadict(self.data, {}, name))) for name, field, widget in typed)

    @cached_property
    def helper(self) -> FormHelper:
        helper = bare_helper()
        helper.layout = Layout(
            "name",
            "email",
            Div("postcode", "country", css_class="pair"),
            Div(Field("affiliation"), Field("reason"), css_class="optional"),
            "display",
            "consent",
            "updates",
            HTML('<input type="hidden" name="shown" value="{{ form.now_shown }}">'),  # today's, also after an error
            HTML('<input type="hidden" name="came_from" value="{{ form.came_from }}" data-came-from>'),
            Div("leave_empty", css_class="nobody", aria_hidden="true"),
        )
        return helper

    def as_typed(self) -> None:
        """Shown again with what was typed, which nobody has read."""
        self._errors = ErrorDict()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("shown") and data["shown"] != self.now_shown:
            # Shown again with everything that was typed, but what was agreed to were other words.
            self.data = {name: value for name, value in self.data.items() if name not in ("consent", "updates")}
            self.add_error(
                "consent", _("The wording has changed since you opened the page. Please read it again, then sign.")
            )
        if "postcode" in data and "country" in data:
            try:
                data["postcode"] = self._postcode(data["postcode"], data["country"])
            except lookup.PostcodeError as error:
                self.add_error("postcode", ValidationError(str(error), code=str(error.reason)))
        return data

    @staticmethod
    def _postcode(typed: str, country: str) -> str:
        """As it is kept."""
        if country != "GB":
            return typed
        try:
            return lookup.spaced(lookup.parse_postcode(typed))
        except lookup.PostcodeError as error:
            if error.reason == lookup.Reason.FOREIGN:
                raise ValidationError(
                    {"postcode": _("This postcode is not in the United Kingdom. Choose your country below.")}
                ) from error
            raise

    def supporter(self) -> Supporter:
        data = self.cleaned_data
        opened, took = (str(self.data.get(name, "")) for name in ("opened", "took"))
        seconds = suspecting.seconds_between(opened, took, time.time())
        marks: Mapping[str, Any] = suspecting.marks(
            self.campaign.pk, data["email"], self.network, data["leave_empty"], seconds
        )
        fields = ("name", "email", "postcode", "country", "affiliation", "reason", "display", "updates")
        typed = {field: data[field] for field in fields}
        return Supporter(came_from=self.came_from, **typed, **marks)


class ManageForm(forms.Form):
    """What one may change about one's own signature."""

    name = NameField(
        label=_("Your name"),
        error_messages={"required": _("Write your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    affiliation = LineField()
    reason = ParagraphsField()
    display = forms.ChoiceField()
    updates = forms.BooleanField(required=False)

    def __init__(self, signature: Signature, *args: Any, **kwargs: Any) -> None:
        fields = ("name", "affiliation", "reason", "display", "updates")
        kwargs["initial"] = {field: getattr(signature, field) for field in fields}
        super().__init__(*args, **kwargs)
        self.fields["affiliation"] = affiliation_field(signature.text)
        self.fields["reason"] = reason_field()
        self.fields["display"] = display_field()
        self.fields["updates"].label = consent.for_news(signature.campaign)
        self.helper = bare_helper()
