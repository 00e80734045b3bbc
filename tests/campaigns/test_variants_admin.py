"""What an organiser says to some representatives only, and to whom a campaign may write, in the administration."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import publishing
from campaigns.models import Campaign, CampaignText, LetterVariant
from letters.models import Legislature, Representative
from tests.letters.factories import make_constituency, make_legislature, make_representative

from .factories import WORDING, WORDING_AR, make_campaign, make_organisation, make_seat, make_user, text_of

pytestmark = pytest.mark.django_db

PARTS = ("targets", "letter_variants", "hand_ins", "sources", "events", "responses", "updates")


@pytest.fixture
def campaign() -> Campaign:
    legislature, _, _ = make_seat(name="Imogen Yarborough")
    campaign = make_campaign(legislature=legislature)
    publishing.publish_text(campaign, "ar", WORDING_AR)
    return campaign


@pytest.fixture
def representative(campaign: Campaign) -> Representative:
    return Representative.objects.get(legislature=campaign.legislature)


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", is_staff=True))
    return client


def page_of(campaign: Campaign) -> str:
    return f"/admin/campaigns/campaign/{campaign.pk}/change/"


def form(campaign: Campaign, **fields: Any) -> dict[str, Any]:
    empty = {f"{part}-{count}_FORMS": "0" for part in PARTS for count in ("TOTAL", "INITIAL")}
    main = {"kind": "petition", "signature_goal": "100", "retention_months": "24"}
    return {**empty, **main, "legislature": str(campaign.legislature_id or ""), **fields}


def variant(campaign: Campaign, **fields: Any) -> dict[str, Any]:
    given = {"campaign": campaign.pk, "number": "1", "deed": "words", **fields}
    return form(
        campaign,
        **{f"letter_variants-0-{name}": str(value) for name, value in given.items()},
        **{"letter_variants-TOTAL_FORMS": "1"},
    )


def errors_of(response: Any) -> str:
    assert response.status_code == 200
    assert not LetterVariant.objects.exists()
    (inline,) = (found for found in response.context["inline_admin_formsets"] if found.opts.model is LetterVariant)
    return " ".join(str(error) for form in inline.formset.forms for errors in form.errors.values() for error in errors)


def test_words_are_given_in_each_of_the_campaigns_languages(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    page = bob.get(page_of(campaign)).content.decode()
    assert "letter_variants-__prefix__-words_en_subject" in page and "words_ar_points" in page
    given = {
        "representative": representative.pk,
        "words_en_reason": "She agrees already.",
        "words_en_subject": "Thank you",
        "words_en_body": "Thank you for your vote, {representative}.",
        "words_en_alone": "on",
        "words_ar_points": "أولًا.\n\n ثانيًا. \n",
    }
    assert bob.post(page_of(campaign), variant(campaign, **given)).status_code == 302
    stored = LetterVariant.objects.get()
    assert (stored.representative, stored.deed, stored.instead) == (representative, "words", None)
    assert stored.words == {
        # Said to stand alone: the campaign's points and its ask do not follow it.
        "en": {
            "reason": "She agrees already.",
            "subject": "Thank you",
            "body": "Thank you for your vote, {representative}.",
            "points": [],
            "ask": "",
        },
        "ar": {"points": ["أولًا.", "ثانيًا."]},
    }
    shown = bob.get(page_of(campaign)).content.decode()
    assert "She agrees already." in shown and "أولًا.\nثانيًا." in shown


@pytest.mark.parametrize(
    "words", [{}, {"en": {"body": "Dear neighbour"}}, {"en": {"body": "Dear neighbour", "points": [], "ask": ""}}]
)
def test_saving_the_page_unchanged_changes_no_word(
    campaign: Campaign, representative: Representative, bob: Client, words: dict[str, Any]
) -> None:
    kept = campaign.letter_variants.create(number=1, representative=representative, words=words)
    (inline,) = (
        found
        for found in bob.get(page_of(campaign)).context["inline_admin_formsets"]
        if found.opts.model is LetterVariant
    )
    shown = {bound.html_name: bound.value() for bound in inline.formset.forms[0] if bound.value() not in (None, False)}
    sent = {name: "\n".join(value) if isinstance(value, list) else str(value) for name, value in shown.items()}
    counts = {"letter_variants-TOTAL_FORMS": "1", "letter_variants-INITIAL_FORMS": "1"}
    changed = {"letter_variants-0-number": "7"}
    assert bob.post(page_of(campaign), form(campaign, **sent) | counts | changed).status_code == 302
    kept.refresh_from_db()
    assert (kept.number, kept.words) == (7, words)


def test_words_in_a_language_that_the_campaign_has_no_text_in_any_more_are_kept(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    kept = campaign.letter_variants.create(
        number=1, representative=representative, words={"cy": {"ask": "Os gwelwch yn dda"}, "en": {"ask": "Please"}}
    )
    data = variant(campaign, id=kept.pk, representative=representative.pk, number=2, words_en_ask="")
    assert bob.post(page_of(campaign), data | {"letter_variants-INITIAL_FORMS": "1"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.number, kept.words) == (2, {"cy": {"ask": "Os gwelwch yn dda"}})


def test_only_people_of_the_campaigns_legislatures_who_are_in_office_are_offered(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    council = make_legislature(name="Northtown council", kind="council")
    make_representative(make_constituency(council, name="Abbey"), name="Cora Councillor")
    campaign.also_to.add(council)
    make_seat(name="Somebody Elsewhere")
    gone = make_representative(representative.constituency, name="Agnes Left", valid_to=timezone.localdate())
    page = bob.get(page_of(campaign)).content.decode()
    assert "Cora Councillor (Abbey)" in page and "Imogen Yarborough" in page and "Northtown council</option>" in page
    assert "Somebody Elsewhere" not in page and "Agnes Left" not in page
    campaign.letter_variants.create(number=1, representative=gone)
    assert "Agnes Left" in bob.get(page_of(campaign)).content.decode(), "whoever was chosen already stays"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Say for whom it is"),
        ({"party": "Nobody’s party"}, "Nobody there is of this party. These are known: Reform."),
        ({"party": "reform", "deed": "else"}, "Choose who is written to instead"),
        ({"party": "Reform", "words_en_body": "Dear {MP}, {first-name}"}, "not placeholders: {MP}, {first-name}"),
        ({"party": "Reform", "words_ar_points": "{Name}\n{name}"}, "not placeholders: {Name}."),
        ({"party": "Reform", "words_en_ask": "{x}"}, "not placeholders: {x}"),
    ],
)
def test_a_variant_that_says_too_little_is_refused(
    campaign: Campaign, representative: Representative, bob: Client, fields: dict[str, str], error: str
) -> None:
    Representative.objects.filter(pk=representative.pk).update(party="Reform")
    assert error in errors_of(bob.post(page_of(campaign), variant(campaign, **fields)))


def test_nobody_is_redirected_to_themselves_and_only_a_redirection_keeps_somebody_else(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    same = {"representative": representative.pk, "instead": representative.pk}
    assert "Choose somebody else" in errors_of(bob.post(page_of(campaign), variant(campaign, deed="else", **same)))
    assert bob.post(page_of(campaign), variant(campaign, deed="nobody", **same)).status_code == 302
    assert LetterVariant.objects.get().instead is None


def test_a_stranger_sees_no_variant_and_saves_none(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    charlie = Client()
    charlie.force_login(make_user("charlie@example.org", make_organisation(), "owner", is_staff=True))
    assert charlie.get(page_of(campaign)).status_code == 302
    charlie.post(page_of(campaign), variant(campaign, representative=representative.pk))
    assert not LetterVariant.objects.exists()


def test_two_variants_of_one_number_are_refused_in_words(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    one = variant(campaign, representative=representative.pk)
    two = {name.replace("-0-", "-1-"): value for name, value in one.items() if "-0-" in name}
    response = bob.post(page_of(campaign), one | two | {"letter_variants-TOTAL_FORMS": "2"})
    assert response.status_code == 200 and not LetterVariant.objects.exists()
    assert "duplicate" in response.content.decode()


# To whom a campaign may write


@pytest.fixture
def charlies_list() -> Legislature:
    charlies = make_organisation(name="Charlie’s")
    theirs = make_legislature(name="Charlie’s friends", kind="list")
    charlies.lists.add(theirs)
    return theirs


def test_a_campaign_writes_to_parliaments_and_councils_and_to_lists_of_its_own_organisation(
    campaign: Campaign, bob: Client, charlies_list: Legislature
) -> None:
    council, own = make_legislature(name="Northtown council", kind="council"), make_legislature(kind="list")
    campaign.organisation.lists.add(own)
    page = bob.get(page_of(campaign)).content.decode()
    assert "Northtown council" in page and own.name in page and "Charlie’s friends" not in page
    # The first legislature, ticked once more, is no second one.
    chosen = form(campaign, also_to=[str(council.pk), str(own.pk), str(campaign.legislature_id)], merge_identical="on")
    assert bob.post(page_of(campaign), chosen).status_code == 302
    campaign.refresh_from_db()
    assert set(campaign.also_to.all()) == {council, own} and campaign.merge_identical


def test_a_campaign_has_a_first_legislature_before_further_ones(campaign: Campaign, bob: Client) -> None:
    council = make_legislature(name="Northtown council", kind="council")
    response = bob.post(page_of(campaign), form(campaign, legislature="", also_to=[str(council.pk)]))
    assert response.status_code == 200 and "Choose this one first" in response.content.decode()
    assert not campaign.also_to.exists()


@pytest.mark.parametrize("field", ["also_to", "legislature"])
def test_nobody_takes_the_list_of_another_organisation(
    campaign: Campaign, bob: Client, charlies_list: Legislature, field: str
) -> None:
    response = bob.post(page_of(campaign), form(campaign, **{field: [str(charlies_list.pk)]}))
    assert response.status_code == 200
    campaign.refresh_from_db()
    assert charlies_list not in campaign.legislatures()


def test_who_works_for_two_organisations_mixes_no_lists(
    campaign: Campaign, bob: Client, charlies_list: Legislature
) -> None:
    """A draft may still go to either organisation, so lists of both are offered."""
    Campaign.objects.filter(pk=campaign.pk).update(published_at=None, state="draft")
    theirs = make_organisation()
    theirs.lists.add(shared := make_legislature(name="The other’s list", kind="list"))
    client = Client()
    both = make_user("dora@example.org", campaign.organisation, "editor", is_staff=True)
    both.memberships.create(organisation=theirs, role="editor")
    client.force_login(both)
    draft = {"slug": campaign.slug, "language": "en", "also_to": [str(shared.pk)]}
    response = client.post(page_of(campaign), form(campaign, organisation=str(campaign.organisation_id), **draft))
    assert response.status_code == 200 and "belongs to another organisation" in response.content.decode()
    response = client.post(page_of(campaign), form(campaign, organisation=str(theirs.pk), **draft))
    assert response.status_code == 302 and list(campaign.also_to.all()) == [shared]


def test_an_owner_cannot_take_a_list_through_the_page_of_the_organisation(
    campaign: Campaign, charlies_list: Legislature
) -> None:
    client = Client()
    client.force_login(make_user("alice@example.org", campaign.organisation, "owner", is_staff=True))
    address = f"/admin/campaigns/organisation/{campaign.organisation_id}/change/"
    page = client.get(address)
    fields = page.context["adminform"].form.initial | {"lists": [str(charlies_list.pk)]}
    response = client.post(address, {name: value for name, value in fields.items() if value is not None})
    assert response.status_code == 302
    assert not campaign.organisation.lists.exists() and "Charlie’s friends" not in page.content.decode()


# The wording


def wording(campaign: Campaign, **fields: str) -> dict[str, str]:
    said = WORDING | {"asks": "Keep it open.", "letter_points": "", "letter_ask": ""}
    return {"campaign": str(campaign.pk), "language": "en", **said, **fields}


def test_points_and_the_ask_are_published_with_the_wording(campaign: Campaign, bob: Client) -> None:
    address = "/admin/campaigns/campaigntext/add/"
    told = {"letter_points": "It is warm in {constituency}.\n\n It is free. ", "letter_ask": "Please keep it, {name}."}
    assert bob.post(address, wording(campaign, **told)).status_code == 302
    text = text_of(campaign)
    assert (text.version, text.letter_points) == (2, ["It is warm in {constituency}.", "It is free."])
    assert text.letter_ask == "Please keep it, {name}."
    page = bob.get(f"{address}?campaign={campaign.pk}").content.decode()
    assert "It is warm in {constituency}.\nIt is free.</textarea>" in page, "the next wording begins with these"
    assert "Keep it open." in page


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"letter_points": "Dear {MP}"}, "{MP}"),
        ({"letter_ask": "{Ask}"}, "{Ask}"),
        ({"letter_subject": "{subject}"}, "{subject}"),
        ({"letter_body": "{ body }"}, "{ body }"),
        ({"letter_points": "It is warm.", "letter_body": ""}, "begins with an opening"),
    ],
)
def test_a_wording_that_would_leave_an_open_place_is_refused(
    campaign: Campaign, bob: Client, fields: dict[str, str], error: str
) -> None:
    response = bob.post("/admin/campaigns/campaigntext/add/", wording(campaign, **fields))
    assert response.status_code == 200 and error in response.content.decode()
    assert CampaignText.objects.filter(campaign=campaign, language="en").count() == 1


# The operator's tables


def test_the_operator_keeps_dissolutions_and_layouts(campaign: Campaign) -> None:
    client = Client()
    client.force_login(make_user("operator@example.org", is_staff=True, is_superuser=True))
    legislature = campaign.legislature
    assert legislature is not None
    address = f"/admin/letters/legislature/{legislature.pk}/change/"
    today = timezone.localdate()
    data = {
        **{name: getattr(legislature, name) for name in ("slug", "name", "kind", "country", "boundary_set")},
        "translations": "{}",
        "time_zone": "Europe/London",
        "layout": "uk_c5",
        "dissolutions-TOTAL_FORMS": "1",
        "dissolutions-INITIAL_FORMS": "0",
        "dissolutions-0-legislature": str(legislature.pk),
        "dissolutions-0-valid_from": str(today),
        "dissolutions-0-valid_to": str(today + timedelta(days=30)),
    }
    assert client.post(address, data).status_code == 302
    legislature.refresh_from_db()
    assert legislature.layout == "uk_c5"
    assert not Representative.objects.serving(today).filter(legislature=legislature).exists()
    page = client.get(address).content.decode()
    assert "uk_c5" in page and "din_5008_b" in page
