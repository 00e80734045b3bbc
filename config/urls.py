from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.cache import never_cache

from . import mailbox_views
from .login import CountedLoginForm, password_urls

admin.site.login_form = CountedLoginForm


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("admin/password-reset/", include(password_urls)),
    path("admin/", admin.site.urls),
    path("healthz/", healthz, name="healthz"),
    path("mailbox/", include(mailbox_views.urls)),
    path("", include("campaigns.urls")),
]
