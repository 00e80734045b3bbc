"""The emails to those who run campaigns, and to who runs the installation: one function a message, from its sender."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from config import email, links
from letters import outbox
from letters.models import OutgoingEmail
from letters.models.post import Kind

from .models import Campaign, Invitation, Organisation, User


def language_of(reader: User | None, organisation: Organisation) -> str:
    """The reader's own, where they have said so; else that of campaigns which are all in one language of ours."""
    if reader is not None and reader.language:
        return reader.language
    used = set(Campaign.objects.filter(organisation=organisation).values_list("language", flat=True).distinct())
    known = used & set(dict(settings.LANGUAGES))
    return known.pop() if len(used) == len(known) == 1 else settings.LANGUAGE_CODE


def address(name: str, language: str, **where: str) -> str:
    """Of one of the organisers' pages, in their language."""
    spoken = {} if language == settings.LANGUAGE_CODE else {"language": language}
    return links.absolute(reverse(f"campaigns:{name}", kwargs=where | spoken))


def _queue(
    template: str,
    to: str,
    name: str,
    language: str,
    context: dict[str, object],
    manage_url: str,
    kind: Kind = Kind.NOTICE,
    **values: str,
) -> OutgoingEmail:
    """`values` are what is not for everybody's eyes, and not kept in the message."""
    values |= {"name": name or to, "manage_url": manage_url}
    rendered = email.render(f"campaigns/email/{template}", context, language, tuple(values))
    return outbox.queue(
        sender=outbox.default_sender(),
        message=outbox.message(rendered),
        to=to,
        to_name=name,
        kind=kind,
        values=values,
    )


def invitation(asked: Invitation) -> OutgoingEmail:
    """It names the organisation only once the operator has read that name: else any words could be sent to anybody."""
    organisation, reader = asked.organisation, User.objects.filter(email__iexact=asked.email).first()
    language = language_of(reader or asked.invited_by, organisation)
    approved = organisation.approved_at is not None
    with override(language):
        until = date_format(timezone.localtime(asked.expires_at), "DATE_FORMAT")
    context: dict[str, object] = {
        "organisation_name": organisation.in_language("name", language) if approved else settings.SITE_NAME,
        "approved": approved,
        "role": asked.role,
        "until": until,
        "known": asked.invited_by is not None,
    }
    link = address("invitation", language, token=links.token("invitation", asked.uuid))
    by = asked.invited_by.email if asked.invited_by else ""
    return _queue("invitation", asked.email, "", language, context, link, Kind.ACCOUNT, inviter=by)


def organisation_waits(organisation: Organisation, operator: User) -> OutgoingEmail:
    language = operator.language or settings.LANGUAGE_CODE
    context: dict[str, object] = {"organisation_name": organisation.name}
    return _queue("waits", operator.email, operator.name, language, context, address("approval", language))


def organisation_decided(organisation: Organisation, owner: User) -> OutgoingEmail:
    language = language_of(owner, organisation)
    context: dict[str, object] = {
        "organisation_name": organisation.in_language("name", language),
        "approved": organisation.approved_at is not None,
    }
    home = address("organisation_home", language, slug=organisation.slug)
    return _queue("decided", owner.email, owner.name, language, context, home, why=organisation.refused_why)


def campaign_reached(campaign: Campaign, reader: User, number: int) -> OutgoingEmail:
    """Its first signature, or so many as a goal asked for."""
    organisation = campaign.organisation
    language = language_of(reader, organisation)
    context: dict[str, object] = {
        "organisation_name": organisation.in_language("name", language),
        "campaign_title": campaign.title,
        "number": number,
        "choose_url": address("people_notices", language, slug=organisation.slug),
    }
    page = address("campaign", language, slug=campaign.slug)
    return _queue("reached", reader.email, reader.name, language, context, page)


def campaign_withheld(campaign: Campaign, owner: User, why: str) -> OutgoingEmail:
    """It was taken off the site; `why` as the operator wrote it."""
    language = language_of(owner, campaign.organisation)
    context: dict[str, object] = {
        "organisation_name": campaign.organisation.in_language("name", language),
        "campaign_title": campaign.title,
    }
    page = address("campaign", language, slug=campaign.slug)
    return _queue("withheld", owner.email, owner.name, language, context, page, why=why)


def campaigns_reported(operator: User, number: int) -> OutgoingEmail:
    """What readers said of them stands on the page alone."""
    language = operator.language or settings.LANGUAGE_CODE
    return _queue("reported", operator.email, operator.name, language, {"n": number}, address("reports", language))


def bursts_seen(organisation: Organisation, reader: User, seen: Sequence[tuple[Campaign, int, int]]) -> OutgoingEmail:
    """Of each campaign, how many bursts there are that nobody was told of, and how many signatures the greatest has."""
    language = language_of(reader, organisation)
    context: dict[str, object] = {
        "organisation_name": organisation.in_language("name", language),
        "several": len(seen) > 1,
        "seen": [
            {
                "title": campaign.title,
                "bursts": bursts,
                "greatest": greatest,
                "url": address("bursts", language, slug=campaign.slug),
            }
            for campaign, bursts, greatest in seen
        ],
        "choose_url": address("people_notices", language, slug=organisation.slug),
    }
    most, _bursts, _greatest = max(seen, key=lambda one: one[2])
    page = address("bursts", language, slug=most.slug)
    return _queue("bursts", reader.email, reader.name, language, context, page)
