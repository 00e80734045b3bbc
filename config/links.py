"""Links that act. Each carries a signed value, salted for one purpose; the row's state decides if it still works."""

import base64
import binascii
import uuid
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.urls import reverse


class BadLink(Exception):
    """The link was not made by us, or not for this purpose."""


class ExpiredLink(BadLink):
    """The link was ours, but is too old. `value` is what it named, for a page that offers a fresh one."""

    def __init__(self, value: uuid.UUID) -> None:
        super().__init__(str(value))
        self.value = value


def token(purpose: str, value: uuid.UUID) -> str:
    packed = base64.urlsafe_b64encode(value.bytes).rstrip(b"=").decode()
    return _signer(purpose).sign(packed)


def _signer(purpose: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"link:{purpose}", sep=".")


def read(purpose: str, signed: str, max_age: timedelta | None = None) -> uuid.UUID:
    """The value a token names. Raises BadLink, or ExpiredLink when it is older than `max_age`."""
    signer = _signer(purpose)
    try:
        return _value(signer.unsign(signed, max_age=max_age))
    except signing.SignatureExpired as error:
        raise ExpiredLink(_value(signer.unsign(signed))) from error
    except (signing.BadSignature, ValueError, binascii.Error) as error:
        raise BadLink(purpose) from error


def _value(packed: str) -> uuid.UUID:
    return uuid.UUID(bytes=base64.urlsafe_b64decode(packed + "=="))


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def link(purpose: str, view: str, value: uuid.UUID) -> str:
    """The absolute address of a view that acts on `value`."""
    return absolute(_path(view).replace(_PLACE, token(purpose, value)))


_PLACE = "~token~"  # a path keeps it as it is


@lru_cache(maxsize=32)
def _path(view: str) -> str:
    """Found once: among all our addresses that takes longer than to sign a token, and each signature asks for two."""
    return reverse(view, kwargs={"token": _PLACE})
