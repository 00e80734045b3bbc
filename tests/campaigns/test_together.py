"""Several letters written at once: one email asks, one press confirms, and each has its own fate."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import deciding, posting, retention
from campaigns import emails as mail
from campaigns.models import Campaign, CampaignLetter, HandIn
from letters import pacing
from letters.mime import parcel
from letters.models import OutgoingEmail, Representative, Sender
from letters.models.post import State
from tests.letters.factories import make_constituency, make_representative

from .factories import email_text, emails, links_in, make_campaign, make_seat
from .letters_kept import SENT, goes, letters_out, written, written_to

pytestmark = pytest.mark.django_db

NAMES = ("Imogen Yarborough", "Wallace Quarmby", "Zoe Xu")


@pytest.fixture
def people() -> list[Representative]:
    legislature = make_seat()[0]
    seat = make_constituency(legislature)
    return [make_representative(seat, name=name) for name in NAMES]


@pytest.fixture
def campaign(people: list[Representative]) -> Campaign:
    return make_campaign(slug="library", legislature=people[0].legislature)


@pytest.fixture
def kept(campaign: Campaign, people: list[Representative]) -> list[CampaignLetter]:
    return written_to(campaign, *people)


@pytest.fixture
def link(kept: list[CampaignLetter]) -> str:
    return links_in(emails()[0])["letter/confirm"]


def states() -> list[str]:
    return list(CampaignLetter.objects.order_by("pk").values_list("state", flat=True))


def test_one_email_asks_for_all_and_names_them(kept: list[CampaignLetter]) -> None:
    [email] = emails()
    assert all(name in email_text(email) for name in NAMES)
    assert set(CampaignLetter.objects.values_list("confirmation", flat=True)) == {email.pk}


def test_the_page_lists_them_and_one_press_sends_them_all(client: Client, link: str) -> None:
    page = client.get(link).content.decode()
    assert all(name in page for name in NAMES) and page.count("<button") == 1
    assert letters_out() == [], "a look sends nothing"
    page = client.post(link).content.decode()
    assert states() == ["confirmed"] * 3 and "Your letters are on their way" in page
    assert sorted(email.to_name for email in letters_out()) == sorted(NAMES)


def test_pressing_twice_sends_each_once(client: Client, link: str) -> None:
    client.post(link)
    assert client.post(link).status_code == 200
    assert len(letters_out()) == 3


def test_confirming_takes_its_locks_in_the_order_in_which_writing_does(
    campaign: Campaign, people: list[Representative], monkeypatch: pytest.MonkeyPatch
) -> None:
    Representative.objects.filter(pk=people[0].pk).update(name="Zzz")
    kept, held = written_to(campaign, *people), []
    monkeypatch.setattr(posting, "one_at_a_time", lambda _campaign, _email, to: held.append(to.pk))
    posting.confirm(kept[0])
    assert held == sorted(held) and len(held) == 3


def test_who_vanished_keeps_the_others_from_nothing(client: Client, link: str, people: list[Representative]) -> None:
    Representative.objects.filter(pk=people[1].pk).update(valid_to=timezone.localdate())
    response = client.post(link)
    page = response.content.decode()
    assert response.status_code == 200 and states() == ["confirmed", "pending", "confirmed"]
    assert "Not all of your letters could go" in page and "they have left the office" in page
    assert sorted(email.to_name for email in letters_out()) == ["Imogen Yarborough", "Zoe Xu"]


def test_a_letter_that_was_sent_lately_keeps_the_others_from_nothing(
    client: Client, campaign: Campaign, link: str, people: list[Representative]
) -> None:
    written(campaign, people[2], state="confirmed", confirmed_at=timezone.now())
    page = client.post(link).content.decode()
    assert "went out in the last days" in page
    assert states() == ["confirmed", "confirmed", "pending", "confirmed"]


def test_when_none_can_go_the_page_says_why(client: Client, link: str) -> None:
    Representative.objects.update(valid_to=timezone.localdate())
    response = client.post(link)
    assert response.status_code == 409 and "has left the office" in response.content.decode()
    assert states() == ["pending"] * 3


def test_of_a_closed_campaign_nothing_goes(client: Client, link: str) -> None:
    Campaign.objects.update(state="closed")
    assert client.post(link).status_code == 409
    assert states() == ["pending"] * 3 and letters_out() == []


def test_some_by_email_and_some_on_paper(client: Client, campaign: Campaign, people: list[Representative]) -> None:
    written_to(campaign, *people)
    HandIn.objects.create(campaign=campaign, representative=people[0])
    client.post(links_in(emails()[0])["letter/confirm"])
    by_hand = CampaignLetter.objects.order_by("pk").values_list("by_hand", flat=True)
    assert list(by_hand) == [True, False, False] and len(letters_out()) == 2


def test_letters_that_are_kept_back_are_not_said_to_be_on_their_way(
    client: Client, campaign: Campaign, link: str, people: list[Representative]
) -> None:
    pacing.pause(campaign.organisation.sender, Sender.Pause.EVERYTHING, "somebody")
    page = client.post(link).content.decode()
    assert "We have your letters" in page and "on their way" not in page


def test_of_letters_on_paper_alone_the_page_says_who_has_them(client: Client, campaign: Campaign, link: str) -> None:
    HandIn.objects.create(campaign=campaign)
    assert "The organisers have your letters" in client.post(link).content.decode()


def test_withdrawing_one_leaves_the_others_their_email(client: Client, kept: list[CampaignLetter], link: str) -> None:
    posting.withdraw(kept[0])
    assert emails()[0].state == "queued"
    client.post(link)
    assert states() == ["withdrawn", "confirmed", "confirmed"]
    assert "Imogen Yarborough" not in {email.to_name for email in letters_out()}


def test_withdrawing_the_last_one_stops_the_email(client: Client, kept: list[CampaignLetter], link: str) -> None:
    for letter in kept:
        assert posting.withdraw(letter)
    assert emails()[0].state == "cancelled"
    assert client.post(link).status_code == 410


def test_erasing_one_leaves_the_others_their_email_and_their_link(
    client: Client, kept: list[CampaignLetter], link: str
) -> None:
    posting.erase(CampaignLetter.objects.filter(pk=kept[0].pk))
    [email] = emails()
    assert (email.state, email.to_address) == ("queued", "alice@example.org")
    client.post(link)
    assert states() == ["withdrawn", "confirmed", "confirmed"]
    posting.erase(CampaignLetter.objects.filter(pk__in=[one.pk for one in kept[1:]]))
    assert {row.reply_to for row in letters_out()} == {""} and emails()[0].to_address == ""


def test_the_other_link_leads_to_each_of_them_and_erases_all(client: Client, kept: list[CampaignLetter]) -> None:
    mine = links_in(emails()[0])["letter"]
    page = client.get(mine).content.decode()
    assert "My letters" in page and all(name in page for name in NAMES) and page.count("/letter/") >= 3
    assert len(client.get(f"{mine}data.json").json()["letters"]) == 3
    assert client.post(mine, {"erase": "1"}).status_code == 422
    assert client.post(mine, {"erase": "1", "really": "1"}).status_code == 200
    assert client.get(mine).status_code == 410
    assert not CampaignLetter.objects.filter(anonymised_at__isnull=True).exists()


# The copy


def notices() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(kind="notice").order_by("pk"))


def test_who_asked_for_a_copy_gets_one_email_with_all(
    client: Client, campaign: Campaign, people: list[Representative]
) -> None:
    written_to(campaign, *people, copy_wanted=True)
    client.post(links_in(emails()[0])["letter/confirm"])
    [copy] = notices()
    assert (copy.to_address, copy.sender, copy.attach_letter) == (
        "alice@example.org",
        campaign.organisation.sender,
        False,
    )
    text = email_text(copy)
    assert text.count("I write about the bridge.") == 3 and all(f"To: {name}" in text for name in NAMES)
    client.post(links_in(emails()[0])["letter/confirm"])
    assert len(notices()) == 1, "and one only"


def test_the_copy_of_one_letter_has_its_pdf_and_comes_from_the_organisation(
    client: Client, campaign: Campaign, people: list[Representative]
) -> None:
    kept = written(campaign, people[0], copy_wanted=True)
    mail.confirm_letters([kept])
    client.post(links_in(emails()[0])["letter/confirm"])
    [copy] = notices()
    assert copy.attach_letter and copy.letter == kept.letter and copy.reply_to == ""
    built = parcel(copy, lambda email: b"%PDF-").built
    assert "via" not in built["From"] and built["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in built.iter_attachments()] == ["application/pdf"]


def test_without_being_asked_nobody_gets_a_copy(client: Client, link: str) -> None:
    client.post(link)
    assert notices() == []


def test_the_copy_is_erased_with_the_letter(client: Client, campaign: Campaign, people: list[Representative]) -> None:
    kept = written_to(campaign, *people, copy_wanted=True)
    other = written(campaign, people[0], email="bob@example.org", copy_wanted=True)
    posting.confirm(kept[0])
    posting.confirm(other)
    posting.erase(CampaignLetter.objects.filter(pk=kept[1].pk))
    mine, bobs = notices()
    assert (mine.to_address, mine.values, mine.state) == ("", {}, "cancelled")
    assert bobs.to_address == "bob@example.org" and bobs.state == "queued"


def test_the_copy_is_kept_no_longer_than_the_letter(
    client: Client, campaign: Campaign, people: list[Representative], settings: Settings
) -> None:
    posting.confirm(written(campaign, people[0], copy_wanted=True))
    OutgoingEmail.objects.update(state="sent", settled_at=timezone.now() + timedelta(days=5))
    retention.anonymise_expired(timezone.now() + timedelta(days=settings.LETTER_RETENTION_DAYS + 1))
    assert [(copy.to_address, copy.values) for copy in notices()] == [("", {})]


def test_a_copy_is_not_taken_for_the_letter_on_its_way_to_a_new_address(
    campaign: Campaign, people: list[Representative]
) -> None:
    kept = written(campaign, people[0], copy_wanted=True)
    posting.confirm(kept)
    [letter] = letters_out()
    goes(letter, *SENT, State.BOUNCED)
    assert len(notices()) == 1 and deciding.follower(letter) is None
