"""A document is read by a process that can do nothing else, and that ends when it takes too much."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.material import child, sandbox
from campaigns.material.reading import Why, sniffing
from campaigns.material.sandbox import LARGEST_FILE, LIMITS, Refused, read_safely, sentence
from letters.pdf.sandbox import slot
from tests.letters.pdf.traps import SECRET, listening, traps

Instead = Callable[[str], None]
LETTER = b"Open letter on the ferry\n\nDear Minister,\n\nWe ask you to keep the ferry running.\n\nYours sincerely,\n"


@pytest.fixture
def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instead:
    """Has the child do something else than read a document, after it was confined."""

    def put(code: str) -> None:
        script = tmp_path / "child.py"
        script.write_text(
            f"import sys, types, importlib.util\n"
            f"spec = importlib.util.spec_from_file_location('child', {child.__file__!r})\n"
            f"real = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(real)\n"
            f"def _answer(pipeline, content, filename):\n    " + code.replace("\n", "\n    ") + "\n"
            "real._answer = _answer\nreal.main()\n"
        )
        monkeypatch.setattr(child, "__file__", str(script))

    return put


def test_a_letter_becomes_a_draft() -> None:
    draft = read_safely(LETTER, "ferry.txt")
    assert draft["format"] == "txt"
    assert "keep the ferry running" in draft["letter"]
    assert draft["text"].startswith("Open letter on the ferry")
    assert draft["letter_markdown"].strip() == "We ask you to keep the ferry running."


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("read", "open({secret!r}).read()"),
        ("read our settings", "open({settings!r}).read()"),
        ("write", "open({new!r}, 'w')"),
        ("connect", "import socket; socket.create_connection(('127.0.0.1', 9), 1)"),
        ("run", "import subprocess; subprocess.run(['true'])"),
        ("shell", "import os; os.system('true')"),
    ],
)
def test_whoever_breaks_into_the_reading_finds_nothing(instead: Instead, tmp_path: Path, deed: str, code: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    settings = Path(child.ROOT) / "config" / "settings.py"
    code = code.format(secret=str(secret), new=str(tmp_path / "new"), settings=str(settings))
    instead(
        f"try:\n    {code}\nexcept PermissionError:\n    return {{'draft': {{'was': 'refused'}}}}\n"
        "return {'draft': {'was': 'done'}}"
    )
    assert read_safely(LETTER, "a.txt") == {"was": "refused"}


def test_it_knows_none_of_our_keys(instead: Instead, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    instead("import os\nreturn {'draft': sorted(os.environ)}")
    assert "SECRET_KEY" not in read_safely(LETTER, "a.txt")


def test_what_takes_too_long_is_stopped_and_said(instead: Instead) -> None:
    instead("while True: pass")
    with pytest.raises(Refused, match="took too long"):
        read_safely(LETTER, "a.txt", replace(LIMITS, timeout_seconds=1.5))


def test_what_takes_too_much_memory_is_stopped_and_said(instead: Instead) -> None:
    instead("try:\n    b'x' * (2 << 30)\nexcept MemoryError:\n    return {'refused': 'too large'}\nreturn {'draft': 1}")
    with pytest.raises(Refused, match="too large"):
        read_safely(LETTER, "a.txt")


def test_a_child_that_dies_is_a_damaged_file_and_no_fault_of_ours(instead: Instead) -> None:
    instead("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(Refused, match="damaged"):
        read_safely(LETTER, "a.txt")


def test_an_exception_in_the_reading_is_logged_without_what_is_in_the_document(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script = tmp_path / "child.py"
    source = Path(child.__file__).read_text()
    broken = "def raising(content, filename): raise ValueError(content.decode())\nsys.path.remove(str(ROOT))"
    script.write_text(
        source.replace("Path(__file__).resolve().parents[2]", f"Path({str(child.ROOT)!r})")
        .replace("sys.path.remove(str(ROOT))", broken.replace("\n", "\n    "))
        .replace("confinement.forbid()", "pipeline.data_of = raising\n    confinement.forbid()")
    )
    monkeypatch.setattr(child, "__file__", str(script))
    with pytest.raises(Refused, match="damaged"):
        read_safely(LETTER, "a.txt")
    assert "ValueError" in caplog.text and "raising" in caplog.text
    assert "ferry" not in caplog.text


def test_a_picture_is_not_to_be_saved_as_something_else() -> None:
    assert sentence("wrong kind", "image").startswith("This is a picture. There are only pictures in this file")


def test_a_file_over_the_limit_is_not_even_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: pytest.fail("it was"))
    with pytest.raises(Refused, match="10 MB"):
        read_safely(b"x" * (LARGEST_FILE + 1), "a.txt")


def test_when_all_are_busy_people_are_asked_to_come_back(tmp_path: Path) -> None:
    limits = replace(LIMITS, slots=1, slots_folder=tmp_path, wait_seconds=0.1)
    with slot(limits), pytest.raises(Refused, match="Try again"):
        read_safely(LETTER, "a.txt", limits)


def test_a_page_is_not_asked_for_what_it_names(tmp_path: Path) -> None:
    with listening() as (address, asked):
        draft = read_safely(f"<html><body><p>Dear Minister,</p>{traps(address)}</body></html>".encode(), "a.html")
    assert asked == []
    assert SECRET not in json.dumps(draft)


def test_every_reason_has_a_sentence_that_says_what_to_do() -> None:
    for reason in Why:
        said = sentence(reason.value)
        assert reason.value in sandbox.SENTENCES and said != sentence("") or reason == Why.DAMAGED
        assert re.search(r"\b(choose|save|paste|again)\b", said, re.IGNORECASE), said


def test_the_kind_of_a_file_is_named() -> None:
    assert sentence("wrong kind", "doc").startswith("This is a document of an old version of Word (.doc). ")


def test_nothing_of_django_is_loaded_by_the_child() -> None:
    script = (
        f"import sys; sys.path.append({str(child.ROOT)!r}); import campaigns.material.pipeline; print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True).stdout
    assert not {name for name in loaded.split() if name.split(".")[0] in ("django", "celery", "config", "letters")}


def test_every_kind_that_is_told_apart_has_a_name() -> None:
    told = {kind for _at, _begins, kind in sniffing.MAGIC} | {kind for _part, kind in sniffing.STREAMS if kind}
    told |= {kind for _part, kind in sniffing.OTHER_PARTS} | set(sniffing.OPEN_KINDS.values())
    assert told - set(sandbox.KINDS) == set()
