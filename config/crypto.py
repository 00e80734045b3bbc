"""Personal text at rest: encrypted fields, and the keyed hash by which an address is found again.

It protects a stolen database or backup, as long as the keys are not in it. It does not protect a running
installation whose environment somebody can read, nor a name that its owner chose to show.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import idna
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

# Mail providers that deliver a.b@ and ab@ to one mailbox, and the domain they are one with.
DOTLESS_DOMAINS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


class Undecryptable(Exception):
    """A stored value that none of FIELD_ENCRYPTION_KEYS opens."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _listed(keys: list[str]) -> list[str]:
    """A space or a comma too many in the environment must never become a key, least of all an empty one."""
    return [key.strip() for key in keys if key.strip()]


def hash_keys() -> list[str]:
    """Newest first."""
    return _listed(settings.HASH_KEYS)


def _current() -> MultiFernet:
    return _fernet(tuple(_listed(settings.FIELD_ENCRYPTION_KEYS)))


def rotated(token: str) -> str:
    """The same text under the newest key: `token` itself where it is already. Raises Undecryptable."""
    if not token:
        return ""
    try:
        _fernet(tuple(_listed(settings.FIELD_ENCRYPTION_KEYS)[:1])).decrypt(token.encode())
        return token
    except InvalidToken:
        return encrypt(decrypt(token))


def encrypt(text: str) -> str:
    return _current().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    if not token:
        return ""
    try:
        return _current().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable("No key in FIELD_ENCRYPTION_KEYS opens a stored value; an older one is missing.") from error


def normalised_address(address: str) -> str:
    """One spelling for the addresses that reach one mailbox: case, IDNA, +tags, and dots where they are ignored.

    It takes anything, for an address we would refuse to send to still needs a key to be limited by.
    """
    local, _, domain = address.strip().rpartition("@")
    domain = domain.rstrip(".").lower()
    # IDNA 2008, as mail servers look names up: Python's own "idna" is of 2003 and makes strasse.de of straße.de.
    with suppress(UnicodeError):
        domain = idna.encode(domain, uts46=True).decode()
    local = unicodedata.normalize("NFC", local.lower())
    local = local.partition("+")[0] or local
    if domain in DOTLESS_DOMAINS:
        local, domain = local.replace(".", "") or local, DOTLESS_DOMAINS[domain]
    return f"{local}@{domain}"


def keyed_hash(purpose: str, text: str, key: str | None = None) -> str:
    """64 hexadecimal digits that say nothing without HASH_KEYS and cannot be compared across purposes."""
    # surrogatepass: half a character, as broken JSON can carry one, is hashed like any other text.
    message = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
    return hmac.new((key or hash_keys()[0]).encode(), message, hashlib.sha256).hexdigest()


def email_key(address: str) -> str:
    """The key under which a person's rows are stored."""
    return keyed_hash("email", normalised_address(address))


def domain_of(address: str) -> str:
    """The receiving domain, in the spelling by which it is counted."""
    return normalised_address(address).rpartition("@")[2]


def domain_key(address: str) -> str:
    """The key of an address's receiving domain; a domain alone will do."""
    return keyed_hash("domain", domain_of(address))


def email_keys(address: str) -> list[str]:
    """Every key under which rows of this address may still be stored, newest first: what a look-up asks for."""
    return [keyed_hash("email", normalised_address(address), key) for key in hash_keys()]


class _IsEmpty(Exact):
    """`=''`, the only comparison that encrypted text can answer: the same text never encrypts alike twice."""

    def get_prep_lookup(self) -> Any:
        prepared = super().get_prep_lookup()
        if prepared != "":
            raise FieldError("Encrypted text can only be compared with the empty value; look people up by email key.")
        return prepared


class _Encrypted:
    """What encrypted columns share: no look-up but isnull and empty. `dumpdata` writes what they hold in the clear."""

    def get_lookup(self, name: str) -> Any:
        if name not in ("isnull", "exact"):
            raise FieldError(f"An encrypted field cannot be searched with {name!r}; look people up by email key.")
        return _IsEmpty if name == "exact" else super().get_lookup(name)  # type: ignore[misc]


class EncryptedTextField(_Encrypted, models.TextField):
    """Text, encrypted at rest. The empty string is stored as itself, so that 'scrubbed' can be queried."""

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))


class _JSONFormField(forms.JSONField):
    """Shows JSON as JSON; what was left empty is the column's default, which holds no null."""

    def __init__(self, *, empty: Callable[[], Any], **options: Any) -> None:
        super().__init__(**options)
        self.empty = empty

    def to_python(self, value: Any) -> Any:
        return self.empty() if value in self.empty_values else super().to_python(value)


class EncryptedJSONField(_Encrypted, models.TextField):
    """A small JSON value, encrypted at rest; the empty object, and no other, is stored as an empty string."""

    # What django-stubs reads for the types of an attribute that is not text.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": dict, "blank": True, **kwargs})

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else json.loads(decrypt(value) or "{}")

    def to_python(self, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError as error:
            raise ValidationError(_("This is not JSON."), code="invalid") from error

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": _JSONFormField, "empty": self.get_default, **options})

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj))

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == {}:
            return None if value is None else ""
        return encrypt(json.dumps(value))


class EmailKeyField(models.CharField):
    """The keyed hash of the address in another field of the row (`source`), kept in step with it on every save.

    Where that address is gone (scrubbed, or never stored) the key stays as it is, so that a person can still be
    recognised. `update()` and `bulk_update()` do not come this way. `rotate_keys` computes it anew from the source.
    """

    def __init__(self, *args: Any, source: str = "email", **kwargs: Any) -> None:
        self.source = source
        super().__init__(*args, **{"max_length": 64, "blank": True, "default": "", "editable": False, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        address = getattr(model_instance, self.source, "")
        if address:
            setattr(model_instance, self.attname, self.key_of(address))
        return super().pre_save(model_instance, add)

    @staticmethod
    def key_of(address: str) -> str:
        return email_key(address)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}


class DomainKeyField(EmailKeyField):
    """The same for the receiving domain alone."""

    @staticmethod
    def key_of(address: str) -> str:
        return domain_key(address)
