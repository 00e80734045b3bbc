"""One supporter whose every word is unmistakable, and a walk through all that is stored, for what is left of them."""

import logging
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from campaigns.models import Signature
from config.crypto import domain_key, email_keys
from config.logs import WithoutTokens
from letters.models import Postcode

# Words that stand nowhere else, so that every trace of them is a trace of the person; and long, since some 40,000
# characters of what is encrypted are looked through too, in which four letters stand by chance once in 25 times.
NAME = "Zebedee Quuxwumpington"
EMAIL = "zebedee.quuxwump+petitions@quuxwumpmail.example"
POSTCODE = "ZE3 9QQ"
PHONE = "020 7946 0999"
NETWORK = "203.0.113.99"
ADDRESS = f"99 Quuxwump Street\nQUUXWUMPTON\nTel. {PHONE}"
LETTER = "My quuxwumpling learned to read there."
NEEDLES = ("quuxwump", "zebedee", "ze3 9qq", "ze39qq", "7946 0999", NETWORK)
# Tables that hold the words whoever lives there: every postcode there is.
OF_THE_COUNTRY = {"letters_postcode", "letters_postcoderange", "letters_constituency"}


def found_in(value: Any, needles: tuple[str, ...]) -> bool:
    return any(needle.casefold() in str(value).casefold() for needle in needles)


def in_rows(needles: tuple[str, ...]) -> set[str]:
    """Every column of every model that holds one of them, encrypted ones opened."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table in OF_THE_COUNTRY or model._meta.proxy:
            continue
        names = [column.attname for column in model._meta.local_concrete_fields]
        for row in model._base_manager.values_list(*names):
            found |= {
                f"{model._meta.label}.{name}"
                for name, value in zip(names, row, strict=True)
                if found_in(value, needles)
            }
    return found


def in_the_database(needles: tuple[str, ...]) -> set[str]:
    """The same of every table as it is stored, whatever made it, and of the file itself once it is swept."""
    found = set()
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - OF_THE_COUNTRY:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(found_in(value, needles) for row in cursor.fetchall() for value in row):
                found.add(table)
    if connection.vendor == "sqlite":
        Postcode.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if found_in(Path(connection.settings_dict["NAME"]).read_bytes().decode("latin-1"), needles):
            found.add("the file of the database")
    return found


def in_files(needles: tuple[str, ...]) -> set[str]:
    """The queue, the mailbox, private storage: whatever lies in VAR_DIR, by name and by content."""
    files = [path for path in Path(settings.VAR_DIR).rglob("*") if path.is_file()]
    return {
        str(path.relative_to(settings.VAR_DIR))
        for path in files
        if not path.name.startswith("tests.sqlite3")
        and found_in(f"{path.name} {path.read_bytes().decode('latin-1')}", needles)
    }


def in_the_cache(needles: tuple[str, ...]) -> set[str]:
    """Of a cache in the process: every key, and every value as it is kept."""
    kept: dict[str, bytes] = getattr(cache, "_cache")  # noqa: B009
    return {key for key, value in kept.items() if found_in(key, needles) or found_in(_unpickled(value), needles)}


def _unpickled(value: bytes) -> str:
    opened = pickle.loads(value)  # noqa: S301  (our own cache, in this process)
    return f"{opened!r} {vars(opened) if hasattr(opened, '__dict__') else ''} {value.decode('latin-1')}"


def everywhere(needles: tuple[str, ...] = NEEDLES) -> set[str]:
    return in_rows(needles) | in_files(needles) | in_the_cache(needles) | in_the_database(needles)


def keys_of(signature: Signature) -> tuple[str, ...]:
    """Every keyed hash of them, as it stands in rows of theirs."""
    keys = {*email_keys(EMAIL), domain_key(EMAIL), signature.email_key, signature.domain_key, signature.network_key}
    return tuple(keys - {""})


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Every line of every logger, down to DEBUG, as our handler would write it."""

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    lines: list[str] = []
    handler = Kept(logging.DEBUG)
    handler.addFilter(WithoutTokens())
    loggers = [logging.getLogger(), logging.getLogger("django"), logging.getLogger("kombu.connection")]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        for logger, level in before:
            logger.removeHandler(handler)
            logger.setLevel(level)
