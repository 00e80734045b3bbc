"""Markdown as programs extend it → plain Markdown: shortcodes, attributes, footnotes, wiki links.

What is meant for the program is not removed but set into <span data-cruft> or <div data-cruft>, so that the reader of
HTML lists it.
"""

import re

from campaigns.material.document import Reason

from .html_names import TOLD, named

# {{< hugo >}} {{% hugo %}} {{ liquid }} {% liquid %}
SHORTCODE = re.compile(r"\{\{[^{}]{0,1000}\}\}|\{%[^{}]{0,1000}%\}")
NAME = re.compile(r"\{[{%][<%-]?\s{0,9}(/|end)?\s{0,9}([A-Za-z0-9_-]{0,60})")
# pandoc's {#id .class}, kramdown's {: .class}, WordPress's [caption …]
ATTRIBUTES = re.compile(r"[ \t]{0,9}\{(?:[#.][\w.:-][^{}\n]{0,200}|:[^{}\n]{0,200})\}")
WORDPRESS = re.compile(r"\[/?(?:caption|gallery|embed|audio|video|playlist|contact-form|vc_|et_pb_)[^\[\]\n]{0,500}\]")
WIKI_LINK = re.compile(r"(?<!\!)\[\[(?:[^\[\]|\n]{1,200}\|)?([^\[\]|\n]{1,200})\]\]")
FOOTNOTE = re.compile(r"\[\^([^\]\s\[]{1,60})\]:[ \t]{0,9}(.*)")
REFERENCE = re.compile(r"\[\^([^\]\s\[]{1,60})\]")
TASK = re.compile(r"^(\s{0,40}(?:[-*+]|\d{1,9}[.)])\s{1,4})\[[ xX]\]\s")
ALERT = re.compile(r"^\s{0,3}>\s{0,3}\[!\w{1,20}\]\s{0,9}$")
DIRECTIVE = re.compile(r"^[ \t]{0,12}:{3,9}[ \t]{0,9}\{?[ \t]{0,9}\.?([\w-]{0,40})[^\n]{0,200}$", re.MULTILINE)
PROGRAM = re.compile(
    r"""^(?:import\s.{1,200}from\s{1,9}['"].{1,200}|export\s(?:const|default)\s.{0,500}|\[TOC\]|\\newpage)\s*$"""
)
# A star within a word is the gender star ("Leser*innen"), not the beginning of something in italics.
STAR = re.compile(r"(?<![\w*\\])([^\W_]{1,60})\*(?=[^\W\d_])")
DEEPEST = 40  # columns
FENCE = re.compile(r"^\s{0,12}(`{3,20}|~{3,20})")

NOTICES = named(
    "alert notice admonition callout warning info note tip banner hint message danger caution important update comment"
)
ACTIONS = named("button btn cta form signup signupform newsletter donate donation share sharebuttons petition")


def plain_markdown(text: str) -> str:
    text = _with_regions(text)
    lines, fence = [], ""
    for line in text.split("\n"):
        found = FENCE.match(line)
        if found and (not fence or found[1].startswith(fence)):
            fence = "" if fence else found[1]
        lines.append(line if fence or found else _line(_shallow(line)))
    return "\n".join(lines)


def _shallow(line: str) -> str:
    """The parser would end where lists or quotations are nested too deep."""
    text = line.lstrip(" \t")
    line = " " * DEEPEST + text if len(line) - len(text) > DEEPEST else line
    inner = text.lstrip("-*+> \t")
    is_deep = inner and len(re.sub(r"[ \t]", "", text[: len(text) - len(inner)])) > 10
    return text[:10] + inner if is_deep else line


def without_programs(page: str) -> str:
    """A page as its author keeps it: what is for PHP or a template goes, or is told."""
    pieces, at = [], 0
    while (start := page.find("<?php", at)) >= 0 or (start := page.find("<?=", at)) >= 0:
        found = page.find("?>", start)
        end = found + 2 if found >= 0 else len(page)
        pieces += [page[at:start], _told(page[start : min(end, start + 300)])]
        at = end
    page = "".join((*pieces, page[at:]))
    return SHORTCODE.sub(lambda found: _within(page, found), page) if "{{" in page or "{%" in page else page


def _within(text: str, match: re.Match[str]) -> str:
    return "" if text[max(0, match.start() - 1) : match.start()] in ("(", '"', "'", "=") else _told(match[0])


def _line(line: str) -> str:
    if PROGRAM.match(line):
        return _told(line)
    if ALERT.match(line):
        return ">"
    footnote = FOOTNOTE.match(line)
    if footnote:
        line = f'\n<div class="footnote">\n\n\\[{footnote[1]}\\] {footnote[2]}\n\n</div>\n'
    line = TASK.sub(r"\1", line)
    if "[" in line:
        line = REFERENCE.sub(r"\\[\1\\]", line)
        line = WIKI_LINK.sub(r"\1", line)
        line = WORDPRESS.sub(lambda found: _told(found[0]), line)
    if "*" in line:
        line = STAR.sub(r"\1\\*", line)
    return line


def _with_regions(text: str) -> str:
    """Shortcodes and attributes; what stands between a pair that makes a notice or a button is one region."""
    found = [match for pattern in (SHORTCODE, ATTRIBUTES) for match in pattern.finditer(text)] if "{" in text else []
    found += DIRECTIVE.finditer(text) if ":::" in text else []
    found.sort(key=lambda match: match.start())
    regions = _pairs(found)
    pieces, at = [], 0
    for match in found:
        if match.start() < at:
            continue
        pieces.append(text[at : match.start()])
        pieces.append(regions.get(match.start()) or _in_place(text, match))
        at = match.end()
    return "".join((*pieces, text[at:]))


def _pairs(found: list[re.Match[str]]) -> dict[int, str]:
    """By the place of a shortcode: what opens or closes a region there."""
    regions: dict[int, str] = {}
    waiting: dict[str, list[tuple[int, str]]] = {}
    for match in found:
        closes, name, kind = _name(match)
        if not closes:
            waiting.setdefault(kind, []).append((match.start(), name))
        elif waiting.get(kind):
            start, name = waiting[kind].pop()
            reason = _reason(name)
            if reason:
                regions[start] = f'\n\n<div {TOLD}="{reason}">\n\n'
                regions[match.start()] = "\n\n</div>\n\n"
    return regions


def _name(match: re.Match[str]) -> tuple[bool, str, str]:
    """Whether it closes, its name, and what it can be closed by: ":::" closes whatever it was."""
    if match.re is DIRECTIVE:
        return not match[1], match[1].lower(), ":::"
    told = NAME.match(match[0])
    name = told[2].lower() if told else ""
    return bool(told and told[1]), name, name


def _reason(name: str) -> str:
    words = re.split(r"[-_]", name)
    if not NOTICES.isdisjoint((name, *words)):
        return Reason.MARKUP.value
    return "" if ACTIONS.isdisjoint((name, *words)) else Reason.SIGNING.value


def _in_place(text: str, match: re.Match[str]) -> str:
    """Alone on its line, a paragraph of its own; in an address or a tag nothing; else within the line."""
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    after = text[match.end() : match.end() + 200].partition("\n")[0]
    alone = not before.strip() and not after.strip()
    return f"\n\n{_told(match[0])}\n\n" if alone else _within(text, match)


def _told(text: str) -> str:
    """Text that goes through the parser of Markdown untouched: every sign it could take for its own is a number."""
    safe = "".join(sign if sign.isalnum() or sign == " " else f"&#{ord(sign)};" for sign in " ".join(text.split()))
    return f'<span {TOLD}="{Reason.MARKUP.value}">{safe}</span>'
