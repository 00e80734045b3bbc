"""Writing to one's representative: the prefilled letter, its three roads, and the one that is kept."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from config import links, locks
from config.crypto import email_key, email_keys
from letters import composing, outbox
from letters.letter_text import letter_text, subject_line
from letters.models import Letter, OutgoingEmail, Representative

from . import consent, emails, handing_in, retention
from .models import CampaignLetter, CampaignText, Signature

PLACEHOLDERS = (*composing.PLACEHOLDERS, "campaign_url")
# What mail programs take in a mailto: address without cutting it (standards.md 2.4).
MAILTO_LIMIT = 2_000
THE_WRITER = "the supporter"


class SentLately(Exception):
    """Another letter of the same person to the same representative has gone out in the last LETTER_REPEAT_DAYS."""


class NobodyThere(Exception):
    """Since the letter was written, the representative has left, or there is no way any more to reach them."""


@dataclass(frozen=True)
class Written:
    """What somebody wrote, cleaned."""

    representative: Representative
    subject: str
    body: str
    name: str
    address: str


def page_address(text: CampaignText) -> str:
    return links.absolute(text.campaign.address_in(text.language))


def prefilled(text: CampaignText, representative: Representative) -> tuple[str, str]:
    """Subject and body of the campaign's letter; the writer's {name} stays open."""
    values = composing.values_for(representative, text.language) | {"campaign_url": page_address(text)}
    return composing.compose(text.letter_subject, values), composing.compose(text.letter_body, values)


def letter_from(text: CampaignText, written: Written, email: str = "") -> Letter:
    """The letter itself, unsaved: the preview and the PDF keep nothing."""
    return composing.letter_to(
        written.representative,
        language=text.language,
        subject=written.subject,
        body=written.body,
        sender_name=written.name,
        sender_address=written.address,
        sender_email=email,
        foot_text=text.title,
        foot_url=page_address(text),
    )


def mailto(letter: Letter, representative: Representative) -> tuple[str, bool]:
    """The address that opens the letter in one's own mail program, and whether the whole letter fits into it."""
    to = quote(representative.reachable_address, safe="@")
    start = f"mailto:{to}?subject={quote(subject_line(letter))}"
    whole = f"{start}&body={quote(letter_text(letter).replace(chr(10), chr(13) + chr(10)))}"
    return (whole, True) if len(whole) <= MAILTO_LIMIT else (start, False)


def send(text: CampaignText, written: Written, email: str, signature: Signature | None = None) -> None:
    """Keeps the letter and asks its writer to confirm it by email. A second one within LETTER_REPEAT_DAYS to the same
    representative keeps nothing; only its email says so. `signature` is a confirmed one whose link brought the writer
    here: their address is proved already, and the letter goes at once."""
    with transaction.atomic():
        _one_at_a_time(text.campaign_id, email, written.representative)
        letters = _letters(text.campaign_id, email, written.representative)
        if (earlier := letters.filter(_sent_lately()).first()) is not None:
            emails.letter_already_sent(earlier)
            return
        for waiting in letters.filter(state=CampaignLetter.State.PENDING):
            _discard(waiting)
        letter = letter_from(text, written, email)
        letter.save()
        by_hand = handing_in.is_by_hand(text.campaign, written.representative)
        wording = consent.for_writing(text.campaign, text, written.representative.name, by_hand)
        kept = CampaignLetter.objects.create(
            campaign=text.campaign,
            text=text,
            letter=letter,
            representative=written.representative,
            signature=signature,
            email=email,
            email_key=email_key(email),
            by_hand=by_hand,
            consent=consent.record(wording),
            consent_at=timezone.now(),
        )
        if signature is not None and email_key(email) in email_keys(signature.email):
            confirm(kept)
        else:
            kept.confirmation = emails.confirm_letter(kept)
            kept.save(update_fields=["confirmation"])


def _one_at_a_time(campaign_id: int, email: str, representative: Representative) -> None:
    """Only the same person, writing to the same representative twice at once, waits for it."""
    locks.hold("letter", campaign_id, email_key(email), representative.pk)


def _letters(campaign_id: int, email: str, representative: Representative) -> models.QuerySet[CampaignLetter]:
    keys = email_keys(email)
    return CampaignLetter.objects.filter(campaign=campaign_id, email_key__in=keys, representative=representative)


def _sent_lately() -> models.Q:
    since = timezone.now() - timedelta(days=settings.LETTER_REPEAT_DAYS)
    return models.Q(state=CampaignLetter.State.CONFIRMED, confirmed_at__gt=since)


def _discard(waiting: CampaignLetter) -> None:
    """A letter written again before the first was confirmed replaces it."""
    withdraw(waiting)
    if waiting.confirmation_id:
        outbox.cancel([waiting.confirmation_id], actor="a newer letter")


def confirm(kept: CampaignLetter) -> bool:
    """Puts the letter in the queue, or among those that wait for hands, once.

    True when it stands, now or before; raises SentLately, or NobodyThere.
    """
    with transaction.atomic():
        if kept.representative is not None:
            _one_at_a_time(kept.campaign_id, kept.email, kept.representative)
            others = _letters(kept.campaign_id, kept.email, kept.representative).exclude(pk=kept.pk)
            if kept.state == CampaignLetter.State.PENDING and others.filter(_sent_lately()).exists():
                raise SentLately(kept.letter.recipient_name)
        changed = CampaignLetter.objects.filter(pk=kept.pk, state=CampaignLetter.State.PENDING).update(
            state=CampaignLetter.State.CONFIRMED, confirmed_at=timezone.now()
        )
        kept.refresh_from_db()
        if changed:
            _post(kept)
            kept.save(update_fields=["outgoing", "by_hand"])
    return kept.state == CampaignLetter.State.CONFIRMED


def goes_by_hand(kept: CampaignLetter) -> bool:
    """What its writer was told holds; and what is to be handed in from now on is not emailed any more."""
    if kept.by_hand or kept.state != CampaignLetter.State.PENDING or kept.representative is None:
        return kept.by_hand
    return handing_in.is_by_hand(kept.campaign, kept.representative)


def _post(kept: CampaignLetter) -> None:
    representative = kept.representative
    serving = representative and Representative.objects.serving(timezone.localdate()).filter(pk=representative.pk)
    if representative is None or not serving:
        raise NobodyThere(kept.letter.recipient_name)
    kept.by_hand = kept.by_hand or handing_in.is_by_hand(kept.campaign, representative)
    if not kept.by_hand:
        if not representative.reachable_address:
            raise NobodyThere(kept.letter.recipient_name)
        kept.outgoing = emails.letter(kept, representative)


def letters_of(signature: Signature) -> models.QuerySet[CampaignLetter]:
    """What the same person wrote through the same campaign, signed in or not."""
    return CampaignLetter.objects.filter(campaign=signature.campaign_id, email_key__in=email_keys(signature.email))


def erase(letters: models.QuerySet[CampaignLetter]) -> None:
    """Stops what has not left, and blanks the rest at once: letters, the emails they went by, and who wrote them."""
    with transaction.atomic():
        rows = list(letters.select_for_update(of=("self",)))
        stopped = [kept.pk for kept in rows if _stopped(kept)]
        CampaignLetter.objects.filter(pk__in=stopped).update(state=CampaignLetter.State.WITHDRAWN)
        # A letter that went on to another address has been in more than one email, and its writer's address in each.
        posted = OutgoingEmail.objects.filter(letter__in=[kept.letter_id for kept in rows]).values_list("pk", flat=True)
        asked = [kept.confirmation_id for kept in rows if kept.confirmation_id]
        outbox.forget_emails([*asked, *posted], THE_WRITER)
        retention.forget_letters(CampaignLetter.objects.filter(pk__in=[kept.pk for kept in rows]), timezone.now())
        for campaign_id in {kept.campaign_id for kept in rows if _in_a_bundle(kept)}:
            handing_in.discard(campaign_id)


def withdraw(kept: CampaignLetter) -> bool:
    """Takes back a letter that has not left yet. False when it has."""
    with transaction.atomic():
        kept = CampaignLetter.objects.select_for_update(of=("self",)).get(pk=kept.pk)
        if kept.state == CampaignLetter.State.WITHDRAWN:
            return True
        if not _stopped(kept):
            return False
        CampaignLetter.objects.filter(pk=kept.pk).update(state=CampaignLetter.State.WITHDRAWN)
        if kept.confirmation_id:
            outbox.cancel([kept.confirmation_id], actor=THE_WRITER)  # nothing is left to confirm
        if _in_a_bundle(kept):
            handing_in.discard(kept.campaign_id)
        return True


def _in_a_bundle(kept: CampaignLetter) -> bool:
    """Perhaps. One that nobody has confirmed is in none, so whoever only types one changes nothing."""
    return kept.by_hand and kept.state == CampaignLetter.State.CONFIRMED


def _stopped(kept: CampaignLetter) -> bool:
    """Whether the letter, whose row is locked, has not left and now will not."""
    if kept.handed_over_at is not None:
        return False
    return not kept.outgoing_id or bool(outbox.cancel([kept.outgoing_id], actor=THE_WRITER))
