"""How a campaign goes, in numbers: for whoever may look at it, and no person among them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import charting, desks, numbers, reckoning
from campaigns.desks import CampaignDesk
from campaigns.exports.cells import csv_lines
from campaigns.models import Campaign, Tally
from campaigns.numbers import Line

PERIODS = {"7": gettext_lazy("7 days"), "30": gettext_lazy("30 days"), "all": gettext_lazy("All")}
FIRST_SHOWN = "30"


@require_safe
@never_cache
def page(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language)
    return render(request, "campaigns/organising/numbers.html", desk.frame(request) | _now(request, desk))


@require_safe
@never_cache
def now(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """The part of the page that changes, for the script that renews it."""
    desk = desks.of_campaign(request.user, slug, language)
    return render(request, "campaigns/organising/_numbers_now.html", {"desk": desk} | _now(request, desk))


def _now(request: HttpRequest, desk: CampaignDesk) -> dict[str, Any]:
    campaign, today = desk.campaign, timezone.localdate()
    period = request.GET.get("period", FIRST_SHOWN)
    period = period if period in PERIODS else FIRST_SHOWN
    kept = reckoning.of(campaign)
    tallies, waiting = numbers.tallies(campaign), numbers.waiting(campaign, kept)
    since = None if period == "all" else today - timedelta(days=int(period) - 1)
    steps = charting.steps(tallies[Tally.Of.DAY], today, since, charting.FINER)
    given = numbers.confirmation(tallies[Tally.Of.GIVEN], waiting)
    letters = numbers.letters(campaign)
    return {
        "at": timezone.now(),
        "books": numbers.books(campaign, kept),
        "count": campaign.signature_count,
        "period": period,
        "periods": [(name, label, name == period) for name, label in PERIODS.items()],
        "steps": steps[::-1],
        "new": sum(step.new for step in steps),
        "rising": charting.rising(steps) if steps else None,
        "daily": charting.columns([(step.new,) for step in steps]),
        "waiting": waiting,
        "given": given[::-1],
        "rate": numbers.rate(given),
        "kept_waiting": campaign.days_to_confirm,
        "rates": charting.columns([(day.confirmed, day.waiting) for day in given]),
        "sources": numbers.sources(tallies[Tally.Of.SOURCE]),
        "few": numbers.FEW,
        "areas": numbers.areas(campaign),
        "languages": numbers.languages(tallies[Tally.Of.LANGUAGE]),
        "letters": letters,
        "written": sum(line.count for line in letters),
    }


@require_safe
@never_cache
def table(request: HttpRequest, slug: str, table: str, language: str | None = None) -> StreamingHttpResponse:
    desk = desks.of_campaign(request.user, slug, language)
    if table not in TABLES:
        raise Http404
    heads, rows = TABLES[table](desk.campaign)
    cells = ([str(cell) for cell in row] for row in rows)
    response = StreamingHttpResponse(csv_lines([str(head) for head in heads], cells), "text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{desk.campaign.slug}-{table}.csv"'
    return response


Table = tuple[Sequence[str], Iterable[Sequence[object]]]


def _states(campaign: Campaign) -> Table:
    books = numbers.books(campaign, reckoning.of(campaign))
    rows = [
        (_("confirmed"), books.confirmed),
        (_("waiting for confirmation"), books.waiting),
        (_("withdrawn"), books.withdrawn),
        (_("held back"), books.held_back),
        (_("invalid"), books.invalid),
        (_("all"), books.all),
        (_("on paper"), books.paper),
    ]
    return [_("State"), _("Signatures")], rows


def _days(campaign: Campaign) -> Table:
    """Every day from the first to this one."""
    days = numbers.tallies(campaign)[Tally.Of.DAY]
    listed = charting.steps(days, timezone.localdate(), longest={"day": date.max.toordinal()})
    return [_("Day"), _("New"), _("So far")], [(step.begins.isoformat(), step.new, step.so_far) for step in listed]


def _given(campaign: Campaign) -> Table:
    waiting = numbers.waiting(campaign, reckoning.of(campaign))
    days = numbers.confirmation(numbers.tallies(campaign)[Tally.Of.GIVEN], waiting)
    heads = [_("Signed on"), _("Confirmed"), _("Waiting"), _("Confirmed, in percent")]
    return heads, [(day.day.isoformat(), day.confirmed, day.waiting, _or_nothing(day.percent)) for day in days]


def _or_nothing(number: int | None) -> object:
    return "" if number is None else number


def _lines(head: str, lines: Iterable[Line]) -> Table:
    return [head, _("Signatures")], [(line.label, line.count) for line in lines]


def _letters(campaign: Campaign) -> Table:
    return [_("State"), _("Letters")], [(line.label, line.count) for line in numbers.letters(campaign)]


def _tally(campaign: Campaign, of: Tally.Of) -> dict[str, int]:
    return numbers.tallies(campaign)[of]


TABLES: dict[str, Callable[[Campaign], Table]] = {
    "states": _states,
    "days": _days,
    "confirmation": _given,
    "sources": lambda campaign: _lines(_("Came from"), numbers.sources(_tally(campaign, Tally.Of.SOURCE))),
    "areas": lambda campaign: _lines(_("Constituency"), numbers.areas(campaign, None)),
    "languages": lambda campaign: _lines(
        _("Language"), numbers.languages(numbers.tallies(campaign)[Tally.Of.LANGUAGE])
    ),
    "letters": _letters,
}
