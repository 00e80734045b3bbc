"""The Arabic catalogue is whole: nothing missing, nothing doubtful, nothing that a sentence needs left out."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "locale/ar/LC_MESSAGES/django.po"
SOURCES = ("campaigns", "config", "letters")
# What a translation must hand on as it is: %(name)s, %s, %%, {name}, and the elements of HTML with their attributes.
FIXED = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w+\}|</?[a-z][^>]*>")
needs_gettext = pytest.mark.skipif(
    not (shutil.which("xgettext") and shutil.which("msgfmt")), reason="gettext is missing"
)


@dataclass
class Entry:
    context: str = ""
    singular: str = ""
    plural: str = ""
    said: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.context, self.singular, self.plural


def read(catalogue: Path) -> list[Entry]:
    """The entries of a .po file, its header first."""
    return [_entry(block) for block in re.split(r"\n\s*\n", catalogue.read_text("utf-8")) if "\nmsgid " in f"\n{block}"]


def _entry(block: str) -> Entry:
    entry = Entry(fuzzy=bool(re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE)))
    for keyword, index, strings in re.findall(r'^(msg\w+)(?:\[(\d)\])? ((?:".*"\n?)+)', block, re.MULTILINE):
        text = "".join(ast.literal_eval(line) for line in strings.splitlines())
        if keyword == "msgstr":
            entry.said[int(index or 0)] = text
        else:
            setattr(entry, {"msgctxt": "context", "msgid": "singular", "msgid_plural": "plural"}[keyword], text)
    return entry


@pytest.fixture(scope="module")
def arabic() -> list[Entry]:
    return read(CATALOGUE)[1:]


def test_every_string_is_said_in_arabic(arabic: list[Entry]) -> None:
    assert len(arabic) > 500
    unsaid = [entry.singular for entry in arabic if entry.fuzzy or not all(entry.said.values())]
    assert unsaid == []


def test_every_plural_has_the_six_forms_of_arabic(arabic: list[Entry]) -> None:
    header = read(CATALOGUE)[0].said[0]
    assert "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : " in header
    plurals = [entry for entry in arabic if entry.plural]
    assert len(plurals) >= 10
    assert [entry.singular for entry in plurals if sorted(entry.said) != list(range(6))] == []


def test_a_translation_keeps_every_placeholder_and_link(arabic: list[Entry]) -> None:
    assert [problem for entry in arabic for problem in _lost(entry)] == []


def _lost(entry: Entry) -> Iterator[str]:
    needed = sorted(FIXED.findall(entry.plural or entry.singular))
    for form, text in entry.said.items():
        found = sorted(FIXED.findall(text))
        # None, one and two are words of their own in Arabic: those forms may do without the number.
        may_lack = len(needed) - len(found) if entry.plural and form <= 2 else 0
        if found != needed and not (may_lack == 1 and set(found) <= set(needed)):
            yield f"{entry.singular}: {text}"


def test_arabic_has_its_own_punctuation(arabic: list[Entry]) -> None:
    borrowed = re.compile(r"[\u0620-\u06ff»)]\s?[,;?]|[“”]")
    assert [text for entry in arabic for text in entry.said.values() if borrowed.search(text)] == []


@needs_gettext
def test_the_catalogue_holds_the_strings_of_the_sources_and_no_others(arabic: list[Entry], tmp_path: Path) -> None:
    in_the_sources = {entry.key for entry in read(_extract(tmp_path))[1:]}
    known = {entry.key for entry in arabic}
    assert sorted(in_the_sources - known) == [], "not in the catalogue yet: see locale/README.md"
    assert sorted(known - in_the_sources) == [], "no longer in the sources: see locale/README.md"


def _extract(folder: Path) -> Path:
    """What `makemessages` finds. It writes beside the templates that it reads, so it is given copies."""
    for source in SOURCES:
        shutil.copytree(
            ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__", "static", "migrations", "*.so")
        )
    (folder / "locale").mkdir()
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "ar", "--no-location", "--no-wrap"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=120)
    return folder / "locale/ar/LC_MESSAGES/django.po"


@needs_gettext
def test_the_catalogue_compiles(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    command = ["msgfmt", "--check", "--output-file", str(compiled), str(CATALOGUE)]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert compiled.stat().st_size > 10_000
