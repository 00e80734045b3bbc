"""The comparison sees what it is there to see: each wrong is made up once, and counted."""

import pytest

from .hostile import Taken
from .installation import Row
from .outcome import Journal, Outcome

SENT = [("queued", "leased"), ("leased", "handing"), ("handing", "sent")]
HELD = [*SENT[:2], ("handing", "held")]
AGAIN = [*SENT[:2], ("handing", "queued")]
FAILED = [*SENT[:2], ("handing", "failed")]


def outcome(kind: str = "letter", rows: list[Row] | None = None, copies: int = 1, refused: bool = False) -> Outcome:
    """Of one email, called "a", that the feeder saw accepted."""
    journal = Journal.parse(f"try 1 a {kind} a1@example.org\ndone 1\ntry 2 b letter b2@example.org\ntry 2 c")
    taken = [Taken(float(number), "a1@example.org", "a") for number in range(copies)]
    record = {row.uuid: row for row in (rows if rows is not None else [Row("a", kind, "sent", 1, SENT)])}
    return Outcome("x", journal, record, taken, {"a1@example.org"} if refused else set(), [])


def test_what_went_well_is_in_order() -> None:
    fine = outcome()
    fine.check()
    assert fine.line() == (
        "faults: combination=x accepted=1 lost=0 letters_duplicated=0 confirmations_duplicated=0 held=0 held_wrongly=0 "
        "wrongly_sent=0 worker_kills=0 broker_wipes=0 db_crashes=0 smtp_faults=0 worst_recovery_s=0.0"
    )


@pytest.mark.parametrize(
    ("wrong", "figure"),
    [
        (outcome(rows=[], copies=0), "lost=1"),  # committed, and the database knows nothing of it
        (outcome(rows=[Row("a", "letter", "queued", 0, [])], copies=0), "lost=1"),
        (outcome(rows=[Row("a", "letter", "failed", 1, FAILED)], copies=0), "lost=1"),  # the server never said no
        (outcome(copies=0), "wrongly_sent=1"),
        (outcome(copies=2), "letters_duplicated=1"),
        (outcome(rows=[Row("a", "letter", "held", 1, [("queued", "leased"), ("leased", "held")])]), "held_wrongly=1"),
        (outcome("confirmation", rows=[Row("a", "confirmation", "held", 2, AGAIN + HELD)]), "held_wrongly=1"),
    ],
)
def test_what_went_wrong_is_counted(wrong: Outcome, figure: str) -> None:
    assert f" {figure} " in wrong.line()
    with pytest.raises(AssertionError):
        wrong.check()


def test_a_confirmation_that_may_have_arrived_three_times_is_held_rightly() -> None:
    outcome("confirmation", rows=[Row("a", "confirmation", "held", 3, AGAIN + AGAIN + HELD)], copies=3).check()


@pytest.mark.parametrize(
    "row",
    [
        Row("a", "letter", "queued", 0, []),  # taken, and yet to be sent again
        Row("a", "letter", "sent", 1, [SENT[0], SENT[2]]),  # a change is missing
        Row("a", "letter", "failed", 1, FAILED),  # called failed, and taken
    ],
)
def test_a_wrong_that_has_no_figure_is_seen_too(row: Row) -> None:
    with pytest.raises(AssertionError):
        outcome(rows=[row]).check()


def test_an_email_to_somebody_else_is_seen() -> None:
    with pytest.raises(AssertionError):
        other = outcome()
        other.taken[0] = Taken(0.0, "b2@example.org", "a")
        other.check()


def test_what_a_server_refused_for_good_is_not_lost() -> None:
    refused = outcome(rows=[Row("a", "letter", "failed", 1, FAILED)], copies=0, refused=True)
    refused.check()
    assert refused.lost == []


def test_what_was_killed_before_the_journal_is_accepted_if_the_database_has_it() -> None:
    rows = [Row("a", "letter", "sent", 1, SENT), Row("b", "letter", "held", 1, HELD)]
    assert outcome(rows=rows).accepted == {"a", "b"}
    assert outcome().accepted == {"a"}


def test_recovery_is_counted_from_the_end_of_a_fault() -> None:
    blown = outcome("confirmation", copies=3)
    blown.ends = [0.5, 1.25, 9.0]
    assert blown.worst_recovery == 0.75
