import html
import io
import re
import threading
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import exports, handing_in, retention, signing, writing
from campaigns.handing_in import Changed, Pile, mark
from campaigns.models import Campaign, CampaignLetter, HandIn, User
from config import jobs
from letters.models import Letter, OutgoingEmail, Representative
from letters.models.post import State
from letters.pdf import RenderingBusy, RenderingError

from .factories import (
    email_text,
    emails,
    links_in,
    make_campaign,
    make_campaign_letter,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    text_of,
)

pytestmark = pytest.mark.django_db

PAGE = "/organise/library/hand-in/"


@pytest.fixture
def representative() -> Representative:
    return make_seat("SW1A1AA", name="Imogen Yarborough", email="imogen@parliament.example.com")[2]


@pytest.fixture
def campaign(representative: Representative) -> Campaign:
    """Whose letters are all handed in."""
    made = make_campaign(
        slug="library", legislature=representative.legislature, organisation=make_organisation(slug="friends")
    )
    HandIn.objects.create(campaign=made)
    return made


@pytest.fixture
def alice(campaign: Campaign) -> User:
    return make_user("alice@friends.example.org", campaign.organisation, "owner", is_staff=True)


@pytest.fixture
def owner(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def write(campaign: Campaign, representative: Representative, email: str = "zoe@example.org") -> CampaignLetter:
    written = writing.Written(representative, "The library", "It must stay.", "Zoe Quux", "1 High Street")
    writing.send(text_of(campaign), written, email)
    return CampaignLetter.objects.latest("pk")


def confirmed(campaign: Campaign, representative: Representative, email: str = "zoe@example.org") -> CampaignLetter:
    kept = write(campaign, representative, email)
    assert writing.confirm(kept)
    kept.refresh_from_db()
    return kept


def wait(campaign: Campaign, representative: Representative, number: int, **fields: Any) -> list[CampaignLetter]:
    """Letters that wait, made at once, a minute apart."""
    now = timezone.now() - timedelta(hours=1)
    waits = {"by_hand": True, "state": "confirmed"}
    return [
        make_campaign_letter(
            campaign, representative, **{**waits, "confirmed_at": now + timedelta(minutes=minute), **fields}
        )
        for minute in range(number)
    ]


def another(representative: Representative, **fields: Any) -> Representative:
    here = {"legislature": representative.legislature, "constituency": representative.constituency}
    return Representative.objects.create(**here, **{"name": "Jonas Quill", "email": "jonas@example.com", **fields})


def letters_out() -> list[OutgoingEmail]:
    return [email for email in emails() if email.kind == "letter"]


def seen(pile: Pile, on: date | None = None) -> str:
    return mark(pile.on(on or timezone.localdate()).ids())


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
    assert writing.confirm(CampaignLetter.objects.get())
    assert CampaignLetter.objects.get().by_hand


def test_what_its_writer_was_told_holds_when_the_hand_in_is_taken_back(
    campaign: Campaign, representative: Representative
) -> None:
    kept = write(campaign, representative)
    HandIn.objects.all().delete()
    writing.confirm(kept)
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
    writing.confirm(kept)
    assert CampaignLetter.objects.get().by_hand and letters_out() == []


def test_to_who_has_left_office_nothing_is_handed_in(campaign: Campaign, representative: Representative) -> None:
    kept = write(campaign, representative)
    Representative.objects.update(valid_to=timezone.localdate())
    with pytest.raises(writing.NobodyThere):
        writing.confirm(kept)
    kept.refresh_from_db()
    assert kept.state == "pending"


def test_a_confirmed_signers_letter_waits_at_once(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    signature = make_signature(campaign, email="zoe@example.org")
    writing.send(
        text_of(campaign),
        writing.Written(representative, "S", "B", "Zoe", "1 High Street"),
        "zoe@example.org",
        signature,
    )
    kept = CampaignLetter.objects.get()
    assert (kept.state, kept.by_hand) == ("confirmed", True) and emails() == []


# What supporters read


def preview_of(representative: Representative) -> dict[str, str]:
    return {
        "stage": "preview",
        "constituency": str(representative.constituency_id),
        "representative": str(representative.pk),
        "subject": "The library",
        "body": "It must stay open.",
        "name": "Zoe Quux",
        "address": "1 High Street\nNORTHTOWN",
        "postcode": "SW1A 1AA",
    }


def sending(representative: Representative, **fields: str) -> dict[str, str]:
    return preview_of(representative) | {"stage": "send", "email": "zoe@example.org", "consent": "on"} | fields


def test_form_and_preview_say_that_it_is_handed_over_and_offer_no_email(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    form = client.post("/library/write/", {"stage": "find", "postcode": "SW1A 1AA"}).content.decode()
    assert "Letters to Imogen Yarborough do not go by email." in form
    page = client.post("/library/write/", preview_of(representative)).content.decode()
    assert "Handed over by the organisers" in page and "does not go by email" in page
    assert "mailto:" not in page.split('class="desk"')[1] and "By email, through us" not in page
    HandIn.objects.all().delete()
    for stage in ({"stage": "find", "postcode": "SW1A 1AA"}, preview_of(representative)):
        assert "hand them over" not in client.post("/library/write/", stage).content.decode()


def test_the_consent_names_the_hand_over_and_is_recorded_as_shown(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    page = html.unescape(client.post("/library/write/", preview_of(representative)).content.decode())
    client.post("/library/write/", sending(representative))
    label = re.search(r'<label[^>]*for="id_consent"[^>]*>(.*?)</label>', page, re.DOTALL)
    recorded = CampaignLetter.objects.get().consent.text
    assert label and re.sub(r"<[^>]*>|\*", "", label[1]).strip() == recorded
    assert "hands it over to Imogen Yarborough" in recorded


def test_who_agreed_to_email_is_asked_again_when_it_is_to_be_handed_over(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    HandIn.objects.all().delete()
    page = client.post("/library/write/", preview_of(representative)).content.decode()
    [shown] = re.findall(r'name="shown" value="(\w+)"', page)
    HandIn.objects.create(campaign=campaign)
    response = client.post("/library/write/", sending(representative, shown=shown))
    assert response.status_code == 422 and not CampaignLetter.objects.exists()
    again = response.content.decode()
    [now] = re.findall(r'name="shown" value="(\w+)"', again)
    assert now != shown and "How your letter travels has changed" in again
    assert not re.search(r'<input[^>]*name="consent"[^>]* checked', again)
    assert client.post("/library/write/", sending(representative, shown=now)).status_code == 303


def test_the_email_and_the_page_behind_it_say_it_too(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    write(campaign, representative)
    [email] = emails()
    assert email.message is not None
    for words in (email_text(email), email.message.html):
        assert "It does not go by email" in words and "sent in your name" not in words
    link = links_in(email)["letter/confirm"]
    assert "It does not go by email" in client.get(link).content.decode()
    done = client.post(link).content.decode()
    assert "The organisers have your letter" in done and "on its way" not in done
    assert "waiting to be handed over" in done
    assert "not go by email" in client.get("/library/written/?by-hand").content.decode()


def test_ones_own_page_says_what_became_of_it(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    kept = confirmed(campaign, representative)
    mine = links_in(emails()[0])["letter"]
    assert "waiting to be handed over" in client.get(mine).content.decode()
    yesterday = timezone.localdate() - timedelta(days=1)
    CampaignLetter.objects.update(confirmed_at=timezone.now() - timedelta(days=2))
    pile = Pile(campaign)
    handing_in.hand_over(pile, yesterday, seen(pile, yesterday), "a test")
    page = client.get(mine).content.decode()
    assert f"handed over on {yesterday.day} {yesterday:%B %Y}" in page
    assert 'name="withdraw"' not in page
    kept.refresh_from_db()
    assert client.get(f"{mine}data.json").json()["by_hand"] is True


def test_the_promised_day_is_the_one_that_is_kept(client: Client, campaign: Campaign, settings: Settings) -> None:
    kept = make_campaign_letter(campaign, make_seat()[2], by_hand=True)
    latest = retention.letter_kept_until(kept)
    assert latest == retention.months_after(timezone.localdate(), campaign.retention_months)
    kept.handed_over_at = timezone.now()
    handed = timezone.localdate() + timedelta(days=settings.LETTER_RETENTION_DAYS)
    assert retention.letter_kept_until(kept) == handed
    kept.state = "withdrawn"
    assert retention.letter_kept_until(kept) == handed


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
    assert len(names_in(job)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert writing.withdraw(first)
    job.refresh_from_db()
    assert job.state == jobs.State.EXPIRED
    assert len(names_in(bundled(campaign, alice))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        writing.erase(CampaignLetter.objects.filter(pk=second.pk))
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
        writing.withdraw(write(campaign, representative))
    job.refresh_from_db()
    assert job.state == jobs.State.DONE


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
    writing.withdraw(first)
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


def asked(page: Any) -> dict[str, str]:
    """The fields that the page would send back."""
    return {
        name: html.unescape(value)
        for name, value in re.findall(
            r'<input[^>]*?name="(to|until|seen|on)"[^>]*?value="([^"]*)"', page.content.decode()
        )
    }


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
    writing.withdraw(first)
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
    writing.withdraw(withdrawn)
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
    writing.withdraw(first)
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


# The bundle


@pytest.fixture(autouse=True)
def _quick_pdf(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rendering itself is not the matter."""
    if "rendered" not in request.fixturenames:
        monkeypatch.setattr(handing_in, "letter_pdf", lambda sheet: f"%PDF- {sheet.signature_name}".encode())


@pytest.fixture
def rendered() -> None:
    """For a test that wants the PDFs themselves."""


def bundled(campaign: Campaign, alice: User) -> jobs.Job:
    job = handing_in.start_bundle(campaign, exports.owner_of(campaign, alice))
    jobs.drain()
    job.refresh_from_db()
    return job


def opened(job: jobs.Job) -> zipfile.ZipFile:
    with job.open_result() as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert archive.testzip() is None
    return archive


def names_in(job: jobs.Job) -> list[str]:
    return opened(job).namelist()


def test_the_bundle_is_a_pdf_a_letter_by_representative_and_then_by_time(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    jonas = another(representative, name="جوناس كويل")
    agnes = another(representative, name="Agnes O’Left/../x")
    late, early = wait(campaign, representative, 2)
    CampaignLetter.objects.filter(pk=early.pk).update(confirmed_at=timezone.now() - timedelta(days=5))
    Letter.objects.filter(pk=early.letter_id).update(sender_name="Early")
    wait(campaign, jonas, 1)
    wait(campaign, agnes, 1)
    job = bundled(campaign, alice)
    assert job.result_filename == "library-letters.zip"
    names = names_in(job)
    assert names == [
        "1-agnes-oleftx.pdf",
        "2-imogen-yarborough.pdf",
        "3-imogen-yarborough.pdf",
        "4-جوناس-كويل.pdf",
    ]
    assert [opened(job).read(name) for name in names[1:3]] == [b"%PDF- Early", b"%PDF- Alice Example"]


def test_file_names_hold_nobody_who_wrote_and_sort_as_they_are_numbered(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    wait(campaign, representative, 12)
    names = names_in(bundled(campaign, alice))
    assert names == sorted(names) and names[0] == "01-imogen-yarborough.pdf"


def test_the_pdfs_are_the_letters_themselves(
    rendered: None, campaign: Campaign, representative: Representative, alice: User
) -> None:
    wait(campaign, representative, 1)
    archive = opened(bundled(campaign, alice))
    assert archive.read(archive.namelist()[0]).startswith(b"%PDF-")


def test_a_letter_that_cannot_be_set_is_in_it_as_text(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _first, odd = wait(campaign, representative, 2)
    Letter.objects.filter(pk=odd.letter_id).update(sender_name="Odd")

    def fail_for_one(sheet: Any) -> bytes:
        if sheet.signature_name == "Odd":
            raise RenderingError("a glyph is missing")
        return b"%PDF-"

    monkeypatch.setattr(handing_in, "letter_pdf", fail_for_one)
    archive = opened(bundled(campaign, alice))
    assert archive.namelist() == ["1-imogen-yarborough.pdf", "2-imogen-yarborough.txt"]
    assert "I write about the bridge." in archive.read("2-imogen-yarborough.txt").decode()


def test_when_none_can_be_set_the_work_says_so(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sheet: Any) -> bytes:
        raise RenderingError("no")

    monkeypatch.setattr(handing_in, "letter_pdf", fail)
    wait(campaign, representative, 1)
    job = bundled(campaign, alice)
    assert (job.state, job.error) == (jobs.State.FAILED, "None of the letters could be made into a PDF.")


def test_a_bundle_of_nothing_says_so(campaign: Campaign, alice: User) -> None:
    assert bundled(campaign, alice).error == "No letters wait to be handed in."


def test_a_bundle_waits_for_a_renderer_that_is_busy(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [RenderingBusy(3), RenderingBusy(3)]
    slept: list[float] = []

    def busy_at_first(sheet: Any) -> bytes:
        if answers:
            raise answers.pop()
        return b"%PDF-"

    monkeypatch.setattr(handing_in, "letter_pdf", busy_at_first)
    monkeypatch.setattr(handing_in.time, "sleep", slept.append)
    wait(campaign, representative, 1)
    assert names_in(bundled(campaign, alice)) == ["1-imogen-yarborough.pdf"] and slept == [3, 3]


def test_who_withdraws_while_the_bundle_is_made_is_not_in_it(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is begun anew, as often as that takes."""
    letters = wait(campaign, representative, 6)
    left = letters[:5]

    def withdraws_meanwhile(sheet: Any) -> bytes:
        if left:
            writing.withdraw(left.pop())
        return b"%PDF-"

    monkeypatch.setattr(handing_in, "letter_pdf", withdraws_meanwhile)
    monkeypatch.setattr(jobs, "RENEW_EVERY", 0)
    job = handing_in.start_bundle(campaign, exports.owner_of(campaign, alice))
    for _turn in range(8):
        jobs.drain()
    job.refresh_from_db()
    assert job.state == jobs.State.DONE and len(names_in(job)) == 1


def test_who_withdraws_before_the_bundle_comes_to_them_stops_nothing(
    campaign: Campaign,
    representative: Representative,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    *_others, last = wait(campaign, representative, 4)

    asked_for: list[Any] = []

    def withdraws_meanwhile(sheet: Any) -> bytes:
        asked_for.append(sheet)
        if len(asked_for) == 2:  # the job has just written how far it is, and does not look again for a while
            writing.withdraw(last)
        return b"%PDF-"

    monkeypatch.setattr(handing_in, "letter_pdf", withdraws_meanwhile)
    monkeypatch.setattr(handing_in, "CHUNK", 2)
    monkeypatch.setattr(jobs, "RENEW_EVERY", 60)
    assert len(names_in(bundled(campaign, alice))) == 3
    assert [record.levelname for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_bundle_holds_what_waited_when_it_was_asked_for(
    owner: Client, campaign: Campaign, representative: Representative, alice: User
) -> None:
    """And so does the pile that is marked from its page."""
    old = wait(campaign, representative, 2)
    job = handing_in.start_bundle(campaign, exports.owner_of(campaign, alice))
    [new] = wait(campaign, representative, 1, confirmed_at=timezone.now())
    jobs.drain()
    job.refresh_from_db()
    assert len(names_in(job)) == 2
    page = owner.get(f"{PAGE}bundles/{job.uuid}/").content.decode()
    [door] = re.findall(r'href="([^"]*over/\?until=[^"]*)"', page)
    ask = owner.get(html.unescape(door))
    assert "these 2 letters" in ask.content.decode()
    owner.post(f"{PAGE}over/", asked(ask))
    assert set(CampaignLetter.objects.filter(handed_over_at__isnull=True)) == {new}
    assert {kept.pk for kept in old} == set(
        CampaignLetter.objects.exclude(handed_over_at=None).values_list("pk", flat=True)
    )


def test_asking_twice_makes_one_bundle(owner: Client, campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 1)
    first, second = owner.post(f"{PAGE}bundles/"), owner.post(f"{PAGE}bundles/")
    assert first["Location"] == second["Location"] and jobs.Job.objects.count() == 1
    jobs.drain()
    assert owner.post(f"{PAGE}bundles/")["Location"] != first["Location"], "that one is done; this is a newer one"


def test_the_bundle_is_its_owners_alone(owner: Client, campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 1)
    page = owner.post(f"{PAGE}bundles/")["Location"]
    jobs.drain()
    download = owner.get(page, {"download": ""})
    assert "attachment" in download["Content-Disposition"] and "no-store" in download["Cache-Control"]
    for role in ("viewer", "editor", "owner"):
        client = Client()
        client.force_login(make_user(f"{role}@example.org", campaign.organisation, role, is_staff=True))
        assert client.get(page, {"download": ""}).status_code == 404, role


# How long


def later(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


def test_a_waiting_letter_keeps_its_words_until_long_after_others(
    campaign: Campaign, representative: Representative, settings: Settings
) -> None:
    [kept] = wait(campaign, representative, 1)
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS + 1)).letters_scrubbed == 0
    Campaign.objects.update(state="closed", closed_at=timezone.now())
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
    assert not written < retention._past_after_months(months, at)
    assert written < retention._past_after_months(months, at + timedelta(days=1))


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

    _both(mark_them)
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

    _both(send_them)
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
            elif writing.withdraw(kept):
                happened.append("withdrawn")
        except Changed:
            pass
        finally:
            connection.close()

    _both(one_or_the_other)
    row = CampaignLetter.objects.get()
    assert happened == [("withdrawn" if row.state == "withdrawn" else "handed over")]
    assert (row.state == "withdrawn") != (row.handed_over_at is not None)


def _both(deed: Any) -> None:
    threads = [threading.Thread(target=deed, args=(name,)) for name in ("Alice", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


# Choosing it


def test_an_editor_chooses_it_in_the_administration(campaign: Campaign, representative: Representative) -> None:
    HandIn.objects.all().delete()
    make_seat(name="Somebody Elsewhere")
    another(representative, name="Agnes Left", valid_to=timezone.localdate())
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", is_staff=True))
    address = f"/admin/campaigns/campaign/{campaign.pk}/change/"
    page = client.get(address).content.decode()
    assert "Imogen Yarborough" in page and "Somebody Elsewhere" not in page and "Agnes Left" not in page
    empty = {
        f"{part}-{field}_FORMS": "0"
        for part in ("targets", "sources", "events", "responses", "updates")
        for field in ("TOTAL", "INITIAL")
    }
    form = empty | {
        "kind": "petition",
        "signature_goal": "100",
        "retention_months": "24",
        "legislature": str(campaign.legislature_id),
        "attach_pdf": "on",
        "hand_ins-TOTAL_FORMS": "2",
        "hand_ins-INITIAL_FORMS": "0",
        "hand_ins-0-campaign": str(campaign.pk),
        "hand_ins-0-representative": str(representative.pk),
        "hand_ins-1-campaign": str(campaign.pk),
        "hand_ins-1-representative": "",
    }
    assert client.post(address, form).status_code == 302
    assert set(HandIn.objects.values_list("representative", flat=True)) == {representative.pk, None}
    HandIn.objects.all().delete()
    for twice in (str(representative.pk), ""):
        same = {"hand_ins-0-representative": twice, "hand_ins-1-representative": twice}
        response = client.post(address, form | same)
        assert response.status_code == 200 and "correct the" in response.content.decode()
        assert not HandIn.objects.exists()


def test_one_hand_in_of_all_is_enough(campaign: Campaign) -> None:
    with pytest.raises(ValidationError):
        HandIn(campaign=campaign).full_clean()
    with pytest.raises(Exception, match="(?i)unique"), transaction.atomic():
        HandIn.objects.create(campaign=campaign)
