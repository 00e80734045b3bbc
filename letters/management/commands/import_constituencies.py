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
        parser.add_argument("--legislature", required=True, metavar="SLUG", help="made, if it is new")
        parser.add_argument("--boundary-set", metavar="SET", help="as in 2024; else the one the legislature uses")
        parser.add_argument("--seats-from", type=date.fromisoformat, metavar="DATE", help="the first day of the set")
        parser.add_argument("--seats-to", type=date.fromisoformat, metavar="DATE", help="its first day no longer")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, boundary_set = options["legislature"], options["boundary_set"]
        legislature = Legislature.objects.filter(slug=slug).first()
        if boundary_set is None:
            boundary_set = legislature.boundary_set if legislature else ""
        dates = {"valid_from": options["seats_from"], "valid_to": options["seats_to"]}
        try:
            summary = import_constituencies(options["files"], legislature or slug, boundary_set, **dates)
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
