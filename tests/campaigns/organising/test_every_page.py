"""Every page of the workspace asks the database as often for 300 signatures as for 10. The walk of the benchmark finds
the pages, so that a new one is held to it by itself."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.dashboard import addresses
from campaigns import counting
from campaigns.models import Campaign
from letters.models import Constituency
from tests.campaigns.factories import make_campaign, make_organisation, make_seat, make_signature, make_user
from tests.letters.factories import make_constituency

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    legislature, seat, _member = make_seat()
    make_constituency(legislature, "LS14DY", name="Leeds Central")
    organisation = make_organisation()
    make_user("alice@example.org", organisation, "owner")
    return make_campaign(slug="library", organisation=organisation, legislature=legislature, arabic=True)


def sign(campaign: Campaign, number: int) -> None:
    """In every state, from both places, by four ways, with a reason each; folded."""
    areas = list(Constituency.objects.all())
    for each in range(number):
        make_signature(
            campaign,
            state=("confirmed", "confirmed", "pending", "withdrawn", "suspect", "invalid")[each % 6],
            area=areas[each % len(areas)],
            came_from=("", "poster", "newsletter", "example.org")[each % 4],
            reason="We need it.",
        )
    counting.fold_all()


def asked(client: Client, address: str) -> tuple[int, list[str]]:
    """The status, and what was asked of the database; once before, so that nothing is asked for the first time."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
        if response.streaming:
            b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return response.status_code, [query["sql"] for query in queries]


def test_every_page_asks_as_much_of_300_signatures_as_of_10(campaign: Campaign, client: Client) -> None:
    client.force_login(campaign.organisation.memberships.get().user)
    sign(campaign, 10)
    few = {name: asked(client, address) for name, address in addresses(campaign).items()}
    looked_at = {name for name, (status, _queries) in few.items() if status == 200}
    assert {"workspace", "campaign", "numbers", "numbers_now", "representatives", "post_room"} <= looked_at
    sign(campaign, 290)
    many = {name: asked(client, address) for name, address in addresses(campaign).items()}
    grown = {
        name: (len(few[name][1]), len(many[name][1]), many[name][1][-3:])
        for name in looked_at
        if len(few[name][1]) != len(many[name][1]) or many[name][0] != 200
    }
    assert grown == {}
