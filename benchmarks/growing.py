"""A campaign that grows, and everything that is asked of it: by supporters, by organisers, by the sweeper."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from . import dashboard, filling

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.test import Client

    from campaigns.models import Campaign, CampaignText, Signature

SLUG = "growing"
BATCH = 500
SEE_OTHER = 303


@dataclass(frozen=True)
class Desk:
    client: "Client"  # of an owner
    operator: "Client"
    campaign: "Campaign"
    texts: "list[CampaignText]"
    oldest: dict[str, int]  # keys of some of the first signatures there ever were: shown, counting, waiting, any
    links: dict[str, str]  # what the emails of those that count and of one that waits lead to
    seen: str  # what the page of the one that waits sends back

    def get(self, address: str, client: "Client | None" = None) -> None:
        self._good((client or self.client).get(address))

    def post(self, address: str, data: dict[str, Any], answer: int = 200) -> None:
        self._good(self.client.post(address, data, headers={"Sec-Fetch-Site": "same-origin"}), answer)

    @staticmethod
    def _good(response: Any, answer: int = 200) -> None:
        if response.status_code != answer:
            raise RuntimeError(f"{response.request['PATH_INFO']} answered {response.status_code}")
        b"".join(response.streaming_content) if response.streaming else response.content

    def url(self, name: str, query: str = "", **wanted: Any) -> str:
        from django.urls import reverse

        return reverse(f"campaigns:{name}", kwargs={"slug": self.campaign.slug, **wanted}) + query


Deed = Callable[[Desk], object]


def desk_of(signatures: int = 0) -> Desk:
    """So many have signed by now. Asked again with more, others sign too; with none, it is left as it is."""
    from django.test import Client

    from campaigns.models import Campaign, CampaignText, Signature, User
    from config import links

    campaign = Campaign.objects.filter(slug=SLUG).first() or _a_campaign()
    texts = list(CampaignText.objects.filter(campaign=campaign).order_by("pk"))
    if signatures:
        filling.fill(texts, signatures)
    clients = {}
    for name in ("owner", "operator"):
        clients[name] = Client(SERVER_NAME="127.0.0.1")
        clients[name].force_login(User.objects.get(email=f"{name}@example.org"))
    rows = Signature.objects.filter(campaign=campaign).order_by("pk")
    oldest = {"shown": rows.shown(), "counting": rows.counting(), "waiting": rows.filter(state="pending"), "any": rows}
    # The longest page of any list is full behind the 105th; of those that wait there are fewer.
    places = {name: 30 if name == "waiting" else 105 for name in oldest}
    found = {name: some.select_related("text__campaign")[places[name]] for name, some in oldest.items()}
    ways = {
        "confirm": links.link("confirm", "campaigns:confirm", found["waiting"].uuid),
        "thanks": links.link("confirm", "campaigns:confirm", found["counting"].uuid),
        "mine": links.link("signature", "campaigns:signature", found["counting"].uuid),
    }
    keys = {name: one.pk for name, one in found.items()}
    campaign.refresh_from_db()
    return Desk(clients["owner"], clients["operator"], campaign, texts, keys, ways, found["waiting"].content_digest())


def _a_campaign() -> "Campaign":
    """Like the one whose page is measured, in two languages, with its owner, and the operator beside it."""
    from campaigns import publishing
    from campaigns.models import Membership, User

    text = dashboard.campaign_like_the_measured(SLUG)
    owner = User.objects.create_user("owner@example.org", "correct horse battery")
    Membership.objects.create(user=owner, organisation=text.campaign.organisation, role=Membership.Role.OWNER)
    User.objects.create_superuser("operator@example.org", "correct horse battery")
    given = ("title", "summary", "addressed_to", "recipient", "body", "asks", "letter_subject", "letter_body")
    publishing.publish_text(text.campaign, "ar", {name: getattr(text, name) for name in given})
    return text.campaign


def everything(desk: Desk) -> dict[str, Deed]:
    """What is measured, by name. Each is undone after it."""
    return {**SUPPORTERS, **ORGANISERS, **filters(), **workspace(desk), **VERBS, **sweeper()}


def page(desk: Desk) -> None:
    """As nobody keeps it."""
    from django.core.cache import cache

    cache.clear()
    desk.get(desk.url("page"))


def count(desk: Desk) -> None:
    from django.core.cache import cache

    cache.clear()
    desk.get(desk.url("count"))


def sign(desk: Desk) -> None:
    from campaigns import accepting, offering

    accepting.accept(offering.current(desk.texts[0]), _supporter("somebody.new@example.org"))


def sign_again(desk: Desk) -> None:
    from campaigns import accepting, offering

    accepting.accept(offering.current(desk.texts[0]), _supporter("signatory.7@example.org"))


def take_up(desk: Desk) -> None:
    """What that comes to, a moment later: the look for whom the address is of, and the email that says so."""
    from campaigns import offering, signing

    signing.sign(offering.current(desk.texts[0]), _supporter("signatory.7@example.org"))


def _supporter(address: str) -> Any:
    from campaigns import signing

    return signing.Supporter(
        name="Somebody New", email=address, postcode="LS1 4DY", country="GB", affiliation="", reason="",
        display="name", updates=True,
    )  # fmt: skip


SUPPORTERS: dict[str, Deed] = {
    "page": page,
    "count.json": count,
    "public list": lambda desk: desk.get(desk.url("signatures")),
    "public list, last page": lambda desk: desk.get(desk.url("signatures", f"?before={desk.oldest['shown']}")),
    "public search, common": lambda desk: desk.get(desk.url("signatures", "?name=a")),
    "public search, rare": lambda desk: desk.get(desk.url("signatures", "?name=a1b2c3")),
    "sign": sign,
    "sign again": sign_again,
    "confirm, page": lambda desk: desk.get(desk.links["confirm"]),
    "confirm": lambda desk: desk.post(desk.links["confirm"], {"seen": desk.seen}, SEE_OTHER),
    "confirm, thanks": lambda desk: desk.get(desk.links["thanks"]),
    "one's own page": lambda desk: desk.get(desk.links["mine"]),
    "one's own data": lambda desk: desk.get(desk.links["mine"] + "data.json"),
    "withdraw": lambda desk: desk.post(desk.links["mine"], {"withdraw": "1"}, SEE_OTHER),
    "erase oneself": lambda desk: desk.post(desk.links["mine"], {"erase": "1", "really": "on"}),
}
ORGANISERS: dict[str, Deed] = {
    "list, last page": lambda desk: desk.get(desk.url("signatures_list", f"?before={desk.oldest['any']}")),
    "find by name, common": lambda desk: desk.post(desk.url("signatures_find"), {"q": "a"}),
    "find by name, rare": lambda desk: desk.post(desk.url("signatures_find"), {"q": "a1b2c3"}),
    "find by address": lambda desk: desk.post(desk.url("signatures_find"), {"q": "nobody@example.org"}),
    "one signature": lambda desk: desk.get(desk.url("signatures_one", number=desk.oldest["counting"])),
    "invalidation, look": lambda desk: desk.post(desk.url("invalidation_look"), {"state": "pending"}),
    "post, sent": lambda desk: desk.get(desk.url("post_emails", state="sent")),
    "administration, emails": lambda desk: desk.get("/admin/letters/outgoingemail/", desk.operator),
    "administration, sent": lambda desk: desk.get("/admin/letters/outgoingemail/?state__exact=sent", desk.operator),
}


def filters() -> dict[str, Deed]:
    from django.utils import timezone

    today = timezone.localdate()
    asked = {
        **{f"state={state}": f"state={state}" for state in ("confirmed", "pending", "withdrawn", "invalid", "suspect")},
        "source": "source=t.co",
        "source not known": "source=-",
        "area": "area={area}",
        "area not known": "area=-",
        "country": "country=FR",
        "language": "language=ar",
        "updates": "updates=yes",
        "no updates": "updates=no",
        "origin": "origin=online",
        "imported": "origin=imported",
        **{f"check={check}": f"check={check}" for check in ("name", "reason", "hidden")},
        "since": f"since={today - timedelta(days=2)}",
        "until": f"until={today - timedelta(days=10)}",
        "state and country": "state=confirmed&country=IE",
        "state and area": "state=pending&area={area}",
    }

    def deed(query: str) -> Deed:
        return lambda desk: desk.get(desk.url("signatures_list", "?" + query.format(area=_an_area())))

    return {f"list, {name}": deed(query) for name, query in asked.items()}


def _an_area() -> int:
    from letters.models import Constituency

    return int(Constituency.objects.order_by("pk").values_list("pk", flat=True)[0])


def workspace(desk: Desk) -> dict[str, Deed]:
    """Every page that needs nothing but an organisation or a campaign."""

    def deed(address: str) -> Deed:
        return lambda desk: desk.get(address)

    addresses = dashboard.addresses(desk.campaign)
    return {
        f"workspace, {name}": deed(address)
        for name, address in addresses.items()
        if desk.client.get(address).status_code == 200
    }


def confirmed_this_moment(desk: Desk) -> None:
    """A batch for the fold."""
    _newest(desk, "confirmed").update(counted=False, counted_on=None, counted_from="")


def fold(desk: Desk) -> None:
    from campaigns import counting

    counting.fold(desk.campaign.pk)


def _newest(desk: Desk, state: str) -> "QuerySet[Signature]":
    from campaigns.models import Signature

    keys = Signature.objects.filter(campaign=desk.campaign, state=state).order_by("-pk").values_list("pk", flat=True)
    return Signature.objects.filter(pk__in=list(keys[:BATCH]))


def export(desk: Desk) -> None:
    """The first chunk of it."""
    from campaigns.exports import tables

    columns = list(tables.TABLES["signatures"].columns.values())
    values = {f"column_{number}": column.value for number, column in enumerate(columns)}
    rows = tables.TABLES["signatures"].of(desk.campaign, False)
    list(rows.order_by("pk").annotate(**values).values_list("pk", *values)[: tables.CHUNK])


def claim(desk: Desk) -> None:
    from letters import draining

    draining.claim("confirmations", 50, "of-the-benchmark")


VERBS: dict[str, Deed] = {
    f"fold of {BATCH}": fold,
    "a form taken up": take_up,
    "export, first page": export,
    "claim of emails": claim,
    "healthz": lambda desk: desk.get("/healthz/"),
}
# What must be so before it is done, and is not measured.
BEFORE: dict[str, Deed] = {f"fold of {BATCH}": confirmed_this_moment}


def sweeper() -> dict[str, Deed]:
    """Its rounds, when nothing is due."""
    from campaigns import sweeping

    def deed(do: Callable[[], object]) -> Deed:
        return lambda desk: do()

    return {f"sweeper, {one.name}": deed(one.do) for one in (*sweeping.quick(), *sweeping.slow())}
