from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import views
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext

from . import errors
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


class CountedPasswordReset(views.PasswordResetView):
    """Sends a link to an account's address; whether there is such an account, the page does not tell."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by_network = allow("password_reset", network(request))
        # Counted for every address, with an account or without, so that a refusal tells nothing either.
        by_address = allow("password_reset_email", email_key(request.POST.get("email", "")))
        if not (by_network and by_address):
            return errors.too_many(request, max(by_network.retry_after, by_address.retry_after))
        return super().post(request, *args, **kwargs)


# The names that the administration's log-in page looks for.
password_urls = [
    path("", CountedPasswordReset.as_view(), name="admin_password_reset"),
    path("done/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("<uidb64>/<token>/", views.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("complete/", views.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
]
