from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from config import switches
from config.switches import What

from .pause import BY


class Command(BaseCommand):
    help = "Lets signing, writing or mailing go on, in the whole installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=What.values)

    def handle(self, *, what: str, **options: Any) -> None:
        if not switches.resume(What(what), BY):
            raise CommandError(f"{what} was not paused.")
        self.stdout.write(f"{what} goes on.")
