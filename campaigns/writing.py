"""Writing to one's representative: the prefilled letter, its three roads, and the one that is kept."""

from dataclasses import dataclass
from urllib.parse import quote

from django.db import transaction
from django.utils import timezone

from config import links
from config.crypto import email_key, email_keys
from letters import composing, outbox
from letters.letter_text import letter_text, subject_line
from letters.models import Letter, Representative

from . import consent, emails, handing_in, posting
from .models import CampaignLetter, CampaignText, Signature

PLACEHOLDERS = (*composing.PLACEHOLDERS, "campaign_url")
# What mail programs take in a mailto: address without cutting it (standards.md 2.4).
MAILTO_LIMIT = 2_000


@dataclass(frozen=True)
class Written:
    """What somebody wrote, cleaned."""

    representative: Representative
    subject: str
    body: str
    name: str
    address: str


def page_address(text: CampaignText) -> str:
    return links.absolute(text.campaign.address_in(text.language))


def prefilled(text: CampaignText, representative: Representative) -> tuple[str, str]:
    """Subject and body of the campaign's letter; the writer's {name} stays open."""
    values = composing.values_for(representative, text.language) | {"campaign_url": page_address(text)}
    return composing.compose(text.letter_subject, values), composing.compose(text.letter_body, values)


def letter_from(text: CampaignText, written: Written, email: str = "") -> Letter:
    """The letter itself, unsaved: the preview and the PDF keep nothing."""
    return composing.letter_to(
        written.representative,
        language=text.language,
        subject=written.subject,
        body=written.body,
        sender_name=written.name,
        sender_address=written.address,
        sender_email=email,
        foot_text=text.title,
        foot_url=page_address(text),
    )


def mailto(letter: Letter, representative: Representative) -> tuple[str, bool]:
    """The address that opens the letter in one's own mail program, and whether the whole letter fits into it."""
    to = quote(representative.reachable_address, safe="@")
    start = f"mailto:{to}?subject={quote(subject_line(letter))}"
    whole = f"{start}&body={quote(letter_text(letter).replace(chr(10), chr(13) + chr(10)))}"
    return (whole, True) if len(whole) <= MAILTO_LIMIT else (start, False)


def send(text: CampaignText, written: Written, email: str, signature: Signature | None = None) -> None:
    """Keeps the letter and asks its writer to confirm it by email. A second one within LETTER_REPEAT_DAYS to the same
    representative keeps nothing; only its email says so. `signature` is a confirmed one whose link brought the writer
    here: their address is proved already, and the letter goes at once."""
    with transaction.atomic():
        posting.one_at_a_time(text.campaign_id, email, written.representative)
        letters = posting.letters_to(text.campaign_id, email, written.representative)
        if (earlier := letters.filter(posting.sent_lately()).first()) is not None:
            emails.letter_already_sent(earlier)
            return
        for waiting in letters.filter(state=CampaignLetter.State.PENDING):
            _discard(waiting)
        letter = letter_from(text, written, email)
        letter.save()
        by_hand = handing_in.is_by_hand(text.campaign, written.representative)
        wording = consent.for_writing(text.campaign, text, written.representative.name, by_hand)
        kept = CampaignLetter.objects.create(
            campaign=text.campaign,
            text=text,
            letter=letter,
            representative=written.representative,
            signature=signature,
            email=email,
            email_key=email_key(email),
            by_hand=by_hand,
            consent=consent.record(wording),
            consent_at=timezone.now(),
        )
        if signature is not None and email_key(email) in email_keys(signature.email):
            posting.confirm(kept)
        else:
            kept.confirmation = emails.confirm_letter(kept)
            kept.save(update_fields=["confirmation"])


def _discard(waiting: CampaignLetter) -> None:
    """A letter written again before the first was confirmed replaces it."""
    posting.withdraw(waiting)
    if waiting.confirmation_id:
        outbox.cancel([waiting.confirmation_id], actor="a newer letter")
