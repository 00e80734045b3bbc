"""The files of long work in private storage: one folder a job, with its results and the parts it is made of.

A part is what a handler has finished, kept for its next attempt. Its name on the disk ends in the digest of what it
holds, so one that a killed worker wrote by half is none.
"""

import hashlib
import io
import re
import uuid
from collections.abc import Iterator
from typing import IO

from django.core.files import File
from django.core.files.storage import Storage, storages

_NAME = re.compile(r"[\w-]{1,80}", re.ASCII)
_PIECE = 1 << 20


def storage() -> Storage:
    return storages["private"]


def save(job: uuid.UUID, file: IO[bytes]) -> str:
    """Returns the name to open or delete it by."""
    return storage().save(f"{_folder(job)}/{uuid.uuid4()}", File(file))


def save_part(job: uuid.UUID, name: str, data: bytes | IO[bytes]) -> str:
    """Returns the name to delete it by. The parts of that name that were there before stay; see `drop_older`."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a part.")
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    digest = _digest(file)
    return storage().save(f"{_folder(job)}/part.{name}.{uuid.uuid4().hex}.{digest}", File(file))


def drop_older(job: uuid.UUID, name: str, newest: str) -> None:
    for other in _parts(job, name):
        if other != newest:
            storage().delete(other)


def open_part(job: uuid.UUID, name: str) -> IO[bytes] | None:
    """None when there is none, or none that is whole."""
    for found in _parts(job, name):
        try:
            file = storage().open(found)
        except FileNotFoundError:
            continue  # taken away since it was listed
        if _digest(file) == found.rpartition(".")[2]:
            return file
        file.close()
    return None


def delete_parts(job: uuid.UUID) -> None:
    for part in _parts(job):
        storage().delete(part)


def delete(job: uuid.UUID) -> None:
    """Every file of the job: also one that a killed worker wrote and could not record."""
    for name in _names(job):
        storage().delete(f"{_folder(job)}/{name}")
    storage().delete(_folder(job))


def _parts(job: uuid.UUID, name: str | None = None) -> Iterator[str]:
    begins = "part." if name is None else f"part.{name}."
    return (f"{_folder(job)}/{found}" for found in _names(job) if found.startswith(begins))


def _names(job: uuid.UUID) -> list[str]:
    try:
        return storage().listdir(_folder(job))[1]
    except FileNotFoundError:
        return []


def _folder(job: uuid.UUID) -> str:
    return f"jobs/{job}"


def _digest(file: IO[bytes]) -> str:
    """From its beginning; and there it stands again afterwards."""
    file.seek(0)
    found = hashlib.sha256()
    while piece := file.read(_PIECE):
        found.update(piece)
    file.seek(0)
    return found.hexdigest()[:32]
