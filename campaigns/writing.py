"""Writing to one's representatives: the prefilled letter, its three roads, and the one that is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from urllib.parse import quote
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from config import links
from config.crypto import email_key, email_keys
from letters import composing
from letters.letter_text import letter_text, subject_line
from letters.models import Letter, Representative

from . import asking, choosing, consent, posting
from .choosing import Approach
from .models import Campaign, CampaignLetter, CampaignText, Signature, ToBeAsked

PLACEHOLDERS = (*composing.PLACEHOLDERS, "campaign_url")
PLACES = ("representative", "constituency")  # those that may stay where a letter goes to several
# What mail programs take in a mailto: address without cutting it (standards.md 2.4).
MAILTO_LIMIT = 2_000


class NobodyThere(Exception):
    """Somebody whom the letters are for has left since they were written."""


@dataclass(frozen=True)
class Draft:
    """The campaign's letter. `given`: all of its words, those points too that nobody has picked."""

    subject: str
    body: str
    points: list[str]
    given: list[str]

    @property
    def open(self) -> list[str]:
        """Placeholders that are filled in for each of several only when their letters are made."""
        return [f"{{{name}}}" for name in PLACES if f"{{{name}}}" in "\n".join([self.subject, *self.given])]


@dataclass(frozen=True)
class Written:
    """What somebody wrote, cleaned. Placeholders for a representative stay, where it goes to several."""

    representatives: list[Representative]
    subject: str
    body: str
    name: str
    address: str
    copy: bool = False
    own_share: int = 100


@dataclass(frozen=True)
class Roads:
    """How letters to these people travel."""

    emailed: list[Representative]
    handed: list[Representative]  # collected, and handed over together
    posted: list[Representative]  # nobody knows an address: only by post

    @property
    def sent(self) -> list[Representative]:
        return [*self.emailed, *self.handed]


def roads(campaign: Campaign, people: Iterable[Representative]) -> Roads:
    people = list(people)
    by_hand = choosing.handed_over(campaign, people)
    others = [one for one in people if one.pk not in by_hand]
    return Roads(
        [one for one in others if one.reachable_address],
        [one for one in people if one.pk in by_hand],
        [one for one in others if not one.reachable_address],
    )


def page_address(text: CampaignText) -> str:
    return links.absolute(text.campaign.address_in(text.language))


def known_of(representative: Representative, language: str) -> dict[str, str]:
    """What can be filled in. Without a constituency its placeholder stays, for the writer to see."""
    return {name: value for name, value in composing.values_for(representative, language).items() if value}


def draft(text: CampaignText, approach: Approach, picked: Sequence[int] = ()) -> Draft:
    """The letter as it is given: its opening, the points of these numbers in this order, and what it asks.

    What is the same for all whom it goes to is filled in; the writer's {name} stays open.
    """
    first, *others = [known_of(one, text.language) for one in approach.representatives]
    values = {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}
    values["campaign_url"] = page_address(text)
    said = choosing.words(text, approach.variant)
    opening, ask = composing.compose(said.opening, values), composing.compose(said.ask, values)
    points = [composing.compose(point, values) for point in said.points]
    parts = [opening, *(points[number] for number in picked if 0 <= number < len(points)), ask]
    return Draft(
        subject=composing.compose(said.subject, values),
        body="\n\n".join(part.strip() for part in parts if part.strip()),
        points=points,
        given=[opening, *points, ask],
    )


def letter_from(text: CampaignText, written: Written, representative: Representative, email: str = "") -> Letter:
    """The letter itself, unsaved: the preview and the PDF keep nothing."""
    values = known_of(representative, text.language)
    return composing.letter_to(
        representative,
        language=text.language,
        subject=composing.compose(written.subject, values),
        body=composing.compose(written.body, values),
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


def consent_to(text: CampaignText, all_written: Sequence[Written]) -> str:
    """The words that somebody agrees to when they send these letters."""
    found = roads(text.campaign, (one for written in all_written for one in written.representatives))
    emailed, handed = ([one.name for one in people] for people in (found.emailed, found.handed))
    return consent.for_writing(
        text.campaign,
        text,
        emailed or handed,
        by_hand=not emailed,
        merged=may_be_merged(text.campaign, all_written, found),
        also_by_hand=handed if emailed else (),
    )


def may_be_merged(campaign: Campaign, all_written: Sequence[Written], found: Roads) -> bool:
    """Whether any of these letters is to go as one with those of others."""
    reached = {one.pk for one in found.emailed}
    return campaign.merge_identical and any(
        written.own_share == 0 and any(one.pk in reached for one in written.representatives) for written in all_written
    )


def send(text: CampaignText, written: Written, email: str, signature: Signature | None = None) -> None:
    send_all(text, [written], email, signature)


def send_all(
    text: CampaignText, all_written: Sequence[Written], email: str, signature: Signature | None = None
) -> list[CampaignLetter]:
    """Keeps the letters, whoever wrote them; a moment later asking.take_up() asks their writer to confirm them.

    `signature` is a confirmed one whose link brought the writer here: where `email` is its address, that is proved
    already, and what can go goes at once; it is returned. Raises NobodyThere, and then has kept nothing."""
    people = {one.pk: one for written in all_written for one in written.representatives}
    found = roads(text.campaign, people.values())
    with transaction.atomic():
        made = _kept(text, all_written, email, found, signature)
        if not is_proved(email, signature):
            ToBeAsked.objects.create(letters=made[0].together or made[0].uuid)
            return []
        for one in sorted(found.sent, key=attrgetter("pk")):  # in one order, so that no two wait for each other
            posting.one_at_a_time(text.campaign_id, email, one)
        made = asking.to_go(made)
        if made and any(fate.problem for fate in posting.confirm(made[0])):
            raise NobodyThere
        return made


def is_proved(email: str, signature: Signature | None) -> bool:
    """Whether it is the address of the confirmed signature whose link brought the writer here."""
    return signature is not None and email_key(email) in email_keys(signature.email)


def _kept(
    text: CampaignText,
    all_written: Sequence[Written],
    email: str,
    found: Roads,
    signature: Signature | None,
) -> list[CampaignLetter]:
    to = {one.pk for one in found.sent}
    wanted = [(written, one) for written in all_written for one in written.representatives if one.pk in to]
    letters = Letter.objects.bulk_create([letter_from(text, written, one, email) for written, one in wanted])
    agreed = consent.record(consent_to(text, all_written))
    handed = {one.pk for one in found.handed}
    together = uuid4() if len(wanted) > 1 else None
    return CampaignLetter.objects.bulk_create(
        CampaignLetter(
            campaign=text.campaign,
            text=text,
            letter=letter,
            representative=one,
            signature=signature,
            email=email,
            email_key=email_key(email),
            by_hand=one.pk in handed,
            months_kept=text.campaign.retention_months,
            days_kept=text.campaign.days_of_letters,
            consent=agreed,
            consent_at=timezone.now(),
            together=together,
            copy_wanted=written.copy,
            own_share=written.own_share,
            to_merge=text.campaign.merge_identical and not written.own_share and one.pk not in handed,
        )
        for letter, (written, one) in zip(letters, wanted, strict=True)
    )
