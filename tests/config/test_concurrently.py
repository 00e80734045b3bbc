"""Nobody waits for an index: migrations make those of the large tables while people go on signing."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from config.concurrently import AddIndex, AddUnique, DropFieldIndex, RemoveIndex, RemoveUnique

LARGE = {"signature", "outgoingemail", "deliveryevent", "campaignletter"}
# Those that had landed before there was this rule (docs/operating.md says what that means).
BEFORE = {"campaigns": 18, "letters": 4}


def held_up(app: str, migration: Any) -> list[str]:
    """What in it makes or drops an index of a large table while nobody may write there."""
    bad = []
    for operation in migration.operations:
        name = getattr(operation, "model_name", "").lower()
        plain = type(operation).__module__.startswith("django.")
        if name not in LARGE or not plain:
            continue
        field = getattr(operation, "field", None)
        unique = isinstance(operation, migrations.AddConstraint) and isinstance(
            operation.constraint, models.UniqueConstraint
        )
        indexed = field is not None and (field.db_index or field.unique)
        altered = isinstance(operation, migrations.AlterField) and isinstance(field, models.ForeignKey)
        if isinstance(operation, migrations.AddIndex | migrations.RemoveIndex) or unique or indexed or altered:
            bad.append(operation.describe())
    concurrent = [one for one in migration.operations if type(one).__module__ == "config.concurrently"]
    return bad + (["it needs atomic = False"] if concurrent and migration.atomic else [])


@pytest.mark.parametrize("app", BEFORE)
def test_a_migration_of_a_large_table_holds_nobody_up(app: str) -> None:
    package = import_module(f"{app}.migrations")
    names = [one.name for one in iter_modules(package.__path__) if int(one.name[:4]) > BEFORE[app]]
    assert names
    found = {name: held_up(app, import_module(f"{app}.migrations.{name}").Migration) for name in names}
    assert {name: bad for name, bad in found.items() if bad} == {}


def test_the_rule_finds_what_it_forbids() -> None:
    class Bad(migrations.Migration):
        operations = [  # noqa: RUF012
            migrations.AddIndex("signature", models.Index(fields=["country"], name="a")),
            migrations.AddField("signature", "more", models.CharField(max_length=3, db_index=True)),
            migrations.AddConstraint("signature", models.UniqueConstraint(fields=["uuid"], name="b")),
            AddIndex("signature", models.Index(fields=["country"], name="c")),
        ]

    assert len(held_up("campaigns", Bad)) == 4


INDEX = models.Index(fields=["country"], condition=Q(country="FR"), name="made_for_a_test")
UNIQUE = models.UniqueConstraint(fields=["uuid"], condition=Q(country="FR"), name="made_for_a_test")


def names(column: str = "") -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "campaigns_signature")
    return {name for name, one in found.items() if one["index"] and (not column or one["columns"] == [column])}


def run(operation: Any, way: str, before: ProjectState, then: ProjectState) -> None:
    """Nothing that it asks of PostgreSQL for an index may hold up who writes."""
    with CaptureQueriesContext(connection) as asked, connection.schema_editor(atomic=False) as editor:
        getattr(operation, way)("campaigns", editor, before, then)
    of_indexes = [query["sql"] for query in asked if query["sql"].startswith(("CREATE", "DROP"))]
    assert of_indexes
    assert connection.vendor != "postgresql" or all(" INDEX CONCURRENTLY " in sql for sql in of_indexes)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "making, dropping",
    [
        (AddIndex("signature", INDEX), RemoveIndex("signature", "made_for_a_test")),
        (AddUnique("signature", UNIQUE), RemoveUnique("signature", "made_for_a_test")),
    ],
)
def test_an_index_is_made_and_dropped_forwards_and_back(making: Any, dropping: Any) -> None:
    """Also after an attempt that was broken off: nothing takes back what it has done."""
    state = ProjectState.from_apps(import_module("django.apps").apps)
    after = state.clone()
    making.state_forwards("campaigns", after)
    for way, maker, dropper in (("forwards", making, dropping), ("backwards", dropping, making)):
        for _broken_off in range(2):
            run(maker, f"database_{way}", state, after)
            assert "made_for_a_test" in names()
        for _broken_off in range(2):
            run(dropper, f"database_{way}", after, state)
            assert "made_for_a_test" not in names()


@pytest.mark.django_db(transaction=True)
def test_the_index_of_a_column_comes_back_with_it() -> None:
    now = ProjectState.from_apps(import_module("django.apps").apps)
    before = now.clone()
    indexed = models.CharField(max_length=2, db_index=True)
    migrations.AlterField("signature", "country", indexed).state_forwards("campaigns", before)
    dropping = DropFieldIndex("signature", "country", models.CharField(max_length=2))
    had = names("country")
    run(dropping, "database_backwards", now, before)
    assert names("country") > had
    run(dropping, "database_forwards", before, now)
    assert names("country") == had
