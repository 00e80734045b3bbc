"""Reporting: a plain form behind a plain link. It changes nothing by itself, and keeps nothing of who reports."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from campaigns import reporting
from campaigns.models import Campaign, Report, Reported, Signature
from config.ratelimit import LIMITS
from tests.campaigns.factories import make_campaign, make_signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    cache.clear()
    return make_campaign(slug="library", arabic=True)


@pytest.fixture
def entry(campaign: Campaign) -> Signature:
    return make_signature(campaign, name="Zoe Ziegler", reason="Because I say so")


def report(client: Client, entry: Signature | None = None, **form: str) -> Any:
    address = f"/library/report/{entry.pk}/" if entry else "/library/report/"
    return client.post(address, {"wrong": "hate", "words": "Look at it", **form})


def test_the_page_and_the_list_lead_to_a_form(client: Client, campaign: Campaign, entry: Signature) -> None:
    assert 'rel="nofollow" href="/library/report/"' in client.get("/library/").content.decode()
    for page in ("/library/", "/library/signatures/"):
        assert f'href="/library/report/{entry.pk}/"' in client.get(page).content.decode()
    assert f'href="/library/ar/report/{entry.pk}/"' in client.get("/library/ar/signatures/").content.decode()
    shown = client.get(f"/library/report/{entry.pk}/")
    assert "Because I say so" in shown.content.decode() and not shown.cookies
    assert "csrfmiddlewaretoken" not in shown.content.decode()


def test_a_report_is_kept_counted_and_changes_nothing_that_is_shown(
    client: Client, campaign: Campaign, entry: Signature
) -> None:
    before = client.get("/library/signatures/").content
    for _ in range(3):
        answer = report(client, entry)
        assert answer.status_code == 303 and answer["Location"] == "/library/reported/" and not answer.cookies
    assert client.get("/library/reported/").status_code == 200
    thing = Reported.objects.get()
    assert (thing.signature, thing.times, thing.decision) == (entry, 3, "")
    assert {(one.wrong, one.words) for one in Report.objects.all()} == {("hate", "Look at it")}
    assert client.get("/library/signatures/").content == before


def test_nothing_of_who_reports_is_kept(client: Client, campaign: Campaign) -> None:
    report(client)
    kept = {field.name for model in (Report, Reported) for field in model._meta.concrete_fields}
    of_things = {"id", "campaign", "signature", "times", "first_at", "last_at", "reported", "wrong", "words", "at"}
    ours = {"told_at", "decision", "decided_at", "decided_by", "decided_on"}  # of the operator and the moderator
    assert kept - of_things == ours


@pytest.mark.parametrize(
    "form", [{"wrong": ""}, {"wrong": "x"}, {"wrong": "false"}, {"words": "x" * 1_001}, {"words": "a\0b"}]
)
def test_what_cannot_be_read_is_told_and_not_kept(client: Client, campaign: Campaign, form: dict[str, str]) -> None:
    assert report(client, None, **form).status_code == 422 and not Reported.objects.exists()


def test_only_what_stands_in_the_list_can_be_reported(client: Client, campaign: Campaign) -> None:
    hidden = [
        make_signature(campaign, **one) for one in ({"display": "none"}, {"state": "pending"}, {"name_check": "hidden"})
    ]
    foreign = make_signature(make_campaign(slug="other"))
    for one in (*hidden, foreign):
        assert client.get(f"/library/report/{one.pk}/").status_code == 404
        assert report(client, one).status_code == 404
    assert client.get("/library/report/999999/").status_code == 404
    make_campaign(slug="draft", state="draft")
    assert client.get("/draft/report/").status_code == 404


def test_a_form_of_another_site_is_refused(client: Client, campaign: Campaign) -> None:
    answer = client.post("/library/report/", {"wrong": "hate"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and not Reported.objects.exists()


def test_a_machine_is_thanked_and_ignored(client: Client, campaign: Campaign) -> None:
    assert report(client, leave_empty="x").status_code == 303 and not Reported.objects.exists()


def test_it_is_limited(client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("report", "report_campaign"):
        cache.clear()
        with monkeypatch.context() as patched:
            patched.setitem(LIMITS, name, LIMITS[name].__class__(2, 3600, "network", "open", ""))
            assert [report(client).status_code for _ in range(3)] == [303, 303, 429]


def test_of_one_thing_only_so_much_is_kept(client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "MOST_KEPT", 2)
    for _ in range(4):
        report(client)
    assert Reported.objects.get().times == 4 and Report.objects.count() == 2
