"""An installation to measure: production's settings, a folder and a database of its own, the seeds, and signatories.

SQLite in a temporary folder, or a new database beside the one that DATABASE_URL names (dropped at the end; the one
named is never touched). CACHE_URL and BROKER_URL are used if given. No worker runs: what is queued stays queued.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
CAMPAIGN = "looming-massacre-idlib"  # whose page is measured: the longest text, the most sources
SIGNATORIES = 1_000  # each of the five campaigns'

# Of the surroundings a measured process may see only these; the rest is ours.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
CHOSEN_OUTSIDE = ("DATABASE_URL", "CACHE_URL", "BROKER_URL")


def settings_of(folder: Path, database: str) -> dict[str, str]:
    """The environment of a small production behind one proxy, with secrets of this run."""
    chosen = {name: os.environ[name] for name in CHOSEN_OUTSIDE if name in os.environ}
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **chosen,
        **({"DATABASE_URL": database} if database else {}),
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "HASH_KEYS": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1",
        "TRUSTED_PROXIES": "1",
    }


@contextmanager
def installed() -> Iterator[None]:
    """From here on this process, and those it starts, are of the installation."""
    with temporary_folder() as folder, new_database() as database:
        surroundings = settings_of(folder, database)
        os.environ.clear()
        os.environ.update(surroundings)
        prepare()
        try:
            yield
        finally:
            from django.db import connections  # not before the settings are there

            connections.close_all()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="countersign-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database() -> Iterator[str]:
    """The address of a database made for this run, and dropped after it; empty for SQLite."""
    named = os.environ.get("DATABASE_URL", "")
    if not named.startswith("postgres"):
        os.environ.pop("DATABASE_URL", None)  # another file of SQLite would not be ours to fill
        yield ""
        return
    import psycopg  # where there is no PostgreSQL it is not needed

    name = f"countersign_bench_{os.getpid()}"
    with psycopg.connect(named, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlsplit(named)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def prepare() -> None:
    import django  # the settings are read now, and not before

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_seeds", stdout=StringIO())
    call_command("collectstatic", verbosity=0, interactive=False)
    from benchmarks import floors

    with connection.schema_editor() as editor:
        editor.create_model(floors.Signed)
    sign_the_campaigns()


def sign_the_campaigns() -> None:
    """Confirmed signatories for every campaign, some with an affiliation, a reason or an area; then the fold."""
    from django.utils import timezone

    from campaigns import counting, retention
    from campaigns.models import CampaignText, Signature
    from letters.models import Constituency

    areas = list(Constituency.objects.all()[:40])
    for text in CampaignText.objects.current().filter(language="en").select_related("campaign"):
        signatures = []
        for number in range(SIGNATORIES):
            signature = Signature(
                campaign=text.campaign,
                text=text,
                state=Signature.State.CONFIRMED,
                name=f"Signatory {number} Mac Giolla",
                email=f"signatory.{number}@example.org",
                postcode="LS1 4DY",
                area=areas[number % len(areas)],
                affiliation="Nurse and trade unionist" if number % 2 else "",
                reason="Nobody can say that they were not told." if number % 5 == 0 else "",
                display=Signature.Display.NAME,
                confirmed_at=timezone.now(),
                erase_on=retention.kept_until(text.campaign),
            )
            signature.show_as_chosen()
            signatures.append(signature)
        Signature.objects.bulk_create(signatures, batch_size=200)
    counting.fold_all()
