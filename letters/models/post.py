"""The post room's rows. Their states change in letters.transitions and nowhere else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, Q
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.append_only import AppendOnlyModel
from config.crypto import DomainKeyField, EmailKeyField, EncryptedJSONField, EncryptedTextField

from .letter import Letter
from .sender import Sender


class Kind(models.TextChoices):
    CONFIRMATION = "confirmation", _("confirmation")
    ACCOUNT = "account", _("account")
    NOTICE = "notice", _("notice")
    LETTER = "letter", _("letter")
    UPDATE = "update", _("update")


class Queue(models.TextChoices):
    """One a speed of service, so that nobody's confirmation waits behind ten thousand letters."""

    CONFIRMATIONS = "confirmations", _("confirmations")
    LETTERS = "letters", _("letters")
    UPDATES = "updates", _("updates")


QUEUE_OF: Mapping[str, Queue] = {
    Kind.CONFIRMATION: Queue.CONFIRMATIONS,
    Kind.ACCOUNT: Queue.CONFIRMATIONS,
    Kind.NOTICE: Queue.CONFIRMATIONS,
    Kind.LETTER: Queue.LETTERS,
    Kind.UPDATE: Queue.UPDATES,
}


class State(models.TextChoices):
    QUEUED = "queued", _("waiting")
    LEASED = "leased", _("being prepared")
    HANDING = "handing", _("being handed over")
    SENT = "sent", _("accepted by the mail server")
    BOUNCED = "bounced", _("came back")
    FAILED = "failed", pgettext_lazy("email", "failed")
    HELD = "held", _("held for a decision")
    CANCELLED = "cancelled", _("cancelled")


IN_WORK = (State.LEASED, State.HANDING)
UNSETTLED = (State.QUEUED, State.LEASED, State.HANDING)
ENDED = (State.SENT, State.BOUNCED, State.FAILED, State.CANCELLED)
RESTING = (*ENDED, State.HELD)
IN_TROUBLE = (State.BOUNCED, State.FAILED, State.HELD)

# Every change there is. A row that has begun to be handed over can no longer be cancelled: it may have left.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.LEASED, State.HELD, State.CANCELLED}),
    State.LEASED: frozenset({State.HANDING, State.QUEUED, State.FAILED, State.HELD, State.CANCELLED}),
    State.HANDING: frozenset({State.SENT, State.QUEUED, State.FAILED, State.HELD}),
    State.SENT: frozenset({State.BOUNCED}),
    State.BOUNCED: frozenset(),
    State.FAILED: frozenset({State.QUEUED, State.CANCELLED}),
    State.HELD: frozenset({State.QUEUED, State.SENT, State.CANCELLED}),
    State.CANCELLED: frozenset(),
}


class Message(models.Model):
    """What many emails say alike, with markers (config.email) where each puts its own values.

    Nothing personal belongs in it: that is in the emails' `values`, or in the Letter.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    subject = EncryptedTextField(_("subject"))
    text = EncryptedTextField(_("text"))
    html = EncryptedTextField(_("HTML"), blank=True, default="")
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(default=timezone.now, editable=False)  # to the day: the last time it was asked for

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return self.digest[:12]


class Among(Lookup[str]):
    """`IN` with the states written out, as an index's condition has them.

    SQLite finds a partial index by `state IN ('sent', …)`; by `state IN (?, …)` it would read the whole table.
    """

    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        states = ", ".join(f"'{State(state)}'" for state in self.rhs)
        return f"{column} IN ({states})", tuple(parameters)


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    def in_queue(self, queue: str) -> Self:
        return self.filter(queue=queue)

    def due(self, now: datetime | None = None) -> Self:
        return self.filter(state=State.QUEUED, not_before__lte=now or timezone.now())

    def unsettled(self) -> Self:
        return self.filter(Among(F("state"), UNSETTLED))

    def held(self) -> Self:
        return self.filter(state=State.HELD)

    def lease_expired(self, now: datetime) -> Self:
        return self.filter(Among(F("state"), IN_WORK), lease_until__lte=now)

    def settled_before(self, moment: datetime) -> Self:
        return self.filter(state__in=RESTING, settled_at__lte=moment)

    def unscrubbed(self) -> Self:
        return self.filter(scrubbed_at__isnull=True)

    def about(self, keys: list[str]) -> Self:
        """Those to this address, and those that answers to it: what an operator looks for."""
        return self.filter(Q(to_key__in=keys) | Q(reply_key__in=keys))

    def belonging_to(self, keys: list[str]) -> Self:
        """What is this supporter's own: mail to them, and letters by them.

        A letter *to* this address was written by somebody else, and account mail is no supporter's.
        """
        letters = Q(kind=Kind.LETTER, reply_key__in=keys)
        return self.filter(letters | (Q(to_key__in=keys) & ~Q(kind__in=(Kind.LETTER, Kind.ACCOUNT))))


PERSONAL_TEXT = ("to_address", "to_name", "to_key", "domain_key", "reply_to", "reply_key", "last_error")


class OutgoingEmail(models.Model):
    """One email to one mailbox. The row is the record of it; the broker only says that there is work."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="emails")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="emails", null=True, blank=True)
    letter = models.ForeignKey(
        Letter, on_delete=models.PROTECT, related_name="emails", null=True, blank=True, db_index=False
    )
    attach_letter = models.BooleanField(_("with the letter as a PDF"), default=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    queue = models.CharField(_("queue"), max_length=16, choices=Queue.choices, editable=False)
    to_address = EncryptedTextField(_("to"), blank=True, default="")
    to_name = EncryptedTextField(_("name"), blank=True, default="")
    to_key = EmailKeyField(source="to_address")
    domain_key = DomainKeyField(source="to_address")
    reply_to = EncryptedTextField(_("Reply-To"), blank=True, default="")
    reply_key = EmailKeyField(source="reply_to")
    values = EncryptedJSONField(_("values"))
    demonstration = models.BooleanField(_("demonstration"), default=False, editable=False)

    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.QUEUED, editable=False)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    # How many of the destinations (letters.pacing) have given it a slot, the last of them at `not_before`.
    slots = models.PositiveSmallIntegerField(default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    lapses = models.PositiveSmallIntegerField(_("lapsed leases"), default=0, editable=False)
    lease_token = models.CharField(max_length=32, blank=True, default="", editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = EncryptedTextField(_("last error"), blank=True, default="")
    created_at = models.DateTimeField(_("accepted"), default=timezone.now, editable=False)
    accepted_by = models.CharField(_("accepted by"), max_length=100, blank=True, default="", editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True, editable=False)
    # Set by outbox.cancel() while it is being handed over: should it not leave after all, it is not tried again.
    unwanted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Set by outbox.forget(). If the row is being handed over just then the outcome is awaited, and then all is erased.
    forget_at = models.DateTimeField(null=True, blank=True, editable=False)
    scrubbed_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="email_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="email_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=IN_WORK) | (Q(lease_until__isnull=False) & ~Q(lease_token="")),
                name="email_in_work_is_leased",
            ),
            models.CheckConstraint(
                condition=Q(scrubbed_at__isnull=True) | Q(**dict.fromkeys(PERSONAL_TEXT, ""), values={}),
                name="email_scrubbed_is_empty",
            ),
        ]
        indexes = [
            # What a claim reads, and nothing else: it stays as small as the backlog.
            models.Index(
                fields=["queue", "sender", "not_before", "id"], condition=Q(state=State.QUEUED), name="email_waiting"
            ),
            models.Index(fields=["lease_until"], condition=Q(state__in=IN_WORK), name="email_in_work"),
            # Without what has not ended, and what has no letter: whoever signs writes neither.
            models.Index(
                fields=["settled_at"],
                condition=Q(scrubbed_at__isnull=True, settled_at__isnull=False),
                name="email_to_be_scrubbed",
            ),
            models.Index(fields=["letter"], condition=Q(letter__isnull=False), name="email_of_letter"),
            # Without what waits: a planner whose figures are old would take it for a claim, and read all of that.
            models.Index(fields=["sender", "state", "kind"], condition=~Q(state=State.QUEUED), name="email_by_state"),
            models.Index(fields=["domain_key", "state"], condition=Q(state__in=UNSETTLED), name="email_by_domain"),
            # By whom they are to or from; once erased, by nobody.
            models.Index(fields=["to_key"], condition=~Q(to_key=""), name="email_to"),
            models.Index(fields=["reply_key"], condition=~Q(reply_key=""), name="email_answered_to"),
            # What the sweeper asks for: hardly ever more than a few.
            models.Index(
                fields=["id"], condition=Q(forget_at__isnull=False, scrubbed_at__isnull=True), name="email_to_forget"
            ),
            models.Index(fields=["sender", "settled_at"], condition=Q(state__in=IN_TROUBLE), name="email_in_trouble"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class DeliveryEvent(AppendOnlyModel):
    """One change of one email's state. It holds no address and no name, for it outlives them."""

    email = models.ForeignKey(OutgoingEmail, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("at"), default=timezone.now)
    from_state = models.CharField(_("from"), max_length=16, choices=State.choices)
    to_state = models.CharField(_("to"), max_length=16, choices=State.choices)
    actor = models.CharField(_("by"), max_length=100)
    detail = models.TextField(_("detail"), blank=True, default="")

    class Meta:
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        ordering = ["id"]
        # How much went out in the last hour.
        indexes = [models.Index(fields=["at"], condition=Q(to_state__in=ENDED), name="event_of_an_end")]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Suppression(models.Model):
    """An address that must get no more mail from us. Only its keyed hash is kept, so it survives an erasure."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("mail came back")
        COMPLAINED = "complained", _("a complaint")
        ASKED = "asked", _("asked for it")

    key = models.CharField(max_length=64, unique=True, editable=False)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")

    def __str__(self) -> str:
        return f"{self.reason} {self.key[:12]}"
