"""What pages and formats broke is made whole."""

import pytest

from campaigns.material.cleaning import clean
from campaigns.material.document import Block, Cleaned, Document, Kind, Mark, Reason, Style

BEFORE = (
    "The orchard behind the old mill was planted by the children of the village school, and for sixty years it has fed"
    " whoever came by for a"
)
AFTER = "basket of apples, which is why nobody understands that it is to become a car park."
ELSE = "Nobody in the village was asked, and nobody in the village would have said yes to any of it."


def cleaned(*blocks: Block | str) -> Cleaned:
    return clean(Document("pdf", tuple(Block(one) if isinstance(one, str) else one for one in blocks)))


def texts(result: Cleaned) -> list[str]:
    return [passage.text for passage in result.passages if passage.kind != Kind.META]


def test_a_sentence_that_blank_lines_cut_in_two_is_one_again() -> None:
    assert texts(cleaned(BEFORE, AFTER, ELSE)) == [f"{BEFORE} {AFTER}", ELSE]


def test_the_marks_of_its_second_half_move_with_it() -> None:
    second = Block(AFTER, marks=(Mark(10, 16, Style.BOLD),))
    passage = cleaned(BEFORE, second, ELSE).passages[0]
    (mark,) = passage.block.marks
    assert passage.text[mark.start : mark.end] == "apples"


def test_an_item_of_a_list_in_small_letters_stays_an_item() -> None:
    items = ["an end to the felling of old trees on land that belongs to the village", "a say for those who live here"]
    assert texts(cleaned(ELSE, "We ask for:", *items)) == [ELSE, "We ask for:", *items]


def test_a_capital_begins_a_new_paragraph_though_the_last_one_ends_with_a_comma() -> None:
    assert texts(cleaned(f"{BEFORE} basket of apples,", ELSE)) == [f"{BEFORE} basket of apples,", ELSE]


def test_a_title_that_comes_back_in_the_middle_of_a_sentence_goes() -> None:
    title = Block("The orchard must stay", Kind.HEADING, 1)
    result = cleaned(title, ELSE, BEFORE, title, Block("", Kind.RULE), AFTER)
    assert texts(result) == [title.text, ELSE, f"{BEFORE} {AFTER}"]
    assert [(one.text, one.reason) for one in result.dropped] == [(title.text, Reason.PAGE_BREAK)]


def test_headers_and_footers_of_pages_go_and_the_first_is_told() -> None:
    pages = []
    for number, text in enumerate((BEFORE, AFTER, ELSE), 1):
        foot = f"https://orchard.example/stay {number}/3"
        pages += [Block(part, page=number) for part in ("3/4/2021, 12:0" + str(number), text, foot)]
    result = cleaned(*pages)
    assert texts(result) == [f"{BEFORE} {AFTER}", ELSE]
    told = [passage.text for passage in result.passages if passage.kind == Kind.META]
    assert told == ["3/4/2021, 12:01", "https://orchard.example/stay 1/3"]


def test_numbers_of_pages_go() -> None:
    pages = [Block(ELSE, page=1), Block("- 1 -", page=1), Block(f"{ELSE} Still.", page=2), Block("- 2 -", page=2)]
    assert texts(cleaned(*pages)) == [ELSE, f"{ELSE} Still."]


def test_a_sentence_in_a_script_without_capitals_goes_on_behind_a_page() -> None:
    first = (
        "نطالب المجلس البلدي بوقف قطع الأشجار في البستان القديم الذي زرعه أطفال المدرسة"
        " قبل ستين عاما وما زال حتى اليوم يطعم كل"
    )
    second = "من يمر به من أهل القرية وضيوفها دون أن يسأل أحد عن الثمن."
    assert texts(cleaned(Block(first, page=1), Block(second, page=2))) == [f"{first} {second}"]


def test_a_list_that_goes_on_behind_a_page_stays_a_list() -> None:
    names = ["Ann Webb, Professor of Pomology at the Agricultural College of the Valley", "Ben Hill, Beekeeper"]
    assert texts(cleaned(ELSE, Block(names[0], page=1), Block(names[1], page=2))) == [ELSE, *names]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The apple-\ntrees and the apple-trees.", "The apple-trees and the apple-trees."),
        (
            "A vil-\nlage is a village; an or-\nchard is an orchard.",
            "A village is a village; an orchard is an orchard.",
        ),
        ("The E-\ncommerce rules.", "The E-commerce rules."),
        ("Pre- and post-war trees.", "Pre- and post-war trees."),
        ("Ober- und Unterdorf.", "Ober- und Unterdorf."),
        ("Aujourd'hui les arbres d’au- jourd’hui.", "Aujourd'hui les arbres d’aujourd’hui."),
        ("Plus de pom- mes, des pommes.", "Plus de pommes, des pommes."),
        (r"It cost \$12 \[about\] at the mill\.", "It cost $12 [about] at the mill."),
        (r"C:\orchard\trees", r"C:\orchard\trees"),
    ],
)
def test_divided_words_and_escaped_signs_are_made_whole(before: str, after: str) -> None:
    assert texts(cleaned(before)) == [after]


def test_quotation_marks_and_footnote_signs_stay_as_they_are() -> None:
    text = "“The ‘old’ orchard” is «ours»; so says „das Dorf“, too.[1]"
    assert texts(cleaned(text)) == [text]


def test_paragraphs_without_blank_lines_between_them_are_told_apart() -> None:
    block = f"To the mayor\nof the village\n{ELSE}\n{ELSE} Nor do we.\nAnn Webb\nBeekeeper"
    assert texts(cleaned(block)) == ["To the mayor\nof the village", ELSE, f"{ELSE} Nor do we.", "Ann Webb\nBeekeeper"]


def test_a_byline_in_small_letters_is_not_the_end_of_the_title() -> None:
    title = "The orchard behind the old mill was planted by the children, and it stays"
    assert texts(cleaned(title, "by Jane Roe", ELSE)) == [title, "by Jane Roe", ELSE]
