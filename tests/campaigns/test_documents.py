from unittest.mock import patch

import pytest
from django.template.loader import render_to_string
from django.test import Client

from campaigns import documents
from campaigns.models import Campaign, Source, Target
from letters.letter_text import sheet_for
from letters.pdf import LetterSheet
from tests.letters.factories import build_letter, make_legislature, make_representative

from .factories import make_campaign, make_organisation, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    organisation = make_organisation(
        postal_address="Friends of the Library\n1 High Street\nNORTHTOWN",
        translations={"ar": {"name": "أصدقاء المكتبة"}},
    )
    return make_campaign(organisation=organisation, arabic=True)


def sheet_of(campaign: Campaign, language: str = "") -> LetterSheet:
    with patch("campaigns.documents.letter_pdf") as made:
        documents.campaign_letter(text_of(campaign, language))
    sheet = made.call_args.args[0]
    assert isinstance(sheet, LetterSheet)
    return sheet


def card_of(campaign: Campaign, language: str = "") -> str:
    with patch("campaigns.documents.card_png") as made:
        documents.share_card(text_of(campaign, language))
    return str(made.call_args.args[0])


@pytest.mark.parametrize(("language", "name"), [("en", "Friends of the Library"), ("ar", "أصدقاء المكتبة")])
def test_the_sender_is_named_once(campaign: Campaign, language: str, name: str) -> None:
    sheet = sheet_of(campaign, language)
    assert (sheet.sender_name, sheet.sender_lines) == (name, ("1 High Street", "NORTHTOWN"))


def test_no_line_of_the_addressee_comes_twice(campaign: Campaign) -> None:
    Target.objects.create(
        campaign=campaign, number=1, name="The council", organisation="The council", address="1 Example Square"
    )
    assert sheet_of(campaign).recipient_lines == ("The council", "1 Example Square")


@pytest.mark.parametrize(
    ("country", "own", "layout"), [("GB", "", "uk_dl"), ("DE", "", "din_5008_b"), ("DE", "din_5008_a", "din_5008_a")]
)
def test_it_is_laid_out_for_the_envelopes_of_the_legislatures_country(
    campaign: Campaign, country: str, own: str, layout: str
) -> None:
    assert sheet_of(campaign).layout == ""
    campaign.legislature = make_legislature(country=country, layout=own)
    campaign.save()
    assert sheet_of(campaign).layout == layout


def test_a_sources_note_is_given_in_the_language_of_the_page(campaign: Campaign, client: Client) -> None:
    Source.objects.create(
        campaign=campaign, number=1, title="Visitors", note="Undated.", translations={"ar": {"note": "بلا تاريخ."}}
    )
    assert sheet_of(campaign, "en").sources == ("Visitors.\nUndated.",)
    assert sheet_of(campaign, "ar").sources == ("Visitors.\nبلا تاريخ.",)
    english = client.get(campaign.address_in("en")).content.decode()
    arabic = client.get(campaign.address_in("ar")).content.decode()
    assert "Undated." in english and "بلا تاريخ." not in english
    assert "بلا تاريخ." in arabic and "Undated." not in arabic and "Visitors" in arabic


def test_a_card_of_nobody_yet_has_an_empty_bar(campaign: Campaign) -> None:
    assert '<div class="bar"></div>' in card_of(campaign)
    Campaign.objects.update(signature_count=25, signature_goal=100)
    assert '<div class="bar"><div style="width: 25%"></div></div>' in card_of(campaign)


def test_a_card_leaves_out_what_no_font_has() -> None:
    plain, odd = (
        make_campaign(wording={"title": "Save it"}),
        make_campaign(slug="odd", wording={"title": "Save\ue000 it"}),
    )
    assert documents.share_card(text_of(odd)) == documents.share_card(text_of(plain))


def test_a_month_of_two_names_is_not_broken_on_a_card() -> None:
    campaign = make_campaign(wording={"title": "في 23 شباط/فبراير"})
    assert "<h1>في 23 شباط\u2060/\u2060فبراير</h1>" in card_of(campaign)


def test_an_address_in_a_letter_that_is_shown_keeps_its_direction() -> None:
    letter = build_letter(make_representative(name="Bob Helper"), body="على http://testserver/x/ar/، <b>وأرجو</b>")
    shown = render_to_string("campaigns/public/writing/_sheet.html", {"sheet": sheet_for(letter)})
    assert (
        '<bdi class="web" dir="ltr"><span>http://</span><span>testserver/</span><span>x/</span><span>ar/</span></bdi>،'
        in shown
    )
    assert "&lt;b&gt;" in shown and "<b>وأرجو" not in shown
