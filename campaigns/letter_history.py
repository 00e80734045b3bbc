"""What became of one letter, in order, as its writer reads it. It claims no more than is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letters.models import DeliveryEvent, OutgoingEmail, Representative
from letters.models.post import UNSETTLED, Kind, State

from . import deciding, merging
from .models import CampaignLetter


@dataclass(frozen=True)
class Step:
    at: datetime | None  # None: nobody has noted when
    said: str


def history(kept: CampaignLetter) -> list[Step]:
    """Oldest first. Of the emails it went by, what their delivery events say."""
    known = ((step.at, step) for step in (*_deeds(kept), *_journey(kept)) if step.at is not None)
    steps = [step for _at, step in sorted(known, key=itemgetter(0))]
    if kept.state == CampaignLetter.State.WITHDRAWN:
        steps.append(Step(None, _("withdrawn by you")))
    return steps


def _deeds(kept: CampaignLetter) -> Iterator[Step]:
    """What people did with it."""
    yield Step(kept.created_at, _("written"))
    yield Step(kept.confirmed_at, _("confirmed by you"))
    if kept.merged is not None:
        yield Step(kept.merged.created_at, _merged(kept, kept.merged.letters))
    yield Step(kept.handed_over_at, _("handed over by the organisers"))
    yield Step(kept.printed_at, _("printed and posted by you"))
    yield Step(kept.asked_at, _("we asked you whether they answered"))
    if kept.answer:
        answered = kept.answer == CampaignLetter.Answer.YES
        yield Step(kept.answer_said_at, _("you said: they answered") if answered else _("you said: no answer yet"))


def _merged(kept: CampaignLetter, letters: int) -> str:
    """How many send it is for those to know who are among them."""
    if kept.state == CampaignLetter.State.WITHDRAWN:
        return _("put into one letter with the same words")
    said = ngettext(
        "put into one letter with the same words, which %(n)d person sends",
        "put into one letter with the same words, which %(n)d people send",
        letters,
    )
    return said % {"n": letters}


def _journey(kept: CampaignLetter) -> Iterator[Step]:
    """By email: its own and those it went on by to another address, or the one of all who send the same words."""
    letters = [kept.letter_id]
    if kept.merged is not None and kept.state != CampaignLetter.State.WITHDRAWN:
        letters.append(kept.merged.letter_id)
    emails = OutgoingEmail.objects.filter(kind=Kind.LETTER, letter__in=letters).order_by("pk")
    queued = list(emails.values_list("pk", "created_at"))
    told = Q(to_state__in=(State.SENT, State.BOUNCED, State.FAILED, State.HELD, State.CANCELLED))
    again = Q(to_state=State.QUEUED, from_state__in=(State.HELD, State.FAILED))
    events = list(DeliveryEvent.objects.filter(told | again, email__in=[pk for pk, _when in queued]).order_by("pk"))
    # Somebody else's name was taken out, and the next email is this one as it went on.
    renewed = {event.email_id for event in events if event.detail == merging.TAKEN_OUT}
    before = None
    for pk, at in queued:
        if before not in renewed:
            yield Step(at, _("queued again, to another address") if before else _("queued to be sent"))
        before = pk
    for event in events:
        if event.email_id not in renewed or event.to_state != State.CANCELLED:
            yield Step(event.at, _event(event))


def _event(event: DeliveryEvent) -> str:
    if event.to_state == State.SENT and settings.DEMONSTRATION:
        return _("in the demonstration mailbox: it reached nobody")
    if event.to_state == State.HELD and event.from_state == State.HANDING:
        return _("held: we do not know whether it arrived")
    return {
        State.QUEUED: _("queued again"),
        State.SENT: _("accepted by the mail server"),
        State.BOUNCED: _("came back: it did not arrive"),
        State.FAILED: _("could not be sent"),
        State.HELD: _("held back for the organisers to look at"),
        State.CANCELLED: _("stopped, not sent"),
    }[State(event.to_state)]


def has_perhaps_arrived(kept: CampaignLetter) -> bool:
    """It was handed over once, and nobody knows what became of it."""
    email = kept.carried_by
    return bool(email and email.state in (State.HELD, State.CANCELLED) and deciding.in_doubt(email))


def waits_to_be_merged(kept: CampaignLetter) -> bool:
    return kept.to_merge and kept.state == CampaignLetter.State.CONFIRMED and kept.carried_by is None


def is_on_its_way(kept: CampaignLetter) -> bool:
    """Nobody has paused it, and nothing has come between."""
    email = kept.carried_by
    if email is None:
        return waits_to_be_merged(kept) and _may_send(kept) and _can_be_reached(kept)
    if email.state not in (*UNSETTLED, State.SENT):
        return False
    return not (email.state == State.QUEUED and kept.campaign.organisation.sender.pause)


def _may_send(kept: CampaignLetter) -> bool:
    return kept.campaign.organisation.approved_at is not None


def _can_be_reached(kept: CampaignLetter) -> bool:
    to = kept.representative
    if to is None or not to.reachable_address:
        return False
    return Representative.objects.serving(timezone.localdate()).filter(pk=to.pk).exists()


def honest_state(kept: CampaignLetter, in_doubt: bool) -> str:
    """Where the letter is, in words that claim no more than is known."""
    if kept.handed_over_at is not None:
        day = date_format(timezone.localdate(kept.handed_over_at))
        return _("handed over on %(day)s") % {"day": day}
    if waits_to_be_merged(kept):
        if not _may_send(kept):
            return _("held back, not sent yet; the organisers are looking into it")
        if _can_be_reached(kept):
            return _("waiting to go as one letter with all who send the same words, about a day after it was confirmed")
        return _("not sent: they have left the office, or can no longer be reached")
    email = kept.carried_by
    if email is None:
        return _("waiting to be handed over") if kept.by_hand else ""
    if email.state == State.SENT and settings.DEMONSTRATION:
        return _("in the demonstration mailbox: it reached nobody")
    state = State(email.state)
    if state == State.QUEUED and kept.campaign.organisation.sender.pause:
        return _("waiting: the organisers have paused sending for a while")
    if in_doubt and state == State.CANCELLED:
        return _("stopped; we do not know whether it had arrived before")
    if in_doubt:
        return _("we do not know yet whether it arrived; the organisers are looking into it")
    return {
        State.QUEUED: _("waiting for its turn to be sent"),
        State.LEASED: _("about to be sent"),
        State.HANDING: _("being handed to the mail server"),
        State.SENT: _("accepted by the mail server"),
        State.HELD: _("held back, not sent yet; the organisers are looking into it"),
        State.BOUNCED: _("came back: it did not arrive, and the organisers are told"),
        State.FAILED: _("could not be sent: it did not arrive"),
        State.CANCELLED: _("stopped, not sent"),
    }[state]
