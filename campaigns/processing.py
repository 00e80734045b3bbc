"""The record of processing that article 30 of the GDPR asks for, and what the privacy notice says of times: both from
the register of personal columns and from the settings in force, so that neither says what is not so."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from config.crypto import EncryptedJSONField, EncryptedTextField
from letters.models import Sender

from . import personal
from .models import Campaign, Organisation
from .personal import Activity


def numbers() -> dict[str, int]:
    """Of the installation, by the names that the register uses."""
    return {
        "pending": settings.PENDING_SIGNATURE_DAYS,
        "withdrawn": settings.WITHDRAWN_SIGNATURE_DAYS,
        "letters": settings.LETTER_RETENTION_DAYS,
        "emails": settings.EMAIL_RETENTION_DAYS,
        "results": settings.JOB_RESULT_DAYS,
        "material": settings.MATERIAL_DAYS,
        "network": settings.NETWORK_KEPT_DAYS,
    }


def record(organisation: Organisation | None = None) -> str:
    """As Markdown, in the language that is active. Of one organisation, which answers for the data; of none: of
    whoever runs the installation and keeps it for them all."""
    return "\n".join(_lines(organisation)) + "\n"


def _lines(organisation: Organisation | None) -> Iterator[str]:
    yield "# " + _("Record of processing activities")
    yield ""
    yield _("As of %(day)s, by the settings in force. Under article 30 of the GDPR.") % {
        "day": timezone.localdate().isoformat()
    }
    yield ""
    yield from _who(organisation)
    for activity in personal.ACTIVITIES:
        yield from _activity(activity)
    yield from _campaigns(organisation)
    yield from _measures()


def _who(organisation: Organisation | None) -> Iterator[str]:
    if organisation is None:
        yield _("Processor: %(name)s (%(contact)s), for these controllers:") % _processor()
        yield ""
        for one in Organisation.objects.order_by("name"):
            yield f"- {_bare(one.controller or one.name)}, {one.contact_email}"
    else:
        yield "- " + _("Controller: %(name)s") % {"name": _bare(organisation.controller or organisation.name)}
        yield "- " + _("Contact: %(email)s") % {"email": organisation.contact_email}
        if organisation.postal_address:
            yield "- " + _("Post: %(address)s") % {"address": _bare(organisation.postal_address)}
        yield "- " + _("Processor: %(name)s (%(contact)s)") % _processor()
    yield "- " + _("Sends its mail by: %(channels)s") % {"channels": ", ".join(_channels(organisation))}
    yield ""


def _processor() -> dict[str, str]:
    unnamed = _("whoever runs %(url)s, whose settings do not say (OPERATOR_NAME)") % {"url": settings.SITE_URL}
    return {"name": settings.OPERATOR_NAME or unnamed, "contact": settings.DEFAULT_FROM_EMAIL}


def _channels(organisation: Organisation | None) -> list[str]:
    senders = Sender.objects.filter(pk=organisation.sender_id) if organisation else Sender.objects.all()
    return sorted({_leaves_by(one) for one in senders}) or [_("nothing yet")]


def _leaves_by(sender: Sender) -> str:
    """As letters.channels decides it. Who carries our mail is a processor too, and is named."""
    if settings.DEMONSTRATION:
        return str(Sender.Channel.CAPTURE.label)
    if sender.channel == Sender.Channel.SMTP:
        return f"{sender.get_channel_display()} {urlsplit(sender.smtp_url or settings.SMTP_URL).hostname}"
    return sender.provider or str(sender.get_channel_display())


def _activity(activity: Activity) -> Iterator[str]:
    yield f"## {activity.title}"
    yield ""
    for label, text in (
        (_("Whose data"), str(activity.whose)),
        (_("What"), ", ".join(str(kind) for kind in activity.kinds)),
        (_("Why"), str(activity.purpose)),
        (_("Legal basis"), str(activity.basis)),
        (_("Who is told"), str(activity.told_to)),
        (_("Until when"), str(activity.until) % numbers()),
        (_("Where"), ", ".join(_stored(activity))),
    ):
        yield f"- {label}: {text}"
    yield ""


def _stored(activity: Activity) -> list[str]:
    """Table by table, with how much of it is encrypted: read off the columns themselves."""
    return [_of_table(label, names) for label, names in sorted(activity.columns.items()) if names]


def _of_table(label: str, names: tuple[str, ...]) -> str:
    columns = [apps.get_model(label)._meta.get_field(name) for name in names]
    encrypted = [one for one in columns if isinstance(one, EncryptedTextField | EncryptedJSONField)]
    words = {"table": label, "n": len(names), "encrypted": len(encrypted)}
    return _("%(table)s (%(n)d columns, %(encrypted)d of them encrypted)") % words


def _campaigns(organisation: Organisation | None) -> Iterator[str]:
    campaigns = Campaign.objects.filter(organisation=organisation) if organisation else Campaign.objects.all()
    yield "## " + _("How long each campaign keeps it")
    yield ""
    for one in campaigns.order_by("slug").iterator():
        words = {
            "campaign": one.slug,
            "months": one.months_after_closing,
            "latest": one.retention_months,
            "days": one.days_to_confirm,
            "letters": one.days_of_letters,
        }
        yield (
            "- "
            + _(
                "%(campaign)s: %(months)d months after it closes, %(latest)d months at the latest; %(days)d days to "
                "confirm; letters %(letters)d days"
            )
            % words
        )
    yield ""


def _measures() -> Iterator[str]:
    """What is so, as the settings have it: nothing here is a hope."""
    yield "## " + _("Security measures (article 32)")
    yield ""
    yield "- " + _("Names, addresses, letters and emails are encrypted where they are stored.")
    yield "- " + _("An address is found by a keyed hash of it.")
    yield "- " + _("Keys: %(n)d to encrypt, %(m)d to hash, kept apart from the database.") % {
        "n": len(settings.FIELD_ENCRYPTION_KEYS),
        "m": len(settings.HASH_KEYS),
    }
    if settings.HTTPS:
        yield "- " + _("The site is reached by HTTPS alone; browsers are told so for %(days)d days.") % {
            "days": settings.SECURE_HSTS_SECONDS // 86400
        }
    else:
        yield "- " + _("The site is NOT reached by HTTPS: its address begins with http://.")
    yield "- " + _("Access by role within an organisation; a password again before a list leaves; a log of deeds.")
    yield "- " + _("Erasure runs every hour and leaves a receipt; logs hold no address and no link that acts.")
    if settings.DEMONSTRATION:
        yield "- " + _("This installation is a demonstration: it reaches nobody.")
    yield ""


def _bare(text: str) -> str:
    return ", ".join(line.strip() for line in text.splitlines() if line.strip())
