"""One letter that is kept: confirming it, and everything its writer may do about it afterwards."""

from typing import Any

from django.conf import settings
from django.db.models import Q
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


def letters_of(purpose: str, token: str) -> list[CampaignLetter]:
    """The letters that a link names: one, or all that were written together. Raises links.BadLink, or Gone when they
    are erased."""
    named = links.read(purpose, token)
    rows = (
        CampaignLetter.objects.select_related("text__campaign__organisation__sender", "text__campaign__legislature")
        .select_related("letter", "outgoing", "merged__outgoing", "representative__legislature", "consent")
        .select_related("campaign__organisation__sender")
    )
    # Those that were erased are gone, and the others stay.
    found = list(rows.filter(Q(uuid=named) | Q(together=named), anonymised_at__isnull=True).order_by("pk"))
    if not found:
        raise Gone
    speak(found[0].text)
    return found


@acting_link("confirm")
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what would go, and lets it go at the press of a button. Of several each goes that can, and the page says
    which did not, and why."""
    letters = letters_of(PURPOSE_CONFIRM, token)
    problems: dict[int, str] = {}
    if request.method == "POST" and _in_state(letters, CampaignLetter.State.PENDING):
        problems = sent(letters[0])
        letters = letters_of(PURPOSE_CONFIRM, token)
    standing = _in_state(letters, CampaignLetter.State.CONFIRMED)
    pending = _in_state(letters, CampaignLetter.State.PENDING)
    context = letter_context((standing or pending or letters)[0])
    context["problems"] = problems
    context["lines"] = [line_of(kept, problems.get(kept.pk, "")) for kept in letters]
    if not standing and (problems or not pending):
        context["link_problem"] = problems[pending[0].pk] if pending else "used"
        return render(request, "campaigns/writing/letter_confirm.html", context, status=409 if pending else 410)
    page = "letter_done" if problems or not pending else "letter_confirm"
    return render(request, f"campaigns/writing/{page}.html", context)


def _in_state(letters: list[CampaignLetter], state: CampaignLetter.State) -> list[CampaignLetter]:
    return [kept for kept in letters if kept.state == state]


def sent(kept: CampaignLetter) -> dict[int, str]:
    """Puts the letter, and those written with it, where they go from; what stands in the way of each that does not."""
    if not kept.campaign.takes_letters:
        waiting = posting.written_together(kept).filter(state=CampaignLetter.State.PENDING)
        return dict.fromkeys(waiting.values_list("pk", flat=True), "closed")
    return {fate.kept.pk: fate.problem for fate in posting.confirm(kept) if fate.problem}


def line_of(kept: CampaignLetter, problem: str = "") -> dict[str, Any]:
    """One of several letters in a list: to whom it is, and how it stands."""
    said = {
        posting.NOBODY: _("not sent: they have left the office, or can no longer be reached"),
        posting.LATELY: _("not sent: another letter of yours to them went out in the last days"),
        "closed": _("not sent: the campaign closed before you confirmed"),
    }
    if kept.state == CampaignLetter.State.WITHDRAWN:
        state = _("withdrawn")
    elif kept.state == CampaignLetter.State.PENDING:
        state = said.get(problem) or _("waiting for you to confirm it")
    else:
        state = honest_state(kept, has_perhaps_arrived(kept))
    return {
        "kept": kept,
        "name": kept.letter.recipient_name,
        "said": state,
        "sheet": sheet_for(kept.letter),
        "by_hand": posting.goes_by_hand(kept),
        "url": links.link(PURPOSE_MINE, "campaigns:letter_manage", kept.uuid),
    }


@acting_link("manage")
def mine(request: HttpRequest, token: str) -> HttpResponse:
    letters = letters_of(PURPOSE_MINE, token)
    if len(letters) > 1:
        return several(request, letters)
    kept = letters[0]
    done, status = "", 200
    if "withdraw" in request.POST:
        done = "withdrawn" if posting.withdraw(kept) else "too_late"
        kept = letters_of(PURPOSE_MINE, token)[0]
    elif "erase" in request.POST:
        if "really" in request.POST:
            return erased(request, letters)
        done, status = "erase_unticked", 422
    context = letter_context(kept) | {"done": done, "data_url": f"{request.path}data.json"}
    return render(request, "campaigns/writing/letter_mine.html", context, status=status)


def several(request: HttpRequest, letters: list[CampaignLetter]) -> HttpResponse:
    """All that were written at once: the way to each of them, and the end of all."""
    done, status = "", 200
    if "erase" in request.POST:
        if "really" in request.POST:
            return erased(request, letters)
        done, status = "erase_unticked", 422
    context = letter_context(letters[0]) | {"lines": [line_of(kept) for kept in letters], "done": done}
    return render(request, "campaigns/writing/letter_several.html", context, status=status)


def erased(request: HttpRequest, letters: list[CampaignLetter]) -> HttpResponse:
    posting.erase(CampaignLetter.objects.filter(pk__in=[kept.pk for kept in letters]))
    return render(request, "campaigns/signing/erased.html", pages.frame(letters[0].text))


@require_safe
@acting_link("manage")
def data(request: HttpRequest, token: str) -> HttpResponse:
    return as_file(letters_of(PURPOSE_MINE, token)[0].as_data(), "my-letter.json")


def letter_context(kept: CampaignLetter) -> dict[str, Any]:
    urls = addresses.of_campaign(kept.text.campaign, kept.text.language)
    urls["mine"] = links.link(PURPOSE_MINE, "campaigns:letter_manage", kept.together or kept.uuid)
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
