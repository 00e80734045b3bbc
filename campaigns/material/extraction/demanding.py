"""Whether a sentence demands something, and how it does."""

import re
from enum import IntEnum

from campaigns.material import phrases

from .wordings import level, listed, opening, pattern, wording

NEAR = 110  # characters between "we, the undersigned …" and "call on"
SUBJECT = 70  # characters before "must" that may say who
SENTENCE = 1500  # characters of a sentence that are looked at
AFTER = 40  # characters after a verb in which it is denied, or its subject stands
QUESTION = ("?", "؟")
CLAUSE = re.compile(r"[,;:–—(]")


class How(IntEnum):
    """How a demand is told from other sentences, the surest last."""

    PURPOSE = 1  # "a march against …"
    NEED = 2  # "it is high time to …"
    REPORTED = 3  # "the letter asks the minister to …"
    ORDER = 4  # "Cancel your contract."
    DUTY = 5  # "the council must …"
    DEMAND = 6  # "we ask you to …"
    LISTED = 7  # an item after "we ask you to:"

    @property
    def confidence(self) -> float:
        return 0.85 if self >= How.DEMAND else 0.6


def how(said: str, language: str | None, addressees: tuple[str, ...] = ()) -> How | None:
    """`said` is a sentence as wordings.level makes it."""
    said = said[:SENTENCE]
    if said.rstrip("\"'”»").endswith(QUESTION):
        return None
    if _demands(said, language):
        return How.DEMAND
    if _duty(said, language, addressees):
        return How.DUTY
    if opening(language, "imperatives").match(said) and not wording(language, "letter_words").search(said, 0, AFTER):
        return How.ORDER  # but "Open letter to …" and "Sign the petition" are none
    if _reports(said, language):
        return How.REPORTED
    if wording(language, "needs").search(said):
        return How.NEED
    return How.PURPOSE if wording(language, "purposes").search(said) else None


def entitles(said: str, language: str | None) -> bool:
    """Does a title demand something: "The lido must reopen"?"""
    duty = wording(language, "duties").search(said)
    if not duty or not duty.start() or said.rstrip().endswith(QUESTION):
        return False
    return not opening(language, "nobody", "writers").match(said) and duty.start() < SUBJECT


def leads(said: str, told: How | None, item: bool, language: str | None) -> bool:
    """Does a sentence before a list say that its items are demands?"""
    colon = said.rstrip().endswith((":", ";", "：", "؛"))
    if colon and (told or wording(language, "duties").search(said[:SENTENCE])):
        return True
    if phrases.everywhere("asking", "demand_headings").match(said):
        return True
    open_end = not said.rstrip().endswith((".", "!", "…", '"', "”"))
    follows = bool(wording(language, "following").search(said[:SENTENCE]))
    return told in (How.DEMAND, How.DUTY) and not item and (open_end or follows)


def _demands(said: str, language: str | None) -> bool:
    never = [found.span() for found in wording(language, "no_demands").finditer(said)]
    sure = (one for one in wording(language, "demanding").finditer(said) if not _denied(said, one, language))
    written = (one for one in wording(language, "demands").finditer(said) if _by_writers(said, one, language))
    return any(not _within(one.span(), never) for one in (*sure, *written))


def _within(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _denied(said: str, verb: re.Match[str], language: str | None) -> bool:
    """ "Non chiediamo", "wij vragen niet": but not "we do not ask for bread, but for work"."""
    after, before = said[verb.end() : verb.end() + AFTER], said[: verb.start()].split()[-1:]
    negations = wording(language, "negations")
    denied = opening(language, "negations").match(after) or (before and negations.fullmatch(before[0]))
    return bool(denied) and not wording(language, "instead").search(said, verb.end())


def _by_writers(said: str, verb: re.Match[str], language: str | None) -> bool:
    """Is it "we … urge", with nothing between that makes it another's, or none, or a noun?"""
    if _denied(said, verb, language):
        return False
    if opening(language, "inverted").match(said[verb.end() : verb.end() + AFTER]):
        return True
    before = said[max(0, verb.start() - NEAR) : verb.start()]
    writers = list(wording(language, "writers").finditer(before))
    if not writers:
        return False
    between = before[writers[-1].end() :]
    denied = wording(language, "negations").search(between) and not wording(language, "instead").search(
        said, verb.end()
    )
    return not denied and not _noun(between, language)


def _noun(before: str, language: str | None) -> bool:
    """Is the next word a noun, "the demand", "our call"?"""
    last = before.split()[-1:]
    return bool(last and wording(language, "determiners").fullmatch(last[0]))


def _reports(said: str, language: str | None) -> bool:
    return any(not _noun(said[: one.start()][-NEAR:], language) for one in wording(language, "reported").finditer(said))


def _duty(said: str, language: str | None, addressees: tuple[str, ...]) -> bool:
    """Is somebody who can act, and not "we", told what they must do?"""
    agents = (wording(language, "agents"), pattern(tuple(level(one) for one in addressees)))
    for duty in wording(language, "duties").finditer(said):
        before = CLAUSE.split(said[max(0, duty.start() - SUBJECT) : duty.start()])[-1]
        after = CLAUSE.split(said[duty.end() : duty.end() + AFTER])[0]
        if wording(language, "writers").search(f"{before[-12:]} {after[:8]}"):
            continue
        subjects = (before, duty.group(), after) if listed(language, "inverted") else (before, duty.group())
        if any(one.search(subject) for one in agents for subject in subjects):
            return True
    return False
