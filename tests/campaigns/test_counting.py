import itertools
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import counting, signing
from campaigns.counting import current_goal
from campaigns.models import AreaCount, Campaign, Signature

from .factories import make_campaign, make_seat, make_signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign()


def count(campaign: Campaign) -> int:
    """After the next fold. What the books say then must be what the rows say."""
    counting.fold_all()
    campaign.refresh_from_db()
    assert counting.reconcile(campaign).problems == []
    assert campaign.signature_count == campaign.signatures.counting().count()
    return campaign.signature_count


def areas(campaign: Campaign) -> dict[str, int]:
    return dict(campaign.area_counts.filter(count__gt=0).values_list("area__name", "count"))


def test_a_fold_counts_what_is_confirmed_and_nothing_else(campaign: Campaign) -> None:
    for state in Signature.State.values:
        make_signature(campaign, state=state)
    assert count(campaign) == 1


def test_a_second_fold_changes_nothing(campaign: Campaign) -> None:
    make_signature(campaign)
    assert counting.fold_all() == 1
    assert counting.fold_all() == 0
    assert counting.fold(campaign.pk) == 0
    assert count(campaign) == 1


def test_a_withdrawal_is_taken_off_again(campaign: Campaign) -> None:
    stays, goes = make_signature(campaign), make_signature(campaign)
    assert count(campaign) == 2
    signing.withdraw(goes)
    assert count(campaign) == 1
    assert Signature.objects.get(pk=stays.pk).counted and not Signature.objects.get(pk=goes.pk).counted


def test_what_came_and_went_between_two_folds_was_never_counted(campaign: Campaign) -> None:
    signing.withdraw(make_signature(campaign))
    assert counting.fold_all() == 0
    assert count(campaign) == 0


def test_an_invalidation_and_its_undoing(campaign: Campaign) -> None:
    for _ in range(3):
        make_signature(campaign)
    assert count(campaign) == 3
    bad = Signature.objects.order_by("pk")[:1]
    assert signing.invalidate(Signature.objects.filter(pk__in=bad)) == 1
    assert count(campaign) == 2
    assert signing.restore(Signature.objects.all()) == 1
    assert count(campaign) == 3


def test_undoing_gives_back_the_state_there_was_before(campaign: Campaign) -> None:
    states = ("pending", "confirmed", "suspect")
    rows = [make_signature(campaign, state=state) for state in states]
    withdrawn = make_signature(campaign, state="withdrawn")
    assert signing.invalidate(Signature.objects.all()) == 3
    assert signing.invalidate(Signature.objects.all()) == 0, "a second time must not forget the state before"
    assert signing.restore(Signature.objects.all()) == 3
    assert [Signature.objects.get(pk=row.pk).state for row in (*rows, withdrawn)] == [*states, "withdrawn"]


def test_an_invalidation_undone_before_the_fold_changes_nothing(campaign: Campaign) -> None:
    make_signature(campaign)
    assert count(campaign) == 1
    signing.invalidate(Signature.objects.all())
    signing.restore(Signature.objects.all())
    assert counting.fold_all() == 0


@pytest.mark.parametrize("order", list(itertools.permutations("abcd")))
def test_the_count_is_right_in_whatever_order_things_happen(campaign: Campaign, order: tuple[str, ...]) -> None:
    """Four deeds with a fold after each: nothing depends on which transaction committed first."""
    first, second, third = (make_signature(campaign, state="pending") for _ in range(3))
    signing.confirm(third)
    deeds: dict[str, Any] = {
        "a": lambda: signing.confirm(first),
        "b": lambda: signing.confirm(second),
        "c": lambda: signing.withdraw(third),
        "d": lambda: signing.invalidate(Signature.objects.filter(pk=first.pk)),
    }
    for deed in order:
        deeds[deed]()
        count(campaign)
    assert count(campaign) == (2 if order.index("d") < order.index("a") else 1) - (
        # who was struck out before confirming cannot confirm any more
        1 if order.index("d") < order.index("a") else 0
    )


def test_a_row_that_confirmed_before_the_last_fold_but_committed_after_it_is_found(campaign: Campaign) -> None:
    """Its times and its key are older than the fold: neither decides, only the flag does."""
    late = make_signature(campaign, state="pending")
    make_signature(campaign)
    assert count(campaign) == 1
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Signature.objects.filter(pk=late.pk).update(state="confirmed", confirmed_at=an_hour_ago)
    assert count(campaign) == 2


def test_areas_are_counted_alongside(campaign: Campaign) -> None:
    _, north, _ = make_seat()
    _, south, _ = make_seat("SW1A2AA")
    south.name = "Southtown"
    south.save()
    for area in (north, north, south, None):
        make_signature(campaign, area=area)
    assert count(campaign) == 4
    assert areas(campaign) == {"Northtown South": 2, "Southtown": 1}
    signing.withdraw(Signature.objects.filter(area=south).get())
    signing.invalidate(Signature.objects.filter(area=north))
    assert count(campaign) == 1
    assert areas(campaign) == {}
    signing.restore(Signature.objects.all())
    assert count(campaign) == 3
    assert areas(campaign) == {"Northtown South": 2}


def test_one_that_comes_as_another_goes_leaves_the_area_as_it_was(campaign: Campaign) -> None:
    _, area, _ = make_seat()
    goes, comes = make_signature(campaign, area=area), make_signature(campaign, area=area, state="pending")
    count(campaign)
    signing.withdraw(goes)
    signing.confirm(comes)
    assert count(campaign) == 1
    assert areas(campaign) == {"Northtown South": 1}


def test_a_long_backlog_is_folded_in_batches(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "BATCH", 2)
    for _ in range(5):
        make_signature(campaign)
    assert counting.fold(campaign.pk) == 5
    assert count(campaign) == 5


def test_a_fold_of_one_campaign_leaves_the_others_alone(campaign: Campaign) -> None:
    other = make_campaign()
    make_signature(campaign)
    make_signature(other)
    counting.fold(campaign.pk)
    other.refresh_from_db()
    assert (count(campaign), other.signature_count) == (1, 0)


def test_erasing_after_the_retention_keeps_the_count(campaign: Campaign) -> None:
    """Anonymised by time, not at the person's wish: the number stays, who it was does not."""
    _, area, _ = make_seat()
    signature = make_signature(campaign, area=area)
    count(campaign)
    signature.refresh_from_db()
    signature.forget_the_person(timezone.now())
    signature.save()
    assert count(campaign) == 1
    assert areas(campaign) == {"Northtown South": 1}


def test_a_fold_asks_only_what_it_must(campaign: Campaign, django_assert_num_queries: Any) -> None:
    for _ in range(20):
        make_signature(campaign)
    # Which campaigns, twice; savepoint, lock, rows, the tallies, the flags, the tallies again, the count, release.
    with django_assert_num_queries(10):
        counting.fold_all()
    with django_assert_num_queries(2):
        counting.fold_all()


@pytest.mark.parametrize(
    ("goal", "signed", "shown"),
    [(100, 0, 100), (100, 99, 100), (100, 100, 250), (100, 101, 250), (100, 250, 500), (300, 299, 300)]
    + [(300, 300, 500), (1000, 999, 1000), (1000, 1000, 2500), (10, 10, 100), (100, 1_000_000, 2_000_000)]
    + [(100, 2_000_000, 3_000_000), (5_000_000, 5_000_000, 6_000_000)],
)
def test_the_goal_raises_itself_when_it_is_reached(goal: int, signed: int, shown: int) -> None:
    assert current_goal(goal, signed) == shown


def test_the_goal_is_never_reached_nor_lowered() -> None:
    for goal in (1, 100, 130, 999, 1_000_001):
        shown = [current_goal(goal, signed) for signed in range(0, 3_000_000, 997)]
        assert shown == sorted(shown) and all(
            goal > signed for goal, signed in zip(shown, range(0, 3_000_000, 997), strict=True)
        )


def test_the_raised_goal_is_what_people_see(client: Client) -> None:
    campaign = make_campaign(slug="library", signature_goal=2)
    make_signature(campaign)
    counting.fold_all()
    assert client.get("/library/count.json").json() == {"count": 1, "goal": 2, "paper": 0, "open": True}
    make_signature(campaign)
    counting.fold_all()
    assert client.get("/library/count.json").json() == {"count": 2, "goal": 100, "paper": 0, "open": True}
    assert re.search(r'<progress[^>]*max="100" value="2"', client.get("/library/").content.decode())


def test_a_count_never_falls_below_nothing(campaign: Campaign) -> None:
    make_signature(campaign)
    count(campaign)
    AreaCount.objects.all().delete()
    signing.withdraw(Signature.objects.get())
    assert count(campaign) == 0
