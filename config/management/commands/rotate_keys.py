"""`manage.py rotate_keys`: after a new key was put first, moves every row to it, so that the old one can go."""

from argparse import ArgumentParser
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

    def handle(self, *, batch: int, **options: Any) -> None:
        troubled = []
        for model in apps.get_models():
            if model._meta.proxy or not model._meta.managed or not _columns(model):
                continue
            tally = rotate(model, batch)
            self.stdout.write(
                f"{model._meta.label}: {tally.rows} rows; {tally.encrypted} values encrypted anew, "
                f"{tally.hashed} address keys computed anew, {tally.kept} kept because their address is gone."
            )
            troubled += [f"{row}: no key opens it" for row in tally.unreadable]
            troubled += [f"{row}: another row has its new address key" for row in tally.conflicts]
        tally = rotate_second_factors()
        self.stdout.write(f"Second factors: {tally.rows} rows; {tally.encrypted} values encrypted anew.")
        troubled += [f"{row}: no key opens it" for row in tally.unreadable]
        if troubled:
            raise CommandError("Left as they were:\n" + "\n".join(troubled))


def rotate(model: type[models.Model], batch: int) -> Tally:
    tally, last = Tally(), None
    while True:
        with transaction.atomic():
            rows = model._base_manager.select_for_update().order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            found = list(_stored(rows, model)[:batch])
            for stored in found:
                _rotate_row(model, stored, tally)
        if not found:
            return tally
        last = found[-1]["pk"]
        tally.rows += len(found)


def rotate_second_factors() -> Tally:
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
                row.data |= moved
                row.save(update_fields=["data"])
                tally.encrypted += changed
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


def _rotate_row(model: type[models.Model], stored: dict[str, Any], tally: Tally) -> None:
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
    if not changes:
        return
    try:
        with transaction.atomic():
            row = model._base_manager.filter(pk=stored["pk"])
            row.update(**{column: Value(value, output_field=TextField()) for column, value in changes.items()})
    except IntegrityError:
        tally.conflicts.append(name)
        return
    tally.encrypted += len(changes) - hashed
    tally.hashed += hashed


def _address_key(model: type[models.Model], column: EmailKeyField, stored: dict[str, Any]) -> str:
    """Under the newest key; "" when the address is gone, or was never in the row."""
    address = stored.get(f"stored_{column.source}") or ""
    if address and isinstance(model._meta.get_field(column.source), Encrypted):
        address = decrypt(address)
    return column.key_of(address) if address else ""
