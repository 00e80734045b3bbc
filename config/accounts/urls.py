"""The pages of accounts that there are; allauth has more. Each name is the one that allauth looks for."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import URLPattern, path, re_path

from config.even_time import even

from . import second_factor, views
from .views import View, private


def page(route: str, view: View, name: str) -> URLPattern:
    return path(route, private(view), name=name)


urlpatterns = [
    page("", views.overview, "account_overview"),
    page("login/", account.login, "account_login"),
    page("logout/", account.logout, "account_logout"),
    page("inactive/", account.account_inactive, "account_inactive"),
    page("sign-up/", even(0.2, rush=3)(views.SignUp.as_view()), "account_signup"),
    page("code/", views.email_code, "account_email_verification_sent"),
    page("again/", account.reauthenticate, "account_reauthenticate"),
    page("address/", views.ChangeAddress.as_view(), "account_email"),
    page("password/", views.ChangePassword.as_view(), "account_change_password"),
    page("password/reset/", even(0.02)(views.ForgottenPassword.as_view()), "account_reset_password"),
    page("password/reset/sent/", account.password_reset_done, "account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[\w-]{1,80})/$",
        private(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    page("second-factor/", factors.index, "mfa_index"),
    page("second-factor/demanded/", second_factor.demanded, "account_second_factor"),
    page("second-factor/code/", factors.authenticate, "mfa_authenticate"),
    page("second-factor/again/", factors.reauthenticate, "mfa_reauthenticate"),
    page("second-factor/app/", app.activate_totp, "mfa_activate_totp"),
    page("second-factor/app/remove/", app.deactivate_totp, "mfa_deactivate_totp"),
    page("second-factor/recovery-codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    page("second-factor/recovery-codes/new/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    page("second-factor/recovery-codes/file/", codes.download_recovery_codes, "mfa_download_recovery_codes"),
    page("passkeys/add/", passkeys.add_webauthn, "mfa_add_webauthn"),
    page("passkeys/<int:pk>/remove/", views.RemovePasskey.as_view(), "mfa_remove_webauthn"),
    page("passkeys/again/", passkeys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    page("passkeys/login/", views.PasskeySignIn.as_view(), "mfa_login_webauthn"),
]
