"""Lists of signatures: asked for, and how far they are."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns import desks, exports
from campaigns.access import Role
from config import downloads, jobs


@require_POST
@never_cache
def export_signatures(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    job = exports.start(desk.campaign, exports.owner_of(desk.campaign, request.user))
    messages.info(request, _("The list is being made. This page shows how far it is."))
    return redirect(desk.campaign_url("export", job=job.uuid))


@require_safe
@never_cache
def export(request: HttpRequest, slug: str, job: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    found = get_object_or_404(jobs.Job, uuid=job, owner=exports.owner_of(desk.campaign, request.user))
    if found.state == jobs.State.DONE and "download" in request.GET:
        return downloads.job_result(found)  # type: ignore[return-value]
    return render(request, "campaigns/organising/export.html", desk.frame(request) | {"job": found})
