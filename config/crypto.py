"""Personal text at rest: encrypted fields, and the keyed hash by which an address is found again.

It protects a stolen database or backup, as long as the keys are not in it. It does not protect a running
installation whose environment somebody can read, nor a name that its owner chose to show.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

# Mail providers that deliver a.b@ and ab@ to one mailbox, and the domain they are one with.
DOTLESS_DOMAINS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


class Undecryptable(Exception):
    """A stored value that none of FIELD_ENCRYPTION_KEYS opens."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys])


def _current() -> MultiFernet:
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS))


def encrypt(text: str) -> str:
    return _current().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    if not token:
        return ""
    try:
        return _current().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable("A stored value cannot be read with FIELD_ENCRYPTION_KEYS; an older key is missing.") from error


def normalised_address(address: str) -> str:
    """One spelling for the addresses that reach one mailbox: case, IDNA, +tags, and dots where they are ignored."""
    local, _, domain = address.strip().rpartition("@")
    domain = domain.rstrip(".").lower()
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        pass  # an address we would refuse to send to still needs a key to be limited by
    local = local.lower().partition("+")[0] or local.lower()
    if domain in DOTLESS_DOMAINS:
        local, domain = local.replace(".", ""), DOTLESS_DOMAINS[domain]
    return f"{local}@{domain}"


def keyed_hash(purpose: str, text: str, key: str | None = None) -> str:
    """64 hexadecimal digits that say nothing without HASH_KEYS and cannot be compared across purposes."""
    secret = (key or settings.HASH_KEYS[0]).encode()
    return hmac.new(secret, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def email_key(address: str) -> str:
    """The key under which a person's rows are stored."""
    return keyed_hash("email", normalised_address(address))


def email_keys(address: str) -> list[str]:
    """Every key under which rows of this address may still be stored, newest first: what a look-up asks for."""
    return [keyed_hash("email", normalised_address(address), key) for key in settings.HASH_KEYS]


class _Encrypted:
    """What encrypted columns share: no look-up but isnull and empty, for the same text never encrypts alike twice."""

    def get_lookup(self, name: str) -> Any:
        if name not in ("isnull", "exact"):
            raise FieldError(f"An encrypted field cannot be searched with {name!r}; find people by their email key.")
        return super().get_lookup(name)  # type: ignore[misc]


class EncryptedTextField(_Encrypted, models.TextField[str, str]):
    """Text, encrypted at rest. The empty string is stored as itself, so that 'scrubbed' can be queried."""

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))


class EncryptedJSONField(_Encrypted, models.TextField[Any, Any]):
    """A small JSON value, encrypted at rest; the empty object is stored as an empty string."""

    def __init__(self, *args: Any, default: Callable[[], Any] = dict, **kwargs: Any) -> None:
        super().__init__(*args, default=default, **{"blank": True, **kwargs})

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else json.loads(decrypt(value) or "{}")

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj))

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(json.dumps(value)) if value else ""


class EmailKeyField(models.CharField[str, str]):
    """The keyed hash of the address in another field of the row; `rotate_keys` computes it anew from there."""

    def __init__(self, *args: Any, source: str = "email", **kwargs: Any) -> None:
        self.source = source
        super().__init__(*args, **{"max_length": 64, "blank": True, "default": "", "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}
