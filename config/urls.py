from django.contrib import admin
from django.urls import include, path

from . import health, mailbox_views
from .login import CountedLoginForm, password_urls

admin.site.login_form = CountedLoginForm

urlpatterns = [
    path("admin/password-reset/", include(password_urls)),
    path("admin/", admin.site.urls),
    path("healthz/", health.healthz, name="healthz"),
    path("mailbox/", include(mailbox_views.urls)),
    path("metrics", include("letters.metrics")),
    path("post/", include("letters.urls")),
    path("", include("campaigns.urls")),
]
