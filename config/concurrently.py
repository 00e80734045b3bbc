"""Indexes of tables that may have millions of rows: made and dropped while PostgreSQL goes on reading and writing.

Operations for migrations with `atomic = False`. Where there is no such thing (SQLite) they do what Django's own do.
"""

from typing import Any

from django.db import migrations
from django.db.models import Index


def _is_postgresql(schema_editor: Any) -> bool:
    if schema_editor.connection.vendor != "postgresql":
        return False
    if schema_editor.connection.in_atomic_block:
        raise RuntimeError("The migration needs atomic = False: no transaction may be open around CONCURRENTLY.")
    return True


def _make(schema_editor: Any, model: Any, index: Index) -> None:
    _drop(schema_editor, index)  # one that was broken off is left behind under its name, and no query may use it
    options = {"concurrently": True} if _is_postgresql(schema_editor) else {}
    schema_editor.add_index(model, index, **options)


def _drop(schema_editor: Any, index: Index) -> None:
    """Also where it is gone: with no transaction around it, a migration that was broken off has done half already."""
    concurrently = "CONCURRENTLY " if _is_postgresql(schema_editor) else ""
    schema_editor.execute(f"DROP INDEX {concurrently}IF EXISTS {schema_editor.quote_name(index.name)}")


class AddIndex(migrations.AddIndex):
    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _make(schema_editor, model, self.index)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, self.index)


class RemoveIndex(migrations.RemoveIndex):
    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            known = from_state.models[app_label, self.model_name_lower]
            _drop(schema_editor, known.get_index_by_name(self.name))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            known = to_state.models[app_label, self.model_name_lower]
            _make(schema_editor, model, known.get_index_by_name(self.name))


class DropFieldIndex(migrations.AlterField):
    """To `db_index=False`, and nothing else of the field. Django would drop its foreign key too, and check it anew."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        named = {index.name for index in model._meta.indexes}
        concurrently = "CONCURRENTLY " if _is_postgresql(schema_editor) else ""
        for name in schema_editor._constraint_names(model, [column], index=True, type_=Index.suffix, exclude=named):
            schema_editor.execute(f"DROP INDEX {concurrently}IF EXISTS {schema_editor.quote_name(name)}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        for made in schema_editor._field_indexes_sql(model, model._meta.get_field(self.name)):
            schema_editor.execute(made)
