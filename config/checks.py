"""What must hold before anything starts (`check`), and what a live installation should change (`check --deploy`)."""

import math
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.http.request import split_domain_port

from . import environment as env

# Words of placeholders and of docs/production.env.example.
PLACEHOLDERS = ("insecure", "changeme", "change-me", "change_me", "secret", "password", "example", "placeholder")
SHORTEST_SECRET = 32  # characters; what docs/deploying.md has people make is longer
FEWEST_BITS = 100  # by the frequencies of its characters; 32 hexadecimal digits have some 115, token_urlsafe(48) 330


@register(Tags.security)
def a_demonstration_stays_at_home(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.DEMONSTRATION:
        return []
    found: list[CheckMessage] = []
    hint = "Its mailbox shows everybody's links to everybody. Unset DEMONSTRATION, or keep it on this machine."
    if split_domain_port(urlsplit(settings.SITE_URL).netloc)[0] not in settings.LOOPBACK_HOSTS:
        found.append(
            Error("A demonstration with a SITE_URL that is not this machine's own.", hint, id="countersign.E001")
        )
    # What was asked for: the settings give a demonstration no other host, whatever the environment says.
    if elsewhere := set(env.words("ALLOWED_HOSTS")) - set(settings.LOOPBACK_HOSTS):
        names = ", ".join(sorted(elsewhere))
        found.append(Error(f"A demonstration does not answer to ALLOWED_HOSTS={names}.", hint, id="countersign.E002"))
    return found


@register(Tags.security)
def the_keys_are_keys(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.FIELD_ENCRYPTION_KEYS or not all(_is_fernet_key(key) for key in settings.FIELD_ENCRYPTION_KEYS):
        found.append(
            Error(
                "FIELD_ENCRYPTION_KEYS has something in it that is no Fernet key made by chance, or nothing.",
                "Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'",
                id="countersign.E003",
            )
        )
    hint = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not settings.HASH_KEYS or any(_is_weak(key) for key in settings.HASH_KEYS):
        found.append(Error("HASH_KEYS has a weak key in it, or none.", hint, id="countersign.E004"))
    if any(_is_weak(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)):
        found.append(
            Error(
                "SECRET_KEY, or one of SECRET_KEY_FALLBACKS, is weak: it signs every link that acts.",
                hint,
                id="countersign.E005",
            )
        )
    if settings.METRICS_TOKEN and _is_weak(settings.METRICS_TOKEN):
        found.append(Error("METRICS_TOKEN is weak: anybody may try it.", hint, id="countersign.E009"))
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, *settings.HASH_KEYS, *settings.FIELD_ENCRYPTION_KEYS]
    keys += [settings.METRICS_TOKEN] if settings.METRICS_TOKEN else []
    if len(set(keys)) < len(keys):
        found.append(Error("One key serves two purposes, or is listed twice.", hint, id="countersign.E006"))
    return found


@register(Tags.urls)
def the_site_has_an_address(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme in ("http", "https") and parts.hostname and not (parts.path or parts.query or parts.fragment):
        return []
    hint = "The scheme and host that supporters see, as in https://campaigns.example.org"
    return [Error("SITE_URL is not the address of a site.", hint, id="countersign.E007")]


@register(Tags.compatibility)
def the_pieces_fit_together(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or settings.DEMONSTRATION:
        return []
    found: list[CheckMessage] = []
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        found.append(
            Warning(
                "Every web process counts rate limits for itself, and a flood can push counts out of its memory.",
                "Set CACHE_URL to a Redis server, unless one process serves the web.",
                id="countersign.W001",
            )
        )
    if settings.BROKER_URL.startswith("filesystem:") and "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        found.append(
            Warning(
                "The embedded queue serves one worker on this machine, though the database could serve many.",
                "Set BROKER_URL to Redis or RabbitMQ (docs/deploying.md).",
                id="countersign.W002",
            )
        )
    return found


@register(Tags.security, deploy=True)
def it_is_ready_for_strangers(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DEMONSTRATION:
        hint = "Unset DEMONSTRATION: it reaches nobody, and shows its mailbox to whoever is on this machine."
        found.append(Warning("This is a demonstration.", hint, id="countersign.W003"))
    if not settings.SITE_URL.startswith("https://"):
        hint = "Set SITE_URL to the https:// address; secure cookies and HSTS follow from it."
        found.append(Warning("Names and addresses would travel in the clear.", hint, id="countersign.W004"))
    elif not settings.TRUSTED_PROXIES:
        hint = "Set TRUSTED_PROXIES to how many proxies of your own stand in front, or every supporter is one client."
        found.append(Warning("HTTPS without a proxy that we trust.", hint, id="countersign.W005"))
    if settings.MAIL_DOMAIN == "example.org" or "@example.org" in settings.DEFAULT_FROM_EMAIL:
        hint = "Set DEFAULT_FROM_EMAIL and MAIL_DOMAIN to a domain of your own, with SPF, DKIM and DMARC."
        found.append(Warning("Email would come from example.org.", hint, id="countersign.W006"))
    return found


def _is_fernet_key(key: str) -> bool:
    """32 bytes in URL-safe base64, and not a text of 32 letters: chance makes no such thing."""
    try:
        Fernet(key.strip())
    except ValueError:
        return False
    return not all(32 <= byte < 127 for byte in urlsafe_b64decode(key.strip()))


def _is_weak(secret: str) -> bool:
    secret = secret.strip()
    if len(secret) < SHORTEST_SECRET or any(word in secret.lower() for word in PLACEHOLDERS):
        return True
    return _bits(secret) < FEWEST_BITS or secret in (secret + secret)[1:-1]  # the same again and again


def _bits(secret: str) -> float:
    """How much there is to guess, if each character were drawn by chance from those it has, as often as it has them."""
    return -sum(number * math.log2(number / len(secret)) for number in Counter(secret).values())


def refuse_to_start() -> None:
    """For the processes that run no check of Django's: the web server and the worker. Raises ImproperlyConfigured."""
    found = [*a_demonstration_stays_at_home(None), *the_keys_are_keys(None), *the_site_has_an_address(None)]
    if found:
        raise ImproperlyConfigured(" ".join(f"{one.msg} {one.hint}" for one in found))
