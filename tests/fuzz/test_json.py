"""What is JSON, and what machines ask, held to docs/openapi.json: whatever is sent, the answer is one it describes."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from campaigns.models import Campaign
from config import links
from config.wsgi import application
from tests.campaigns.factories import make_campaign, make_campaign_letter, make_seat, make_signature, text_of
from tests.permissions import addresses

from .exploring import explore, statuses

pytestmark = pytest.mark.django_db

DESCRIPTION = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8"))
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = sorted(
    (path, method) for path, item in DESCRIPTION["paths"].items() for method in item if method in ("get", "post")
)


@pytest.fixture
def campaign() -> Campaign:
    legislature, _, representative = make_seat()
    campaign = make_campaign(slug="library", legislature=legislature)
    make_campaign_letter(campaign, representative)
    make_signature(campaign)
    return campaign


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """As Django's own test client does: the end of a request must not end the test's transaction."""
    for told in (request_started, request_finished):
        told.disconnect(close_old_connections)
    yield
    for told in (request_started, request_finished):
        told.connect(close_old_connections)


def described(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The site, and its description at an address of its own."""
    if environ["PATH_INFO"] == "/openapi.json":
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(DESCRIPTION).encode()]
    return application(environ, start)


@pytest.mark.parametrize("path, method", OPERATIONS)
def test_an_answer_is_one_that_the_description_has(campaign: Campaign, path: str, method: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", described)
    there = ways_to_what_is_there(campaign)

    def send(given: tuple[Any, dict[str, str] | None]) -> None:
        case, known = given
        if known is not None:
            case.path_parameters = known
        cache.clear()
        with transaction.atomic():
            answer = case.call(headers={"Host": "testserver"})
            transaction.set_rollback(True)
        statuses[answer.status_code] += 1
        # /healthz/ says 503 of a database that it cannot reach, as from the transaction of a test it may not.
        case.validate_response(answer, checks=CHECKS if path == "/healthz/" else [not_a_server_error, *CHECKS])

    parameters = st.one_of(st.none(), st.sampled_from(there[path])) if there.get(path) else st.none()
    explore(f"{method} {path}", st.tuples(schema[path][method].as_strategy(), parameters), send)


def ways_to_what_is_there(campaign: Campaign) -> dict[str, list[dict[str, str]]]:
    """Addresses that chance does not find."""
    return {
        "/{slug}/count.json": [{"slug": campaign.slug}],
        "/{slug}/wording/{digest}/wording.json": [{"slug": campaign.slug, "digest": text_of(campaign).digest}],
        "/signature/{token}/data.json": [{"token": links.token("signature", campaign.signatures.get().uuid)}],
        "/letter/{token}/data.json": [{"token": links.token("letter", campaign.letters.get().uuid)}],
        "/post/events/{sender}/": [{"sender": str(campaign.organisation.sender.uuid)}],
    }


def test_what_is_there_is_described_as_it_is(campaign: Campaign) -> None:
    there = ways_to_what_is_there(campaign)
    for path in DESCRIPTION["paths"]:
        answer = Client().get(path.format(**there.get(path, [{}])[0]))
        assert answer.status_code == 200, path
        content = DESCRIPTION["paths"][path]["get"]["responses"]["200"].get("content", {})
        assert not content or answer["Content-Type"].partition(";")[0] in content


def test_everything_that_is_json_and_for_everybody_is_described() -> None:
    examples = {"slug": "x", "token": "x", "digest": "0" * 64, "sender": "00000000-0000-0000-0000-000000000000"}
    names = set()
    for path in DESCRIPTION["paths"]:
        try:
            names.add(resolve(path.format(**examples)).url_name)
        except Resolver404:
            pytest.fail(f"{path} leads nowhere")
    routes = {route: name for _, name, route in addresses(get_resolver().url_patterns)}
    json_routes = {name for route, name in routes.items() if route.endswith(".json") and "messages" not in route}
    assert json_routes and json_routes <= names
