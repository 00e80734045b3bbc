"""What is offered to whoever signs a text at this moment: the words, what is agreed to, and until when it is kept."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from config.held import Held
from letters.models import Message

from . import consent, emails, retention
from .models import CampaignText, ConsentWording


@dataclass(frozen=True)
class Offer:
    """The same for everybody, so it is put together once for a crowd."""

    text: CampaignText
    agreed: ConsentWording
    news: ConsentWording  # for those who tick it
    kept_until: date
    confirmation: Message


def current(text: CampaignText) -> Offer:
    """In the language that is active, which is the page's."""
    return _held.get((text.pk, get_language()), lambda: _offer(text))


_held: Held[Offer] = Held(seconds=1.0)


def _offer(text: CampaignText) -> Offer:
    campaign = text.campaign
    return Offer(
        text=text,
        agreed=consent.record(consent.for_signing(campaign, text)),
        news=consent.record(consent.for_news(campaign)),
        kept_until=retention.kept_until(campaign),
        confirmation=emails.confirmation_message(text),
    )
