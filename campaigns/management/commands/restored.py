import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from campaigns import restoring
from letters.models.post import Kind, State

OUTCOMES = {"send": State.QUEUED, "had-left": State.SENT, "cancel": State.CANCELLED}


class Command(BaseCommand):
    help = "After a restore: lists the emails that it held, and decides on them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("decision", nargs="?", choices=OUTCOMES, help="for all of them, or those of --kind")
        parser.add_argument("--kind", choices=Kind.values, default="")
        parser.add_argument(
            "--log", action="store_true", help="reads a mail server's log: what it names by its Message-ID had left"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["log"]:
            self.stdout.write(f"{restoring.had_left(sys.stdin)} had left.")
        if options["decision"]:
            changed = restoring.resolve(OUTCOMES[options["decision"]], options["kind"])
            self.stdout.write(f"{changed} decided: {options['decision']}.")
        for kind, count, newest in restoring.waiting_by_kind():
            self.stdout.write(f"{kind}: {count} held, the newest of {newest:%Y-%m-%d %H:%M} UTC")
