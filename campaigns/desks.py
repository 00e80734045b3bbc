"""Where an organiser stands: at whose work, with which role, in which language; and the doors from there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from letters.models import OutgoingEmail, Sender
from letters.models.post import OutgoingEmailQuerySet

from . import addresses
from .access import AT_LEAST, Role, get_campaign_for, get_organisation_for, role_in
from .models import Campaign, Organisation, User

ORGANISERS = "/organise/"


@dataclass(frozen=True)
class Door:
    """An entry of the menu: a page's name, and who may open it. `begins` are the names of the pages behind it."""

    name: str
    label: str | Promise
    role: Role = Role.VIEWER
    begins: tuple[str, ...] = ()
    only: Callable[[Any], bool] = bool

    def leads_to(self, name: str) -> bool:
        return name == self.name or name.startswith(self.begins)


OF_ORGANISATION = (
    Door("organisation_home", _("Campaigns")),
    Door("new_campaign", _("New campaign"), Role.EDITOR),
    Door("material", _("New from a document"), Role.EDITOR, ("material_",)),
    Door("post_room", _("Post room"), begins=("post_",)),
    Door("lists", _("Lists of people"), Role.EDITOR, ("list",)),
    Door("people", _("People"), begins=("people_",)),
    Door("settings", _("Settings"), Role.OWNER, ("settings_",)),
    Door("keeping", _("Personal data"), Role.OWNER, ("keeping_",)),
    Door("log", _("Log"), Role.OWNER),
)
OF_CAMPAIGN = (
    Door("campaign", _("Overview")),
    Door("wording", _("Text"), begins=("wording_", "versions", "translations")),
    Door(
        "facts",
        _("Set up"),
        Role.EDITOR,
        ("facts", "letters_settings", "letters_variant", "campaign_picture", "campaign_settings"),
    ),
    Door("numbers", _("Numbers"), begins=("numbers_", "bursts")),
    Door("representatives", _("Letters"), only=lambda desk: desk.campaign.legislature_id is not None),
    Door("hand_in", _("Hand in"), begins=("hand_in",), only=lambda desk: desk.campaign.legislature_id is not None),
    Door("updates", _("Updates"), begins=("update",)),
    Door(
        "signatures_list",
        _("Signatures"),
        begins=("signatures_", "moderation", "invalidation", "held", "signator", "paper"),
    ),
    Door("packs", _("Hand-over pack"), begins=("pack",)),
    Door("exports", _("Export"), Role.OWNER, ("export",)),
    Door("life", _("Publish and close"), Role.EDITOR, ("life_", "pausing")),
)
# What is behind “Set up”: links from each of these pages to the others.
SET_UP = (
    Door("wording", _("Text")),
    Door("facts", _("Facts"), Role.EDITOR, ("facts_",)),
    Door("letters_settings", _("Whom to write to"), Role.EDITOR, ("letters_settings_", "letters_variant")),
    Door("campaign_picture", _("Picture"), Role.EDITOR, ("campaign_picture_",)),
    Door("campaign_settings", _("Settings"), Role.EDITOR),
)
# And behind “Signatures”.
OF_SIGNATURES = (
    Door("signatures_list", _("All"), begins=("signatures_",)),
    Door("moderation", _("To read"), Role.EDITOR, ("moderation_",)),
    Door("held", _("Held back"), Role.EDITOR, ("held_",)),
    Door("invalidation", _("Declare invalid"), Role.EDITOR, ("invalidation_",)),
    Door("signatories_add", _("First signatories"), Role.EDITOR, ("signatories_",)),
    Door("paper", _("On paper"), Role.EDITOR, ("paper_",)),
)
# Behind “Numbers”.
OF_NUMBERS = (
    Door("numbers", _("Numbers"), begins=("numbers_",)),
    Door("bursts", _("Bursts"), Role.EDITOR, ("bursts_",)),
)


@dataclass(frozen=True)
class Desk:
    """Who sits at whose work, and in which language."""

    organisation: Organisation
    user: User | AnonymousUser
    role: Role
    language: str | None

    @property
    def may_edit(self) -> bool:
        return self.role in AT_LEAST[Role.EDITOR]

    @property
    def owns(self) -> bool:
        return self.role in AT_LEAST[Role.OWNER]

    @property
    def sender(self) -> Sender:
        return self.organisation.sender

    @property
    def account(self) -> User | None:
        """Who did it, for what is stored. A desk is never an anonymous visitor's."""
        return self.user if isinstance(self.user, User) else None

    @property
    def actor(self) -> str:
        return f"account {self.user.pk}"

    @property
    def emails(self) -> OutgoingEmailQuerySet:
        """The only door to an email from these pages: another organisation's is not behind it."""
        return OutgoingEmail.objects.filter(sender=self.sender)

    @cached_property
    def organisation_name(self) -> str:
        return str(self.organisation.in_language("name", get_language() or settings.LANGUAGE_CODE))

    def url(self, name: str, **where: Any) -> str:
        """A page of the organisation."""
        return self._address(name, slug=self.organisation.slug, **where)

    def at(self, campaign: Campaign) -> "CampaignDesk":
        """One of the organisation's own campaigns."""
        return CampaignDesk(self.organisation, self.user, self.role, self.language, campaign)

    def workspace_url(self) -> str:
        return self._address("workspace")

    def _address(self, name: str, **where: Any) -> str:
        language = {"language": self.language} if self.language else {}
        return reverse(f"campaigns:{name}", kwargs={**language, **where})

    def doors(self, here: str) -> list[dict[str, Any]]:
        return [self._door(door, self.url(door.name), here) for door in OF_ORGANISATION if self._open(door)]

    def _open(self, door: Door) -> bool:
        return self.role in AT_LEAST[door.role] and bool(door.only(self))

    def _door(self, door: Door, url: str, here: str) -> dict[str, Any]:
        return {
            "name": door.name,
            "label": door.label,
            "url": url,
            "current": door.leads_to(here),
            "exactly": door.name == here,
        }

    def _accent(self) -> dict[str, str]:
        """Its colour is public, as it is; before that nobody serves it."""
        organisation = self.organisation
        return {"accent": addresses.accent(organisation.slug, organisation.accent)} if organisation.approved_at else {}

    def frame(self, request: HttpRequest, page: str = "") -> dict[str, Any]:
        """What every page of the workspace needs. `page`: the address for the other languages, where this one is no
        page of its own."""
        language = get_language() or settings.LANGUAGE_CODE
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        return {
            "desk": self,
            "organisation_name": self.organisation_name,
            "doors": self.doors(name),
            "urls": addresses.of_site(language) | self._accent(),
            "page_languages": page_languages(page or request.get_full_path()),
        }


@dataclass(frozen=True)
class CampaignDesk(Desk):
    """The same, at one campaign."""

    campaign: Campaign

    def campaign_url(self, name: str, **where: Any) -> str:
        """A page of the campaign."""
        return self._address(name, slug=self.campaign.slug, **where)

    def frame(self, request: HttpRequest, page: str = "") -> dict[str, Any]:
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        doors = [self._door(door, self.campaign_url(door.name), name) for door in OF_CAMPAIGN if self._open(door)]
        return super().frame(request, page) | {
            "campaign": self.campaign,
            "campaign_title": self.campaign.title,
            "campaign_doors": doors,
            "campaign_here": next((door["label"] for door in doors if door["current"]), ""),
            "setup_doors": [
                self._door(door, self.campaign_url(door.name), name) for door in SET_UP if self._open(door)
            ],
            "signature_doors": [
                self._door(door, self.campaign_url(door.name), name) for door in OF_SIGNATURES if self._open(door)
            ],
            "number_doors": [
                self._door(door, self.campaign_url(door.name), name) for door in OF_NUMBERS if self._open(door)
            ],
        }


def of_organisation(user: User | AnonymousUser, slug: str, language: str | None, role: Role = Role.VIEWER) -> Desk:
    """Raises Http404 unless they may do what `role` may."""
    organisation = get_organisation_for(user, slug, role)
    return Desk(organisation, user, role_in(user, organisation) or role, language)


def of_campaign(user: User | AnonymousUser, slug: str, language: str | None, role: Role = Role.VIEWER) -> CampaignDesk:
    """Raises Http404 unless they may do what `role` may."""
    campaign = get_campaign_for(user, slug, role)
    organisation = campaign.organisation
    return CampaignDesk(organisation, user, role_in(user, organisation) or role, language, campaign)


def frame_of_nobody(request: HttpRequest) -> dict[str, Any]:
    """For pages that belong to no organisation."""
    return {
        "urls": addresses.of_site(get_language() or settings.LANGUAGE_CODE),
        "page_languages": page_languages(request.path),
    }


def page_languages(path: str) -> list[dict[str, Any]]:
    """The same page in each language of ours: /organise/… and /organise/ar/…"""
    from .pages import LANGUAGE_NAMES

    current = get_language() or settings.LANGUAGE_CODE
    rest = path.removeprefix(ORGANISERS)
    if current != settings.LANGUAGE_CODE:
        rest = rest.removeprefix(f"{current}/")
    return [
        {
            "code": code,
            "name": LANGUAGE_NAMES[code],
            "url": ORGANISERS + ("" if code == settings.LANGUAGE_CODE else f"{code}/") + rest,
            "current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]
