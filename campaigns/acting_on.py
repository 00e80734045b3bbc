"""One signature, before an organiser: what may be done about it, and what has happened to it. Nobody's words change."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils.translation import gettext as _

from . import adding, filtering, invalidating, logbook, moderating, signing
from .models import Campaign, Signature, User
from .models.signature import MOST_ON_TOP

Check = Signature.Check
HIDES = {
    "hide_name": ("name_check", Check.HIDDEN),
    "show_name": ("name_check", Check.PASSED),
    "hide_reason": ("reason_check", Check.HIDDEN),
    "show_reason": ("reason_check", Check.PASSED),
}


def whole(campaign: Campaign) -> models.QuerySet[Signature]:
    rows = Signature.objects.filter(campaign=campaign).select_related("text__campaign", "area", "confirmation")
    return rows.select_related("consent", "updates_consent", "invalidation__by")


def opened(campaign: Campaign, user: User | AnonymousUser) -> None:
    """Who has looked, and not at whom: the number of a row leads to a name in the public list."""
    logbook.note(campaign.organisation, user, "signature.opened", campaign)


def found_by_address(campaign: Campaign, user: User | AnonymousUser, address: str) -> list[Signature]:
    """To ask by an address is to learn who has signed, so it is logged that somebody did."""
    logbook.note(campaign.organisation, user, "signatures.found", campaign)
    return filtering.of_address(campaign, address)


def open_to(signature: Signature) -> set[str]:
    """The deeds that make sense, as things stand."""
    if signature.anonymised_at is not None:
        return {"invalidate"} if signature.state not in invalidating.GONE else set()
    deeds = {"erase"}
    if signature.state in Signature.WAITING and signature.email:
        deeds |= {"resend"} if signature.confirmations_sent < signing.MOST_CONFIRMATIONS else set()
    deeds |= {"restore"} if signature.state == Signature.State.INVALID else set()
    deeds |= {"release"} if signature.state == Signature.State.SUSPECT else set()
    deeds |= {"invalidate"} if signature.state not in invalidating.GONE else set()
    if signature.display != Signature.Display.NONE and signature.state != Signature.State.WITHDRAWN:
        deeds |= {"hide_name" if signature.name_check in (Check.NEW, Check.PASSED) else "show_name"}
        if signature.reason:
            deeds |= {"hide_reason"} if signature.reason_check in (Check.NEW, Check.PASSED) else set()
            deeds |= {"show_reason"} if not signature.reason_is_public else set()
    if signature.state == Signature.State.CONFIRMED and signature.public_name:
        deeds |= {"top" if signature.pinned is None else "down"}
    return deeds


def act(campaign: Campaign, user: User | AnonymousUser, pk: int, deed: str, why: str = "") -> bool:
    """False where it is too late for it. Raises adding.Refused where the top of the list is full."""
    if deed in HIDES:
        return moderating.set_check(campaign, user, pk, *HIDES[deed])
    if deed == "invalidate":
        return invalidating.by_hand(campaign, user, [pk], why).signatures > 0
    if deed == "release":
        return invalidating.by_hand(campaign, user, [pk], why, releases=True).signatures > 0
    if deed == "restore":
        return invalidating.one_back(campaign, user, pk)
    if deed == "top":
        return adding.move(campaign, user, pk, MOST_ON_TOP)
    if deed == "down":
        return adding.take_down(campaign, user, pk)
    found = Signature.objects.filter(campaign=campaign, pk=pk, anonymised_at__isnull=True).first()
    if found is None:
        return False
    return _resend(campaign, user, found) if deed == "resend" else _erase(campaign, user, found)


def _resend(campaign: Campaign, user: User | AnonymousUser, signature: Signature) -> bool:
    with transaction.atomic():
        if not signature.email or not signing.resend(signature):
            return False
        logbook.note(campaign.organisation, user, "signature.resent", campaign)
    return True


def _erase(campaign: Campaign, user: User | AnonymousUser, signature: Signature) -> bool:
    with transaction.atomic():
        signing.erase(signature, actor="an organiser")
        Signature.objects.filter(pk=signature.pk).update(pinned=None)
        logbook.note(campaign.organisation, user, "signature.erased", campaign)
    return True


def history(signature: Signature) -> list[tuple[datetime, str]]:
    return sorted(_moments(signature))


def _moments(signature: Signature) -> Iterator[tuple[datetime, str]]:
    imported = signature.origin == Signature.Origin.IMPORTED
    yield signature.created_at, _("Added by the organisers") if imported else _("Signed")
    if signature.reminded_at:
        yield signature.reminded_at, _("Reminded to confirm")
    if signature.confirmed_at and not imported:
        yield signature.confirmed_at, _("Confirmed by the link in the email")
    if signature.held_for:
        yield signature.created_at, _("Held back: %(why)s") % {"why": signature.get_held_for_display()}
    if made := signature.invalidation:
        said = _("Let through by %(who)s") if made.releases else _("Declared invalid by %(who)s: %(why)s")
        yield made.at, said % {"who": invalidating.called(made.by), "why": made.reason}
    if signature.withdrawn_at:
        yield signature.withdrawn_at, _("Withdrawn")
    if signature.anonymised_at:
        yield signature.anonymised_at, _("What was personal in it was erased")
