"""A document is kept once, with its original beside it, and goes with its file: nothing is half stored."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from campaigns import living, retention
from campaigns.material import sandbox, storing
from campaigns.models import Campaign, Material, Organisation

from .factories import DOCUMENT, make_campaign, make_facts, make_material, make_organisation, make_user, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


def files() -> list[str]:
    try:
        return sorted(f"{storing.FOLDER}/{name}" for name in storages["private"].listdir(storing.FOLDER)[1])
    except FileNotFoundError:
        return []


@pytest.fixture(autouse=True)
def no_files_of_other_tests() -> None:
    for name in files():
        storages["private"].delete(name)


def test_a_document_is_kept_with_its_original_and_what_was_read(organisation: Organisation) -> None:
    bob = make_user("bob@example.org", organisation, "editor")
    material, new = storing.store(organisation, bob, DOCUMENT, "pool.md")
    material.refresh_from_db()
    assert new and material.added_by == bob
    assert (material.filename, material.format, material.size) == ("pool.md", "md", len(DOCUMENT))
    assert len(material.sha256) == 64
    assert material.draft["title"] == "Keep the swimming pool of Easton open"
    with storing.original(material) as file:
        assert file.read() == DOCUMENT


def test_what_was_read_is_encrypted_in_the_database(organisation: Organisation) -> None:
    material, _new = storing.store(organisation, None, DOCUMENT, "pool.md")
    with connection.cursor() as cursor:
        cursor.execute("SELECT draft FROM campaigns_material WHERE id = %s", [material.pk])
        [kept] = cursor.fetchone()
    assert "Lindqvist" not in kept and "swimming" not in kept


def test_the_same_file_again_leads_to_what_is_there(organisation: Organisation) -> None:
    first, _new = storing.store(organisation, None, DOCUMENT, "pool.md")
    again, new = storing.store(organisation, None, DOCUMENT, "another-name.md")
    assert again == first and not new
    assert len(files()) == 1
    other, new = storing.store(make_organisation(), None, DOCUMENT, "pool.md")
    assert new and other != first, "another organisation's is none of theirs"


def test_two_who_give_the_same_file_at_one_moment_get_one_material(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = storing.read_safely

    def meanwhile(content: bytes, filename: str) -> dict[str, Any]:
        monkeypatch.setattr(storing, "read_safely", read)
        storing.store(organisation, None, content, filename)
        return read(content, filename)

    monkeypatch.setattr(storing, "read_safely", meanwhile)
    found, new = storing.store(organisation, None, DOCUMENT, "pool.md")
    assert not new and Material.objects.get() == found
    assert files() == [found.file]


def test_a_file_that_cannot_be_read_leaves_nothing(organisation: Organisation) -> None:
    with pytest.raises(sandbox.Refused):
        storing.store(organisation, None, b"\x00\x01\x02 no document", "noise.docx")
    assert not Material.objects.exists() and files() == []


def test_a_database_that_refuses_leaves_no_file(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Material, **options: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Material, "save", full)
    with pytest.raises(OSError, match="full"):
        storing.store(organisation, None, DOCUMENT, "pool.md")
    assert files() == []


def test_deleting_takes_the_file_too(organisation: Organisation) -> None:
    material = make_material(organisation)
    storing.delete(material)
    assert not Material.objects.exists() and files() == []


def aged(material: Material, days: float) -> None:
    Material.objects.filter(pk=material.pk).update(changed_at=timezone.now() - timedelta(days=days))


@pytest.mark.parametrize(("days", "stays"), [(29, True), (31, False)])
def test_what_nobody_finishes_goes_after_its_days(organisation: Organisation, days: int, stays: bool) -> None:
    aged(make_material(organisation), days)
    assert retention.anonymise_expired(dry_run=True).materials_deleted == (0 if stays else 1)
    assert retention.anonymise_expired().materials_deleted == (0 if stays else 1)
    assert Material.objects.exists() == stays and bool(files()) == stays


def test_what_was_published_stays(organisation: Organisation) -> None:
    aged(make_material(organisation, campaign=make_campaign(organisation=organisation)), 400)
    retention.anonymise_expired()
    assert Material.objects.exists()


def test_a_draft_waits_as_long_as_its_organisers_do_and_its_material_with_it(organisation: Organisation) -> None:
    campaign = make_campaign(organisation=organisation, state="draft", published_at=None)
    aged(make_material(organisation, campaign=campaign, made_at=timezone.now()), 400)
    assert retention.anonymise_expired().materials_deleted == 0
    assert Material.objects.get().campaign == campaign


def test_a_draft_goes_with_the_document_it_was_made_from(organisation: Organisation) -> None:
    campaign = make_campaign(organisation=organisation, state="draft", published_at=None, arabic=True)
    make_facts(campaign)
    storing.delete(make_material(organisation, campaign=campaign))
    assert not Campaign.objects.exists() and not Material.objects.exists() and files() == []


def test_a_published_campaign_stays_when_its_document_goes(organisation: Organisation) -> None:
    campaign = make_campaign(organisation=organisation)
    storing.delete(make_material(organisation, campaign=campaign))
    assert Campaign.objects.get() == campaign and text_of(campaign)
    assert not Material.objects.exists() and files() == []


def test_a_draft_that_somebody_publishes_at_that_moment_stays(organisation: Organisation) -> None:
    campaign = make_campaign(organisation=organisation, state="draft", published_at=None)
    material = Material.objects.select_related("campaign").get(pk=make_material(organisation, campaign=campaign).pk)
    living.publish(Campaign.objects.get())
    storing.delete(material)
    assert Campaign.objects.get() == campaign and not Material.objects.exists()


def test_with_its_campaign_a_material_goes_at_the_next_hour(organisation: Organisation) -> None:
    campaign = make_campaign(organisation=organisation)
    make_material(organisation, campaign=campaign, made_at=timezone.now())
    campaign.texts.all().delete()
    campaign.delete()
    assert Material.objects.get().campaign is None
    retention.anonymise_expired()
    assert not Material.objects.exists() and files() == []


def test_with_its_organisation_its_files_go(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    make_material(organisation)
    kept = make_material(make_organisation())
    organisation.delete()
    retention.anonymise_expired()
    assert len(files()) == 2, "a file may be a moment older than its row, so it is not taken at once"
    monkeypatch.setattr(storing, "LEFT_BEHIND_AFTER", timedelta(seconds=-5))
    retention.anonymise_expired()
    assert files() == [kept.file]


def test_forgotten_signatories_are_gone_from_the_text_too(organisation: Organisation) -> None:
    material = make_material(organisation)
    text = material.draft["text"]
    start = text.index("Tom Okafor")
    material.draft["signatories"] = [{"name": "Tom Okafor", "affiliation": None}]
    material.draft["spans"]["signatories"] = [[start, start + len("Tom Okafor")]]
    storing.forget_signatories(material)
    storing.touched(material, "draft")
    material.refresh_from_db()
    assert material.draft["signatories"] == [] and "Okafor" not in material.draft["text"]
    assert len(material.draft["text"]) == len(text), "all other spans still hold"
    assert "··· ······" in material.draft["text"]
    storing.forget_signatories(material)
    assert material.draft["signatories_forgotten"], "made a second time, it is still said"


def test_where_nobody_signed_before_nobody_is_forgotten(organisation: Organisation) -> None:
    material = make_material(organisation, content=b"Keep the pool open.")
    storing.forget_signatories(material)
    assert "signatories_forgotten" not in material.draft


def test_a_document_comes_in_by_the_command_line(organisation: Organisation, tmp_path: Path) -> None:
    file = tmp_path / "pool.md"
    file.write_bytes(DOCUMENT)
    said = [StringIO(), StringIO()]
    for output in said:
        call_command("import_material", str(file), "--organisation", "friends", stdout=output)
    material = Material.objects.get()
    address = f"http://testserver/organise/organisations/friends/material/{material.uuid}/"
    assert said[0].getvalue() == f"Check it at {address}\n"
    assert said[1].getvalue() == f"It was here already. Check it at {address}\n"


@pytest.mark.parametrize(
    ("name", "content", "organisation", "said"),
    [
        ("pool.md", DOCUMENT, "nobodys", "There is no organisation 'nobodys'."),
        ("empty.md", b"", "friends", "There is no text in this file."),
        (None, b"", "friends", "No such file or directory"),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, name: str | None, content: bytes, organisation: str, said: str
) -> None:
    make_organisation(slug="friends")
    file = tmp_path / (name or "missing.md")
    if name:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        call_command("import_material", str(file), "--organisation", organisation)
    assert not Material.objects.exists() and files() == []
