"""seeds/ → published campaigns. Can be repeated: what organisers have changed since is theirs."""

import secrets
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from letters.directory import demonstration, importing
from letters.models import Legislature, Representative, Sender

from . import publishing
from .models import Campaign, Event, LetterVariant, Membership, Organisation, Response, Source, Target, User

ORGANISER = "organiser@example.org"


class BadSeed(Exception):
    """A file of seeds/ that cannot be used, and why."""


def load(folder: Path, update: bool = False) -> dict[str, int]:
    """Makes what is not there yet. What is there is left as its organisers have it by now, unless told to `update`."""
    counts = demonstration.load(folder / "directory")
    organisations = yaml.safe_load((folder / "organisations.yaml").read_text(encoding="utf-8"))
    for entry in organisations:
        existing = None if update else Organisation.objects.filter(slug=entry["slug"]).first()
        organisation = existing or _organisation(entry)
        if existing is None:
            _lists(organisation, entry.get("lists") or [], folder / "lists")
    files = sorted((folder / "campaigns").glob("*.md"))
    # The first file is the first in the list of campaigns, which shows the newest first.
    for file in reversed(files):
        try:
            matter, body = front_matter(file)
            if update or not Campaign.objects.filter(slug=matter["slug"]).exists():
                _campaign(organisation, matter, body)
        except KeyError as error:
            raise BadSeed(f"{file.name}: {error} is missing") from error
        except (ValueError, ValidationError, Legislature.DoesNotExist, Representative.DoesNotExist) as error:
            raise BadSeed(f"{file.name}: {error}") from error
    return counts | {"organisations": len(organisations), "campaigns": len(files)}


def front_matter(file: Path) -> tuple[dict[str, Any], str]:
    """The front matter of a Markdown file, and the text after it."""
    _, matter, body = file.read_text(encoding="utf-8").split("---\n", 2)
    try:
        return yaml.safe_load(matter), body.strip() + "\n"
    except yaml.YAMLError as error:
        raise BadSeed(f"{file.name}: {error}") from error


def _lines(value: list[str] | str | None) -> str:
    return "\n".join(value) if isinstance(value, list) else (value or "")


def _organisation(entry: dict[str, Any]) -> Organisation:
    with transaction.atomic():
        existing = Organisation.objects.filter(slug=entry["slug"]).first()
        sender = existing.sender if existing else Sender.objects.create(name=entry["name"])
        fields = {
            name: entry[name].strip() for name in ("name", "about", "controller", "contact_email", "accent", "privacy")
        }
        organisation, _created = Organisation.objects.update_or_create(
            slug=entry["slug"],
            defaults=fields
            | {
                "postal_address": _lines(entry.get("postal_address")),
                "translations": entry.get("translations", {}),
                "sender": sender,
            },
            create_defaults=fields
            | {
                "postal_address": _lines(entry.get("postal_address")),
                "translations": entry.get("translations", {}),
                "sender": sender,
                "approved_at": timezone.now(),
            },
        )
    return organisation


def _lists(organisation: Organisation, entries: list[dict[str, Any]], folder: Path) -> None:
    for entry in entries:
        file = folder / f"{entry['slug']}.csv"
        values = {name: entry.get(name, default) for name, default in (("country", ""), ("translations", {}))}
        values |= {"name": entry["name"], "kind": Legislature.Kind.LIST}
        found, _made = Legislature.objects.update_or_create(slug=entry["slug"], defaults=values)
        try:
            importing.import_representatives([file], found, format="csv")
        except importing.BadFile as error:
            raise BadSeed(f"{file.name}: {error}") from error
        organisation.lists.add(found)


@transaction.atomic
def _campaign(organisation: Organisation, matter: dict[str, Any], body: str) -> Campaign:
    publishing.check_slug(matter["slug"])
    campaign, _created = Campaign.objects.get_or_create(
        slug=matter["slug"],
        defaults={
            "organisation": organisation,
            "kind": matter["kind"],
            "language": matter["language"],
            "signature_goal": matter["goal"],
            "state": Campaign.State.LIVE,
            "published_at": timezone.now(),
        },
    )
    if matter.get("legislature"):
        campaign.legislature = Legislature.objects.get(slug=matter["legislature"])
        campaign.save(update_fields=["legislature"])
    campaign.also_to.set([Legislature.objects.get(slug=slug) for slug in matter.get("also_to") or []])
    publishing.publish_text(campaign, matter["language"], _wording(matter, body))
    for language, words in (matter.get("translations") or {}).items():
        publishing.publish_text(campaign, language, _wording(words, words["body"]))
    _facts(campaign, matter)
    _variants(campaign, matter.get("variants") or [])
    return campaign


def _wording(matter: dict[str, Any], body: str) -> dict[str, Any]:
    letter = matter.get("letter") or {}
    return {
        "title": matter["title"],
        "summary": matter["summary"].strip(),
        "addressed_to": matter.get("addressed_to") or "",
        "recipient": matter.get("recipient") or "",
        "body": body.strip() + "\n",
        "asks": matter.get("asks") or [],
        "affiliation_note": matter.get("affiliation_note") or "",
        "salutation": matter.get("statement_salutation") or "",
        "closing": matter.get("statement_closing") or "",
        "letter_subject": letter.get("subject", ""),
        "letter_body": (letter.get("opening") or letter.get("body") or "").strip(),
        "letter_points": [point.strip() for point in letter.get("points") or []],
        "letter_ask": (letter.get("ask") or "").strip(),
        "notice": (matter.get("historic") or "").strip(),
    }


def _facts(campaign: Campaign, matter: dict[str, Any]) -> None:
    """Targets, sources, events and responses, each found again by its number, the surplus removed."""
    sources = _rows(campaign, Source, matter, "sources", ("author", "title", "publication", "date", "url", "note"))
    _rows(campaign, Target, matter, "targets", ("name", "role", "organisation", "address"))
    _rows(campaign, Event, matter, "events", ("title", "date", "place", "url", "description"))
    for number, row in enumerate(_rows(campaign, Response, matter, "responses", ("author", "role", "date", "text"))):
        cited = matter["responses"][number].get("source")
        row.source = sources[cited - 1] if cited else None
        row.save(update_fields=["source"])


def _variants(campaign: Campaign, entries: list[dict[str, Any]]) -> None:
    """People are given by name, and found among those to whom the campaign writes."""
    people = Representative.objects.filter(legislature__in=campaign.legislatures())

    def named(entry: dict[str, Any], key: str) -> Representative | None:
        return people.get(name=entry[key]) if entry.get(key) else None

    for number, entry in enumerate(entries, 1):
        slug = entry.get("legislature")
        values = {
            "representative": named(entry, "person"),
            "legislature": Legislature.objects.get(slug=slug) if slug else None,
            "party": entry.get("party", ""),
            "deed": entry.get("deed", LetterVariant.Deed.OTHER_WORDS),
            "instead": named(entry, "instead"),
            "words": {language: _stripped(words) for language, words in (entry.get("words") or {}).items()},
        }
        campaign.letter_variants.update_or_create(number=number, defaults=values)
    campaign.letter_variants.filter(number__gt=len(entries)).delete()


def _stripped(words: dict[str, Any]) -> dict[str, Any]:
    return {name: said.strip() if isinstance(said, str) else said for name, said in words.items()}


def _rows(campaign: Campaign, model: Any, matter: dict[str, Any], key: str, fields: tuple[str, ...]) -> list[Any]:
    entries = matter.get(key) or []
    rows = []
    for number, entry in enumerate(entries, 1):
        values = {field: entry[field] for field in fields if entry.get(field) is not None}
        if "address" in values:
            values["address"] = _lines(values["address"])
        values["translations"] = {
            language: words[key][number - 1]
            for language, words in (matter.get("translations") or {}).items()
            if len(words.get(key) or []) >= number
        }
        rows.append(model.objects.update_or_create(campaign=campaign, number=number, defaults=values)[0])
    model.objects.filter(campaign=campaign, number__gt=len(entries)).delete()
    return rows


def demonstration_organiser() -> None:
    """An account to look behind the page with; its password is made here and lies beside the database."""
    if not settings.DEMONSTRATION:
        raise BadSeed("The demonstration's account exists only in a demonstration.")
    user = User.objects.filter(email=ORGANISER).first()
    password_file = settings.VAR_DIR / "organiser-password"
    if user is None:
        password = secrets.token_urlsafe(12)
        user = User.objects.create_superuser(ORGANISER, password, name="Alice")
        password_file.touch(mode=0o600)
        password_file.write_text(password + "\n")
    # Those of the seeds. One that somebody has set up meanwhile belongs to whoever works there.
    for organisation in Organisation.objects.exclude(pk__in=Membership.objects.values("organisation")):
        Membership.objects.get_or_create(user=user, organisation=organisation, defaults={"role": Membership.Role.OWNER})
