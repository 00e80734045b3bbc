"""What a form that is sent brings about at once: one statement, which asks nothing first and waits for nobody.

An address that has no signature of this campaign gets one, with its email. Of one that has, what was sent is laid down,
and a moment later the sweeper does with it what signing.sign() says. Either way the request writes and commits once, so
that neither the page nor its time tells who has signed before.
"""

import logging
from datetime import date, datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from config.appending import Sql, append
from config.crypto import email_keys
from letters import outbox

from . import areas, emails, signing
from .models import ConsentWording, Signature, SignedAgain
from .offering import Offer
from .signing import Supporter

log = logging.getLogger(__name__)

BATCH = 100  # a round: the count waits for it
MOST_TRIES = 5
KEPT = timedelta(days=1)  # what could not be acted on, so that somebody can find out why
# As Signature.objects.holding_the_place() has it, in the very words of the unique index: written with <>, SQLite would
# not take that index, and would read all who have signed the campaign.
_HAS_A_PLACE = (
    f"EXISTS (SELECT 1 FROM {Signature._meta.db_table} "
    "WHERE campaign_id = %s AND email_key IN ({keys}) AND NOT (state = 'withdrawn') AND NOT (email_key = ''))"
)


def accept(offer: Offer, supporter: Supporter, mail: bool = True) -> None:
    """Without `mail`, for an address that has had its share for now, a signature waits for the reminder."""
    now = timezone.now()
    signature = signing.new(offer, supporter, now)
    email = emails.confirmation(signature, offer.confirmation) if mail else None
    signature.confirmations_sent = int(mail)
    keys = email_keys(supporter.email)
    again = SignedAgain(
        text=offer.text,
        email_key=keys[0],
        supporter=_written_down(offer, supporter),
        mail=mail,
        created_at=now,
    )
    has_a_place = _HAS_A_PLACE.format(keys=", ".join(["%s"] * len(keys)))
    unless = Sql(has_a_place, (offer.text.campaign_id, *keys))
    append(signature, email, "confirmation", again, unless, areas.found_as_it_is_written(signature))
    if email is not None:
        outbox.nudge(email.queue)


def _written_down(offer: Offer, supporter: Supporter) -> dict[str, Any]:
    return {
        "said": vars(supporter) | {"area": None},  # the sweeper of before looks for one, and may not be replaced yet
        "agreed": offer.agreed.pk,
        "news": offer.news.pk,
        "kept_until": offer.kept_until.isoformat(),
    }


def take_up() -> int:
    """Acts on what was laid down, the oldest first; how many that were. Safe to do twice at once."""
    due = SignedAgain.objects.filter(tries__lt=MOST_TRIES).order_by("pk")
    done = 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        try:
            done += _take_up(pk)
        except OperationalError as error:  # the database's trouble, and no fault of what was sent: it waits
            log.warning("What was sent again (%s) waits: %s.", pk, type(error).__name__)
        except Exception:  # whatever is wrong with one, the others are acted on
            log.exception("What was sent again (%s) could not be acted on.", pk)
            SignedAgain.objects.filter(pk=pk).update(tries=F("tries") + 1)
    return done


@transaction.atomic
def _take_up(pk: int) -> bool:
    # The lock is on the row laid down: of two sweepers at once, the second passes it by.
    waiting = SignedAgain.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk)
    row = waiting.select_related("text__campaign__organisation__sender", "text__campaign__legislature").first()
    if row is None or _comes_after_another(row):
        return False
    offer, supporter = _read(row)
    signing.sign(offer, supporter, row.mail, row.created_at)
    row.delete()
    return True


def _comes_after_another(row: SignedAgain) -> bool:
    """That another sweeper has in hand: of two forms by one person, the later is to count. (One that has failed once
    holds up no other.)"""
    earlier = SignedAgain.objects.filter(email_key=row.email_key, pk__lt=row.pk, tries=0)
    return earlier.filter(text__campaign=row.text.campaign_id).exists()


def _read(row: SignedAgain) -> tuple[Offer, Supporter]:
    kept = row.supporter
    said = {name: value for name, value in kept["said"].items() if name != "area"}  # see _written_down
    wordings = ConsentWording.objects.in_bulk([kept["agreed"], kept["news"]])
    offer = Offer(
        text=row.text,
        agreed=wordings[kept["agreed"]],
        news=wordings[kept["news"]],
        kept_until=date.fromisoformat(kept["kept_until"]),
        confirmation=emails.confirmation_message(row.text),
    )
    return offer, Supporter(**said)


def forget_old(now: datetime | None = None) -> int:
    """What has had its tries. What nobody has come to yet, with the sweeper away, stays."""
    given_up = SignedAgain.objects.filter(tries__gte=MOST_TRIES, created_at__lt=(now or timezone.now()) - KEPT)
    return given_up.delete()[0]
