"""Signatures and the outbox in whatever order things happen: people, dying workers, providers, organisers, the clock.

Hypothesis chooses the order; the ledger is held against the database after every step. The broker is wiped all the
time: no nudge arrives, and the sweeper has to see what is due. LIFECYCLES=2000 tries so many orders instead of a few.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaigns import (
    accepting,
    acting_on,
    adding,
    asking,
    consent,
    counting,
    emails,
    invalidating,
    offering,
    posting,
    retention,
    signing,
    writing,
)
from campaigns.filtering import Wanted
from campaigns.models import CampaignLetter, CampaignText, Signature
from letters import draining, outbox, pacing
from letters.models import OutgoingEmail, ProviderEvent, Representative, Sender, Stop, Suppression
from letters.models.post import Queue, State
from tests.campaigns.factories import make_campaign, make_seat, text_of
from tests.campaigns.ledger import Ledger
from tests.campaigns.stepwise import Order, Step, Watch, Worker, install

NOBODY = AnonymousUser()  # who acts is another test's matter
EXAMPLES = int(os.environ.get("LIFECYCLES", "40"))
STEPS = 50
BEGINNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
# Several spellings of one mailbox; the last is a representative's, who signs like anybody.
PEOPLE = [
    ("alice@example.org", "Alice@EXAMPLE.org", "alice+news@example.org"),
    ("bob.b@gmail.com", "bobb@googlemail.com", "b.o.b.b+x@gmail.com"),
    ("member@parliament.example",),
]
ADDRESSES = [spelling for spellings in PEOPLE for spelling in spellings]
PRESSES = [
    ("confirm", "look"),
    ("confirm", "press"),
    ("confirm", "press"),
    ("confirm", "resend"),
    ("signature", "withdraw"),
    ("signature", "erase"),
    ("letter/confirm", "press"),
    ("letter/confirm", "press"),
    ("letter", "look"),
    ("letter", "withdraw"),
    ("letter", "erase"),
]
What = ProviderEvent.What
orders = st.lists(st.sampled_from([*Order, Order.GO_ON, Order.SILENT]), min_size=1, max_size=4)


@dataclass
class World:
    """What is there before anything happens."""

    texts: list[CampaignText]
    senders: list[Sender]
    representatives: list[Representative]

    @classmethod
    def made(cls) -> "World":
        legislature, _, first = make_seat(email="member@parliament.example")
        _, _, second = make_seat("M11AA", email="minister@parliament.example")
        second.legislature = legislature
        second.save()
        campaigns = [
            make_campaign(slug="library", legislature=legislature, attach_pdf=False),
            make_campaign(slug="pool", legislature=legislature, attach_pdf=False, retention_months=1),
        ]
        Sender.objects.filter(pk=campaigns[0].organisation.sender_id).update(mailbox_pace=0, domain_pace=0)
        texts = [text_of(campaign) for campaign in campaigns]
        return cls(texts, [text.campaign.organisation.sender for text in texts], [first, second])


class Lifecycles(RuleBasedStateMachine):
    mail = Bundle("mail")
    steps = emails_seen = 0
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.ledger, self.workers, self.new_mail = Ledger(), list[Worker](), list[int]()
        self.client = Client()
        self.events = 0
        cache.clear()
        self.clock = time_machine.travel(BEGINNING, tick=False)
        self.now = self.clock.start()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.patches = pytest.MonkeyPatch()
        install(self.patches.setattr)
        self._watch_what_is_queued()

    def _watch_what_is_queued(self) -> None:
        queue, ask = outbox.queue, emails.confirm_signature

        def queued(**fields: Any) -> OutgoingEmail:
            email = queue(**fields)
            self.ledger.queued(email)
            self.new_mail.append(email.pk)
            return email

        def asked(signature: Signature, reminder: bool = False) -> OutgoingEmail:
            email = ask(signature, reminder)
            self.ledger.asks[email.pk] = signature
            return email

        self.patches.setattr(outbox, "queue", queued)
        self.patches.setattr(emails, "confirm_signature", asked)

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.everything_comes_to_an_end()
        finally:
            for worker in self.workers:
                worker.kill()
            self.patches.undo()
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)
            self.clock.stop()

    def posted(self) -> Any:
        """The emails accepted in this step, for later ones to do something with."""
        found, self.new_mail = self.new_mail, []
        return multiple(*found)

    # People

    @initialize(
        target=mail,
        signers=st.lists(st.sampled_from(ADDRESSES), max_size=3),
        writers=st.lists(st.tuples(st.sampled_from(ADDRESSES), st.integers(0, 1)), min_size=1, max_size=3),
        confirmed=st.integers(1, 3),
    )
    def some_have_begun(self, signers: list[str], writers: list[tuple[str, int]], confirmed: int) -> Any:
        for address in signers:
            self.sign(address, campaign=0, mail=1)
        for address, to in writers:
            self.write(address, campaign=0, to=to, signed_in=False)
        for kept in CampaignLetter.objects.filter(state=CampaignLetter.State.PENDING).order_by("pk")[:confirmed]:
            posting.confirm(kept)
        return self.posted()

    @rule(
        target=mail,
        address=st.sampled_from(ADDRESSES),
        campaign=st.integers(0, 1),
        mail=st.sampled_from([1, 1, 0]),
        name=st.sampled_from(["Alice Ahmed", "alice ahmed", "Bob Ahmed", "Charlie Ahmed"]),
        held_for=st.sampled_from(["", "", "honeypot"]),
    )
    def sign(self, address: str, campaign: int, mail: int, name: str = "Alice Ahmed", held_for: str = "") -> Any:
        supporter = signing.Supporter(name, address, "", "FR", "", "", "name", updates=False, held_for=held_for)
        accepting.accept(offering.current(self.world.texts[campaign]), supporter, mail=bool(mail))
        # A first one's email is stored with it, past outbox.queue.
        for signature in Signature.objects.filter(confirmation__isnull=False).select_related("confirmation"):
            if (email := signature.confirmation) and email.pk not in self.ledger.accepted:
                self.ledger.queued(email)
                self.ledger.asks[email.pk] = signature
                self.new_mail.append(email.pk)
        accepting.take_up()
        return self.posted()

    @precondition(lambda self: self.ledger.accepted)
    @rule(target=mail, press=st.sampled_from(PRESSES), which=st.integers(0, 20))
    def follow_a_link(self, press: tuple[str, str], which: int) -> Any:
        """Of any email there ever was: new or old, used or not. A mail scanner only looks; a person presses."""
        kind, button = press
        paths = [found[kind] for found in self.ledger.links.values() if kind in found]
        if paths:
            self._open(paths[which % len(paths)], button)
        return self.posted()

    def _open(self, path: str, button: str) -> None:
        if button == "look":
            before = list(Signature.objects.order_by("pk").values_list("pk", "state"))
            assert self.client.get(path).status_code in (200, 409, 410)
            assert before == list(Signature.objects.order_by("pk").values_list("pk", "state")), "a look is no consent"
        else:
            answer = self.client.post(path, {button: "1", "really": "1"})
            assert answer.status_code in (200, 303, 409, 410, 429), answer.content.decode()

    @rule(
        target=mail,
        address=st.sampled_from(ADDRESSES),
        campaign=st.integers(0, 1),
        to=st.integers(0, 1),
        signed_in=st.booleans(),
    )
    def write(self, address: str, campaign: int, to: int, signed_in: bool) -> Any:
        text, representative = self.world.texts[campaign], self.world.representatives[to]
        written = writing.Written([representative], "The library", "It must stay.", "Alice Ahmed", "1 High Street")
        signatures = Signature.objects.of_address(address).counting().filter(campaign=text.campaign)
        writing.send(text, written, address, signatures.first() if signed_in else None)
        asking.take_up()
        return self.posted()

    @rule(address=st.sampled_from(ADDRESSES))
    def ask_for_no_more_mail(self, address: str) -> None:
        outbox.suppress(address, Suppression.Reason.ASKED)

    @rule(address=st.sampled_from(ADDRESSES))
    def forget(self, address: str) -> None:
        outbox.forget(address, "an operator")
        kept = OutgoingEmail.objects.belonging_to(draining.email_keys(address)).unscrubbed()
        assert set(kept.values_list("state", flat=True)) <= {State.HANDING}

    # Workers

    @precondition(lambda self: self.ledger.waits() and len(self.workers) < 3)
    @rule(queue=st.sampled_from(["confirmations", "letters"]), steps=st.integers(1, 4))
    def a_worker_begins(self, queue: str, steps: int) -> None:
        self._resume(self._begin(queue), [Order.GO_ON] * steps)

    @precondition(lambda self: self.workers)
    @rule(which=st.integers(0, 2), orders=orders)
    def a_worker_goes_on(self, which: int, orders: list[Order]) -> None:
        self._resume(self.workers[which % len(self.workers)], orders)

    @precondition(lambda self: self.ledger.waits() and len(self.workers) < 3)
    @rule(
        queue=st.sampled_from(["letters", "confirmations"]),
        steps=st.tuples(st.integers(1, 4), st.integers(1, 4)),
        seconds=st.sampled_from([70, 200, 200]),
        after=orders,
    )
    def a_worker_is_slow(self, queue: str, steps: tuple[int, int], seconds: int, after: list[Order]) -> None:
        """Its lease runs out, another takes what it had, and then it wakes."""
        slow = self._begin(queue)
        self._resume(slow, [Order.GO_ON] * steps[0])
        self.now.shift(seconds)
        outbox.recover_expired_leases()
        self.now.shift(25)  # what is tried again waits a little
        self._resume(self._begin(queue), [Order.GO_ON] * steps[1])
        if not slow.is_over:
            self._resume(slow, after)

    @precondition(lambda self: self.ledger.waits())
    @rule(queue=st.sampled_from(["confirmations", "letters"]), orders=orders)
    def a_whole_turn(self, queue: str, orders: list[Order]) -> None:
        """Each order at the next moment when an email is on its way; after them, all goes well."""
        worker, orders = self._begin(queue), [*orders]
        worker.resume()
        self.ledger.check()
        while not worker.is_over:
            worker.resume(orders.pop() if worker.at == Step.HANDED and orders else Order.GO_ON)
            self.ledger.check()
        self.workers.remove(worker)

    def _begin(self, queue: str) -> Worker:
        self.workers.append(Worker(queue, Watch(self.ledger.begins, self.ledger.has)))
        return self.workers[-1]

    def _resume(self, worker: Worker, orders: list[Order]) -> None:
        for order in orders:
            worker.resume(order)
            self.ledger.check()  # each claim is looked at before anything else can change
            if worker.is_over:
                self.workers.remove(worker)
                return

    # The server room

    @rule(seconds=st.sampled_from([1, 30, 70, 200, 200, 3600, 90_000, 7 * 86_400, 31 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.now.shift(seconds)

    @rule(seconds=st.sampled_from([5, 600, 3600]))
    def the_clock_is_set_back(self, seconds: int) -> None:
        self.now.shift(-seconds)
        pacing.clock_went_back(seconds)

    @rule()
    def the_sweeper_comes(self) -> None:
        outbox.recover_expired_leases()
        assert not OutgoingEmail.objects.lease_expired(timezone.now()).exists()
        counting.fold_all()
        self.ledger.check_counts()
        with self._nudges() as nudged:
            due = {queue for queue in Queue if self._is_due(queue)}
            assert outbox.nudge_due() == bool(due)
        assert set(nudged) == due, "something is due, and no worker is told"

    @contextmanager
    def _nudges(self) -> Iterator[list[str]]:
        with pytest.MonkeyPatch.context() as patch:
            nudged: list[str] = []
            patch.setattr(draining, "nudge", nudged.append)
            patch.setattr(draining, "_nudged", {})
            yield nudged

    def _is_due(self, queue: Queue) -> bool:
        asleep = Q(sender__pause="everything") | Q(sender__paused_until__gt=timezone.now())
        if queue != Queue.CONFIRMATIONS:
            asleep |= Q(sender__pause="letters")
        return OutgoingEmail.objects.in_queue(queue).due().exclude(asleep).exists()

    @rule(target=mail)
    def the_nightly_deeds_are_done(self) -> Any:
        signing.remind_the_unconfirmed()
        retention.anonymise_expired()
        return self.posted()

    # The provider

    @rule(
        email=mail,
        what=st.sampled_from([What.DELIVERED, What.BOUNCED, What.BOUNCED, What.COMPLAINED, What.REJECTED]),
        permanent=st.booleans(),
        number=st.integers(0, 5),
        sender=st.integers(0, 1),
    )
    def the_provider_reports(self, email: int, what: str, permanent: bool, number: int, sender: int) -> None:
        """Late, twice (one number is one event), about another's email. It does not say that it had what it had not."""
        row, whose = OutgoingEmail.objects.get(pk=email), self.world.senders[sender]
        if not self.ledger.taken[email]:
            what = What.REJECTED
        known = ProviderEvent.objects.filter(sender=whose, event_id=str(number)).exists()
        event = outbox.record_event(
            whose,
            event_id=str(number),
            uuid=row.uuid,
            what=what,
            permanent=permanent,
            detail=f"{row.to_address} is unknown",
        )
        assert (event is None) == (known or row.sender_id != whose.pk)

    # Organisers

    @rule(emails=st.lists(mail, max_size=4), deed=st.sampled_from(["cancel", "hold", "retry"]))
    def an_organiser_acts(self, emails: list[int], deed: str) -> None:
        if deed == "cancel":
            outbox.cancel(emails, "Alice")
        elif deed == "hold":
            outbox.hold(emails, "Alice", "to be looked at")
        else:
            outbox.retry(emails, "Alice")

    @precondition(lambda self: State.HELD in self.ledger.states.values())
    @rule(outcome=st.sampled_from([State.SENT, State.QUEUED, State.QUEUED, State.CANCELLED]))
    def an_organiser_decides(self, outcome: State) -> None:
        held = set(OutgoingEmail.objects.held().values_list("pk", flat=True))
        outbox.resolve_held(held, outcome, "Alice", "as the office says")
        decided = OutgoingEmail.objects.filter(pk__in=held, state=outcome)
        self.ledger.decided(decided.values_list("pk", flat=True), outcome)

    @rule(sender=st.integers(0, 1), what=st.sampled_from(Sender.Pause))
    def stop_by_hand_or_let_go(self, sender: int, what: Sender.Pause) -> None:
        if what == Sender.Pause.NOTHING:
            pacing.resume(self.world.senders[sender], "Alice")
        else:
            pacing.pause(self.world.senders[sender], what, "Alice")

    @precondition(lambda self: Stop.objects.filter(lifted_at__isnull=True).exists())
    @rule()
    def lift_what_a_domain_refused(self) -> None:
        for stop in Stop.objects.filter(lifted_at__isnull=True):
            pacing.lift(stop, "Alice")

    @rule(
        deed=st.sampled_from(["suspect", "let through", "strike out", "take back", "one back"]),
        campaign=st.integers(0, 1),
    )
    def a_moderator_acts(self, deed: str, campaign: int) -> None:
        theirs = self.world.texts[campaign].campaign
        signatures = Signature.objects.filter(campaign=theirs)
        newest = signatures.order_by("-pk").values_list("pk", flat=True).first() or 0
        if deed == "suspect":
            signatures.filter(state=Signature.State.PENDING).update(state=Signature.State.SUSPECT)
        elif deed == "let through":
            held = Wanted(state=Signature.State.SUSPECT.value)
            invalidating.by_filter(theirs, NOBODY, held, newest, "A test", releases=True)
        elif deed == "strike out":
            invalidating.by_filter(theirs, NOBODY, Wanted(origin="online"), newest, "A test")
        elif deed == "take back" and (made := theirs.invalidations.filter(undone_at=None).first()):
            invalidating.undo(theirs, NOBODY, made.pk)
        elif deed == "one back":
            invalidating.one_back(theirs, NOBODY, newest)

    @rule(
        address=st.sampled_from(["", *ADDRESSES]),
        name=st.sampled_from(["Agnes", "Boris"]),
        campaign=st.integers(0, 1),
        on_top=st.booleans(),
    )
    def an_organiser_adds_somebody(self, address: str, name: str, campaign: int, on_top: bool) -> None:
        text = self.world.texts[campaign]
        wording = consent.record(consent.for_entering(text.campaign, text))
        with suppress(adding.Refused):
            adding.enter(text, adding.person(name, email=address), wording, NOBODY, on_top)

    @rule(deed=st.sampled_from(["remove", "hide", "pass"]), campaign=st.integers(0, 1))
    def an_organiser_looks_through_the_list(self, deed: str, campaign: int) -> None:
        theirs = self.world.texts[campaign].campaign
        for pk in Signature.objects.filter(campaign=theirs).order_by("-pk").values_list("pk", flat=True)[:1]:
            if deed == "remove":
                adding.remove(theirs, NOBODY, pk)
            else:
                acting_on.act(theirs, NOBODY, pk, f"{deed}_name" if deed == "hide" else "show_name")

    # What holds

    @invariant()
    def the_books_agree(self) -> None:
        type(self).steps += 1
        self.ledger.check()

    def everything_comes_to_an_end(self) -> None:
        """Nothing that was accepted is lost: once all is well again, each email ends, or waits for a decision."""
        for worker in self.workers:
            worker.kill()
        self.workers.clear()
        for sender in self.world.senders:
            pacing.resume(sender, "Alice")
        for _ in range(50):
            self.now.shift(9 * 3600)
            self.lift_what_a_domain_refused()
            outbox.recover_expired_leases()
            for queue in Queue:
                self.a_whole_turn(queue, [])
            if not OutgoingEmail.objects.unsettled().exists():
                break
        outbox.apply_events()
        self.ledger.check()
        assert not OutgoingEmail.objects.unsettled().exists(), "accepted, and it never ends"
        assert not ProviderEvent.objects.filter(applied_at__isnull=True).exists()
        outbox.scrub_old()
        assert not OutgoingEmail.objects.filter(forget_at__isnull=False).unscrubbed().exists()
        self.the_sweeper_comes()
        type(self).emails_seen += len(self.ledger.accepted)


@pytest.mark.django_db
def test_whatever_happens_in_whatever_order_the_books_agree(record_property: Any) -> None:
    Lifecycles.world = World.made()
    connection.inc_thread_sharing()  # the workers are threads
    try:
        run_state_machine_as_test(
            Lifecycles,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=os.environ.get("CI", "").lower() in ("1", "true"),
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        connection.dec_thread_sharing()
    figures = f"orders={EXAMPLES} steps={Lifecycles.steps} emails={Lifecycles.emails_seen}"
    record_property("faults", f"lifecycles: {figures}")
