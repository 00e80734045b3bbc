"""A text that is no letter: its body, and the letter and the answer that it quotes."""

from campaigns.material.document import Kind, Style
from campaigns.material.draft import Draft, Span
from campaigns.material.prose import is_prose

from . import boundaries, quotations
from .parts import Part, Parts
from .region import bulk

END = 4  # passages at the end that may be about the author
REST = 0.15  # of the text may follow the first note at its end
LETTER = 250  # characters that a story must quote before they are a letter's text


def without_notes(draft: Draft, parts: Parts, places: list[int]) -> list[int]:
    """Without updates and sources above the text, and notes below it."""
    passages = draft.cleaned.passages
    byline = draft.byline.value if draft.byline else None
    first = next((n for n, at in enumerate(places) if is_prose(passages[at].text) and not _is_note(draft, at)), None)
    if first is None:
        return places
    notes = {at for at in places[:first] if _is_note(draft, at)}
    lengths = [len(passages[at].text) for at in places]
    total, after = sum(lengths), 0
    end = len(places)
    for number in range(len(places) - 1, first, -1):
        after += lengths[number]
        at = places[number]
        late = len(places) - number <= END
        if after > REST * total and passages[at].kind != Kind.FOOTNOTE and number < end - 1:
            break
        if boundaries.is_note(passages[at]) or (late and boundaries.is_about_author(passages[at], byline)):
            end = number
    notes |= set(places[end:]) | {at for at in places if passages[at].kind == Kind.FOOTNOTE}
    for at in notes:
        parts[at] = Part.NOTE
    return [at for at in places if at not in notes]


def _is_note(draft: Draft, at: int) -> bool:
    passage = draft.cleaned.passages[at]
    byline = draft.byline.value if draft.byline else None
    about = byline is not None and passage.text.startswith(byline) and boundaries.is_about_author(passage, byline)
    return boundaries.is_note(passage) or (about and len(passage.text) < 200)


def without_references(text: str) -> int:
    """Where a last paragraph ends, but for lines that are links ("Details: https://…")."""
    end = len(text)
    while "\n" in text[:end]:
        start = text.rfind("\n", 0, end)
        line = text[start + 1 : end].strip()
        if line and not (boundaries.LINK.search(line) and len(boundaries.LINK.sub("", line)) <= 40):
            break
        end = len(text[:start].rstrip())
    return end


def tell(draft: Draft, parts: Parts, places: list[int]) -> None:
    passages = draft.cleaned.passages
    inside = bulk(draft, places)
    while inside and not is_prose(passages[inside[0]].text):
        inside.pop(0)
    while inside and boundaries.is_trailing(passages[inside[-1]]):
        inside.pop()
    inside = _standfirst(draft, parts, inside)
    for at in places:
        parts[at] = Part.STORY if at in inside else Part.NOTE
    if not inside:
        return
    spans = [Span(passages[at].start, passages[at].end) for at in inside]
    spans[0] = Span(_after_byline(draft, spans[0]), spans[0].end)
    draft.body = draft.runs(spans, 0.8)
    _tell_quoted(draft, parts, inside)


def _standfirst(draft: Draft, parts: Parts, inside: list[int]) -> list[int]:
    """A standfirst that is set as any other paragraph is the first of the text."""
    if not draft.standfirst or not draft.standfirst.spans or not inside:
        return inside
    passages, start = draft.cleaned.passages, draft.standfirst.spans[0].start
    at = next((at for at, one in enumerate(passages) if one.start <= start < one.end), len(passages))
    if at >= inside[0] or passages[at].kind != Kind.PARAGRAPH or not is_prose(passages[at].text):
        return inside
    apart = boundaries.is_all(passages[at], Style.BOLD) or boundaries.is_all(passages[at], Style.ITALIC)
    return inside if apart else [at, *inside]


def _after_byline(draft: Draft, first: Span) -> int:
    """ "Leila Haddad writes: …" """
    if not draft.byline or not draft.byline.spans or not first.start <= draft.byline.spans[0].start < first.start + 8:
        return first.start
    colon = draft.cleaned.text.find(": ", draft.byline.spans[0].end, draft.byline.spans[0].end + 40)
    return colon + 2 if colon >= 0 else first.start


def _tell_quoted(draft: Draft, parts: Parts, inside: list[int]) -> None:
    found = quotations.quotations(draft.cleaned.passages, inside)
    letter = quotations.of_the_letter(found)
    spans = [span for one in letter for span in one.spans]
    if sum(span.end - span.start for span in spans) >= LETTER:
        draft.letter = draft.runs(spans, 0.7)
        for one in letter:
            for at in one.passages:
                parts[at] = Part.LETTER
        answers = [one for one in found if quotations.is_response(one)]
        if answers:
            draft.response = draft.runs(list(answers[0].spans), 0.6)
            for at in answers[0].passages:
                parts[at] = Part.RESPONSE
