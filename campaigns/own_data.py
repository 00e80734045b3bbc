"""Everything kept about one person, as data: for the person, by their own link or by somebody who answers for it."""

from collections.abc import Iterable
from typing import Any

from config.crypto import email_keys
from letters.models import OutgoingEmail, Sender
from letters.models.post import Kind

from . import posting, promises
from .models import CampaignLetter, Reported, Signature, UpdateRecipient
from .sharing import bare

OF_A_LETTER = ("letter", "text", "consent", "outgoing", "merged__outgoing")


def of_signature(signature: Signature) -> dict[str, Any]:
    """With what they wrote through the same campaign, the news they were sent and what was done about it."""
    sender = signature.campaign.organisation.sender
    letters = list(posting.letters_of(signature).filter(anonymised_at__isnull=True).select_related(*OF_A_LETTER))
    names = [signature.name, *(kept.letter.sender_name for kept in letters)]
    return of_signature_alone(signature) | {
        "letters": of_letters(letters),
        "emails": emails_to(signature.email, sender, names),
    }


def of_signature_alone(signature: Signature) -> dict[str, Any]:
    latest, months = promises.erased_by(signature)
    reported = Reported.objects.filter(signature=signature).first()
    return signature.as_data() | {
        "erased_by": latest,
        "erased_months_after_closing": months,
        "updates_sent": [
            {"title": title, "sent_at": sent.email.created_at if sent.email else None}
            for sent in UpdateRecipient.objects.filter(signature=signature).select_related("update", "email")
            for title in sent.update.texts.filter(language=signature.text.language).values_list("title", flat=True)[:1]
            or [""]
        ],
        "reported_times": reported.times if reported else 0,
        "reported_decision": reported.decision if reported else "",
    }


def of_letters(letters: Iterable[CampaignLetter]) -> list[dict[str, Any]]:
    return [letter.as_data() | {"kept_until": promises.letter_kept_until(letter)} for letter in letters]


def emails_to(address: str, sender: Sender | None, names: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The emails that still name them, those of one organisation or of all: when, what for and what became of each.
    With `names`, those to or by whoever is called so: somebody else may have the same address."""
    rows = OutgoingEmail.objects.belonging_to(email_keys(address)).unscrubbed()
    if sender is not None:
        rows = rows.filter(sender=sender)
    wanted = {bare(name) for name in names}
    return [
        {"kind": row.kind, "to": row.to_address, "accepted_at": row.created_at, "state": row.state}
        for row in rows.select_related("letter").order_by("pk")
        if not wanted or bare(_person(row)) in wanted
    ]


def _person(email: OutgoingEmail) -> str:
    """Of a letter it is the one who wrote it."""
    return email.letter.sender_name if email.kind == Kind.LETTER and email.letter else email.to_name
