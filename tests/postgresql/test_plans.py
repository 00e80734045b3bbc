"""How PostgreSQL goes about it, when its figures are as old as they are in a busy hour."""

import uuid
from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.base import ModelState
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import counting, filtering, held_back, invalidating, numbers
from campaigns.filtering import Wanted
from campaigns.models import Signature
from letters.models.post import State
from letters.transitions import move
from tests.campaigns.factories import make_campaign, make_signature
from tests.campaigns.organising.signature_rows import INDEXES_OF_FILTERS
from tests.letters.posting import make_email

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_emails_named_by_their_keys_are_found_by_them_alone() -> None:
    """Not by the small index of all that waits, which looks empty to old figures and is read from end to end."""
    emails = [make_email() for _ in range(40)]
    with CaptureQueriesContext(connection) as said:
        assert len(move([email.pk for email in emails[:20]], State.QUEUED, State.CANCELLED, actor="Alice")) == 20
    statements = [query["sql"] for query in said if "letters_outgoingemail" in query["sql"]]
    assert len(statements) == 2
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # so small a table is read whole
        for statement in statements:
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "letters_outgoingemail_pkey" in plan and "email_waiting" not in plan


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        *INDEXES_OF_FILTERS,
        (Wanted(state="withdrawn"), "(state)"),
        (Wanted(since=NOW), "signature_given"),
        (Wanted(until=NOW - timedelta(days=30)), "signature_given"),
    ],
)
def test_each_filter_of_signatures_is_read_from_its_index(wanted: Wanted, index: str) -> None:
    """Of those it finds few of, among very many that it does not want; in the order of the list."""
    campaign = make_campaign(arabic=True)
    model = make_signature(campaign, state="confirmed", name_check="passed")
    rows = [copied(model, number) for number in range(3000)]
    Signature.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_signature")
    with CaptureQueriesContext(connection) as said:
        filtering.page(campaign, wanted, "", 50)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {said[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan and "Seq Scan" not in plan, plan
    sorts = plan.replace("Incremental Sort", "")  # those of one moment, by their keys
    assert "Sort  (" not in sorts or "rows=1 " in plan, plan  # nothing to sort


def test_the_last_page_of_a_campaign_that_is_most_of_the_table_reads_nothing_of_the_others() -> None:
    """In the order of their keys it would walk through all of them (docs/scaling.md)."""
    older, campaign = make_campaign(), make_campaign()
    for one, rows in ((older, 500), (campaign, 3000)):
        model = make_signature(one, state="confirmed", public_name="Rose", public_name_folded="rose")
        Signature.objects.bulk_create(copied(model, number) for number in range(rows))
    first = Signature.objects.filter(campaign=campaign).order_by("pk")[20]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_signature")
    with CaptureQueriesContext(connection) as said:
        assert len(filtering.page(campaign, Wanted(), str(first.pk), 50).rows) == 20
        filtering.shown_as(campaign, "r", 50)
    with connection.cursor() as cursor:
        for query, index in ((said[-2], "signature_given"), (said[-1], "signature_by_name")):
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert index in plan and "campaigns_signature_pkey" not in plan, plan


def test_names_that_begin_so_are_counted_by_the_index_of_names() -> None:
    campaign = make_campaign()
    model = make_signature(campaign, state="confirmed")
    rows = [copied(model, number) for number in range(3000)]
    for row in rows:
        row.public_name_folded = row.name.lower()
    Signature.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_signature")
    with CaptureQueriesContext(connection) as said:
        assert invalidating.look(filtering.rows(campaign, Wanted(named="copy 299*"))).n == 11
    with connection.cursor() as cursor:
        for query in list(said)[-2:]:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "signature_by_name" in plan and "Seq Scan" not in plan, plan


def test_what_a_filter_finds_is_counted_without_passing_what_others_had_before() -> None:
    """Most of these wish no news; but at the beginning of the table there is nobody of this campaign."""
    older, campaign = make_campaign(), make_campaign()
    for one, rows in ((older, 3000), (campaign, 3000)):
        model = make_signature(one, state="confirmed")
        Signature.objects.bulk_create(copied(model, number) for number in range(rows))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_signature")
    for wanted in (Wanted(updates="no"), Wanted(origin="online"), Wanted(language="en")):
        with CaptureQueriesContext(connection) as said:
            assert filtering.how_many(campaign, wanted) == filtering.Counted(filtering.MOST_COUNTED, True)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {said[-1]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Seq Scan" not in plan and "using signature_" in plan, plan


def test_what_is_to_be_folded_is_found_by_its_own_small_index_though_much_is_not_confirmed() -> None:
    """`counted` and the state go together, which no figures say: as two conditions they would seem to be a fifth."""
    campaign = make_campaign()
    for state, rows in (("confirmed", 2700), ("pending", 300)):
        model = make_signature(campaign, state=state, counted=state == "confirmed", counted_on=NOW.date())
        Signature.objects.bulk_create(copied(model, number) for number in range(rows))
    make_signature(campaign, state="confirmed", email="somebody.new@example.org")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_signature")
    with CaptureQueriesContext(connection) as said:
        assert numbers.books(campaign).to_count == 1
        assert counting.fold_all() == 1
    asked = [query["sql"] for query in said if "::integer = 0" in query["sql"]]
    assert len(asked) == 3  # the numbers, which campaigns, and the fold of this one
    with connection.cursor() as cursor:
        for statement in asked:
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "using signature_to_fold" in plan, plan


def test_why_signatures_are_held_back_is_counted_without_reading_them() -> None:
    campaign = make_campaign()
    model = make_signature(campaign, state="suspect", held_for="too_fast")
    Signature.objects.bulk_create(copied(model, number) for number in range(3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_signature")
    with CaptureQueriesContext(connection) as said:
        held_back.by_reason(campaign)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {said[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using signature_held_back" in plan, plan


def copied(model: Signature, number: int) -> Signature:
    made = copy(model)
    made.pk, made.uuid, made._state = None, uuid.uuid4(), ModelState()
    made.email, made.email_key, made.name = "", "", f"Copy {number}"
    return made
