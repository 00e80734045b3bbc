import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import accepting, counting, signing
from campaigns.models import Campaign, Signature
from config import links, ratelimit

from .factories import emails, links_in, make_campaign, make_signature, signing_form, subjects

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library")


@pytest.fixture
def link(client: Client, campaign: Campaign) -> str:
    """The path in the email that Alice got."""
    client.post("/library/sign/", signing_form())
    return links_in(emails()[0])["confirm"]


def without_links(response: Any) -> str:
    """The page without what is signed into its links, which is another every second."""
    page: str = re.sub(r"/(signature|write)/[\w-]+\.[\w.-]+/", "", response.content.decode())
    return page


def state() -> str:
    return Signature.objects.get().state


def test_a_mail_scanner_does_not_confirm(client: Client, link: str) -> None:
    for request in (client.get, client.head, client.options, client.get):
        assert request(link).status_code == 200
    assert state() == "pending"


def test_the_link_shows_who_one_will_be_and_one_button(client: Client, link: str) -> None:
    page = client.get(link).content.decode()
    assert "Alice Ahmed" in page
    assert len(re.findall(r"<button", page)) == 1 and 'method="post"' in page


def test_pressing_the_button_confirms(client: Client, link: str) -> None:
    response = client.post(link, follow=True)
    assert response.status_code == 200
    assert "Your signature counts" in response.content.decode()
    signature = Signature.objects.get()
    assert signature.state == "confirmed" and signature.confirmed_at is not None


def test_pressing_it_twice_confirms_once_and_shows_the_same_page(client: Client, link: str) -> None:
    first = client.post(link, follow=True)
    confirmed_at = Signature.objects.get().confirmed_at
    second = client.post(link, follow=True)
    assert second.status_code == first.status_code == 200
    assert without_links(second) == without_links(first)
    assert Signature.objects.get().confirmed_at == confirmed_at
    counting.fold_all()
    assert client.get("/library/count.json").json()["count"] == 1


def test_opening_the_link_again_later_shows_the_same_page(client: Client, link: str) -> None:
    assert without_links(client.post(link, follow=True)) == without_links(client.get(link))


def test_no_counter_is_touched_by_confirming(client: Client, link: str) -> None:
    client.post(link)
    assert Campaign.objects.get().signature_count == 0, "that is the fold's deed alone"


def test_confirming_is_one_update_of_ones_own_row(campaign: Campaign, django_assert_num_queries: Any) -> None:
    signature = make_signature(campaign, state="pending")
    with django_assert_num_queries(5) as queries:
        assert signing.confirm(signature)
    statements = [query["sql"] for query in queries if query["sql"].split()[0] in ("UPDATE", "INSERT", "DELETE")]
    assert len(statements) == 1 and statements[0].startswith('UPDATE "campaigns_signature"')


def test_after_confirming_one_may_share_write_and_see_ones_place(client: Client, link: str) -> None:
    page = client.post(link, follow=True).content.decode()
    place = re.search(r'href="(/library/signatures/(?:\?before=\d+)?)#(s\d+)"', page)
    assert place and f'id="{place[2]}"' in client.get(place[1]).content.decode()
    mine = re.search(r'href="(/signature/[^"]+)"', page)
    assert mine and client.get(mine[1]).status_code == 200
    assert "http%3A%2F%2Ftestserver%2Flibrary%2F" in page


@pytest.mark.parametrize("junk", ["x", "a.b.c", "%00", "%F0%9F%98%80", "a" * 3000, "..%2F..%2Fetc"])
def test_a_tampered_link_is_refused_in_words(client: Client, link: str, junk: str) -> None:
    changed = link.split("/")[2]
    for path in (f"/confirm/{junk}/", f"/confirm/{changed[:-1]}{'A' if changed[-1] != 'A' else 'B'}/"):
        for request in (client.get, client.post):
            assert request(path).status_code == 404
    assert "This link does not work" in client.get("/confirm/x/").content.decode()
    assert state() == "pending"


def test_a_link_for_one_purpose_does_not_serve_another(client: Client, link: str) -> None:
    mine = links_in(emails()[0])["signature"]
    token, mine_token = link.split("/")[2], mine.split("/")[2]
    for path in (f"/confirm/{mine_token}/", f"/signature/{token}/", f"/letter/confirm/{token}/", f"/letter/{token}/"):
        assert client.post(path).status_code == 404
    assert client.get(f"/signature/{token}/data.json").status_code == 404
    assert state() == "pending"


def test_a_link_of_a_signature_that_is_gone_says_so(client: Client, link: str) -> None:
    Signature.objects.all().delete()
    for response in (client.get(link), client.post(link), client.post(link, {"resend": "1"})):
        assert response.status_code == 410
        assert "Nothing is kept here any more" in response.content.decode()
    assert len(emails()) == 1


def test_what_was_sent_again_meanwhile_is_shown_before_it_can_be_confirmed(client: Client, link: str) -> None:
    """Somebody else's form, with Alice's address, must not be confirmed by the page that showed Alice's own."""

    def seen() -> str:
        found = re.search(r'name="seen" value="([^"]+)"', client.get(link).content.decode())
        assert found
        return found[1]

    mine = seen()
    client.post("/library/sign/", signing_form(reason="Words that Alice never wrote."))
    accepting.take_up()
    response = client.post(link, {"seen": mine})
    assert response.status_code == 409
    assert "Words that Alice never wrote." in response.content.decode()
    assert state() == "pending"
    assert client.post(link, {"seen": seen()}).status_code == 303
    assert state() == "confirmed"


def test_the_page_shows_all_that_confirming_makes_public(client: Client, link: str) -> None:
    client.post("/library/sign/", signing_form(reason="I learned to read there.", affiliation="Nurse", updates="on"))
    accepting.take_up()
    page = client.get(link).content.decode()
    for shown in ("I learned to read there.", "Nurse", "You asked for news"):
        assert shown in page


def test_an_expired_link_says_so_and_confirms_nothing(client: Client, link: str, settings: Settings) -> None:
    settings.CONFIRMATION_LINK_AGE = timedelta(seconds=-1)
    for response in (client.get(link), client.post(link)):
        assert response.status_code == 410
        assert "This link is too old" in response.content.decode()
    assert state() == "pending"


def test_an_expired_link_offers_a_new_one(client: Client, link: str, settings: Settings) -> None:
    settings.CONFIRMATION_LINK_AGE = timedelta(seconds=-1)
    assert 'name="resend"' in client.get(link).content.decode()
    assert client.post(link, {"resend": "1"}).status_code == 200
    assert len(emails()) == 2
    settings.CONFIRMATION_LINK_AGE = timedelta(days=30)
    client.post(links_in(emails()[1])["confirm"])
    assert state() == "confirmed"


def test_an_expired_link_of_a_confirmed_signature_still_thanks(client: Client, link: str, settings: Settings) -> None:
    client.post(link)
    settings.CONFIRMATION_LINK_AGE = timedelta(seconds=-1)
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("how", ["withdrawn", "invalid"])
def test_a_used_link_revives_nothing(client: Client, link: str, how: str) -> None:
    Signature.objects.update(state=how)
    for response in (client.get(link), client.post(link), client.post(link, {"resend": "1"})):
        assert response.status_code == 410
    assert state() == how
    assert len(emails()) == 1


def test_one_held_back_looks_confirmed_and_is_not(client: Client, link: str) -> None:
    Signature.objects.update(state="suspect")
    assert "Your signature counts" in client.post(link, follow=True).content.decode()
    assert "Your signature counts" in client.get(link).content.decode()
    assert state() == "suspect"
    assert counting.fold_all() == 0


def test_a_campaign_that_closed_meanwhile_takes_no_confirmation(client: Client, link: str) -> None:
    Campaign.objects.update(state="closed")
    for response in (client.get(link), client.post(link)):
        assert response.status_code == 409
        assert "closed before you confirmed" in response.content.decode()
    assert state() == "pending"


def test_a_closed_campaign_asks_nobody_to_confirm_again(client: Client, link: str, settings: Settings) -> None:
    Campaign.objects.update(state="closed")
    settings.CONFIRMATION_LINK_AGE = timedelta(seconds=-1)
    client.post(link, {"resend": "1"})
    assert len(emails()) == 1


def test_resending_is_capped_for_an_address(client: Client, link: str) -> None:
    limit = ratelimit.LIMITS["resend_email"].count
    answers = [client.post(link, {"resend": "1"}) for _ in range(limit + 1)]
    assert [response.status_code for response in answers] == [200] * limit + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert len(emails()) == 1 + limit


def test_when_resending_has_an_end_the_page_says_so(client: Client, link: str) -> None:
    Signature.objects.update(confirmations_sent=signing.MOST_CONFIRMATIONS)
    response = client.post(link, {"resend": "1"})
    assert response.status_code == 409
    assert "often enough" in response.content.decode()
    assert len(emails()) == 1


def test_one_reminder_comes_after_a_day(client: Client, link: str) -> None:
    assert signing.remind_the_unconfirmed() == 0
    Signature.objects.update(consent_at=timezone.now() - timedelta(days=1, minutes=1))
    assert signing.remind_the_unconfirmed() == 1
    assert signing.remind_the_unconfirmed() == 0, "one is enough"
    assert subjects()[1] == "Your signature still waits: Keep the library open"
    client.post(links_in(emails()[1])["confirm"])
    assert state() == "confirmed"


@pytest.mark.parametrize(
    ("of_signature", "of_campaign"),
    [({"state": "confirmed"}, {}), ({"state": "withdrawn"}, {}), ({}, {"state": "closed"})],
)
def test_nobody_else_is_reminded(
    client: Client, link: str, of_signature: dict[str, str], of_campaign: dict[str, str]
) -> None:
    Signature.objects.update(consent_at=timezone.now() - timedelta(days=2), **of_signature)
    Campaign.objects.update(**of_campaign) if of_campaign else None
    assert signing.remind_the_unconfirmed() == 0


def test_the_manage_link_in_every_email_opens_ones_own_signature(client: Client, link: str) -> None:
    signature = Signature.objects.get()
    assert client.get(f"/signature/{links.token('signature', signature.uuid)}/").status_code == 200
    assert client.get(links_in(emails()[0])["signature"]).status_code == 200


def test_ones_place_is_found_whatever_the_order_of_the_keys(client: Client, link: str, campaign: Campaign) -> None:
    """In a rush a later key may have been given to an earlier moment."""
    signing.confirm(Signature.objects.get())
    mine = Signature.objects.get()
    older, newer = (make_signature(campaign, name=name) for name in ("Older Person", "Newer Person"))
    for row, seconds in ((older, -1), (newer, 1)):
        Signature.objects.filter(pk=row.pk).update(created_at=mine.created_at + timedelta(seconds=seconds))
    page = client.get(link).content.decode()
    place = re.search(r'href="(/library/signatures/[^#"]*)#s', page)
    assert place and place[1].endswith(f"before={newer.pk}")
    listed = client.get(place[1]).content.decode()
    assert "Alice Ahmed" in listed and "Older Person" in listed and "Newer Person" not in listed
