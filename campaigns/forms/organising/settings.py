"""What owners say of their organisation, in each language of ours, and what it looks like."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.forms.fields import AddressField, LineField, ParagraphsField, PictureField, bare_helper
from campaigns.holding import LONGEST_WORD, MOST_WORDS
from campaigns.models import Organisation
from campaigns.seen import mark_of

from .in_languages import add_translations, translated
from .organisation import CONTACT_HELP, CONTROLLER_HELP, PURPOSE_HELP, OrganisationNameField
from .seen import SeenForm

TRANSLATED = ("name", "about", "controller", "privacy")
OTHER_LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
IN_WORDS = ("name", "about", "controller", "privacy", "contact_email", "postal_address")
_MARKDOWN = gettext_lazy("Markdown: an empty line begins a paragraph, [words](https://…) make a link.")


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows, "dir": "auto"})


class SettingsForm(SeenForm):
    of_others = True

    name = OrganisationNameField(label=gettext_lazy("Name of the organisation"))
    about = ParagraphsField(
        label=gettext_lazy("Who we are"), required=False, max_length=10_000, help_text=_MARKDOWN, widget=_text(5)
    )
    contact_email = AddressField(label=gettext_lazy("Contact address"), help_text=CONTACT_HELP)
    controller = LineField(label=gettext_lazy("Who answers for the data"), max_length=300, help_text=CONTROLLER_HELP)
    postal_address = ParagraphsField(
        label=gettext_lazy("Postal address"), required=False, max_length=1_000, widget=_text(3)
    )
    privacy = ParagraphsField(
        label=gettext_lazy("Privacy notice"), required=False, max_length=20_000, help_text=_MARKDOWN, widget=_text(6)
    )
    purpose = ParagraphsField(
        label=gettext_lazy("What it campaigns for"),
        max_length=5_000,
        help_text=PURPOSE_HELP,
        error_messages={"required": gettext_lazy("Write a few sentences for the operator.")},
        widget=_text(4),
    )
    held_words = ParagraphsField(
        label=gettext_lazy("Words to read first"),
        required=False,
        max_length=MOST_WORDS * LONGEST_WORD,
        help_text=gettext_lazy(
            "One word or phrase a line, in any language; capitals and accents do not matter. A name or reason in which "
            "one of them stands as a whole word waits until one of you has passed it. It holds for what is written "
            "from then on."
        ),
        widget=forms.Textarea({"rows": 5, "dir": "auto", "spellcheck": "false"}),
    )
    accent = forms.RegexField(
        r"\A#[0-9A-Fa-f]{6}\Z",
        label=gettext_lazy("Accent colour, as its code"),
        error_messages={"invalid": gettext_lazy("Write the colour as # and six figures or letters a to f: #8c1d18.")},
        widget=forms.TextInput({"dir": "ltr", "class": "short", "spellcheck": "false", "autocapitalize": "none"}),
    )
    picked = forms.CharField(
        label=gettext_lazy("Or picked by eye"), required=False, widget=forms.TextInput({"type": "color"})
    )

    class Meta:
        model = Organisation
        fields = [*IN_WORDS, "purpose", "accent", "demands_second_factor", "held_words"]

    def __init__(self, *args: Any, has_second_factor: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_second_factor = has_second_factor
        self.helper = bare_helper()
        self.initial["picked"] = self.instance.accent
        add_translations(self, TRANSLATED, OTHER_LANGUAGES)
        if self.instance.approved_at:  # it has been read
            del self.fields["purpose"]

    def mark(self, row: Model) -> str:
        return mark_of(row, [*self.Meta.fields, "translations"])

    def clean_accent(self) -> str:
        """Of the two ways to say it, the one that was used."""
        written: str = self.cleaned_data["accent"].lower()
        picked = str(self.data.get(self.add_prefix("picked"), "")).lower()
        changed_by_hand = written != self.instance.accent
        accent = self.fields["accent"]
        assert isinstance(accent, forms.RegexField)
        return picked if not changed_by_hand and accent.regex.match(picked) else written

    def clean_held_words(self) -> str:
        lines = [" ".join(line.split()) for line in str(self.cleaned_data["held_words"]).splitlines()]
        words = list(dict.fromkeys(line for line in lines if line))
        if len(words) > MOST_WORDS:
            raise ValidationError(_("Write %(most)d lines at most."), code="many", params={"most": MOST_WORDS})
        if long := next((word for word in words if len(word) > LONGEST_WORD), ""):
            raise ValidationError(_("“%(word)s…” is too long."), code="long", params={"word": long[:20]})
        return "\n".join(words)

    def clean_demands_second_factor(self) -> bool:
        demanded: bool = self.cleaned_data["demands_second_factor"]
        if demanded and not self.instance.demands_second_factor and not self.has_second_factor:
            raise ValidationError(_("Set one up for yourself first, or you would lock yourself out."), code="own")
        return demanded

    def to_keep(self) -> dict[str, Any]:
        """By field; `translations` whole."""
        names = [name for name in self.Meta.fields if name in self.cleaned_data]
        return {name: self.cleaned_data[name] for name in names} | {
            "translations": translated(self, TRANSLATED, OTHER_LANGUAGES)
        }


class LogoForm(forms.Form):
    logo = PictureField(label=gettext_lazy("Logo"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()

    def clean_logo(self) -> bytes:
        content: bytes = self.cleaned_data["logo"]
        if not content:
            raise ValidationError(_("Choose a picture."), code="required")
        return content
