"""What is held back, before those who may let it through."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns import counting, held_back, invalidating, signing
from campaigns.models import Campaign, Invalidation, Signature
from config import jobs
from tests.campaigns.factories import make_campaign, make_signature
from tests.campaigns.organising.signature_rows import bob, campaign, charlie, dora, logged, page

pytestmark = pytest.mark.django_db
__all__ = ["bob", "campaign", "charlie", "dora"]
WHY = "They are ours"


def hold(campaign: Campaign, **fields: Any) -> Signature:
    return make_signature(campaign, **{"state": "suspect", "held_for": "disposable", **fields})


def let_through(client: Client, why: str = WHY, **form: Any) -> Any:
    """The form of the count, as it was shown."""
    seen = client.post(page("held_look"), form)
    sent: dict[str, Any] = {"why": why, "newest": seen.context["look"].newest}
    for name, value in seen.context["again"]:
        sent.setdefault(name, []).append(value)
    return client.post(page("held_do"), sent)


def states() -> dict[str, str]:
    return dict(Signature.objects.order_by("pk").values_list("name", "state"))


def test_each_reason_is_shown_with_its_number_and_its_people(campaign: Campaign, bob: Client) -> None:
    for name, why in (("Pia", "disposable"), ("Quin", "disposable"), ("Rex", "too_fast")):
        hold(campaign, name=name, held_for=why)
    make_signature(campaign, name="Agnes")
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bob.get(page("held")).content.decode()))
    assert "2 The address is one to throw away" in shown and "1 It was filled in faster" in shown
    assert "Pia" in shown and "Rex" in shown and "Agnes" not in shown
    fast = bob.get(page("held"), {"held_for": "too_fast"}).content.decode()
    assert "Rex" in fast and "Pia" not in fast and "; confirmed by email" in fast
    Signature.objects.update(confirmed_at=None)
    assert "; confirmed by email" not in bob.get(page("held"), {"held_for": "too_fast"}).content.decode()
    assert bob.get(page("held"), {"held_for": "nonsense"}).status_code == 422
    assert [(one.held_for, one.counted.n) for one in held_back.by_reason(campaign)] == [
        ("too_fast", 1),
        ("disposable", 2),
    ]


def test_the_count_says_of_one_what_is_true_of_one(campaign: Campaign, bob: Client) -> None:
    one = hold(campaign, name="Pia")
    seen = bob.post(page("held_look"), {"held_for": "disposable"}).content.decode()
    assert "It was confirmed by email and would count at once." in seen and "As everybody would read it" in seen
    Signature.objects.filter(pk=one.pk).update(confirmed_at=None)
    seen = bob.post(page("held_look"), {"held_for": "disposable"}).content.decode()
    assert "It was not confirmed by email" in seen and "the others" not in seen
    hold(campaign, name="Quin")
    assert "1 of them was confirmed" in bob.post(page("held_look"), {"held_for": "disposable"}).content.decode()


def test_a_flood_is_counted_as_far_as_it_is_cheap(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_back, "MOST_COUNTED", 2)
    for _ in range(4):
        hold(campaign)
    [reason] = held_back.by_reason(campaign)
    assert reason.counted.more and reason.counted.n == 3


def test_what_is_let_through_counts_from_the_next_fold_on_and_may_be_held_again(
    campaign: Campaign, bob: Client
) -> None:
    hold(campaign, name="Pia")
    hold(campaign, name="Quin", confirmed_at=None)
    hold(campaign, name="Rex", held_for="honeypot")
    seen = bob.post(page("held_look"), {"held_for": "disposable"})
    assert (seen.context["look"].n, seen.context["look"].confirmed) == (2, 1) and set(states().values()) == {"suspect"}
    assert let_through(bob, why="", held_for="disposable").status_code == 422
    assert let_through(bob, held_for="disposable").status_code == 302
    assert states() == {"Pia": "confirmed", "Quin": "pending", "Rex": "suspect"}
    counting.fold_all()
    assert Campaign.objects.get(pk=campaign.pk).signature_count == 1
    assert WHY in bob.get(page("held")).content.decode()
    made = Invalidation.objects.get()
    assert (made.signatures, made.releases, made.by.email) == (2, True, "bob@example.org")  # type: ignore[union-attr]
    bob.post(page("held_undo", number=made.pk))
    assert set(states().values()) == {"suspect"}
    counting.fold_all()
    assert Campaign.objects.get(pk=campaign.pk).signature_count == 0
    assert counting.reconcile(campaign).problems == []
    assert logged(campaign) == [("signatures.released", {"n": 2}), ("signatures.held_again", {"n": 2})]
    assert "taken back already" in bob.post(page("held_undo", number=made.pk), follow=True).content.decode()


def test_the_ticked_alone_are_let_through_and_of_this_campaign(campaign: Campaign, bob: Client) -> None:
    mine, other = hold(campaign, name="Pia"), hold(campaign, name="Quin")
    confirmed = make_signature(campaign, name="Agnes")
    theirs = hold(make_campaign(organisation=campaign.organisation), name="Rex")
    let_through(bob, row=[str(mine.pk), str(confirmed.pk), str(theirs.pk)])
    assert states() == {"Pia": "confirmed", "Quin": "suspect", "Agnes": "confirmed", "Rex": "suspect"}
    assert Invalidation.objects.get().signatures == 1 and other.state == "suspect"


def test_nothing_ticked_is_not_everything(campaign: Campaign, bob: Client) -> None:
    newest = hold(campaign).pk
    for form in ({}, {"row": "x"}, {"held_for": "nonsense"}):
        assert "Tick some of them first" in bob.post(page("held_look"), form, follow=True).content.decode()
        bob.post(page("held_do"), {"why": WHY, "newest": newest} | form)
    assert Signature.objects.get().state == "suspect"


def test_who_signs_after_the_count_stays_held_back(campaign: Campaign, bob: Client) -> None:
    hold(campaign, name="Pia")
    seen = bob.post(page("held_look"), {"held_for": "disposable"})
    hold(campaign, name="Late")
    bob.post(page("held_do"), {"why": WHY, "newest": seen.context["look"].newest, "held_for": "disposable"})
    assert states() == {"Pia": "confirmed", "Late": "suspect"}


def test_they_are_declared_invalid_from_the_same_page_by_reason(campaign: Campaign, bob: Client) -> None:
    hold(campaign, name="Pia")
    hold(campaign, name="Rex", held_for="honeypot")
    make_signature(campaign, name="Agnes")
    seen = bob.post(page("invalidation_look"), {"state": "suspect", "held_for": "honeypot"})
    sent = {"why": "A machine", "newest": seen.context["look"].newest} | dict(seen.context["again"])
    bob.post(page("invalidation_do"), sent)
    assert states() == {"Pia": "suspect", "Rex": "invalid", "Agnes": "confirmed"}
    bob.post(page("invalidation_undo", number=Invalidation.objects.get().pk))
    assert states()["Rex"] == "suspect"


def test_who_withdrew_or_was_struck_out_meanwhile_is_not_held_back_again(campaign: Campaign, bob: Client) -> None:
    pia, quin = hold(campaign, name="Pia"), hold(campaign, name="Quin")
    hold(campaign, name="Rex")
    let_through(bob, held_for="disposable")
    signing.withdraw(pia)
    invalidating.by_hand(campaign, bob_of(campaign), [quin.pk], "A machine after all")
    bob.post(page("held_undo", number=Invalidation.objects.get(releases=True).pk))
    assert states() == {"Pia": "withdrawn", "Quin": "invalid", "Rex": "suspect"}


def bob_of(campaign: Campaign) -> Any:
    return campaign.organisation.memberships.get(user__email="bob@example.org").user


def test_one_is_let_through_on_its_own_page_which_says_why_it_was_held(campaign: Campaign, bob: Client) -> None:
    pia = hold(campaign, name="Pia")
    assert "the address is one to throw away" in bob.get(page("signatures_one", number=pia.pk)).content.decode()
    done = bob.post(page("signatures_act", number=pia.pk), {"do": "release"}, follow=True).content.decode()
    assert states() == {"Pia": "confirmed"} and "Let through by Bob" in done
    again = bob.post(page("signatures_act", number=pia.pk), {"do": "release"}, follow=True).content.decode()
    assert "nothing was done" in again


def test_many_are_let_through_and_held_back_again_by_a_worker(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invalidating, "AT_ONCE", 2)
    for number in range(5):
        hold(campaign, name=f"Pia {number}")
    let_through(bob, held_for="disposable")
    assert set(states().values()) == {"suspect"} and "0 of 5" in bob.get(page("held")).content.decode()
    jobs.drain()
    assert set(states().values()) == {"confirmed"}
    bob.post(page("held_undo", number=Invalidation.objects.get().pk))
    jobs.drain()
    assert set(states().values()) == {"suspect"}


def test_of_very_many_it_says_only_that_there_are_more(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invalidating, "MOST_LOOKED", 3)
    for _ in range(5):
        hold(campaign)
    shown = bob.post(page("held_look"), {"held_for": "disposable"}).content.decode()
    assert "More than 3 signatures would be let through" in shown and "confirmed by email" not in shown
    let_through(bob, held_for="disposable")
    assert "They are being counted first" in bob.get(page("held")).content.decode()
    jobs.drain()
    assert set(states().values()) == {"confirmed"}
    assert logged(campaign) == [("signatures.released", {"n": 5})]


def test_the_two_lists_of_deeds_are_apart(campaign: Campaign, bob: Client) -> None:
    release = Invalidation.objects.create(campaign=campaign, reason="A release", releases=True)
    strike = Invalidation.objects.create(campaign=campaign, reason="A strike")
    assert "A release" not in bob.get(page("invalidation")).content.decode()
    assert "A strike" not in bob.get(page("held")).content.decode()
    assert bob.post(page("held_undo", number=strike.pk)).status_code == 404
    assert bob.post(page("invalidation_undo", number=release.pk)).status_code == 404


def test_viewers_and_strangers_have_no_part_in_it(campaign: Campaign, charlie: Client, dora: Client) -> None:
    hold(campaign)
    for client in (charlie, dora):
        assert client.get(page("held")).status_code == 404
        assert client.post(page("held_do"), {"why": WHY, "newest": 9}).status_code == 404
    assert Signature.objects.get().state == "suspect"


def test_the_page_costs_the_same_with_one_and_with_twenty(campaign: Campaign, bob: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            bob.get(page("held"))
        return len(asked)

    hold(campaign)
    first = queries()
    for _ in range(19):
        hold(campaign)
    assert queries() == first
