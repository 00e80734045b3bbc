from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns import restoring, retention
from config import backups


class Command(BaseCommand):
    help = (
        "Loads a backup into an empty database, before any service starts on it. Emails that had not left when the "
        "backup was made are held: manage.py restored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup, as manage.py backup made it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup = backups.check(options["folder"])
            backups.load(backup)
        except backups.BackupError as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        call_command("migrate", verbosity=0, interactive=False)
        quietened = restoring.quieten(backup.made_at)
        self.stdout.write(f"Restored as of {backup.made_at:%Y-%m-%d %H:%M} UTC.")
        self.stdout.write(f"Ended, because its day has come: {retention.anonymise_expired()}.")
        self.stdout.write(
            f"Held, because they may have left since: {quietened.held} emails. `restored` says what to do."
        )
        if quietened.ended:
            self.stdout.write(
                f"Ended, because they may have emailed letters since: {quietened.ended} jobs. "
                "Their letters wait to be handed in. Look at what had left before one is started again."
            )
        if not backup.links_still_work:
            self.stdout.write(
                "WRONG: links sent before no longer work. Put the backup's SECRET_KEY into SECRET_KEY_FALLBACKS."
            )
