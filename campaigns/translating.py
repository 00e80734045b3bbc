"""A campaign in another language, piece by piece beside the first: its wording, and the words of its facts.

The wording is a draft like any other and is published as a text. What targets, sources, events, answers and variants
of the letter say has no versions: it is on the page as soon as it is saved.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from . import wording_drafts, wording_limits
from .models import Campaign, CampaignText, LetterVariant, User
from .models.translated import Translated
from .wording_drafts import Opened, SavedSince, digest_of, plain

# The fields of a campaign's rows that have words in other languages, by the name of the relation.
FACTS: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "targets": (_("Those addressed"), ("name", "role", "organisation")),
    "events": (_("Events"), ("title", "place", "description")),
    "responses": (_("Answers"), ("author", "role", "text")),
    "sources": (_("Sources"), ("title", "note")),
}
VARIANT: dict[str, Promise] = {
    "reason": _("What the supporter is told"),
    "subject": _("Subject"),
    "body": _("Opening, or the whole letter"),
    "points": _("Points to choose from"),
    "ask": _("What the letter asks"),
}
# What is the same in many languages, so that leaving it as it stands is no omission.
OFTEN_THE_SAME = frozenset({"name", "organisation", "author", "place"})
LONGEST_FACT = 20_000  # characters


@dataclass(frozen=True)
class Piece:
    """Words of the first language, and what stands for them in the other."""

    key: str  # the name of its field: w-title, targets-3-name, variants-1-body
    field: str
    label: str
    original: Any  # str, or a list of them
    translation: Any
    made_from: str  # digest of the original it was made from; "": not known

    @property
    def is_untranslated(self) -> bool:
        return not self.translation and self.field not in OFTEN_THE_SAME

    @property
    def is_older(self) -> bool:
        """The original has changed since."""
        return bool(self.translation) and self.made_from not in ("", self.digest)

    @property
    def digest(self) -> str:
        return digest_of(plain(self.original))


@dataclass(frozen=True)
class Part:
    name: str
    title: str | Promise
    pieces: list[Piece]


def parts(campaign: Campaign, now: Opened) -> list[Part]:
    """Everything that has words in the first language, in the order of the page."""
    facts = [Part(name, title, list(_fact_pieces(campaign, now, name))) for name, (title, _fields) in FACTS.items()]
    variants = Part("variants", _("Other words for some of them"), list(_variant_pieces(campaign, now)))
    return [one for one in [*_wording_parts(campaign, now), *facts, variants] if one.pieces]


def _wording_parts(campaign: Campaign, now: Opened) -> Iterator[Part]:
    original, known = wording_drafts.original_of(campaign), _made_from(campaign, now)
    in_letter = [name for name in CampaignText.WORDING if name in wording_limits.LETTER]
    on_page = [name for name in CampaignText.WORDING if name not in wording_limits.LETTER]
    for part, title, fields in (
        ("wording", _("The text"), on_page),
        ("letter", _("A supporter’s letter to their representative"), in_letter),
    ):
        said = [name for name in fields if original[name] or now.wording[name]]
        pieces = [
            Piece(f"w-{name}", name, wording_limits.label(name), original[name], now.wording[name], known.get(name, ""))
            for name in said
        ]
        yield Part(part, title, pieces)


def _made_from(campaign: Campaign, now: Opened) -> dict[str, str]:
    """What is known of it, else what the first language said on the day the translation was published."""
    known = now.row.translated_from if now.row else {}
    if now.text is None or not wording_drafts.is_published(campaign):
        return known
    then = campaign.texts.filter(language=campaign.language, published_at__lte=now.text.published_at)
    was = then.order_by("-version").first()
    of_then = {name: digest_of(plain(value)) for name, value in was.wording().items()} if was else {}
    return of_then | known


def _rows(campaign: Campaign, name: str) -> list[Translated]:
    return list(getattr(campaign, name).all())


def _fact_pieces(campaign: Campaign, now: Opened, name: str) -> Iterator[Piece]:
    known = now.row.translated_from if now.row else {}
    for row in _rows(campaign, name):
        words = row.translations.get(now.language) or {}
        for field in FACTS[name][1]:
            key = f"{name}-{row.pk}-{field}"
            if original := getattr(row, field):
                label = wording_limits.label_of(type(row), field)
                yield Piece(key, field, label, original, words.get(field, ""), known.get(key, ""))


def _variant_pieces(campaign: Campaign, now: Opened) -> Iterator[Piece]:
    known = now.row.translated_from if now.row else {}
    for row in campaign.letter_variants.select_related("representative", "legislature"):
        words = row.words.get(now.language) or {}
        for field, label in VARIANT.items():
            key = f"variants-{row.pk}-{field}"
            if original := (row.words.get(campaign.language) or {}).get(field):
                whom = Truncator(str(row.representative or row.party or row.legislature)).chars(60)
                yield Piece(key, field, f"{label} ({whom})", original, words.get(field, ""), known.get(key, ""))


def to_do(campaign: Campaign, language: str) -> dict[str, int]:
    """How many pieces are still untranslated, and how many are older than their original."""
    pieces = [piece for part in parts(campaign, wording_drafts.opened(campaign, language)) for piece in part.pieces]
    return {
        "all": len(pieces),
        "untranslated": sum(piece.is_untranslated for piece in pieces),
        "older": sum(piece.is_older for piece in pieces),
    }


# Saving


@transaction.atomic
def save(
    campaign: Campaign,
    language: str,
    said: dict[str, Any],
    mark: str,
    user: User | None,
    *,
    still_right: Collection[str] = (),
    over: bool = False,
) -> Opened:
    """`said`: by the keys of the pieces. `still_right`: keys of those that were read again and need no change. `over`:
    as for wording_drafts.save.

    Raises SavedSince where somebody else has saved this language since `mark` was given; then nothing is changed.
    """
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    now = wording_drafts.opened(campaign, language)
    pieces = {piece.key: piece for part in parts(campaign, now) for piece in part.pieces}
    changed = {key for key, piece in pieces.items() if key in said and plain(said[key]) != plain(piece.translation)}
    anew = changed | (set(still_right) & set(pieces))
    if not anew:
        return now
    if mark != now.mark:
        raise SavedSince(now)
    made_from = {_known_as(pieces[key]): pieces[key].digest for key in anew}
    wording = now.wording | {pieces[key].field: said[key] for key in changed if key.startswith("w-")}
    _save_facts(campaign, language, {key: said[key] for key in changed if not key.startswith("w-")})
    return wording_drafts.save(campaign, language, wording, mark, user, made_from=made_from, over=over)


def _known_as(piece: Piece) -> str:
    return piece.field if piece.key.startswith("w-") else piece.key


def _save_facts(campaign: Campaign, language: str, said: dict[str, Any]) -> None:
    """A row that is gone by now needs no words."""
    by_row: dict[tuple[str, int], dict[str, Any]] = {}
    for key, words in said.items():
        relation, pk, field = key.split("-")
        by_row.setdefault((relation, int(pk)), {})[field] = words
    for (name, number), fields in by_row.items():
        if name == "variants":
            _save_variant(campaign.letter_variants.get(pk=number), language, fields)
            continue
        row = getattr(campaign, name).get(pk=number)
        row.translations[language] = _without_empty((row.translations.get(language) or {}) | fields)
        row.translations = {code: words for code, words in row.translations.items() if words}
        row.save(update_fields=["translations"])


def _save_variant(row: LetterVariant, language: str, fields: dict[str, Any]) -> None:
    """Left empty, a field is the campaign's own; points and an ask that are said to be none stay so."""
    words = (row.words.get(language) or {}) | fields
    own = {name for name in ("points", "ask") if (row.words.get(language) or {}).get(name) in ([], "")} - set(fields)
    row.words[language] = {name: said for name, said in words.items() if said or name in own}
    row.words = {code: said for code, said in row.words.items() if said}
    row.save(update_fields=["words"])


def _without_empty(words: dict[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in words.items() if said}
