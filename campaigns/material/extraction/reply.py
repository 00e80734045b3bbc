"""What those addressed answered, where it is published below the letter."""

from itertools import islice

from campaigns.material import phrases
from campaigns.material.document import Passage
from campaigns.material.draft import Draft, Span
from campaigns.material.phrases import normal
from campaigns.material.prose import is_prose

from . import boundaries
from .parts import Part, Parts

TRIED = 3  # greetings and headings behind a letter
SOON = 6  # paragraphs after its greeting in which an answer speaks of the letter
SAMPLE = 2000  # characters of each


def find(draft: Draft, parts: Parts, places: list[int]) -> None:
    """`places`: what stands behind the letter. A reply has its heading, or greets and speaks of "your letter"."""
    passages = draft.cleaned.passages
    heads = phrases.everywhere("letter", "answer_headings")
    answers = phrases.everywhere("letter", "answers")
    beginnings = (number for number, at in enumerate(places) if _begins(passages[at], heads))
    for number in islice(beginnings, TRIED):
        rest = places[number + 1 :]
        said = [at for at in rest if is_prose(passages[at].text)]
        headed = heads.match(passages[places[number]].text)
        if said and (headed or any(answers.has(normal(passages[at].text[:SAMPLE])) for at in said[:SOON])):
            _tell(draft, parts, places[number:], said)
            return


def _begins(passage: Passage, heads: phrases.Phrases) -> bool:
    return len(passage.text) <= boundaries.GREETING and (
        (len(passage.text) <= boundaries.LABEL and heads.match(passage.text))
        or boundaries.salutation(passage) is not None
    )


def _tell(draft: Draft, parts: Parts, places: list[int], said: list[int]) -> None:
    passages = draft.cleaned.passages
    for at in places:
        parts[at] = parts[at] or Part.RESPONSE
    draft.response = draft.runs([Span(passages[at].start, passages[at].end) for at in said], 0.7)
