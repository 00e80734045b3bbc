"""What the post room says of who did what to an email, and in whose words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from letters import standing
from letters.models import OutgoingEmail

from .models import User


@dataclass(frozen=True)
class Said:
    """What was written down with a change, taken apart: our own sentence, and the server's words after it."""

    ours: str
    theirs: str


# An SMTP server's answer begins with its code.
ANSWER = re.compile(r"(?:^|(?<=: ))[2-5]\d\d[ -].*", re.DOTALL)


def said(text: str) -> Said:
    answer = ANSWER.search(text)
    return Said(text[: answer.start()].strip(), answer[0]) if answer else Said(text, "")


@dataclass(frozen=True)
class Line:
    at: datetime
    who: str
    sentence: str
    said: Said


def history(email: OutgoingEmail) -> list[Line]:
    """Oldest first, with people's names for their accounts."""
    entries = standing.history(email)
    names = people(entry.actor for entry in entries)
    return [
        Line(entry.at, names.get(entry.actor, entry.actor), entry.sentence, said(entry.detail)) for entry in entries
    ]


def people(actors: Iterable[str]) -> dict[str, str]:
    """Who an actor is, in words; "" for the software itself. Accounts are read in one query."""
    known_ones = {
        **dict.fromkeys(("", "system", "worker", "sweeper", "retention"), ""),  # the software itself: not worth a word
        "provider": _("the mail provider"),
        "the writer": _("who wrote it"),
        "the supporter": _("the supporter"),
    }
    wanted = set(actors)
    found = {actor: known_ones[actor] for actor in wanted if actor in known_ones}
    accounts = {int(number[1]): actor for actor in wanted if (number := re.fullmatch(r"account (\d{1,18})", actor))}
    rows = User.objects.filter(pk__in=accounts).values_list("pk", "name", "email") if accounts else ()
    names = {pk: name or email for pk, name, email in rows}
    return found | {actor: names.get(pk) or _("an organiser") for pk, actor in accounts.items()}
