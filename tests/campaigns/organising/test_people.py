"""Alice owns, Bob edits, Charlie is a stranger. Somebody always owns; nobody sees more of the others than they need."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import joining, retention
from campaigns.models import Invitation, LogEntry, Membership, Organisation, User
from letters import outbox
from tests.campaigns.factories import email_text, emails, make_invitation, make_organisation, make_user
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alice(organisation: Organisation) -> User:
    return make_user("alice@example.org", organisation, "owner", name="Alice Ahmed")


@pytest.fixture
def bob(organisation: Organisation) -> User:
    return make_user("bob@example.org", organisation, "editor", name="Bob Brown")


def page(name: str, **where: Any) -> str:
    return reverse(f"campaigns:{name}", kwargs={"slug": "friends", **where})


def member(user: User) -> Membership:
    return Membership.objects.get(user=user)


def said(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def roles() -> dict[str, str]:
    return dict(Membership.objects.values_list("user__email", "role"))


def test_owners_see_what_they_need_to_look_after_and_others_see_names_and_roles(alice: User, bob: User) -> None:
    Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={})
    owners, others = said(signed_in(alice), page("people")), said(signed_in(bob), page("people"))
    assert "bob@example.org" in owners and "has a second factor" in owners and "has no second factor" in owners
    assert "Alice Ahmed" in others and "Editor" in others
    assert (
        "alice@example.org" not in others
        and "second factor" not in others
        and '<form method="post" action="/organise/organisations' not in others
    )


def test_recovery_codes_alone_are_no_second_factor(alice: User) -> None:
    Authenticator.objects.create(user=alice, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert "has no second factor" in said(signed_in(alice), page("people"))


def test_an_owner_gives_another_role_and_it_is_in_the_log(alice: User, bob: User) -> None:
    signed_in(alice).post(page("people_role", number=member(bob).pk), {"role": "viewer"})
    assert roles()["bob@example.org"] == "viewer"
    entry = LogEntry.objects.get()
    assert (entry.what, entry.user, entry.details) == ("person.role", alice, {"whom": bob.pk, "role": "viewer"})


@pytest.mark.parametrize("deed", ["removed", "no owner any more"])
def test_with_an_owner_who_has_to_go_go_the_invitations_they_wrote(
    alice: User, organisation: Organisation, deed: str
) -> None:
    """Else they could have asked themselves in again, by another address."""
    boris = make_user("boris@example.org", organisation, "owner")
    theirs = joining.invite(organisation, boris, "boris-again@example.org", "owner")
    others = joining.invite(organisation, alice, "agnes@example.org", "editor")
    if deed == "removed":
        joining.remove(boris.memberships.get(), alice)
    else:
        joining.change_role(boris.memberships.get(), "editor", alice)
    with pytest.raises(joining.Ended, match="revoked"):
        joining.accept(theirs, make_user("boris-again@example.org"))
    assert joining.opened(others.uuid) == others
    assert LogEntry.objects.filter(what="invitation.revoked", user=alice).count() == 1


def test_who_has_left_this_moment_gets_no_other_role_and_the_page_says_so(alice: User, bob: User) -> None:
    theirs = bob.memberships.get()
    joining.leave(bob.memberships.get())
    with pytest.raises(joining.NotPossible, match="do not work here any more"):
        joining.change_role(theirs, "viewer", alice)


@pytest.mark.parametrize("role", ["", "god", "Owner", "owner\0", "x" * 5000])
def test_there_are_three_roles(alice: User, bob: User, role: str) -> None:
    response = signed_in(alice).post(page("people_role", number=member(bob).pk), {"role": role})
    assert response.status_code == 422
    assert roles()["bob@example.org"] == "editor"


def test_the_last_owner_stays_one(alice: User, bob: User) -> None:
    client = signed_in(alice)
    mine = member(alice).pk
    for response in (
        client.post(page("people_role", number=mine), {"role": "editor"}, follow=True),
        client.post(page("people_leave"), follow=True),
        client.post(page("people_remove", number=mine), follow=True),
    ):
        assert roles()["alice@example.org"] == "owner"
        assert response.status_code == 200
    assert "Somebody has to own" in client.post(page("people_leave"), follow=True).content.decode()
    assert not LogEntry.objects.exists()


def test_an_owner_whose_account_is_closed_does_not_count(alice: User, bob: User) -> None:
    make_user("old@example.org", alice.organisations.get(), "owner", is_active=False)
    with pytest.raises(joining.NotPossible):
        joining.leave(member(alice))


def test_with_another_owner_one_may_go(alice: User, bob: User) -> None:
    joining.change_role(member(bob), "owner", alice)
    response = signed_in(alice).post(page("people_leave"), follow=True)
    assert "You no longer work for" in response.content.decode()
    assert roles() == {"bob@example.org": "owner"}
    assert signed_in(alice).get(page("people")).status_code == 404


def test_who_is_removed_sees_nothing_from_that_moment(alice: User, bob: User) -> None:
    his = signed_in(bob)
    assert his.get(page("people")).status_code == 200
    hers = signed_in(alice)
    address = page("people_remove", number=member(bob).pk)
    assert "Bob Brown" in said(hers, address)
    assert "bob@example.org" in roles()  # looking has done nothing
    hers.post(address)
    assert his.get(page("people")).status_code == 404
    assert [entry.what for entry in LogEntry.objects.all()] == ["person.removed"]
    assert hers.post(address).status_code == 404


def test_members_of_another_organisation_are_not_behind_this_ones_pages(alice: User) -> None:
    charlies = make_organisation(slug="charlies")
    charlie = make_user("charlie@example.org", charlies, "owner")
    invitation = make_invitation(charlies)
    client = signed_in(alice)
    for name, number in (
        ("people_role", member(charlie).pk),
        ("people_remove", member(charlie).pk),
        ("people_invite_again", invitation.pk),
        ("people_revoke", invitation.pk),
    ):
        assert client.post(page(name, number=number), {"role": "viewer"}).status_code == 404
    assert roles()["charlie@example.org"] == "owner"


def test_the_operator_looks_in_and_is_no_member(organisation: Organisation, alice: User) -> None:
    client = signed_in(make_user("operator@example.org", is_superuser=True))
    for name in ("people_leave", "people_notices"):
        assert "are not one of it" in client.get(page(name), follow=True).content.decode()
    assert roles() == {"alice@example.org": "owner"}


# Asking people in


def invite(user: User, email: str = "dora@example.org", role: str = "editor", **more: str) -> Any:
    return signed_in(user).post(page("people_invite"), {"email": email, "role": role, **more}, follow=True)


def test_an_invitation_goes_by_email_from_the_installation(alice: User) -> None:
    response = invite(alice)
    assert "dora@example.org" in response.content.decode()
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == ("dora@example.org", "editor", alice)
    assert timedelta(days=13) < invitation.expires_at - timezone.now() <= timedelta(days=14)
    (email,) = emails()
    assert email.to_address == "dora@example.org" and email.sender == outbox.default_sender()
    assert "alice@example.org asks you to work for Friends of the Library at" in email_text(email)
    assert LogEntry.objects.get().details == {"role": "editor"}


def test_before_it_is_approved_an_organisation_cannot_have_its_words_carried_to_strangers(alice: User) -> None:
    Organisation.objects.update(approved_at=None, name="WIN A PRIZE at evil dot example")
    User.objects.update(name="Click now")
    invite(alice)
    (email,) = emails()
    assert email.message is not None
    for text in (email_text(email), email.message.html, email.message.subject):
        assert "PRIZE" not in text and "Click now" not in text


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("", "editor"),
        ("dora", "editor"),
        ("dora@example.org, eve@example.org", "editor"),
        ("dora@example.org\neve@example.org", "editor"),
        ("dora@example.org", ""),
        ("dora@example.org", "god"),
        ("x" * 300 + "@example.org", "viewer"),
    ],
)
def test_only_one_whole_address_and_a_role_that_exists(alice: User, email: str, role: str) -> None:
    response = invite(alice, email, role)
    assert response.status_code == 422
    assert not Invitation.objects.exists() and emails() == []


def test_who_works_here_already_is_not_invited(alice: User, bob: User) -> None:
    response = invite(alice, "Bob@Example.org")
    assert response.status_code == 422 and "works here already" in response.content.decode()


def test_nobody_is_invited_twice_at_a_time_but_it_can_be_sent_again(alice: User) -> None:
    invite(alice)
    assert "invited already" in invite(alice, "DORA@example.org").content.decode()
    (invitation,) = Invitation.objects.all()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert "has not worked since" in said(signed_in(alice), page("people"))
    signed_in(alice).post(page("people_invite_again", number=invitation.pk))
    invitation.refresh_from_db()
    assert invitation.expires_at > timezone.now() + timedelta(days=13)
    assert len(emails()) == 2


def test_what_was_taken_back_can_neither_be_sent_again_nor_taken_back_twice(alice: User) -> None:
    invite(alice)
    (invitation,) = Invitation.objects.all()
    client = signed_in(alice)
    for _ in range(2):
        client.post(page("people_revoke", number=invitation.pk))
    assert client.post(page("people_invite_again", number=invitation.pk)).status_code == 302
    assert len(emails()) == 1
    assert [entry.what for entry in LogEntry.objects.order_by("pk")] == ["person.invited", "invitation.revoked"]
    assert "dora@example.org" not in said(client, page("people"))


def test_what_was_accepted_is_not_taken_back(alice: User) -> None:
    invitation = make_invitation(alice.organisations.get(), accepted_at=timezone.now())
    response = signed_in(alice).post(page("people_revoke", number=invitation.pk), follow=True)
    assert "has been accepted" in response.content.decode()


def test_invitations_are_counted_by_address_and_by_organisation(alice: User) -> None:
    invite(alice)
    (invitation,) = Invitation.objects.all()
    again = page("people_invite_again", number=invitation.pk)
    answers = [signed_in(alice).post(again).status_code for _ in range(4)]
    assert answers == [302, 302, 429, 429]
    for number in range(60):
        if invite(alice, f"dora{number}@example.org").status_code == 429:
            break
    assert 30 < Invitation.objects.count() <= 40


def test_an_address_is_forgotten_when_its_link_has_long_ended(organisation: Organisation) -> None:
    now = timezone.now()
    long_ago, lately = now - timedelta(days=40), now - timedelta(days=3)
    future = now + timedelta(days=14)
    kept = [
        make_invitation(organisation, email="open@example.org"),
        make_invitation(organisation, email="expired@example.org", expires_at=lately),
        make_invitation(organisation, email="joined@example.org", accepted_at=lately),
    ]
    for fields in ({"expires_at": long_ago}, {"accepted_at": long_ago, "expires_at": future}, {"revoked_at": long_ago}):
        make_invitation(organisation, **fields)
    assert retention.anonymise_expired(dry_run=True).invitations_deleted == 3
    assert retention.anonymise_expired().invitations_deleted == 3
    assert list(Invitation.objects.order_by("pk")) == kept


def test_the_page_takes_as_many_queries_with_twenty_people_as_with_one(alice: User) -> None:
    organisation, client = alice.organisations.get(), signed_in(alice)
    make_invitation(organisation, invited_by=alice)
    few = queries_of(client, page("people"))
    for number in range(19):
        make_user(f"member{number}@example.org", organisation, "viewer")
        make_invitation(organisation, email=f"invited{number}@example.org", invited_by=alice)
    assert queries_of(client, page("people")) == few
