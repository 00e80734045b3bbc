"""Who did what in an organisation: written within the deed's own transaction, read by owners, never changed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .models import Campaign, LogEntry, Membership, Organisation, User

SOFTWARE = "software"  # in the details of what nobody did
# What there is to be told, by its key. The details fill the sentence; they are numbers, fields and states.
DEEDS = {
    "signature.opened": _("opened the page of one person’s signature"),
    "signature.erased": _("erased a person’s signature, at their request"),
    "signature.resent": _("had a confirmation email sent again"),
    "signatures.found": _("looked for a signature by its email address"),
    "signatures.moderated": _("decided what is shown of signatures: %(n)s"),
    "signatures.invalidated": _("declared signatures invalid: %(n)s"),
    "signatures.restored": _("took back that signatures are invalid: %(n)s"),
    "signatures.released": _("let signatures through that were held back: %(n)s"),
    "burst.real": _("looked at a burst of %(n)s signatures: they are real"),
    "burst.doubted": _("took back that a burst of %(n)s signatures is real"),
    "signatures.held_again": _("had signatures held back again: %(n)s"),
    "signatories.added": _("added signatories: %(n)s"),
    "signatories.removed": _("removed a signatory"),
    "signatories.ordered": _("changed the order of the signatories on top"),
    "export.asked": _("asked for a file: %(what)s, %(format)s, with %(columns)s"),
    "export.downloaded": _("downloaded a file: %(what)s, %(format)s, with %(columns)s"),
    "pack.asked": _("asked for a hand-over pack, with everybody who agreed to be named"),
    "bundle.asked": _("asked for the letters to hand in, as files to print"),
    "bundle.downloaded": _("downloaded the letters to hand in"),
    "pack.downloaded": _("downloaded a hand-over pack"),
    "paper.entered": _("entered signatures on paper: %(n)s"),
    "paper.removed": _("removed an entry of signatures on paper: %(n)s"),
    "letters.handed_over": _("marked letters as handed over: %(n)s"),
    "letters.wait_again": _("took back that letters were handed over: %(n)s"),
    "letters.emailed_after_all": _("had letters emailed instead of handed in: %(n)s"),
    "post.paused": _("paused letters and updates"),
    "post.all_paused": _("paused all mail"),
    "post.resumed": _("let mail go out again"),
    "signing.paused": _("paused signing"),
    "signing.resumed": _("let people sign again"),
    "writing.paused": _("paused the writing of letters"),
    "writing.resumed": _("let people write again"),
    "post.lifted": _("let mail go again to a domain that had refused it: %(n)s"),
    "post.decided": _("decided on emails in the post room: %(n)s"),
    "organisation.created": _("set up the organisation"),
    "organisation.approved": _("approved the organisation: it may publish and send email"),
    "organisation.refused": _("did not approve the organisation"),
    "organisation.asked_again": _("asked the operator again for approval"),
    "organisation.changed": _("changed the settings: %(fields)s"),
    "organisation.second_factor": _("demanded a second factor of everybody"),
    "organisation.no_second_factor": _("demanded no second factor any more"),
    "organisation.logo": _("changed the logo"),
    "organisation.logo_removed": _("removed the logo"),
    "person.invited": _("invited somebody as %(role)s"),
    "invitation.again": _("sent an invitation as %(role)s again"),
    "invitation.revoked": _("took back an invitation as %(role)s"),
    "person.joined": _("accepted an invitation and works here as %(role)s"),
    "person.role": _("made %(whom)s %(role)s"),
    "person.removed": _("ended the work of %(whom)s here"),
    "person.data_found": _("looked for what is kept of somebody, by their email address"),
    "person.data_exported": _("took out what is kept of somebody: %(signatures)s, %(letters)s"),
    "person.data_erased": _("erased somebody who asked for it: %(signatures)s, %(letters)s"),
    "person.left": _("left the organisation"),
    "campaign.published": _("published the campaign"),
    "campaign.closed": _("closed the campaign"),
    "update.begun": _("began an update to supporters"),
    "update.written": _("changed an update"),
    "update.deleted": _("deleted the draft of an update"),
    "update.shown": _("put an update on the campaign’s page"),
    "update.hidden": _("took an update off the campaign’s page"),
    "update.scheduled": _("set an update to be sent on %(at)s"),
    "update.unscheduled": _("took back the time at which an update is sent"),
    "update.sent": _("began to send an update to %(people)s"),
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
    "campaign.withheld": _("took the campaign off the site, after it was reported"),
    "campaign.put_back": _("put the campaign back on the site"),
    "campaign.deleted": _("deleted the draft %(slug)s"),
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
    if by is None:  # said, for of an account that is deleted nobody is left either
        details[SOFTWARE] = True
    return LogEntry.objects.create(organisation=organisation, campaign=campaign, user=by, what=what, details=details)


def sentence(entry: LogEntry, people: Mapping[int, str] | None = None) -> str:
    """What was done, in words, in the language that is active; what an older entry does not hold is left out.

    `people` (people_in) has the names of those whom a deed was done to: the log itself holds no name.
    """
    said = str(DEEDS.get(entry.what, entry.what))
    try:
        return said % _Words({name: _in_words(name, value, people or {}) for name, value in entry.details.items()})
    except (TypeError, ValueError):  # of a deed that meanwhile is told otherwise
        return said


def people_in(entries: Iterable[LogEntry]) -> dict[int, str]:
    """Whom these entries name beside who did it, in one query."""
    named = {entry.details["whom"] for entry in entries if isinstance(entry.details.get("whom"), int)}
    return {user.pk: user.name or user.email for user in User.objects.filter(pk__in=named)} if named else {}


class _Words(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _in_words(name: str, value: Any, people: Mapping[int, str]) -> str:
    if name == "whom":
        return people.get(value, gettext("somebody"))
    if isinstance(value, int) and (counted := _counted(name, value)):
        return counted
    if name == "role" and value in Membership.Role.values:
        return str(Membership.Role(value).label)
    if name == "fields" and isinstance(value, list):
        return ", ".join(_label(field) for field in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _counted(name: str, n: int) -> str:
    """How many, with what they are; "" where the sentence itself says what."""
    match name:
        case "signatures":
            return ngettext("%(n)d signature", "%(n)d signatures", n) % {"n": n}
        case "letters":
            return ngettext("%(n)d letter", "%(n)d letters", n) % {"n": n}
        case "people":
            return ngettext("%(n)d supporter", "%(n)d supporters", n) % {"n": n}
    return ""


def _label(field: str) -> str:
    """Of an organisation's field, as its settings call it; `about_ar` is the same in another language."""
    first, _separator, language = field.rpartition("_")
    known = {one.name: str(one.verbose_name) for one in Organisation._meta.get_fields() if hasattr(one, "verbose_name")}
    return known.get(field) or (f"{known[first]} ({language})" if first in known else field)
