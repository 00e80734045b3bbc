"""Where an organiser comes in: what they work for, and what of it wants them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import desks, reporting, workplaces
from config import switches

LONGEST_QUERY = 100


@require_safe
@never_cache
def workspace(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """Whoever is signed in may come here; it shows what their memberships open."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    found = workplaces.workspace(request.user, language, query, request.GET.get("state", ""))
    of_operator: dict[str, Any] = {"operator": workplaces.is_operator(request.user), "paused": switches.everywhere()}
    if of_operator["operator"]:
        of_operator["reported"] = reporting.of_campaigns().order_by().count()
    context = desks.frame_of_nobody(request) | found | of_operator
    return render(request, "campaigns/organising/workspace.html", context)
