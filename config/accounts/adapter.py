"""What allauth asks us: who may sign up, where somebody comes from, how often, and in which words mail is written."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config import crypto, email, errors
from config.ratelimit import client_address

from . import limits

INVITED = "invited"  # in the session of who has an invitation: the key of the address it was sent to


def let_sign_up(request: HttpRequest, address: str) -> None:
    """Whoever opened an invitation may make an account with the address it names. It is not thereby proved: a link can
    be forwarded."""
    if not settings.OPEN_SIGN_UP:
        request.session[INVITED] = crypto.email_key(address)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This address and this password do not belong together. Try again."),
        "incorrect_password": _("This is not your password. Try again."),
        "enter_current_password": _("This is not your password. Try again."),
        "incorrect_code": _("This is not the code. Look at it again, or ask for a new one."),
        "too_many_login_attempts": _("Too many wrong codes. Sign in again, and you get a new one."),
        "rate_limited": _("Too many attempts. Please try again later."),
        "email_taken": _("This address belongs to another account."),
        "duplicate_email": _("This is your address already."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Where it is closed, still for who came by an invitation: SignUpForm asks for the address it names."""
        return bool(settings.OPEN_SIGN_UP or request.session.get(INVITED))

    def is_safe_url(self, url: str | None) -> bool:
        """Where to go on to. What cannot even be read as an address, such as //[x, is none."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_ajax(self, request: HttpRequest) -> bool:
        """One page is asked by a script: what a passkey has to sign."""
        return request.path == reverse("mfa_login_webauthn") and bool(super().is_ajax(request))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The workspace, in the language of the page they signed in on."""
        language = translation.get_language()
        where = {} if language == settings.LANGUAGE_CODE else {"language": language}
        return reverse(settings.LOGIN_REDIRECT_URL, kwargs=where)

    get_signup_redirect_url = get_login_redirect_url

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        user.name = form.cleaned_data["name"]  # type: ignore[attr-defined]
        saved: AbstractBaseUser = super().save_user(request, user, form, commit)
        return saved

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """In our words; the first is asked for unless they choose another."""
        words = {
            "reauthenticate": gettext("Use your password"),
            "mfa_reauthenticate": gettext("Use a code"),
            "mfa_reauthenticate:webauthn": gettext("Use a passkey"),
        }
        return [way | {"description": words[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Before every comparison of a password, of an account that does not exist too."""
        limits.refuse(limits.password(request, credentials["email"]))

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **about: Any) -> HttpResponse | None:
        """Whoever signs in before they have proved their address is sent another code. (A sign-up has been counted.)"""
        proved = EmailAddress.objects.filter(user_id=user.pk, verified=True).exists()
        if not (about["signup"] or proved or (verdict := limits.code(user.get_username()))):
            return errors.too_many(request, verdict.retry_after)
        response: HttpResponse | None = super().pre_login(request, user, **about)
        return response

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, *, signup: bool, **about: Any) -> HttpResponse:
        """Whoever has just chosen a password and proved their address is not asked who they are again at once."""
        if signup:
            record_authentication(request, user, method="password", email=user.get_username())
        response: HttpResponse = super().post_login(request, user, signup=signup, **about)
        return response

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At the address that the site has by its settings, whatever a request says it is."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email_address: str, context: dict[str, Any]) -> None:
        """Without the name that somebody typed: a stranger could have us carry any words to any address."""
        message = email.render(template_prefix, context, translation.get_language() or settings.LANGUAGE_CODE)
        EmailMessage(message.subject, message.text, to=[email_address]).send()


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This did not work. Look at the code again, or wait for the next one."),
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        return settings.SITE_NAME

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}
