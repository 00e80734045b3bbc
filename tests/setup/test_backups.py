"""A backup is made and comes back, on both databases: by the commands that the document names."""

import json
import os
import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import psycopg
import pytest
from cryptography.fernet import Fernet

from config import backups
from tests.services import ROOT, postgresql

WRITE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from letters import outbox
from letters.models import Sender
from tests.letters.posting import make_email
make_email(sender=Sender.objects.create(name="Northtown"), to="alice@example.org")
from django.core.files.base import ContentFile
from django.core.files.storage import storages
storages["private"].save("exports/signatures.csv", ContentFile(b"Alice"))
from config import jobs
jobs.start("hand-in-email", {})
"""
READ = """
from django.core.files.storage import storages
from letters.models import OutgoingEmail
email = OutgoingEmail.objects.get()
print(email.to_address, email.state, storages["private"].open("exports/signatures.csv").read().decode())
"""


class Installation:
    def __init__(self, folder: Path, database: str = "") -> None:
        self.var = folder
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = kept | {
            "VAR_DIR": str(folder),
            "DATABASE_URL": database,
            "BROKER_URL": "memory://",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "HASH_KEYS": secrets.token_urlsafe(48),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        }

    def manage(self, *arguments: str, fails: bool = False, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
        )
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def another(self, folder: Path, database: str = "") -> "Installation":
        """On another machine, with the same keys."""
        other = Installation(folder, database)
        other.environment = self.environment | {"VAR_DIR": str(folder), "DATABASE_URL": database}
        return other


@contextmanager
def two_databases(kind: str) -> Iterator[tuple[str, str]]:
    if kind == "sqlite":
        yield "", ""
        return
    with postgresql() as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE DATABASE second")
        yield address, f"{address.rpartition('/')[0]}/second"


@pytest.mark.xdist_group("postgresql")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_saved_comes_back_and_sends_nothing(kind: str, tmp_path: Path) -> None:
    with two_databases(kind) as (first, second):
        ours = Installation(tmp_path / "first", first)
        ours.manage("shell", "-c", WRITE)
        folder = ours.manage("backup", str(tmp_path / "backups")).strip()
        assert all(path.stat().st_mode & 0o077 == 0 for path in (Path(folder), *Path(folder).rglob("*.s*")))
        no_keys(ours, Path(folder))
        theirs = ours.another(tmp_path / "second", second)
        said = theirs.manage("restore", folder, SECRET_KEY=secrets.token_urlsafe(48))
        assert "1 emails" in said and "1 jobs" in said and "WRONG: links sent before" in said
        assert theirs.manage("shell", "-c", READ).splitlines()[-1] == "alice@example.org held Alice"
        if kind == "sqlite":
            refused(ours, theirs, folder)


def refused(ours: Installation, theirs: Installation, folder: str) -> None:
    assert "not empty" in ours.manage("restore", folder, fails=True)
    strange = {"FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
    assert "not those of the backup" in theirs.manage("restore", folder, fails=True, **strange)


def no_keys(installation: Installation, folder: Path) -> None:
    for name in ("SECRET_KEY", "HASH_KEYS", "FIELD_ENCRYPTION_KEYS"):
        key = installation.environment[name].encode()
        assert not any(key in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_an_interrupted_backup_is_none(tmp_path: Path) -> None:
    half = tmp_path / "countersign-2026-11-21T030000Z"
    half.mkdir()
    (half / "database.sqlite3").touch()
    with pytest.raises(backups.BackupError, match="no whole backup"):
        backups.check(half)


@pytest.mark.parametrize(
    "fault", [sqlite3.OperationalError("database is locked"), OSError(28, "No space left on device")]
)
def test_a_backup_that_fails_says_why_and_leaves_nothing(
    fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> NoReturn:
        raise fault

    monkeypatch.setattr(backups, "connection", SimpleNamespace(vendor="sqlite"))
    monkeypatch.setattr(sqlite3, "connect", fail)
    with pytest.raises(backups.BackupError, match="locked|No space"):
        backups.make(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_next_attempt_removes_what_a_killed_one_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for when in ("2026-11-20T030000Z", "2026-11-21T025900Z"):  # the second may be at work still
        (tmp_path / f"countersign-{when}.part").mkdir()
    monkeypatch.setattr(backups, "_dump", lambda target: None)
    monkeypatch.setattr(backups, "_copy_private_files", lambda target: None)
    made = backups.make(tmp_path, datetime(2026, 11, 21, 3, tzinfo=UTC))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["countersign-2026-11-21T025900Z.part", made.name]


def test_old_backups_go_and_other_folders_stay(tmp_path: Path) -> None:
    now = datetime(2026, 11, 21, 3, tzinfo=UTC)
    for days in (29, 31):
        (tmp_path / f"countersign-{now - timedelta(days=days):%Y-%m-%dT%H%M%SZ}").mkdir()
    (tmp_path / "countersign-2026-01-01T030000Z.part").mkdir()
    (tmp_path / "countersign-before-the-move").mkdir()
    assert len(backups.drop_older_than(30, tmp_path, now)) == 2
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["countersign-2026-10-23T030000Z", "countersign-before-the-move"]


def test_no_password_is_shown_to_others_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@" >"$OUT"\nenv | grep ^PG >>"$OUT"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("OUT", str(tmp_path / "out"))
    known = {"NAME": "c", "USER": "bob", "PASSWORD": "hidden", "HOST": "db.test", "PORT": 5433}
    database = SimpleNamespace(settings_dict=known | {"OPTIONS": {"sslmode": "require"}})
    monkeypatch.setattr(backups, "connection", database)
    backups._run("pg_dump", "--format=custom")
    arguments, *told = (tmp_path / "out").read_text().splitlines()
    assert "hidden" not in arguments
    assert {"PGPASSWORD=hidden", "PGHOST=db.test", "PGPORT=5433", "PGSSLMODE=require"} <= set(told)


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(backups.BackupError, match=re.escape("no-such-dump is not installed here")):
        backups._run("no-such-dump")


def test_what_a_backup_says_of_itself_holds_no_key() -> None:
    about = json.dumps(backups._about(datetime(2026, 11, 21, tzinfo=UTC)))
    assert os.environ["SECRET_KEY"] not in about and os.environ["HASH_KEYS"] not in about
