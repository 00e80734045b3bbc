"""Signing, from the form to the confirmed signature and out again: the whole flow in one file."""

import logging
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from config import prepared
from config.crypto import email_key, email_keys
from letters import outbox
from letters.models import Constituency

from . import areas, consent, emails, exports, holding, networks, posting, sharing, telling
from .models import Campaign, CampaignLetter, ConsentWording, Invalidation, MergedLetter, Signature, SignedAgain
from .offering import Offer

log = logging.getLogger(__name__)

# How many confirmation emails one signature may ever cause, reminder included.
MOST_CONFIRMATIONS = 5
RELEASED = (Signature.State.PENDING, Signature.State.CONFIRMED)  # to which one is let through that was held back
CONFIRMATION = ("confirmation", "confirmations_sent")  # what sending one writes on the signature


@dataclass(frozen=True)
class Supporter:
    """What somebody typed into the form, cleaned."""

    name: str
    email: str
    postcode: str
    country: str
    affiliation: str
    reason: str
    display: str
    updates: bool
    came_from: str = ""  # see arriving
    network_key: str = ""  # see suspecting, as the two that follow
    domain_key: str = ""
    held_for: str = ""


def sign(offer: Offer, supporter: Supporter, mail: bool = True, at: datetime | None = None) -> None:
    """Stores the signature, waiting, with its email, in one transaction. Whoever asks learns nothing from it: a first
    signature, a second one, another person's at the same address, one held back and a moderated one look the same from
    outside; only the email differs. Without `mail`, for an address that has had its share for now, the signature waits
    for the reminder. `at`: when the form was sent.

    What a request calls is accepting.accept(), which comes here for those who are known.
    """
    at = at or timezone.now()
    for last in (False, False, True):
        try:
            with transaction.atomic():
                _sign(offer, supporter, mail, at)
            return
        except IntegrityError:
            # Two forms with one address at the same moment: the other came first and has the place. We look again, as
            # often as there are places to lose.
            if last:
                raise


def _sign(offer: Offer, supporter: Supporter, mail: bool, at: datetime) -> None:
    text = offer.text
    places = Signature.objects.filter(campaign=text.campaign_id).holding_the_place()
    # The lock is on this address's own rows: only who shares it, signing at once, waits for it.
    rows = places.of_address(supporter.email).select_for_update(of=("self",)).select_related("text").order_by("place")
    there = list(rows)
    existing = sharing.same_person(there, supporter.name)
    free = sharing.PLACES.difference(row.place for row in there)
    if existing is None and free:
        signature = Signature(campaign_id=text.campaign_id, email_key=email_key(supporter.email), place=min(free))
        _keep(signature, offer, supporter, mail, at)
    elif existing is not None and existing.seen_state == Signature.State.PENDING:
        _keep(existing, offer, supporter, mail, at)
    elif not mail:
        return
    elif existing is None:
        emails.places_are_taken(there[-1], text, supporter.name)
    elif existing.state == Signature.State.INVALID:
        emails.signature_removed(existing, text)
    else:
        emails.already_signed(existing, text)


def _keep(signature: Signature, offer: Offer, supporter: Supporter, mail: bool, at: datetime) -> None:
    """Not yet anybody's word: the latest form counts, and the page behind the link shows all of what it says."""
    # Only where somebody's form waits already, one that is to be held back does not take its place: a machine that
    # knows their address could have it held back, and nobody would tell them.
    waits = signature.pk is not None and signature.state == Signature.State.PENDING
    if not (waits and supporter.held_for):
        area = areas.area_of(offer.text.campaign, supporter.country, supporter.postcode)
        _write_down(signature, offer, supporter, area, at)
    if mail:
        _send_confirmation(signature)
    signature.save()


def new(offer: Offer, supporter: Supporter, at: datetime) -> Signature:
    """A first signature, not stored yet, and without its area: that is found as it is written (areas)."""
    signature = Signature(campaign_id=offer.text.campaign_id)
    _write_down(signature, offer, supporter, None, at)
    return signature


def _write_down(
    signature: Signature, offer: Offer, supporter: Supporter, area: Constituency | None, at: datetime
) -> None:
    before = signature.to_be_checked()
    signature.text = offer.text
    if supporter.held_for:
        signature.state = Signature.State.SUSPECT
    elif signature.held_for:  # by a rule: this form breaks none, and it is the one that counts
        signature.state, signature.invalidation = Signature.State.PENDING, None
    for field in fields(Supporter):
        setattr(signature, field.name, getattr(supporter, field.name))
    signature.area = area
    if not networks.are_kept_of(signature, at):
        signature.network_key = ""
    signature.check_again(before)
    holding.hold(signature)
    signature.show_as_chosen()
    signature.consent, signature.consent_at = offer.agreed, at
    _record_news(signature, offer.news if supporter.updates else None, at)
    signature.erase_on = offer.kept_until


def _record_news(signature: Signature, agreed: ConsentWording | None, at: datetime) -> None:
    """Whether they want news, and the words they agreed to by that."""
    signature.updates = agreed is not None
    signature.updates_consent = agreed
    signature.updates_consent_at = at if agreed else None


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
        sent = signature.seen_state == Signature.State.PENDING and _send_confirmation(signature)
        if sent:
            signature.save(update_fields=CONFIRMATION)
        return sent


class Changed(Exception):
    """The signature says something else by now than the page on which it was confirmed."""


def confirm_as_seen(value: UUID, seen: str) -> bool:
    """What nearly everybody does: confirms the signature that waits, as it was on the page, with one UPDATE of its own
    row. False where anything else is the case, which confirm() then tells apart: also when it is pressed again, held
    back or not, since only the first press comes before the limit."""
    campaigns, given = _live()
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    uuid = value if connection.features.has_native_uuid_field else value.hex
    changed = prepared.change(
        f"UPDATE {Signature._meta.db_table} SET confirmed_at = %s, "
        "state = CASE WHEN state = 'pending' THEN 'confirmed' ELSE state END "
        "WHERE uuid = %s AND state IN ('pending', 'suspect') AND confirmed_at IS NULL AND said = %s AND said <> '' "
        f"AND campaign_id IN ({campaigns})",
        [now, uuid, seen, *given],
    )
    return bool(changed)


@lru_cache(maxsize=1)
def _live() -> tuple[str, tuple[Any, ...]]:
    sql, given = Campaign.objects.live().order_by().values("pk").query.sql_with_params()
    return sql, tuple(given)


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
        holding.hold(signature)
        if choices["updates"] != signature.updates:
            wanted = consent.record(consent.for_news(signature.text.campaign)) if choices["updates"] else None
            _record_news(signature, wanted, timezone.now())
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
            _record_news(signature, None, timezone.now())
            signature.save(update_fields=["updates", "updates_consent", "updates_consent_at", "said"])
        _stop_news(signature)


def _stop_news(signature: Signature) -> None:
    outbox.cancel(telling.news_to([signature]), actor="the supporter")


def _stop_asking(confirmation: int | None, actor: str) -> None:
    """Nobody is asked to confirm what was taken back meanwhile, nor twice by emails that wait together."""
    if confirmation is not None:
        outbox.cancel([confirmation], actor=actor)


def erase(signature: Signature, actor: str = "the supporter", alone: bool = False) -> None:
    """Takes the signature back and blanks the person at once, in our rows and in every email still kept for them.

    Other signatures of the same address are their own records and stay, another person's for this campaign too; letters
    of this campaign go with it, but not the other person's. `alone`:
    nothing else goes, for somebody else had entered it: whose address they gave has not asked for anything.
    """
    now = timezone.now()
    with transaction.atomic():
        if signature.email and not alone:
            _forget_what_waits(signature)  # before the signature is locked: accepting locks them in this order
        signature = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
        if signature.anonymised_at is not None:
            return  # by the same press of the button, a moment ago
        if signature.email and not alone:  # of those entered by hand it may never have been known
            posting.erase(posting.letters_of(signature))
            # What another organisation writes to this address is not this one's to stop.
            sender = signature.campaign.organisation.sender
            outbox.forget(signature.email, actor, _emails_of_others(signature), sender)
        exports.discard(signature.campaign_id)
        signature.forget_the_person(now)
        signature.state = Signature.State.WITHDRAWN
        signature.withdrawn_at = signature.withdrawn_at or now
        signature.save()


def _forget_what_waits(signature: Signature) -> None:
    """A form that they sent a moment ago would bring them back (accepting)."""
    again = SignedAgain.objects.filter(text__campaign=signature.campaign_id).order_by("pk")
    for row in again.filter(email_key__in=email_keys(signature.email)).select_for_update(of=("self",)):
        if sharing.bare(row.supporter["said"]["name"]) == sharing.bare(signature.name):
            row.delete()


def _emails_of_others(signature: Signature) -> set[int]:
    """What the same person signed or wrote elsewhere goes on, and so does its mail; and that of whoever shares the
    address. Asked once the letters that go are blanked."""
    keys = email_keys(signature.email)
    elsewhere = ~models.Q(campaign=signature.campaign_id) | models.Q(
        pk__in=[one.pk for one in sharing.others(signature)]
    )
    signatures = Signature.objects.filter(elsewhere, email_key__in=keys)
    letters = CampaignLetter.objects.filter(email_key__in=keys)
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
    due = _not_reminded().filter(
        consent_at__lt=now - settings.REMINDER_AFTER,
        consent_at__gt=now - settings.REMINDER_AFTER - timedelta(days=7),
        campaign__in=Campaign.objects.live(),
    )
    sent = 0
    # By the index that holds only those: in the order of their keys PostgreSQL would walk the whole table for them.
    for pk in list(due.order_by("consent_at").values_list("pk", flat=True)[:500]):
        try:
            sent += _remind(pk, now)
        except Exception:  # whatever is wrong with one, the others still get theirs
            log.exception("No reminder could be made for signature %s.", pk)
    return sent


def _not_reminded() -> models.QuerySet[Signature]:
    """One held back is reminded like any other, until it seems confirmed."""
    return Signature.objects.filter(state__in=Signature.WAITING, confirmed_at__isnull=True, reminded_at__isnull=True)


@transaction.atomic
def _remind(pk: int, now: datetime) -> bool:
    # Read anew under its lock: of two sweepers at once, the second finds it reminded.
    signature = _not_reminded().select_for_update(of=("self",)).filter(pk=pk).first()
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


def release(signatures: models.QuerySet[Signature], by: Invalidation) -> int:
    """Of those held back, by a moderator: each is where it would be; undone by `hold_again`."""
    state = Signature.State
    seems = models.Case(
        models.When(confirmed_at__isnull=True, then=models.Value(state.PENDING)), default=models.Value(state.CONFIRMED)
    )
    return signatures.filter(state=state.SUSPECT).update(state=seems, invalidation=by)


def hold_again(signatures: models.QuerySet[Signature]) -> int:
    return signatures.filter(state__in=RELEASED).update(state=Signature.State.SUSPECT, invalidation=None)


def restore(signatures: models.QuerySet[Signature]) -> int:
    return signatures.filter(state=Signature.State.INVALID).update(
        state=models.F("state_before_invalid"), state_before_invalid="", invalidation=None
    )
