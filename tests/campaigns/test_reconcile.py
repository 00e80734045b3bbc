import io

import pytest
from django.core.management import call_command

from campaigns import counting
from campaigns.models import AreaCount, Campaign, Signature

from .factories import make_campaign, make_seat, make_signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    """Seven signatures, one in every state and two more that count, one of them imported, all folded."""
    campaign = make_campaign(slug="library")
    _, area, _ = make_seat()
    for state in Signature.State.values:
        make_signature(campaign, state=state, area=area)
    make_signature(campaign, area=area)
    make_signature(campaign, origin="imported")
    counting.fold_all()
    return campaign


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("reconcile", *arguments, stdout=out)
    return out.getvalue()


def test_right_books_agree(campaign: Campaign) -> None:
    assert said() == (
        "library: 7 = 1 pending + 3 confirmed + 1 withdrawn + 1 suspect + 1 invalid; "
        "by origin: 1 imported, 6 online\n"
        "  the page says 3; waiting for the fold: 0\n"
        "  on paper: 0\n"
    )


def test_every_signature_is_in_one_state_and_of_one_origin(campaign: Campaign) -> None:
    books = counting.reconcile(campaign)
    assert sum(books.by_state.values()) == sum(books.by_origin.values()) == Signature.objects.count()
    assert books.by_state["confirmed"] == books.campaign.signature_count


def test_what_waits_for_the_fold_is_no_mistake(campaign: Campaign) -> None:
    make_signature(campaign)
    books = counting.reconcile(campaign)
    assert (books.problems, books.waiting) == ([], 1)


def test_a_wrong_count_is_found_said_and_fails(campaign: Campaign) -> None:
    Campaign.objects.update(signature_count=5)
    with pytest.raises(SystemExit) as ended:
        said()
    assert ended.value.code == 1
    assert counting.reconcile(campaign).problems == ["the count says 5, the counted signatures are 3"]


def test_a_wrong_area_is_found(campaign: Campaign) -> None:
    AreaCount.objects.update(count=9)
    assert counting.reconcile(campaign).problems == ["the counts of 1 areas are wrong"]
    AreaCount.objects.all().delete()
    assert counting.reconcile(campaign).problems == ["the counts of 1 areas are wrong"]


def test_a_deleted_signature_is_found(campaign: Campaign) -> None:
    Signature.objects.filter(counted=True, area=None).delete()
    assert counting.reconcile(campaign).problems[0] == "the count says 3, the counted signatures are 2"


def test_an_email_that_is_gone_is_found_and_no_longer_named(campaign: Campaign) -> None:
    row = Signature.objects.filter(counted=True).latest("pk")
    Signature.objects.filter(pk=row.pk).update(confirmation_id=4711)
    assert counting.reconcile(campaign).problems == ["an email is not there that a signature names: 1"]
    assert "written anew" in said("--repair")
    assert counting.reconcile(campaign).problems == []
    assert Signature.objects.get(pk=row.pk).confirmation_id is None


def test_looking_repairs_nothing(campaign: Campaign) -> None:
    Campaign.objects.update(signature_count=5)
    counting.reconcile(campaign)
    assert Campaign.objects.get().signature_count == 5


def test_repairing_writes_the_books_anew(campaign: Campaign) -> None:
    Campaign.objects.update(signature_count=5)
    AreaCount.objects.update(count=9)
    assert "written anew" in said("--repair")
    assert counting.reconcile(campaign).problems == []
    assert Campaign.objects.get().signature_count == 3
    assert AreaCount.objects.get().count == 2


def test_only_the_campaigns_that_are_named_are_looked_at(campaign: Campaign) -> None:
    make_campaign(slug="swimming-pool")
    assert "library" not in said("swimming-pool")
    assert "swimming-pool" not in said("library")
