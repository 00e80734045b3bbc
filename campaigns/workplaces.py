"""What somebody works for, and what of it wants them: the first page of the workspace, in a fixed number of queries."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from config import links
from config.switches import What
from letters.models import OutgoingEmail
from letters.models.post import State as Mail

from . import filtering, pages, pausing, reporting
from .access import Role, kept_out_of, organisations_of
from .desks import CampaignDesk, Desk
from .models import (
    Campaign,
    CampaignLetter,
    CampaignText,
    Invitation,
    Membership,
    Organisation,
    Reported,
    Signature,
    User,
)
from .models import WordingDraft as Draft

State = Campaign.State
ORGANISATIONS, CAMPAIGNS = 50, 200
FROM_A_DOCUMENT, FROM_NOTHING = "material", "new_campaign"
MANY = 6  # so many campaigns or more, and there is something to search
# In the order in which somebody looks for them.
ORDER = {State.LIVE: 0, State.SCHEDULED: 1, State.DRAFT: 1, State.CLOSED: 2, State.ARCHIVED: 3}


@dataclass(frozen=True)
class Want:
    """Something that waits for a person, and where."""

    sentence: str
    url: str


@dataclass
class Place:
    """One organisation somebody works for."""

    desk: Desk
    role: str
    campaigns: list[dict[str, Any]] = field(default_factory=list)
    archived: list[dict[str, Any]] = field(default_factory=list)
    wants: list[Want] = field(default_factory=list)

    @property
    def organisation(self) -> Organisation:
        return self.desk.organisation

    @property
    def doors(self) -> list[dict[str, Any]]:
        """To the organisation's own pages; those to a new campaign stand below."""
        return [door for door in self.desk.doors("") if door["name"] not in (FROM_A_DOCUMENT, FROM_NOTHING)]

    @property
    def from_a_document(self) -> str:
        return self.desk.url(FROM_A_DOCUMENT)

    @property
    def from_nothing(self) -> str:
        return self.desk.url(FROM_NOTHING)

    @property
    def is_bare(self) -> bool:
        return not (self.campaigns or self.archived)


def workspace(user: User | AnonymousUser, language: str | None, query: str = "", state: str = "") -> dict[str, Any]:
    """All of the page. `query` and `state` narrow the campaigns down."""
    places = _places(user, language)
    mine = [place.organisation for place in places.values()]
    total = Campaign.objects.filter(organisation__in=mine).count()
    found = _matching(Campaign.objects.select_related("organisation").filter(organisation__in=mine), query, state)
    campaigns = list(found.order_by("-pk")[: CAMPAIGNS + 1])
    _fill(places, campaigns[:CAMPAIGNS])
    _letters_held(places)
    filtered = bool(query or state)
    return {
        "places": [place for place in places.values() if not (filtered and place.is_bare)],
        "more": len(campaigns) > CAMPAIGNS,
        "many": total >= MANY or filtered,
        "query": query,
        "state": state,
        "states": State.choices,
        "nobody_yet": not places,
        "invitations": _invitations(user, language),
        "to_approve": Organisation.objects.waiting().count() if is_operator(user) else 0,
        "kept_out": list(kept_out_of(user).order_by("name")[:ORGANISATIONS]),
    }


def is_operator(user: User | AnonymousUser) -> bool:
    return isinstance(user, User) and user.is_superuser


def _places(user: User | AnonymousUser, language: str | None) -> dict[int, Place]:
    held = Membership.objects.filter(user=user.pk, organisation=OuterRef("pk")).values("role")[:1]
    organisations = organisations_of(user).select_related("sender").annotate(held=Subquery(held))
    found: dict[int, Place] = {}
    for organisation in organisations.order_by("name", "pk")[:ORGANISATIONS]:
        role = Role.OWNER if is_operator(user) else Role(organisation.held)
        shown = str(Role(organisation.held).label) if organisation.held else _("Operator")
        found[organisation.pk] = Place(Desk(organisation, user, role, language), shown)
    return found


def _matching(campaigns: QuerySet[Campaign], query: str, state: str) -> QuerySet[Campaign]:
    if state in State.values:
        campaigns = campaigns.filter(state=state)
    for word in query.split()[:8]:
        titled = CampaignText.objects.current().filter(campaign=OuterRef("pk"), title__icontains=word)
        drafted = Draft.objects.filter(campaign=OuterRef("pk"), wording__title__icontains=word)
        campaigns = campaigns.filter(Q(slug__icontains=word) | Exists(titled) | Exists(drafted))
    return campaigns


def _fill(places: dict[int, Place], campaigns: list[Campaign]) -> None:
    known = titles(campaigns)
    by_hand, to_read, reported = _to_hand_in(campaigns), _to_read(campaigns), _reported(campaigns)
    for campaign in sorted(campaigns, key=lambda one: (ORDER[State(one.state)], -one.pk)):
        place = places[campaign.organisation_id]
        desk = place.desk.at(campaign)
        shown = pages.numbers(campaign) | {
            "campaign": campaign,
            "url": desk.campaign_url("campaign"),
            "title": known.get(campaign.pk) or campaign.slug,
            "is_over": campaign.is_over,
        }
        wants: list[Want] = []
        if desk.may_edit:
            if campaign.state == State.DRAFT:
                wants.append(Want(_("Go on writing"), desk.campaign_url("campaign")))
            wants += _waits(desk, to_read, reported)
            if campaign.state == State.CLOSED and not campaign.outcome:
                wants.append(Want(_("Tell what came of it"), desk.campaign_url("life_outcome")))
        if n := by_hand.get(campaign.pk, 0):
            sentence = ngettext("%(n)d letter to hand in", "%(n)d letters to hand in", n) % {"n": n}
            wants.append(Want(sentence, desk.campaign_url("hand_in")))
        shown["wants"] = wants
        (place.archived if campaign.state == State.ARCHIVED else place.campaigns).append(shown)


def waits_at(desk: CampaignDesk) -> list[Want]:
    """What of one campaign waits for those who edit it, beside its own next step."""
    one = [desk.campaign]
    return _waits(desk, _to_read(one), _reported(one)) if desk.may_edit else []


def _waits(desk: CampaignDesk, to_read: AbstractSet[int], reported: Mapping[int, int]) -> list[Want]:
    campaign = desk.campaign
    wants: list[Want] = []
    if campaign.withheld_at:
        wants.append(Want(_("Taken off the site by the operator"), desk.campaign_url("campaign")))
    if campaign.takes_signatures and pausing.on(What.SIGNING, campaign):
        wants.append(Want(_("Signing is paused"), desk.campaign_url("pausing")))
    if campaign.takes_letters and pausing.on(What.WRITING, campaign):
        wants.append(Want(_("Writing is paused"), desk.campaign_url("pausing")))
    if campaign.pk in to_read:
        wants.append(Want(_("Names or reasons wait to be read"), desk.campaign_url("moderation")))
    if n := reported.get(campaign.pk, 0):
        sentence = ngettext("%(n)d entry was reported", "%(n)d entries were reported", n) % {"n": n}
        wants.append(Want(sentence, desk.campaign_url("moderation_reports")))
    return wants


def titles(campaigns: list[Campaign]) -> dict[int, str]:
    """In each campaign's first language: what is published, or what is being written."""
    first = {campaign.pk: campaign.language for campaign in campaigns}
    drafts = Draft.objects.filter(campaign__in=first).values_list("campaign", "language", "wording__title")
    current = CampaignText.objects.current().filter(campaign__in=first).values_list("campaign", "language", "title")
    found = {pk: title for pk, language, title in drafts if first[pk] == language and title}
    return found | {pk: title for pk, language, title in current if first[pk] == language}


def _to_hand_in(campaigns: list[Campaign]) -> dict[int, int]:
    waiting = CampaignLetter.objects.filter(
        campaign__in=[one.pk for one in campaigns],
        by_hand=True,
        state=CampaignLetter.State.CONFIRMED,
        handed_over_at__isnull=True,
    )
    return _by_campaign(waiting)


def _to_read(campaigns: list[Campaign]) -> set[int]:
    """Those where a reason or a name waits to be shown. Not how many: that would take longer with each."""
    checks = filtering.Checks
    reasons, names, held = (
        Exists(Signature.objects.filter(checks.MEANS[waits], campaign=OuterRef("pk")))
        for waits in (checks.REASON_WAITS, checks.NAME_WAITS, checks.HELD)
    )
    asked = Campaign.objects.filter(pk__in=[one.pk for one in campaigns])
    wait = Q(held) | (Q(moderate_first=True) & Q(reasons)) | (Q(moderate_names_first=True) & Q(names))
    return set(asked.filter(wait).values_list("pk", flat=True))


def _reported(campaigns: list[Campaign]) -> dict[int, int]:
    return _by_campaign(reporting.entries_that_wait(Reported.objects.filter(campaign__in=campaigns)))


def _by_campaign(rows: QuerySet[Any]) -> dict[int, int]:
    return dict(rows.order_by().values_list("campaign").annotate(n=Count("pk")))


def _letters_held(places: dict[int, Place]) -> None:
    senders = {place.organisation.sender_id: place for place in places.values()}
    held = OutgoingEmail.objects.filter(sender__in=senders, state=Mail.HELD)
    for sender, n in held.order_by().values_list("sender").annotate(n=Count("pk")):
        place = senders[sender]
        sentence = ngettext("%(n)d email is held for a decision", "%(n)d emails are held for a decision", n) % {"n": n}
        place.wants.append(Want(sentence, place.desk.url("post_held")))


def _invitations(user: User | AnonymousUser, language: str | None) -> list[dict[str, Any]]:
    """To an address that they have proved to be theirs."""
    theirs = EmailAddress.objects.filter(user=user.pk, verified=True).values("email")
    asked = Invitation.objects.open(timezone.now()).filter(email__in=theirs).select_related("organisation")
    where = {"language": language} if language else {}
    return [
        {
            "organisation": one.organisation.in_language("name", get_language() or ""),
            "role": one.get_role_display(),
            "url": reverse("campaigns:invitation", kwargs={**where, "token": links.token("invitation", one.uuid)}),
        }
        for one in asked.order_by("pk")[:ORGANISATIONS]
    ]
