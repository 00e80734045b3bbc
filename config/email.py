"""One message from its templates, and the places in it that stay open.

A thousand people get the same text but for their name and their links. It is rendered once, with a marker at each such
place (U+E000 name U+E001: private-use characters that no keyboard makes), kept once, and filled in for each of them.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import translation
from django.utils.html import escape

OPEN, CLOSE = "\ue000", "\ue001"
_MARKER = re.compile(f"{OPEN}([A-Za-z0-9_]+){CLOSE}")
_NO_MARKS = str.maketrans("", "", OPEN + CLOSE)


@dataclass(frozen=True)
class RenderedMessage:
    """Line ends are \\n; `html` may be empty."""

    subject: str
    text: str
    html: str


def render(
    template: str, context: dict[str, object], language: str, placeholders: Iterable[str] = ()
) -> RenderedMessage:
    """The message of `<template>.subject.txt`, `<template>.txt` and, if there is one, `<template>.html`.

    `placeholders` are variables that the templates print as they are (a filter may not change them: ValueError).
    """
    names = list(placeholders)
    # While it is rendered a marker also holds a number nobody can guess. Whatever else looks like one when it is done,
    # and it can come from any attribute of any object in the context, was written by somebody, and is taken out.
    secret = secrets.token_hex(8)
    language = _shipped(language)
    with translation.override(language):
        values = {
            "SITE_NAME": settings.SITE_NAME,
            "SITE_URL": settings.SITE_URL,
            "DEMONSTRATION": settings.DEMONSTRATION,
            "LANGUAGE_CODE": language,
            "LANGUAGE_BIDI": translation.get_language_bidi(),
            **context,
            **{name: f"{OPEN}{secret}{name}{CLOSE}" for name in names},
        }
        subject, text, html = (
            _settled(_rendered(template + suffix, values, escaped=suffix == ".html"), secret)
            for suffix in (".subject.txt", ".txt", ".html")
        )
    return RenderedMessage(one_line(subject), re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html)


def fill(text: str, values: Mapping[str, str], html: bool = False) -> str:
    """Puts values in for the markers; one without a value becomes nothing, and no value is looked at again."""

    def value(marker: re.Match[str]) -> str:
        found = values.get(marker[1], "").translate(_NO_MARKS)
        return escape(found) if html else found

    return _MARKER.sub(value, text)


def places(text: str) -> set[str]:
    """The names of the places that stay open in it."""
    return set(_MARKER.findall(text))


def one_line(text: str) -> str:
    """For a header: any run of white space, line breaks of every kind too, is one space."""
    return " ".join(text.split())


def _shipped(language: str) -> str:
    """A campaign may be written in any language; what surrounds its text falls back to one we have."""
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return settings.LANGUAGE_CODE


def _rendered(name: str, values: dict[str, object], escaped: bool) -> str:
    try:
        template = get_template(name)
    except TemplateDoesNotExist as error:
        if name.endswith(".html") and str(error) == name:
            return ""
        raise
    inner = template.template  # type: ignore[attr-defined]  # Django's own engine: the only one in TEMPLATES
    rendered: str = inner.render(Context(values, autoescape=escaped))
    return rendered.replace("\r\n", "\n")


def _settled(text: str, secret: str) -> str:
    """Our own markers without the secret, and no other."""
    parts = re.split(f"{OPEN}{secret}([A-Za-z0-9_]+){CLOSE}", text)
    parts[::2] = [part.translate(_NO_MARKS) for part in parts[::2]]
    if any(secret in part for part in parts[::2]):
        raise ValueError("A template changes a placeholder (with a filter, perhaps); it has to print it as it is.")
    parts[1::2] = [f"{OPEN}{name}{CLOSE}" for name in parts[1::2]]
    return "".join(parts)
