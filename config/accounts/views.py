"""Pages of an account: allauth's, with attempts counted, and one of ours that leads to all of them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.webauthn import views as passkeys
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config import errors
from config.ratelimit import Verdict, allow, network

from . import limits
from .forms import NameForm
from .second_factor import has_second_factor

View = Callable[..., HttpResponseBase]


def private(view: View) -> View:
    """Kept by nobody, and a form with errors says so in its status."""

    @never_cache
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and isinstance(response, TemplateResponse) and response.status_code == 200:
            forms = [(response.context_data or {}).get(name) for name in ("form", "webauthn_form")]
            if any(form is not None and form.errors for form in forms):
                response.status_code = 422
        return response

    return answered


def _or_too_many(request: HttpRequest, verdict: Verdict) -> None:
    if not verdict:
        raise ImmediateHttpResponse(errors.too_many(request, verdict.retry_after))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST or None, instance=request.user)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("Your name is changed."))
        return redirect("account_overview")
    context = {"form": form, "has_second_factor": has_second_factor(request.user)}
    return render(request, "account/overview.html", context, status=422 if form.is_bound else 200)


class SignUp(account.SignupView):
    def form_valid(self, form: Any) -> HttpResponse:
        _or_too_many(self.request, limits.sign_up(self.request, form.cleaned_data["email"]))
        response: HttpResponse = super().form_valid(form)
        return response


@login_not_required
def email_code(request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase = EmailCode.as_view()(request)
    return response


class EmailCode(account.ConfirmEmailVerificationCodeView):
    _process: EmailVerificationProcess

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        _or_too_many(self.request, limits.code(self._process.email))
        messages.success(self.request, _("Another code is on its way. Only the newest one works."))
        response: HttpResponse = super()._resend_form_valid(form)
        return response


@method_decorator(reauthentication_required(app="allauth.account"), name="dispatch")
class ChangeAddress(account.EmailView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One thing alone: an account has one address, and another one takes its place."""
        response: HttpResponse = super(account.EmailView, self).post(request, *args, **kwargs)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        _or_too_many(self.request, limits.code(form.cleaned_data["email"]))
        response: HttpResponse = super().form_valid(form)
        return response


class ChangePassword(account.PasswordChangeView):
    success_url = reverse_lazy("account_overview")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return redirect("account_reset_password")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class ForgottenPassword(account.PasswordResetView):
    def form_valid(self, form: Any) -> HttpResponse:
        _or_too_many(self.request, limits.reset(self.request, form.cleaned_data["email"]))
        response: HttpResponse = super().form_valid(form)
        return response


class PasskeySignIn(passkeys.LoginWebAuthnView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the passkey has to sign is kept in a session, which is a row."""
        _or_too_many(request, allow("passkey", network(request)))
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response


class RemovePasskey(passkeys.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")


def administration_sign_in(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """One way in for everybody, so that a second factor holds there too. Who is not staff learns nothing of it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or str(reverse_lazy("admin:index")))
    if not admin.site.has_permission(request):
        raise Http404
    return redirect("admin:index")
