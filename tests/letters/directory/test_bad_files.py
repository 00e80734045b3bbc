"""Files that are cut off, foreign, endless or hostile: one clear sentence, and nothing in the directory."""

import gzip
import os
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from letters.directory.importing import import_representatives
from letters.directory.reading.files import LARGEST_FILE
from letters.directory.reading.found import BadFile
from letters.models import Constituency, Legislature, Representative

from .given import file

pytestmark = pytest.mark.django_db

TABLE = b"Name,Ward,Email\n" + b"Ann Bee,East,a@x.org\n" * 3
TENFOLD = "".join(f"{b}: &{b} [{', '.join([f'*{a} '] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
MERGED = "".join(
    f"{b}: &{b} {{<<: [{', '.join([f'*{a} '] * 10)}]}}\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


def packed(name: str, data: bytes) -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return into.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"Name,Email\n", "a.csv holds no people"),
        ("a.csv", TABLE + b"Bob,Ea", "a.csv was cut off: line 5 has 2 of 3 cells"),
        ("a.csv", TABLE + b'"Bob,Ea', "a.csv, line 5: a quotation mark is missing"),
        ("a.csv", TABLE + b"Bob\0,East,b@x.org\n", "zero bytes"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0", "a.csv is not a text in UTF-8"),
        ("a.csv", b"\xff\xfeN\0a\0m", "a.csv is not a text in UTF-8"),
        ("a.csv", b"Name\nJos\x81\n", "a.csv is not a text in UTF-8: byte 9"),
        ("a.json", '[{"name": "José"}]'.encode("latin-1"), "a.json is not a text in UTF-8"),
        ("a.json", b'{"persons": [{"id": "1",\n', "a.json, line 2: this is not JSON, or the file was cut off"),
        ("a.json", b"[" * 200_000, "a.json is nested too deeply"),
        ("a.json", b'[{"name": ' + b"1" * 5000 + b"}]", "a.json holds a number that is too long"),
        ("a.json", b'["Ann", "Bob"]', "Nobody could be read. Line 1: This is no person."),
        ("a.yaml", b"- name: 'Ann\n", "a.yaml, line 2: this is not plain YAML, or the file was cut off"),
        ("a.yaml", b"- !!python/object/apply:os.system ['touch /tmp/x']\n", "a.yaml, line 1: this is not plain YAML"),
        ("a.yaml", b"- &a [*a ]\n", "a.yaml: a holds itself"),
        ("a.yaml", b"[" * 20_000, "a.yaml unfolds to more than can be held"),
        ("a.yaml", ("a: &a [x]\n" + TENFOLD).encode(), "a.yaml unfolds to more than can be held"),
        ("a.yaml", ("a: &a {k: v}\n" + MERGED).encode(), "a.yaml unfolds to more than can be held"),
        ("a.csv.gz", gzip.compress(TABLE + os.urandom(2000))[:-900], "a.csv.gz is damaged or was cut off"),
        ("a.zip", packed("a.csv", TABLE)[:60], "a.zip is damaged or was cut off"),
        ("a.zip", packed("picture.png", TABLE), "Nobody could be read"),
        ("a.xlsx", packed("[Content_Types].xml", b"<x/>"), "a.xlsx is a workbook. Save it as CSV"),
        ("a.csv", b"<!doctype html><html>", "a.csv is a web page"),
        ("a.csv", b"postcode,pcon2024\nAB1 1AA,S1\n", "no column holds the name"),
        ("a.csv", b"id,Name\n1,Ann Bee\n1,Bob Dee\n", "lines 2 and 3 are different people with the same id 1"),
        ("a.csv", b"Name,Start date\nAnn Bee,soon\n", "Nobody could be read. Line 2: soon is not a date."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_one_sentence_and_stores_nothing(name: str, content: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said.replace("(", r"\(")) as refused:
        import_representatives([file(name, content)], "northtown")
    assert len(str(refused.value)) < 600
    assert not Legislature.objects.exists()


def test_a_bad_file_takes_the_good_one_beside_it_with_it() -> None:
    with pytest.raises(BadFile):
        import_representatives([file("good.csv", TABLE), file("bad.json", b"{")], "northtown")
    assert not (Legislature.objects.exists() or Constituency.objects.exists() or Representative.objects.exists())


def test_a_file_that_is_not_there_is_said_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="gone.csv cannot be read: No such file"):
        import_representatives([tmp_path / "gone.csv"], "northtown")


@pytest.mark.parametrize(
    ("name", "pack"),
    [("big.csv", bytes), ("big.csv.gz", gzip.compress), ("big.zip", lambda data: packed("big.csv", data))],
    ids=["plain", "gz", "zip"],
)
def test_what_is_larger_than_a_directory_is_refused_in_bounded_memory(name: str, pack: type[bytes]) -> None:
    endless = file(name, pack(b"Name,Email\n" + b"x" * 200_000_000))
    tracemalloc.start()
    with pytest.raises(BadFile, match=rf"{name}.* is larger than 32 MB"):
        import_representatives([endless], "northtown")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * LARGEST_FILE


def test_a_pile_of_files_has_a_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("letters.directory.reading.files.LARGEST_PILE", len(TABLE) + 1)
    with pytest.raises(BadFile, match="b.csv: together these are more than"):
        import_representatives([file("a.csv", TABLE), file("b.csv", TABLE)], "northtown")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"Name\n" + b"Ann\n" * 200_001, "a.csv has more than 200000 entries"),
        ("a.yaml", b"- Ann\n" * 200_001, "a.yaml has more than 200000 entries"),
        ("a.csv", b"Name," + b"x," * 1_000 + b"\nAnn\n", "a.csv has more than 1000 columns"),
        (
            "a.json",
            b"[" + b",".join(b'{"name": "A", "k%d": 1}' % n for n in range(1_100)) + b"]",
            "a.json has more than 1000 columns",
        ),
        ("a.json", b"[" + b"[]," * 1_100_000 + b"[]]", "a.json unfolds to more than can be held"),
    ],
    ids=["rows", "yaml", "columns", "keys", "lists"],
)
def test_many_small_things_have_a_limit_too(name: str, content: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        import_representatives([file(name, content)], "northtown")


def test_what_is_not_stored_is_not_left_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """The people cannot be written, after the legislature and its seats were."""

    def fails(*_args: object, **_options: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(Representative.objects, "bulk_create", fails)
    with pytest.raises(RuntimeError):
        import_representatives([file("good.csv", TABLE)], "northtown")
    assert not (Legislature.objects.exists() or Constituency.objects.exists())
