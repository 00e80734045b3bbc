"""Every form that anybody may send, sent in every way: an answer in words, never an error of ours, never a hang."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import strategies as st

from campaigns import accepting, asking
from campaigns.models import Campaign, Signature, SignedAgain, ToBeAsked
from config import links
from letters.models import Representative
from tests.campaigns.factories import (
    make_campaign,
    make_campaign_letter,
    make_facts,
    make_seat,
    make_signature,
    make_user,
    signing_form,
)

from .exploring import explore, statuses
from .inputs import PROBE, bodies, queries, segments

pytestmark = pytest.mark.django_db

RIGHT = {200, 301, 302, 303, 308, 400, 403, 404, 405, 409, 410, 413, 415, 422, 429}


@pytest.fixture
def campaign() -> Campaign:
    legislature, _, representative = make_seat("SW1A1AA")
    campaign = make_campaign(slug="library", legislature=legislature, arabic=True)
    make_facts(campaign)
    make_signature(campaign, name="Waiting", email="waiting@example.org", state=Signature.State.PENDING)
    make_signature(campaign, name="Standing", email="standing@example.org")
    make_campaign_letter(campaign, representative)
    make_user("alice@example.org")
    return campaign


def token(purpose: str, row: Any) -> str:
    return links.token(purpose, row.uuid)


def writing_form() -> dict[str, str]:
    representative = Representative.objects.get()
    return {
        "stage": "send",
        "choose": "1",
        "constituency": str(representative.constituency_id),
        "representative": str(representative.pk),
        "subject": "The library",
        "body": "It must stay.",
        "own_words": "We read there.",
        "name": "Alice Ahmed",
        "address": "1 High Street",
        "postcode": "SW1A 1AA",
        "country": "GB",
        "email": "alice@example.org",
        "consent": "on",
        "copy": "on",
        "layout": "none",
        "large": "on",
        "shown": "",
        "leave_empty": "",
    }


# Each form: where it is sent, and what it expects.
FORMS: dict[str, Callable[[Campaign], tuple[str, dict[str, str]]]] = {
    "sign": lambda campaign: ("/library/sign/", signing_form(postcode="SW1A 1AA", shown="", came_from="")),
    "sign in Arabic": lambda campaign: ("/library/ar/sign/", signing_form(updates="on")),
    "write": lambda campaign: ("/library/write/", writing_form()),
    "write after signing": lambda campaign: (
        f"/library/write/{token('signature', campaign.signatures.get(state='confirmed'))}/",
        writing_form(),
    ),
    "confirm": lambda campaign: (
        f"/confirm/{token('confirm', campaign.signatures.get(state='pending'))}/",
        {"seen": "0" * 64, "resend": "1"},
    ),
    "manage": lambda campaign: (
        f"/signature/{token('signature', campaign.signatures.get(state='confirmed'))}/",
        {"save": "1", "name": "Alice", "affiliation": "", "reason": "", "display": "name", "updates": "on"}
        | {"withdraw": "1", "erase": "1", "really": "on"},
    ),
    "news stop": lambda campaign: (f"/news/stop/{token('news', campaign.signatures.all()[0])}/", {"List": "x"}),
    "confirm a letter": lambda campaign: of_a_letter(campaign, "confirm/", "letter-confirm", {"seen": "1"}),
    "manage a letter": lambda campaign: of_a_letter(
        campaign, "", "letter", {"withdraw": "1", "erase": "1", "really": "on"}
    ),
    "answer": lambda campaign: of_a_letter(campaign, "answer/", "letter-answer", {"answer": "yes", "note": "Thanks"}),
    "login": lambda campaign: (
        "/organise/account/login/",
        {"login": "alice@example.org", "password": "correct horse battery", "remember": "on", "next": "/organise/"},
    ),
    "sign up": lambda campaign: (
        "/organise/account/sign-up/",
        {"name": "Alice", "email": "new@example.org", "password1": "a long enough phrase", "next": "//evil.example"},
    ),
    "forgotten password": lambda campaign: ("/organise/account/password/reset/", {"email": "alice@example.org"}),
    "report": lambda campaign: ("/library/report/", {"wrong": "lie", "words": "It is not so.", "leave_empty": ""}),
    "report of a signature": lambda campaign: (
        f"/library/report/{campaign.signatures.get(state='confirmed').pk}/",
        {"wrong": "insult", "words": "It insults.", "leave_empty": ""},
    ),
}


def of_a_letter(campaign: Campaign, page: str, purpose: str, form: dict[str, str]) -> tuple[str, dict[str, str]]:
    return f"/letter/{page}{token(purpose, campaign.letters.get())}/", form


def act_on_it() -> None:
    """What the sweeper does a moment later, which logs an error instead of raising it."""
    accepting.take_up()
    asking.take_up()
    assert not SignedAgain.objects.exists() and not ToBeAsked.objects.exists(), "it could not be acted on"


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_never_an_error_of_ours(campaign: Campaign, form: str) -> None:
    path, expected = FORMS[form](campaign)

    def send(body: tuple[str, bytes]) -> None:
        content_type, content = body

        def ask(client: Client) -> Any:
            answer = client.generic("POST", path, content, content_type=content_type)
            act_on_it()
            return answer

        look(ask)

    with patch("campaigns.views.public.writing.letter_pdf", lambda *_, **__: b"%PDF"):
        explore(form, bodies(expected), send)


QUERIES: dict[str, tuple[str, dict[str, str]]] = {
    "search": ("/", {"q": "library", "before": "1"}),
    "signatories": ("/library/signatures/", {"name": "Stand", "before": "1"}),
    "postcode": ("/library/write/", {"postcode": "SW1A 1AA", "choose": "1", "constituency": "1"}),
    "page": ("/library/", {"utm_source": "news", "name": "x"}),
    "login page": ("/organise/account/login/", {"next": "/organise/", "language": "ar"}),
}


@pytest.mark.parametrize("page", QUERIES)
def test_a_question_in_an_address_is_never_an_error_of_ours(campaign: Campaign, page: str) -> None:
    path, expected = QUERIES[page]
    explore(f"?{page}", queries(expected), lambda query: look(lambda client: client.get(f"{path}?{query}")))


PATHS = (
    *("/{}/", "/library/{}/", "/{}/sign/", "/library/write/{}/", "/confirm/{}/", "/signature/{}/", "/news/stop/{}/"),
    *("/signature/{}/data.json", "/letter/{}/", "/letter/confirm/{}/", "/letter/answer/{}/", "/letter/{}/letter.pdf"),
    *("/organisations/{}/", "/pictures/{}.webp", "/library/wording/{}/", "/library/events/{}.ics", "/static/{}"),
    *(
        "/organise/{}/",
        "/organise/invitations/{}/",
        "/organise/account/password/reset/{}/",
        "/mailbox/{}/",
        "/admin/{}/",
    ),
    *("/post/events/{}/", "/healthz/{}", "/{}"),
)


def test_an_address_is_never_an_error_of_ours(campaign: Campaign) -> None:
    asked = st.tuples(
        st.sampled_from(PATHS), segments(), st.sampled_from(("GET", "HEAD", "POST", "PUT", "OPTIONS", "X"))
    )
    explore("addresses", asked, lambda asked: look(lambda client: client.generic(asked[2], asked[0].format(asked[1]))))


HEADERS = (
    *("Referer", "Origin", "Sec-Fetch-Site", "Accept-Language", "Accept-Encoding", "Accept", "Cookie", "Host", "Range"),
    *(
        "If-None-Match",
        "If-Modified-Since",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Requested-With",
        "Authorization",
    ),
    *("Content-Length", "Content-Encoding", "User-Agent", "X-CSRFToken"),
)
OF_HEADERS = ("//[x", "http://[", "http://testserver/organise/", 'W/"x"', "bytes=0-1,2-3", "*", "null", "en;q=9")
PAGES = (
    "/",
    "/library/",
    "/library/sign/",
    "/library/count.json",
    "/organise/",
    "/organise/account/login/",
    "/metrics",
)


def test_a_header_is_never_an_error_of_ours(campaign: Campaign) -> None:
    value = st.one_of(st.sampled_from(OF_HEADERS), st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0")))
    given_headers = st.dictionaries(st.sampled_from(HEADERS), value, max_size=4)
    asked = st.tuples(st.sampled_from(("GET", "HEAD", "POST")), st.sampled_from(PAGES), given_headers)

    def send(asked: tuple[str, str, dict[str, str]]) -> None:
        method, path, headers = asked
        look(lambda client: client.generic(method, path, headers=headers))

    explore("headers", asked, send)


def look(ask: Callable[[Client], Any]) -> None:
    """Asks once, takes back what it did, and holds the answer to what every answer is held to."""
    cache.clear()  # the limits are counted in it
    with transaction.atomic():
        answer = ask(Client())
        transaction.set_rollback(True)
    statuses[answer.status_code] += 1
    assert answer.status_code in RIGHT, answer.status_code
    if not answer.streaming:
        assert PROBE.partition("<")[2].encode() not in answer.content or not is_html(answer)


def is_html(answer: Any) -> bool:
    return "html" in answer.headers.get("Content-Type", "")
