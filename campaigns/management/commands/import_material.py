"""`manage.py import_material FILE --organisation SLUG`: stores a document and its draft, to be checked on the site."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from campaigns.material import storing
from campaigns.material.sandbox import LARGEST_FILE, Refused
from campaigns.models import Organisation
from config import links


class Command(BaseCommand):
    help = "Stores a document (.docx, .odt, .pdf, .html, .md, .txt) with the draft of a campaign, and says where it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The document.")
        parser.add_argument("--organisation", required=True, metavar="SLUG", help="Whose campaign it is to become.")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']!r}.")
        try:
            with file.open("rb") as opened:
                content = opened.read(LARGEST_FILE + 1)
            material, new = storing.store(organisation, None, content, file.name)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except Refused as refusal:
            raise CommandError(f"{file}: {refusal}") from refusal
        where = {"slug": organisation.slug, "material": material.uuid}
        said = "Check it at" if new else "It was here already. Check it at"
        self.stdout.write(f"{said} {links.absolute(reverse('campaigns:material_check', kwargs=where))}")
