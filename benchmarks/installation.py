"""An installation to measure: production's settings, a folder and a database of its own, the seeds, and signatories.

On a PostgreSQL and a Redis of this run (servers.py), or in a new database beside the one that DATABASE_URL names
(dropped at the end; the one named is never touched); CACHE_URL and BROKER_URL are used if given. `embedded` is another
one on SQLite, for the rows that measure that. No worker runs: what is queued stays queued.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from . import servers

ROOT = Path(__file__).resolve().parent.parent
CAMPAIGN = "looming-massacre-idlib"  # whose page is measured: the longest text, the most sources
SIGNATORIES = 1_000  # each of the five campaigns'

# Of the surroundings a measured process may see only these; the rest is ours.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
CHOSEN_OUTSIDE = ("DATABASE_URL", "CACHE_URL", "BROKER_URL")
SITE_URL = "http://127.0.0.1"


def settings_of(folder: Path, chosen: dict[str, str]) -> dict[str, str]:
    """The environment of a small production behind one proxy, with secrets of this run."""
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **chosen,
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "HASH_KEYS": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": SITE_URL,
        "TRUSTED_PROXIES": "1",
        # All limits are on. That of a campaign, 6,000 a minute, is what five campaigns would be held to.
        "SIGNATURES_PER_MINUTE": "1000000",
    }


@contextmanager
def installed() -> Iterator[None]:
    """From here on this process, and those it starts, are of the installation."""
    with ExitStack() as stack:
        folder, addresses = stack.enter_context(temporary_folder()), stack.enter_context(addresses_of_servers())
        surroundings = settings_of(folder, addresses)
        os.environ.clear()
        os.environ.update(surroundings)
        prepare()
        try:
            yield
        finally:
            from django.db import connections  # not before the settings are there

            connections.close_all()


@contextmanager
def embedded() -> Iterator[dict[str, str]]:
    """The surroundings of a second one, still empty: SQLite, the queue in its folder, the cache in the process."""
    with temporary_folder() as folder:
        kept = {name: value for name, value in os.environ.items() if name not in CHOSEN_OUTSIDE}
        yield kept | {"VAR_DIR": str(folder)}


@contextmanager
def addresses_of_servers() -> Iterator[dict[str, str]]:
    """Those given, and for the others new ones. Raises RuntimeError where they are not installed."""
    given = {name: os.environ[name] for name in CHOSEN_OUTSIDE if os.environ.get(name)}
    with ExitStack() as stack:
        if given.get("DATABASE_URL", "").startswith("postgres"):
            given["DATABASE_URL"] = stack.enter_context(database_beside(given["DATABASE_URL"]))
        else:  # a file of SQLite would not be ours to fill
            given["DATABASE_URL"] = stack.enter_context(servers.postgresql())
        if "CACHE_URL" not in given or "BROKER_URL" not in given:
            given = stack.enter_context(servers.redis()) | given
        yield given


@contextmanager
def temporary_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="countersign-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database_beside(named: str) -> Iterator[str]:
    """The address of a database made for this run on the same server, and dropped after it."""
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
    fill()


def fill() -> None:
    """Tables, seeds and signatories, in the database of this process; and the table of the floors."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_seeds", stdout=StringIO())
    call_command("collectstatic", verbosity=0, interactive=False)
    from benchmarks import floors

    with connection.schema_editor() as editor:
        editor.create_model(floors.Signed)
    sign_the_campaigns()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as PostgreSQL does by itself a minute later


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
