"""The row `dashboard`: every page of the workspace, of a campaign with 100,000 signatures and of one with 1,000.

The pages are found by walking the addresses: those that need nothing but an organisation or a campaign. They are asked
for in this process, the small one and the large one by turns; the row is the page that grows the most, and all of them
are printed. On PostgreSQL (DATABASE_URL) as in a larger installation, or on SQLite.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from .harness import Benchmark, Figure
from .installation import CAMPAIGN

if TYPE_CHECKING:
    from django.test import Client

    from campaigns.models import Campaign, CampaignText, Organisation

FEW, MANY = 1_000, 100_000
AT_MOST = 1.5
ROUNDS = 11
PATTERN = 1_000  # rows written one by one, and copied by the database until there are enough
DAYS = 120
STATES = ("confirmed",) * 44 + ("pending",) * 3 + ("withdrawn", "invalid", "suspect")
CAME_FROM = ("", "", "newsletter / email / autumn", "facebook.com", "t.co", "poster")


@dataclass
class Page:
    name: str
    queries: tuple[int, int]  # few, many
    few: list[float] = field(default_factory=list)  # ms
    many: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return median(self.many) / median(self.few)


def addresses(campaign: "Campaign") -> dict[str, str]:
    """Of every page of the workspace that needs no row but an organisation or a campaign, by its name."""
    from django.urls import reverse

    from campaigns.urls import organising

    slugs = (
        (organising.ANYWHERE, ""),
        (organising.OF_ORGANISATIONS, campaign.organisation.slug),
        (organising.OF_CAMPAIGNS, campaign.slug),
    )
    found = {}
    for pages, slug in slugs:
        wanted = {"slug": slug} if slug else {}
        for page in pages:
            if page.pattern.converters.keys() == wanted.keys():
                found[str(page.name)] = reverse(f"campaigns:{page.name}", kwargs=wanted)
    return found


def measure() -> Iterable[Figure]:
    logging.getLogger("django.request").setLevel(logging.ERROR)  # many addresses are of buttons, and say 405
    small, large = desk("few", FEW), desk("many", MANY)
    pages = [page for name in addresses(small[1]) if (page := first_look(name, small, large))]
    for _ in range(ROUNDS):
        for page in pages:
            page.few.append(timed(*small, page.name))
            page.many.append(timed(*large, page.name))
    pages.sort(key=lambda page: -page.ratio)
    print(f"{'page':<28}{'queries':>9}{FEW:>12,}{MANY:>12,}   ratio")
    for page in pages:
        queries = "/".join(map(str, dict.fromkeys(page.queries)))
        print(f"{page.name:<28}{queries:>9}{median(page.few):>9.1f} ms{median(page.many):>9.1f} ms{page.ratio:>8.2f}")
    if grown := [page.name for page in pages if page.queries[0] != page.queries[1]]:
        raise RuntimeError(f"these ask more of {MANY:,} signatures than of {FEW:,}: {', '.join(grown)}")
    return [Figure("dashboard", "ms", pages[0].many, pages[0].few, AT_MOST)]


Desk = tuple["Client", "Campaign"]


def first_look(name: str, small: Desk, large: Desk) -> Page | None:
    """How many queries each takes, with everything warm; None of what is no page to look at, but a button or a way."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    numbers = []
    for client, campaign in (small, large):
        address = addresses(campaign)[name]
        if client.get(address).status_code != 200:
            return None
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        numbers.append(len(queries))
    return Page(name, (numbers[0], numbers[1]))


def timed(client: "Client", campaign: "Campaign", name: str) -> float:
    address = addresses(campaign)[name]
    started = perf_counter()
    response = client.get(address)
    b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return (perf_counter() - started) * 1000


def desk(slug: str, signatures: int) -> Desk:
    """An owner, signed in, of an organisation with one campaign that so many have signed."""
    from django.db import connection
    from django.test import Client

    from campaigns import counting
    from campaigns.models import Membership, User

    text = campaign_like_the_measured(slug)
    owner = User.objects.create_user(f"{slug}@example.org", "correct horse battery")
    Membership.objects.create(user=owner, organisation=text.campaign.organisation, role=Membership.Role.OWNER)
    sign(text, signatures)
    while counting.fold_all():
        pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    campaign = text.campaign
    campaign.refresh_from_db()
    return client, campaign


def campaign_like_the_measured(slug: str) -> "CampaignText":
    from django.utils import timezone

    from campaigns import publishing
    from campaigns.models import Campaign, CampaignText

    like = CampaignText.objects.current().select_related("campaign").get(campaign__slug=CAMPAIGN, language="en")
    campaign = Campaign.objects.create(
        slug=slug,
        organisation=an_organisation(slug),
        state=Campaign.State.LIVE,
        published_at=timezone.now() - timedelta(days=DAYS),
        legislature=like.campaign.legislature,
    )
    given = ("title", "summary", "addressed_to", "recipient", "body", "asks", "letter_subject", "letter_body")
    return publishing.publish_text(campaign, "en", {name: getattr(like, name) for name in given})


def an_organisation(slug: str) -> "Organisation":
    from django.utils import timezone

    from campaigns.models import Organisation
    from letters.models import Sender

    return Organisation.objects.create(
        slug=slug,
        name=slug.title(),
        controller=slug.title(),
        contact_email=f"{slug}@example.org",
        sender=Sender.objects.create(name=slug.title()),
        approved_at=timezone.now(),
    )


def sign(text: "CampaignText", number: int) -> None:
    """Over DAYS days, in all states and from all over: PATTERN rows as signing writes them, and copies of these."""
    from django.utils import timezone

    from campaigns import retention
    from campaigns.models import Signature
    from letters.models import Constituency

    areas = [*Constituency.objects.all()[:40], None]
    now, kept_until = timezone.now(), retention.kept_until(text.campaign)
    rows = []
    for each in range(min(number, PATTERN)):
        state = STATES[each % len(STATES)]
        at = now - timedelta(days=each % (29 if state == "pending" else DAYS), minutes=each)
        row = Signature(campaign=text.campaign, text=text, state=state, display="name", consent_at=at)
        row.name, row.email = f"Signatory {each} Mac Giolla", f"signatory.{each}@example.org"
        row.area, row.came_from = areas[each % len(areas)], CAME_FROM[each % len(CAME_FROM)]
        row.affiliation = "Nurse and trade unionist" if each % 2 else ""
        row.reason = "Nobody can say that they were not told." if each % 5 == 0 else ""
        row.confirmed_at = None if state == "pending" else at + timedelta(minutes=9)
        row.erase_on = kept_until
        row.show_as_chosen()
        rows.append(row)
    Signature.objects.bulk_create(rows, batch_size=200)
    copy(text.campaign, number // PATTERN - 1)


def copy(campaign: "Campaign", times: int) -> None:
    """Each signature so many times more, by the database: other people, who said the same."""
    from django.db import connection

    from campaigns.models import Signature

    fresh = {
        "postgresql": ("gen_random_uuid()", "md5(random()::text) || md5(random()::text)"),
        "sqlite": ("lower(hex(randomblob(16)))", "lower(hex(randomblob(32)))"),
    }[connection.vendor]
    made = dict(zip(("uuid", "email_key"), fresh, strict=True))
    columns = [str(one.column) for one in Signature._meta.concrete_fields if not one.primary_key]
    into, taken = ", ".join(columns), ", ".join(made.get(column, f"signed.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE turn(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM turn WHERE n < %s) "
            f"INSERT INTO campaigns_signature ({into}) SELECT {taken} FROM campaigns_signature signed "
            "CROSS JOIN turn WHERE signed.campaign_id = %s AND %s > 0",
            [times, campaign.pk, times],
        )


BENCHMARKS = [Benchmark(("dashboard",), measure)]
