from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns import consent, writing
from campaigns.models import Campaign, CampaignText
from letters import composing
from letters.models import Constituency, Representative

from .fields import AddressField, LineField, NameField, ParagraphsField, bare_helper
from .signing import Honeypot


class PostcodeForm(forms.Form):
    postcode = LineField(
        label=_("Your postcode"),
        max_length=40,
        error_messages={"required": _("Write your postcode.")},
        help_text=_("Your home address decides who represents you. Nothing is kept until you send your letter."),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "class": "short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()


class ConstituencyForm(forms.Form):
    constituency = forms.ModelChoiceField(
        label=_("Your constituency"), queryset=Constituency.objects.none(), empty_label=_("Choose…")
    )

    def __init__(self, campaign: Campaign, *args: Any, among: list[Constituency] | None = None, **kwargs: Any) -> None:
        """The whole legislature, or `among` those that a postcode lies in."""
        super().__init__(*args, **kwargs)
        if campaign.legislature is not None:
            seats = Constituency.objects.current(campaign.legislature).order_by("name")
            if among is not None:
                seats = seats.filter(pk__in=[seat.pk for seat in among])
            self.fields["constituency"].queryset = seats  # type: ignore[attr-defined]
        self.helper = bare_helper()


class LetterForm(forms.Form):
    """The letter as its writer wants it, and where they live: an office answers only its own constituents."""

    constituency = forms.ModelChoiceField(queryset=Constituency.objects.all(), widget=forms.HiddenInput)
    representative = forms.ModelChoiceField(
        label=_("Your representative"),
        queryset=Representative.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
    )
    subject = LineField(
        label=_("Subject"), max_length=150, error_messages={"required": _("Write what your letter is about.")}
    )
    body = ParagraphsField(
        label=_("Your letter"),
        max_length=10_000,
        error_messages={"required": _("Write your letter.")},
        help_text=_(
            "Say first, in your own words, why this matters to you: a personal letter is read, a copy is counted."
        ),
        widget=forms.Textarea(attrs={"rows": 16}),
    )
    name = NameField(
        label=_("Your name"),
        error_messages={"required": _("Write your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = ParagraphsField(
        label=_("Your postal address"),
        max_length=400,
        help_text=_("Street and town, a line each. Without it many offices do not answer."),
        error_messages={"required": _("Write your postal address.")},
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    postcode = LineField(
        label=_("Postcode"),
        max_length=20,
        error_messages={"required": _("Write your postcode.")},
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "class": "short"}),
    )

    def __init__(
        self, constituency: Constituency, representatives: list[Representative], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["representative"]
        field.queryset = Representative.objects.filter(pk__in=[one.pk for one in representatives])  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: f"{one.name}, {constituency.name}"  # type: ignore[attr-defined]
        if len(representatives) == 1:
            field.initial = representatives[0].pk
        self.helper = bare_helper()

    def clean_address(self) -> str:
        lines = [" ".join(line.split()) for line in self.cleaned_data["address"].splitlines() if line.strip()]
        if len(lines) > 7 or any(len(line) > 80 for line in lines):
            raise ValidationError(_("Write the address in at most 7 lines of at most 80 characters."), code="long")
        return "\n".join(lines)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        left = composing.open_placeholders(body, writing.PLACEHOLDERS)
        if set(left) - {"{name}"}:  # the name is put in from its own field
            raise ValidationError(
                _("Your letter still holds %(placeholders)s: write what belongs there."),
                params={"placeholders": ", ".join(left)},
                code="placeholder",
            )
        return body

    def as_written(self) -> writing.Written:
        data = self.cleaned_data
        lines = data["address"].splitlines()
        if "".join(lines[-1].split()).upper() != "".join(data["postcode"].split()).upper():
            lines.append(data["postcode"])
        kept = {key: data[key] for key in ("subject", "body", "name")}
        return writing.Written([data["representative"]], **kept, address="\n".join(lines))


class SendForm(forms.Form):
    """The one road that keeps something: who sends, and that they agree."""

    email = AddressField(
        label=_("Your email address"),
        error_messages={"required": _("Write your email address.")},
        help_text=_("For the answer, and for one email that asks you to confirm."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )
    consent = forms.BooleanField(error_messages={"required": _("Without this we may not pass on your letter.")})
    leave_empty = Honeypot()
    # The words of the consent that the page showed. Absent means the current ones.
    shown = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, campaign: Campaign, text: CampaignText, representative: str, by_hand: bool, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        wording = consent.for_writing(campaign, text, [representative], by_hand)
        self.fields["consent"].label = wording
        self.fields["shown"].initial = consent.shown(wording)
        self.helper = bare_helper()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        now_shown = self.fields["shown"].initial
        if data.get("shown") and data["shown"] != now_shown:
            # It was to be emailed and is to be handed over, or the other way round: they have agreed to something else.
            self.data = {name: value for name, value in self.data.items() if name != "consent"} | {"shown": now_shown}
            self.add_error("consent", _("How your letter travels has changed. Please read it again, then send it."))
        return data
