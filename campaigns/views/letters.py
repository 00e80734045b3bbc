"""One letter that is kept: confirming it, and everything its writer may do about it afterwards."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns import addresses, deciding, pages, posting, retention
from campaigns.models import CampaignLetter
from config import links
from letters import outbox
from letters.letter_text import sheet_for
from letters.models.post import UNSETTLED, State

from .acting import Gone, acting_link
from .loading import speak
from .signing import as_file

PURPOSE_CONFIRM, PURPOSE_MINE = "letter-confirm", "letter"


def letter_of(purpose: str, token: str) -> CampaignLetter:
    """Raises links.BadLink, or Gone when it is erased."""
    kept = (
        CampaignLetter.objects.select_related("text__campaign__organisation__sender", "text__campaign__legislature")
        .select_related("letter", "outgoing", "representative", "consent", "campaign__organisation__sender")
        .filter(uuid=links.read(purpose, token), anonymised_at__isnull=True)
        .first()
    )
    if kept is None:
        raise Gone
    speak(kept.text)
    return kept


@acting_link("confirm")
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    kept = letter_of(PURPOSE_CONFIRM, token)
    problem = ""
    if kept.state == CampaignLetter.State.WITHDRAWN:
        problem = "used"
    elif request.method == "POST" and kept.state == CampaignLetter.State.PENDING:
        problem = sent(kept)
    if problem:
        status = 410 if problem == "used" else 409
        context = letter_context(kept) | {"link_problem": problem}
        return render(request, "campaigns/writing/letter_confirm.html", context, status=status)
    page = "letter_done" if kept.state == CampaignLetter.State.CONFIRMED else "letter_confirm"
    return render(request, f"campaigns/writing/{page}.html", letter_context(kept))


def sent(kept: CampaignLetter) -> str:
    """Puts the letter in the queue, or with those that are handed over; what stands in its way, or ""."""
    if not kept.campaign.takes_letters:
        return "closed"
    try:
        posting.confirm(kept)
    except posting.NobodyThere:
        return "nobody"
    except posting.SentLately:
        return "lately"
    return ""


@acting_link("manage")
def mine(request: HttpRequest, token: str) -> HttpResponse:
    kept = letter_of(PURPOSE_MINE, token)
    done, status = "", 200
    if "withdraw" in request.POST:
        done = "withdrawn" if posting.withdraw(kept) else "too_late"
        kept.refresh_from_db()
    elif "erase" in request.POST:
        if "really" in request.POST:
            posting.erase(CampaignLetter.objects.filter(pk=kept.pk))
            return render(request, "campaigns/signing/erased.html", pages.frame(kept.text))
        done, status = "erase_unticked", 422
    context = letter_context(kept) | {"done": done, "data_url": f"{request.path}data.json"}
    return render(request, "campaigns/writing/letter_mine.html", context, status=status)


@require_safe
@acting_link("manage")
def data(request: HttpRequest, token: str) -> HttpResponse:
    return as_file(letter_of(PURPOSE_MINE, token).as_data(), "my-letter.json")


def letter_context(kept: CampaignLetter) -> dict[str, Any]:
    urls = addresses.of_campaign(kept.text.campaign, kept.text.language)
    urls["mine"] = links.link(PURPOSE_MINE, "campaigns:letter_manage", kept.uuid)
    in_doubt = has_perhaps_arrived(kept)
    return pages.frame(kept.text) | {
        "kept": kept,
        "letter": kept.letter,
        "erase_on": retention.letter_kept_until(kept),
        "sheet": sheet_for(kept.letter),
        "urls": urls,
        "state": kept.state,
        "stoppable": kept.state != CampaignLetter.State.WITHDRAWN
        and kept.handed_over_at is None
        and (kept.outgoing is None or kept.outgoing.state in outbox.CANCELLABLE),
        "by_hand": posting.goes_by_hand(kept),
        "in_doubt": in_doubt,
        "on_its_way": is_on_its_way(kept),
        "outgoing_state": honest_state(kept, in_doubt),
        "share": addresses.share(kept.text.campaign, kept.text),
    }


def has_perhaps_arrived(kept: CampaignLetter) -> bool:
    """It was handed over once, and nobody knows what became of it."""
    doubtful = (State.HELD, State.CANCELLED)
    return bool(kept.outgoing and kept.outgoing.state in doubtful and deciding.in_doubt(kept.outgoing))


def is_on_its_way(kept: CampaignLetter) -> bool:
    """Nobody has paused it, and nothing has come between."""
    if kept.outgoing is None or kept.outgoing.state not in (*UNSETTLED, State.SENT):
        return False
    return not (kept.outgoing.state == State.QUEUED and kept.campaign.organisation.sender.pause)


def honest_state(kept: CampaignLetter, in_doubt: bool) -> str:
    """Where the letter is, in words that claim no more than is known."""
    if kept.handed_over_at is not None:
        day = date_format(timezone.localdate(kept.handed_over_at))
        return _("handed over on %(day)s") % {"day": day}
    if kept.outgoing is None:
        return _("waiting to be handed over") if kept.by_hand else ""
    if kept.outgoing.state == State.SENT and settings.DEMONSTRATION:
        return _("in the demonstration mailbox: it reached nobody")
    state = State(kept.outgoing.state)
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
