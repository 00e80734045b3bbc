"""What stands before the text of a document and after it, where its head is looked for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from campaigns.material import phrases, words
from campaigns.material.document import Kind, Passage, Style
from campaigns.material.draft import Draft, Span
from campaigns.material.phrases import normal
from campaigns.material.prose import ends_sentence, is_prose

from .dates import dates_in
from .parts import Part, Parts

MOST = 40  # passages above and below the text
SALUTATION = 160  # characters of a salutation
EMPHASIS = 0.9  # of the letters that are bold or italic in a passage that is so
LINE = 100  # characters of a line that is one of several
NOTE = 500  # characters of a note below the text
LONGEST = 250  # characters of a first line that may be a title
LONG = 3_000  # characters of a passage that is text, whatever its lines are
# Small words inside the names of people and places, in any language.
PARTICLES = {
    *("the", "de", "del", "della", "di", "da", "do", "dos", "das", "du", "des", "la", "le", "van", "von"),
    *("der", "den", "ten", "ter", "zu", "bin", "ibn", "al", "el", "und", "y", "e", "and", "&", "et"),
    *("am", "sur", "sous", "upon", "of", "i", "û", "w", "nad"),
}


@dataclass(slots=True)
class Edges:
    """Places (numbers of passages) before the first paragraph and after the last, and what the file says itself."""

    draft: Draft
    parts: Parts
    language: str
    told: dict[str, list[Passage]] = field(default_factory=dict)  # by Block.name
    above: list[int] = field(default_factory=list)
    first: int | None = None  # the first paragraph, or the salutation
    below: list[int] = field(default_factory=list)
    dated: int | None = None  # the first paragraph of a news story, where it begins with its dateline

    @classmethod
    def of(cls, draft: Draft, parts: Parts) -> "Edges":
        edges = cls(draft, parts, draft.language.value if draft.language else "")
        text = []
        for at, passage in enumerate(draft.cleaned.passages):
            if passage.kind == Kind.META:
                edges.told.setdefault(passage.block.name, []).append(passage)
            elif parts[at] != Part.SIGNING:
                text.append(at)
        text = text[_again(draft, text) :]
        edges.above, edges.first = _above(draft.cleaned.passages, text)
        started = set(edges.above)
        edges.below = _below(draft.cleaned.passages, [at for at in text if at not in started])
        return edges

    def passage(self, at: int) -> Passage:
        return self.draft.cleaned.passages[at]

    def words(self, name: str) -> tuple[str, ...]:
        """Those of the document's language and of English, which pages in every language use; of all if it is none."""
        return _words(name, self.language)

    def is_site(self, name: str) -> bool:
        """Is it the site's own name, or that in its address?"""
        names = {normal(one.text) for key in ("publication", "author") for one in self.told.get(key, [])}
        said = squeezed(name)
        hosts = (host(one.text) for one in self.told.get("url", []))
        return normal(name) in names or (len(said) > 3 and any(said in one for one in hosts))

    def notes(self) -> list[int]:
        """The last passages that are no list of names."""
        passages = enumerate(self.draft.cleaned.passages)
        last = [at for at, one in passages if self.parts[at] != Part.SIGNING and one.kind != Kind.META]
        return [at for at in last[-6:] if at not in self.above and len(self.passage(at).text) <= NOTE]

    def claim(self, at: int, part: Part = Part.HEAD) -> None:
        self.parts[at] = self.parts[at] or part


def _again(draft: Draft, text: list[int]) -> int:
    """Where a copied web page begins: its title stands there more than once, below the menus of the site."""
    if draft.cleaned.format in ("html", "docx", "odt"):
        return 0
    lines = [normal(draft.cleaned.passages[at].text) for at in text[: MOST * 2]]
    for number, line in enumerate(lines):
        if (
            len(line) > 30
            and line in lines[number + 1 : number + 8]
            and not is_text(draft.cleaned.passages[text[number]])
        ):
            return number
    return 0


def _above(passages: tuple[Passage, ...], text: list[int]) -> tuple[list[int], int | None]:
    above: list[int] = []
    for number, at in enumerate(text):
        passage = passages[at]
        following = passages[text[number + 1]] if number + 1 < len(text) else None
        dated = following is not None and len(following.text) <= LINE and dates_in(following.text)
        begins = is_salutation(passage.text) and passage.kind != Kind.HEADING and not dated
        if begins or _all_emphasised(passage, following):
            return above, at
        text_begins = _is_first_text(passage)
        greeting = following is not None and is_salutation(following.text) and len(passage.text) <= LONGEST
        if text_begins and not is_notice(passage.text) and not (greeting and not ends_sentence(passage.text)):
            return above, at
        above.append(at)
        if len(above) == MOST:
            break
    return above, None


def _below(passages: tuple[Passage, ...], text: list[int]) -> list[int]:
    last = max((number for number, at in enumerate(text) if is_text(passages[at])), default=-1)
    return text[last + 1 :][-MOST:] if last >= 0 else []


def _is_first_text(passage: Passage) -> bool:
    """The first line may be a long title, but no title is several sentences."""
    return is_text(passage) and (len(passage.text) > LONGEST or passage.text.rstrip()[-1:] in ".:;")


def is_notice(text: str) -> bool:
    """ "Update (12 April): …", "Editor's note: …": added later, and above the text."""
    return any_of(words.everywhere("head", "notices"), r"^\W{0,3}", r"\W{0,3}(?:[:(–—-]|\d)").match(text) is not None


def _all_emphasised(passage: Passage, following: Passage | None) -> bool:
    """One bold paragraph is a lead; where the next is bold too, it is how the text is set."""
    both = [one for one in (passage, following) if one and is_prose(one.text) and one.kind != Kind.HEADING]
    return len(both) == 2 and all(is_emphasised(one) for one in both)


def is_text(passage: Passage) -> bool:
    """A paragraph that is neither heading, nor lead, nor a block of short lines, nor the address of a page."""
    if len(passage.text) > LONG:
        return True
    if passage.kind in (Kind.HEADING, Kind.CAPTION, Kind.ROW) or not is_prose(passage.text):
        return False
    if " " not in passage.text.strip():
        return False
    lines = passage.text.split("\n")
    return (len(lines) == 1 or max(map(len, lines)) > LINE) and not is_emphasised(passage)


def is_emphasised(passage: Passage, *styles: Style) -> bool:
    """All of it bold or italic."""
    if len(passage.text) > LONG:
        return False
    marked: set[int] = set()
    for mark in passage.block.marks:
        if mark.style in (styles or (Style.BOLD, Style.ITALIC)):
            marked.update(range(mark.start, min(mark.end, len(passage.text))))
    letters = [at for at, letter in enumerate(passage.text) if letter.isalnum()]
    return bool(letters) and sum(at in marked for at in letters) >= EMPHASIS * len(letters)


def is_salutation(text: str) -> bool:
    line = text.rpartition("\n")[2].strip()
    return len(line) <= SALUTATION and phrases.everywhere("letter", "salutations").match(line)


@cache
def _words(name: str, language: str) -> tuple[str, ...]:
    if not words.of(language, "head", "genres"):
        return words.everywhere("head", name)
    return tuple(dict.fromkeys((*words.of(language, "head", name), *words.of("en", "head", name))))


@cache
def any_of(phrases: tuple[str, ...], before: str = "", after: str = "") -> re.Pattern[str]:
    """A pattern for any of the phrases, the longest first; (?!) where there is none."""
    said = "|".join(re.escape(one) for one in sorted(phrases, key=len, reverse=True)) or "(?!)"
    return re.compile(f"{before}(?:{said}){after}", re.IGNORECASE)


def host(address: str) -> str:
    """ "canalnews" of https://www.canal-news.example/bridge."""
    found = re.search(r"^\W*(?:https?://)?(?:www\.)?([\w.-]+\.\w{2,})", address)
    return found[1].rpartition(".")[0].replace("-", "").replace(".", "").lower() if found else ""


def squeezed(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def spanned(passage: Passage, start: int, end: int) -> Span:
    """Characters of a passage as a span of the text, without the white space around them."""
    piece = passage.text[start:end]
    start += len(piece) - len(piece.lstrip())
    return Span(passage.start + start, passage.start + start + len(piece.strip()))


def lines_of(passage: Passage) -> Iterable[tuple[int, str]]:
    """Its lines, each with its place in the passage."""
    at = 0
    for line in passage.text.split("\n"):
        yield at, line
        at += len(line) + 1
