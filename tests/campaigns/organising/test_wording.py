"""The page on which a text is written: saving, saving by itself, two who write at once, and what cannot be taken."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns import wording_drafts
from campaigns.models import Campaign, CampaignText, Organisation
from tests.campaigns.factories import WORDING, WORDING_AR, make_campaign, make_facts, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


@pytest.fixture
def campaign(organisation: Organisation) -> Campaign:
    title = "Keep the library open"
    return wording_drafts.begin(
        organisation, None, title=title, kind="petition", language="en", slug="library", goal=100
    )


def signed_in(organisation: Organisation, name: str, role: str = "editor") -> Client:
    client = Client()
    client.force_login(make_user(f"{name.lower()}@example.org", organisation, role, name=name))
    return client


@pytest.fixture
def alice(organisation: Organisation) -> Client:
    return signed_in(organisation, "Alice", "owner")


@pytest.fixture
def bob(organisation: Organisation) -> Client:
    return signed_in(organisation, "Bob")


def at(name: str, language: str = "en", slug: str = "library", **where: Any) -> str:
    return reverse(f"campaigns:{name}", kwargs={"slug": slug, "text_language": language, **where})


def shown(client: Client, language: str = "en") -> dict[str, Any]:
    """What a browser would send of the page as it is opened."""
    context = client.get(at("wording_edit", language)).context
    return {field.html_name: field.value() or "" for field in context["form"]} | {"mark": context["mark"]}


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def save(client: Client, sent: dict[str, Any], **changes: Any) -> Any:
    return client.post(at("wording_edit"), sent | {"do": "save"} | changes)


def autosave(client: Client, sent: dict[str, Any], **changes: Any) -> Any:
    return client.post(at("wording_autosave"), sent | changes)


def said(campaign: Campaign, language: str = "en") -> dict[str, Any]:
    return wording_drafts.opened(campaign, language).wording


def test_a_draft_is_saved_and_nothing_is_public(alice: Client, campaign: Campaign, client: Client) -> None:
    response = save(alice, shown(alice), body="It must stay.", asks="Keep it open.\r\n\r\n  Publish the   figures. ")
    assert response["Location"] == at("wording_edit")
    assert said(campaign)["body"] == "It must stay.\n"
    assert said(campaign)["asks"] == ["Keep it open.", "Publish the figures."]
    assert not CampaignText.objects.exists()
    assert client.get("/library/").status_code == 404


def test_what_is_saved_is_shown_again_as_it_was(alice: Client, campaign: Campaign) -> None:
    for wording in (WORDING, WORDING_AR):
        now = wording_drafts.opened(campaign, "en")
        wording_drafts.save(campaign, "en", now.wording | wording, now.mark, None)
        mark = wording_drafts.opened(campaign, "en").mark
        save(alice, shown(alice))
        assert wording_drafts.opened(campaign, "en").mark == mark


def test_the_page_shows_the_text_as_it_will_be_read(alice: Client, campaign: Campaign) -> None:
    save(alice, shown(alice), body="Some **bold** words.[^1] <script>alert(1)</script>")
    page = words(alice.get(at("wording_edit")))
    assert "<strong>bold</strong> words.<sup>1</sup>" in page
    assert "<script>alert" not in page


def test_the_part_is_made_as_it_is_published(alice: Client, campaign: Campaign) -> None:
    text = "## Why\n\n[a](javascript:alert(1)) [b](https://example.org) <img src=x onerror=y> [^2]"
    response = alice.post(reverse("campaigns:wording_preview_part", kwargs={"slug": "library"}), {"text": text})
    html = response.content.decode()
    assert "<h2>Why</h2>" in html and '<a href="https://example.org"' in html and "<sup>2</sup>" in html
    assert "<img" not in html and 'href="javascript' not in html


def test_saving_leads_on_to_the_preview(alice: Client, campaign: Campaign) -> None:
    response = save(alice, shown(alice), do="next", **{name: WORDING[name] for name in ("summary", "body")})
    page = alice.get(response["Location"])
    assert page.status_code == 200
    assert "The library is used by 300 people a day." in words(page)
    assert "Nobody else sees it yet" in words(page)
    assert page.context["text"].pk is None


def test_it_is_saved_by_itself_and_says_what_is_wrong(alice: Client, campaign: Campaign) -> None:
    sent = shown(alice)
    answer = autosave(alice, sent, letter_subject="A library", letter_body="I am {nmae}, { name }.").json()
    assert list(answer["wrong"]) == ["letter_body"]
    assert "{nmae}, { name }" in answer["wrong"]["letter_body"][0]
    assert said(campaign)["letter_body"] == "I am {nmae}, { name }."
    answer = autosave(alice, sent, mark=answer["mark"], letter_subject="A library", letter_body="I am {name}.").json()
    assert answer["wrong"] == {}


def test_the_later_of_two_is_told_by_whom_and_both_are_shown(alice: Client, bob: Client, campaign: Campaign) -> None:
    of_alice, of_bob = shown(alice), shown(bob)
    save(alice, of_alice, body="The library must stay open.")
    response = save(bob, of_bob, body="The library must stay ours.")
    assert response.status_code == 409
    page = words(response)
    assert "Alice</bdi> has saved this text" in page
    assert "The library must stay ours." in response.context["form"]["body"].value()
    runs = [(run.kind, run.text) for run in response.context["conflict"]["changes"][0].runs]
    assert ("del", "ours") in runs and ("ins", "open") in runs
    assert said(campaign)["body"] == "The library must stay open.\n"


def test_saved_by_itself_it_is_told_too(alice: Client, bob: Client, campaign: Campaign) -> None:
    of_alice, of_bob = shown(alice), shown(bob)
    first = autosave(alice, of_alice, body="Alice’s").json()
    response = autosave(bob, of_bob, body="Bob’s")
    assert response.status_code == 409
    html = response.json()["html"]
    assert "Alice</bdi>" in html and f'name="theirs" value="{first["mark"]}"' in html
    assert autosave(alice, of_alice, mark=first["mark"], body="Alice’s own").status_code == 200


@pytest.mark.parametrize(
    ("choice", "left", "aside"), [("mine", "Bob’s\n", "Alice’s\n"), ("theirs", "Alice’s\n", "Bob’s\n")]
)
def test_whoever_comes_later_chooses_and_nothing_is_lost(
    alice: Client, bob: Client, campaign: Campaign, choice: str, left: str, aside: str
) -> None:
    of_alice, of_bob = shown(alice), shown(bob)
    save(alice, of_alice, body="Alice’s")
    mark = save(bob, of_bob, body="Bob’s").context["conflict"]["mark"]
    response = save(bob, of_bob, body="Bob’s", do=choice, theirs=mark)
    assert response.status_code == 302
    assert said(campaign)["body"] == left
    page = bob.get(at("wording_edit"))
    assert "other person" not in page.content.decode(), "it may have been the same one in another tab"
    assert [one["who"] for one in page.context["aside"]] == ["Alice" if choice == "mine" else "Bob"]
    bob.post(at("wording_take_back", number=0), {"mark": page.context["now"].mark})
    assert said(campaign)["body"] == aside


def test_a_third_one_in_between_is_told_of_again(alice: Client, bob: Client, campaign: Campaign) -> None:
    of_alice, of_bob = shown(alice), shown(bob)
    save(alice, of_alice, body="Alice’s")
    mark = save(bob, of_bob, body="Bob’s").context["conflict"]["mark"]
    save(alice, shown(alice), body="Alice’s second")
    response = save(bob, of_bob, body="Bob’s", do="mine", theirs=mark)
    assert response.status_code == 409
    assert said(campaign)["body"] == "Alice’s second\n"


@pytest.mark.parametrize(
    "sent",
    [
        {"body": "x" * 200_000},
        {"body": "ع" * 100_001},
        {"asks": "x\n" * 60_000},
        {"title": "a\0b"},
        {"letter_points": "x" * 100_001},
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(alice: Client, campaign: Campaign, sent: dict[str, str]) -> None:
    response = save(alice, shown(alice), **sent)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(sent)
    answer = autosave(alice, shown(alice), **sent)
    assert answer.status_code == 422 and answer.json()["said"]
    assert said(campaign)["body"] == ""


HOSTILE = [
    "[" * 50_000,
    "*" * 100_000,
    "> " * 50_000,
    "- " * 50_000,
    "`" * 99_999,
    "![](" * 25_000,
    "[^1]" * 25_000,
    "<" * 100_000,
    "|a" * 24_000 + "\n" + "|-" * 24_000,
    "{" * 100_000,
    "a\n\n" * 33_000,
    "\u202e&#x202e;" * 5_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:6] for text in HOSTILE])
def test_hostile_texts_are_saved_and_shown(alice: Client, campaign: Campaign, text: str) -> None:
    assert autosave(alice, shown(alice), body=text, letter_body=text[:50_000]).status_code == 200
    assert alice.get(at("wording_edit")).status_code == 200
    part = alice.post(reverse("campaigns:wording_preview_part", kwargs={"slug": "library"}), {"text": text})
    assert part.status_code == 200


def test_a_part_that_is_too_long_is_refused_in_a_sentence(alice: Client, campaign: Campaign) -> None:
    url = reverse("campaigns:wording_preview_part", kwargs={"slug": "library"})
    response = alice.post(url, {"text": "x" * 100_001})
    assert (response.status_code, "too long" in response.content.decode()) == (422, True)


def test_a_language_it_is_not_written_in_is_no_page(alice: Client, campaign: Campaign) -> None:
    for name in ("wording_edit", "wording_publish", "translations", "versions"):
        assert alice.get(at(name, "fr")).status_code == 404
    assert alice.get(at("translations", "en")).status_code == 404
    assert alice.get(at("preview", "fr")).status_code == 404


def test_a_viewer_sees_the_texts_and_writes_none(campaign: Campaign, organisation: Organisation) -> None:
    viewer = signed_in(organisation, "Dora", "viewer")
    page = viewer.get(reverse("campaigns:wording", kwargs={"slug": "library"}))
    assert page.status_code == 200
    assert at("wording_edit") not in page.content.decode()
    assert autosave(viewer, {"title": "Mine"}).status_code == 404
    assert said(campaign)["title"] == "Keep the library open"


def test_the_texts_of_a_public_campaign(alice: Client, organisation: Organisation) -> None:
    campaign = make_campaign(slug="library", organisation=organisation, arabic=True)
    make_facts(campaign)
    page = words(alice.get(reverse("campaigns:wording", kwargs={"slug": "library"})))
    assert "Version 1 has been public since" in page
    assert "العربي" in page and "still untranslated" in page
    save(alice, shown(alice), summary="Another summary.")
    page = words(alice.get(reverse("campaigns:wording", kwargs={"slug": "library"})))
    assert "There is a draft of the next one." in page
    assert "Another summary." not in alice.get("/library/").content.decode()
    preview = words(alice.get(at("preview")))
    assert "Another summary." in preview and "This is a draft." in preview


def test_the_pages_ask_as_much_with_one_fact_as_with_twenty(alice: Client, organisation: Organisation) -> None:
    campaign = make_campaign(slug="library", organisation=organisation, arabic=True)
    make_facts(campaign)
    urls = [at("wording_edit"), at("translations", "ar"), at("versions"), at("preview")]
    urls.append(reverse("campaigns:wording", kwargs={"slug": "library"}))

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert alice.get(url).status_code == 200
        return len(asked)

    before = [queries(url) for url in urls]
    for number in range(2, 21):
        campaign.targets.create(number=number, name=f"Councillor {number}")
        campaign.sources.create(number=number, title=f"Report {number}")
    assert [queries(url) for url in urls] == before


def test_more_than_a_form_may_hold_is_refused_and_nothing_is_changed(alice: Client, campaign: Campaign) -> None:
    sent = shown(alice) | {"body": "x" * 600_000}
    assert autosave(alice, sent).status_code == 400
    response = save(alice, sent)
    assert response.status_code == 400 and "<h1>" in response.content.decode()
    assert said(campaign)["body"] == ""


def test_whoever_writes_in_two_tabs_is_told_that_it_was_themselves(alice: Client, campaign: Campaign) -> None:
    first, second = shown(alice), shown(alice)
    save(alice, first, body="Here.")
    page = words(save(alice, second, body="There."))
    assert "You have saved this text since you opened it here" in page and "Take the saved one" in page


def test_a_draft_in_two_languages_is_previewed_in_both(alice: Client, campaign: Campaign) -> None:
    for language, wording in (("en", WORDING), ("ar", WORDING_AR)):
        wording_drafts.add(campaign, language, None)
        now = wording_drafts.opened(campaign, language)
        wording_drafts.save(campaign, language, wording, now.mark, None)
    page = words(alice.get(at("preview")))
    assert f'href="{at("preview", "ar")}"' in page
    assert WORDING_AR["title"] in words(alice.get(at("preview", "ar")))
