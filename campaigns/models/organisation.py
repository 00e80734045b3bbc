import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.vouching import vouch_for
from letters.models import Legislature, Sender

from .picture import Picture
from .translated import Translated


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        vouch_for(user)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who runs campaigns, or the whole installation. Supporters are not users."""

    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the administration"), default=False)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)
    # In which our emails speak to them; empty: the installation's.
    language = models.CharField(_("language"), max_length=10, blank=True, choices=settings.LANGUAGES)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("organiser account")
        verbose_name_plural = _("organiser accounts")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.email


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def approved(self) -> "OrganisationQuerySet":
        return self.filter(approved_at__isnull=False)

    def waiting(self) -> "OrganisationQuerySet":
        """For the operator's word."""
        return self.filter(approved_at__isnull=True, refused_at__isnull=True)


class Organisation(Translated):
    """Who runs campaigns, and who answers for their supporters' data."""

    slug = models.SlugField(_("address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    about = models.TextField(_("who we are"), blank=True, help_text=_("Markdown."))
    controller = models.CharField(
        _("who answers for the data"), max_length=300, help_text=_("The data controller, as the law names it.")
    )
    contact_email = models.EmailField(_("contact address"))
    postal_address = models.TextField(_("postal address"), blank=True)
    privacy = models.TextField(_("privacy notice"), blank=True, help_text=_("Markdown."))
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default="#8c1d18",
        validators=[RegexValidator(r"\A#[0-9a-f]{6}\Z", _("Write the colour as #rrggbb, in small letters."))],
    )
    sender = models.OneToOneField(Sender, on_delete=models.PROTECT, related_name="+", verbose_name=_("sender"))
    approved_at = models.DateTimeField(
        _("approved"),
        null=True,
        blank=True,
        help_text=_("Until the operator approves it, it can neither publish nor mail."),
    )
    # The operator's no, and its reason for the owners. Asking again takes it back.
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True, editable=False)
    refused_why = models.TextField(_("why it was refused"), blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    purpose = models.TextField(
        _("what it campaigns for"), blank=True, help_text=_("For the operator, who decides whether to approve it.")
    )
    demands_second_factor = models.BooleanField(
        _("everybody needs a second factor"),
        default=False,
        help_text=_("Members who have not set one up are led there before they see anything."),
    )
    held_words = models.TextField(
        _("words to read first"),
        blank=True,
        help_text=_("One a line. A name or reason with one of them is shown only once one of you has passed it."),
    )
    logo = models.ForeignKey(Picture, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Its own lists of people to write to; nobody else sees or uses them.
    lists = models.ManyToManyField(Legislature, blank=True, related_name="+", verbose_name=_("lists of its own"))
    # When its owners were last told by email what the post room wants them to look at.
    post_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="organisations"
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        # The colour goes into a stylesheet, so the database too holds it to its form.
        constraints = [
            models.CheckConstraint(condition=models.Q(accent__regex=r"^#[0-9a-f]{6}$"), name="accent_is_a_colour")
        ]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaigns:organisation", kwargs={"slug": self.slug})


class Membership(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        EDITOR = "editor", _("Editor")
        VIEWER = "viewer", _("Viewer")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    # The notices they want by email: campaigns.noticing.Notice. None: they never chose, and get the usual ones.
    notices = models.JSONField(null=True, default=None, blank=True, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="one_membership_a_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: datetime) -> "InvitationQuerySet":
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)

    def forgettable(self, now: datetime) -> "InvitationQuerySet":
        """They ended so long ago that nobody opens their link any more: the address is no longer ours to keep."""
        before = now - timedelta(days=settings.EMAIL_RETENTION_DAYS)
        ended = models.Q(accepted_at__lt=before) | models.Q(revoked_at__lt=before) | models.Q(expires_at__lt=before)
        return self.filter(ended)


class Invitation(models.Model):
    """Somebody is asked to work for an organisation, by a link to one address. It opens once, for that address."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email"))
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role.choices)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_role_display()}"
