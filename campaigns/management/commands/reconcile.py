import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from campaigns import counting
from campaigns.models import Campaign


class Command(BaseCommand):
    help = "Proves each campaign's count against its signatures, row by row; exit status 1 when one does not balance."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="*", help="campaigns; all when none is named")
        parser.add_argument("--repair", action="store_true", help="write the counts anew where they are wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        campaigns = Campaign.objects.order_by("slug")
        if options["slug"]:
            campaigns = campaigns.filter(slug__in=options["slug"])
        wrong = 0
        for campaign in campaigns:
            books = counting.reconcile(campaign, repair=options["repair"])
            wrong += bool(books.problems)
            states = " + ".join(f"{number} {state}" for state, number in books.by_state.items())
            origins = ", ".join(f"{number} {origin}" for origin, number in books.by_origin.items()) or "none"
            self.stdout.write(f"{campaign.slug}: {sum(books.by_state.values())} = {states}; by origin: {origins}")
            self.stdout.write(
                f"  the page says {books.campaign.signature_count}; waiting for the fold: {books.waiting}"
            )
            self.stdout.write(f"  on paper: {books.paper}")
            for line in books.problems:
                self.stdout.write(f"  WRONG: {line}" + (" (written anew)" if options["repair"] else ""))
        if wrong and not options["repair"]:
            sys.exit(1)
