from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def letter_days() -> int:
    """For how many days a letter is kept after it was handed over."""
    days: int = settings.LETTER_RETENTION_DAYS
    return days
