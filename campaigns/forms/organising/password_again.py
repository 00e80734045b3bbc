from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.models import User
from config.ratelimit import allow


class PasswordAgainForm(forms.Form):
    """Who asks must be at the keyboard: a list of who signed what is a list of political opinions."""

    password = forms.CharField(
        label=_("Your password, again"),
        error_messages={"required": _("Type your password.")},
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: Any, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_password(self) -> str:
        """Counted, so that a session left open is no way to try passwords."""
        given: str = self.cleaned_data["password"]
        if not isinstance(self.user, User) or not self.user.has_usable_password():
            raise ValidationError(_("Your account has no password. Set one first, with “Forgotten your password?”."))
        if not (verdict := allow("password_again", str(self.user.pk))):
            minutes = -(-verdict.retry_after // 60)
            raise ValidationError(
                _("Too many attempts. Please try again in %(minutes)d minutes.") % {"minutes": minutes}
            )
        if not self.user.check_password(given):
            raise ValidationError(_("This is not your password."))
        return given
