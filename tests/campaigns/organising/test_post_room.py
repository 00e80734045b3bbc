"""The post room: what it shows to whom, that its numbers add up, and that its buttons do what they say and no more."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import desks, post_room, restoring
from campaigns.models import CampaignLetter, Organisation, User
from config import ratelimit
from letters import outbox, pacing, standing
from letters.models import DeliveryEvent, Destination, OutgoingEmail, ProviderEvent, Sender, Stop, Suppression
from letters.models.post import IN_WORK, Kind, Queue, State
from letters.transitions import move
from tests.campaigns.factories import make_campaign, make_campaign_letter, make_organisation, make_seat, make_user
from tests.letters.factories import make_letter, make_representative

pytestmark = pytest.mark.django_db

HERE = "/organise/organisations/library/post/"
WAYS: dict[State, tuple[State, ...]] = {
    State.QUEUED: (),
    State.LEASED: (State.LEASED,),
    State.HANDING: (State.LEASED, State.HANDING),
    State.SENT: (State.LEASED, State.HANDING, State.SENT),
    State.BOUNCED: (State.LEASED, State.HANDING, State.SENT, State.BOUNCED),
    State.FAILED: (State.LEASED, State.HANDING, State.FAILED),
    State.HELD: (State.LEASED, State.HANDING, State.HELD),
    State.CANCELLED: (State.CANCELLED,),
}


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="library")


@pytest.fixture
def other() -> Organisation:
    return make_organisation(slug="elsewhere")


def person(organisation: Organisation, role: str) -> Client:
    user = User.objects.filter(email=f"{role}@example.org").first()
    client = Client()
    client.force_login(user or make_user(f"{role}@example.org", organisation, role, name=f"Alice the {role}"))
    return client


@pytest.fixture
def bob(organisation: Organisation) -> Client:
    return person(organisation, "editor")


def make_email(
    organisation: Organisation,
    state: State = State.QUEUED,
    *,
    kind: Kind = Kind.LETTER,
    detail: str = "",
    **fields: Any,
) -> OutgoingEmail:
    """An email that went all the way to `state`; a letter to Imogen unless told otherwise."""
    letter = make_letter(make_representative(name="Imogen Yarborough")) if kind == Kind.LETTER else None
    wanted: dict[str, Any] = {
        "to": "imogen@parliament.example",
        "message": outbox.letter_message(),
        "letter": letter,
    } | fields
    if letter:
        wanted.setdefault("reply_to", "zoe@supporters.example")
    email = outbox.queue(sender=organisation.sender, kind=kind, **wanted)
    before = State.QUEUED
    for target in WAYS[state]:
        changes: dict[str, Any] = {"attempts": 1} if target == State.HANDING else {}
        if target in IN_WORK:
            changes |= {"lease_token": "somebody", "lease_until": timezone.now() + timedelta(hours=1)}
        said = detail if target == state else ""
        assert move([email.pk], before, target, actor="worker", detail=said, changes=changes)
        before = target
    email.refresh_from_db()
    return email


def stop_of(organisation: Organisation, email: OutgoingEmail, answer: str = "550 5.7.1 Not wanted here.") -> Stop:
    domain = Destination.objects.create(key=email.domain_key, name="parliament.example")
    return Stop.objects.create(sender=organisation.sender, domain=domain, answer=answer)


def text_of(client: Client, path: str = "") -> str:
    response = client.get(HERE + path)
    assert response.status_code == 200
    words = re.sub(r"<[^>]+>", " ", response.content.decode().replace("&#x27;", "'").replace("&#39;", "'"))
    return " ".join(words.split())


def state_of(email: OutgoingEmail) -> str:
    return str(OutgoingEmail.objects.values_list("state", flat=True).get(pk=email.pk))


# Numbers


def test_every_number_is_where_it_belongs_and_all_add_up(organisation: Organisation, other: Organisation) -> None:
    for number, state in enumerate(State, 1):
        for kind in (Kind.LETTER, Kind.CONFIRMATION, Kind.UPDATE)[: 1 + number % 3]:
            for _ in range(number):
                make_email(organisation, state, kind=kind)
    make_email(other, State.HELD)
    owner = User.objects.create_user("x@example.org", is_superuser=True)
    table = post_room.now(desks.of_organisation(owner, "library", None))["table"]
    columns = list(Queue)
    for row in table["rows"]:
        for queue, cell in zip(columns, row.cells, strict=True):
            rows = OutgoingEmail.objects.filter(sender=organisation.sender, queue=queue, state=row.state)
            assert (cell.count, bool(cell.url)) == (rows.count(), rows.exists()), (row.state, queue)
        assert row.total.count == sum(cell.count for cell in row.cells)
    assert [row.state for row in table["rows"]] == list(post_room.STATES) and set(post_room.STATES) == set(State)
    accepted = OutgoingEmail.objects.filter(sender=organisation.sender).count()
    assert table["accepted"] == accepted == sum(row.total.count for row in table["rows"]) == sum(table["columns"])


def test_every_number_leads_to_as_many_emails(organisation: Organisation, bob: Client) -> None:
    for state in State:
        make_email(organisation, state)
        make_email(organisation, state, kind=Kind.CONFIRMATION)
    links = re.findall(r'<td[^>]*><a href="([^"]+)">(\d+)</a>', bob.get(HERE).content.decode())
    assert len(links) == 8 * 3
    for path, count in links:
        assert bob.get(path).content.decode().count("Its whole history") == int(count), path


def test_the_chart_has_what_its_table_has(organisation: Organisation) -> None:
    at = timezone.now()
    minutes = [standing.Minute(at, sent, failed) for sent, failed in ((0, 0), (7, 1), (16, 0), (0, 4))]
    chart = post_room.chart(minutes)
    heights = [(bar["sent_height"], bar["failed_height"]) for bar in chart["bars"]]
    assert heights == [(0, 0), (44, 6), (100, 0), (0, 25)]
    assert all(bar["sent_y"] + bar["sent_height"] == chart["height"] for bar in chart["bars"])
    assert all(bar["failed_y"] + bar["failed_height"] == bar["sent_y"] for bar in chart["bars"])
    assert (chart["sent"], chart["failed"], chart["peak"], len(chart["busy"])) == (23, 5, 16, 3)
    assert post_room.chart([])["peak"] == 0


def test_what_left_in_the_last_hour_is_drawn_and_written(organisation: Organisation, bob: Client) -> None:
    for state in (State.SENT, State.SENT, State.FAILED):
        make_email(organisation, state)
    page = bob.get(HERE).content.decode()
    assert page.count('<rect class="sent"') == page.count('<rect class="failed"') >= 1
    assert "Accepted by mail servers: 2 . Failed: 1 . Most in one minute:" in text_of(bob)


def test_nothing_of_it_is_inline(organisation: Organisation, bob: Client) -> None:
    make_email(organisation, State.SENT)
    page = bob.get(HERE).content.decode()
    assert "<svg" in page and not re.search(r"\sstyle=|<style|\son\w+=", page)


def test_the_number_of_questions_does_not_grow(organisation: Organisation, bob: Client) -> None:
    """Sizes 1 and 20, of everything that is listed."""
    counted: dict[str, list[int]] = {}
    for size in (1, 19):
        for number in range(size):
            for state in (State.QUEUED, State.SENT, State.HELD, State.FAILED, State.BOUNCED):
                email = make_email(
                    organisation, state, to=f"imogen@p{number}.example" if number else "imogen@p.example"
                )
                defaults = {"name": f"p{number or ''}.example"}
                Destination.objects.get_or_create(key=email.domain_key, defaults=defaults)
                event = {"event_id": str(uuid4()), "what": "deferred", "occurred_at": timezone.now()}
                ProviderEvent.objects.create(sender=organisation.sender, email=email, **event)
        for path in ("", "now/", "held/", "emails/failed/", "emails/queued/?queue=letters"):
            with CaptureQueriesContext(connection) as seen:
                assert bob.get(HERE + path).status_code == 200
            counted.setdefault(path, []).append(len(seen))
    assert all(few == many <= 25 for few, many in counted.values()), counted


def test_a_list_is_given_in_pages(organisation: Organisation, bob: Client) -> None:
    for _ in range(51):
        make_email(organisation, State.HELD, kind=Kind.UPDATE)
    first = bob.get(f"{HERE}held/?queue=updates").content.decode()
    assert first.count('name="email"') == 50 and "51 emails." in first
    (older,) = re.findall(r'href="(\?[^"]+)">Older ones', first)
    second = bob.get(f"{HERE}held/{older.replace('&amp;', '&')}").content.decode()
    assert second.count('name="email"') == 1 and "Older ones" not in second


# Words


def test_when_all_is_well_nothing_is_asked_of_anybody(organisation: Organisation, bob: Client) -> None:
    make_email(organisation, State.SENT)
    assert "Nothing: mail goes out by itself." in text_of(bob)


def test_no_page_claims_that_anything_was_delivered(organisation: Organisation, bob: Client) -> None:
    email = make_email(organisation, State.SENT)
    for path in ("", "emails/sent/", f"emails/{email.uuid}/"):
        words = text_of(bob, path).lower()
        assert "accepted" in words
        for sentence in re.findall(r"[^.]*(?:deliver|arriv)[^.]*", words):
            assert re.search("does not mean|no mail server says|none says whether", sentence), sentence


def test_trouble_with_the_server_is_said_in_its_own_words(organisation: Organisation, bob: Client) -> None:
    make_email(organisation)
    pacing.leave_alone(organisation.sender, "The mail server could not be reached: Connection refused")
    words = text_of(bob)
    assert "The mail server cannot be used just now. The mail server could not be reached: Connection refused" in words
    assert "The next try is at" in words and "leaves by itself when the server is back" in words
    pacing.works_again(organisation.sender)
    assert "cannot be used just now" not in text_of(bob)


def test_mail_that_nobody_takes_is_noticed(organisation: Organisation, bob: Client) -> None:
    make_email(organisation, not_before=timezone.now() - timedelta(minutes=14))
    assert "Mail is due, and nobody takes it. The oldest has been due for 14" in text_of(bob)
    OutgoingEmail.objects.update(not_before=timezone.now() - timedelta(seconds=60))
    assert "nobody takes it" not in text_of(bob)


def test_who_paused_what_and_when_is_said(organisation: Organisation, bob: Client) -> None:
    page = bob.post(f"{HERE}pause/", {"what": "letters"}, follow=True).content.decode()
    assert "Letters and updates are paused. Confirmations still go out.</p>" in page and "all else" not in page
    words = text_of(bob)
    assert "Letters and updates are paused. By Alice the editor, since" in words
    assert "Confirmations still go out." in words and "Mail is due" not in words
    bob.post(f"{HERE}pause/", {"what": "everything"})
    assert "All mail is paused." in text_of(bob) and "nobody who signs gets their link" in text_of(bob)
    bob.post(f"{HERE}resume/")
    sender = Sender.objects.get(pk=organisation.sender_id)
    assert sender.pause == "" and "paused" not in text_of(bob).replace("Pause", "")


def test_a_pause_of_something_else_is_not_a_pause(organisation: Organisation, bob: Client) -> None:
    for what in ("", "nothing", "all", "confirmations"):
        bob.post(f"{HERE}pause/", {"what": what})
    assert Sender.objects.get(pk=organisation.sender_id).pause == ""


def test_a_stopped_domain_is_shown_with_its_answer_and_lifted(organisation: Organisation, bob: Client) -> None:
    email = make_email(organisation, not_before=timezone.now() + timedelta(hours=1))
    stop = stop_of(organisation, email)
    words = text_of(bob)
    assert "Mail to parliament.example is stopped." in words and "550 5.7.1 Not wanted here. 1 email waits." in words
    response = bob.post(f"{HERE}lift/{stop.pk}/", follow=True)
    assert "1 email goes there again" in response.content.decode()
    stop.refresh_from_db()
    email.refresh_from_db()
    assert stop.lifted_at and stop.lifted_by.startswith("account ") and email.not_before <= timezone.now()
    assert "is stopped" not in text_of(bob)


def test_a_letter_that_came_back_is_an_alarm_for_a_week(organisation: Organisation, bob: Client) -> None:
    email = make_email(organisation, State.BOUNCED)
    make_email(organisation, State.BOUNCED, kind=Kind.CONFIRMATION)
    words = text_of(bob)
    assert "1 letter to a representative came back" in words and "Written to: Imogen Yarborough" in words
    OutgoingEmail.objects.filter(pk=email.pk).update(settled_at=timezone.now() - timedelta(days=8))
    assert "to a representative came back" not in text_of(bob)


def test_a_letter_that_failed_is_an_alarm_and_a_mistyped_address_is_not(
    organisation: Organisation, bob: Client
) -> None:
    typed = make_email(organisation, State.FAILED, kind=Kind.CONFIRMATION)
    words = text_of(bob)
    assert "1 email to a supporter could not be sent in the last seven days. Mostly somebody mistyped" in words
    OutgoingEmail.objects.filter(pk=typed.pk).update(settled_at=timezone.now() - timedelta(days=8))
    assert "Nothing: mail goes out by itself." in text_of(bob)
    letter = make_email(organisation, State.FAILED)
    OutgoingEmail.objects.filter(pk=letter.pk).update(settled_at=timezone.now() - timedelta(days=8))
    assert "1 letter could not be sent." in text_of(bob)


def test_what_is_known_of_a_held_letter_is_said(organisation: Organisation, bob: Client) -> None:
    never = "Mail to this representative's address has come back or is not wanted."
    held = make_email(organisation, State.HELD, detail="The mail server took the whole email, but said 299 hm")
    event = {"event_id": "1", "what": "deferred", "detail": "451 Greylisted", "occurred_at": timezone.now()}
    ProviderEvent.objects.create(sender=organisation.sender, email=held, **event)
    words = text_of(bob, "held/")
    assert "It was handed over on" in words and "it may have arrived" in words and "but said 299 hm" in words
    assert "The mail provider said on" in words and "delayed. 451 Greylisted" in words
    outbox.suppress("imogen@parliament.example", Suppression.Reason.BOUNCED)
    assert "to send it would hold it again" in text_of(bob, f"emails/{held.uuid}/")
    outbox.resolve_held([held.pk], State.SENT, "x")
    stopped = make_email(organisation)
    outbox.hold([stopped.pk], "x", never)
    assert "It did not leave: it has not arrived." in text_of(bob, "held/")
    assert "It did not leave: it has not arrived. " in text_of(bob, f"emails/{stopped.uuid}/")


def test_the_history_of_an_email_is_told_in_order(organisation: Organisation, bob: Client) -> None:
    email = make_email(organisation, State.HELD)
    bob.post(f"{HERE}emails/{email.uuid}/", {"email": str(email.uuid), "do": "send"})
    words = text_of(bob, f"emails/{email.uuid}/")
    told = ["Accepted.", "A worker took it", "It was being handed", "Held:", "Put back into the queue."]
    places = [words.index(sentence) for sentence in told]
    assert places == sorted(places) and "By Alice the editor" in words and "By worker" not in words


# What a role must not see


def test_no_role_reads_a_supporters_address(organisation: Organisation) -> None:
    emails = [make_email(organisation, state) for state in State]
    emails += [make_email(organisation, state, kind=Kind.CONFIRMATION, to="zoe@supporters.example") for state in State]
    paths = ["", "held/", *(f"emails/{state}/" for state in State if state != State.HELD)]
    for role in ("viewer", "editor", "owner"):
        client = person(organisation, role)
        for path in paths + [f"emails/{email.uuid}/" for email in emails]:
            page = client.get(HERE + path).content.decode()
            assert "zoe@" not in page and "alice@example.org" not in page, (role, path)


def test_a_viewer_reads_no_name_address_or_domain(organisation: Organisation) -> None:
    emails = [make_email(organisation, state) for state in State]
    stop_of(organisation, emails[0])
    viewer, editor = person(organisation, "viewer"), person(organisation, "editor")
    paths = ["", "now/", "held/", "emails/bounced/", f"emails/{emails[0].uuid}/"]
    for path in paths:
        page = viewer.get(HERE + path).content.decode()
        assert "Imogen" not in page and "parliament.example" not in page, path
        assert page.count("<form") == page.count('action="/organise/account/logout/"') <= 1, path
    seen = "".join(editor.get(HERE + path).content.decode() for path in paths)
    assert "Imogen Yarborough" in seen and "imogen@parliament.example" in seen


def test_another_organisations_email_is_not_touched(
    organisation: Organisation, other: Organisation, bob: Client
) -> None:
    theirs = {state: make_email(other, state) for state in (State.HELD, State.FAILED, State.QUEUED)}
    stop = stop_of(other, theirs[State.QUEUED])
    for state, email in theirs.items():
        assert bob.get(f"{HERE}emails/{email.uuid}/").status_code == 404
        path = "held/" if state == State.HELD else f"emails/{state}/"
        for choice in ("arrived", "send", "drop", "retry", "cancel"):
            assert bob.post(f"{HERE}emails/{email.uuid}/", {"email": str(email.uuid), "do": choice}).status_code == 404
            bob.post(HERE + path, {"email": str(email.uuid), "do": choice})
            bob.post(HERE + path, {"everything": "1", "seen": "2999-01-01T00:00Z", "do": choice})
        assert state_of(email) == state
        assert "No email of ours" in bob.post(f"{HERE}find/", {"q": str(email.uuid)}, follow=True).content.decode()
    assert bob.post(f"{HERE}lift/{stop.pk}/").status_code == 404
    assert Stop.objects.get().lifted_at is None
    bob.post(f"{HERE}pause/", {"what": "everything"})
    assert Sender.objects.get(pk=other.sender_id).pause == ""


# Deciding


@pytest.mark.parametrize(
    ("state", "choice", "after"),
    [
        (State.HELD, "arrived", State.SENT),
        (State.HELD, "send", State.QUEUED),
        (State.HELD, "drop", State.CANCELLED),
        (State.FAILED, "retry", State.QUEUED),
        (State.FAILED, "cancel", State.CANCELLED),
        (State.QUEUED, "cancel", State.CANCELLED),
    ],
)
def test_a_decision_does_what_its_button_says(
    organisation: Organisation, bob: Client, state: State, choice: str, after: State
) -> None:
    chosen, also, left = (make_email(organisation, state) for _ in range(3))
    path = "held/" if state == State.HELD else f"emails/{state}/"
    assert f'value="{choice}"' in bob.get(HERE + path).content.decode()
    bob.post(HERE + path, {"email": [str(chosen.uuid)], "do": choice})
    bob.post(f"{HERE}emails/{also.uuid}/", {"email": str(also.uuid), "do": choice})
    assert [state_of(chosen), state_of(also), state_of(left)] == [after, after, state]
    last = DeliveryEvent.objects.filter(email=chosen).last()
    assert last is not None and last.actor.startswith("account ")


@pytest.mark.parametrize("state", [State.SENT, State.BOUNCED, State.CANCELLED, State.LEASED, State.HANDING])
def test_there_is_nothing_to_decide_on_what_has_left(organisation: Organisation, bob: Client, state: State) -> None:
    email = make_email(organisation, state)
    for path in (f"emails/{state}/", f"emails/{email.uuid}/"):
        assert 'name="do"' not in bob.get(HERE + path).content.decode()
        for choice in ("arrived", "send", "drop", "retry", "cancel"):
            bob.post(HERE + path, {"email": str(email.uuid), "do": choice})
    assert state_of(email) == state


def test_a_choice_that_does_not_fit_the_state_does_nothing(organisation: Organisation, bob: Client) -> None:
    held, failed = make_email(organisation, State.HELD), make_email(organisation, State.FAILED)
    bob.post(f"{HERE}held/", {"email": str(held.uuid), "do": "retry"})
    bob.post(f"{HERE}emails/failed/", {"email": str(failed.uuid), "do": "arrived"})
    bob.post(f"{HERE}emails/failed/", {"email": str(held.uuid), "do": "retry"})  # of another list
    bob.post(f"{HERE}held/", {"email": str(held.uuid), "do": "'; drop"})
    assert (state_of(held), state_of(failed)) == (State.HELD, State.FAILED)


@pytest.mark.parametrize("form", [{}, {"email": "nonsense"}, {"email": ["\0", ""]}, {"everything": "1"}])
def test_a_decision_on_nothing_says_so(organisation: Organisation, bob: Client, form: dict[str, Any]) -> None:
    email = make_email(organisation, State.HELD)
    response = bob.post(f"{HERE}held/", form | {"do": "drop"}, follow=True)
    assert response.status_code == 200 and "said-so warned" in response.content.decode()
    assert state_of(email) == State.HELD


def test_many_are_decided_on_at_once_but_none_that_nobody_saw(organisation: Organisation, bob: Client) -> None:
    seen = [make_email(organisation, State.HELD) for _ in range(3)]
    update = make_email(organisation, State.HELD, kind=Kind.UPDATE)
    page = bob.get(f"{HERE}held/?queue=letters").content.decode()
    (moment,) = re.findall(r'name="seen" value="([^"]+)"', page)
    later = make_email(organisation, State.HELD)
    response = bob.post(f"{HERE}held/?queue=letters", {"everything": "1", "seen": moment, "do": "drop"}, follow=True)
    assert "3 emails changed." in response.content.decode()
    assert {state_of(email) for email in seen} == {State.CANCELLED}
    assert (state_of(later), state_of(update)) == (State.HELD, State.HELD)


def test_what_somebody_else_decided_first_is_said_and_left(organisation: Organisation, bob: Client) -> None:
    first, second = make_email(organisation, State.HELD), make_email(organisation, State.HELD)
    outbox.resolve_held([first.pk], State.SENT, actor="somebody else")
    form = {"email": [str(first.uuid), str(second.uuid)], "do": "drop"}
    page = bob.post(f"{HERE}held/", form, follow=True).content.decode()
    assert "1 email changed." in page and "1 had changed meanwhile" in page
    assert (state_of(first), state_of(second)) == (State.SENT, State.CANCELLED)


# Letters to an address that does not work


@pytest.fixture
def kept(organisation: Organisation) -> Callable[..., CampaignLetter]:
    """A letter of somebody's, whose email went to an address that has been corrected since."""
    legislature, _constituency, representative = make_seat(email="right@parliament.example")
    campaign = make_campaign(organisation=organisation, legislature=legislature)

    def make(state: State, **fields: Any) -> CampaignLetter:
        email = make_email(organisation, state, **{"to": "wrong@parliament.example"} | fields)
        return make_campaign_letter(
            campaign, representative, letter=email.letter, outgoing=email, state=CampaignLetter.State.CONFIRMED
        )

    return make


def sent_anew(kept: CampaignLetter, bob: Client) -> tuple[OutgoingEmail, OutgoingEmail]:
    """The email that there was, and the letter's email after the button was pressed."""
    before = kept.outgoing
    assert before is not None
    assert 'value="readdress"' in bob.get(f"{HERE}emails/{before.uuid}/").content.decode()
    bob.post(f"{HERE}emails/{before.uuid}/", {"email": str(before.uuid), "do": "readdress"})
    kept.refresh_from_db()
    before.refresh_from_db()
    assert kept.outgoing is not None
    return before, kept.outgoing


@pytest.mark.parametrize(
    ("state", "after"),
    [(State.BOUNCED, State.BOUNCED), (State.HELD, State.CANCELLED), (State.FAILED, State.CANCELLED)],
)
def test_a_letter_goes_to_the_corrected_address_by_an_email_of_its_own(
    organisation: Organisation, bob: Client, kept: Callable[..., CampaignLetter], state: State, after: State
) -> None:
    letter = kept(state)
    outbox.suppress("wrong@parliament.example", Suppression.Reason.BOUNCED)
    before, now = sent_anew(letter, bob)
    assert (before.state, before.to_address) == (after, "wrong@parliament.example")
    assert (now.state, now.to_address, now.kind) == (State.QUEUED, "right@parliament.example", Kind.LETTER)
    assert now.letter_id == before.letter_id and now.reply_to == letter.email
    assert now.accepted_by.startswith("account ")
    assert f"{HERE}emails/{now.uuid}/" in bob.get(f"{HERE}emails/{before.uuid}/").content.decode()
    assert "came back in the last seven days" not in text_of(bob)
    bob.post(f"{HERE}emails/{before.uuid}/", {"email": str(before.uuid), "do": "readdress"})
    assert OutgoingEmail.objects.count() == 2, "pressed twice, it goes once"


@pytest.mark.parametrize("why", ["same", "suppressed", "left office", "withdrawn", "no address", "taken back"])
def test_a_letter_without_another_address_has_no_way_to_it(
    organisation: Organisation, bob: Client, kept: Callable[..., CampaignLetter], why: str
) -> None:
    letter = kept(State.HELD, **({"to": "Right+news@parliament.example"} if why == "same" else {}))
    email, representative = letter.outgoing, letter.representative
    assert email is not None and representative is not None
    if why == "suppressed":
        outbox.suppress("right@parliament.example", Suppression.Reason.BOUNCED)
    elif why == "withdrawn":
        CampaignLetter.objects.update(state=CampaignLetter.State.WITHDRAWN)
    elif why == "taken back":
        OutgoingEmail.objects.update(unwanted_at=timezone.now())
    elif why != "same":
        changed = {"valid_to": timezone.localdate()} if why == "left office" else {"email": ""}
        type(representative).objects.update(**changed)
    for path in ("held/", f"emails/{email.uuid}/"):
        assert 'value="readdress"' not in bob.get(HERE + path).content.decode()
        page = bob.post(HERE + path, {"email": str(email.uuid), "do": "readdress"}, follow=True).content.decode()
        assert "the directory knows no other address" in page
    assert (state_of(email), OutgoingEmail.objects.count()) == (State.HELD, 1)


def test_who_can_correct_the_directory_is_said(organisation: Organisation, bob: Client) -> None:
    email = make_email(organisation, State.BOUNCED)
    outbox.suppress(email.to_address, Suppression.Reason.BOUNCED)
    operator = Client()
    operator.force_login(User.objects.create_user("x@example.org", is_superuser=True))
    for path in ("", "emails/bounced/", f"emails/{email.uuid}/"):
        assert "whoever runs this installation can correct it" in text_of(bob, path)
        assert 'href="/admin/letters/representative/"' in operator.get(HERE + path).content.decode()


# What is offered is what can be done


def choices_of(client: Client, path: str) -> set[str]:
    return set(re.findall(r'name="do" value="(\w+)"', client.get(HERE + path).content.decode()))


def held_by_hand(organisation: Organisation, actor: str = "account 1", **fields: Any) -> OutgoingEmail:
    email = make_email(organisation, **fields)
    outbox.hold([email.pk], actor, "To be looked at.")
    return email


def test_what_never_left_cannot_have_arrived(organisation: Organisation, bob: Client) -> None:
    never, doubtful = held_by_hand(organisation), make_email(organisation, State.HELD)
    assert choices_of(bob, f"emails/{never.uuid}/") == {"send", "drop"}
    assert "a second time" not in text_of(bob, f"emails/{never.uuid}/")
    assert choices_of(bob, f"emails/{doubtful.uuid}/") == {"arrived", "send", "drop"}
    assert "a second time" in text_of(bob, f"emails/{doubtful.uuid}/")
    bob.post(f"{HERE}emails/{never.uuid}/", {"email": str(never.uuid), "do": "arrived"})
    form = {"everything": "1", "seen": timezone.now().isoformat(), "do": "arrived"}
    page = bob.post(f"{HERE}held/", form, follow=True).content.decode()
    assert "1 email changed." in page and "1 has not left, so it cannot have arrived." in page
    assert "changed meanwhile" not in page
    assert (state_of(never), state_of(doubtful)) == (State.HELD, State.SENT)


def test_what_a_restored_backup_held_may_have_left_since(organisation: Organisation, bob: Client) -> None:
    email = held_by_hand(organisation, restoring.ACTOR)
    assert choices_of(bob, f"emails/{email.uuid}/") == {"arrived", "send", "drop"}
    for path in ("held/", f"emails/{email.uuid}/"):
        words = text_of(bob, path)
        assert "it may have left and arrived since" in words and "has not arrived" not in words


@pytest.mark.parametrize("key", ["new", "old"])
def test_what_would_only_be_held_again_is_not_sent(
    organisation: Organisation, bob: Client, key: str, settings: Settings
) -> None:
    email = held_by_hand(organisation)
    outbox.suppress(email.to_address, Suppression.Reason.BOUNCED)
    if key == "old":  # what was stored under a key that has been replaced since is found all the same
        settings.HASH_KEYS = ["another key of thirty-two characters", *settings.HASH_KEYS]
    path = f"emails/{email.uuid}/"
    assert choices_of(bob, path) == choices_of(bob, "held/") == {"drop"}
    page = bob.post(HERE + path, {"email": str(email.uuid), "do": "send"}, follow=True).content.decode()
    assert "1 cannot be sent: its address gets no more mail" in page and state_of(email) == State.HELD


def test_what_was_taken_back_while_it_was_handed_over_cannot_be_sent_and_it_says_so(
    organisation: Organisation, bob: Client
) -> None:
    email = make_email(organisation, State.HANDING)
    outbox.cancel([email.pk], "the supporter")
    move([email.pk], State.HANDING, State.HELD, actor="sweeper")
    for path in ("held/", f"emails/{email.uuid}/"):
        assert choices_of(bob, path) == {"arrived", "drop"}
        assert "taken back while it was being handed over, so it cannot be sent again" in text_of(bob, path)
    bob.post(f"{HERE}held/", {"email": str(email.uuid), "do": "send"})
    assert state_of(email) == State.HELD


def test_a_waiting_letter_says_what_it_waits_for(organisation: Organisation, bob: Client) -> None:
    email = make_email(organisation)
    confirmation = make_email(organisation, kind=Kind.CONFIRMATION, to="zoe@parliament.example")
    paths = ("emails/queued/?queue=letters", f"emails/{email.uuid}/")
    turn, by_hand, stop = "turn", "until somebody resumes", "until somebody lifts the stop"

    def said(path: str) -> list[str]:
        return [each for each in (turn, by_hand, stop) if each in text_of(bob, path)]

    assert [said(path) for path in paths] == [[turn], [turn]]
    stop_of(organisation, email)
    assert [said(path) for path in paths] == [[stop], [stop]]
    bob.post(f"{HERE}pause/", {"what": "letters"})
    text_of(bob)  # so that what the button said is not on the next page
    assert [said(path) for path in paths] == [[by_hand], [by_hand]]
    assert said(f"emails/{confirmation.uuid}/") == [turn]


# Words that hold


def test_who_has_no_name_is_known_by_the_account(organisation: Organisation) -> None:
    nameless = make_user("nameless@example.org", organisation, "editor", name="")
    email = make_email(organisation, State.HELD)
    client = Client()
    client.force_login(nameless)
    client.post(f"{HERE}emails/{email.uuid}/", {"email": str(email.uuid), "do": "drop"})
    assert "By nameless@example.org" in text_of(client, f"emails/{email.uuid}/")


def test_a_number_of_one_is_spoken_of_as_one(organisation: Organisation, bob: Client) -> None:
    make_email(organisation, State.HELD)
    make_email(organisation, State.FAILED)
    assert "1 email is held. It is not known whether it arrived" in text_of(bob)
    assert "1 letter could not be sent. It was refused for good" in text_of(bob)
    make_email(organisation, State.HELD)
    assert "2 emails are held. It is not known whether they arrived" in text_of(bob)


def test_what_has_waited_for_seconds_is_not_said_to_be_of_zero_minutes(organisation: Organisation, bob: Client) -> None:
    email = make_email(organisation)
    assert "under a minute" in text_of(bob) and "0\xa0minutes" not in text_of(bob)
    OutgoingEmail.objects.filter(pk=email.pk).update(created_at=timezone.now() - timedelta(minutes=61))
    assert "<td>1 hour</td>" in bob.get(HERE).content.decode()


def test_only_a_servers_words_are_set_as_such(organisation: Organisation, bob: Client) -> None:
    ours, both = "The worker stopped before it was sent.", "The mail server answered: 550 5.1.1 No such user"
    for detail in (ours, both):
        email = make_email(organisation, State.FAILED, detail=detail)
        for path in ("emails/failed/", f"emails/{email.uuid}/"):
            quoted = re.findall("<q[^>]*>([^<]*)</q>", bob.get(HERE + path).content.decode())
            assert quoted == (["550 5.1.1 No such user"] if detail == both else []), path
            assert detail in text_of(bob, path)


@pytest.mark.parametrize("channel, said", [("smtp", True), ("provider", False), ("capture", False)])
def test_that_nobody_reads_what_comes_back_by_smtp_is_said(
    organisation: Organisation, bob: Client, channel: str, said: bool
) -> None:
    Sender.objects.update(channel=channel, provider="brevo", from_address="us@friends.example")
    words = text_of(bob)
    assert ("Nothing here reads the mail that comes back" in words) == said == ("us@friends.example" in words)


def test_many_failing_confirmations_are_an_alarm(organisation: Organisation, bob: Client) -> None:
    for _ in range(5):
        make_email(organisation, State.FAILED, kind=Kind.CONFIRMATION)
    assert "Mostly somebody mistyped" in text_of(bob)
    make_email(organisation, State.FAILED, kind=Kind.CONFIRMATION)
    words = text_of(bob)
    assert "6 confirmations failed in the last hour" in words and "mistyped" not in words


def test_who_is_signed_in_may_sign_out(organisation: Organisation) -> None:
    bob = Client()
    bob.force_login(make_user("bob@example.org", organisation, "editor", is_staff=True))
    page = bob.get(HERE).content.decode()
    assert 'action="/organise/account/logout/"' in page and "Organisers: sign in" not in page
    bob.post("/organise/account/logout/")
    assert bob.get(HERE)["Location"] == f"/organise/account/login/?next={HERE}"
    public = Client().get("/")
    assert "Organisers: sign in" in public.content.decode() and "Cookie" not in public.get("Vary", "")


# Finding


def test_an_email_is_found_by_reference_or_whole_address(organisation: Organisation, bob: Client) -> None:
    letter = make_email(organisation, State.SENT)
    for words in (str(letter.uuid), f"<{letter.uuid}@example.org>", " ZOE@supporters.example "):
        response = bob.post(f"{HERE}find/", {"q": words})
        assert response["Location"] == f"{HERE}emails/{letter.uuid}/", words
    make_email(organisation, kind=Kind.CONFIRMATION, to="zoe@supporters.example")
    page = bob.post(f"{HERE}find/", {"q": "zoe@supporters.example"}).content.decode()
    assert page.count("Its whole history") == 2 and "zoe@" not in page
    for words in ("zoe", "zoe@", "supporters.example", "", "a\0b", "zoe@supporters.example, bob@example.org"):
        page = bob.post(f"{HERE}find/", {"q": words}, follow=True).content.decode()
        assert "said-so warned" in page and "zoe@" not in page, words


# Trying


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What the server is said to answer; what is really asked is tested with letters.trial."""
    from letters import trial

    said = [trial.Step("Connection", True, "It answers.")]
    monkeypatch.setattr(trial, "trial", lambda sender, to: said)
    yield said


def test_a_test_email_goes_to_whoever_asks_and_through_the_outbox(organisation: Organisation, steps: Any) -> None:
    page = person(organisation, "owner").post(f"{HERE}try/").content.decode()
    email = OutgoingEmail.objects.get()
    assert (email.to_address, email.kind, email.sender_id) == ("owner@example.org", Kind.NOTICE, organisation.sender_id)
    assert f"{HERE}emails/{email.uuid}/" in page and "It answers." in page and "works" in page


def test_no_test_email_is_queued_when_a_step_fails(organisation: Organisation, steps: Any) -> None:
    from letters import trial

    steps.append(trial.Step("Password", False, "The server does not know this password."))
    page = person(organisation, "owner").post(f"{HERE}try/").content.decode()
    assert "does not work" in page and "does not know this password" in page and "No email was sent" in page
    assert not OutgoingEmail.objects.exists()


def test_trying_is_counted_by_sender_and_by_person(
    organisation: Organisation, steps: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, other = person(organisation, "owner"), make_user("other@example.org", organisation, "owner")
    monkeypatch.setitem(ratelimit.LIMITS, "trial_person", replace(ratelimit.LIMITS["trial_person"], count=1))
    monkeypatch.setitem(ratelimit.LIMITS, "trial", replace(ratelimit.LIMITS["trial"], count=3))
    assert [owner.post(f"{HERE}try/").status_code for _ in range(2)] == [200, 429]
    owner.force_login(other)
    assert owner.post(f"{HERE}try/").status_code == 200
    owner.force_login(make_user("third@example.org", organisation, "owner"))
    assert owner.post(f"{HERE}try/").status_code == 429
    assert OutgoingEmail.objects.count() == 2


# Live, and in Arabic


def test_the_live_part_is_the_page_s_own(organisation: Organisation, bob: Client) -> None:
    make_email(organisation, State.HELD)

    def part(path: str) -> str:
        found = re.search(r'<div id="now".*?</div>\s*(?=<|$)', bob.get(HERE + path).content.decode(), re.DOTALL)
        assert found
        return re.sub(r'value="\w{64}"|\d\d:\d\d:\d\d', "", found[0])

    assert part("") == part("now/")
    response = bob.get(f"{HERE}now/")
    assert "<html" not in response.content.decode() and "no-store" in response["Cache-Control"]
    assert 'data-said="Waiting: 0. Held: 1. Failed: 0. Domains stopped: 0."' in response.content.decode()


def test_the_page_stays_in_the_language_it_is_read_in(organisation: Organisation, bob: Client) -> None:
    arabic = HERE.replace("/organise/", "/organise/ar/")
    page = bob.get(arabic).content.decode()
    assert 'lang="ar" dir="rtl"' in page and f'href="{HERE}"' in page
    assert f'data-live-from="{arabic}now/"' in page
    assert bob.post(f"{arabic}resume/")["Location"] == arabic
