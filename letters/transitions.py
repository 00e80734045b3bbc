"""The one place where an email's state changes: by a conditional UPDATE, with its event in the same transaction."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from .answers import printable
from .models.post import RESTING, TRANSITIONS, DeliveryEvent, Kind, OutgoingEmail, State

# Sent again when in doubt: a second confirmation does no harm, a second letter is a nuisance with a name under it.
RESENT_IN_DOUBT = (Kind.CONFIRMATION, Kind.ACCOUNT, Kind.NOTICE)
CHUNK = 500  # rows changed in one transaction when there are many: nobody else waits long for the writer


# Keeps a planner from the small indexes of one state. With old figures it takes them for empty, and would read all that
# waits, and all that has left since the last vacuum, to find fifty rows whose keys it has been told.
BY_KEY_ALONE = " || ''"


class IllegalTransition(Exception):
    """A change that TRANSITIONS does not list."""


def move(
    pks: Iterable[int],
    source: State,
    target: State,
    *,
    actor: str,
    detail: str = "",
    token: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> list[int]:
    """Moves those of `pks` that are in `source` (and leased under `token`, when one is given), setting `changes` too.

    Returns the moved ones. A row that somebody else moved first is left out,
    which is how a worker learns that its lease is gone.
    `detail` is kept for good: without_addresses() first, if a stranger wrote it.
    """
    if target not in TRANSITIONS[source]:
        raise IllegalTransition(f"{source} → {target}")
    wanted = list(pks)
    moved: list[int] = []
    for start in range(0, len(wanted), CHUNK):
        moved += _move(wanted[start : start + CHUNK], source, target, actor, detail, token, dict(changes or {}))
    return moved


def _move(
    pks: list[int], source: State, target: State, actor: str, detail: str, token: str | None, changes: dict[str, Any]
) -> list[int]:
    now = timezone.now()
    changes = {"state": target, "settled_at": now if target in RESTING else None, **changes}
    if target == State.QUEUED:
        changes |= {"lease_token": "", "lease_until": None}
    elif target in RESTING:
        changes |= {"lease_until": None}  # the token stays: a worker that comes back late is known by it
    only = {"state": source} if token is None else {"state": source, "lease_token": token}
    event = {"at": now, "from_state": source, "to_state": target, "actor": actor[:100], "detail": detail}
    if len(pks) == 1 and connection.vendor == "postgresql":
        return _changed(pks, only, changes, event)
    with transaction.atomic(savepoint=False):
        if len(pks) > 1:
            rows = OutgoingEmail.objects.alias(now_in=Concat("state", Value(""))).filter(pk__in=pks, now_in=source)
            pks = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
        return _changed(pks, only, changes, event) if pks else []


def _changed(pks: list[int], only: dict[str, Any], changes: dict[str, Any], event: dict[str, Any]) -> list[int]:
    """In SQL, for it is half of what sending an email costs. PostgreSQL gets all of it in one statement, which is a
    transaction of its own where there is no other: no way to and fro more than needed."""
    email, history = OutgoingEmail._meta, DeliveryEvent._meta
    update = f"UPDATE {email.db_table} SET {_each(email, changes, ', ')} WHERE id IN ({_marks(pks)})"
    update += f" AND {_each(email, only, ' AND ', BY_KEY_ALONE)} RETURNING id"
    insert = f"INSERT INTO {history.db_table} (email_id, {', '.join(event)})"
    found = [*_stored(email, changes), *pks, *_stored(email, only)]
    happened = _stored(history, event)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            both = f"WITH moved AS ({update}) {insert} SELECT id, {_marks(event)} FROM moved RETURNING email_id"
            cursor.execute(both, [*found, *happened])
            return [pk for (pk,) in cursor.fetchall()]
        cursor.execute(update, found)
        moved = [pk for (pk,) in cursor.fetchall()]
        cursor.executemany(f"{insert} VALUES (%s, {_marks(event)})", [[pk, *happened] for pk in moved])
        return moved


def _each(model: Any, values: Mapping[str, Any], between: str, after_name: str = "") -> str:
    return between.join(f"{model.get_field(name).column}{after_name} = %s" for name in values)


def _marks(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _stored(model: Any, values: Mapping[str, Any]) -> list[Any]:
    return [model.get_field(name).get_db_prep_save(value, connection) for name, value in values.items()]


ADDRESS = re.compile(r"<[^>\s]*>|[^\s<>:;,()\"']+@[^\s<>:;,()\"']+")


def without_addresses(text: str, *, also: str = "") -> str:
    """What a mail server said, fit to be kept: no address in it, nor the mailbox name of `also`."""
    text = ADDRESS.sub("…", printable(text))
    local = also.partition("@")[0]
    # Looked for first: each would be another expression to compile, and hardly any answer names it.
    if len(local) > 2 and (local.lower() in text.lower() or not local.isascii()):
        text = re.sub(re.escape(local), "…", text, flags=re.IGNORECASE)
    return text[:500]
