"""A correction is read before it is published, and by everybody afterwards."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import duplicating, living, wording_drafts
from campaigns.models import Campaign, LogEntry, Organisation, User
from tests.campaigns.factories import (
    WORDING_AR,
    make_campaign,
    make_organisation,
    make_signature,
    make_user,
    text_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


@pytest.fixture
def campaign(organisation: Organisation) -> Campaign:
    return make_campaign(slug="library", organisation=organisation)


@pytest.fixture
def bob(organisation: Organisation) -> User:
    return make_user("bob@example.org", organisation, "editor")


@pytest.fixture
def organiser(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client


def at(name: str, language: str = "en") -> str:
    return reverse(f"campaigns:{name}", kwargs={"slug": "library", "text_language": language})


def write(campaign: Campaign, user: User, language: str = "en", **words: Any) -> str:
    now = wording_drafts.opened(campaign, language)
    return wording_drafts.save(campaign, language, now.wording | words, now.mark, user).mark


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


GOOD = {"change_note": "It is 300 people <b>an hour</b>.", "same_meaning": "on"}


def test_a_correction_is_published_and_everybody_reads_what_it_changed(
    organiser: Client, bob: User, campaign: Campaign, client: Client
) -> None:
    make_signature(campaign)
    assert "Changed on" not in words(client.get("/library/"))
    mark = write(campaign, bob, summary="The council wants to close our only library.")
    page = words(organiser.get(at("wording_publish")))
    assert "<del><span" in page and "how version 2 differs from version 1" in page
    response = organiser.post(at("wording_publish"), GOOD | {"mark": mark})
    assert response["Location"] == at("versions")
    versions = organiser.get(at("versions")).context["versions"]
    assert [(one.text.version, one.signatures) for one in versions] == [(2, 0), (1, 1)]
    page = words(client.get("/library/"))
    assert "Changed on" in page and 'href="/library/changes/"' in page
    changes = client.get("/library/changes/")
    assert "It is 300 people &lt;b&gt;an hour&lt;/b&gt;." in words(changes)
    (change,) = changes.context["versions"][0].changes
    assert [run.text for run in change.runs if run.kind == "ins"] == ["our"]
    assert words(changes).count("<ins>") == 1
    assert LogEntry.objects.get().what == "wording.corrected"


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"change_note": ""}, "change_note"),
        ({"change_note": "x" * 301}, "change_note"),
        ({"same_meaning": ""}, "same_meaning"),
    ],
)
def test_a_correction_says_what_and_that_it_means_the_same(
    organiser: Client, bob: User, campaign: Campaign, sent: dict[str, str], wrong: str
) -> None:
    mark = write(campaign, bob, summary="Another summary.")
    response = organiser.post(at("wording_publish"), GOOD | {"mark": mark} | sent)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {wrong})
    assert "This field is required" not in response.content.decode()
    assert campaign.texts.count() == 1


def test_what_was_saved_since_is_shown_first(organiser: Client, bob: User, campaign: Campaign) -> None:
    mark = write(campaign, bob, summary="Another summary.")
    write(campaign, bob, summary="Yet another summary.")
    response = organiser.post(at("wording_publish"), GOOD | {"mark": mark})
    assert response.status_code == 422
    assert "Yet another" in words(response) and "Somebody has saved this text" in words(response)
    assert campaign.texts.count() == 1


@pytest.mark.parametrize("words_of", [{"body": ""}, {"letter_body": "I am {nmae}."}])
def test_what_is_missing_or_wrong_is_said_before_and_after(
    organiser: Client, bob: User, campaign: Campaign, words_of: dict[str, str]
) -> None:
    mark = write(campaign, bob, **words_of)
    assert "Before it can be published" in words(organiser.get(at("wording_publish")))
    response = organiser.post(at("wording_publish"), GOOD | {"mark": mark})
    assert response.status_code == 422 and response.context["form"].non_field_errors()
    assert campaign.texts.count() == 1


def test_a_draft_that_says_nothing_new_is_no_correction(organiser: Client, campaign: Campaign) -> None:
    page = words(organiser.get(at("wording_publish")))
    assert "there is nothing to publish" in page and "change_note" not in page


def test_a_language_added_to_a_live_campaign_is_public_at_once(
    organiser: Client, bob: User, campaign: Campaign, client: Client
) -> None:
    wording_drafts.add(campaign, "ar", bob)
    mark = write(campaign, bob, "ar", **WORDING_AR)
    assert client.get("/library/ar/").status_code == 404
    response = organiser.post(at("wording_publish", "ar"), {"mark": mark})
    assert response.status_code == 302
    assert WORDING_AR["title"] in words(client.get("/library/ar/"))
    assert 'href="/library/ar/"' in words(client.get("/library/"))
    assert LogEntry.objects.get().what == "wording.language_published"
    assert client.get("/library/ar/changes/").status_code == 200


def test_texts_of_a_draft_are_published_with_it(organiser: Client, campaign: Campaign) -> None:
    Campaign.objects.update(state="draft")
    assert organiser.get(at("wording_publish")).status_code == 302
    assert organiser.post(at("wording_publish"), GOOD).status_code == 302
    assert campaign.texts.count() == 1


def test_a_change_of_meaning_is_a_new_campaign_and_both_say_so(
    organiser: Client, bob: User, campaign: Campaign, client: Client
) -> None:
    mark = write(campaign, bob, title="Build a second library")
    response = organiser.post(at("wording_follow"), {"mark": mark})
    made = Campaign.objects.get(follows=campaign)
    assert response["Location"] == f"/organise/campaigns/{made.slug}/wording/en/"
    assert text_of(campaign).title != "Build a second library"
    assert "gone on" not in words(client.get("/library/"))  # nobody need know of a draft
    living.publish(made, bob)
    assert f'It has gone on as <a href="/{made.slug}/"><bdi>Build a second library' in words(client.get("/library/"))
    assert 'This goes on from <a href="/library/">' in words(client.get(f"/{made.slug}/"))


def test_a_new_campaign_is_made_only_of_what_was_seen(organiser: Client, bob: User, campaign: Campaign) -> None:
    mark = write(campaign, bob, title="Build a second library")
    write(campaign, bob, title="Build a third library")
    organiser.post(at("wording_follow"), {"mark": mark})
    assert Campaign.objects.count() == 1


def test_an_address_taken_at_the_last_moment_is_tried_again(
    organiser: Client, bob: User, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicating, "suggested_slug", lambda campaign: "library")
    mark = write(campaign, bob, title="Build a second library")
    response = organiser.post(at("wording_follow"), {"mark": mark})
    assert response["Location"] == at("wording_publish")
    assert Campaign.objects.count() == 1


def test_what_was_changed_before_it_was_public_is_nobodys_concern(
    organiser: Client, bob: User, organisation: Organisation, client: Client
) -> None:
    made = make_campaign(slug="pool", organisation=organisation, state="draft", published_at=None)
    write(made, bob, summary="Another summary.")
    living.publish(made, bob)
    assert "Changed on" not in words(client.get("/pool/"))
    assert len(client.get("/pool/changes/").context["versions"]) == 1


def test_what_is_not_public_has_no_changes_to_read(client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(state="draft")
    assert client.get("/library/changes/").status_code == 404
    assert client.get("/library/fr/changes/").status_code == 404
