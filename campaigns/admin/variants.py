"""What a letter says to some of the representatives, edited under its campaign."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, LetterVariant
from letters.models import Legislature, Representative

from .scoped import PartOfCampaign
from .words import Lines, say_unknown_placeholders

Deed = LetterVariant.Deed


class PersonChoice(forms.ModelChoiceField):
    """People of the same name are told apart by where they sit."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.constituency or obj.legislature})"


def people_of(campaign: Campaign, chosen: QuerySet[Any]) -> dict[str, Any]:
    """Who may be chosen for a field: those in office, and those `chosen` already."""
    serving = Representative.objects.serving(timezone.localdate()).filter(legislature__in=campaign.legislatures())
    people = serving | Representative.objects.filter(pk__in=chosen)
    return {"queryset": people.select_related("constituency", "legislature"), "form_class": PersonChoice}


def _name_of(language: str) -> str:
    try:
        return str(get_language_info(language)["name_translated"])
    except KeyError:
        return language


# What a variant may say, as in LetterVariant.words.
_SAID = ("reason", "subject", "body", "points", "ask")


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
            for name in _SAID:
                self.initial[f"words_{language}_{name}"] = said.get(name)
            self.initial[f"words_{language}_alone"] = said.get("points") == [] or said.get("ask") == ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("representative", "legislature", "party")):
            self.add_error(None, _("Say for whom it is: a person, a legislature or a party."))
        self._check_party(cleaned)
        if cleaned.get("deed") != Deed.SOMEBODY_ELSE:
            cleaned["instead"] = None
        elif cleaned.get("instead") is None:
            self.add_error("instead", _("Choose who is written to instead."))
        elif cleaned["instead"] == cleaned.get("representative"):
            self.add_error("instead", _("Choose somebody else."))
        for language in self.languages:
            for name in ("subject", "body", "points", "ask"):
                say_unknown_placeholders(self, f"words_{language}_{name}")
        return cleaned

    def _check_party(self, cleaned: dict[str, Any]) -> None:
        """A party that nobody is of fits nobody, in silence."""
        party = (cleaned.get("party") or "").strip().casefold()
        campaign = self.instance.campaign
        if not party or "party" not in self.changed_data:
            return
        people = Representative.objects.filter(legislature__in=campaign.legislatures())
        known = sorted({one.strip() for one in people.values_list("party", flat=True).distinct()} - {""})
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
        given = {name: self.cleaned_data.get(f"words_{language}_{name}") for name in _SAID}
        own = {"points", "ask"} if self.cleaned_data.get(f"words_{language}_alone") else set()
        return {name: said for name, said in given.items() if said or name in own}


def _form_for(languages: Sequence[str]) -> type[VariantForm]:
    fields: dict[str, Any] = {"languages": tuple(languages)}
    for language in languages:
        text = AdminTextareaWidget(attrs={"rows": 6, "lang": language, "dir": "auto"})
        short = AdminTextareaWidget(attrs={"rows": 3, "lang": language, "dir": "auto"})
        for name, field in (
            ("reason", forms.CharField(label=_("What the supporter is told"), widget=short, max_length=500)),
            ("subject", forms.CharField(label=_("Subject"), widget=AdminTextInputWidget(), max_length=200)),
            ("body", forms.CharField(label=_("Opening, or the whole letter"), widget=text)),
            ("points", Lines(label=_("Points to choose from"), rows=6, help_text=_("One paragraph on each line."))),
            ("ask", forms.CharField(label=_("What the letter asks"), widget=short)),
            ("alone", forms.BooleanField(label=_("Without the campaign’s points and without what it asks"))),
        ):
            field.required = False
            fields[f"words_{language}_{name}"] = field
    return type("LetterVariantForm", (VariantForm,), fields)


class LetterVariantInline(PartOfCampaign):
    model = LetterVariant
    verbose_name_plural = _("Other words for some of them")
    classes = ("collapse",)

    def _languages(self, campaign: Campaign | None) -> list[str]:
        if campaign is None:
            return []
        current = campaign.texts.filter(superseded_at__isnull=True).values_list("language", flat=True)
        return sorted({campaign.language, *current}, key=lambda language: (language != campaign.language, language))

    def get_formset(self, request: HttpRequest, obj: Campaign | None = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{**kwargs, "form": _form_for(self._languages(obj))})

    def get_fieldsets(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        said = [
            (
                _name_of(language),
                {
                    "fields": [f"words_{language}_{name}" for name in (*_SAID, "alone")],
                    "description": _("What is left empty is the campaign’s own."),
                },
            )
            for language in self._languages(obj)
        ]
        return [(None, {"fields": VariantForm.Meta.fields}), *said]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if campaign := self.campaign_of(request):
            if db_field.name in ("representative", "instead"):
                kwargs |= people_of(campaign, campaign.letter_variants.values(db_field.name))
            elif db_field.name == "legislature":
                known = {one.pk for one in campaign.legislatures()}
                known |= set(campaign.letter_variants.values_list("legislature", flat=True)) - {None}
                kwargs["queryset"] = Legislature.objects.filter(pk__in=known)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
