from pathlib import Path
from typing import Any

import pytest
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from pytest_django.fixtures import Settings

from config.email import fill, one_line, render


class Templates:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, subject: str = "S", text: str = "T", html: str | None = None) -> str:
        for suffix, content in ((".subject.txt", subject), (".txt", text), (".html", html)):
            if content is not None:
                (self.folder / f"{name}{suffix}").write_text(content)
        return name


@pytest.fixture
def templates(settings: Settings, tmp_path: Path) -> Templates:
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}]
    return Templates(tmp_path)


def test_text_is_as_written_and_html_is_escaped(templates: Templates) -> None:
    name = templates.write("m", "{{ t }}", "{{ t }}", "<p>{{ t }}</p>")
    message = render(name, {"t": "<b>Tom & Jerry's</b>"}, "en")
    assert message.subject == "<b>Tom & Jerry's</b>"
    assert message.text == "<b>Tom & Jerry's</b>\n"
    assert message.html == "<p>&lt;b&gt;Tom &amp; Jerry&#x27;s&lt;/b&gt;</p>"


def test_a_message_may_have_no_html_but_a_broken_one_is_not_hidden(templates: Templates) -> None:
    assert render(templates.write("plain"), {}, "en").html == ""
    with pytest.raises(TemplateDoesNotExist, match="missing-base"):
        render(templates.write("broken", html='{% extends "missing-base.html" %}'), {}, "en")
    with pytest.raises(TemplateSyntaxError):
        render(templates.write("worse", html="{% nonsense %}"), {}, "en")
    with pytest.raises(TemplateDoesNotExist):
        render("not-there", {}, "en")


def test_a_subject_is_one_line_whatever_is_in_it(templates: Templates) -> None:
    name = templates.write("m", "\n  {{ t }}\n")
    assert render(name, {"t": "a\r\nBcc: b@example.org\u2028c\x0bd"}, "en").subject == "a Bcc: b@example.org c d"
    assert one_line(" a\n\nb ") == "a b"


def test_many_empty_lines_become_one(templates: Templates) -> None:
    name = templates.write("m", text="\n\nA\n{% if no %}x{% endif %}\n\n\nB\n\n")
    assert render(name, {}, "en").text == "A\n\nB\n"


def test_the_language_is_the_asked_one_or_english(templates: Templates) -> None:
    name = templates.write("m", "{{ LANGUAGE_CODE }}{% if LANGUAGE_BIDI %} rtl{% endif %}")
    assert [render(name, {}, language).subject for language in ("en", "ar", "ar-sy", "ku", "")] == [
        "en",
        "ar rtl",
        "ar rtl",
        "en",
        "en",
    ]


def test_placeholders_stay_open_until_they_are_filled(templates: Templates) -> None:
    name = templates.write("m", "Hi {{ name }}", "{{ name }}: {{ url }}", '<a href="{{ url }}">{{ name }}</a>')
    message = render(name, {}, "en", ["name", "url"])
    values = {"name": "A <b>", "url": "https://example.org/?a=1&b=2"}
    assert fill(message.subject, values) == "Hi A <b>"
    assert fill(message.text, values) == "A <b>: https://example.org/?a=1&b=2\n"
    assert fill(message.html, values, html=True) == '<a href="https://example.org/?a=1&amp;b=2">A &lt;b&gt;</a>'


def test_two_renderings_are_alike_so_that_they_can_be_shared(templates: Templates) -> None:
    name = templates.write("m", "{{ name }}", "{{ name }}", "{{ name }}")
    assert render(name, {}, "en", ["name"]) == render(name, {}, "en", ["name"])


class _Campaign:
    title = "\ue000name\ue001 asks"


@pytest.mark.parametrize("campaign", [_Campaign(), {"title": "\ue000name\ue001 asks"}])
def test_nobody_can_write_a_placeholder_into_a_campaign(templates: Templates, campaign: Any) -> None:
    name = templates.write("m", "{{ name }}|{{ campaign.title }}")
    message = render(name, {"campaign": campaign}, "en", ["name"])
    assert fill(message.subject, {"name": "Alice"}) == "Alice|name asks"


def test_values_are_not_looked_at_again(templates: Templates) -> None:
    message = render(templates.write("m", "{{ a }}{{ b }}"), {}, "en", ["a", "b"])
    assert fill(message.subject, {"a": "\ue000b\ue001{{ b }}", "b": "!"}) == "b{{ b }}!"


def test_an_unknown_placeholder_becomes_nothing(templates: Templates) -> None:
    message = render(templates.write("m", "{{ a }}."), {}, "en", ["a"])
    assert fill(message.subject, {}) == "."


def test_a_filter_on_a_placeholder_is_a_mistake_that_is_told(templates: Templates) -> None:
    for text in ("{{ name|urlencode }}", "{{ name|truncatechars:12 }}"):
        with pytest.raises(ValueError, match="placeholder"):
            render(templates.write("m", text=text), {}, "en", ["name"])


def test_context_cannot_take_the_place_of_a_placeholder(templates: Templates) -> None:
    message = render(templates.write("m", "{{ name }}"), {"name": "the same for all"}, "en", ["name"])
    assert fill(message.subject, {"name": "Alice"}) == "Alice"
