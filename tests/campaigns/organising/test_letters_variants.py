"""Other words for some representatives, in the workspace: what the administration's tests hold, holds here."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import correspondents, publishing
from campaigns.models import Campaign, LetterVariant, LogEntry
from campaigns.seen import mark_of
from letters.models import Representative
from tests.campaigns.factories import WORDING_AR, make_campaign, make_organisation, make_seat, make_user
from tests.letters.factories import make_constituency, make_legislature, make_representative

pytestmark = pytest.mark.django_db

LETTERS = "/organise/campaigns/library/letters/"
VARIANTS = f"{LETTERS}variants/"


@pytest.fixture
def campaign() -> Campaign:
    legislature, _, _ = make_seat(name="Imogen Yarborough")
    campaign = make_campaign(slug="library", organisation=make_organisation(), legislature=legislature)
    publishing.publish_text(campaign, "ar", WORDING_AR)
    return campaign


@pytest.fixture
def representative(campaign: Campaign) -> Representative:
    return Representative.objects.get(legislature=campaign.legislature)


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", name="Bob"))
    return client


def add(bob: Client, **fields: Any) -> Any:
    return bob.post(f"{VARIANTS}new/", {"deed": "words", **fields})


def refused(response: Any) -> str:
    assert response.status_code == 422
    form = response.context["form"]
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def test_words_are_given_in_each_of_the_campaigns_languages(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    page = bob.get(f"{VARIANTS}new/").content.decode()
    assert 'name="words_en_subject"' in page and 'name="words_ar_points"' in page
    given = {
        "representative": representative.pk,
        "words_en_reason": "She agrees already.",
        "words_en_subject": "Thank you",
        "words_en_body": "Thank you for your vote, {representative}.",
        "words_en_alone": "on",
        "words_ar_points": "أولًا.\n\n ثانيًا. \n",
    }
    assert add(bob, **given)["Location"] == f"{LETTERS}#variants"
    stored = LetterVariant.objects.get()
    assert (stored.campaign, stored.number, stored.representative) == (campaign, 1, representative)
    assert stored.words == {
        "en": {
            "reason": "She agrees already.",
            "subject": "Thank you",
            "body": "Thank you for your vote, {representative}.",
            "points": [],
            "ask": "",
        },
        "ar": {"points": ["أولًا.", "ثانيًا."]},
    }
    shown = bob.get(f"{VARIANTS}{stored.pk}/").content.decode()
    assert "She agrees already." in shown and "أولًا.\nثانيًا." in shown
    assert LogEntry.objects.get().details == {"deed": "added", "number": 1}


def sent_unchanged(bob: Client, variant: LetterVariant) -> dict[str, str]:
    form = bob.get(f"{VARIANTS}{variant.pk}/").context["form"]
    shown = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}
    return {name: "\n".join(value) if isinstance(value, list) else str(value) for name, value in shown.items()}


@pytest.mark.parametrize(
    "words", [{}, {"en": {"body": "Dear neighbour"}}, {"en": {"body": "Dear neighbour", "points": [], "ask": ""}}]
)
def test_saving_the_page_unchanged_changes_no_word(
    campaign: Campaign, representative: Representative, bob: Client, words: dict[str, Any]
) -> None:
    kept = campaign.letter_variants.create(number=7, representative=representative, words=words)
    assert bob.post(f"{VARIANTS}{kept.pk}/", sent_unchanged(bob, kept)).status_code == 302
    kept.refresh_from_db()
    assert (kept.number, kept.words) == (7, words)


def test_words_in_a_language_that_the_campaign_has_no_text_in_any_more_are_kept(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    kept = campaign.letter_variants.create(
        number=1, representative=representative, words={"cy": {"ask": "Os gwelwch yn dda"}, "en": {"ask": "Please"}}
    )
    said = {"seen": mark_of(kept), "representative": representative.pk, "deed": "words", "words_en_ask": ""}
    assert bob.post(f"{VARIANTS}{kept.pk}/", said).status_code == 302
    kept.refresh_from_db()
    assert kept.words == {"cy": {"ask": "Os gwelwch yn dda"}}


def test_only_people_of_the_campaigns_legislatures_who_are_in_office_are_offered(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    council = make_legislature(name="Northtown council", kind="council")
    make_representative(make_constituency(council, name="Abbey"), name="Cora Councillor")
    campaign.also_to.add(council)
    make_seat(name="Somebody Elsewhere")
    gone = make_representative(representative.constituency, name="Agnes Left", valid_to=timezone.localdate())
    page = bob.get(f"{VARIANTS}new/").content.decode()
    assert "Cora Councillor (Abbey)" in page and "Imogen Yarborough" in page and "Northtown council</option>" in page
    assert "Somebody Elsewhere" not in page and "Agnes Left" not in page
    kept = campaign.letter_variants.create(number=1, representative=gone)
    assert "Agnes Left" in bob.get(f"{VARIANTS}{kept.pk}/").content.decode(), "whoever was chosen already stays"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Say for whom it is"),
        ({"party": "Nobody’s party"}, "Nobody there is of this party. These are known: Reform."),
        ({"party": "reform", "deed": "else"}, "Choose who is written to instead"),
        ({"party": "reform", "deed": "arson"}, "arson"),
        ({"party": "reform", "representative": "x"}, "Select a valid choice"),
        ({"party": "reform", "legislature": "99999999999999999999"}, "Select a valid choice"),
        ({"party": "x" * 201}, "200"),
        ({"party": "Reform", "words_en_body": "Dear {MP}, {first-name}"}, "not placeholders: {MP}, {first-name}"),
        ({"party": "Reform", "words_ar_points": "{Name}\n{name}"}, "not placeholders: {Name}."),
        ({"party": "Reform", "words_en_ask": "{x}"}, "not placeholders: {x}"),
        ({"party": "Reform", "words_en_subject": "{x}"}, "not placeholders: {x}"),
        ({"party": "Reform", "words_en_reason": "x" * 501}, "500"),
    ],
)
def test_a_variant_that_says_too_little_or_too_much_is_refused(
    campaign: Campaign, representative: Representative, bob: Client, fields: dict[str, str], error: str
) -> None:
    Representative.objects.filter(pk=representative.pk).update(party="Reform")
    assert error in refused(add(bob, **fields))
    assert not LetterVariant.objects.exists()


def test_nobody_is_redirected_to_themselves_and_only_a_redirection_keeps_somebody_else(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    same = {"representative": representative.pk, "instead": representative.pk}
    assert "Choose somebody else" in refused(add(bob, deed="else", **same))
    assert add(bob, deed="nobody", **same).status_code == 302
    assert LetterVariant.objects.get().instead is None


def test_the_order_is_changed_by_buttons(campaign: Campaign, bob: Client) -> None:
    Representative.objects.update(party="Reform")
    for _ in range(3):
        add(bob, party="Reform")
    first, second, third = correspondents.variants(campaign)
    assert "Move up" in bob.get(LETTERS).content.decode()
    assert (
        bob.post(f"{VARIANTS}{third.pk}/move/", {"to": "up", "number": "3"})["Location"]
        == f"{LETTERS}#variant-{third.pk}"
    )
    assert list(correspondents.variants(campaign)) == [first, third, second]
    bob.post(f"{VARIANTS}{third.pk}/move/", {"to": "up", "number": "3"})  # from a page that is older than that
    assert list(correspondents.variants(campaign)) == [first, third, second]
    bob.post(f"{VARIANTS}{first.pk}/move/", {"to": "up", "number": "1"})  # it is the first already
    assert [one.number for one in correspondents.variants(campaign)] == [1, 2, 3]


def test_it_is_removed_after_a_question(campaign: Campaign, representative: Representative, bob: Client) -> None:
    kept = campaign.letter_variants.create(number=1, representative=representative)
    asked = bob.get(f"{VARIANTS}{kept.pk}/remove/")
    assert "Yes, remove it" in asked.content.decode() and LetterVariant.objects.exists()
    assert bob.post(f"{VARIANTS}{kept.pk}/remove/", {"seen": asked.context["seen"]}).status_code == 302
    assert not LetterVariant.objects.exists()
    assert bob.post(f"{VARIANTS}{kept.pk}/remove/", {"seen": asked.context["seen"]}).status_code == 404


def test_the_later_of_two_is_told(campaign: Campaign, representative: Representative, bob: Client) -> None:
    kept = campaign.letter_variants.create(number=1, representative=representative)
    before = sent_unchanged(bob, kept)
    assert bob.post(f"{VARIANTS}{kept.pk}/", before | {"words_en_ask": "Thank you"}).status_code == 302
    response = bob.post(f"{VARIANTS}{kept.pk}/", before | {"words_en_ask": "Please"})
    page = response.content.decode()
    assert response.status_code == 409 and '<dd dir="auto">Thank you</dd>' in page and "Please</textarea>" in page
    assert bob.post(f"{VARIANTS}{kept.pk}/remove/", {"seen": before["seen"]}).status_code == 409
    kept.refresh_from_db()
    assert kept.words == {"en": {"ask": "Thank you"}}


def test_what_was_typed_into_one_that_is_gone_is_offered_as_a_new_one(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    kept = campaign.letter_variants.create(number=1, representative=representative)
    before = sent_unchanged(bob, kept)
    kept.delete()
    response = bob.post(f"{VARIANTS}{kept.pk or 1}/", before | {"words_en_ask": "Please"})
    page = response.content.decode()
    assert response.status_code == 409 and "Please</textarea>" in page and f'action="{VARIANTS}new/"' in page


def test_there_are_no_more_than_a_page_can_show(
    campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Representative.objects.update(party="Reform")
    monkeypatch.setattr(correspondents, "MOST_VARIANTS", 2)
    for _ in range(2):
        assert add(bob, party="Reform").status_code == 302
    assert "2 is the most" in refused(add(bob, party="Reform"))


def test_a_variant_of_another_campaign_is_out_of_reach(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    theirs = make_campaign().letter_variants.create(number=1, representative=representative)
    for page in ("", "remove/"):
        assert bob.get(f"{VARIANTS}{theirs.pk}/{page}").status_code == 404
        bob.post(f"{VARIANTS}{theirs.pk}/{page}", {"seen": mark_of(theirs)})
    assert bob.post(f"{VARIANTS}{theirs.pk}/move/", {"to": "up"}).status_code == 404
    assert LetterVariant.objects.filter(pk=theirs.pk, words={}).exists()
