from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from config import backups


class Command(BaseCommand):
    help = "Copies the database and the private files into a new folder. The keys are not in it: keep them elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("into", type=Path, help="the folder that holds the backups")
        parser.add_argument("--keep-days", type=int, help="delete backups that are older")

    def handle(self, *, into: Path, keep_days: int | None, **options: Any) -> None:
        try:
            folder = backups.make(into)
        except backups.BackupError as error:
            raise CommandError(f"No backup was made. {error}") from error
        self.stdout.write(str(folder))
        if keep_days is not None:
            for old in backups.drop_older_than(keep_days, into):
                self.stdout.write(f"deleted {old}")
