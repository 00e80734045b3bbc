"""Nobody learns from an answer who has signed, written or has an account: what comes back is the same, byte for byte.

How long it takes is measured, not tested: tests/attacks/timing.py, by `make attack`.
"""

import importlib
import itertools
import pkgutil
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.forms import BaseForm, EmailInput
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import asking, posting, signing
from campaigns.forms import public
from campaigns.models import Campaign, Signature
from config import ratelimit
from letters import outbox
from letters.models import Representative, Suppression

from .factories import (
    make_campaign,
    make_campaign_letter,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    signing_form,
)

pytestmark = pytest.mark.django_db
ADDRESS, NEW = "alice@example.org", "blake@example.org"  # of one length
network = itertools.count(1)
State = Signature.State


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library")


def signed_as(state: str, **fields: Any) -> Callable[[Campaign], object]:
    return lambda campaign: make_signature(campaign, name="Alice Ahmed", email=ADDRESS, state=state, **fields)


def twice_by_others(campaign: Campaign) -> None:
    for place, name in ((1, "Amal Ahmed"), (2, "Adam Ahmed")):
        make_signature(campaign, name=name, email=ADDRESS, place=place)


def written_to_often(campaign: Campaign) -> None:
    for _ in range(ratelimit.LIMITS["sign_email"].count):
        Client().post("/library/sign/", signing_form(email=ADDRESS))


# What may be known of an address before somebody types it.
KNOWN: dict[str, Callable[[Campaign], object]] = {
    "new": lambda campaign: None,
    "waiting": signed_as(State.PENDING),
    "confirmed": signed_as(State.CONFIRMED, confirmed_at=timezone.now()),
    "held back": signed_as(State.SUSPECT),
    "struck out": signed_as(State.INVALID),
    "withdrawn": signed_as(State.WITHDRAWN, withdrawn_at=timezone.now()),
    "erased": lambda campaign: signing.erase(signed_as(State.CONFIRMED)(campaign)),  # type: ignore[arg-type]
    "another person": lambda campaign: make_signature(campaign, name="Bob Brown", email=ADDRESS),
    "two other people": twice_by_others,
    "suppressed": lambda campaign: outbox.suppress(ADDRESS, Suppression.Reason.COMPLAINED),
    "written to often": written_to_often,
}


def seen(answer: Any) -> tuple[int, dict[str, str], bytes]:
    """All that a stranger sees. The token of a form is another one each time, as the seconds of a clock are."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("Expires", "Last-Modified")}
    body = re.sub(rb'value="\w{64}"', b"", answer.content).replace(ADDRESS.encode(), NEW.encode())
    return answer.status_code, headers, body


def asked(path: str, form: dict[str, Any]) -> list[tuple[int, dict[str, str], bytes]]:
    """What comes back to a form, and the page that it leads to; to somebody from a network of their own."""
    client = Client(REMOTE_ADDR=f"198.51.{next(network)}.1")
    answers = [client.post(path, form)]
    while answers[-1].status_code in (302, 303):
        answers.append(client.get(answers[-1]["Location"]))
    return [seen(answer) for answer in answers]


@pytest.mark.parametrize("known", KNOWN)
def test_an_answer_to_signing_is_the_same_whoever_is_known(campaign: Campaign, known: str) -> None:
    of_new = asked("/library/sign/", signing_form(email=NEW))
    KNOWN[known](campaign)
    assert asked("/library/sign/", signing_form(email=ADDRESS)) == of_new
    assert [status for status, *_ in of_new] == [303, 200]


def test_an_answer_to_a_form_with_errors_is_the_same_too(campaign: Campaign) -> None:
    wrong = {"consent": None, "postcode": "1" * 30}
    of_new = asked("/library/sign/", signing_form(email=NEW, **wrong))
    make_signature(campaign, name="Alice Ahmed", email=ADDRESS)
    assert asked("/library/sign/", signing_form(email=ADDRESS, **wrong)) == of_new
    assert of_new[0][0] == 422


@pytest.fixture
def seat() -> Representative:
    return make_seat()[2]


@pytest.fixture
def letters(seat: Representative) -> Campaign:
    return make_campaign(slug="library", legislature=seat.legislature)


def letter_form(to: Representative, email: str) -> dict[str, str]:
    return {"stage": "send", "constituency": str(to.constituency_id), "representative": str(to.pk)} | {
        **{"subject": "The library", "body": "It must stay.", "name": "Alice Ahmed", "address": "1 High Street"},
        **{"postcode": "SW1A 1AA", "country": "GB", "consent": "on", "email": email},
    }


def wrote(state: str, days_ago: int | None = None) -> Callable[[Campaign, Representative], object]:
    at = None if days_ago is None else timezone.now() - timedelta(days=days_ago)
    return lambda campaign, seat: make_campaign_letter(campaign, seat, email=ADDRESS, state=state, confirmed_at=at)


def wrote_and_erased(campaign: Campaign, seat: Representative) -> None:
    wrote("confirmed", 1)(campaign, seat)
    posting.erase(posting.letters_to(campaign.pk, ADDRESS, seat))


def wrote_often(campaign: Campaign, seat: Representative) -> None:
    for _ in range(ratelimit.LIMITS["letter_send_email"].count + 1):
        Client(REMOTE_ADDR="203.0.113.7").post("/library/write/", letter_form(seat, ADDRESS))
        asking.take_up()


WRITERS: dict[str, Callable[[Campaign, Representative], object]] = {
    "new": lambda campaign, seat: None,
    "waiting": wrote("pending"),
    "sent lately": wrote("confirmed", 1),
    "sent long ago": wrote("confirmed", 400),
    "taken back": wrote("withdrawn", 1),
    "erased": wrote_and_erased,
    "written to often": wrote_often,
    "a signer": lambda campaign, seat: make_signature(campaign, email=ADDRESS, state=State.CONFIRMED),
    "suppressed": lambda campaign, seat: outbox.suppress(ADDRESS, Suppression.Reason.COMPLAINED),
}


@pytest.mark.parametrize("known", WRITERS)
def test_an_answer_to_writing_is_the_same_whoever_has_written(
    letters: Campaign, seat: Representative, known: str
) -> None:
    of_new = asked("/library/write/", letter_form(seat, NEW))
    WRITERS[known](letters, seat)
    assert asked("/library/write/", letter_form(seat, ADDRESS)) == of_new
    assert [status for status, *_ in of_new] == [303, 200]


def statements(deed: Callable[[], object]) -> list[str]:
    """All that the database is asked and told, whatever the values: what takes time is this."""
    with CaptureQueriesContext(connection) as taken:
        deed()
    return [re.sub(r"'[^']*'|\b[0-9a-f]{32}\b|\b\d+\b|(?<=SAVEPOINT ).*", "?", one["sql"]) for one in taken]


@pytest.mark.parametrize("known", WRITERS)
def test_to_take_a_letter_the_same_is_read_and_written_whoever_has_written(
    letters: Campaign, seat: Representative, known: str
) -> None:
    asked("/library/write/", letter_form(seat, "the-first-one@example.org"))  # its words are kept by it
    of_new = statements(lambda: asked("/library/write/", letter_form(seat, NEW)))
    WRITERS[known](letters, seat)
    assert statements(lambda: asked("/library/write/", letter_form(seat, ADDRESS))) == of_new
    assert any("INSERT INTO" in statement and "campaignletter" in statement for statement in of_new)


def test_supporters_are_asked_for_an_address_where_they_sign_and_write_and_nowhere_else() -> None:
    """All else that is theirs is reached by a link from an email: another form that asks for one belongs above."""
    asking_for_one = set()
    for module in pkgutil.iter_modules(public.__path__, f"{public.__name__}."):
        found = vars(importlib.import_module(module.name)).values()
        forms = [one for one in found if isinstance(one, type) and issubclass(one, BaseForm)]
        fields = {form.__name__: getattr(form, "base_fields", {}).values() for form in forms}
        asking_for_one |= {
            name for name, those in fields.items() if any(isinstance(one.widget, EmailInput) for one in those)
        }
    assert asking_for_one == {"SignForm", "SendForm"}


ACCOUNT_FORMS: dict[str, dict[str, str]] = {
    "/organise/account/login/": {"login": "{}", "password": "not the password"},
    "/organise/account/password/reset/": {"email": "{}"},
    "/organise/account/sign-up/": {"name": "Alice", "email": "{}", "password1": "a long enough phrase"},
}


@pytest.mark.parametrize("known", ["has an account", "is switched off", "suppressed"])
@pytest.mark.parametrize("path", ACCOUNT_FORMS)
def test_an_answer_to_an_accounts_form_is_the_same_with_and_without_one(path: str, known: str) -> None:
    def answers(address: str) -> list[tuple[int, dict[str, str], bytes]]:
        return asked(path, {name: value.format(address) for name, value in ACCOUNT_FORMS[path].items()})

    of_new = answers(NEW)
    if known == "suppressed":
        outbox.suppress(ADDRESS, Suppression.Reason.COMPLAINED)
    else:
        make_user(ADDRESS, is_active=known != "is switched off")
    assert answers(ADDRESS) == of_new
    assert of_new[0][0] == (422 if "login" in path else 302)


@pytest.mark.parametrize("known", ["has an account", "suppressed"])
def test_an_answer_to_an_owner_who_invites_is_the_same(known: str) -> None:
    organisation = make_organisation()
    owner = make_user("owner@example.net", organisation, "owner")

    def answers(address: str) -> Any:
        client = Client()
        client.force_login(owner)
        answer = client.post(
            f"/organise/organisations/{organisation.slug}/people/invite/", {"email": address, "role": "editor"}
        )
        return seen(answer)

    of_new = answers(NEW)
    if known == "suppressed":
        outbox.suppress(ADDRESS, Suppression.Reason.COMPLAINED)
    else:
        make_user(ADDRESS)
    assert answers(ADDRESS) == of_new
    assert of_new[0] in (302, 303)
