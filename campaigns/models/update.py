import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models import OutgoingEmail

from .campaign import Campaign
from .organisation import User
from .signature import Signature
from .translated import language_code


class UpdateQuerySet(models.QuerySet["Update"]):
    def on_the_page(self) -> "UpdateQuerySet":
        return self.filter(on_page=True, published_at__lte=timezone.now()).order_by("-published_at", "-pk")


class Update(models.Model):
    """News of a campaign: one piece, in one or several languages, by email and on the page."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        SENDING = "sending", _("Being sent")
        PAUSED = "paused", _("Paused")
        SENT = "sent", _("Sent")
        CANCELLED = "cancelled", _("Cancelled")

    UNDER_WAY = frozenset({State.SENDING, State.PAUSED})
    BEGUN = frozenset({State.SENDING, State.PAUSED, State.SENT, State.CANCELLED})

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="updates")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    by_email = models.BooleanField(_("by email"), default=True)
    on_page = models.BooleanField(_("on the campaign's page"), default=True)
    revision = models.PositiveIntegerField(default=1)  # one more at each save: who saves over an older one is told
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    send_at = models.DateTimeField(_("to be sent"), null=True, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # When sending began: whoever signs or asks for news later is not written to.
    started_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    # Up to which signature emails have been made; and when the last of them was.
    reached = models.BigIntegerField(default=0, editable=False)
    made_at = models.DateTimeField(null=True, editable=False)
    # How many emails are in each state, as counted by the sweeper: a page need not read them all.
    numbers = models.JSONField(default=dict, editable=False)
    counted_at = models.DateTimeField(null=True, editable=False)

    objects = UpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(send_at__isnull=False), name="scheduled_update_has_its_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "paused"]) | Q(started_at__isnull=False),
                name="update_under_way_has_begun",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state"], condition=Q(state__in=["scheduled", "sending", "paused"]), name="update_to_be_sent"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class UpdateText(models.Model):
    """What an update says in one language."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10, validators=[language_code])
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), help_text=_("Markdown."))

    class Meta:
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["update", "language"], name="one_update_text_a_language")]

    def __str__(self) -> str:
        return self.title


class UpdateRecipient(models.Model):
    """Who gets an update, once. It holds no address: that is in the signature and in the email."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="recipients")
    signature = models.ForeignKey(Signature, on_delete=models.CASCADE, related_name="+")
    # None: the address cannot be written to.
    email = models.ForeignKey(OutgoingEmail, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["update", "signature"], name="one_update_a_supporter")]

    def __str__(self) -> str:
        return f"{self.update_id} {self.signature_id}"
