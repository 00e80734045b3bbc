from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def isolated(text: object) -> SafeString:
    """A name or an address that keeps its own direction inside a sentence of the other one."""
    return format_html("<bdi>{}</bdi>", text)
