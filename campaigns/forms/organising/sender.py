"""How an operator sets up a Sender. What is secret is written here and never shown again."""

import json
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letters.channels import DeliveryError, Smtp
from letters.models import Sender
from letters.provider_table import PROVIDERS, Provider

Channel = Sender.Channel


class SenderForm(forms.ModelForm[Sender]):
    provider = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Provider"),
        choices=[("", "---------"), *((name, each.label) for name, each in PROVIDERS.items())],
    )
    credentials = forms.CharField(
        required=False,
        label=gettext_lazy("The provider's credentials"),
        widget=forms.Textarea({"rows": 4, "cols": 80, "dir": "ltr", "spellcheck": "false", "autocomplete": "off"}),
    )
    forget_credentials = forms.BooleanField(required=False, label=gettext_lazy("Forget the stored credentials"))
    smtp_url = forms.CharField(
        required=False,
        label=gettext_lazy("SMTP server"),
        widget=forms.TextInput({"size": 70, "dir": "ltr", "spellcheck": "false", "autocomplete": "off"}),
    )
    forget_smtp_url = forms.BooleanField(
        required=False, label=gettext_lazy("Forget the stored server: use the installation's own")
    )

    class Meta:
        model = Sender
        exclude: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stored = {"credentials": self.instance.credentials, "smtp_url": self.instance.smtp_url}
        self.stored_provider = self.instance.provider
        secret = _has_password(self.instance.smtp_url)
        self.initial.update(credentials="", smtp_url="" if secret else self.instance.smtp_url)
        self.fields["credentials"].help_text = _help_on_credentials(self.instance.credentials)
        self.fields["smtp_url"].help_text = _help_on_smtp(self.instance.smtp_url)

    def clean_credentials(self) -> Any:
        """What was written; what is stored where nothing was."""
        text = self.cleaned_data["credentials"]
        if not text:
            return {} if self.data.get(self.add_prefix("forget_credentials")) else self.stored["credentials"]
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            raise ValidationError(
                _("This cannot be read. Write it in braces, each name and value in double quotes: %s")
                % '{"api_key": "…"}'
            )
        for name, value in given.items():
            if not isinstance(value, str) or not value.strip():
                raise ValidationError(_("“%s” needs a value, in double quotes.") % name[:40])
        return {name: value.strip() for name, value in given.items()}

    def clean_smtp_url(self) -> str:
        text: str = self.cleaned_data["smtp_url"]
        stored: str = self.stored["smtp_url"]
        if not text:
            kept = _has_password(stored) and not self.data.get(self.add_prefix("forget_smtp_url"))
            return stored if kept else ""
        if text != stored:
            _check_smtp(text)
        return text

    def clean(self) -> dict[str, Any]:
        """What contradicts itself. Sender.clean looks at the rest."""
        cleaned = super().clean() or {}
        channel, provider = cleaned.get("channel"), cleaned.get("provider")
        if channel != Channel.PROVIDER and provider and provider != self.stored_provider:
            self.add_error("channel", _("A provider is chosen below, but its mail would not leave by it."))
        typed = "smtp_url" in self.changed_data and cleaned.get("smtp_url")
        if channel and channel != Channel.SMTP and typed:
            sentence = _(
                "Its mail would not leave by this server. Choose the SMTP server as the channel, or empty this."
            )
            self.add_error("smtp_url", sentence)
        kept = cleaned.get("credentials") and "credentials" not in self.changed_data
        if provider and provider != self.stored_provider and kept:
            sentence = _("What is stored is another provider's. Write the credentials for this one.")
            self.add_error("credentials", sentence)
        return cleaned

    def _update_errors(self, errors: ValidationError) -> None:
        """One sentence a field: what is wrong with a value that was never taken over says nothing."""
        known = {name: found for name, found in errors.error_dict.items() if name not in self.errors}
        if known:
            super()._update_errors(ValidationError(known))  # type: ignore[misc]


def _has_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password)
    except ValueError:
        return "@" in url


def _check_smtp(text: str) -> None:
    example = "smtp://name:password@mail.example.org:587?tls=starttls"
    try:
        url = urlsplit(text)
        if url.scheme not in ("smtp", "smtps") or not url.hostname:
            raise ValidationError(_("It begins with smtp:// or smtps:// and a server's name, such as %s") % example)
        if url.path.strip("/") or url.fragment or not _fits(url):
            raise ValueError
        Smtp(text)
    except DeliveryError as error:
        raise ValidationError(str(error)) from error
    except ValueError as error:
        sentence = _("This cannot be read. In a password, write @ as %%40, : as %%3A, / as %%2F and # as %%23: %s")
        raise ValidationError(sentence % example) from error


def _fits(url: SplitResult) -> bool:
    """A port that is none is a ValueError; the rest is one word."""
    return (url.port is None or url.port > 0) and url.netloc.count("@") <= 1 and not any(map(str.isspace, url.netloc))


def _help_on_credentials(stored: Any) -> SafeString:
    names = ", ".join(sorted(stored)) if isinstance(stored, dict) else "?"
    kept = _("Stored: %s. They are not shown. Leave this empty to keep them; what you write replaces all of them.")
    examples = format_html_join("", "<li>{}: <code dir='ltr'>{}</code> {}</li>", map(_example, PROVIDERS.values()))
    return format_html("{}<ul>{}</ul>", kept % names if stored else _("Stored encrypted, never shown again."), examples)


def _example(provider: Provider) -> tuple[str, str, str]:
    more = ", ".join(name for name in provider.fields if name not in provider.required)
    wanted = json.dumps(dict.fromkeys(provider.required, "…"), ensure_ascii=False)
    return provider.label, wanted, _("(and, if need be: %s)") % more if more else ""


def _help_on_smtp(stored: str) -> str:
    if not _has_password(stored):
        return _("smtp://name:password@host:587?tls=starttls or smtps://…:465. Empty: the installation's own.")
    return _("Stored: a server with its password, which are not shown. Leave this empty to keep them.")
