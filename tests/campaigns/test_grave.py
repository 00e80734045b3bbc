"""What cannot be taken back, and what takes people's data out of the house, asks again who one is."""

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns import grave
from campaigns.forms.organising.exports import ExportForm
from campaigns.forms.organising.keeping import RequestForm
from campaigns.forms.organising.password_again import PasswordAgainForm
from campaigns.models import Campaign, Membership, User
from tests.campaigns.factories import make_organisation
from tests.config.accounts import code_in, mail_to, sign_up
from tests.house import House, house, where_of, where_of_campaign  # noqa: F401
from tests.permissions import ORGANISATIONS, ORGANISERS

pytestmark = pytest.mark.django_db
AGAIN = "/organise/account/again/"
RECORDS = "account_authentication_methods"
# What looks as if it were one and is not: it can be had back, is one's own leave, or asks nobody's data.
NOT_GRAVE = {
    *("people_leave", "settings_logo_remove", "update_delete", "campaign_picture_remove", "facts_remove"),
    *("letters_variant_remove", "paper_remove", "signatories_add_remove", "export", "pack", "hand_in_bundle"),
}


def address(house: House, name: str) -> str:  # noqa: F811
    where = where_of_campaign(house, name, "owner") if name in ORGANISERS else where_of(house, name)
    return reverse(f"campaigns:{name}", kwargs=where)


def signed_in(house: House, minutes_ago: float) -> Client:  # noqa: F811
    client = house.client("owner")
    session = client.session
    session[RECORDS] = [proof | {"at": time.time() - minutes_ago * 60} for proof in session[RECORDS]]
    session.save()
    return client


@pytest.mark.parametrize("name", [*grave.DEEDS, *grave.FILES])
def test_a_grave_deed_asks_again_who_has_not_proved_it_lately(house: House, name: str) -> None:  # noqa: F811
    path, late, fresh = address(house, name), signed_in(house, 16), signed_in(house, 14)
    asked = late.get(path) if name in grave.FILES else late.post(path, {})
    assert asked.status_code == 302 and asked["Location"].startswith(AGAIN)
    assert Campaign.objects.count() == 2 and Membership.objects.count() == 6
    answered = fresh.get(path) if name in grave.FILES else fresh.post(path, {})
    assert not answered.headers.get("Location", "").startswith(AGAIN)


def test_whoever_has_just_signed_up_has_proved_who_they_are(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"  # which the test runner puts another in place of
    client = sign_up("alice@example.org")
    client.post("/organise/account/code/", {"code": code_in(mail_to("alice@example.org")[0])})
    alice = User.objects.get()
    group = make_organisation(slug="friends")
    Membership.objects.create(user=alice, organisation=group, role="owner")
    path = reverse("campaigns:people_invite", args=["friends"])
    answered = client.post(path, {"email": "bob@example.org", "role": "viewer"})
    assert answered["Location"].startswith("/organise/organisations/friends/people/")
    assert group.invitations.get().email == "bob@example.org"


def test_a_grave_form_asks_for_the_password_itself(house: House) -> None:  # noqa: F811
    page = house.client("owner").get(address(house, "exports")).content.decode()
    assert 'type="password"' in page and 'autocomplete="current-password"' in page
    assert issubclass(RequestForm, PasswordAgainForm) and issubclass(ExportForm, PasswordAgainForm)
    assert set(grave.IN_THEIR_FORM) == {"exports", "keeping_person", "operator_keeping_person"}


def test_the_deed_is_done_once_the_question_is_answered(house: House) -> None:  # noqa: F811
    late = signed_in(house, 16)
    viewer = house.campaign.organisation.memberships.get(role="viewer")
    path = reverse("campaigns:people_role", args=[house.campaign.organisation.slug, viewer.pk])
    asked = late.post(path, {"role": "editor"})
    assert Membership.objects.get(pk=viewer.pk).role == "viewer"
    wrong = late.post(asked["Location"], {"password": "not it"})
    assert wrong.status_code == 422 and Membership.objects.get(pk=viewer.pk).role == "viewer"
    late.post(asked["Location"], {"password": "correct horse battery"})
    assert Membership.objects.get(pk=viewer.pk).role == "editor"


def test_what_looks_grave_is_in_one_of_the_tables() -> None:
    words = ("delete", "remove", "transfer", "export", "pack", "bundle", "erase", "role", "leave")
    looks: set[Any] = {
        name for name in {*ORGANISERS, *ORGANISATIONS} if any(word in name.split("_") or name == word for word in words)
    }
    known = {*grave.DEEDS, *grave.FILES, *grave.IN_THEIR_FORM}
    assert looks - known <= NOT_GRAVE
