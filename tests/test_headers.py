"""What every answer carries, whatever it is: each address of the site, in each way it can answer, over HTTPS.

The walk and the tables are those of tests/permissions.py, which tests/test_permissions.py holds to be whole.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django.fixtures import Settings

from campaigns import pictures
from campaigns.models import Campaign, FormerSlug
from config import headers, links, mailbox, ratelimit

from .campaigns.factories import (
    make_campaign,
    make_campaign_letter,
    make_facts,
    make_invitation,
    make_seat,
    make_signature,
    signing_form,
    text_of,
)
from .campaigns.test_pictures import drawn
from .house import House, house, where_of, where_of_campaign  # noqa: F401  (a fixture)
from .permissions import (
    ACCOUNTS,
    ADMIN,
    ADMIN_OWN,
    ANYWHERE,
    BY_LINK,
    DEMONSTRATION_ONLY,
    OF_PROVIDERS,
    OF_THE_SITE,
    ORGANISATIONS,
    ORGANISERS,
    PUBLIC,
    addresses,
)

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[1]
YEAR = 365 * 24 * 3600
WHAT_HTTPS_DECIDES = (
    *("HTTPS", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"),
    *("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME"),
)
FOR_EVERYBODY = PUBLIC - {"sign", "signed", "write", "write_signed", "written"}
# Pictures that another site may show too; everything else is for our own pages.
SHOWN_ELSEWHERE = {"card", "picture"}
METRICS_TOKEN = "of-the-tests-2-abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="session")
def of_production() -> dict[str, Any]:
    """The settings as they are where SITE_URL has https://, read by a process of its own."""
    values = f"[getattr(settings, name) for name in {WHAT_HTTPS_DECIDES}]"
    show = f"import json; from config import settings; print(json.dumps({values}))"
    there = {
        "SITE_URL": "https://testserver",
        "TRUSTED_PROXIES": "1",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }
    said = subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env=os.environ | there, capture_output=True, text=True, check=True
    )
    return dict(zip(WHAT_HTTPS_DECIDES, json.loads(said.stdout), strict=True))


@pytest.fixture(autouse=True)
def over_https(settings: Settings, of_production: dict[str, Any], tmp_path: Path) -> None:
    for name, value in of_production.items():
        setattr(settings, name, value)
    settings.SITE_URL, settings.METRICS_TOKEN = "https://testserver", METRICS_TOKEN
    settings.STATIC_ROOT, settings.MAILBOX_DIR = tmp_path / "static", tmp_path / "mailbox"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "some.css").write_text("p { color: red }")


def problems(response: HttpResponseBase, may_be_kept: bool = False) -> list[str]:
    """What an answer lacks. Only what is for everybody, and went well, may be kept by anybody."""
    has = response.headers
    policy, kept = has.get("Content-Security-Policy", ""), has.get("Cache-Control", "")
    sandboxed = policy.startswith("sandbox")
    expected = {
        "X-Content-Type-Options": ("nosniff",),
        "Referrer-Policy": ("same-origin",),
        "X-Frame-Options": ("DENY", "SAMEORIGIN") if sandboxed else ("DENY",),
        "Cross-Origin-Opener-Policy": ("same-origin",),
        "Permissions-Policy": (headers.permissions(),),
        "Strict-Transport-Security": (f"max-age={YEAR}; includeSubDomains; preload",),
    }
    found = [f"{name}: {has.get(name)}" for name, values in expected.items() if has.get(name) not in values]
    found += [] if policy_is_strict(policy) else [f"policy: {policy}"]
    if not ("no-store" in kept or (may_be_kept and "public" in kept)):
        found.append(f"kept: {kept}")
    return found + [problem for morsel in response.cookies.values() for problem in of_cookie(morsel)]


def policy_is_strict(policy: str) -> bool:
    """An email that is shown may have its own style, in a sandbox without scripts or an origin."""
    directives = {name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))}
    if directives.get("default-src") != "'none'":
        return False
    if "sandbox" in directives:
        return "scripts" not in directives["sandbox"] and "same-origin" not in directives["sandbox"]
    fetched = {"'self'", "'none'", "'self' data:"}
    sources = {name: rest for name, rest in directives.items() if name.endswith("-src")}
    return (
        set(sources.values()) <= fetched
        and {sources[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
        and sources["object-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
        and directives["form-action"] == "'self'"
        and "upgrade-insecure-requests" in directives
    )


def of_cookie(morsel: Any) -> Iterator[str]:
    if morsel["max-age"] == 0:
        return  # taken away
    if not (morsel["secure"] and morsel["httponly"] and morsel["samesite"] in ("Lax", "Strict")):
        yield f"cookie: {morsel.OutputString()}"
    if morsel.key == "__Secure-language" and not morsel["domain"]:
        return
    if not (morsel.key.startswith("__Host-") and morsel["path"] == "/" and not morsel["domain"]):
        yield f"cookie of this host alone: {morsel.OutputString()}"


class Walk:
    """Opens addresses in several ways, and gathers what their answers lack."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.statuses: dict[int, int] = {}

    def look(self, path: str, response: HttpResponseBase, may_be_kept: bool = False, cookies: bool = True) -> None:
        went_well = response.status_code in (200, 301, 304, 308)
        lacks = problems(response, may_be_kept and went_well)
        if not cookies and (response.cookies or "Cookie" in response.headers.get("Vary", "")):
            lacks.append("a cookie, or an answer that depends on one")
        self.statuses[response.status_code] = self.statuses.get(response.status_code, 0) + 1
        self.found += [f"{response.status_code} {path}: {lack}" for lack in lacks]

    def try_all(self, client: Client, path: str, may_be_kept: bool = False, cookies: bool = True, **asked: Any) -> None:
        client.raise_request_exception = False
        for method in ("get", "get", "head", "post", "delete"):  # twice: the second from a cache, where there is one
            response = getattr(client, method)(path, secure=True, **asked)
            self.look(f"{method} {path}", response, may_be_kept and method in ("get", "head"), cookies)


@pytest.fixture
def library(house: House) -> Campaign:  # noqa: F811
    legislature, _, representative = make_seat("NE11AA")
    campaign = make_campaign(
        slug="library", organisation=house.campaign.organisation, legislature=legislature, arabic=True
    )
    make_facts(campaign)
    campaign.picture = pictures.keep(drawn())
    campaign.save()
    FormerSlug.objects.create(slug="bookshop", campaign=campaign)
    make_campaign_letter(campaign, representative)
    make_signature(campaign, email="lib@example.org")
    return campaign


def public_addresses(campaign: Campaign) -> Iterator[tuple[str, str]]:
    text, organisation = text_of(campaign), campaign.organisation
    assert campaign.picture is not None
    signature = campaign.signatures.get()
    special: dict[str, dict[str, Any]] = {
        **{name: {} for name in ("home", "privacy", "accessibility", "robots")},
        "organisation": {"slug": organisation.slug},
        "accent": {"slug": organisation.slug, "colour": "aa3300"},
        "picture": {"digest": campaign.picture.digest},
        "event_ics": {"slug": campaign.slug, "number": campaign.events.first().number},  # type: ignore[union-attr]
        "report_entry": {"slug": campaign.slug, "number": signature.pk},
        "write_signed": {"slug": campaign.slug, "token": links.token("signature", signature.uuid)},
        **{name: {"slug": campaign.slug, "digest": text.digest} for name in ("wording", "wording_json")},
    }
    for name in sorted(PUBLIC):
        yield name, reverse(f"campaigns:{name}", kwargs=special.get(name, {"slug": campaign.slug}))


def acting_addresses(campaign: Campaign) -> Iterator[str]:
    signature, letter = campaign.signatures.get(), campaign.letters.get()
    invited = make_invitation(campaign.organisation)
    named = {
        "confirm": ("confirm", signature.uuid),
        "signature": ("signature", signature.uuid),
        "signature_data": ("signature", signature.uuid),
        "news_stop": ("news", signature.uuid),
        "invitation": ("invitation", invited.uuid),
        "letter_confirm": ("letter-confirm", letter.uuid),
        "letter_answer": ("letter-answer", letter.uuid),
        **dict.fromkeys(("letter_manage", "letter_data", "letter_sheet", "letter_plain"), ("letter", letter.uuid)),
    }
    for name in sorted(BY_LINK):
        yield reverse(f"campaigns:{name}", kwargs={"token": links.token(*named[name])})
        yield reverse(f"campaigns:{name}", kwargs={"token": "cut-on-its-way"})


def nothing_is_drawn() -> Any:
    return patch.multiple(
        "campaigns.documents",
        campaign_letter=lambda _: b"%PDF",
        blank_letter=lambda _: b"%PDF",
        share_card=lambda _: b"",
    )


def test_a_supporters_page_of_every_address_and_in_every_way(library: Campaign) -> None:
    walk, client = Walk(), Client()
    with nothing_is_drawn(), patch("campaigns.sheets.blank_sheet", lambda _: b"%PDF"):
        for name, path in public_addresses(library):
            walk.try_all(client, path, may_be_kept=name in FOR_EVERYBODY, cookies=False)
    for path in acting_addresses(library):
        walk.try_all(client, path, cookies=path.startswith("/organise/"))
    assert walk.found == []
    assert {200, 404, 405, 422} <= set(walk.statuses)


def test_a_picture_may_be_shown_elsewhere_and_nothing_else(library: Campaign) -> None:
    with nothing_is_drawn(), patch("campaigns.sheets.blank_sheet", lambda _: b"%PDF"):
        told = {
            name: Client().get(path, secure=True).headers["Cross-Origin-Resource-Policy"]
            for name, path in public_addresses(library)
        }
    assert {name for name, policy in told.items() if policy == "cross-origin"} == SHOWN_ELSEWHERE
    assert set(told.values()) == {"cross-origin", "same-origin"}


@pytest.mark.parametrize("role", ["owner", "anonymous"])
def test_an_organisers_page_of_every_address_and_in_every_way(house: House, role: str) -> None:  # noqa: F811
    walk, client = Walk(), house.client(role)
    for name in ORGANISERS:
        for rows in (house.campaign.wording_drafts, house.campaign.letter_variants, house.campaign.targets):
            rows.all().delete()  # each address is given rows of its own
        walk.try_all(client, reverse(f"campaigns:{name}", kwargs=where_of_campaign(house, name, role)))
    for name in ORGANISATIONS:
        walk.try_all(client, reverse(f"campaigns:{name}", kwargs=where_of(house, name, role)))
    for name in ANYWHERE:
        where = {"what": "signing"} if name.startswith("switches_") else {}
        walk.try_all(client, reverse(f"campaigns:{name}", kwargs=where))
    assert walk.found == []
    assert (walk.statuses.keys() == {302}) == (role == "anonymous")


@pytest.mark.parametrize("role", ["owner", "anonymous"])
def test_an_accounts_page_of_every_address(house: House, role: str) -> None:  # noqa: F811
    walk, client = Walk(), house.client(role)
    for name in ACCOUNTS:
        where: dict[str, Any] = {"pk": 1} if name == "mfa_remove_webauthn" else {}
        if name == "account_reset_password_from_key":
            where = {"uidb36": "1", "key": "x"}
        walk.try_all(client if name != "account_logout" else house.client(role), reverse(name, kwargs=where))
    walk.look("language", client.get("/organise/account/?language=ar", secure=True))
    assert walk.found == []


def test_the_administration_of_every_address(house: House) -> None:  # noqa: F811
    walk, client = Walk(), house.client("operator")
    for label in ADMIN:
        model, pk = label.replace(".", "_"), house.rows[label].pk
        for page in ("changelist", "add", "history", "delete", "change"):
            where = [pk] if page in ("history", "delete", "change") else []
            response = client.get(reverse(f"admin:{model}_{page}", args=where), secure=True)
            walk.look(page, response)
    for name in ADMIN_OWN - {"view_on_site", "app_list", "auth_user_password_change"}:
        walk.look(name, house.client("operator").get(reverse(f"admin:{name}"), secure=True))
    walk.look("app_list", client.get("/admin/letters/", secure=True))
    walk.look("password", client.get(f"/admin/campaigns/user/{house.rows['campaigns.user'].pk}/password/", secure=True))
    assert walk.found == []


def test_what_machines_ask(house: House) -> None:  # noqa: F811
    walk, client = Walk(), Client()
    walk.try_all(client, reverse("healthz"))
    walk.try_all(client, reverse("metrics"))
    walk.try_all(client, reverse("metrics"), headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    for name in OF_PROVIDERS:
        walk.try_all(client, reverse(f"letters:{name}", args=[house.campaign.organisation.sender.uuid]))
    assert walk.found == []
    assert {"healthz", "metrics"} == OF_THE_SITE and {200, 403, 405} <= set(walk.statuses)


def test_the_mailbox_of_a_demonstration(settings: Settings) -> None:
    settings.DEMONSTRATION = True
    message = EmailMessage()
    message["To"], message["From"] = "alice@example.org", "hello@example.org"
    message.set_content("Hello")
    message.add_alternative("<p>Hello</p>", subtype="html")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="x.pdf")
    mailbox.capture(bytes(message), "1")
    id, walk, client = mailbox.messages()[0].id, Walk(), Client(SERVER_NAME="127.0.0.1")
    for name in DEMONSTRATION_ONLY:
        where = [] if name in ("mailbox", "mailbox-json") else [id, 1] if name == "mailbox-attachment" else [id]
        walk.try_all(client, reverse(name, args=where))
    assert walk.found == [] and set(walk.statuses) == {200, 405}


def test_every_name_of_the_tables_is_walked() -> None:
    """The tables are whole (tests/test_permissions.py); these are the ones that the walks here go through."""
    walked = {*PUBLIC, *BY_LINK, *ORGANISERS, *ORGANISATIONS, *ANYWHERE, *ACCOUNTS, *ADMIN_OWN, *DEMONSTRATION_ONLY}
    walked |= OF_THE_SITE | OF_PROVIDERS
    names = {name for namespace, name, _ in addresses(get_resolver().url_patterns) if namespace != "admin"}
    assert {name for name in names if name is not None} <= walked


# The ways to answer that no address of its own has


def refused_by_a_limit(client: Client) -> HttpResponseBase:
    with patch("config.ratelimit.allow", return_value=ratelimit.Verdict(False, 60)):
        return client.get("/confirm/x/", secure=True)


def without_a_database(client: Client) -> HttpResponseBase:
    with patch("campaigns.views.public.signing.accepting.accept", side_effect=OperationalError):
        return client.post("/library/sign/", signing_form(), secure=True)


def with_a_mistake_of_ours(client: Client) -> HttpResponseBase:
    with patch("campaigns.views.public.signing.accepting.accept", side_effect=RuntimeError):
        return client.post("/library/sign/", signing_form(), secure=True)


ANSWERS: dict[str, tuple[int, Callable[[Client], HttpResponseBase]]] = {
    "an unknown page": (404, lambda client: client.get("/no/such/page/", secure=True)),
    "an unknown page in Arabic": (404, lambda client: client.get("/ar/no/such/page/", secure=True)),
    "another host": (400, lambda client: client.get("/", secure=True, headers={"host": "evil.example.org"})),
    "too large a form": (400, lambda client: client.post("/library/sign/", {"name": "x" * 600_000}, secure=True)),
    "a form from elsewhere": (
        403,
        lambda client: client.post("/library/sign/", secure=True, headers={"sec-fetch-site": "cross-site"}),
    ),
    "a form without its token": (
        403,
        lambda _: Client(enforce_csrf_checks=True).post("/organise/account/login/", secure=True),
    ),
    "another method": (405, lambda client: client.put("/library/", secure=True)),
    "a form with errors": (422, lambda client: client.post("/library/sign/", {}, secure=True)),
    "a form that was taken": (303, lambda client: client.post("/library/sign/", signing_form(), secure=True)),
    "too many": (429, refused_by_a_limit),
    "a mistake of ours": (500, with_a_mistake_of_ours),
    "a database that is away": (503, without_a_database),
    "from HTTP to HTTPS": (301, lambda client: client.get("/library/")),
    "without the last slash": (301, lambda client: client.get("/library/sign", secure=True)),
    "an address it had before": (301, lambda client: client.get("/bookshop/", secure=True)),
    "a form to an address it had before": (308, lambda client: client.post("/bookshop/sign/", secure=True)),
    "to the way in": (302, lambda client: client.get("/organise/", secure=True)),
    "to the way in of the operator": (302, lambda client: client.get("/admin/", secure=True)),
    "a static file": (200, lambda client: client.get("/static/some.css", secure=True)),
    "a static file that is not there": (404, lambda client: client.get("/static/none.css", secure=True)),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_every_way_to_answer(library: Campaign, what: str) -> None:
    status, ask = ANSWERS[what]
    response = ask(Client(raise_request_exception=False))
    assert response.status_code == status
    # HTTP itself is told nothing of HSTS: whoever stands between could take it out (RFC 6797, 7.2).
    lacks = [one for one in problems(response, status in (200, 301, 308)) if status != 301 or "Strict" not in one]
    assert lacks == []


def test_what_is_missing_is_seen() -> None:
    from django.http import HttpResponse

    bare = HttpResponse()
    bare.set_cookie("session", "x")
    assert len(problems(bare)) == 10
    for weak in (
        "default-src 'self'",
        "default-src 'none'; script-src 'self' 'unsafe-inline'",
        "sandbox allow-scripts",
    ):
        assert not policy_is_strict(weak)


def test_signing_in_and_out_sets_cookies_of_this_host_alone(house: House, settings: Settings) -> None:  # noqa: F811
    client = Client()
    client.get("/organise/account/login/?language=ar", secure=True)
    form = {"login": "owner@example.org", "password": "correct horse battery"}
    assert client.post("/organise/account/login/", form, secure=True).status_code == 302
    assert set(client.cookies) == {"__Host-session", "__Host-csrf", "__Secure-language"}
    assert [problem for morsel in client.cookies.values() for problem in of_cookie(morsel)] == []
