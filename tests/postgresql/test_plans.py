"""How PostgreSQL goes about it, when its figures are as old as they are in a busy hour."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from letters.models.post import State
from letters.transitions import move
from tests.letters.posting import make_email

pytestmark = pytest.mark.django_db


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
