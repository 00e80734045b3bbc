"""The operator's word on a new organisation: until it is given, it can prepare, but neither publish nor mail."""

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone

from . import emails_to_organisers, logbook
from .models import Membership, Organisation, User


class Decided(Exception):
    """Somebody else has decided meanwhile."""


def operators() -> QuerySet[User]:
    return User.objects.filter(is_superuser=True, is_active=True).order_by("pk")


def to_decide() -> QuerySet[Organisation]:
    """What is not approved, those that wait first and the oldest of them on top, each with its first owner."""
    first = Membership.objects.filter(organisation=OuterRef("pk"), role=Membership.Role.OWNER).order_by("pk")
    return (
        Organisation.objects.filter(approved_at__isnull=True)
        .annotate(
            founder_name=Subquery(first.values("user__name")[:1]),
            founder_email=Subquery(first.values("user__email")[:1]),
            drafts=Count("campaigns"),
        )
        .order_by("refused_at", "created_at", "pk")
    )


def ask(organisation: Organisation) -> None:
    """Tells the operators that it waits."""
    for operator in operators():
        emails_to_organisers.organisation_waits(organisation, operator)


def ask_again(organisation: Organisation, user: User | AnonymousUser) -> None:
    """After a refusal, with a purpose that says more. Within the caller's transaction."""
    refused = Organisation.objects.filter(pk=organisation.pk, refused_at__isnull=False)
    if refused.update(refused_at=None, refused_why=""):
        logbook.note(organisation, user, "organisation.asked_again")
        ask(organisation)


@transaction.atomic
def approve(organisation: Organisation, operator: User | AnonymousUser) -> None:
    """Raises Decided."""
    now = timezone.now()
    undecided = Organisation.objects.filter(pk=organisation.pk, approved_at__isnull=True)
    if not undecided.update(approved_at=now, refused_at=None, refused_why=""):
        raise Decided
    organisation.refresh_from_db()
    logbook.note(organisation, operator, "organisation.approved")
    _tell_owners(organisation)


@transaction.atomic
def refuse(organisation: Organisation, operator: User | AnonymousUser, why: str) -> None:
    """Raises Decided."""
    if not Organisation.objects.waiting().filter(pk=organisation.pk).update(refused_at=timezone.now(), refused_why=why):
        raise Decided
    organisation.refresh_from_db()
    logbook.note(organisation, operator, "organisation.refused")
    _tell_owners(organisation)


def _tell_owners(organisation: Organisation) -> None:
    owners = Membership.objects.filter(organisation=organisation, role=Membership.Role.OWNER, user__is_active=True)
    for membership in owners.select_related("user").order_by("pk"):
        emails_to_organisers.organisation_decided(organisation, membership.user)
