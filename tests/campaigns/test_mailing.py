"""An update on its way: to whom, once, and what stops it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import mailing, publishing, reckoning, retention, signing, update_emails, update_numbers, updates
from campaigns.models import Campaign, LogEntry, Organisation, Signature, Update, UpdateRecipient
from config.email import fill
from letters import outbox
from letters.models import OutgoingEmail, Suppression
from letters.models.post import Kind, Queue, State
from letters.transitions import move
from tests.campaigns.factories import WORDING, make_campaign, make_signature, make_user, text_of
from tests.campaigns.newsroom import WORDS, WORDS_AR, make_reader, make_update, out, readers_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", arabic=True)


def sweep() -> None:
    """Until there is nothing more to do."""
    while mailing.send_due():
        pass


def states(update: Update) -> dict[str, int]:
    update_numbers.count(update)
    update.refresh_from_db()
    return {state: people for state, people in update.numbers.items() if people and state != "people"}


def leave(emails: list[OutgoingEmail]) -> None:
    """As if a worker had handed them over."""
    ids = [email.pk for email in emails]
    lease = {"lease_token": "x", "lease_until": timezone.now() + timedelta(minutes=5)}
    move(ids, State.QUEUED, State.LEASED, actor="worker", changes=lease)
    move(ids, State.LEASED, State.HANDING, actor="worker")
    move(ids, State.HANDING, State.SENT, actor="worker")


def test_it_goes_to_who_asked_and_to_nobody_else(campaign: Campaign) -> None:
    reader = make_reader(campaign)
    make_signature(campaign)
    make_reader(campaign, updates=False)
    make_reader(campaign, updates_consent=None)
    for state in ("pending", "withdrawn", "suspect", "invalid"):
        make_reader(campaign, state=state)
    erased = make_reader(campaign)
    signing.erase(erased)
    make_reader(make_campaign(organisation=campaign.organisation))
    update = send(make_update(campaign))
    sweep()
    assert [email.to_address for email in out()] == [reader.email] == readers_of(update)
    (email,) = out()
    assert (email.queue, email.kind, email.reply_to) == (Queue.UPDATES, Kind.UPDATE, "friends@example.org")


def test_who_signs_or_asks_for_news_after_it_began_is_not_written_to(campaign: Campaign) -> None:
    make_reader(campaign)
    quiet = make_reader(campaign, updates=False, updates_consent=None, updates_consent_at=None)
    update = send(make_update(campaign))
    make_reader(campaign, confirmed_at=timezone.now(), updates_consent_at=timezone.now())
    signing.change(quiet, {"name": quiet.name, "affiliation": "", "reason": "", "display": "name", "updates": True})
    sweep()
    assert len(readers_of(update)) == 1


def test_everybody_gets_it_in_the_language_they_signed_in_or_in_the_first_one(campaign: Campaign) -> None:
    publishing.publish_text(campaign, "fr", WORDING)
    for language in ("en", "ar", "fr"):
        make_reader(campaign, text=text_of(campaign, language), email=f"{language}@example.org")
    update = make_update(campaign, {**WORDS, **WORDS_AR})
    counted = {one.signed_in: (one.read_in, one.people) for one in mailing.readers(update)}
    assert counted == {"en": ("en", 1), "ar": ("ar", 1), "fr": ("en", 1)}
    send(update)
    sweep()
    subjects = {email.to_address: fill(email.message.subject, {}) for email in out() if email.message}
    english, arabic = WORDS["en"][0], WORDS_AR["ar"][0]
    assert subjects == {"en@example.org": english, "ar@example.org": arabic, "fr@example.org": english}


def test_who_can_read_it_in_no_language_it_has_gets_nothing(campaign: Campaign) -> None:
    make_reader(campaign)
    make_reader(campaign, text=text_of(campaign, "ar"), email="ar@example.org")
    update = make_update(campaign, WORDS_AR)
    assert {one.signed_in: one.read_in for one in mailing.readers(update)} == {"en": "", "ar": "ar"}
    send(update)
    sweep()
    assert readers_of(update) == ["ar@example.org"]


def test_all_readers_share_one_wording_and_it_holds_nothing_of_them(campaign: Campaign) -> None:
    for number in range(5):
        make_reader(campaign, name=f"Reader {number}")
    send(make_update(campaign))
    with patch.object(mailing, "BATCH", 2):
        sweep()
    assert len(out()) == 5 and len({email.message_id for email in out()}) == 1
    message = out()[0].message
    assert message is not None and "Reader" not in message.text + message.html
    assert set(out()[0].values) == {"name", "stop_url", "manage_url"}


class Killed(Exception):
    """The process died here."""


@pytest.mark.parametrize("where", ["campaigns.mailing._email", "campaigns.mailing.UpdateRecipient.objects.bulk_create"])
def test_a_worker_that_dies_leaves_no_gap_and_no_second_email(campaign: Campaign, where: str) -> None:
    for _number in range(7):
        make_reader(campaign)
    update = send(make_update(campaign))
    calls = iter(range(100))
    module, _, name = where.rpartition(".")
    real: Callable[..., Any] = mailing._email if name == "_email" else UpdateRecipient.objects.bulk_create

    def dying(*args: Any) -> Any:
        if next(calls) == 3 if name == "_email" else next(calls) == 1:
            raise Killed
        return real(*args)

    with patch.object(mailing, "BATCH", 2), patch(where, dying), pytest.raises(Killed):
        mailing._more(update, float("inf"))
    assert len(out()) == len(readers_of(update)) == 2, "the batch it died in is gone, whole"
    with patch.object(mailing, "BATCH", 2):
        sweep()
    assert len(out()) == 7 and len({email.to_address for email in out()}) == 7


def test_a_round_that_was_counted_back_writes_to_nobody_twice(campaign: Campaign) -> None:
    for _number in range(3):
        make_reader(campaign)
    update = send(make_update(campaign))
    sweep()
    Update.objects.update(reached=0, made_at=None)
    sweep()
    assert len(out()) == 3 == len(readers_of(update))


def test_only_so_many_are_made_ahead_of_those_that_leave(campaign: Campaign) -> None:
    for _number in range(6):
        make_reader(campaign)
    send(make_update(campaign))
    with patch.object(mailing, "BATCH", 2), patch.object(mailing, "AHEAD", 4):
        mailing.send_due()
        mailing.send_due()
        assert len(out()) == 4
        leave(out()[:3])
        mailing.send_due()
    assert len(out()) == 6


def test_a_pause_stops_it_at_once_and_it_goes_on_where_it_was(campaign: Campaign) -> None:
    people = [make_reader(campaign) for _number in range(6)]
    update = send(make_update(campaign))
    with patch.object(mailing, "BATCH", 2), patch.object(mailing, "AHEAD", 4):
        mailing.send_due()
    leave(out()[:1])
    assert mailing.pause(update, make_user("bob@example.org"))
    assert [email.state for email in out()] == ["sent", "cancelled", "cancelled", "cancelled"]
    sweep()
    update.refresh_from_db()
    assert len(out()) == 4 and update.state == "paused" and readers_of(update) == [people[0].email]
    assert states(update) == {"sent": 1}
    signing.withdraw(people[1])
    assert mailing.resume(update, make_user("carol@example.org"))
    sweep()
    leave([email for email in out() if email.state == State.QUEUED])
    sent = [email.to_address for email in out() if email.state == State.SENT]
    assert sent == [people[0].email, *(one.email for one in people[2:])]


def test_what_is_being_handed_over_when_it_is_paused_is_not_written_again(campaign: Campaign) -> None:
    make_reader(campaign)
    update = send(make_update(campaign))
    sweep()
    ids = [email.pk for email in out()]
    lease = {"lease_token": "x", "lease_until": timezone.now() + timedelta(minutes=5)}
    move(ids, State.QUEUED, State.LEASED, actor="worker", changes=lease)
    move(ids, State.LEASED, State.HANDING, actor="worker")
    mailing.pause(update, make_user("bob@example.org"))
    mailing.resume(update, make_user("carol@example.org"))
    sweep()
    assert len(out()) == 1 and out()[0].unwanted_at is None


def test_what_comes_back_from_the_mail_server_while_it_is_paused_waits_too(campaign: Campaign) -> None:
    make_reader(campaign)
    update = send(make_update(campaign))
    sweep()
    ids = [email.pk for email in out()]
    lease = {"lease_token": "x", "lease_until": timezone.now() + timedelta(minutes=5)}
    move(ids, State.QUEUED, State.LEASED, actor="worker", changes=lease)
    move(ids, State.LEASED, State.HANDING, actor="worker")
    mailing.pause(update, make_user("bob@example.org"))
    move(ids, State.HANDING, State.QUEUED, actor="worker", detail="451 Later.")
    sweep()
    assert [email.state for email in out()] == ["cancelled"] and readers_of(update) == []
    mailing.resume(update, make_user("carol@example.org"))
    sweep()
    assert [email.state for email in out()] == ["cancelled", "queued"]


def test_a_cancelled_update_goes_to_nobody_more(campaign: Campaign) -> None:
    for _number in range(4):
        make_reader(campaign)
    update = send(make_update(campaign))
    with patch.object(mailing, "BATCH", 2), patch.object(mailing, "AHEAD", 2):
        mailing.send_due()
    leave(out()[:1])
    bob = make_user("bob@example.org")
    assert mailing.cancel(update, bob)
    sweep()
    assert [email.state for email in out()] == ["sent", "cancelled"]
    assert states(update) == {"sent": 1, "cancelled": 1} and update.state == "cancelled"
    assert not mailing.resume(update, bob) and not mailing.cancel(update, bob) and not mailing.pause(update, bob)
    found = update_numbers.progress(update)
    assert (found.people, found.done, found.accepted) == (4, 4, 1), "also those whose turn never came"
    assert {line.key: line.people for line in found.lines if line.people} == {"sent": 1, "cancelled": 3}


def leaves(signature: Signature, how: str) -> None:
    if how == "withdraws":
        signing.withdraw(signature)
    elif how == "unticks":
        choices = {"name": signature.name, "affiliation": "", "reason": "", "display": "name", "updates": False}
        signing.change(signature, choices)
    elif how == "presses stop":
        signing.stop_news(signature.uuid)
    elif how == "erases":
        signing.erase(signature)
    elif how == "expires":
        Signature.objects.filter(pk=signature.pk).update(erase_on="2020-01-01")
        retention.anonymise_expired()
    else:
        signing.invalidate(Signature.objects.filter(pk=signature.pk))


LEAVING = ["withdraws", "unticks", "presses stop", "erases", "expires", "is struck out"]


@pytest.mark.parametrize("how", LEAVING)
def test_who_leaves_before_their_turn_is_not_written_to(campaign: Campaign, how: str) -> None:
    leaver, stayer = make_reader(campaign), make_reader(campaign)
    update = send(make_update(campaign))
    leaves(leaver, how)
    sweep()
    assert readers_of(update) == [stayer.email]


@pytest.mark.parametrize("how", LEAVING)
def test_an_email_that_waits_is_stopped_when_its_reader_leaves(campaign: Campaign, how: str) -> None:
    leaver = make_reader(campaign)
    make_reader(campaign)
    send(make_update(campaign))
    mailing.send_due()
    leaves(leaver, how)
    mailing.send_due()
    assert [email.state for email in out()] == ["cancelled", "queued"]


@pytest.mark.parametrize("how", ["erases", "expires"])
def test_an_update_goes_with_the_person_it_was_sent_to(campaign: Campaign, how: str) -> None:
    leaver = make_reader(campaign)
    update = send(make_update(campaign))
    sweep()
    leave(out())
    leaves(leaver, how)
    (email,) = out()
    assert (email.to_address, email.to_name, email.values, email.message) == ("", "", {}, None)
    assert states(update) == {"sent": 1}, "the numbers stay"


def test_erasing_one_signature_leaves_the_updates_of_another_campaign(campaign: Campaign) -> None:
    other = make_campaign(organisation=campaign.organisation)
    here, there = (make_reader(one, email="alice@example.org") for one in (campaign, other))
    send(make_update(campaign))
    send(make_update(other))
    sweep()
    signing.erase(here)
    assert {email.to_address: email.state for email in out()} == {"": "cancelled", there.email: "queued"}


def test_an_address_that_cannot_be_written_to_stops_nobody_else(campaign: Campaign) -> None:
    make_reader(campaign, email="two@example.org, three@example.org")
    make_reader(campaign)
    update = send(make_update(campaign))
    sweep()
    assert len(out()) == 1
    assert states(update) == {"no address": 1, "queued": 1}
    assert {line.key: line.people for line in update_numbers.progress(update).lines if line.people} == {
        "waits": 1,
        "failed": 1,
    }


def test_it_ends_when_nothing_waits_any_more(campaign: Campaign) -> None:
    make_reader(campaign)
    update = send(make_update(campaign))
    sweep()
    states(update)
    assert update.state == "sending"
    leave(out())
    states(update)
    assert update.state == "sent" and update.ended_at is not None


def test_the_sweeper_counts_and_ends_it(campaign: Campaign) -> None:
    make_reader(campaign)
    update = send(make_update(campaign))
    sweep()
    leave(out())
    mailing.send_due(timezone.now() + timedelta(minutes=1))
    update.refresh_from_db()
    assert (update.state, update.numbers) == ("sent", {"people": 1, "sent": 1})


# Before it goes


def test_an_organisation_that_is_not_approved_mails_nobody(campaign: Campaign) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    Organisation.objects.update(approved_at=None)
    with pytest.raises(ValidationError, match="approval"):
        send(update)
    Organisation.objects.update(approved_at=timezone.now())
    update = Update.objects.get()
    send(update)
    Organisation.objects.update(approved_at=None)
    sweep()
    assert out() == []


def test_what_waits_is_taken_back_when_the_approval_is_withdrawn(campaign: Campaign) -> None:
    readers = [make_reader(campaign).email for _number in range(3)]
    update = send(make_update(campaign))
    sweep()
    leave(out()[:1])
    Organisation.objects.update(approved_at=None)
    sweep()
    assert [email.state for email in out()] == ["sent", "cancelled", "cancelled"]
    Organisation.objects.update(approved_at=timezone.now())
    sweep()
    assert [email.to_address for email in out() if email.state != "cancelled"] == readers == readers_of(update)


def test_a_draft_campaign_mails_nobody(campaign: Campaign) -> None:
    make_reader(campaign)
    Campaign.objects.update(state="draft")
    with pytest.raises(ValidationError, match="not public"):
        send(make_update(Campaign.objects.get()))


@pytest.mark.parametrize(
    ("words", "plan", "said"),
    [
        ({}, {}, "nothing to send"),
        (WORDS, {"by_email": False, "on_page": False}, "at least one"),
        (WORDS, {"at": timezone.now() - timedelta(days=1)}, "past"),
    ],
)
def test_what_makes_no_sense_is_not_sent(campaign: Campaign, words: Any, plan: Any, said: str) -> None:
    make_reader(campaign)
    update = make_update(campaign, WORDS)
    if not words:
        update.texts.all().delete()
    with pytest.raises(ValidationError, match=said):
        send(update, **plan)
    assert Update.objects.get().state == "draft"


def test_with_nobody_to_read_it_it_goes_on_the_page_only(campaign: Campaign) -> None:
    update = make_update(campaign)
    with pytest.raises(ValidationError, match="Nobody has asked"):
        send(update)
    update = make_update(campaign)
    send(update, by_email=False)
    assert update.state == "sent" and update.published_at is not None
    sweep()
    assert out() == [] and [text.title for text in updates.on_the_page(campaign, "en")] == [WORDS["en"][0]]


def test_the_same_people_are_written_to_again_only_if_it_must_be_and_twice_a_day_at_most(campaign: Campaign) -> None:
    make_reader(campaign)
    send(make_update(campaign))
    second, third = make_update(campaign), make_update(campaign)
    with pytest.raises(mailing.TooSoon):
        send(second)
    owner = make_user("carol@example.org")
    mailing.send(second, owner, mailing.Plan(True, True, again=True), 1)
    with pytest.raises(ValidationError, match="the most") as refused:
        mailing.send(third, owner, mailing.Plan(True, True, again=True), 1)
    assert not isinstance(refused.value, mailing.TooSoon)
    later = timezone.now() + timedelta(days=2)
    with pytest.raises(mailing.TooSoon):
        mailing.send(third, owner, mailing.Plan(True, True, at=later), 1)
    mailing.send(third, owner, mailing.Plan(True, True, at=later, again=True), 1)
    assert third.state == "scheduled"
    other = make_update(make_campaign(organisation=campaign.organisation))
    make_reader(other.campaign)
    mailing.send(other, owner, mailing.Plan(True, True), 1)


def test_what_goes_on_the_page_alone_is_not_too_much_mail(campaign: Campaign) -> None:
    make_reader(campaign)
    send(make_update(campaign), by_email=False)
    send(make_update(campaign))


def test_the_sender_sends_what_they_saw(campaign: Campaign) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    bob = make_user("bob@example.org")
    updates.write(update, bob, {"en": updates.Words("Something else", "Quite")}, 1)
    with pytest.raises(updates.Changed):
        mailing.send(update, bob, mailing.Plan(True, True), 1)
    mailing.send(update, bob, mailing.Plan(True, True), 2)
    with pytest.raises(updates.Changed):
        mailing.send(update, bob, mailing.Plan(True, True, again=True), 2)
    with pytest.raises(updates.Changed):
        updates.write(update, bob, {"en": updates.Words("Too late", "Quite")}, 2)


def test_a_scheduled_update_goes_at_its_time_and_can_be_taken_back(campaign: Campaign) -> None:
    make_reader(campaign)
    tomorrow = timezone.now() + timedelta(days=1)
    update = send(make_update(campaign), at=tomorrow)
    sweep()
    assert update.state == "scheduled" and out() == []
    assert mailing.unschedule(update, make_user("bob@example.org"))
    mailing.send_due(tomorrow)
    assert out() == []
    owner = make_user("carol@example.org")
    mailing.send(update, owner, mailing.Plan(True, False, at=tomorrow), 1)
    mailing.send_due(tomorrow)
    update.refresh_from_db()
    assert len(out()) == 1 and update.started_at == tomorrow and update.published_at is None
    said = list(LogEntry.objects.order_by("pk").values_list("what", "user__email"))
    assert said[-2:] == [("update.scheduled", "carol@example.org"), ("update.sent", None)]


def test_each_deed_is_in_the_log_with_numbers_alone(campaign: Campaign) -> None:
    make_reader(campaign)
    bob = make_user("bob@example.org")
    update = updates.begin(campaign, bob, {"en": updates.Words("Title", "Words")})
    updates.write(update, bob, {"en": updates.Words("Another", "Words")}, 1)
    send(update)
    mailing.pause(update, bob)
    mailing.resume(update, bob)
    mailing.cancel(update, bob)
    updates.show(update, bob, False)
    deeds = ["begun", "written", "sent", "paused", "resumed", "cancelled", "hidden"]
    assert list(LogEntry.objects.order_by("pk").values_list("what", flat=True)) == [f"update.{one}" for one in deeds]
    assert LogEntry.objects.get(what="update.sent").details == {"people": 1}


def test_a_test_goes_to_its_writer_alone_and_stops_nobodys_news(campaign: Campaign) -> None:
    reader = make_reader(campaign)
    update = make_update(campaign)
    bob = make_user("bob@example.org", campaign.organisation, "editor")
    email = update_emails.queue_test(update.texts.get(), bob)
    assert (email.to_address, email.kind) == ("bob@example.org", Kind.NOTICE) and email.message is not None
    assert fill(email.message.subject, email.values).startswith("[Test] ")
    assert "/news/stop/" not in fill(email.message.text, email.values) + fill(email.message.html, email.values)
    assert "List-Unsubscribe" not in email.message.headers
    assert not UpdateRecipient.objects.exists()
    reader.refresh_from_db()
    assert reader.updates


def test_making_emails_asks_one_question_an_email_and_a_few_a_batch(campaign: Campaign) -> None:
    asked = []
    for people in (1, 20):
        for _number in range(people - Signature.objects.count()):
            make_reader(campaign)
        update = send(make_update(campaign), again=True)
        with CaptureQueriesContext(connection) as queries:
            assert mailing._batch(update) == people
        asked.append(len(queries))
    assert asked[1] - asked[0] <= 19 and asked[0] < 20


def test_suppressed_addresses_are_left_to_the_outbox(campaign: Campaign) -> None:
    reader = make_reader(campaign)
    outbox.suppress(reader.email, Suppression.Reason.BOUNCED)
    update = send(make_update(campaign))
    sweep()
    outbox.drain("updates")
    assert states(update) == {"cancelled": 1}


def test_of_a_large_campaign_the_dry_count_reads_what_the_sweeper_counted(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.reckoning.LARGE", 1)
    for _ in range(2):
        make_reader(campaign)
    assert reckoning.reckon_large() == 1
    make_reader(campaign)  # of whom the next count tells
    with CaptureQueriesContext(connection) as asked:
        (readers,) = mailing.readers(make_update(campaign))
    assert readers.people == 2
    assert not any("campaigns_signature" in query["sql"] for query in asked)
