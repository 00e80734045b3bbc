"""An organisation's own lists: a table is looked at before it is trusted, read as a whole, and given anew."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import lists
from campaigns.models import Organisation
from config import jobs
from letters.models import Legislature, Representative
from tests.campaigns.factories import make_campaign, make_organisation, make_user
from tests.letters.factories import make_representative

pytestmark = pytest.mark.django_db

TABLE = """Name,Office,Mail address,Street,Note
Agnes Abbot,Chair,agnes@abbey.example,"1 High Street
NORTHTOWN",met in May
Dr Boris Baker,Treasurer,No email found,,
Cora Clark,,cora@abbey.example,,=1+1
"""


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


@pytest.fixture
def bob(organisation: Organisation) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", organisation, "editor"))
    return client


@pytest.fixture
def charlie() -> Client:
    client = Client()
    client.force_login(make_user("charlie@example.org", make_organisation(slug="charlies"), "owner"))
    return client


def page(name: str, **where: Any) -> str:
    return reverse(f"campaigns:{name}", kwargs={"slug": "friends", **where})


def table(text: str | bytes, name: str = "board.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text, "text/csv")


def give(client: Client, text: str | bytes = TABLE, number: int | None = None, **fields: str) -> Any:
    """The first step. The answer leads to the second, or says what is wrong."""
    if number is not None:
        return client.post(page("list", number=number), {"file": table(text)})
    return client.post(page("lists"), {"name": "The board", "country": "gb", "file": table(text), **fields})


def columns(client: Client, address: str, **changes: str) -> dict[str, str]:
    """What the second step would send as it was shown, with changes by heading."""
    form = client.get(address).context["form"]
    shown = {row["field"].html_name: row["field"].initial for row in form.rows()}
    return shown | {
        row["field"].html_name: changes[row["column"].name] for row in form.rows() if row["column"].name in changes
    }


def read(client: Client, text: str | bytes = TABLE, number: int | None = None, **changes: str) -> Legislature:
    address = give(client, text, number)["Location"]
    response = client.post(address, columns(client, address, **changes))
    assert response.status_code == 302, response.context["form"].errors
    return Legislature.objects.get(pk=jobs.Job.objects.get(uuid=address.split("/")[-2]).parameters["list"])


def names(found: Legislature) -> list[str]:
    return sorted(lists.serving(found).values_list("name", flat=True))


def test_the_columns_are_shown_with_what_stands_in_them_before_anything_is_stored(bob: Client) -> None:
    response = give(bob)
    assert response.status_code == 302
    shown = bob.get(response["Location"])
    rows = {row["column"].name: (row["field"].initial, row["column"].examples) for row in shown.context["form"].rows()}
    assert rows["Name"][0] == "name" and "Agnes Abbot" in rows["Name"][1]
    assert rows["Mail address"][0] == "email" and rows["Note"][0] == ""
    assert "agnes@abbey.example" in shown.content.decode()
    assert not Legislature.objects.exists() and not Representative.objects.exists()
    bob.get(response["Location"])
    assert not Legislature.objects.exists(), "looking twice stores nothing either"


def test_a_confirmed_file_becomes_a_list_of_the_organisation(bob: Client, organisation: Organisation) -> None:
    found = read(bob)
    assert (found.name, found.kind, found.country) == ("The board", "list", "GB")
    assert list(organisation.lists.all()) == [found]
    people = {one.name: one for one in found.representatives.all()}
    assert set(people) == {"Agnes Abbot", "Boris Baker", "Cora Clark"} or set(people) == {
        "Agnes Abbot",
        "Dr Boris Baker",
        "Cora Clark",
    }
    agnes = people["Agnes Abbot"]
    assert (agnes.role, agnes.email) == ("Chair", "agnes@abbey.example")
    assert agnes.address.splitlines() == ["1 High Street", "NORTHTOWN"]
    seen = bob.get(page("list", number=found.pk)).content.decode()
    assert "3 people are on this list" in seen and "By post only" in seen
    assert "The board" in bob.get(page("lists")).content.decode()


def test_what_was_guessed_wrong_can_be_changed(bob: Client) -> None:
    found = read(bob, "Name,Party,Mail\nAgnes Abbot,Chair,agnes@abbey.example\n", Party="role", Mail="")
    agnes = found.representatives.get()
    assert (agnes.role, agnes.party, agnes.email) == ("Chair", "", "")


def test_the_file_is_kept_encrypted_and_only_until_it_was_read(bob: Client) -> None:
    address = give(bob)["Location"]
    job = jobs.Job.objects.get()
    assert job.expires_at is not None and job.expires_at <= timezone.now() + timedelta(hours=1)
    with_content = str(dict(job.parameters))
    bob.post(address, columns(bob, address))
    job.refresh_from_db()
    assert "content" in with_content and "content" not in job.parameters
    again = bob.post(address, {"column_0": "name"})
    assert again.status_code == 200 and Legislature.objects.count() == 1, "pressing twice reads it once"
    jobs.expire(timezone.now() + timedelta(hours=2))
    job.refresh_from_db()
    assert job.parameters == {}


def test_a_file_that_was_never_confirmed_is_forgotten(bob: Client) -> None:
    address = give(bob)["Location"]
    asked = columns(bob, address)
    jobs.Job.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for response in (bob.get(address), bob.post(address, asked)):
        assert response.status_code == 302 and response["Location"] == page("lists")
    assert not Legislature.objects.exists()
    jobs.expire(timezone.now())
    assert jobs.Job.objects.get().parameters == {}
    assert bob.get(address).status_code == 302


def test_no_worker_takes_the_kept_file_for_work(bob: Client) -> None:
    give(bob)
    assert not jobs.Job.objects.due(timezone.now() + timedelta(days=1)).exists()


def test_a_newer_file_ends_those_who_are_missing(bob: Client) -> None:
    found = read(bob)
    newer = "Name,Office,Mail address\nAgnes Abbot,President,agnes@abbey.example\nDora Dean,Member,dora@abbey.example\n"
    response = bob.get(give(bob, newer, found.pk)["Location"])
    assert "will no longer be on the list" in response.content.decode()
    assert read(bob, newer, found.pk) == found
    assert names(found) == ["Agnes Abbot", "Dora Dean"]
    assert found.representatives.get(name="Cora Clark").valid_to == timezone.localdate()
    assert Legislature.objects.count() == 1


def test_lines_that_cannot_be_used_are_listed_with_their_number(bob: Client) -> None:
    text = "Name,Mail address\nAgnes Abbot,agnes@abbey.example\n,nobody@abbey.example\nCora Clark,c@abbey.example,x,y\n"
    address = give(bob, text)["Location"]
    response = bob.post(address, columns(bob, address), follow=True)
    said = response.content.decode()
    assert "Line 3" in said and "Line 4" in said and "2 lines could not be used" in said
    assert names(Legislature.objects.get()) == ["Agnes Abbot"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"PK\x03\x04 a workbook", "Save the table as CSV"),
        (b"%PDF-1.7", "Save the table as CSV"),
        (b"\x1f\x8b\x08", "Save the table as CSV"),
        (b"Name\n" + b"x" * 2_000_000, "larger than 2 MB"),
        (b"", "empty"),
        (b"Name\n\0\0\0", "not a text"),
        ("\ufeffName\nZ\u00fcrich".encode("utf-16")[:-1], "not a text"),
        (b'Name,Mail\n"Agnes', "quotation mark"),
        (",".join(f"c{number}" for number in range(200)).encode() + b"\n", "columns"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_reason(bob: Client, content: bytes, error: str) -> None:
    response = give(bob, content)
    assert response.status_code == 422 and error in response.content.decode()
    assert not jobs.Job.objects.exists() and not Legislature.objects.exists()


def test_a_file_without_names_or_with_too_many_people_leaves_nothing_behind(
    bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = give(bob)["Location"]
    response = bob.post(address, columns(bob, address, Name=""))
    assert response.status_code == 422 and "no column holds the name" in response.content.decode()
    monkeypatch.setattr(lists, "MOST_PEOPLE", 2)
    response = bob.post(address, columns(bob, address))
    assert response.status_code == 422 and "more than 2 people" in response.content.decode()
    assert not Legislature.objects.exists() and not Representative.objects.exists()
    assert bob.get(address).status_code == 200, "the file is still there, to be mapped otherwise"


def test_a_column_cannot_be_taken_for_what_is_not_offered(bob: Client) -> None:
    address = give(bob)["Location"]
    response = bob.post(address, columns(bob, address, Note="valid_to"))
    assert response.status_code == 422 and not Legislature.objects.exists()


@pytest.mark.parametrize("country", ["G", "GBR", "1a", "ЯЯ"])
def test_a_country_is_two_letters(bob: Client, country: str) -> None:
    assert give(bob, country=country).status_code == 422


def test_an_exported_list_runs_in_no_spreadsheet_and_can_be_given_again(bob: Client) -> None:
    found = read(bob)
    Representative.objects.filter(name="Cora Clark").update(party="=HYPERLINK(1)", role="+1")
    response = bob.get(page("list_export", number=found.pk))
    assert response["Content-Disposition"] == 'attachment; filename="the-board.csv"'
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 3 and not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    before = names(found)
    assert read(bob, content, found.pk) == found and names(found) == before
    assert found.representatives.count() == 3, "the same people, not new ones"


def test_a_list_is_renamed(bob: Client) -> None:
    found = read(bob)
    assert bob.post(page("list_rename", number=found.pk), {"name": " The \n council "}).status_code == 302
    found.refresh_from_db()
    assert found.name == "The council"
    assert bob.post(page("list_rename", number=found.pk), {"name": " "}).status_code == 422


def test_a_list_that_a_campaign_writes_to_is_not_deleted(bob: Client, organisation: Organisation) -> None:
    found = read(bob)
    campaign = make_campaign(slug="keep-it-open", organisation=organisation)
    somebody = found.representatives.first()
    for uses in (
        lambda: campaign.also_to.add(found),
        lambda: type(campaign).objects.filter(pk=campaign.pk).update(legislature=found),
        lambda: campaign.letter_variants.create(number=1, party="x", instead=somebody),
        lambda: campaign.letter_variants.create(number=2, representative=somebody),
        lambda: campaign.hand_ins.create(representative=somebody),
    ):
        uses()
        response = bob.post(page("list_delete", number=found.pk), follow=True)
        assert "keep-it-open" in response.content.decode() and Legislature.objects.filter(pk=found.pk).exists()
        campaign.also_to.clear()
        type(campaign).objects.update(legislature=None)
        campaign.letter_variants.all().delete()
        campaign.hand_ins.all().delete()
    assert bob.post(page("list_delete", number=found.pk)).status_code == 302
    assert not Legislature.objects.exists() and not Representative.objects.exists()


def test_a_list_that_two_organisations_hold_stays_with_the_other(
    bob: Client, charlie: Client, organisation: Organisation
) -> None:
    found = read(bob)
    charlies = Organisation.objects.get(slug="charlies")
    charlies.lists.add(found)
    make_campaign(organisation=charlies).also_to.add(found)
    assert "charlies" not in bob.get(page("list", number=found.pk)).content.decode()
    assert bob.post(page("list_delete", number=found.pk)).status_code == 302
    assert not organisation.lists.exists() and list(charlies.lists.all()) == [found]


def test_nothing_of_a_list_is_open_to_a_stranger(bob: Client, charlie: Client) -> None:
    address = give(bob)["Location"]
    found = read(bob)
    mine = {"slug": "charlies"}
    for client_page in ("list", "list_export"):
        assert charlie.get(page(client_page, number=found.pk)).status_code == 404
        assert charlie.get(page(client_page, number=found.pk, **mine)).status_code == 404
    for client_page in ("list_rename", "list_delete"):
        assert charlie.post(page(client_page, number=found.pk, **mine), {"name": "Mine"}).status_code == 404
    kept = address.split("/")[-2]
    assert charlie.get(address).status_code == 404
    assert charlie.get(page("list_file", file=kept, **mine)).status_code == 404
    assert Legislature.objects.get().name == "The board"


def test_a_parliament_is_no_list_even_where_the_operator_made_it_one(bob: Client, organisation: Organisation) -> None:
    parliament = make_representative().legislature
    organisation.lists.add(parliament)
    for name in ("list", "list_export"):
        assert bob.get(page(name, number=parliament.pk)).status_code == 404
    assert bob.post(page("list_delete", number=parliament.pk)).status_code == 404


def test_in_a_demonstration_no_address_of_a_list_is_shown(bob: Client, settings: Settings) -> None:
    found = read(bob)
    settings.DEMONSTRATION = True
    response = bob.get(page("list_export", number=found.pk))
    exported = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    shown = bob.get(page("list", number=found.pk)).content.decode()
    guessed = bob.get(give(bob)["Location"]).content.decode()
    for said in (exported, shown, guessed):
        assert "abbey.example" not in said and "@example.org" in said
