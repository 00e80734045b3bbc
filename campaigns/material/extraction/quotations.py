"""What a news story quotes: whose words they are, over several paragraphs and in every kind of quotation marks."""

from collections.abc import Sequence
from typing import NamedTuple

from campaigns.material import phrases
from campaigns.material.document import Passage
from campaigns.material.draft import Span
from campaigns.material.phrases import normal

PAIRS = {"“": "”", "„": "“”", "«": "»", "»": "«", '"': '"', "‘": "’", "'": "'"}
REACH = 320  # characters before a quotation that say whose it is
SENTENCE = 60  # characters of a quotation: shorter ones are words, not a text


class Quotation(NamedTuple):
    spans: tuple[Span, ...]  # a paragraph each, without the marks
    passages: tuple[int, ...]
    before: str  # the words of its paragraph that lead to it
    after: str  # and those that follow: "…, the letter says."


def quotations(passages: Sequence[Passage], places: Sequence[int]) -> list[Quotation]:
    """Every quotation of a sentence or more. One that a paragraph leaves open goes on where the next opens again."""
    found: list[Quotation] = []
    spans: list[Span] = []
    inside: list[int] = []
    before, mark = "", ""
    for at in places:
        passage = passages[at]
        text, start = passage.text, 0
        if mark and text[:1] in (mark, "»" if mark == "«" else mark):
            end, closed = _end(text, 1, mark)
            spans.append(Span(passage.start + 1, passage.start + end))
            inside.append(at)
            if not closed:
                continue
            found.append(Quotation(tuple(spans), tuple(inside), before, text[end + 1 : end + REACH]))
            start, mark = end + 1, ""
        elif mark:
            # Never closed: what stood in the first paragraph is all that is sure.
            found.append(Quotation(tuple(spans), tuple(inside), before, ""))
            mark = ""
        while (opening := _opening(text, start)) is not None:
            end, closed = _end(text, opening + 1, text[opening])
            span = Span(passage.start + opening + 1, passage.start + end)
            lead = text[max(start, opening - REACH) : opening]
            if not closed:
                spans, inside, before, mark = [span], [at], lead, text[opening]
                break
            found.append(Quotation((span,), (at,), lead, text[end + 1 : end + REACH]))
            start = end + 1
    if mark:
        found.append(Quotation(tuple(spans), tuple(inside), before, ""))
    return [one for one in found if one.spans[-1].end - one.spans[0].start >= SENTENCE]


def _opening(text: str, start: int) -> int | None:
    """Where a quotation opens: behind a space, before a word."""
    for at in range(start, len(text) - 1):
        if text[at] in PAIRS and (at == 0 or text[at - 1] in " \n(:—–[\u00a0") and not text[at + 1].isspace():
            return at
        if text[at] == "«" and at + 2 < len(text):  # French: « … »
            return at
    return None


def _end(text: str, start: int, mark: str) -> tuple[int, bool]:
    """Where it closes: behind a word or a sign, and not as an apostrophe."""
    for at in range(start, len(text)):
        if text[at] in PAIRS[mark] and (text[at - 1] != " " or mark == "«"):
            follows = text[at + 1 : at + 2]
            if mark not in "'‘" or not follows.isalnum():
                return at, True
    return len(text), False


def of_the_letter(found: list[Quotation], language: str | None) -> list[Quotation]:
    """Those that the story gives as the letter's: "their letter says: …", and then "They add: …"."""
    bound: list[Quotation] = []
    for one in found:
        spoken = _who_speaks(one, language)
        if is_response(one) or not spoken:
            continue
        if _has(spoken, "letter_words", language) or (bound and _has(spoken, "groups", language)):
            bound.append(one)
    return bound


def is_response(one: Quotation) -> bool:
    known = phrases.everywhere("letter", "responding")
    return known.has(normal(one.before)) or known.has(normal(_clause(one.after)))


def _who_speaks(one: Quotation, language: str | None) -> str:
    """The clause that leads to a quotation or follows it, if somebody says something there."""
    lead = one.before.rstrip()
    clause = _last_sentence(lead) if lead.endswith((":", ",", "：")) else ""
    clause = clause or _clause(one.after)
    return clause if _has(clause, "says", language) else ""


def _last_sentence(text: str) -> str:
    cut = max(text.rfind(stop, 0, len(text) - 1) for stop in (". ", "! ", "? ", "؟ "))
    return text[cut + 1 :]


def _clause(after: str) -> str:
    if after[:1] in (".", "") and not after[1:2].strip():
        return ""
    ends = [at for stop in (". ", ": ", "؟") if (at := after.find(stop)) > 0]
    return after[: min(ends, default=len(after))]


def _has(text: str, name: str, language: str | None) -> bool:
    known = phrases.of(language, "letter", name).whole
    line = normal(text)
    return any(word.strip(".,:;()\"'") in known for word in line.split()) or any(
        " " in phrase and phrase in line for phrase in known
    )
