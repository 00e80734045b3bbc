from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns import processing
from campaigns.models import Organisation


class Command(BaseCommand):
    help = "Prints the record of processing activities (article 30 of the GDPR), as the settings in force have it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="the address of one; otherwise of the whole installation")

    def handle(self, *args: Any, organisation: str | None = None, **options: Any) -> None:
        found = None
        if organisation:
            found = Organisation.objects.filter(slug=organisation).first()
            if found is None:
                raise CommandError(f"There is no organisation {organisation!r}.")
        self.stdout.write(processing.record(found))
