"""The public pages are kept, and whatever is committed is in the next one: on real commits, with the real mark."""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import counting, living, moderating, publishing, signing
from campaigns.models import Campaign, Organisation, Signature, Source, Target, Update
from config import keeping
from config.keeping import shelf
from tests.campaigns.factories import (
    WORDING,
    make_campaign,
    make_facts,
    make_organisation,
    make_signature,
    make_user,
)
from tests.services import Redis

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = [
    *("/", "/ar/", "/library/", "/library/ar/", "/library/count.json", "/library/signatures/", "/library/changes/"),
    *("/organisations/friends/", "/privacy/", "/ar/accessibility/"),
]


@pytest.fixture
def campaign() -> Campaign:
    campaign = make_campaign(slug="library", arabic=True, organisation=make_organisation(slug="friends"))
    make_facts(campaign)
    return campaign


@pytest.fixture
def _asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every visitor has the database asked whether it has moved; what stands still for no time has settled."""
    monkeypatch.setattr(keeping, "GOOD", 0.0)
    monkeypatch.setattr(keeping, "SETTLED", 0.0)


@pytest.fixture
def _taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    def take_away() -> None:
        """It is asked for under a name that it does not have."""
        connection.close()
        shelf.marks.forget()
        elsewhere = {"sqlite": str(tmp_path / "no-such-folder" / "database")}
        monkeypatch.setitem(connection.settings_dict, "NAME", elsewhere.get(connection.vendor, "no_such_database"))

    yield take_away
    connection.close()


def page(client: Client, path: str = "/library/") -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_a_kept_page_asks_the_database_nothing(
    client: Client, campaign: Campaign, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "GOOD", 300.0)  # a PostgreSQL has work of its own, which moves its mark
    first = {path: page(client, path) for path in PAGES}
    with django_assert_num_queries(0):
        assert {path: page(client, path + "?utm_source=leaflet") for path in PAGES} == first


@pytest.mark.usefixtures("_asked_each_time")
def test_a_search_and_the_pages_after_the_first_are_each_made_for_who_asks(client: Client, campaign: Campaign) -> None:
    make_signature(campaign, name="Rosalind Quince")
    for path, query in (("/", "q=pool"), ("/", "before=1"), ("/library/signatures/", "before=1")):
        assert page(client, f"{path}?{query}") != page(client, path)
    assert "Rosalind" not in page(client, "/library/signatures/?name=alice")
    assert "Rosalind" in page(client, "/library/signatures/")


@pytest.mark.usefixtures("_asked_each_time")
def test_whatever_is_committed_is_in_the_next_page(client: Client, campaign: Campaign) -> None:
    alice = make_user("alice@example.org", campaign.organisation, "owner")
    shown, erased = make_signature(campaign, name="Rosalind Quince"), make_signature(campaign, name="Amina Yusuf")
    struck = make_signature(campaign, name="Charlie Chance")
    news = Update.objects.create(campaign=campaign, state="sent", published_at=timezone.now())
    deeds: list[tuple[str, Callable[[], object]]] = [
        ("the count", counting.fold_all),
        ("a name hidden", lambda: moderating.set_check(campaign, alice, shown.pk, "name_check", "hidden")),
        ("a signature erased", lambda: signing.erase(erased)),
        (
            "a signature struck out",
            lambda: signing.invalidate(Signature.objects.filter(pk=struck.pk)),
        ),
        ("its wording", lambda: publishing.publish_text(campaign, "en", WORDING | {"title": "Keep it open"})),
        ("another language", lambda: publishing.publish_text(campaign, "fr", WORDING | {"title": "Gardez-la"})),
        ("a target", lambda: Target.objects.filter(campaign=campaign).update(name="The mayor")),
        ("a source", lambda: Source.objects.create(campaign=campaign, number=7, title="Figures")),
        ("an event", lambda: campaign.events.update(place="The park")),
        ("an answer", lambda: campaign.responses.update(text="No.")),
        ("news", lambda: news.texts.create(language="en", title="The council has met", body="At last.")),
        ("the organisation", lambda: Organisation.objects.update(name="Readers")),
        ("the goal", lambda: Campaign.objects.update(signature_goal=777)),
        ("its end", lambda: living.close(campaign)),
    ]
    before = page(client)
    for what, deed in deeds:
        deed()
        after = page(client)
        assert after != before, what
        assert page(client) == after
        before = after
    assert "Rosalind" not in before and "Amina" not in before and "Charlie" not in before
    Campaign.objects.update(state="draft")
    for path in ("/library/", "/library/count.json"):
        assert client.get(path).status_code == 404
    assert "/library/" not in page(client, "/")


@pytest.mark.usefixtures("_asked_each_time")
def test_midnight_changes_a_page_though_nothing_is_written(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign.events.update(date=timezone.localdate())
    assert "This day is past" not in page(client)
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *arguments, **more: tomorrow)
    assert "This day is past" in page(client)


@pytest.mark.usefixtures("_asked_each_time")
def test_without_its_database_the_site_serves_what_it_showed_last(
    client: Client, campaign: Campaign, _taken_away: Callable[[], None]
) -> None:
    before = {path: page(client, path) for path in PAGES}
    tag = client.get("/library/")["ETag"]
    _taken_away()
    assert {path: page(client, path) for path in PAGES} == before
    assert client.get("/library/", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/library/letter.pdf").status_code == 503, "the database is really gone"
    shelf.places.clear()
    assert page(client) == before["/library/"], "a process that has begun since has it from the shared cache"


@pytest.mark.usefixtures("_asked_each_time")
def test_the_last_page_is_served_for_an_hour_without_a_database_and_no_longer(
    client: Client, campaign: Campaign, _taken_away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keeping.STALE_IF_ERROR >= 300
    assert f"stale-if-error={keeping.STALE_IF_ERROR}" in client.get("/library/")["Cache-Control"]
    _taken_away()
    later = time.time() + keeping.STALE_IF_ERROR
    monkeypatch.setattr("config.keeping.time.time", lambda: later - 5)
    page(client)
    monkeypatch.setattr("config.keeping.time.time", lambda: later + 5)
    monkeypatch.setattr(keeping, "TROUBLE", 0.0)
    shelf.places["http /library/"].good_until = 0
    answer = client.get("/library/")
    assert answer.status_code == 503 and "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("_asked_each_time")
def test_processes_share_their_pages_through_redis_and_do_without_it(
    client: Client, campaign: Campaign, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = Redis(tmp_path)
    redis.start()
    try:
        options = {"socket_timeout": 2, "socket_connect_timeout": 1}
        backend = "django.core.cache.backends.redis.RedisCache"
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis.url, "OPTIONS": options}}
        first = page(client)
        shelf.places.clear()
        with monkeypatch.context() as patch:
            patch.setattr(keeping, "GOOD", 300.0)
            patch.setattr("campaigns.pages.page", None)  # it cannot be made
            assert page(client) == first
        shelf.places["http /library/"].good_until = 0.0
    finally:
        redis.server.kill()
    assert page(client) == first
    Organisation.objects.update(name="Readers")
    assert "Readers" in page(client)
    shelf.places.clear()
    assert "Readers" in page(client), "nor need there be a copy"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def test_the_date_is_part_of_the_mark(monkeypatch: pytest.MonkeyPatch, campaign: Campaign) -> None:
    today = shelf.marks.ask(time.monotonic())
    assert shelf.marks.ask(time.monotonic()).value == today.value
    monkeypatch.setattr(timezone, "localdate", lambda: date(2031, 1, 1))
    assert shelf.marks.ask(time.monotonic()).value != today.value
