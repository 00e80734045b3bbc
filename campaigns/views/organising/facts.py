"""What stands around the text: those addressed, sources, dates and answers; each is a row of its own to work on."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import desks, facts, references, wording_drafts
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.facts import FORMS, FactForm
from campaigns.languages import name_of
from campaigns.models import Campaign, Source
from campaigns.models.campaign import Numbered
from campaigns.seen import Changed, Gone, mark_of


@require_safe
@never_cache
def groups(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    campaign = desk.campaign
    others = {code: name_of(code) for code in wording_drafts.languages_of(campaign)[1:]}
    shown = []
    for kind in facts.KINDS.values():
        rows = [
            {"row": row, "not_in": [name for code, name in others.items() if not row.translations.get(code)]}
            for row in kind.rows(campaign)
        ]
        shown.append({"kind": kind, "rows": rows, "full": len(rows) >= facts.MOST})
        if kind.model is Source:
            _add_references(campaign, shown[-1])
    return render(request, "campaigns/organising/facts.html", desk.frame(request) | {"groups": shown})


def _add_references(campaign: Campaign, group: dict[str, Any]) -> None:
    """To each source, where it is referred to and how many answers rest on it; and what is referred to in vain."""
    named = references.by_number(references.of_campaign(campaign))
    answers = facts.answers_by_source(campaign)
    for one in group["rows"]:
        one["places"] = _in_words(named.pop(one["row"].number, []))
        one["answers"] = answers.get(one["row"].pk, 0)
    group["missing"] = [(number, _in_words(places)) for number, places in sorted(named.items())]


def _in_words(places: list[references.Place]) -> list[dict[str, Any]]:
    return [{"place": place, "language": name_of(place.language)} for place in places]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, slug: str, kind: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    form = _form(request, desk, facts.KINDS[kind], None)
    return _edit(request, desk, facts.KINDS[kind], form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change(request: HttpRequest, slug: str, kind: str, fact: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    row = facts.KINDS[kind].rows(desk.campaign).filter(pk=fact).first()
    if row is None and request.method == "POST":
        return _gone(request, desk, facts.KINDS[kind])
    row = row or get_object_or_404(facts.KINDS[kind].rows(desk.campaign), pk=fact)
    return _edit(request, desk, facts.KINDS[kind], _form(request, desk, facts.KINDS[kind], row))


def _form(request: HttpRequest, desk: CampaignDesk, kind: facts.Kind, row: Numbered | None) -> FactForm:
    data = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = {}
    if row is None and kind.model is Source:
        asked = request.GET.get("number", "")
        wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 3 else 0
        initial["number"] = wanted or facts.next_number(desk.campaign, kind)
    return FORMS[kind.name](desk.campaign, data, instance=row, initial=initial)


def _edit(request: HttpRequest, desk: CampaignDesk, kind: facts.Kind, form: FactForm) -> HttpResponse:
    if not form.is_bound:
        return _row_page(request, desk, kind, form)
    if not form.is_valid():
        return _row_page(request, desk, kind, form, status=422)
    try:
        row = facts.save(desk.campaign, kind, form, request.user)
    except ValidationError as error:
        form.add_error(None, error)
        return _row_page(request, desk, kind, form, status=422)
    except Gone:
        return _gone(request, desk, kind)
    except Changed:
        now = kind.rows(desk.campaign).filter(pk=form.instance.pk).get()
        return _row_page(request, desk, kind, form, status=409, changed=form.tell_changed(now))
    messages.success(request, _("Saved."))
    if "another" in request.POST:
        return redirect(desk.campaign_url("facts_new", kind=kind.name))
    return redirect(f"{desk.campaign_url('facts')}#{kind.name}-{row.pk}")


def _gone(request: HttpRequest, desk: CampaignDesk, kind: facts.Kind) -> HttpResponse:
    """What was typed into a row that is no more, in a form for a new one."""
    form = FORMS[kind.name](desk.campaign, request.POST)
    form.is_valid()
    form.add_error(None, _("Somebody else has removed this meanwhile. Save it to add it anew, or leave it."))
    new = desk.campaign_url("facts_new", kind=kind.name)
    return _row_page(request, desk, kind, form, status=409, page=new, action=new)


def _row_page(
    request: HttpRequest,
    desk: CampaignDesk,
    kind: facts.Kind,
    form: FactForm,
    status: int = 200,
    page: str = "",
    **more: Any,
) -> HttpResponse:
    context = desk.frame(request, page) | {"form": form, "kind": kind, "new": form.instance.pk is None, **more}
    return render(request, "campaigns/organising/facts_row.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remove(request: HttpRequest, slug: str, kind: str, fact: int, language: str | None = None) -> HttpResponse:
    """Shows what would go, and takes it away."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    campaign, group = desk.campaign, facts.KINDS[kind]
    row = get_object_or_404(group.rows(campaign), pk=fact)
    changed = False
    if request.method == "POST":
        try:
            facts.remove(campaign, group, row.pk, request.user, request.POST.get("seen", ""))
        except Changed:
            changed = True
            row = get_object_or_404(group.rows(campaign), pk=fact)
        except Gone:
            raise Http404 from None
        else:
            messages.success(request, _("It is removed."))
            return redirect(f"{desk.campaign_url('facts')}#{kind}")
    context = desk.frame(request) | {
        "kind": group,
        "row": row,
        "seen": mark_of(row),
        "changed": changed,
        "places": _in_words(_places(campaign, group, row.number)),
        "answers": facts.answers_by_source(campaign).get(row.pk, 0) if group.model is Source else 0,
    }
    return render(request, "campaigns/organising/facts_remove.html", context, status=409 if changed else 200)


def _places(campaign: Campaign, kind: facts.Kind, *numbers: int) -> list[references.Place]:
    if kind.model is not Source:
        return []
    return [place for place in references.of_campaign(campaign) if place.number in numbers]


@require_POST
@never_cache
def move(request: HttpRequest, slug: str, kind: str, fact: int, language: str | None = None) -> HttpResponse:
    """One place up or down. Where a text names the source or its neighbour, it asks first."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    campaign, group = desk.campaign, facts.KINDS[kind]
    row = get_object_or_404(group.rows(campaign), pk=fact)
    up = request.POST.get("to") == "up"
    if request.POST.get("number", str(row.number)) != str(row.number):
        messages.warning(request, _("Somebody else has changed the order meanwhile. Look at it, and try again."))
        return redirect(f"{desk.campaign_url('facts')}#{kind}-{row.pk}")
    try:
        facts.move(campaign, group, row, up, request.user, sure="sure" in request.POST)
    except Gone:
        messages.warning(request, _("Somebody else has changed the order meanwhile. Look at it, and try again."))
    except facts.Renumbers:
        other = facts.neighbour(campaign, group, row, up)
        numbers = (row.number, other.number) if other else (row.number,)
        context = {"row": row, "other": other, "up": up, "places": _in_words(_places(campaign, group, *numbers))}
        frame = desk.frame(request, desk.campaign_url("facts")) | {"kind": group}
        return render(request, "campaigns/organising/facts_move.html", frame | context)
    return redirect(f"{desk.campaign_url('facts')}#{kind}-{row.pk}")
