"""Inside an installation that is asked for signatures: makes those that are confirmed, and says what became of all.

    python -m benchmarks.books keeper

is the process that benchmarks.web gives its orders.
"""

import time
from functools import lru_cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from .asking import Answers, answer
from .load import Asked

if TYPE_CHECKING:
    from campaigns.models import CampaignText, Signature

AT_ONCE = 500


def keeper() -> Answers:
    """An order names one of DEEDS, with its arguments."""
    order = yield None
    while True:
        ((deed, arguments),) = order.items()
        order = yield DEEDS[deed](**arguments)


def prepare() -> None:
    from . import installation

    installation.fill()


def campaigns() -> list[str]:
    from campaigns.models import Campaign

    return list(Campaign.objects.live().order_by("slug").values_list("slug", flat=True))


def rows() -> dict[str, int]:
    """How many signatures there are of each state, what the counts add up to, how many emails, and the floor's rows."""
    from django.db.models import Count, Sum

    from campaigns.models import Campaign, Signature
    from letters.models import OutgoingEmail

    from .floors import Signed

    by_state = Signature.objects.order_by().values_list("state").annotate(Count("pk"))
    return {
        **dict.fromkeys(Signature.State.values, 0),
        **dict(by_state),
        "counted": Campaign.objects.aggregate(n=Sum("signature_count"))["n"],
        "emails": OutgoingEmail.objects.count(),
        "floor": Signed.objects.count(),
        "floor confirmed": Signed.objects.filter(confirmed_at__isnull=False).count(),
    }


def online() -> dict[str, Any]:
    """Of each signature that was given here: its person's number (load.person), its state, and its email's state."""
    from django.db.models import Sum

    from campaigns.models import Campaign, Signature

    given = Signature.objects.filter(consent_at__isnull=False).values_list("email", "state", "confirmation__state")
    return {
        "signatures": [
            (int(email.split("@")[0].rpartition(".")[2]), state, sent) for email, state, sent in given.iterator()
        ],
        "counted": Campaign.objects.aggregate(n=Sum("signature_count"))["n"],
        "confirmed": Signature.objects.filter(state=Signature.State.CONFIRMED).count(),
    }


def emails() -> dict[str, int]:
    """How many there are of each state."""
    from django.db.models import Count

    from letters.models import OutgoingEmail

    return dict(OutgoingEmail.objects.order_by().values_list("state").annotate(Count("pk")))


def waiting(first: int, number: int) -> list[Asked]:
    """New signatures that wait to be confirmed: where the link in their email leads, and what the form there sends."""
    from django.conf import settings

    from campaigns.models import CampaignText, Signature
    from config import links

    current = CampaignText.objects.current().filter(language="en", campaign__slug__in=campaigns())
    texts = list(current.select_related("campaign"))
    made = [pending(texts[each % len(texts)], each) for each in range(first, first + number)]
    Signature.objects.bulk_create(made, batch_size=AT_ONCE)
    paths = (links.link("confirm", "campaigns:confirm", signature.uuid) for signature in made)
    return [
        (path.removeprefix(settings.SITE_URL), {"seen": signature.content_digest()})
        for path, signature in zip(paths, made, strict=True)
    ]


def pending(text: "CampaignText", number: int) -> "Signature":
    from django.utils import timezone

    from campaigns.models import Signature

    signature = Signature(
        campaign=text.campaign,
        text=text,
        name=f"Waiting {number} O’Connell",
        email=f"waiting.{number}@example.org",
        postcode="LS1 4DY",
        affiliation="Teacher, in a personal capacity",
        reason="Because whoever keeps silent now will be asked why." if number % 3 == 0 else "",
        display=("name", "initials", "none")[number % 3],
        consent_at=timezone.now(),
        confirmations_sent=1,
        **of_text(text.pk),
    )
    signature.show_as_chosen()
    return signature


@lru_cache
def of_text(pk: int) -> dict[str, Any]:
    """What all of a text's signatures have alike."""
    from campaigns import consent, retention
    from campaigns.models import CampaignText
    from letters.models import Constituency

    text = CampaignText.objects.get(pk=pk)
    return {
        "area": Constituency.objects.first(),
        "consent": consent.record(consent.for_signing(text.campaign, text)),
        "erase_on": retention.kept_until(text.campaign),
    }


def waiting_at_the_floor(first: int, number: int) -> list[Asked]:
    from .floors import Signed

    made = [
        Signed(
            name=f"Waiting {each} O’Connell",
            email=f"waiting.{each}@example.org",
            postcode="LS1 4DY",
            country="GB",
            affiliation="Teacher, in a personal capacity",
            display="name",
            consent=True,
        )
        for each in range(first, first + number)
    ]
    Signed.objects.bulk_create(made, batch_size=AT_ONCE)
    return [(f"/confirm/{signed.pk}/", {"seen": "0" * 64}) for signed in made]


def fold() -> float:
    """Counts whatever is not counted yet; the seconds that took."""
    from campaigns import counting

    started = time.perf_counter()
    while counting.fold_all():
        pass
    return time.perf_counter() - started


def reconciled() -> str:
    """What `manage.py reconcile` says; empty when all balances."""
    from django.core.management import call_command

    said = StringIO()
    try:
        call_command("reconcile", stdout=said)
    except SystemExit:
        return said.getvalue()
    return ""


DEEDS = {
    deed.__name__: deed
    for deed in (prepare, campaigns, rows, online, emails, waiting, waiting_at_the_floor, fold, reconciled)
}


if __name__ == "__main__":
    import django

    django.setup()
    answer(keeper())
