"""An .xlsx file, row by row in constant memory. Every cell is text, so none is a formula."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from django.conf import settings

ROWS_A_SHEET = 1_048_576  # the format's own limit (ECMA-376 as spreadsheets implement it)
PIECE = 1 << 20
PREFIX = "export-"
LEFT_BEHIND_AFTER = 6 * 3600  # seconds: longer than any list takes


def pieces(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """What does not fit on one sheet goes on on the next."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_working()))
    try:
        path = folder / "made.xlsx"
        _write(path, folder, heads, rows)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, folder: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    options = {"constant_memory": True, "tmpdir": str(folder), "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        sheet, line = None, 0
        for cells in rows:
            if sheet is None or line >= ROWS_A_SHEET:
                sheet, line = _sheet(book, heads, bold), 1
            for column, cell in enumerate(cells):
                sheet.write_string(line, column, cell)
            line += 1
        if sheet is None:
            _sheet(book, heads, bold)


def _sheet(book: xlsxwriter.Workbook, heads: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    return sheet


def _working() -> Path:
    folder = Path(settings.VAR_DIR, "working")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def clear_left_behind(now: float) -> int:
    """What a killed worker left: it holds what the lists hold. `now` is time.time()."""
    left = [one for one in _working().glob(f"{PREFIX}*") if now - one.stat().st_mtime > LEFT_BEHIND_AFTER]
    for one in left:
        shutil.rmtree(one, ignore_errors=True)
    return len(left)
