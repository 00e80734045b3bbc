"""Forms of accounts: allauth's, with our words and markup, and with attempts counted."""

import unicodedata
from typing import Any

from allauth.account import forms as theirs
from allauth.core import context
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.mail.message import sanitize_address
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.crypto import email_key

from . import adapter, limits

NEW_PASSWORD = _("At least 12 characters. A few words in a row are easy to keep in mind.")
REQUIRED = {
    "name": _("Write your name."),
    "login": _("Write your email address."),
    "email": _("Write your email address."),
    "code": _("Write the code."),
}
INVALID_ADDRESS = _("Write a whole email address, such as name@example.org.")


def latin_digits(code: str) -> str:
    """The digits of any script, as an Arabic keyboard gives them, as those that codes are made of."""
    return "".join(str(unicodedata.digit(sign, sign)) for sign in code)


def can_be_written_to(address: str) -> None:
    """What sending would refuse is refused here, while there is somebody to tell."""
    try:
        sanitize_address(("", address), "utf-8")
        if any(unicodedata.category(sign)[0] in "CZ" for sign in address):  # marks that nobody sees, as in letters
            raise ValueError
    except ValueError as error:  # also of a domain that no name server could be asked for
        raise forms.ValidationError(INVALID_ADDRESS, code="invalid") from error


class Dressed(forms.Form):
    """Labels and no placeholders, and errors that say what to do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = REQUIRED.get(name, _("Write the password."))
            if isinstance(field, forms.EmailField):
                field.label = _("Email")
                field.widget.attrs |= {"inputmode": "email", "spellcheck": "false"}
                field.error_messages["invalid"] = INVALID_ADDRESS
                field.validators[0].message = INVALID_ADDRESS  # type: ignore[attr-defined]
                field.validators.append(can_be_written_to)

    def ask_for_code(self) -> None:
        field = self.fields["code"]
        field.widget.attrs |= {"inputmode": "numeric", "spellcheck": "false", "class": "short", "dir": "ltr"}


class LoginForm(Dressed, theirs.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("Keep me signed in on this device")


class SignUpForm(Dressed, theirs.SignupForm):
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("The people you work with see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("We send you a code, to see that it is yours.")
        self.fields["password1"].label = _("Password")
        self.fields["password1"].help_text = NEW_PASSWORD

    def clean_email(self) -> str:
        email: str = super().clean_email()
        invited = context.request.session.get(adapter.INVITED)
        if not settings.OPEN_SIGN_UP and email_key(email) != invited:
            raise forms.ValidationError(_("Use the address to which the invitation was sent."), code="not_invited")
        return email

    def try_save(self, request: HttpRequest) -> Any:
        """An address that has an account takes as long as one that has none: a password is hashed for both."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class EmailCodeForm(Dressed, theirs.ConfirmEmailVerificationCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from the email")
        self.ask_for_code()

    def clean_code(self) -> str:
        self.cleaned_data["code"] = latin_digits(self.cleaned_data["code"])
        code: str = super().clean_code()
        return code


class NewAddressForm(Dressed, theirs.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New address")
        self.fields["email"].help_text = _("We send a code there. Until you have typed it here, nothing changes.")


class NewPasswordForm(Dressed, theirs.ChangePasswordForm):
    field_order = ["oldpassword", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _once(self)
        self.fields["oldpassword"].label = _("Password until now")
        self.fields["oldpassword"].help_text = ""

    def clean_oldpassword(self) -> str:
        limits.refuse(limits.password(context.request, self.user.email))
        old: str = super().clean_oldpassword()
        return old


class ForgottenPasswordForm(Dressed, theirs.ResetPasswordForm):
    pass


class ResetPasswordForm(Dressed, theirs.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _once(self)


class PasswordAgainForm(Dressed, theirs.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""


class NameForm(Dressed, forms.ModelForm):
    class Meta:
        model = get_user_model()
        fields = ["name"]
        labels = {"name": _("Your name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["name"].widget.attrs["autocomplete"] = "name"


def _once(form: forms.Form) -> None:
    """A new password is typed once: who mistypes it asks for another by email."""
    del form.fields["password2"]
    form.fields["password1"].label = _("New password")
    form.fields["password1"].help_text = NEW_PASSWORD
