from datetime import timedelta
from itertools import pairwise

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import asking, deciding, posting, restoring, writing
from campaigns.models import Campaign, CampaignLetter
from config import links
from letters import outbox, pacing
from letters.models import OutgoingEmail, Representative, Sender
from letters.models.post import State
from letters.transitions import move

from .factories import emails, links_in, make_campaign, make_seat, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative() -> Representative:
    return make_seat(name="Imogen Yarborough", email="imogen@parliament.example.com")[2]


@pytest.fixture
def kept(representative: Representative) -> CampaignLetter:
    campaign = make_campaign(slug="library", legislature=representative.legislature)
    written = writing.Written([representative], "The library", "It must stay.", "Alice Ahmed", "1 High Street")
    writing.send(text_of(campaign), written, "alice@example.org")
    asking.take_up()
    return CampaignLetter.objects.get()


@pytest.fixture
def link(kept: CampaignLetter) -> str:
    return links_in(emails()[0])["letter/confirm"]


@pytest.fixture
def mine(kept: CampaignLetter) -> str:
    return links_in(emails()[0])["letter"]


def state() -> str:
    return CampaignLetter.objects.get().state


def letters_out() -> list[OutgoingEmail]:
    return [email for email in emails() if email.kind == "letter"]


def test_a_mail_scanner_sends_no_letter(client: Client, link: str) -> None:
    for request in (client.get, client.head):
        assert request(link).status_code == 200
    assert state() == "pending" and letters_out() == []


def test_the_link_shows_the_letter_and_one_button(client: Client, link: str) -> None:
    page = client.get(link).content.decode()
    assert "Imogen Yarborough" in page and "It must stay." in page and page.count("<button") == 1


def test_pressing_the_button_queues_the_letter_in_the_writers_name(client: Client, link: str) -> None:
    assert client.post(link).status_code == 200
    [email] = letters_out()
    assert (email.to_address, email.to_name) == ("imogen@parliament.example.com", "Imogen Yarborough")
    assert email.reply_to == "alice@example.org"
    assert (email.state, email.attach_letter) == ("queued", True)
    kept = CampaignLetter.objects.get()
    assert (kept.state, kept.outgoing) == ("confirmed", email) and kept.confirmed_at is not None
    assert email.letter == kept.letter


def test_pressing_it_twice_sends_one_letter_and_shows_the_same_page(client: Client, link: str) -> None:
    first, second = client.post(link), client.post(link)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "on its way" in second.content.decode()
    assert len(letters_out()) == 1


def test_confirming_in_two_places_at_once_sends_one_letter(kept: CampaignLetter) -> None:
    other = CampaignLetter.objects.get()
    assert posting.confirm(kept) and posting.confirm(other)
    assert len(letters_out()) == 1


def test_a_representative_who_left_meanwhile_gets_nothing(client: Client, link: str) -> None:
    Representative.objects.all().delete()
    response = client.post(link)
    assert response.status_code == 409
    assert "has left the office" in response.content.decode()
    assert state() == "pending" and letters_out() == [], "nothing by halves"


def test_a_representative_whose_address_went_meanwhile_gets_nothing(client: Client, link: str) -> None:
    Representative.objects.update(email="")
    assert client.post(link).status_code == 409
    assert state() == "pending" and letters_out() == []


def test_a_representative_whose_term_ended_meanwhile_gets_nothing(client: Client, link: str) -> None:
    Representative.objects.update(valid_to=timezone.localdate() - timedelta(days=1))
    assert client.post(link).status_code == 409
    assert state() == "pending" and letters_out() == []


def test_a_campaign_that_closed_meanwhile_sends_nothing(client: Client, link: str) -> None:
    Campaign.objects.update(state="closed")
    response = client.post(link)
    assert response.status_code == 409
    assert "closed before you confirmed" in response.content.decode()
    assert state() == "pending" and letters_out() == []


@pytest.mark.parametrize("junk", ["x", "a.b.c", "%00", "a" * 3000])
def test_a_tampered_link_is_refused_in_words(client: Client, kept: CampaignLetter, junk: str) -> None:
    for path in (f"/letter/confirm/{junk}/", f"/letter/{junk}/"):
        for request in (client.get, client.post):
            response = request(path)
            assert response.status_code == 404
    assert state() == "pending"


def test_a_link_for_one_purpose_does_not_serve_another(client: Client, kept: CampaignLetter) -> None:
    manage, confirm = links.token("letter", kept.uuid), links.token("letter-confirm", kept.uuid)
    for path in (f"/letter/confirm/{manage}/", f"/letter/{confirm}/", f"/confirm/{confirm}/", f"/signature/{manage}/"):
        assert client.post(path).status_code == 404
    assert state() == "pending"


def test_a_letter_may_be_withdrawn_before_it_is_confirmed(client: Client, mine: str, link: str) -> None:
    assert "withdrawn" in client.post(mine, {"withdraw": "1"}).content.decode()
    assert state() == "withdrawn"
    for response in (client.get(link), client.post(link)):
        assert response.status_code == 410
    assert letters_out() == []


def test_a_letter_may_be_withdrawn_before_it_has_left(client: Client, mine: str, link: str) -> None:
    client.post(link)
    assert "is withdrawn" in client.post(mine, {"withdraw": "1"}).content.decode()
    assert state() == "withdrawn"
    assert letters_out()[0].state == "cancelled"
    client.post(link)
    assert [email.state for email in letters_out()] == ["cancelled"]


@pytest.mark.parametrize("where", [State.SENT, State.HANDING, State.BOUNCED])
def test_a_letter_that_has_left_cannot_be_called_back(client: Client, mine: str, link: str, where: str) -> None:
    client.post(link)
    lease = {"lease_until": timezone.now(), "lease_token": "x"} if where == State.HANDING else {}
    OutgoingEmail.objects.filter(kind="letter").update(state=where, **lease)
    assert "cannot be called back" in client.post(mine, {"withdraw": "1"}).content.decode()
    assert state() == "confirmed"


def test_withdrawing_twice_does_no_harm(client: Client, mine: str) -> None:
    for _ in range(2):
        assert "is withdrawn" in client.post(mine, {"withdraw": "1"}).content.decode()
    assert state() == "withdrawn"


def test_a_get_withdraws_nothing(client: Client, mine: str) -> None:
    assert client.get(f"{mine}?withdraw=1").status_code == 200
    assert state() == "pending"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (State.QUEUED, "waiting for its turn to be sent"),
        (State.SENT, "accepted by the mail server"),
        (State.HELD, "held back, not sent yet"),
        (State.BOUNCED, "came back: it did not arrive"),
        (State.FAILED, "could not be sent: it did not arrive"),
        (State.CANCELLED, "stopped, not sent"),
    ],
)
def test_ones_own_page_says_where_the_letter_is_and_no_more_than_is_known(
    client: Client, mine: str, link: str, where: str, words: str
) -> None:
    client.post(link)
    OutgoingEmail.objects.filter(kind="letter").update(state=where)
    page = client.get(mine).content.decode()
    assert words in page
    assert page.lower().count("delivered") == page.count("so that it is delivered") == 1  # what was agreed to


def test_a_letter_in_doubt_is_never_said_to_have_stayed_here(client: Client, mine: str, link: str) -> None:
    client.post(link)
    email = OutgoingEmail.objects.get(kind="letter")
    lease = {"lease_token": "a worker", "lease_until": timezone.now()}
    for before, after in pairwise((State.QUEUED, State.LEASED, State.HANDING, State.HELD)):
        move([email.pk], before, after, actor="worker", changes=lease)
    assert "we do not know yet whether it arrived" in client.get(mine).content.decode()
    page = client.post(mine, {"withdraw": "1"}).content.decode()
    assert "We do not know whether it had arrived before" in page and "was not sent" not in page
    assert "We do not know whether it had arrived before" in client.get(link).content.decode()


def test_who_may_still_withdraw_a_letter_in_doubt_is_not_told_that_it_has_not_gone_out(
    client: Client, mine: str, link: str
) -> None:
    client.post(link)
    email = OutgoingEmail.objects.get(kind="letter")
    assert "While it has not gone out" in client.get(mine).content.decode()
    outbox.hold([email.pk], restoring.ACTOR, "It may have left since.")
    page = client.get(mine).content.decode()
    assert "Withdraw my letter" in page and "While it has not gone out" not in page
    assert "We do not know whether it has arrived." in page


@pytest.mark.parametrize("what", ["paused", "held", "failed"])
def test_a_letter_that_is_kept_back_is_not_said_to_be_on_its_way(client: Client, link: str, what: str) -> None:
    assert "Your letter is on its way" in client.post(link).content.decode()
    email = OutgoingEmail.objects.get(kind="letter")
    if what == "paused":
        pacing.pause(email.sender, Sender.Pause.EVERYTHING, "somebody")
    elif what == "held":
        outbox.hold([email.pk], "somebody", "To be looked at.")
    else:
        lease = {"lease_token": "a worker", "lease_until": timezone.now()}
        for before, after in pairwise((State.QUEUED, State.LEASED, State.FAILED)):
            move([email.pk], before, after, actor="worker", changes=lease)
    page = client.get(link).content.decode()
    assert "We have your letter" in page and "on its way" not in page


def test_no_page_claims_that_a_message_has_left_already(client: Client, kept: CampaignLetter) -> None:
    for page in ("signed", "written"):
        words = client.get(f"/library/{page}/").content.decode()
        assert "You will get a message." in words and "We have sent" not in words


def test_a_letter_waits_in_words_while_its_senders_mail_is_paused(client: Client, mine: str, link: str) -> None:
    client.post(link)
    sender = OutgoingEmail.objects.get(kind="letter").sender
    pacing.pause(sender, Sender.Pause.LETTERS, "somebody")
    assert "the organisers have paused sending" in client.get(mine).content.decode()
    pacing.resume(sender, "somebody")
    assert "waiting for its turn" in client.get(mine).content.decode()


def test_an_erased_letter_has_no_page_any_more(client: Client, mine: str, link: str) -> None:
    CampaignLetter.objects.update(anonymised_at=timezone.now())
    for response in (client.get(mine), client.get(f"{mine}data.json"), client.post(link)):
        assert response.status_code == 410
    assert letters_out() == []


def test_one_may_erase_ones_letter(client: Client, mine: str, link: str) -> None:
    client.post(link)
    assert client.post(mine, {"erase": "1"}).status_code == 422, "it must be meant"
    assert CampaignLetter.objects.get().letter.body == "It must stay."
    erased = client.post(mine, {"erase": "1", "really": "1"})
    assert erased.status_code == 200 and "signature" not in erased.content.decode(), "that stands as it did"
    kept = CampaignLetter.objects.get()
    assert (kept.email, kept.email_key, kept.letter.body, kept.letter.sender_name) == ("", "", "", "")
    assert [(email.state, email.to_address, email.reply_to) for email in emails()] == [("cancelled", "", "")] * 2
    assert client.get(mine).status_code == 410


def test_erasing_a_letter_erases_every_email_it_went_by(client: Client, mine: str, link: str) -> None:
    client.post(link)
    OutgoingEmail.objects.filter(kind="letter").update(state=State.BOUNCED, settled_at=timezone.now())
    Representative.objects.update(email="new@parliament.example.com")
    assert deciding.readdress([letters_out()[0].pk], "account 1") == 1
    assert client.post(mine, {"erase": "1", "really": "1"}).status_code == 200
    assert [(email.state, email.reply_to, email.reply_key) for email in letters_out()] == [
        ("bounced", "", ""),
        ("cancelled", "", ""),
    ]


def test_ones_letter_comes_as_json(client: Client, mine: str) -> None:
    response = client.get(f"{mine}data.json")
    assert response["Content-Type"] == "application/json" and "attachment" in response["Content-Disposition"]
    data = response.json()
    assert (data["body"], data["email"], data["to"]) == ("It must stay.", "alice@example.org", "Imogen Yarborough")


def test_of_two_letters_that_wait_only_one_goes(client: Client, kept: CampaignLetter, link: str) -> None:
    """Sent at the same moment, neither replaced the other."""
    text, representative = kept.text, kept.representative
    assert representative is not None
    written = writing.Written([representative], "Again", "Once more.", "Alice Ahmed", "1 High Street")
    writing.send(text, written, "alice@example.org")
    asking.take_up()
    CampaignLetter.objects.update(state="pending")
    assert client.post(link).status_code == 200
    second = client.post(links_in(emails()[1])["letter/confirm"])
    assert second.status_code == 409
    assert len(letters_out()) == 1


def test_a_letter_that_failed_can_be_called_back_before_somebody_tries_it_again(
    client: Client, mine: str, link: str
) -> None:
    client.post(link)
    OutgoingEmail.objects.filter(kind="letter").update(state=State.FAILED)
    client.post(mine, {"withdraw": "1"})
    assert state() == "withdrawn"
    assert outbox.retry(OutgoingEmail.objects.values_list("pk", flat=True), actor="Alice") == 0
