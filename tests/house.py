"""Two organisations with one of everything: Alice owns the one, Bob edits or only looks, Charlie owns the other."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.utils import timezone

from campaigns import adding_files, lists
from campaigns.models import Campaign, Organisation, User
from config import jobs
from letters import outbox
from letters.models import Destination, OutgoingEmail, Stop, Suppression

from .campaigns.factories import (
    make_campaign,
    make_campaign_letter,
    make_invitation,
    make_material,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    text_of,
)
from .letters.factories import make_legislature
from .permissions import LONG_WORK, NO_LANGUAGE


@dataclass
class House:
    """Alice's organisation with one of everything, and Charlie's."""

    campaign: Campaign
    rows: dict[str, models.Model]
    accounts: dict[str, User | None]

    def client(self, role: str) -> Client:
        client = Client()
        if (account := self.accounts[role]) is not None:
            client.force_login(account)
        return client


@pytest.fixture
def house() -> House:
    alices, charlies = make_organisation(name="Alice’s"), make_organisation(name="Charlie’s")
    legislature, constituency, representative = make_seat()
    alices.lists.add(make_legislature(kind="list"))
    campaign = make_campaign(slug="alices-draft", organisation=alices, state="draft", legislature=legislature)
    make_campaign(slug="charlies", organisation=charlies)
    outbox.suppress("bounced@example.org", Suppression.Reason.BOUNCED)
    domain = Destination.objects.create(key="0" * 64, name="example.org")
    rows: dict[str, models.Model] = {
        "campaigns.campaign": campaign,
        "campaigns.campaigntext": text_of(campaign),
        "campaigns.signature": make_signature(campaign),
        "campaigns.campaignletter": make_campaign_letter(campaign, representative),
        "campaigns.material": make_material(alices),
        "campaigns.organisation": alices,
        "campaigns.user": make_user("dora@example.org"),
        "letters.outgoingemail": make_email(alices),
        "letters.sender": alices.sender,
        "letters.suppression": Suppression.objects.get(),
        "letters.destination": domain,
        "letters.stop": Stop.objects.create(sender=alices.sender, domain=domain, answer="550 No."),
        "letters.legislature": legislature,
        "letters.constituency": constituency,
        "letters.representative": representative,
        "config.job": jobs.Job.objects.create(kind="campaign-export"),
    }
    accounts: dict[str, User | None] = {"anonymous": None}
    accounts["Charlie"] = make_user("charlie@example.org", charlies, "owner", is_staff=True)
    for role in ("viewer", "editor", "owner"):
        accounts[role] = make_user(f"{role}@example.org", alices, role, is_staff=True)
    accounts["owner of both"] = both = make_user("both@example.org", alices, "owner", is_staff=True)
    both.memberships.create(organisation=charlies, role="owner")
    accounts["operator"] = make_user("operator@example.org", is_staff=True, is_superuser=True)
    return House(campaign, rows, accounts)


def make_email(organisation: Organisation) -> OutgoingEmail:
    message = outbox.letter_message()
    return outbox.queue(sender=organisation.sender, message=message, to="zoe@example.org", kind=outbox.Kind.LETTER)


def where_of_campaign(house: House, name: str, role: str) -> dict[str, Any]:
    """The address of a page of Alice's campaign, about one of its rows; long work is whose who asked for it."""
    account = house.accounts[role]
    where: dict[str, Any] = {"slug": house.campaign.slug}
    if name in LONG_WORK:
        owner = f"campaign {house.campaign.pk} account {account.pk if account else None}"
        where["job"] = jobs.start(LONG_WORK[name], {"campaign": house.campaign.pk}, owner=owner).uuid
    if name == "hand_in_undo":
        today = timezone.localdate()
        where["number"] = house.campaign.hand_overs.create(on=today, letters=1, actor="account 1").pk
    if name.startswith("letters_variant") and name != "letters_variant_new":
        where["variant"] = house.campaign.letter_variants.create(number=1, party="Reform").pk
    if name.startswith("facts_"):
        where["kind"] = "targets"
        if name != "facts_new":
            where["fact"] = house.campaign.targets.create(number=1, name="The clerk").pk
    if name.startswith("update_") and name != "update_new" or name == "update":
        row = house.campaign.updates.create()
        row.texts.create(language="en", title="The council has met", body="It decided.")
        where["update"] = row.uuid
        if name in ("update_preview", "update_email", "update_test"):
            where["text_language"] = "en"
    if name.startswith(("wording_", "translations", "versions")) and name not in NO_LANGUAGE:
        house.campaign.wording_drafts.create(language="ar")
        where["text_language"] = "ar" if name.startswith("translations") else "en"
        where |= {"number": 0} if name == "wording_take_back" else {}
    if name in ("signatures_one", "signatures_act", "signatories_add_move", "signatories_add_remove"):
        where["number"] = house.rows["campaigns.signature"].pk
    if name in ("bursts_one", "bursts_real", "bursts_undo"):
        where["number"] = house.campaign.bursts.create(of="network", key="k", hour=timezone.now(), given=40).pk
    if name == "invalidation_undo":
        where["number"] = house.campaign.invalidations.create(reason="A test").pk
    if name == "held_undo":
        where["number"] = house.campaign.invalidations.create(reason="A test", releases=True).pk
    if name == "signatories_add_file":
        owner = f"campaign {house.campaign.pk} account {account.pk if account else None}"
        where["file"] = adding_files.keep(owner, b"Name\nAgnes Abbot\n").uuid
    if name == "numbers_table":
        where["table"] = "days"
    if name.startswith("pausing_"):
        where["what"] = "signing"
    if name == "paper_remove":
        where["number"] = house.campaign.paper_counts.create(on=timezone.localdate(), signatures=1, actor="x").pk
    return where


def where_of(house: House, name: str, role: str = "owner") -> dict[str, Any]:
    """The address of an organisation's page about one of the rows of Alice's; a file waits for who has given it."""
    organisation = house.campaign.organisation
    where: dict[str, Any] = {"slug": organisation.slug}
    if name.startswith("list_") or name == "list":
        account = house.accounts[role]
        owner = lists.owner_of(organisation, f"account {account.pk if account else None}")
        file = {"file": lists.keep(owner, b"Name\nAgnes\n", None, "The board", "").uuid}
        return where | (file if name == "list_file" else {"number": organisation.lists.get().pk})
    if name.startswith("material_"):
        return where | {"material": house.rows["campaigns.material"].uuid}  # type: ignore[attr-defined]
    if name in ("people_role", "people_remove"):
        return where | {"number": organisation.memberships.get(user=house.accounts["viewer"]).pk}
    if name in ("people_invite_again", "people_revoke"):
        return where | {"number": make_invitation(organisation).pk}
    more = {
        "post_emails": {"state": "queued"},
        "post_email": {"email": house.rows["letters.outgoingemail"].uuid},  # type: ignore[attr-defined]
        "post_lift": {"stop": house.rows["letters.stop"].pk},
    }
    return where | more.get(name, {})
