"""What a campaign has said before, and what each correction changed."""

from dataclasses import dataclass

from django.db.models import Count, Q

from . import addresses, differences, reckoning
from .differences import Change
from .models import Campaign, CampaignText

SHOWN = 50  # versions; the difference of older ones is still on the page of each wording


@dataclass(frozen=True)
class Version:
    text: CampaignText
    changes: list[Change]  # from the version before; none for the first
    url: str
    signatures: int = 0  # given to this wording, whatever has become of them


def of(campaign: Campaign, language: str, *, with_signatures: bool = False, public: bool = False) -> list[Version]:
    """The newest first. `public`: without those that nobody but its organisers has seen."""
    rows = campaign.texts.filter(language=language).order_by("-version")
    if public:
        rows = rows.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=campaign.published_at))
    texts = list(rows[: SHOWN + 1])
    given: dict[int, int] = {}
    if with_signatures:
        kept = reckoning.of(campaign)
        counted = campaign.signatures.counting().filter(text__in=texts).values_list("text")
        given = kept.texts if kept else dict(counted.annotate(Count("pk")).order_by())
    found = []
    for number, text in enumerate(texts[:SHOWN]):
        before = texts[number + 1] if number + 1 < len(texts) else None
        changes = differences.of_wordings(before.wording(), text.wording()) if before else []
        url = addresses.wording(campaign, text.digest)
        found.append(Version(text, changes, url, given.get(text.pk, 0)))
    return found


def languages_of(campaign: Campaign) -> list[str]:
    written = set(campaign.texts.values_list("language", flat=True))
    return [code for code in [campaign.language, *sorted(written - {campaign.language})] if code in written]
