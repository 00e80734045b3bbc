from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns import seeding


class Command(BaseCommand):
    help = "Loads seeds/: the demonstration's directory, organisation and campaigns. Can be repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.BASE_DIR / "seeds")

        parser.add_argument(
            "--update", action="store_true", help="also bring what is there to the words of the files, as a new version"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = seeding.load(options["folder"], update=options["update"])
            if settings.DEMONSTRATION:
                seeding.demonstration_organiser()
        except (seeding.BadSeed, OSError, KeyError) as error:
            raise CommandError(f"The seeds cannot be loaded: {error}") from error
        self.stdout.write("Loaded " + ", ".join(f"{number} {what}" for what, number in counts.items()) + ".")
