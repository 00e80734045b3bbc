"""What a campaign will say: drafts of its wording, in each language, which several people may write at once.

A draft is spent once a text newer than it is published; from then on that text is what one goes on from. Whoever saves
hands back the mark they were given when they opened it, and is told if somebody else has saved in between.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from . import languages, logbook, publishing, wording_limits
from .models import Campaign, CampaignText, Organisation, User, WordingDraft

KEPT_ASIDE = 5
EMPTY: dict[str, Any] = {name: [] if name in wording_limits.LISTS else "" for name in CampaignText.WORDING}


@dataclass(frozen=True)
class Opened:
    """The wording in one language as it is written by now, and what it goes on from."""

    language: str
    wording: dict[str, Any]  # every field of CampaignText.WORDING
    text: CampaignText | None  # the one that is published, or was made from a document
    row: WordingDraft | None  # even where it is spent

    @property
    def mark(self) -> str:
        return f"{self.text.pk if self.text else 0}.{self.row.revision if self.row else 0}"

    @property
    def draft(self) -> WordingDraft | None:
        spent = self.row is None or (self.text is not None and self.row.changed_at <= self.text.published_at)
        return None if spent else self.row

    @property
    def differs(self) -> bool:
        """Something stands in it that its text does not say."""
        return self.text is None or not same(self.wording, self.text.wording())

    @property
    def is_complete(self) -> bool:
        return not wording_limits.missing(self.wording)


class SavedSince(Exception):
    """Somebody else has saved it; `now` is how it stands."""

    def __init__(self, now: Opened) -> None:
        self.now = now
        super().__init__()


def opened(campaign: Campaign, language: str) -> Opened:
    text = campaign.texts.filter(language=language, superseded_at__isnull=True).first()
    row = campaign.wording_drafts.filter(language=language).select_related("changed_by").first()
    found = Opened(language, {}, text, row)
    said = found.draft.wording if found.draft else text.wording() if text else {}
    return Opened(language, EMPTY | {name: said[name] for name in EMPTY if name in said}, text, row)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(plain(one.get(name)) == plain(other.get(name)) for name in CampaignText.WORDING)


def plain(value: Any) -> Any:
    """What is compared: a text that ends with a line end says nothing else than one that does not."""
    return value.strip() if isinstance(value, str) else value or ""


def digest_of(value: Any) -> str:
    """A short mark of anything that is JSON, to know it again."""
    said = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_published(campaign: Campaign) -> bool:
    """Its texts have been read and signed: from now on each change is a version."""
    return campaign.state not in (Campaign.State.DRAFT, Campaign.State.SCHEDULED)


def languages_of(campaign: Campaign) -> list[str]:
    """Those it has words in, its first language before the others."""
    written = set(campaign.texts.filter(superseded_at__isnull=True).values_list("language", flat=True))
    written |= set(campaign.wording_drafts.values_list("language", flat=True))
    return [campaign.language, *sorted(written - {campaign.language})]


def has_text(campaign: Campaign) -> bool:
    """In its first language there is enough for a page."""
    return opened(campaign, campaign.language).is_complete


def text_to_show(campaign: Campaign, language: str) -> CampaignText | None:
    """What a preview shows: as it would be published, and no row."""
    now = opened(campaign, language)
    if now.draft is None:
        return now.text
    text = CampaignText(campaign=campaign, language=language, **now.wording)
    text.title = text.title or _("No title yet")
    text.version = now.text.version + 1 if now.text and is_published(campaign) else 1
    text.digest = text.computed_digest()
    return text


# Writing


@transaction.atomic
def begin(
    organisation: Organisation, user: User | None, *, title: str, kind: str, language: str, slug: str, goal: int
) -> Campaign:
    """A draft of which there is the title. `slug` was checked; raises IntegrityError where it was taken meanwhile."""
    campaign = Campaign.objects.create(
        organisation=organisation, slug=slug, kind=kind, language=language, signature_goal=goal
    )
    _write(campaign, opened(campaign, language), EMPTY | {"title": title}, user, {})
    logbook.note(organisation, user, "campaign.made", campaign)
    return campaign


def _lock(campaign: Campaign) -> None:
    Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)


def translated_from(campaign: Campaign, now: Opened, wording: dict[str, Any]) -> dict[str, str]:
    """What the first language says today in the fields that are being changed in another."""
    if now.language == campaign.language:
        return {}
    original = original_of(campaign)
    changed = (name for name in EMPTY if plain(wording.get(name)) != plain(now.wording[name]))
    return {name: digest_of(plain(original[name])) for name in changed}


def original_of(campaign: Campaign) -> dict[str, Any]:
    """What the first language says today: what is published, or, before anything is, what is written."""
    first = opened(campaign, campaign.language)
    return EMPTY | first.text.wording() if first.text and is_published(campaign) else first.wording


@transaction.atomic
def save(
    campaign: Campaign,
    language: str,
    wording: dict[str, Any],
    mark: str,
    user: User | None,
    *,
    made_from: dict[str, str] | None = None,
    over: bool = False,
) -> Opened:
    """Raises SavedSince where somebody else has saved other words since `mark` was given.

    `made_from`: of a translation, more of what it was made from (WordingDraft.translated_from). `over`: knowingly over
    what somebody else has saved, which is laid aside.
    """
    _lock(campaign)
    now = opened(campaign, language)
    if same(wording, now.wording) and not made_from:
        return now
    if mark != now.mark:
        raise SavedSince(now)
    before, by = now.wording, now.row.changed_by_id if now.row else None
    _write(campaign, now, wording, user, made_from or {})
    written = opened(campaign, language)
    if over and written.row and not same(before, wording):
        _lay_aside(written.row, before, by)
    return written


def _write(
    campaign: Campaign, now: Opened, wording: dict[str, Any], user: User | None, made_from: dict[str, str]
) -> None:
    row = now.row or WordingDraft(campaign=campaign, language=now.language, revision=0)
    row.translated_from |= translated_from(campaign, now, wording) | made_from
    row.wording = EMPTY | wording
    row.revision += 1
    row.changed_at, row.changed_by = timezone.now(), user
    row.save()


@transaction.atomic
def add(campaign: Campaign, language: str, user: User | None) -> None:
    """Begins an empty draft in one more language, if it has none."""
    _lock(campaign)
    now = opened(campaign, language)
    if now.row is None and now.text is None:
        _write(campaign, now, EMPTY, user, {})


# Two at once


@transaction.atomic
def take_theirs(campaign: Campaign, language: str, mine: dict[str, Any], user: User | None) -> None:
    """What somebody else has saved stays as it is, and what was written here is laid aside."""
    _lock(campaign)
    now = opened(campaign, language)
    if same(mine, now.wording):
        return
    row = now.row
    if row is None:
        row = WordingDraft(campaign=campaign, language=language, wording=now.wording, changed_by=user)
        row.save()
    _lay_aside(row, EMPTY | mine, user.pk if user else None)


def _lay_aside(row: WordingDraft, wording: dict[str, Any], by: int | None) -> None:
    entry = {"wording": wording, "by": by, "at": timezone.now().isoformat()}
    row.laid_aside = [entry, *row.laid_aside][:KEPT_ASIDE]
    row.save(update_fields=["laid_aside"])


@transaction.atomic
def take_back(campaign: Campaign, language: str, number: int, mark: str, user: User | None) -> None:
    """One that was laid aside takes the place of what is written, which is laid aside instead. Raises SavedSince, and
    IndexError where there is none of this number."""
    _lock(campaign)
    now = opened(campaign, language)
    if now.row is None or not 0 <= number < len(now.row.laid_aside):
        raise IndexError(number)
    if mark != now.mark:
        raise SavedSince(now)
    entry = now.row.laid_aside.pop(number)
    by = now.row.changed_by_id
    _write(campaign, now, entry["wording"], user, {})
    _lay_aside(now.row, now.wording, by)


@transaction.atomic
def discard(campaign: Campaign, language: str, mark: str, user: User | None) -> None:
    """Back to what is published; what was written is laid aside. Raises SavedSince."""
    _lock(campaign)
    now = opened(campaign, language)
    if mark != now.mark:
        raise SavedSince(now)
    if now.draft is None or now.text is None:
        return
    _write(campaign, now, now.text.wording(), user, {})
    _lay_aside(now.draft, now.wording, user.pk if user else None)


# Publishing


def _check(now: Opened) -> None:
    """Raises ValidationError with all that keeps it from being published."""
    label, language = wording_limits.label, languages.name_of(now.language)
    sentences = [
        _("%(language)s: “%(field)s” is still empty.") % {"language": language, "field": label(name)}
        for name in wording_limits.missing(now.wording)
    ]
    sentences += [
        _("%(language)s, “%(field)s”: %(wrong)s") % {"language": language, "field": label(name), "wrong": one}
        for name, found in wording_limits.wrong(now.wording).items()
        for one in found
    ]
    if sentences:
        raise ValidationError(sentences)


@transaction.atomic
def publish(campaign: Campaign, language: str, mark: str, user: User | None, change_note: str = "") -> CampaignText:
    """The draft becomes the next version, or the first in its language. Raises SavedSince, and ValidationError."""
    _lock(campaign)
    now = opened(campaign, language)
    if mark != now.mark:
        raise SavedSince(now)
    if not is_published(campaign):
        raise ValidationError(_("Its texts are published with the campaign itself."))
    _check(now)
    if not now.differs:
        raise ValidationError(_("Nothing has changed: there is nothing to publish."))
    if now.text is not None and not change_note:
        raise ValidationError(_("Say what was corrected."))
    text = publishing.publish_text(campaign, language, now.wording, change_note)
    what = "wording.corrected" if now.text else "wording.language_published"
    logbook.note(campaign.organisation, user, what, campaign, language=language, version=text.version)
    return text


def publish_all(campaign: Campaign, user: User | None) -> None:
    """Within the campaign's own publication: every language that is written becomes its version 1.

    Raises ValidationError with what is missing in the first language, or is wrong in any. A further language that is
    not finished stays a draft.
    """
    if is_published(campaign):
        return
    for language in languages_of(campaign):
        now = opened(campaign, language)
        if now.draft is None or (language != campaign.language and not now.is_complete):
            continue
        _check(now)
        with suppress(ProtectedError):  # nobody has signed it yet, so it has no history; or it is the next version
            campaign.texts.filter(language=language).delete()
        publishing.publish_text(campaign, language, now.wording)
