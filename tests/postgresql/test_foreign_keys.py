"""A foreign key of a large table goes and comes back while others use the table; SQLite has no such statement."""

from contextlib import closing
from importlib import import_module
from unittest.mock import patch

import pytest
from django.db import connection, models
from django.db.migrations.state import ProjectState

from config import concurrently
from config.concurrently import DropForeignKey


def foreign_keys() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "campaigns_signature").values()
    return {one["columns"][0] for one in found if one["foreign_key"]}


@pytest.mark.django_db(transaction=True)
def test_a_foreign_key_goes_once_nobody_holds_the_table_and_comes_back() -> None:
    now = ProjectState.from_apps(import_module("django.apps").apps)
    loose = models.ForeignKey("letters.constituency", models.SET_NULL, null=True, db_index=False, db_constraint=False)
    dropping, after = DropForeignKey("signature", "area", loose), now.clone()
    dropping.state_forwards("campaigns", after)
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM campaigns_signature")  # and does not end
    with (
        patch.object(concurrently.time, "sleep", lambda _: other.rollback()),
        connection.schema_editor(atomic=False) as editor,
        closing(other),
    ):
        dropping.database_forwards("campaigns", editor, now, after)
        assert "area_id" not in foreign_keys()
        dropping.database_forwards("campaigns", editor, now, after)
        dropping.database_backwards("campaigns", editor, after, now)
    assert "area_id" in foreign_keys()
