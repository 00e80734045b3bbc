"""Names with which a document ends, where nothing says that they signed."""

from campaigns.material.document import Kind

from .lines import Line
from .names import Shape
from .signatory_lists import (
    LONGEST_SIGNER,
    Opening,
    Region,
    Sort,
    is_below,
    is_between,
    is_dated,
    is_known_group,
    sort,
    titles_of,
)
from .signatory_prose import enumerated

MANY = 6  # names, among which a line that leads to others is a heading
ONE_LINE = 4  # names in the one line that lists them


def tail(lines: list[Line]) -> Region | None:
    """Names that nothing heads: the longest run of them after the text, or a short one where the document ends."""
    best = Region(Opening.TAIL, 0, 0)
    run: list[tuple[int, Line]] = []
    titles = titles_of(lines)
    open_ = False  # after a sentence, and not after "CC" or "Speakers"
    for number in range(len(lines) + 1):
        ends = number == len(lines) or is_below(lines[number], titles)
        what = Sort.STOP if ends else sort(lines[number])
        if what is Sort.SIGNER:
            if open_ and not (run and is_between(lines, number)):
                run.append((number, lines[number]))
        elif what is not Sort.SKIP and not (what is Sort.GROUP and _goes_on(lines, number, len(run))):
            if len(run) > len(best) and _is_run([line for _, line in run], ends):
                best = Region(Opening.TAIL, run[0][0], run[0][1].passage, [(line, None) for _, line in run])
                best.last = run[-1][0]
            run, open_ = [], what is Sort.NOTE and _is_ended(lines[number])
    return best if best.signers else None


def _goes_on(lines: list[Line], number: int, listed: int) -> bool:
    """Is it a heading within the list: a country, or "Nurses:" among many names?"""
    among = listed >= MANY and lines[number].text.endswith(":") and number + 1 < len(lines)
    return is_known_group(lines[number]) or (among and sort(lines[number + 1]) is Sort.SIGNER)


def _is_ended(line: Line) -> bool:
    """A sentence that goes on in the lines below it says what those are: not signers."""
    return line.text.rstrip(" \"'”’»)]*_").endswith((".", "!", "?", "…", "؟", "۔"))


def _is_run(run: list[Line], ends: bool) -> bool:
    shapes = [line.shape for line in run if len(line.text) < LONGEST_SIGNER]
    people = shapes.count(Shape.PERSON)
    if ends and len(run) == 1 and len(enumerated(run[0].text)) >= ONE_LINE:
        return True
    sure = people + shapes.count(Shape.BODY) + min(shapes.count(Shape.ROLE), people)
    if sure < (3 if ends else 10) or sure < 0.7 * len(run):
        return False
    return people * 3 >= sure or (ends and all(line.kind is not Kind.ITEM for line in run))


def lone_body(lines: list[Line]) -> Region | None:
    """The body that the text speaks of, and with which it ends: a place and a date may stand below."""
    at = len(lines) - 1
    while at > 0 and is_dated(lines[at].text):
        at -= 1
    if at <= 0 or lines[at].shape is not Shape.BODY or sort(lines[at]) is not Sort.SIGNER:
        return None
    name = lines[at].key.split()
    end = " ".join(name[len(name) // 2 :])
    if not 3 <= len(name) <= 15 or not any(end in line.key for line in lines[:at] if line.shape is Shape.PROSE):
        return None
    return Region(Opening.TAIL, at, lines[at].passage, [(lines[at], None)], last=at)


def are_affiliated(found: Region) -> bool:
    """Every line a name and what the person is, as nothing else is set."""
    signers = [(line.shape, line.signer) for line, _ in found.signers]
    return all(kind is Shape.PERSON and signer and signer.to > signer.from_ for kind, signer in signers)
