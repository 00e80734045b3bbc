"""Signatories whom organisers add: by hand, from a table, and in which order they stand on top."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import adding, adding_files, consent, desks, exports, filtering
from campaigns.access import Role
from campaigns.adding import Person
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.signatories_add import ColumnsForm, FileForm, PersonForm, PlaceForm
from config import downloads, errors, jobs, ratelimit
from letters.directory.reading.found import BadFile

FILES_SHOWN = 5
ADDED_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def index(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """Who was added, and one more by hand."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    form = _person_form(desk, request)
    if request.method == "POST" and form and form.is_valid():
        given = form.cleaned_data
        someone = Person(given["name"], given["affiliation"], given["place"], given["email"])
        try:
            wording = consent.record(form.wording)
            adding.enter(form.chosen_text(), someone, wording, request.user, given["on_top"])
        except adding.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Added, and counted in a moment."))
            return redirect(desk.campaign_url("signatories_add"))
    return _index(request, desk, form, FileForm())


@require_POST
@never_cache
def file(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    if not (verdict := ratelimit.allow("file", str(request.user.pk))):
        return errors.too_many(request, verdict.retry_after)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            job = adding_files.keep(exports.owner_of(desk.campaign, request.user), form.cleaned_data["file"])
        except BadFile as error:
            form.add_error("file", str(error))
        else:
            return redirect(desk.campaign_url("signatories_add_file", file=job.uuid))
    return _index(request, desk, _person_form(desk), form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def columns(request: HttpRequest, slug: str, file: uuid.UUID, language: str | None = None) -> HttpResponse:
    """What the columns are taken for, until that is confirmed; then how far the work is, and what became of it."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    mine = adding_files.begun(desk.campaign, exports.owner_of(desk.campaign, request.user))
    job = get_object_or_404(mine, uuid=file)
    if not job.parameters.get("waits"):
        if request.method != "POST" and job.state == jobs.State.DONE and job.result and "download" in request.GET:
            return downloads.job_result(job)  # type: ignore[return-value]
        return render(request, "campaigns/organising/signatories_add_read.html", desk.frame(request) | {"job": job})
    try:
        form = ColumnsForm(adding_files.table(job), adding.texts(desk.campaign), request.POST or None)
        if request.method == "POST" and form.is_valid():
            wording = consent.record(form.wording)
            adding_files.start(job, form.chosen_text(), form.order(), wording, request.user)
            return redirect(desk.campaign_url("signatories_add_file", file=job.uuid))
    except adding.Refused as error:
        form.add_error(None, str(error))
    except (adding_files.Gone, adding.Closed):
        messages.warning(request, _("This file was not kept any longer. Choose it again."))
        return redirect(desk.campaign_url("signatories_add"))
    context = desk.frame(request) | {"form": form, "table": form.table}
    return render(
        request, "campaigns/organising/signatories_add_file.html", context, status=422 if form.errors else 200
    )


@require_POST
@never_cache
def move(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    form = PlaceForm(request.POST)
    if "down" in request.POST:
        done = adding.take_down(desk.campaign, request.user, number)
    elif not form.is_valid():
        messages.warning(request, _("Write the place as a number: 1 is the first."))
        return redirect(desk.campaign_url("signatories_add"))
    else:
        done = _moved(request, desk, number, form.cleaned_data["place"])
    if not done:
        messages.warning(request, _("It has changed meanwhile, and nothing was done."))
    return redirect(desk.campaign_url("signatories_add") + "#on-top")


@require_POST
@never_cache
def remove(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    if adding.remove(desk.campaign, request.user, number):
        messages.success(request, _("Removed from the list and the count, and erased."))
    else:
        messages.warning(request, _("It has changed meanwhile, and nothing was done."))
    return redirect(desk.campaign_url("signatories_add"))


def _moved(request: HttpRequest, desk: CampaignDesk, number: int, place: int) -> bool:
    try:
        return adding.move(desk.campaign, request.user, number, place)
    except adding.Refused as error:
        messages.warning(request, str(error))
        return True


def _person_form(desk: CampaignDesk, request: HttpRequest | None = None) -> PersonForm | None:
    """None where nobody can be added."""
    try:
        texts = adding.texts(desk.campaign)
    except adding.Closed:
        return None
    return PersonForm(texts, request.POST if request and request.method == "POST" else None)


def _index(request: HttpRequest, desk: CampaignDesk, form: PersonForm | None, file_form: FileForm) -> HttpResponse:
    campaign = desk.campaign
    # Not by their state: among very many confirmed ones the few that were added would be looked for one by one.
    added = filtering.rows(campaign, filtering.Wanted(origin="imported")).exclude(state="withdrawn")
    files = adding_files.begun(campaign, exports.owner_of(campaign, request.user)).exclude(state=jobs.State.EXPIRED)
    context: dict[str, Any] = (
        desk.frame(request, desk.campaign_url("signatories_add"))
        | {
            "form": file_form if file_form.errors else form,  # whose errors stand at the top
            "person_form": form,
            "file_form": file_form,
            "on_top": list(adding.on_top(campaign).only(*filtering.LISTED)),
            "others": list(added.filter(pinned=None).only(*filtering.LISTED).order_by("-pk")[:ADDED_SHOWN]),
            "added": filtering.count(added),
            "files": list(files[:FILES_SHOWN]),
            "over": campaign.state in (campaign.State.CLOSED, campaign.State.ARCHIVED),
        }
    )
    errors = file_form.errors or (form and form.errors)
    return render(request, "campaigns/organising/signatories_add.html", context, status=422 if errors else 200)
