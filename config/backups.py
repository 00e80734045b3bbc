"""A backup: a folder with the database as it was at one moment, the private files, and a proof of the keys.

The keys themselves are never in it. The proof lets a restore say at once that it was given the wrong ones.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.core.signing import BadSignature, Signer
from django.db import connection
from django.utils import timezone

from .crypto import Undecryptable, decrypt, encrypt, hash_keys, keyed_hash

PREFIX, PARTIAL = "countersign-", ".part"
KILLED_AFTER = timedelta(hours=12)  # no attempt is at work for so long
ABOUT, PRIVATE = "about.json", "private"
DATABASE = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
# What pg_dump and pg_restore are told by environment, where no list of processes shows it.
PG_VARIABLES = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}
PG_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "passfile", "service")


class BackupError(Exception):
    """It was not made, or cannot be used; the message is a sentence for the operator."""


@dataclass(frozen=True)
class Backup:
    folder: Path
    made_at: datetime
    links_still_work: bool


def make(into: Path, now: datetime | None = None) -> Path:
    """A new folder inside `into`, for its owner alone. It has its name only once it is whole."""
    now = now or timezone.now()
    folder = into / f"{PREFIX}{now:%Y-%m-%dT%H%M%SZ}"
    partial = folder.with_name(folder.name + PARTIAL)
    if folder.exists():
        raise BackupError(f"{folder} is there already.")
    for path in into.glob(f"{PREFIX}*{PARTIAL}"):  # a killed attempt could not clean up
        if _made_before(path, now - KILLED_AFTER):
            shutil.rmtree(path, ignore_errors=True)
    try:
        partial.mkdir(parents=True, mode=0o700)
        _dump(partial / DATABASE[connection.vendor])
        _copy_private_files(partial / PRIVATE)
        (partial / ABOUT).write_text(json.dumps(_about(now), indent=1))
        _to_the_disk(partial)
        partial.rename(folder)
    except OSError as error:
        raise BackupError(f"It could not be written: {error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # a whole one has its name by now
    return folder


def drop_older_than(days: int, into: Path, now: datetime | None = None) -> list[Path]:
    """What people had erased stays in a backup until then."""
    limit = (now or timezone.now()) - timedelta(days=days)
    old = [path for path in sorted(into.glob(f"{PREFIX}*")) if _made_before(path, limit)]
    for path in old:
        shutil.rmtree(path)
    return old


def check(folder: Path) -> Backup:
    """Raises BackupError unless this is a whole backup, of this kind of database, that the present keys open."""
    try:
        about = json.loads((folder / ABOUT).read_text())
        made_at = datetime.fromisoformat(about["made_at"])
    except (OSError, ValueError, KeyError) as error:
        raise BackupError(f"{folder} is no whole backup.") from error
    if about["database"] != connection.vendor:
        raise BackupError(f"It is of {about['database']}, and this installation is on {connection.vendor}.")
    hashes = [keyed_hash("backup", about["made_at"], key) for key in hash_keys()]
    try:
        opened = decrypt(about["encrypted"])
    except Undecryptable:
        opened = ""
    if opened != about["made_at"] or about["hashed"] not in hashes:
        raise BackupError("The keys of this installation are not those of the backup. Put back the ones kept apart.")
    try:
        links_still_work = Signer(salt="backup").unsign(about["signed"]) == about["made_at"]
    except BadSignature:
        links_still_work = False
    return Backup(folder, made_at, links_still_work)


def load(backup: Backup) -> None:
    """Into the database of this installation, which must be empty."""
    if connection.introspection.table_names():
        raise BackupError("The database is not empty. Make a new one, and name it in DATABASE_URL.")
    _load(backup.folder / DATABASE[connection.vendor])
    if location := _private_folder():
        for source, name in _files(backup.folder / PRIVATE):
            target = location / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy2(source, target)


def _about(now: datetime) -> dict[str, str]:
    moment = now.isoformat()
    return {
        "made_at": moment,
        "database": connection.vendor,
        "encrypted": encrypt(moment),
        "hashed": keyed_hash("backup", moment),
        "signed": Signer(salt="backup").sign(moment),
    }


def _made_before(path: Path, limit: datetime) -> bool:
    try:
        made = datetime.strptime(path.name.removesuffix(PARTIAL), f"{PREFIX}%Y-%m-%dT%H%M%SZ")
    except ValueError:
        return False  # not one of ours
    return made < limit.replace(tzinfo=None)


def _dump(target: Path) -> None:
    target.touch(mode=0o600)
    if connection.vendor == "sqlite":
        _copy_sqlite(str(settings.DATABASES["default"]["NAME"]), str(target))
    else:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def _load(source: Path) -> None:
    if connection.vendor == "sqlite":
        connection.close()
        _copy_sqlite(str(source), str(connection.settings_dict["NAME"]))
        return
    name = connection.settings_dict["NAME"]
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", f"--dbname={name}")
    _run("pg_restore", *options, str(source))


def _copy_sqlite(source: str, target: str) -> None:
    """Page by page through SQLite itself: what is in the write-ahead log comes too, and nobody has to stop."""
    try:
        with (
            closing(sqlite3.connect(source, timeout=20)) as origin,
            closing(sqlite3.connect(target, timeout=20)) as copy,
        ):
            origin.backup(copy)
    except sqlite3.Error as error:
        raise BackupError(f"SQLite could not copy it: {error}.") from error


def _run(program: str, *arguments: str) -> None:
    known = connection.settings_dict
    told = {variable: str(known[name]) for name, variable in PG_VARIABLES.items() if known.get(name)}
    told |= {f"PG{name.upper()}": str(known["OPTIONS"][name]) for name in PG_OPTIONS if name in known["OPTIONS"]}
    try:
        done = subprocess.run([program, *arguments], env=os.environ | told, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BackupError(f"{program} is not installed here.") from error
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-500:]}")


def _private_folder() -> Path | None:
    """Where private files lie, if that is a folder: another storage looks after its own copies."""
    storage: Any = storages["private"]
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def _copy_private_files(target: Path) -> None:
    target.mkdir(mode=0o700)
    if not (location := _private_folder()):
        return
    for source, name in _files(location):
        (target / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            shutil.copy2(source, target / name)
        except FileNotFoundError:
            continue  # it expired meanwhile


def _files(folder: Path) -> Iterator[tuple[Path, Path]]:
    return ((path, path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _to_the_disk(folder: Path) -> None:
    for path, _ in _files(folder):
        with path.open("rb") as file:
            os.fsync(file.fileno())
