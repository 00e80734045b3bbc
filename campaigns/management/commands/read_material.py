"""`manage.py read_material FILE [--json]`: the draft of a campaign from a document. Nothing is stored."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.material.draft import SEVERAL, SINGLE
from campaigns.material.sandbox import LARGEST_FILE, Refused, read_safely

FOR_PAGES_ALONE = ("format", "passages", "body_markdown", "letter_markdown")
SHOWN = 10  # of a list, in the readable form


class Command(BaseCommand):
    help = "Prints what would become of a document (.docx, .odt, .pdf, .html, .md, .txt), without storing anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="The document, or - for standard input.")
        parser.add_argument("--json", action="store_true", help="All of it, with spans and confidence, as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        draft = read_file(options["file"])
        for name in FOR_PAGES_ALONE:
            del draft[name]
        if options["json"]:
            self.stdout.write(json.dumps(draft, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(_lines(draft)))


def read_file(name: str) -> dict[str, Any]:
    """The draft of a file. Raises CommandError with a sentence that says what to do."""
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        return read_safely(content, Path(name).name)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error
    except Refused as refusal:
        raise CommandError(f"{name}: {refusal}") from refusal


def _lines(draft: dict[str, Any]) -> list[str]:
    lines = []
    for name in SINGLE:
        if draft[name]:
            sure = f"  ({draft['confidence'][name]:.0%})" if name in draft["confidence"] else ""
            lines.append(f"{name}: {draft[name]}{sure}")
    for name in SEVERAL:
        if found := draft[name]:
            lines.append(f"{name}: {len(found)}")
            lines += [f"  - {_told(one, f'{name}.{place}' in draft['inferred'])}" for place, one in _first(found)]
            lines += [f"  … and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    lines.append(f"dropped: {len(draft['dropped'])}")
    lines += [f"  - {one['reason']}: {one['text'][:70]}" for _place, one in _first(draft["dropped"])]
    lines += [f"warning: {warning}" for warning in draft["warnings"]]
    return lines


def _first(found: list[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(found[:SHOWN]))


def _told(one: Any, inferred: bool) -> str:
    told = one if isinstance(one, str) else ", ".join(str(value) for value in one.values() if value)
    return f"{told}  (suggestion)" if inferred else told
