"""What a letter says to some of the representatives, and to whom it does not go."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns import wording_drafts, wording_limits
from campaigns.forms.fields import LinesField, bare_helper
from campaigns.languages import name_of
from campaigns.models import Campaign, LetterVariant
from letters.models import Legislature, Representative

from .letters_settings import PersonChoice, people_of
from .seen import SeenForm

Deed = LetterVariant.Deed
# What a variant may say, as in LetterVariant.words.
SAID = ("reason", "subject", "body", "points", "ask")


def legislatures_of(campaign: Campaign) -> QuerySet[Legislature]:
    """Those of the campaign, and those that a variant names already."""
    known = {one.pk for one in campaign.legislatures()}
    known |= set(campaign.letter_variants.values_list("legislature", flat=True)) - {None}
    return Legislature.objects.filter(pk__in=known).order_by("name", "pk")


class VariantForm(forms.ModelForm[LetterVariant]):
    """Of `languages`, each word of the letter has a field of its own: words_en_subject."""

    languages: Sequence[str] = ()

    class Meta:
        model = LetterVariant
        fields = ("number", "representative", "legislature", "party", "deed", "instead")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in self.languages:
            said = self.instance.words.get(language) or {}
            for name in SAID:
                self.initial[f"words_{language}_{name}"] = said.get(name)
            self.initial[f"words_{language}_alone"] = said.get("points") == [] or said.get("ask") == ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in ("representative", "legislature", "party")):
            self.add_error(None, _("Say for whom it is: a person, a legislature or a party."))
        self._check_party(cleaned)
        if cleaned.get("deed") != Deed.SOMEBODY_ELSE:
            cleaned["instead"] = None
        elif cleaned.get("instead") is None and "instead" not in self.errors:
            self.add_error("instead", _("Choose who is written to instead."))
        elif cleaned.get("instead") and cleaned["instead"] == cleaned.get("representative"):
            self.add_error("instead", _("Choose somebody else."))
        for language in self.languages:
            for name in ("subject", "body", "points", "ask"):
                said = cleaned.get(f"words_{language}_{name}") or ""
                for sentence in wording_limits.unknown_placeholders(f"letter_{name}", said):
                    self.add_error(f"words_{language}_{name}", sentence)
        return cleaned

    def _check_party(self, cleaned: dict[str, Any]) -> None:
        """A party that nobody is of fits nobody, in silence."""
        party = (cleaned.get("party") or "").strip().casefold()
        if not party or "party" not in self.changed_data:
            return
        known = parties_of(self.instance.campaign)
        if party not in {one.casefold() for one in known}:
            said = _("Nobody there is of this party. These are known: %(parties)s.")
            self.add_error("party", str(said) % {"parties": ", ".join(known[:30]) or "–"})

    def save(self, commit: bool = True) -> LetterVariant:
        words = {code: said for code, said in self.instance.words.items() if code not in self.languages}
        words |= {language: said for language in self.languages if (said := self._said(language))}
        self.instance.words = words
        return super().save(commit)

    def _said(self, language: str) -> dict[str, Any]:
        """What is left empty is the campaign's own, but for points and an ask that are said not to be."""
        given = {name: self.cleaned_data.get(f"words_{language}_{name}") for name in SAID}
        own = {"points", "ask"} if self.cleaned_data.get(f"words_{language}_alone") else set()
        return {name: said for name, said in given.items() if said or name in own}


def parties_of(campaign: Campaign) -> list[str]:
    people = Representative.objects.filter(legislature__in=campaign.legislatures()).order_by()
    return sorted({one.strip() for one in people.values_list("party", flat=True).distinct()} - {""})


def form_for(languages: Sequence[str], base: type[VariantForm] = VariantForm) -> type[VariantForm]:
    fields: dict[str, Any] = {"languages": tuple(languages)}
    for language in languages:
        for name, field in _words_in(language).items():
            field.required = False
            fields[f"words_{language}_{name}"] = field
    return type("LetterVariantForm", (base,), fields)


def _words_in(language: str) -> dict[str, forms.Field]:
    longest = wording_limits.LONGEST

    def text(rows: int) -> forms.Textarea:
        return forms.Textarea({"rows": rows, "cols": 80, "lang": language, "dir": "auto"})

    line = forms.TextInput({"size": 80, "lang": language, "dir": "auto"})
    return {
        "reason": forms.CharField(label=_("What the supporter is told"), widget=text(2), max_length=500),
        "subject": forms.CharField(label=_("Subject"), widget=line, max_length=longest["letter_subject"]),
        "body": forms.CharField(
            label=_("Opening, or the whole letter"), widget=text(6), max_length=longest["letter_body"]
        ),
        "points": LinesField(
            label=_("Points to choose from"),
            widget=text(6),
            max_length=10 * longest["letter_points"],
            help_text=_("One paragraph on each line."),
        ),
        "ask": forms.CharField(label=_("What the letter asks"), widget=text(3), max_length=longest["letter_ask"]),
        "alone": forms.BooleanField(label=_("Without the campaign’s points and without what it asks")),
    }


class OwnVariantForm(SeenForm, VariantForm):
    """In the workspace: its number is its place in the order, and its campaign is known."""

    representative = PersonChoice(
        Representative.objects.none(), label=_("This person"), required=False, empty_label=_("Any person")
    )
    legislature: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        Legislature.objects.none(), label=_("Members of"), required=False, empty_label=_("Any legislature or list")
    )
    instead = PersonChoice(
        Representative.objects.none(), label=_("Write to this person instead"), required=False, empty_label="–"
    )

    class Meta(VariantForm.Meta):
        fields = ("representative", "legislature", "party", "deed", "instead")  # type: ignore[assignment]

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = self.instance.campaign = campaign
        for name in ("representative", "instead"):
            chosen = [pk] if (pk := getattr(self.instance, f"{name}_id")) else []
            self.fields[name].queryset = people_of(campaign, chosen)  # type: ignore[attr-defined]
        self.fields["legislature"].queryset = legislatures_of(campaign)  # type: ignore[attr-defined]
        known = parties_of(campaign)[:30]
        self.fields["party"].help_text = _("As the directory has it: %(parties)s") % {
            "parties": ", ".join(known) or "–"
        }

    def of(self, row: Model) -> SeenForm:
        return type(self)(self.campaign, instance=row)

    @property
    def helper(self) -> FormHelper:
        helper = bare_helper()
        layout: list[Any] = [
            Fieldset(
                str(_("For whom")), "representative", Div("legislature", "party", css_class="several"), css_class="whom"
            ),
            Fieldset(str(_("What happens")), "deed", Div("instead", css_class="only-else"), css_class="deed"),
        ]
        for language in self.languages:
            told, *words = (f"words_{language}_{name}" for name in (*SAID, "alone"))
            layout.append(
                Fieldset(name_of(language), told, Div(*words, css_class="only-words"), css_class="in-language")
            )
        helper.layout = Layout(*layout)
        return helper


def own_form_for(campaign: Campaign) -> type[OwnVariantForm]:
    return form_for(wording_drafts.languages_of(campaign), OwnVariantForm)  # type: ignore[return-value]
