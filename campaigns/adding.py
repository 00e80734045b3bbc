"""Adding signatories whom the organisers know to have agreed: those who were there first, by hand or from a table.

No mail goes to them: they have not asked for any. Who has an address here and signs online later is one person, and
gets the email that says so, with the link to their own page.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from config.crypto import email_key, email_keys

from . import logbook, retention, signing
from .forms.fields import AddressField, LineField, NameField
from .models import Campaign, CampaignText, ConsentWording, Signature, User
from .models.signature import MOST_ON_TOP, SignatureQuerySet, folded


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    affiliation: str = ""
    place: str = ""
    email: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Whom a list would name twice."""
        return folded(self.name), " ".join(self.affiliation.casefold().split())


class Refused(Exception):
    """This person is not added; the message is a sentence for who wanted to."""


class Closed(Exception):
    """The campaign takes no signatures any more, or has no published text yet that could be signed."""


_NAME = NameField(error_messages={"required": _("There is no name.")})
_LINE, _ADDRESS = LineField(max_length=200, required=False), AddressField(required=False)


def person(name: str, affiliation: str = "", place: str = "", email: str = "") -> Person:
    """As it is kept. Raises Refused."""
    try:
        return Person(
            _NAME.clean(name.replace("\0", "")),
            _LINE.clean(affiliation.replace("\0", "")),
            _LINE.clean(place.replace("\0", "")),
            _ADDRESS.clean(email.replace("\0", "")),
        )
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def texts(campaign: Campaign) -> list[CampaignText]:
    """The wordings that somebody added may have signed, the campaign's first language first. Raises Closed."""
    if campaign.state in (Campaign.State.CLOSED, Campaign.State.ARCHIVED):
        raise Closed
    current = campaign.texts.filter(superseded_at__isnull=True).select_related("campaign__organisation")
    found = sorted(current, key=lambda text: (text.language != campaign.language, text.language))
    if not found:
        raise Closed
    return found


def enter(
    text: CampaignText, someone: Person, wording: ConsentWording, user: User | AnonymousUser, on_top: bool
) -> Signature:
    """Raises Refused."""
    campaign = text.campaign
    with transaction.atomic():
        # Whoever adds another at this moment waits, or both would be the same person or in the same place.
        Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign.pk)
        if why := already_there(campaign, [someone]).get(someone):
            raise Refused(why)
        place = next_place(campaign) if on_top else None
        made = signature(text, someone, wording, place)
        made.save()
        logbook.note(campaign.organisation, user, "signatories.added", campaign, n=1)
    return made


def signature(
    text: CampaignText, someone: Person, wording: ConsentWording, place: int | None, number: uuid.UUID | None = None
) -> Signature:
    """Counts like any other, from the next fold on; not saved yet."""
    now = timezone.now()
    made = Signature(
        uuid=number or uuid.uuid4(),
        campaign_id=text.campaign_id,
        text=text,
        state=Signature.State.CONFIRMED,
        origin=Signature.Origin.IMPORTED,
        name=someone.name,
        affiliation=someone.affiliation,
        public_place=someone.place,
        email=someone.email,
        email_key=email_key(someone.email) if someone.email else "",
        country="",
        display=Signature.Display.NAME,
        name_check=Signature.Check.PASSED,  # by who has entered it
        pinned=place,
        consent=wording,
        consent_at=now,
        confirmed_at=now,
        erase_on=retention.kept_until(text.campaign),
    )
    made.show_as_chosen()
    return made


def already_there(campaign: Campaign, people: Sequence[Person]) -> dict[Person, str]:
    """Who of them has signed, and how that is known, in two queries."""
    found: dict[Person, str] = {}
    keys = {key: one for one in people if one.email for key in email_keys(one.email)}
    mine = Signature.objects.filter(campaign=campaign)
    for key in mine.holding_the_place().filter(email_key__in=keys).values_list("email_key", flat=True):
        found[keys[key]] = _("Somebody with this email address has signed already, and counts once.")
    named = mine.filter(
        origin=Signature.Origin.IMPORTED,
        state__in=(Signature.State.CONFIRMED, Signature.State.INVALID),
        public_name_folded__in={one.key[0] for one in people},
    )
    there = {Person(*row).key for row in named.values_list("public_name", "public_affiliation")}
    for one in people:
        if one.key in there and one not in found:
            found[one] = _("This name, with the same affiliation, has been added already.")
    return found


# On top of the list


def on_top(campaign: Campaign) -> SignatureQuerySet:
    return Signature.objects.filter(campaign=campaign).on_top()


def next_place(campaign: Campaign, more: int = 1) -> int:
    """The first free one. Raises Refused where no more would fit."""
    if on_top(campaign).order_by().count() + more > MOST_ON_TOP:
        raise Refused(_("At most %(most)s people can stand on top of the list.") % {"most": MOST_ON_TOP})
    return (on_top(campaign).order_by().aggregate(last=Max("pinned"))["last"] or 0) + 1


def move(campaign: Campaign, user: User | AnonymousUser, pk: int, place: int) -> bool:
    """To this place among those on top, the others in their order. Not there before: added. False: not to be shown."""
    with transaction.atomic():
        _hold(campaign)
        chosen = Signature.objects.filter(campaign=campaign, pk=pk).shown().only("pk", "pinned").first()
        if chosen is None:
            return False
        if chosen.pinned is None:
            next_place(campaign)
        others = [row.pk for row in on_top(campaign).only("pk").exclude(pk=pk)]
        at = max(0, min(place - 1, len(others)))
        _number(campaign, [*others[:at], pk, *others[at:]])
        logbook.note(campaign.organisation, user, "signatories.ordered", campaign)
    return True


def take_down(campaign: Campaign, user: User | AnonymousUser, pk: int) -> bool:
    """From the top into the list of all."""
    with transaction.atomic():
        _hold(campaign)
        if not on_top(campaign).filter(pk=pk).update(pinned=None):
            return False
        _number(campaign, [row.pk for row in on_top(campaign).only("pk")])
        logbook.note(campaign.organisation, user, "signatories.ordered", campaign)
    return True


def remove(campaign: Campaign, user: User | AnonymousUser, pk: int) -> bool:
    """Somebody who was added is taken from the count, and erased."""
    found = Signature.objects.filter(campaign=campaign, pk=pk, origin=Signature.Origin.IMPORTED).first()
    if found is None or found.anonymised_at is not None:
        return False
    with transaction.atomic():
        signing.erase(found, actor="an organiser", alone=True)
        Signature.objects.filter(pk=pk).update(pinned=None)
        logbook.note(campaign.organisation, user, "signatories.removed", campaign)
    return True


def _hold(campaign: Campaign) -> None:
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign.pk)


def _number(campaign: Campaign, order: Iterable[int]) -> None:
    now = dict(on_top(campaign).values_list("pk", "pinned"))
    for place, pk in enumerate(order, 1):
        if now.get(pk) != place:
            Signature.objects.filter(pk=pk).update(pinned=place)
