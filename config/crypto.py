"""Personal text at rest: encrypted fields, and the keyed hash by which an address is found again.

It protects a stolen database or backup, as long as the keys are not in it. It does not protect a running
installation whose environment somebody can read, nor a name that its owner chose to show.
"""

import base64
import hmac
import json
import os
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import idna
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Mailboxes:
    """How one provider reads its addresses, where it reads them otherwise than everybody."""

    domain: str  # all of its domains lead to the mailbox of that name in this one
    ignored: str = ""  # characters that make no difference
    tags: str = "+"  # what follows one of them is the owner's own
    subdomains: bool = False  # anything@alice.example.com is alice@example.com


# What is known, by the providers' own help pages (read in November 2026). Outlook, Hotmail, Live, GMX and the like know
# a tag at most, and each of their domains has mailboxes of its own: nothing to say of them here.
GMAIL = Mailboxes("gmail.com", ignored=".")  # support.google.com/mail/answer/7436150, and 10313
PROTON = Mailboxes("proton.me", ignored="._-")  # proton.me/support/change-username, and addresses-and-aliases
APPLE = Mailboxes("icloud.com")  # support.apple.com/118230: who has one at mac.com or me.com has the same at icloud.com
YANDEX = Mailboxes("yandex.ru")  # yandex.com/support/domain/additional/mailbox-alias.xml
_FIRST = {"gmail.com": GMAIL, "googlemail.com": GMAIL}
_PROVIDERS = {
    **_FIRST,
    **dict.fromkeys(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), PROTON),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), APPLE),
    **dict.fromkeys(("ya.ru", *(f"yandex.{land}" for land in ("ru", "com", "by", "kz", "ua"))), YANDEX),
    # fastmail.help, "Plus addressing and subdomain addressing". Its many domains are each for themselves.
    **{domain: Mailboxes(domain, subdomains=True) for domain in ("fastmail.com", "fastmail.fm")},
    # name-word@: of the addresses Yahoo lets one make and throw away, those with one name are one account's, and no
    # account has a hyphen (help.yahoo.com, "disposable addresses"). Yahoo of Japan is another company.
    **{
        domain: Mailboxes(domain, tags="+-")
        for domain in (
            *("ymail.com", "rocketmail.com", "myyahoo.com"),
            *(f"yahoo.{land}" for land in ("com", "at", "be", "ca", "cl", "de", "dk", "es", "fi", "fr", "gr", "ie")),
            *(f"yahoo.{land}" for land in ("in", "it", "nl", "no", "pl", "pt", "ro", "se")),
            *(f"yahoo.com.{land}" for land in ("ar", "au", "br", "co", "hk", "mx", "ph", "sg", "tr", "tw", "vn")),
            *(f"yahoo.co.{land}" for land in ("id", "il", "in", "nz", "th", "uk", "za")),
        )
    },
}


class Undecryptable(Exception):
    """A stored value that none of FIELD_ENCRYPTION_KEYS opens."""


# What is stored begins with it; what does not is of before, a Fernet token (docs/decisions/0034).
_SEALED = "a1."
_NONCE = 12  # bytes, by chance: good for 2**32 values under one key (NIST SP 800-38D, 8.3)


@lru_cache(maxsize=4)
def _ciphers(keys: tuple[str, ...]) -> list[AESGCM]:
    """One a key, newest first. Each has a key of its own derived from it: the same bits must not serve two ciphers."""
    return [AESGCM(_derive(base64.urlsafe_b64decode(key))) for key in _listed(keys)]


def _derive(secret: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"countersign stored text, AES-256-GCM").derive(secret)


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in _listed(keys)])


@lru_cache(maxsize=8)
def _listed(keys: tuple[str, ...]) -> list[str]:
    """A space or a comma too many in the environment must never become a key, least of all an empty one."""
    return [key.strip() for key in keys if key.strip()]


def hash_keys() -> list[str]:
    """Newest first."""
    return _listed(tuple(settings.HASH_KEYS))


def _keys() -> tuple[str, ...]:
    return tuple(settings.FIELD_ENCRYPTION_KEYS)


def rotated(token: str) -> str:
    """The same text under the newest key: `token` itself where it is already. Raises Undecryptable."""
    if not token:
        return ""
    try:
        _opened(token, _ciphers(_keys())[:1])
    except Undecryptable:
        return encrypt(decrypt(token))
    return token


def encrypt(text: str) -> str:
    if not text:
        return ""
    nonce = os.urandom(_NONCE)
    sealed = _ciphers(_keys())[0].encrypt(nonce, text.encode(), None)
    return _SEALED + base64.urlsafe_b64encode(nonce + sealed).decode()


def decrypt(token: str) -> str:
    if not token:
        return ""
    if token.startswith(_SEALED):
        return _opened(token, _ciphers(_keys()))
    try:
        return _fernet(_keys()).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable(_NO_KEY) from error


_NO_KEY = "No key in FIELD_ENCRYPTION_KEYS opens a stored value; an older one is missing."


def _opened(token: str, ciphers: list[AESGCM]) -> str:
    try:
        packed = base64.b64decode(token.removeprefix(_SEALED), altchars=b"-_", validate=True)
    except ValueError as error:
        raise Undecryptable(_NO_KEY) from error
    for cipher in ciphers:
        with suppress(InvalidTag, ValueError):  # ValueError: too short to be one
            return cipher.decrypt(packed[:_NONCE], packed[_NONCE:], None).decode()
    raise Undecryptable(_NO_KEY)


def normalised_address(address: str) -> str:
    """One spelling for the addresses that reach one mailbox: case, IDNA, +tags, and what their provider ignores.

    It takes anything, for an address we would refuse to send to still needs a key to be limited by.
    """
    return _one_spelling(address, _PROVIDERS)


def _one_spelling(address: str, providers: Mapping[str, Mailboxes]) -> str:
    local, _, domain = address.strip().rpartition("@")
    local, domain = unicodedata.normalize("NFC", local.lower()), _domain(domain)
    known = providers.get(domain)
    if known is None:
        label, _, parent = domain.partition(".")
        above = providers.get(parent)
        if above is None or not above.subdomains:
            return f"{local.partition('+')[0] or local}@{domain}"
        local, known = label, above
    for mark in known.tags:
        local = local.partition(mark)[0] or local
    if known.ignored:
        local = local.translate(dict.fromkeys(map(ord, known.ignored))) or local
    return f"{local}@{known.domain}"


@lru_cache(maxsize=4096)  # most addresses are at a few domains
def _domain(typed: str) -> str:
    domain = typed.rstrip(".").lower()
    if domain.isascii():
        return domain
    # IDNA 2008, as mail servers look names up: Python's own "idna" is of 2003 and makes strasse.de of straße.de.
    with suppress(UnicodeError):
        return idna.encode(domain, uts46=True).decode()
    return domain


def keyed_hash(purpose: str, text: str, key: str | None = None) -> str:
    """64 hexadecimal digits that say nothing without HASH_KEYS and cannot be compared across purposes."""
    # surrogatepass: half a character, as broken JSON can carry one, is hashed like any other text.
    message = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
    begun = _begun(key or hash_keys()[0]).copy()
    begun.update(message)
    return begun.hexdigest()


@lru_cache(maxsize=8)
def _begun(key: str) -> hmac.HMAC:
    """To begin with a key takes longer than all that follows."""
    return hmac.new(key.encode(), digestmod="sha256")


def email_key(address: str) -> str:
    """The key under which a person's rows are stored."""
    return keyed_hash("email", normalised_address(address))


def domain_of(address: str) -> str:
    """The receiving domain, in the spelling by which it is counted."""
    domain = _domain(address.strip().rpartition("@")[2])
    return GMAIL.domain if domain in _FIRST else domain


def domain_key(address: str) -> str:
    """The key of an address's receiving domain; a domain alone will do."""
    return keyed_hash("domain", domain_of(address))


def email_keys(address: str) -> list[str]:
    """Every key under which rows of this address may still be stored, newest first: what a look-up asks for.

    Those of before the other providers were known stay under their old spelling until `rotate_keys` comes by, and of
    what holds no address (Suppression) for ever.
    """
    spellings = dict.fromkeys((normalised_address(address), _one_spelling(address, _FIRST)))
    return [keyed_hash("email", spelling, key) for key in hash_keys() for spelling in spellings]


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
