import pytest

from campaigns.material.extraction.sentences import sentences


def cut(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["The lido is shut.", "Why?", "Nobody says!"]),
        ("en", ["Dr. Ada Bell met Mr. Brown at 5 p.m. on Monday.", "They agreed."]),
        ("en", ["J. R. Smith swims in the U.S. Army pool.", "He is 90."]),
        ("en", ["He said: “It is closed.”", "We left."]),
        ("en", ["(It rained.)", "We stayed."]),
        ("en", ["Water costs $4.50 a day.", "That is 19.509 a year."]),
        ("en", ["1. Open the lido.", "Now."]),
        ("en", ["See Art. 5 of the treaty."]),
        ("en", ["They asked “Why now?” and left."]),
        ("de", ["Am 15. Juni 2020 tagt der Rat, d.h. alle kommen.", "Wir auch."]),
        ("de", ["Der 3. Weg ist z.B. Reden.", "Nr. 7 auch."]),
        ("fr", ["M. Franck est venu.", "« Quand ? »", "Demain."]),
        ("pl", ["Spotkanie o godz. 10.", "Zapraszamy m.in. Annę."]),
        ("ar", ["لماذا أغلق المسبح؟", "لا أحد يعرف.", "نطالب بفتحه."]),
        ("ckb", ["مەلەوانگە داخراوە۔", "بۆچی؟"]),
        ("es", ["¿Por qué?", "El Sr. García no lo sabe."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(language: str, said: list[str]) -> None:
    assert cut(" ".join(said), language) == said


def test_a_line_of_its_own_is_a_sentence_but_a_broken_line_is_not() -> None:
    assert cut("Ada Bell\nThe lido\nis shut.\n- open it\n- pay for it") == [
        "Ada Bell",
        "The lido\nis shut.",
        "- open it",
        "- pay for it",
    ]


def test_places_are_those_of_the_text() -> None:
    text = "  One.  Two. "
    assert [text[start:end] for start, end in sentences(text)] == ["One.", "Two."]


@pytest.mark.parametrize("piece", [".", ". ", "A. ", "1. ", "?\"' ", ".\n", "a.b.", "....... ", '."', "\n"])
def test_hostile_text_does_not_hold_it_up(piece: str) -> None:
    """It takes a moment; with a pattern that looks at everything again and again it would take hours."""
    text = piece * 100_000
    places = [place for span in sentences(text) for place in span]
    assert places == sorted(places)
    assert not places or places[-1] <= len(text)


def test_no_space_follows_a_stop_of_chinese() -> None:
    assert cut("泳池关闭了。谁知道为什么？我们要求重开泳池！", "zh") == [
        "泳池关闭了。",
        "谁知道为什么？",
        "我们要求重开泳池！",
    ]
