"""Who works for an organisation, who is asked to, and which emails each of them wants."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import desks, joining, noticing
from campaigns.access import Role
from campaigns.desks import Desk
from campaigns.forms.organising.people import InviteForm, NoticesForm, RoleForm
from campaigns.models import Invitation, Membership
from config import errors
from config.accounts.second_factor import FACTORS


@require_safe
@never_cache
def people(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    return _page(request, desks.of_organisation(request.user, slug, language), InviteForm())


@require_POST
@never_cache
def invite(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, form)
    try:
        joining.invite(desk.organisation, desk.user, form.cleaned_data["email"], form.cleaned_data["role"])
    except joining.TooMany as error:
        return errors.too_many(request, error.retry_after)
    except joining.NotPossible as error:
        form.add_error("email", str(error))
        return _page(request, desk, form)
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"]})
    return redirect(desk.url("people"))


@require_POST
@never_cache
def invite_again(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    invitation = _invitation(desk, number)
    try:
        joining.send_again(invitation, desk.user)
        messages.success(request, _("The invitation is on its way to %(email)s again.") % {"email": invitation.email})
    except joining.TooMany as error:
        return errors.too_many(request, error.retry_after)
    except joining.NotPossible as error:
        messages.warning(request, str(error))
    return redirect(desk.url("people"))


@require_POST
@never_cache
def revoke(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    try:
        joining.revoke(_invitation(desk, number), desk.user)
        messages.success(request, _("The invitation is taken back: its link opens nothing any more."))
    except joining.NotPossible as error:
        messages.warning(request, str(error))
    return redirect(desk.url("people"))


@require_POST
@never_cache
def role(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    membership = _membership(desk, number)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, InviteForm(), form)
    try:
        joining.change_role(membership, form.cleaned_data["role"], desk.user)
        messages.success(request, _("The role is changed."))
    except joining.NotPossible as error:
        messages.warning(request, str(error))
    mine = membership.user_id == desk.user.pk and form.cleaned_data["role"] != Role.OWNER
    return redirect(desk.url("organisation_home" if mine else "people"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remove(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    membership = _membership(desk, number)
    if membership.user_id == desk.user.pk:
        return redirect(desk.url("people_leave"))
    if request.method == "POST":
        try:
            joining.remove(membership, desk.user)
            messages.success(request, _("They no longer work here: this organisation is closed to them from now on."))
        except joining.NotPossible as error:
            messages.warning(request, str(error))
        return redirect(desk.url("people"))
    return render(request, "campaigns/organising/people_remove.html", desk.frame(request) | {"membership": membership})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def leave(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language)
    membership = _own(desk)
    if membership is None:
        return _not_a_member(request, desk)
    if request.method == "POST":
        try:
            joining.leave(membership)
        except joining.NotPossible as error:
            messages.warning(request, str(error))
            return redirect(desk.url("people"))
        messages.success(request, _("You no longer work for %(name)s.") % {"name": desk.organisation_name})
        return redirect(desk.workspace_url())
    return render(request, "campaigns/organising/people_leave.html", desk.frame(request))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def notices(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """Each member chooses for themselves."""
    desk = desks.of_organisation(request.user, slug, language)
    membership = _own(desk)
    if membership is None:
        return _not_a_member(request, desk)
    said = {"notices": sorted(noticing.wanted_by(membership)), "language": membership.user.language}
    form = NoticesForm(request.POST if request.method == "POST" else None, initial=said)
    if request.method == "POST" and form.is_valid():
        noticing.choose(membership, form.cleaned_data["notices"], form.cleaned_data["language"])
        messages.success(request, _("Your choice is kept."))
        return redirect(desk.url("people_notices"))
    status = 422 if form.errors else 200
    return render(
        request, "campaigns/organising/people_notices.html", desk.frame(request) | {"form": form}, status=status
    )


def _membership(desk: Desk, number: int) -> Membership:
    members = desk.organisation.memberships.select_related("user", "organisation")
    return get_object_or_404(members, pk=number)


def _invitation(desk: Desk, number: int) -> Invitation:
    return get_object_or_404(desk.organisation.invitations.select_related("organisation", "invited_by"), pk=number)


def _own(desk: Desk) -> Membership | None:
    members = desk.organisation.memberships.select_related("user", "organisation")
    return members.filter(user=desk.user.pk).first()


def _not_a_member(request: HttpRequest, desk: Desk) -> HttpResponse:
    messages.warning(request, _("You see this organisation because you run the installation, and are not one of it."))
    return redirect(desk.url("people"))


def _page(request: HttpRequest, desk: Desk, form: InviteForm, role_form: RoleForm | None = None) -> HttpResponse:
    members = desk.organisation.memberships.select_related("user").order_by("pk")
    if desk.owns:
        factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=FACTORS)
        members = members.annotate(has_factor=Exists(factors))
    context: dict[str, Any] = {
        "members": [_line(desk, member) for member in members],
        "roles": [(role.value, role.label, joining.WHAT_ROLES_DO[role]) for role in reversed(Role)],
        "form": form,
    }
    if desk.owns:
        unused = desk.organisation.invitations.filter(accepted_at__isnull=True, revoked_at__isnull=True)
        context |= {"invitations": unused.select_related("invited_by"), "at": timezone.now()}
    refused = bool(form.errors or (role_form and role_form.errors))
    context |= desk.frame(request, desk.url("people"))
    return render(request, "campaigns/organising/people.html", context, status=422 if refused else 200)


def _line(desk: Desk, member: Membership) -> dict[str, Any]:
    return {
        "member": member,
        "name": member.user.name or member.user.email,
        "you": member.user_id == desk.user.pk,
        "role_url": desk.url("people_role", number=member.pk),
        "remove_url": desk.url("people_remove", number=member.pk),
    }
