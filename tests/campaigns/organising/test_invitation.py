"""Bob is invited. The link opens once, for his address alone: forwarded to Charlie it opens nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import joining
from campaigns.models import Invitation, LogEntry, Membership, Organisation, User
from config import links
from config.logs import without_tokens
from tests.campaigns.factories import email_text, emails, make_invitation, make_organisation, make_user
from tests.config.accounts import PASSWORD, code_in, mail_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


@pytest.fixture
def invitation(organisation: Organisation) -> Invitation:
    return make_invitation(organisation)


def link(invitation: Invitation, language: str = "") -> str:
    return f"/organise/{language}invitations/{links.token('invitation', invitation.uuid)}/"


def signed_in(email: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_user(email, **fields))
    return client


def roles() -> dict[str, str]:
    return dict(Membership.objects.values_list("user__email", "role"))


def test_bob_looks_and_then_accepts(invitation: Invitation) -> None:
    bob = signed_in("bob@example.org")
    page = bob.get(link(invitation))
    assert page.status_code == 200 and "Friends of the Library" in page.content.decode()
    assert not Membership.objects.exists()  # a mail scanner that follows links accepts nothing
    response = bob.post(link(invitation), follow=True)
    assert response.redirect_chain[-1][0] == "/organise/organisations/friends/"
    assert "Welcome" in response.content.decode()
    assert roles() == {"bob@example.org": "editor"}
    entry = LogEntry.objects.get()
    assert (entry.what, entry.details) == ("person.joined", {"role": "editor"})


def test_the_link_of_the_email_is_that_one(organisation: Organisation) -> None:
    joining.invite(organisation, make_user("alice@example.org"), "bob@example.org", "viewer")
    found = re.search(r"http://testserver(/organise/invitations/\S+)", email_text(emails()[0]))
    assert found
    signed_in("bob@example.org").post(found[1])
    assert roles() == {"bob@example.org": "viewer"}


def test_forwarded_to_charlie_it_opens_nothing_and_does_not_say_whose_it_is(invitation: Invitation) -> None:
    charlie = signed_in("charlie@example.org")
    for response in (charlie.get(link(invitation)), charlie.post(link(invitation))):
        said = response.content.decode()
        assert response.status_code == 403
        assert "for somebody else" in said and "charlie@example.org" in said and "bob@" not in said
    assert not Membership.objects.exists()
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_an_address_that_is_not_proved_is_nobodys(invitation: Invitation) -> None:
    client = signed_in("bob@example.org")
    EmailAddress.objects.update(verified=False)
    assert client.post(link(invitation)).status_code == 403
    assert not Membership.objects.exists()


def test_whoever_is_not_signed_in_learns_what_it_is_and_comes_back_to_it(invitation: Invitation) -> None:
    address = link(invitation)
    response = Client().get(address)
    said = response.content.decode()
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]
    for way in ("login", "sign-up"):
        assert f'href="/organise/account/{way}/?next={address.replace("/", "%2F")}"' in said
    assert "bob@" not in said
    assert Client().post(address).status_code == 200
    assert not Membership.objects.exists()


def test_in_arabic_too(invitation: Invitation) -> None:
    response = signed_in("bob@example.org").post(link(invitation, "ar/"))
    assert response["Location"] == "/organise/ar/organisations/friends/"


def test_used_twice_it_says_so(invitation: Invitation) -> None:
    bob = signed_in("bob@example.org")
    bob.post(link(invitation))
    Membership.objects.all().delete()  # removed meanwhile: the old link does not bring him back
    for response in (bob.get(link(invitation)), bob.post(link(invitation))):
        assert response.status_code == 410 and "has been used" in response.content.decode()
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "too old"),
        ({"revoked_at": timezone.now()}, "taken back"),
    ],
)
def test_expired_or_taken_back_it_says_so_and_what_to_do(
    organisation: Organisation, fields: dict[str, Any], sentence: str
) -> None:
    invitation = make_invitation(organisation, **fields)
    bob = signed_in("bob@example.org")
    for client in (bob, Client()):
        for response in (client.get(link(invitation)), client.post(link(invitation))):
            said = response.content.decode()
            assert response.status_code == 410 and sentence in said and " ask" in said.lower()
            assert "Friends" not in said
    assert not Membership.objects.exists()


def test_taken_back_between_the_page_and_the_button(invitation: Invitation) -> None:
    user = make_user("bob@example.org")
    seen = joining.opened(invitation.uuid)
    Invitation.objects.update(revoked_at=timezone.now())
    with pytest.raises(joining.Ended) as ended:
        joining.accept(seen, user)
    assert ended.value.how == "revoked"
    assert not Membership.objects.exists()


def test_an_invitation_that_is_kept_no_longer(invitation: Invitation) -> None:
    address = link(invitation)
    invitation.delete()
    assert signed_in("bob@example.org").get(address).status_code == 410


@pytest.mark.parametrize(
    "token",
    ["x", "a.b.c", "é.é.é", "." * 40, "x" * 3000],
)
def test_a_link_that_we_did_not_make(token: str) -> None:
    response = Client().get(f"/organise/invitations/{token}/")
    assert response.status_code == 404 and "does not work" in response.content.decode()


def test_a_link_made_for_another_purpose_opens_nothing(invitation: Invitation) -> None:
    token = links.token("signature", invitation.uuid)
    assert signed_in("bob@example.org").post(f"/organise/invitations/{token}/").status_code == 404
    assert not Membership.objects.exists()


def test_a_form_of_another_site_accepts_nothing(invitation: Invitation) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("bob@example.org"))
    assert client.post(link(invitation)).status_code == 403
    assert not Membership.objects.exists()


@pytest.mark.parametrize(("has", "offered", "then"), [("viewer", "editor", "editor"), ("owner", "viewer", "owner")])
def test_who_works_there_already_keeps_the_higher_role(
    organisation: Organisation, has: str, offered: str, then: str
) -> None:
    bob = make_user("bob@example.org", organisation, has)
    joining.accept(make_invitation(organisation, role=offered), bob)
    assert roles() == {"bob@example.org": then}


def test_its_token_is_in_no_log(invitation: Invitation) -> None:
    assert links.token("invitation", invitation.uuid) not in without_tokens(f'"GET {link(invitation)} HTTP/1.1" 200')


def test_who_has_no_account_makes_one_and_comes_back(invitation: Invitation, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"  # which the test runner puts another in place of
    client, back = Client(), link(invitation)
    form = {"name": "Bob", "email": "bob@example.org", "password1": PASSWORD, "next": back}
    client.post(f"/organise/account/sign-up/?next={back}", form)
    answer = client.post("/organise/account/code/", {"code": code_in(mail_to("bob@example.org")[0])})
    assert answer["Location"] == back
    client.post(back)
    assert roles() == {"bob@example.org": "editor"}


# Where nobody can sign up otherwise


def sign_up(client: Client, email: str) -> Any:
    form = {"name": "Bob", "email": email, "password1": "correct horse battery"}
    return client.post("/organise/account/sign-up/", form)


def test_where_sign_up_is_closed_the_invited_address_can_and_another_cannot(
    invitation: Invitation, settings: Settings
) -> None:
    settings.OPEN_SIGN_UP = False
    client = Client()
    sign_up(client, "bob@example.org")
    assert not User.objects.exists()
    client.get(link(invitation))
    response = sign_up(client, "charlie@example.org")
    assert response.status_code == 422 and "to which the invitation was sent" in response.content.decode()
    assert not User.objects.exists()
    sign_up(client, "bob@example.org")
    user = User.objects.get()
    # A forwarded link proves nothing: the address is asked for its code like every other.
    assert not EmailAddress.objects.filter(user=user, verified=True).exists()
    assert not joining.is_for(invitation, user)


def test_an_invitation_that_has_ended_opens_no_sign_up(organisation: Organisation, settings: Settings) -> None:
    settings.OPEN_SIGN_UP = False
    client = Client()
    client.get(link(make_invitation(organisation, revoked_at=timezone.now())))
    sign_up(client, "bob@example.org")
    assert not User.objects.exists()
