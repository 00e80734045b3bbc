"""Every email and the plain letter, word for word, in English and Arabic.

UPDATE_GOLDEN=1 writes the files anew; the difference is then for a person to read.
"""

import os
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.utils.html import strip_tags

from campaigns import choosing, emails, emails_to_organisers, living, update_emails, writing
from campaigns.models import Campaign, CampaignLetter, Invitation, Organisation, Signature
from config.email import fill
from letters.letter_text import letter_text, subject_line
from letters.models import Letter, OutgoingEmail

from .campaigns.factories import (
    make_campaign,
    make_campaign_letter,
    make_invitation,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    text_of,
)
from .campaigns.newsroom import make_update

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).parent / "golden"
DAY = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("UTC"))
LANGUAGES = ("en", "ar")
UPDATE = {
    "en": (
        "The council has met",
        "It *decided* nothing.\n\n- [The minutes](https://example.org/minutes)\n- Write again",
    ),
    "ar": ("اجتمع المجلس", "لم **يقرر** شيئا.\n\n> سنعود"),
}
NAMES = {"en": "Alice Ahmed", "ar": "أليس أحمد"}
LINK = re.compile(
    r"(http://testserver/(?:confirm|signature|letter/confirm|letter/answer|letter|news/stop"
    r"|organise/(?:ar/)?invitations)/)[\w.-]+/"
)


@pytest.fixture(autouse=True)
def _one_day() -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=DAY):
        yield


@pytest.fixture
def campaign() -> Campaign:
    arabic = {"ar": {"name": "أصدقاء المكتبة"}}
    return make_campaign(
        slug="library", arabic=True, organisation=make_organisation(slug="friends", translations=arabic)
    )


def signature(campaign: Campaign, language: str) -> Signature:
    text = text_of(campaign, language)
    return make_signature(
        campaign, text=text, name=NAMES[language], email="alice@example.org", erase_on=date(2028, 11, 20)
    )


def kept_letter(campaign: Campaign, language: str, **fields: Any) -> CampaignLetter:
    _, _, representative = make_seat(name="Imogen Yarborough")
    letter = written_letter(campaign, language)
    letter.representative = representative
    kept = make_campaign_letter(campaign, representative, letter=letter, text=text_of(campaign, language), **fields)
    CampaignLetter.objects.update(created_at=DAY)
    kept.refresh_from_db()
    return kept


def kept_letters(campaign: Campaign, language: str) -> list[CampaignLetter]:
    """Three written at once: one by email, one on paper, one that is merged."""
    letters = []
    for name, fields in (
        ("Imogen Yarborough", {}),
        ("Wallace Quarmby", {"by_hand": True}),
        ("Zoe Xu", {"to_merge": True}),
    ):
        kept = kept_letter(campaign, language, **fields)
        kept.letter.recipient_name = name
        kept.letter.save()
        letters.append(kept)
    return letters


def copied(letters: list[CampaignLetter]) -> OutgoingEmail:
    email = emails.copies(letters)
    assert email is not None
    return email


def invitation_of(campaign: Campaign, language: str) -> Invitation:
    alice = make_user("alice@example.org", language=language)
    return make_invitation(campaign.organisation, invited_by=alice)


def refused(campaign: Campaign) -> Organisation:
    organisation = campaign.organisation
    organisation.approved_at, organisation.refused_why = None, "Please say who stands behind it."
    return organisation


def written_letter(campaign: Campaign, language: str) -> Letter:
    _, _, representative = make_seat(name="Imogen Yarborough")
    text = text_of(campaign, language)
    draft = writing.draft(text, choosing.Approach([representative]))
    address = "1 High Street\nNORTHTOWN\nZZ9 9ZZ"
    written = writing.Written([representative], draft.subject, draft.body, NAMES[language], address)
    return writing.letter_from(text, written, representative, "alice@example.org")


def email_in_full(email: OutgoingEmail) -> str:
    """As it is read: subject, text, and the HTML without its markup. What is signed changes every second."""
    assert email.message is not None
    markup = fill(email.message.html, email.values, html=True)
    assert fill(email.message.text, email.values).count("http")
    words = re.sub(r"\n\s*\n+", "\n", strip_tags(re.sub(r"(?s)<title>.*?</title>", "", markup))).strip()
    whole = "\n".join(
        [
            f"Subject: {fill(email.message.subject, email.values)}",
            f"To: {email.to_name} <{email.to_address}>",
            "",
            fill(email.message.text, email.values),
            "--- HTML ---",
            words,
            "",
        ]
    )
    return LINK.sub(r"\1…/", whole)


def update_email(campaign: Campaign, language: str) -> OutgoingEmail:
    """In Arabic without the link to the page, and with what only some have."""
    update = make_update(campaign, UPDATE, pk=1, on_page=language == "en")
    text = update.texts.select_related("update__campaign__organisation__sender").get(language=language)
    return update_emails.queue(text, update_emails.message(text), signature(campaign, language), "system")


def check(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: UPDATE_GOLDEN=1 writes it"
    assert text == path.read_text(encoding="utf-8")


EMAILS = {
    "confirm": lambda campaign, language: emails.confirm_signature(signature(campaign, language)),
    "reminder": lambda campaign, language: emails.confirm_signature(signature(campaign, language), reminder=True),
    "already": lambda campaign, language: emails.already_signed(
        signature(campaign, language), text_of(campaign, language)
    ),
    "taken": lambda campaign, language: emails.places_are_taken(
        signature(campaign, language), text_of(campaign, language), NAMES[language]
    ),
    "removed": lambda campaign, language: emails.signature_removed(
        signature(campaign, language), text_of(campaign, language)
    ),
    "letter_confirm": lambda campaign, language: emails.confirm_letters([kept_letter(campaign, language)]),
    "hand_in_confirm": lambda campaign, language: emails.confirm_letters(
        [kept_letter(campaign, language, by_hand=True)]
    ),
    "merge_confirm": lambda campaign, language: emails.confirm_letters(
        [kept_letter(campaign, language, to_merge=True)]
    ),
    "letters_confirm": lambda campaign, language: emails.confirm_letters(kept_letters(campaign, language)),
    "letter_copy": lambda campaign, language: copied(kept_letters(campaign, language)[:2]),
    "answered": lambda campaign, language: emails.ask_for_answers(kept_letters(campaign, language)),
    "letter_already": lambda campaign, language: emails.letters_already_sent(kept_letters(campaign, language)[:2]),
    "update": lambda campaign, language: update_email(campaign, language),
    "not_published": lambda campaign, language: emails.not_published(
        campaign,
        make_user("alice@example.org", name=NAMES[language], language=language),
        living.NOT_PUBLISHED["approval"],
    ),
    "invitation": lambda campaign, language: emails_to_organisers.invitation(invitation_of(campaign, language)),
    "waits": lambda campaign, language: emails_to_organisers.organisation_waits(
        campaign.organisation, make_user("operator@example.org", name=NAMES[language], language=language)
    ),
    "decided": lambda campaign, language: emails_to_organisers.organisation_decided(
        refused(campaign), make_user("alice@example.org", name=NAMES[language], language=language)
    ),
    "withheld": lambda campaign, language: emails_to_organisers.campaign_withheld(
        campaign,
        make_user("alice@example.org", name=NAMES[language], language=language),
        "It accuses a clerk by name.\n\nTake that out, then write to us.",
    ),
    "bursts": lambda campaign, language: emails_to_organisers.bursts_seen(
        campaign.organisation, make_user("dora@example.org", name="Dora", language=language), [(campaign, 2, 412)]
    ),
    "reached": lambda campaign, language: emails_to_organisers.campaign_reached(
        campaign, make_user("alice@example.org", name=NAMES[language], language=language), 250
    ),
    "reported": lambda campaign, language: emails_to_organisers.campaigns_reported(
        make_user("operator@example.org", name="Olga", language=language), 2
    ),
    "notice_of_reports": lambda campaign, language: emails.post_notice(
        campaign.organisation,
        make_user("alice@example.org", name=NAMES[language]),
        {"stops": 0, "reported": 3},
        language,
    ),
    "notice_of_both": lambda campaign, language: emails.post_notice(
        campaign.organisation,
        make_user("alice@example.org", name=NAMES[language]),
        {"stops": 1, "reported": 3},
        language,
    ),
    "notice": lambda campaign, language: emails.post_notice(
        campaign.organisation,
        make_user("alice@example.org", name=NAMES[language]),
        {"stops": 1, "bounced": 2, "held": 3, "failed": 4, "trouble": True},
        language,
    ),
}

# Those with a button that does what they ask for.
ASKING = ("confirm", "reminder", "letter_confirm", "letters_confirm", "merge_confirm", "hand_in_confirm", "answered")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EMAILS)
def test_the_email_says_what_it_has_always_said(campaign: Campaign, name: str, language: str) -> None:
    check(f"email_{name}.{language}", email_in_full(EMAILS[name](campaign, language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plain_letter_says_what_it_has_always_said(campaign: Campaign, language: str) -> None:
    letter = written_letter(campaign, language)
    check(f"letter.{language}", f"Subject: {subject_line(letter)}\n\n{letter_text(letter)}")


def test_every_template_of_an_email_has_its_golden_text() -> None:
    folder = Path(emails.__file__).parent / "templates" / "campaigns" / "email"
    templates = {path.name.removesuffix(".subject.txt") for path in folder.glob("*.subject.txt")}
    assert templates == {name.partition("_of_")[0] for name in EMAILS}  # of one there are several sorts
    files = {f"email_{name}.{language}.txt" for name in EMAILS for language in LANGUAGES}
    assert {path.name for path in GOLDEN.glob("*.txt")} == files | {f"letter.{language}.txt" for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EMAILS)
def test_every_place_in_an_email_is_filled(campaign: Campaign, name: str, language: str) -> None:
    """A link that the template calls otherwise than the code does would be missing without a word."""
    email = EMAILS[name](campaign, language)
    assert email.message is not None
    for whole in (email.message.subject, email.message.text, email.message.html):
        named = set(re.findall("\ue000(\\w+)\ue001", whole))
        assert named <= set(email.values)
    expected = {"name", "manage_url"} | ({"action_url"} if name in ASKING else set())
    for part in (email.message.text, email.message.html):
        assert expected <= set(re.findall("\ue000(\\w+)\ue001", part))
        assert not re.search(r'href=""|:\n\n(?! )', fill(part, email.values)), "an empty place"


def test_the_html_of_an_arabic_email_is_set_from_right_to_left(campaign: Campaign) -> None:
    email = EMAILS["confirm"](campaign, "ar")
    assert email.message is not None and '<html lang="ar" dir="rtl">' in email.message.html


def test_two_people_share_the_text_and_none_of_it_is_personal(campaign: Campaign) -> None:
    first = emails.confirm_signature(make_signature(campaign, name="Alice Ahmed"))
    second = emails.confirm_signature(make_signature(campaign, name="Bob Brown"))
    assert first.message == second.message and first.message is not None
    assert not re.search("Alice|Bob|alice|/confirm/", first.message.text + first.message.html + first.message.subject)
