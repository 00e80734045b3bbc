"""The document beside its draft: each value lights up what it rests on, what was left out can be taken back."""

from typing import Any

import pytest
from django.test import Client

from campaigns import checking
from campaigns.forms.organising.material import from_draft
from campaigns.models import Campaign, Material, Organisation

from .read_material import a_draft, address, as_shown, bob, check, material, organisation, read, words

__all__ = ["bob", "material", "organisation"]  # pytest finds them by their names here


# The original, as pieces


def pieces(draft: dict[str, Any]) -> list[checking.Piece]:
    return [piece for run in checking.original(draft)[0] for piece in run]


def test_the_whole_document_is_there_in_its_order() -> None:
    draft = a_draft()
    shown = pieces(draft)
    kept = [piece for piece in shown if not piece.reason]
    assert "\n\n".join("".join(segment.text for segment in piece.segments) for piece in kept) == draft["text"]
    assert [piece.id for piece in shown][:4] == ["p0", "p1", "d0", "p2"], "what was left out stands at its place"
    assert str(shown[2].reason) == "buttons to share it"


def test_what_was_left_out_at_the_end_comes_last() -> None:
    dropped = [{"text": "Leave a reply", "reason": "comments", "after": 11}]
    assert pieces(a_draft(dropped=dropped))[-1].id == "d0"


def test_a_segment_knows_which_fields_rest_on_it() -> None:
    [ask] = [piece for piece in pieces(a_draft()) if piece.id == "p5"]
    assert [segment.keys.split() for segment in ask.segments] == [["letter", "asks.0"]]
    assert set(ask.segments[0].anchors) == {"at-asks-0", "at-asks"}
    [second] = [piece for piece in pieces(a_draft()) if piece.id == "p6"]
    assert second.segments[0].anchors == ("at-asks-1",), "an anchor stands at the first place alone"


def test_spans_that_overlap_are_cut_apart() -> None:
    draft = a_draft([("paragraph", "abcdefgh")], title=None)
    draft["spans"] = {"title": [[0, 4]], "date": [[2, 6]]}
    [piece] = [piece for piece in pieces(draft) if piece.id == "p0"]
    assert [(one.text, one.keys) for one in piece.segments] == [
        ("ab", "title"),
        ("cd", "title date"),
        ("ef", "date"),
        ("gh", ""),
    ]


def test_many_signatories_are_a_number_and_a_few_are_shown() -> None:
    names = [("paragraph", f"Signer number {n}") for n in range(40)]
    many = a_draft([("paragraph", "Dear all,"), *names], dropped=[])
    many["spans"]["signatories"] = [[p["start"], p["end"]] for p in many["passages"][1:]]
    assert [piece.names for piece in pieces(many) if piece.kind == "names"] == [40]
    assert not [piece for piece in pieces(a_draft()) if piece.kind == "names"]


def test_a_document_of_thousands_of_pieces_is_cut_and_says_so() -> None:
    shown, cut = checking.original(a_draft([("paragraph", f"Passage {n}") for n in range(5_000)]))
    assert sum(len(run) for run in shown) == checking.MOST_PIECES and cut


@pytest.mark.parametrize(
    ("changes", "key", "sure", "anchor"),
    [
        ({}, "title", "stated", "at-title"),
        ({"confidence": {"title": 0.7}}, "title", "probable", "at-title"),
        ({"confidence": {"title": 0.3}}, "title", "suggested", "at-title"),
        ({"inferred": ["title"]}, "title", "suggested", "at-title"),
        ({"title": None}, "title", "absent", ""),
        ({}, "asks.1", "stated", "at-asks-1"),
        ({"inferred": ["asks.1"]}, "asks.1", "suggested", "at-asks-1"),
        ({"inferred": ["asks.1"]}, "asks.0", "stated", "at-asks-0"),
        ({}, "language", "stated", ""),
    ],
)
def test_how_sure_a_value_is_is_said_in_words(changes: dict[str, Any], key: str, sure: str, anchor: str) -> None:
    found = checking.evidence(a_draft(**changes), key)
    assert (found.sure, found.anchor) == (sure, anchor)
    assert str(found.words).endswith(".")


# The page


def test_the_form_has_what_the_document_says(bob: Client, material: Material) -> None:
    sent = as_shown(bob.get(address(material)))
    assert sent["title"] == "Keep the swimming pool of Easton open"
    assert sent["summary"] == "The council wants to close it in March."
    assert (sent["kind"], sent["language"]) == ("letter", "en")
    assert (sent["salutation"], sent["closing"]) == ("Dear members of the council,", "Yours faithfully,")
    assert sent["addressed_to"] == "members of the council"
    assert [sent["asks-0-text"], sent["asks-1-text"]] == a_draft()["asks"]
    assert str(sent["events-0-date"]) == "2096-12-05" and sent["events-0-use"]
    assert "figures-0-use" not in sent and sent["cite"]
    assert "keep_signatories" not in sent and "name_document" not in sent


def test_what_the_document_does_not_say_stays_empty_and_is_said(bob: Client, organisation: Organisation) -> None:
    nothing = dict.fromkeys(("title", "standfirst", "byline", "publication", "date", "salutation", "closing"))
    none: dict[str, Any] = {name: [] for name in ("addressees", "asks", "events", "figures", "signatories")}
    response = bob.get(address(read(organisation, draft=a_draft(**nothing, **none))))
    sent = as_shown(response)
    assert not any(sent[name] for name in ("title", "byline", "publication", "date", "addressed_to"))
    page = words(response)
    assert sent["summary"] == "1,240 children learned to swim there last year.", "a suggestion, in its own words"
    assert '<span class="rests-on suggested">' in page.split('id="about-summary"')[1].split("</div>")[0]
    for said in (
        "No demand was found",
        "The document names no day",
        "No figures were found",
        "The document lists nobody",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("read_out", "filled"),
    [("https://herald.example/pool", "https://herald.example/pool"), ("herald.example", "https://herald.example")]
    + [("/2026/10/pool/", ""), ("javascript:alert(1)", "")],
)
def test_half_an_address_of_the_source_is_none(
    bob: Client, organisation: Organisation, read_out: str, filled: str
) -> None:
    response = bob.get(address(read(organisation, draft=a_draft(source_url=read_out))))
    assert as_shown(response)["source_url"] == filled


def test_an_inferred_addressee_is_offered_and_not_filled_in(bob: Client, organisation: Organisation) -> None:
    draft = a_draft(addressees=["the mayor"], inferred=["addressees.0"])
    response = bob.get(address(read(organisation, draft=draft)))
    assert as_shown(response)["addressed_to"] == ""
    assert "Perhaps also" in words(response) and "the mayor" in words(response)


@pytest.mark.parametrize(
    ("day", "filled", "ticked"),
    [("2096-12-05", "2096-12-05", True), ("2096-12-05T12:00", "2096-12-05", True), ("--12-05", "None", False)]
    + [("2096-12-05/2096-12-07", "2096-12-05", True), ("2026-13-45", "None", False)],
)
def test_a_day_without_its_year_is_left_to_the_organiser(
    bob: Client, organisation: Organisation, day: str, filled: str, ticked: bool
) -> None:
    response = bob.get(address(read(organisation, draft=a_draft(events=[{"date": day, "text": "We meet."}]))))
    sent = as_shown(response)
    assert str(sent.get("events-0-date")) == filled and sent.get("events-0-use", False) == ticked
    assert (f'<bdi dir="ltr">{day}</bdi>' in words(response)) == (len(day) != 10)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"date": "2019-12-05", "text": "On 5 December 2019 we met."}, "it is past"),
        ({"date": "2096-12-05", "text": "Keep the swimming pool of Easton open"}, "it is the title"),
    ],
)
def test_a_day_that_is_no_invitation_is_not_ticked(
    bob: Client, organisation: Organisation, event: dict[str, str], why: str
) -> None:
    sent = as_shown(bob.get(address(read(organisation, draft=a_draft(events=[event])))))
    assert sent["events-0-title"] == event["text"] and "events-0-use" not in sent, why


@pytest.mark.parametrize(
    ("ask", "shown"),
    [
        ('"Keep the pool open."', "Keep the pool open."),
        ("“Keep the pool open.", "Keep the pool open."),
        ('Keep the pool open."', "Keep the pool open."),
        ('Stop calling it "a burden"', 'Stop calling it "a burden"'),
        ("«Fermer» n’est pas une réponse.", "«Fermer» n’est pas une réponse."),
    ],
)
def test_a_quotation_mark_whose_other_half_stands_elsewhere_is_left_off(ask: str, shown: str) -> None:
    assert from_draft(a_draft(asks=[ask]))["asks"] == [{"source": 0, "text": shown}]


def test_a_letter_inside_a_news_story_is_signed_as_a_letter(bob: Client, organisation: Organisation) -> None:
    response = bob.get(address(read(organisation, draft=a_draft(is_open_letter=False))))
    assert as_shown(response)["kind"] == "letter"
    assert "A suggestion: look at it." in words(response).split('id="about-kind"')[1].split("</div>")[0]
    story = a_draft(is_open_letter=False, letter_markdown="", events=[])
    assert from_draft(story)["kind"] == "statement"


def test_words_on_two_lines_are_not_run_together_in_a_field_of_one(bob: Client, organisation: Organisation) -> None:
    broken: dict[str, Any] = dict.fromkeys(("title", "salutation", "closing", "byline"), "Dear members\nof the council")
    events = [{"date": "2096-12-05", "text": "We meet\nat noon."}]
    material = read(organisation, draft=a_draft(addressees=["The council\nof Easton"], events=events, **broken))
    sent = as_shown(bob.get(address(material)))
    assert {sent[name] for name in broken} == {"Dear members of the council"}
    assert (sent["addressed_to"], sent["events-0-title"]) == ("The council of Easton", "We meet at noon.")
    check(bob, material)
    assert as_shown(bob.get(address(material, "address")))["targets-0-name"] == "The council of Easton"


def test_a_summary_that_the_text_begins_with_is_called_so(bob: Client, organisation: Organisation) -> None:
    twice = "How the text begins: the page shows it once."
    material = read(organisation, draft=a_draft(standfirst=None))
    assert as_shown(bob.get(address(material)))["summary"] == "1,240 children learned to swim there last year."
    assert twice in words(bob.get(address(material)))
    check(bob, material, do="save", summary="Our town would lose its only pool.")
    assert twice not in words(bob.get(address(material)))


def test_each_field_points_to_its_place_in_the_original(bob: Client, material: Material) -> None:
    page = bob.get(address(material)).content.decode()
    for anchor in (
        "at-title",
        "at-standfirst",
        "at-salutation",
        "at-letter",
        "at-asks-1",
        "at-events-0",
        "at-figures-0",
    ):
        assert page.count(f'id="{anchor}"') == 1 and f'href="#{anchor}"' in page, anchor


def test_saving_stores_what_was_checked_and_publishes_nothing(bob: Client, material: Material) -> None:
    response = check(bob, material, do="save", title="Save our pool", **{"asks-1-text": "", "figures-0-use": "on"})
    assert response.status_code == 302 and response["Location"] == address(material)
    material.refresh_from_db()
    assert material.checked_at and material.checked["title"] == "Save our pool"
    assert [ask["text"] for ask in material.checked["asks"]] == ["Keep the pool open until a new one stands"]
    assert material.checked["figures"][0]["use"] and not Campaign.objects.exists()
    assert as_shown(bob.get(address(material)))["title"] == "Save our pool", "and it is there when one comes back"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "Title: This field is required."),
        ({"text": ""}, "Text: This field is required."),
        ({"date": "October"}, "Write the date as 2018, 2018-09 or 2018-09-16."),
        ({"source_url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"response": "No."}, "Say who answered, or empty the answer."),
        ({"events-0-date": ""}, "Give the day, or leave this one out."),
        ({"events-0-title": "", "events-0-use": "on"}, "Say what happens, or leave this one out."),
        ({"asks-TOTAL_FORMS": "99999"}, "Please submit at most 61 forms."),
        ({"language": "<b>"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    bob: Client, material: Material, changes: dict[str, Any], said: str
) -> None:
    response = check(bob, material, **changes)
    assert response.status_code == 422 and said in words(response)
    material.refresh_from_db()
    assert not material.checked and material.checked_at is None


def test_a_document_from_right_to_left_says_its_language(bob: Client, organisation: Organisation) -> None:
    draft = a_draft([("heading", "أبقوا المسبح مفتوحًا")], title="أبقوا المسبح مفتوحًا", language="ar")
    page = bob.get(address(read(organisation, draft=draft))).content.decode()
    assert '<div class="sheet" lang="ar">' in page
    assert (
        '<p class="words" dir="auto">' in page and 'lang="ar" ' in page.split('id="id_title"')[0].split("<textarea")[-1]
    )


def test_the_signatories_have_a_page_to_search(bob: Client, organisation: Organisation) -> None:
    names = [{"name": f"Signer {n}", "affiliation": "Hill School" if n == 7 else None} for n in range(450)]
    material = read(organisation, draft=a_draft(signatories=names, signatories_stated="More than 400 people"))
    first = bob.get(address(material, "signatories"))
    assert "450 names" in words(first) and first.content.count(b"<b><bdi>Signer") == 200
    assert "More than 400 people" in words(first) and "They do not become signatures" in words(first)
    found = words(bob.get(address(material, "signatories"), {"q": "hill SCHOOL"}))
    assert "Signer 7<" in found and "1 name" in found and "Signer 8<" not in found
    assert "They are not taken over as signatures" in words(bob.get(address(material)))


def test_the_page_asks_the_database_as_little_for_many_as_for_one(
    bob: Client, organisation: Organisation, django_assert_num_queries: Any
) -> None:
    names = [{"name": f"Signer {n}", "affiliation": None} for n in range(3_000)]
    for one in (read(organisation), read(organisation, content=b"Another.", draft=a_draft(signatories=names))):
        for page in ("check", "signatories"):
            with django_assert_num_queries(5):  # session, account, organisation, role, material
                bob.get(address(one, page))


def test_what_an_organiser_has_changed_is_no_longer_what_the_document_says(bob: Client, material: Material) -> None:
    def says(page: str, about: str) -> str:
        return page.split(f'id="about-{about}"')[1].split("</div>")[0]

    before = words(bob.get(address(material)))
    assert "The document says so." in says(before, "title") and "The document says so." in says(before, "asks-0")
    check(bob, material, do="save", title="Save our pool", **{"asks-0-text": "Keep it open."})
    after = words(bob.get(address(material)))
    for about in ("title", "asks-0"):
        assert "In your own words." in says(after, about) and "Show in the original" in says(after, about)
    for about in ("summary", "asks-1", "text"):
        assert "The document says so." in says(after, about)


def test_a_text_that_is_longer_than_a_page_is_cut_between_paragraphs_and_that_is_said(
    bob: Client, organisation: Organisation
) -> None:
    paragraph = "It was said at length. " * 40
    response = bob.get(address(read(organisation, draft=a_draft(letter_markdown=f"{paragraph}\n\n" * 200))))
    text = as_shown(response)["text"]
    assert 90_000 < len(text) <= 100_000 and text.endswith("at length. ")
    assert "The text is longer than one page can hold." in words(response)
