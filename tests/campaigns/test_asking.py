"""A letter that was just written: what the request keeps, and what is done with it a moment later."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.utils import timezone

from campaigns import asking, metrics, posting, writing
from campaigns.models import Campaign, CampaignLetter, ToBeAsked
from config import ratelimit
from letters.models import Letter, Representative

from .factories import emails, links_in, make_campaign, make_campaign_letter, make_seat, subjects, text_of

pytestmark = pytest.mark.django_db
ADDRESS = "alice@example.org"


@pytest.fixture
def representative() -> Representative:
    return make_seat(name="Imogen Yarborough")[2]


@pytest.fixture
def campaign(representative: Representative) -> Campaign:
    return make_campaign(slug="library", legislature=representative.legislature)


@pytest.fixture
def jonas(representative: Representative) -> Representative:
    here = {"legislature": representative.legislature, "constituency": representative.constituency}
    return Representative.objects.create(**here, name="Jonas Quill", email="jonas@parliament.example.com")


def write(campaign: Campaign, *to: Representative, body: str = "It must stay.", email: str = ADDRESS) -> None:
    written = writing.Written(list(to), "The library", body, "Alice Ahmed", "1 High Street")
    writing.send(text_of(campaign), written, email)


def bodies(**state: Any) -> list[str]:
    return [kept.letter.body for kept in CampaignLetter.objects.filter(**state).order_by("pk")]


def allow(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    limit = ratelimit.Limit(count, ratelimit.DAY, "address", "closed", "a test")
    monkeypatch.setitem(ratelimit.LIMITS, "letter_send_email", limit)


def test_the_request_keeps_the_letter_and_a_moment_later_its_writer_is_asked(
    campaign: Campaign, representative: Representative
) -> None:
    write(campaign, representative)
    kept = CampaignLetter.objects.get()
    assert (kept.state, kept.confirmation, emails()) == ("pending", None, [])
    assert asking.take_up() == 1
    kept.refresh_from_db()
    assert [kept.confirmation] == emails() and "letter/confirm" in links_in(emails()[0])
    assert not ToBeAsked.objects.exists() and asking.take_up() == 0


def test_letters_written_at_once_are_asked_about_once(
    campaign: Campaign, representative: Representative, jonas: Representative
) -> None:
    write(campaign, representative, jonas)
    assert asking.take_up() == 1
    [email] = emails()
    assert set(CampaignLetter.objects.values_list("confirmation", flat=True)) == {email.pk}


def test_of_a_letter_sent_many_times_before_anybody_looked_the_last_is_asked_about(
    campaign: Campaign, representative: Representative
) -> None:
    for body in ("One.", "Two.", "Three."):
        write(campaign, representative, body=body)
    asking.take_up()
    assert bodies() == ["Three."] and Letter.objects.count() == 1 and len(emails()) == 1


def test_of_letters_written_at_once_only_those_written_again_are_replaced(
    campaign: Campaign, representative: Representative, jonas: Representative
) -> None:
    write(campaign, representative, jonas, body="To both.")
    write(campaign, jonas, body="To Jonas.")
    asking.take_up()
    assert bodies(representative=representative) == ["To both."] and bodies(representative=jonas) == ["To Jonas."]


def test_somebody_elses_letter_is_not_replaced(campaign: Campaign, representative: Representative) -> None:
    write(campaign, representative)
    write(campaign, representative, email="bob@example.org")
    write(make_campaign(legislature=representative.legislature), representative)
    asking.take_up()
    assert set(CampaignLetter.objects.values_list("state", flat=True)) == {"pending"} and len(emails()) == 3


def test_of_a_second_letter_to_whom_one_has_sent_another_lately_nothing_is_kept(
    campaign: Campaign, representative: Representative, jonas: Representative
) -> None:
    sent = make_campaign_letter(
        campaign, representative, email=ADDRESS, state="confirmed", confirmed_at=timezone.now(), together=None
    )
    write(campaign, representative, jonas)
    asking.take_up()
    assert CampaignLetter.objects.get(representative=representative) == sent and Letter.objects.count() == 2
    assert subjects(emails()) == [
        "You have already sent this letter: Keep the library open",
        "Confirm your letter: Keep the library open",
    ]


def test_what_is_taken_back_or_erased_before_its_turn_is_not_asked_about(
    campaign: Campaign, representative: Representative, jonas: Representative
) -> None:
    write(campaign, representative)
    write(campaign, jonas)
    posting.withdraw(CampaignLetter.objects.get(representative=representative))
    posting.erase(CampaignLetter.objects.filter(representative=jonas))
    asking.take_up()
    assert emails() == [] and not ToBeAsked.objects.exists()


def test_an_address_that_had_its_share_of_mail_is_asked_when_it_may_have_more(
    campaign: Campaign, representative: Representative, jonas: Representative, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, 1)
    write(campaign, representative, body="The first.")
    asking.take_up()
    write(campaign, jonas, representative, body="Too soon.")
    assert [asking.take_up() for _ in range(3)] == [0, 0, 0] and len(emails()) == 1
    assert bodies(state="withdrawn") == [], "until the next can be confirmed, the first can"
    times = ToBeAsked.objects.values_list("not_before", flat=True)
    assert all(time and timezone.now() < time <= timezone.now() + timedelta(days=1) for time in times)
    allow(monkeypatch, 100)
    ToBeAsked.objects.update(not_before=timezone.now())
    assert asking.take_up() == 1 and len(emails()) == 2
    assert bodies(state="withdrawn") == ["The first."]


def test_what_was_written_again_meanwhile_is_no_mail(
    campaign: Campaign, representative: Representative, jonas: Representative, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often somebody sends it, a day later the address gets one email for each to whom it was written."""
    allow(monkeypatch, 0)
    write(campaign, jonas, representative, body="To both.")
    for number in range(20):
        write(campaign, representative, body=f"Number {number}.")
        asking.take_up()
    assert bodies(representative=representative) == ["Number 19."] and Letter.objects.count() == 2
    allow(monkeypatch, 100)
    ToBeAsked.objects.update(not_before=None)
    asking.take_up()
    assert len(emails()) == 2 and not ToBeAsked.objects.exists()


def test_one_that_cannot_be_acted_on_stops_no_other_and_is_tried_again(
    campaign: Campaign, representative: Representative, jonas: Representative
) -> None:
    write(campaign, representative, body="Broken.")
    write(campaign, jonas)
    real = asking.to_go

    def fails(letters: list[CampaignLetter]) -> list[CampaignLetter]:
        if letters[0].letter.body == "Broken.":
            raise OSError
        return real(letters)

    with patch("campaigns.asking.to_go", fails):
        assert [asking.take_up(), asking.take_up()] == [1, 0]
    assert len(emails()) == 1 and asking.take_up() == 0
    ToBeAsked.objects.update(not_before=timezone.now())
    assert asking.take_up() == 1 and len(emails()) == 2


def test_letters_that_nobody_comes_to_are_told_by_the_look_whether_all_is_well(
    campaign: Campaign, representative: Representative
) -> None:
    assert metrics.letters().well
    write(campaign, representative)
    assert metrics.letters().well
    ToBeAsked.objects.update(written_at=timezone.now() - timedelta(minutes=2))
    assert not metrics.letters().well
    ToBeAsked.objects.update(not_before=timezone.now() + timedelta(hours=1))
    assert metrics.letters().well, "it waits for its day"


def test_without_the_database_it_waits_and_is_no_fault_of_the_letter(
    campaign: Campaign, representative: Representative
) -> None:
    write(campaign, representative)
    with patch("campaigns.asking.emails.confirm_letters", side_effect=OperationalError):
        assert asking.take_up() == 0
    assert ToBeAsked.objects.get().not_before is None and asking.take_up() == 1
