"""The list of signatures: found without being exposed, filtered without being read whole, and acted on one by one."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import acting_on, counting, filtering, signing
from campaigns.filtering import Wanted
from campaigns.models import Campaign, Invalidation, Signature
from letters.models import OutgoingEmail
from tests.campaigns.factories import emails, make_campaign, make_seat, make_signature, signing_form, text_of
from tests.campaigns.organising.signature_rows import INDEXES_OF_FILTERS, bob, campaign, charlie, dora, logged, page

pytestmark = pytest.mark.django_db
__all__ = ["bob", "campaign", "charlie", "dora"]


def names(response: Any) -> list[str]:
    return [row.public_name for row in response.context["rows"]]


def listed(client: Client, **query: str) -> list[str]:
    response = client.get(page("signatures_list"), query)
    assert response.status_code == 200, response.context["form"].errors
    return names(response)


def test_the_list_begins_with_the_newest_and_goes_on_page_by_page(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.views.organising.signatures.A_PAGE", 2)
    for name in ("Agnes", "Boris", "Cora"):
        make_signature(campaign, name=name)
    make_signature(make_campaign(), name="Of another campaign")
    first = bob.get(page("signatures_list"))
    assert names(first) == ["Cora", "Boris"]
    assert names(bob.get(page("signatures_list") + first.context["more_url"])) == ["Agnes"]


def test_a_viewer_sees_numbers_and_nobody(campaign: Campaign, dora: Client) -> None:
    signature = make_signature(campaign, name="Agnes Abbot")
    make_signature(campaign, state=Signature.State.PENDING, name="Boris Baker")
    counting.fold_all()
    said = dora.get(page("signatures_list")).content.decode()
    assert "Confirmed" in said and "Agnes" not in said and "Boris" not in said
    assert "rows" not in dora.get(page("signatures_list"), {"state": "pending"}).context
    for name, where in (("signatures_find", {}), ("signatures_act", {"number": signature.pk})):
        assert dora.post(page(name, **where), {"q": signature.email, "do": "erase", "really": "1"}).status_code == 404
    signature.refresh_from_db()
    assert signature.state == Signature.State.CONFIRMED and not logged(campaign)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "pending"}, ["Pia"]),
        ({"source": "newsletter"}, ["Nora"]),
        ({"source": "-", "origin": "imported"}, ["Imre"]),
        ({"country": "FR"}, ["Fred"]),
        ({"language": "ar"}, ["Amal"]),
        ({"updates": "yes"}, ["Uma"]),
        ({"origin": "imported"}, ["Imre"]),
        ({"check": "hidden"}, ["Hedi"]),
        ({"check": "reason"}, ["Rosa"]),
        ({"state": "withdrawn"}, []),
    ],
)
def test_each_filter_finds_what_it_says(
    campaign: Campaign, bob: Client, query: dict[str, str], found: list[str]
) -> None:
    make_signature(campaign, name="Pia", state="pending")
    make_signature(campaign, name="Nora", came_from="newsletter")
    make_signature(campaign, name="Fred", country="FR")
    make_signature(campaign, name="Amal", text=text_of(campaign, "ar"))
    make_signature(campaign, name="Uma", updates=True)
    make_signature(campaign, name="Imre", origin="imported")
    make_signature(campaign, name="Hedi", reason="Rude.", reason_check="hidden")
    make_signature(campaign, name="Rosa", reason="I read there.")
    assert listed(bob, **query) == found


def test_the_filter_by_area_knows_the_areas_that_count_and_those_without_one(campaign: Campaign, bob: Client) -> None:
    _, area, _ = make_seat()
    make_signature(campaign, name="Agnes", area=area)
    make_signature(campaign, name="Boris")
    counting.fold_all()
    assert listed(bob, area=str(area.pk)) == ["Agnes"]
    assert listed(bob, area="-") == ["Boris"]


def test_the_filter_by_day_holds_both_days_and_goes_on_page_by_page(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.views.organising.signatures.A_PAGE", 2)
    now = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    # The order of their times is not that of their numbers.
    for name, at in {"Late": 2, "Early": 0, "Noon": 1.5, "Dawn": 1, "Last": 1.99999}.items():
        row = make_signature(campaign, name=name)
        Signature.objects.filter(pk=row.pk).update(created_at=now - timedelta(days=5 - at))
    day = (now - timedelta(days=4)).date().isoformat()
    first = bob.get(page("signatures_list"), {"since": day, "until": day})
    assert names(first) == ["Last", "Noon"]
    assert names(bob.get(page("signatures_list") + first.context["more_url"])) == ["Dawn"]
    assert first.context["counted"].n == 3


@pytest.mark.parametrize(
    "query",
    [
        {"state": "nonsense"},
        {"area": "1; DROP"},
        {"area": "9" * 30},
        {"since": "yesterday"},
        {"since": "2026-11-20", "until": "2026-11-19"},
        {"until": "9999-12-31"},
        {"country": "GB\0"},
        {"check": "__class__"},
        {"source": "a" * 121},
    ],
)
def test_a_filter_that_makes_no_sense_is_told_and_shows_nobody(
    campaign: Campaign, bob: Client, query: dict[str, str]
) -> None:
    make_signature(campaign, name="Agnes Abbot")
    response = bob.get(page("signatures_list"), query)
    assert response.status_code == 422 and "Agnes" not in response.content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 40, "１２"])
def test_a_page_that_is_none_is_the_first_or_empty(campaign: Campaign, bob: Client, before: str) -> None:
    make_signature(campaign)
    assert bob.get(page("signatures_list"), {"before": before}).status_code == 200
    day = timezone.localdate().isoformat()
    assert bob.get(page("signatures_list"), {"before": before, "since": day}).status_code == 200


def test_somebody_is_found_by_any_spelling_of_their_address(campaign: Campaign, bob: Client) -> None:
    signature = make_signature(campaign, email="agnes@example.org", display="none")
    make_signature(make_campaign(), email="agnes@example.org")
    response = bob.post(page("signatures_find"), {"q": " Agnes+petitions@EXAMPLE.org "})
    assert response["Location"] == page("signatures_one", number=signature.pk)
    assert logged(campaign) == [("signatures.found", {})]


def test_somebody_is_found_by_the_beginning_of_a_name_that_is_shown(campaign: Campaign, bob: Client) -> None:
    make_signature(campaign, name="Agnes Abbot")
    make_signature(campaign, name="Agnes Hidden", display="none")
    make_signature(campaign, name="Agnes Initials", display="initials")
    response = bob.post(page("signatures_find"), {"q": "AGNES"})
    assert names(response) == ["Agnes Abbot"]
    assert names(bob.post(page("signatures_find"), {"q": "Abbot"})) == []


@pytest.mark.parametrize("asked", ["", "agnes@", "a@b@c", "agnes@example.org, boris@example.org", "@"])
def test_what_is_no_whole_address_finds_nobody_and_is_told(campaign: Campaign, bob: Client, asked: str) -> None:
    make_signature(campaign, email="agnes@example.org")
    assert bob.post(page("signatures_find"), {"q": asked}).status_code == 422


@pytest.mark.parametrize("asked", ["a\0b", "%", "_", "\U0010ffff", "ﷺ" * 200])
def test_a_name_may_hold_anything(campaign: Campaign, bob: Client, asked: str) -> None:
    make_signature(campaign)
    assert names(bob.post(page("signatures_find"), {"q": asked})) == []


def test_the_search_is_never_part_of_an_address(campaign: Campaign, bob: Client) -> None:
    assert bob.get(page("signatures_find"), {"q": "agnes@example.org"}).status_code == 405


def test_one_page_shows_what_is_known_and_logs_who_looked_but_not_at_whom(
    client: Client, campaign: Campaign, bob: Client
) -> None:
    client.post("/library/sign/", signing_form(email="agnes@example.org", reason="I read there.", updates="on"))
    signature = Signature.objects.get()
    said = bob.get(page("signatures_one", number=signature.pk)).content.decode()
    for part in ("agnes@example.org", "I read there.", "France", "version 1", "Send the confirmation email again"):
        assert part in said
    assert page("signatures_one", number=signature.pk).count(str(signature.uuid)) == 0
    assert logged(campaign) == [("signature.opened", {})]


def test_a_signature_of_another_campaign_is_not_there(campaign: Campaign, bob: Client) -> None:
    other = make_signature(make_campaign(organisation=campaign.organisation))
    assert bob.get(page("signatures_one", number=other.pk)).status_code == 404
    response = bob.post(page("signatures_act", number=other.pk), {"do": "erase", "really": "1"})
    assert response.status_code == 404 and Signature.objects.get().anonymised_at is None
    assert logged(campaign) == []


def act(client: Client, signature: Signature, **form: str) -> int:
    status: int = client.post(page("signatures_act", number=signature.pk), form).status_code
    signature.refresh_from_db()
    return status


def test_one_is_declared_invalid_with_a_reason_and_restored(campaign: Campaign, bob: Client) -> None:
    signature = make_signature(campaign)
    assert act(bob, signature, do="invalidate") == 422 and signature.state == "confirmed"
    assert act(bob, signature, do="invalidate", why="A test") == 302 and signature.state == "invalid"
    made = Invalidation.objects.get()
    assert (made.reason, made.signatures, made.wanted) == ("A test", 1, {})
    assert "A test" in bob.get(page("signatures_one", number=signature.pk)).content.decode()
    act(bob, signature, do="restore")
    assert (signature.state, signature.invalidation) == ("confirmed", None)


def test_a_name_is_hidden_and_shown_and_its_owners_words_stay(campaign: Campaign, bob: Client) -> None:
    signature = make_signature(campaign, name="Agnes Abbot", affiliation="Nurse", reason="Rude.")
    act(bob, signature, do="hide_name")
    assert (signature.public_name, signature.public_affiliation, signature.public_reason) == ("", "", "")
    assert (signature.name, signature.affiliation, signature.reason) == ("Agnes Abbot", "Nurse", "Rude.")
    act(bob, signature, do="show_name")
    assert (signature.public_name, signature.public_name_folded) == ("Agnes Abbot", "agnes abbot")
    act(bob, signature, do="hide_reason")
    assert (signature.public_name, signature.public_reason) == ("Agnes Abbot", "")


def test_the_confirmation_is_sent_again_as_often_as_there_is_a_share(
    client: Client, campaign: Campaign, bob: Client
) -> None:
    client.post("/library/sign/", signing_form())
    signature = Signature.objects.get()
    for _ in range(signing.MOST_CONFIRMATIONS + 2):
        act(bob, signature, do="resend")
    assert len(emails()) == signing.MOST_CONFIRMATIONS
    assert sum(what == "signature.resent" for what, _ in logged(campaign)) == signing.MOST_CONFIRMATIONS - 1
    assert "resend" not in acting_on.open_to(signature)


def test_somebody_who_asked_is_erased_everywhere(client: Client, campaign: Campaign, bob: Client) -> None:
    client.post("/library/sign/", signing_form(name="Zebedee Quuxen"))
    signature = Signature.objects.get()
    signing.confirm(signature)
    counting.fold_all()
    assert act(bob, signature, do="erase") == 422 and signature.name
    assert act(bob, signature, do="erase", really="1") == 302
    assert all(getattr(signature, field) == "" for field in Signature.PERSONAL)
    assert OutgoingEmail.objects.exclude(to_address="").count() == 0
    counting.fold_all()
    assert Campaign.objects.get(pk=campaign.pk).signature_count == 0
    assert counting.reconcile(campaign).problems == []
    assert ("signature.erased", {}) in logged(campaign)
    said = bob.get(page("signatures_one", number=signature.pk))
    assert said.status_code == 200 and "Zebedee" not in said.content.decode()


@pytest.mark.parametrize("form", [{}, {"do": "delete"}, {"do": "invalidate", "why": "x" * 301}, {"do": "erase\0"}])
def test_a_deed_that_is_none_changes_nothing(campaign: Campaign, bob: Client, form: dict[str, str]) -> None:
    signature = make_signature(campaign)
    assert act(bob, signature, **form) == 422 and signature.state == "confirmed"


def test_the_list_costs_the_same_with_one_and_with_twenty(
    campaign: Campaign, bob: Client, dora: Client, django_assert_num_queries: Any
) -> None:
    make_signature(campaign, came_from="newsletter", reason="I read there.")
    costs = {}
    pages = [
        ("bob", page("signatures_list")),
        ("bob", page("signatures_list") + "?state=confirmed&source=newsletter"),
        ("dora", page("signatures_list")),
    ]
    clients = {"bob": bob, "dora": dora}
    for who, address in pages:
        with CaptureQueriesContext(connection) as said:
            clients[who].get(address)
        costs[who, address] = len(said)
    for _ in range(19):
        make_signature(campaign, came_from="newsletter", reason="I read there.")
    counting.fold_all()
    for who, address in pages:
        with django_assert_num_queries(costs[who, address]):
            assert clients[who].get(address).status_code == 200


def test_nothing_that_is_encrypted_is_read_for_the_list(campaign: Campaign, bob: Client) -> None:
    make_signature(campaign)
    with CaptureQueriesContext(connection) as said:
        bob.get(page("signatures_list"))
    rows = [one["sql"] for one in said if '"campaigns_signature"."public_name"' in one["sql"]]
    assert rows and not any('"campaigns_signature"."email"' in sql or '."name",' in sql for sql in rows)


def test_a_count_of_very_many_says_so_and_does_not_read_on(campaign: Campaign) -> None:
    for _ in range(5):
        make_signature(campaign)
    rows = filtering.rows(campaign, Wanted(state="confirmed"))
    assert filtering.count(rows, most=3) == filtering.Counted(3, True)
    assert filtering.count(rows, most=5) == filtering.Counted(5, False)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        *INDEXES_OF_FILTERS,
        (Wanted(state="pending"), "signature_in_state"),
        (Wanted(area=filtering.NONE_KNOWN), "signature_of_area"),
        (Wanted(since=timezone.now() - timedelta(days=1)), "signature_given"),
        (Wanted(until=timezone.now()), "signature_given"),
    ],
)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has its own in tests/postgresql/test_plans.py")
def test_each_filter_is_read_from_its_index_in_the_order_of_the_list(
    campaign: Campaign, wanted: Wanted, index: str
) -> None:
    asked: list[Any] = []

    def heard(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(heard):
        filtering.page(campaign, wanted, "", 50)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked[-1][0]}", asked[-1][1])  # with parameters, as it is asked
        plan = "\n".join(row[-1] for row in cursor.fetchall())
    # Those of one moment are put in order by their keys.
    plan = re.sub("USE TEMP B-TREE FOR (LAST TERM|RIGHT PART) OF ORDER BY", "", plan)
    assert index in plan and "SCAN" not in plan and "TEMP B-TREE" not in plan, plan
