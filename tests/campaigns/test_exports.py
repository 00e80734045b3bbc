import csv
import io
from typing import Any

import pytest
from django.test import Client

from campaigns import exports, signing
from campaigns.models import Campaign
from config import jobs

from .factories import make_campaign, make_organisation, make_signature, make_user

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
    page = client.post("/organise/library/signatures/")["Location"]
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
    assert Client().get(page).status_code == 404


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
    assert answer["Location"].startswith("/organise/library/exports/")
    bob = Client()
    bob.force_login(make_user("bob@example.org", campaign.organisation, "editor", is_staff=True))
    bob.post("/admin/campaigns/campaign/", chosen)
    assert jobs.Job.objects.count() == 1
