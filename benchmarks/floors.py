"""The floors of the web's rows: the least that Django can do for a like request, on the same server and database.

Served by granian in a process of its own, started as ours is, with the same settings of the database (connections are
kept). No middleware, no template, no limit, no lookup, nothing encrypted, no second row: what Countersign does beyond
this is what its ratio pays for. FLOOR_BYTES is the size of the constant page.

    page      a constant response of the same size as the campaign's page
    sign      a bare ModelForm of the same fields: it validates them, asks by SELECT whether the email is there already
              (the column is unique), saves by one INSERT, and redirects. Each statement is its own transaction.
    confirm   one UPDATE of the row that its address names, if nobody has confirmed it; a redirect, or 404

page-nginx has another: nginx gives a file of that size (proxied.py).
"""

import os
from typing import ClassVar

import django
from django.conf import settings

if not settings.configured:  # as the server's process; the harness imports the model under the real settings
    from config.settings import ALLOWED_HOSTS, DATABASES, SECRET_KEY

    settings.configure(
        ROOT_URLCONF=__name__,
        SECRET_KEY=SECRET_KEY,
        ALLOWED_HOSTS=ALLOWED_HOSTS,
        DATABASES=DATABASES,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()

from django import forms  # noqa: E402  (after the settings)
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

PAGE = b"." * int(os.environ.get("FLOOR_BYTES", "1"))


class Signed(models.Model):
    name = models.CharField(max_length=200)
    email = models.EmailField(unique=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    affiliation = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    display = models.CharField(max_length=10)
    consent = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Signed"]] = models.Manager()

    class Meta:
        app_label = "benchmarks"
        db_table = "benchmark_floor"

    def __str__(self) -> str:
        return self.name


class SignedForm(forms.ModelForm):
    class Meta:
        model = Signed
        fields = ("name", "email", "postcode", "country", "affiliation", "reason", "display", "consent")


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE, headers={"Content-Length": str(len(PAGE))})


def sign(request: HttpRequest) -> HttpResponse:
    form = SignedForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422, headers={"Content-Length": "0"})
    form.save()
    return HttpResponseRedirect("/signed/", headers={"Content-Length": "0"})


def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    if not Signed.objects.filter(pk=pk, confirmed_at__isnull=True).update(confirmed_at=timezone.now()):
        return HttpResponse(status=404, headers={"Content-Length": "0"})
    return HttpResponseRedirect("/confirmed/", headers={"Content-Length": "0"})


urlpatterns = [path("page/", page), path("sign/", sign), path("confirm/<int:pk>/", confirm)]
application = WSGIHandler()
