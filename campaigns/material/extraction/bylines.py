"""Who wrote a document: only as it says so itself, word for word."""

import re

from campaigns.material import words
from campaigns.material.document import Kind, Passage
from campaigns.material.draft import Draft, Span

from .dates import dates_in
from .edges import NOTE, PARTICLES, Edges, any_of, is_salutation, lines_of, spanned, squeezed
from .names import is_person
from .parts import Part

BYLINE = 200  # characters
NAME = 60
NOBODY = {
    *("admin", "administrator", "root", "user", "webmaster", "editor", "author", "guest", "wordpress", "default"),
    *("none", "null", "n/a", "unknown", "anonymous"),
}
WORD = re.compile(r"\S+")
URL = re.compile(r"<?((?:https?://|www\.)[^\s<>]+[^\s<>.,;:)\]])>?|^([\w-]+(?:\.[\w-]+)+(?:/\S*)?)$")
AND = re.compile(r",\s*|\s(?:and|und|et|y|e|en|i|و|û|&)\s")
PART_ENDS = re.compile(r"\s*(?:,|\||;|·|•|\s[-–—]\s|\n|\(|<)\s*")


def find(edges: Edges) -> None:
    draft = edges.draft
    _visible(edges) or _after_text(edges) or _told(edges) or _only_signatory(draft)
    _affiliation(edges)


def _set(draft: Draft, passage: Passage, name: tuple[int, int], work: tuple[int, int] | None, sure: float) -> bool:
    span = spanned(passage, *name)
    draft.byline = draft.quoted(span.start, span.end, sure)
    if work and passage.text[slice(*work)].strip():
        span = spanned(passage, *work)
        draft.affiliation = draft.quoted(span.start, span.end, sure)
    return True


# The author


def _visible(edges: Edges) -> bool:
    """ "By Jane Roe, Riverside Tenants", "Author: Jane Roe", "Jane Roe writes: …"."""
    near = [*edges.above, *([] if edges.first is None else [edges.first])]
    for at in near:
        passage = edges.passage(at)
        if edges.draft.title and any(span.start <= passage.start < span.end for span in edges.draft.title.spans):
            continue
        if _by(edges, at, labelled=len(passage.text) > BYLINE):
            return True
        if passage.kind != Kind.HEADING and _writes(edges, at):
            return True
    first = edges.first if edges.first is not None else 0
    labels = any(_by(edges, at, labelled=True) for at in range(first, min(first + 60, len(edges.parts))))
    return labels or _reports(edges)


def _by(edges: Edges, at: int, labelled: bool = False) -> bool:
    passage = edges.passage(at)
    if len(passage.text) > NOTE or passage.kind == Kind.META:
        return False
    said = tuple(one for one in edges.words("by") if one.endswith(":") or not labelled)
    for start, line in lines_of(passage):
        found = any_of(_colons(said), r"\W{0,3}", r"(?:\s|(?<=:)|$)")
        match = found.match(line)
        if not match and (day := next(iter(dates_in(line[:BYLINE], edges.language)), None)):
            match = None if _without_labels(line[: day.start]) else found.match(line, day.end)
        if not match:
            continue
        end = start + len(line)
        begin = start + match.end()
        if not line[match.end() :].strip():
            return _next_is_name(edges, at, end)
        name, work = _divided(passage.text[:end], begin, edges)
        text = passage.text[slice(*name)].strip()
        clear = ":" in match[0]
        if _is_name(text, clear):
            if "\n" not in passage.text.strip():
                edges.claim(at)
            return _set(edges.draft, passage, name, work, 0.95 if clear else 0.9)
    return False


def _without_labels(text: str) -> str:
    """ "Posted on" is nothing."""
    return any_of(words.everywhere("head", "dates"), r"(?<!\w)", r"(?!\w)").sub("", text).strip(" :,|–—-*_")


def _colons(said: tuple[str, ...]) -> tuple[str, ...]:
    """French sets a space before a colon, others do not."""
    return tuple(dict.fromkeys(form for one in said for form in (one, one.replace(":", " :"), one.replace(" :", ":"))))


def _next_is_name(edges: Edges, at: int, end: int) -> bool:
    passage = edges.passage(at)
    rest = passage.text[end:].strip()
    after = [one for one in range(at + 1, min(at + 3, len(edges.parts))) if edges.passage(one).text.strip()[-1:] != ":"]
    if rest and _is_name(rest.split("\n")[0], clear=True):
        start = passage.text.index(rest.split("\n")[0], end)
        edges.claim(at)
        return _set(edges.draft, passage, (start, start + len(rest.split("\n")[0])), None, 0.9)
    following = after[0] if after else at
    if rest or following == at or not _is_name(edges.passage(following).text, clear=True):
        return False
    for one in range(at, following + 1):
        edges.claim(one)
    return _set(edges.draft, edges.passage(following), (0, len(edges.passage(following).text)), None, 0.9)


def _divided(text: str, begin: int, edges: Edges) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """Name and affiliation: "Jane Roe, Riverside Tenants", "Jane Roe for The Echo"; a date behind them is neither."""
    end = len(text)
    for one in dates_in(text[begin:end], edges.language):
        end = min(end, begin + one.start)
    labels = any_of(words.everywhere("head", "dates"), r"(?:[\s|,]\W*)", r"\W*\Z")
    text = labels.sub("", text[:end]).rstrip(" |,·•-–—(.") if end < len(text) else text.rstrip(" |,·•-–—(.")
    end = len(text)
    for_whom = any_of(edges.words("author_for"), r"\s", r"\s").search(text, begin)
    cut = PART_ENDS.search(text, begin)
    if for_whom and (not cut or for_whom.start() < cut.start()):
        return (begin, for_whom.start()), (for_whom.end(), end)
    if not cut:
        return (begin, end), None
    rest = text[cut.end() : end].rstrip(")")
    if "@" in rest:
        return (begin, cut.start()), None
    if cut[0].strip() == "," and all(is_person(one) for one in AND.split(rest)):
        return (begin, end), None  # several authors
    return (begin, cut.start()), (cut.end(), cut.end() + len(rest))


def _is_name(text: str, clear: bool) -> bool:
    """Words with capitals, and small ones as names have; where a label says so, anything short."""
    text = text.strip()
    parts = text.split()
    if not parts or len(text) > NAME * (2 if clear else 1) or URL.search(text) or "@" in text or is_salutation(text):
        return False
    if text[-1] in ":?!":
        return False
    if clear:
        return len(parts) <= 12 and text[-1] != "." or len(parts) <= 3
    if not any(letter.lower() != letter.upper() for letter in text):
        return len(parts) <= 5
    capital = [word for word in parts if word[0].isupper() or word[0].isdigit()]
    small = [word for word in parts if not word[0].isupper() and word.lower() not in PARTICLES]
    return len(parts) <= 8 and text[-1] not in ".:?!" and len(capital) > 1 and not small


def _leading_name(text: str) -> int:
    """Where the name ends with which a sentence begins; 0 if none does."""
    end = capitals = 0
    for match in list(WORD.finditer(text[: NAME * 2]))[:6]:
        word = match[0]
        if word[0].isupper() and word[-1] not in ".,:;!?":
            capitals, end = capitals + 1, match.end()
        elif word.lower() not in PARTICLES or not capitals:
            break
    return end if capitals > 1 else 0


def _writes(edges: Edges, at: int) -> bool:
    """ "Jane Roe writes: The river is dying." The words before the colon are not of the text."""
    passage = edges.passage(at)
    end = _leading_name(passage.text)
    match = any_of(edges.words("writes"), r"\s", r"\s?:\s").match(passage.text, end) if end else None
    if not match:
        return False
    edges.draft.apart.append(Span(passage.start, passage.start + match.end()))
    return _set(edges.draft, passage, (0, end), None, 0.9)


def _reports(edges: Edges) -> bool:
    """One sentence below the lead: "Jane Roe looks at what the dam did to the valley." """
    at = edges.first
    if at is None or at + 1 >= len(edges.parts) or not edges.above:
        return False
    passage = edges.passage(at)
    end = _leading_name(passage.text)
    reports = any_of(edges.words("reports"), r"\s", r"\s")
    if not end or len(passage.text) > NOTE // 2 or not reports.match(passage.text, end):
        return False
    edges.claim(at)
    return _set(edges.draft, passage, (0, end), None, 0.85)


def _after_text(edges: Edges) -> bool:
    """ "Jane Roe is a member of Riverside Tenants." below an article; below a letter it may be anybody."""
    if edges.draft.signatories or edges.draft.signatories_stated:
        return False
    for at in reversed(edges.notes()):
        passage = edges.passage(at)
        end = _leading_name(passage.text)
        if end and any_of(edges.words("is_a"), r"\s", r"\s").match(passage.text, end):
            return _set(edges.draft, passage, (0, end), None, 0.8)
    return False


def _affiliation(edges: Edges) -> None:
    """What a note below the text says of the author."""
    draft = edges.draft
    if not draft.byline:
        return
    member = any_of(edges.words("member_of"), r"\s", r"\s")
    for at in edges.notes():
        passage = edges.passage(at)
        if not passage.text.startswith(draft.byline.value):
            continue
        if any_of(edges.words("is_a"), r"\s", r"\s").match(passage.text, len(draft.byline.value)):
            edges.claim(at, Part.NOTE)
        match = member.match(passage.text, len(draft.byline.value))
        if match and not draft.affiliation:
            stop = passage.text.find(". ", match.end())
            end = stop if stop >= 0 else len(passage.text.rstrip(" ."))
            span = spanned(passage, match.end(), end)
            draft.affiliation = draft.quoted(span.start, span.end, 0.8)


def _told(edges: Edges) -> bool:
    sites = {squeezed(one.text) for name in ("publication", "url") for one in edges.told.get(name, [])}
    for passage in edges.told.get("author", []):
        name = passage.text.strip()
        if URL.search(name) or name.lower() in NOBODY or len(name) > NAME * 2:
            continue
        if any(squeezed(name) in site for site in sites if len(name) > 3):
            continue
        return _set(edges.draft, passage, (0, len(passage.text)), None, 0.8 if " " in name else 0.4)
    return False


def _only_signatory(draft: Draft) -> bool:
    """A letter that one person signed is by that person."""
    if len(draft.signatories) != 1 or draft.signatories_stated:
        return False
    name, affiliation = draft.signatories[0].value
    if not _is_name(name, clear=False):
        return False
    spans = draft.signatories[0].spans
    text = draft.cleaned.text
    for span in spans[:1]:
        at = text.find(name, span.start, span.end)
        if at >= 0:
            draft.byline = draft.quoted(at, at + len(name), 0.6)
        where = text.find(affiliation, max(0, span.start - 200), span.end + 200) if affiliation else -1
        if affiliation and where >= 0:
            draft.affiliation = draft.quoted(where, where + len(affiliation), 0.6)
    return draft.byline is not None
