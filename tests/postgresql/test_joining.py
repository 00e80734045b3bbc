"""People who come, go and decide at once. SQLite has one writer and cannot show it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from campaigns import approving, joining, organisation_settings, pictures
from campaigns.models import Invitation, LogEntry, Membership, Organisation, Picture, User
from tests.campaigns.factories import emails, make_invitation, make_organisation, make_user
from tests.campaigns.test_pictures import drawn

from .test_together import in_a_thread

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each of them gave back, or the exception it raised."""
    together = threading.Barrier(len(deeds), timeout=20)

    def do(deed: Callable[[], object]) -> object:
        together.wait()
        try:
            return deed()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [done.result() for done in [pool.submit(in_a_thread, lambda deed=deed: do(deed)) for deed in deeds]]


def test_of_owners_who_leave_at_once_one_stays() -> None:
    for _round in range(5):
        organisation = make_organisation()
        members = [
            make_user(f"{organisation.slug}-{number}@example.org", organisation, "owner").memberships.get()
            for number in range(4)
        ]
        outcomes = at_once(*[lambda member=member: joining.leave(member) for member in members])
        assert sum(isinstance(outcome, joining.NotPossible) for outcome in outcomes) == 1
        assert joining.owners(organisation).count() == 1


def test_owners_who_demote_each_other_leave_one() -> None:
    for _round in range(5):
        organisation = make_organisation()
        names = [f"{name}-{organisation.slug}@example.org" for name in ("alice", "bob")]
        alice, bob = (make_user(name, organisation, "owner") for name in names)
        his, hers = bob.memberships.get(), alice.memberships.get()
        at_once(
            partial(joining.change_role, his, "viewer", alice),
            partial(joining.change_role, hers, "viewer", bob),
        )
        assert joining.owners(organisation).count() == 1


def test_an_invitation_accepted_twice_at_once_is_accepted_once() -> None:
    for _round in range(5):
        organisation = make_organisation()
        invitation = make_invitation(organisation, email=f"{organisation.slug}@example.org")
        bob = make_user(invitation.email)
        outcomes = at_once(*[lambda asked=invitation, who=bob: joining.accept(asked, who)] * 3)
        assert sum(isinstance(outcome, Membership) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, joining.Ended) for outcome in outcomes) == 2
        assert LogEntry.objects.filter(organisation=organisation, what="person.joined").count() == 1


def test_taken_back_and_accepted_at_once_it_is_one_of_both() -> None:
    for _round in range(5):
        organisation = make_organisation()
        invitation = make_invitation(organisation, email=f"{organisation.slug}@example.org")
        bob = make_user(invitation.email)
        at_once(
            partial(joining.accept, invitation, bob),
            partial(joining.revoke, invitation, bob),
        )
        invitation.refresh_from_db()
        assert (invitation.accepted_at is None) != (invitation.revoked_at is None)
        works = Membership.objects.filter(user=bob).exists()
        assert works == (invitation.accepted_at is not None)


def test_one_address_invited_by_two_owners_at_once_is_invited_once() -> None:
    organisation = make_organisation()
    owners = [make_user(f"owner{number}@example.org", organisation, "owner") for number in range(3)]
    at_once(*[lambda by=by: joining.invite(organisation, by, "dora@example.org", "viewer") for by in owners])
    assert Invitation.objects.count() == 1 and len(emails()) == 1


def test_operators_who_decide_at_once_decide_once() -> None:
    organisation = make_organisation(approved_at=None)
    make_user("alice@example.org", organisation, "owner")
    operators = [make_user(f"operator{number}@example.org", is_superuser=True) for number in range(2)]
    at_once(
        lambda: approving.approve(Organisation.objects.get(), operators[0]),
        lambda: approving.refuse(Organisation.objects.get(), operators[1], "No."),
    )
    organisation.refresh_from_db()
    if organisation.approved_at is None:
        assert organisation.refused_why == "No." and len(emails()) == 1
    else:
        # Refused and then approved is two decisions, one after the other; approved and then refused is none.
        assert organisation.refused_at is None and len(emails()) in (1, 2)


def test_organisations_of_one_name_at_once_get_addresses_of_their_own() -> None:
    users = [make_user(f"user{number}@example.org") for number in range(4)]
    founding = joining.Founding("Friends", "friends@example.org", "Friends", "To read.")
    outcomes = at_once(*[lambda user=user: joining.create(user, founding) for user in users])
    made = [outcome for outcome in outcomes if isinstance(outcome, Organisation)]
    assert made and all(isinstance(outcome, Organisation | joining.NotPossible) for outcome in outcomes)
    assert len({organisation.slug for organisation in made}) == len(made) == Organisation.objects.count()
    assert Membership.objects.count() == len(made)


def test_the_same_picture_given_at_once_is_kept_once() -> None:
    content = drawn()
    outcomes = at_once(*[lambda: pictures.keep(content)] * 3)
    assert Picture.objects.count() == 1
    assert set(outcomes) == {Picture.objects.get()}


def test_of_two_who_save_at_once_the_later_is_told() -> None:
    organisation = make_organisation()
    users: list[User] = [make_user(f"owner{number}@example.org", organisation, "owner") for number in range(2)]

    class Told(Exception):
        pass

    def as_it_was(now: Organisation) -> None:
        if now.about:
            raise Told

    outcomes = at_once(
        *[
            lambda user=user: organisation_settings.change(organisation, user, {"about": user.email}, as_it_was)
            for user in users
        ]
    )
    assert sum(isinstance(outcome, Told) for outcome in outcomes) == 1
