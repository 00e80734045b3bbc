"""Plain rows for tests of campaigns, and what a browser sends. Every argument may be overridden."""

import hashlib
import re
import uuid
from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from campaigns import consent, publishing, retention
from campaigns.material import pipeline, storing
from campaigns.models import (
    Campaign,
    CampaignLetter,
    CampaignText,
    Event,
    Invitation,
    Material,
    Membership,
    Organisation,
    Response,
    Signature,
    Source,
    Target,
    User,
)
from config.crypto import email_key
from config.email import fill
from letters.models import Constituency, Legislature, Letter, OutgoingEmail, Representative, Sender
from tests.letters.factories import build_letter, make_constituency, make_legislature, make_representative

_number = count(1)

WORDING: dict[str, Any] = {
    "title": "Keep the library open",
    "summary": "The council wants to close the only library in Northtown.",
    "addressed_to": "Northtown council",
    "recipient": "Northtown council",
    "body": "The library is used by 300 people a day.[^1]\n\n## Why it matters\n\nThere is no other.\n",
    "asks": ["Keep it open.", "Publish the figures."],
    "affiliation_note": "",
    "salutation": "Dear councillors,",
    "closing": "Yours,",
    "letter_subject": "The library in {constituency}",
    "letter_body": "I write about the library in {constituency}. Please read {campaign_url}.\n\nIt must stay open.",
    "notice": "",
}

WORDING_AR: dict[str, Any] = WORDING | {
    "title": "أبقوا المكتبة مفتوحة",
    "summary": "يريد المجلس إغلاق المكتبة الوحيدة.",
    "addressed_to": "مجلس البلدة",
    "recipient": "مجلس البلدة",
    "body": "يستعمل المكتبة ثلاثمئة شخص كل يوم.\n",
    "asks": ["أبقوها مفتوحة."],
    "salutation": "السادة أعضاء المجلس،",
    "closing": "مع التقدير،",
    "letter_subject": "المكتبة في {constituency}",
    "letter_body": "أكتب إليكم عن المكتبة في {constituency}.\n\nيجب أن تبقى مفتوحة.",
}

DOCUMENT = b"""# Keep the swimming pool of Easton open

*The council wants to close it in March.*

By Mara Lindqvist, 14 October 2026

Dear members of the Easton council,

You plan to close the only pool of our town. 1,240 children learned to swim there last year.

We call on you to:

- keep the pool open until a new one stands
- publish the engineer's report

On 5 December 2026 we meet in front of the town hall at noon.

Yours faithfully,

Mara Lindqvist, Easton Swimmers
Tom Okafor, Head of Hill School
"""


def make_organisation(**fields: Any) -> Organisation:
    number = next(_number)
    fields.setdefault("sender", Sender.objects.create(name=f"Friends of the Library {number}"))
    defaults = {
        "slug": f"friends-{number}",
        "name": "Friends of the Library",
        "controller": "Friends of the Library, 1 High Street, Northtown",
        "contact_email": "friends@example.org",
        "postal_address": "1 High Street\nNORTHTOWN",
        "approved_at": timezone.now(),
    }
    return Organisation.objects.create(**{**defaults, **fields})


def make_user(email: str, organisation: Organisation | None = None, role: str = "", **fields: Any) -> User:
    user = User.objects.create_user(email, "correct horse battery", **fields)
    if organisation is not None:
        Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def make_invitation(organisation: Organisation, **fields: Any) -> Invitation:
    """To Bob, as an editor, and open, unless told otherwise."""
    defaults = {"email": "bob@example.org", "role": "editor", "expires_at": timezone.now() + timedelta(days=14)}
    return Invitation.objects.create(organisation=organisation, **{**defaults, **fields})


def make_campaign(*, wording: dict[str, Any] | None = None, arabic: bool = False, **fields: Any) -> Campaign:
    """Live and with its text, unless told otherwise."""
    number = next(_number)
    fields.setdefault("organisation", None)
    fields["organisation"] = fields["organisation"] or make_organisation()
    defaults = {"slug": f"library-{number}", "state": Campaign.State.LIVE, "published_at": timezone.now()}
    campaign = Campaign.objects.create(**{**defaults, **fields})
    publishing.publish_text(campaign, campaign.language, WORDING | (wording or {}))
    if arabic:
        publishing.publish_text(campaign, "ar", WORDING_AR)
    return campaign


def text_of(campaign: Campaign, language: str = "") -> CampaignText:
    return (
        campaign.texts.filter(language=language or campaign.language, superseded_at__isnull=True)
        .select_related("campaign__organisation__sender", "campaign__legislature")
        .get()
    )


def make_material(organisation: Organisation, content: bytes = DOCUMENT, **fields: Any) -> Material:
    """As storing.store makes it, but read in this process: the one with limits has tests of its own."""
    name = fields.setdefault("filename", f"library-{next(_number)}.md")
    fields.setdefault("draft", pipeline.data_of(content, name))
    digest = hashlib.sha256(content).hexdigest()
    kept = storages["private"].save(f"{storing.FOLDER}/{uuid.uuid4()}", ContentFile(content))
    defaults = {"file": kept, "format": "md", "size": len(content), "sha256": digest}
    return Material.objects.create(organisation=organisation, **{**defaults, **fields})


def make_facts(campaign: Campaign) -> None:
    """A target, a source, an event and a response, as a campaign has them."""
    Target.objects.create(campaign=campaign, number=1, name="The clerk", role="Clerk", organisation="Northtown council")
    source = Source.objects.create(campaign=campaign, number=1, title="Visitors in 2026", publication="Northtown Post")
    Event.objects.create(campaign=campaign, number=1, title="Read-in", date="2026-12-05", place="The library, upstairs")
    Response.objects.create(campaign=campaign, number=1, author="The clerk", text="We have read it.", source=source)


def make_seat(*postcodes: str, **representative: Any) -> tuple[Legislature, Constituency, Representative]:
    """A legislature with one seat, who sits in it, and the postcodes of the place."""
    legislature = make_legislature(name="House of Commons")
    constituency = make_constituency(legislature, *(postcodes or ("SW1A1AA",)), name="Northtown South")
    return legislature, constituency, make_representative(constituency, **representative)


def make_signature(campaign: Campaign, **fields: Any) -> Signature:
    """Confirmed and shown by name, unless told otherwise; not counted before the fold."""
    number = next(_number)
    text = fields.pop("text", None) or text_of(campaign)
    defaults = {
        "text": text,
        "state": Signature.State.CONFIRMED,
        "name": f"Alice Ahmed {number}",
        "email": f"alice{number}@example.org",
        "display": Signature.Display.NAME,
        "consent": consent.record(consent.for_signing(campaign, text)),
        "consent_at": timezone.now(),
        "confirmed_at": timezone.now(),
        "erase_on": retention.kept_until(campaign),
    }
    signature = Signature(campaign=campaign, **{**defaults, **fields})
    signature.email_key = email_key(signature.email)
    signature.show_as_chosen()
    signature.save()
    return signature


def make_campaign_letter(campaign: Campaign, representative: Representative, **fields: Any) -> CampaignLetter:
    text = text_of(campaign)
    letter: Letter = fields.pop("letter", None) or build_letter(representative)
    letter.save()
    wording = consent.for_writing(campaign, text, [representative.name])
    defaults = {
        "text": text,
        "letter": letter,
        "representative": representative,
        "email": letter.sender_email,
        "months_kept": campaign.retention_months,
        "consent": consent.record(wording),
        "consent_at": timezone.now(),
    }
    return CampaignLetter.objects.create(campaign=campaign, **{**defaults, **fields})


def signing_form(**fields: Any) -> dict[str, Any]:
    """What a browser sends when Alice signs. None takes a field out."""
    form = {
        "name": "Alice Ahmed",
        "email": "alice@example.org",
        "postcode": "",
        "country": "FR",
        "affiliation": "",
        "reason": "",
        "display": "name",
        "consent": "on",
        "leave_empty": "",
    }
    return {name: value for name, value in (form | fields).items() if value is not None}


def emails() -> list[OutgoingEmail]:
    """Every email accepted, oldest first."""
    return list(OutgoingEmail.objects.order_by("pk").select_related("message", "letter"))


def email_text(email: OutgoingEmail) -> str:
    assert email.message is not None, "this email has been erased"
    return fill(email.message.text, email.values)


def email_subject(email: OutgoingEmail) -> str:
    assert email.message is not None, "this email has been erased"
    return fill(email.message.subject, email.values)


def links_in(email: OutgoingEmail) -> dict[str, str]:
    """The paths of an email's links that act, by their first words: confirm, signature, letter/confirm, letter."""
    found = re.findall(r"http://testserver(/(confirm|signature|letter/confirm|letter)/[^/\s]+/)", email_text(email))
    return {kind: path for path, kind in found}


def subjects(rows: Iterable[OutgoingEmail] | None = None) -> list[str]:
    return [email_subject(email) for email in (emails() if rows is None else rows)]
