"""Who works for an organisation: founding one, asking people in, and letting them go.

An organisation always has an owner. Whoever changes who works for it holds its row, so that of two owners who leave at
once one stays.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config import ratelimit
from config.crypto import email_key
from letters.models import Sender

from . import approving, emails_to_organisers, logbook
from .models import Invitation, Membership, Organisation, User

Role = Membership.Role
Someone = User | AnonymousUser

INVITATION_LASTS = timedelta(days=14)
LONGEST_SLUG = 50
RESERVED = frozenset({"new"})  # /organise/organisations/new/
TAKEN = gettext_lazy("Another organisation has this address. Choose another one.")
WHAT_ROLES_DO: dict[str, str | Promise] = {
    Role.OWNER: gettext_lazy("does everything, also decides who works here and takes away lists of signatures"),
    Role.EDITOR: gettext_lazy("writes and publishes campaigns, looks after signatures, letters and post"),
    Role.VIEWER: gettext_lazy("sees campaigns and their numbers, and changes nothing"),
}


class NotPossible(Exception):
    """The message is a sentence for whoever asked, with what to do."""


class TooMany(NotPossible):
    def __init__(self, retry_after: int) -> None:
        super().__init__(_("That are many invitations for one day. Send the rest tomorrow."))
        self.retry_after = retry_after


class NotForThem(Exception):
    """The invitation names another address than the account's."""


class Ended(Exception):
    """The invitation opens nothing any more. `how` is "used", "revoked", "expired" or "gone"."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


# Founding


@dataclass(frozen=True)
class Founding:
    """What a new organisation says of itself, cleaned. An empty slug is made from the name."""

    name: str
    contact_email: str
    controller: str
    purpose: str
    postal_address: str = ""
    slug: str = ""


# Each letter by one or two of ours: an address is for reading aloud, not for reading back.
_ARABIC = {
    ord(letter): latin
    for letters, spelt in (
        ("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y"),
        ("أإآٱئؤةىپچژگکی", "a i a a y w a a p ch zh g k y"),
    )
    for letter, latin in zip(letters, spelt.split(), strict=True)
}


def slug_from(name: str) -> str:
    """Readable in Latin letters, of Arabic names too; never empty and never reserved, but perhaps taken."""
    latin = unicodedata.normalize("NFKC", name).translate(_ARABIC)
    slug = slugify(latin)[:LONGEST_SLUG].strip("-")
    return slug if len(slug) > 1 and slug not in RESERVED else f"organisation-{slug}".strip("-")


def _free(slug: str) -> str:
    begins = slug[: LONGEST_SLUG - 5]
    taken = set(Organisation.objects.filter(slug__startswith=begins).values_list("slug", flat=True))
    return next(one for one in [slug, *(f"{begins}-{n}" for n in range(2, len(taken) + 3))] if one not in taken)


def is_free(slug: str) -> bool:
    return slug not in RESERVED and not Organisation.objects.filter(slug=slug).exists()


def create(user: User, founding: Founding) -> Organisation:
    """With a sender of its own and `user` its owner; it waits for the operator, who is told. Raises NotPossible."""
    if not ratelimit.allow("organisation_new", str(user.pk)):
        raise NotPossible(_("You have made several organisations today. Make the next one tomorrow."))
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                slug=founding.slug or _free(slug_from(founding.name)),
                name=founding.name,
                contact_email=founding.contact_email,
                controller=founding.controller,
                purpose=founding.purpose,
                postal_address=founding.postal_address,
                sender=Sender.objects.create(name=founding.name[:100]),
            )
            Membership.objects.create(user=user, organisation=organisation, role=Role.OWNER)
            logbook.note(organisation, user, "organisation.created")
            approving.ask(organisation)
    except IntegrityError as error:  # somebody took the address this moment
        raise NotPossible(str(TAKEN)) from error
    return organisation


# Asking people in


def invite(organisation: Organisation, by: Someone, email: str, role: str) -> Invitation:
    """Raises NotPossible."""
    with transaction.atomic():
        _hold(organisation)
        if Membership.objects.filter(organisation=organisation, user__in=_with_address(email)).exists():
            raise NotPossible(_("Whoever has this address works here already."))
        if organisation.invitations.open(timezone.now()).filter(email=email.lower()).exists():
            raise NotPossible(_("This address is invited already. Below you can send it again."))
        _count(organisation, email)
        invitation = Invitation(organisation=organisation, email=email.lower(), role=role)
        invitation.invited_by = by if isinstance(by, User) else None
        invitation.expires_at = timezone.now() + INVITATION_LASTS
        invitation.save()
        emails_to_organisers.invitation(invitation)
        logbook.note(organisation, by, "person.invited", role=role)
    return invitation


def send_again(invitation: Invitation, by: Someone) -> None:
    """The same link, good for as long as a new one. Also of one that has expired. Raises NotPossible."""
    with transaction.atomic():
        _hold(invitation.organisation)
        renewed = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True)
        if not renewed.update(expires_at=timezone.now() + INVITATION_LASTS):
            raise NotPossible(_("This invitation has been used or taken back. Write a new one."))
        _count(invitation.organisation, invitation.email)
        emails_to_organisers.invitation(invitation)
        logbook.note(invitation.organisation, by, "invitation.again", role=invitation.role)


def revoke(invitation: Invitation, by: Someone) -> None:
    """Raises NotPossible when it has been used."""
    with transaction.atomic():
        waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True)
        if waiting.update(revoked_at=timezone.now()):
            logbook.note(invitation.organisation, by, "invitation.revoked", role=invitation.role)
            return
    if Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=False).exists():
        raise NotPossible(_("It has been accepted this moment. You can remove the person instead."))


def _count(organisation: Organisation, email: str) -> None:
    for verdict in (
        ratelimit.allow("invite", str(organisation.pk)),
        ratelimit.allow("invite_email", email_key(email)),
    ):
        if not verdict:
            raise TooMany(verdict.retry_after)


def opened(uuid: UUID, now: datetime | None = None) -> Invitation:
    """The invitation that a link names. Raises Ended."""
    invitation = Invitation.objects.select_related("organisation", "invited_by").filter(uuid=uuid).first()
    if invitation is None:
        raise Ended("gone")
    if invitation.accepted_at:
        raise Ended("used")
    if invitation.revoked_at:
        raise Ended("revoked")
    if invitation.expires_at <= (now or timezone.now()):
        raise Ended("expired")
    return invitation


def is_for(invitation: Invitation, user: Someone) -> bool:
    """Only who has proved that the address is theirs: a forwarded link opens nothing."""
    return isinstance(user, User) and _with_address(invitation.email).filter(pk=user.pk).exists()


def accept(invitation: Invitation, user: User) -> Membership:
    """Raises NotForThem and Ended. Who works there already keeps the higher of both roles."""
    if not is_for(invitation, user):
        raise NotForThem
    now = timezone.now()
    with transaction.atomic():
        _hold(invitation.organisation)
        if not Invitation.objects.open(now).filter(pk=invitation.pk).update(accepted_at=now):
            opened(invitation.uuid, now)
            raise Ended("used")
        values = {"role": invitation.role}
        membership, new = Membership.objects.get_or_create(
            user=user, organisation=invitation.organisation, defaults=values
        )
        if not new and _rank(invitation.role) > _rank(membership.role):
            membership.role = invitation.role
            membership.save(update_fields=["role"])
        logbook.note(invitation.organisation, user, "person.joined", role=membership.role)
    return membership


def _rank(role: str) -> int:
    return (Role.VIEWER, Role.EDITOR, Role.OWNER).index(Role(role))


def _with_address(email: str) -> QuerySet[User]:
    proved = EmailAddress.objects.filter(email__iexact=email, verified=True)
    return User.objects.filter(is_active=True, pk__in=proved.values("user"))


# Letting them go


def change_role(membership: Membership, role: str, by: Someone) -> None:
    """Raises NotPossible when nobody would own the organisation, or they have left it meanwhile."""
    with transaction.atomic():
        _hold(membership.organisation)
        current = Membership.objects.filter(pk=membership.pk).first()
        if current is None:
            raise NotPossible(_("They do not work here any more."))
        if current.role == role:
            return
        _leave_an_owner(current)
        current.role = role
        current.save(update_fields=["role"])
        logbook.note(membership.organisation, by, "person.role", whom=membership.user_id, role=role)
        if role != Role.OWNER:
            _take_back_invitations(membership, by)


def remove(membership: Membership, by: Someone) -> None:
    """Raises NotPossible when nobody would own the organisation."""
    with transaction.atomic():
        _end(membership, by, "person.removed")
        _take_back_invitations(membership, by)


def _take_back_invitations(membership: Membership, by: Someone) -> None:
    """Else somebody who has to go could have asked themselves in again, by another address."""
    theirs = membership.organisation.invitations.open(timezone.now()).filter(invited_by=membership.user_id)
    for invitation in theirs.select_related("organisation"):
        revoke(invitation, by)


def leave(membership: Membership) -> None:
    """Raises NotPossible when nobody would own the organisation."""
    _end(membership, membership.user, "person.left")


def _end(membership: Membership, by: Someone, what: str) -> None:
    with transaction.atomic():
        _hold(membership.organisation)
        current = Membership.objects.filter(pk=membership.pk).first()
        if current is None:
            return
        _leave_an_owner(current)
        current.delete()
        logbook.note(membership.organisation, by, what, whom=membership.user_id)


def owners(organisation: Organisation) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation=organisation, role=Role.OWNER, user__is_active=True)


def _leave_an_owner(membership: Membership) -> None:
    if membership.role == Role.OWNER and not owners(membership.organisation).exclude(pk=membership.pk).exists():
        raise NotPossible(_("Somebody has to own the organisation. Make another person an owner first."))


def _hold(organisation: Organisation) -> None:
    Organisation.objects.select_for_update().get(pk=organisation.pk)
