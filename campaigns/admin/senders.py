"""Whose name mail goes out under, and how it leaves: set up by the operator."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.forms.organising.sender import SenderForm
from config import links
from letters import webhooks
from letters.models import Sender
from letters.models.sender import new_secret
from letters.provider_table import PROVIDERS

from .operator_only import OperatorOnly

NEW_SECRET = "_new_secret"  # the name of a button in admin/letters/sender/change_form.html


@admin.register(Sender)
class SenderAdmin(OperatorOnly[Sender]):
    form = SenderForm
    list_display = ("name", "channel", "provider", "from_address", "is_default", "pause", "paused_until")
    standing = ("pause", "pause_at", "pause_by", "paused_until", "server_failures", "trouble")
    readonly_fields = ("reports", *standing)

    def get_fieldsets(self, request: HttpRequest, obj: Sender | None = None) -> Any:
        """On a new sender there is nothing to forget, and nothing to tell of."""
        smtp, provider = ["smtp_url"], ["provider", "credentials"]
        if obj:
            smtp += ["forget_smtp_url"]
            provider += ["forget_credentials", "reports"]
        hours = ("mailbox_pace", "domain_pace", "sends_from", "sends_until", "sends_at_weekends")
        return [
            (None, {"fields": ("name", "from_address", "channel")}),
            (_("SMTP server"), {"fields": smtp}),
            (_("Mail provider"), {"fields": provider}),
            (_("Politeness, for letters"), {"fields": hours}),
            *([(_("How it stands"), {"fields": self.standing})] if obj else []),
        ]

    @admin.display(description=_("reports of bounces"))
    def reports(self, sender: Sender) -> str:
        if not _reports(sender):
            return gettext("None: no provider is chosen, or it has no way to report.")
        return format_html(
            "<p><code dir='ltr'>{}</code></p><p>{}</p>",
            _address(sender),
            gettext("It wants a name and a secret, which are shown only once. The last button makes a new one."),
        )

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Sender | None = None,
    ) -> HttpResponse:
        context["reports"] = _reports(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Sender, form: forms.ModelForm[Sender], change: bool) -> None:
        if NEW_SECRET in request.POST:
            obj.webhook_secret = new_secret()
        super().save_model(request, obj, form, change)
        if NEW_SECRET in request.POST and change:
            self.log_change(request, obj, gettext("A new secret for the provider's reports."))

    def response_add(self, request: HttpRequest, obj: Sender, post_url_continue: str | None = None) -> HttpResponse:
        made = super().response_add(request, obj, post_url_continue)
        return self._secret(request, obj) if _reports(obj) else made

    def response_change(self, request: HttpRequest, obj: Sender) -> HttpResponse:
        changed = super().response_change(request, obj)
        return self._secret(request, obj) if NEW_SECRET in request.POST else changed

    def _secret(self, request: HttpRequest, sender: Sender) -> TemplateResponse:
        """In the answer to the very request that made it, and nowhere else."""
        address = _address(sender)
        scheme, _colon, rest = address.partition("://")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What to give to the provider"),
            "opts": self.opts,
            "sender": sender,
            "provider": PROVIDERS[sender.provider].label,
            "whole": f"{scheme}://{webhooks.NAME}:{sender.webhook_secret}@{rest}",
            "parts": (
                (gettext("Address"), address),
                (gettext("Name"), webhooks.NAME),
                (gettext("Secret"), sender.webhook_secret),
            ),
        }
        return TemplateResponse(request, "admin/letters/sender/secret.html", context)


def _reports(sender: Model | None) -> bool:
    provider = PROVIDERS.get(sender.provider) if isinstance(sender, Sender) else None
    return bool(provider and provider.webhook)


def _address(sender: Sender) -> str:
    return links.absolute(reverse("letters:provider_events", args=[sender.uuid]))
