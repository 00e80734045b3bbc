"""A campaign's life: draft, scheduled, live, closed, archived. Each change of state is a verb here, and in the log."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import emails, lists, logbook, promises, wording_drafts
from .material import storing
from .models import Campaign, Membership, Organisation, User

log = logging.getLogger(__name__)

State = Campaign.State
Someone = User | AnonymousUser | None  # None: the software, by the clock
BEFORE = frozenset({State.DRAFT, State.SCHEDULED})  # nobody but its organisers knows of it
# Why a campaign did not go public at its time, by the code of what publish() raised.
NOT_PUBLISHED: dict[str, str | Promise] = {
    "approval": gettext_lazy("The operator has not approved your organisation yet."),
    "text": gettext_lazy("There is no text in the campaign's first language yet."),
    "": gettext_lazy("Something in its text cannot be published as it stands. Press “Publish now”, and you are told."),
}


def zone() -> str:
    """The installation's time zone, in which organisers say when something happens."""
    return timezone.get_current_timezone_name()


def moment(at: datetime) -> str:
    """For the log: the same in every language."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M} {zone()}"


def _lock(campaign: Campaign) -> None:
    """Reads the row anew, and whoever else would change its state waits; who signs does not.

    Raises Campaign.DoesNotExist where it was deleted meanwhile.
    """
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    campaign.refresh_from_db(from_queryset=rows)


def _set(campaign: Campaign, **fields: object) -> None:
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.save(update_fields=list(fields))


def _note(campaign: Campaign, user: Someone, what: str, **details: object) -> None:
    logbook.note(campaign.organisation, user, what, campaign, **details)


# Going public


@transaction.atomic
def publish(campaign: Campaign, user: Someone = None) -> None:
    """Opens a draft or what is scheduled, or a closed campaign again. Raises ValidationError with what is missing."""
    _lock(campaign)
    _publish(campaign, user)


@transaction.atomic
def reopen(campaign: Campaign, user: Someone = None) -> None:
    """A closed campaign takes signatures again. Raises ValidationError."""
    _lock(campaign)
    if campaign.state != State.CLOSED:
        raise ValidationError(_("Only a closed campaign can be opened again."))
    _publish(campaign, user)


def _publish(campaign: Campaign, user: Someone) -> None:
    again = campaign.state == State.CLOSED
    if campaign.state not in BEFORE and not again:
        raise ValidationError(_("Only a draft or a closed campaign can be published."), code="state")
    if campaign.organisation.approved_at is None:
        raise ValidationError(_("The operator has not approved this organisation yet."), code="approval")
    if not again:
        wording_drafts.publish_all(campaign, user if isinstance(user, User) else None)
    if not campaign.texts.filter(language=campaign.language, superseded_at__isnull=True).exists():
        raise ValidationError(_("There is no text in the campaign's first language yet."), code="text")
    now = timezone.now()
    close_at = campaign.close_at if campaign.close_at and campaign.close_at > now and not again else None
    published_at = campaign.published_at or now
    _set(campaign, state=State.LIVE, closed_at=None, published_at=published_at, publish_at=None, close_at=close_at)
    _note(campaign, user, "campaign.reopened" if again else "campaign.published")


@transaction.atomic
def schedule(campaign: Campaign, at: datetime, user: Someone = None) -> None:
    """It goes public by itself at that time; also changes the time. Raises ValidationError."""
    _lock(campaign)
    if campaign.state not in BEFORE:
        raise ValidationError(_("Only a draft can be scheduled."))
    if campaign.organisation.approved_at is None:
        raise ValidationError(_("The operator has not approved this organisation yet."))
    if at <= timezone.now():
        raise ValidationError(_("That time is past. Choose one that is yet to come, or publish it now."))
    if campaign.close_at is not None and campaign.close_at <= at:
        raise ValidationError(_("It would close before it opens. Change the time at which it closes first."))
    if not wording_drafts.has_text(campaign):
        raise ValidationError(_("There is no text in the campaign's first language yet."))
    _set(campaign, state=State.SCHEDULED, publish_at=at)
    _note(campaign, user, "campaign.scheduled", at=moment(at))


@transaction.atomic
def unschedule(campaign: Campaign, user: Someone = None) -> None:
    """A draft again. Raises ValidationError."""
    _lock(campaign)
    if campaign.state != State.SCHEDULED:
        raise ValidationError(_("It is not scheduled any more."))
    _set(campaign, state=State.DRAFT, publish_at=None)
    _note(campaign, user, "campaign.unscheduled")


# Coming to its end


@transaction.atomic
def close(campaign: Campaign, user: Someone = None) -> None:
    """Ends signing and writing; the page stays. Raises ValidationError."""
    _lock(campaign)
    _close(campaign, user)


def _close(campaign: Campaign, user: Someone) -> None:
    if campaign.state != State.LIVE:
        raise ValidationError(_("Only a live campaign can be closed."))
    _set(campaign, state=State.CLOSED, closed_at=timezone.now(), close_at=None)
    promises.closed(campaign)
    _note(campaign, user, "campaign.closed")


@transaction.atomic
def set_closing(campaign: Campaign, at: datetime | None, user: Someone = None) -> None:
    """When it closes by itself, or None: it stays open until somebody closes it. Raises ValidationError."""
    _lock(campaign)
    if campaign.is_over:
        raise ValidationError(_("It is closed already."))
    if at is not None and at <= max(timezone.now(), campaign.publish_at or timezone.now()):
        raise ValidationError(_("Choose a time that is yet to come, and after it goes public."))
    if at == campaign.close_at:
        return
    _set(campaign, close_at=at)
    if at is None:
        _note(campaign, user, "campaign.stays_open")
    else:
        _note(campaign, user, "campaign.closing_set", at=moment(at))


@transaction.atomic
def write_outcome(campaign: Campaign, outcome: dict[str, str], seen: str, user: Someone = None) -> bool:
    """What came of it, by language. False where somebody else has written it since `seen` (outcome_seen), and nothing
    is changed then."""
    _lock(campaign)
    if seen != outcome_seen(campaign):
        return False
    kept = {language: words for language, words in (campaign.outcome | outcome).items() if words}
    if kept != campaign.outcome:
        _set(campaign, outcome=kept)
        _note(campaign, user, "campaign.outcome")
    return True


def outcome_seen(campaign: Campaign) -> str:
    """What a page carries of the outcome, to know whether somebody else has saved it meanwhile."""
    return wording_drafts.digest_of(campaign.outcome)


@transaction.atomic
def archive(campaign: Campaign, user: Someone = None) -> None:
    """The page stays to be read at its address; no list leads there any more. Raises ValidationError."""
    _lock(campaign)
    if campaign.state != State.CLOSED:
        raise ValidationError(_("Close the campaign first; then it can be archived."))
    _set(campaign, state=State.ARCHIVED)
    _note(campaign, user, "campaign.archived")


@transaction.atomic
def take_back(campaign: Campaign, user: Someone = None) -> None:
    """From the archive: closed, and in the lists again. Raises ValidationError."""
    _lock(campaign)
    if campaign.state != State.ARCHIVED:
        raise ValidationError(_("It is not in the archive any more."))
    _set(campaign, state=State.CLOSED)
    _note(campaign, user, "campaign.taken_back")


# Going away


def delete_draft(campaign: Campaign, user: Someone = None) -> None:
    """With all that was written for it, and the document it was made from. Raises ValidationError where somebody has
    signed, or it has ever been public."""
    with transaction.atomic():
        _lock(campaign)
        if campaign.published_at is not None or campaign.state not in BEFORE:
            raise ValidationError(_("It has been public. Close it and archive it instead: who signed may look for it."))
        materials = list(campaign.materials.only("pk", "file"))
        logbook.note(campaign.organisation, user, "campaign.deleted", slug=campaign.slug)
        try:
            campaign.texts.all().delete()
            campaign.delete()
        except ProtectedError as error:  # signatures and letters hold the text and the campaign they belong to
            sentence = _("There are signatories on it already. Take them off first; then it can go.")
            raise ValidationError(sentence) from error
    for material in materials:  # whatever is not reached here goes with what its campaign left alone (storing.expire)
        storing.delete(material)


def what_stays(campaign: Campaign) -> list[str]:
    """Why it can go to no other organisation at all, in sentences; nothing where it may.

    Who signed agreed that one organisation, by its name, keeps their data (consent.for_signing). To give that to
    another would be a purpose nobody agreed to (GDPR, articles 5 and 7): so only what nobody has signed may go.
    """
    if not (campaign.signatures.exists() or campaign.letters.exists() or campaign.paper_counts.exists()):
        return []
    sentence = _(
        "People have signed it or written through it, and agreed that %(organisation)s keeps their data and nobody "
        "else. Close it instead, begin a campaign that follows it in the other organisation, and ask your supporters "
        "by an update to sign there."
    )
    return [sentence % {"organisation": campaign.organisation.name}]


def why_not_to_transfer(campaign: Campaign, to: Organisation) -> list[str]:
    """Everything that stands against it, in sentences; nothing where it may go."""
    found = what_stays(campaign)
    if campaign.state != State.DRAFT and to.approved_at is None:
        found.append(_("The operator has not approved the other organisation yet: only a draft can go there."))
    open_there = set(lists.open_to([to]).values_list("pk", flat=True))
    if any(one.pk not in open_there for one in campaign.legislatures()):
        found.append(_("It writes to a list of people that is yours alone. Take the list out of the campaign first."))
    digests = campaign.materials.values("sha256")
    if to.materials.filter(sha256__in=digests).exists():
        found.append(_("The other organisation has the same document already. Delete it there first."))
    return found


@transaction.atomic
def transfer(campaign: Campaign, to: Organisation, user: Someone = None) -> None:
    """To another organisation, which runs it from now on. Raises ValidationError with why not."""
    _lock(campaign)
    former = campaign.organisation
    if former == to:
        raise ValidationError(_("It belongs to that organisation already."))
    if problems := why_not_to_transfer(campaign, to):
        raise ValidationError(problems)
    campaign.materials.update(organisation=to)
    _set(campaign, organisation=to)
    logbook.note(former, user, "campaign.given", slug=campaign.slug, to=to.name)
    logbook.note(to, user, "campaign.received", campaign, slug=campaign.slug, former=former.name)


# By the clock


def by_the_clock(now: datetime | None = None) -> int:
    """A deed of the sweeper: publishes and closes what is due. How many changed; two at once change each once."""
    now = now or timezone.now()
    changed = 0
    for campaign in Campaign.objects.filter(state=State.SCHEDULED, publish_at__lte=now).order_by("publish_at"):
        changed += _tried(campaign, lambda one: _publish_due(one, now))
    for campaign in Campaign.objects.filter(state=State.LIVE, close_at__lte=now).order_by("close_at"):
        changed += _tried(campaign, lambda one: _close_due(one, now))
    return changed


def _tried(campaign: Campaign, deed: Callable[[Campaign], bool]) -> bool:
    try:
        return deed(campaign)
    except Exception:  # whatever is wrong with one campaign, the others keep their times
        log.exception("Campaign %s could not do what its clock says.", campaign.pk)
        return False


@transaction.atomic
def _publish_due(campaign: Campaign, now: datetime) -> bool:
    _lock(campaign)
    if campaign.state != State.SCHEDULED or campaign.publish_at is None or campaign.publish_at > now:
        return False  # somebody changed their mind this moment
    try:
        with transaction.atomic():
            _publish(campaign, None)
    except ValidationError as error:
        campaign.refresh_from_db()
        code = str(getattr(error, "code", "") or "")
        why = code if code in NOT_PUBLISHED else ""
        _set(campaign, state=State.DRAFT, publish_at=None)
        _note(campaign, None, "campaign.not_published", why=why)
        for organiser in organisers(campaign.organisation):
            emails.not_published(campaign, organiser, NOT_PUBLISHED[why])
    return True


@transaction.atomic
def _close_due(campaign: Campaign, now: datetime) -> bool:
    _lock(campaign)
    if campaign.state != State.LIVE or campaign.close_at is None or campaign.close_at > now:
        return False
    _close(campaign, None)
    return True


def organisers(organisation: Organisation) -> list[User]:
    """Whoever can mend a campaign of theirs."""
    able = Membership.Role.OWNER, Membership.Role.EDITOR
    members = Membership.objects.filter(organisation=organisation, role__in=able, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("pk")]
