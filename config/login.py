from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from .crypto import email_key
from .ratelimit import allow, network


class CountedLoginForm(AdminAuthenticationForm):
    """The log-in form, with attempts counted by network and by account: also for an account that does not exist."""

    def clean(self) -> dict[str, Any]:
        if self.request is not None:
            by_network = allow("login", network(self.request))
            by_account = allow("login_email", email_key(str(self.cleaned_data.get("username", ""))))
            if not (by_network and by_account):
                minutes = -(-max(by_network.retry_after, by_account.retry_after) // 60)
                message = gettext("Too many attempts. Please try again in %(minutes)d minutes.") % {"minutes": minutes}
                raise ValidationError(message, code="too_many")
        return super().clean()
