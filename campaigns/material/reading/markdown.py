"""Markdown → Blocks."""

from campaigns.material.document import Block

from .html import read_html


def read_markdown(text: str) -> list[Block]:
    from markdown_it import MarkdownIt

    return read_html(MarkdownIt("commonmark").render(text))
