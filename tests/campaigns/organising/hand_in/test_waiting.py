from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import handing_in, posting, promises, retention, signing, writing
from campaigns.handing_in import Pile, mark
from campaigns.models import Campaign, CampaignLetter, HandIn, User
from config import jobs
from letters.models import Letter, OutgoingEmail, Representative
from letters.models.post import State
from tests.campaigns.factories import (
    emails,
    links_in,
    make_campaign,
    make_signature,
    make_user,
    text_of,
)

from .piles import PAGE, another, bundled, confirmed, later, letters_in, letters_out, preview_of, sending, wait, write

pytestmark = pytest.mark.django_db


# A letter that is confirmed waits


def test_a_confirmed_letter_waits_and_nothing_is_emailed(campaign: Campaign, representative: Representative) -> None:
    kept = confirmed(campaign, representative)
    assert (kept.state, kept.by_hand, kept.outgoing, kept.handed_over_at) == ("confirmed", True, None, None)
    assert letters_out() == []


def test_one_representatives_hand_in_holds_only_their_letters(
    campaign: Campaign, representative: Representative
) -> None:
    jonas = another(representative)
    HandIn.objects.update(representative=representative)
    assert confirmed(campaign, representative).by_hand and not confirmed(campaign, jonas).by_hand
    assert [email.to_address for email in letters_out()] == ["jonas@example.com"]


def test_another_campaigns_hand_in_changes_nothing(campaign: Campaign, representative: Representative) -> None:
    other = make_campaign(legislature=representative.legislature)
    assert not handing_in.is_by_hand(other, representative)
    assert not confirmed(other, representative).by_hand


def test_without_an_address_a_representative_is_reached_by_hand(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    Representative.objects.update(email="")
    page = client.post("/library/write/", preview_of(representative)).content.decode()
    assert 'value="send"' in page
    response = client.post("/library/write/", sending(representative))
    assert (response.status_code, response["Location"]) == (303, "/library/written/?by-hand")
    assert posting.confirm(CampaignLetter.objects.get())
    assert CampaignLetter.objects.get().by_hand


def test_what_its_writer_was_told_holds_when_the_hand_in_is_taken_back(
    campaign: Campaign, representative: Representative
) -> None:
    kept = write(campaign, representative)
    HandIn.objects.all().delete()
    posting.confirm(kept)
    assert CampaignLetter.objects.get().by_hand and letters_out() == []


def test_a_letter_written_before_the_hand_in_and_confirmed_after_it_waits(
    campaign: Campaign, representative: Representative
) -> None:
    HandIn.objects.all().delete()
    kept = write(campaign, representative)
    assert not kept.by_hand
    HandIn.objects.create(campaign=campaign, representative=representative)
    page = Client().get(links_in(emails()[0])["letter/confirm"]).content.decode()
    assert "does not go by email" in page
    posting.confirm(kept)
    assert CampaignLetter.objects.get().by_hand and letters_out() == []


def test_to_who_has_left_office_nothing_is_handed_in(campaign: Campaign, representative: Representative) -> None:
    kept = write(campaign, representative)
    Representative.objects.update(valid_to=timezone.localdate())
    assert [fate.problem for fate in posting.confirm(kept)] == [posting.NOBODY]
    kept.refresh_from_db()
    assert kept.state == "pending"


def test_a_confirmed_signers_letter_waits_at_once(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    signature = make_signature(campaign, email="zoe@example.org")
    writing.send(
        text_of(campaign),
        writing.Written([representative], "S", "B", "Zoe", "1 High Street"),
        "zoe@example.org",
        signature,
    )
    kept = CampaignLetter.objects.get()
    assert (kept.state, kept.by_hand) == ("confirmed", True) and emails() == []


# Who waits


def test_the_list_has_a_line_a_representative(campaign: Campaign, representative: Representative) -> None:
    jonas = another(representative, email="")
    gone = another(representative, name="Agnes Left", valid_to=timezone.localdate())
    wait(campaign, representative, 2)
    wait(campaign, jonas, 1)
    wait(campaign, gone, 1)
    for state, handed in (("pending", None), ("withdrawn", None), ("confirmed", timezone.now())):
        wait(campaign, representative, 1, state=state, handed_over_at=handed)
    wait(campaign, representative, 1, by_hand=False)
    wait(make_campaign(), representative, 1)
    lines = handing_in.waiting(campaign)
    assert [(one.name, one.letters, one.in_office, one.emailable) for one in lines] == [
        ("Agnes Left", 1, False, False),
        ("Imogen Yarborough", 2, True, True),
        ("Jonas Quill", 1, True, False),
    ]
    assert lines[1].oldest == CampaignLetter.objects.filter(representative=representative).earliest("pk").confirmed_at


def test_letters_to_who_left_the_directory_are_still_listed(campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 1)
    representative.delete()
    [line] = handing_in.waiting(campaign)
    assert (line.representative, line.name, line.in_office) == (None, "Imogen Yarborough", False)


def test_the_list_asks_as_much_for_one_representative_as_for_many(
    campaign: Campaign, representative: Representative, django_assert_num_queries: Any
) -> None:
    for number in range(20):
        wait(campaign, another(representative, name=f"Member {number:02}"), 1)
    with django_assert_num_queries(3):
        assert len(handing_in.waiting(campaign)) == 20


def test_the_post_room_is_told_which_campaigns_letters_wait(campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 2)
    wait(make_campaign(), representative, 1)
    [line] = handing_in.waiting_of(campaign.organisation)
    assert (line.slug, line.letters) == ("library", 2)


def test_the_page_names_representatives_and_numbers_and_nobody_who_wrote(
    owner: Client, campaign: Campaign, representative: Representative
) -> None:
    wait(campaign, representative, 2)
    page = owner.get(PAGE).content.decode()
    assert "Imogen Yarborough" in page and "2 letters wait" in page
    assert "Alice Example" not in page and "alice@example.org" not in page


def test_a_viewer_gets_no_door_that_does_not_open(campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 1)
    doors = {}
    for role in ("viewer", "editor", "owner"):
        client = Client()
        client.force_login(make_user(f"{role}@example.org", campaign.organisation, role, is_staff=True))
        page = client.get(PAGE).content.decode()
        doors[role] = ["hand-in/over/" in page, "hand-in/email/" in page, "hand-in/bundles/" in page]
    assert doors == {"viewer": [False] * 3, "editor": [True, True, False], "owner": [True] * 3}


# Withdrawing and erasing


def test_a_waiting_letter_may_be_withdrawn(client: Client, campaign: Campaign, representative: Representative) -> None:
    confirmed(campaign, representative)
    mine = links_in(emails()[0])["letter"]
    assert "do not hand it over" in client.post(mine, {"withdraw": "1"}).content.decode()
    assert CampaignLetter.objects.get().state == "withdrawn"
    assert handing_in.waiting(campaign) == []


def test_what_was_handed_over_cannot_be_withdrawn(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    kept = confirmed(campaign, representative)
    handing_in.hand_over(Pile(campaign), timezone.localdate(), mark([kept.pk]), "a test")
    assert "cannot be called back" in client.post(links_in(emails()[0])["letter"], {"withdraw": "1"}).content.decode()
    assert CampaignLetter.objects.get().state == "confirmed"


def test_an_erased_letter_waits_no_more_and_leaves_no_words(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    confirmed(campaign, representative)
    client.post(links_in(emails()[0])["letter"], {"erase": "1", "really": "1"})
    kept = CampaignLetter.objects.get()
    assert (kept.state, kept.email, kept.letter.body) == ("withdrawn", "", "")
    assert handing_in.waiting(campaign) == []


def test_erasing_what_was_handed_over_blanks_it_and_does_not_say_it_was_stopped(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    kept = confirmed(campaign, representative)
    handing_in.hand_over(Pile(campaign), timezone.localdate(), mark([kept.pk]), "a test")
    client.post(links_in(emails()[0])["letter"], {"erase": "1", "really": "1"})
    kept = CampaignLetter.objects.get()
    assert (kept.state, kept.letter.body) == ("confirmed", "") and kept.handed_over_at is not None


def test_who_withdraws_is_in_no_later_bundle_and_the_ones_made_are_deleted(
    campaign: Campaign, representative: Representative, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = wait(campaign, representative, 2)
    job = bundled(campaign, alice)
    assert letters_in(job) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert posting.withdraw(first)
    job.refresh_from_db()
    assert job.state == jobs.State.EXPIRED
    assert letters_in(bundled(campaign, alice)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        posting.erase(CampaignLetter.objects.filter(pk=second.pk))
    assert not jobs.Job.objects.filter(state=jobs.State.DONE).exists()


def test_a_signature_that_is_erased_takes_its_waiting_letter_along(
    campaign: Campaign, representative: Representative
) -> None:
    confirmed(campaign, representative, "zoe@example.org")
    signing.erase(make_signature(campaign, email="zoe@example.org"))
    assert handing_in.waiting(campaign) == []


def test_a_letter_that_nobody_confirmed_deletes_no_bundle(
    campaign: Campaign, representative: Representative, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    wait(campaign, representative, 1)
    job = bundled(campaign, alice)
    with django_capture_on_commit_callbacks(execute=True):
        posting.withdraw(write(campaign, representative))
    job.refresh_from_db()
    assert job.state == jobs.State.DONE


# How long


def test_a_waiting_letter_keeps_its_words_until_long_after_others(
    campaign: Campaign, representative: Representative, settings: Settings
) -> None:
    [kept] = wait(campaign, representative, 1)
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS + 1)).letters_scrubbed == 0
    Campaign.objects.update(state="closed", closed_at=timezone.now(), months_after_closing=60)
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS + 1)).letters_scrubbed == 0
    last_day = retention.letter_kept_until(kept) - timezone.localdate()
    assert retention.anonymise_expired(later(last_day.days)).letters_scrubbed == 0
    assert retention.anonymise_expired(later(last_day.days + 1)).letters_scrubbed == 1
    assert Letter.objects.get().body == "" and handing_in.waiting(campaign) == []


def test_a_letter_handed_over_is_erased_its_days_after_that(
    campaign: Campaign, representative: Representative, settings: Settings
) -> None:
    [kept] = wait(campaign, representative, 1)
    CampaignLetter.objects.update(created_at=later(-100), confirmed_at=later(-100))
    handing_in.hand_over(Pile(campaign), timezone.localdate(), mark([kept.pk]), "a test")
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS - 1)).letters_scrubbed == 0
    tried = retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS + 1), dry_run=True)
    assert tried.letters_scrubbed == 1
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS + 1)).letters_scrubbed == 1


@pytest.mark.parametrize("state", ["pending", "withdrawn"])
def test_one_that_is_not_to_be_handed_over_is_erased_like_others(
    campaign: Campaign, representative: Representative, settings: Settings, state: str
) -> None:
    wait(campaign, representative, 1, state=state)
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS + 1)).letters_scrubbed == 1


def test_emailed_after_all_it_is_kept_as_long_as_any_email_may_need_it(
    campaign: Campaign, representative: Representative, settings: Settings
) -> None:
    [kept] = wait(campaign, representative, 1)
    CampaignLetter.objects.update(created_at=later(-100))
    handing_in.send_by_email_after_all(campaign, [kept.pk], "a test")
    OutgoingEmail.objects.update(state=State.FAILED)
    kept.refresh_from_db()
    ends = retention.letter_kept_until(kept)
    assert ends == timezone.localdate() + timedelta(days=settings.LETTER_RETENTION_DAYS)
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS - 1)).letters_scrubbed == 0
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS + 1)).letters_scrubbed == 1


@pytest.mark.parametrize("months", [0, 1, 6, 24])
@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2026, 2, 28), date(2026, 8, 31), date(2028, 2, 29)])
def test_months_end_on_the_day_that_was_promised(months: int, day: date) -> None:
    """Whatever the month's length: the last day of keeping is letter_kept_until's, to the day."""
    kept_until = retention.months_after(day, months)
    written = timezone.make_aware(datetime.combine(day, datetime.max.time()))
    at = timezone.make_aware(datetime.combine(kept_until, datetime.min.time()))
    assert not written < promises.past_after_months(months, at)
    assert written < promises.past_after_months(months, at + timedelta(days=1))


def test_one_hand_in_of_all_is_enough(campaign: Campaign) -> None:
    with pytest.raises(ValidationError):
        HandIn(campaign=campaign).full_clean()
    with pytest.raises(Exception, match="(?i)unique"), transaction.atomic():
        HandIn.objects.create(campaign=campaign)
