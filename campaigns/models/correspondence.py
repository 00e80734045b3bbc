import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.crypto import EmailKeyField, EncryptedTextField
from config.jobs import Job
from letters.models import Letter, OutgoingEmail, Representative

from .campaign import Campaign, CampaignText
from .consent import ConsentWording
from .signature import Signature


class HandIn(models.Model):
    """Nothing goes by email to this representative, or to anybody: letters wait, to be handed over together."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="hand_ins")
    representative = models.ForeignKey(
        Representative,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("representative"),
        help_text=_("Empty: all letters of the campaign."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("hand-in")
        verbose_name_plural = _("hand-ins")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "representative"], name="one_hand_in_a_representative"),
            models.UniqueConstraint(
                fields=["campaign"], condition=models.Q(representative__isnull=True), name="one_hand_in_of_all"
            ),
        ]

    def __str__(self) -> str:
        return str(self.representative or self.campaign)


class HandOver(models.Model):
    """That somebody said: these letters were handed over. It holds nobody who wrote."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="hand_overs")
    to = models.CharField(max_length=300, blank=True)  # the representative's name; "" for everybody's letters
    on = models.DateField()
    letters = models.PositiveIntegerField()
    actor = models.CharField(max_length=100)
    marked_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [models.Index(fields=["campaign", "-id"], name="hand_over_latest")]

    def __str__(self) -> str:
        return f"{self.campaign} {self.on}"


class MergedLetter(models.Model):
    """One letter in the place of many with the same words; the names of those who sent them are its annex."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="merged_letters")
    representative = models.ForeignKey(Representative, on_delete=models.SET_NULL, null=True, related_name="+")
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="+")
    letters = models.PositiveIntegerField()
    outgoing = models.ForeignKey(OutgoingEmail, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.campaign} {self.letters}"


class CampaignLetter(models.Model):
    """Who wrote to whom through which campaign. The letter itself is in the letters' rooms."""

    class Answer(models.TextChoices):
        YES = "yes", _("They answered")
        NO = "no", _("They did not answer")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="letters")
    text = models.ForeignKey(CampaignText, on_delete=models.PROTECT, related_name="+")
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="+")
    representative = models.ForeignKey(Representative, on_delete=models.SET_NULL, null=True, related_name="+")
    signature = models.ForeignKey(Signature, on_delete=models.SET_NULL, null=True, blank=True, related_name="letters")
    email = EncryptedTextField(_("email"), blank=True)
    email_key = EmailKeyField(source="email")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    consent = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, related_name="+")
    consent_at = models.DateTimeField()
    confirmation = models.ForeignKey(
        OutgoingEmail, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    outgoing = models.ForeignKey(OutgoingEmail, on_delete=models.SET_NULL, null=True, related_name="+", editable=False)
    # Not emailed: it waits until somebody brings it to whom it is for (HandIn).
    by_hand = models.BooleanField(_("to be handed in"), default=False, editable=False)
    # As its campaign said when it was written: what its writer was promised, whatever the campaign says later.
    months_kept = models.PositiveSmallIntegerField(default=24, editable=False)
    # The same of the days after it has left, or was handed over; none said: the installation's.
    days_kept = models.PositiveSmallIntegerField(null=True, editable=False)
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True, editable=False)
    hand_over = models.ForeignKey(HandOver, on_delete=models.SET_NULL, null=True, related_name="+", editable=False)
    # One for all that were written at once, and are confirmed at once; null: it was written alone.
    together = models.UUIDField(null=True, editable=False, db_index=True)
    copy_wanted = models.BooleanField(_("wants a copy"), default=False)
    own_share = models.PositiveSmallIntegerField(_("their own words, in percent"), null=True, editable=False)
    # Nobody changed its words and the campaign merges such: it waits to be a name in the annex of one letter.
    to_merge = models.BooleanField(default=False, editable=False)
    merged = models.ForeignKey(MergedLetter, on_delete=models.SET_NULL, null=True, related_name="of", editable=False)
    printed_at = models.DateTimeField(_("printed by its writer"), null=True, editable=False)
    asked_at = models.DateTimeField(_("asked whether they answered"), null=True, editable=False)
    answer = models.CharField(_("answer"), max_length=3, choices=Answer, blank=True, editable=False)
    answer_said_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, editable=False)

    class Meta:
        verbose_name = _("letter through a campaign")
        verbose_name_plural = _("letters through campaigns")
        indexes = [
            models.Index(fields=["campaign", "email_key", "representative", "-created_at"], name="letter_repeat"),
            models.Index(
                fields=["created_at"], condition=models.Q(anonymised_at__isnull=True), name="letter_retention"
            ),
            models.Index(
                fields=["campaign", "id"],
                condition=models.Q(by_hand=True, state="confirmed", handed_over_at__isnull=True),
                name="letter_waits_for_hands",
            ),
            models.Index(
                fields=["campaign", "representative"],
                condition=models.Q(to_merge=True, state="confirmed", merged__isnull=True),
                name="letter_waits_to_be_merged",
            ),
            models.Index(
                fields=["confirmed_at"],
                condition=models.Q(state="confirmed", asked_at__isnull=True, answer="", anonymised_at__isnull=True),
                name="letter_answer_unasked",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def carried_by(self) -> OutgoingEmail | None:
        """The email by which it goes: its own, or the one of all who send the same words."""
        return self.outgoing or (self.merged.outgoing if self.merged else None)

    def as_data(self) -> dict[str, Any]:
        """Everything kept about one letter, for who wrote it."""
        return {
            "campaign": self.text.title,
            "state": self.state,
            "to": self.letter.recipient_name,
            "name": self.letter.sender_name,
            "address": self.letter.sender_address,
            "email": self.email,
            "subject": self.letter.subject,
            "body": self.letter.body,
            "dated": self.letter.dated,
            "consent": self.consent.text,
            "consent_at": self.consent_at,
            "written_at": self.created_at,
            "confirmed_at": self.confirmed_at,
            "delivery": self.carried_by.state if self.carried_by else None,
            "by_hand": self.by_hand,
            "handed_over_at": self.handed_over_at,
            "merged_with": self.merged.letters if self.merged else None,
            "own_words_percent": self.own_share,
            "copy_wanted": self.copy_wanted,
            "printed_at": self.printed_at,
            "asked_at": self.asked_at,
            "answer": self.answer,
            "answer_said_at": self.answer_said_at,
        }


class ToBeAsked(models.Model):
    """That the writer of letters has not been asked yet to confirm them; the sweeper does it (asking.py), and deletes
    the row."""

    letters = models.UUIDField(unique=True)  # what they were written `together`, or the `uuid` of one written alone
    written_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(null=True)  # null: at once

    def __str__(self) -> str:
        return str(self.letters)


class BundledLetter(models.Model):
    """Where a letter stands in a bundle made for printing, so that it can be taken out of the paper if it is withdrawn.

    The number finds it there; who wrote it is not needed for that, and not kept.
    """

    bundle = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    letter = models.ForeignKey(CampaignLetter, on_delete=models.CASCADE, related_name="bundled")
    number = models.PositiveIntegerField()
    page = models.PositiveIntegerField()  # of its file, on which it begins; 0: it is a text file of its own

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bundle", "number"], name="one_number_a_letter_of_a_bundle")]

    def __str__(self) -> str:
        return f"{self.bundle} {self.number}"
