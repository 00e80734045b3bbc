"""What the operator pauses for the whole installation: signing, writing, mailing."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns import desks, pausing
from campaigns.access import the_operator
from campaigns.forms.organising.pausing import PauseForm
from config import switches as verbs
from config.switches import What

MOST_OVER = 20


def what_of(name: str) -> What:
    if name not in What.values:
        raise Http404
    return What(name)


@require_safe
@never_cache
def switches(request: HttpRequest, language: str | None = None) -> HttpResponse:
    the_operator(request.user)
    return _page(request, language)


@require_POST
@never_cache
def pause(request: HttpRequest, what: str, language: str | None = None) -> HttpResponse:
    operator, chosen = the_operator(request.user), what_of(what)
    form = PauseForm(chosen, request.POST)
    if not form.is_valid():
        return _page(request, language, chosen, form)
    try:
        verbs.pause(chosen, f"account {operator.pk}", form.cleaned_data["why"], form.said())
        messages.success(request, _("It is paused, within a few seconds everywhere."))
    except verbs.Paused:
        messages.warning(request, _("It was paused already. Nothing was changed."))
    return redirect(_url(language))


@require_POST
@never_cache
def resume(request: HttpRequest, what: str, language: str | None = None) -> HttpResponse:
    operator, chosen = the_operator(request.user), what_of(what)
    if verbs.resume(chosen, f"account {operator.pk}"):
        messages.success(request, _("It goes on, within a few seconds everywhere."))
    else:
        messages.warning(request, _("It was not paused any more. Nothing was changed."))
    return redirect(_url(language))


def _url(language: str | None) -> str:
    return reverse("campaigns:switches", kwargs={"language": language} if language else {})


def _page(
    request: HttpRequest, language: str | None, about: What | None = None, bound: PauseForm | None = None
) -> HttpResponse:
    context = pausing.of_the_installation(MOST_OVER) | {
        "here": _url(language),
        "form": bound,
        "forms": {what.value: bound if bound and what == about else PauseForm(what) for what in What},
        "page_languages": desks.page_languages(reverse("campaigns:switches")),
    }
    return render(request, "campaigns/organising/switches.html", context, status=422 if bound else 200)
