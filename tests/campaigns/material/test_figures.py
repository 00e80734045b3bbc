import pytest

from campaigns.material.extraction.figures import find
from campaigns.material.extraction.parts import Part
from tests.campaigns.material.asked import Line, drafted


def figures(*lines: Line, language: str = "en") -> list[str]:
    draft, parts = drafted(*lines, language=language)
    return [one.value.value for one in find(draft, parts)]


@pytest.mark.parametrize(
    ("language", "said", "values"),
    [
        ("en", "Some 400,000 civilians fled.", ["Some 400,000 civilians"]),
        ("en", "The repair costs $60.2 billion in all.", ["$60.2 billion"]),
        ("en", "More than 80 people have signed.", ["More than 80 people"]),
        ("en", "The valley feeds over two million farmers.", ["over two million farmers"]),
        ("en", "Over 80 percent of the children cannot swim.", ["Over 80 percent"]),
        ("en", "Only 21% can.", ["Only 21%"]),
        ("en", "Tens of thousands of refugees came.", ["Tens of thousands of refugees"]),
        ("en", "The debts of millions of debtors grow.[7] Women owe more.", ["millions"]),
        ("en", "There are 47 other rebel towns.", ["47 other rebel towns"]),
        ("de", "Mehr als 930.000 Menschen haben unterschrieben.", ["Mehr als 930.000 Menschen"]),
        ("de", "Es kostet 4,5 Milliarden Euro.", ["4,5 Milliarden Euro"]),
        ("fr", "Merci aux 4 120 personnes.", ["4 120 personnes"]),
        ("fr", "Une réduction de 48% en quatre ans.", ["48%"]),
        ("fr", "Il manque 12 étudiant·e·s et 9 enseignant·es.", ["12 étudiant·e·s", "9 enseignant·es"]),
        ("es", "Hay 6.111 cajas cerradas.", ["6.111 cajas"]),
        ("it", "Oltre 40.000 bambini non sanno nuotare.", ["Oltre 40.000 bambini"]),
        ("pl", "Ponad 12 tys. osób podpisało.", ["Ponad 12 tys. osób"]),
        ("ar", "نزح أكثر من مليونين.", ["أكثر من مليونين"]),
        ("ar", "قتل ٤٠٠ طفل.", ["٤٠٠ طفل"]),
        ("ku", "Zêdetir ji 500 kes hatin.", ["Zêdetir ji 500 kes"]),
        ("ckb", "زیاتر لە 300 منداڵ.", ["زیاتر لە 300 منداڵ"]),
    ],
)
def test_counts_money_and_shares_are_figures(language: str, said: str, values: list[str]) -> None:
    assert figures(said, language=language) == values


@pytest.mark.parametrize(
    "said",
    [
        "It was built in 1932 and mended in 2015.",
        "See Article 13 and Resolution 2139.",
        "On 12 March 2019 at 10:30 we met.",
        "Call +49 89 18979927 now.",
        "The 23-page report came late.[1]",
        "Ada Bell, 34, swims.",
        "The law is 2016/679.",
        "They speak of “10,000 terrorists” there.",
        "It took seven years.",
        "Sign petition no. 108,191 now.",
    ],
)
def test_years_days_references_and_disputed_numbers_are_no_figures(said: str) -> None:
    assert figures(said) == []


def test_a_figure_has_the_sentence_it_stands_in() -> None:
    draft, parts = drafted("We swim. Some 400 children wait. We hope.")
    (figure,) = find(draft, parts)
    assert figure.value.sentence == "Some 400 children wait."
    value, sentence = (draft.cleaned.text[slice(*span)] for span in figure.spans)
    assert (value, sentence) == figure.value


def test_several_figures_of_a_sentence_are_told_one_by_one() -> None:
    assert figures("The flood reached 3,912 houses, among them 418 schools.") == ["3,912 houses", "418 schools"]


def test_only_the_text_holds_key_figures() -> None:
    lines: list[Line] = [("400 people signed.", Part.SIGNING), ("300 people answered.", Part.RESPONSE)]
    assert figures(*lines, ("200 people wait.", Part.LETTER)) == ["200 people"]
