"""Letters that were just written, when several look after them at once."""

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest

from campaigns import asking, posting, writing
from campaigns.models import Campaign, CampaignLetter, ToBeAsked
from letters.models import OutgoingEmail, Representative
from tests.campaigns.factories import make_campaign, make_seat, text_of

from .test_together import in_a_thread

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "alice@example.org"


@pytest.fixture
def representative() -> Representative:
    return make_seat()[2]


@pytest.fixture
def campaign(representative: Representative) -> Campaign:
    return make_campaign(legislature=representative.legislature)


def write(campaign: Campaign, to: Representative, body: str = "It must stay.") -> None:
    written = writing.Written([to], "The library", body, "Alice Ahmed", "1 High Street")
    writing.send(text_of(campaign), written, ADDRESS)


def at_once(number: int) -> None:
    with ThreadPoolExecutor(number) as pool:
        for done in [pool.submit(in_a_thread, asking.take_up) for _ in range(number)]:
            done.result()


def test_sweepers_at_once_ask_a_writer_once(campaign: Campaign, representative: Representative) -> None:
    for number in range(5):
        write(campaign, representative, f"Number {number}.")
    at_once(3)
    assert OutgoingEmail.objects.count() == 1 and not ToBeAsked.objects.exists()
    assert CampaignLetter.objects.get().letter.body == "Number 4."


def test_of_two_letters_asked_about_at_once_by_two_one_waits(
    campaign: Campaign, representative: Representative
) -> None:
    """The second is written while the first is acted on."""
    write(campaign, representative, "The first.")
    real = asking.to_go

    def meanwhile(letters: list[CampaignLetter]) -> list[CampaignLetter]:
        found = real(letters)
        if letters[0].letter.body == "The first.":
            in_a_thread(lambda: write(campaign, representative, "The second."))
        return found

    with patch("campaigns.asking.to_go", meanwhile):
        asking.take_up()
        at_once(2)
    states = CampaignLetter.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["withdrawn", "pending"] and not ToBeAsked.objects.exists()


def test_erasing_letters_and_asking_about_them_do_not_wait_for_each_other(
    campaign: Campaign, representative: Representative
) -> None:
    write(campaign, representative, "The first.")
    asking.take_up()
    write(campaign, representative, "The second.")

    def erase() -> None:
        posting.erase(posting.letters_to(campaign.pk, ADDRESS, representative))

    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            for done in [pool.submit(in_a_thread, verb) for verb in (asking.take_up, erase)]:
                done.result()
            write(campaign, representative, "Another.")
    asking.take_up()
    waiting = CampaignLetter.objects.get(state="pending")
    assert waiting.letter.body == "Another." and not ToBeAsked.objects.exists()
    assert set(CampaignLetter.objects.exclude(pk=waiting.pk).values_list("email", flat=True)) <= {""}
