"""What organisers see of each representative."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import merging, posting, representatives
from campaigns.models import Campaign, CampaignLetter, HandIn, LetterVariant
from letters import outbox
from letters.models import Legislature, Representative, Suppression
from letters.models.directory import Dissolution
from letters.models.post import State
from tests.campaigns.factories import make_campaign, make_organisation, make_user
from tests.campaigns.letters_kept import SENT, goes, letters_out, written
from tests.letters.factories import make_constituency, make_legislature, make_representative

pytestmark = pytest.mark.django_db


@pytest.fixture
def legislature() -> Legislature:
    return make_legislature(name="House of Commons")


@pytest.fixture
def campaign(legislature: Legislature) -> Campaign:
    return make_campaign(slug="library", legislature=legislature, organisation=make_organisation(slug="friends"))


@pytest.fixture
def organiser(client: Client, campaign: Campaign) -> Client:
    client.force_login(make_user("alice@example.com", campaign.organisation, "viewer"))
    return client


def member(legislature: Legislature, name: str, **fields: Any) -> Representative:
    return make_representative(make_constituency(legislature), name=name, **fields)


def line(campaign: Campaign, name: str) -> representatives.Line:
    [found] = [line for line in representatives.lines(campaign) if line.name == name]
    return found


def confirmed(campaign: Campaign, to: Representative, name: str = "alice", **fields: Any) -> CampaignLetter:
    kept = written(campaign, to, email=f"{name}@example.org", name=name, **fields)
    assert [fate.problem for fate in posting.confirm(kept)] == [""]
    return kept


def test_every_letter_is_counted_by_what_became_of_it(campaign: Campaign, legislature: Legislature) -> None:
    imogen = member(legislature, "Imogen Yarborough")
    for name, states in (("a", SENT), ("b", (*SENT, State.BOUNCED)), ("c", ())):
        confirmed(campaign, imogen, name)
        goes(letters_out()[-1], *states)
    for name in ("d", "e"):
        confirmed(campaign, imogen, name, to_merge=True)
    merging.all_now()
    goes(letters_out()[-1], *SENT)
    confirmed(campaign, imogen, "f", by_hand=True)
    confirmed(campaign, imogen, "g", by_hand=True)
    CampaignLetter.objects.filter(letter__representative=imogen, by_hand=True).update(handed_over_at=timezone.now())
    written(campaign, imogen, email="h@example.org")
    rows = CampaignLetter.objects.order_by("pk")
    rows.filter(pk=rows[0].pk).update(answer="yes", asked_at=timezone.now(), printed_at=timezone.now())
    rows.filter(pk=rows[3].pk).update(answer="no", asked_at=timezone.now(), anonymised_at=timezone.now())
    numbers = line(campaign, "Imogen Yarborough").numbers
    assert {name: numbers[name] for name in representatives.NUMBERS} == {
        **{"letters": 7, "emailed": 3, "in_one": 2, "on_paper": 2, "printed": 1, "accepted": 3, "handed": 2},
        **{"bounced": 1, "asked": 2, "yes": 1, "no": 1},
    }


def test_letters_through_another_campaign_are_not_counted(campaign: Campaign, legislature: Legislature) -> None:
    imogen = member(legislature, "Imogen Yarborough")
    confirmed(make_campaign(slug="other", legislature=legislature), imogen)
    assert line(campaign, "Imogen Yarborough").numbers["letters"] == 0


def test_whom_nobody_can_write_to_has_the_reason_beside_the_name(
    organiser: Client, campaign: Campaign, legislature: Legislature
) -> None:
    silent = member(legislature, "Silent Post", email="")
    excluded, redirected = member(legislature, "Agrees Already"), member(legislature, "Send On")
    instead = member(legislature, "Stands In")
    bounced, paper, left = (
        member(legislature, "Came Back"),
        member(legislature, "On Paper"),
        member(legislature, "Has Left"),
    )
    confirmed(campaign, left)
    Representative.objects.filter(pk=left.pk).update(valid_to=timezone.localdate())
    words = {"en": {"reason": "She said yes."}}
    variants = LetterVariant.objects
    variants.create(campaign=campaign, number=1, representative=excluded, deed="nobody", words=words)
    variants.create(campaign=campaign, number=2, representative=redirected, deed="else", instead=instead)
    outbox.suppress(bounced.email, Suppression.Reason.BOUNCED)
    HandIn.objects.create(campaign=campaign, representative=paper)
    expected = {
        silent: "no email address is known",
        excluded: "not written to, as you decided (She said yes.)",
        redirected: "Stands In is written to instead",
        bounced: "mail to their address came back",
        paper: "letters are handed in on paper",
        left: "no longer in office",
    }
    for one, why in expected.items():
        assert why in " ".join(line(campaign, one.name).why)
    assert line(campaign, "Stands In").why == [] and not line(campaign, "On Paper").unreachable
    page = organiser.get("/organise/campaigns/library/representatives/?only=unreachable").content.decode()
    assert all(one.name in page for one in (silent, excluded, redirected, bounced, left))
    assert "On Paper" not in page


def test_who_is_no_longer_in_the_directory_keeps_their_letters(campaign: Campaign, legislature: Legislature) -> None:
    imogen = member(legislature, "Imogen Yarborough")
    confirmed(campaign, imogen)
    imogen.delete()
    gone = line(campaign, "Imogen Yarborough")
    assert gone.numbers["letters"] == 1 and gone.why == ["no longer in the directory"]


def test_vacant_seats_and_dissolutions_are_told(
    organiser: Client, campaign: Campaign, legislature: Legislature
) -> None:
    member(legislature, "Imogen Yarborough")
    region = make_constituency(legislature, name="The Whole North")
    empty = make_constituency(legislature, name="Emptytown", part_of=region)
    Representative.objects.create(
        legislature=legislature, constituency=empty, name="Gone", valid_to=timezone.localdate() - timedelta(days=3)
    )
    page = organiser.get("/organise/campaigns/library/representatives/").content.decode()
    assert "1 seat is vacant" in page and "Emptytown" in page and "The Whole North" not in page
    Dissolution.objects.create(legislature=legislature, valid_from=timezone.localdate())
    page = organiser.get("/organise/campaigns/library/representatives/").content.decode()
    assert "Dissolved since" in page and "Imogen" not in page


def test_the_members_of_further_legislatures_and_lists_are_there(campaign: Campaign) -> None:
    lords = make_legislature(name="Lords", kind="list")
    Representative.objects.create(legislature=lords, name="Lady Quarmby")
    campaign.also_to.add(lords)
    assert line(campaign, "Lady Quarmby").why


def test_one_can_search_and_turn_pages(organiser: Client, campaign: Campaign, legislature: Legislature) -> None:
    seat = make_constituency(legislature, name="Northtown South")
    Representative.objects.bulk_create(
        Representative(legislature=legislature, constituency=seat, name=f"Member {n:03}", party="Green")
        for n in range(60)
    )
    imogen = make_representative(seat, name="Imogen Yarborough", party="Blue")
    confirmed(campaign, imogen)
    page = organiser.get("/organise/campaigns/library/representatives/").content.decode()
    assert page.index("Imogen Yarborough") < page.index("Member 000"), "most letters first"
    assert "Member 048" in page and "Member 049" not in page and "page=2" in page
    assert "Member 049" in organiser.get("/organise/campaigns/library/representatives/?page=2").content.decode()
    page = organiser.get("/organise/campaigns/library/representatives/?q=northtown+BLUE").content.decode()
    assert "Imogen Yarborough" in page and "Member 000" not in page
    assert (
        "Nobody fits that"
        in organiser.get("/organise/campaigns/library/representatives/?q=%00zzz&page=x").content.decode()
    )


def test_the_page_has_a_chart_and_the_same_as_a_table(
    organiser: Client, campaign: Campaign, legislature: Legislature
) -> None:
    imogen, _unwritten = member(legislature, "Imogen Yarborough"), member(legislature, "Wallace Quarmby")
    confirmed(campaign, imogen)
    page = organiser.get("/organise/campaigns/library/representatives/").content.decode()
    confirmed(campaign, imogen, "bob", to_merge=True)
    assert "Waiting to be merged: 1." in organiser.get("/organise/campaigns/library/representatives/").content.decode()
    assert page.count("<svg") == 1 and 'width="100.0"' in page and "<table" in page
    assert page.count("Wallace Quarmby") == 1, "no bar for nothing, only a line of the table"


@pytest.mark.parametrize("many", [1, 40])
def test_it_asks_the_database_as_often_for_many_as_for_one(
    organiser: Client, campaign: Campaign, legislature: Legislature, many: int, django_assert_num_queries: Any
) -> None:
    for number in range(many):
        one = member(legislature, f"Member {number}")
        confirmed(campaign, one, f"a{number}")
    LetterVariant.objects.create(campaign=campaign, number=1, representative=one, deed="nobody")
    with django_assert_num_queries(16):
        assert organiser.get("/organise/campaigns/library/representatives/").status_code == 200


def test_a_stranger_sees_nothing(client: Client, campaign: Campaign) -> None:
    client.force_login(make_user("charlie@example.com", make_organisation(slug="others"), "owner"))
    assert client.get("/organise/campaigns/library/representatives/").status_code == 404
