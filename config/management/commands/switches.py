from typing import Any

from django.core.management import BaseCommand

from config.switches import Pause


class Command(BaseCommand):
    help = "Shows what is paused now, everywhere and at single places."

    def handle(self, **options: Any) -> None:
        rows = Pause.objects.filter(ended_at=None).order_by("where", "what")
        for row in rows:
            since = f"{row.began_at:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(f"{row.what} ({row.where or 'everywhere'}): since {since}, by {row.by}: {row.why}")
        if not rows:
            self.stdout.write("Nothing is paused.")
