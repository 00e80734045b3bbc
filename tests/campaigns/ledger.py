"""What a test keeps beside the database, to hold against it after every step. It believes only what it has seen."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import Count
from django.utils import timezone

from campaigns import counting
from campaigns.models import Campaign, CampaignLetter, Signature
from campaigns.sharing import bare
from config.crypto import email_keys, normalised_address
from letters import outbox
from letters.mime import Parcel
from letters.models import DeliveryEvent, Letter, OutgoingEmail, Sender, Suppression
from letters.models.letter import PERSONAL_FIELDS
from letters.models.post import PERSONAL_TEXT, TRANSITIONS, Kind, State

LINK = re.compile(r"http://testserver(/(confirm|signature|letter/confirm|letter)/[^/\s]+/)")
S = Signature.State
# Held back or let through by a moderator, or by a later form; what was struck out goes back to where it was.
SIGNATURE_TRANSITIONS: dict[str, set[str]] = {
    S.PENDING: {S.CONFIRMED, S.WITHDRAWN, S.SUSPECT, S.INVALID},
    S.CONFIRMED: {S.WITHDRAWN, S.INVALID, S.SUSPECT},
    S.SUSPECT: {S.PENDING, S.CONFIRMED, S.WITHDRAWN, S.INVALID},
    S.INVALID: {S.PENDING, S.CONFIRMED, S.SUSPECT, S.WITHDRAWN},
    S.WITHDRAWN: set(),
}


class Ledger:
    def __init__(self) -> None:
        self.accepted: dict[int, Kind] = {}
        self.links: dict[int, dict[str, str]] = {}
        self.states: dict[int, State] = {}
        self.told = 0  # the last event read
        self.doubts: set[int] = set()  # held, or expired, while being handed over
        self.leases: set[tuple[int, str]] = set()
        self.begun: set[int] = set()
        self.leaving: set[int] = set()  # being handed over when what they ask to confirm was taken back
        self.withdrawn: set[object] = set()
        self.taken: Counter[int] = Counter()
        self.sent_again: Counter[int] = Counter()  # by an organiser who had read that it may have arrived
        self.said_to_have_arrived: set[int] = set()
        self.asks: dict[int, Signature] = {}  # emails that ask to confirm a signature, and which
        self.signatures: dict[int, tuple[str, str]] = {}
        self.unconfirmed: set[int] = set()  # also of those struck out since: these may be deleted
        self.standing: set[int] = set()
        self.erased: set[int] = set()

    # What the test tells

    def queued(self, email: OutgoingEmail) -> None:
        self.accepted[email.pk] = Kind(email.kind)
        self.links[email.pk] = {
            kind: path for value in email.values.values() for path, kind in LINK.findall(f"{value}")
        }

    def begins(self, pk: int, token: str) -> None:
        """`handing` is committed: from here on it may arrive, and nothing stops it."""
        row = OutgoingEmail.objects.get(pk=pk)
        assert (row.state, row.lease_token) == (State.HANDING, token), "sent by a worker whose lease is gone"
        assert (pk, token) in self.leases, "sent without having been claimed"
        assert row.forget_at is None and row.scrubbed_at is None, "sent though its person is to be forgotten"
        for kept in CampaignLetter.objects.filter(outgoing=pk):
            assert kept.state == CampaignLetter.State.CONFIRMED, f"a letter was sent that is {kept.state}"
        for kept in CampaignLetter.objects.filter(confirmation=pk).exclude(confirmation__in=self.leaving):
            assert kept.state != CampaignLetter.State.WITHDRAWN, "asked to confirm a letter that was taken back"
        if asked := self.asks.get(pk):
            withdrawn = Signature.objects.filter(uuid=asked.uuid, state=S.WITHDRAWN)
            if pk in self.begun:  # it was leaving when a newer one took its place, and had to be sent again
                withdrawn = withdrawn.filter(confirmation=pk).exclude(confirmation__in=self.leaving)
            assert not withdrawn.exists(), "asked to confirm a signature that was withdrawn"
        self.begun.add(pk)

    def has(self, pk: int, parcel: Parcel) -> None:
        row = OutgoingEmail.objects.get(pk=pk)
        assert str(row.uuid) == parcel.uuid
        if row.scrubbed_at is None:
            assert normalised_address(row.to_address) == normalised_address(str(parcel.envelope_to))
        self.taken[pk] += 1

    def decided(self, ids: Iterable[int], outcome: State) -> None:
        """An organiser's word on these held emails."""
        for pk in ids:
            if outcome == State.SENT:
                self.said_to_have_arrived.add(pk)
            elif pk in self.doubts:
                self.sent_again[pk] += 1

    def waits(self) -> bool:
        return any(self.states.get(pk, State.QUEUED) == State.QUEUED for pk in self.accepted)

    # What must be true after every step

    def check(self) -> None:
        self._read_events()
        self._check_emails()
        self._check_signatures()
        self._check_letters()

    def _read_events(self) -> None:
        events = DeliveryEvent.objects.filter(pk__gt=self.told).order_by("pk")
        for event in events:
            before = self.states.get(event.email_id, State.QUEUED)
            assert event.from_state == before, "a change of state without its event"
            assert event.to_state in TRANSITIONS[before], f"{before} → {event.to_state}"
            assert "@" not in event.detail and "example" not in event.detail
            self.states[event.email_id] = State(event.to_state)
            if event.to_state == State.HELD:
                (self.doubts.add if before == State.HANDING else self.doubts.discard)(event.email_id)
            self.told = event.pk

    def _check_emails(self) -> None:
        rows = list(OutgoingEmail.objects.values_list("pk", "state", "lease_token", "scrubbed_at"))
        by_pk = {pk: state for pk, state, _, _ in rows}
        assert by_pk.keys() == self.accepted.keys(), "the outbox is not what was accepted"
        assert by_pk == {pk: self.states.get(pk, State.QUEUED) for pk in by_pk}, "a state without its event"
        for pk, kind in self.accepted.items():
            if kind == Kind.LETTER:
                assert self.taken[pk] <= 1 + self.sent_again[pk], "a letter arrived twice, and nobody decided so"
            if by_pk[pk] in (State.SENT, State.BOUNCED):
                assert self.taken[pk] or pk in self.said_to_have_arrived, "recorded as sent, and never was"
        self._check_leases({(pk, token) for pk, state, token, _ in rows if state == State.LEASED})
        erased = {pk for pk, _, _, scrubbed_at in rows if scrubbed_at}
        if erased != self.erased:
            for row in OutgoingEmail.objects.filter(pk__in=erased).values(*PERSONAL_TEXT, "values", "message"):
                assert not any(row.values()), "something personal in a row that was erased"
            self.erased = erased

    def _check_leases(self, leased: set[tuple[int, str]]) -> None:
        new = leased - self.leases
        self.leases |= new
        for row in OutgoingEmail.objects.filter(pk__in=[pk for pk, _ in new]).select_related("sender") if new else ():
            suppressed = Suppression.objects.filter(key__in=email_keys(row.to_address))
            assert not suppressed.exists(), "claimed for an address that wants no mail"
            assert row.forget_at is None, "claimed though its person is to be forgotten"
            everything = row.sender.pause == Sender.Pause.EVERYTHING
            letters = row.sender.pause == Sender.Pause.LETTERS and row.kind == Kind.LETTER
            assert not (everything or letters), "claimed of a sender that was stopped by hand"
            assert not (row.sender.paused_until and row.sender.paused_until > timezone.now())

    def _check_signatures(self) -> None:
        fields = ("pk", "state", "origin", "campaign", "anonymised_at")
        rows = list(Signature.objects.values_list(*fields))
        now = {pk: (state, origin) for pk, state, origin, _, _ in rows}
        assert sum(Counter(state for state, _ in now.values()).values()) == len(now)
        assert set(now.values()) <= {(state, origin) for state in S.values for origin in Signature.Origin.values}
        for pk, (state, _) in now.items():
            before = self.signatures.get(pk, (S.PENDING, ""))[0]
            assert state == before or state in SIGNATURE_TRANSITIONS[before], f"a signature: {before} → {state}"
        gone = self.signatures.keys() - now.keys() - self.unconfirmed
        assert not gone, "a signature that somebody confirmed was deleted"
        self.unconfirmed = set(
            Signature.objects.filter(confirmed_at__isnull=True, origin=Signature.Origin.ONLINE)
            .exclude(state=S.WITHDRAWN)
            .values_list("pk", flat=True)
        )
        for asking, asked in self.asks.items():
            if now.get(asked.pk, ("",))[0] == S.WITHDRAWN:
                self._withdrawn(("signature", asking), asking)
        self.signatures = now
        standing = {pk for pk, state, _, _, anonymised_at in rows if state == S.CONFIRMED and not anonymised_at}
        if standing != self.standing:
            self.standing = standing
            counted = Signature.objects.filter(pk__in=standing).exclude(email="")
            people = Counter(
                (campaign, normalised_address(address), bare(name))
                for campaign, address, name in counted.values_list("campaign", "email", "name")
            )
            assert set(people.values()) <= {1}, "one person counts twice in one campaign"
            addresses = Counter((campaign, address) for campaign, address, _name in people)
            assert max(addresses.values(), default=0) <= 2, "more than two people count with one address"
        if any(anonymised_at for *_, anonymised_at in rows):
            for row in Signature.objects.filter(anonymised_at__isnull=False).values(*Signature.PERSONAL):
                assert not any(row.values()), "something personal in a signature that was erased"

    def _withdrawn(self, what: object, asking: int) -> None:
        if what not in self.withdrawn and self.states.get(asking) == State.HANDING:
            self.leaving.add(asking)
        self.withdrawn.add(what)

    def _check_letters(self) -> None:
        confirmed = defaultdict(list)
        fields = ("pk", "confirmation", "state", "outgoing__state", "campaign", "email_key", "representative")
        for pk, asking, state, outgoing, *whose, at in CampaignLetter.objects.values_list(*fields, "confirmed_at"):
            if state == CampaignLetter.State.WITHDRAWN:
                self._withdrawn(("letter", pk), asking)
            if state == CampaignLetter.State.PENDING:
                assert outgoing is None, "a letter was queued that nobody confirmed"
            elif state == CampaignLetter.State.WITHDRAWN:
                assert outgoing in (None, State.CANCELLED), "a letter that was taken back is still to leave"
            elif whose[1]:
                confirmed[tuple(whose)].append(at)
        for moments in confirmed.values():
            spaced = sorted(moments)
            assert all((later - one).days >= 7 for one, later in zip(spaced, spaced[1:], strict=False))
        for row in Letter.objects.filter(scrubbed_at__isnull=False).values(*PERSONAL_FIELDS):
            assert not any(row.values()), "something personal in a letter that was erased"

    def check_counts(self) -> None:
        """Right after a fold."""
        counts = outbox.counts()
        assert counts.pop("accepted") == len(self.accepted) == sum(counts.values())
        found = Signature.objects.filter(state=S.CONFIRMED).order_by().values_list("campaign").annotate(n=Count("pk"))
        by_campaign = dict(found)
        for campaign in Campaign.objects.all():
            assert campaign.signature_count == by_campaign.get(campaign.pk, 0), "the count is not the confirmed ones"
            assert counting.reconcile(campaign).problems == []
