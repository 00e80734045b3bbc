"""Markdown → Blocks: front matter, then the text as a page of HTML, read as one.

So what stands in a Markdown file as HTML is treated as on any page: scripts are no text, `javascript:` is no link.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from campaigns.material.document import Block, Reason

from . import front_matter
from .html import blocks_of, walked
from .html_cruft import judge
from .html_names import TOLD
from .html_walk import BLOCKS, NOT_TEXT
from .lines import are_lines, width_of
from .markdown_source import plain_markdown

TAG = re.compile(r"\s{0,9}</?([A-Za-z][\w:.-]{0,40})([^<>]{0,2000})>")
INLINE = frozenset(
    ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i")
    + ("img", "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike")
    + ("strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "button", "picture", "tbody", "col", "colgroup")
)
LONGEST_TITLE = 200  # characters; a longer paragraph above a line of dashes is a paragraph above a line


def read_markdown(text: str) -> list[Block]:
    meta, body = front_matter.split(text.replace("\x00", ""))
    body = body if body.strip() else front_matter.long_value(text)
    page = walked(_renderer().render(plain_markdown(body)), keep_comments=True)
    judge(page, [block.text for block in meta if block.name == "title"])
    return meta + blocks_of(page)


class _Renderer(RendererHTML):
    """Tags that HTML does not know are what a person wrote in angle brackets, or a component of the site."""

    def html_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return _checked(tokens[idx].content)

    def html_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return _checked(tokens[idx].content)


def _renderer() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"maxNesting": 100}, renderer_cls=_Renderer)
    markdown.enable(["table", "strikethrough"]).disable(["code"])
    markdown.core.ruler.push("underlined_paragraphs", _no_long_titles)
    markdown.core.ruler.push("lines", _keep_lines)
    return markdown


def _checked(tag: str) -> str:
    found = TAG.match(tag)
    if not found:
        return tag
    name = found[1].lower()
    if name in BLOCKS or name in INLINE or name in NOT_TEXT or "-" in name or ":" in name:
        return tag
    safe = found[0].replace("<", "&lt;").replace(">", "&gt;")
    if "=" in found[2] or found[2].endswith("/") or found[0].lstrip().startswith("</"):
        safe = f'<span {TOLD}="{Reason.MARKUP.value}">{safe}</span>'
    return safe + tag[found.end() :]


def _no_long_titles(state: StateCore) -> None:
    """Lines of dashes under several lines, or under much text, divide; they do not make a heading."""
    tokens = state.tokens
    for place in range(len(tokens) - 2):
        opening, inline, closing = tokens[place : place + 3]
        is_underlined = opening.type == "heading_open" and opening.markup in ("-", "=")
        if is_underlined and ("\n" in inline.content or len(inline.content) > LONGEST_TITLE):
            opening.type, opening.tag = "paragraph_open", "p"
            closing.type, closing.tag = "paragraph_close", "p"


def _keep_lines(state: StateCore) -> None:
    """A line break in the file is one in the text where the lines were not wrapped by an editor."""
    source = state.src.split("\n")
    texts = [token for token in state.tokens if token.type == "inline" and token.map and "\n" in token.content]
    lines = [[line.rstrip() for line in source[slice(*token.map)] if line.strip()] for token in texts if token.map]
    width = width_of(lines)
    for token, those in zip(texts, lines, strict=True):
        if are_lines(those, width):
            for child in token.children or []:
                if child.type == "softbreak":
                    child.type, child.tag = "hardbreak", "br"
