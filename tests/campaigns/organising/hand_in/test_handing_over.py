import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import handing_in, posting, taking_out
from campaigns.handing_in import Changed, Pile, mark
from campaigns.models import Campaign, CampaignLetter, HandOver, User
from config import jobs
from letters.models import Representative
from tests.campaigns.factories import (
    email_text,
    emails,
    links_in,
    make_campaign,
    make_user,
)

from .piles import PAGE, another, asked, both, bundled, confirmed, letters_out, preview_of, seen, wait

pytestmark = pytest.mark.django_db


# Handing over


def test_handing_over_marks_the_pile_with_its_day(campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 2, confirmed_at=timezone.now() - timedelta(days=3))
    jonas = another(representative)
    wait(campaign, jonas, 1)
    pile, day = Pile(campaign, representative.pk), timezone.localdate() - timedelta(days=1)
    assert handing_in.hand_over(pile, day, seen(pile, day), "account 1") == 2
    handed = CampaignLetter.objects.filter(handed_over_at__isnull=False)
    assert {timezone.localdate(kept.handed_over_at) for kept in handed if kept.handed_over_at} == {day}
    assert [one.name for one in handing_in.waiting(campaign)] == ["Jonas Quill"]


def test_a_letter_confirmed_later_was_not_handed_over_before(
    campaign: Campaign, representative: Representative
) -> None:
    early, late = timezone.now() - timedelta(days=3), timezone.now()
    [old] = wait(campaign, representative, 1, confirmed_at=early)
    [new] = wait(campaign, representative, 1, confirmed_at=late)
    day = timezone.localdate() - timedelta(days=1)
    assert handing_in.hand_over(Pile(campaign), day, mark([old.pk]), "a test") == 1
    new.refresh_from_db()
    assert new.handed_over_at is None


def test_when_other_letters_wait_than_were_seen_nothing_is_marked(
    campaign: Campaign, representative: Representative
) -> None:
    first, second = wait(campaign, representative, 2)
    before = seen(Pile(campaign))
    posting.withdraw(first)
    wait(campaign, representative, 1)  # the number is the same again, the letters are not
    with pytest.raises(Changed):
        handing_in.hand_over(Pile(campaign), timezone.localdate(), before, "a test")
    assert not CampaignLetter.objects.filter(handed_over_at__isnull=False).exists()


def test_marking_twice_changes_nothing_the_second_time(campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 2)
    pile, before = Pile(campaign), seen(Pile(campaign))
    assert handing_in.hand_over(pile, timezone.localdate(), before, "a test") == 2
    times = set(CampaignLetter.objects.values_list("handed_over_at", flat=True))
    for again in (before, seen(pile)):
        with pytest.raises(Changed):
            handing_in.hand_over(pile, timezone.localdate(), again, "a test")
    assert set(CampaignLetter.objects.values_list("handed_over_at", flat=True)) == times


def test_the_page_asks_with_the_number_and_marks_on_the_second_press(
    owner: Client, campaign: Campaign, representative: Representative
) -> None:
    wait(campaign, representative, 2)
    page = owner.get(f"{PAGE}over/?to={representative.pk}")
    assert "these 2 letters were handed over" in page.content.decode()
    assert not CampaignLetter.objects.filter(handed_over_at__isnull=False).exists()
    form = asked(page)
    response = owner.post(f"{PAGE}over/", form, follow=True)
    assert "2 letters marked as handed over" in response.content.decode()
    twice = owner.post(f"{PAGE}over/", form)
    assert twice.status_code == 409 and "perhaps they are marked already" in twice.content.decode()


def test_the_page_refuses_when_somebody_withdrew_meanwhile_and_shows_the_new_number(
    owner: Client, campaign: Campaign, representative: Representative
) -> None:
    first, *_others = wait(campaign, representative, 3)
    form = asked(owner.get(f"{PAGE}over/"))
    posting.withdraw(first)
    response = owner.post(f"{PAGE}over/", form)
    assert response.status_code == 409
    assert "these 2 letters were handed over" in response.content.decode()
    assert not CampaignLetter.objects.filter(handed_over_at__isnull=False).exists()
    assert owner.post(f"{PAGE}over/", asked(response)).status_code == 302
    assert CampaignLetter.objects.filter(handed_over_at__isnull=False).count() == 2


@pytest.mark.parametrize("on", ["", "yesterday", "2999-01-01", "0001-01-01", "2026-13-45"])
def test_a_day_that_cannot_be_is_refused_in_words(
    owner: Client, campaign: Campaign, representative: Representative, on: str
) -> None:
    wait(campaign, representative, 1)
    response = owner.post(f"{PAGE}over/", asked(owner.get(f"{PAGE}over/")) | {"on": on})
    assert response.status_code == 422 and "Something needs another look" in response.content.decode()
    assert not CampaignLetter.objects.filter(handed_over_at__isnull=False).exists()


@pytest.mark.parametrize("query", ["to=x", "to=-1", "to=99999999999999999999", "until=never", "to=1%00"])
def test_what_no_page_of_ours_asks_for_is_not_there(owner: Client, campaign: Campaign, query: str) -> None:
    for page in ("over", "email"):
        assert owner.get(f"{PAGE}{page}/?{query}").status_code == 404


def test_another_campaigns_letters_are_out_of_reach(
    owner: Client, campaign: Campaign, representative: Representative
) -> None:
    theirs = wait(make_campaign(legislature=representative.legislature), representative, 1)
    form = {"to": str(representative.pk), "seen": mark([theirs[0].pk]), "on": str(timezone.localdate())}
    assert owner.post(f"{PAGE}over/", form).status_code == 409
    assert owner.post(f"{PAGE}email/", form).status_code == 409
    assert handing_in.send_by_email_after_all(campaign, [theirs[0].pk], "a test") == 0
    theirs[0].refresh_from_db()
    assert theirs[0].handed_over_at is None and theirs[0].by_hand


# By email after all


def test_letters_go_by_email_after_all_once(campaign: Campaign, representative: Representative) -> None:
    ids = [kept.pk for kept in wait(campaign, representative, 3)]
    assert handing_in.send_by_email_after_all(campaign, ids, "account 7") == 3
    assert handing_in.send_by_email_after_all(campaign, ids, "account 7") == 0
    assert [email.to_address for email in letters_out()] == ["imogen@parliament.example.com"] * 3
    assert {email.accepted_by for email in letters_out()} == {"account 7"}
    for kept in CampaignLetter.objects.all():
        assert not kept.by_hand and kept.outgoing is not None and kept.outgoing.letter_id == kept.letter_id
    assert handing_in.waiting(campaign) == []


def test_who_cannot_be_emailed_keeps_waiting(campaign: Campaign, representative: Representative) -> None:
    silent = another(representative, email="")
    gone = another(representative, name="Agnes Left", valid_to=timezone.localdate())
    ids = [wait(campaign, one, 1)[0].pk for one in (representative, silent, gone)]
    assert handing_in.send_by_email_after_all(campaign, ids, "a test") == 1
    assert [one.name for one in handing_in.waiting(campaign)] == ["Agnes Left", "Jonas Quill"]


def test_what_was_withdrawn_or_handed_over_is_not_emailed(campaign: Campaign, representative: Representative) -> None:
    withdrawn, handed = wait(campaign, representative, 2)
    posting.withdraw(withdrawn)
    handing_in.hand_over(Pile(campaign), timezone.localdate(), mark([handed.pk]), "a test")
    assert handing_in.send_by_email_after_all(campaign, [withdrawn.pk, handed.pk], "a test") == 0
    assert letters_out() == []


def test_the_page_asks_first_and_two_presses_send_each_letter_once(
    owner: Client, campaign: Campaign, representative: Representative
) -> None:
    wait(campaign, representative, 2)
    wait(campaign, another(representative, email=""), 1)
    page = owner.get(f"{PAGE}email/")
    assert "3 letters" in page.content.decode() and "Jonas Quill" in page.content.decode()
    assert not jobs.Job.objects.exists()
    for _ in range(2):
        assert owner.post(f"{PAGE}email/", asked(page)).status_code == 302
    late = wait(campaign, representative, 1, confirmed_at=timezone.now())[0]
    jobs.drain()
    assert set(jobs.Job.objects.values_list("state", flat=True)) == {jobs.State.DONE}
    assert len(letters_out()) == 2
    late.refresh_from_db()
    assert late.by_hand, "nobody pressed for a letter that came later"


def test_the_page_refuses_to_email_other_letters_than_were_seen(
    owner: Client, campaign: Campaign, representative: Representative
) -> None:
    first, _second = wait(campaign, representative, 2)
    form = asked(owner.get(f"{PAGE}email/?to={representative.pk}"))
    posting.withdraw(first)
    assert owner.post(f"{PAGE}email/", form).status_code == 409
    assert not jobs.Job.objects.exists()


def test_an_emailed_letter_is_in_no_bundle_any_more(
    campaign: Campaign, representative: Representative, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    [kept] = wait(campaign, representative, 1)
    job = bundled(campaign, alice)
    with django_capture_on_commit_callbacks(execute=True):
        handing_in.send_by_email_after_all(campaign, [kept.pk], "a test")
    job.refresh_from_db()
    assert job.state == jobs.State.EXPIRED


# What was handed over, and taking that back


def test_the_page_says_how_many_when_and_by_whom(
    owner: Client, campaign: Campaign, representative: Representative, alice: User
) -> None:
    User.objects.filter(pk=alice.pk).update(name="Alice Ahmed")
    wait(campaign, representative, 2, confirmed_at=timezone.now() - timedelta(days=3))
    yesterday = timezone.localdate() - timedelta(days=1)
    owner.post(f"{PAGE}over/", asked(owner.get(f"{PAGE}over/?to={representative.pk}")) | {"on": str(yesterday)})
    page = re.sub(r"</?bdi>", "", owner.get(PAGE).content.decode())
    assert f"{yesterday.day} {yesterday:%B %Y}: 2 letters to Imogen Yarborough" in page
    assert f"Marked on {timezone.localtime():%-d %B %Y}" in page and "by Alice Ahmed." in page


def test_a_mark_set_by_mistake_is_taken_back_and_the_letters_wait_again(
    owner: Client, campaign: Campaign, representative: Representative
) -> None:
    wait(campaign, representative, 2)
    before = handing_in.waiting(campaign)
    owner.post(f"{PAGE}over/", asked(owner.get(f"{PAGE}over/")))
    [door] = re.findall(r'action="([^"]*hand-in/undo/\d+/)"', owner.get(PAGE).content.decode())
    page = owner.post(door, follow=True).content.decode()
    assert "2 letters wait again" in page and "Taken back on" in page and "hand-in/undo/" not in page
    assert handing_in.waiting(campaign) == before
    assert CampaignLetter.objects.filter(handed_over_at__isnull=True, hand_over__isnull=True).count() == 2
    assert "no longer be taken back" in owner.post(door, follow=True).content.decode()


def test_taking_one_mark_back_leaves_the_others(campaign: Campaign, representative: Representative) -> None:
    jonas, today = another(representative), timezone.localdate()
    for to in (representative, jonas):
        wait(campaign, to, 1)
        handing_in.hand_over(Pile(campaign, to.pk), today, seen(Pile(campaign, to.pk)), "a test")
    assert handing_in.undo(campaign.hand_overs.latest("pk"), "a test") == 1
    assert [line.name for line in handing_in.waiting(campaign)] == ["Jonas Quill"]


def test_after_a_day_it_stands(owner: Client, campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 1)
    handing_in.hand_over(Pile(campaign), timezone.localdate(), seen(Pile(campaign)), "a test")
    made = campaign.hand_overs.get()
    HandOver.objects.update(marked_at=timezone.now() - timedelta(days=1, minutes=1))
    assert "hand-in/undo/" not in owner.get(PAGE).content.decode()
    assert "no longer be taken back" in owner.post(f"{PAGE}undo/{made.pk}/", follow=True).content.decode()
    assert CampaignLetter.objects.get().handed_over_at is not None


def test_one_that_was_erased_meanwhile_does_not_wait_again_and_is_taken_out(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    first, _second = wait(campaign, representative, 2)
    bundled(campaign, alice)
    handing_in.hand_over(Pile(campaign), timezone.localdate(), seen(Pile(campaign)), "a test")
    posting.erase(CampaignLetter.objects.filter(pk=first.pk))
    assert handing_in.undo(campaign.hand_overs.get(), "a test") == 1
    assert [one.letters[0].number for one in taking_out.to_take_out(campaign)] == [1]


def test_another_campaigns_mark_is_out_of_reach(
    owner: Client, campaign: Campaign, representative: Representative
) -> None:
    other = make_campaign(legislature=representative.legislature)
    wait(other, representative, 1)
    handing_in.hand_over(Pile(other), timezone.localdate(), seen(Pile(other)), "a test")
    assert owner.post(f"{PAGE}undo/{other.hand_overs.get().pk}/").status_code == 404
    assert CampaignLetter.objects.get().handed_over_at is not None


def test_editors_are_told_that_an_owner_can_print(campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 1)
    told = {}
    for role in ("viewer", "editor", "owner"):
        client = Client()
        client.force_login(make_user(f"{role}@example.org", campaign.organisation, role, is_staff=True))
        told[role] = "An owner of the organisation can make a bundle" in client.get(PAGE).content.decode()
    assert told == {"viewer": True, "editor": True, "owner": False}


def test_every_page_leads_to_the_letters_the_post_room_and_the_campaign(
    owner: Client, campaign: Campaign, representative: Representative, alice: User
) -> None:
    wait(campaign, representative, 1)
    job = bundled(campaign, alice)
    for page in (PAGE, f"{PAGE}over/", f"{PAGE}email/", f"{PAGE}bundles/{job.uuid}/"):
        content = owner.get(page).content.decode()
        for door in (PAGE, "/organise/organisations/friends/post/", f"/organise/campaigns/{campaign.slug}/"):
            assert f'href="{door}"' in content, (page, door)


def test_the_days_a_letter_is_kept_are_the_settings(
    owner: Client, client: Client, campaign: Campaign, representative: Representative, settings: Settings
) -> None:
    settings.LETTER_RETENTION_DAYS = 17
    confirmed(campaign, representative)
    link = links_in(emails()[0])["letter"]
    preview = client.post("/library/write/", preview_of(representative)).content.decode()
    words = (preview, client.get(link).content.decode(), email_text(emails()[0]))
    assert all("erase the letter 17 days after" in text or "erased 17 days after" in text for text in words)
    assert "erased 17 days after" in owner.get(f"{PAGE}over/").content.decode()


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_organisers_at_once_mark_each_letter_once(campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 5)
    before, done, refused = seen(Pile(campaign)), [], []
    gate = threading.Barrier(2)

    def mark_them(name: str) -> None:
        try:
            gate.wait(10)
            done.append(handing_in.hand_over(Pile(campaign), timezone.localdate(), before, name))
        except Changed:
            refused.append(name)
        finally:
            connection.close()

    both(mark_them)
    assert done == [5] and len(refused) == 1


@pytest.mark.django_db(transaction=True)
def test_two_organisers_at_once_email_each_letter_once(campaign: Campaign, representative: Representative) -> None:
    ids = [kept.pk for kept in wait(campaign, representative, 5)]
    sent: list[int] = []
    gate = threading.Barrier(2)

    def send_them(name: str) -> None:
        try:
            gate.wait(10)
            sent.append(handing_in.send_by_email_after_all(campaign, ids, name))
        finally:
            connection.close()

    both(send_them)
    assert sum(sent) == 5 and len(letters_out()) == 5


@pytest.mark.django_db(transaction=True)
def test_of_handing_over_and_withdrawing_at_once_only_one_happens(
    campaign: Campaign, representative: Representative
) -> None:
    [kept] = wait(campaign, representative, 1)
    before = seen(Pile(campaign))
    gate = threading.Barrier(2)
    happened: list[str] = []

    def one_or_the_other(name: str) -> None:
        try:
            gate.wait(10)
            if name == "Alice":
                handing_in.hand_over(Pile(campaign), timezone.localdate(), before, name)
                happened.append("handed over")
            elif posting.withdraw(kept):
                happened.append("withdrawn")
        except Changed:
            pass
        finally:
            connection.close()

    both(one_or_the_other)
    row = CampaignLetter.objects.get()
    assert happened == [("withdrawn" if row.state == "withdrawn" else "handed over")]
    assert (row.state == "withdrawn") != (row.handed_over_at is not None)
