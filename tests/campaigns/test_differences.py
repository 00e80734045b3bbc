"""What differs, in words. Whatever the two texts are, both can be read out of it again."""

import time

from hypothesis import given
from hypothesis import strategies as st

from campaigns import differences
from campaigns.differences import DELETED, INSERTED, KEPT, Run

WORDS = st.lists(
    st.sampled_from(["a", "b", "the", "council", " ", "  ", "\n", "\n\n", ".", "(", "«", "مكتبة", "é"])
).map("".join)


def before_of(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs if run.kind != INSERTED)


def after_of(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs if run.kind != DELETED)


@given(WORDS, WORDS)
def test_both_texts_stand_in_it(before: str, after: str) -> None:
    runs = differences.of_texts(before, after)
    assert (before_of(runs), after_of(runs)) == (before, after)


@given(WORDS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert {run.kind for run in differences.of_texts(text, text)} <= {KEPT}


def test_words_are_exchanged_and_not_letters() -> None:
    runs = differences.of_texts("Used by 300 people a day.", "Used by 420 people a day (2026).")
    assert [(run.kind, run.text) for run in runs] == [
        ("kept", "Used by "),
        ("del", "300"),
        ("ins", "420"),
        ("kept", " people a day"),
        ("ins", " (2026)"),
        ("kept", "."),
    ]


def test_a_phrase_is_exchanged_whole() -> None:
    runs = differences.of_texts("We ask you to keep it.", "We ask them at once to keep it.")
    assert [run.text for run in runs if run.kind != KEPT] == ["you", "them at once"]


def test_arabic_words_keep_their_marks() -> None:
    runs = differences.of_texts("أبقوا المكتبةَ مفتوحة", "أبقوا المكتبةُ مفتوحة")
    assert [run.text for run in runs if run.kind != KEPT] == ["المكتبةَ", "المكتبةُ"]


def test_only_the_fields_that_differ_are_shown() -> None:
    before = {"title": "One", "summary": "Same.", "asks": ["Keep it."], "body": "Text.\n"}
    changes = differences.of_wordings(before, before | {"asks": ["Keep it.", "Now."], "body": "Text."})
    assert [(one.field, [run.text for run in one.runs]) for one in changes] == [("asks", ["Keep it.", "\nNow."])]


def test_what_is_far_from_a_change_is_left_out() -> None:
    long = " ".join(f"word{number}" for number in range(500))
    (change,) = differences.of_wordings({"body": f"{long} old {long}"}, {"body": f"{long} new {long}"})
    shown = [run.text for run in change.runs]
    assert shown[1:3] == ["old", "new"]
    assert shown[0].startswith("…") and shown[0].endswith("word499 ")
    assert shown[3].startswith(" word0") and shown[3].endswith("…")
    assert sum(len(text) for text in shown) < 400


def test_the_longest_texts_are_compared_in_bearable_time() -> None:
    """Every other word is another one: a matcher left to itself takes minutes for it."""
    before = " ".join(f"w{number % 1000}" for number in range(17_000))
    after = " ".join(f"w{number % 1000}" if number % 2 else f"x{number}" for number in range(17_000))
    started = time.monotonic()
    for one, other in ((before, after), (before.replace(" ", "\n"), after.replace(" ", "\n"))):
        runs = differences.of_texts(one, other)
        assert (before_of(runs), after_of(runs)) == (one, other)
    assert time.monotonic() - started < 60  # seconds: a hang, not a speed
