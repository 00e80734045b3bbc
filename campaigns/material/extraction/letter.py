"""The letter's own text apart from the news around it, its salutation and closing; what was answered."""

from campaigns.material import phrases
from campaigns.material.document import Kind
from campaigns.material.draft import Draft, Finding, Span

from .parts import Part, Parts

SHORT = 120  # characters: of a salutation or a closing


def find(draft: Draft, parts: Parts) -> None:
    passages = draft.cleaned.passages
    salutations, closings = phrases.everywhere("letter", "salutations"), phrases.everywhere("letter", "closings")
    free = [at for at, part in enumerate(parts) if part is None and passages[at].kind != Kind.META]
    short = [at for at in free if len(passages[at].text) <= SHORT]
    start = next((at for at in short if salutations.match(passages[at].text)), None)
    end = next((at for at in short if at > (start or 0) and closings.match(passages[at].text)), None)
    if start is not None:
        parts[start] = Part.ADDRESS
        draft.salutation = draft.quoted(passages[start].start, passages[start].end, 0.9)
    if end is not None:
        parts[end] = Part.CLOSING
        draft.closing = draft.quoted(passages[end].start, passages[end].end, 0.9)
    own = [at for at in free if parts[at] is None and (start or 0) <= at < (end or len(passages))]
    spans = [Span(passages[at].start, passages[at].end) for at in own]
    draft.body = draft.runs(spans, 0.5) if spans else None
    if start is not None or end is not None:
        draft.letter = draft.body
        draft.is_open_letter = Finding(True, (), 0.6)
        for at in own:
            parts[at] = Part.LETTER
