import csv
import io
import json
import threading
import time
import uuid
import zipfile
from copy import copy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from lxml import etree

from campaigns import counting, exports, posting, publishing, signing
from campaigns.exports import spreadsheet, tables
from campaigns.models import Campaign, CampaignLetter, LogEntry, Signature, User
from config import jobs
from tests.campaigns.factories import (
    WORDING,
    make_campaign,
    make_campaign_letter,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", organisation=make_organisation(slug="friends"))


PASSWORD = "a long enough password"
PAGE = "/organise/campaigns/library/exports/"
EVERYTHING = tuple(tables.SIGNATURES.columns)


@pytest.fixture
def alice(campaign: Campaign, client: Client) -> Client:
    client.force_login(an_owner(campaign, "alice@example.org"))
    return client


def an_owner(campaign: Campaign, email: str) -> User:
    user = make_user(email, campaign.organisation, "owner")
    user.set_password(PASSWORD)
    user.save()
    return user


def order(what: exports.What = "signatures", **changes: Any) -> exports.Order:
    given: dict[str, Any] = {"format": "csv", "columns": EVERYTHING} | changes
    return exports.Order(what=what, **given)


def exported(campaign: Campaign, wanted: exports.Order) -> bytes:
    job = exports.start(campaign, "campaign 1 account 1", wanted)
    jobs.drain()
    job.refresh_from_db()
    with job.open_result() as file:
        return file.read()


def rows_of(campaign: Campaign, wanted: exports.Order | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(campaign, wanted or order()).decode("utf-8-sig"))))


def form(what: str = "signatures", **changes: Any) -> dict[str, Any]:
    filled = {"format": "csv", "columns": ["name", "email"], "password": PASSWORD} | changes
    return {"what": what} | {f"{what}-{name}": value for name, value in filled.items()}


def made(client: Client) -> tuple[str, Any]:
    """Asks for the list and makes it; its page, and what is downloaded there."""
    page = client.post(PAGE, form())["Location"]
    jobs.drain()
    return page, client.get(page, {"download": ""})


# What is in it


def test_the_list_holds_who_confirmed_and_nobody_else(campaign: Campaign) -> None:
    make_signature(campaign, name="Amina Yusuf", email="amina@example.org", affiliation="Teacher")
    for state in ("pending", "withdrawn", "suspect", "invalid"):
        make_signature(campaign, state=state)
    [row] = rows_of(campaign)
    assert tuple(row) == EVERYTHING
    assert (row["name"], row["email"], row["affiliation"]) == ("Amina Yusuf", "amina@example.org", "Teacher")
    assert row["wording"] == "en 1" and datetime.fromisoformat(row["given_at_utc"])


def test_it_has_the_columns_that_were_asked_for_in_their_order(campaign: Campaign) -> None:
    make_signature(campaign, name="Amina Yusuf")
    [row] = rows_of(campaign, order(columns=("email", "name")))
    assert tuple(row) == ("email", "name")


def test_whom_one_may_write_to_is_who_asked_for_news(campaign: Campaign) -> None:
    make_signature(campaign, name="Amina Yusuf", updates=True)
    make_signature(campaign, name="Nobody to write to")
    assert [row["name"] for row in rows_of(campaign, order(only_updates=True))] == ["Amina Yusuf"]


@pytest.mark.django_db(transaction=True)
def test_the_list_is_made_while_another_process_writes(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a write inside an open query fails at once when another process has written since it began."""
    monkeypatch.setattr(tables, "CHUNK", 150)
    monkeypatch.setattr(jobs, "RENEW_EVERY", 0)
    signature = make_signature(campaign)
    copies = [copy(signature) for _number in range(400)]
    for number, one in enumerate(copies):
        one.pk, one.uuid, one.email = None, uuid.uuid4(), f"somebody{number}@example.org"
    Signature.objects.bulk_create(copies)
    job = exports.start(campaign, "campaign 1 account 1", order())
    jobs.Job.objects.update(state=jobs.State.RUNNING)
    rows = 0
    for _row in tables.cells(job, tables.SIGNATURES.of(campaign, False), [tables.SIGNATURES.columns["email"]]):
        rows += 1
        if rows % 100 == 0:
            elsewhere = threading.Thread(target=_somebody_writes)
            elsewhere.start()
            elsewhere.join(30)
    job.refresh_from_db()
    assert (job.done, job.total, rows) == (401, 401, 401)


def _somebody_writes() -> None:
    Campaign.objects.update(signature_goal=models.F("signature_goal") + 1)
    connection.close()


def test_no_cell_is_a_formula(campaign: Campaign) -> None:
    make_signature(campaign, name="=HYPERLINK(1) Amina", affiliation="+44", reason="-1\n@cmd")
    [row] = rows_of(campaign)
    assert (row["name"], row["affiliation"], row["reason"]) == ("'=HYPERLINK(1) Amina", "'+44", "'-1\n@cmd")
    assert row["shown_as"] == "'=HYPERLINK(1) Amina"


def sheets_of(content: bytes) -> list[list[list[str]]]:
    """The rows of each sheet, all of them text; a formula or a link would be an element of another name."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        found = []
        for name in names:
            sheet = etree.fromstring(book.read(name))
            assert not sheet.findall(".//{*}f") and not sheet.findall(".//{*}hyperlink")
            rows = sheet.findall(".//{*}row")
            found.append([["".join(cell.itertext()) for cell in row.findall("{*}c")] for row in rows])
        return found


def test_a_spreadsheet_holds_text_and_no_formula(campaign: Campaign) -> None:
    make_signature(campaign, name="=HYPERLINK(1) Amina", affiliation="https://example.org")
    content = exported(campaign, order(format="xlsx", columns=("name", "affiliation")))
    assert sheets_of(content) == [[["name", "affiliation"], ["=HYPERLINK(1) Amina", "https://example.org"]]]


def test_a_spreadsheet_of_nobody_opens(campaign: Campaign) -> None:
    assert sheets_of(exported(campaign, order(format="xlsx", columns=("name",)))) == [[["name"]]]


def test_what_one_sheet_does_not_hold_goes_on_on_the_next(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "ROWS_A_SHEET", 3)
    for number in range(5):
        make_signature(campaign, name=f"Amina {number}")
    first, second, third = sheets_of(exported(campaign, order(format="xlsx", columns=("name",))))
    assert [len(sheet) for sheet in (first, second, third)] == [3, 3, 2] and second[0] == ["name"]


def test_nothing_of_a_spreadsheet_stays_beside_its_result(campaign: Campaign, settings: Any) -> None:
    make_signature(campaign)
    exported(campaign, order(format="xlsx", columns=("name",)))
    assert list(Path(settings.VAR_DIR, "working").iterdir()) == []


def test_what_a_killed_worker_left_is_cleared_away(settings: Any) -> None:
    left = Path(settings.VAR_DIR, "working", f"{spreadsheet.PREFIX}killed")
    left.mkdir(parents=True)
    (left / "rows").write_text("Amina")
    assert spreadsheet.clear_left_behind(time.time()) == 0 and left.exists(), "it may still be written to"
    assert spreadsheet.clear_left_behind(time.time() + spreadsheet.LEFT_BEHIND_AFTER + 60) == 1 and not left.exists()


def test_the_list_of_letters_says_to_whom_and_what_became_of_them(campaign: Campaign) -> None:
    _legislature, _constituency, representative = make_seat()
    make_campaign_letter(campaign, representative, state="confirmed")
    make_campaign_letter(campaign, representative, state="pending")
    [row] = rows_of(campaign, order("letters", columns=tuple(tables.LETTERS.columns)))
    assert row["to"] == representative.name and row["way"] == "email" and row["email"]
    assert set(row) == set(tables.LETTERS.columns)


def whole(campaign: Campaign, *columns: str) -> Any:
    return json.loads(exported(campaign, order("whole", format="json", columns=columns)))


def test_the_whole_campaign_has_its_words_its_facts_and_its_numbers(campaign: Campaign) -> None:
    make_signature(campaign, name="Amina Yusuf")
    campaign.sources.create(number=1, title="The council’s minutes", translations={"ar": {"title": "محضر"}})
    publishing.publish_text(campaign, "en", WORDING | {"title": "Keep it open"})
    campaign.updates.create(state="sent", by_email=False).texts.create(language="en", title="News", body="It *is*.")
    counting.fold_all()
    found = whole(campaign)
    assert [(row["state"], row["language"], row["body"]) for row in found["updates"]] == [("sent", "en", "It *is*.")]
    assert [(text["version"], text["wording"]["title"]) for text in found["texts"]] == [
        (1, WORDING["title"]),
        (2, "Keep it open"),
    ]
    assert found["sources"][0]["translations"] == {"ar": {"title": "محضر"}}
    assert found["numbers"]["signatures"] == 1 and found["campaign"]["slug"] == "library"
    assert "signatures" not in found and "Amina" not in json.dumps(found)


def test_with_its_signatures_where_they_were_asked_for(campaign: Campaign) -> None:
    assert whole(campaign, "name")["signatures"] == []
    make_signature(campaign, name="Amina “A.” Yusuf")
    make_signature(campaign, name="=Bob")
    found = whole(campaign, "name", "country")
    assert found["signatures"] == [{"name": "Amina “A.” Yusuf", "country": "GB"}, {"name": "=Bob", "country": "GB"}]


# Who gets it


def test_an_owner_asks_for_the_list_and_downloads_it(campaign: Campaign, alice: Client) -> None:
    make_signature(campaign, name="Amina Yusuf")
    _page, download = made(alice)
    assert "attachment" in download["Content-Disposition"]
    assert b"Amina Yusuf" in b"".join(download.streaming_content)


def test_it_stands_in_the_log_that_it_was_asked_for_and_downloaded(campaign: Campaign, alice: Client) -> None:
    made(alice)
    entries = list(LogEntry.objects.order_by("pk"))
    assert [(one.what, one.user.email) for one in entries if one.user] == [
        ("export.asked", "alice@example.org"),
        ("export.downloaded", "alice@example.org"),
    ]
    assert entries[0].details == {"what": "signatures", "format": "csv", "columns": "name, email"}


@pytest.mark.parametrize("given", ["", "another long password"])
def test_without_the_password_there_is_no_list(campaign: Campaign, alice: Client, given: str) -> None:
    response = alice.post(PAGE, form(password=given))
    assert response.status_code == 422
    assert not jobs.Job.objects.exists() and not LogEntry.objects.exists()


def test_passwords_cannot_be_tried_at_an_open_session(campaign: Campaign, alice: Client) -> None:
    for _number in range(10):
        alice.post(PAGE, form(password="wrong"))
    response = alice.post(PAGE, form())
    assert response.status_code == 422 and "Too many attempts" in response.content.decode()


@pytest.mark.parametrize(
    "change", [{"columns": []}, {"columns": ["password"]}, {"format": "exe"}, {"columns": ["name", "email_key"]}]
)
def test_nothing_but_what_is_offered_is_made(campaign: Campaign, alice: Client, change: dict[str, Any]) -> None:
    assert alice.post(PAGE, form(**change)).status_code == 422
    assert not jobs.Job.objects.exists()


def test_there_is_no_file_of_another_kind(alice: Client) -> None:
    assert alice.post(PAGE, form("everything")).status_code == 404


def test_nobody_else_gets_it(campaign: Campaign, alice: Client) -> None:
    page, _download = made(alice)
    for role in ("viewer", "editor", "owner"):
        bob = Client()
        bob.force_login(make_user(f"{role}@example.org", campaign.organisation, role))
        assert bob.get(page).status_code == 404, role  # not even another owner: each asks for their own
    charlie = Client()
    charlie.force_login(make_user("charlie@example.org"))
    assert charlie.get(page).status_code == 404


def test_erasing_somebody_deletes_the_lists_that_hold_them(
    campaign: Campaign, alice: Client, django_capture_on_commit_callbacks: Any
) -> None:
    signature = make_signature(campaign, name="Amina Yusuf")
    page, _download = made(alice)
    with django_capture_on_commit_callbacks(execute=True):
        signing.erase(signature)
    assert alice.get(page, {"download": ""}).status_code == 200  # the page that says so
    assert "deleted" in alice.get(page).content.decode()
    assert jobs.Job.objects.get().state == jobs.State.EXPIRED


def test_erasing_a_letters_writer_deletes_them_too(
    campaign: Campaign, alice: Client, django_capture_on_commit_callbacks: Any
) -> None:
    _legislature, _constituency, representative = make_seat()
    kept = make_campaign_letter(campaign, representative, state="confirmed")
    made(alice)
    with django_capture_on_commit_callbacks(execute=True):
        posting.erase(CampaignLetter.objects.filter(pk=kept.pk))
    assert jobs.Job.objects.filter(kind=exports.KIND).get().state == jobs.State.EXPIRED
