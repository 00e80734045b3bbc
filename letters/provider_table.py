"""The mail providers that we know, and what each wants. It imports none of what speaks to them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


class WrongCredentials(ValueError):
    """They cannot be right; the message is a sentence that names the field."""


@dataclass(frozen=True)
class Provider:
    """What differs between providers. Names of credentials are those of anymail's backends and webhook views."""

    label: str
    module: str  # of anymail.backends
    required: tuple[str, ...] = ("api_key",)
    optional: tuple[str, ...] = ()
    webhook: str = ""  # of anymail.webhooks
    webhook_keys: tuple[str, ...] = ()  # credentials that its webhook view is given
    webhook_required: tuple[str, ...] = ()
    metadata: bool = True  # where there is none, our id is a tag, which comes back with events too
    tracking: bool = True  # can it be told not to count opens and clicks?
    headers: bool = True
    withheld: frozenset[str] = frozenset()  # headers that make it refuse the email
    added: Mapping[str, str] | None = None  # headers that it takes for orders
    check: str = ""  # what a key may GET without sending

    @property
    def fields(self) -> tuple[str, ...]:
        known = (*self.required, *self.optional, "api_url", *self.webhook_keys)
        return tuple(dict.fromkeys(known))


# All of anymail 15.2 but Amazon SES, which wants boto3; its SMTP server is a channel that we have.
PROVIDERS: Mapping[str, Provider] = {
    "brevo": Provider("Brevo", "brevo", webhook="brevo.BrevoTrackingWebhookView", tracking=False, check="account"),
    "mailersend": Provider(
        "MailerSend",
        "mailersend",
        required=("api_token",),
        webhook="mailersend.MailerSendTrackingWebhookView",
        webhook_keys=("signing_secret",),
        webhook_required=("signing_secret",),
        metadata=False,
        headers=False,  # "available to Enterprise accounts only"
        check="api-quota",
    ),
    "mailgun": Provider(
        "Mailgun",
        "mailgun",
        optional=("sender_domain",),
        webhook="mailgun.MailgunTrackingWebhookView",
        webhook_keys=("webhook_signing_key", "api_key"),
    ),
    "mailjet": Provider(
        "Mailjet",
        "mailjet",
        required=("api_key", "secret_key"),
        webhook="mailjet.MailjetTrackingWebhookView",
        withheld=frozenset({"Message-ID", "List-Id"}),
        check="../v3/REST/sender",
    ),
    "mailtrap": Provider(
        "Mailtrap",
        "mailtrap",
        required=("api_token",),
        optional=("sandbox_id",),
        webhook="mailtrap.MailtrapTrackingWebhookView",
        webhook_keys=("tracking_secret",),
        tracking=False,
    ),
    "mandrill": Provider(
        "Mandrill (Mailchimp Transactional)",
        "mandrill",
        webhook="mandrill.MandrillCombinedWebhookView",
        webhook_keys=("webhook_key", "webhook_url"),
        webhook_required=("webhook_key",),
    ),
    "postal": Provider(
        "Postal",
        "postal",
        required=("api_key", "api_url"),
        webhook="postal.PostalTrackingWebhookView",
        webhook_keys=("webhook_key",),
        webhook_required=("webhook_key",),
        metadata=False,
        tracking=False,
    ),
    "postmark": Provider(
        "Postmark",
        "postmark",
        required=("server_token",),
        optional=("message_stream",),
        webhook="postmark.PostmarkTrackingWebhookView",
        added={"X-PM-KeepID": "true"},  # else it writes a Message-ID of its own
        check="server",
    ),
    "resend": Provider("Resend", "resend", webhook="resend.ResendTrackingWebhookView", tracking=False, check="domains"),
    "scaleway": Provider(
        "Scaleway",
        "scaleway",
        required=("secret_key", "project_id"),
        optional=("region",),
        tracking=False,
        check="domains",
    ),
    "sendgrid": Provider(
        "SendGrid (no longer supported by anymail)",
        "sendgrid",
        webhook="sendgrid.SendGridTrackingWebhookView",
        webhook_keys=("tracking_webhook_verification_key",),
        check="scopes",
    ),
    "sparkpost": Provider(
        "SparkPost",
        "sparkpost",
        optional=("subaccount",),
        webhook="sparkpost.SparkPostTrackingWebhookView",
        check="account",
    ),
    "unisender_go": Provider(
        "Unisender Go",
        "unisender_go",
        required=("api_key", "api_url"),
        webhook="unisender_go.UnisenderGoTrackingWebhookView",
        webhook_keys=("api_key",),
    ),
}


def usable(given: Any) -> dict[str, str]:
    """What is filled in, of whatever is stored."""
    known = given if isinstance(given, dict) else {}
    return {name: value.strip() for name, value in known.items() if isinstance(value, str) and value.strip()}


def checked(name: str, given: Any) -> tuple[Provider, dict[str, str]]:
    """The provider of that name, and the credentials for it. Raises WrongCredentials."""
    provider = PROVIDERS.get(name)
    if provider is None:
        raise WrongCredentials(_("No mail provider is chosen for this sender, or one that we do not know."))
    credentials = usable(given)
    names = set(given) if isinstance(given, dict) else set()
    # A list of our own: anymail would take an unknown name for an option of its backend.
    wrong = sorted(names - set(provider.fields)) or [name for name in provider.required if name not in credentials]
    if wrong:
        sentence = _("The credentials for %(provider)s are not right: look at “%(field)s”.")
        raise WrongCredentials(sentence % {"provider": provider.label, "field": wrong[0][:40]})
    url = credentials.get("api_url", "https://")
    if not re.match(r"https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/]", url):
        raise WrongCredentials(_("The provider's api_url must begin with https://"))
    return provider, credentials
