from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns import choosing, consent, writing
from campaigns.choosing import Approach
from campaigns.forms.fields import AddressField, LineField, NameField, ParagraphsField, bare_helper
from campaigns.models import Campaign, CampaignText
from letters import composing
from letters.models import Constituency, Legislature
from letters.own_words import own_share

from .signing import Honeypot

LONGEST_LETTER = 10_000  # characters, the writer's own words and all

LAYOUTS: dict[str, str | Promise] = {
    "uk_dl": _("DL envelope, 110 × 220 mm (United Kingdom)"),
    "uk_c5": _("C5 envelope, 162 × 229 mm (United Kingdom)"),
    "din_5008_a": _("DIN 5008, form A"),
    "din_5008_b": _("DIN 5008, form B"),
    "us_10": _("No. 10 envelope (United States)"),
    "none": _("No window"),
}


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
    """A list for each legislature whose members sit for places."""

    def __init__(
        self, campaign: Campaign, *args: Any, among: Sequence[Constituency] | None = None, **kwargs: Any
    ) -> None:
        """Whole legislatures, or of each of them `among` those that a postcode lies in."""
        super().__init__(*args, **kwargs)
        self.legislatures = choosing.by_postcode(campaign)
        alone = len(self.legislatures) == 1
        for number, legislature in enumerate(self.legislatures):
            seats = Constituency.objects.current(legislature).filter(parts__isnull=True).order_by("name")
            found = [seat.pk for seat in among or () if seat.legislature_id == legislature.pk]
            self.fields[self._name(number)] = forms.ModelChoiceField(
                label=_("Your constituency") if alone else legislature.name,
                queryset=seats.filter(pk__in=found) if found else seats,
                initial=found[0] if len(found) == 1 else None,
                empty_label=_("Choose…"),
                required=alone,
            )
        self.helper = bare_helper()

    @staticmethod
    def _name(number: int) -> str:
        return f"constituency_{number + 1}" if number else "constituency"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            self.add_error("constituency", _("Choose at least one constituency."))
        return data

    def chosen(self) -> list[Constituency]:
        return [seat for seat in self.cleaned_data.values() if seat is not None]


class LetterForm(forms.Form):
    """The letter as its writer wants it, and where they live: an office answers only its own constituents.

    For each approach a subject and a text; one's own words stand first in all of them.
    """

    own_words = ParagraphsField(
        label=_("First, in your own words"),
        required=False,
        help_text=_("Why does this matter to you? A personal letter is read, a copy is counted."),
        widget=forms.Textarea(attrs={"rows": 5}),
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

    def __init__(self, text: CampaignText, approaches: Sequence[Approach], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.approaches = approaches
        self.drafts = [writing.draft(text, approach) for approach in approaches]
        for approach in approaches:
            names = {"names": consent.listed([one.name for one in approach.representatives])}
            alone = len(approaches) == 1
            self.fields[f"subject{approach.key}"] = LineField(
                label=_("Subject") if alone else _("Subject, to %(names)s") % names,
                max_length=150,
                error_messages={"required": _("Write what your letter is about.")},
            )
            # No maxlength for the browser: it would cut what is pasted, and say nothing.
            self.fields[f"body{approach.key}"] = ParagraphsField(
                label=_("The letter") if alone else _("The letter to %(names)s") % names,
                required=False,
                widget=forms.Textarea(attrs={"rows": 14}),
            )
        ends = [f"{name}{approach.key}" for approach in approaches for name in ("subject", "body")]
        self.order_fields(["own_words", *ends])
        self.helper = bare_helper()

    def clean_address(self) -> str:
        lines = [" ".join(line.split()) for line in self.cleaned_data["address"].splitlines() if line.strip()]
        if len(lines) > 7 or any(len(line) > 80 for line in lines):
            raise ValidationError(_("Write the address in at most 7 lines of at most 80 characters."), code="long")
        return "\n".join(lines)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for approach in self.approaches:
            body = self._body(approach)
            if not body:
                self.add_error(f"body{approach.key}", _("Write your letter."))
            if len(body) > LONGEST_LETTER:
                too_long = _("This is %(over)d characters too long: a letter has at most %(most)d, own words included.")
                over = {"over": len(body) - LONGEST_LETTER, "most": LONGEST_LETTER}
                self.add_error(f"body{approach.key}", ValidationError(too_long, params=over))
            for name, text in (("subject", data.get(f"subject{approach.key}", "")), ("body", body)):
                left = set(composing.open_placeholders(text, writing.PLACEHOLDERS)) - self._fillable(approach)
                if left:
                    still = _("Your letter still holds %(placeholders)s: write what belongs there.")
                    error = ValidationError(still, params={"placeholders": ", ".join(sorted(left))})
                    self.add_error(f"{name}{approach.key}", error)
        return data

    @staticmethod
    def _fillable(approach: Approach) -> set[str]:
        """{name} is put in from its own field; of a letter to several, also what each of them is called."""
        known = set(writing.PLACES) if len(approach.representatives) > 1 else set()
        for one in approach.representatives:
            known &= writing.known_of(one, "").keys()
        return {f"{{{name}}}" for name in known | {"name"}}

    def _body(self, approach: Approach) -> str:
        own, body = (self.cleaned_data.get(name) or "" for name in ("own_words", f"body{approach.key}"))
        return "\n\n".join(part for part in (own, body) if part)

    def as_written(self, copy: bool = False) -> list[writing.Written]:
        data = self.cleaned_data
        lines = data["address"].splitlines()
        if "".join(lines[-1].split()).upper() != "".join(data["postcode"].split()).upper():
            lines.append(data["postcode"])
        return [
            writing.Written(
                approach.representatives,
                subject=data[f"subject{approach.key}"],
                body=self._body(approach),
                name=data["name"],
                address="\n".join(lines),
                copy=copy,
                own_share=own_share(self._body(approach), draft.given),
            )
            for approach, draft in zip(self.approaches, self.drafts, strict=True)
        ]


def picked(data: QueryDict, key: str, most: int) -> list[int]:
    """The numbers of the points that were ticked, in the order of the places given to them."""
    ticked = [int(number) for number in data.getlist(f"point{key}") if _is_number(number)]

    def place(number: int) -> tuple[int, int]:
        given = data.get(f"place{key}-{number}", "")
        return int(given) if _is_number(given) else most, number

    return sorted({number for number in ticked if number < most}, key=place)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def numbers(data: QueryDict, name: str) -> list[int]:
    """Primary keys that came with a form, each once."""
    return list(dict.fromkeys(int(text) for text in data.getlist(name)[:1000] if _is_number(text)))


class SendForm(forms.Form):
    """The one road that keeps something: who sends, and that they agree."""

    email = AddressField(
        label=_("Your email address"),
        error_messages={"required": _("Write your email address.")},
        help_text=_("For answers, for one email that asks you to confirm, and for what you are told of your letters."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )
    copy = forms.BooleanField(required=False, label=_("Send me a copy"))
    consent = forms.BooleanField(error_messages={"required": _("Without this we may not pass on your letter.")})
    leave_empty = Honeypot()
    # The words of the consent that the page showed. Absent means the current ones.
    shown = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, wording: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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


class PrintForm(forms.Form):
    layout = forms.ChoiceField(label=_("Envelope"), required=False)
    large = forms.BooleanField(label=_("Large print"), required=False)

    def __init__(self, legislatures: Sequence[Legislature], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = " · ".join(dict.fromkeys(legislature.name for legislature in legislatures))
        usual = _("As is usual for %(legislature)s") % {"legislature": names}
        self.fields["layout"].choices = [("", usual), *LAYOUTS.items()]  # type: ignore[attr-defined]
        self.helper = bare_helper()
