"""“Did they answer?”, asked once; and what people say to it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import answering, merging, posting, restoring, retention
from campaigns.models import Campaign, CampaignLetter, Organisation
from config import links
from letters.models import OutgoingEmail, Representative
from letters.models.post import State
from tests.letters.factories import make_constituency, make_representative

from .factories import email_text, make_campaign, make_seat
from .letters_kept import SENT, goes, letters_out, written, written_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Representative]:
    seat = make_constituency(make_seat()[0])
    return [make_representative(seat, name=name) for name in ("Imogen Yarborough", "Wallace Quarmby", "Zoe Xu")]


@pytest.fixture
def campaign(people: list[Representative]) -> Campaign:
    return make_campaign(slug="library", legislature=people[0].legislature)


def aged(days: float) -> None:
    """Everything that has happened so far was so long ago."""
    then = timezone.now() - timedelta(days=days)
    for field in ("confirmed_at", "handed_over_at", "printed_at"):
        CampaignLetter.objects.filter(**{f"{field}__isnull": False}).update(**{field: then})
    CampaignLetter.objects.update(created_at=then)
    OutgoingEmail.objects.filter(settled_at__isnull=False).update(settled_at=then, created_at=then)


def gone(campaign: Campaign, to: Representative, days: float = 15, **fields: Any) -> CampaignLetter:
    """Confirmed, and accepted by the mail server so long ago."""
    kept = written(campaign, to, **fields)
    posting.confirm(kept)
    goes(letters_out()[-1], *SENT)
    aged(days)
    kept.refresh_from_db()
    return kept


def questions() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(kind="notice").order_by("pk"))


def link_of(email: OutgoingEmail) -> str:
    found = re.search(r"http://testserver(/letter/answer/[^/\s]+/)", email_text(email))
    assert found
    return found[1]


def test_after_its_days_the_writer_is_asked_once(campaign: Campaign, people: list[Representative]) -> None:
    kept = gone(campaign, people[0], days=13.9)
    assert answering.ask() == 0
    aged(14.1)
    assert answering.ask() == 1 and answering.ask() == 0
    [email] = questions()
    assert (email.to_address, email.sender) == ("alice@example.org", campaign.organisation.sender)
    assert "Imogen Yarborough" in email_text(email)
    kept.refresh_from_db()
    assert kept.asked_at is not None


def test_of_several_written_at_once_one_email_asks(campaign: Campaign, people: list[Representative]) -> None:
    kept = written_to(campaign, *people)
    posting.confirm(kept[0])
    for email in letters_out()[:2]:
        goes(email, *SENT)
    goes(letters_out()[2], *SENT, State.BOUNCED)
    aged(15)
    assert answering.ask() == 1
    text = email_text(questions()[0])
    assert "Imogen Yarborough" in text and "Wallace Quarmby" in text and "Zoe Xu" not in text, "it never got there"
    # Sent on to another address, it went later; nobody is asked a second time for that.
    OutgoingEmail.objects.filter(kind="letter", state="bounced").update(state="sent")
    assert answering.ask() == 0


def test_one_email_asks_one_person_about_letters_of_different_days(
    campaign: Campaign, people: list[Representative]
) -> None:
    gone(campaign, people[0])
    gone(campaign, people[1])
    gone(campaign, people[2], email="bob@example.org", name="Bob Brown")
    assert answering.ask() == 2
    assert sorted(email.to_address for email in questions()) == ["alice@example.org", "bob@example.org"]


def test_two_sweepers_at_once_ask_once(campaign: Campaign, people: list[Representative]) -> None:
    kept = gone(campaign, people[0])
    now = timezone.now()
    assert answering._ask(kept.pk, now) and not answering._ask(kept.pk, now)
    assert len(questions()) == 1


@pytest.mark.parametrize("what", ["withdrawn", "erased", "bounced", "failed", "anonymised", "answered", "queued"])
def test_who_cannot_have_an_answer_is_not_asked(campaign: Campaign, people: list[Representative], what: str) -> None:
    kept = gone(campaign, people[0])
    rows, emails = CampaignLetter.objects.all(), OutgoingEmail.objects.filter(kind="letter")
    if what == "withdrawn":
        rows.update(state="withdrawn")
    elif what == "erased":
        posting.erase(rows)
    elif what == "anonymised":
        retention.forget_letters(rows, timezone.now())
    elif what == "answered":
        answering.say(kept, "yes")
    else:
        emails.update(state=what)
    assert answering.ask() == 0 and questions() == []


@pytest.mark.parametrize("what", ["not approved", "archived", "switched off"])
def test_nobody_is_asked_for_a_campaign_that_is_over(
    campaign: Campaign, people: list[Representative], what: str, settings: Settings
) -> None:
    gone(campaign, people[0])
    if what == "not approved":
        Organisation.objects.update(approved_at=None)
    elif what == "archived":
        Campaign.objects.update(state="archived")
    else:
        settings.LETTER_ASK_DAYS = 0
    assert answering.ask() == 0


@pytest.mark.parametrize("road", ["handed_over_at", "printed_at"])
def test_a_letter_on_paper_is_asked_about_too(campaign: Campaign, people: list[Representative], road: str) -> None:
    kept = written(campaign, people[0], by_hand=True)
    posting.confirm(kept)
    CampaignLetter.objects.update(**{road: timezone.now()})
    aged(15)
    assert answering.ask() == 1


def test_one_among_many_in_one_letter_is_not_asked_for_its_answer_goes_to_the_organisers(
    client: Client, campaign: Campaign, people: list[Representative]
) -> None:
    kept = [
        written(campaign, people[0], email=f"{name}@example.org", name=name, to_merge=True) for name in ("alice", "bob")
    ]
    for one in kept:
        posting.confirm(one)
    aged(2)
    merging.due()
    goes(letters_out()[0], *SENT)
    aged(15)
    assert answering.ask() == 0
    page = client.get(links.link("letter", "campaigns:letter_manage", kept[0].uuid)).content.decode()
    assert "Did they answer?" not in page and "Answers to it go to the organisers" in page


def test_the_question_keeps_to_the_days_that_were_promised(
    campaign: Campaign, people: list[Representative], settings: Settings
) -> None:
    """Confirmed so late that its days are over before the question comes, a letter is not asked about."""
    kept = gone(campaign, people[0], days=13)
    CampaignLetter.objects.update(created_at=timezone.now() - timedelta(days=settings.LETTER_RETENTION_DAYS + 1))
    retention.anonymise_expired()
    aged(15)
    kept.refresh_from_db()
    assert kept.email == "" and answering.ask() == 0


def test_a_mail_scanner_says_nothing_and_a_press_does(
    client: Client, campaign: Campaign, people: list[Representative]
) -> None:
    kept = gone(campaign, people[0])
    answering.ask()
    link = link_of(questions()[0])
    for request in (client.get, client.head):
        assert request(f"{link}?answer=yes&letter={kept.uuid}").status_code == 200
    assert CampaignLetter.objects.get().answer == ""
    page = client.get(link).content.decode()
    assert page.count("<button") == 2 and "Imogen Yarborough" in page
    assert "Your answer is noted" in client.post(link, {"letter": kept.uuid, "answer": "no"}).content.decode()
    assert CampaignLetter.objects.get().answer == "no"
    client.post(link, {"letter": kept.uuid, "answer": "yes"})
    assert CampaignLetter.objects.get().answer == "yes", "it can be changed"


@pytest.mark.parametrize("form", [{}, {"answer": "yes"}, {"letter": "x", "answer": "yes"}, {"answer": "maybe"}])
def test_a_form_that_says_nothing_notes_nothing(
    client: Client, campaign: Campaign, people: list[Representative], form: dict[str, str]
) -> None:
    kept = gone(campaign, people[0])
    answering.ask()
    if form.get("answer") == "maybe":
        form = form | {"letter": str(kept.uuid)}
    assert client.post(link_of(questions()[0]), form).status_code == 422
    assert CampaignLetter.objects.get().answer == ""


def test_the_link_of_one_person_answers_for_no_other(
    client: Client, campaign: Campaign, people: list[Representative]
) -> None:
    gone(campaign, people[0])
    bobs = gone(campaign, people[1], email="bob@example.org", name="Bob Brown")
    answering.ask()
    link = link_of(next(email for email in questions() if email.to_address == "alice@example.org"))
    assert client.post(link, {"letter": bobs.uuid, "answer": "yes"}).status_code == 422
    assert set(CampaignLetter.objects.values_list("answer", flat=True)) == {""}


def test_the_link_has_a_purpose_of_its_own(client: Client, campaign: Campaign, people: list[Representative]) -> None:
    kept = gone(campaign, people[0])
    answer, manage = links.token("letter-answer", kept.uuid), links.token("letter", kept.uuid)
    for path in (f"/letter/answer/{manage}/", f"/letter/{answer}/", f"/letter/confirm/{answer}/"):
        assert client.post(path, {"letter": kept.uuid, "answer": "yes"}).status_code == 404


def test_erasing_the_letter_erases_the_question(
    client: Client, campaign: Campaign, people: list[Representative]
) -> None:
    gone(campaign, people[0])
    answering.ask()
    link = link_of(questions()[0])
    posting.erase(CampaignLetter.objects.all())
    [email] = questions()
    assert (email.state, email.to_address, email.values) == ("cancelled", "", {})
    assert client.get(link).status_code == 410


def test_what_is_wrong_with_one_keeps_no_other_from_being_asked(
    campaign: Campaign, people: list[Representative], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = gone(campaign, people[0])
    gone(campaign, people[1], email="bob@example.org", name="Bob Brown")
    real = answering._ask

    def fails_for_one(pk: int, now: Any) -> bool:
        if pk == first.pk:
            raise RuntimeError("on purpose")
        return real(pk, now)

    monkeypatch.setattr(answering, "_ask", fails_for_one)
    assert answering.ask() == 1


def test_after_a_restore_nobody_is_asked_who_may_have_been_asked_already(
    campaign: Campaign, people: list[Representative]
) -> None:
    gone(campaign, people[0])
    later = gone(campaign, people[1], email="bob@example.org", name="Bob Brown")
    OutgoingEmail.objects.filter(letter=later.letter).update(settled_at=timezone.now())
    restoring.quieten(timezone.now())
    assert answering.ask() == 0
    aged(15)
    assert answering.ask() == 1, "whose time has not come is asked in time"
