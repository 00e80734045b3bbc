"""A page that is nothing but demands, in the ways that pages set them."""

import pytest

from campaigns.material.cleaning import clean
from campaigns.material.document import Block, Document, Kind
from campaigns.material.draft import Draft
from campaigns.material.extraction import extract

TITLE = Block("Demands of the swimmers", Kind.HEADING, 1)
DEMANDS = ("Reopening of the lido until May", "Clean water in both pools", "Free entry for children under twelve")
SLOGANS = ("Swim again!", "Clear water", "Nobody pays")
REASON = (
    "The lido has been closed for two summers, and the council has told nobody why. Children of the eastern quarter "
    "have no other place to learn to swim, and the teachers of three schools have asked for it in vain."
)


def draft_of(*blocks: Block) -> Draft:
    return extract(clean(Document("html", blocks)))


def asks(draft: Draft) -> list[str]:
    return [one.value for one in draft.asks]


def sections() -> list[Block]:
    pairs = zip(SLOGANS, DEMANDS, strict=True)
    return [block for slogan, demand in pairs for block in (Block(slogan, Kind.HEADING, 3), Block(demand))]


@pytest.mark.parametrize("title", ["Our urgent demands", "Demands of the swimmers", "Die wichtigsten Forderungen"])
def test_a_heading_announces_demands_by_one_of_its_words(title: str) -> None:
    items = [Block(demand, Kind.ITEM, 1) for demand in DEMANDS]
    assert asks(draft_of(Block(title, Kind.HEADING, 1), *items, Block(REASON))) == list(DEMANDS)


def test_a_sentence_that_only_has_such_a_word_announces_none() -> None:
    lead = Block("The council has met our demands of last year.")
    items = [Block(name, Kind.ITEM, 1) for name in ("The lido", "The pool", "The fountain")]
    assert asks(draft_of(Block("News", Kind.HEADING, 1), Block(REASON), lead, *items)) == []


def test_of_a_slogan_and_the_sentence_below_it_the_sentence_is_the_demand() -> None:
    assert asks(draft_of(TITLE, *sections(), Block("Why", Kind.HEADING, 1), Block(REASON))) == list(DEMANDS)


def test_a_heading_over_other_headings_is_no_demand() -> None:
    draft = draft_of(TITLE, Block("In the next five years", Kind.HEADING, 2), *sections(), Block(REASON))
    assert asks(draft) == list(DEMANDS)


def test_the_text_begins_with_its_first_section_though_that_has_no_whole_sentence() -> None:
    draft = draft_of(TITLE, *sections(), Block("Why", Kind.HEADING, 1), Block(REASON), Block(REASON[::-1]))
    assert draft.body is not None and draft.body.value.startswith("Swim again!\n\nReopening of the lido")


@pytest.mark.parametrize("mark", ["{}. {}", "({}) {}"])
def test_a_page_of_numbered_demands_is_a_petition(mark: str) -> None:
    numbered = [Block(mark.format(number, f"{demand}, as was promised.")) for number, demand in enumerate(DEMANDS, 1)]
    draft = draft_of(TITLE, *numbered)
    assert draft.is_open_letter is not None and draft.is_open_letter.value
    assert len(asks(draft)) == 3


def test_a_page_of_numbered_news_is_none() -> None:
    numbered = [Block(f"{number}. {demand}, as was promised.") for number, demand in enumerate(DEMANDS, 1)]
    draft = draft_of(Block("News of the lido", Kind.HEADING, 1), *numbered)
    assert draft.is_open_letter is not None and not draft.is_open_letter.value
