"""“Report this”: a page of its own behind a plain link, so that the page it stands on is the same for everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import addresses, pages, reporting
from campaigns.forms.public.reporting import ReportForm
from config import errors, ratelimit
from config.origin import only_from_this_site
from config.responses import SeeOther

from .loading import published_text


@only_from_this_site
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, slug: str, number: int | None = None, language: str | None = None) -> HttpResponse:
    """Without a number, the campaign itself; with one, that entry of its list, as long as it stands there."""
    text = published_text(request, slug, language)
    campaign = text.campaign
    entry = None if number is None else get_object_or_404(campaign.signatures.shown(), pk=number)
    form = ReportForm(request.POST if request.method == "POST" else None, of_campaign=entry is None)
    if request.method == "POST":
        verdict = ratelimit.allow("report", ratelimit.network(request))
        verdict = verdict and ratelimit.allow("report_campaign", str(campaign.pk))
        if not verdict:
            return errors.too_many(request, verdict.retry_after)
        if form.is_valid():
            if not form.is_from_a_machine:
                reporting.report(campaign, entry, form.cleaned_data["wrong"], form.cleaned_data["words"])
            return SeeOther(addresses.of_campaign(campaign, text.language)["reported"])
    context = pages.frame(text) | {"form": form, "entry": entry}
    return render(request, "campaigns/public/report.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
def reported(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    return render(request, "campaigns/public/reported.html", pages.frame(text) | {"days": reporting.KEPT.days})
