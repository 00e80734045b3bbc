"""Drafts of a wording: two who write at once, what is published of them, and what becomes of the rest."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from campaigns import drafting, duplicating, living, publishing, slugs, wording_drafts, wording_limits
from campaigns.models import Campaign, CampaignText, FormerSlug, LogEntry, Material, Organisation, User
from campaigns.wording_drafts import EMPTY, SavedSince

from .factories import (
    WORDING,
    WORDING_AR,
    make_campaign,
    make_facts,
    make_organisation,
    make_signature,
    make_user,
    text_of,
)
from .organising.read_material import checked_and_made, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation()


@pytest.fixture
def alice(organisation: Organisation) -> User:
    return make_user("alice@example.org", organisation, "owner")


@pytest.fixture
def bob(organisation: Organisation) -> User:
    return make_user("bob@example.org", organisation, "editor")


def begun(organisation: Organisation, user: User | None = None, slug: str = "library") -> Campaign:
    title = "Keep the library open"
    return wording_drafts.begin(organisation, user, title=title, kind="petition", language="en", slug=slug, goal=100)


def write(campaign: Campaign, user: User | None, language: str = "en", **words: Any) -> wording_drafts.Opened:
    now = wording_drafts.opened(campaign, language)
    return wording_drafts.save(campaign, language, now.wording | words, now.mark, user)


def test_a_new_campaign_is_a_draft_of_its_title(organisation: Organisation, alice: User) -> None:
    campaign = begun(organisation, alice)
    assert (campaign.state, campaign.title, campaign.texts.count()) == ("draft", "Keep the library open", 0)
    assert wording_drafts.opened(campaign, "en").wording == EMPTY | {"title": "Keep the library open"}
    assert not wording_drafts.has_text(campaign)
    assert [(row.what, row.user) for row in LogEntry.objects.all()] == [("campaign.made", alice)]


def test_what_is_saved_is_there(organisation: Organisation, alice: User) -> None:
    campaign = begun(organisation, alice)
    before = wording_drafts.opened(campaign, "en").mark
    now = write(campaign, alice, summary="They close it.", body="It must stay.\n")
    assert now.wording["body"] == "It must stay.\n"
    assert now.mark != before
    assert now.row is not None and now.row.changed_by == alice
    assert wording_drafts.has_text(campaign)


def test_saving_the_same_words_changes_nothing(organisation: Organisation, alice: User, bob: User) -> None:
    campaign = begun(organisation, alice)
    now = write(campaign, alice, body="It must stay.\n")
    again = wording_drafts.save(campaign, "en", now.wording | {"body": "It must stay."}, "0.0", bob)
    assert again.mark == now.mark
    assert again.row is not None and again.row.changed_by == alice


def test_the_later_of_two_is_told_and_nothing_is_changed(organisation: Organisation, alice: User, bob: User) -> None:
    campaign = begun(organisation)
    seen = wording_drafts.opened(campaign, "en")
    write(campaign, alice, body="Alice’s text.")
    with pytest.raises(SavedSince) as told:
        wording_drafts.save(campaign, "en", seen.wording | {"body": "Bob’s text."}, seen.mark, bob)
    assert told.value.now.wording["body"] == "Alice’s text."
    assert told.value.now.row is not None and told.value.now.row.changed_by == alice
    assert wording_drafts.opened(campaign, "en").wording["body"] == "Alice’s text."


def test_whoever_keeps_theirs_lays_the_other_aside(organisation: Organisation, alice: User, bob: User) -> None:
    campaign = begun(organisation)
    theirs = write(campaign, alice, body="Alice’s text.")
    mine = theirs.wording | {"body": "Bob’s text."}
    now = wording_drafts.save(campaign, "en", mine, theirs.mark, bob, over=True)
    assert now.row is not None and now.wording["body"] == "Bob’s text."
    (aside,) = now.row.laid_aside
    assert (aside["wording"]["body"], aside["by"]) == ("Alice’s text.", alice.pk)


def test_whoever_takes_the_others_has_theirs_laid_aside(organisation: Organisation, alice: User, bob: User) -> None:
    campaign = begun(organisation)
    theirs = write(campaign, alice, body="Alice’s text.")
    wording_drafts.take_theirs(campaign, "en", theirs.wording | {"body": "Bob’s text."}, bob)
    now = wording_drafts.opened(campaign, "en")
    assert now.row is not None and (now.wording["body"], now.mark) == ("Alice’s text.", theirs.mark)
    assert [(one["wording"]["body"], one["by"]) for one in now.row.laid_aside] == [("Bob’s text.", bob.pk)]


def test_what_was_laid_aside_is_taken_back_and_the_other_laid_there(
    organisation: Organisation, alice: User, bob: User
) -> None:
    campaign = begun(organisation)
    now = write(campaign, alice, body="Alice’s text.")
    wording_drafts.take_theirs(campaign, "en", now.wording | {"body": "Bob’s text."}, bob)
    wording_drafts.take_back(campaign, "en", 0, now.mark, bob)
    now = wording_drafts.opened(campaign, "en")
    assert now.row is not None and now.wording["body"] == "Bob’s text."
    assert [one["wording"]["body"] for one in now.row.laid_aside] == ["Alice’s text."]
    with pytest.raises(IndexError):
        wording_drafts.take_back(campaign, "en", 1, now.mark, bob)


def test_only_the_last_five_are_kept_aside(organisation: Organisation, bob: User) -> None:
    campaign = begun(organisation)
    for number in range(7):
        wording_drafts.take_theirs(campaign, "en", EMPTY | {"body": str(number)}, bob)
    row = wording_drafts.opened(campaign, "en").row
    assert row is not None and [one["wording"]["body"] for one in row.laid_aside] == ["6", "5", "4", "3", "2"]


# Publishing


def test_a_campaign_is_published_with_every_language_that_is_finished(organisation: Organisation, alice: User) -> None:
    campaign = begun(organisation)
    write(campaign, alice, **WORDING)
    wording_drafts.add(campaign, "ar", alice)
    write(campaign, alice, "ar", **WORDING_AR)
    wording_drafts.add(campaign, "fr", alice)
    living.publish(campaign, alice)
    texts = {text.language: text for text in campaign.texts.all()}
    assert set(texts) == {"en", "ar"}
    assert [(texts[one].version, texts[one].title) for one in ("en", "ar")] == [
        (1, WORDING["title"]),
        (1, WORDING_AR["title"]),
    ]
    assert not wording_drafts.opened(campaign, "en").differs
    assert wording_drafts.opened(campaign, "fr").draft is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"body": ""}, "“Text” is still empty"),
        ({"letter_body": "Dear {nmae}"}, "{nmae}"),
        ({"title": "x" * 201}, "Shorten it by 1 characters"),
        ({"letter_body": "", "letter_points": ["A point."]}, "begins with an opening"),
        ({"asks": ["x"] * 61}, "too many"),
    ],
)
def test_what_is_wrong_keeps_it_from_being_published(organisation: Organisation, words: Any, said: str) -> None:
    campaign = begun(organisation)
    write(campaign, None, **(WORDING | words))
    with pytest.raises(ValidationError) as refused:
        living.publish(campaign)
    assert said in " ".join(refused.value.messages)
    assert not campaign.texts.exists()


def test_a_campaign_without_a_text_is_not_published(organisation: Organisation) -> None:
    with pytest.raises(ValidationError) as refused:
        living.publish(begun(organisation))
    assert "“Summary” is still empty" in " ".join(refused.value.messages)


def test_a_correction_is_the_next_version_and_signatures_stay_with_theirs(alice: User) -> None:
    campaign = make_campaign(organisation=alice.organisations.get())
    first = text_of(campaign)
    signature = make_signature(campaign)
    now = write(campaign, alice, summary="The council wants to close our only library.")
    text = wording_drafts.publish(campaign, "en", now.mark, alice, "Our only one.")
    assert (text.version, text.change_note, text.summary) == (2, "Our only one.", now.wording["summary"])
    signature.refresh_from_db()
    assert signature.text == first
    entry = LogEntry.objects.get()
    assert (entry.what, entry.details) == ("wording.corrected", {"language": "en", "version": 2})


def test_the_note_is_no_part_of_the_digest(alice: User) -> None:
    campaign = make_campaign(organisation=alice.organisations.get())
    now = write(campaign, alice, summary="Another.")
    text = wording_drafts.publish(campaign, "en", now.mark, alice, "A note.")
    text.change_note = "Another note."
    assert text.computed_digest() == text.digest


@pytest.mark.parametrize("why", ["nothing changed", "no note", "not public"])
def test_a_correction_is_refused(alice: User, why: str) -> None:
    state = "draft" if why == "not public" else "live"
    campaign = make_campaign(organisation=alice.organisations.get(), state=state)
    if why != "nothing changed":
        write(campaign, alice, summary="Another.")
    mark = wording_drafts.opened(campaign, "en").mark
    with pytest.raises(ValidationError):
        wording_drafts.publish(campaign, "en", mark, alice, "" if why == "no note" else "Corrected.")
    assert campaign.texts.count() == 1


def test_what_was_not_seen_is_not_published(alice: User, bob: User) -> None:
    campaign = make_campaign(organisation=alice.organisations.get())
    seen = write(campaign, alice, summary="Another.")
    write(campaign, bob, summary="Yet another.")
    with pytest.raises(SavedSince):
        wording_drafts.publish(campaign, "en", seen.mark, alice, "Corrected.")
    assert campaign.texts.count() == 1


def test_a_draft_is_spent_once_a_newer_text_is_published(alice: User) -> None:
    """By whatever means: nobody's old draft stands in the way of it."""
    campaign = make_campaign(organisation=alice.organisations.get())
    seen = write(campaign, alice, summary="A draft.")
    publishing.publish_text(campaign, "en", WORDING | {"summary": "Published elsewhere."})
    now = wording_drafts.opened(campaign, "en")
    assert (now.draft, now.wording["summary"]) == (None, "Published elsewhere.")
    with pytest.raises(SavedSince):
        wording_drafts.save(campaign, "en", seen.wording | {"summary": "Still mine."}, seen.mark, alice)


def test_a_draft_that_is_given_up_is_laid_aside(alice: User) -> None:
    campaign = make_campaign(organisation=alice.organisations.get())
    now = write(campaign, alice, summary="A draft.")
    wording_drafts.discard(campaign, "en", now.mark, alice)
    now = wording_drafts.opened(campaign, "en")
    assert not now.differs
    assert now.row is not None and [one["wording"]["summary"] for one in now.row.laid_aside] == ["A draft."]


def test_the_preview_needs_no_row(organisation: Organisation) -> None:
    campaign = begun(organisation)
    write(campaign, None, **WORDING)
    text = wording_drafts.text_to_show(campaign, "en")
    assert text is not None and text.pk is None
    assert (text.version, text.title) == (1, WORDING["title"])
    assert CampaignText.objects.count() == 0
    assert wording_drafts.text_to_show(campaign, "fr") is None


# From a document


@pytest.fixture
def material(organisation: Organisation, alice: User, client: Client) -> Material:
    client.force_login(alice)
    return checked_and_made(client, read(organisation))


def test_a_text_made_of_a_document_is_gone_on_from(material: Material, alice: User) -> None:
    campaign = material.campaign
    assert campaign is not None
    made = text_of(campaign)
    assert wording_drafts.opened(campaign, "en").wording == EMPTY | made.wording()
    write(campaign, alice, title="Keep the pool of Easton open")
    with pytest.raises(ValidationError, match="gone on writing"):
        drafting.make(material, material.addressed, material.seen)
    living.publish(campaign, alice)
    assert (text_of(campaign).title, text_of(campaign).version) == ("Keep the pool of Easton open", 1)


def test_a_draft_given_up_lets_the_document_make_its_text_again(material: Material, alice: User) -> None:
    assert material.campaign is not None
    now = write(material.campaign, alice, title="Another title")
    wording_drafts.discard(material.campaign, "en", now.mark, alice)
    drafting.make(material, material.addressed | {"goal": 700}, material.seen)
    assert Campaign.objects.get().signature_goal == 700


# Copies, and addresses


def test_a_copy_has_the_words_and_the_facts_and_nobodys_signature(alice: User) -> None:
    campaign = make_campaign(organisation=alice.organisations.get(), arabic=True, signature_goal=500)
    make_facts(campaign)
    make_signature(campaign)
    write(campaign, alice, summary="A draft of a correction.")
    made = duplicating.duplicate(campaign, alice, slug="library-again", title="Once more")
    assert (made.state, made.signature_goal, made.follows, made.published_at) == ("draft", 500, None, None)
    assert made.title == "Once more"
    assert wording_drafts.opened(made, "en").wording["summary"] == "A draft of a correction."
    assert wording_drafts.opened(made, "ar").wording["title"] == WORDING_AR["title"]
    assert [made.targets.count(), made.sources.count()] == [1, 1]
    assert [made.signatures.count(), made.events.count(), made.responses.count(), made.texts.count()] == [0, 0, 0, 0]
    assert [campaign.targets.count(), campaign.sources.count()] == [1, 1]


def test_a_change_of_meaning_becomes_a_campaign_that_follows(alice: User) -> None:
    campaign = make_campaign(organisation=alice.organisations.get(), slug="library")
    now = write(campaign, alice, title="Build a second library")
    made = duplicating.follow(campaign, "en", now.mark, alice)
    assert (made.follows, made.slug, made.title) == (campaign, "library-2", "Build a second library")
    assert not wording_drafts.opened(campaign, "en").differs
    assert LogEntry.objects.get().what == "campaign.followed"


def test_an_address_that_a_campaign_had_once_is_taken() -> None:
    campaign = make_campaign(slug="library")
    FormerSlug.objects.create(slug="old-library", campaign=campaign)
    slugs.check("old-library", campaign)
    slugs.check("library", campaign)
    for slug in ("old-library", "library", "organise", "abc"):
        with pytest.raises(ValidationError):
            slugs.check(slug)
    assert slugs.suggested("Old library", "x") == "old-library-2"
    assert slugs.suggested("أبقوا المكتبة", "petition-1") == "petition-1"


def test_a_hostile_placeholder_check_is_quick() -> None:
    wrong = wording_limits.wrong({"letter_body": "{" * 100_000 + "{a" * 50_000, "letter_subject": "x"})
    assert wrong["letter_body"]
