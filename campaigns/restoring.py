"""After a restore the database is of yesterday, and the world is not: what waited then may have happened since.

Nothing goes out again by itself. Every email that had not left is held, marked by who held it, until the operator says
what became of it; long work that sends is ended, and its owner starts it again or not; whoever had not confirmed gets
no reminder, for they may have confirmed since; and whoever is due to be asked for an answer may have been asked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from config import jobs
from letters import outbox
from letters.models import DeliveryEvent, OutgoingEmail
from letters.models.post import State
from letters.transitions import move

from . import answering, exports, handing_in, merging
from .models import Signature

ACTOR = "restore"
WAITED = (State.QUEUED, State.LEASED)
# Jobs that only make a file, of what is there now. Every other kind may have done in the world what it would do again.
MAKE_A_FILE = (exports.KIND, handing_in.BUNDLE)
# As our Message-IDs and X-Countersign-Id have it.
UUID_IN_A_LOG = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])")


@dataclass(frozen=True)
class Quietened:
    """How many emails are held by it, and how many jobs ended."""

    held: int
    ended: int


def quieten(made_at: datetime) -> Quietened:
    """Before any worker or sweeper starts on the restored database."""
    merging.all_now()  # what waits to be merged becomes mail, and is held with the rest
    answering.leave_unasked(timezone.now())
    reason = f"Restored from the backup of {made_at:%Y-%m-%d %H:%M} UTC: it may have left since."
    held = outbox.hold(_ids(OutgoingEmail.objects.filter(state__in=WAITED)), ACTOR, reason)
    handing = _ids(OutgoingEmail.objects.filter(state=State.HANDING))
    held += len(move(handing, State.HANDING, State.HELD, actor=ACTOR, detail=reason))
    Signature.objects.filter(state=Signature.State.PENDING, reminded_at__isnull=True).update(reminded_at=timezone.now())
    return Quietened(held, _end_what_sends())


def _end_what_sends() -> int:
    reason = _(
        "A backup was restored in which this work had not ended. Letters may have left since: look first, then start "
        "it again."
    )
    return jobs.stop(jobs.Job.objects.exclude(kind__in=MAKE_A_FILE), reason)


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
