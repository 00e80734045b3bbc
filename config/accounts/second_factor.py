"""An organisation may let in only people with a second factor. Who has none is led to set one up, and then back."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from config.origin import page_of

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
BACK = "second_factor_next"


class SecondFactorDemanded(Exception):
    """Raised by whatever may not be shown without one; the middleware below answers."""


def factors_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Authenticator]:
    """What signs them in beside the password. (Recovery codes stand in for one of these.)"""
    theirs: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS)
    return theirs


def has_second_factor(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Asked of the database once for each request: the account is a new object in each."""
    if not hasattr(user, "_has_second_factor"):
        user._has_second_factor = factors_of(user).exists()  # type: ignore[union-attr]
    return bool(user._has_second_factor)  # type: ignore[union-attr]


def take_away(user: AbstractBaseUser) -> bool:
    """Was there one? Its owner is told: it may have been somebody else who asked for it."""
    taken, _ = Authenticator.objects.filter(user_id=user.pk).delete()
    if taken:
        get_adapter().send_mail("mfa/email/taken_away", user.get_username(), {"timestamp": timezone.now()})
    return bool(taken)


class DemandedSecondFactor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, SecondFactorDemanded):
            return None
        return redirect(f"{reverse('account_second_factor')}?{urlencode({'next': page_of(request)})}")


@login_required
@require_safe
def demanded(request: HttpRequest) -> HttpResponse:
    """Why, and the ways to set one up. Where they wanted to go is kept until they have."""
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = ""
    if has_second_factor(request.user):
        return redirect(back or "mfa_index")
    request.session[BACK] = back
    return render(request, "mfa/demanded.html")
