"""Alice owns the organisation, Bob edits for it, Charlie owns another."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns import noticing, reporting
from campaigns.models import Membership, Organisation, Reported, Signature, User
from config.crypto import domain_key
from config.email import fill
from letters import outbox
from letters.models import Destination, OutgoingEmail, Sender, Stop
from letters.models.post import Kind, State
from tests.letters.posting import make_email
from tests.letters.test_standing import FAILED, HELD, SENT, walk

from .factories import email_text, make_campaign, make_organisation, make_signature, make_user

pytestmark = pytest.mark.django_db
BOUNCED = (*SENT, State.BOUNCED)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


@pytest.fixture
def alice(organisation: Organisation) -> User:
    return make_user("alice@example.org", organisation, "owner", name="Alice")


def concern(organisation: Organisation, *states: State, kind: Kind = Kind.LETTER, ago: timedelta = HOUR) -> None:
    email = walk(make_email(sender=organisation.sender, kind=kind, to="mp@parliament.example.org"), *states)
    OutgoingEmail.objects.filter(pk=email.pk).update(settled_at=timezone.now() - ago)


def stop(organisation: Organisation, ago: timedelta = HOUR) -> None:
    domain = Destination.objects.create(key=domain_key("parliament.example.org"), name="parliament.example.org")
    Stop.objects.create(sender=organisation.sender, domain=domain, at=timezone.now() - ago, answer="554 mp@ says no")


def trouble(organisation: Organisation, waits: timedelta = HOUR) -> None:
    email = make_email(sender=organisation.sender)
    since = timezone.now() - waits
    OutgoingEmail.objects.filter(pk=email.pk).update(created_at=since, not_before=since)
    Sender.objects.filter(pk=organisation.sender_id).update(server_failures=9, trouble="no answer")


def told(organisation: Organisation, ago: timedelta) -> None:
    Organisation.objects.filter(pk=organisation.pk).update(post_told_at=timezone.now() - ago)


def notices() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(kind=Kind.NOTICE).select_related("message", "sender").order_by("pk"))


def lines() -> list[str]:
    (notice,) = notices()
    return re.findall(r"^\* (.+)$", email_text(notice), re.MULTILINE)


def test_everything_that_needs_a_person_is_in_one_email(organisation: Organisation, alice: User) -> None:
    stop(organisation)
    for states in (BOUNCED, HELD, HELD, FAILED, FAILED, FAILED):
        concern(organisation, *states)
    trouble(organisation)
    assert noticing.tell_organisers() == 1
    assert [re.sub(r".*: ", "", line) for line in lines()[:4]] == ["1", "1", "2", "3"]
    assert lines()[4].startswith("Your mail server")
    (notice,) = notices()
    assert notice.to_address == alice.email
    assert "http://testserver/organise/organisations/friends/post/" in email_text(notice)


def test_it_comes_from_the_installation_so_that_a_broken_sender_can_be_told_of(
    organisation: Organisation, alice: User
) -> None:
    trouble(organisation)
    noticing.tell_organisers()
    (notice,) = notices()
    assert notice.sender == outbox.default_sender() != organisation.sender
    assert notice.queue == "confirmations"


def test_it_holds_numbers_and_no_address_or_name(organisation: Organisation, alice: User) -> None:
    stop(organisation)
    concern(organisation, *BOUNCED)
    noticing.tell_organisers()
    (notice,) = notices()
    assert notice.message is not None
    whole = email_text(notice) + fill(notice.message.html, notice.values, html=True)
    assert not re.search(r"parliament|@|554", whole)


@pytest.mark.parametrize(
    "what",
    [
        lambda organisation: None,
        lambda organisation: concern(organisation, *SENT),
        lambda organisation: concern(organisation, *FAILED, kind=Kind.CONFIRMATION),  # somebody mistyped theirs
        lambda organisation: concern(organisation, *BOUNCED, kind=Kind.CONFIRMATION),
        lambda organisation: concern(organisation, *HELD, ago=timedelta(days=8)),  # long before there were notices
        lambda organisation: trouble(organisation, waits=timedelta(minutes=5)),  # a blip
        lambda organisation: make_email(sender=organisation.sender),
    ],
)
def test_nobody_is_written_to_for_nothing(organisation: Organisation, alice: User, what: object) -> None:
    what(organisation)  # type: ignore[operator]
    assert noticing.tell_organisers() == 0
    assert notices() == []
    organisation.refresh_from_db()
    assert organisation.post_told_at is None


def test_what_was_told_is_not_told_again_and_what_is_new_is_after_an_hour(
    organisation: Organisation, alice: User
) -> None:
    now = timezone.now()
    concern(organisation, *HELD)
    assert noticing.tell_organisers(now) == 1
    assert noticing.tell_organisers(now + 5 * HOUR) == 0
    concern(organisation, *HELD, ago=-10 * MINUTE)
    assert noticing.tell_organisers(now + 30 * MINUTE) == 0  # one an hour
    assert noticing.tell_organisers(now + 61 * MINUTE) == 1
    assert len(notices()) == 2
    assert all("decision: 1" in email_text(notice) for notice in notices())


def test_what_happens_this_moment_is_told_the_next_time_and_not_passed_over(
    organisation: Organisation, alice: User
) -> None:
    now = timezone.now()
    concern(organisation, *HELD)
    concern(organisation, *FAILED, ago=MINUTE / 2)  # perhaps its neighbours are not committed yet
    assert noticing.tell_organisers(now) == 1
    assert len(lines()) == 1
    assert noticing.tell_organisers(now + 2 * HOUR) == 1
    assert "sent: 1" in email_text(notices()[1])


@pytest.mark.parametrize(
    "told_ago, waits, new",
    [
        (2 * HOUR, 3 * HOUR, False),  # it was in the last notice
        (2 * HOUR, HOUR, True),  # it began since
        (25 * HOUR, 30 * HOUR, True),  # a day later it is told again
    ],
)
def test_lasting_trouble_is_told_once_a_day(
    organisation: Organisation, alice: User, told_ago: timedelta, waits: timedelta, new: bool
) -> None:
    told(organisation, told_ago)
    trouble(organisation, waits)
    assert noticing.tell_organisers() == new


def test_trouble_is_new_when_mail_has_left_since_the_last_notice(organisation: Organisation, alice: User) -> None:
    told(organisation, 2 * HOUR)
    trouble(organisation, 3 * HOUR)
    concern(organisation, *SENT)
    assert noticing.tell_organisers() == 1


def test_only_active_owners_are_told_of_their_own(organisation: Organisation, alice: User) -> None:
    make_user("bob@example.org", organisation, "editor")
    make_user("dora@example.org", organisation, "owner", is_active=False)
    make_user("emil@example.org", organisation, "owner")
    make_user("charlie@example.org", make_organisation(), "owner")
    concern(organisation, *HELD)
    assert noticing.tell_organisers() == 1
    assert {notice.to_address for notice in notices()} == {"alice@example.org", "emil@example.org"}


def test_an_organisation_that_nobody_owns_is_told_once_somebody_does(organisation: Organisation) -> None:
    concern(organisation, *HELD)
    assert noticing.tell_organisers() == 0
    make_user("alice@example.org", organisation, "owner")
    assert noticing.tell_organisers() == 1


def test_of_an_organisation_that_nobody_owns_the_operator_is_told(organisation: Organisation) -> None:
    make_user("bob@example.org", organisation, "editor")
    make_user("operator@example.org", is_superuser=True)
    make_user("gone@example.org", is_superuser=True, is_active=False)
    concern(organisation, *HELD)
    assert noticing.tell_organisers() == 1
    (notice,) = notices()
    assert notice.to_address == "operator@example.org"
    assert "because you run this installation" in email_text(notice) and "you own" not in email_text(notice)


def test_the_operator_is_not_told_of_what_somebody_owns(organisation: Organisation, alice: User) -> None:
    make_user("operator@example.org", is_superuser=True)
    concern(organisation, *HELD)
    noticing.tell_organisers()
    (notice,) = notices()
    assert notice.to_address == alice.email and "because you work for" in email_text(notice)


@pytest.mark.parametrize(
    ("failed", "sent", "ago", "many"),
    [
        (5, 0, HOUR / 2, False),  # a few
        (6, 0, HOUR / 2, True),
        (6, 54, HOUR / 2, False),  # a small part of all
        (6, 53, HOUR / 2, True),
        (9, 0, 2 * HOUR, False),  # not lately
    ],
)
def test_confirmations_that_fail_in_numbers_are_told(
    organisation: Organisation, alice: User, failed: int, sent: int, ago: timedelta, many: bool
) -> None:
    for states in failed * [FAILED] + sent * [SENT]:
        concern(organisation, *states, kind=Kind.CONFIRMATION, ago=ago)
    assert noticing.tell_organisers() == many
    if many:
        assert lines() == [
            f"Confirmations that failed within an hour, far more than usual: whoever signs may get no link: {failed}"
        ]


def test_an_organisation_that_waits_for_approval_is_told_too(organisation: Organisation, alice: User) -> None:
    Organisation.objects.update(approved_at=None)
    concern(organisation, *HELD)
    assert noticing.tell_organisers() == 1


def test_whoever_comes_second_finds_that_it_is_done(organisation: Organisation, alice: User) -> None:
    concern(organisation, *HELD)
    seen_before = Organisation.objects.select_related("sender").get()
    until = timezone.now() - noticing.SETTLES_IN
    assert noticing._tell(organisation, until)
    assert not noticing._tell(seen_before, until)
    assert len(notices()) == 1


def test_one_that_cannot_be_told_keeps_no_other_from_it_and_counts_as_untold(
    organisation: Organisation, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    charlies = make_organisation()
    make_user("charlie@example.org", charlies, "owner")
    queue = noticing.emails.post_notice

    def fail_for_alice(which: Organisation, owner: User, *rest: Any, **more: Any) -> OutgoingEmail:
        queued = queue(which, owner, *rest, **more)
        if owner == alice:
            raise RuntimeError("on purpose, after the email was written")
        return queued

    for each in (organisation, charlies):
        concern(each, *HELD)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(noticing.emails, "post_notice", fail_for_alice)
        assert noticing.tell_organisers() == 1
    assert [notice.to_address for notice in notices()] == ["charlie@example.org"]
    assert noticing.tell_organisers() == 1
    assert [notice.to_address for notice in notices()] == ["charlie@example.org", "alice@example.org"]


@pytest.mark.parametrize("languages, expected", [(["ar"], "ar"), (["ar", "en"], "en"), (["fr"], "en"), ([], "en")])
def test_it_is_in_the_one_language_they_campaign_in(
    organisation: Organisation, alice: User, languages: list[str], expected: str
) -> None:
    for language in languages:
        make_campaign(organisation=organisation, language=language)
    concern(organisation, *HELD)
    noticing.tell_organisers()
    (notice,) = notices()
    assert notice.message is not None and f'<html lang="{expected}"' in notice.message.html
    assert ("/organise/ar/" in email_text(notice)) == (expected == "ar")


# What readers report


def reported(organisation: Organisation, ago: timedelta = HOUR) -> Signature:
    entry = make_signature(make_campaign(organisation=organisation), name="Zoe Ziegler")
    reporting.report(entry.campaign, entry, "hate", "Said by a reader")
    Reported.objects.filter(signature=entry).update(first_at=timezone.now() - ago)
    return entry


def test_entries_that_were_reported_come_with_the_post_once_and_name_nobody(
    organisation: Organisation, alice: User
) -> None:
    reported(organisation)
    entry = reported(organisation)
    concern(organisation, *HELD)
    assert noticing.tell_organisers() == 1
    assert lines() == ["Letters held for your decision: 1", "Entries of public lists that readers reported: 2"]
    whole = str([(one.values, one.message and (one.message.text, one.message.html)) for one in notices()])
    assert "Ziegler" not in whole and "reader" not in whole.replace("readers", "")
    reporting.report(entry.campaign, entry, "hate", "Once more")
    assert noticing.tell_organisers(timezone.now() + 5 * HOUR) == 0


def test_reports_alone_lead_to_where_they_wait(organisation: Organisation, alice: User) -> None:
    reported(organisation)
    noticing.tell_organisers()
    body = email_text(notices()[0])
    assert "http://testserver/organise/\n" in body and "/post/" not in body and "in the post" not in body


def test_only_who_may_decide_on_reports_and_wants_it_hears_of_them(organisation: Organisation, alice: User) -> None:
    for name, role, wanted in (("bob", "editor", ["report"]), ("dora", "viewer", ["report"]), ("emil", "editor", None)):
        member = make_user(f"{name}@example.org", organisation, role)
        Membership.objects.filter(user=member).update(notices=wanted)
    Membership.objects.filter(user=alice).update(notices=["held"])
    reported(organisation)
    assert noticing.tell_organisers() == 1
    assert [notice.to_address for notice in notices()] == ["bob@example.org"]


def test_of_a_reported_campaign_the_operator_alone_is_told_once_an_hour_at_most(
    organisation: Organisation, alice: User
) -> None:
    first, second = make_campaign(organisation=organisation), make_campaign(organisation=organisation)
    reporting.report(first, None, "lie", "Said by a reader")
    now = timezone.now()
    assert noticing.tell_operator_of_reports(now) == 0  # there is nobody yet, and it is not lost
    olga = make_user("olga@example.org", is_superuser=True)
    assert noticing.tell_operator_of_reports(now) == 1 and noticing.tell_organisers(now + HOUR) == 0
    reporting.report(first, None, "lie", "Again")
    reporting.report(second, None, "lie", "")
    assert noticing.tell_operator_of_reports(now + 59 * MINUTE) == 0
    assert noticing.tell_operator_of_reports(now + 60 * MINUTE) == 1
    assert noticing.tell_operator_of_reports(now + 9 * HOUR) == 0
    assert [notice.to_address for notice in notices()] == [olga.email] * 2
    body = email_text(notices()[0])
    assert "/organise/operator/reports/" in body and "Said" not in body
    # Kept, and then it says something else: that is news.
    Reported.objects.filter(campaign=first).update(decision="kept", decided_on="what it said before")
    reporting.report(first, None, "lie", "")
    Reported.objects.filter(campaign=first).update(first_at=now + 10 * HOUR)
    assert noticing.tell_operator_of_reports(now + 11 * HOUR) == 1
