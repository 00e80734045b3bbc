"""Fields for the same words in each further language that a campaign is written in."""

from collections.abc import Sequence
from typing import Any

from django import forms


def add_translations(form: forms.ModelForm[Any], names: Sequence[str], languages: Sequence[str]) -> None:
    """Gives the form each of its fields once more in every further language: name_ar beside name."""
    kept = form.instance.translations or {}
    for language in languages:
        for name in names:
            first = form.fields[name]
            assert isinstance(first, forms.CharField)
            field = type(first)(label=first.label, required=False, max_length=first.max_length)
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
