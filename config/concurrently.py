"""Indexes of tables that may have millions of rows: made and dropped while PostgreSQL goes on reading and writing.

Operations for migrations with `atomic = False`. Where there is no such thing (SQLite) they do what Django's own do.
"""

import time
from typing import Any

from django.db import OperationalError, migrations
from django.db.models import Index


def _concurrently(schema_editor: Any) -> str:
    if schema_editor.connection.vendor != "postgresql":
        return ""
    if schema_editor.connection.in_atomic_block:
        raise RuntimeError("The migration needs atomic = False: no transaction may be open around CONCURRENTLY.")
    return "CONCURRENTLY "


def _make(schema_editor: Any, name: str, sql: object) -> None:
    """By what Django would make it with."""
    _drop(schema_editor, name)  # one that was broken off is left behind under its name, and no query may use it
    schema_editor.execute(str(sql).replace(" INDEX ", f" INDEX {_concurrently(schema_editor)}", 1), params=None)


def _drop(schema_editor: Any, name: str) -> None:
    """Also where it is gone: with no transaction around it, a migration that was broken off has done half already."""
    schema_editor.execute(f"DROP INDEX {_concurrently(schema_editor)}IF EXISTS {schema_editor.quote_name(name)}")


class _Adds:
    """Makes what the state has under `name`, once the operation has come to it; and drops it on the way back."""

    name: str
    model_name: str
    allow_migrate_model: Any

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            options = to_state.models[app_label, self.model_name.lower()].options
            found = {one.name: one for one in (*options["indexes"], *options["constraints"])}
            _make(schema_editor, self.name, found[self.name].create_sql(model, schema_editor))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, self.name)


class _Removes(_Adds):
    database_forwards, database_backwards = _Adds.database_backwards, _Adds.database_forwards


class AddIndex(_Adds, migrations.AddIndex):
    name = property(lambda self: self.index.name)


class RemoveIndex(_Removes, migrations.RemoveIndex): ...


class AddUnique(_Adds, migrations.AddConstraint):
    """Of a constraint with a condition, which is an index on either database."""

    name = property(lambda self: self.constraint.name)


class RemoveUnique(_Removes, migrations.RemoveConstraint): ...


class DropFieldIndex(migrations.AlterField):
    """To `db_index=False`, and nothing else of the field. Django would drop its foreign key too, and check it anew."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        named = {index.name for index in model._meta.indexes}
        for name in schema_editor._constraint_names(model, [column], index=True, type_=Index.suffix, exclude=named):
            _drop(schema_editor, name)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        for made in schema_editor._field_indexes_sql(model, model._meta.get_field(self.name)):
            _make(schema_editor, str(made.parts["name"]).strip('"'), made)


class DropForeignKey(migrations.AlterField):
    """To `db_constraint=False`, and nothing else of the field. (SQLite would write the whole table anew for it, and
    keeps the constraint until something else makes it do so.)"""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        model, quote = from_state.apps.get_model(app_label, self.model_name), schema_editor.quote_name
        column = model._meta.get_field(self.name).column
        for name in schema_editor._constraint_names(model, [column], foreign_key=True):
            _patiently(schema_editor, f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(name)}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        if not schema_editor._constraint_names(model, [field.column], foreign_key=True):
            schema_editor.execute(schema_editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s"))


TRIES = 20


def _patiently(schema_editor: Any, sql: str) -> None:
    """What needs both tables for itself for a moment. Behind one that waits for that all others wait as well: so it
    waits for less than a second, before PostgreSQL looks for deadlocks, and lets them by before it tries again."""
    for tried in range(1, TRIES + 1):
        schema_editor.execute("SET lock_timeout TO '400ms'")
        try:
            schema_editor.execute(sql)
            return
        except OperationalError:
            if tried == TRIES:
                raise
            time.sleep(1)
        finally:
            schema_editor.execute("RESET lock_timeout")
