"""Updates, and people who asked for them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from campaigns import consent, mailing
from campaigns.models import Campaign, Signature, Update, UpdateRecipient, User
from letters.models import OutgoingEmail
from letters.models.post import Kind
from tests.campaigns.factories import make_signature, make_user

WORDS = {"en": ("The council has met", "It *decided* nothing. [Read on](https://example.org/minutes)")}
WORDS_AR = {"ar": ("اجتمع المجلس", "لم يقرر شيئا.")}


def make_update(campaign: Campaign, words: dict[str, tuple[str, str]] | None = None, **fields: Any) -> Update:
    """A draft in English, unless told otherwise."""
    update = Update.objects.create(campaign=campaign, **fields)
    for language, (title, body) in (words or WORDS).items():
        update.texts.create(language=language, title=title, body=body)
    return update


def make_reader(campaign: Campaign, **fields: Any) -> Signature:
    """Somebody who signed an hour ago and asked for news."""
    then = timezone.now() - timedelta(hours=1)
    wording = consent.record(consent.for_news(campaign))
    asked = {"updates": True, "updates_consent": wording, "updates_consent_at": then, "confirmed_at": then}
    return make_signature(campaign, **{**asked, **fields})


def send(update: Update, **plan: Any) -> Update:
    """By an owner, now, unless told otherwise."""
    address = f"owner-{update.pk}@example.org"
    known = User.objects.filter(email=address).first()
    owner = known or make_user(address, update.campaign.organisation, "owner")
    mailing.send(update, owner, mailing.Plan(**{"by_email": True, "on_page": True, **plan}), update.revision)
    return update


def out() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(kind=Kind.UPDATE).order_by("pk").select_related("message"))


def readers_of(update: Update) -> list[str]:
    """The addresses of those it was made for."""
    rows = UpdateRecipient.objects.filter(update=update).order_by("pk").select_related("signature")
    return [row.signature.email for row in rows]
