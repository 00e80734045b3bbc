"""Who signed already: lists of signatories, and a number that is stated."""

from campaigns.material.document import Kind
from campaigns.material.draft import Draft, Finding, Signatory, Span

from .parts import Part, Parts
from .signatory_lines import parsed
from .signatory_lists import Line, Opening, Region, inside, lines_of, mentions, regions, tail

SURE = {Opening.HEADING: 0.95, Opening.CLOSING: 0.85, Opening.SENTENCE: 0.85, Opening.TAIL: 0.6}


def find(draft: Draft, parts: Parts) -> None:
    lines = lines_of(draft.cleaned)
    found = regions(lines)
    if not found and mentions(draft.cleaned.text[-20_000:], "acts"):
        last = tail(lines)
        found = [last] if last else []
    for one in found:
        draft.signatories += _signatories(draft, one)
        _claim(one, lines, parts)


def _claim(one: Region, lines: list[Line], parts: Parts) -> None:
    for line in inside(one, lines):
        if parts[line.passage] is None:
            parts[line.passage] = Part.SIGNING


def _signatories(draft: Draft, one: Region) -> list[Finding[Signatory]]:
    found = []
    for line, _ in one.signers:
        if line.kind is Kind.ROW:
            continue
        signer = parsed(line.text)
        if signer:
            name = line.text[signer.start : signer.end]
            other = line.text[signer.from_ : signer.to] if signer.to > signer.from_ else None
            span = Span(line.start, line.end)
            found.append(Finding(Signatory(name, other or None), (span,), SURE[one.opening]))
    return found
