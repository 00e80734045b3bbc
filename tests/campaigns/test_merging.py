"""Letters that nobody changed go as one, with a list of who sends it."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import (
    annexes,
    answering,
    deciding,
    handing_in,
    letter_history,
    merging,
    posting,
    restoring,
    retention,
    signing,
)
from campaigns import emails as mail
from campaigns.models import Campaign, CampaignLetter, HandIn, MergedLetter, Organisation
from config import links
from letters import outbox
from letters.mime import parcel
from letters.models import Letter, OutgoingEmail, Representative
from letters.models.post import State

from .factories import make_campaign, make_seat, make_signature
from .letters_kept import SENT, goes, letters_out, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative() -> Representative:
    return make_seat(name="Imogen Yarborough", email="imogen@parliament.example.com")[2]


@pytest.fixture
def campaign(representative: Representative) -> Campaign:
    return make_campaign(slug="library", legislature=representative.legislature, merge_identical=True)


def waits(campaign: Campaign, to: Representative, name: str, hours: float = 25, **fields: Any) -> CampaignLetter:
    """Confirmed so long ago."""
    kept = written(campaign, to, email=f"{name.split()[0].lower()}@example.org", name=name, to_merge=True, **fields)
    assert [fate.problem for fate in posting.confirm(kept)] == [""]
    CampaignLetter.objects.filter(pk=kept.pk).update(confirmed_at=timezone.now() - timedelta(hours=hours))
    kept.refresh_from_db()
    return kept


@pytest.fixture
def three(campaign: Campaign, representative: Representative) -> list[CampaignLetter]:
    return [waits(campaign, representative, name) for name in ("Carol Cole", "Alice Ahmed", "Bob Brown")]


def test_confirmed_it_waits_and_nothing_is_queued(campaign: Campaign, representative: Representative) -> None:
    waits(campaign, representative, "Alice Ahmed", hours=23)
    assert merging.due() == 0 and letters_out() == []


def test_the_same_words_go_as_one_letter_with_the_names(campaign: Campaign, three: list[CampaignLetter]) -> None:
    assert merging.due() == 1
    [email] = letters_out()
    assert email.letter is not None and email.attach_letter
    assert email.letter.annex.splitlines() == ["Alice Ahmed, ZZ9 9ZZ", "Bob Brown, ZZ9 9ZZ", "Carol Cole, ZZ9 9ZZ"]
    assert email.letter.body == three[0].letter.body and email.letter.salutation == three[0].letter.salutation
    assert (email.letter.sender_name, email.reply_to) == ("Friends of the Library", "friends@example.org")
    merged = MergedLetter.objects.get()
    assert (merged.letters, merged.outgoing, merged.representative) == (3, email, three[0].representative)
    assert set(CampaignLetter.objects.values_list("merged", flat=True)) == {merged.pk}
    assert merging.due() == 0, "once"


def test_the_oldest_decides_when_they_all_go(campaign: Campaign, representative: Representative) -> None:
    waits(campaign, representative, "Alice Ahmed", hours=1)
    waits(campaign, representative, "Bob Brown", hours=25)
    assert merging.due() == 1 and MergedLetter.objects.get().letters == 2


def test_other_words_are_another_pile_and_white_space_is_none(
    campaign: Campaign, representative: Representative
) -> None:
    waits(campaign, representative, "Alice Ahmed", body="Keep it open.\n\nPlease.")
    waits(campaign, representative, "Bob Brown", body="Keep it open.\r\n\r\n Please. ")
    waits(campaign, representative, "Carol Cole", body="Keep it open!")
    assert merging.due() == 2
    merged = MergedLetter.objects.get()
    assert merged.letters == 2 and "Carol" not in merged.letter.annex


def test_another_representative_is_another_letter(campaign: Campaign, representative: Representative) -> None:
    other = make_seat(name="Wallace Quarmby")[2]
    for to in (representative, other):
        for name in ("Alice Ahmed", "Bob Brown"):
            waits(campaign, to, name)
    assert merging.due() == 2
    assert sorted(email.to_name for email in letters_out()) == ["Imogen Yarborough", "Wallace Quarmby"]


def test_alone_it_goes_as_an_ordinary_letter(campaign: Campaign, representative: Representative) -> None:
    kept = waits(campaign, representative, "Alice Ahmed")
    assert merging.due() == 1
    kept.refresh_from_db()
    [email] = letters_out()
    assert kept.outgoing == email and email.letter == kept.letter and email.reply_to == "alice@example.org"
    assert not MergedLetter.objects.exists() and merging.due() == 0


def test_too_many_names_make_several_letters(
    monkeypatch: pytest.MonkeyPatch, campaign: Campaign, representative: Representative
) -> None:
    monkeypatch.setattr(merging, "MOST_NAMES", 2)
    monkeypatch.setattr(merging, "CHUNK", 2)
    monkeypatch.setattr(annexes, "CHUNK", 1)
    for name in ("Alice A", "Bob B", "Carol C", "Dora D", "Erin E"):
        waits(campaign, representative, name)
    assert merging.due() == 3
    assert sorted(MergedLetter.objects.values_list("letters", flat=True)) == [2, 2]
    assert all(email.letter for email in letters_out())


def test_it_comes_from_the_organisation_and_not_via_itself(three: list[CampaignLetter]) -> None:
    Organisation.objects.get().sender.__class__.objects.update(name="Friends of the Library")
    merging.due()
    built = parcel(OutgoingEmail.objects.get(kind="letter"), lambda email: b"%PDF-").built
    assert built["From"].startswith('"Friends of the Library" <') or built["From"].startswith(
        "Friends of the Library <"
    )
    assert "Reply-To" in built and "friends@example.org" in built["Reply-To"]


@pytest.mark.parametrize("step", ["campaigns.emails.merged_letter", "campaigns.annexes.annex", "letters.outbox.nudge"])
def test_a_worker_that_dies_between_two_steps_neither_loses_nor_doubles_one(
    three: list[CampaignLetter], step: str
) -> None:
    with patch(step, side_effect=RuntimeError("on purpose")):
        assert merging.due() == 0
    assert letters_out() == [] and not MergedLetter.objects.exists()
    assert Letter.objects.count() == 3, "nothing of it is left"
    assert merging.due() == 1 and MergedLetter.objects.get().letters == 3


def test_what_is_wrong_with_one_pile_does_not_keep_the_others(
    campaign: Campaign, representative: Representative
) -> None:
    other = make_seat(name="Wallace Quarmby")[2]
    for to in (representative, other):
        waits(campaign, to, "Alice Ahmed")
    real = mail.letter

    def fails_for_one(kept: CampaignLetter, to: Representative) -> OutgoingEmail:
        if to == representative:
            raise RuntimeError("on purpose")
        return real(kept, to)

    with patch("campaigns.emails.letter", fails_for_one):
        assert merging.due() == 1
    assert [email.to_name for email in letters_out()] == ["Wallace Quarmby"]


def test_to_who_has_left_meanwhile_nothing_goes_and_the_page_says_so(
    client: Client, three: list[CampaignLetter]
) -> None:
    Representative.objects.update(valid_to=timezone.localdate())
    assert merging.due() == 0
    page = client.get(links.link("letter", "campaigns:letter_manage", three[0].uuid)).content.decode()
    assert "not sent: they have left the office" in page


def test_what_is_to_be_handed_in_since_waits_for_hands(
    campaign: Campaign, representative: Representative, three: list[CampaignLetter]
) -> None:
    HandIn.objects.create(campaign=campaign, representative=representative)
    assert merging.due() == 0 and letters_out() == []
    assert list(CampaignLetter.objects.values_list("by_hand", "to_merge").distinct()) == [(True, False)]
    assert [waiting.letters for waiting in handing_in.waiting(campaign)] == [3]
    assert posting.withdraw(three[0])


def test_of_an_organisation_that_is_not_approved_nothing_goes(three: list[CampaignLetter]) -> None:
    Organisation.objects.update(approved_at=None)
    assert merging.due() == 0 and letters_out() == []
    kept = CampaignLetter.objects.get(pk=three[0].pk)
    assert not letter_history.is_on_its_way(kept)
    assert letter_history.honest_state(kept, False).startswith("held back, not sent yet")


# Taking it back


def names() -> list[str]:
    return [line.split(",")[0] for line in MergedLetter.objects.get().letter.annex.splitlines()]


def test_before_it_is_merged_a_withdrawn_one_leaves_the_pile(three: list[CampaignLetter]) -> None:
    assert posting.withdraw(three[0])
    merging.due()
    assert names() == ["Alice Ahmed", "Bob Brown"]


@pytest.mark.parametrize("leased", [False, True])
def test_while_it_waits_in_the_queue_the_name_is_taken_out(three: list[CampaignLetter], leased: bool) -> None:
    merging.due()
    [first] = letters_out()
    if leased:
        goes(first, State.LEASED)
    three[1].refresh_from_db()
    assert posting.withdraw(three[1])
    old, new = letters_out()
    assert (old.state, new.state) == ("cancelled", "queued"), "a worker cannot send the old list any more"
    assert new.to_address == "imogen@parliament.example.com" and names() == ["Bob Brown", "Carol Cole"]
    merged = MergedLetter.objects.get()
    assert (merged.letters, merged.outgoing) == (2, new)
    three[1].refresh_from_db()
    assert three[1].state == "withdrawn"


@pytest.mark.parametrize("state", [State.HELD, State.FAILED])
def test_what_waits_for_a_decision_goes_on_waiting_without_the_name(three: list[CampaignLetter], state: State) -> None:
    merging.due()
    goes(letters_out()[0], State.LEASED, state)
    three[1].refresh_from_db()
    assert posting.withdraw(three[1])
    [email] = letters_out()
    assert email.state == state and names() == ["Bob Brown", "Carol Cole"]


def test_with_the_last_name_the_letter_is_stopped(three: list[CampaignLetter]) -> None:
    merging.due()
    for kept in three:
        kept.refresh_from_db()
        assert posting.withdraw(kept)
    assert {email.state for email in letters_out()} == {"cancelled"}
    assert MergedLetter.objects.get().letter.body == ""


@pytest.mark.parametrize("states", [(State.LEASED, State.HANDING), SENT, (*SENT, State.BOUNCED)])
def test_once_it_has_left_it_cannot_be_called_back(three: list[CampaignLetter], states: tuple[State, ...]) -> None:
    merging.due()
    goes(letters_out()[0], *states)
    three[0].refresh_from_db()
    assert not posting.withdraw(three[0])
    assert len(names()) == 3


def test_erasing_blanks_the_line_even_of_one_that_has_left(three: list[CampaignLetter]) -> None:
    merging.due()
    goes(letters_out()[0], *SENT)
    posting.erase(CampaignLetter.objects.filter(pk=three[0].pk))
    assert names() == ["Alice Ahmed", "Bob Brown"]
    assert letters_out()[0].state == "sent" and MergedLetter.objects.get().letters == 3, "as many as it was"


def test_what_has_been_kept_long_enough_is_erased_from_the_list_too(
    three: list[CampaignLetter], settings: Settings
) -> None:
    merging.due()
    goes(letters_out()[0], *SENT)
    CampaignLetter.objects.filter(pk=three[0].pk).update(created_at=timezone.now() - timedelta(days=40))
    assert retention.anonymise_expired().letters_scrubbed == 1
    assert names() == ["Alice Ahmed", "Bob Brown"]
    retention.anonymise_expired(timezone.now() + timedelta(days=settings.LETTER_RETENTION_DAYS + 1))
    letter = MergedLetter.objects.get().letter
    assert (letter.annex, letter.body, letter.sender_name) == ("", "", "") and letter.scrubbed_at is not None


@pytest.mark.parametrize("queued", [False, True])
def test_what_has_not_left_yet_keeps_its_words(three: list[CampaignLetter], queued: bool) -> None:
    if queued:
        merging.due()
    CampaignLetter.objects.update(created_at=timezone.now() - timedelta(days=40))
    assert retention.anonymise_expired().letters_scrubbed == 0


def test_erasing_who_has_the_organisations_own_address_stops_nobody_elses_letter(
    campaign: Campaign, three: list[CampaignLetter]
) -> None:
    merging.due()
    signing.erase(make_signature(make_campaign(slug="other"), email="friends@example.org"))
    [email] = letters_out()
    assert (email.state, email.reply_to) == ("queued", "friends@example.org")


# What is known of it


def test_its_page_says_that_it_went_as_one_with_others(client: Client, three: list[CampaignLetter]) -> None:
    merging.due()
    goes(letters_out()[0], *SENT)
    page = client.get(links.link("letter", "campaigns:letter_manage", three[0].uuid)).content.decode()
    assert "which 3 people send" in page and "accepted by the mail server" in page
    assert "Bob Brown" not in page, "of the others nobody is named"


def test_who_withdrew_is_not_told_how_many_send_it_now(three: list[CampaignLetter]) -> None:
    merging.due()
    assert posting.withdraw(three[0])
    for kept in three[:2]:
        kept.refresh_from_db()
    withdrawn, sending = ([step.said for step in letter_history.history(kept)] for kept in three[:2])
    assert "put into one letter with the same words" in withdrawn
    assert "put into one letter with the same words, which 2 people send" in sending


def test_somebody_elses_withdrawal_is_not_in_its_history(three: list[CampaignLetter]) -> None:
    merging.due()
    three[1].refresh_from_db()
    posting.withdraw(three[1])
    three[0].refresh_from_db()
    said = [step.said for step in letter_history.history(three[0])]
    assert said.count("queued to be sent") == 1 and "stopped, not sent" not in said and len(said) == 4


def test_a_merged_letter_that_came_back_goes_on_to_the_new_address(three: list[CampaignLetter]) -> None:
    merging.due()
    goes(letters_out()[0], *SENT, State.BOUNCED)
    Representative.objects.update(email="new@parliament.example.com")
    assert deciding.readdress([letters_out()[0].pk], "account 1") == 1
    old, new = letters_out()
    assert new.to_address == "new@parliament.example.com" and new.letter == old.letter
    assert MergedLetter.objects.get().outgoing == new


def test_after_a_restore_what_waited_is_held_with_the_rest(three: list[CampaignLetter]) -> None:
    restoring.quieten(timezone.now())
    [email] = letters_out()
    assert email.state == "held" and email.letter is not None and len(email.letter.annex.splitlines()) == 3
    assert merging.due() == 0 and answering.ask() == 0


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("1 High Street\nNORTHTOWN\nZZ9 9ZZ", "Alice, ZZ9 9ZZ"),
        ("1 High Street, Northtown, sw1a1aa", "Alice, sw1a1aa"),
        ("Leopoldstr. 12345\n80331 München", "Alice, 80331"),
        ("12345 Main Street\nSpringfield, IL 62704-1234", "Alice, 62704-1234"),
        ("ul. Długa 5\n00-238 Warszawa", "Alice, 00-238"),
        ("1 High Street\nNORTHTOWN", "Alice"),
        ("", "Alice"),
    ],
)
def test_the_list_has_the_postcode_and_nothing_else_of_the_address(address: str, line: str) -> None:
    assert annexes.line(" Alice \n", address) == line


def test_the_deed_reads_few_rows_again(three: list[CampaignLetter], django_assert_max_num_queries: Any) -> None:
    merging.due()
    outbox.cancel([], "nobody")
    with django_assert_max_num_queries(1):
        merging.due()
