"""Reasons and names are read by organisers, before or after they are shown; and every reader honours what they say."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns import counting, moderating, signatories, signing
from campaigns.models import Campaign, Invalidation, Signature
from config import jobs
from tests.campaigns.factories import emails, links_in, make_campaign, make_signature, make_user, signing_form
from tests.campaigns.organising.signature_rows import bob, campaign, charlie, dora, logged, page

pytestmark = pytest.mark.django_db
__all__ = ["bob", "campaign", "charlie", "dora"]

REASON = "I learned to read there."


def waiting(client: Client, what: str = "reasons") -> list[str]:
    response = client.get(page("moderation"), {"what": what})
    assert response.status_code == 200
    return [row["name"] for row in response.context["rows"]]


def form(client: Client, what: str = "reasons", **deeds: str) -> dict[str, str]:
    """The form as it was shown, with a deed for those named."""
    rows = client.get(page("moderation"), {"what": what}).context["rows"]
    sent = {f"seen-{row['signature'].pk}": row["seen"] for row in rows}
    return sent | {f"do-{row['signature'].pk}": deeds[row["name"]] for row in rows if row["name"] in deeds}


def press(client: Client, what: str = "reasons", **deeds: str) -> Any:
    more = {name: deeds.pop(name) for name in ("why", "rest") if name in deeds}
    return client.post(page("moderation") + f"?what={what}", form(client, what, **deeds) | more)


def on_the_page(client: Client) -> str:
    return client.get("/library/signatures/").content.decode() + client.get("/library/").content.decode()


def test_the_queue_holds_what_is_shown_counts_and_nobody_has_read(campaign: Campaign, bob: Client) -> None:
    make_signature(campaign, name="Agnes", reason=REASON)
    make_signature(campaign, name="Boris")
    make_signature(campaign, name="Cora", reason=REASON, display="none")
    make_signature(campaign, name="Dan", reason=REASON, state="pending")
    make_signature(campaign, name="Eve", reason=REASON, reason_check="passed", name_check="passed")
    make_signature(make_campaign(), name="Of another", reason=REASON)
    assert waiting(bob) == ["Agnes"]
    assert waiting(bob, "names") == ["Agnes", "Boris"]


def test_one_press_decides_on_all_of_a_page(campaign: Campaign, bob: Client, client: Client) -> None:
    for name in ("Agnes", "Boris", "Cora", "Dan", "Eve"):
        make_signature(campaign, name=name, reason=f"{name} says so.")
    deeds = {"Agnes": "pass", "Boris": "hide_reason", "Cora": "hide_name", "Dan": "invalidate"}
    assert press(bob, **deeds, why="A machine").status_code == 302
    said = on_the_page(client)
    assert "Agnes says so." in said and "Boris" in said and "Eve says so." in said
    assert "Boris says so." not in said and "Cora" not in said and "Dan" not in said
    assert waiting(bob) == ["Eve"]
    assert Invalidation.objects.get().signatures == 1
    assert logged(campaign) == [("signatures.invalidated", {"n": 1}), ("signatures.moderated", {"n": 3})]
    press(bob, rest="on")
    assert waiting(bob) == []


def test_nobody_is_invalid_without_a_reason(campaign: Campaign, bob: Client) -> None:
    signature = make_signature(campaign, name="Agnes", reason=REASON)
    response = press(bob, Agnes="invalidate")
    assert response.status_code == 422 and response.context["rows"][0]["chosen"] == "invalidate"
    signature.refresh_from_db()
    assert signature.state == "confirmed"


def test_what_has_changed_since_it_was_read_is_left_and_said(campaign: Campaign, bob: Client) -> None:
    signature = make_signature(campaign, name="Agnes", reason=REASON)
    sent = form(bob, Agnes="pass")
    change(signature, reason="Something rude.")
    response = bob.post(page("moderation"), sent, follow=True)
    assert "had changed since you opened the page" in response.content.decode()
    signature.refresh_from_db()
    assert signature.reason_check == "" and waiting(bob) == ["Agnes"]


def test_a_row_of_another_campaign_is_left_alone(campaign: Campaign, bob: Client) -> None:
    other = make_signature(make_campaign(organisation=campaign.organisation), reason=REASON)
    bob.post(page("moderation"), {f"seen-{other.pk}": other.content_digest(), f"do-{other.pk}": "hide_name"})
    other.refresh_from_db()
    assert other.public_name and not logged(campaign)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"seen-x": "y", "do-x": "pass"},
        {"seen-99999999999999999999": "", "do-99999999999999999999": "pass"},
        {"seen-1": "\0", "do-1": "pass"},
        {"seen-1": "", "do-1": "delete"},
        {"rest": "on"},
        {"seen-１": "", "do-１": "pass"},
    ],
)
def test_nonsense_changes_nothing(campaign: Campaign, bob: Client, sent: dict[str, str]) -> None:
    make_signature(campaign, name="Agnes", reason=REASON)
    assert bob.post(page("moderation"), sent).status_code == 302
    assert waiting(bob) == ["Agnes"]


def test_a_viewers_crafted_form_decides_nothing(campaign: Campaign, dora: Client, bob: Client) -> None:
    make_signature(campaign, name="Agnes", reason=REASON)
    assert dora.post(page("moderation"), form(bob, Agnes="hide_name")).status_code == 404
    assert waiting(bob) == ["Agnes"]


def test_reading_costs_the_same_with_one_and_with_twenty(
    campaign: Campaign, bob: Client, django_assert_num_queries: Any
) -> None:
    make_signature(campaign, reason=REASON)
    with CaptureQueriesContext(connection) as said:
        bob.get(page("moderation"))
    for _ in range(19):
        make_signature(campaign, reason=REASON)
    with django_assert_num_queries(len(said)):
        assert len(waiting(bob)) == 20


def test_fifty_are_read_at_a_time(campaign: Campaign, bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moderating, "A_BATCH", 2)
    for name in ("Agnes", "Boris", "Cora"):
        make_signature(campaign, name=name, reason=REASON)
    assert waiting(bob) == ["Agnes", "Boris"]
    press(bob, rest="on")
    assert waiting(bob) == ["Cora"]


# What a supporter does meanwhile


def change(signature: Signature, **choices: Any) -> None:
    signature.refresh_from_db()
    now = {name: getattr(signature, name) for name in ("name", "affiliation", "reason", "display", "updates")}
    signing.change(signature, now | choices)
    signature.refresh_from_db()


def test_a_reason_that_is_changed_after_it_was_passed_is_new_again(campaign: Campaign, bob: Client) -> None:
    signature = make_signature(campaign, name="Agnes", reason=REASON, reason_check="passed", name_check="passed")
    change(signature, reason="Another.")
    assert (signature.reason_check, signature.name_check, signature.public_reason) == ("", "passed", "Another.")
    assert waiting(bob) == ["Agnes"] and waiting(bob, "names") == []


def test_what_was_hidden_and_is_changed_stays_hidden_until_it_is_passed(
    campaign: Campaign, bob: Client, client: Client
) -> None:
    signature = make_signature(campaign, name="Agnes", reason="Rude.")
    press(bob, Agnes="hide_reason")
    assert waiting(bob) == []
    change(signature, updates=True)
    assert (signature.reason_check, waiting(bob)) == ("hidden", [])
    change(signature, reason="Polite.")
    assert (signature.reason_check, signature.public_reason, waiting(bob)) == ("changed", "", ["Agnes"])
    assert "Polite." not in on_the_page(client)
    press(bob, Agnes="pass")
    assert "Polite." in on_the_page(client)


@pytest.mark.parametrize("choices", [{"name": "Agnes B."}, {"display": "initials"}, {"affiliation": "A worse word"}])
def test_a_hidden_name_stays_hidden_whatever_its_owner_changes(
    campaign: Campaign, bob: Client, choices: dict[str, str]
) -> None:
    signature = make_signature(campaign, name="A bad word")
    press(bob, "names", **{"A bad word": "hide_name"})
    change(signature, **choices)
    assert (signature.public_name, signature.name_check) == ("", "changed")
    assert len(waiting(bob, "names")) == 1


# Before they are shown


@pytest.fixture
def careful(campaign: Campaign) -> Campaign:
    moderating.read_first(campaign, True)
    return campaign


def test_a_reason_is_shown_only_once_it_was_passed(careful: Campaign, bob: Client, client: Client) -> None:
    client.post("/library/sign/", signing_form(name="Agnes Abbot", reason=REASON))
    paths = links_in(emails()[0])
    said = client.get(paths["confirm"]).content.decode()
    assert REASON in said and "once the organisers have read it" in said
    client.post(paths["confirm"])
    assert "Agnes Abbot" in on_the_page(client) and REASON not in on_the_page(client)
    assert "once the organisers have read it" in client.get(paths["signature"]).content.decode()
    press(bob, **{"Agnes Abbot": "pass"})
    assert REASON in on_the_page(client)
    assert "once the organisers have read it" not in client.get(paths["signature"]).content.decode()


def test_a_passed_reason_that_is_changed_waits_again(careful: Campaign) -> None:
    signature = make_signature(careful, reason=REASON, reason_check="passed")
    assert signature.public_reason
    change(signature, reason="Another.")
    assert (signature.public_reason, signature.reason_check) == ("", "")


def test_a_supporter_is_told_honestly_that_something_was_hidden(
    campaign: Campaign, bob: Client, client: Client
) -> None:
    client.post("/library/sign/", signing_form(name="Agnes", reason="Rude."))
    paths = links_in(emails()[0])
    client.post(paths["confirm"])
    press(bob, Agnes="hide_reason")
    assert "decided not to show your reason" in client.get(paths["signature"]).content.decode()
    moderating.set_check(campaign, signing_user(bob), Signature.objects.get().pk, "name_check", "hidden")
    said = client.get(paths["signature"]).content.decode()
    assert "decided not to show your name" in said and "Your signature counts." in said


def signing_user(client: Client) -> Any:
    return client.get(page("moderation")).wsgi_request.user


def test_one_that_is_held_back_is_told_what_others_are_told(careful: Campaign, client: Client) -> None:
    client.post("/library/sign/", signing_form(reason=REASON))
    paths = links_in(emails()[0])
    Signature.objects.update(state="suspect")
    client.post(paths["confirm"])
    assert "once the organisers have read it" in client.get(paths["signature"]).content.decode()


def test_turning_it_on_takes_unread_reasons_from_the_page_and_off_shows_them(campaign: Campaign) -> None:
    read = make_signature(campaign, reason="Read.", reason_check="passed")
    unread = make_signature(campaign, reason="Unread.")
    hidden = make_signature(campaign, reason="Hidden.", reason_check="hidden")
    shy = make_signature(campaign, reason="Shy.", display="none")

    def shown() -> list[str]:
        for row in (read, unread, hidden, shy):
            row.refresh_from_db()
        return [row.public_reason for row in (read, unread, hidden, shy)]

    moderating.read_first(campaign, True)
    assert shown() == ["Read.", "", "", ""]
    moderating.read_first(campaign, False)
    assert shown() == ["Read.", "Unread.", "", ""]
    assert not jobs.Job.objects.exists()


def test_names_can_be_read_before_they_are_shown_too(campaign: Campaign, client: Client) -> None:
    read = make_signature(campaign, name="Agnes Abbot", name_check="passed")
    unread = make_signature(campaign, name="Boris Baker", reason="Because.")
    first = make_signature(campaign, name="Cora Clark", email="", origin="imported", pinned=1)
    hidden = make_signature(campaign, name="A bad word", name_check="hidden")

    def shown() -> list[str]:
        for row in (read, unread, first, hidden):
            row.refresh_from_db()
        return [row.public_name for row in (read, unread, first, hidden)]

    moderating.read_names_first(campaign, True)
    assert shown() == ["Agnes Abbot", "", "Cora Clark", ""] and unread.public_reason == ""
    assert "Boris" not in on_the_page(client) and "Agnes Abbot" in on_the_page(client)
    counting.fold_all()
    assert Campaign.objects.get(pk=campaign.pk).signature_count == 4, "each counts from the start"
    moderating.read_names_first(campaign, False)
    assert shown() == ["Agnes Abbot", "Boris Baker", "Cora Clark", ""] and unread.public_reason == "Because."


def test_who_signs_where_names_are_read_first_waits_until_one_is_passed(campaign: Campaign, bob: Client) -> None:
    moderating.read_names_first(campaign, True)
    signature = make_signature(campaign, name="Agnes Abbot")
    assert signature.public_name == ""
    moderating.set_check(campaign, make_user("alice@example.org"), signature.pk, "name_check", "passed")
    signature.refresh_from_db()
    assert signature.public_name == "Agnes Abbot"


def test_very_many_are_shown_again_by_a_worker(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moderating, "AT_ONCE", 2)
    rows = [make_signature(campaign, reason=REASON) for _ in range(3)]
    moderating.read_first(campaign, True)
    moderating.read_first(campaign, False)
    assert not Signature.objects.exclude(public_reason="").exists()
    assert jobs.drain() == 1
    assert Signature.objects.exclude(public_reason="").count() == len(rows)


def test_a_reason_that_slipped_in_while_it_was_turned_on_is_not_shown_either(careful: Campaign, client: Client) -> None:
    signature = make_signature(careful, name="Agnes", reason=REASON)
    Signature.objects.filter(pk=signature.pk).update(public_reason=REASON)  # derived a moment before
    assert "Agnes" in on_the_page(client) and REASON not in on_the_page(client)


def test_the_settings_of_a_campaign_take_unread_reasons_from_the_page(campaign: Campaign, bob: Client) -> None:
    signature = make_signature(campaign, reason=REASON)
    address = page("campaign_settings")
    shown = bob.get(address).context["form"]
    sent = {field.html_name: field.value() for field in shown if field.value() not in (None, False)}
    assert bob.post(address, sent | {"moderate_first": "on"}).status_code == 302
    signature.refresh_from_db()
    assert (signature.public_reason, Campaign.objects.get(pk=campaign.pk).moderate_first) == ("", True)


def test_a_name_that_was_hidden_is_counted_in_a_pack_and_not_named(campaign: Campaign, bob: Client) -> None:
    shown, hidden = make_signature(campaign, name="Agnes"), make_signature(campaign, name="A bad word")
    press(bob, "names", **{"A bad word": "hide_name"})
    found = signatories.plan(campaign, "x", recipients=["Northtown council"], by=signatories.BY_ALPHABET, language="en")
    assert (found.listed, found.others[signatories.NOT_SHOWN]) == ([shown.pk], [hidden.pk])
