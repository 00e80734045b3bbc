from django import template
from django.conf import settings

from campaigns import promises
from campaigns.models import Campaign, CampaignLetter

register = template.Library()


@register.simple_tag
def letter_days(campaign: Campaign) -> int:
    """For how many days a letter that is written now is kept after it was handed over."""
    return campaign.days_of_letters


@register.simple_tag
def days_of(letter: CampaignLetter) -> int:
    """The same of one that was written."""
    return promises.days_of(letter)


@register.simple_tag
def ask_days() -> int:
    """After how many days a letter's writer is asked whether it was answered; 0: never."""
    days: int = settings.LETTER_ASK_DAYS
    return days
