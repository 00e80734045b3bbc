"""The demonstration's directory: real constituencies, people who do not exist, and addresses that reach nobody."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from letters.models import Constituency, Legislature, Postcode, Representative

from .contact import reaches_nobody, usable_address
from .lookup import PostcodeError, parse_postcode


class NotADemonstration(ValueError):
    """The folder holds an address that could reach somebody, or a row that does not fit."""


def load(folder: Path) -> dict[str, int]:
    """Reads the folder's legislature.yaml and three tables; nothing is kept if one row is wrong.

    Can be repeated: rows are found again by code, changed in place, and ended when the folder has them no more.
    """
    settings: dict[str, Any] = yaml.safe_load((folder / "legislature.yaml").read_text(encoding="utf-8"))
    with transaction.atomic():
        legislature = _legislature(settings)
        seats = _constituencies(legislature, settings.get("valid_from"), _rows(folder / "constituencies.csv"))
        rows = _rows(folder / "representatives.csv")
        people = _representatives(legislature, seats, rows, settings["representative_office"])
        postcodes = _postcodes(seats, _rows(folder / "postcodes.csv"))
    return {"constituencies": len(seats), "representatives": people, "postcodes": postcodes}


def _rows(file: Path) -> list[dict[str, str]]:
    """Each row with `_at`, where it stands."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        return [{**row, "_at": f"{file.name}, line {reader.line_num}"} for row in reader]


def _seat(seats: dict[str, int], row: dict[str, str]) -> int:
    try:
        return seats[row["gss_code"]]
    except KeyError:
        raise NotADemonstration(f"{row['_at']}: no constituency has the code {row['gss_code']!r}.") from None


def _postcode(row: dict[str, str]) -> str:
    try:
        return parse_postcode(row["postcode"])
    except PostcodeError as error:
        raise NotADemonstration(f"{row['_at']}: {row['postcode']!r}: {error}") from None


def _legislature(settings: dict[str, Any]) -> Legislature:
    roles = {settings["representative_role"]: settings["representative_role_ar"]}
    legislature, _ = Legislature.objects.update_or_create(
        slug=settings["slug"],
        defaults={
            **{field: settings[field] for field in ("name", "kind", "country", "time_zone", "boundary_set")},
            "translations": {"ar": {"name": settings["name_ar"], "roles": roles}},
        },
    )
    return legislature


def _constituencies(legislature: Legislature, since: date | None, rows: list[dict[str, str]]) -> dict[str, int]:
    """The primary key of each code."""
    Constituency.objects.bulk_create(
        [
            Constituency(
                legislature=legislature,
                boundary_set=legislature.boundary_set,
                code=row["gss_code"],
                name=row["name"],
                region=row["region"] or row["nation"],
                translations={"cy": {"name": row["name_cy"]}} if row["name_cy"] else {},
                valid_from=since,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["legislature", "boundary_set", "code"],
        update_fields=["name", "region", "translations", "valid_from", "valid_to"],
    )
    codes = [row["gss_code"] for row in rows]
    ours = legislature.constituencies.filter(boundary_set=legislature.boundary_set)
    today = timezone.localdate()
    ours.exclude(code__in=codes).filter(valid_to__isnull=True).update(valid_to=today)  # its code was another one
    placed = ours.filter(code__in=codes)
    return dict(placed.values_list("code", "pk"))


# A directory that has no such column knows nothing of it.
_ADDRESSED = ("given_name", "family_name", "honorific_prefix", "gender")


def _representatives(legislature: Legislature, seats: dict[str, int], rows: list[dict[str, str]], office: str) -> int:
    for row in rows:
        if row["email"] and not reaches_nobody(usable_address(row["email"])):
            raise NotADemonstration(f"{row['_at']}: the address {row['email']!r} is not at example.org.")
    Representative.objects.bulk_create(
        [
            Representative(
                legislature=legislature,
                constituency_id=_seat(seats, row),
                identifier=row["gss_code"],
                name=row["name"],
                **{column: row.get(column, "") for column in _ADDRESSED},
                office=office,
                role=row["role"],
                email=row["email"],
                address=row["address"].replace(" | ", "\n"),
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["legislature", "identifier"],
        update_fields=["constituency", "name", *_ADDRESSED, "office", "role", "email", "address", "valid_to"],
    )
    gone = legislature.representatives.exclude(identifier__in=[row["gss_code"] for row in rows])
    gone.serving(timezone.localdate()).update(valid_to=timezone.localdate())
    return len(rows)


def _postcodes(seats: dict[str, int], rows: list[dict[str, str]]) -> int:
    wanted = {_postcode(row): _seat(seats, row) for row in rows}
    held = Postcode.objects.filter(constituency__in=seats.values())
    held_pairs = {(postcode, seat) for postcode, seat in held.values_list("postcode", "constituency")}
    moved = held_pairs - set(wanted.items())
    held.filter(postcode__in=[postcode for postcode, _ in moved]).delete()
    Postcode.objects.bulk_create(
        [Postcode(postcode=postcode, constituency_id=seat) for postcode, seat in wanted.items()], ignore_conflicts=True
    )
    return len(wanted)
