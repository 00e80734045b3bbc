from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from config import switches
from config.switches import What

BY = "the command line"


class Command(BaseCommand):
    help = "Pauses signing, writing or mailing for the whole installation, until `manage.py resume`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=What.values)
        parser.add_argument("--why", required=True, help="for the other operators, and for the record")
        for code, _name in settings.LANGUAGES:
            parser.add_argument(f"--say-{code}", default="", help=f"what supporters are told ({code})")

    def handle(self, *, what: str, why: str, **options: Any) -> None:
        said = {code: options[f"say_{code.replace('-', '_')}"].strip() for code, _name in settings.LANGUAGES}
        try:
            pause = switches.pause(What(what), BY, why, said)
        except switches.Paused as error:
            raise CommandError(f"{what} is paused already: `manage.py switches` shows since when and why.") from error
        self.stdout.write(f"{what} is paused. Supporters are told: {pause.sentence}")
