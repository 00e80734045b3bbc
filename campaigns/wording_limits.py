"""How much a wording may say: the same whether it is typed, read out of a document, or translated."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from letters import composing

from . import writing
from .material.draft import MOST
from .models import CampaignText

LONGEST_TEXT = 100_000  # characters; a form of more than settings.DATA_UPLOAD_MAX_MEMORY_SIZE is refused unread
# Characters of each field; of the two lists, of each entry.
LONGEST = {
    **{"title": 200, "summary": 2_000, "addressed_to": 200, "recipient": 200, "body": LONGEST_TEXT, "asks": 1_000},
    **{"affiliation_note": 120, "salutation": 200, "closing": 200, "notice": 2_000},
    **{"letter_subject": 200, "letter_body": 10_000, "letter_points": 2_000, "letter_ask": 5_000},
}
LISTS = frozenset({"asks", "letter_points"})
NEEDED = ("title", "summary", "body")  # no page without them
LETTER = ("letter_subject", "letter_body", "letter_points", "letter_ask")  # where {placeholders} are filled in


def label(field: str) -> str:
    return label_of(CampaignText, field)


def label_of(model: type[Model], field: str) -> str:
    """The name of a field, as a label begins."""
    name = str(getattr(model._meta.get_field(field), "verbose_name", field))
    return name[:1].upper() + name[1:]


def missing(wording: dict[str, Any]) -> list[str]:
    """Fields without which nothing is published."""
    return [name for name in NEEDED if not str(wording.get(name) or "").strip()]


def wrong(wording: dict[str, Any]) -> dict[str, list[str]]:
    """By field, in sentences: what keeps it from being published, but for what is missing altogether."""
    found: dict[str, list[str]] = {}
    for name, longest in LONGEST.items():
        said = wording.get(name) or ""
        entries = said if isinstance(said, list) else [said]
        sentences = [*_too_much(name, entries, longest), *unknown_placeholders(name, said)]
        if sentences:
            found[name] = sentences
    letter = [name for name in LETTER if wording.get(name)]
    if letter and not wording.get("letter_body"):
        found.setdefault("letter_body", []).append(_("A letter begins with an opening: write one, or empty the rest."))
    if letter and not wording.get("letter_subject"):
        found.setdefault("letter_subject", []).append(_("A letter needs a subject."))
    return found


def _too_much(name: str, entries: list[str], longest: int) -> list[str]:
    over = max((len(entry) for entry in entries), default=0) - longest
    sentences = []
    if over > 0:
        sentences.append(
            _("Shorten it by %(over)d characters: %(longest)d is the most.") % {"over": over, "longest": longest}
        )
    if name in LISTS and len(entries) > MOST:
        sentences.append(_("These are too many: %(most)d is the most.") % {"most": MOST})
    return sentences


def unknown_placeholders(name: str, said: Any) -> list[str]:
    if name not in LETTER:
        return []
    text = "\n".join(said) if isinstance(said, list) else str(said)
    unknown = composing.unknown_placeholders(text[: 2 * LONGEST_TEXT], writing.PLACEHOLDERS)
    known = ", ".join(f"{{{one}}}" for one in writing.PLACEHOLDERS)
    sentence = _("These are not placeholders: %(unknown)s. There are %(known)s.")
    return [sentence % {"unknown": ", ".join(unknown[:10]), "known": known}] if unknown else []
