"""An organisation's own lists of people to write to: given as a table, looked at, given anew, taken away."""

import io
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import desks, lists
from campaigns.access import Role
from campaigns.desks import Desk
from campaigns.forms.organising.lists import ColumnsForm, FileForm, NameForm, NewListForm
from config import downloads, jobs
from letters.directory.importing import BadFile
from letters.models import Legislature

PEOPLE_A_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def index(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """The lists there are, and a file for a new one."""
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    form = NewListForm(request.POST, request.FILES) if request.method == "POST" else NewListForm()
    if request.method == "POST" and (kept := _kept(desk, form, None)):
        return redirect(desk.url("list_file", file=kept.uuid))
    context = desk.frame(request) | {"lines": _lines(desk), "form": form}
    return render(request, "campaigns/organising/lists.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    """Who is on it, and a newer file."""
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    found = get_object_or_404(lists.of(desk.organisation), pk=number)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and (kept := _kept(desk, form, found)):
        return redirect(desk.url("list_file", file=kept.uuid))
    return _one(request, desk, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def file(request: HttpRequest, slug: str, file: uuid.UUID, language: str | None = None) -> HttpResponse:
    """What the columns of a file are taken for, until that is confirmed; then what became of its lines."""
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    job = get_object_or_404(jobs.Job, uuid=file, kind=lists.KIND, owner=_owner(desk))
    if "summary" in job.parameters:
        return _outcome(request, desk, job)
    try:
        columns = lists.columns_of(job)
        form = ColumnsForm(columns, request.POST if request.method == "POST" else None)
        if form.is_valid():
            lists.read_in(job, desk.organisation, form.mapping())
            return redirect(desk.url("list_file", file=job.uuid))
    except lists.Gone:
        messages.warning(request, _("This file was not kept any longer. Choose it again."))
        return redirect(desk.url("lists"))
    except BadFile as error:
        form.add_error(None, str(error))
    known = lists.of(desk.organisation).filter(pk=job.parameters["list"] or 0).first()
    name = _name(known) if known else job.parameters["name"]
    context = desk.frame(request) | {"form": form, "name": name, "replaces": known is not None}
    return render(request, "campaigns/organising/list_file.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
def rename(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    found = get_object_or_404(lists.of(desk.organisation), pk=number)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _one(request, desk, found, FileForm(), form)
    lists.rename(found, form.cleaned_data["name"])
    messages.success(request, _("The list has another name."))
    return redirect(desk.url("list", number=number))


@require_POST
@never_cache
def delete(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    found = get_object_or_404(lists.of(desk.organisation), pk=number)
    try:
        lists.delete(desk.organisation, found)
    except lists.InUse as error:
        said = _("It stays: these campaigns write to people on it: %(campaigns)s.")
        messages.warning(request, said % {"campaigns": ", ".join(error.campaigns)})
        return redirect(desk.url("list", number=number))
    messages.success(request, _("The list is deleted."))
    return redirect(desk.url("lists"))


@require_safe
@never_cache
def export(request: HttpRequest, slug: str, number: int, language: str | None = None) -> FileResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    found = get_object_or_404(lists.of(desk.organisation), pk=number)
    table = io.BytesIO(lists.exported(found))
    filename = f"{slugify(found.name) or found.slug}.csv"
    return downloads.locked(FileResponse(table, as_attachment=True, filename=filename, content_type="text/csv"))


def _owner(desk: Desk) -> str:
    return lists.owner_of(desk.organisation, desk.actor)


def _kept(desk: Desk, form: FileForm, found: Legislature | None) -> jobs.Job | None:
    if not form.is_valid():
        return None
    given = form.cleaned_data
    name, country = given.get("name", ""), given.get("country", "")
    try:
        return lists.keep(_owner(desk), given["file"], found, name, country)
    except BadFile as error:
        form.add_error("file", str(error))
        return None


def _lines(desk: Desk) -> list[dict[str, Any]]:
    return [
        {"line": line, "name": _name(line.list), "url": desk.url("list", number=line.list.pk)}
        for line in lists.lines(desk.organisation)
    ]


def _name(found: Legislature) -> str:
    return found.name_in(get_language() or settings.LANGUAGE_CODE)


def _one(
    request: HttpRequest, desk: Desk, found: Legislature, form: FileForm, name_form: NameForm | None = None
) -> HttpResponse:
    people = lists.serving(found).select_related("constituency", "legislature").order_by("name", "pk")
    page = Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    name_form = name_form or NameForm(initial={"name": found.name})
    context = desk.frame(request, desk.url("list", number=found.pk)) | {
        "list": found,
        "name": _name(found),
        "page": page,
        "form": name_form if name_form.errors else form,  # whose errors stand at the top
        "file_form": form,
        "name_form": name_form,
        "campaigns": lists.campaigns_with(found).filter(organisation=desk.organisation),
        "list_urls": {name: desk.url(f"list_{name}", number=found.pk) for name in ("rename", "delete", "export")}
        | {"lists": desk.url("lists")},
    }
    errors = form.errors or name_form.errors
    return render(request, "campaigns/organising/list.html", context, status=422 if errors else 200)


def _outcome(request: HttpRequest, desk: Desk, job: jobs.Job) -> HttpResponse:
    found = lists.of(desk.organisation).filter(pk=job.parameters["list"]).first()
    if found is None:
        return redirect(desk.url("lists"))
    context = desk.frame(request) | {
        "name": _name(found),
        "summary": job.parameters["summary"],
        "list_url": desk.url("list", number=found.pk),
    }
    return render(request, "campaigns/organising/list_read.html", context)
