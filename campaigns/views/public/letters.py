"""One letter that is kept: confirming it, and everything its writer may do about it afterwards."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns import addresses, answering, letter_history, pages, posting, retention
from campaigns.letter_history import has_perhaps_arrived, honest_state
from campaigns.models import CampaignLetter
from config import errors, links, ratelimit
from letters import outbox
from letters.letter_text import letter_text, sheet_for
from letters.pdf import RenderingBusy, RenderingError, letter_pdf

from .acting import Gone, acting_link
from .loading import speak
from .pages import rendering_busy, rendering_failed
from .signing import as_file

PURPOSE_CONFIRM, PURPOSE_MINE, PURPOSE_ANSWER = "letter-confirm", "letter", "letter-answer"


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
        return render(request, "campaigns/public/writing/letter_confirm.html", context, status=409 if pending else 410)
    context["all_by_hand"] = all(posting.goes_by_hand(kept) for kept in standing or pending)
    context["all_on_their_way"] = all(letter_history.is_on_its_way(kept) for kept in standing)
    page = "letter_done" if problems or not pending else "letter_confirm"
    return render(request, f"campaigns/public/writing/{page}.html", context)


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
    if "erase" in request.POST and "really" in request.POST:
        return erased(request, letters)
    done = act(request, kept) if request.method == "POST" else ""
    kept = letters_of(PURPOSE_MINE, token)[0]
    context = letter_context(kept) | {"done": done, "files": files_of(kept), "history": letter_history.history(kept)}
    status = 422 if done == "erase_unticked" else 200
    return render(request, "campaigns/public/writing/letter_mine.html", context, status=status)


def act(request: HttpRequest, kept: CampaignLetter) -> str:
    """What its writer wants done with it; returns what is to be said about that."""
    if "withdraw" in request.POST:
        return "withdrawn" if posting.withdraw(kept) else "too_late"
    if "printed" in request.POST:
        wanted = request.POST["printed"] == "yes"
        posting.note_printed(kept, wanted)
        return "printed" if wanted else "not_printed"
    if "answer" in request.POST:
        return "answered" if answering.say(kept, request.POST["answer"]) else ""
    return "erase_unticked" if "erase" in request.POST else ""


def several(request: HttpRequest, letters: list[CampaignLetter]) -> HttpResponse:
    """All that were written at once: the way to each of them, and the end of all."""
    done, status = "", 200
    if "erase" in request.POST:
        if "really" in request.POST:
            return erased(request, letters)
        done, status = "erase_unticked", 422
    context = letter_context(letters[0]) | {"lines": [line_of(kept) for kept in letters], "done": done}
    return render(request, "campaigns/public/writing/letter_several.html", context, status=status)


def erased(request: HttpRequest, letters: list[CampaignLetter]) -> HttpResponse:
    posting.erase(CampaignLetter.objects.filter(pk__in=[kept.pk for kept in letters]))
    context = pages.frame(letters[0].text) | {"several": len(letters) > 1}
    return render(request, "campaigns/public/writing/letter_erased.html", context)


@acting_link("manage")
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the one question. Looking at it says nothing; another answer takes the place of the first."""
    named = letters_of(PURPOSE_ANSWER, token)[0]
    letters = list(answering.asked_with(named))
    said: CampaignLetter | None = None
    if request.method == "POST":
        said = next((kept for kept in letters if str(kept.uuid) == request.POST.get("letter")), None)
        if said is None or not answering.say(said, request.POST.get("answer", "")):
            return errors.problem(
                request, 422, _("Nothing was noted"), _("Please go back and press one of the buttons.")
            )
        letters = list(answering.asked_with(named))
    context = letter_context(named) | {"letters": letters, "said": said, "Answer": CampaignLetter.Answer}
    return render(request, "campaigns/public/writing/letter_answer.html", context)


@require_safe
@acting_link("manage")
def data(request: HttpRequest, token: str) -> HttpResponse:
    letters = [kept.as_data() for kept in letters_of(PURPOSE_MINE, token)]
    return as_file(letters[0] if len(letters) == 1 else {"letters": letters}, "my-letter.json")


@require_safe
@acting_link("manage")
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Their letter to print; with `?large` in large print."""
    kept = letters_of(PURPOSE_MINE, token)[0]
    if not (verdict := ratelimit.allow("pdf", ratelimit.network(request))):
        return errors.too_many(request, verdict.retry_after)
    try:
        content = letter_pdf(sheet_for(kept.letter), large="large" in request.GET)
    except RenderingBusy as busy:
        return rendering_busy(request, busy)
    except RenderingError as error:
        return rendering_failed(request, error)
    return attached(content, "application/pdf", "my-letter.pdf")


@require_safe
@acting_link("manage")
def plain(request: HttpRequest, token: str) -> HttpResponse:
    kept = letters_of(PURPOSE_MINE, token)[0]
    whole = f"{kept.letter.recipient_lines}\n\n{letter_text(kept.letter)}"
    return attached(whole.encode(), "text/plain; charset=utf-8", "my-letter.txt")


def attached(content: bytes, kind: str, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def files_of(kept: CampaignLetter) -> dict[str, str]:
    """Of this letter alone, also where the page was opened by the link of all that were written with it."""
    where = {"token": links.token(PURPOSE_MINE, kept.uuid)}
    return {name: reverse(f"campaigns:letter_{name}", kwargs=where) for name in ("sheet", "plain", "data")}


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
        and (kept.carried_by is None or kept.carried_by.state in outbox.CANCELLABLE),
        "by_hand": posting.goes_by_hand(kept),
        "in_doubt": in_doubt,
        "on_its_way": letter_history.is_on_its_way(kept),
        "may_answer": answering.may_answer(kept),
        "outgoing_state": honest_state(kept, in_doubt),
        "share": addresses.share(kept.text.campaign, kept.text),
    }
