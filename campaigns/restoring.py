"""After a restore the database is of yesterday, and the world is not: what waited then may have happened since.

Nothing goes out again by itself. Every email that had not left is held, marked by who held it, until the operator says
what became of it; and whoever had not confirmed gets no reminder, for they may have confirmed since.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from letters import outbox
from letters.models import DeliveryEvent, OutgoingEmail
from letters.models.post import State
from letters.transitions import move

from .models import Signature

ACTOR = "restore"
WAITED = (State.QUEUED, State.LEASED)
# As our Message-IDs and X-Countersign-Id have it.
UUID_IN_A_LOG = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])")


def quieten(made_at: datetime) -> int:
    """Before any worker or sweeper starts on the restored database. Returns how many emails are held by it."""
    reason = f"Restored from the backup of {made_at:%Y-%m-%d %H:%M} UTC: it may have left since."
    held = outbox.hold(_ids(OutgoingEmail.objects.filter(state__in=WAITED)), ACTOR, reason)
    handing = _ids(OutgoingEmail.objects.filter(state=State.HANDING))
    held += len(move(handing, State.HANDING, State.HELD, actor=ACTOR, detail=reason))
    Signature.objects.filter(state=Signature.State.PENDING, reminded_at__isnull=True).update(reminded_at=timezone.now())
    return held


def waiting() -> QuerySet[OutgoingEmail]:
    """Those that are held because of a restore, and nobody has decided on since."""
    last = DeliveryEvent.objects.filter(email=OuterRef("pk")).order_by("-pk").values("actor")[:1]
    return OutgoingEmail.objects.held().annotate(held_by=Subquery(last)).filter(held_by=ACTOR)


def waiting_by_kind() -> list[tuple[str, int, datetime]]:
    """Kind, how many, and when the newest was accepted."""
    lines = waiting().order_by().values("kind").annotate(count=Count("pk"), newest=Max("created_at")).order_by("kind")
    return [(line["kind"], line["count"], line["newest"]) for line in lines]


def resolve(outcome: State, kind: str = "") -> int:
    """Decides on all of them, or on one kind: QUEUED (send), SENT (they had left), CANCELLED."""
    rows = waiting().filter(kind=kind) if kind else waiting()
    return outbox.resolve_held(_ids(rows), outcome, ACTOR, "Decided by the operator after a restore.")


def had_left(log: Iterable[str]) -> int:
    """Those whose identifier stands in a mail server's log of what it accepted since the backup."""
    named = {UUID(found) for line in log for found in UUID_IN_A_LOG.findall(line.lower())}
    ids = [pk for pk, uuid in waiting().values_list("pk", "uuid") if uuid in named]
    return outbox.resolve_held(ids, State.SENT, ACTOR, "The mail server's log has it.")


def _ids(rows: QuerySet[OutgoingEmail]) -> list[int]:
    return list(rows.values_list("pk", flat=True))
