"""Who may see and do what as an organiser. Unknown and forbidden look alike: 404."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404

from .models import Campaign, Membership, Organisation, User

Role = Membership.Role
# Who may do at least what a role may.
AT_LEAST = {
    Role.VIEWER: (Role.VIEWER, Role.EDITOR, Role.OWNER),
    Role.EDITOR: (Role.EDITOR, Role.OWNER),
    Role.OWNER: (Role.OWNER,),
}


def organisations_of(user: User | AnonymousUser, role: Role = Role.VIEWER) -> QuerySet[Organisation]:
    if not isinstance(user, User) or not user.is_active:
        return Organisation.objects.none()
    if user.is_superuser:  # the operator
        return Organisation.objects.all()
    return Organisation.objects.filter(
        Q(pk__in=Membership.objects.filter(user=user, role__in=AT_LEAST[role]).values("organisation"))
    )


def get_campaign_for(user: User | AnonymousUser, slug: str, role: Role = Role.VIEWER) -> Campaign:
    campaign = (
        Campaign.objects.select_related("organisation", "legislature")
        .filter(slug=slug, organisation__in=organisations_of(user, role))
        .first()
    )
    if campaign is None:
        raise Http404
    return campaign


def get_organisation_for(user: User | AnonymousUser, slug: str, role: Role = Role.VIEWER) -> Organisation:
    organisation = organisations_of(user, role).select_related("sender").filter(slug=slug).first()
    if organisation is None:
        raise Http404
    return organisation


def role_in(user: User | AnonymousUser, organisation: Organisation) -> Role | None:
    """What they may do at most in one organisation; the operator may do what its owners may."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return Role.OWNER
    held = Membership.objects.filter(user=user, organisation=organisation).values_list("role", flat=True).first()
    return Role(held) if held else None
