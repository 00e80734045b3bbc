"""A document as the reader would have read it, put together by hand: what pages do with it must not hang on what the
finders find this week."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.material.draft import SEVERAL, SINGLE
from campaigns.models import Material, Organisation
from tests.campaigns.factories import DOCUMENT, make_material, make_organisation, make_user

PASSAGES = [
    ("heading", "Keep the swimming pool of Easton open"),
    ("paragraph", "The council wants to close it in March."),
    ("paragraph", "By Mara Lindqvist, Easton Herald, 14 October 2026"),
    ("paragraph", "Dear members of the council,"),
    ("paragraph", "1,240 children learned to swim there last year."),
    ("item", "Keep the pool open until a new one stands"),
    ("item", "Publish the engineer's report"),
    ("paragraph", "On 5 December 2096 we meet in front of the town hall."),
    ("paragraph", "Yours faithfully,"),
    ("paragraph", "Tom Okafor, Head of Hill School"),
    ("paragraph", "Ada Nowak"),
]
FOUND: dict[str, Any] = {
    "title": "Keep the swimming pool of Easton open",
    "standfirst": "The council wants to close it in March.",
    "byline": "Mara Lindqvist",
    "publication": "Easton Herald",
    "date": "2026-10-14",
    "salutation": "Dear members of the council,",
    "closing": "Yours faithfully,",
    "language": "en",
    "letter": "1,240 children learned to swim there last year.",
    "is_open_letter": True,
    "addressees": ["members of the council"],
    "asks": ["Keep the pool open until a new one stands", "Publish the engineer's report"],
    "events": [{"date": "2096-12-05", "text": "On 5 December 2096 we meet in front of the town hall."}],
    "figures": [{"value": "1,240", "sentence": "1,240 children learned to swim there last year."}],
    "signatories": [
        {"name": "Tom Okafor", "affiliation": "Head of Hill School"},
        {"name": "Ada Nowak", "affiliation": None},
    ],
}
DROPPED = [{"text": "Share this on every network", "reason": "sharing", "after": 2}]
LETTER = (
    "1,240 children learned to swim there last year.\n\n- Keep the pool open until a new one stands\n"
    "- Publish the engineer's report\n\nOn 5 December 2096 we meet in front of the town hall.\n"
)


def a_draft(passages: list[tuple[str, str]] | None = None, **found: Any) -> dict[str, Any]:
    """What material.pipeline.data_of answers. Each value rests on the first place of the text that says it."""
    passages = PASSAGES if passages is None else passages
    text, placed = "", []
    for kind, words in passages:
        start = len(text) + (2 if text else 0)
        text += ("\n\n" if text else "") + words
        placed.append({"kind": kind, "level": 1, "start": start, "end": start + len(words)})
    said: dict[str, Any] = (
        dict.fromkeys(SINGLE) | {name: [] for name in SEVERAL} | {"is_open_letter": False, "body": ""}
    )
    given = {"dropped": DROPPED, "warnings": [], "inferred": [], "format": "md", "body_markdown": LETTER}
    given |= {"letter_markdown": LETTER}
    said |= FOUND | found
    spans: dict[str, list[list[int]]] = {}
    for name in (*SINGLE, *SEVERAL):
        values = said[name] if isinstance(said[name], list) else [said[name]]
        spans[name] = [place for value in values if (place := _place(text, value))]
    sure = {name: 0.9 for name in (*SINGLE, *SEVERAL) if said[name]}
    whole: list[Any] = [[passage["start"], passage["end"]] for passage in placed[4:8]]
    spans |= {"letter": whole, "date": spans["byline"]}
    known = {"text": text, "passages": placed, "spans": {k: v for k, v in spans.items() if v}, "confidence": sure}
    return given | known | said | found


def _place(text: str, value: Any) -> list[int] | None:
    if isinstance(value, dict):
        value = next(value[key] for key in ("name", "text", "sentence") if key in value)
    start = text.find(value) if isinstance(value, str) and value else -1
    return [start, start + len(value)] if start >= 0 else None


def read(organisation: Organisation, **fields: Any) -> Material:
    return make_material(organisation, **{"draft": a_draft(), **fields})


def address(material: Material, page: str = "check", **where: Any) -> str:
    where |= {"slug": material.organisation.slug, "material": material.uuid}
    return reverse(f"campaigns:material_{page}", kwargs=where)


def _sent(bound: Any) -> dict[str, Any]:
    """What a browser would send of a form as it is shown."""
    return {one.html_name: one.value() for one in bound if one.value() is not None and one.value() is not False}


def as_shown(response: Any) -> dict[str, Any]:
    context = response.context
    several = [context[name]["set"] for name in ("asks", "events", "figures") if name in context]
    several += [context["forms"].rows["targets"]] if "forms" in context else []
    sent = _sent(context["form"]) | ({"seen": context["seen"]} if "seen" in context else {})
    for rows in several:
        sent |= _sent(rows.management_form)
        for row in rows.forms:
            sent |= _sent(row)
    return sent


def check(client: Client, material: Material, do: str = "next", **changes: Any) -> Any:
    sent = as_shown(client.get(address(material))) | {"do": do} | changes
    return client.post(address(material), {name: value for name, value in sent.items() if value is not None})


def make(client: Client, material: Material, **changes: Any) -> Any:
    sent = as_shown(client.get(address(material, "address"))) | changes
    return client.post(address(material, "address"), {name: value for name, value in sent.items() if value is not None})


def publish(client: Client, material: Material, **where: Any) -> Any:
    """As its preview does, when it was opened just now."""
    material.refresh_from_db()
    return client.post(address(material, "publish"), {"seen": material.seen}, **where)


def checked_and_made(client: Client, material: Material, **changes: Any) -> Material:
    for response in (check(client, material, **changes), make(client, material)):
        assert response.status_code == 302, response.context["form"].errors
    material.refresh_from_db()
    return material


# For every test of these pages: an organisation, its editor Bob, a document


@pytest.fixture
def organisation(db: None) -> Organisation:
    return make_organisation(slug="friends")


@pytest.fixture
def bob(organisation: Organisation) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", organisation, "editor"))
    return client


@pytest.fixture
def material(organisation: Organisation) -> Material:
    return read(organisation)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def give(client: Client, content: bytes = DOCUMENT, name: str = "pool.md", **fields: str) -> Any:
    file = {"file": SimpleUploadedFile(name, content)} if name else {}
    return client.post(reverse("campaigns:material", kwargs={"slug": "friends"}), file | fields)
