"""Deeds of somebody at a desk whose verbs know of no log: each is done, and told there."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from config import jobs
from letters import pacing
from letters.models import Sender, Stop

from . import bundling, deciding, exports, handing_in, logbook, packing, paper
from .desks import CampaignDesk, Desk
from .models import HandOver, PaperCount

# The post room


@transaction.atomic
def pause(desk: Desk, what: Sender.Pause) -> None:
    pacing.pause(desk.sender, what, desk.actor)
    everything = what == Sender.Pause.EVERYTHING
    logbook.note(desk.organisation, desk.user, "post.all_paused" if everything else "post.paused")


@transaction.atomic
def resume(desk: Desk) -> None:
    pacing.resume(desk.sender, desk.actor)
    logbook.note(desk.organisation, desk.user, "post.resumed")


@transaction.atomic
def lift(desk: Desk, stop: Stop) -> int:
    released = pacing.lift(stop, desk.actor)
    logbook.note(desk.organisation, desk.user, "post.lifted", n=released)
    return released


def decide(desk: Desk, what: str, ids: Sequence[int]) -> deciding.Outcome:
    """Not in one transaction: there may be thousands, and what is decided is decided."""
    outcome = deciding.do(what, ids, desk.actor)
    if outcome.changed:
        logbook.note(desk.organisation, desk.user, "post.decided", n=outcome.changed)
    return outcome


# Paper


@transaction.atomic
def make_pack(desk: CampaignDesk, order: packing.Order) -> jobs.Job:
    job = packing.start(desk.campaign, exports.owner_of(desk.campaign, desk.user), order)
    logbook.note(desk.organisation, desk.user, "pack.asked", desk.campaign)
    return job


@transaction.atomic
def make_bundle(desk: CampaignDesk, wanted: bundling.Wanted) -> jobs.Job:
    job = bundling.start_bundle(desk.campaign, exports.owner_of(desk.campaign, desk.user), wanted)
    logbook.note(desk.organisation, desk.user, "bundle.asked", desk.campaign)
    return job


def bundle_downloaded(desk: CampaignDesk) -> None:
    logbook.note(desk.organisation, desk.user, "bundle.downloaded", desk.campaign)


def pack_downloaded(desk: CampaignDesk) -> None:
    logbook.note(desk.organisation, desk.user, "pack.downloaded", desk.campaign)


@transaction.atomic
def hand_over(desk: CampaignDesk, pile: handing_in.Pile, on: date, seen: str) -> int:
    """Raises Changed."""
    done = handing_in.hand_over(pile, on, seen, desk.actor)
    logbook.note(desk.organisation, desk.user, "letters.handed_over", desk.campaign, n=done)
    return done


@transaction.atomic
def undo_hand_over(desk: CampaignDesk, marked: HandOver) -> int:
    """Raises TooLate."""
    again = handing_in.undo(marked, desk.actor)
    logbook.note(desk.organisation, desk.user, "letters.wait_again", desk.campaign, n=again)
    return again


@transaction.atomic
def email_after_all(desk: CampaignDesk, pile: handing_in.Pile, seen: str) -> int:
    """Raises Changed."""
    asked = handing_in.start_emailing(pile, seen, desk.actor)
    logbook.note(desk.organisation, desk.user, "letters.emailed_after_all", desk.campaign, n=asked)
    return asked


@transaction.atomic
def enter_paper(desk: CampaignDesk, *, signatures: int, on: date, note: str) -> PaperCount:
    entered = paper.enter(desk.campaign, signatures=signatures, on=on, note=note, actor=desk.actor)
    logbook.note(desk.organisation, desk.user, "paper.entered", desk.campaign, n=signatures)
    return entered


@transaction.atomic
def remove_paper(desk: CampaignDesk, entered: PaperCount) -> None:
    if paper.remove(entered):
        logbook.note(desk.organisation, desk.user, "paper.removed", desk.campaign, n=entered.signatures)
