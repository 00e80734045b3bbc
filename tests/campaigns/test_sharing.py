"""Two people who share an address: each signs, confirms, withdraws and erases alone."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from campaigns import accepting, offering, own_data, posting, sharing, signing
from campaigns.models import Campaign, CampaignLetter, Signature
from campaigns.models.signature import SignatureQuerySet
from letters.models import OutgoingEmail
from tests.letters.posting import make_email

from .factories import (
    emails,
    links_in,
    make_campaign,
    make_campaign_letter,
    make_seat,
    make_signature,
    signing_form,
    subjects,
)

pytestmark = pytest.mark.django_db
CONFIRM, ALREADY, TAKEN = (
    "Confirm your signature",
    "You have already signed",
    "Two people have signed with this address",
)


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library")


def sign(client: Client, name: str, **fields: Any) -> tuple[int, str, bytes]:
    response = client.post("/library/sign/", signing_form(name=name, **fields))
    accepting.take_up()
    return response.status_code, response.headers.get("Location", ""), response.content


def standing() -> list[tuple[str, int, str]]:
    rows = Signature.objects.exclude(state="withdrawn").order_by("pk")
    return [(row.name, row.place, row.state) for row in rows]


def told() -> list[str]:
    return [subject.partition(":")[0] for subject in subjects()]


def test_two_people_sign_with_one_address_and_each_confirms_their_own(client: Client, campaign: Campaign) -> None:
    answers = {sign(client, "Alice Ahmed"), sign(client, "Bob Ahmed")}
    assert len(answers) == 1
    assert standing() == [("Alice Ahmed", 1, "pending"), ("Bob Ahmed", 2, "pending")]
    hers, his = emails()
    assert [one.values["name"] for one in (hers, his)] == ["Alice Ahmed", "Bob Ahmed"], "each is greeted by name"
    client.post(links_in(his)["confirm"])
    assert standing() == [("Alice Ahmed", 1, "pending"), ("Bob Ahmed", 2, "confirmed")]
    client.post(links_in(hers)["confirm"])
    assert [state for _name, _place, state in standing()] == ["confirmed", "confirmed"]


def test_a_third_name_sees_what_everybody_sees_and_is_told_by_email(client: Client, campaign: Campaign) -> None:
    answers = {sign(client, name) for name in ("Alice Ahmed", "Bob Ahmed", "Charlie Ahmed")}
    assert len(answers) == 1
    assert [name for name, *_ in standing()] == ["Alice Ahmed", "Bob Ahmed"]
    assert told() == [CONFIRM, CONFIRM, TAKEN]
    third = emails()[2]
    assert third.values["name"] == "Charlie Ahmed" and set(links_in(third)) == {"signature"}
    assert "Bob Ahmed" in client.get(links_in(third)["signature"]).content.decode()


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("Alice Ahmed", "alice AHMED"),
        ("Zoë  Müller", "zoe muller"),
        ("Rose O’Connell", "Rose O'Connell"),
        ("Jean-Luc Petit", "Jean Luc Petit"),
        ("Straße Weiß", "strasse weiss"),
        ("مُحَمَّد علي", "محمد علي"),
        ("∴", "∴"),
    ],
)
def test_a_name_is_the_same_whatever_its_case_accents_spaces_and_points(first: str, again: str) -> None:
    assert sharing.bare(first) == sharing.bare(again) != ""


@pytest.mark.parametrize("other", ["Alicia Ahmed", "Alice Ahmet", "Ahmed"])
def test_another_name_is_another_person(other: str) -> None:
    assert sharing.bare(other) != sharing.bare("Alice Ahmed")


def test_of_two_the_second_is_known_again_and_the_first_is_not_touched(client: Client, campaign: Campaign) -> None:
    sign(client, "Alice Ahmed")
    sign(client, "Bob Ahmed")
    Signature.objects.filter(place=2).update(state="confirmed")
    sign(client, "bob ahmed")
    sign(client, "ALICE Ahmed", display="none")
    assert told() == [CONFIRM, CONFIRM, ALREADY, CONFIRM]
    assert emails()[2].values["name"] == "Bob Ahmed"
    assert standing() == [("ALICE Ahmed", 1, "pending"), ("Bob Ahmed", 2, "confirmed")]


def test_who_withdraws_makes_room(client: Client, campaign: Campaign) -> None:
    for name in ("Alice Ahmed", "Bob Ahmed"):
        sign(client, name)
    signing.withdraw(Signature.objects.get(place=1))
    sign(client, "Charlie Ahmed")
    assert standing() == [("Bob Ahmed", 2, "pending"), ("Charlie Ahmed", 1, "pending")]


def test_one_struck_out_keeps_their_place_and_only_they_are_told(client: Client, campaign: Campaign) -> None:
    sign(client, "Alice Ahmed")
    Signature.objects.update(state="invalid")
    sign(client, "Alice Ahmed")
    sign(client, "Bob Ahmed")
    assert told() == [CONFIRM, "About your signature", CONFIRM]
    assert standing() == [("Alice Ahmed", 1, "invalid"), ("Bob Ahmed", 2, "pending")]


def test_who_was_entered_by_the_organisers_has_the_first_place(client: Client, campaign: Campaign) -> None:
    make_signature(campaign, name="Alice Ahmed", email="alice@example.org", origin="imported")
    sign(client, "Alice Ahmed")
    sign(client, "Bob Ahmed")
    assert told() == [ALREADY, CONFIRM]


def test_erasing_one_leaves_the_others_signature_mail_and_letters(client: Client, campaign: Campaign) -> None:
    sign(client, "Alice Ahmed")
    sign(client, "Bob Ahmed")
    alice, bob = Signature.objects.order_by("place")
    _, _, representative = make_seat("SW1A2AA")
    hers, his = (
        make_campaign_letter(campaign, representative, email="alice@example.org", signature=one) for one in (alice, bob)
    )
    unsigned = make_campaign_letter(campaign, representative, email="alice@example.org")
    unsigned.letter.sender_name = "BOB Ahmed"
    unsigned.letter.save()
    assert list(posting.letters_of(alice)) == [hers]
    signing.erase(alice)
    assert standing() == [("Bob Ahmed", 2, "pending")]
    [email] = OutgoingEmail.objects.exclude(to_address="")
    assert (email.values["name"], email.state) == ("Bob Ahmed", "queued")
    kept = CampaignLetter.objects.filter(anonymised_at__isnull=True)
    assert set(kept) == {his, unsigned}


def test_the_file_of_ones_data_names_no_email_of_the_other(client: Client, campaign: Campaign) -> None:
    sign(client, "Alice Ahmed")
    sign(client, "Bob Ahmed")
    sign(client, "bob AHMED")
    alice, bob = Signature.objects.order_by("place")
    _, _, representative = make_seat("SW1A2AA")
    letter = make_campaign_letter(campaign, representative, email="alice@example.org", signature=bob)
    letter.letter.sender_name = "Robert Ahmed"
    letter.letter.save()
    queued = {"kind": "letter", "letter": letter.letter, "to": "mp@example.org", "sender": campaign.organisation.sender}
    make_email(reply_to="alice@example.org", **queued)

    def named(one: Signature) -> list[str]:
        return [email["kind"] for email in own_data.of_signature(one)["emails"]]

    assert (named(alice), named(bob)) == (["confirmation"], ["confirmation", "confirmation", "letter"])


def test_three_forms_at_the_same_moment_find_their_places(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look is taken before the others have committed, until the constraint says so."""
    look = SignatureQuerySet.holding_the_place
    looks = iter([0, 1])  # how many of those who are there it sees, the first times

    def too_early(rows: SignatureQuerySet) -> SignatureQuerySet:
        seen = next(looks, None)
        return look(rows) if seen is None else look(rows).filter(place__lte=seen)

    for name in ("Alice Ahmed", "Bob Ahmed"):
        sign(client, name)
    monkeypatch.setattr(SignatureQuerySet, "holding_the_place", too_early)
    assert sign(client, "Charlie Ahmed")[0] == 303
    assert told() == [CONFIRM, CONFIRM, TAKEN] and next(looks, None) is None


def test_what_is_wrong_with_the_database_itself_is_not_tried_for_ever(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def broken(*_: Any) -> None:
        tried.append(1)
        raise IntegrityError

    monkeypatch.setattr(signing, "_sign", broken)
    with pytest.raises(IntegrityError):
        signing.sign(offering.current(campaign.texts.get()), None)  # type: ignore[arg-type]
    assert len(tried) == 3
