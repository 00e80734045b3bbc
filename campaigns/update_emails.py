"""An update as the email it becomes: one wording a language, and for each supporter their name and their links."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from config import email, links
from config.email import CLOSE, OPEN, RenderedMessage, fill
from letters import outbox
from letters.models import Message, OutgoingEmail
from letters.models.post import Kind
from letters.pdf import is_rtl

from . import documents, publishing, updates
from .models import Campaign, CampaignText, Signature, UpdateText, User
from .plain_text import plain_text

MARKERS = ("name", "stop_url", "manage_url")
PURPOSE_STOP = "news"


def rendered(text: UpdateText, test: bool = False) -> RenderedMessage:
    update, language = text.update, text.language
    campaign = update.campaign
    organisation = campaign.organisation
    page_url = links.absolute(campaign.address_in(_page_language(campaign, language)))
    context = {
        "test": test,
        "title": text.title,
        "body_html": publishing.markdown(text.body),
        "body_text": plain_text(text.body),
        "text_language": language,
        "text_bidi": is_rtl(language),
        "campaign_title": _title(campaign, language),
        "organisation_name": organisation.in_language("name", language),
        "postal_address": "\n".join(documents.sender_lines(organisation, language)),
        "news_url": f"{page_url}#{updates.anchor(update)}" if update.on_page else "",
    }
    return email.render("campaigns/email/update", context, language, MARKERS)


def _page_language(campaign: Campaign, language: str) -> str:
    current = CampaignText.objects.current().filter(campaign=campaign, language=language)
    return language if current.exists() else campaign.language


def _title(campaign: Campaign, language: str) -> str:
    current = CampaignText.objects.current().filter(campaign=campaign, language=language)
    return current.values_list("title", flat=True).first() or campaign.title


def message(text: UpdateText) -> Message:
    """What all its readers share. Its headers let their mail programs stop it with one press (RFC 8058)."""
    headers = {
        "List-Unsubscribe": f"<{OPEN}stop_url{CLOSE}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<{text.update.campaign.slug}.{settings.MAIL_DOMAIN}>",
    }
    return outbox.message(rendered(text), headers)


def queue(text: UpdateText, shared: Message, signature: Signature, actor: str) -> OutgoingEmail:
    """Raises outbox.BadAddress. What they answer reaches the organisation."""
    organisation = text.update.campaign.organisation
    return outbox.queue(
        sender=organisation.sender,
        message=shared,
        to=signature.email,
        to_name=signature.name,
        kind=Kind.UPDATE,
        values=values_of(signature),
        reply_to=organisation.contact_email,
        actor=actor,
    )


def values_of(signature: Signature) -> dict[str, str]:
    return {
        "name": signature.name,
        "stop_url": links.link(PURPOSE_STOP, "campaigns:news_stop", signature.uuid),
        "manage_url": links.link("signature", "campaigns:signature", signature.uuid),
    }


def sample(text: UpdateText) -> RenderedMessage:
    """As one of its readers gets it, with nobody's name and links that lead nowhere."""
    made, nowhere = rendered(text), links.absolute("/…/")
    with override(text.language):
        nameless = _("Supporter’s name")
    values = {"name": nameless, "stop_url": nowhere, "manage_url": nowhere}
    return RenderedMessage(fill(made.subject, values), fill(made.text, values), fill(made.html, values, html=True))


def queue_test(text: UpdateText, reader: User) -> OutgoingEmail:
    """To who wrote it. A notice, so that it is there at once, and not behind the updates of a day."""
    organisation = text.update.campaign.organisation
    with override(text.language):
        nameless = _("Supporter’s name")
    return outbox.queue(
        sender=organisation.sender,
        message=outbox.message(rendered(text, test=True)),
        to=reader.email,
        to_name=reader.name,
        kind=Kind.NOTICE,
        values={"name": reader.name or nameless},
        reply_to=organisation.contact_email,
        actor=f"account {reader.pk}",
    )
