"""Two languages side by side: what is still untranslated, what is older than its original, and what is saved where."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import translating, wording_drafts
from campaigns.models import Campaign, Event, LetterVariant, Organisation, Source, Target
from campaigns.models import Response as Answer
from tests.campaigns.factories import (
    WORDING,
    make_campaign,
    make_facts,
    make_organisation,
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
def bob(organisation: Organisation) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", organisation, "editor", name="Bob"))
    return client


def at(language: str = "ar", name: str = "translations") -> str:
    return reverse(f"campaigns:{name}", kwargs={"slug": "library", "text_language": language})


ADD = "/organise/campaigns/library/translations/new-language/"


def begin(client: Client, language: str = "ar") -> None:
    assert client.post(ADD, {"chosen": language}).status_code == 302


def shown(client: Client, language: str = "ar") -> dict[str, Any]:
    context = client.get(at(language)).context
    said = {one.html_name: one.value() for one in context["form"] if not one.html_name.startswith("still-")}
    return {name: value or "" for name, value in said.items()} | {"mark": context["mark"]}


def save(client: Client, sent: dict[str, Any], **changes: Any) -> Any:
    return client.post(at(), sent | {"do": "save"} | {name.replace("_", "-", 1): v for name, v in changes.items()})


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def to_do(campaign: Campaign, language: str = "ar") -> tuple[int, int]:
    counted = translating.to_do(campaign, language)
    return counted["untranslated"], counted["older"]


@pytest.mark.parametrize(
    ("sent", "language"), [({"chosen": "ar"}, "ar"), ({"code": "ROM"}, "rom"), ({"code": "pt-br"}, "pt-br")]
)
def test_a_language_is_added_from_the_list_or_by_its_code(
    bob: Client, campaign: Campaign, sent: dict[str, str], language: str
) -> None:
    response = bob.post(ADD, sent)
    assert response["Location"] == at(language)
    assert wording_drafts.languages_of(campaign) == ["en", language]
    assert bob.get(at(language)).status_code == 200


@pytest.mark.parametrize("sent", [{}, {"chosen": "en"}, {"code": "en"}, {"code": "not a code"}, {"chosen": "xx"}])
def test_a_language_that_cannot_be_added_is_said(bob: Client, campaign: Campaign, sent: dict[str, str]) -> None:
    assert bob.post(ADD, sent).status_code == 422
    assert wording_drafts.languages_of(campaign) == ["en"]


def test_the_languages_are_named_in_words_and_arabic_runs_from_right_to_left(bob: Client, campaign: Campaign) -> None:
    begin(bob)
    page = words(bob.get(at()))
    assert "English" in page and "العربي" in page
    assert '<textarea name="w-title"' in page
    assert bob.get(at()).context["form"]["w-title"].field.widget.attrs["dir"] == "rtl"
    assert bob.get(at()).context["form"]["w-title"].field.widget.attrs["lang"] == "ar"


def test_the_original_stands_beside_and_what_is_untranslated_is_counted(bob: Client, campaign: Campaign) -> None:
    begin(bob)
    said = sum(1 for value in WORDING.values() if value)
    page = bob.get(at())
    assert (page.context["pieces"], page.context["untranslated"]) == (said, said)
    assert WORDING["summary"] in words(page) and "Not translated yet" in words(page)
    save(bob, shown(bob), w_title="أبقوا المكتبة مفتوحة", w_asks="أبقوها مفتوحة.\r\nانشروا الأرقام.")
    assert wording_drafts.opened(campaign, "ar").wording["asks"] == ["أبقوها مفتوحة.", "انشروا الأرقام."]
    assert to_do(campaign) == (said - 2, 0)


def test_what_is_older_than_its_original_is_marked_until_it_is_said_to_be_right(
    bob: Client, campaign: Campaign
) -> None:
    begin(bob)
    save(bob, shown(bob), w_title="أبقوا المكتبة مفتوحة", w_summary="يريد المجلس إغلاقها.")
    now = wording_drafts.opened(campaign, "en")
    changed = now.wording | {"title": "Keep our library open", "summary": "The council wants to close it."}
    mark = wording_drafts.save(campaign, "en", changed, now.mark, None).mark
    assert to_do(campaign)[1] == 0  # only a draft
    wording_drafts.publish(campaign, "en", mark, None, "Shorter.")
    assert to_do(campaign)[1] == 2
    assert words(bob.get(at())).count("Older than the original") == 2
    save(bob, shown(bob), **{"still_w-title": "on"})
    assert to_do(campaign)[1] == 1
    save(bob, shown(bob), w_summary="يريد المجلس إغلاق المكتبة.")
    assert to_do(campaign)[1] == 0


def test_a_translation_published_before_the_original_changed_is_older(organisation: Organisation) -> None:
    """Whoever published it: nothing is known of it but the day."""
    campaign = make_campaign(slug="pool", organisation=organisation, arabic=True)
    assert to_do(campaign) == (0, 0)
    now = wording_drafts.opened(campaign, "en")
    mark = wording_drafts.save(campaign, "en", now.wording | {"closing": "Yours faithfully,"}, now.mark, None).mark
    wording_drafts.publish(campaign, "en", mark, None, "Politer.")
    assert to_do(campaign) == (0, 1)


def test_the_words_of_facts_are_saved_where_they_stand(bob: Client, campaign: Campaign, client: Client) -> None:
    make_facts(campaign)
    variant = LetterVariant.objects.create(
        campaign=campaign, number=1, party="Green", words={"en": {"reason": "They agree.", "points": ["One.", "Two."]}}
    )
    begin(bob)
    target, source, event, answer = (model.objects.get() for model in (Target, Source, Event, Answer))
    sent = {
        f"targets-{target.pk}-role": "الكاتبة",
        f"sources-{source.pk}-title": "زوار المكتبة",
        f"events-{event.pk}-title": "قراءة",
        f"responses-{answer.pk}-text": "قرأناها.",
        f"variants-{variant.pk}-reason": "هم موافقون.",
        f"variants-{variant.pk}-points": "واحد.\nاثنان.",
    }
    assert bob.post(at(), shown(bob) | sent).status_code == 302
    for row in (target, source, event, answer, variant):
        row.refresh_from_db()
    assert target.translations == {"ar": {"role": "الكاتبة"}}
    assert (source.translations["ar"], event.translations["ar"]) == ({"title": "زوار المكتبة"}, {"title": "قراءة"})
    assert answer.translations == {"ar": {"text": "قرأناها."}}
    assert variant.words["ar"] == {"reason": "هم موافقون.", "points": ["واحد.", "اثنان."]}
    assert bob.post(at(), shown(bob) | {f"targets-{target.pk}-role": ""}).status_code == 302
    target.refresh_from_db()
    assert target.translations == {}
    Event.objects.filter(pk=event.pk).update(title="Read-in at noon")
    assert to_do(campaign)[1] == 1


def test_a_fact_that_is_gone_meanwhile_needs_no_words(bob: Client, campaign: Campaign) -> None:
    make_facts(campaign)
    begin(bob)
    sent, target = shown(bob), Target.objects.get()
    target.delete()
    assert bob.post(at(), sent | {f"targets-{target.pk}-role": "الكاتبة", "w-title": "عنوان"}).status_code == 302
    assert wording_drafts.opened(campaign, "ar").wording["title"] == "عنوان"


def test_the_later_of_two_translators_is_told(bob: Client, campaign: Campaign, organisation: Organisation) -> None:
    begin(bob)
    alice = Client()
    alice.force_login(make_user("alice@example.org", organisation, "owner", name="Alice"))
    of_alice, of_bob = shown(alice), shown(bob)
    save(alice, of_alice, w_title="عنوان أليس")
    response = save(bob, of_bob, w_title="عنوان بوب")
    assert response.status_code == 409
    assert "Alice</bdi> has saved this text" in words(response)
    assert wording_drafts.opened(campaign, "ar").wording["title"] == "عنوان أليس"
    answer = bob.post(at(name="translations_autosave"), of_bob | {"w-title": "عنوان بوب"})
    assert answer.status_code == 409
    mark = response.context["conflict"]["mark"]
    assert save(bob, of_bob, w_title="عنوان بوب", do="mine", theirs=mark).status_code == 302
    now = wording_drafts.opened(campaign, "ar")
    assert now.row is not None and now.wording["title"] == "عنوان بوب"
    assert [one["wording"]["title"] for one in now.row.laid_aside] == ["عنوان أليس"]


def test_a_translation_is_saved_by_itself(bob: Client, campaign: Campaign) -> None:
    begin(bob)
    answer = bob.post(at(name="translations_autosave"), shown(bob) | {"w-letter_body": "أنا {nmae}"})
    assert set(answer.json()["wrong"]) == {"w-letter_body", "w-letter_subject"}
    assert wording_drafts.opened(campaign, "ar").wording["letter_body"] == "أنا {nmae}"
    answer = bob.post(at(name="translations_autosave"), shown(bob) | {"w-body": "x" * 200_000})
    assert answer.status_code == 422 and answer.json()["said"]


def test_translating_changes_nothing_that_is_public(bob: Client, organisation: Organisation) -> None:
    campaign = make_campaign(slug="library", organisation=organisation, arabic=True)
    before = text_of(campaign, "ar").digest
    save(bob, shown(bob), w_title="عنوان آخر")
    assert text_of(campaign, "ar").digest == before
    assert wording_drafts.opened(campaign, "ar").differs
