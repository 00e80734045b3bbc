import json
import uuid
from datetime import date, datetime
from typing import Any

from django.db import connections, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.crypto import EmailKeyField, EncryptedTextField, email_keys, keyed_hash
from letters.models import Constituency, OutgoingEmail

from .campaign import Campaign, CampaignText
from .consent import ConsentWording
from .invalidation import Invalidation
from .signature_indexes import FOLD_IS_DUE, INDEXES


class SignatureQuerySet(models.QuerySet["Signature"]):
    def of_address(self, address: str) -> "SignatureQuerySet":
        return self.filter(email_key__in=email_keys(address))

    def holding_the_place(self) -> "SignatureQuerySet":
        """Rows that stand between an address and a second signature on the same campaign."""
        return self.exclude(state=Signature.State.WITHDRAWN).exclude(email_key="")

    def counting(self) -> "SignatureQuerySet":
        return self.filter(state=Signature.State.CONFIRMED)

    def getting_news(self) -> "SignatureQuerySet":
        """Confirmed, with consent to news that stands: whoever is erased wants none (forget_the_person)."""
        return self.counting().filter(updates=True, updates_consent__isnull=False)

    def shown(self) -> "SignatureQuerySet":
        """The public list: confirmed, with a name its owner chose to show."""
        return self.counting().exclude(public_name="")

    def uncounted(self) -> "SignatureQuerySet":
        """Rows whose `counted` disagrees with their state: what the fold has still to do."""
        return self.filter(FOLD_IS_DUE)

    def untallied(self) -> "SignatureQuerySet":
        """Counted, but not yet by day and source: those of an installation that did not keep these."""
        return self.filter(counted=True, counted_on__isnull=True)

    def shown_name_begins(self, prefix: str) -> "SignatureQuerySet":
        """By the index of shown names: PostgreSQL reads LIKE from it (its pattern operators), SQLite only a range."""
        start = folded(prefix)
        found = self.filter(public_name_folded__startswith=start).exclude(public_name_folded="")
        if connections[self.db].vendor == "sqlite":
            found = found.filter(public_name_folded__gte=start, public_name_folded__lt=start + "\U0010ffff")
        return found

    def to_anonymise(self, today: date) -> "SignatureQuerySet":
        return self.filter(anonymised_at__isnull=True, erase_on__lte=today)

    def unconfirmed_since(self, before: datetime) -> "SignatureQuerySet":
        """Waiting since before then: signing again, which gives consent anew, begins the time anew. Who was held back
        or struck out meanwhile has not confirmed either, and it may be the address of somebody who knows of nothing."""
        state, struck = Signature.State, Q(state=Signature.State.INVALID)
        held = Q(state=state.SUSPECT) | struck & Q(state_before_invalid=state.SUSPECT)
        waiting = Q(state=state.PENDING) | struck & Q(state_before_invalid=state.PENDING)
        return self.filter(waiting | held & Q(confirmed_at__isnull=True), consent_at__lt=before)

    def on_top(self) -> "SignatureQuerySet":
        """In the order that organisers gave them."""
        return self.filter(pinned__isnull=False, anonymised_at__isnull=True).order_by("pinned", "pk")


class SaidField(models.CharField):
    """The row's content_digest(), written with every save: that of the page on which somebody confirms must be the
    same. Where it is not, by whatever way of writing, it is compared with the row itself (signing.confirm)."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        assert isinstance(model_instance, Signature)
        said = model_instance.content_digest() if model_instance.name else ""
        setattr(model_instance, self.attname, said)
        return said


MOST_ON_TOP = 300


def folded(name: str) -> str:
    return " ".join(name.casefold().split())[:60]


class Signature(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        SUSPECT = "suspect", _("Held back")
        INVALID = "invalid", _("Invalid")

    class Display(models.TextChoices):
        NAME = "name", _("My name")
        INITIALS = "initials", _("My initials")
        NONE = "none", _("Not at all")

    class Origin(models.TextChoices):
        ONLINE = "online", _("Online")
        IMPORTED = "imported", _("Imported")

    class Check(models.TextChoices):
        """What a moderator has said of what somebody wants to have shown."""

        NEW = "", _("not looked at")
        PASSED = "passed", _("passed")
        HIDDEN = "hidden", _("hidden")
        CHANGED = "changed", _("hidden, and changed since")  # waits to be looked at again, and is not shown till then
        HELD = "held", _("held until it is read")  # by the rules of holding.py, for what is written in it

    TO_CHECK = (Check.NEW, Check.CHANGED, Check.HELD)

    class HeldFor(models.TextChoices):
        """Why it was held back when it was given: the rules of suspecting.py, and nobody's verdict."""

        NOTHING = "", _("nothing")
        HONEYPOT = "honeypot", _("a field was filled in that nobody sees")
        TOO_FAST = "too_fast", _("it was filled in faster than anybody types")
        DISPOSABLE = "disposable", _("the address is one to throw away")

    # One held back is told nothing: it waits, and is confirmed, like any other.
    WAITING = frozenset({State.PENDING, State.SUSPECT})

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Without an index of its own: those below begin with it.
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="signatures", db_index=False)
    text = models.ForeignKey(CampaignText, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    state_before_invalid = models.CharField(max_length=10, blank=True, editable=False)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.ONLINE)
    # True while this row is part of its campaign's count. Written by the fold alone (counting.py).
    counted = models.BooleanField(default=False, editable=False)
    # The day and the source under which it is counted (tallying.py); no day: under none yet. Written by the fold alone.
    # The source stays when `came_from` is erased, as the area does: what was counted does not change by it.
    counted_on = models.DateField(null=True, editable=False)
    counted_from = models.CharField(max_length=120, blank=True, editable=False)
    invalidation = models.ForeignKey(
        Invalidation, on_delete=models.SET_NULL, null=True, related_name="rows", editable=False, db_index=False
    )
    # Of those who were there first, on top of the public list in this order. Entered by the organisers.
    pinned = models.PositiveSmallIntegerField(_("place on top"), null=True, blank=True, editable=False)
    # utm_source, utm_medium and utm_campaign, or the host of the page they came from. Nothing else of it.
    came_from = models.CharField(_("came from"), max_length=120, blank=True, editable=False)
    name_check = models.CharField(max_length=10, choices=Check.choices, blank=True, default=Check.NEW, editable=False)
    reason_check = models.CharField(max_length=10, choices=Check.choices, blank=True, default=Check.NEW, editable=False)

    name = EncryptedTextField(_("name"))
    email = EncryptedTextField(_("email"))
    email_key = EmailKeyField(source="email")
    postcode = EncryptedTextField(_("postcode"), blank=True)
    country = models.CharField(_("country"), max_length=2, default="GB")
    area = models.ForeignKey(
        Constituency, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # Two people may share an address, the first and the second of them.
    place = models.SmallIntegerField(default=1, db_default=1, editable=False)
    # By which bursts are seen, in one campaign alone: the email's domain, and for NETWORK_KEPT_DAYS the network.
    domain_key = models.CharField(max_length=16, blank=True, default="", db_default="", editable=False)
    network_key = models.CharField(max_length=16, blank=True, default="", db_default="", editable=False)
    held_for = models.CharField(
        _("held back for"),
        max_length=12,
        choices=HeldFor.choices,
        blank=True,
        default=HeldFor.NOTHING,
        db_default="",
        editable=False,
    )
    affiliation = EncryptedTextField(_("affiliation"), blank=True)
    reason = EncryptedTextField(_("reason"), blank=True)
    display = models.CharField(_("shown as"), max_length=10, choices=Display.choices)
    updates = models.BooleanField(_("wants news"), default=False)

    said = SaidField(max_length=64, blank=True, default="", db_default="", editable=False)

    # What everybody may read, as its owner chose: plain, so that it can be listed and searched.
    public_name = models.CharField(max_length=200, blank=True, editable=False)
    public_name_folded = models.CharField(max_length=60, blank=True, editable=False)
    public_affiliation = models.CharField(max_length=200, blank=True, editable=False)
    public_place = models.CharField(max_length=200, blank=True, editable=False)
    public_reason = models.TextField(blank=True, editable=False)

    # Without indexes: nobody deletes a wording, and none is looked for by it.
    consent = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    consent_at = models.DateTimeField(null=True)
    updates_consent = models.ForeignKey(
        ConsentWording, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    updates_consent_at = models.DateTimeField(null=True)

    # Without an index: no email is ever deleted, and no signature is looked for by its email. Without a constraint: one
    # statement writes both, and PostgreSQL would read all emails for it where it still takes them for few.
    confirmation = models.ForeignKey(
        OutgoingEmail,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        db_index=False,
        db_constraint=False,
    )
    confirmations_sent = models.PositiveSmallIntegerField(default=0, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("given"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, editable=False)
    erase_on = models.DateField(_("kept until"), editable=False)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "email_key", "place"],
                condition=~Q(state="withdrawn") & ~Q(email_key=""),
                name="one_signature_a_place",
            ),
        ]
        indexes = INDEXES

    def __str__(self) -> str:
        return self.public_name or str(self.uuid)

    @property
    def seen_state(self) -> str:
        """The state as its owner sees it: one held back looks like one that waits, or that was confirmed."""
        if self.state != self.State.SUSPECT:
            return self.state
        return self.State.CONFIRMED if self.confirmed_at else self.State.PENDING

    def content_digest(self) -> str:
        """What confirming it would make count and show. Two forms that differ in any of it differ in this."""
        said = (self.text_id, self.name, self.affiliation, self.reason, self.display, self.updates, self.consent_id)
        return keyed_hash("signature", json.dumps(said))

    def show_as_chosen(self) -> None:
        """Derives the public columns from the private ones, the choice made, and what moderators said of it."""
        self.public_name = self.name_to_show() if self.name_is_public else ""
        shown = bool(self.public_name)
        self.public_name_folded = folded(self.public_name) if shown and self.display == self.Display.NAME else ""
        self.public_affiliation = self.affiliation[:200] if shown else ""
        self.public_reason = self.reason if shown and self.reason and self.reason_is_public else ""
        # Of those entered by hand the place is a word alone; of a new one the database finds it (areas).
        if self.origin != self.Origin.IMPORTED or self.area_id:
            self.public_place = self.area.name if shown and self.area else ""

    def name_to_show(self) -> str:
        """As its owner chose, whatever a moderator says."""
        return {
            self.Display.NAME: self.name[:200],
            self.Display.INITIALS: initials(self.name),
        }.get(self.Display(self.display), "")

    @property
    def name_is_public(self) -> bool:
        """Passed, or new where the campaign reads names afterwards. Whom the organisers entered they have read."""
        read_before = self.text.campaign.moderate_names_first and self.origin != self.Origin.IMPORTED
        return self.name_check == self.Check.PASSED or (self.name_check == self.Check.NEW and not read_before)

    @property
    def reason_is_public(self) -> bool:
        """Passed, or new where the campaign reads reasons afterwards. Of those shown with a name, that is."""
        passed = self.reason_check == self.Check.PASSED
        return passed or (self.reason_check == self.Check.NEW and not self.text.campaign.moderate_first)

    def to_be_checked(self) -> dict[str, tuple[str, ...]]:
        """By the check it is under, what moderators look at."""
        return {"name_check": (self.name, self.affiliation, self.display), "reason_check": (self.reason,)}

    def check_again(self, before: dict[str, tuple[str, ...]]) -> None:
        """What says something else than `before` is new again; and hidden still, where it was hidden."""
        for check, said in self.to_be_checked().items():
            if said != before[check]:
                hidden = getattr(self, check) in (self.Check.HIDDEN, self.Check.CHANGED)
                setattr(self, check, self.Check.CHANGED if hidden else self.Check.NEW)

    def forget_the_person(self, at: datetime) -> None:
        """Blanks all that is personal and keeps the row for the count by area. The caller saves."""
        for field in self.PERSONAL:
            setattr(self, field, "")
        self.updates = False
        self.anonymised_at = at

    PERSONAL = (
        "name",
        "email",
        "email_key",
        "postcode",
        "affiliation",
        "reason",
        "public_name",
        "public_name_folded",
        "public_affiliation",
        "public_place",
        "public_reason",
        "came_from",  # a link may have been made for one person
        "domain_key",
        "network_key",
        "said",
    )

    def as_data(self) -> dict[str, Any]:
        """Everything kept about one person's signature, for the person."""
        return {
            "campaign": self.campaign.slug,
            "title": self.text.title,
            "wording_version": self.text.version,
            "wording_sha256": self.text.digest,
            "state": self.seen_state,
            "name": self.name,
            "email": self.email,
            "postcode": self.postcode,
            "country": self.country,
            "area": self.area.name if self.area else None,
            "affiliation": self.affiliation,
            "reason": self.reason,
            "display": self.display,
            "shown_as": self.public_name,
            "shown_affiliation": self.public_affiliation,
            "shown_place": self.public_place,
            "shown_reason": self.public_reason,
            "name_check": self.name_check,
            "reason_check": self.reason_check,
            "came_from": self.came_from,
            "network_key": self.network_key,
            "domain_key": self.domain_key,
            "given_by": self.origin,
            "place_on_top": self.pinned,
            "consent": self.consent.text if self.consent else None,
            "consent_at": self.consent_at,
            "updates": self.updates,
            "updates_consent": self.updates_consent.text if self.updates_consent else None,
            "updates_consent_at": self.updates_consent_at,
            "given_at": self.created_at,
            "reminded_at": self.reminded_at,
            "confirmed_at": self.confirmed_at,
            "withdrawn_at": self.withdrawn_at,
            "kept_until": self.erase_on,
        }


def initials(name: str) -> str:
    """“Rose O’Connell” → “R. O.”: the first letter of each word, at most four."""
    letters = [next((c for c in word if c.isalpha()), "") for word in name.split()]
    return " ".join(f"{letter.upper()}." for letter in letters[:4] if letter)
