from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from campaigns import retention
from campaigns.models import Campaign


class Command(BaseCommand):
    help = (
        "Ends what is kept no longer. The sweeper does it every hour; this is for doing or trying it by hand. A run "
        "leaves receipts, which owners and the operator see in the workspace."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the rows, by campaign, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        run = retention.anonymise_expired(dry_run=options["dry_run"])
        self.stdout.write(str(run))
        slugs = dict(Campaign.objects.filter(pk__in=[pk for pk in run.by_campaign if pk]).values_list("pk", "slug"))
        for pk, counts in run.by_campaign.items():
            if pk is not None:
                told = ", ".join(f"{what.replace('_', ' ')}: {number}" for what, number in counts.items())
                self.stdout.write(f"  {slugs[pk]}: {told}")
