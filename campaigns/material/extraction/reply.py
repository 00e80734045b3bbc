"""What those addressed answered, where it is published below the letter."""

from campaigns.material import phrases
from campaigns.material.draft import Draft, Span
from campaigns.material.phrases import normal
from campaigns.material.prose import is_prose

from . import boundaries
from .parts import Part, Parts


def find(draft: Draft, parts: Parts, places: list[int]) -> None:
    """`places`: what stands behind the letter. A reply has its heading, or greets and speaks of "your letter"."""
    passages = draft.cleaned.passages
    heads = phrases.everywhere("letter", "answer_headings")
    answers = phrases.everywhere("letter", "answers")
    for number, at in enumerate(places):
        text = passages[at].text
        headed = len(text) <= boundaries.LABEL and heads.match(text)
        if not headed and not boundaries.salutation(passages[at]):
            continue
        rest = places[number + 1 :]
        said = [other for other in rest if is_prose(passages[other].text)]
        if said and (headed or any(answers.has(normal(passages[other].text)) for other in said)):
            _tell(draft, parts, [at, *rest], said)
            return


def _tell(draft: Draft, parts: Parts, places: list[int], said: list[int]) -> None:
    passages = draft.cleaned.passages
    for at in places:
        parts[at] = parts[at] or Part.RESPONSE
    draft.response = draft.runs([Span(passages[at].start, passages[at].end) for at in said], 0.7)
