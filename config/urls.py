from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from . import health, mailbox_views
from .accounts.views import administration_sign_in

admin.site.login = administration_sign_in  # type: ignore[method-assign]
admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")  # type: ignore[assignment]

handler500 = "config.errors.fault"
urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz/", health.healthz, name="healthz"),
    path("mailbox/", include(mailbox_views.urls)),
    path("organise/account/", include("config.accounts.urls")),
    path("metrics", include("letters.metrics")),
    path("post/", include("letters.urls")),
    path("", include("campaigns.urls")),
]
