"""A LetterSheet as HTML and CSS: the whole look of the letter. What is written on it is escaped here, and only here."""

from functools import cache, lru_cache
from pathlib import Path

import segno
from django.conf import settings
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from config import web_addresses

from .profiles import Profile
from .sheet import (
    Direction,
    LetterSheet,
    breakable,
    clean,
    direction_of,
    held_together,
    language_of,
    one_line,
    paragraphs,
)
from .window import NO_FIT, RETURN_LINE, RETURN_PT, lines_needed, return_line, set_in_window, steps
from .words import date_in_words
from .words import translated as _

FIRST_PAGE_TOP, PAGE_RIGHT = 16.0, 30.0  # mm, as in letter.css
FOOT_TOP = 40.0  # mm above the sheet's lower edge
BELOW_A_LONG_ADDRESS = 6  # mm, where one runs on under the window and pushes the letter down

# What a person writes has fewer lines; ten thousand characters can have five thousand, at 1 ms each.
MOST_LINES = 400
LINES_AT_ONCE = 50

# Of the sender's block, in lines: a longer one would push the letter down, so it is set smaller; and one that no
# page holds.
SENDER_PT, LONG_SENDER, ENDLESS_SENDER = 10.5, 9, 16
LONGEST_NAME = 200  # of an annex; the rest of a longer one is cut off


def letter_css(language: str, profile: Profile, large: bool = False) -> str:
    with translation.override(language):
        # Translators: the number at the foot of a letter's second and later pages, as in 2/3.
        number = _("%(page)s/%(pages)s")
    style = _stylesheet("letter.css") + (_stylesheet("large.css") if large else "")
    # What does not show in a window need not be small, nor narrow.
    unseen = f".fit{NO_FIT}" if profile.window else ".window > :last-child"
    readable = f"{unseen} {{ width: 150mm }} {unseen} p {{ font-size: 16pt; line-height: 1.4 }}" if large else ""
    return style.replace("PAGE_NUMBER", _css_content(number)) + _geometry(profile) + readable


def letter_body(sheet: LetterSheet, profile: Profile, large: bool = False) -> SafeString:
    """The HTML document without its style sheet. The foot is laid at the first page's lower edge, and so comes first;
    in large print it takes too much room for that, and comes last."""
    with translation.override(sheet.language):
        return format_html(
            '<!doctype html><html lang="{}" dir="{}"><head><meta charset="utf-8"><title>{}</title></head>'
            "<body{}>{}{}{}<main>{}{}{}</main>{}{}</body></html>",
            sheet.language,
            sheet.direction,
            one_line(sheet.title) or _("Letter"),
            "" if _is_addressed(sheet) else mark_safe(' class="statement"'),  # a constant
            "" if large else _foot(sheet),
            _marks(profile),
            _head(sheet, profile) if _is_addressed(sheet) else "",
            _opening(sheet),
            _said(sheet),
            _ending(sheet),
            _annex(sheet),
            _foot(sheet) if large else "",
        )


def standalone(html: str, css: str) -> SafeString:
    """The same document with its style sheet inside, to look at or to compare with."""
    return mark_safe(html.replace("</head>", f"<style>{css}</style></head>", 1))


@cache
def _stylesheet(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _css_content(number: str) -> str:
    """`%(page)s/%(pages)s`, in whatever order and words a translator gave, as a value of CSS `content`."""
    parts = []
    for piece in number.replace("%(page)s", "\0page\0").replace("%(pages)s", "\0pages\0").split("\0"):
        if piece in ("page", "pages"):
            parts.append(f"counter({piece})")
        elif piece:
            parts.append('"' + "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in piece) + '"')
    return " ".join(parts)


def _geometry(profile: Profile) -> str:
    above = profile.top - FIRST_PAGE_TOP
    left, right = profile.sender
    rules = [
        f"@page {{ size: {profile.page} }}",
        f".head {{ min-height: {profile.body_top - FIRST_PAGE_TOP}mm }}",
        f".sender {{ width: {right - left}mm; margin-right: {profile.page_width - PAGE_RIGHT - right}mm }}",
        f".above {{ height: {above}mm }}",
        f".window {{ width: {profile.width}mm; min-height: {profile.height}mm }}",
        f".foot div {{ top: {profile.page_height - FOOT_TOP + 5 - FIRST_PAGE_TOP}mm }}",
    ]
    rules += [
        f".fit{step} {{ font-size: {size_pt}pt; line-height: {line:.2f}mm }}"
        for step, (size_pt, line) in enumerate(steps(profile))
    ]
    # What may grow beyond its place keeps its distance from the letter.
    grows = f".fit{NO_FIT}" if profile.window else ".window"
    rules.append(f"{grows} {{ padding-bottom: {BELOW_A_LONG_ADDRESS}mm }}")
    if profile.return_bottom is not None:
        rules.append(
            f".return {{ bottom: {profile.top - profile.return_bottom}mm; width: {profile.width}mm;"
            f" font-size: {RETURN_PT}pt; line-height: {RETURN_LINE}mm }}"
        )
    rules += [f".mark{i} {{ top: {y - FIRST_PAGE_TOP}mm }}" for i, y in enumerate(profile.marks)]
    return "\n".join(rules)


def _is_addressed(sheet: LetterSheet) -> bool:
    return bool(sheet.blank or sheet.sender_name or sheet.sender_lines or sheet.recipient_lines)


def _line(text: str, otherwise: Direction, css_class: str = "", main: Direction | None = None) -> SafeString:
    """One paragraph of one line, in the direction of its own script."""
    text = one_line(text)
    return format_html(
        "<p{}{}>{}</p>",
        format_html(' class="{}"', css_class) if css_class else "",
        _dir(text, otherwise, main),
        _written(text),
    )


def _written(text: str) -> SafeString:
    """What somebody wrote on one line."""
    return web_addresses.isolated(breakable(held_together(text)))


def _dir(text: str, otherwise: Direction, main: Direction | None = None) -> SafeString:
    """Of a text that runs another way than what is around it; and its language, if the letter (`main`) runs another
    way, for then it is not the letter's: it is to be spoken in its own."""
    found = direction_of(text, otherwise)
    return format_html(
        "{}{}",
        "" if found == otherwise else format_html(' dir="{}"', found),
        "" if found == (main or otherwise) else format_html(' lang="{}"', language_of(text)),
    )


def _lines(lines: tuple[str, ...], otherwise: Direction, main: Direction) -> SafeString:
    return format_html_join("", "{}", ((_line(line, otherwise, "", main),) for line in lines if one_line(line)))


def _head(sheet: LetterSheet, profile: Profile) -> SafeString:
    if sheet.blank:
        labels = (_("Name"), _("Address"), "", _("Town"), _("Postcode"))
        sender = format_html_join("", '<p class="rule">{}</p>', ((label,) for label in labels))
    else:
        sender = format_html(
            "{}{}",
            _line(sheet.sender_name, "ltr", "name", sheet.direction) if one_line(sheet.sender_name) else "",
            _lines(sheet.sender_lines, "ltr", sheet.direction),
        )
    needed = lines_needed((sheet.sender_name, *sheet.sender_lines), profile.sender[1] - profile.sender[0], SENDER_PT)
    beside = format_html(
        '<div class="sender {}{}">{}</div>', sheet.direction, mark_safe(" long") if needed > LONG_SENDER else "", sender
    )
    step, lines = set_in_window(sheet.recipient_lines, profile)
    # The window lies where the envelope has it, whichever way the letter is written.
    window = format_html(
        '<div class="window {}"><div class="above">{}</div><div class="fit{}">{}</div></div>',
        direction_of(" ".join(sheet.recipient_lines), sheet.direction),
        _return(sheet, profile),
        step,
        _lines(lines, "ltr", sheet.direction),
    )
    # What is set beside the window is cut at the foot of the page, so a sender without end follows it.
    endless = needed > ENDLESS_SENDER
    return format_html(
        '<div class="head" dir="ltr">{}{}</div>{}',
        "" if endless else beside,
        window,
        format_html('<div class="endless" dir="ltr">{}</div>', sender) if endless else "",
    )


def _return(sheet: LetterSheet, profile: Profile) -> SafeString:
    """For the post, if it cannot deliver. Not read aloud: it is the sender's address once more."""
    parts = return_line(sheet, profile)
    if not parts:
        return SafeString("")
    # Each apart, or a number would be taken for one of the Arabic name before it.
    return format_html(
        '<p class="return" aria-hidden="true">{}</p>', format_html_join(" · ", "<bdi>{}</bdi>", ((p,) for p in parts))
    )


def _opening(sheet: LetterSheet) -> SafeString:
    date = date_in_words(sheet.date, sheet.language) if sheet.date else ""
    place = one_line(sheet.place)
    dateline: str | SafeString = ""
    if date:
        text = _("%(place)s, %(date)s") % {"place": place, "date": date} if place else date
        dateline = _line(text, sheet.direction, "date")
    elif sheet.blank:
        dateline = format_html('<div class="date"><p class="rule">{}</p></div>', _("Date"))
    heading = one_line(sheet.subject) or ("" if _is_addressed(sheet) else one_line(sheet.title))
    subject = format_html("<h1{}>{}</h1>", _dir(heading, sheet.direction), breakable(heading)) if heading else ""
    salutation = _line(sheet.salutation, sheet.direction, "salutation") if one_line(sheet.salutation) else ""
    if _is_addressed(sheet):
        return format_html("{}{}{}", dateline, subject, salutation)
    return format_html("{}{}{}", subject, dateline, salutation)


def _said(sheet: LetterSheet) -> SafeString:
    if sheet.body_html is not None:
        said = mark_safe(clean(sheet.body_html))  # it only loses characters, and none of HTML's
    else:
        said = format_html_join("", "{}", ((_paragraph(lines, sheet.direction),) for lines in _bounded(sheet.body)))
    asks = format_html('<h2>{}</h2><ol class="asks">{}</ol>', _("We ask you to"), _items(sheet.asks, sheet.direction))
    return format_html('<div class="said">{}</div>{}', said, asks if sheet.asks else "")


def _bounded(body: str) -> list[list[str]]:
    """The paragraphs, and after MOST_LINES lines the rest as one: nothing is left out, and no text takes long."""
    kept: list[list[str]] = []
    rest: list[str] = []
    left = MOST_LINES
    for lines in paragraphs(body):
        kept.append(lines[:left])
        rest += lines[left:]
        left -= len(kept[-1])
    return [*filter(None, kept), [" ".join(rest)]] if rest else kept


def _paragraph(lines: list[str], otherwise: Direction) -> SafeString:
    """The time it takes to set a paragraph grows with the square of its lines, so a very long one is set as several."""
    direction = _dir(" ".join(lines), otherwise)
    parts = [lines[start : start + LINES_AT_ONCE] for start in range(0, len(lines), LINES_AT_ONCE)]
    return format_html_join(
        "",
        "<p{}{}>{}</p>",
        (
            (
                mark_safe(' class="goes-on"') if part is not parts[-1] else "",
                direction,
                format_html_join(mark_safe("<br>"), "{}", ((_written(line),) for line in part)),
            )
            for part in parts
        ),
    )


def _items(items: tuple[str, ...], otherwise: Direction) -> SafeString:
    return format_html_join("", "{}", ((_item(item, otherwise),) for item in items))


def _item(item: str, otherwise: Direction) -> SafeString:
    """Lines of one direction follow each other; else each has its own, as a note in Arabic on an English title."""
    lines = [line for line in map(one_line, item.splitlines()) if line]
    directions = [direction_of(line, otherwise) for line in lines]
    if len(set(directions)) <= 1:
        return format_html("<li{}>{}</li>", _dir(item, otherwise), _written(" ".join(lines)))
    shown = (
        format_html('<bdi dir="{}" lang="{}">{}</bdi>', direction, language_of(line), _written(line))
        for direction, line in zip(directions, lines, strict=True)
    )
    return format_html("<li>{}</li>", format_html_join(mark_safe("<br>"), "{}", ((line,) for line in shown)))


def _ending(sheet: LetterSheet) -> SafeString:
    name = one_line(sheet.signature_name)
    signed: str | SafeString = ""
    if sheet.blank:
        signed = format_html('<p class="rule">{}</p>', _("Signature"))
    elif name:
        signed = _line(name, sheet.direction, "name" if _is_addressed(sheet) else "typed")
    affiliation = _line(sheet.affiliation, sheet.direction, "quiet") if one_line(sheet.affiliation) else ""
    closing = _line(sheet.closing, sheet.direction) if one_line(sheet.closing) else ""
    block = format_html('<div class="closing">{}{}{}</div>', closing, signed, affiliation)
    signatures = _line(sheet.signatures_line, sheet.direction, "signatures") if one_line(sheet.signatures_line) else ""
    sources = format_html(
        '<section class="sources"><h2>{}</h2><ol>{}</ol></section>',
        _("Sources"),
        _items(sheet.sources, sheet.direction),
    )
    return format_html(
        "{}{}{}", block if closing or signed or affiliation else "", signatures, sources if sheet.sources else ""
    )


def _annex(sheet: LetterSheet) -> SafeString:
    """Who else sends these words, a line each, in columns on pages of their own."""
    names = [f"{name[:LONGEST_NAME]}…" if len(name) > LONGEST_NAME else name for name in map(one_line, sheet.annex)]
    names = list(filter(None, names))
    if not names:
        return SafeString("")
    return format_html(
        '<section class="annex"><h2>{}</h2><ul>{}</ul></section>',
        _("This letter is also sent by"),
        format_html_join("", "<li{}>{}</li>", ((_dir(name, sheet.direction), breakable(name)) for name in names)),
    )


def has_foot(sheet: LetterSheet) -> bool:
    return bool(one_line(sheet.foot_text) or one_line(sheet.foot_url) or settings.DEMONSTRATION)


def _foot(sheet: LetterSheet) -> SafeString:
    text, url = one_line(sheet.foot_text), one_line(sheet.foot_url)
    if not has_foot(sheet):
        return SafeString("")
    linked: str | SafeString = ""
    code: str | SafeString = ""
    if url.startswith(("https://", "http://")):
        shown = url.split("://", 1)[1].rstrip("/")
        linked = format_html('<p><a href="{}" dir="ltr">{}</a></p>', url, shown)
        code = format_html(
            '<img src="{}" alt="{}">',
            _qr_code(url),
            _("QR code that leads to %(address)s") % {"address": shown},
        )
    elif url:
        linked = _line(url, sheet.direction)
    title = format_html("<p{}><strong>{}</strong></p>", _dir(text, sheet.direction), text) if text else ""
    demonstration = format_html("<p>{}</p>", _("Demonstration: not a real letter")) if settings.DEMONSTRATION else ""
    return format_html('<div class="foot"><div>{}{}{}{}</div></div>', code, title, linked, demonstration)


@lru_cache(maxsize=64)
def _qr_code(url: str) -> str:
    """A data: address. Medium correction: a fold through the code may cost 15 % of it."""
    address: str = segno.make(url, error="m", micro=False).svg_data_uri(border=0, dark="#1d1b18", xmldecl=False)
    return address


def _marks(profile: Profile) -> SafeString:
    return format_html_join("", '<div class="mark mark{}"></div>', ((i,) for i, _y in enumerate(profile.marks)))
