"""The languages a campaign is written in, and a field for each of them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language_info

from campaigns.models import Campaign


def languages_of(campaign: Campaign) -> list[str]:
    """Of its current texts and of those being written, its first one first."""
    current = set(campaign.texts.filter(superseded_at__isnull=True).values_list("language", flat=True))
    current |= set(campaign.wording_drafts.values_list("language", flat=True))
    return [campaign.language, *sorted(current - {campaign.language})]


def name_of(language: str) -> str:
    """In the language of the page; a code that Django does not know stays a code."""
    try:
        return str(get_language_info(language)["name_translated"])
    except KeyError:
        return language


def add_translations(form: forms.ModelForm[Any], names: Sequence[str], languages: Sequence[str]) -> None:
    """Gives the form each of its fields once more in every further language: name_ar beside name."""
    kept = form.instance.translations or {}
    for language in languages:
        for name in names:
            first = form.fields[name]
            field = type(first)(label=first.label, required=False, max_length=getattr(first, "max_length", None))
            rows = {"rows": first.widget.attrs["rows"]} if "rows" in first.widget.attrs else {}
            field.widget = type(first.widget)({"lang": language, "dir": "auto", **rows})
            form.fields[f"{name}_{language}"] = field
            form.initial[f"{name}_{language}"] = (kept.get(language) or {}).get(name, "")


def translated(form: forms.ModelForm[Any], names: Sequence[str], languages: Sequence[str]) -> dict[str, dict[str, str]]:
    """What is kept of it: languages and words that the form does not know stay, and what is empty is left out."""
    kept: dict[str, dict[str, str]] = {code: dict(words) for code, words in (form.instance.translations or {}).items()}
    for language in languages:
        said = {name: form.cleaned_data.get(f"{name}_{language}") or "" for name in names}
        words = {**kept.get(language, {}), **said}
        kept[language] = {name: word for name, word in words.items() if word}
    return {code: words for code, words in kept.items() if words}
