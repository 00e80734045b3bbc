"""For organisers: what came of the letters to each representative."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import desks, merging, representatives
from campaigns.access import Role
from campaigns.representatives import Line

A_PAGE = 50


@require_safe
@never_cache
def of_campaign(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.VIEWER)
    campaign = desk.campaign
    query, only = request.GET.get("q", "").replace("\0", "")[:100].strip(), request.GET.get("only", "")
    everybody = representatives.lines(campaign)
    found = [line for line in everybody if line.matches(query.casefold().split())]
    if only == "unreachable":
        found = [line for line in found if line.unreachable]
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    most = max((line.numbers["letters"] for line in everybody), default=0)
    rows = [row(line, most) for line in page.object_list]
    context = desk.frame(request) | {
        "page": page,
        "rows": rows,
        "bars": [one for one in rows if one["line"].numbers["letters"]],
        "totals": representatives.totals(everybody),
        "to_merge": merging.waiting().filter(campaign=campaign).count(),
        "people": len(everybody),
        "unreachable": sum(line.unreachable for line in everybody),
        "empty": representatives.empty(campaign),
        "query": query,
        "only": only,
        "more": urlencode({name: value for name, value in (("q", query), ("only", only)) if value}),
    }
    return render(request, "campaigns/organising/representatives.html", context)


def row(line: Line, most: int) -> dict[str, Any]:
    """A line of the table and its bar: all letters, and of these, from the left, those answered and not."""

    def width(number: int) -> float:
        return round(100 * number / most, 2) if most else 0

    yes, no = width(line.numbers["yes"]), width(line.numbers["no"])
    return {"line": line, "all": width(line.numbers["letters"]), "yes": yes, "no": no, "no_from": yes}
