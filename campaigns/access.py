"""Who may see and do what as an organiser. Unknown and forbidden look alike: 404. Whoever may, but for the want of a
second factor that the organisation demands, is led to set one up (config.accounts.second_factor)."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Q, QuerySet
from django.http import Http404

from config.accounts.second_factor import SecondFactorDemanded, factors_of, has_second_factor

from .models import Campaign, Membership, Organisation, User

Role = Membership.Role
# Who may do at least what a role may.
AT_LEAST = {
    Role.VIEWER: (Role.VIEWER, Role.EDITOR, Role.OWNER),
    Role.EDITOR: (Role.EDITOR, Role.OWNER),
    Role.OWNER: (Role.OWNER,),
}


def organisations_of(user: User | AnonymousUser, role: Role = Role.VIEWER) -> QuerySet[Organisation]:
    """Those that let them in now."""
    return _worked_for(user, role).exclude(_closed_to(user))


def kept_out_of(user: User | AnonymousUser) -> QuerySet[Organisation]:
    """Those that would let them in if they had a second factor. Only the name is for showing."""
    return _worked_for(user, Role.VIEWER).filter(_closed_to(user))


def _closed_to(user: User | AnonymousUser) -> Q:
    return Q(~Exists(factors_of(user)), demands_second_factor=True)


def _worked_for(user: User | AnonymousUser, role: Role) -> QuerySet[Organisation]:
    if not isinstance(user, User) or not user.is_active:
        return Organisation.objects.none()
    if user.is_superuser:  # the operator
        return Organisation.objects.all()
    return Organisation.objects.filter(
        Q(pk__in=Membership.objects.filter(user=user, role__in=AT_LEAST[role]).values("organisation"))
    )


def get_campaign_for(user: User | AnonymousUser, slug: str, role: Role = Role.VIEWER) -> Campaign:
    theirs = Campaign.objects.select_related("organisation", "legislature").filter(
        organisation__in=_worked_for(user, role)
    )
    # A page that was open while its address was changed can still be sent.
    campaign = theirs.filter(slug=slug).first() or theirs.filter(former_slugs__slug=slug).first()
    if campaign is None:
        raise Http404
    _lets_in(campaign.organisation, user)
    return campaign


def get_organisation_for(user: User | AnonymousUser, slug: str, role: Role = Role.VIEWER) -> Organisation:
    organisation = _worked_for(user, role).select_related("sender").filter(slug=slug).first()
    if organisation is None:
        raise Http404
    _lets_in(organisation, user)
    return organisation


def _lets_in(organisation: Organisation, user: User | AnonymousUser) -> None:
    if organisation.demands_second_factor and not has_second_factor(user):
        raise SecondFactorDemanded


def role_in(user: User | AnonymousUser, organisation: Organisation) -> Role | None:
    """What they may do at most in one organisation; the operator may do what its owners may."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return Role.OWNER
    held = Membership.objects.filter(user=user, organisation=organisation).values_list("role", flat=True).first()
    return Role(held) if held else None


def signed_in(user: User | AnonymousUser) -> User:
    """For what is nobody's in particular: whoever has an account may."""
    if not isinstance(user, User) or not user.is_active:
        raise Http404
    return user


def the_operator(user: User | AnonymousUser) -> User:
    """Who runs the installation."""
    if not isinstance(user, User) or not (user.is_active and user.is_superuser):
        raise Http404
    return user
