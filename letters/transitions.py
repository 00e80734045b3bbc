"""The one place where an email's state changes: by a conditional UPDATE, with its event in the same transaction."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from .models.post import RESTING, TRANSITIONS, DeliveryEvent, OutgoingEmail, State

CHUNK = 500  # rows changed in one transaction when there are many: nobody else waits long for the writer


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
    rows = OutgoingEmail.objects.filter(pk__in=pks, state=source)
    if token is not None:
        rows = rows.filter(lease_token=token)
    with transaction.atomic():
        if len(pks) == 1:
            moved = pks if rows.update(**changes) else []
        else:
            moved = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
            OutgoingEmail.objects.filter(pk__in=moved, state=source).update(**changes)
        DeliveryEvent.objects.bulk_create(
            DeliveryEvent(email_id=pk, at=now, from_state=source, to_state=target, actor=actor[:100], detail=detail)
            for pk in moved
        )
    return moved


ADDRESS = re.compile(r"<[^>\s]*>|[^\s<>:;,()\"']+@[^\s<>:;,()\"']+")


def without_addresses(text: str, *, also: str = "") -> str:
    """What a mail server said, fit to be kept: no address in it, nor the mailbox name of `also`."""
    text = ADDRESS.sub("…", text)
    local = also.partition("@")[0]
    if len(local) > 2:
        text = re.sub(re.escape(local), "…", text, flags=re.IGNORECASE)
    return text[:500]
