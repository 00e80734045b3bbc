"""Merging, withdrawing and asking at once: each letter goes once, and nobody's name goes after they took it back."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns import answering, merging, posting
from campaigns.models import CampaignLetter, MergedLetter
from letters.models import OutgoingEmail
from tests.campaigns.factories import make_campaign, make_seat
from tests.campaigns.letters_kept import letters_out, written

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("alice", "bob", "carol", "dora")


@pytest.fixture
def kept() -> list[CampaignLetter]:
    representative = make_seat(name="Imogen Yarborough")[2]
    campaign = make_campaign(slug="library", legislature=representative.legislature, merge_identical=True)
    for name in NAMES:
        posting.confirm(written(campaign, representative, email=f"{name}@example.org", name=name, to_merge=True))
    CampaignLetter.objects.update(confirmed_at=timezone.now() - timedelta(days=15))
    return list(CampaignLetter.objects.order_by("pk"))


def at_once(*verbs: Callable[[], object]) -> None:
    """Each over a connection of its own, all begun at the same moment."""
    start = threading.Barrier(len(verbs))

    def alone(verb: Callable[[], object]) -> None:
        try:
            start.wait(20)
            verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        for ended in [pool.submit(alone, verb) for verb in verbs]:
            ended.result(timeout=30)


def names() -> list[str]:
    return [line.split(",")[0] for line in MergedLetter.objects.get().letter.annex.splitlines()]


def test_sweepers_at_once_send_one_letter(kept: list[CampaignLetter]) -> None:
    at_once(*[merging.due] * 4)
    assert len(letters_out()) == 1 and names() == list(NAMES)


def test_who_withdraws_while_it_is_merged_is_in_no_letter_that_goes(kept: list[CampaignLetter]) -> None:
    at_once(merging.due, lambda: posting.withdraw(kept[0]), lambda: posting.withdraw(kept[2]))
    merging.due()
    states = dict(CampaignLetter.objects.values_list("email", "state"))
    assert states["alice@example.org"] == states["carol@example.org"] == "withdrawn"
    [email] = OutgoingEmail.objects.filter(kind="letter", state="queued")
    assert names() == ["bob", "dora"] and email.letter == MergedLetter.objects.get().letter


def test_all_who_withdraw_at_once_leave_no_name_behind(kept: list[CampaignLetter]) -> None:
    merging.due()
    rows = list(CampaignLetter.objects.order_by("pk"))
    at_once(*[lambda one=one: posting.withdraw(one) for one in rows[:3]])
    assert names() == ["dora"] and MergedLetter.objects.get().letters == 1
    assert OutgoingEmail.objects.filter(kind="letter", state="queued").count() == 1


def test_erasing_all_of_them_at_once_ends(kept: list[CampaignLetter]) -> None:
    merging.due()
    at_once(*[lambda one=one: posting.erase(CampaignLetter.objects.filter(pk=one.pk)) for one in kept])
    assert MergedLetter.objects.get().letter.annex == ""
    assert not OutgoingEmail.objects.filter(kind="letter", state="queued").exists()


def test_sweepers_at_once_ask_everybody_once(kept: list[CampaignLetter]) -> None:
    CampaignLetter.objects.update(printed_at=timezone.now() - timedelta(days=15))
    at_once(*[answering.ask] * 4)
    assert OutgoingEmail.objects.filter(kind="notice").count() == len(NAMES)
