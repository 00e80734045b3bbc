"""A whole campaign as JSON: every wording it ever had, its facts and its numbers; of people only what was asked for."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count
from django.utils import timezone

from campaigns.models import Campaign, CampaignLetter, CampaignText, UpdateText
from config import jobs, links

from . import tables

FORMAT = "countersign-campaign"
VERSION = 1  # one more when a reader of the one before would misread it
OF_CAMPAIGN = ("slug", "kind", "state", "language", "signature_goal", "retention_months", "moderate_first") + (
    *("moderate_names_first", "months_after_closing"),
    *("merge_identical", "attach_pdf", "outcome", "picture_alt", "published_from"),
    *("publish_at", "close_at", "published_at", "closed_at"),
)
OF_TEXT = ("language", "version", "digest", "published_at", "superseded_at", "change_note")
NOT_FACTS = {"id", "campaign"}


def json_of(job: jobs.Job, campaign: Campaign, columns: Sequence[str], only_updates: bool) -> Iterator[bytes]:
    head = json.dumps(_about(campaign), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    if not columns:
        yield f"{head}\n".encode()
        return
    yield head.removesuffix("\n}").encode() + b',\n "signatures": ['
    asked = [tables.SIGNATURES.columns[name] for name in columns]
    between = b"\n  "
    for cells in tables.cells(job, tables.SIGNATURES.of(campaign, only_updates), asked):
        yield between + json.dumps(dict(zip(columns, cells, strict=True)), ensure_ascii=False).encode()
        between = b",\n  "
    yield b"\n ]\n}\n"


def _about(campaign: Campaign) -> dict[str, Any]:
    texts = campaign.texts.order_by("language", "version")
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": timezone.now(),
        "address": links.absolute(campaign.get_absolute_url()),
        "organisation": campaign.organisation.name,
        "campaign": {name: getattr(campaign, name) for name in OF_CAMPAIGN}
        | {
            "legislature": campaign.legislature.slug if campaign.legislature else None,
            "also_to": sorted(campaign.also_to.values_list("slug", flat=True)),
            "former_addresses": sorted(campaign.former_slugs.values_list("slug", flat=True)),
            "follows": campaign.follows.slug if campaign.follows else None,
        },
        "texts": [_text(text) for text in texts],
        "targets": _rows(campaign.targets.all()),
        "sources": _rows(campaign.sources.all()),
        "events": _rows(campaign.events.all()),
        "responses": _rows(campaign.responses.select_related("source")),
        "letter_variants": _rows(campaign.letter_variants.select_related("representative", "legislature", "instead")),
        "updates": [
            {
                **{name: getattr(row.update, name) for name in ("state", "by_email", "on_page", "published_at")},
                **{name: getattr(row, name) for name in ("language", "title", "body")},
            }
            for row in UpdateText.objects.filter(update__campaign=campaign).select_related("update").order_by("pk")
        ],
        "numbers": _numbers(campaign),
    }


def _text(text: CampaignText) -> dict[str, Any]:
    return {name: getattr(text, name) for name in OF_TEXT} | {"wording": text.wording()}


def _rows(rows: Any) -> list[dict[str, Any]]:
    names = [field.name for field in rows.model._meta.concrete_fields if field.name not in NOT_FACTS]
    return [{name: _plain(getattr(row, name)) for name in names} for row in rows]


def _plain(value: Any) -> Any:
    """A row it points to is told by what it is called."""
    return str(value) if hasattr(value, "_meta") else value


def _numbers(campaign: Campaign) -> dict[str, Any]:
    letters = campaign.letters.filter(state=CampaignLetter.State.CONFIRMED).order_by()
    by_representative = letters.values_list("letter__recipient_name").annotate(n=Count("pk"))
    tallies: dict[str, dict[str, int]] = {}
    for of, key, count in campaign.tallies.order_by("of", "key").values_list("of", "key", "count"):
        tallies.setdefault(of, {})[key] = count
    return {
        "signatures": campaign.signature_count,
        "on_paper": campaign.paper_count,
        "by_area": dict(campaign.area_counts.filter(count__gt=0).values_list("area__name", "count")),
        "by": tallies,
        "letters": dict(by_representative),
    }
