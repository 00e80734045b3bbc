"""What a file is, by its content."""

from .unreadable import Unreadable, Why


def format_of(content: bytes) -> str:
    if not content.strip():
        raise Unreadable(Why.EMPTY)
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return "odt" if b"opendocument.text" in content[:200] else "docx"
    return "text"


def format_of_text(text: str, filename: str) -> str:
    ending = filename.rpartition(".")[2].lower()
    if ending in ("html", "htm", "xhtml") or text.lstrip()[:14].lower().startswith(("<!doctype html", "<html")):
        return "html"
    return "md" if ending in ("md", "markdown", "mdown") else "txt"
