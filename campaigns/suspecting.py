"""Which signatures are held back: rules as data, in their order, with no look at the database or the network.

One held back is stored, asked to confirm, and shown to its owner like any other; it is not counted, and organisers see
it with its reason. Nobody is refused by a rule, so each may err, and none may guess: docs/decisions/0027.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from disposable_email_domains import blocklist
from django.conf import settings

from config.crypto import domain_of, keyed_hash

from .models import Signature

HeldFor = Signature.HeldFor
KEY_LENGTH = 16  # hexadecimal digits: enough to tell apart what signs one campaign
LATEST = 3600.0  # seconds after which the time from opening to sending tells nothing more


@dataclass(frozen=True)
class Sent:
    """How a form came, beside what it says."""

    trap: str  # what stands in the field that nobody sees
    seconds: float | None  # from opening the page to sending it, at most; None: nobody knows
    domain: str  # of the email address, as crypto.domain_of has it


@dataclass(frozen=True)
class Rule:
    held_for: HeldFor
    holds: Callable[[Sent], bool]
    why: str


def is_disposable(domain: str) -> bool:
    """The domain itself, or one that it lies under: mail.example.com under example.com."""
    if not settings.HOLD_DISPOSABLE:
        return False
    added, spared = settings.DISPOSABLE_DOMAINS, settings.NOT_DISPOSABLE_DOMAINS
    above = _above(domain)
    return any(one in blocklist or one in added for one in above) and spared.isdisjoint(above)


@lru_cache(maxsize=1024)
def _above(domain: str) -> tuple[str, ...]:
    labels = domain.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels) - 1))


RULES = (
    Rule(
        HeldFor.HONEYPOT,
        lambda sent: bool(sent.trap),
        "No person sees the field, but a browser that fills in forms by itself may find it: so nothing is dropped.",
    ),
    Rule(
        HeldFor.TOO_FAST,
        lambda sent: sent.seconds is not None and sent.seconds < settings.SIGN_SECONDS_AT_LEAST,
        "A name, an address and two choices take longer. Who says nothing of the time is not held to it.",
    ),
    Rule(
        HeldFor.DISPOSABLE,
        lambda sent: is_disposable(sent.domain),
        "Whoever makes addresses by the dozen confirms them all; but some use one to be left in peace.",
    ),
)


def held_for(sent: Sent) -> str:
    """The first rule that holds it back; "": none."""
    return next((rule.held_for.value for rule in RULES if rule.holds(sent)), "")


def seconds_between(opened: str, took: str, now: float) -> float | None:
    """From opening the page to sending it, by what came with the form: the hour our page carried (`opened`), and the
    seconds that the page's script counted (`took`). Either may be missing, or nonsense: then it says nothing."""
    stamp, counted = _number(opened), _number(took)
    known = [counted] if counted is not None else []
    known += [now - stamp] if stamp is not None else []
    return min((since for since in known if 0 <= since < LATEST), default=None)


def _number(typed: str) -> float | None:
    """Digits with a point at most, and few of them: no sign, no exponent, no infinity."""
    plain = typed.replace(".", "", 1)
    return float(typed) if len(typed) <= 20 and plain.isascii() and plain.isdigit() else None


def marks(campaign_id: int, email: str, network: str, trap: str, seconds: float | None) -> dict[str, str]:
    """What is written on a signature beside what its owner said. `network`: as ratelimit.prefix has it."""
    domain = domain_of(email)
    return {
        "network_key": "" if network == "unknown" else _key("network", campaign_id, network),
        "domain_key": _key("domain", campaign_id, domain),
        "held_for": held_for(Sent(trap, seconds, domain)),
    }


def _key(of: str, campaign_id: int, value: str) -> str:
    """Of one campaign alone: nobody can follow a network, or a small domain, from one to another."""
    return keyed_hash(f"signature's {of}", f"{campaign_id} {value}")[:KEY_LENGTH] if value else ""
