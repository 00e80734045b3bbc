from collections.abc import Iterable

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from campaigns import consent
from letters.models import Representative

register = template.Library()


@register.filter
def isolated(text: object) -> SafeString:
    """A name or an address that keeps its own direction inside a sentence of the other one."""
    return format_html("<bdi>{}</bdi>", text)


@register.filter
def names(people: Iterable[Representative]) -> list[str]:
    return [one.name for one in people]


@register.filter
def listed(names: Iterable[str]) -> SafeString:
    """Imogen, Jonas and Kim, each in their own direction."""
    return mark_safe(consent.listed([isolated(name) for name in names]))  # each is escaped by isolated
