"""The numbers of a small campaign, counted by hand."""

import csv
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import charting, counting, numbers, signing
from campaigns.models import Campaign, CampaignLetter, Signature
from letters.models import OutgoingEmail
from tests.campaigns.factories import (
    make_campaign,
    make_campaign_letter,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    text_of,
)
from tests.letters.posting import make_email

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def campaign() -> Campaign:
    """Twelve signatures: seven confirmed (one of them entered by hand), two that wait, and one of each other state."""
    legislature, seat, _member = make_seat()
    campaign = make_campaign(slug="library", legislature=legislature, arabic=True)
    make_user("alice@example.org", campaign.organisation, "viewer")
    for days in (40, 3, 3, 3, 0):
        at = {"consent_at": ago(days), "confirmed_at": ago(days)}
        make_signature(campaign, came_from="newsletter", area=seat, **at)
    make_signature(campaign, came_from="for-anna", text=text_of(campaign, "ar"), consent_at=ago(4), confirmed_at=ago(3))
    make_signature(campaign, origin="imported")
    make_signature(campaign, state="pending", consent_at=ago(3), confirmed_at=None)
    make_signature(campaign, state="pending", consent_at=ago(0), confirmed_at=None)
    for state in ("withdrawn", "suspect", "invalid"):
        make_signature(campaign, state=state)
    campaign.paper_counts.create(on=TODAY, signatures=30, actor="x")
    Campaign.objects.update(paper_count=30)
    counting.fold_all()
    campaign.refresh_from_db()
    return campaign


@pytest.fixture
def alice(client: Client, campaign: Campaign) -> Client:
    client.force_login(campaign.organisation.memberships.get().user)
    return client


def page(client: Client, period: str = "30") -> Any:
    response = client.get(f"/organise/campaigns/library/numbers/?period={period}")
    assert response.status_code == 200
    return response


def lines(found: list[numbers.Line]) -> dict[str, int]:
    return {line.label: line.count for line in found}


def test_all_signatures_are_in_one_of_five_states_and_those_on_paper_beside_them(campaign: Campaign) -> None:
    books = numbers.books(campaign)
    assert (books.confirmed, books.waiting, books.withdrawn, books.held_back, books.invalid) == (7, 2, 1, 1, 1)
    assert (books.all, books.paper, books.to_count) == (Signature.objects.count(), 30, 0) == (12, 30, 0)


def test_what_is_not_folded_yet_is_counted_all_the_same(campaign: Campaign) -> None:
    signing.withdraw(Signature.objects.filter(came_from="for-anna").get())
    signing.confirm(Signature.objects.filter(state="pending")[0])
    signing.confirm(Signature.objects.filter(state="pending")[0])
    books = numbers.books(campaign)
    assert (books.confirmed, books.waiting, books.withdrawn, books.all, books.to_count) == (8, 0, 2, 12, 3)
    counting.fold_all()
    campaign.refresh_from_db()
    assert (numbers.books(campaign).confirmed, numbers.books(campaign).to_count) == (8, 0)


def test_over_time_a_period_begins_with_what_there_was_before(alice: Client) -> None:
    def listed(period: str) -> list[tuple[int, int]]:
        return [(step.new, step.so_far) for step in page(alice, period).context["steps"]]

    assert listed("7") == [(2, 7), (0, 5), (0, 5), (4, 5), (0, 1), (0, 1), (0, 1)]
    assert len(listed("30")) == 30 and listed("30")[-1] == (0, 1)
    assert len(listed("all")) == 41 and listed("all")[-1] == (1, 1)
    assert sum(new for new, _so_far in listed("all")) == 7


def test_a_period_nobody_knows_is_the_usual_one(alice: Client) -> None:
    for nonsense in ("", "-1", "9999999999", "x", "\0"):
        assert page(alice, nonsense).context["period"] == "30"


def test_who_waits_and_for_how_long(campaign: Campaign) -> None:
    waiting = numbers.waiting(campaign)
    assert (waiting.all, waiting.today, waiting.this_week, waiting.longer) == (2, 1, 1, 0)
    assert waiting.oldest is not None and timezone.localdate(waiting.oldest) == TODAY - timedelta(days=3)


def test_of_those_who_signed_on_one_day_so_many_have_confirmed(campaign: Campaign) -> None:
    given = numbers.confirmation(numbers.tallies(campaign)["given"], numbers.waiting(campaign))
    found = {(TODAY - one.day).days: (one.confirmed, one.waiting, one.percent) for one in given}
    assert len(found) == 30
    assert found[4] == (1, 0, 100), "who confirmed a day later counts for the day on which they signed"
    assert found[3] == (3, 1, 75)
    assert found[0] == (1, 1, 50), "one entered by hand was never asked"
    assert found[5] == (0, 0, None)
    assert numbers.rate(given) == 71  # five of seven


def test_a_source_that_few_share_is_not_named(campaign: Campaign, alice: Client) -> None:
    found = lines(numbers.sources(numbers.tallies(campaign)["source"]))
    assert found == {"newsletter": 5, "directly, or not known": 1, "1 other, which fewer than 5 share": 1}
    assert "for-anna" not in page(alice).content.decode()
    assert b"for-anna" not in b"".join(
        alice.get("/organise/campaigns/library/numbers/sources.csv").streaming_content  # type: ignore[attr-defined]
    )


def test_by_area_and_by_language(campaign: Campaign) -> None:
    assert lines(numbers.areas(campaign)) == {"Northtown South": 5, "not known, or elsewhere": 2}
    assert lines(numbers.languages(numbers.tallies(campaign)["language"])) == {"English": 6, "العربية": 1}


def test_of_many_areas_the_first_are_named_and_the_rest_add_up(campaign: Campaign) -> None:
    for number in range(3):
        _legislature, seat, _member = make_seat(f"LS{number}4DY")
        seat.name = f"Seat {number}"
        seat.save()
        make_signature(campaign, area=seat)
    counting.fold_all()
    campaign.refresh_from_db()
    found = lines(numbers.areas(campaign, 2))
    assert found == {"Northtown South": 5, "Seat 0": 1, "2 more": 2, "not known, or elsewhere": 2}
    assert sum(found.values()) == campaign.signature_count


def test_every_division_adds_up_to_the_count(campaign: Campaign, alice: Client) -> None:
    context = page(alice, "all").context
    for name in ("sources", "areas", "languages"):
        assert sum(line.count for line in context[name]) == context["count"] == 7, name
    assert sum(step.new for step in context["steps"]) == 7


def test_each_letter_is_in_the_table_once(campaign: Campaign) -> None:
    representative = make_seat("LS94DY")[2]
    now = timezone.now()
    S = CampaignLetter.State
    make_campaign_letter(campaign, representative)
    make_campaign_letter(campaign, representative, state=S.WITHDRAWN)
    make_campaign_letter(campaign, representative, state=S.CONFIRMED, by_hand=True)
    make_campaign_letter(campaign, representative, state=S.CONFIRMED, by_hand=True, handed_over_at=now)
    make_campaign_letter(campaign, representative, state=S.CONFIRMED, to_merge=True)
    make_campaign_letter(campaign, representative, state=S.CONFIRMED, by_hand=True, printed_at=now)
    found = lines(numbers.letters(campaign))
    assert found == {
        "wait for their writers to confirm": 1,
        "wait to be merged into one": 1,
        "wait to be handed in": 1,
        "handed over": 1,
        "printed by their writers": 1,
        "withdrawn by their writers": 1,
    }


@pytest.mark.parametrize("state", ["queued", "sent", "bounced", "failed", "held", "cancelled"])
def test_a_letter_by_email_is_where_its_email_is(campaign: Campaign, state: str) -> None:
    email = make_email()
    OutgoingEmail.objects.filter(pk=email.pk).update(state=state)
    make_campaign_letter(campaign, make_seat("LS94DY")[2], state="confirmed", outgoing=email)
    [line] = numbers.letters(campaign)
    assert line.label == str(numbers.FATES["on_its_way" if state == "queued" else state])


def test_a_campaign_that_nobody_has_signed_shows_so(client: Client) -> None:
    campaign = make_campaign(slug="library", organisation=make_organisation())
    client.force_login(make_user("alice@example.org", campaign.organisation, "viewer"))
    for period in ("7", "30", "all"):
        response = page(client, period)
        assert response.context["books"].all == 0
    assert "Nobody has confirmed yet." in response.content.decode()


def test_the_part_that_is_renewed_is_the_part_of_the_page(alice: Client) -> None:
    whole = page(alice, "7").content.decode()
    part = alice.get("/organise/campaigns/library/numbers/now/?period=7").content.decode()
    assert 'data-live-from="/organise/campaigns/library/numbers/now/?period=7" data-live-every="5"' in whole
    times = r"\d\d:\d\d:\d\d"
    assert re.sub(times, "", part).strip() in re.sub(times, "", whole)


@pytest.mark.parametrize("table", ["states", "days", "confirmation", "sources", "areas", "languages", "letters"])
def test_each_table_is_there_to_take_away_and_holds_numbers_only(alice: Client, table: str) -> None:
    response = alice.get(f"/organise/campaigns/library/numbers/{table}.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="library-{table}.csv"'
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    heads, *rows = csv.reader(content.splitlines())
    assert "@" not in content and "Alice" not in content
    assert all(len(row) == len(heads) and cell.isdigit() for row in rows for cell in row[1:] if cell)
    if table == "days":
        assert len(rows) == 41 and rows[-1] == [TODAY.isoformat(), "2", "7"]
    if table == "states":
        assert [row[1] for row in rows] == ["7", "2", "1", "1", "1", "12", "30"]


def test_a_table_that_is_none_is_not_found(alice: Client) -> None:
    assert alice.get("/organise/campaigns/library/numbers/people.csv").status_code == 404


def test_in_arabic_the_labels_are_arabic_and_the_graphs_still_run_from_left_to_right(alice: Client) -> None:
    response = alice.get("/organise/ar/campaigns/library/numbers/")
    assert 'dir="rtl"' in response.content.decode() and '<figure class="graph" dir="ltr">' in response.content.decode()


def test_the_pages_ask_the_same_of_one_signature_and_of_twenty(alice: Client, campaign: Campaign) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(alice, "all")
        return len(queries)

    asked()
    before = asked()
    for number in range(20):
        make_signature(campaign, came_from=f"poster-{number % 7}", confirmed_at=ago(number))
    counting.fold_all()
    assert asked() == before


# What is drawn


def test_a_line_rises_from_what_there_was_to_what_there_is() -> None:
    days = {"2026-06-01": 10, "2026-06-03": 10}
    steps = charting.steps(days, date(2026, 6, 4), since=date(2026, 6, 3), longest=charting.FINER)
    assert [(step.new, step.so_far) for step in steps] == [(10, 20), (0, 20)]
    graph = charting.rising(steps)
    assert (graph.scale, graph.line) == ((20, 10, 0), "0.0,50.00 300.0,0.00 600.0,0.00")


def test_bars_stand_on_each_other() -> None:
    graph = charting.columns([(3, 1), (0, 0), (0, 2)])
    assert graph.scale == (4, 2, 0)
    assert [(bar.x, bar.y, bar.height, bar.part) for bar in graph.bars] == [
        ("20.00", "25.00", "75.00", 0),
        ("20.00", "0.00", "25.00", 1),
        ("420.00", "50.00", "50.00", 1),
    ]


def test_a_long_time_is_drawn_in_weeks_and_months() -> None:
    first = date(2024, 1, 1)
    for days, length in ((91, "day"), (92, "week"), (731, "week"), (732, "month"), (3660, "year")):
        steps = charting.steps({first.isoformat(): 1}, first + timedelta(days=days), longest=charting.FINER)
        assert steps[0].length == length and len(steps) <= 125, (days, length)
