"""Every email this room sends: one function a message, each through the outbox."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from config import email, links
from letters import outbox
from letters.models import Message, OutgoingEmail, Representative
from letters.models.post import Kind

from . import retention
from .models import CampaignLetter, CampaignText, Organisation, Signature, User

# What differs between recipients. All else is shared by every email of one wording (letters.models.Message).
MARKERS = ("name", "representative", "action_url", "manage_url", "kept_until")


def _shared_message(template: str, text: CampaignText) -> Message:
    """The one Message of a template for one wording; remembered for a minute, since signing asks for it each time."""
    key = f"message:{template}:{text.pk}"
    message: Message | None = cache.get(key)
    if message is None:
        campaign = text.campaign
        context = {
            "campaign_title": text.title,
            "organisation_name": campaign.organisation.in_language("name", text.language),
            "contact_email": campaign.organisation.contact_email,
            "page_url": links.absolute(campaign.address_in(text.language)),
            "text": text,
        }
        made = outbox.message(email.render(f"campaigns/email/{template}", context, text.language, MARKERS))
        # Not before it is in the database for good: a message of a transaction that was rolled back is nobody's.
        transaction.on_commit(lambda: cache.set(key, made, 60))
        return made
    return message


def _queue(
    template: str, text: CampaignText, to: str, name: str, kind: Kind, values: Mapping[str, str]
) -> OutgoingEmail:
    return outbox.queue(
        sender=text.campaign.organisation.sender,
        message=_shared_message(template, text),
        to=to,
        to_name=name,
        kind=kind,
        values={"name": name, **values},
    )


@lru_cache(maxsize=256)
def _day(day: date, language: str) -> str:
    with override(language):
        return date_format(day, "DATE_FORMAT")


def _signature_links(signature: Signature) -> dict[str, str]:
    return {
        "action_url": links.link("confirm", "campaigns:confirm", signature.uuid),
        "manage_url": links.link("signature", "campaigns:signature", signature.uuid),
        "kept_until": _day(signature.erase_on, signature.text.language),
    }


def confirm_signature(signature: Signature, reminder: bool = False) -> OutgoingEmail:
    return _queue(
        "reminder" if reminder else "confirm",
        signature.text,
        signature.email,
        signature.name,
        Kind.CONFIRMATION,
        _signature_links(signature),
    )


def already_signed(signature: Signature, text: CampaignText) -> OutgoingEmail:
    values = _signature_links(signature)
    del values["action_url"]
    return _queue("already", text, signature.email, signature.name, Kind.CONFIRMATION, values)


def signature_removed(signature: Signature, text: CampaignText) -> OutgoingEmail:
    """To somebody who signs again after the organisers struck their signature out: the truth, and whom to ask."""
    values = _signature_links(signature)
    del values["action_url"]
    return _queue("removed", text, signature.email, signature.name, Kind.CONFIRMATION, values)


def _letter_values(letter: CampaignLetter) -> dict[str, str]:
    return {
        "representative": letter.letter.recipient_name,
        "action_url": links.link("letter-confirm", "campaigns:letter_confirm", letter.uuid),
        "manage_url": links.link("letter", "campaigns:letter_manage", letter.uuid),
        "kept_until": _day(retention.letter_kept_until(letter), letter.text.language),
    }


def confirm_letter(letter: CampaignLetter) -> OutgoingEmail:
    return _queue(
        "hand_in_confirm" if letter.by_hand else "letter_confirm",
        letter.text,
        letter.email,
        letter.letter.sender_name,
        Kind.CONFIRMATION,
        _letter_values(letter),
    )


def letter_already_sent(letter: CampaignLetter) -> OutgoingEmail:
    values = _letter_values(letter)
    del values["action_url"]
    return _queue("letter_already", letter.text, letter.email, letter.letter.sender_name, Kind.CONFIRMATION, values)


def letter(kept: CampaignLetter, to: Representative, actor: str = "system") -> OutgoingEmail:
    """The letter itself, to a representative who has an address."""
    return outbox.queue(
        sender=kept.campaign.organisation.sender,
        message=outbox.letter_message(),
        to=to.reachable_address,
        to_name=kept.letter.recipient_name,
        reply_to=kept.email,
        kind=Kind.LETTER,
        letter=kept.letter,
        attach_letter=kept.campaign.attach_pdf,
        actor=actor,
    )


def post_notice(
    organisation: Organisation, reader: User, concerns: Mapping[str, int], language: str, owned: bool = True
) -> OutgoingEmail:
    """To who owns the organisation, or is to find it an owner, about its post.

    From the installation: a broken sender cannot tell of itself.
    """
    name = organisation.in_language("name", language)
    context = {"organisation_name": name, "concerns": concerns, "owned": owned}
    where = {"slug": organisation.slug} | ({} if language == settings.LANGUAGE_CODE else {"language": language})
    return outbox.queue(
        sender=outbox.default_sender(),
        message=outbox.message(email.render("campaigns/email/notice", context, language, ("name", "manage_url"))),
        to=reader.email,
        to_name=reader.name,
        kind=Kind.NOTICE,
        values={
            "name": reader.name or name,
            "manage_url": links.absolute(reverse("campaigns:post_room", kwargs=where)),
        },
    )
