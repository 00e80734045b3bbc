"""How often somebody may try: counted for addresses without an account too, so that a refusal tells nothing."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import ngettext

from config.crypto import email_key
from config.ratelimit import Verdict, allow, network


def both(first: Verdict, second: Verdict) -> Verdict:
    """Each has been counted, whatever the other says."""
    return Verdict(bool(first and second), max(first.retry_after, second.retry_after))


def password(request: HttpRequest, address: str) -> Verdict:
    return both(allow("login", network(request)), allow("login_email", email_key(address)))


def second_factor(account: int) -> Verdict:
    """By person alone: whoever comes so far has given the password."""
    return allow("second_factor", str(account))


def sign_up(request: HttpRequest, address: str) -> Verdict:
    return both(allow("sign_up", network(request)), code(address))


def code(address: str) -> Verdict:
    return allow("account_code", email_key(address))


def reset(request: HttpRequest, address: str) -> Verdict:
    return both(allow("password_reset", network(request)), allow("password_reset_email", email_key(address)))


def refuse(verdict: Verdict) -> None:
    if not verdict:
        minutes = -(-verdict.retry_after // 60)
        message = ngettext(
            "Too many attempts. Please try again in %(minutes)d minute.",
            "Too many attempts. Please try again in %(minutes)d minutes.",
            minutes,
        )
        raise ValidationError(message % {"minutes": minutes}, code="too_many")
