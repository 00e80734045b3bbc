"""Who may open what: every address an organiser has, for every role; and a walk that fails on an address nobody listed.

Alice owns the organisation, Bob edits or only looks, Charlie owns another one and is a stranger here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import URLResolver, get_resolver, path, reverse
from django.utils import timezone

from campaigns import adding_files, lists
from campaigns.models import Campaign, Organisation, Signature, User
from config import jobs
from letters import outbox
from letters.models import Destination, OutgoingEmail, Stop, Suppression
from letters.models.post import State

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

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "Charlie", "viewer", "editor", "owner", "owner of both", "operator")
NOBODY, OPERATOR, OWNER, EDITOR, VIEWER = (set(ROLES[start:]) for start in (7, 6, 4, 3, 2))
STAFF = VIEWER | {"Charlie"}  # whoever has an account, for what is their own

# Everybody's. No account is asked for, nor would it change anything.
PUBLIC = {
    *("home", "privacy", "accessibility", "organisation", "accent", "robots", "page", "count", "sign", "signed"),
    *("wording", "wording_json", "sheets_pdf", "picture", "changes"),
    *("report", "report_entry", "reported"),
    *("signatures", "letter_pdf", "blank_pdf", "card", "event_ics", "write", "write_signed", "written"),
}
# Whoever holds the link. It is signed, and the row decides what it still does.
BY_LINK = {"confirm", "signature", "signature_data", "letter_confirm", "letter_manage", "letter_data"} | {
    *("letter_answer", "letter_sheet", "letter_plain"),
    "news_stop",
    "invitation",
}
# On this machine alone, and only while nothing leaves it.
DEMONSTRATION_ONLY = {
    "mailbox",
    "mailbox-json",
    "mailbox-message",
    "mailbox-html",
    "mailbox-source",
    "mailbox-attachment",
}
OF_THE_SITE = {
    "healthz",
    "metrics",  # by a token of its own
}
# An account's own pages: method, and who gets an answer. Everybody else is asked to sign in, or led on.
ACCOUNTS = {
    "account_login": ("get", {"anonymous"}),
    "account_signup": ("get", {"anonymous"}),
    "account_inactive": ("get", set(ROLES)),
    "account_logout": ("get", STAFF),
    "account_reset_password": ("get", set(ROLES)),
    "account_reset_password_done": ("get", set(ROLES)),
    "account_reset_password_from_key": ("get", set(ROLES)),
    "account_email_verification_sent": ("get", NOBODY),  # without a code to wait for
    "account_overview": ("get", STAFF),
    "account_reauthenticate": ("get", STAFF),
    "account_email": ("get", NOBODY),  # without the password, once more
    "account_change_password": ("get", STAFF),
    "account_second_factor": ("get", STAFF),
    "mfa_index": ("get", STAFF),
    "mfa_authenticate": ("get", NOBODY),  # without a password just given
    "mfa_reauthenticate": ("get", NOBODY),  # without a second factor
    "mfa_activate_totp": ("get", NOBODY),
    "mfa_deactivate_totp": ("get", NOBODY),
    "mfa_view_recovery_codes": ("get", NOBODY),
    "mfa_generate_recovery_codes": ("get", NOBODY),
    "mfa_download_recovery_codes": ("get", NOBODY),
    "mfa_add_webauthn": ("get", NOBODY),
    "mfa_remove_webauthn": ("get", NOBODY),
    "mfa_reauthenticate_webauthn": ("get", NOBODY),
    "mfa_login_webauthn": ("get", NOBODY),  # asked by a script alone
}

OF_PROVIDERS = {"provider_events"}  # by the secret of one sender (tests/letters/test_webhooks.py)

# An organiser's own pages: method, and who gets an answer. Whether there is such a page or not, everybody else who is
# signed in gets a 404, and who is not signed in is asked to.
ORGANISERS = {
    "campaign": ("get", VIEWER),
    "campaign_now": ("get", VIEWER),
    "life": ("get", EDITOR),
    "life_publish": ("post", EDITOR),
    "life_schedule": ("post", EDITOR),
    "life_unschedule": ("post", EDITOR),
    "life_closing": ("post", EDITOR),
    "life_close": ("get", EDITOR),
    "life_reopen": ("post", EDITOR),
    "life_outcome": ("get", EDITOR),
    "life_archive": ("get", EDITOR),
    "life_take_back": ("post", EDITOR),
    "life_delete": ("get", EDITOR),
    "life_duplicate": ("get", EDITOR),
    "life_transfer": ("get", OWNER),
    "pausing": ("get", EDITOR),
    "pausing_pause": ("post", EDITOR),
    "pausing_resume": ("post", EDITOR),
    "wording": ("get", VIEWER),
    "wording_edit": ("get", EDITOR),
    "wording_autosave": ("post", EDITOR),
    "wording_preview_part": ("post", EDITOR),
    "wording_take_back": ("post", EDITOR),
    "wording_discard": ("post", EDITOR),
    "wording_publish": ("get", EDITOR),
    "wording_follow": ("post", EDITOR),
    "versions": ("get", VIEWER),
    "translations": ("get", EDITOR),
    "translations_add": ("get", EDITOR),
    "translations_autosave": ("post", EDITOR),
    "preview": ("get", VIEWER),
    "exports": ("get", OWNER),
    "export": ("get", OWNER),
    "representatives": ("get", VIEWER),
    "hand_in": ("get", VIEWER),
    "hand_in_over": ("get", EDITOR),
    "hand_in_undo": ("post", EDITOR),
    "hand_in_email": ("get", EDITOR),
    "hand_in_bundles": ("post", OWNER),
    "hand_in_bundle": ("get", OWNER),
    "packs": ("get", VIEWER),
    "pack_new": ("get", OWNER),
    "pack": ("get", VIEWER),
    "updates": ("get", VIEWER),
    "update_new": ("get", EDITOR),
    "update": ("get", VIEWER),
    "update_now": ("get", VIEWER),
    "update_write": ("get", EDITOR),
    "update_delete": ("post", EDITOR),
    "update_preview": ("get", VIEWER),
    "update_email": ("get", VIEWER),
    "update_test": ("post", EDITOR),
    # What thousands have in their mailboxes cannot be taken back, so owners send. To stop does no harm.
    "update_send": ("post", OWNER),
    "update_unschedule": ("post", EDITOR),
    "update_pause": ("post", EDITOR),
    "update_resume": ("post", OWNER),
    "update_cancel": ("post", OWNER),
    "update_page": ("post", EDITOR),
    "signatures_list": ("get", VIEWER),
    "signatures_find": ("post", EDITOR),
    "signatures_one": ("get", EDITOR),
    "signatures_act": ("post", EDITOR),
    "moderation": ("get", EDITOR),
    "moderation_reports": ("get", EDITOR),
    "reports_decide": ("post", OPERATOR),
    "reports_put_back": ("post", OPERATOR),
    "held": ("get", EDITOR),
    "held_look": ("post", EDITOR),
    "held_do": ("post", EDITOR),
    "held_undo": ("post", EDITOR),
    "invalidation": ("get", EDITOR),
    "invalidation_look": ("post", EDITOR),
    "invalidation_do": ("post", EDITOR),
    "invalidation_undo": ("post", EDITOR),
    "signatories_add": ("get", EDITOR),
    "signatories_add_files": ("post", EDITOR),
    "signatories_add_file": ("get", EDITOR),
    "signatories_add_move": ("post", EDITOR),
    "signatories_add_remove": ("post", EDITOR),
    "numbers": ("get", VIEWER),
    "numbers_now": ("get", VIEWER),
    "numbers_table": ("get", VIEWER),
    "bursts": ("get", EDITOR),
    "bursts_one": ("get", EDITOR),
    "bursts_real": ("post", EDITOR),
    "bursts_undo": ("post", EDITOR),
    "paper": ("get", EDITOR),
    "paper_remove": ("get", EDITOR),
    "facts": ("get", EDITOR),
    "facts_new": ("get", EDITOR),
    "facts_change": ("get", EDITOR),
    "facts_remove": ("get", EDITOR),
    "facts_move": ("post", EDITOR),
    "campaign_picture": ("get", EDITOR),
    "campaign_picture_remove": ("get", EDITOR),
    "campaign_settings": ("get", EDITOR),
    "letters_settings": ("get", EDITOR),
    "letters_settings_hand_in": ("post", EDITOR),
    "letters_variant_new": ("get", EDITOR),
    "letters_variant": ("get", EDITOR),
    "letters_variant_remove": ("get", EDITOR),
    "letters_variant_move": ("post", EDITOR),
}
# The same for an organisation's own pages, under its address.
ORGANISATIONS = {
    "organisation_home": ("get", VIEWER),
    "people": ("get", VIEWER),
    "people_invite": ("post", OWNER),
    "people_invite_again": ("post", OWNER),
    "people_revoke": ("post", OWNER),
    "people_role": ("post", OWNER),
    "people_remove": ("get", OWNER),
    "people_leave": ("get", VIEWER),
    "people_notices": ("get", VIEWER),
    "settings": ("get", OWNER),
    "settings_logo": ("post", OWNER),
    "settings_logo_remove": ("post", OWNER),
    "log": ("get", OWNER),
    "keeping": ("get", OWNER),
    "keeping_record": ("get", OWNER),
    "keeping_person": ("post", OWNER),
    "approval_approve": ("post", OPERATOR),
    "approval_refuse": ("post", OPERATOR),
    "new_campaign": ("get", EDITOR),
    "post_room": ("get", VIEWER),
    "post_now": ("get", VIEWER),
    "post_held": ("get", VIEWER),
    "post_emails": ("get", VIEWER),
    "post_email": ("get", VIEWER),
    "post_find": ("post", EDITOR),
    "post_pause": ("post", EDITOR),
    "post_resume": ("post", EDITOR),
    "post_lift": ("post", EDITOR),
    "post_try": ("post", OWNER),
    "lists": ("get", EDITOR),
    "list": ("get", EDITOR),
    "list_rename": ("post", EDITOR),
    "list_delete": ("post", EDITOR),
    "list_export": ("get", EDITOR),
    "list_file": ("get", EDITOR),
    "material": ("get", EDITOR),
    "material_check": ("get", EDITOR),
    "material_signatories": ("get", EDITOR),
    "material_address": ("get", EDITOR),
    "material_publish": ("post", EDITOR),
    "material_done": ("get", EDITOR),
    "material_delete": ("get", EDITOR),
    "material_original": ("get", EDITOR),
}
# An organiser's own, whatever they work for: to a page of their organisation.
ANYWHERE = {
    "organisation_new": ("get", STAFF),
    "approval": ("get", OPERATOR),
    "operator_keeping": ("get", OPERATOR),
    "operator_keeping_record": ("get", OPERATOR),
    "operator_keeping_person": ("post", OPERATOR),
    "reports": ("get", OPERATOR),
    "switches": ("get", OPERATOR),
    "switches_pause": ("post", OPERATOR),
    "switches_resume": ("post", OPERATOR),
} | {"workspace": ("get", STAFF), "help": ("get", STAFF), "materials": ("get", EDITOR | {"Charlie"})}
DECIDED_ON = ("post_held", "post_emails", "post_email")  # everybody who may look may not decide
NO_LANGUAGE = ("wording_preview_part", "translations_add")  # pages about the text of no one language
# Pages that show how far some long work is, and what kind of work that is.
LONG_WORK = {"export": "campaign-export", "hand_in_bundle": "hand-in-bundle", "pack": "hand-over-pack"}

# The administration: who sees the list and a row, who may add, change and delete.
ADMIN = {
    "campaigns.organisation": (OPERATOR, OPERATOR, OPERATOR, NOBODY),
    "campaigns.user": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.outgoingemail": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "letters.sender": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.suppression": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.destination": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "letters.stop": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "letters.legislature": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.constituency": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.representative": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "config.job": (OPERATOR, NOBODY, NOBODY, NOBODY),
}
ADMIN_OWN = {"index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n"} | {
    "view_on_site",
    "app_list",
    "auth_user_password_change",
}


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


# The walk


def addresses(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, str | None, str]]:
    """Every address of the site: its namespace, its name and its route."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, pattern.namespace or namespace)
        else:
            yield namespace, pattern.name, str(pattern.pattern)


def unlisted(patterns: list[Any]) -> list[tuple[str, str | None, str]]:
    pages = {
        f"{name.replace('.', '_')}_{page}"
        for name in ADMIN
        for page in ("changelist", "add", "history", "delete", "change")
    }
    listed = {
        "campaigns": PUBLIC | BY_LINK | set(ORGANISERS) | set(ORGANISATIONS) | set(ANYWHERE),
        "letters": OF_PROVIDERS,
        "admin": pages | ADMIN_OWN,
        "": DEMONSTRATION_ONLY | OF_THE_SITE | set(ACCOUNTS),
    }
    # The administration's two nameless ones: the old address of a row, and what it answers to nonsense.
    nameless = {("admin", None, "<path:object_id>/"), ("admin", None, "(?P<url>.*)$")}
    return [
        (namespace, name, route)
        for namespace, name, route in addresses(patterns)
        if name not in listed.get(namespace, set()) and (namespace, name, route) not in nameless
    ]


def test_every_address_is_in_one_of_the_tables() -> None:
    assert unlisted(get_resolver().url_patterns) == []


def test_the_walk_sees_an_address_that_nobody_listed() -> None:
    def view(request: Any) -> Any: ...

    assert unlisted([path("new/", view, name="new")]) == [("", "new", "new/")]
    assert unlisted([path("new/", view)]) == [("", None, "new/")]


def test_the_tables_name_nothing_that_is_gone() -> None:
    found = {(namespace, name) for namespace, name, _ in addresses(get_resolver().url_patterns)}
    expected = {("campaigns", name) for name in PUBLIC | BY_LINK | set(ORGANISERS) | set(ORGANISATIONS) | set(ANYWHERE)}
    expected |= {("", name) for name in DEMONSTRATION_ONLY | OF_THE_SITE | set(ACCOUNTS)}
    expected |= {("letters", name) for name in OF_PROVIDERS}
    assert expected <= found


def test_every_table_of_the_administration_is_in_the_table() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(ADMIN)


# The tables


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ORGANISERS)
def test_an_organisers_page_answers_to_whom_it_should(house: House, name: str, role: str) -> None:
    method, allowed = ORGANISERS[name]
    where = where_of_campaign(house, name, role)
    response = getattr(house.client(role), method)(reverse(f"campaigns:{name}", kwargs=where))
    is_answered(response, role, allowed)


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


def is_answered(response: Any, role: str, allowed: set[str]) -> None:
    asked = response.status_code == 302 and response["Location"].startswith("/organise/account/login/?next=/organise/")
    assert asked == (role == "anonymous")
    assert asked or response.status_code in ((200, 302, 409, 422) if role in allowed else (404,))


def page_of(response: Any) -> tuple[int, bytes]:
    """The token of its forms is another one each time."""
    return response.status_code, re.sub(rb'value="\w{64}"', b"", response.content)


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


@pytest.mark.parametrize("language", ["", "ar"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ORGANISATIONS)
def test_a_page_of_an_organisation_answers_to_whom_it_should(house: House, name: str, role: str, language: str) -> None:
    method, allowed = ORGANISATIONS[name]
    where = where_of(house, name, role) | ({"language": language} if language else {})
    response = getattr(house.client(role), method)(reverse(f"campaigns:{name}", kwargs=where))
    is_answered(response, role, allowed)


@pytest.mark.parametrize("language", ["", "ar"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ANYWHERE)
def test_a_page_of_no_one_organisation_answers_to_whom_it_should(
    house: House, name: str, role: str, language: str
) -> None:
    method, allowed = ANYWHERE[name]
    where = {"language": language} if language else {}
    if name.startswith("switches_"):
        where["what"] = "signing"
    response = getattr(house.client(role), method)(reverse(f"campaigns:{name}", kwargs=where))
    is_answered(response, role, allowed)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", DECIDED_ON)
def test_deciding_on_post_wants_an_editor(house: House, name: str, role: str) -> None:
    email = house.rows["letters.outgoingemail"]
    if name == "post_held":
        OutgoingEmail.objects.update(state=State.HELD)
    form = {"email": str(email.uuid), "do": "drop" if name == "post_held" else "cancel"}  # type: ignore[attr-defined]
    response = house.client(role).post(reverse(f"campaigns:{name}", kwargs=where_of(house, name)), form)
    is_answered(response, role, EDITOR)
    email.refresh_from_db()
    assert (email.state == State.CANCELLED) == (role in EDITOR)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ORGANISATIONS)
def test_a_page_of_another_organisation_looks_like_one_that_does_not_exist(house: House, name: str) -> None:
    client, where = house.client("Charlie"), where_of(house, name)
    for method in ("get", "post"):
        theirs = getattr(client, method)(reverse(f"campaigns:{name}", kwargs=where))
        nobodys = getattr(client, method)(reverse(f"campaigns:{name}", kwargs=where | {"slug": "no-such"}))
        assert page_of(theirs) == page_of(nobodys)


def outcomes(house: House, label: str, role: str) -> dict[str, bool]:
    """What a role can do with a table of the administration, tried."""
    app, model = label.split(".")
    client, pk = house.client(role), house.rows[label].pk

    def opens(page: str, method: str = "get", *arguments: Any) -> bool:
        response = getattr(client, method)(reverse(f"admin:{app}_{model}_{page}", args=arguments))
        if role == "anonymous":
            assert response.status_code == 302 and response["Location"].startswith("/admin/login/")
        assert response.status_code in (200, 302, 403)
        return bool(response.status_code == 200)

    return {
        "row": opens("change", "get", pk),
        "history": opens("history", "get", pk),
        "add": opens("add"),
        "change": opens("change", "post", pk),
        "delete": opens("delete", "get", pk),
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("label", ADMIN)
def test_the_administration_opens_to_whom_it_should(house: House, label: str, role: str) -> None:
    seen, added, changed, deleted = ADMIN[label]
    assert outcomes(house, label, role) == {
        "row": role in seen,
        "history": role in seen,
        "add": role in added,
        "change": role in changed,
        "delete": role in deleted,
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("label", ADMIN)
def test_a_list_holds_only_what_a_role_may_see(house: House, label: str, role: str) -> None:
    app, model = label.split(".")
    response = house.client(role).get(reverse(f"admin:{app}_{model}_changelist"))
    row = reverse(f"admin:{app}_{model}_change", args=[house.rows[label].pk])
    assert (response.status_code == 200 and row in response.content.decode()) == (role in ADMIN[label][0])


@pytest.mark.parametrize("role", ROLES)
def test_the_first_page_of_the_administration_names_only_what_opens(house: House, role: str) -> None:
    response = house.client(role).get("/admin/")
    assert response.status_code == (302 if role == "anonymous" else 200)
    for label, (seen, *_) in ADMIN.items():
        shown = f'href="/admin/{label.replace(".", "/")}/"' in response.content.decode()
        assert shown == (role in seen), label


def test_an_account_that_is_not_staff_learns_nothing_of_the_administration(house: House) -> None:
    client = Client()
    client.force_login(house.rows["campaigns.user"])  # type: ignore[arg-type]
    assert client.get("/admin/", follow=True).status_code == 404


def test_the_administration_has_no_way_in_of_its_own(house: House) -> None:
    anonymous = Client().get("/admin/", follow=True)
    assert anonymous.redirect_chain[-1] == ("/organise/account/login/?next=/admin/", 302)
    form = {"username": "operator@example.org", "password": "correct horse battery"}
    assert Client().post("/admin/login/", form)["Location"] == "/organise/account/login/?next=/admin/"
    assert house.client("operator").get("/admin/login/")["Location"] == "/admin/"
    assert house.client("operator").get("/admin/password_change/")["Location"] == reverse("account_change_password")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_page_of_an_account_answers_to_whom_it_should(house: House, name: str, role: str) -> None:
    method, allowed = ACCOUNTS[name]
    where: dict[str, Any] = {"pk": 1} if name == "mfa_remove_webauthn" else {}
    if name == "account_reset_password_from_key":
        where = {"uidb36": "1", "key": "x"}  # says that the link no longer works
    response = getattr(house.client(role), method)(reverse(name, kwargs=where))
    assert (response.status_code == 200) == (role in allowed)
    assert response.status_code in (200, 302, 404)
    assert response.status_code != 200 or "no-store" in response["Cache-Control"]


def test_an_account_that_was_switched_off_sees_nothing(house: House) -> None:
    client = house.client("owner")
    User.objects.update(is_active=False)
    assert client.get("/organise/campaigns/alices-draft/preview/")["Location"].startswith("/organise/account/login/")
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("name", [*ORGANISERS, *ORGANISATIONS])
def test_who_owns_two_organisations_reaches_nothing_of_the_one_through_the_other(house: House, name: str) -> None:
    """A row's own page, under the address of another campaign or organisation that is theirs too."""
    role, other = "owner of both", Campaign.objects.get(slug="charlies")
    of_campaign = name in ORGANISERS
    where = where_of_campaign(house, name, role) if of_campaign else where_of(house, name, role)
    if name == "wording_take_back" or not set(where) - {"slug", "state", "text_language", "kind", "table", "what"}:
        return  # a page of the whole, of which there is one there too
    where["slug"] = other.slug if of_campaign else other.organisation.slug
    method, _allowed = (ORGANISERS if of_campaign else ORGANISATIONS)[name]
    answer = getattr(house.client(role), method)(reverse(f"campaigns:{name}", kwargs=where))
    if name.startswith("signatories_add_"):  # leads back to the list, as of somebody who was removed meanwhile
        assert Signature.objects.get().state == "confirmed"
    else:
        assert answer.status_code == 404


def test_a_campaign_of_another_organisation_looks_like_one_that_does_not_exist(house: House) -> None:
    client = house.client("Charlie")
    theirs, nobodys = (client.get(f"/organise/campaigns/{slug}/preview/") for slug in ("alices-draft", "no-such"))
    assert page_of(theirs) == page_of(nobodys)


@pytest.mark.parametrize(
    "path", ["organisations/no-such/post/", "no-such/preview/", "no/such/address", "", "ar/x/?a=b"]
)
def test_who_is_not_signed_in_is_asked_to_whatever_there_is(house: House, path: str) -> None:
    response = Client().get(f"/organise/{path}")
    assert response.status_code == 302 and "no-store" in response["Cache-Control"]
    assert (
        response["Location"]
        == f"/organise/account/login/?next=/organise/{path.replace('?', '%3F').replace('=', '%3D')}"
    )


def test_signing_in_leads_to_the_page_that_was_asked_for_and_a_button_to_the_page_it_was_on(house: House) -> None:
    room = reverse("campaigns:post_room", args=[house.campaign.organisation.slug])
    client = Client()
    login = client.get(room)["Location"]
    form = {"login": "viewer@example.org", "password": "correct horse battery"}
    assert client.post(login, form)["Location"] == room
    for referer, back in (
        (f"http://testserver{room}", room),
        ("https://elsewhere.example/x", f"{room}pause/"),
        ("", f"{room}pause/"),
    ):
        response = Client().post(f"{room}pause/", headers={"referer": referer})
        assert response["Location"] == f"/organise/account/login/?next={back}"


# Deeds


def test_who_edits_one_organisation_and_reads_another_edits_only_the_one(house: House) -> None:
    bob = make_user("bob@example.org", make_organisation(), "editor")
    bob.memberships.create(organisation=house.campaign.organisation, role="viewer")
    client = Client()
    client.force_login(bob)
    assert client.get(reverse("campaigns:campaign", args=[house.campaign.slug])).status_code == 200
    for name in ("life_publish", "invalidation_do", "moderation", "updates"):
        client.post(reverse(f"campaigns:{name}", args=[house.campaign.slug]), {"reason": "Because."})
    assert Signature.objects.get().state == "confirmed"
    assert Campaign.objects.get(pk=house.campaign.pk).state == "draft"


def test_an_organisation_that_nobody_approved_publishes_nothing(house: House) -> None:
    Organisation.objects.filter(pk=house.campaign.organisation_id).update(approved_at=None)
    house.client("owner").post(reverse("campaigns:life_publish", args=[house.campaign.slug]))
    assert Campaign.objects.get(pk=house.campaign.pk).state == "draft"


# Another test says what a file holds; here it is whose it is and how it comes.
EXPORT = {"what": "signatures", "signatures-format": "csv", "signatures-columns": ["name", "email"]}


def an_export(house: House) -> jobs.Job:
    owner = house.accounts["owner"]
    assert owner is not None
    owner.set_password("correct horse battery")
    owner.save()
    address = reverse("campaigns:exports", args=[house.campaign.slug])
    assert house.client("owner").post(address, EXPORT | {"signatures-password": "correct horse battery"})["Location"]
    return jobs.Job.objects.exclude(pk=house.rows["config.job"].pk).get()


def test_a_list_made_for_one_account_is_nobody_elses(house: House) -> None:
    job = an_export(house)
    address = reverse("campaigns:export", args=["alices-draft", job.uuid])
    statuses = {role: house.client(role).get(address).status_code for role in ROLES}
    assert statuses == {role: {"owner": 200, "anonymous": 302}.get(role, 404) for role in ROLES}


def test_a_list_comes_as_a_file_that_no_browser_opens(house: House) -> None:
    job = an_export(house)
    jobs.drain()
    response = house.client("owner").get(reverse("campaigns:export", args=["alices-draft", job.uuid]) + "?download")
    assert "attachment" in response["Content-Disposition"] and "no-store" in response["Cache-Control"]
    assert b"Alice Ahmed" in b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path",
    ["/organise/campaigns/alices-draft/exports/", "/admin/letters/suppression/add/"]
    + ["/organise/campaigns/alices-draft/packs/new/", "/organise/campaigns/alices-draft/paper/"]
    + [*(f"campaigns:{name}" for name, (method, _) in ORGANISATIONS.items() if method == "post" or name in DECIDED_ON)],
)
def test_an_organisers_form_wants_its_token(house: House, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.accounts["owner"])  # type: ignore[arg-type]
    if path.startswith("campaigns:"):
        path = reverse(path, kwargs=where_of(house, path.removeprefix("campaigns:")))
    assert client.post(path, {}).status_code == 403


@pytest.mark.parametrize("name", sorted(DEMONSTRATION_ONLY))
def test_the_mailbox_is_not_there_outside_a_demonstration(client: Client, name: str) -> None:
    where = {"id": "x", "number": 1}
    arguments = {"mailbox-message": ["id"], "mailbox-html": ["id"], "mailbox-source": ["id"]} | {
        "mailbox-attachment": ["id", "number"]
    }
    path = reverse(name, kwargs={key: where[key] for key in arguments.get(name, [])})
    assert client.get(path).status_code == 404


def test_no_public_page_asks_for_an_account(client: Client) -> None:
    make_campaign(slug="library")
    for name in sorted(
        PUBLIC
        - {"wording", "wording_json", "sheets_pdf"}
        - {
            "letter_pdf",
            "blank_pdf",
            "card",
            "event_ics",
            "accent",
            "organisation",
            "write_signed",
            "picture",
            "report_entry",
        }
    ):
        where = {} if name in ("home", "privacy", "accessibility", "robots") else {"slug": "library"}
        response = client.get(reverse(f"campaigns:{name}", kwargs=where))
        assert response.status_code in (200, 409), name
