"""One screen that walks a volunteer from signing up to handing over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import desks


@require_safe
@never_cache
def help(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """Whoever is signed in may read it; it is the same for everybody."""
    return render(request, "campaigns/organising/help.html", desks.frame_of_nobody(request))
