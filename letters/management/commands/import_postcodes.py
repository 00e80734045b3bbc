import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from letters.directory.postcode_tables import BadRows
from letters.directory.postcodes import import_postcodes
from letters.directory.reading.found import BadFile
from letters.models import Legislature


def column(text: str) -> tuple[str, str]:
    name, equals, boundary_set = text.rpartition("=")
    if not equals or not name or len(boundary_set) > 40:
        raise ArgumentTypeError(f"{text!r} is not NAME=SET, as in pcon2010=2010")
    return name, boundary_set


class Command(BaseCommand):
    help = "Reads a table of postcodes, packed or not, with the codes of their constituencies; or one of ranges."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--legislature", metavar="SLUG", help="may be left out where there is only one parliament")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            type=column,
            metavar="NAME=SET",
            help="a column of codes and their boundary set, as in pcon2010=2010; else it is guessed from the head",
        )
        parser.add_argument("--ranges", action="store_true", help="refuse a table that has no ranges")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        legislature = self.legislature(options["legislature"])
        try:
            summary = import_postcodes(
                options["file"],
                legislature,
                columns=dict(options["column"]),
                ranges=options["ranges"],
                say=lambda line: self.stderr.write(line),
            )
        except BadFile as error:
            for row in error.rows if isinstance(error, BadRows) else []:
                self.stderr.write(f"line {row.line}: {row.reason}")
            if options["json"] and isinstance(error, BadRows):
                self.stdout.write(json.dumps({"rejected": [{"line": r.line, "reason": r.reason} for r in error.rows]}))
                sys.exit(1)
            raise CommandError(f"Nothing was stored. {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(summary.as_data()))
            return
        without = summary.as_data().pop("without")
        figures = {name: number for name, number in summary.as_data().items() if name != "without"}
        self.stdout.write(", ".join(f"{name} {number:,}" for name, number in figures.items()))
        for boundary_set, number in without.items():
            self.stdout.write(f"without a code of {boundary_set or 'the set'}: {number:,}")

    def legislature(self, slug: str | None) -> Legislature:
        wanted = {"slug": slug} if slug else {"kind": Legislature.Kind.PARLIAMENT}
        found = list(Legislature.objects.filter(**wanted)[:2])
        if len(found) != 1:
            known = ", ".join(Legislature.objects.order_by("slug").values_list("slug", flat=True)[:20])
            raise CommandError(f"Say with --legislature whose postcodes these are. There are: {known or 'none yet'}")
        return found[0]
