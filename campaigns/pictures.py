"""Images that organisers show: made anew from what they gave, in a child process with limits.

What is kept has no metadata and nothing that was not a pixel. An image is told by what is in it, never by its name.
"""

import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from letters.pdf.child import read_frame
from letters.pdf.sandbox import ENVIRONMENT, Limits, RenderingBusy, slot

from . import picture_child
from .models import Picture

log = logging.getLogger(__name__)

FOLDER = "pictures"
CONTENT_TYPE = "image/webp"  # every browser since 2020 shows it, and it may be seen through, as logos are
LARGEST_FILE = 10_000_000  # bytes
MOST_PIXELS = 64_000_000  # the largest that phones take, unless they are told to
LONGEST_SIDE = 20_000  # pixels, of what is given
SIDE_KEPT = 1600  # pixels, of what is kept
LIMITS = Limits(
    slots=2,
    slots_folder=Path(tempfile.gettempdir()) / f"pictures-{os.getuid()}",
    wait_seconds=10,
    timeout_seconds=20,
    memory_mb=1024,
)
# A picture is made a moment before something shows it, and may be chosen again just as it would be deleted.
UNUSED_FOR = timedelta(days=1)

ACCEPTED = "image/jpeg,image/png,image/webp,image/gif"
HELP = _("A JPEG, PNG, WebP or GIF of up to 10 MB; of one that moves, its first frame. Where it was taken is removed.")
_SAVE_AS = _("Save it as a JPEG or PNG, and choose that.")
SENTENCES: dict[str, tuple[str | Promise, ...]] = {
    "empty": (_("This file is empty. Choose another one."),),
    "too large": (_("This picture is larger than 10 MB."), _("Make it smaller, and choose it again.")),
    "too many pixels": (
        _("This picture has too many pixels: there may be 64 million."),
        _("Make it smaller, and choose it again."),
    ),
    "svg": (_("This is an SVG, which can hold programs, so it is not taken."), _SAVE_AS),
    "heic": (_("This is a picture as some phones keep it (HEIC), which many people’s browsers cannot show."), _SAVE_AS),
    "not a picture": (_("This is not a picture that can be shown here."), _SAVE_AS),
    "damaged": (
        _("This picture is damaged: it could not be read to its end."),
        _("Open it where it was made, save it anew, and choose that."),
    ),
    "too slow": (_("Reading this picture took too long, and was stopped."), _("Make it smaller, and choose it again.")),
    "busy": (_("Several pictures are being read at the moment."), _("Try again in a minute.")),
}


class Refused(Exception):
    """A file that no picture was made of; the message is a sentence for a person, with what to do."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(" ".join(str(part) for part in SENTENCES.get(reason, SENTENCES["damaged"])))


@dataclass(frozen=True)
class Made:
    content: bytes  # WebP
    width: int  # pixels, as the height
    height: int


def make(content: bytes, limits: Limits = LIMITS) -> Made:
    """The picture anew. Raises Refused."""
    if not content:
        raise Refused("empty")
    if len(content) > LARGEST_FILE:
        raise Refused("too large")
    if kind := _told_apart(content):
        raise Refused(kind)
    try:
        with slot(limits):
            answer, body = _asked(content, limits)
    except RenderingBusy as busy:
        raise Refused("busy") from busy
    if "refused" in answer:
        if "fault" in answer:
            log.info("A picture could not be read: %s", answer["fault"])
        raise Refused(answer["refused"])
    return Made(body, answer["width"], answer["height"])


def _told_apart(content: bytes) -> str | None:
    """What is no picture for us and worth a sentence of its own."""
    begins = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begins.startswith(b"<") and b"<svg" in begins:
        return "svg"
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
        return "heic"
    return None


def _asked(content: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
    asked = {"memory_mb": limits.memory_mb, "seconds": int(limits.timeout_seconds)}
    asked |= {"pixels": MOST_PIXELS, "side": LONGEST_SIDE, "longest": SIDE_KEPT}
    try:
        done = subprocess.run(
            [sys.executable, "-I", picture_child.__file__, json.dumps(asked)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.timeout_seconds,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "too slow"}, b""
    stream = io.BytesIO(done.stdout)
    head, body = read_frame(stream), read_frame(stream)
    if head is None or body is None:  # it was ended, by its limits or by a fault of a library
        return {"refused": "damaged", "fault": f"ended with {done.returncode}"}, b""
    answer: dict[str, Any] = json.loads(head)
    return answer, body


def keep(content: bytes) -> Picture:
    """The picture that this file shows: what is there already, where it was given before. Raises Refused."""
    made = make(content)  # outside of any transaction
    digest = hashlib.sha256(made.content).hexdigest()
    if known := _again(digest):
        return known
    name = _storage().save(f"{FOLDER}/{uuid.uuid4()}", ContentFile(made.content))
    picture = Picture(digest=digest, file=name, content_type=CONTENT_TYPE)
    picture.width, picture.height, picture.size = made.width, made.height, len(made.content)
    try:
        with transaction.atomic():
            picture.save()
    except BaseException as error:
        _storage().delete(name)
        # Somebody may have given the same one at the same moment.
        if isinstance(error, IntegrityError) and (known := _again(digest)):
            return known
        raise
    return picture


def _again(digest: str) -> Picture | None:
    """Given anew, it is as good as new: retention does not take it while somebody is about to show it."""
    rows = Picture.objects.filter(digest=digest)
    return rows.get() if rows.update(created_at=timezone.now()) else None


def read(picture: Picture) -> IO[bytes]:
    """Raises FileNotFoundError."""
    return _storage().open(picture.file)


def unused(now: datetime) -> models.QuerySet[Picture]:
    """What nothing has shown for a day at least; whatever points at pictures counts."""
    found = Picture.objects.filter(created_at__lt=now - UNUSED_FOR)
    for relation in Picture._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            column = f"{relation.field.name}_id"
            shown = relation.related_model._default_manager.filter(**{column: models.OuterRef("pk")})
            found = found.exclude(models.Exists(shown))
    return found


def expire(now: datetime) -> int:
    """Safe to repeat, and to run twice at once. The row first: a file left behind is found by its missing row."""
    done = 0
    for picture in list(unused(now)):
        if unused(now).filter(pk=picture.pk).delete()[0]:
            _storage().delete(picture.file)
            done += 1
    _sweep(now)
    return done


def _sweep(now: datetime) -> None:
    """Files of a process that was killed before it could write the row."""
    try:
        names = _storage().listdir(FOLDER)[1]
    except FileNotFoundError:
        return
    found = {f"{FOLDER}/{name}" for name in names}
    for name in found - set(Picture.objects.values_list("file", flat=True)):
        if _storage().get_modified_time(name) < now - UNUSED_FOR:
            _storage().delete(name)


def _storage() -> Storage:
    return storages["private"]
