"""The country a supporter lives in: two hundred and fifty options, made once in each language."""

from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django_countries import countries


@lru_cache(maxsize=8)
def _countries(language: str | None) -> list[tuple[str, str]]:
    """Code and name, in the order of the names in the language that is active."""
    return [(country.code, str(country.name)) for country in countries]


@lru_cache(maxsize=8)
def _options(language: str | None) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', _countries(language))


class Select(forms.Select):
    """Django sends each option through two templates, which is half the work of a campaign's page.

    Its name is what crispy makes the element's class of.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = f'<option value="{escape(value)}"'
        options = mark_safe(_options(get_language()).replace(chosen, f"{chosen} selected", 1))  # both are escaped
        attributes = self.build_attrs(self.attrs, attrs)
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(attributes), options)


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(code for code, _ in _countries("en"))


class CountryField(forms.ChoiceField):
    def valid_value(self, value: str) -> bool:
        """Django compares it with each of the two hundred and fifty, which is half of reading the form."""
        return value in _codes()


def country_field(**options: Any) -> forms.ChoiceField:
    # The choices are a function, asked when they are needed: a list would be copied and checked for every form.
    widget = Select({"autocomplete": "country"})
    return CountryField(choices=lambda: _countries(get_language()), widget=widget, **options)
