"""Where an organiser comes in: what they work for, and what of it wants them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import desks


@require_safe
@never_cache
def workspace(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """Whoever is signed in may come here; it shows what their memberships open."""
    context = {"places": desks.places(request.user, language), "page_languages": desks.page_languages(request.path)}
    return render(request, "campaigns/organising/workspace.html", context)
