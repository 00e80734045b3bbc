"""What is paused: signing, writing or mailing, for the whole installation or at one place (a campaign).

A row is a pause: who, when, why, and what supporters are told. It stays when the pause is over. What stands now is
asked for with every page, so each process keeps a copy and reads the rows again when it is older than FRESH seconds:
one request does that, the others go on with what is known. Without a database the last known stands.
"""

import logging
import threading
import time
from collections.abc import Mapping

from django.conf import settings
from django.db import Error, connections, models, transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from . import patience

log = logging.getLogger(__name__)

FRESH = 1.5  # seconds
LOOKS = 1.0  # seconds that one request may spend on reading them again
HELD = float("inf")
EVERYWHERE = ""
RETRY_SECONDS = 300  # what a refusal says while something is paused: nobody knows for how long


class What(models.TextChoices):
    SIGNING = "signing", _("Signing")
    WRITING = "writing", _("Writing letters")
    MAILING = "mailing", _("Sending email")


class Pause(models.Model):
    what = models.CharField(max_length=10, choices=What)
    where = models.CharField(max_length=60, blank=True)  # EVERYWHERE, or a place in the words of whoever asks for it
    why = models.CharField(_("why"), max_length=300)
    said = models.JSONField(default=dict, blank=True)  # to supporters: language → sentence
    by = models.CharField(max_length=100)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=100, blank=True)

    class Meta:
        app_label = "config"
        constraints = [
            models.UniqueConstraint(
                fields=["what", "where"], condition=models.Q(ended_at=None), name="one_pause_at_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.where or 'everywhere'} since {self.began_at:%Y-%m-%d %H:%M}"

    @property
    def sentence(self) -> str:
        """What supporters are told, in the language that is active."""
        spoken = get_language() or settings.LANGUAGE_CODE
        usual = {
            What.SIGNING: gettext("Signing is paused for a while. Please come back later: the page stays here."),
            What.WRITING: gettext("Writing is paused for a while. Please come back later: the page stays here."),
            What.MAILING: gettext("Email is sent later than usual. Nothing is lost."),
        }
        said: Mapping[str, str] = self.said
        return said.get(spoken) or said.get(settings.LANGUAGE_CODE) or usual[What(self.what)]


class Paused(Exception):
    """It is paused already."""


def pause(what: What, by: str, why: str, said: Mapping[str, str] | None = None, where: str = EVERYWHERE) -> Pause:
    """Raises Paused."""
    kept = {language: sentence for language, sentence in (said or {}).items() if sentence}
    with transaction.atomic():
        row, made = Pause.objects.get_or_create(
            what=what, where=where, ended_at=None, defaults={"by": by[:100], "why": why[:300], "said": kept}
        )
        if not made:
            raise Paused
    log.warning("%s is paused (%s) by %s.", what, where or "everywhere", by)
    _copy.put(row)
    return row


def resume(what: What, by: str, where: str = EVERYWHERE) -> bool:
    """Whether there was anything to resume."""
    ended = Pause.objects.filter(what=what, where=where, ended_at=None).update(
        ended_at=timezone.now(), ended_by=by[:100]
    )
    if ended:
        log.warning("%s goes on (%s), by %s.", what, where or "everywhere", by)
    _copy.drop(what, where)
    return bool(ended)


def on(what: What, where: str = EVERYWHERE) -> Pause | None:
    """What pauses it there now, as far as this process knows; a pause everywhere comes first."""
    known = _copy.now()
    return known.get((what, EVERYWHERE)) or known.get((what, where)) if known else None


def look() -> None:
    """For what is made once and shown for long: what stands is read now, and not a second or two ago."""
    if _copy.good_until < HELD:
        with _copy.reading:
            _copy.read()


def everywhere() -> list[Pause]:
    """Those of the whole installation, as far as this process knows."""
    return [pause for (_what, where), pause in _copy.now().items() if where == EVERYWHERE]


Known = Mapping[tuple[str, str], Pause]


class Copy:
    def __init__(self) -> None:
        self.known: Known = {}
        self.good_until = 0.0  # on the monotonic clock
        self.reading = threading.Lock()

    def now(self) -> Known:
        if time.monotonic() >= self.good_until and self.reading.acquire(blocking=False):
            try:
                self.read()
            finally:
                self.reading.release()
        return self.known

    def read(self) -> None:
        connection = connections["default"]
        if connection.in_atomic_block:
            return  # of somebody else's, whom a failure here would cost it
        try:
            with patience.limited(LOOKS):
                self.known = {(row.what, row.where): row for row in Pause.objects.filter(ended_at=None)}
        except Error as error:
            log.warning("What is paused could not be read (%s): what was known stands.", type(error).__name__)
            connection.close()
        self.good_until = time.monotonic() + FRESH

    def put(self, row: Pause) -> None:
        self.known = {**self.known, (row.what, row.where): row}

    def drop(self, what: str, where: str) -> None:
        self.known = {key: row for key, row in self.known.items() if key != (what, where)}


_copy = Copy()


def hold() -> None:
    """For tests: nothing is paused but by this process from here on, and nothing is read."""
    _copy.known, _copy.good_until = {}, HELD


def forget() -> None:
    """What stands is read with the next question."""
    _copy.known, _copy.good_until = {}, 0.0
