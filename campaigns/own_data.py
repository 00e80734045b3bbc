"""Everything kept about one person, as data: for the person, by their own link or by somebody who answers for it."""

from collections.abc import Iterable
from typing import Any

from config.crypto import email_keys
from letters.models import OutgoingEmail, Sender

from . import posting, promises
from .models import CampaignLetter, Reported, Signature, UpdateRecipient

OF_A_LETTER = ("letter", "text", "consent", "outgoing", "merged__outgoing")


def of_signature(signature: Signature) -> dict[str, Any]:
    """With what they wrote through the same campaign, the news they were sent and what was done about it."""
    sender = signature.campaign.organisation.sender
    letters = posting.letters_of(signature).filter(anonymised_at__isnull=True).select_related(*OF_A_LETTER)
    return of_signature_alone(signature) | {
        "letters": of_letters(letters),
        "emails": emails_to(signature.email, sender),
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


def emails_to(address: str, sender: Sender | None) -> list[dict[str, Any]]:
    """The emails that still name them, those of one organisation or of all: when, what for and what became of each."""
    rows = OutgoingEmail.objects.belonging_to(email_keys(address)).unscrubbed()
    if sender is not None:
        rows = rows.filter(sender=sender)
    return [
        {"kind": row.kind, "to": row.to_address, "accepted_at": row.created_at, "state": row.state}
        for row in rows.order_by("pk")
    ]
