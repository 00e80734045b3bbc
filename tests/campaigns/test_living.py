"""A campaign's life: every change of state, by hand and by the clock, and what stands against each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns import living
from campaigns.material import storing
from campaigns.models import Campaign, CampaignText, LogEntry, Material, Membership, User, WordingDraft
from campaigns.models.campaign import Campaign as Model

from .factories import (
    WORDING,
    email_subject,
    email_text,
    emails,
    make_campaign,
    make_campaign_letter,
    make_facts,
    make_material,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    text_of,
)

pytestmark = pytest.mark.django_db

State = Campaign.State


@pytest.fixture
def alice() -> User:
    return make_user("alice@example.org", name="Alice")


def draft(**fields: Any) -> Campaign:
    return make_campaign(**{"state": "draft", "published_at": None, **fields})


def deeds() -> list[str]:
    return list(LogEntry.objects.order_by("pk").values_list("what", flat=True))


def tomorrow() -> Any:
    return timezone.now() + timedelta(days=1)


def test_publishing_closing_and_opening_again_keep_the_first_day(alice: User) -> None:
    campaign = draft()
    living.publish(campaign, alice)
    first = Campaign.objects.get().published_at
    assert campaign.state == State.LIVE and first is not None
    living.close(campaign, alice)
    assert Campaign.objects.get().closed_at is not None
    living.reopen(campaign, alice)
    now = Campaign.objects.get()
    assert (now.state, now.closed_at, now.published_at) == (State.LIVE, None, first)
    assert deeds() == ["campaign.published", "campaign.closed", "campaign.reopened"]
    assert set(LogEntry.objects.values_list("user", flat=True)) == {alice.pk}


def test_publishing_takes_what_was_written_as_the_first_wording(alice: User) -> None:
    campaign = Campaign.objects.create(organisation=make_organisation(), slug="library")
    WordingDraft.objects.create(campaign=campaign, language="en", wording=WORDING)
    living.publish(campaign, alice)
    assert text_of(campaign).title == WORDING["title"] and text_of(campaign).version == 1


def test_an_organisation_that_waits_for_approval_publishes_and_schedules_nothing() -> None:
    campaign = draft(organisation=make_organisation(approved_at=None))
    with pytest.raises(ValidationError):
        living.publish(campaign)
    with pytest.raises(ValidationError):
        living.schedule(campaign, tomorrow())
    assert Campaign.objects.get().state == State.DRAFT and not deeds()


def test_a_campaign_without_a_text_in_its_first_language_is_neither_published_nor_scheduled() -> None:
    campaign = Campaign.objects.create(organisation=make_organisation(), slug="empty")
    WordingDraft.objects.create(campaign=campaign, language="ar", wording=WORDING)
    with pytest.raises(ValidationError):
        living.publish(campaign)
    with pytest.raises(ValidationError):
        living.schedule(campaign, tomorrow())
    assert Campaign.objects.get().state == State.DRAFT and not CampaignText.objects.exists()


ALLOWED: dict[str, tuple[Callable[[Campaign], Any], set[str]]] = {
    "publish": (living.publish, {"draft", "scheduled", "closed"}),
    "schedule": (lambda campaign: living.schedule(campaign, tomorrow()), {"draft", "scheduled"}),
    "unschedule": (living.unschedule, {"scheduled"}),
    "close": (living.close, {"live"}),
    "set_closing": (lambda campaign: living.set_closing(campaign, tomorrow()), {"draft", "scheduled", "live"}),
    "reopen": (living.reopen, {"closed"}),
    "archive": (living.archive, {"closed"}),
    "take_back": (living.take_back, {"archived"}),
    "delete_draft": (living.delete_draft, {"draft", "scheduled"}),
}


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("verb", ALLOWED)
def test_each_verb_is_for_its_states_alone(verb: str, state: str) -> None:
    before = None if state in ("draft", "scheduled") else timezone.now()
    campaign = make_campaign(state=state, published_at=before)
    if state == "scheduled":
        Campaign.objects.update(publish_at=timezone.now() + timedelta(hours=1))
    do, allowed = ALLOWED[verb]
    if state in allowed:
        do(campaign)
        assert len(deeds()) == 1, "every deed is in the log"
    else:
        with pytest.raises(ValidationError):
            do(campaign)
        assert Campaign.objects.get().state == state and not deeds()


def test_a_verb_looks_at_the_row_and_not_at_what_a_page_was_made_of() -> None:
    campaign = draft()
    Campaign.objects.update(state=State.LIVE)
    with pytest.raises(ValidationError):
        living.publish(campaign)


# By the clock


def test_the_clock_publishes_at_the_time_once_and_not_before(alice: User) -> None:
    campaign = draft()
    at = tomorrow()
    living.schedule(campaign, at, alice)
    assert living.by_the_clock(at - timedelta(seconds=1)) == 0
    assert Campaign.objects.get().state == State.SCHEDULED
    assert living.by_the_clock(at) == 1 and living.by_the_clock(at) == 0
    now = Campaign.objects.get()
    assert (now.state, now.publish_at) == (State.LIVE, None)
    assert LogEntry.objects.get(what="campaign.published").user is None


def test_the_clock_closes_at_the_time_once() -> None:
    campaign = make_campaign()
    at = tomorrow()
    living.set_closing(campaign, at)
    assert living.by_the_clock(at - timedelta(seconds=1)) == 0
    assert living.by_the_clock(at) == 1 and living.by_the_clock(at) == 0
    assert Campaign.objects.get().state == State.CLOSED


def test_a_time_that_was_taken_back_does_nothing() -> None:
    campaign = draft()
    at = tomorrow()
    living.schedule(campaign, at)
    living.unschedule(campaign)
    live = make_campaign()
    living.set_closing(live, at)
    living.set_closing(live, None)
    assert living.by_the_clock(at) == 0


def test_whoever_takes_a_time_back_while_the_clock_strikes_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign, at = draft(), tomorrow()
    living.schedule(campaign, at)
    locked = living._lock

    def late(one: Campaign) -> None:
        Model.objects.filter(pk=one.pk).update(state=State.DRAFT, publish_at=None)
        locked(one)

    monkeypatch.setattr(living, "_lock", late)
    assert living.by_the_clock(at) == 0
    assert Campaign.objects.get().state == State.DRAFT


def test_what_cannot_be_published_at_its_time_is_a_draft_again_and_its_organisers_are_told() -> None:
    organisation = make_organisation()
    for name, role, fields in (
        ("alice", "owner", {"name": "Alice"}),
        ("bob", "editor", {"language": "ar"}),
        ("dora", "viewer", {}),
        ("gone", "owner", {"is_active": False}),
    ):
        make_user(f"{name}@example.org", organisation, role, **fields)
    campaign, at = draft(organisation=organisation), tomorrow()
    living.schedule(campaign, at)
    organisation.approved_at = None
    organisation.save()
    assert living.by_the_clock(at) == 1 and living.by_the_clock(at) == 0
    now = Campaign.objects.get()
    assert (now.state, now.publish_at) == (State.DRAFT, None)
    assert LogEntry.objects.latest("pk").details["why"] == "approval"
    told = emails()
    assert [one.to_address for one in told] == ["alice@example.org", "bob@example.org"]
    assert "Keep the library open" in email_subject(told[0])
    assert "has not approved" in email_text(told[0]) and "/organise/campaigns/" in email_text(told[0])
    assert "/organise/ar/campaigns/" in email_text(told[1])


def test_one_campaign_that_fails_keeps_no_other_from_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good, at = draft(), draft(), tomorrow()
    living.schedule(bad, at)
    living.schedule(good, at + timedelta(seconds=1))
    do = living._publish

    def fail(one: Campaign, user: Any) -> None:
        if one.pk == bad.pk:
            raise RuntimeError("on purpose")
        do(one, user)

    monkeypatch.setattr(living, "_publish", fail)
    assert living.by_the_clock(at + timedelta(minutes=1)) == 1
    assert Campaign.objects.get(pk=good.pk).state == State.LIVE


@pytest.mark.parametrize("days", [-1, 0])
def test_no_time_lies_in_the_past(days: int) -> None:
    at = timezone.now() + timedelta(days=days)
    with pytest.raises(ValidationError):
        living.schedule(draft(), at)
    with pytest.raises(ValidationError):
        living.set_closing(make_campaign(), at)


def test_nothing_closes_before_it_opens() -> None:
    campaign = draft()
    living.schedule(campaign, tomorrow())
    with pytest.raises(ValidationError):
        living.set_closing(campaign, tomorrow() - timedelta(hours=1))
    living.set_closing(campaign, tomorrow() + timedelta(hours=1))
    with pytest.raises(ValidationError):
        living.schedule(campaign, tomorrow() + timedelta(hours=2))


def test_a_campaign_that_is_opened_again_forgets_when_it_was_to_close() -> None:
    campaign = make_campaign(state=State.CLOSED, close_at=timezone.now() - timedelta(hours=1))
    living.reopen(campaign)
    assert living.by_the_clock(timezone.now() + timedelta(days=9)) == 0


# What came of it


def test_the_outcome_is_kept_by_language_and_the_later_of_two_editors_is_told(alice: User) -> None:
    campaign = make_campaign(state=State.CLOSED)
    seen = living.outcome_seen(campaign)
    assert living.write_outcome(campaign, {"en": "Won.", "ar": ""}, seen, alice)
    assert not living.write_outcome(campaign, {"en": "Lost."}, seen, alice), "it was opened before the other saved"
    assert Campaign.objects.get().outcome == {"en": "Won."}
    seen = living.outcome_seen(campaign)
    assert living.write_outcome(campaign, {"ar": "نجحنا."}, seen, alice)
    assert Campaign.objects.get().outcome == {"en": "Won.", "ar": "نجحنا."}
    living.write_outcome(campaign, {"en": "Won."}, living.outcome_seen(campaign), alice)
    assert deeds() == ["campaign.outcome"] * 2, "what changes nothing is no deed"


# Going away


def test_a_draft_goes_with_its_texts_its_facts_and_its_document(alice: User) -> None:
    campaign = draft()
    make_facts(campaign)
    WordingDraft.objects.create(campaign=campaign, language="ar", wording={})
    material = make_material(campaign.organisation)
    Material.objects.update(campaign=campaign, made_at=timezone.now())
    living.delete_draft(campaign, alice)
    assert not Campaign.objects.exists() and not CampaignText.objects.exists() and not Material.objects.exists()
    with pytest.raises(FileNotFoundError):
        storing.original(material)
    entry = LogEntry.objects.get()
    assert (entry.what, entry.campaign, entry.details["slug"]) == ("campaign.deleted", None, campaign.slug)


def test_a_draft_that_somebody_is_on_or_that_was_public_once_is_not_deleted() -> None:
    signed = draft()
    make_signature(signed)
    with pytest.raises(ValidationError):
        living.delete_draft(signed)
    public = make_campaign(state="draft", published_at=timezone.now())
    with pytest.raises(ValidationError):
        living.delete_draft(public)
    assert Campaign.objects.count() == 2


# To another organisation


def test_a_campaign_goes_to_another_organisation_and_both_have_it_in_their_log(alice: User) -> None:
    campaign, there = draft(), make_organisation(name="The other")
    here = campaign.organisation
    material = make_material(here)
    Material.objects.update(campaign=campaign)
    living.transfer(campaign, there, alice)
    material.refresh_from_db()
    assert Campaign.objects.get().organisation == there and material.organisation == there
    told = {(entry.organisation_id, entry.what, entry.campaign_id) for entry in LogEntry.objects.all()}
    assert told == {(here.pk, "campaign.given", None), (there.pk, "campaign.received", campaign.pk)}


@pytest.mark.parametrize("what", ["signature", "erased signature", "letter", "paper"])
def test_what_people_have_signed_stays_with_whom_they_gave_it_to(what: str) -> None:
    campaign = make_campaign()
    if what == "letter":
        make_campaign_letter(campaign, make_seat()[2])
    elif what == "paper":
        campaign.paper_counts.create(on=timezone.localdate(), signatures=3, actor="x")
    else:
        signature = make_signature(campaign)
        if what == "erased signature":
            signature.forget_the_person(timezone.now())
            signature.save()
    with pytest.raises(ValidationError) as refused:
        living.transfer(campaign, make_organisation())
    assert "agreed" in refused.value.messages[0] and "Close it instead" in refused.value.messages[0]
    assert not deeds()


def test_a_list_of_people_does_not_come_along() -> None:
    campaign = draft()
    legislature, _seat, _person = make_seat()
    legislature.kind = "list"
    legislature.save()
    campaign.organisation.lists.add(legislature)
    Campaign.objects.update(legislature=legislature)
    with pytest.raises(ValidationError) as refused:
        living.transfer(campaign, make_organisation())
    assert "list of people" in refused.value.messages[0]


def test_only_a_draft_goes_to_an_organisation_that_waits_for_approval() -> None:
    waits = make_organisation(approved_at=None)
    with pytest.raises(ValidationError):
        living.transfer(make_campaign(), waits)
    living.transfer(draft(), waits)


def test_a_document_that_the_other_organisation_has_already_is_no_accident() -> None:
    campaign, there = draft(), make_organisation()
    make_material(campaign.organisation, filename="a.md")
    Material.objects.update(campaign=campaign)
    make_material(there, filename="a.md")
    with pytest.raises(ValidationError):
        living.transfer(campaign, there)


def test_who_can_mend_a_campaign_is_told_of_it() -> None:
    organisation = make_organisation()
    for role in Membership.Role.values:
        make_user(f"{role}@example.org", organisation, role)
    assert [one.email for one in living.organisers(organisation)] == ["owner@example.org", "editor@example.org"]
