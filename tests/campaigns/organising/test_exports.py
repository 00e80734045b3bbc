import csv
import io
import threading
import uuid
from copy import copy
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client

from campaigns import exports, signing
from campaigns.models import Campaign, Signature
from config import jobs
from tests.campaigns.factories import make_campaign, make_organisation, make_signature, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", organisation=make_organisation(slug="friends"))


@pytest.fixture
def alice(campaign: Campaign, client: Client) -> Client:
    client.force_login(make_user("alice@example.org", campaign.organisation, "owner", is_staff=True))
    return client


def rows_of(job: jobs.Job) -> list[dict[str, str]]:
    with job.open_result() as file:
        return list(csv.DictReader(io.StringIO(file.read().decode())))


def made(client: Client) -> tuple[str, Any]:
    """Asks for the list and makes it; its page, and what is downloaded there."""
    page = client.post("/organise/campaigns/library/signatures/")["Location"]
    jobs.drain()
    return page, client.get(page, {"download": ""})


def test_the_list_holds_who_confirmed_and_nobody_else(campaign: Campaign) -> None:
    make_signature(campaign, name="Amina Yusuf", email="amina@example.org", affiliation="Teacher")
    for state in ("pending", "withdrawn", "suspect", "invalid"):
        make_signature(campaign, state=state)
    job = exports.start(campaign, "campaign 1 account 1")
    jobs.drain()
    job.refresh_from_db()
    [row] = rows_of(job)
    assert tuple(row) == exports.COLUMNS
    assert (row["name"], row["email"], row["affiliation"]) == ("Amina Yusuf", "amina@example.org", "Teacher")


@pytest.mark.django_db(transaction=True)
def test_the_list_is_made_while_another_process_writes(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a write inside an open query fails at once when another process has written since it began."""
    monkeypatch.setattr(exports, "CHUNK", 150)
    monkeypatch.setattr(jobs, "RENEW_EVERY", 0)
    signature = make_signature(campaign)
    copies = [copy(signature) for _number in range(400)]
    for number, one in enumerate(copies):
        one.pk, one.uuid, one.email = None, uuid.uuid4(), f"somebody{number}@example.org"
    Signature.objects.bulk_create(copies)
    job = exports.start(campaign, "campaign 1 account 1")
    jobs.Job.objects.update(state=jobs.State.RUNNING)
    lines = 0
    for part in exports._lines(job, campaign):
        lines += part.count(b"\n")
        elsewhere = threading.Thread(target=_somebody_writes)
        elsewhere.start()
        elsewhere.join(30)
    job.refresh_from_db()
    assert (job.done, job.total, lines) == (401, 401, 402)


def _somebody_writes() -> None:
    Campaign.objects.update(signature_goal=models.F("signature_goal") + 1)
    connection.close()


def test_no_cell_is_a_formula(campaign: Campaign) -> None:
    make_signature(campaign, name="=HYPERLINK(1) Amina", affiliation="+44", reason="-1\n@cmd")
    job = exports.start(campaign, "campaign 1 account 1")
    jobs.drain()
    job.refresh_from_db()
    [row] = rows_of(job)
    assert (row["name"], row["affiliation"], row["reason"]) == ("'=HYPERLINK(1) Amina", "'+44", "'-1\n@cmd")


def test_an_owner_asks_for_the_list_and_downloads_it(campaign: Campaign, alice: Client) -> None:
    make_signature(campaign, name="Amina Yusuf")
    _page, download = made(alice)
    assert "attachment" in download["Content-Disposition"]
    assert b"Amina Yusuf" in b"".join(download.streaming_content)


def test_nobody_else_gets_it(campaign: Campaign, alice: Client) -> None:
    page, _download = made(alice)
    for role in ("viewer", "editor", "owner"):
        bob = Client()
        bob.force_login(make_user(f"{role}@example.org", campaign.organisation, role, is_staff=True))
        assert bob.get(page).status_code == 404, role  # not even another owner: each asks for their own
    charlie = Client()
    charlie.force_login(make_user("charlie@example.org", is_staff=True))
    assert charlie.get(page).status_code == 404
    anonymous = Client().get(page)
    asked = f"/organise/account/login/?next={page}"  # as for any address
    assert (anonymous.status_code, anonymous["Location"]) == (302, asked)


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


def test_the_administration_has_a_door_to_it_for_owners(campaign: Campaign, alice: Client) -> None:
    chosen = {"action": "list_signatures", "_selected_action": [campaign.pk]}
    answer = alice.post("/admin/campaigns/campaign/", chosen)
    assert answer["Location"].startswith("/organise/campaigns/library/exports/")
    bob = Client()
    bob.force_login(make_user("bob@example.org", campaign.organisation, "editor", is_staff=True))
    bob.post("/admin/campaigns/campaign/", chosen)
    assert jobs.Job.objects.count() == 1
