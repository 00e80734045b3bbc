"""Who may open what: every address an organiser has, for every role; and a walk that fails on an address nobody listed.

Alice owns the organisation, Bob edits or only looks, Charlie owns another one and is a stranger here.
"""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import get_resolver, path, reverse

from campaigns.models import Campaign, Organisation, Signature, User
from config import jobs
from letters.models import OutgoingEmail
from letters.models.post import State

from .campaigns.factories import (
    make_campaign,
    make_organisation,
    make_user,
)
from .house import House, house, where_of, where_of_campaign
from .permissions import (
    ACCOUNTS,
    ADMIN,
    ANYWHERE,
    BY_LINK,
    DECIDED_ON,
    DEMONSTRATION_ONLY,
    EDITOR,
    OF_PROVIDERS,
    OF_THE_SITE,
    ORGANISATIONS,
    ORGANISERS,
    PUBLIC,
    ROLES,
    addresses,
    unlisted,
)

pytestmark = pytest.mark.django_db
__all__ = ["house"]


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


def is_answered(response: Any, role: str, allowed: set[str]) -> None:
    asked = response.status_code == 302 and response["Location"].startswith("/organise/account/login/?next=/organise/")
    assert asked == (role == "anonymous")
    assert asked or response.status_code in ((200, 302, 409, 422) if role in allowed else (404,))


def page_of(response: Any) -> tuple[int, bytes]:
    """The token of its forms is another one each time."""
    return response.status_code, re.sub(rb'value="\w{64}"', b"", response.content)


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
