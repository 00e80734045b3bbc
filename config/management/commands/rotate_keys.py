"""`manage.py rotate_keys`: after a new key was put first, moves every row to it, so that the old one can go."""

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import BaseCommand, CommandError
from django.db import IntegrityError, models, transaction
from django.db.models import TextField, Value
from django.db.models.functions import Cast

from config.crypto import (
    EmailKeyField,
    EncryptedJSONField,
    EncryptedTextField,
    Undecryptable,
    decrypt,
    rotated,
)

Encrypted = (EncryptedTextField, EncryptedJSONField)


@dataclass
class Tally:
    rows: int = 0
    encrypted: int = 0  # values that moved to the newest encryption key
    hashed: int = 0  # address keys that were computed anew
    kept: int = 0  # address keys whose address is gone: they stay under the key they were made with
    unreadable: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


class Command(BaseCommand):
    help = (
        "Encrypts every personal value anew under the first of FIELD_ENCRYPTION_KEYS and computes every address key "
        "under the first of HASH_KEYS. Safe to stop, to repeat, and to run while the site is up."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=200, help="rows in one transaction")
        parser.add_argument("--dry-run", action="store_true", help="count what would move, and change nothing")

    def handle(self, *, batch: int, dry_run: bool, **options: Any) -> None:
        troubled = []
        if dry_run:
            self.stdout.write("Nothing is changed; this is what would be.")
        for model in apps.get_models():
            if model._meta.proxy or not model._meta.managed or not _columns(model):
                continue
            tally = rotate(model, batch, dry_run, self._progress)
            self.stdout.write(
                f"{model._meta.label}: {tally.rows} rows; {tally.encrypted} values encrypted anew, "
                f"{tally.hashed} address keys computed anew, {tally.kept} kept because their address is gone."
            )
            troubled += [f"{row}: no key opens it" for row in tally.unreadable]
            troubled += [f"{row}: another row has its new address key" for row in tally.conflicts]
        tally = rotate_second_factors(dry_run)
        self.stdout.write(f"Second factors: {tally.rows} rows; {tally.encrypted} values encrypted anew.")
        troubled += [f"{row}: no key opens it" for row in tally.unreadable]
        if troubled:
            raise CommandError("Left as they were:\n" + "\n".join(troubled))

    def _progress(self, model: type[models.Model], done: int) -> None:
        self.stdout.write(f"{model._meta.label}: {done} rows so far.")
        self.stdout.flush()


TELL_EVERY = 10_000  # rows
Progress = Callable[[type[models.Model], int], None]


def rotate(model: type[models.Model], batch: int, dry_run: bool = False, tell: Progress | None = None) -> Tally:
    """Row by row in the order of their keys, a batch in a transaction: stopped at any moment and begun anew, it finds
    what it did already under the newest keys, and leaves it."""
    tally, last = Tally(), None
    while True:
        with transaction.atomic():
            # Locks of these rows alone, for as long as a batch takes; whoever changes one of them waits for that.
            rows = model._base_manager.order_by("pk")
            rows = rows if dry_run else rows.select_for_update()
            if last is not None:
                rows = rows.filter(pk__gt=last)
            found = list(_stored(rows, model)[:batch])
            for stored in found:
                _rotate_row(model, stored, tally, dry_run)
        if not found:
            return tally
        last = found[-1]["pk"]
        tally.rows += len(found)
        if tell is not None and tally.rows // TELL_EVERY > (tally.rows - len(found)) // TELL_EVERY:
            tell(model, tally.rows)


def rotate_second_factors(dry_run: bool = False) -> Tally:
    """What allauth keeps inside a JSON value: the secret of an app, and what recovery codes are made from."""
    tally = Tally()
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            tally.rows += 1
            try:
                moved = {name: rotated(row.data[name]) for name in ("secret", "seed") if name in row.data}
            except Undecryptable:
                tally.unreadable.append(f"{row._meta.label} {pk}")
                continue
            if changed := sum(row.data[name] != token for name, token in moved.items()):
                tally.encrypted += changed
                row.data |= moved
                if not dry_run:
                    row.save(update_fields=["data"])
    return tally


def _columns(model: type[models.Model]) -> list[Any]:
    """The columns to move, and those that an address key is computed from."""
    fields = model._meta.local_concrete_fields
    sources = {column.source for column in fields if isinstance(column, EmailKeyField)}
    return [column for column in fields if isinstance(column, (*Encrypted, EmailKeyField)) or column.name in sources]


def _stored(rows: Any, model: type[models.Model]) -> Any:
    """What is in the columns, as it is stored: a cast keeps the fields from decrypting it."""
    raw = {f"stored_{column.name}": Cast(column.name, TextField()) for column in _columns(model)}
    return rows.annotate(**raw).values("pk", *raw)


def _rotate_row(model: type[models.Model], stored: dict[str, Any], tally: Tally, dry_run: bool) -> None:
    name = f"{model._meta.label} {stored['pk']}"
    changes: dict[str, str] = {}
    hashed = 0
    try:
        for column in _columns(model):
            value = stored[f"stored_{column.name}"]
            if isinstance(column, Encrypted) and value and (token := rotated(value)) != value:
                changes[column.name] = token
            elif isinstance(column, EmailKeyField):
                key = _address_key(model, column, stored)
                tally.kept += not key and bool(value)
                if key and key != value:
                    changes[column.name], hashed = key, hashed + 1
    except Undecryptable:
        tally.unreadable.append(name)
        return
    if changes and not dry_run and not _changed(model, stored["pk"], changes):
        tally.conflicts.append(name)
        return
    tally.encrypted += len(changes) - hashed
    tally.hashed += hashed


def _changed(model: type[models.Model], pk: Any, changes: dict[str, str]) -> bool:
    """False where another row has the new key already."""
    try:
        with transaction.atomic():
            row = model._base_manager.filter(pk=pk)
            row.update(**{column: Value(value, output_field=TextField()) for column, value in changes.items()})
    except IntegrityError:
        return False
    return True


def _address_key(model: type[models.Model], column: EmailKeyField, stored: dict[str, Any]) -> str:
    """Under the newest key; "" when the address is gone, or was never in the row."""
    address = stored.get(f"stored_{column.source}") or ""
    if address and isinstance(model._meta.get_field(column.source), Encrypted):
        address = decrypt(address)
    return column.key_of(address) if address else ""
