"""Files with lists of people and with the whole campaign: asked for, and how far they are."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import desks, exports
from campaigns.access import Role
from campaigns.forms.organising import exports as forms
from config import downloads, jobs

SHOWN = 20


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def made(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """What has been made lately, and a form for each kind of file."""
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    shown = {form.what: form(request.user) for form in forms.FORMS}
    if request.method == "POST":
        wanted = forms.of(request.POST.get("what", ""))
        if wanted is None:
            raise Http404
        asked = shown[wanted.what] = wanted(request.user, request.POST)
        if asked.is_valid():
            job = exports.ask(desk.campaign, request.user, asked.order())
            return redirect(desk.campaign_url("export", job=job.uuid))
    made_lately = exports.asked_by(desk.campaign, request.user).exclude(state=jobs.State.EXPIRED).order_by("-pk")
    context = desk.frame(request) | {
        "forms": list(shown.values()),
        "form": next((form for form in shown.values() if form.errors), None),
        "made": made_lately[:SHOWN],
    }
    return render(request, "campaigns/organising/exports.html", context, status=422 if context["form"] else 200)


@require_safe
@never_cache
def export(request: HttpRequest, slug: str, job: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    found = get_object_or_404(exports.asked_by(desk.campaign, request.user), uuid=job)
    if found.state == jobs.State.DONE and "download" in request.GET:
        answer = downloads.job_result(found)
        exports.note_downloaded(desk.campaign, request.user, found)
        return answer  # type: ignore[return-value]
    context = desk.frame(request) | {"job": found, "today": timezone.localdate()}
    return render(request, "campaigns/organising/export.html", context)
