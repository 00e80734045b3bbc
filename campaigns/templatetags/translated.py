from typing import Any

from django import template
from django.utils.translation import get_language

from campaigns.models.translated import Translated

register = template.Library()


@register.filter
def translated(row: Translated, field: str) -> Any:
    """A field of a row in the language of the page, or as it first was: {{ organisation|translated:"name" }}."""
    return row.in_language(field, get_language() or "")
