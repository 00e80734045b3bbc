from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from campaigns import retention


class Command(BaseCommand):
    help = "Ends what is kept no longer. The sweeper does it every hour; this is for doing or trying it by hand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the rows, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(retention.anonymise_expired(dry_run=options["dry_run"])))
