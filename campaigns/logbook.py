"""Who did what in an organisation: written within the deed's own transaction, read by owners, never changed."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from .models import Campaign, LogEntry, Organisation, User

# What there is to be told, by its key. The details fill the sentence; they are numbers, fields and states.
DEEDS = {
    "export.asked": _("asked for a file: %(what)s, %(format)s, with %(columns)s"),
    "export.downloaded": _("downloaded a file: %(what)s, %(format)s, with %(columns)s"),
    "campaign.published": _("published the campaign"),
    "campaign.closed": _("closed the campaign"),
    "update.begun": _("began an update to supporters"),
    "update.written": _("changed an update"),
    "update.deleted": _("deleted the draft of an update"),
    "update.shown": _("put an update on the campaign’s page"),
    "update.hidden": _("took an update off the campaign’s page"),
    "update.scheduled": _("set an update to be sent on %(at)s"),
    "update.unscheduled": _("took back the time at which an update is sent"),
    "update.sent": _("began to send an update to %(people)s supporters"),
    "update.published": _("put an update on the campaign’s page, without email"),
    "update.paused": _("paused an update"),
    "update.resumed": _("let a paused update go on"),
    "update.cancelled": _("cancelled an update that was being sent"),
    "campaign.made": _("began the campaign"),
    "campaign.duplicated": _("began the campaign as a copy of another"),
    "campaign.followed": _("began the campaign: it goes on from another"),
    "wording.corrected": _("published a correction: version %(version)s of the text (%(language)s)"),
    "wording.language_published": _("published the text in another language (%(language)s)"),
    "facts.targets": _("changed whom the campaign addresses"),
    "facts.sources": _("changed the campaign’s sources"),
    "facts.events": _("changed the campaign’s dates"),
    "facts.responses": _("changed the answers to the campaign"),
    "campaign.letters": _("changed whom supporters write to"),
    "campaign.hand_in": _("changed which letters are handed in on paper"),
    "campaign.variants": _("changed the other words for some representatives"),
    "campaign.picture": _("changed the campaign’s picture"),
    "campaign.settings": _("changed the campaign’s settings"),
    "campaign.address": _("changed the campaign’s address"),
    "campaign.reopened": _("opened the campaign again"),
    "campaign.scheduled": _("set the campaign to go public on %(at)s"),
    "campaign.unscheduled": _("took back the time at which the campaign goes public"),
    "campaign.not_published": _("could not publish the campaign at its time"),
    "campaign.closing_set": _("set the campaign to close on %(at)s"),
    "campaign.stays_open": _("took back the time at which the campaign closes"),
    "campaign.outcome": _("wrote what came of the campaign"),
    "campaign.archived": _("put the campaign into the archive"),
    "campaign.taken_back": _("took the campaign out of the archive"),
    "campaign.deleted": _("deleted the draft %(slug)s"),
    "campaign.duplicated": _("began a new campaign as a copy of %(slug)s"),
    "campaign.given": _("gave the campaign %(slug)s to %(to)s"),
    "campaign.received": _("received the campaign %(slug)s from %(former)s"),
}


def note(
    organisation: Organisation,
    user: User | AnonymousUser | None,
    what: str,
    /,
    campaign: Campaign | None = None,
    **details: Any,
) -> LogEntry:
    """`user`: who did it; None: the software, by the clock. Raises KeyError for a deed that has no sentence."""
    DEEDS[what]
    by = user if isinstance(user, User) else None
    return LogEntry.objects.create(organisation=organisation, campaign=campaign, user=by, what=what, details=details)
