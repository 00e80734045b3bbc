"""The numbers of a campaign read small indexes, and not the rows of everybody who has confirmed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import counting, numbers
from campaigns.models import Signature
from tests.campaigns.factories import make_campaign, make_signature

KEPT = ("campaign_id", "text_id", "state", "display", "consent_at", "erase_on")
pytestmark = pytest.mark.django_db


def test_who_has_not_confirmed_is_found_by_an_index_of_them_alone() -> None:
    campaign = make_campaign()
    for state in ("confirmed", "pending", "withdrawn", "suspect", "invalid"):
        make_signature(campaign, state=state)
    counting.fold_all()
    other = make_signature(make_campaign(), state="pending", email="")
    others = [Signature(**{one: getattr(other, one) for one in KEPT}, email="") for _ in range(500)]
    Signature.objects.bulk_create(others)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_signature")
    with CaptureQueriesContext(connection) as said:
        numbers.books(campaign)
        numbers.waiting(campaign)
    plans = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # so small a table is read whole
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        for query in said:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    by_state, due, oldest, pending = plans
    assert "Index Only Scan using signature_not_confirmed" in by_state
    assert "signature_to_fold" in due
    assert "signature_not_confirmed" in oldest or "signature_unconfirmed" in oldest
    assert "Index Only Scan using signature_not_confirmed" in pending
