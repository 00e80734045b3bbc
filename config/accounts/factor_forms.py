"""Forms of second factors: a code from an app or from the list of recovery codes, and a passkey."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from config.crypto import keyed_hash
from config.ratelimit import allow, network

from . import limits
from .forms import Dressed, latin_digits

# What a code is good for: its own half minute, and the ones before and after (MFA_TOTP_TOLERANCE).
CODE_LIVES = 3 * 30


class _Code(Dressed):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.ask_for_code()

    def clean_code(self) -> str:
        """A code that somebody watched being typed opens nothing a second time."""
        limits.refuse(limits.second_factor(self.user.pk))  # type: ignore[attr-defined]
        self.cleaned_data["code"] = latin_digits(self.cleaned_data["code"])
        code: str = super().clean_code()  # type: ignore[misc]
        digits = "".join(filter(str.isalnum, code))
        used = keyed_hash("used code", f"{self.user.pk} {digits}")  # type: ignore[attr-defined]
        if not cache.add(f"used-code:{used}", True, timeout=CODE_LIVES):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_Code, codes.AuthenticateForm):
    pass


class CodeAgainForm(_Code, codes.ReauthenticateForm):
    pass


class AuthenticatorAppForm(_Code, totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code that the app shows")


class _Passkey(Dressed):
    """What a browser brings was written by anybody: the library that reads it meets some of it with its own errors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages["required"] = _("The browser brought no passkey. Try again.")

    def counted(self) -> None:
        limits.refuse(limits.second_factor(self.user.pk))  # type: ignore[attr-defined]

    def clean_credential(self) -> Any:
        self.counted()
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            raise
        except Exception as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(_Passkey, passkeys.AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(_Passkey, passkeys.ReauthenticateWebAuthnForm):
    pass


class PasskeySignInForm(_Passkey, passkeys.LoginWebAuthnForm):
    def counted(self) -> None:
        """By network alone: by account, anybody could lock anybody out, and a signature cannot be guessed."""
        limits.refuse(allow("passkey", network(context.request)))


class NewPasskeyForm(Dressed, passkeys.AddWebAuthnForm):
    passwordless = forms.BooleanField(required=True, widget=forms.HiddenInput, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this passkey")
        self.fields["name"].help_text = _("So that you know it again: the phone or the computer that keeps it.")
        self.fields["name"].validators.append(MaxLengthValidator(60))

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean() or {}
        except ValidationError:
            raise
        except Exception as error:  # as in _Passkey
            raise get_adapter().validation_error("incorrect_code") from error
