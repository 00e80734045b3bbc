"""What supporters want to have shown, read by organisers: fifty at a time, and one press."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns import desks, moderating
from campaigns.access import Role
from campaigns.forms.organising.moderation import BatchForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def queue(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    asked = request.GET.get("what", "")
    what = moderating.Queue(asked) if asked in moderating.Queue.values else moderating.Queue.REASONS
    here = f"{desk.campaign_url('moderation')}?what={what.value}"
    form = BatchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _say(request, moderating.decide(desk.campaign, request.user, form.decisions, form.cleaned_data["why"]))
        return redirect(here)
    rows = moderating.batch(desk.campaign, what)
    waiting = moderating.how_many(desk.campaign)
    context = desk.frame(request) | {
        "form": form,
        "what": what.value,
        "here": here,
        "rows": form.rows(rows, reasons=what == moderating.Queue.REASONS),
        "waiting": waiting[what],
        "reasons": waiting[moderating.Queue.REASONS],
        "names": waiting[moderating.Queue.NAMES],
    }
    return render(request, "campaigns/organising/moderation.html", context, status=422 if form.errors else 200)


def _say(request: HttpRequest, outcome: moderating.Outcome) -> None:
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
