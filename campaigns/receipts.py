"""What retention erased, in numbers: written with the deed, read by owners and by the operator."""

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Campaign, Receipt

# What is counted, by the key under which it is kept.
COUNTED: Mapping[str, Promise] = {
    "pending_deleted": _("Signatures never confirmed, deleted"),
    "withdrawn_scrubbed": _("Withdrawn signatures, anonymised"),
    "signatures_anonymised": _("Signatures, anonymised"),
    "letters_scrubbed": _("Letters, erased"),
    "emails_scrubbed": _("Emails, erased"),
    "materials_deleted": _("Documents, deleted"),
    "pictures_deleted": _("Pictures, deleted"),
    "invitations_deleted": _("Invitations, deleted"),
}
# Of which tables these were rows.
TABLES: Mapping[str, tuple[str, ...]] = {
    "pending_deleted": ("Signature",),
    "withdrawn_scrubbed": ("Signature",),
    "signatures_anonymised": ("Signature",),
    "letters_scrubbed": ("CampaignLetter", "Letter"),
    "emails_scrubbed": ("OutgoingEmail",),
    "materials_deleted": ("Material",),
    "pictures_deleted": ("Picture",),
    "invitations_deleted": ("Invitation",),
}


class Run:
    """One run's receipts. `note` belongs into the transaction of what it tells: a run that is killed omits none."""

    def __init__(self, at: datetime, dry: bool = False) -> None:
        self.at, self.dry = at, dry
        self.total: Counter[str] = Counter()
        self.by_campaign: dict[int | None, Counter[str]] = {}
        self._uuid = uuid.uuid4()

    def note(self, what: str, number: int, campaign: int | None = None) -> None:
        if not number:
            return
        self.total[what] += number
        counts = self.by_campaign.setdefault(campaign, Counter())
        counts[what] += number
        if not self.dry:
            self._write(campaign, counts)

    def note_each(self, what: str, campaigns: Counter[int]) -> None:
        for campaign, number in sorted(campaigns.items()):
            self.note(what, number, campaign)

    def __getattr__(self, name: str) -> int:
        if name in COUNTED:
            return self.total[name]
        raise AttributeError(name)

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')}: {self.total[name]}" for name in COUNTED)

    def _write(self, campaign: int | None, counts: Counter[str]) -> None:
        if not Receipt.objects.filter(run=self._uuid, campaign=campaign).update(counts=dict(counts)):
            organisation = None
            if campaign is not None:
                organisation = Campaign.objects.values_list("organisation", flat=True).get(pk=campaign)
            Receipt.objects.create(
                run=self._uuid, at=self.at, campaign_id=campaign, organisation_id=organisation, counts=dict(counts)
            )


def lines(receipt: Receipt) -> list[tuple[Promise, int]]:
    """What a receipt says, in words; a key of an older version that nobody knows any more is left out."""
    return [(label, receipt.counts[what]) for what, label in COUNTED.items() if receipt.counts.get(what)]
