"""Which pieces of a page are not the document, as far as the page itself says so.

A name is believed unless it covers what it cannot cover: a theme that calls its whole page "content-sidebar" has not
told us that the letter is a side bar. Nothing is thrown away here; each piece that goes carries why.
"""

import re

from campaigns.material.document import Kind, Reason

from .html_tree import Element, Page, Piece

# Above so many characters of prose (not links, not buttons) it is no longer a share bar, a caption …
ROOM = {Reason.SHARING: 400, Reason.CAPTION: 800, Reason.LEGAL: 1500, Reason.DONATION: 1500, Reason.REPEATED: 600}
SURE = frozenset({Reason.COMMENTS, Reason.COOKIES})
LONG = 80  # characters of prose in a paragraph that is one
MOST_OF_IT = 0.4
BARS = "|·•»"  # between the links of a menu
DATED = frozenset({"byline", "author", "date", "dateline", "published", "datePublished"})
SHARING = re.compile(
    r"facebook\.com/(?:sharer|share|dialog)|(?:twitter|x)\.com/(?:intent|share|home\?status)|linkedin\.com/share"
    r"|reddit\.com/submit|news\.ycombinator\.com/submit|pinterest\.[a-z]{2,3}/pin/create|wa\.me/\?|t\.me/share"
    r"|whatsapp\.com/send|whatsapp://send|tumblr\.com/(?:share|widgets)|getpocket\.com/(?:save|edit)|bsky\.app/intent"
    r"|vk\.com/share|telegram\.me/share|mastodonshare|^mailto:\?",
    re.IGNORECASE,
)


def judge(page: Page, titles: list[str]) -> None:
    _find_title(page, titles)
    _count(page)
    for element in page.elements[1:]:
        up = element.parent or page.elements[0]
        reason = element.reason or (Reason.MARKUP.value if element.hidden or element.closed_tab else "")
        element.cruft = reason if reason and _believed(element, reason, page.elements[0]) else up.cruft
    for piece in page.pieces:
        piece.cruft = piece.cruft or _reason(piece)
    _keep_title(page)
    _judge_buttons(page)
    _judge_links(page)
    _judge_headings(page.pieces)
    _doubt(page)


def _find_title(page: Page, titles: list[str]) -> None:
    """The heading that the page's own title names, or else its first of the highest level."""
    wanted = [title.casefold() for title in titles if title]
    heads = [piece for piece in page.pieces if piece.kind == Kind.HEADING]
    heads = [piece for piece in heads if "main" in piece.element.place] or heads
    named = [piece for piece in heads if len(piece.text) >= 8 and _is_among(piece.text.casefold(), wanted)]
    for piece in named or sorted((head for head in heads if head.level <= 2), key=lambda head: head.level)[:1]:
        piece.element.titled = True


def _is_among(text: str, titles: list[str]) -> bool:
    return any(text in title or title in text for title in titles)


def _count(page: Page) -> None:
    for piece in page.pieces:
        element, prose = piece.element, piece.prose
        element.prose += prose
        element.long += prose if prose >= LONG else 0
        element.names += 0 < prose < LONG
    for element in reversed(page.elements):
        up = element.parent
        if up:
            up.prose += element.prose
            up.long += element.long
            up.names += element.names
            up.titled |= element.titled
            up.central |= element.central


def _believed(element: Element, reason: str, page: Element) -> bool:
    if reason in SURE:
        return not element.central
    share = element.prose / max(1, page.prose)
    if element.prose > ROOM.get(Reason(reason), 10**9):
        return False
    if element.closed_tab and element.names >= 20 and element.names * LONG > element.long:
        return False  # the list of those who signed, behind a tab
    if (element.titled or element.central) and share > 0.2:
        return False
    return not (share > MOST_OF_IT and element.prose > 400)


def _reason(piece: Piece) -> str:
    element = piece.element
    if piece.kind == Kind.CAPTION:
        return Reason.CAPTION.value
    if element.cruft == Reason.SIGNING and element.form and _is_letter(piece, element.form):
        return ""
    if element.cruft == Reason.SIGNING and "counter" in element.place:
        return ""  # how many have signed is worth knowing
    if element.cruft == Reason.NAVIGATION and piece.text.startswith(("©", "(c) ", "(C) ")):
        return Reason.LEGAL.value
    if element.cruft:
        return element.cruft
    size = len(piece.text)
    if piece.links and any(SHARING.search(href) for href in piece.links) and piece.linked >= 0.6 * size:
        return Reason.SHARING.value
    if piece.label >= 0.8 * size > 0:
        return Reason.SIGNING.value
    if piece.linked >= 0.6 * size and sum(map(piece.text.count, BARS)) >= 2:
        return Reason.NAVIGATION.value
    return ""


def _is_letter(piece: Piece, form: Element) -> bool:
    """Pages that let people write show the letter in the form."""
    if piece.label or piece.prose < LONG:
        return False
    return "textarea" in piece.element.place or form.long >= 600


def _keep_title(page: Page) -> None:
    """A heading must remain, be it in a corner that is the site's."""
    heads = [piece for piece in page.pieces if piece.kind == Kind.HEADING and piece.level <= 2]
    if heads and all(piece.cruft for piece in heads):
        for piece in [piece for piece in heads if piece.element.titled][:1]:
            piece.cruft = ""


def _judge_buttons(page: Page) -> None:
    """What is on a button says what to do there; but a page may set each of a thousand names into one."""
    buttons: dict[str, set[str]] = {}
    pressed = [piece for piece in page.pieces if not piece.cruft and _is_button(piece)]
    for piece in pressed:
        buttons.setdefault(piece.element.signature, set()).add(piece.text)
    for piece in pressed:
        if len(buttons[piece.element.signature]) < 8:
            piece.cruft = Reason.SIGNING.value


def _is_button(piece: Piece) -> bool:
    size = len(piece.text)
    is_pressed = piece.element.pressed or piece.pressed >= 0.8 * size
    return 0 < size <= 80 and is_pressed and piece.kind != Kind.HEADING


def _judge_links(page: Page) -> None:
    """Lists of links within the site, beside the text or above it."""
    long = sum(piece.prose for piece in page.pieces if piece.prose >= LONG and not piece.cruft)
    if not long:
        return
    # The elements with most of the prose are a chain, each in the one before.
    inner = [element for element in page.elements if element.long >= 0.6 * long and not element.cruft]
    if inner:
        inner[-1].inner = True
    for element in page.elements[1:]:
        element.inner |= bool(element.parent and element.parent.inner)
    begun = False
    title = next((place for place, piece in enumerate(page.pieces) if piece.element.titled and not piece.cruft), 0)
    in_main = bool(title) and "main" in page.pieces[title].element.place
    for place, piece in enumerate(page.pieces):
        begun = begun or piece.element.inner
        if place < title and not begun and not piece.cruft and piece.prose < LONG:
            is_own = DATED.intersection(piece.element.place) or (piece.kind == Kind.HEADING and not in_main)
            piece.cruft = "" if is_own else Reason.NAVIGATION.value
        if piece.cruft or piece.kind == Kind.RULE or piece.linked < 0.8 * len(piece.text):
            continue
        local = sum(not href.startswith(("http:", "https:", "mailto:", "//")) for href in piece.links)
        if piece.element.inner or local * 2 < len(piece.links) or piece.element.titled:
            continue
        is_teaser = begun and piece.linked >= 40
        piece.cruft = Reason.RELATED.value if is_teaser else Reason.NAVIGATION.value


def _judge_headings(pieces: list[Piece]) -> None:
    """A heading under which nothing is left goes with it."""
    kept = [False] * 8  # from here down: whether something is kept before the next heading of this level or above it
    reasons = [""] * 8
    for piece in reversed(pieces):
        if piece.kind == Kind.HEADING:
            level = piece.level
            if not (piece.cruft or piece.element.titled or kept[level]):
                piece.cruft = reasons[level]
            above = kept[level] or not piece.cruft
            for deeper in range(level, 8):  # what follows belongs to this heading
                kept[deeper], reasons[deeper] = False, ""
            for higher in range(level):
                kept[higher] = kept[higher] or above
                reasons[higher] = piece.cruft or reasons[higher]
        elif not piece.cruft and piece.kind != Kind.RULE:
            kept = [True] * 8
        elif piece.cruft and piece.cruft != Reason.CAPTION:
            reasons = [piece.cruft] * 8


def _doubt(page: Page) -> None:
    """Where next to nothing would be left, the names of the page cannot be trusted."""
    prose = sum(piece.prose for piece in page.pieces)
    kept = sum(piece.prose for piece in page.pieces if not piece.cruft)
    if prose > 400 and kept < 0.1 * prose:
        for piece in page.pieces:
            if piece.cruft not in (Reason.COMMENTS, Reason.COOKIES, Reason.NAVIGATION, Reason.CAPTION):
                piece.cruft = ""
