"""A browser's least: gets pages, fills in their forms, follows where it is sent. No script, no cookie."""

import http.client
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from tests.services import Site

NOT_TYPED_INTO = ("submit", "button", "checkbox", "radio")


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)  # what a browser would send if nothing was typed
    names: set[str] = field(default_factory=set)
    buttons: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.open: Form | None = None
        self.area = self.choices = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.open = Form(given.get("action", ""), given.get("method", "get"))
            self.found.append(self.open)
        if self.open is None:
            return
        name = given.get("name", "")
        if tag == "button" and name:
            self.open.buttons[name] = given.get("value", "")
        if tag in ("input", "textarea", "select") and name:
            self.open.names.add(name)
        if tag == "input" and name and (given.get("type") not in NOT_TYPED_INTO or "checked" in given):
            self.open.fields[name] = given.get("value", "")
        self.area = name if tag == "textarea" else self.area
        self.choices = name if tag == "select" else self.choices
        if tag == "option" and "selected" in given:
            self.open.fields[self.choices] = given.get("value", "")
        if tag == "textarea":
            self.open.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.open is not None and self.area:
            self.open.fields[self.area] += data if self.open.fields[self.area] else data.removeprefix("\n")


@dataclass
class Page:
    status: int
    url: str
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self, *names: str) -> Form:
        """The first form to post that has all these fields or buttons."""
        parser = _Forms()
        parser.feed(self.text)
        for form in parser.found:
            if form.method == "post" and set(names) <= form.names | set(form.buttons):
                return form
        raise AssertionError(f"no form with {names} on {self.url}:\n{self.text[:3000]}")


class Visitor:
    def __init__(self, site: Site) -> None:
        self.site = site

    def get(self, path: str, status: int = 200) -> Page:
        return self._ask("GET", path, None, status)

    def send(self, page: Page, form: Form, typed: dict[str, str] | None = None, status: int = 200) -> Page:
        """Sends what stands in the form and what is typed over it; a button is pressed by naming it."""
        typed = typed or {}
        assert set(typed) <= form.names | set(form.buttons), f"{set(typed) - form.names} is not in the form"
        return self._ask("POST", urljoin(page.url, form.action), urlencode(form.fields | typed), status)

    def _ask(self, method: str, path: str, body: str | None, status: int) -> Page:
        page = self._answer(method, path, body)
        if page.status in (302, 303):
            page = self._answer("GET", urljoin(page.url, page.headers["Location"]), None)
        assert page.status == status, f"{method} {path} answered {page.status}:\n{page.text[:3000]}\n{self.site.said()}"
        assert page.headers["Set-Cookie"] is None, path
        return page

    def _answer(self, method: str, address: str, body: str | None) -> Page:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Origin": self.site.url} if body is not None else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=120)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Page(response.status, path, response.headers, response.read())
        finally:
            connection.close()
