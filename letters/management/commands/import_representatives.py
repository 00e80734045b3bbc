import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError

from letters.directory.importing import BadFile, Summary, store
from letters.directory.reading.anything import FORMATS, read
from letters.directory.reading.found import Column
from letters.models import Legislature

MOST_SHOWN = 40


class Command(BaseCommand):
    help = (
        "Reads a directory of representatives: Popolo or other JSON, CSV, YAML; plain, .gz, .zip or a folder. "
        "All files of one call are one directory: whom they lack is ended. docs/directory.md tells more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--legislature", required=True, metavar="SLUG", help="made, if it is new")
        parser.add_argument("--name", default="", help="of a new legislature")
        parser.add_argument("--country", default="", metavar="XX", help="of a new legislature, as in ISO 3166")
        parser.add_argument(
            "--address", default="", help="of a new legislature, for members without one: 'The House | TOWN | POSTCODE'"
        )
        parser.add_argument("--kind", choices=Legislature.Kind.values, default=Legislature.Kind.PARLIAMENT)
        parser.add_argument("--format", choices=FORMATS, default="auto", help="popolo means any JSON")
        parser.add_argument(
            "--map", nargs="+", action="extend", default=[], metavar="COLUMN=FIELD", help="what a column holds"
        )
        parser.add_argument("--boundary-set", default="", metavar="SET", help="as in 2024; else the legislature's")
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="the day on which the files were right; else the date in their names, or today",
        )
        parser.add_argument("--chamber", default="", metavar="NAME", help="of files that hold several, only this one")
        parser.add_argument("--dry-run", action="store_true", help="show what would be done, and store nothing")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        files, mapping = options["files"], _mapping(options["map"])
        try:
            reading = read(files, options["format"], mapping, options["chamber"])
            self._show(reading.columns)
            summary = store(
                reading,
                files,
                _legislature(options),
                boundary_set=options["boundary_set"],
                as_of=options["as_of"],
                dry_run=options["dry_run"],
            )
        except BadFile as error:
            raise CommandError(f"Nothing was stored. {error}") from error
        self._report(summary, as_json=options["json"])
        if options["dry_run"]:
            self.stderr.write("This was a dry run: nothing was stored.")

    def _show(self, tables: dict[str, list[Column]]) -> None:
        """Before anything is stored: who sees that a column is misread can stop, or name it by --map."""
        for name, columns in list(tables.items())[:MOST_SHOWN]:
            self.stderr.write(f"{name} is read as:")
            for column in columns:
                examples = ", ".join(column.examples) or "empty"
                self.stderr.write(f"  {column.name} → {column.field or '(left out)'}: {examples}")

    def _report(self, summary: Summary, as_json: bool) -> None:
        for note in summary.notes[:MOST_SHOWN]:
            self.stderr.write(note)
        if len(summary.notes) > MOST_SHOWN:
            self.stderr.write(f"and {len(summary.notes) - MOST_SHOWN} more such notes")
        data = summary.as_data()
        if as_json:
            self.stdout.write(json.dumps(data, ensure_ascii=False))
            return
        for one in data.pop("rejected"):
            self.stderr.write(f"not placed: line {one['line']}: {one['reason']}")
        self.stdout.write(", ".join(f"{key} {number}" for key, number in data.items()))


def _mapping(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise CommandError(f"--map takes COLUMN=FIELD, not {wrong[0]!r}.")
    return {column.strip(): field for column, _equals, field in (pair.rpartition("=") for pair in pairs)}


def _legislature(options: dict[str, Any]) -> Legislature:
    """What is there already, or a new one, unsaved: it is stored with its people, or not at all."""
    if held := Legislature.objects.filter(slug=options["legislature"]).first():
        return held
    fields = {name: options[name] for name in ("name", "kind", "boundary_set")}
    fields["address"] = "\n".join(line.strip() for line in options["address"].split("|"))
    new = Legislature(slug=options["legislature"], country=options["country"].upper(), **fields)
    try:
        new.clean_fields(exclude=["name"])
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return new
