"""Where in the text lists of signatories begin and end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from campaigns.material.document import Cleaned, Kind

from .names import EDGES, Shape, is_contact, is_person, known, plain, shape
from .signatory_lines import after_number
from .signatory_prose import enumerated

LONGEST_NOTE = 700  # characters between two lists that are still one
LONGEST_SIGNER = 200  # characters of a line that is plainly one signer
LONGEST_OPENING = 300  # characters of a line that announces names
LONGEST_PHRASE = 5  # words of a phrase in languages/*.toml


class Line(NamedTuple):
    passage: int
    start: int  # in the cleaned text
    text: str
    kind: Kind

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Opening(IntEnum):
    """How plainly it is said that names follow."""

    TAIL = 1  # nothing says so; the document ends with them
    CLOSING = 2  # "Yours sincerely"
    SENTENCE = 3  # "we, the undersigned organisations:"
    HEADING = 4  # "Signatories"


class Sort(IntEnum):
    SIGNER = 1
    GROUP = 2
    NOTE = 3
    SKIP = 4
    COPY = 5
    STOP = 6


@dataclass(slots=True)
class Region:
    opening: Opening
    first: int  # the number of its first line
    passage: int
    signers: list[tuple[Line, bool]] = field(default_factory=list)  # True where a new group of them begins
    last: int = 0  # the number of the last line that belongs to it

    def __len__(self) -> int:
        return len(self.signers)


def lines_of(cleaned: Cleaned) -> list[Line]:
    lines: list[Line] = []
    for number, passage in enumerate(cleaned.passages):
        if passage.kind in (Kind.META, Kind.CAPTION, Kind.RULE):
            continue
        at = passage.start
        for text in [passage.text] if passage.kind is Kind.ROW else passage.text.split("\n"):
            if text.strip():
                lines.append(Line(number, at, text, passage.kind))
            at += len(text) + 1
    return lines


def key(text: str) -> str:
    return " ".join(text.casefold().strip(EDGES + "#[](){}…").split())


def mentions(text: str, name: str) -> bool:
    """Whether one of the phrases of [signing] name stands in the text, in whole words."""
    tokens = [plain(token) for token in text.split()]
    phrases = known(name)
    return any(
        " ".join(tokens[at : at + size]) in phrases
        for size in range(1, LONGEST_PHRASE + 1)
        for at in range(len(tokens) - size + 1)
    )


def head(text: str) -> str:
    """The part of a line that is a name, if it is one: up to the first mark."""
    at = after_number(text)
    stops = [place for mark in (",", " (", " - ", " – ", " — ", ": ", "; ") if (place := text.find(mark, at)) > 0]
    return text[at : min(stops, default=len(text))]


def labelled(text: str) -> tuple[str, str, str]:
    """The text before and after its first colon; one inside a time or an address is none."""
    at = text.find(":")
    while 0 < at < len(text) - 1 and (text[at + 1].isdigit() or text[at + 1] == "/"):
        at = text.find(":", at + 1)
    return (text[:at], ":", text[at + 1 :]) if at > 0 else (text, "", "")


def opening(line: Line, before: Line | None = None) -> Opening | None:
    """Whether names follow a line like this one."""
    text = line.text
    if len(text) > LONGEST_OPENING and ":" not in text[:LONGEST_OPENING] or line.kind in (Kind.ROW, Kind.FOOTNOTE):
        return None
    label, colon, _ = labelled(text)
    if before and before.passage == line.passage and not colon and text[0].islower():
        return None  # a sentence that was cut into lines
    whole, short = key(label), len(label.split())
    if whole in known("openers") or (whole in known("headings") and short <= 8):
        return Opening.HEADING
    if is_closing(whole, text):
        return Opening.CLOSING
    if short > 45 or mentions(label, "invitations"):
        return None
    plainly = line.kind is Kind.HEADING or colon or (short <= 6 and _at_an_end(whole))
    if plainly and short <= 10 and mentions(label, "headings") and not label.rstrip().endswith((".", "?", "!")):
        return Opening.HEADING
    if text.rstrip().endswith(":") and (mentions(text, "acts") or mentions(text, "headings")):
        return Opening.SENTENCE
    return None


def _at_an_end(whole: str) -> bool:
    """ "First signatories", "signatories to date": not a sentence that speaks of them."""
    return any(whole.startswith(phrase + " ") or whole.endswith(" " + phrase) for phrase in known("headings"))


def is_closing(whole: str, text: str) -> bool:
    if whole in known("closings"):
        return True
    if text.rstrip().endswith((":", "?")) or len(text) > LONGEST_OPENING:
        return False
    if any(whole.startswith(phrase + " ") for phrase in known("formulas")):
        return not text.rstrip().endswith(".") or len(whole.split()) <= 30
    return any(
        whole.startswith((phrase + " ", phrase + ",")) and len(whole.split()) <= len(phrase.split()) + 4
        for phrase in known("closings")
        if " " in phrase or "," in whole
    )


def inline(line: Line, how: Opening) -> Line | None:
    """The names that stand in the opening line itself: "Signed by: …", "Yours sincerely, Ana Ruiz"."""
    mark = "," if how is Opening.CLOSING else ":"
    label, found, rest = line.text.partition(mark) if mark == "," else labelled(line.text)
    if not rest.strip() or (how is Opening.CLOSING and not is_person(rest.strip(EDGES))):
        return None
    return Line(line.passage, line.start + len(label) + len(found), rest, Kind.PARAGRAPH)


def sort(line: Line) -> Sort:
    text, whole = line.text, key(line.text)
    if whole in known("stops"):
        return Sort.STOP
    if line.kind is Kind.ROW:
        return Sort.SIGNER
    label = key(labelled(text)[0])
    if label in known("copies"):
        return Sort.COPY
    if whole in known("countries") or whole in known("groups") or line.kind is Kind.HEADING:
        return Sort.GROUP
    if label in known("contacts") or whole in known("fields") or not whole:
        return Sort.SKIP
    if text.rstrip().endswith(":"):
        return Sort.GROUP if len(text.split()) <= 8 else Sort.NOTE
    return _sort_of_name(text)


def _sort_of_name(text: str) -> Sort:
    name = head(text)
    kind = shape(name)
    if kind is Shape.NOTHING or (is_contact(name) and "@" not in text[:1]):
        return Sort.SKIP
    if text.lstrip().startswith(("(", "[", "*", "†")) and len(text.split()) > 5:
        return Sort.NOTE
    if kind is Shape.PROSE or mentions(text[:200], "invitations"):
        return Sort.NOTE
    tokens = [plain(token) for token in text.split()]
    if any(token.strip("+").isdigit() for token in tokens[:4]) and (
        mentions(text, "others") or mentions(text, "counted")
    ):
        return Sort.SKIP
    if len(tokens) > 15 and kind is not Shape.PERSON and sum(token in known("prose") for token in tokens) >= 3:
        return Sort.NOTE
    return Sort.NOTE if len(text) > 400 and text.count(",") < 8 else Sort.SIGNER


def strong(line: Line) -> bool:
    """A line that would be taken for a name anywhere."""
    if sort(line) is not Sort.SIGNER:
        return False
    return (
        line.kind is Kind.ROW
        or (shape(head(line.text)) in (Shape.PERSON, Shape.BODY) and len(line.text) < LONGEST_SIGNER)
        or bool(enumerated(line.text))
    )


def region(lines: list[Line], at: int, how: Opening) -> Region:
    """What follows the opening line, as far as it is names; groups, notes and copies between them belong to it."""
    found = Region(how, at, lines[at].passage, last=at)
    if here := inline(lines[at], how):
        found.signers.append((here, True))
    fresh, noted, unsure = True, 0, False
    for number in range(at + 1, len(lines)):
        line = lines[number]
        what = sort(line)
        again = (
            opening(line, lines[number - 1]) if what is not Sort.SKIP and len(line.text) <= LONGEST_OPENING else None
        )
        if again is Opening.HEADING and not inline(line, again) and found.opening is Opening.HEADING:
            what = Sort.GROUP
        elif what is Sort.STOP or again:
            break
        if what is Sort.COPY:
            found.last = _end_of_copies(lines, number)
            break
        if what is Sort.GROUP:
            fresh = fresh or key(line.text) not in known("countries")
            unsure = unsure or not (again or _known_group(line))
        elif what is Sort.NOTE:
            noted += len(line.text)
            unsure = True
            if noted > LONGEST_NOTE or (how in (Opening.CLOSING, Opening.SENTENCE) and not _tells(line)):
                break
        elif what is Sort.SIGNER:
            if unsure and not _resumes(lines, number, found):
                break
            found.signers.append((line, fresh))
            found.last, fresh, noted, unsure = number, False, 0, False
    return found


def _tells(line: Line) -> bool:
    return mentions(line.text, "counted") or mentions(line.text, "headings")


def _known_group(line: Line) -> bool:
    whole = key(line.text)
    return whole in known("countries") or whole in known("groups") or mentions(line.text, "groups")


def _resumes(lines: list[Line], at: int, found: Region) -> bool:
    """After a note or a heading that could be anything: whether the list goes on, in the same shape."""
    ahead = [line for line in lines[at : at + 8] if sort(line) is Sort.SIGNER][:4]
    alike = not found.signers or found.signers[-1][0].kind is lines[at].kind
    sure = sum(strong(line) for line in ahead)
    return alike and (sure >= 2 or (len(found) > 3 and sure >= 1 and lines[at].kind is Kind.ITEM))


def _end_of_copies(lines: list[Line], at: int) -> int:
    """The last line of a list of those who get a copy."""
    last = at
    for number in range(at + 1, min(at + 60, len(lines))):
        line = lines[number]
        if sort(line) is not Sort.SIGNER or not (strong(line) or line.text.rstrip().endswith(";")):
            break
        last = number
    return last


def regions(lines: list[Line]) -> list[Region]:
    found: list[Region] = []
    at = 0
    while at < len(lines):
        how = opening(lines[at], lines[at - 1] if at else None)
        one = region(lines, at, how) if how else None
        if one and (_holds(one) or _is_empty(one, lines[at])):
            found.append(one)
            at = max(one.last, at) + 1
        else:
            at += 1
    if said := [one for one in found if one.opening >= Opening.SENTENCE]:
        return [one for one in found if one.opening >= Opening.SENTENCE or one.first < said[0].first]
    return found[:1]


def _holds(one: Region) -> bool:
    """Whether what follows is signatories at all."""
    if not one.signers:
        return False
    sure = sum(strong(line) for line, _ in one.signers[:8])
    among = len(one.signers[:8])
    if one.opening is Opening.SENTENCE:
        return sure >= 2 and sure >= among * 0.6
    return sure >= 1 or len(one.signers[0][0].text.split()) <= 5


def _is_empty(one: Region, line: Line) -> bool:
    """A heading whose list stands elsewhere: it is no part of the text either."""
    if one.opening is not Opening.HEADING or key(line.text) not in known("headings"):
        return False
    one.signers.clear()
    one.last = one.first
    return True


def tail(lines: list[Line]) -> Region | None:
    """Names that nothing heads: the longest run of them in the second half, or a short one where the document ends."""
    best = Region(Opening.TAIL, 0, 0)
    run: list[tuple[int, Line]] = []
    for number in range(1, len(lines) + 1):
        what = sort(lines[number]) if number < len(lines) else Sort.STOP
        if what is Sort.SIGNER:
            run.append((number, lines[number]))
        elif what not in (Sort.SKIP, Sort.GROUP):
            if len(run) > len(best) and _is_run(run, run[0][0], number == len(lines)):
                best = Region(
                    Opening.TAIL, run[0][0], run[0][1].passage, [(line, False) for _, line in run], run[-1][0]
                )
            run = []
    return best if best.signers else None


def _is_run(run: list[tuple[int, Line]], first: int, ends: bool) -> bool:
    shapes = [shape(head(line.text)) for _, line in run if len(line.text) < LONGEST_SIGNER]
    people = shapes.count(Shape.PERSON)
    sure = people + shapes.count(Shape.BODY) + min(shapes.count(Shape.ROLE), people)
    if sure < (3 if ends else 10) or sure < 0.7 * len(run):
        return False
    return people * 3 >= sure or (ends and all(line.kind is not Kind.ITEM for _, line in run))


def inside(found: Region, lines: list[Line]) -> Iterator[Line]:
    yield from lines[found.first : found.last + 1]
