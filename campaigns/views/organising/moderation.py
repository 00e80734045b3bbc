"""What supporters want to have shown, read by organisers: fifty at a time, and one press."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns import desks, moderating, reporting
from campaigns.access import Role
from campaigns.forms.organising.moderation import BatchForm
from campaigns.models import Campaign


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def queue(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    waiting = counts(desk.campaign)
    what = _queue(request.GET.get("what", ""), waiting)
    here = f"{desk.campaign_url('moderation')}?what={what.value}"
    form = BatchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        say(request, moderating.decide(desk.campaign, request.user, form.decisions, form.cleaned_data["why"]))
        return redirect(here)
    rows = moderating.batch(desk.campaign, what)
    context = desk.frame(request) | waiting
    context |= {
        "form": form,
        "what": what.value,
        "here": here,
        "rows": form.rows(rows, reasons=what != moderating.Queue.NAMES),
        "waiting": waiting[what.value],
    }
    return render(request, "campaigns/organising/moderation.html", context, status=422 if form.errors else 200)


def _queue(asked: str, waiting: dict[str, Any]) -> moderating.Queue:
    """First what is not shown before it is read, if there is any."""
    if asked in moderating.Queue.values:
        return moderating.Queue(asked)
    return moderating.Queue.HELD if waiting[moderating.Queue.HELD.value].n else moderating.Queue.REASONS


def counts(campaign: Campaign) -> dict[str, Any]:
    """How much there is to read: by the queue, and what was reported."""
    waiting = {queue.value: counted for queue, counted in moderating.how_many(campaign).items()}
    return waiting | {"reports": reporting.of_entries(campaign).order_by().count()}


def say(request: HttpRequest, outcome: moderating.Outcome) -> None:
    done = sum(outcome.done.values())
    said = ngettext("%(n)d signature decided.", "%(n)d signatures decided.", done) % {"n": done}
    if done:
        messages.success(request, said)
    elif not outcome.changed:
        messages.warning(request, _("Nothing was chosen, so nothing was changed."))
    if outcome.changed:
        sentence = ngettext(
            "%(n)d had changed since you opened the page and was left as it is. If it still waits, it stands below.",
            "%(n)d had changed since you opened the page and were left as they are. Those that still wait stand below.",
            outcome.changed,
        )
        messages.warning(request, sentence % {"n": outcome.changed})
