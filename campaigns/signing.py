"""Signing, from the form to the confirmed signature and out again: the whole flow in one file."""

import logging
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from config.crypto import email_key, email_keys
from letters import outbox
from letters.models import Constituency

from . import consent, emails, exports, posting, retention, telling
from .models import Campaign, CampaignLetter, CampaignText, Invalidation, MergedLetter, Signature

log = logging.getLogger(__name__)

# How many confirmation emails one signature may ever cause, reminder included.
MOST_CONFIRMATIONS = 5
CONFIRMATION = ("confirmation", "confirmations_sent")  # what sending one writes on the signature


@dataclass(frozen=True)
class Supporter:
    """What somebody typed into the form, cleaned."""

    name: str
    email: str
    postcode: str
    country: str
    area: Constituency | None
    affiliation: str
    reason: str
    display: str
    updates: bool
    came_from: str = ""  # see arriving


def sign(text: CampaignText, supporter: Supporter, mail: bool = True) -> None:
    """Stores the signature, waiting, with its email, in one transaction. Whoever asks learns nothing from it:
    a first signature, a second one and a moderated one look the same from outside; only the email differs.
    Without `mail`, for an address that has had its share for now, the signature waits for the reminder."""
    try:
        with transaction.atomic():
            _sign(text, supporter, mail)
    except IntegrityError:
        # Two forms with one address at the same moment: the other came first, and this is now a second one.
        with transaction.atomic():
            _sign(text, supporter, mail)


def _sign(text: CampaignText, supporter: Supporter, mail: bool) -> None:
    places = Signature.objects.filter(campaign=text.campaign_id).holding_the_place()
    # The lock is on this address's own row: only the same person, signing twice at once, waits for it.
    existing = places.of_address(supporter.email).select_for_update(of=("self",)).select_related("text").first()
    if existing is None:
        signature = Signature(campaign_id=text.campaign_id, email_key=email_key(supporter.email))
        _write_down(signature, text, supporter)
        if mail:
            _send_confirmation(signature)
        signature.save()
    elif existing.state in Signature.WAITING:
        # Not yet anybody's word: the latest form counts, and the page behind the link shows all of what it says.
        _write_down(existing, text, supporter)
        if mail:
            _send_confirmation(existing)
        existing.save()
    elif mail and existing.state == Signature.State.INVALID:
        emails.signature_removed(existing, text)
    elif mail:
        emails.already_signed(existing, text)


def _write_down(signature: Signature, text: CampaignText, supporter: Supporter) -> None:
    now = timezone.now()
    before = signature.to_be_checked()
    signature.text = text
    for field in fields(Supporter):
        setattr(signature, field.name, getattr(supporter, field.name))
    signature.check_again(before)
    signature.show_as_chosen()
    signature.consent = consent.record(consent.for_signing(text.campaign, text))
    signature.consent_at = now
    _record_news(signature, supporter.updates)
    signature.erase_on = retention.kept_until(text.campaign)


def _record_news(signature: Signature, wanted: bool) -> None:
    signature.updates = wanted
    if wanted:
        wording = consent.for_news(signature.text.campaign)
        signature.updates_consent = consent.record(wording)
        signature.updates_consent_at = timezone.now()
    else:
        signature.updates_consent = None
        signature.updates_consent_at = None


def _send_confirmation(signature: Signature, reminder: bool = False) -> bool:
    """Queues the email and notes it on the signature, which the caller saves; False when it has had its share."""
    if signature.confirmations_sent >= MOST_CONFIRMATIONS:
        return False
    _stop_asking(signature.confirmation_id, "a newer email")
    signature.confirmation = emails.confirm_signature(signature, reminder)
    signature.confirmations_sent += 1
    return True


def resend(signature: Signature) -> bool:
    """Another confirmation email to a signature that waits; False when it has had its share."""
    with transaction.atomic():
        signature = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
        sent = signature.state in Signature.WAITING and _send_confirmation(signature)
        if sent:
            signature.save(update_fields=CONFIRMATION)
        return sent


class Changed(Exception):
    """The signature says something else by now than the page on which it was confirmed."""


def confirm(signature: Signature, seen: str = "") -> bool:
    """True when the signature stands, now or before, or seems to. Touches its own row alone, and no counter.

    `seen` is the content_digest() of what the page showed; Changed is raised when another form has come since.
    """
    now = timezone.now()
    with transaction.atomic():
        row = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
        if row.state in Signature.WAITING:
            if seen and seen != row.content_digest():
                raise Changed(str(row.uuid))
            # One held back seems confirmed to whoever sent it, and is not counted.
            state = Signature.State.CONFIRMED if row.state == Signature.State.PENDING else row.state
            Signature.objects.filter(pk=row.pk).update(state=state, confirmed_at=row.confirmed_at or now)
    signature.refresh_from_db()
    return signature.seen_state == Signature.State.CONFIRMED


def change(signature: Signature, choices: dict[str, Any]) -> None:
    """How one is shown, and whether one wants news: `name`, `affiliation`, `reason`, `display`, `updates`."""
    with transaction.atomic():
        signature = (
            Signature.objects.select_for_update(of=("self",)).select_related("text__campaign").get(pk=signature.pk)
        )
        if signature.anonymised_at is not None or signature.state == Signature.State.WITHDRAWN:
            return  # in another window, a moment ago: nothing of it comes back
        before = signature.to_be_checked()
        for field in ("name", "affiliation", "reason", "display"):
            setattr(signature, field, choices[field])
        signature.check_again(before)
        if choices["updates"] != signature.updates:
            _record_news(signature, choices["updates"])
            if not signature.updates:
                _stop_news(signature)
        signature.show_as_chosen()
        signature.save()


def withdraw(signature: Signature) -> bool:
    """From every state: one struck out may go too, and is not brought back when the striking out is undone."""
    with transaction.atomic():
        standing = Signature.objects.filter(pk=signature.pk).exclude(state=Signature.State.WITHDRAWN)
        if not standing.update(state=Signature.State.WITHDRAWN, withdrawn_at=timezone.now(), updates=False):
            return False
        _stop_asking(Signature.objects.values_list("confirmation_id", flat=True).get(pk=signature.pk), "the supporter")
        _stop_news(signature)
        return True


def stop_news(value: UUID) -> None:
    """This campaign's updates to whoever signed it, also those that wait. As often as it is asked, and for a signature
    that is no longer there."""
    with transaction.atomic():
        signature = Signature.objects.select_for_update(of=("self",)).filter(uuid=value).first()
        if signature is None:
            return
        if signature.updates:
            _record_news(signature, False)
            signature.save(update_fields=["updates", "updates_consent", "updates_consent_at"])
        _stop_news(signature)


def _stop_news(signature: Signature) -> None:
    outbox.cancel(telling.news_to([signature]), actor="the supporter")


def _stop_asking(confirmation: int | None, actor: str) -> None:
    """Nobody is asked to confirm what was taken back meanwhile, nor twice by emails that wait together."""
    if confirmation is not None:
        outbox.cancel([confirmation], actor=actor)


def erase(signature: Signature, actor: str = "the supporter", alone: bool = False) -> None:
    """Takes the signature back and blanks the person at once, in our rows and in every email still kept for them.

    Other signatures of the same address are their own records and stay; letters of this campaign go with it. `alone`:
    nothing else goes, for somebody else had entered it: whose address they gave has not asked for anything.
    """
    now = timezone.now()
    with transaction.atomic():
        signature = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
        if signature.anonymised_at is not None:
            return  # by the same press of the button, a moment ago
        if signature.email and not alone:  # of those entered by hand it may never have been known
            posting.erase(posting.letters_of(signature))
            # What another organisation writes to this address is not this one's to stop.
            sender = signature.campaign.organisation.sender
            outbox.forget(signature.email, actor, _emails_of_other_campaigns(signature), sender)
        exports.discard(signature.campaign_id)
        signature.forget_the_person(now)
        signature.state = Signature.State.WITHDRAWN
        signature.withdrawn_at = signature.withdrawn_at or now
        signature.save()


def _emails_of_other_campaigns(signature: Signature) -> set[int]:
    """What the same person signed or wrote elsewhere goes on, and so does its mail."""
    keys = email_keys(signature.email)
    signatures = Signature.objects.filter(email_key__in=keys).exclude(campaign=signature.campaign_id)
    letters = CampaignLetter.objects.filter(email_key__in=keys).exclude(campaign=signature.campaign_id)
    found = {*signatures.values_list("confirmation_id", flat=True), *telling.news_to(signatures)}
    for pair in letters.values_list("confirmation_id", "outgoing_id"):
        found.update(pair)
    found.update(telling.about(letters))
    # Letters of many, to which the organisation answers, and whose address this may be.
    found.update(MergedLetter.objects.filter(outgoing__reply_key__in=keys).values_list("outgoing_id", flat=True))
    return {pk for pk in found if pk is not None}


def remind_the_unconfirmed() -> int:
    """One reminder, a day after signing, while the campaign is live."""
    now = timezone.now()
    due = Signature.objects.filter(
        state=Signature.State.PENDING,
        reminded_at__isnull=True,
        consent_at__lt=now - settings.REMINDER_AFTER,
        consent_at__gt=now - settings.REMINDER_AFTER - timedelta(days=7),
        campaign__in=Campaign.objects.live(),
    )
    sent = 0
    for pk in list(due.order_by("pk").values_list("pk", flat=True)[:500]):
        try:
            sent += _remind(pk, now)
        except Exception:  # whatever is wrong with one, the others still get theirs
            log.exception("No reminder could be made for signature %s.", pk)
    return sent


@transaction.atomic
def _remind(pk: int, now: datetime) -> bool:
    waiting = Signature.objects.filter(pk=pk, state=Signature.State.PENDING, reminded_at__isnull=True)
    # Read anew under its lock: of two sweepers at once, the second finds it reminded.
    signature = waiting.select_for_update(of=("self",)).first()
    if signature is None:
        return False
    signature.reminded_at = now
    sent = _send_confirmation(signature, reminder=True)
    signature.save(update_fields=["reminded_at", *CONFIRMATION])
    return sent


def invalidate(signatures: models.QuerySet[Signature], invalidation: Invalidation | None = None) -> int:
    """By a moderator; undone by `restore`. In bulk, with who and why: invalidating."""
    return signatures.exclude(state__in=(Signature.State.INVALID, Signature.State.WITHDRAWN)).update(
        state_before_invalid=models.F("state"), state=Signature.State.INVALID, invalidation=invalidation
    )


def restore(signatures: models.QuerySet[Signature]) -> int:
    return signatures.filter(state=Signature.State.INVALID).update(
        state=models.F("state_before_invalid"), state_before_invalid="", invalidation=None
    )
