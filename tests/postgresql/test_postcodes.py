"""A postcode is found by its index, also when PostgreSQL has no figures yet of a table that was just filled."""

from collections.abc import Sequence
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from letters.directory import lookup
from letters.directory.lookup import locate
from letters.models import Postcode, PostcodeRange
from tests.letters.factories import make_constituency, make_legislature

pytestmark = pytest.mark.django_db


def plan(query: str, values: Sequence[str] = ()) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}", values or None)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_a_postcode_and_a_range_are_found_by_their_indexes() -> None:
    legislature = make_legislature()
    seats = [make_constituency(legislature) for _ in range(20)]
    codes = [f"LS{district}{sector}AA" for district in range(10, 60) for sector in range(10)]
    Postcode.objects.bulk_create([Postcode(postcode=code, constituency=seats[0]) for code in codes])
    PostcodeRange.objects.bulk_create(
        [PostcodeRange(first=code, last=code.replace("AA", "ZZ"), constituency=seats[1]) for code in codes]
    )
    day = date(2026, 11, 20)
    with CaptureQueriesContext(connection) as said:
        assert locate("LS10 4AA", legislature, day).constituencies == [seats[0]]
        assert locate("LS10 4AB", legislature, day).guessed
    question = lookup.asked_as_it_is_written("LS104AA", legislature)
    exact = [plan(query["sql"]) for query in said if f'FROM "{Postcode._meta.db_table}"' in query["sql"]]
    for found in (*exact, plan(question.text, list(question.values))):
        assert "postcode_once_a_place" in found and "Seq Scan on letters_postcode " not in found
    [ranges] = [plan(query["sql"]) for query in said if PostcodeRange._meta.db_table in query["sql"]]
    assert "postcode_range_once" in ranges and "Seq Scan" not in ranges
