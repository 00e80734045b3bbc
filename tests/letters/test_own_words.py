import random

import pytest

from letters.own_words import own_share

GIVEN = ["I write to you about the library in our town.", "Children learn to read there.", "Keep it open."]
LETTER = "\n\n".join(GIVEN)

# What is written, and how much of it is the writer's own; the page's script is held to the same (tests/browser).
SAMPLES = [
    (LETTER, 0),
    ("", 0),
    ("   \n\t", 0),
    ("My grandmother taught me there.", 100),
    (f"My grandmother taught me there.\n\n{LETTER}", 5),  # of 23
    (LETTER.upper(), 0),
    (LETTER.replace(" ", "\n\u00a0  "), 0),
    ("Keep it open.", 0),
    ("Keep it", 0),
    ("Keep it closed.", 100),
    ("I write to you about the swimming pool in our town.", 5),  # three words in a row are anybody's
    ("town. our in library the about you to write I", 10),  # the same words in another order
    ("أكتب إليكم عن المكتبة", 4),
    ("Children learn to read there. 📚 📚 📚", 3),
]


def expected(body: str, own: int) -> int:
    words = len(body.split())
    return own if own in (0, 100) or not words else -(-100 * own // words)


@pytest.mark.parametrize(("body", "own"), SAMPLES)
def test_words_in_no_run_of_four_of_a_given_text_are_ones_own(body: str, own: int) -> None:
    assert own_share(body, GIVEN) == expected(body, own)


def test_one_word_of_a_thousand_is_not_nothing() -> None:
    given = " ".join(f"word{number}" for number in range(1000))
    assert own_share(given, [given]) == 0
    assert own_share(f"{given} mine", [given]) == 1


def test_points_in_any_order_are_still_the_given_text() -> None:
    assert own_share("\n\n".join(reversed(GIVEN)), GIVEN) == 0


def test_without_a_given_text_all_is_ones_own() -> None:
    assert own_share("Anything at all.", []) == own_share("Anything at all.", ["", "  "]) == 100


def test_it_looks_at_each_word_a_fixed_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as long a letter of the same word, the worst there is, is cut into twice as many runs and no more."""
    rng = random.Random(4)
    shuffled = [rng.choice("abcd") for _ in range(4000)]
    runs: list[int] = []

    class Counted(list[str]):
        def __getitem__(self, index):  # type: ignore[no-untyped-def]
            runs[-1] += 1
            return super().__getitem__(index)

    monkeypatch.setattr("letters.own_words._words", lambda text: Counted(text.split()))
    for length in (2000, 4000):
        runs.append(0)
        own_share(" ".join(shuffled[:length]), [" ".join(shuffled[:length])])
    assert runs[1] <= 2.1 * runs[0]
