"""How PostgreSQL goes about it, when its figures are as old as they are in a busy hour."""

import uuid
from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.base import ModelState
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import filtering
from campaigns.filtering import Checks, Wanted
from campaigns.models import Signature
from letters.models.post import State
from letters.transitions import move
from tests.campaigns.factories import make_campaign, make_signature
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
        (Wanted(state="withdrawn"), "(state)"),
        (Wanted(source="newsletter"), "signature_by_source"),
        (Wanted(area="1"), "signature_by_place"),
        (Wanted(country="FR"), "signature_by_country"),
        (Wanted(updates="yes"), "signature_wants_news"),
        (Wanted(origin="imported"), "signature_imported"),
        (Wanted(check=Checks.HIDDEN), "signature_hidden"),
        (Wanted(check=Checks.REASON_WAITS), "signature_unread_reasons"),
        (Wanted(check=Checks.NAME_WAITS), "signature_unread_names"),
        (Wanted(since=NOW), "signature_by_day"),
        (Wanted(until=NOW - timedelta(days=30)), "signature_by_day"),
        (Wanted(language="ar"), "signature_by_wording"),
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
    assert "Sort" not in plan or "rows=1 " in plan, plan  # nothing to sort


def copied(model: Signature, number: int) -> Signature:
    made = copy(model)
    made.pk, made.uuid, made._state = None, uuid.uuid4(), ModelState()
    made.email, made.email_key, made.name = "", "", f"Copy {number}"
    return made
