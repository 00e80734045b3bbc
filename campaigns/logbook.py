"""Who did what in an organisation: written within the deed's own transaction, read by owners, never changed."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from .models import Campaign, LogEntry, Organisation, User

# What there is to be told, by its key. The details fill the sentence; they are numbers, fields and states.
DEEDS = {
    "campaign.published": _("published the campaign"),
    "campaign.closed": _("closed the campaign"),
}


def note(
    organisation: Organisation,
    user: User | AnonymousUser | None,
    what: str,
    campaign: Campaign | None = None,
    **details: Any,
) -> LogEntry:
    """`user`: who did it; None: the software, by the clock. Raises KeyError for a deed that has no sentence."""
    DEEDS[what]
    by = user if isinstance(user, User) else None
    return LogEntry.objects.create(organisation=organisation, campaign=campaign, user=by, what=what, details=details)
