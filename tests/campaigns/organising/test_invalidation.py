"""Declaring signatures invalid in bulk: counted first, with a reason, and taken back to what each was before."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import accepting, counting, filtering, invalidating, signing
from campaigns.filtering import Wanted
from campaigns.models import Campaign, Invalidation, LogEntry, Signature
from config import jobs
from letters import outbox
from tests.campaigns.factories import emails, make_campaign, make_signature, signing_form
from tests.campaigns.organising.signature_rows import bob, campaign, charlie, dora, logged, page

pytestmark = pytest.mark.django_db
__all__ = ["bob", "campaign", "charlie", "dora"]
WHY = "A machine signed"


def look(client: Client, **form: Any) -> Any:
    return client.post(page("invalidation_look"), form)


def do(client: Client, seen: Any, why: str = WHY) -> Any:
    """The form of the count, as it was shown."""
    form: dict[str, Any] = {"why": why, "newest": seen.context["look"].newest}
    for name, value in seen.context["again"]:
        form.setdefault(name, []).append(value)
    return client.post(page("invalidation_do"), form)


def begin_again() -> None:
    """Another worker has what the one before left."""
    jobs.Job.objects.update(state=jobs.State.QUEUED, lease_token=None, lease_until=None, not_before=timezone.now())
    jobs.drain()


def states(campaign: Campaign) -> dict[str, int]:
    return {state: n for state, n in counting.reconcile(campaign).by_state.items() if n}


def test_a_count_first_changes_nothing_and_names_only_who_is_shown(campaign: Campaign, bob: Client) -> None:
    make_signature(campaign, name="Agnes", country="RU")
    make_signature(campaign, name="Shy", country="RU", display="none")
    make_signature(campaign, name="Pia", country="RU", state="pending")
    make_signature(campaign, name="Gone", country="RU", state="withdrawn")
    make_signature(campaign, name="Boris", country="GB")
    seen = look(bob, country="RU")
    assert (seen.context["look"].n, seen.context["look"].counted) == (3, 2)
    assert seen.context["look"].examples == ["Agnes"], "who has not confirmed is read by nobody"
    assert "It does not count now" in look(bob, named="Pia").content.decode()
    assert "Shy" not in seen.content.decode()
    assert not Invalidation.objects.exists() and not Signature.objects.filter(state="invalid").exists()


def test_it_is_done_with_a_reason_counted_by_the_fold_and_taken_back(campaign: Campaign, bob: Client) -> None:
    for state in ("confirmed", "pending", "suspect", "withdrawn"):
        make_signature(campaign, country="RU", state=state)
    make_signature(campaign)
    counting.fold_all()
    seen = look(bob, country="RU")
    assert do(bob, seen, why="").status_code == 422 and not Invalidation.objects.exists()
    assert do(bob, seen).status_code == 302
    made = Invalidation.objects.get()
    assert (made.reason, made.signatures, made.wanted, made.by.email) == (WHY, 3, {"country": "RU"}, "bob@example.org")  # type: ignore[union-attr]
    assert states(campaign) == {"invalid": 3, "withdrawn": 1, "confirmed": 1}
    counting.fold_all()
    assert Campaign.objects.get(pk=campaign.pk).signature_count == 1
    listed = bob.get(page("invalidation")).content.decode()
    assert WHY in listed and "3 signatures" in listed and "Bob" in listed
    bob.post(page("invalidation_undo", number=made.pk))
    assert states(campaign) == {"confirmed": 2, "pending": 1, "suspect": 1, "withdrawn": 1}
    counting.fold_all()
    assert Campaign.objects.get(pk=campaign.pk).signature_count == 2
    assert counting.reconcile(campaign).problems == []
    assert logged(campaign) == [("signatures.invalidated", {"n": 3}), ("signatures.restored", {"n": 3})]
    assert "taken back already" in bob.post(page("invalidation_undo", number=made.pk), follow=True).content.decode()


def test_who_withdrew_meanwhile_is_not_brought_back(campaign: Campaign, bob: Client) -> None:
    stays, goes = make_signature(campaign, country="RU"), make_signature(campaign, country="RU")
    do(bob, look(bob, country="RU"))
    signing.withdraw(goes)
    bob.post(page("invalidation_undo", number=Invalidation.objects.get().pk))
    assert dict(Signature.objects.values_list("pk", "state")) == {stays.pk: "confirmed", goes.pk: "withdrawn"}


def test_what_went_by_another_reason_stays_by_that(campaign: Campaign, bob: Client) -> None:
    one, other = make_signature(campaign, country="RU"), make_signature(campaign, country="RU")
    do(bob, look(bob, row=[str(one.pk)]), why="First")
    do(bob, look(bob, country="RU"), why="Second")
    second = Invalidation.objects.get(reason="Second")
    assert second.signatures == 1
    bob.post(page("invalidation_undo", number=second.pk))
    assert dict(Signature.objects.values_list("pk", "state")) == {one.pk: "invalid", other.pk: "confirmed"}


def test_who_signs_after_the_count_is_not_meant(campaign: Campaign, bob: Client) -> None:
    make_signature(campaign, country="RU")
    seen = look(bob, country="RU")
    late = make_signature(campaign, country="RU")
    do(bob, seen)
    late.refresh_from_db()
    assert late.state == "confirmed" and states(campaign) == {"confirmed": 1, "invalid": 1}


def test_ticked_rows_of_another_campaign_are_left_alone(campaign: Campaign, bob: Client) -> None:
    mine = make_signature(campaign)
    other = make_signature(make_campaign(organisation=campaign.organisation))
    seen = look(bob, row=[str(mine.pk), str(other.pk)])
    assert (seen.context["look"].n, seen.context["left"]) == (1, 1)
    do(bob, seen)
    other.refresh_from_db()
    assert other.state == "confirmed"


def test_the_hours_of_a_day_are_a_filter(campaign: Campaign, bob: Client) -> None:
    day = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    for hour in (1, 3, 5):
        row = make_signature(campaign, name=f"At {hour}")
        Signature.objects.filter(pk=row.pk).update(created_at=day + timedelta(hours=hour))
    on = day.date().isoformat()
    seen = look(bob, since=on, since_hour="02:00", until=on, until_hour="05:00")
    assert seen.context["look"].examples == ["At 3"]
    assert look(bob, since=on, since_hour="02:00", until=on).context["look"].n == 2


def test_a_domain_is_found_by_its_key_and_kept_nowhere(client: Client, campaign: Campaign, bob: Client) -> None:
    for n in range(2):
        client.post("/library/sign/", signing_form(email=f"bot{n}@Throwaway.example"))
    client.post("/library/sign/", signing_form(email="agnes@example.org"))
    seen = look(bob, domain="@throwaway.EXAMPLE")
    assert seen.context["look"].n == 2
    do(bob, seen)
    assert Invalidation.objects.get().wanted == {"domain": True}
    assert states(campaign) == {"invalid": 2, "pending": 1}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"state": "nonsense"},
        {"domain": "example.org/x"},
        {"domain": "nodots"},
        {"since_hour": "05:00"},
        {"since": "2026-11-20", "until": "2026-11-20", "since_hour": "05:00", "until_hour": "04:00"},
        {"row": ["x", "1' OR 1=1"]},
        {"country": "XX"},
        {"named": "*"},
        {"named": "a*b*c*d*e"},
        {"burst": "17"},
        {"burst": "x"},
    ],
)
def test_what_makes_no_sense_is_told_and_does_nothing(campaign: Campaign, bob: Client, form: dict[str, Any]) -> None:
    make_signature(campaign)
    assert look(bob, **form).status_code == 422
    assert bob.post(page("invalidation_do"), form | {"why": WHY, "newest": "999999"}).status_code == 422
    assert states(campaign) == {"confirmed": 1}


def test_what_takes_too_long_to_count_is_asked_for_by_days(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled(found: object) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(invalidating, "look", cancelled)
    answer = look(bob, named="*test*")
    shown = answer.content.decode()
    assert answer.status_code == 422 and "takes too long. Choose the days as well" in shown and "*test*" in shown


@pytest.mark.parametrize("newest", ["", "x", "-1"])
def test_nothing_is_done_without_the_count(campaign: Campaign, bob: Client, newest: str) -> None:
    make_signature(campaign, country="RU")
    form = {"country": "RU", "why": WHY, "newest": newest}
    assert bob.post(page("invalidation_do"), form).status_code == 422
    assert states(campaign) == {"confirmed": 1}


def test_very_many_are_a_workers_batch_by_batch(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invalidating, "AT_ONCE", 3)
    monkeypatch.setattr(invalidating, "BATCH", 2)
    for _ in range(5):
        make_signature(campaign, country="RU")
    do(bob, look(bob, country="RU"))
    assert states(campaign) == {"confirmed": 5}
    assert "0 of 5" in bob.get(page("invalidation")).content.decode()
    assert jobs.drain() == 1
    assert states(campaign) == {"invalid": 5} and Invalidation.objects.get().signatures == 5
    bob.post(page("invalidation_undo", number=Invalidation.objects.get().pk))
    assert jobs.drain() == 1
    assert states(campaign) == {"confirmed": 5}


def test_more_than_a_request_may_count_are_counted_by_the_worker_first(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invalidating, "AT_ONCE", 1)
    monkeypatch.setattr(invalidating, "MOST_LOOKED", 4)
    for _ in range(6):
        make_signature(campaign, country="RU")
    seen = look(bob, country="RU")
    shown = seen.content.decode()
    assert "More than 4 signatures would be invalid" in shown and "Declare 4" not in shown and "count now" not in shown
    do(bob, seen)
    assert "They are being counted first" in bob.get(page("invalidation")).content.decode() and logged(campaign) == []
    progress = jobs.Job.progress
    killed = iter([True])

    def first_is_killed(self: jobs.Job, done: int, total: int) -> None:
        assert total == 6
        if next(killed, False):
            raise jobs.LeaseLost("killed")
        progress(self, done, total)

    monkeypatch.setattr(jobs.Job, "progress", first_is_killed)
    jobs.drain()
    begin_again()
    assert states(campaign) == {"invalid": 6}
    bob.post(page("invalidation_undo", number=Invalidation.objects.get().pk))
    jobs.drain()
    assert states(campaign) == {"confirmed": 6}
    assert logged(campaign) == [("signatures.invalidated", {"n": 6}), ("signatures.restored", {"n": 6})]
    assert set(LogEntry.objects.filter(campaign=campaign).values_list("user__name", flat=True)) == {"Bob"}


def test_what_is_taken_back_before_the_worker_began_is_left_alone(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invalidating, "MOST_LOOKED", 1)
    for _ in range(2):
        make_signature(campaign, country="RU")
    do(bob, look(bob, country="RU"))
    bob.post(page("invalidation_undo", number=Invalidation.objects.get().pk))
    jobs.drain()
    assert states(campaign) == {"confirmed": 2} and logged(campaign) == [("signatures.restored", {"n": 0})]


def test_a_worker_that_was_killed_goes_on_and_counts_right(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invalidating, "AT_ONCE", 1)
    monkeypatch.setattr(invalidating, "BATCH", 2)
    for _ in range(5):
        make_signature(campaign, country="RU")
    newest = Signature.objects.latest("pk").pk
    made = invalidating.by_filter(campaign, None, Wanted(country="RU"), newest, WHY)  # type: ignore[arg-type]
    calls: list[int] = []

    def killed(self: jobs.Job, done: int, total: int) -> None:
        calls.append(done)
        if len(calls) == 1:
            raise jobs.LeaseLost("killed")

    monkeypatch.setattr(jobs.Job, "progress", killed)
    jobs.drain()
    assert states(campaign) == {"invalid": 2, "confirmed": 3}
    begin_again()
    made.refresh_from_db()
    assert states(campaign) == {"invalid": 5} and made.signatures == 5


def test_taking_back_stops_a_worker_that_is_at_it(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invalidating, "AT_ONCE", 1)
    monkeypatch.setattr(invalidating, "BATCH", 2)
    for _ in range(5):
        make_signature(campaign, country="RU")
    newest = Signature.objects.latest("pk").pk
    made = invalidating.by_filter(campaign, None, Wanted(country="RU"), newest, WHY)  # type: ignore[arg-type]

    def undone(self: jobs.Job, done: int, total: int) -> None:
        monkeypatch.undo()
        invalidating.undo(campaign, None, made.pk)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs.Job, "progress", undone)
    while jobs.drain():
        pass
    assert states(campaign) == {"confirmed": 5}


def test_what_changes_before_its_turn_is_left_as_it_is(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ids are read ahead; each row is looked at again when its turn comes, striking out and taking back."""
    monkeypatch.setattr(invalidating, "AT_ONCE", 1)
    monkeypatch.setattr(invalidating, "BATCH", 2)
    monkeypatch.setattr(invalidating, "READ", 3)
    rows = [make_signature(campaign, country="RU") for _ in range(7)]
    made = invalidating.by_filter(campaign, None, Wanted(country="RU"), rows[-1].pk, WHY)  # type: ignore[arg-type]
    meanwhile: list[Any] = []

    def happens(self: jobs.Job, done: int, total: int) -> None:
        if meanwhile:
            meanwhile.pop()()

    monkeypatch.setattr(jobs.Job, "progress", happens)
    meanwhile.append(lambda: signing.withdraw(rows[2]))
    jobs.drain()
    assert states(campaign) == {"invalid": 6, "withdrawn": 1} and Invalidation.objects.get().signatures == 6
    other = campaign.invalidations.create(reason="Another")

    def struck_again() -> None:
        invalidating.one_back(campaign, None, rows[6].pk)  # type: ignore[arg-type]
        signing.invalidate(Signature.objects.filter(pk=rows[6].pk), other)

    meanwhile.append(struck_again)
    invalidating.undo(campaign, None, made.pk)  # type: ignore[arg-type]
    jobs.drain()
    assert states(campaign) == {"confirmed": 5, "withdrawn": 1, "invalid": 1}
    assert Signature.objects.get(state="invalid").invalidation == other


def test_a_pattern_of_shown_names_is_a_filter_and_kept_nowhere(campaign: Campaign, bob: Client) -> None:
    for name in ("Test 1", "TEST  2", "Testa Rossa", "A Test", "Te.t 3"):
        make_signature(campaign, name=name)
    make_signature(campaign, name="Test Shy", display="none")
    make_signature(campaign, name="Test Initials", display="initials")
    assert look(bob, named="test *").context["look"].examples == ["TEST  2", "Test 1"]
    assert look(bob, named="*test*").context["look"].n == 4
    assert look(bob, named="Te.t *").context["look"].n == 1
    seen = look(bob, named="test")
    assert seen.context["look"].n == 0 and "Name as it is shown" in seen.content.decode()
    do(bob, look(bob, named="test *"))
    assert Invalidation.objects.get().wanted == {"named": True}


def test_two_at_once_strike_each_out_once_and_take_back_their_own(campaign: Campaign, bob: Client) -> None:
    for country in ("RU", "RU", "GB"):
        make_signature(campaign, country=country)
    by_country, by_state = look(bob, country="RU"), look(bob, state="confirmed")
    do(bob, by_state, why="All")
    do(bob, by_country, why="Country")
    assert dict(Invalidation.objects.values_list("reason", "signatures")) == {"All": 3, "Country": 0}
    bob.post(page("invalidation_undo", number=Invalidation.objects.get(reason="Country").pk))
    assert states(campaign) == {"invalid": 3}
    bob.post(page("invalidation_undo", number=Invalidation.objects.get(reason="All").pk))
    assert states(campaign) == {"confirmed": 3}


def test_a_viewer_and_a_stranger_do_nothing(campaign: Campaign, dora: Client, charlie: Client) -> None:
    make_signature(campaign, country="RU")
    made = campaign.invalidations.create(reason="Before")
    for client in (dora, charlie):
        form = {"country": "RU", "why": WHY, "newest": "999999"}
        assert client.post(page("invalidation_look"), form).status_code == 404
        assert client.post(page("invalidation_do"), form).status_code == 404
        assert client.post(page("invalidation_undo", number=made.pk)).status_code == 404
    assert states(campaign) == {"confirmed": 1} and Invalidation.objects.count() == 1


def test_an_invalidation_of_another_campaign_is_not_there(campaign: Campaign, bob: Client) -> None:
    other = make_campaign(organisation=campaign.organisation)
    made = other.invalidations.create(reason="Another’s")
    assert bob.post(page("invalidation_undo", number=made.pk)).status_code == 404
    assert "Another’s" not in bob.get(page("invalidation")).content.decode()


def test_who_signs_again_with_that_address_is_told(client: Client, campaign: Campaign, bob: Client) -> None:
    client.post("/library/sign/", signing_form())
    signing.confirm(Signature.objects.get())
    do(bob, look(bob, state="confirmed"))
    outbox.cancel([email.pk for email in emails()], actor="a test")
    client.post("/library/sign/", signing_form())
    accepting.take_up()
    assert Signature.objects.get().state == "invalid" and len(emails()) == 2


def test_the_page_costs_the_same_with_one_and_with_twenty(
    campaign: Campaign, bob: Client, django_assert_num_queries: Any
) -> None:
    campaign.invalidations.create(reason="One")
    with CaptureQueriesContext(connection) as said:
        bob.get(page("invalidation"))
    for _ in range(19):
        campaign.invalidations.create(reason="More")
    with django_assert_num_queries(len(said)):
        bob.get(page("invalidation"))


def test_a_filter_comes_back_from_its_data_as_it_was() -> None:
    wanted = Wanted.of_domain("example.org", state="pending", since=timezone.now(), until=timezone.now())
    assert Wanted.from_data(wanted.as_data()) == wanted
    assert filtering.Wanted.from_data({}) == Wanted()
