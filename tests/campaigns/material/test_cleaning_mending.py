"""What is a paragraph in truth, whatever its markup says; and a text is never left out whole."""

from campaigns.material.cleaning import clean
from campaigns.material.document import Block, Document, Kind
from campaigns.material.extraction import extract

DEMAND = (
    "The council must publish, before the end of June, what it has spent on the harbour wall in each of the last ten "
    "years, and who decided that the lower pier should be left to the sea."
)


def kinds(*blocks: Block) -> list[Kind]:
    return [passage.kind for passage in clean(Document("html", blocks)).passages]


def test_a_paragraph_in_large_letters_is_a_paragraph() -> None:
    assert kinds(Block("Our demands", Kind.HEADING, 1), Block(DEMAND, Kind.HEADING, 3)) == [
        Kind.HEADING,
        Kind.PARAGRAPH,
    ]


def test_a_long_title_stays_a_title() -> None:
    assert kinds(Block(DEMAND, Kind.HEADING, 1), Block(DEMAND)) == [Kind.HEADING, Kind.PARAGRAPH]


def test_a_page_of_demands_in_large_letters_keeps_them_all() -> None:
    demands = [Block(f"{number}. {DEMAND}", Kind.HEADING, 2) for number in (1, 2, 3)]
    draft = extract(clean(Document("html", (Block("Our demands", Kind.HEADING, 1), *demands))))
    assert draft.body is not None
    assert all(demand.text in draft.body.value for demand in demands)


def test_a_document_that_is_all_notes_is_not_empty() -> None:
    draft = extract(clean(Document("txt", (Block("Update (3 May 2019): the ferry runs again since this morning."),))))
    assert draft.body is not None and "the ferry runs again" in draft.body.value
