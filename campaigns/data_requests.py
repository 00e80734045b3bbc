"""Somebody asks an organisation, or the operator, what is kept of them, or to have it erased: found by one whole
address, and noted in the log without it."""

from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from config.crypto import email_keys
from letters import outbox
from letters.models import OutgoingEmail, Sender, Suppression

from . import logbook, own_data, posting, signing
from .models import CampaignLetter, MergedLetter, Organisation, Signature, SignedAgain, User
from .sharing import bare


@dataclass(frozen=True)
class Found:
    """What stands at one address, and who asks: one organisation's owner, or the operator for all of them."""

    address: str
    organisation: Organisation | None
    signatures: list[Signature]
    letters: list[CampaignLetter]
    emails: int
    suppressed: bool

    def __bool__(self) -> bool:
        return bool(self.signatures or self.letters or self.emails)

    @property
    def sender(self) -> Sender | None:
        """Whose emails are meant; None: everybody's."""
        return self.organisation.sender if self.organisation is not None else None

    @property
    def names(self) -> list[str]:
        """Of the people who share it, each once."""
        named = [one.name for one in self.signatures] + [one.letter.sender_name for one in self.letters]
        return list({bare(name): name for name in named if name}.values())

    def of(self, name: str) -> "Found":
        """Of one of them alone. Emails belong to the address, and stay out of it."""
        if not name:
            return self
        wanted = bare(name)
        return Found(
            self.address,
            self.organisation,
            [one for one in self.signatures if bare(one.name) == wanted],
            [one for one in self.letters if bare(one.letter.sender_name) == wanted],
            0,
            self.suppressed,
        )

    @property
    def organisations(self) -> list[Organisation]:
        held = [one.campaign.organisation for one in self.signatures]
        held += [one.campaign.organisation for one in self.letters]
        if self.organisation is not None:
            held.append(self.organisation)
        return list({one.pk: one for one in held}.values())


def note_look(found: Found, user: User) -> None:
    """Who looks is noted, as it is to learn who signed. What is done then is noted by itself."""
    for one in found.organisations:
        logbook.note(one, user, "person.data_found")


def look(address: str, user: User, organisation: Organisation | None = None) -> Found:
    keys = email_keys(address)
    signatures = Signature.objects.filter(email_key__in=keys, anonymised_at__isnull=True)
    signatures = signatures.select_related(
        "text", "area", "consent", "updates_consent", "campaign__organisation__sender"
    )
    letters = CampaignLetter.objects.filter(email_key__in=keys, anonymised_at__isnull=True)
    letters = letters.select_related(*own_data.OF_A_LETTER, "campaign__organisation__sender")
    emails = OutgoingEmail.objects.belonging_to(keys).unscrubbed()
    if organisation is not None:
        signatures = signatures.filter(campaign__organisation=organisation)
        letters = letters.filter(campaign__organisation=organisation)
        emails = emails.filter(sender=organisation.sender_id)
    return Found(
        address,
        organisation,
        list(signatures.order_by("pk")),
        list(letters.order_by("pk")),
        emails.exclude(pk__in=_of_many(keys)).count(),
        Suppression.objects.filter(key__in=keys).exists(),
    )


def _of_many(keys: list[str]) -> set[int]:
    """Letters of many, to which the organisation answers, and whose address this may be."""
    rows = MergedLetter.objects.filter(outgoing__reply_key__in=keys).values_list("outgoing_id", flat=True)
    return {pk for pk in rows if pk is not None}


def take_out(found: Found, user: User) -> dict[str, Any]:
    """All of it, for the person."""
    data = {
        "address": found.address,
        "signatures": [
            own_data.of_signature_alone(one) | {"organisation": one.campaign.organisation.name}
            for one in found.signatures
        ],
        "letters": own_data.of_letters(found.letters),
        "emails": own_data.emails_to(found.address, found.sender) if found.emails else [],
        "gets_no_more_email": found.suppressed,
    }
    _note_numbers(found, user, "person.data_exported")
    return data


def erase(found: Found, user: User, whole: bool) -> None:
    """At once. `whole`: nobody else has the address, so the mail to it goes too."""
    actor = "the operator" if found.organisation is None else "an organiser"
    with transaction.atomic():
        _note_numbers(found, user, "person.data_erased")
        if whole:
            _laid_down(found).delete()  # first, as signing.erase() does
        for signature in found.signatures:
            signing.erase(signature, actor=actor)
        left = CampaignLetter.objects.filter(pk__in=[one.pk for one in found.letters], anonymised_at__isnull=True)
        if left:
            posting.erase(left)
        if whole:
            keys = email_keys(found.address)
            outbox.forget(found.address, actor, _of_many(keys), found.sender)


def _laid_down(found: Found) -> models.QuerySet[SignedAgain]:
    """Forms that nobody has taken up, of whatever name: they would bring the address back."""
    rows = SignedAgain.objects.filter(email_key__in=email_keys(found.address))
    if found.organisation is not None:
        rows = rows.filter(text__campaign__organisation=found.organisation)
    return rows


def _note_numbers(found: Found, user: User, what: str) -> None:
    for organisation in found.organisations:
        signatures = sum(one.campaign.organisation_id == organisation.pk for one in found.signatures)
        letters = sum(one.campaign.organisation_id == organisation.pk for one in found.letters)
        logbook.note(organisation, user, what, signatures=signatures, letters=letters)
