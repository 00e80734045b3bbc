"""Signatories whom organisers add: by hand, from a table, on top of the list, and erased again."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import adding, adding_files, consent, counting, exports, retention, signing
from campaigns.accepting import take_up
from campaigns.models import Campaign, ConsentWording, Signature
from config import job_files, jobs, ratelimit
from letters import outbox
from letters.models import OutgoingEmail
from tests.campaigns.factories import (
    emails,
    make_campaign,
    make_campaign_letter,
    make_organisation,
    make_seat,
    make_signature,
    signing_form,
    subjects,
    text_of,
)
from tests.campaigns.organising.signature_rows import bob, campaign, charlie, dora, logged, page

pytestmark = pytest.mark.django_db
__all__ = ["bob", "campaign", "charlie", "dora"]

TABLE = """Name,Affiliation,City,E-mail,Note
Agnes Abbot,"Chair, the Abbey",Northtown,agnes@abbey.example,=1+1
=CMD Baker,+Treasurer,-Easton,,@x
Cora Clark,,,,
"""


@pytest.fixture(autouse=True)
def private(settings: Settings, tmp_path: Path) -> None:
    """A folder of this test alone, to see what is left in it."""
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"private": backend}


def person_form(campaign: Campaign, **fields: str | None) -> dict[str, str]:
    wording = consent.for_entering(campaign, text_of(campaign))
    form = {
        "name": "Agnes Abbot",
        "affiliation": "Chair",
        "place": "Northtown",
        "email": "",
        "text": str(text_of(campaign).pk),
        "on_top": "on",
        "attest": "on",
        "shown": consent.shown(wording),
    }
    return {name: value for name, value in (form | fields).items() if value is not None}


def add(client: Client, campaign: Campaign, **fields: str | None) -> Any:
    return client.post(page("signatories_add"), person_form(campaign, **fields))


def on_top(client: Client) -> list[str]:
    return [row.public_name for row in client.get(page("signatories_add")).context["on_top"]]


def test_somebody_added_counts_is_shown_and_the_words_vouched_for_are_kept(
    campaign: Campaign, bob: Client, client: Client
) -> None:
    assert add(bob, campaign).status_code == 302
    signature = Signature.objects.get()
    assert (signature.state, signature.origin, signature.pinned) == ("confirmed", "imported", 1)
    assert (signature.email, signature.email_key, signature.updates) == ("", "", False)
    assert signature.consent and signature.consent.text == consent.for_entering(campaign, text_of(campaign))
    assert signature.erase_on == retention.kept_until(campaign)
    assert logged(campaign) == [("signatories.added", {"n": 1})]
    counting.fold_all()
    books = counting.reconcile(campaign)
    assert (books.by_origin, books.problems) == ({"imported": 1}, [])
    said = client.get("/library/").content.decode()
    assert "Agnes Abbot" in said and "Chair" in said and "Northtown" in said
    assert emails() == [], "nobody who has not asked for it gets mail"


def test_nobody_is_added_without_the_vouching_or_with_words_that_have_changed(campaign: Campaign, bob: Client) -> None:
    assert add(bob, campaign, attest=None).status_code == 422
    response = add(bob, campaign, shown="of yesterday")
    assert response.status_code == 422 and "Please read them again" in response.content.decode()
    assert not Signature.objects.exists() and not ConsentWording.objects.filter(text__contains="I confirm").exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "123"},
        {"name": "https://example.org"},
        {"name": "x" * 201},
        {"email": "a@b, c@d"},
        {"text": "999999"},
        {"text": "x"},
        {"affiliation": "x" * 201},
        {"name": "Agnes\0Abbot"},
    ],
)
def test_what_cannot_be_kept_is_told(campaign: Campaign, bob: Client, fields: dict[str, str]) -> None:
    assert add(bob, campaign, **fields).status_code == 422
    assert not Signature.objects.exists()


def test_the_text_of_another_campaign_cannot_be_signed(campaign: Campaign, bob: Client) -> None:
    other = text_of(make_campaign(organisation=campaign.organisation))
    assert add(bob, campaign, text=str(other.pk)).status_code == 422


@pytest.mark.parametrize("state", ["closed", "archived"])
def test_a_campaign_that_has_ended_takes_nobody(campaign: Campaign, bob: Client, state: str) -> None:
    Campaign.objects.update(state=state)
    assert add(bob, campaign).status_code == 200
    assert not Signature.objects.exists()


def test_a_campaign_without_a_text_takes_nobody_yet(campaign: Campaign, bob: Client) -> None:
    campaign.texts.update(superseded_at=timezone.now())
    said = bob.get(page("signatories_add")).content.decode()
    assert "Publish the text first" in said


def test_who_signed_online_is_not_added_and_who_was_added_signs_online_once(
    client: Client, campaign: Campaign, bob: Client
) -> None:
    client.post("/library/sign/", signing_form(email="agnes@example.org"))
    response = add(bob, campaign, email="Agnes+x@example.org")
    assert response.status_code == 422 and "signed already" in response.content.decode()
    add(bob, campaign, name="Boris Baker", email="boris@example.org")
    client.post("/library/sign/", signing_form(email="boris@example.org", name="Boris Baker"))
    take_up()
    assert Signature.objects.filter(name_check="passed", origin="imported").get().name == "Boris Baker"
    assert Signature.objects.count() == 2
    assert "already" in subjects()[-1].lower(), "Boris asked by signing, and is told"


def test_the_same_name_and_affiliation_is_added_once(campaign: Campaign, bob: Client) -> None:
    add(bob, campaign)
    assert add(bob, campaign, name="AGNES  abbot", affiliation="chair").status_code == 422
    assert add(bob, campaign, affiliation="Nurse").status_code == 302
    assert Signature.objects.count() == 2


def test_they_stand_on_top_in_their_order_before_all_others(campaign: Campaign, bob: Client, client: Client) -> None:
    for name in ("Agnes", "Boris", "Cora"):
        add(bob, campaign, name=name)
    add(bob, campaign, name="Dan", on_top=None)
    make_signature(campaign, name="Eve")
    numbers = {row.public_name: row.pk for row in Signature.objects.all()}
    bob.post(page("signatories_add_move", number=numbers["Cora"]), {"place": "1"})
    assert on_top(bob) == ["Cora", "Agnes", "Boris"]
    bob.post(page("signatories_add_move", number=numbers["Cora"]), {"place": "300"})
    bob.post(page("signatories_add_move", number=numbers["Agnes"]), {"down": "1"})
    assert on_top(bob) == ["Boris", "Cora"]
    for address in ("/library/", "/library/signatures/"):
        said = client.get(address).content.decode()
        order = sorted(numbers, key=lambda name: said.index(f"<bdi>{name}</bdi>"))
        assert order == ["Boris", "Cora", "Eve", "Dan", "Agnes"], address
    second = client.get("/library/signatures/", {"before": str(numbers["Eve"])}).content.decode()
    assert "Dan" in second and "Boris" not in second, "those on top stand on the first page alone"


@pytest.mark.parametrize("place", ["", "0", "-1", "x", "9" * 30])
def test_a_place_that_is_none_changes_nothing(campaign: Campaign, bob: Client, place: str) -> None:
    for name in ("Agnes", "Boris"):
        add(bob, campaign, name=name)
    last = Signature.objects.latest("pk").pk
    assert bob.post(page("signatories_add_move", number=last), {"place": place}).status_code == 302
    assert on_top(bob) == ["Agnes", "Boris"]


def test_nobody_is_put_on_top_who_is_not_to_be_shown(campaign: Campaign, bob: Client) -> None:
    shy = make_signature(campaign, display="none")
    other = make_signature(make_campaign(organisation=campaign.organisation))
    for row in (shy, other):
        bob.post(page("signatories_add_move", number=row.pk), {"place": "1"})
        row.refresh_from_db()
        assert row.pinned is None


def test_the_top_of_the_list_has_its_end(campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MOST_ON_TOP", 1)
    add(bob, campaign)
    assert add(bob, campaign, name="Boris").status_code == 422
    assert add(bob, campaign, name="Boris", on_top=None).status_code == 302


def test_somebody_added_is_removed_from_list_and_count_and_erased(campaign: Campaign, bob: Client) -> None:
    add(bob, campaign, email="agnes@example.org")
    other = make_signature(campaign)
    counting.fold_all()
    signature = Signature.objects.get(origin="imported")
    bob.post(page("signatories_add_remove", number=other.pk))
    bob.post(page("signatories_add_remove", number=signature.pk))
    signature.refresh_from_db()
    other.refresh_from_db()
    assert all(getattr(signature, field) == "" for field in Signature.PERSONAL) and signature.pinned is None
    assert other.state == "confirmed", "who signed here is not the organisers’ to remove"
    counting.fold_all()
    assert Campaign.objects.get(pk=campaign.pk).signature_count == 1
    assert counting.reconcile(campaign).problems == []


def test_erasing_one_without_an_address_erases_nobody_elses_mail(campaign: Campaign, bob: Client) -> None:
    other = make_campaign()
    Client().post(f"/{other.slug}/sign/", signing_form())
    add(bob, campaign)
    signing.erase(Signature.objects.get(origin="imported"))
    assert emails()[0].to_address == "alice@example.org"


def test_whoever_has_an_account_cannot_fill_the_disk_with_files(campaign: Campaign, bob: Client) -> None:
    """One count for all they give, wherever it is: nobody has approved anything by then."""
    with patch.dict(ratelimit.LIMITS, {"file": ratelimit.Limit(1, 3600, "person", "open", "")}):
        assert bob.post(page("signatories_add_files"), {"file": table(TABLE)}).status_code == 302
        assert bob.post(page("signatories_add_files"), {"file": table(TABLE)}).status_code == 429
        assert bob.post(page("campaign_picture"), {"file": table(TABLE)}).status_code == 429
    assert jobs.Job.objects.count() == 1


def test_adding_and_removing_an_address_stops_nothing_that_its_owner_wants(campaign: Campaign, bob: Client) -> None:
    """Else anybody who has an organisation could keep others from hearing anything, and take back their letters."""
    theirs = make_organisation(name="Charlie’s").sender
    for sender in (theirs, campaign.organisation.sender):
        outbox.queue(sender=sender, message=outbox.letter_message(), to="agnes@example.org", kind=outbox.Kind.NOTICE)
    _legislature, _constituency, representative = make_seat()
    letter = make_campaign_letter(campaign, representative, email="agnes@example.org")
    add(bob, campaign, email="agnes@example.org")
    bob.post(page("signatories_add_remove", number=Signature.objects.get(origin="imported").pk))
    assert set(OutgoingEmail.objects.values_list("state", flat=True)) == {"queued"}
    letter.refresh_from_db()
    assert letter.anonymised_at is None and letter.email == "agnes@example.org"


def test_a_viewer_and_a_stranger_add_and_remove_nobody(
    campaign: Campaign, bob: Client, dora: Client, charlie: Client
) -> None:
    add(bob, campaign)
    number = Signature.objects.get().pk
    for client in (dora, charlie):
        assert add(client, campaign, name="Boris").status_code == 404
        for name in ("signatories_add_move", "signatories_add_remove"):
            assert client.post(page(name, number=number), {"down": "1"}).status_code == 404
        assert client.post(page("signatories_add_files"), {"file": table(TABLE)}).status_code == 404
    assert on_top(bob) == ["Agnes Abbot"] and Signature.objects.count() == 1


def test_the_page_costs_the_same_with_one_and_with_twenty(
    campaign: Campaign, bob: Client, django_assert_num_queries: Any
) -> None:
    make_signature(campaign, origin="imported", pinned=1)
    make_signature(campaign, origin="imported")
    with CaptureQueriesContext(connection) as said:
        bob.get(page("signatories_add"))
    for number in range(19):
        make_signature(campaign, origin="imported", pinned=number + 2)
        make_signature(campaign, origin="imported")
    with django_assert_num_queries(len(said)):
        bob.get(page("signatories_add"))


# From a table


def table(content: str | bytes, name: str = "people.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content, "text/csv")


def give(client: Client, content: str | bytes = TABLE) -> Any:
    return client.post(page("signatories_add_files"), {"file": table(content)})


def confirmed(client: Client, address: str, **changes: str) -> Any:
    """The second step as it was shown, with changes."""
    shown = client.get(address).context["form"]
    sent = {row["field"].html_name: row["field"].initial for row in shown.columns()}
    sent |= {"skip": "0", "text": str(shown["text"].value()), "shown": shown.now_shown, "attest": "on"}
    return client.post(address, {name: value for name, value in (sent | changes).items() if value != "-"})


def read(client: Client, content: str | bytes = TABLE, **changes: str) -> jobs.Job:
    address = give(client, content)["Location"]
    response = confirmed(client, address, **changes)
    assert response.status_code == 302, response.context["form"].errors
    jobs.drain()
    return jobs.Job.objects.get(uuid=address.split("/")[-2])


def people() -> list[tuple[str, str, str, str]]:
    rows = Signature.objects.filter(origin="imported").order_by("pk")
    return [(row.name, row.public_affiliation, row.public_place, row.email) for row in rows]


def files_kept() -> list[str]:
    storage = storages["private"]
    folders = storage.listdir("jobs")[0] if storage.exists("jobs") else []
    return [f"{folder}/{name}" for folder in folders for name in storage.listdir(f"jobs/{folder}")[1]]


def test_a_table_is_looked_at_before_anything_is_stored(campaign: Campaign, bob: Client) -> None:
    address = give(bob)["Location"]
    response = bob.get(address)
    guessed = [(column.name, column.field) for column in response.context["table"].columns]
    assert guessed == [
        ("Name", "name"),
        ("Affiliation", "affiliation"),
        ("City", "place"),
        ("E-mail", "email"),
        ("Note", ""),
    ]
    said = response.content.decode()
    assert "=CMD Baker" in said and "3 lines" in said
    assert not Signature.objects.exists()
    kept = storages["private"].open(f"jobs/{files_kept()[0]}").read()
    assert b"Agnes" not in kept, "at rest it is encrypted"


def test_a_table_is_read_by_a_worker_and_the_file_is_gone(campaign: Campaign, bob: Client, client: Client) -> None:
    job = read(bob, on_top="on")
    assert job.state == jobs.State.DONE
    assert people() == [
        ("Agnes Abbot", "Chair, the Abbey", "Northtown", "agnes@abbey.example"),
        ("=CMD Baker", "+Treasurer", "-Easton", ""),
        ("Cora Clark", "", "", ""),
    ]
    assert on_top(bob) == ["Agnes Abbot", "=CMD Baker", "Cora Clark"]
    assert files_kept() == []
    counting.fold_all()
    assert Campaign.objects.get(pk=campaign.pk).signature_count == 3
    assert counting.reconcile(campaign).problems == []
    assert logged(campaign) == [("signatories.added", {"n": 3})]
    assert emails() == []
    assert "3 people were added" in bob.get(page("signatories_add_file", file=job.uuid)).content.decode()


def test_what_begins_like_a_formula_is_text_and_leaves_as_text(campaign: Campaign, bob: Client) -> None:
    read(bob)
    assert exports.safe_cell(Signature.objects.get(pinned=None, public_name="=CMD Baker").name) == "'=CMD Baker"
    read(bob, "Name\n'=HER Name\n'Twas Brillig\n")
    assert {"=HER Name", "'Twas Brillig"} <= {name for name, *_ in people()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(campaign: Campaign, bob: Client, encoding: str, separator: str) -> None:
    content = f"Name{separator}Ort\r\nZoë Müller{separator}Köln\r\nJosé Peña{separator}A Coruña\r\n".encode(encoding)
    assert read(bob, content).state == jobs.State.DONE
    assert [(name, place) for name, _, place, _ in people()] == [("Zoë Müller", "Köln"), ("José Peña", "A Coruña")]


def test_lines_that_cannot_be_used_are_told_with_their_number_and_why(campaign: Campaign, bob: Client) -> None:
    make_signature(campaign, email="online@example.org")
    job = read(
        bob,
        "Name,Affiliation,Email\n"
        "Agnes,Nurse,agnes@example.org\n"  # 2
        "Boris,Nurse\n"  # 3, ragged
        "Cora,Nurse,c@example.org,and,more\n"  # 4, ragged
        "Dan,Nurse,,\n"  # 5, an empty cell too many
        ",Nurse,\n"  # 6, no name
        "123,,\n"  # 7
        "Eve,,not an address\n"  # 8
        "Fay,,AGNES@example.org\n"  # 9, of line 2
        "agnes,nurse,\n"  # 10, of line 2
        '"Gus\nGold",,\n'  # 11 and 12
        "Hal,,online@example.org\n"  # 13
        "https://spam.example,,\n",  # 14
    )
    assert [name for name, *_ in people()] == ["Agnes", "Dan", "Gus Gold"]
    outcome = job.parameters["outcome"]
    assert (outcome["added"], outcome["rejected"]) == (3, 9)
    assert [line for line, _ in outcome["told"]] == [3, 4, 6, 7, 8, 9, 10, 13, 14]
    assert "line 2" in dict(map(tuple, outcome["told"]))[9]
    address = page("signatories_add_file", file=job.uuid)
    assert "9 lines were not added" in bob.get(address).content.decode()
    content = b"".join(bob.get(address + "?download").streaming_content)  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["line", "why"]
    assert [int(line) for line, _ in rows[1:]] == [3, 4, 6, 7, 8, 9, 10, 13, 14]
    assert b"example.org" not in content.replace(b"name@example.org", b"")


def test_two_lines_of_headings(campaign: Campaign, bob: Client) -> None:
    read(bob, "Our letter of May\nName,Place\nName,Place\nAgnes,Northtown\nName,Place\nBoris,Easton\n")
    assert [name for name, *_ in people()] == ["Agnes", "Boris"]
    read(bob, "Name,Place\n(as printed),(if known)\nCora,Northtown\n", skip="1")
    assert [name for name, *_ in people()] == ["Agnes", "Boris", "Cora"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Name\n",
        b"\n\n\n",
        b'Name,Place\n"Agnes,Northtown\n',
        b"PK\x03\x04 a workbook",
        b"\x1f\x8b\x08 packed",
        b"%PDF-1.7",
        b"Name\n\0\0\0\n",
        b"<html><body>Name</body></html>",
        ("Name," * 70 + "\n" + "x," * 70 + "\n").encode(),
    ],
)
def test_a_file_that_is_no_table_is_told_and_kept_nowhere(campaign: Campaign, bob: Client, content: bytes) -> None:
    response = give(bob, content)
    if response.status_code == 302:  # read as a table of one column, which nobody can mistake for names
        assert b"html" in content
        return
    assert response.status_code == 422 and files_kept() == [] and not jobs.Job.objects.exists()


def test_a_file_that_is_too_large_or_too_long_is_told(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding_files, "MOST_ROWS", 2)
    assert "more than 2 lines" in give(bob).content.decode()
    monkeypatch.setattr(adding_files, "LARGEST_FILE", 10)
    assert give(bob).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"column_0": ""},
        {"column_1": "name"},
        {"column_0": "nonsense"},
        {"attest": "-"},
        {"skip": "-1"},
        {"skip": "x"},
        {"shown": "of yesterday"},
        {"text": "999999"},
    ],
)
def test_a_choice_of_columns_that_makes_no_sense_is_told(
    campaign: Campaign, bob: Client, changes: dict[str, str]
) -> None:
    address = give(bob)["Location"]
    assert confirmed(bob, address, **changes).status_code == 422
    jobs.drain()
    assert not Signature.objects.exists()
    assert confirmed(bob, address).status_code == 302


def test_a_file_is_read_once_whoever_presses_twice(campaign: Campaign, bob: Client) -> None:
    address = give(bob)["Location"]
    form = {"column_0": "name", "skip": "0", "attest": "on", "text": str(text_of(campaign).pk)}
    bob.post(address, form)
    bob.post(address, form)
    jobs.drain()
    assert len(people()) == 3 and jobs.Job.objects.count() == 1


def test_a_file_that_nobody_confirms_is_forgotten(campaign: Campaign, bob: Client) -> None:
    address = give(bob)["Location"]
    jobs.Job.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "not kept any longer" in bob.get(address, follow=True).content.decode()
    jobs.expire(timezone.now())
    assert files_kept() == [] and "no longer kept" in bob.get(address).content.decode()


def test_a_file_is_nobody_elses(campaign: Campaign, bob: Client, dora: Client, charlie: Client) -> None:
    address = give(bob)["Location"]
    for client in (dora, charlie, Client()):
        assert client.get(address).status_code in (302, 404) and client.post(address, {}).status_code in (302, 404)
    make_campaign(slug="other", organisation=campaign.organisation)
    assert bob.get(address.replace("library", "other")).status_code == 404


def test_a_worker_that_was_killed_goes_on_where_it_stopped(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding_files, "BATCH", 2)
    confirmed(bob, give(bob, "Name\n" + "".join(f"Person {'x' * n}\n" for n in range(1, 8)))["Location"])
    steps: list[int] = []

    def progress(self: jobs.Job, done: int, total: int) -> None:
        steps.append(done)
        if len(steps) == 2:
            raise jobs.LeaseLost("killed")

    monkeypatch.setattr(jobs.Job, "progress", progress)
    jobs.drain()
    assert len(people()) == 4
    jobs.Job.objects.update(state=jobs.State.QUEUED, lease_token=None, lease_until=None, not_before=timezone.now())
    jobs.drain()
    job = jobs.Job.objects.get()
    assert len(people()) == 7 and job.parameters["outcome"]["added"] == 7 and job.parameters["outcome"]["rejected"] == 0
    assert logged(campaign) == [("signatories.added", {"n": 7})]
    assert files_kept() == []


def test_a_file_given_again_adds_only_who_is_missing(campaign: Campaign, bob: Client) -> None:
    read(bob)
    job = read(bob, TABLE + "Dan Dorn,,,,\n")
    assert [name for name, *_ in people()] == ["Agnes Abbot", "=CMD Baker", "Cora Clark", "Dan Dorn"]
    assert job.parameters["outcome"]["rejected"] == 3


def test_somebody_who_signs_while_the_file_is_read_counts_once(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = adding_files._TakingIn._store_at_once
    tried: list[int] = []

    def lost_the_race(self: Any, people: Any) -> None:
        tried.append(1)
        if len(tried) == 1:
            make_signature(campaign, email="agnes@abbey.example")
            raise IntegrityError
        store(self, people)

    monkeypatch.setattr(adding_files._TakingIn, "_store_at_once", lost_the_race)
    job = read(bob)
    assert job.state == jobs.State.DONE and job.parameters["outcome"]["added"] == 2
    assert Signature.objects.count() == 3


def test_more_than_fit_on_top_are_refused_before_anything_is_stored(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "MOST_ON_TOP", 2)
    address = give(bob)["Location"]
    assert confirmed(bob, address, on_top="on").status_code == 422
    assert confirmed(bob, address).status_code == 302


def test_the_file_of_a_failed_work_is_gone_too(campaign: Campaign, bob: Client) -> None:
    address = give(bob)["Location"]
    job = jobs.Job.objects.get()
    job_files.delete_parts(job.uuid)
    assert bob.get(address).status_code == 302
    address = give(bob)["Location"]
    confirmed(bob, address)
    job_files.delete_parts(jobs.Job.objects.latest("pk").uuid)
    jobs.drain()
    assert jobs.Job.objects.latest("pk").state == jobs.State.FAILED and not Signature.objects.exists()
    assert "Give it again" in bob.get(address).content.decode()


def test_many_lines_are_read_in_batches_of_few_queries(campaign: Campaign, bob: Client) -> None:
    lines = "".join(f"Person {chr(97 + n % 26)}{'x' * (n // 26)},p{n}@example.org\n" for n in range(1200))
    address = give(bob, "Name,Email\n" + lines)["Location"]
    confirmed(bob, address)
    with CaptureQueriesContext(connection) as said:
        jobs.drain()
    assert len(people()) == 1200 and len(said) < 120
