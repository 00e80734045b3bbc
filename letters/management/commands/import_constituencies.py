import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from letters.directory.areas import import_constituencies
from letters.directory.reading.found import BadFile
from letters.models import Legislature


class Command(BaseCommand):
    help = "Reads a list of constituencies with their codes: JSON or CSV. What is there already is renamed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--legislature", required=True, metavar="SLUG")
        parser.add_argument("--boundary-set", metavar="SET", help="as in 2024; else the one the legislature uses")
        parser.add_argument("--seats-from", type=date.fromisoformat, metavar="DATE", help="the first day of the set")
        parser.add_argument("--seats-to", type=date.fromisoformat, metavar="DATE", help="its first day no longer")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            legislature = Legislature.objects.get(slug=options["legislature"])
        except Legislature.DoesNotExist:
            raise CommandError(f"There is no legislature {options['legislature']!r}.") from None
        boundary_set = legislature.boundary_set if options["boundary_set"] is None else options["boundary_set"]
        dates = {"valid_from": options["seats_from"], "valid_to": options["seats_to"]}
        if all(dates.values()) and dates["valid_from"] > dates["valid_to"]:
            raise CommandError("The set ends before it begins.")
        try:
            summary = import_constituencies(options["files"], legislature, boundary_set, **dates)
        except BadFile as error:
            raise CommandError(f"Nothing was stored. {error}") from error
        data = summary.as_data()
        if options["json"]:
            self.stdout.write(json.dumps(data, ensure_ascii=False))
            return
        rejected = data.pop("rejected")
        self.stdout.write(", ".join(f"{name} {number}" for name, number in data.items()))
        for one in rejected:
            self.stderr.write(f"line {one['line']}: {one['reason']}")
