"""A campaign's address, kind, goal and the like; and what becomes of an address that it leaves."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import campaign_settings, retention, slugs
from campaigns.forms.organising.campaign_settings import SettingsForm
from campaigns.models import Campaign, CampaignLetter, FormerSlug, LogEntry, Organisation, Signature
from letters.models import Representative
from tests.campaigns.factories import (
    make_campaign,
    make_campaign_letter,
    make_facts,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    signing_form,
    text_of,
)

pytestmark = pytest.mark.django_db

PAGE = "/organise/campaigns/library/settings/"


@pytest.fixture
def campaign() -> Campaign:
    legislature, _, _ = make_seat()
    campaign = make_campaign(slug="library", organisation=make_organisation(), legislature=legislature, arabic=True)
    make_facts(campaign)
    return campaign


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", name="Bob"))
    return client


def said(campaign: Campaign, **fields: str) -> dict[str, str]:
    """What a browser sends of the page as it is, but for what is changed."""
    form = SettingsForm(instance=Campaign.objects.get(pk=campaign.pk))
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: str(value) for name, value in shown.items() if value not in (None, False)}
    return {name: value for name, value in (sent | fields).items() if value is not None}


def move(campaign: Campaign, bob: Client, slug: str) -> None:
    now = Campaign.objects.get(pk=campaign.pk)
    response = bob.post(f"/organise/campaigns/{now.slug}/settings/", said(now, slug=slug))
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == f"/organise/campaigns/{slug}/settings/"


def test_what_is_set_is_kept_and_noted_without_anything_else_of_the_campaign(campaign: Campaign, bob: Client) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(signature_count=7)
    new = {"kind": "call", "signature_goal": "500", "retention_months": "12", "moderate_first": "on"}
    assert bob.post(PAGE, said(campaign, **new)).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.kind, campaign.signature_goal, campaign.retention_months) == ("call", 500, 12)
    assert campaign.moderate_first and campaign.signature_count == 7
    assert LogEntry.objects.get(what="campaign.settings").details == {
        "fields": ["kind", "moderate_first", "retention_months", "signature_goal"]
    }


def test_what_was_counted_while_somebody_pressed_save_is_not_counted_back(campaign: Campaign) -> None:
    form = SettingsForm(said(campaign, signature_goal="500"), instance=Campaign.objects.get(pk=campaign.pk))
    assert form.is_valid()
    Campaign.objects.filter(pk=campaign.pk).update(signature_count=9)
    campaign_settings.save(campaign, form, None, "campaign.settings")  # type: ignore[arg-type]
    campaign.refresh_from_db()
    assert (campaign.signature_goal, campaign.signature_count) == (500, 9)


def test_saving_the_page_unchanged_notes_nothing(campaign: Campaign, bob: Client) -> None:
    assert bob.post(PAGE, said(campaign)).status_code == 302
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"slug": ""}, "Give an address."),
        ({"slug": "ab"}, "too short"),
        ({"slug": "organise"}, "already means something else"),
        ({"slug": "keep it open"}, "hyphens only"),
        ({"slug": "مكتبة"}, "hyphens only"),
        ({"slug": "x" * 81}, "80"),
        ({"slug": "somebody-elses"}, "Another campaign has this address"),
        ({"slug": "left-behind"}, "Another campaign has this address"),
        ({"kind": "riot"}, "riot"),
        ({"signature_goal": "0"}, "greater than or equal to 1"),
        ({"signature_goal": "many"}, "in digits"),
        ({"signature_goal": ""}, "Give a number."),
        ({"signature_goal": "1" * 400}, "less than or equal"),
        ({"retention_months": "0"}, "greater than or equal to 1"),
        ({"retention_months": "121"}, "less than or equal to 120"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    campaign: Campaign, bob: Client, fields: dict[str, str], error: str
) -> None:
    other = make_campaign(slug="somebody-elses")
    FormerSlug.objects.create(slug="left-behind", campaign=other)
    response = bob.post(PAGE, said(campaign, **fields))
    assert response.status_code == 422 and error in response.content.decode()
    assert "/organise/campaigns/library/" in response.content.decode(), "the page's links still lead to the campaign"
    campaign.refresh_from_db()
    assert (campaign.slug, campaign.kind, campaign.signature_goal) == ("library", "petition", 100)


def test_the_later_of_two_is_told_and_may_save_knowingly(campaign: Campaign, bob: Client) -> None:
    later = said(campaign, signature_goal="700")
    assert bob.post(PAGE, said(campaign, signature_goal="500")).status_code == 302
    response = bob.post(PAGE, later)
    page = response.content.decode()
    assert response.status_code == 409 and "Somebody else has saved this meanwhile" in page
    assert '<dd dir="auto">500</dd>' in page and 'value="700"' in page
    campaign.refresh_from_db()
    assert campaign.signature_goal == 500
    again = later | {"seen": response.context["form"]["seen"].value()}
    assert bob.post(PAGE, again).status_code == 302
    campaign.refresh_from_db()
    assert campaign.signature_goal == 700


def test_who_changes_something_else_of_the_campaign_is_not_in_the_way(campaign: Campaign, bob: Client) -> None:
    later = said(campaign, signature_goal="700")
    Campaign.objects.filter(pk=campaign.pk).update(attach_pdf=False, signature_count=3)
    assert bob.post(PAGE, later).status_code == 302


# The first language


def test_the_first_language_is_fixed_once_it_is_published(campaign: Campaign, bob: Client) -> None:
    assert 'name="language"' not in bob.get(PAGE).content.decode()
    assert bob.post(PAGE, said(campaign, language="ar")).status_code == 302
    campaign.refresh_from_db()
    assert campaign.language == "en"


def draft(**fields: Any) -> Campaign:
    return Campaign.objects.create(slug="library", organisation=make_organisation(), **fields)


def editor_of(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("dora@example.org", campaign.organisation, "editor"))
    return client


def test_a_draft_in_the_wrong_language_is_told_which_it_is() -> None:
    campaign = draft()
    campaign.wording_drafts.create(language="en", wording={"title": "Gardez la bibliothèque"})
    assert editor_of(campaign).post(PAGE, said(campaign, language="fr")).status_code == 302
    campaign.refresh_from_db()
    assert campaign.language == "fr" and campaign.wording_drafts.get().language == "fr"


def test_a_text_that_is_there_is_not_said_to_be_in_another_language() -> None:
    campaign = make_campaign(slug="library", state="draft", published_at=None)
    dora = editor_of(campaign)
    response = dora.post(PAGE, said(campaign, language="fr"))
    assert response.status_code == 422 and "There is no text in français yet" in response.content.decode()
    campaign.wording_drafts.create(language="fr", wording={"title": "Gardez la bibliothèque"})
    assert dora.post(PAGE, said(campaign, language="fr")).status_code == 302
    campaign.refresh_from_db()
    assert campaign.language == "fr" and text_of(campaign, "en").language == "en"


# The address


def public_pages(slug: str, campaign: Campaign) -> list[str]:
    digest = text_of(campaign).digest[:16]
    pages = ["", "sign/", "signed/", "signatures/", "count.json", "letter.pdf", "letter-to-sign.pdf", "sheets.pdf"]
    pages += ["card.png", "events/1.ics", "write/", "written/", f"wording/{digest}/", f"wording/{digest}/wording.json"]
    pages += ["ar/", "ar/sign/", "ar/letter.pdf", "ar/events/1.ics", "ar/write/", "write/some-token/", "ar/write/x/"]
    return [f"/{slug}/{page}" for page in pages]


def test_every_public_page_is_found_from_the_address_it_had(campaign: Campaign, bob: Client) -> None:
    move(campaign, bob, "keep-it-open")
    assert FormerSlug.objects.get().slug == "library"
    for old, new in zip(public_pages("library", campaign), public_pages("keep-it-open", campaign), strict=True):
        for query in ("", "?utm_source=poster&a=%D9%85%2F%26"):
            response = Client().get(old + query)
            assert (response.status_code, response.get("Location")) == (301, new + query), old
            assert "max-age=300" in response["Cache-Control"] and "Cookie" not in response.get("Vary", "")
    assert Client().get("/keep-it-open/").status_code == 200
    assert Client().get("/library/no/such/page/").status_code == 404


def test_a_form_that_was_open_while_the_address_changed_loses_nothing(campaign: Campaign, bob: Client) -> None:
    move(campaign, bob, "keep-it-open")
    response = Client().post("/library/sign/", signing_form(), follow=True)
    assert response.redirect_chain[0] == ("/keep-it-open/sign/", 308)
    assert response.redirect_chain[-1] == ("/keep-it-open/signed/", 303)
    assert Signature.objects.filter(campaign=campaign).count() == 1


def test_an_address_is_left_more_than_once_and_each_leads_straight_to_where_the_campaign_is(
    campaign: Campaign, bob: Client
) -> None:
    move(campaign, bob, "second")
    move(campaign, bob, "third")
    assert Client().get("/library/")["Location"] == "/third/" == Client().get("/second/")["Location"]
    page = bob.get("/organise/campaigns/third/settings/").content.decode()
    assert "http://testserver/library/" in page and "http://testserver/second/" in page


def test_a_campaign_may_go_back_and_nobody_else_may_take_what_it_left(campaign: Campaign, bob: Client) -> None:
    move(campaign, bob, "second")
    with pytest.raises(Exception, match="Another campaign has this address"):
        slugs.check("library", make_campaign())
    move(campaign, bob, "library")
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["second"]
    assert Client().get("/library/").status_code == 200
    assert Client().get("/second/")["Location"] == "/library/"


def test_a_draft_leaves_no_address_behind(bob: Client) -> None:
    campaign = Campaign.objects.create(slug="pool", organisation=make_organisation())
    assert (
        editor_of(campaign).post("/organise/campaigns/pool/settings/", said(campaign, slug="baths")).status_code == 302
    )
    assert not FormerSlug.objects.exists()
    assert LogEntry.objects.get(what="campaign.address").details == {"former": "pool", "now": "baths"}


def test_what_the_public_may_not_see_is_not_given_away_by_an_old_address(campaign: Campaign, bob: Client) -> None:
    move(campaign, bob, "second")
    Organisation.objects.update(approved_at=None)
    assert Client().get("/library/").status_code == 404


def test_an_organiser_whose_page_was_open_goes_on_working(campaign: Campaign, bob: Client) -> None:
    later = said(campaign, signature_goal="900")
    move(campaign, bob, "second")
    response = bob.post(PAGE, later)
    assert response.status_code == 409 and "/organise/campaigns/second/" in response.content.decode()
    charlie = Client()
    charlie.force_login(make_user("charlie@example.org", make_organisation(), "owner"))
    assert charlie.get(PAGE).status_code == 404


def test_looking_for_a_former_address_costs_nothing_where_there_is_a_page(campaign: Campaign, bob: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert Client().get("/library/").status_code == 200
    assert not any("formerslug" in query["sql"] for query in queries)


def test_an_address_taken_in_the_same_moment_is_told_in_words(campaign: Campaign, monkeypatch: Any) -> None:
    form = SettingsForm(said(campaign, slug="pool"), instance=Campaign.objects.get(pk=campaign.pk))
    assert form.is_valid()
    make_campaign(slug="pool")
    monkeypatch.setattr(slugs, "check", lambda *_: None)
    with pytest.raises(Exception, match="Another campaign has this address"):
        campaign_settings.save(campaign, form, None, "campaign.settings")  # type: ignore[arg-type]
    assert Campaign.objects.get(pk=campaign.pk).slug == "library" and not FormerSlug.objects.exists()


# What supporters were promised


def test_keeping_longer_counts_for_later_signatures_alone(campaign: Campaign, bob: Client) -> None:
    before = make_signature(campaign)
    promised = before.erase_on
    assert bob.post(PAGE, said(campaign, retention_months="60")).status_code == 302
    before.refresh_from_db()
    assert before.erase_on == promised
    campaign.refresh_from_db()
    later = Client().post("/library/sign/", signing_form(email="new@example.org"))
    assert later.status_code == 303
    assert Signature.objects.get(email_key__gt="", pk__gt=before.pk).erase_on == retention.kept_until(campaign)
    assert retention.kept_until(campaign) > promised


def test_a_letter_that_waits_for_hands_is_kept_as_long_as_its_writer_was_told(campaign: Campaign, bob: Client) -> None:
    representative = Representative.objects.get()
    waiting = {"by_hand": True, "state": "confirmed"}
    before = make_campaign_letter(campaign, representative, **waiting)
    promised = retention.letter_kept_until(before)
    assert bob.post(PAGE, said(campaign, retention_months="60")).status_code == 302
    campaign.refresh_from_db()
    later = make_campaign_letter(campaign, representative, **waiting)
    before = CampaignLetter.objects.get(pk=before.pk)
    assert retention.letter_kept_until(before) == promised < retention.letter_kept_until(later)
    day_after = timezone.make_aware(datetime.combine(promised + timedelta(days=1), time(12)))
    assert list(retention.letters_due(day_after)) == [before]
