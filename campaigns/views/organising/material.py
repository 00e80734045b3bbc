"""A document that becomes a campaign: given, checked beside its original, addressed, seen as it will be, published."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect  # the first for `index`, which says why
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import addresses, desks, drafting, material_words
from campaigns.access import Role, organisations_of
from campaigns.desks import Desk
from campaigns.forms.organising.material import DocumentForm, wrong_rows
from campaigns.forms.organising.material_address import AddressForms, suggested
from campaigns.material import storing
from campaigns.material.sandbox import Refused
from campaigns.models import Material
from config import downloads, links

MATERIALS_A_PAGE, NAMES_A_PAGE = 50, 200
LARGE = ("draft", "checked", "addressed")


@require_safe
@never_cache
def choose(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """For a link that knows no organisation: to the only one, or to a choice."""
    organisations = list(organisations_of(request.user, Role.EDITOR).order_by("name", "pk"))
    if not organisations:
        raise Http404
    desks = [Desk(one, request.user, Role.EDITOR, language) for one in organisations]
    if len(desks) == 1:
        return redirect(desks[0].url("material"))
    choices = [{"name": desk.organisation, "url": desk.url("material")} for desk in desks]
    return render(request, "campaigns/organising/material_choose.html", {"choices": choices})


@csrf_exempt  # only to look whether it can be read at all: whatever acts is guarded in _given
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def index(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """The documents there are, and a place for a new one."""
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    if request.method == "POST" and _is_too_long(request):
        form = DocumentForm({})
        form.say_too_long()
        return _index(request, desk, form)
    return _given(request, desk)


def _is_too_long(request: HttpRequest) -> bool:
    """Text that was pasted without a script, which would have sent it as a file: more than a form may hold."""
    try:
        return request.POST is None
    except RequestDataTooBig:
        request.POST = QueryDict()  # whoever looks again finds nothing
        return True


@csrf_protect
def _given(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = DocumentForm(request.POST, request.FILES) if request.method == "POST" else DocumentForm()
    if form.is_bound and form.is_valid() and (material := _stored(request, desk, form)):
        return redirect(desk.url("material_check", material=material.uuid))
    return _index(request, desk, form)


def _index(request: HttpRequest, desk: Desk, form: DocumentForm) -> HttpResponse:
    found = storing.of(desk.organisation).select_related("campaign", "added_by").defer(*LARGE)
    page = Paginator(found, MATERIALS_A_PAGE).get_page(request.GET.get("page"))
    context = desk.frame(request) | {
        "form": form,
        "page": page,
        "lines": [_line(desk, one) for one in page],
        "days": settings.MATERIAL_DAYS,
    }
    return render(request, "campaigns/organising/material.html", context, status=422 if form.errors else 200)


def _line(desk: Desk, material: Material) -> dict[str, Any]:
    return {
        "material": material,
        "url": next_step(desk, material),
        "delete": desk.url("material_delete", material=material.uuid),
    }


def _stored(request: HttpRequest, desk: Desk, form: DocumentForm) -> Material | None:
    user = desk.user if desk.user.is_authenticated else None
    try:
        material, new = storing.store(desk.organisation, user, *form.given())
    except Refused as refusal:
        form.add_error("file" if form.cleaned_data["file"] else "pasted", str(refusal))
        return None
    if not new:
        messages.info(request, _("This document was here already. Nothing was read again: go on where it was left."))
    return material


def next_step(desk: Desk, material: Material) -> str:
    if material.is_published:
        return desk.url("material_done", material=material.uuid)
    return desk.url("material_check", material=material.uuid)


def found(request: HttpRequest, slug: str, language: str | None, material: uuid.UUID) -> tuple[Desk, Material]:
    """The first line of every view of one document. Raises Http404."""
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    rows = storing.of(desk.organisation).select_related("campaign__organisation", "organisation")
    return desk, get_object_or_404(rows, uuid=material)


def frame(request: HttpRequest, desk: Desk, material: Material) -> dict[str, Any]:
    where = {"material": material.uuid}
    steps = ("check", "signatories", "address", "publish", "done", "delete", "original")
    urls = {step: desk.url(f"material_{step}", **where) for step in steps}
    if material.campaign is not None:
        urls |= {name: desk.at(material.campaign).campaign_url(name) for name in ("preview", "campaign")}
    more = {"material": material, "to": urls, "format": material_words.FORMATS.get(material.format, material.format)}
    return desk.frame(request) | more


@require_safe
@never_cache
def signatories(request: HttpRequest, slug: str, material: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk, one = found(request, slug, language, material)
    query = request.GET.get("q", "").strip()[:100]
    sought = query.casefold()
    listed = [
        row
        for row in one.draft["signatories"]
        if sought in row["name"].casefold() or sought in (row["affiliation"] or "").casefold()
    ]
    page = Paginator(listed, NAMES_A_PAGE).get_page(request.GET.get("page"))
    context = frame(request, desk, one) | {"page": page, "query": query, "draft": one.draft}
    return render(request, "campaigns/organising/material_signatories.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def address(request: HttpRequest, slug: str, material: uuid.UUID, language: str | None = None) -> HttpResponse:
    """To whom it goes, and where it stands; then the campaign is made."""
    desk, one = found(request, slug, language, material)
    if one.is_published or one.checked_at is None:
        return redirect(next_step(desk, one))
    forms = AddressForms(one, suggested(one) | one.addressed, request.POST if request.method == "POST" else None)
    if forms.form.is_bound and forms.is_valid() and _made(request, one, forms):
        return redirect("campaigns:preview", slug=forms.form.cleaned_data["slug"])
    context = frame(request, desk, one) | {
        "forms": forms,
        "form": forms.form,
        "seen": one.seen if forms.form.non_field_errors() else request.POST.get("seen", one.seen),
        "wrong_rows": wrong_rows(forms.rows),
        "host": links.absolute("/"),
        "points": sum(bool(figure["use"]) for figure in one.checked["figures"]),
    }
    status = 422 if forms.form.is_bound else 200
    return render(request, "campaigns/organising/material_address.html", context, status=status)


def _made(request: HttpRequest, material: Material, forms: AddressForms) -> bool:
    try:
        drafting.make(material, forms.values(), request.POST.get("seen", ""))
    except ValidationError as error:
        forms.form.add_error(None, error)
        material.refresh_from_db(fields=["changed_at"])
    except IntegrityError:
        forms.form.add_error("slug", _("Another campaign has this address. Choose another one."))
    return not forms.form.errors


@require_POST
@never_cache
def publish(request: HttpRequest, slug: str, material: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk, one = found(request, slug, language, material)
    try:
        drafting.publish(one, request.POST.get("seen", ""), desk.user)
    except ValidationError as error:
        for message in error.messages:
            messages.warning(request, message)
        if one.campaign is None:
            return redirect(next_step(desk, one))
        return redirect("campaigns:preview", slug=one.campaign.slug)
    return redirect(desk.url("material_done", material=one.uuid))


@require_safe
@never_cache
def done(request: HttpRequest, slug: str, material: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk, one = found(request, slug, language, material)
    if not one.is_published or one.campaign is None:
        return redirect(next_step(desk, one))
    public = links.absolute(one.campaign.get_absolute_url())
    text = one.campaign.texts.filter(language=one.campaign.language, superseded_at__isnull=True).first()
    share = addresses.share(one.campaign, text) if text else {}
    context = frame(request, desk, one) | {"public_url": public, "text": text, "share": share}
    return render(request, "campaigns/organising/material_done.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: HttpRequest, slug: str, material: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk, one = found(request, slug, language, material)
    if request.method == "POST":
        storing.delete(one)
        messages.success(request, _("The document is deleted, with all that was read out of it."))
        return redirect(desk.url("material"))
    return render(request, "campaigns/organising/material_delete.html", frame(request, desk, one))


@require_safe
@never_cache
def original(request: HttpRequest, slug: str, material: uuid.UUID, language: str | None = None) -> FileResponse:
    _desk, one = found(request, slug, language, material)
    try:
        file = storing.original(one)
    except FileNotFoundError as error:
        raise Http404 from error
    kind = "application/octet-stream"
    return downloads.locked(FileResponse(file, as_attachment=True, filename=one.download_name, content_type=kind))
