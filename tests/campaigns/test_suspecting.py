"""What is held back, why, and that nobody who sends it can tell."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import accepting, counting, networks, retention, signing, suspecting
from campaigns.models import Campaign, Signature
from campaigns.suspecting import Sent, held_for, is_disposable, seconds_between

from .factories import emails, links_in, make_campaign, make_signature, signing_form, subjects

pytestmark = pytest.mark.django_db
HONEST = Sent(trap="", seconds=None, domain="example.org")


@pytest.fixture
def campaign(settings: Settings) -> Campaign:
    settings.SIGN_SECONDS_AT_LEAST = 2
    return make_campaign(slug="library")


def sign(client: Client, **fields: Any) -> tuple[int, str, bytes]:
    response = client.post("/library/sign/", signing_form(**fields))
    accepting.take_up()
    return response.status_code, response.headers.get("Location", ""), response.content


SUSPECT = {
    "honeypot": {"leave_empty": "https://spam.example.org"},
    "too_fast": {"took": "0.4"},
    "disposable": {"email": "alice@mailinator.com"},
}


@pytest.mark.parametrize("why", SUSPECT)
def test_what_is_suspect_is_stored_asked_to_confirm_and_not_counted(
    client: Client, campaign: Campaign, why: str
) -> None:
    as_everybody = sign(client, email="bob@example.org")
    assert sign(client, **SUSPECT[why]) == as_everybody
    signature = Signature.objects.get(state="suspect")
    assert (signature.held_for, signature.name) == (why, "Alice Ahmed")
    ours, theirs = emails()
    assert (ours.kind, ours.message) == (theirs.kind, theirs.message) and links_in(theirs).keys() == links_in(
        ours
    ).keys()
    client.post(links_in(theirs)["confirm"])
    signature.refresh_from_db()
    assert (signature.state, signature.confirmed_at is None) == ("suspect", False)
    counting.fold_all()
    assert Campaign.objects.get().signature_count == 0


def test_every_page_and_file_of_one_held_back_is_that_of_one_that_is_not(client: Client, campaign: Campaign) -> None:
    sign(client, leave_empty="x")
    [email] = emails()
    links = links_in(email)

    def seen() -> list[tuple[int, bytes]]:
        found = [
            client.get(links["confirm"]),
            client.get(links["signature"]),
            client.get(links["signature"] + "data.json"),
        ]
        return [(one.status_code, re.sub(rb"(signature|write)/[^/\"]+/", b"", one.content)) for one in found]

    def as_anybody() -> list[tuple[int, bytes]]:
        Signature.objects.update(state="confirmed" if Signature.objects.get().confirmed_at else "pending")
        return seen()

    waiting = seen()
    assert as_anybody() == waiting
    Signature.objects.update(state="suspect")
    client.post(links["confirm"])
    confirmed = seen()
    assert as_anybody() == confirmed != waiting
    assert b"held" not in b"".join(page for _status, page in confirmed)


def test_one_held_back_that_seems_confirmed_signs_again_like_one_that_is(client: Client, campaign: Campaign) -> None:
    for email, state in (("alice@example.org", "suspect"), ("bob@example.org", "confirmed")):
        make_signature(campaign, name="Alice Ahmed", email=email, state=state, held_for="too_fast")
        sign(client, email=email)
    assert len(set(subjects())) == 1 and "already signed" in subjects()[0]


@pytest.mark.parametrize("more", [{"leave_empty": "x"}, {}])
def test_only_the_first_press_comes_before_the_limit_held_back_or_not(
    client: Client, campaign: Campaign, more: dict[str, str]
) -> None:
    sign(client, **more)
    signature = Signature.objects.get()
    pressed = [signing.confirm_as_seen(signature.uuid, signature.content_digest()) for _ in range(3)]
    assert pressed == [True, False, False]
    assert Signature.objects.get().seen_state == "confirmed"


def test_one_held_back_is_reminded_like_any_other(client: Client, campaign: Campaign) -> None:
    for email, more in (("alice@example.org", {"leave_empty": "x"}), ("bob@example.org", {})):
        sign(client, email=email, **more)
    Signature.objects.update(consent_at=timezone.now() - timedelta(days=1, minutes=1))
    assert signing.remind_the_unconfirmed() == 2 and signing.remind_the_unconfirmed() == 0


def test_one_held_back_that_is_never_confirmed_is_deleted_in_the_end(campaign: Campaign, settings: Settings) -> None:
    make_signature(campaign, state="suspect", confirmed_at=None)
    kept = make_signature(campaign, state="suspect")
    retention.anonymise_expired(timezone.now() + timedelta(days=settings.PENDING_SIGNATURE_DAYS + 1))
    assert list(Signature.objects.all()) == [kept]


def test_a_machine_that_knows_an_address_cannot_have_its_signature_held_back(
    client: Client, campaign: Campaign
) -> None:
    sign(client, reason="My own words.")
    sign(client, reason="Not mine.", leave_empty="x")
    signature = Signature.objects.get()
    assert (signature.state, signature.held_for, signature.reason) == ("pending", "", "My own words.")
    assert len(emails()) == 2, "and whoever sent it sees an email go out, as ever"


def test_an_honest_form_takes_the_place_of_one_that_was_held_back(client: Client, campaign: Campaign) -> None:
    sign(client, leave_empty="x")
    sign(client)
    signature = Signature.objects.get()
    assert (signature.state, signature.held_for, signature.confirmations_sent) == ("pending", "", 2)


def test_who_fills_the_form_in_a_while_after_it_was_opened_is_nobodys_suspect(
    client: Client, campaign: Campaign
) -> None:
    page = client.get("/library/sign/").content.decode()
    found = re.search(r'name="opened" value="(\d+)"', page)
    assert found and abs(int(found[1]) - time.time()) < 30
    sign(client, opened=found[1], email="bob@example.org")
    sign(client, opened=str(int(found[1]) - 60), took="41.2")
    assert list(Signature.objects.order_by("pk").values_list("held_for", flat=True)) == ["too_fast", ""]


def test_the_page_that_is_the_same_for_everybody_carries_no_hour(client: Client, campaign: Campaign) -> None:
    assert 'name="opened" value=""' in client.get("/library/").content.decode()


def test_a_form_that_comes_back_with_an_error_is_not_timed_again(client: Client, campaign: Campaign) -> None:
    page = client.post("/library/sign/", signing_form(consent=None)).content.decode()
    assert 'name="opened"' not in page and "data-took" not in page


@pytest.mark.parametrize(
    ("opened", "took", "seconds"),
    [
        ("", "", None),
        ("1000", "", 5),
        ("", "3.5", 3.5),
        ("1000", "3.5", 3.5),
        ("1000", "60", 5),
        ("2000", "", None),  # a clock that is ahead of ours
        ("0", "", 1005),
        ("1", "9999999", 1004),
        ("-1", "-1", None),
        ("1e3", "1e3", None),
        ("nan", "inf", None),
        ("٣", "٣", None),
        ("9" * 400, "9" * 400, None),
        (".", "", None),
    ],
)
def test_a_time_that_makes_no_sense_is_none(opened: str, took: str, seconds: float | None) -> None:
    assert seconds_between(opened, took, now=1005.0) == seconds


@pytest.mark.parametrize(
    ("domain", "held"),
    [
        ("mailinator.com", True),
        ("mail.mailinator.com", True),
        ("mailinator.com.example", False),
        ("example.org", False),
        ("gmail.com", False),
        ("com", False),
        ("", False),
        *(
            (domain, False)
            for domain in ("duck.com", "mozmail.com", "privaterelay.appleid.com", "anonaddy.me", "passmail.net")
        ),
    ],
)
def test_a_disposable_domain_is_one_or_lies_under_one_and_forwarding_is_none(domain: str, held: bool) -> None:
    assert is_disposable(domain) is held


def test_an_operator_adds_a_domain_spares_one_and_switches_the_rule_off(settings: Settings) -> None:
    settings.DISPOSABLE_DOMAINS, settings.NOT_DISPOSABLE_DOMAINS = {"throwaway.example"}, {"mailinator.com"}
    assert is_disposable("a.throwaway.example") and not is_disposable("x.mailinator.com")
    settings.HOLD_DISPOSABLE = False
    assert not is_disposable("throwaway.example")


def test_the_rules_are_data_with_a_reason_each_and_hold_back_nobody_honest() -> None:
    assert held_for(HONEST) == ""
    assert [rule.held_for.value for rule in suspecting.RULES] == [one for one in Signature.HeldFor.values if one]
    assert all(len(rule.why) > 40 for rule in suspecting.RULES)


def test_bursts_can_be_seen_in_one_campaign_and_nobody_be_followed_to_another(
    client: Client, campaign: Campaign
) -> None:
    make_campaign(slug="swimming-pool")
    for path, email in (
        ("library", "a@firm.example"),
        ("library", "b@firm.example"),
        ("swimming-pool", "a@firm.example"),
    ):
        client.post(f"/{path}/sign/", signing_form(email=email), REMOTE_ADDR="192.0.2.7")
    here, too, there = Signature.objects.order_by("pk").values_list("network_key", "domain_key")
    assert here == too and len({*here, *there}) == 4 and all(len(key) == 16 for key in here)


def test_a_network_nobody_knows_has_no_key(client: Client, campaign: Campaign) -> None:
    client.post("/library/sign/", signing_form(), REMOTE_ADDR="")
    assert Signature.objects.get().network_key == ""


def test_networks_are_forgotten_after_their_days_also_of_who_signs_again(
    client: Client, campaign: Campaign, settings: Settings
) -> None:
    def given(days_ago: float, **fields: Any) -> Signature:
        signature = make_signature(campaign, network_key="0123456789abcdef", domain_key="fedcba9876543210", **fields)
        Signature.objects.filter(pk=signature.pk).update(created_at=timezone.now() - timedelta(days=days_ago))
        return signature

    old, lately = given(settings.NETWORK_KEPT_DAYS + 0.1), given(settings.NETWORK_KEPT_DAYS - 0.1)
    assert networks.forget_old() == 1 and networks.forget_old() == 0
    kept = dict(Signature.objects.values_list("pk", "network_key"))
    assert kept == {old.pk: "", lately.pk: "0123456789abcdef"}
    assert Signature.objects.get(pk=old.pk).domain_key, "a domain is kept as long as the address it is of"
    again = given(20, name="Alice Ahmed", email="alice@example.org", state="pending", confirmed_at=None)
    Signature.objects.filter(pk=again.pk).update(network_key="")
    sign(client)
    again.refresh_from_db()
    assert (again.confirmations_sent, again.network_key) == (1, "")
    assert networks.forget_old(timezone.now() + timedelta(days=1)) == 1


def test_many_networks_are_forgotten_batch_by_batch(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "BATCH", 2)
    for _ in range(5):
        make_signature(campaign, network_key="0123456789abcdef")
    assert networks.forget_old(timezone.now() + timedelta(days=365)) == 5
    assert not Signature.objects.exclude(network_key="").exists()
