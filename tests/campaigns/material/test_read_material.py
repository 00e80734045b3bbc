"""`manage.py read_material`: a draft on the command line, and nothing stored."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

KEYS = {
    *("title", "standfirst", "byline", "affiliation", "publication", "date", "source_url", "language", "addressees"),
    *("asks", "is_open_letter", "body", "letter", "events", "figures", "signatories", "signatories_stated", "response"),
    *("dropped", "spans", "confidence"),
}
LETTER = """Open letter on the ferry

Dear Minister,

We ask you to keep the ferry running all winter.

Yours sincerely,

Ada Example, teacher
"""


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "ferry.txt"
    path.write_text(LETTER, encoding="utf-8")
    return path


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("read_material", *arguments, stdout=out)
    return out.getvalue()


def test_as_json_it_has_every_key(letter: Path) -> None:
    draft = json.loads(said(str(letter), "--json"))
    assert set(draft) >= KEYS
    assert draft["spans"]["letter"] == [[LETTER.index("We ask"), LETTER.index("winter.") + len("winter.")]]
    assert 0 < draft["confidence"]["letter"] <= 1


def test_it_reads_well_too(letter: Path) -> None:
    assert "letter: We ask you to keep the ferry running all winter." in said(str(letter))


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    empty = tmp_path / "empty.docx"
    empty.touch()
    with pytest.raises(CommandError, match=r"empty\.docx: There is no text in this file\. Choose another"):
        said(str(empty))


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        said(str(tmp_path / "gone.txt"))
