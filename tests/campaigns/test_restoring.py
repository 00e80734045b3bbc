"""After a restore nothing goes out again by itself."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from campaigns import bundling, exports, handing_in, restoring, signing
from campaigns.models import CampaignLetter, Signature
from config import jobs
from letters import outbox
from letters.models import OutgoingEmail
from letters.models.post import Kind, State
from tests.campaigns.factories import make_campaign, make_campaign_letter, make_seat, make_signature
from tests.letters.posting import history, make_email, state_of

pytestmark = pytest.mark.django_db
MADE_AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def in_state(state: State, **fields: str) -> OutgoingEmail:
    email = make_email(**fields)
    lease = {"lease_token": "of a worker", "lease_until": timezone.now()} if state in ("leased", "handing") else {}
    OutgoingEmail.objects.filter(pk=email.pk).update(state=state, **lease)
    return email


@pytest.mark.parametrize("state", [State.QUEUED, State.LEASED, State.HANDING])
def test_what_had_not_left_is_held(state: State) -> None:
    email = in_state(state)
    assert restoring.quieten(MADE_AT).held == 1
    assert state_of(email) == State.HELD
    assert "2026-11-21 03:00 UTC" in email.events.get().detail


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.CANCELLED, State.BOUNCED])
def test_what_had_its_end_keeps_it(state: State) -> None:
    email = in_state(state)
    assert restoring.quieten(MADE_AT).held == 0
    assert state_of(email) == state


def test_nobody_is_reminded_who_may_have_confirmed_since() -> None:
    signature = make_signature(make_campaign(), state=Signature.State.PENDING)
    Signature.objects.filter(pk=signature.pk).update(consent_at=timezone.now() - timedelta(days=2))
    restoring.quieten(MADE_AT)
    assert signing.remind_the_unconfirmed() == 0


@pytest.mark.parametrize("running", [False, True])
def test_letters_that_were_just_being_emailed_after_all_wait_for_hands_again(running: bool) -> None:
    campaign, waits = make_campaign(), {"by_hand": True, "state": CampaignLetter.State.CONFIRMED}
    make_campaign_letter(campaign, make_seat()[2], confirmed_at=timezone.now(), **waits)
    pile = handing_in.Pile(campaign)
    handing_in.start_emailing(pile, handing_in.mark(pile.ids()), "account 1")
    if running:
        over = timezone.now() - timedelta(seconds=1)
        jobs.Job.objects.update(state=jobs.State.RUNNING, attempts=1, lease_until=over)
    assert restoring.quieten(MADE_AT).ended == 1
    assert jobs.drain() == 0 and not OutgoingEmail.objects.exists()
    assert "look first, then start it again" in jobs.Job.objects.get(state=jobs.State.FAILED).error
    assert len(pile.ids()) == 1


def test_lists_and_bundles_are_made_after_a_restore_and_what_had_ended_keeps_its_end() -> None:
    campaign = make_campaign()
    exports.start(campaign, "campaign 1 account 1", exports.Order("signatures", "csv", ("name",)))
    bundling.start_bundle(campaign, "campaign 1 account 1")
    jobs.Job.objects.create(kind=handing_in.EMAILING, parameters={}, state=jobs.State.DONE)
    assert restoring.quieten(MADE_AT).ended == 0
    assert sorted(jobs.Job.objects.values_list("state", flat=True)) == ["done", "queued", "queued"]


def test_nothing_is_sent_until_somebody_decides() -> None:
    make_email()
    restoring.quieten(MADE_AT)
    assert outbox.drain("confirmations") == 0
    assert restoring.resolve(State.QUEUED) == 1
    assert OutgoingEmail.objects.due().count() == 1


def test_a_decision_on_one_kind_leaves_the_others() -> None:
    confirmation, notice = make_email(), make_email(kind=Kind.NOTICE)
    restoring.quieten(MADE_AT)
    assert restoring.resolve(State.CANCELLED, Kind.NOTICE) == 1
    assert (state_of(confirmation), state_of(notice)) == (State.HELD, State.CANCELLED)


def test_what_was_held_before_is_the_organisers_to_decide_on() -> None:
    email = make_email()
    outbox.hold([email.pk], "worker", "It may have arrived.")
    restoring.quieten(MADE_AT)
    assert restoring.resolve(State.QUEUED) == 0
    assert state_of(email) == State.HELD


def test_what_was_held_again_after_the_decision_is_too() -> None:
    email = make_email()
    restoring.quieten(MADE_AT)
    restoring.resolve(State.QUEUED)
    outbox.hold([email.pk], "account 1", "A second thought.")
    assert restoring.resolve(State.CANCELLED) == 0


def test_the_mail_servers_log_says_what_had_left() -> None:
    left, waits = make_email(), make_email()
    restoring.quieten(MADE_AT)
    assert (
        restoring.had_left([f"postfix/cleanup[1]: 4F: message-id=<{left.uuid}@example.org>\n", "another line\n"]) == 1
    )
    assert (state_of(left), state_of(waits)) == (State.SENT, State.HELD)
    assert history(left) == ["queued", "held", "sent"]


def test_the_command_decides_and_says_what_is_left() -> None:
    make_email()
    make_email(kind=Kind.NOTICE)
    restoring.quieten(MADE_AT)
    said = StringIO()
    call_command("restored", "send", "--kind", "confirmation", stdout=said)
    assert "1 decided: send." in said.getvalue()
    assert "notice: 1 held" in said.getvalue()
    assert "confirmation: " not in said.getvalue()
