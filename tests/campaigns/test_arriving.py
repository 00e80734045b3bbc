import re

import pytest
from django.test import Client

from campaigns import arriving
from campaigns.models import Campaign, Signature

from .factories import make_campaign, make_signature, signing_form

OURS = "sign.example.org"


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("utm_source=Facebook&utm_medium=Social%20Post&utm_campaign=launch", "facebook / social-post / launch"),
        ("utm_campaign=autumn-2026", "autumn-2026"),
        ("utm_source=%D8%AD%D9%85%D9%84%D8%A9", "حملة"),
        ("utm_source=poster&utm_campaign=covid19", "poster / covid19"),
        ("gclid=abc&fbclid=xyz&ref=anna", ""),
        ("", ""),
    ],
)
def test_the_three_words_of_a_link_are_kept_and_nothing_else(asked: str, kept: str) -> None:
    assert arriving.of_link(f"https://{OURS}/library/?{asked}", OURS) == kept


@pytest.mark.parametrize(
    "word",
    ["anna@example.org", "anna%40example.org", "2026", "48213", "list-48213", "7c9e6679-7425-40de-944b-e07fc1f90ae7"]
    + ["a3f9c2d1", "x7k2m9q4", "x" * 39, "=cmd|' /C calc'!A0", "<script>", "a\0b", "../..", "-", "%2Bsum"],
)
def test_a_word_that_looks_made_for_one_person_or_is_none_is_dropped_and_the_others_stay(word: str) -> None:
    link = f"https://{OURS}/library/?utm_source=newsletter&utm_campaign={word}"
    assert arriving.of_link(link, OURS) == "newsletter"


@pytest.mark.parametrize(
    "address",
    ["https://other.example.org/?utm_source=x", "https://[::1/?utm_source=x", "", "x", "https://sign.example.org:1:2"]
    + [f"https://{OURS}/?" + "a=1&" * 99 + "utm_source=x"],
)
def test_another_address_than_one_of_ours_and_a_broken_one_say_nothing(address: str) -> None:
    assert arriving.of_link(address, OURS) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.News.example.org:443", "news.example.org"),
        ("l.facebook.com", "facebook.com"),
        ("a1b2c3d4e5f6.mail.example.org", "mail.example.org"),
        ("com.google.android.gm", "com.google.android.gm"),
        (OURS, ""),
        (f"www.{OURS}:8000", ""),
        ("127.0.0.1", ""),
        ("anna@example.org", ""),
        ("example.org/anna?x=1", ""),
        ("a" * 300 + ".org", ""),
        ("facebook / social / launch", "facebook / social / launch"),
        ("facebook / 48213 / a@b.org / more", "facebook"),
    ],
)
def test_of_another_page_the_host_is_kept_alone(typed: str, kept: str) -> None:
    assert arriving.cleaned(typed, OURS) == kept
    assert arriving.cleaned(kept, OURS) == kept, "and once more, as a form that comes back has it"


def test_what_is_kept_always_fits_its_column() -> None:
    longest = f"https://{OURS}/?" + "&".join(f"{word}={'x' * 38}" for word in arriving.WORDS)
    assert len(arriving.of_link(longest, OURS)) == arriving.LONGEST == 120
    assert Signature._meta.get_field("came_from").max_length == 120


# The form


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make_campaign(slug="library")


def test_the_link_of_the_page_is_kept_with_the_signature(client: Client, campaign: Campaign) -> None:
    page = "http://testserver/library/?utm_source=newsletter&utm_medium=email&x=anna"
    response = client.post("/library/sign/", signing_form(came_from="example.org"), headers={"referer": page})
    assert response.status_code == 303
    assert Signature.objects.get().came_from == "newsletter / email"


def test_without_words_in_the_link_the_host_before_it_is_kept(client: Client, campaign: Campaign) -> None:
    page = "http://testserver/library/"
    client.post("/library/sign/", signing_form(came_from="www.example.org"), headers={"referer": page})
    assert Signature.objects.get().came_from == "example.org"


def test_a_form_that_came_back_with_an_error_still_knows(client: Client, campaign: Campaign) -> None:
    page = "http://testserver/library/?utm_source=newsletter&utm_medium=email"
    response = client.post("/library/sign/", signing_form(name=""), headers={"referer": page})
    assert response.status_code == 422
    [kept] = re.findall(r'name="came_from" value="([^"]*)"', response.content.decode())
    again = {"referer": "http://testserver/library/sign/"}
    client.post("/library/sign/", signing_form(came_from=kept), headers=again)
    assert Signature.objects.get().came_from == "newsletter / email"


@pytest.mark.parametrize("typed", ["a\0b", "x" * 10_000, '"><script>', "\ud800".encode("utf-8", "surrogatepass")])
def test_nonsense_in_the_hidden_field_is_no_error(client: Client, campaign: Campaign, typed: str) -> None:
    assert client.post("/library/sign/", signing_form(came_from=typed)).status_code == 303
    assert Signature.objects.get().came_from == ""


def test_the_page_is_the_same_whatever_link_leads_to_it(client: Client, campaign: Campaign) -> None:
    with_words, without = client.get("/library/?utm_source=newsletter"), client.get("/library/")
    assert with_words.content == without.content
    assert not with_words.cookies and "Cookie" not in with_words.get("Vary", "")


def test_retention_erases_it_and_its_owner_sees_it_before(campaign: Campaign) -> None:
    signature = make_signature(campaign, came_from="newsletter")
    assert signature.as_data()["came_from"] == "newsletter"
    assert "came_from" in Signature.PERSONAL
