"""The forms of a page, read as a browser reads them: where they go, and what they send besides what people type."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class PageForm:
    action: str
    names: set[str] = field(default_factory=set)
    hidden: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(given.get("action", "")))
            self.inside = True
        elif self.inside and tag in ("input", "select", "textarea", "button") and (name := given.get("name")):
            self.forms[-1].names.add(name)
            if given.get("type") == "hidden":
                self.forms[-1].hidden[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"


def form_to(path: str, page: bytes) -> PageForm:
    """The form that goes to this address. Raises LookupError when the page has none."""
    reader = _Reader()
    reader.feed(page.decode())
    for form in reader.forms:
        if form.action == path:
            return form
    raise LookupError(f"no form goes to {path}, only to {[form.action for form in reader.forms]}")
