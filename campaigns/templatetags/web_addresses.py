from django import template
from django.utils.safestring import SafeString

from config import web_addresses

register = template.Library()


@register.filter
def addresses_isolated(text: str) -> SafeString:
    """Plain text, escaped, with the addresses of pages in it kept from left to right."""
    return web_addresses.isolated(text)
