"""What the operator decides: which new organisations may publish and mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns import approving, desks
from campaigns.access import the_operator
from campaigns.forms.organising.approval import RefusalForm
from campaigns.models import Organisation

MOST_SHOWN = 100


@require_safe
@never_cache
def approval(request: HttpRequest, language: str | None = None) -> HttpResponse:
    the_operator(request.user)
    return _page(request, language)


@require_POST
@never_cache
def approve(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    operator = the_operator(request.user)
    organisation = get_object_or_404(Organisation, slug=slug)
    try:
        approving.approve(organisation, operator)
        messages.success(request, _("%(name)s is approved. Its owners are told.") % {"name": organisation.name})
    except approving.Decided:
        _say_decided(request)
    return redirect(_url("approval", language))


@require_POST
@never_cache
def refuse(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    operator = the_operator(request.user)
    organisation = get_object_or_404(Organisation, slug=slug)
    form = RefusalForm(request.POST, prefix=slug)
    if not form.is_valid():
        return _page(request, language, organisation, form)
    try:
        approving.refuse(organisation, operator, form.cleaned_data["why"])
        messages.success(request, _("%(name)s is not approved. Its owners are told why.") % {"name": organisation.name})
    except approving.Decided:
        _say_decided(request)
    return redirect(_url("approval", language))


def _say_decided(request: HttpRequest) -> None:
    messages.warning(request, _("Somebody else has decided on it meanwhile. Nothing was changed."))


def _url(name: str, language: str | None, **where: str) -> str:
    return reverse(f"campaigns:{name}", kwargs=where | ({"language": language} if language else {}))


def _page(
    request: HttpRequest, language: str | None, about: Organisation | None = None, form: RefusalForm | None = None
) -> HttpResponse:
    """`form` is the one that came back, about one of them."""
    found = list(approving.to_decide()[: MOST_SHOWN + 1])
    context = {
        "waiting": [
            {
                "organisation": one,
                "form": form if form and about and one.pk == about.pk else RefusalForm(prefix=one.slug),
                "approve": _url("approval_approve", language, slug=one.slug),
                "refuse": _url("approval_refuse", language, slug=one.slug),
                "home": _url("organisation_home", language, slug=one.slug),
            }
            for one in found[:MOST_SHOWN]
        ],
        "more": len(found) > MOST_SHOWN,
        "form": form,
        "page_languages": desks.page_languages(reverse("campaigns:approval")),
    }
    return render(request, "campaigns/organising/approval.html", context, status=422 if form else 200)
