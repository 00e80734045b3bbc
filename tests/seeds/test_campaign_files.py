"""What the files under seeds/ promise. Neither Django nor a database is needed to hold them to it."""

import csv
import datetime
import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
CAMPAIGN_FILES = sorted((SEEDS / "campaigns").glob("*.md"))
SLUGS = {
    "idlib-labour",
    "looming-massacre-idlib",
    "corbyn-russia-syria",
    "tyrants-bring-the-invaders",
    "aleppo-day-of-action",
}
KEYS = {
    "slug", "kind", "language", "title", "summary", "addressed_to", "goal", "legislature", "historic", "targets",
    "asks", "letter", "statement_salutation", "statement_closing", "sources", "events", "responses", "updates",
    "translations",
}  # fmt: skip
OPTIONAL_KEYS = {"affiliation_note", "recipient"}
UNTRANSLATED_KEYS = {"also_to", "variants"}  # optional too; a variant has its words in each language itself
TRANSLATED_KEYS = {
    "title", "summary", "addressed_to", "historic", "affiliation_note", "recipient", "targets", "asks", "letter",
    "statement_salutation", "statement_closing", "sources", "events", "responses", "body",
}  # fmt: skip
PLACEHOLDERS = {"representative", "constituency", "name", "campaign_url"}
EMAIL_ADDRESS = re.compile(r"[\w.+-]+@([\w.-]+)")
PARTIAL_DATE = r"\d{4}(-\d\d(-\d\d)?)?"  # as text: a document may give no more than the month
REFERENCE = re.compile(r"\[\^([^\]]*)\]")
ARABIC_LETTER = re.compile(r"[\u0621-\u064a]")
# A Latin comma, semicolon or question mark right after an Arabic letter.
LATIN_PUNCTUATION_IN_ARABIC = re.compile(r"[\u0621-\u0652][,;?]")


def read_campaign(path: Path) -> tuple[dict[str, Any], str]:
    opening, front_matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert opening == ""
    return yaml.safe_load(front_matter), body.strip()


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts_in(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts_in(item)]
    return [value] if isinstance(value, str) else []


def bodies_of(front: dict[str, Any], body: str) -> dict[str, str]:
    return {front["language"]: body} | {code: text["body"] for code, text in front["translations"].items()}


def letters_of(front: dict[str, Any]) -> list[dict[str, Any]]:
    return [front["letter"], *(text["letter"] for text in front["translations"].values())]


def whole(letter: dict[str, Any]) -> str:
    """As long as a letter can get: with every point."""
    return "\n\n".join([letter["opening"], *letter["points"], letter["ask"]])


def people_of(slug: str) -> list[dict[str, str]]:
    with (SEEDS / "lists" / f"{slug}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


every_campaign = pytest.mark.parametrize("path", CAMPAIGN_FILES, ids=lambda path: path.stem)


def test_the_five_campaigns_are_there() -> None:
    assert {path.stem for path in CAMPAIGN_FILES} == SLUGS


@every_campaign
def test_the_front_matter_is_complete(path: Path) -> None:
    front, _ = read_campaign(path)
    assert front.keys() - OPTIONAL_KEYS - UNTRANSLATED_KEYS == KEYS
    assert front["slug"] == path.stem
    assert front["kind"] in {"petition", "letter", "statement", "call"}
    assert front["language"] == "en"
    assert 10 <= front["goal"] <= 1000
    for key in ("title", "summary", "historic"):
        assert front[key].strip(), key
    # A statement that names nobody says so.
    assert bool(front["addressed_to"]) != ("names no addressee" in front["historic"])
    assert front["letter"].keys() == {"subject", "opening", "points", "ask"}
    legislature = yaml.safe_load((SEEDS / "directory" / "legislature.yaml").read_text(encoding="utf-8"))
    assert front["legislature"] == legislature["slug"]


@every_campaign
def test_lists_hold_what_the_format_says(path: Path) -> None:
    front, _ = read_campaign(path)
    assert front["sources"]
    for target in front["targets"]:
        assert target.keys() == {"name", "role", "organisation", "address"}
    for source in front["sources"]:
        assert source.keys() <= {"author", "title", "publication", "date", "url", "note"}
        assert source["title"]
        assert re.fullmatch(PARTIAL_DATE, source.get("date", "2018"))
    for event in front["events"]:
        assert event.keys() <= {"title", "date", "place", "url", "description"}
        assert event["title"] and isinstance(event["date"], datetime.date)
    for response in front["responses"]:
        assert response.keys() == {"author", "role", "date", "text", "source"}
        assert re.fullmatch(PARTIAL_DATE, response["date"])
        assert 1 <= response["source"] <= len(front["sources"])


@every_campaign
def test_every_reference_has_a_source_and_every_source_a_reference(path: Path) -> None:
    front, body = read_campaign(path)
    numbers = {str(number) for number, _ in enumerate(front["sources"], start=1)}
    for language, text in bodies_of(front, body).items():
        assert set(REFERENCE.findall(text)) == numbers, language


@every_campaign
def test_every_paragraph_with_a_figure_names_its_source(path: Path) -> None:
    front, body = read_campaign(path)
    for text in bodies_of(front, body).values():
        for line in text.splitlines():
            if re.search(r"\d", REFERENCE.sub("", line)) and not line.startswith("#"):
                assert REFERENCE.search(line), line


@every_campaign
def test_the_text_is_plain_markdown(path: Path) -> None:
    front, body = read_campaign(path)
    for text in [*bodies_of(front, body).values(), *texts_in(front)]:
        assert not re.search(r"<[a-zA-Z/!]", text)
        assert "![" not in text


@every_campaign
def test_letters_use_only_the_known_placeholders(path: Path) -> None:
    front, _ = read_campaign(path)
    for letter in letters_of(front):
        fields = {field for _, field, _, _ in Formatter().parse(whole(letter)) if field is not None}
        assert fields <= PLACEHOLDERS
        assert {"constituency", "campaign_url"} <= fields
        assert not re.match(r"\s*(Dear|السيد)\b", letter["opening"])
        assert "{campaign_url}" in letter["ask"].splitlines()  # in a sentence, its marks would look like a part of it


@every_campaign
def test_points_can_be_picked_and_put_in_any_order(path: Path) -> None:
    front, _ = read_campaign(path)
    for letter in letters_of(front):
        assert 3 <= len(letter["points"]) <= 6
        for point in letter["points"]:
            assert "\n" not in point.strip(), "a paragraph each"
            # A point that leans on the one before it would stand alone.
            assert not re.match(r"(He|She|They|It|These|Those|This|That|And|But|Neither|وهو|وهي|كما|ولم|لكن)\b", point)


@every_campaign
def test_a_letter_does_not_say_that_its_writer_has_signed(path: Path) -> None:
    front, _ = read_campaign(path)
    for letter in letters_of(front):
        assert not re.search(r"(my name to|I (have )?signed|وضعت اسمي|وقّعت)", whole(letter))


def test_the_names_are_passed_on_where_there_is_somebody_to_take_them() -> None:
    recipients = {path.stem: read_campaign(path)[0].get("recipient") for path in CAMPAIGN_FILES}
    assert {slug for slug, recipient in recipients.items() if recipient} == {"idlib-labour", "corbyn-russia-syria"}


@every_campaign
def test_letters_are_of_a_length_that_gets_read(path: Path) -> None:
    front, _ = read_campaign(path)
    for letter in letters_of(front):
        # More is no longer one sheet of paper, nor (in English) a mailto: address that mail programs take.
        assert 110 <= len(whole(letter).split()) <= 220
        assert 0 < len(letter["subject"]) <= 78  # RFC 5322, 2.1.1: the line length to keep to


@every_campaign
def test_a_translation_mirrors_the_english(path: Path) -> None:
    front, body = read_campaign(path)
    for text in front["translations"].values():
        assert text.keys() - OPTIONAL_KEYS == TRANSLATED_KEYS - OPTIONAL_KEYS
        assert text.keys() & OPTIONAL_KEYS == front.keys() & OPTIONAL_KEYS
        for key in ("targets", "asks", "sources", "events", "responses"):
            assert len(text[key]) == len(front[key]), key
        for translated, source in zip(text["sources"], front["sources"], strict=True):
            assert translated.keys() <= {"title", "note"}
            assert bool(translated.get("note")) == bool(source.get("note"))
        for key in ("addressed_to", "statement_salutation", "statement_closing"):
            assert bool(text[key]) == bool(front[key]), key
        assert text["body"].count("\n## ") == body.count("\n## ")
        assert len(REFERENCE.findall(text["body"])) == len(REFERENCE.findall(body))
        assert len(text["letter"]["points"]) == len(front["letter"]["points"])
        assert len(text["letter"]["ask"].split("\n\n")) == len(front["letter"]["ask"].split("\n\n"))


@every_campaign
def test_a_translation_gives_the_same_figures(path: Path) -> None:
    def figures(text: str) -> list[str]:
        plain = REFERENCE.sub("", text)
        # The Arabic says "400 thousand" where the English writes 400,000.
        plain = re.sub(r"(\d+) (?:ألف|thousand)", r"\1,000", plain)
        return sorted(re.findall(r"\d+(?:[.,]\d+)*", plain))

    front, body = read_campaign(path)
    for text in front["translations"].values():
        assert figures(text["body"]) == figures(body)
        for point, source in zip(text["letter"]["points"], front["letter"]["points"], strict=True):
            assert figures(point) == figures(source)
        assert figures(text["letter"]["ask"]) == figures(front["letter"]["ask"])


def test_arabic_is_complete_for_two_campaigns_and_set_as_arabic() -> None:
    translated = {path.stem: read_campaign(path)[0]["translations"].get("ar") for path in CAMPAIGN_FILES}
    arabic = {slug: text for slug, text in translated.items() if text}
    assert {"tyrants-bring-the-invaders", "aleppo-day-of-action"} <= arabic.keys()
    for text in arabic.values():
        for phrase in filter(None, texts_in(text)):
            assert ARABIC_LETTER.search(phrase), phrase
            assert not LATIN_PUNCTUATION_IN_ARABIC.search(phrase), phrase


@every_campaign
def test_the_page_says_that_the_campaign_is_historic_and_a_demonstration(path: Path) -> None:
    front, _ = read_campaign(path)
    assert re.search(r"historic campaign of \w+ 201[68]", front["historic"])
    assert "demonstration" in front["historic"]
    assert "go nowhere" in front["historic"].replace("\n", " ")


def test_no_email_address_outside_example_org_is_anywhere_in_the_seeds() -> None:
    for path in SEEDS.rglob("*"):
        if path.is_file():
            domains = set(EMAIL_ADDRESS.findall(path.read_text(encoding="utf-8")))
            assert domains <= {"example.org"}, path.name


def test_postal_addresses_in_the_campaigns_are_examples() -> None:
    for path in CAMPAIGN_FILES:
        for target in read_campaign(path)[0]["targets"]:
            assert not target["address"] or target["address"][-1] == "ZZ1 1ZZ"


def test_the_organisation_is_complete() -> None:
    organisations = yaml.safe_load((SEEDS / "organisations.yaml").read_text(encoding="utf-8"))
    assert [organisation["slug"] for organisation in organisations] == ["demonstration"]
    for key in ("name", "about", "controller", "contact_email", "postal_address", "accent", "privacy"):
        assert organisations[0][key], key
    assert re.fullmatch(r"#[0-9a-f]{6}", organisations[0]["accent"])
    assert organisations[0]["translations"]["ar"].keys() == {"name", "about", "controller", "privacy"}
    assert [held["slug"] for held in organisations[0]["lists"]] == ["humanitarian-demo"]


def test_a_list_shows_every_way_to_be_reached_and_nobody_who_could_be() -> None:
    people = people_of("humanitarian-demo")
    assert 4 <= len(people) <= 8
    assert {row["email"].partition("@")[2] for row in people} == {"example.org", ""}
    assert all(row["address"].endswith("ZZ1 1ZZ") and "(demonstration)" in row["address"] for row in people)
    assert {"female", "male", ""} == {row["gender"] for row in people}


def test_one_campaign_writes_to_several_and_says_other_words_to_some() -> None:
    (front,) = (front for path in CAMPAIGN_FILES if (front := read_campaign(path)[0]).get("also_to"))
    assert front["also_to"] == ["humanitarian-demo"]
    names = {row["name"] for row in people_of("humanitarian-demo")}
    assert {variant["person"] for variant in front["variants"] if "person" in variant} <= names
    assert any(variant.get("deed") == "nobody" for variant in front["variants"])
    for variant in front["variants"]:
        for words in variant["words"].values():
            assert words.keys() <= {"reason", "subject", "body", "points", "ask"}
            said = " ".join(texts_in(words))
            fields = {field for _, field, _, _ in Formatter().parse(said) if field is not None}
            # Who is on a list has no constituency.
            assert fields <= PLACEHOLDERS - {"constituency"}
    # What the campaign says of the writer's constituency is not said to people who have none.
    (for_all,) = (variant for variant in front["variants"] if "legislature" in variant)
    assert for_all["words"]["en"]["body"] and for_all["words"]["en"]["ask"]
    assert not any("{constituency}" in point for point in front["letter"]["points"])
