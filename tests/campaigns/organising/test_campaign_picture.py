"""The picture of a campaign: chosen, said in words in each language, shown on the public page, and removed."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from campaigns import pictures
from campaigns.forms.organising.campaign_picture import KEPT
from campaigns.models import Campaign, LogEntry, Picture
from campaigns.seen import mark_of
from tests.campaigns.factories import make_campaign, make_organisation, make_user

pytestmark = pytest.mark.django_db

PAGE = "/organise/campaigns/library/picture/"
ALT = {"alt_en": "Forty people with books\r\nbefore a closed door.", "alt_ar": "أربعون شخصًا أمام باب مغلق."}


def png(width: int = 80, height: int = 40, colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def chosen(content: bytes | None = None, name: str = "crowd.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png() if content is None else content)


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", organisation=make_organisation(), arabic=True)


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", name="Bob"))
    return client


def seen(campaign: Campaign) -> str:
    return mark_of(Campaign.objects.get(pk=campaign.pk), KEPT)


def give(bob: Client, campaign: Campaign, **fields: Any) -> Any:
    said = {"seen": seen(campaign), **ALT, **fields}
    return bob.post(PAGE, {name: value for name, value in said.items() if value is not None})


def test_a_picture_is_made_anew_and_shown_with_its_words(campaign: Campaign, bob: Client) -> None:
    assert give(bob, campaign, file=chosen()).status_code == 302
    campaign.refresh_from_db()
    made = Picture.objects.get()
    assert campaign.picture == made and (made.width, made.height) == (80, 40)
    assert campaign.picture_alt["en"] == "Forty people with books before a closed door."
    shown = (
        f'<img src="/pictures/{made.digest}.webp" alt="Forty people with books before a closed door." lang="en" '
        'width="80" height="40" loading="lazy" decoding="async">'
    )
    page = Client().get("/library/").content.decode()
    assert shown in page and page.index("<h1>") < page.index("<figure")
    assert ALT["alt_ar"] in Client().get("/library/ar/").content.decode()
    assert b"WEBP" in b"".join(Client().get(f"/pictures/{made.digest}.webp").streaming_content)[:20]  # type: ignore[attr-defined]
    assert LogEntry.objects.get().details == {"fields": ["picture", "picture_alt"]}


def test_without_a_picture_the_public_page_has_no_place_for_one(campaign: Campaign) -> None:
    assert "<figure" not in Client().get("/library/").content.decode()


@pytest.mark.parametrize("missing", ["alt_en", "alt_ar"])
def test_it_is_said_in_words_in_every_language_of_the_campaign(campaign: Campaign, bob: Client, missing: str) -> None:
    response = give(bob, campaign, file=chosen(), **{missing: "  "})
    page = response.content.decode()
    assert response.status_code == 422 and "some of your readers cannot see it" in page
    assert "Choose the picture once more" in page and "as you would on the telephone" in page
    assert not Picture.objects.exists()


def test_words_need_a_picture(campaign: Campaign, bob: Client) -> None:
    response = give(bob, campaign)
    assert response.status_code == 422 and "Choose a picture." in response.content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"MZ\x90\x00 not a picture at all", "not a picture"),
        (png()[:60], "damaged"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_words(
    campaign: Campaign, bob: Client, content: bytes, said: str
) -> None:
    response = give(bob, campaign, file=chosen(content))
    assert response.status_code == 422 and said in response.content.decode()
    campaign.refresh_from_db()
    assert campaign.picture is None and campaign.picture_alt == {}


def test_words_alone_are_changed_without_choosing_the_picture_again(campaign: Campaign, bob: Client) -> None:
    give(bob, campaign, file=chosen())
    assert give(bob, campaign, alt_en="A crowd").status_code == 302
    campaign.refresh_from_db()
    assert campaign.picture is not None and campaign.picture_alt["en"] == "A crowd"


def test_another_picture_takes_its_place(campaign: Campaign, bob: Client) -> None:
    give(bob, campaign, file=chosen())
    give(bob, campaign, file=chosen(png(60, 60, "blue")))
    campaign.refresh_from_db()
    assert campaign.picture is not None and campaign.picture.width == 60


def test_it_is_removed_after_a_question(campaign: Campaign, bob: Client) -> None:
    give(bob, campaign, file=chosen())
    asked = bob.get(f"{PAGE}remove/")
    assert "Yes, remove it" in asked.content.decode()
    assert bob.post(f"{PAGE}remove/", {"seen": asked.context["seen"]}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.picture is None and campaign.picture_alt == {}
    assert LogEntry.objects.latest("pk").details == {"deed": "removed"}
    assert bob.get(f"{PAGE}remove/").status_code == 302


def test_the_later_of_two_is_told(campaign: Campaign, bob: Client) -> None:
    give(bob, campaign, file=chosen())
    before = seen(campaign)
    give(bob, campaign, alt_en="A crowd")
    response = give(bob, campaign, alt_en="A queue", seen=before)
    page = response.content.decode()
    assert response.status_code == 409 and '<dd dir="auto">A crowd</dd>' in page and "A queue" in page
    assert bob.post(f"{PAGE}remove/", {"seen": before}).status_code == 409
    campaign.refresh_from_db()
    assert campaign.picture is not None and campaign.picture_alt["en"] == "A crowd"


def test_a_language_without_words_yet_borrows_those_of_the_first(campaign: Campaign, bob: Client) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(picture=pictures.keep(png()), picture_alt={"en": "A crowd"})
    page = Client().get("/library/ar/").content.decode()
    assert 'alt="A crowd" lang="en"' in page


def test_the_words_are_words_and_no_markup(campaign: Campaign, bob: Client) -> None:
    give(bob, campaign, file=chosen(), alt_en='"><script>alert(1)</script>')
    assert "<script>alert(1)" not in Client().get("/library/").content.decode()


@pytest.mark.parametrize(("language", "side"), [("", 0.9), ("ar/", 0.1)])
def test_the_card_of_a_shared_link_shows_it_beside_the_title(
    campaign: Campaign, bob: Client, language: str, side: float
) -> None:
    def colour() -> tuple[int, ...]:
        card = Image.open(io.BytesIO(Client().get(f"/library/{language}card.png").content)).convert("RGB")
        found = card.getpixel((int(card.width * side), card.height // 2))
        assert card.size == (1200, 630) and isinstance(found, tuple)
        return found

    paper = colour()
    give(bob, campaign, file=chosen(png(1600, 400, "blue")))
    red, green, blue = colour()
    assert paper == (250, 247, 240) and blue > 200 and red < 60 and green < 60, "and not the card made before"
