"""In which constituency a signature is counted, whether it is asked before or by the statement that writes it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns import accepting, areas, offering
from campaigns.models import Signature
from letters.models import Constituency, Legislature
from tests.letters.factories import make_constituency, make_legislature

from .factories import make_campaign, text_of
from .test_accepting import alice

pytestmark = pytest.mark.django_db


def commons() -> Legislature:
    """One postcode lies in a seat, one in two, one in a seat that was and one that is, and one in an older set."""
    legislature = make_legislature(boundary_set="2024")
    make_constituency(legislature, "LS14DY", "M11AA", name="Leeds")
    make_constituency(legislature, "M11AA", name="Salford")
    make_constituency(
        legislature, "B11AA", name="Birmingham as it was", valid_to=timezone.localdate() - timedelta(days=1)
    )
    make_constituency(legislature, "B11AA", name="Birmingham", valid_from=date(2020, 1, 1))
    make_constituency(legislature, "CF101AA", name="Cardiff", boundary_set="2010")
    make_constituency(make_legislature(boundary_set="2024"), "EH11AA", name="Edinburgh")
    return legislature


def senate() -> Legislature:
    """A seat lies in a region, which has a postcode of its own too."""
    legislature = make_legislature()
    region = make_constituency(legislature, "LS14DY", "M11AA", "B11AA", name="The North")
    make_constituency(legislature, "LS14DY", "M11AA", name="Leeds", part_of=region)
    make_constituency(legislature, "M11AA", name="Salford", part_of=region)
    return legislature


WHERE = [
    (commons, {"LS1 4DY": "Leeds", "M1 1AA": "", "B1 1AA": "Birmingham", "CF10 1AA": "", "EH1 1AA": "", "W1A 1AA": ""}),
    (senate, {"LS1 4DY": "Leeds", "M1 1AA": "", "B1 1AA": "The North", "W1A 1AA": ""}),
]


@pytest.mark.parametrize(("legislature", "expected"), WHERE)
def test_an_area_is_the_one_constituency_of_a_postcode(legislature: Any, expected: dict[str, str]) -> None:
    campaign = make_campaign(legislature=legislature())
    offer = offering.current(text_of(campaign))
    for number, (postcode, name) in enumerate(expected.items()):
        accepting.accept(offer, alice(email=f"a{number}@example.org", country="GB", postcode=postcode))
        written = Signature.objects.select_related("area").latest("pk")
        asked = areas.area_of(campaign, "GB", postcode)
        assert (written.area, written.public_place) == (asked, name), postcode
        assert (asked.name if asked else "") == name, postcode


def test_elsewhere_and_without_a_legislature_there_is_none() -> None:
    campaign = make_campaign(legislature=commons())
    accepting.accept(offering.current(text_of(campaign)), alice(country="FR", postcode="LS1 4DY"))
    of_none = make_campaign()
    accepting.accept(offering.current(text_of(of_none)), alice(country="GB", postcode="LS1 4DY"))
    assert [(row.area, row.public_place) for row in Signature.objects.all()] == [(None, "")] * 2
    assert areas.area_of(campaign, "FR", "LS1 4DY") is areas.area_of(of_none, "GB", "LS1 4DY") is None


def test_an_area_is_found_without_an_email_too() -> None:
    campaign = make_campaign(legislature=commons())
    accepting.accept(offering.current(text_of(campaign)), alice(country="GB", postcode="LS1 4DY"), mail=False)
    row = Signature.objects.get()
    assert (row.area, row.confirmation) == (Constituency.objects.get(name="Leeds"), None)


def test_who_is_not_shown_has_an_area_and_no_place_that_is_shown() -> None:
    campaign = make_campaign(legislature=commons())
    accepting.accept(offering.current(text_of(campaign)), alice(country="GB", postcode="LS1 4DY", display="none"))
    row = Signature.objects.get()
    assert (row.area, row.public_place) == (Constituency.objects.get(name="Leeds"), "")
