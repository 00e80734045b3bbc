from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def letter_days() -> int:
    """For how many days a letter is kept after it was handed over."""
    days: int = settings.LETTER_RETENTION_DAYS
    return days


@register.simple_tag
def ask_days() -> int:
    """After how many days a letter's writer is asked whether it was answered; 0: never."""
    days: int = settings.LETTER_ASK_DAYS
    return days
