import html
import io
import re
import threading
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import bundling, exports, handing_in, retention, signing, writing
from campaigns.handing_in import Changed, Pile, mark
from campaigns.models import BundledLetter, Campaign, CampaignLetter, HandIn, HandOver, User
from config import jobs
from letters.models import Letter, OutgoingEmail, Representative
from letters.models.post import State
from letters.pdf import RenderingBusy, RenderingError
from tests.letters.pdf.sheets import fonts, texts

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
    assert letters_in(job) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert writing.withdraw(first)
    job.refresh_from_db()
    assert job.state == jobs.State.EXPIRED
    assert letters_in(bundled(campaign, alice)) == 1
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
        monkeypatch.setattr(bundling, "letter_pdf", lambda sheet: blank_pdf(sheet.signature_name))


def blank_pdf(name: str = "Alice Example", pages: int = 1) -> bytes:
    """Empty pages, as wide as the name is long, by which they are known again."""
    document = pypdfium2.PdfDocument.new()
    for _page in range(pages):
        document.new_page(300 + len(name), 400).close()
    file = io.BytesIO()
    document.save(file)
    document.close()
    return file.getvalue()


def widths_in(pdf: bytes) -> list[int]:
    """The length of the name on each page of a PDF of blank_pdf's."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [int(page.mediabox[2]) - 300 for page in document.pages]


@pytest.fixture
def rendered() -> None:
    """For a test that wants the PDFs themselves."""


def bundled(campaign: Campaign, alice: User) -> jobs.Job:
    job = bundling.start_bundle(campaign, exports.owner_of(campaign, alice))
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


def letters_in(job: jobs.Job) -> int:
    """By its list of contents."""
    return len(re.findall(r"<tr><td>(\d+)</td>", opened(job).read("0-contents.html").decode()))


def test_the_bundle_is_a_pdf_a_representative_with_their_letters_by_time(
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
    assert job.result_filename == "library-letters.zip" and (job.done, job.total) == (4, 4)
    assert sorted(names_in(job)) == [
        "0-contents.html",
        "1-agnes-oleftx.pdf",
        "2-3-imogen-yarborough.pdf",
        "4-جوناس-كويل.pdf",
    ]
    early_first, blank, then = widths_in(opened(job).read("2-3-imogen-yarborough.pdf"))
    assert (early_first, then) == (len("Early"), len("Alice Example"))


def test_each_letter_begins_on_a_new_sheet(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printed on both sides, no two people's letters are on one; and none is wasted after a letter of two pages."""
    pages = {"One": 1, "Two of it": 2, "And three": 3, "Last": 1}
    kept = wait(campaign, representative, 4)
    for letter, name in zip(kept, pages, strict=True):
        Letter.objects.filter(pk=letter.letter_id).update(sender_name=name)
    monkeypatch.setattr(
        bundling, "letter_pdf", lambda sheet: blank_pdf(sheet.signature_name, pages[sheet.signature_name])
    )
    job = bundled(campaign, alice)
    one, two, three, last = (len(name) for name in pages)
    found = widths_in(opened(job).read("1-4-imogen-yarborough.pdf"))
    assert found == [one, one, two, two, three, three, three, three, last]
    contents = opened(job).read("0-contents.html").decode()
    rows = re.findall(r"<tr><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>", contents)
    assert rows == [("1", "1", "1"), ("2", "3", "2"), ("3", "5", "3"), ("4", "9", "1")]


def test_file_names_and_contents_hold_nobody_who_wrote_and_sort_as_they_are_numbered(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    jonas = another(representative)
    wait(campaign, representative, 12)
    wait(campaign, jonas, 1)
    job = bundled(campaign, alice)
    assert sorted(names_in(job)) == ["0-contents.html", "01-12-imogen-yarborough.pdf", "13-jonas-quill.pdf"]
    contents = opened(job).read("0-contents.html").decode()
    assert "Jonas Quill" in contents and "13-jonas-quill.pdf" in contents
    assert "Alice Example" not in contents and letters_in(job) == 13


def test_very_many_letters_to_one_are_several_files(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a file is in memory while it is made."""
    monkeypatch.setattr(bundling, "A_FILE", 2)
    wait(campaign, representative, 5)
    names = sorted(names_in(bundled(campaign, alice)))
    assert names[1:] == ["1-2-imogen-yarborough.pdf", "3-4-imogen-yarborough.pdf", "5-imogen-yarborough.pdf"]


def test_joined_letters_keep_their_words_and_fonts_and_not_their_tags(
    rendered: None, campaign: Campaign, representative: Representative, alice: User
) -> None:
    """And they do not claim to be what they no longer are: PDF/UA."""
    wait(campaign, representative, 2)
    pdf = opened(bundled(campaign, alice)).read("1-2-imogen-yarborough.pdf")
    pages = texts(pdf)
    assert len(pages) == 3 and pages[1].strip() == ""
    assert "I write about the bridge." in pages[0] and "I write about the bridge." in pages[2]
    assert fonts(pdf) and all(fonts(pdf).values()), "every font is in the file"
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert not {"/StructTreeRoot", "/MarkInfo", "/Lang", "/Metadata"} & set(document.Root.keys())


def test_a_letter_that_cannot_be_set_is_in_it_as_text(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _first, odd = wait(campaign, representative, 2)
    Letter.objects.filter(pk=odd.letter_id).update(sender_name="Odd")

    def fail_for_one(sheet: Any) -> bytes:
        if sheet.signature_name == "Odd":
            raise RenderingError("a glyph is missing")
        return blank_pdf()

    monkeypatch.setattr(bundling, "letter_pdf", fail_for_one)
    archive = opened(bundled(campaign, alice))
    assert sorted(archive.namelist()) == ["0-contents.html", "1-2-imogen-yarborough.pdf", "2-imogen-yarborough.txt"]
    assert "a text file of its own" in archive.read("0-contents.html").decode()
    assert "I write about the bridge." in archive.read("2-imogen-yarborough.txt").decode()


def test_when_none_can_be_set_the_work_says_so(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sheet: Any) -> bytes:
        raise RenderingError("no")

    monkeypatch.setattr(bundling, "letter_pdf", fail)
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
        return blank_pdf()

    monkeypatch.setattr(bundling, "letter_pdf", busy_at_first)
    monkeypatch.setattr(bundling.time, "sleep", slept.append)
    wait(campaign, representative, 1)
    assert letters_in(bundled(campaign, alice)) == 1 and slept == [3, 3]


def test_who_withdraws_while_the_bundle_is_made_is_not_in_it(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is begun anew, as often as that takes."""
    letters = wait(campaign, representative, 6)
    left = letters[:5]

    def withdraws_meanwhile(sheet: Any) -> bytes:
        if left:
            writing.withdraw(left.pop())
        return blank_pdf()

    monkeypatch.setattr(bundling, "letter_pdf", withdraws_meanwhile)
    monkeypatch.setattr(jobs, "RENEW_EVERY", 0)
    job = bundling.start_bundle(campaign, exports.owner_of(campaign, alice))
    for _turn in range(8):
        jobs.drain()
    job.refresh_from_db()
    assert job.state == jobs.State.DONE and letters_in(job) == 1
    assert bundling.to_take_out(campaign) == [], "no bundle that was ever ready held them"


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
        return blank_pdf()

    monkeypatch.setattr(bundling, "letter_pdf", withdraws_meanwhile)
    monkeypatch.setattr(handing_in, "CHUNK", 2)
    monkeypatch.setattr(jobs, "RENEW_EVERY", 60)
    assert letters_in(bundled(campaign, alice)) == 3
    assert [record.levelname for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_bundle_holds_what_waited_when_it_was_asked_for(
    owner: Client, campaign: Campaign, representative: Representative, alice: User
) -> None:
    """And so does the pile that is marked from its page."""
    old = wait(campaign, representative, 2)
    job = bundling.start_bundle(campaign, exports.owner_of(campaign, alice))
    [new] = wait(campaign, representative, 1, confirmed_at=timezone.now())
    jobs.drain()
    job.refresh_from_db()
    assert letters_in(job) == 2
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


# What is to be taken out of the paper


def withdrawn(kept: CampaignLetter) -> None:
    assert writing.withdraw(kept)
    jobs.expire(timezone.now() + timedelta(seconds=1))


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
    writing.erase(CampaignLetter.objects.filter(pk=first.pk))
    jobs.expire(timezone.now() + timedelta(seconds=1))
    job.refresh_from_db()
    assert (job.state, job.parameters) == (jobs.State.EXPIRED, {})
    [removals] = bundling.to_take_out(campaign)
    assert [(one.number, one.name, one.why) for one in removals.letters] == [(1, "Imogen Yarborough", "withdrawn")]


def test_what_was_emailed_or_erased_by_its_date_is_taken_out_too(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    emailed, expired, _waits = wait(campaign, representative, 3)
    bundled(campaign, alice)
    handing_in.send_by_email_after_all(campaign, [emailed.pk], "a test")
    retention.forget_letters(CampaignLetter.objects.filter(pk=expired.pk), timezone.now())
    [removals] = bundling.to_take_out(campaign)
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
    assert len(bundling.to_take_out(campaign)) == 1, "another representative's letters say nothing of these"
    handing_in.hand_over(Pile(campaign), today, seen(Pile(campaign)), "a test")
    assert bundling.to_take_out(campaign) == []
    handing_in.undo(campaign.hand_overs.latest("pk"), "a test")
    assert len(bundling.to_take_out(campaign)) == 1


def test_when_all_of_a_pile_withdrew_it_is_told_as_long_as_a_letter_is_kept(
    campaign: Campaign, representative: Representative, alice: User, settings: Settings
) -> None:
    [only] = wait(campaign, representative, 1)
    job = bundled(campaign, alice)
    withdrawn(only)
    assert len(bundling.to_take_out(campaign)) == 1
    old = timezone.now() - timedelta(days=settings.LETTER_RETENTION_DAYS, minutes=1)
    jobs.Job.objects.filter(pk=job.pk).update(created_at=old)
    assert bundling.to_take_out(campaign) == []
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
    assert len(bundling.to_take_out(campaign)) == 2
    assert BundledLetter.objects.filter(bundle=job).count() == 2


def test_one_that_withdrew_before_the_bundle_is_not_looked_for_in_it(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    first, _second = wait(campaign, representative, 2)
    withdrawn(first)
    bundled(campaign, alice)
    assert bundling.to_take_out(campaign) == []


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
        assert sum(len(one.letters) for one in bundling.to_take_out(campaign)) == 20


def test_another_campaigns_withdrawals_are_its_own(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    first, _second = wait(campaign, representative, 2)
    bundled(campaign, alice)
    withdrawn(first)
    assert bundling.to_take_out(make_campaign(legislature=representative.legislature)) == []


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
    writing.erase(CampaignLetter.objects.filter(pk=first.pk))
    assert handing_in.undo(campaign.hand_overs.get(), "a test") == 1
    assert [one.letters[0].number for one in bundling.to_take_out(campaign)] == [1]


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
        for door in (PAGE, "/organise/organisations/friends/post/", f"/admin/campaigns/campaign/{campaign.pk}/change/"):
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
