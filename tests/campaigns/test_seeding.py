import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from campaigns import publishing, seeding
from campaigns.models import Campaign, CampaignText, Event, Membership, Organisation, Response, Source, Target, User
from letters.models import Constituency, Representative, Sender

from .factories import make_organisation, make_user, text_of

pytestmark = pytest.mark.django_db

SEEDS = Path(settings.BASE_DIR) / "seeds"
EVERYTHING = (
    Campaign,
    CampaignText,
    Organisation,
    Target,
    Source,
    Event,
    Response,
    Sender,
    Representative,
    Constituency,
)

ORGANISATIONS = """
- slug: friends
  name: Friends of the Library
  about: We read.
  controller: Friends of the Library
  contact_email: friends@example.org
  postal_address: [1 High Street, NORTHTOWN]
  accent: "#112233"
  privacy: We keep little.
  lists:
    - {slug: the-board, name: The board, country: GB}
"""

BOARD = """name,role,email
Agnes Abbot,Chair,agnes@example.org
Boris Baker,Treasurer,
"""

CAMPAIGN = """---
slug: library
kind: petition
language: en
title: Keep the library open
summary: The council wants to close it.
addressed_to: Northtown council
goal: 50
also_to: [the-board]
letter:
  subject: The library
  opening: I write about the library.
  points:
    - It is warm.
    - |
      It is free.
  ask: |
    Keep it open.
variants:
  - {person: Agnes Abbot, words: {en: {reason: She agrees., body: "Thank you.\n", points: [], ask: ""}}}
  - {legislature: the-board, deed: else, instead: Agnes Abbot}
targets:
  - {name: The clerk, role: Clerk}
sources:
  - {title: Visitors, author: The council, date: "2026"}
  - {title: Costs, author: The council}
events:
  - {title: Read-in, date: 2026-12-05}
responses:
  - {author: The clerk, text: We have read it., source: 2}
translations:
  ar:
    title: أبقوا المكتبة مفتوحة
    summary: يريد المجلس إغلاقها.
    body: |
      نصّ.
    targets:
      - {name: الأمين}
---
It is used.[^1]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small seeds/ with the directory of the real one."""
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "organisations.yaml").write_text(ORGANISATIONS)
    (tmp_path / "campaigns" / "library.md").write_text(CAMPAIGN)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "the-board.csv").write_text(BOARD)
    (tmp_path / "directory").symlink_to(SEEDS / "directory")
    return tmp_path


@pytest.fixture(autouse=True)
def _small_directory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "folder" in request.fixturenames:  # the directory has tests of its own, and takes its time
        monkeypatch.setattr("campaigns.seeding.demonstration.load", lambda folder: {})


def counts() -> list[int]:
    return [model._default_manager.count() for model in EVERYTHING]


def test_the_five_campaigns_are_live_and_loading_them_twice_changes_nothing(client: Client) -> None:
    out = io.StringIO()
    call_command("load_seeds", stdout=out)
    assert "5 campaigns" in out.getvalue()
    assert Campaign.objects.live().count() == 5
    assert CampaignText.objects.filter(language="ar").exists(), "at least one has an Arabic text"
    before = counts()
    call_command("load_seeds", stdout=io.StringIO())
    assert counts() == before
    assert not CampaignText.objects.filter(version__gt=1).exists()
    assert not any(
        email for email in Representative.objects.values_list("email", flat=True) if "@example.org" not in email
    )
    for campaign in Campaign.objects.all():
        for text in campaign.texts.all():
            page = client.get(campaign.address_in(text.language))
            assert page.status_code == 200
            assert text.notice and text.notice.split()[0] in page.content.decode(), "it says that it is historic"


def test_a_seed_becomes_a_campaign_with_all_its_parts(folder: Path) -> None:
    seeding.load(folder)
    campaign = Campaign.objects.get()
    assert (campaign.slug, campaign.state, campaign.signature_goal) == ("library", "live", 50)
    assert {text.language for text in campaign.texts.all()} == {"en", "ar"}
    assert [source.title for source in campaign.sources.all()] == ["Visitors", "Costs"]
    assert campaign.responses.get().source == campaign.sources.get(number=2)
    assert campaign.targets.get().in_language("name", "ar") == "الأمين"
    assert campaign.organisation.approved_at is not None


def test_a_seed_gives_its_letter_and_says_other_words_to_some(folder: Path) -> None:
    for _twice in range(2):
        seeding.load(folder, update=True)
    campaign = Campaign.objects.get()
    text = text_of(campaign)
    assert (text.version, text.letter_body, text.letter_ask) == (1, "I write about the library.", "Keep it open.")
    assert text.letter_points == ["It is warm.", "It is free."]
    board = campaign.also_to.get()
    assert (board.kind, list(campaign.organisation.lists.all())) == ("list", [board])
    assert board.representatives.count() == 2
    first, second = campaign.letter_variants.all()
    assert first.representative is not None
    assert (first.representative.name, first.deed) == ("Agnes Abbot", "words")
    assert first.words == {"en": {"reason": "She agrees.", "body": "Thank you.", "points": [], "ask": ""}}
    assert (second.legislature, second.deed, second.instead) == (board, "else", first.representative)
    file = folder / "campaigns" / "library.md"
    file.write_text(re.sub(r"  - \{legislature: the-board.*\n", "", file.read_text()))
    seeding.load(folder, update=True)
    assert [variant.number for variant in campaign.letter_variants.all()] == [1]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("lists/the-board.csv", "name,role", "colour,shape"),
        ("campaigns/library.md", "person: Agnes Abbot", "person: Nobody"),
        ("campaigns/library.md", "also_to: [the-board]", "also_to: [the-bored]"),
    ],
)
def test_a_list_or_a_name_that_is_not_there_is_an_error_in_words(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(CommandError, match=path.name):
        call_command("load_seeds", str(folder))
    assert not Campaign.objects.exists()


def test_what_an_organiser_has_changed_stays_as_they_have_it(folder: Path) -> None:
    seeding.load(folder)
    campaign = Campaign.objects.get()
    publishing.publish_text(campaign, "en", {**text_of(campaign).wording(), "title": "Keep both libraries open"})
    Source.objects.filter(number=1).update(title="Visitors in 2026")
    Organisation.objects.update(name="Friends of both Libraries")
    seeding.load(folder)
    assert text_of(campaign).title == "Keep both libraries open"
    assert Source.objects.get(number=1).title == "Visitors in 2026"
    assert Organisation.objects.get().name == "Friends of both Libraries"


def test_other_words_are_the_next_version(folder: Path) -> None:
    seeding.load(folder)
    file = folder / "campaigns" / "library.md"
    file.write_text(file.read_text().replace("It is used.", "It is used daily."))
    seeding.load(folder, update=True)
    assert sorted(Campaign.objects.get().texts.filter(language="en").values_list("version", flat=True)) == [1, 2]
    assert Campaign.objects.get().texts.get(language="ar").version == 1


def test_what_was_taken_out_of_a_file_goes(folder: Path) -> None:
    seeding.load(folder)
    file = folder / "campaigns" / "library.md"
    file.write_text(
        file.read_text().replace("  - {title: Costs, author: The council}\n", "").replace("source: 2", "source: 1")
    )
    seeding.load(folder, update=True)
    assert [source.number for source in Source.objects.all()] == [1]
    assert Response.objects.get().source == Source.objects.get()


def test_an_organisation_that_the_operator_shut_is_not_opened_by_loading_again(folder: Path) -> None:
    seeding.load(folder)
    Organisation.objects.update(approved_at=None)
    seeding.load(folder, update=True)
    assert Organisation.objects.get().approved_at is None


def test_a_campaign_that_was_closed_stays_closed(folder: Path) -> None:
    seeding.load(folder)
    Campaign.objects.update(state="closed")
    seeding.load(folder)
    assert Campaign.objects.get().state == "closed"


@pytest.mark.parametrize(
    ("old", "new"),
    [("slug: library", "slug: admin"), ("title: Keep", "title: [Keep"), ("kind: petition\n", ""), ("---\n", "")],
)
def test_a_file_that_cannot_be_used_is_named_and_nothing_is_half_loaded(folder: Path, old: str, new: str) -> None:
    file = folder / "campaigns" / "library.md"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(CommandError, match="library.md"):
        call_command("load_seeds", str(folder))
    assert not Campaign.objects.exists()


def test_a_folder_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be loaded"):
        call_command("load_seeds", str(tmp_path / "nowhere"))


def test_the_demonstrations_account_has_a_password_made_here_for_its_owner_alone(
    folder: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.DEMONSTRATION, settings.VAR_DIR = True, tmp_path
    call_command("load_seeds", str(folder), stdout=io.StringIO())
    file = tmp_path / "organiser-password"
    assert file.stat().st_mode & 0o777 == 0o600
    alice = User.objects.get(email=seeding.ORGANISER)
    assert alice.check_password(file.read_text().strip())
    assert Membership.objects.get(user=alice).role == "owner"
    before = file.read_text()
    call_command("load_seeds", str(folder), stdout=io.StringIO())
    assert file.read_text() == before and User.objects.count() == 1


def test_the_demonstrations_account_joins_no_organisation_that_others_work_for(
    folder: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.DEMONSTRATION, settings.VAR_DIR = True, tmp_path
    call_command("load_seeds", str(folder), stdout=io.StringIO())
    theirs = make_organisation(slug="bobs")
    bob = make_user("bob@example.org", theirs, "owner")
    call_command("load_seeds", str(folder), stdout=io.StringIO())
    assert [membership.user for membership in Membership.objects.filter(organisation=theirs)] == [bob]
    assert Membership.objects.filter(user__email=seeding.ORGANISER).count() == 1


def test_there_is_no_such_account_outside_a_demonstration(folder: Path) -> None:
    call_command("load_seeds", str(folder), stdout=io.StringIO())
    assert not User.objects.exists()
    with pytest.raises(seeding.BadSeed):
        seeding.demonstration_organiser()
