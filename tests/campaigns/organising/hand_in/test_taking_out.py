import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import handing_in, posting, retention, taking_out
from campaigns.handing_in import Pile
from campaigns.models import BundledLetter, Campaign, CampaignLetter, User
from config import jobs
from letters.models import Representative
from tests.campaigns.factories import (
    make_campaign,
    make_user,
)

from .piles import PAGE, another, bundled, seen, wait, withdrawn

pytestmark = pytest.mark.django_db


def test_who_withdraws_after_printing_is_named_by_the_number_of_their_letter(
    owner: Client, campaign: Campaign, representative: Representative, alice: User
) -> None:
    jonas = another(representative)
    wait(campaign, representative, 2)
    first, second = wait(campaign, jonas, 2)
    assert owner.get(PAGE).content.decode().count("take out") == 0
    job = bundled(campaign, alice)
    withdrawn(second)
    for page in (PAGE, f"{PAGE}over/", f"{PAGE}over/?to={jonas.pk}", f"{PAGE}bundles/{job.uuid}/"):
        content = re.sub(r"</?bdi>", "", owner.get(page).content.decode())
        assert "Since your bundle of" in content, page
        assert "letter 4 (to Jonas Quill), from page 3 of its file: withdrawn" in content, page
        assert "letter 3" not in content and "Alice Example" not in content
    assert "letter 4" not in owner.get(f"{PAGE}over/?to={representative.pk}").content.decode()


def test_the_numbers_outlive_the_file_and_the_writers_words(
    owner: Client, campaign: Campaign, representative: Representative, alice: User
) -> None:
    first, _second = wait(campaign, representative, 2)
    job = bundled(campaign, alice)
    posting.erase(CampaignLetter.objects.filter(pk=first.pk))
    jobs.expire(timezone.now() + timedelta(seconds=1))
    job.refresh_from_db()
    assert (job.state, job.parameters) == (jobs.State.EXPIRED, {})
    [removals] = taking_out.to_take_out(campaign)
    assert [(one.number, one.name, one.why) for one in removals.letters] == [(1, "Imogen Yarborough", "withdrawn")]


def test_what_was_emailed_or_erased_by_its_date_is_taken_out_too(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    emailed, expired, _waits = wait(campaign, representative, 3)
    bundled(campaign, alice)
    handing_in.send_by_email_after_all(campaign, [emailed.pk], "a test")
    retention.forget_letters(CampaignLetter.objects.filter(pk=expired.pk), timezone.now())
    [removals] = taking_out.to_take_out(campaign)
    assert [(one.number, one.why) for one in removals.letters] == [(1, "emailed"), (2, "erased")]


def test_another_owners_bundle_is_told_of_as_theirs_and_to_editors(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    first, _second = wait(campaign, representative, 2)
    bundled(campaign, alice)
    withdrawn(first)
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", is_staff=True))
    page = client.get(PAGE).content.decode()
    assert "Since the bundle that another owner made" in page and "letter 1" in page


def test_it_is_told_until_the_others_are_handed_over_and_again_when_that_is_taken_back(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    jonas = another(representative)
    first, _second = wait(campaign, representative, 2)
    wait(campaign, jonas, 1)
    bundled(campaign, alice)
    withdrawn(first)
    today = timezone.localdate()
    handing_in.hand_over(Pile(campaign, jonas.pk), today, seen(Pile(campaign, jonas.pk)), "a test")
    assert len(taking_out.to_take_out(campaign)) == 1, "another representative's letters say nothing of these"
    handing_in.hand_over(Pile(campaign), today, seen(Pile(campaign)), "a test")
    assert taking_out.to_take_out(campaign) == []
    handing_in.undo(campaign.hand_overs.latest("pk"), "a test")
    assert len(taking_out.to_take_out(campaign)) == 1


def test_when_all_of_a_pile_withdrew_it_is_told_as_long_as_a_letter_is_kept(
    campaign: Campaign, representative: Representative, alice: User, settings: Settings
) -> None:
    [only] = wait(campaign, representative, 1)
    job = bundled(campaign, alice)
    withdrawn(only)
    assert len(taking_out.to_take_out(campaign)) == 1
    old = timezone.now() - timedelta(days=settings.LETTER_RETENTION_DAYS, minutes=1)
    jobs.Job.objects.filter(pk=job.pk).update(created_at=old)
    assert taking_out.to_take_out(campaign) == []
    wait(campaign, representative, 1)
    bundled(campaign, alice)
    assert not BundledLetter.objects.filter(bundle=job).exists(), "and then its numbers go"
    assert BundledLetter.objects.count() == 1


def test_the_numbers_of_an_old_bundle_stay_while_one_of_its_letters_waits(
    campaign: Campaign, representative: Representative, alice: User, settings: Settings
) -> None:
    first, _second = wait(campaign, representative, 2)
    job = bundled(campaign, alice)
    old = timezone.now() - timedelta(days=settings.LETTER_RETENTION_DAYS, minutes=1)
    jobs.Job.objects.filter(pk=job.pk).update(created_at=old)
    bundled(campaign, alice)
    withdrawn(first)
    assert len(taking_out.to_take_out(campaign)) == 2
    assert BundledLetter.objects.filter(bundle=job).count() == 2


def test_one_that_withdrew_before_the_bundle_is_not_looked_for_in_it(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    first, _second = wait(campaign, representative, 2)
    withdrawn(first)
    bundled(campaign, alice)
    assert taking_out.to_take_out(campaign) == []


def test_a_bundle_begun_anew_numbers_its_letters_once(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    wait(campaign, representative, 2)
    job = bundled(campaign, alice)
    jobs.Job.objects.update(state=jobs.State.QUEUED, attempts=0)
    jobs.drain()
    assert list(BundledLetter.objects.filter(bundle=job).values_list("number", flat=True)) == [1, 2]


def test_looking_for_them_asks_as_much_for_one_letter_as_for_many(
    campaign: Campaign, representative: Representative, alice: User, django_assert_num_queries: Any
) -> None:
    for number in range(10):
        wait(campaign, another(representative, name=f"Member {number:02}"), 2)
    for _bundle in range(2):
        bundled(campaign, alice)
    for kept in CampaignLetter.objects.filter(pk__in=CampaignLetter.objects.values("pk")[:10]):
        withdrawn(kept)
    with django_assert_num_queries(2):
        assert sum(len(one.letters) for one in taking_out.to_take_out(campaign)) == 20


def test_another_campaigns_withdrawals_are_its_own(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    first, _second = wait(campaign, representative, 2)
    bundled(campaign, alice)
    withdrawn(first)
    assert taking_out.to_take_out(make_campaign(legislature=representative.legislature)) == []
