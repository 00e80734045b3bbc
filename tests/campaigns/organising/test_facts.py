"""Those addressed, sources, dates and answers: added, changed, put in order and removed in the workspace."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns import facts, publishing
from campaigns.models import Campaign, Event, LogEntry, Response, Source, Target, WordingDraft
from campaigns.seen import mark_of
from tests.campaigns.factories import WORDING, WORDING_AR, make_campaign, make_facts, make_organisation, make_user

pytestmark = pytest.mark.django_db

FACTS = "/organise/campaigns/library/facts/"
SOURCE = {"number": "2", "title": "Minutes", "author": "The council", "date": "2026-09"}
EVENT = {"title": "The vote", "date": "2026-12-09", "place": "Town hall"}
ANSWER = {"author": "The mayor", "text": "We are thinking about it."}


@pytest.fixture
def campaign() -> Campaign:
    campaign = make_campaign(slug="library", organisation=make_organisation())
    make_facts(campaign)
    return campaign


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", name="Bob"))
    return client


def text(response: Any) -> str:
    """What stands on a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def other_language(response: Any) -> str:
    """Where the link to the same page in Arabic leads: to a page that can be opened."""
    (url,) = (one["url"] for one in response.context["page_languages"] if one["code"] == "ar")
    return str(url)


def change(bob: Client, row: Any, kind: str, **said: str) -> Any:
    return bob.post(f"{FACTS}{kind}/{row.pk}/", {"seen": mark_of(row), **said})


def noted(what: str) -> list[dict[str, Any]]:
    return list(LogEntry.objects.filter(what=what).order_by("pk").values_list("details", flat=True))


def test_one_page_shows_all_four_groups(campaign: Campaign, bob: Client) -> None:
    page = text(bob.get(FACTS))
    for said in ("The clerk", "Visitors in 2026", "Read-in", "We have read it.", "1 answer rests on it"):
        assert said in page


@pytest.mark.parametrize(
    ("kind", "model", "said"),
    [
        ("targets", Target, {"name": "The mayor", "address": "1 High Street\nNORTHTOWN"}),
        ("sources", Source, SOURCE),
        ("events", Event, EVENT),
        ("responses", Response, ANSWER),
    ],
)
def test_a_fact_is_added_changed_and_removed(
    campaign: Campaign, bob: Client, kind: str, model: Any, said: dict[str, str]
) -> None:
    response = bob.post(f"{FACTS}{kind}/new/", said)
    row = model.objects.get(number=2)
    assert response["Location"] == f"{FACTS}#{kind}-{row.pk}" and row.campaign == campaign
    (name, value) = next(iter({k: v for k, v in said.items() if k in ("name", "title", "text")}.items()))
    assert change(bob, row, kind, **said | {name: f"{value} again"}).status_code == 302
    row = model.objects.get(pk=row.pk)
    assert getattr(row, name) == f"{value} again" and row.number == 2
    asked = bob.get(f"{FACTS}{kind}/{row.pk}/remove/")
    assert "Yes, remove it" in text(asked) and model.objects.count() == 2
    assert bob.post(f"{FACTS}{kind}/{row.pk}/remove/", {"seen": mark_of(row)}).status_code == 302
    assert model.objects.count() == 1
    assert noted(f"facts.{kind}") == [{"deed": deed, "number": 2} for deed in ("added", "changed", "removed")]


# Bad input


@pytest.mark.parametrize(
    ("kind", "said", "error"),
    [
        ("targets", {}, "Give a name, an office or a body."),
        ("targets", {"name": " \u202e\u2066 "}, "Give a name, an office or a body."),
        ("targets", {"name": "x" * 201}, "200"),
        ("targets", {"name": "The mayor", "address": "x" * 501}, "500"),
        ("sources", {"number": "2"}, "Say what it is"),
        ("sources", SOURCE | {"number": ""}, "Give the number by which"),
        ("sources", SOURCE | {"number": "first"}, "in digits"),
        ("sources", SOURCE | {"number": "0"}, "at least one"),
        ("sources", SOURCE | {"number": "-3"}, "at least one"),
        ("sources", SOURCE | {"number": "1000"}, "three digits at most"),
        ("sources", SOURCE | {"number": "9" * 5000}, ""),
        ("sources", SOURCE | {"number": "1"}, "There is a source 1 already."),
        ("sources", SOURCE | {"url": "javascript:alert(1)"}, "Write an address such as"),
        ("sources", SOURCE | {"date": "last autumn"}, "Write the date as"),
        ("sources", SOURCE | {"date": "2" * 2000}, "40"),
        ("events", EVENT | {"title": ""}, "Say what happens."),
        ("events", EVENT | {"date": ""}, "Give the day."),
        ("events", EVENT | {"date": "31.02.2026"}, "year, month and day"),
        ("events", EVENT | {"date": "0001-01-01"}, "too long ago"),
        ("events", EVENT | {"url": "http://[::1"}, "Write an address such as"),
        ("responses", ANSWER | {"author": ""}, "Say who answered."),
        ("responses", ANSWER | {"text": " "}, "Write down what they answered."),
        ("responses", ANSWER | {"source": "99999"}, "Select a valid choice"),
        ("responses", ANSWER | {"source": "9" * 40}, "Select a valid choice"),
        ("responses", ANSWER | {"date": "2026-13"}, "Write the date as"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    campaign: Campaign, bob: Client, kind: str, said: dict[str, str], error: str
) -> None:
    response = bob.post(f"{FACTS}{kind}/new/", said)
    assert response.status_code == 422 and error in text(response)
    assert facts.KINDS[kind].rows(campaign).count() == 1


def test_what_was_typed_is_markup_nowhere(campaign: Campaign, bob: Client) -> None:
    for kind, said in (("targets", {"name": "<b>x</b>"}), ("responses", ANSWER | {"text": "<script>x</script>"})):
        bob.post(f"{FACTS}{kind}/new/", said)
    page = bob.get(FACTS).content.decode()
    assert "<b>x</b>" not in page and "&lt;b&gt;x" in page and "<script>x" not in page


def test_there_are_no_more_than_a_page_can_show(campaign: Campaign, bob: Client) -> None:
    rows = (Target(campaign=campaign, number=number, name="x") for number in range(2, facts.MOST + 1))
    Target.objects.bulk_create(rows)
    assert "Add somebody" not in text(bob.get(FACTS))
    response = bob.post(f"{FACTS}targets/new/", {"name": "One too many"})
    assert response.status_code == 422 and "200 already" in text(response)
    assert campaign.targets.count() == facts.MOST


@pytest.mark.parametrize(
    "path", ["people/new/", "targets/x/", "targets/0/", "targets/99999999999999999999/", "sources/"]
)
def test_an_address_that_is_none_is_a_404(campaign: Campaign, bob: Client, path: str) -> None:
    assert bob.get(f"{FACTS}{path}").status_code == 404


def test_a_fact_of_another_campaign_or_group_is_out_of_reach(campaign: Campaign, bob: Client) -> None:
    theirs = Target.objects.create(campaign=make_campaign(), number=1, name="Nobody of ours")
    for page in ("", "remove/"):
        assert bob.get(f"{FACTS}targets/{theirs.pk}/{page}").status_code == 404
        bob.post(f"{FACTS}targets/{theirs.pk}/{page}", {"seen": mark_of(theirs), "name": "Taken"})
    assert bob.post(f"{FACTS}targets/{theirs.pk}/move/", {"to": "up"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.name == "Nobody of ours"


def test_a_viewer_changes_nothing(campaign: Campaign) -> None:
    viewer = Client()
    viewer.force_login(make_user("vera@example.org", campaign.organisation, "viewer"))
    row = campaign.targets.get()
    for path in ("targets/new/", f"targets/{row.pk}/", f"targets/{row.pk}/remove/", f"targets/{row.pk}/move/"):
        assert viewer.post(FACTS + path, {"name": "x", "seen": mark_of(row), "to": "up"}).status_code == 404
    assert [one.name for one in campaign.targets.all()] == ["The clerk"]


# Two editors


def test_the_later_of_two_is_told_and_may_save_knowingly(campaign: Campaign, bob: Client) -> None:
    before = campaign.targets.get()
    assert change(bob, before, "targets", name="The clerk", role="Town clerk").status_code == 302
    response = change(bob, before, "targets", name="The clerk", role="Clerk of works")
    page = response.content.decode()
    assert response.status_code == 409 and "Somebody else has saved this meanwhile" in page
    assert '<dd dir="auto">Town clerk</dd>' in page and 'value="Clerk of works"' in page
    assert campaign.targets.get().role == "Town clerk"
    again = {"seen": response.context["form"]["seen"].value(), "name": "The clerk", "role": "Clerk of works"}
    assert bob.post(f"{FACTS}targets/{before.pk}/", again).status_code == 302
    assert campaign.targets.get().role == "Clerk of works"


def test_two_at_different_facts_are_not_in_each_others_way(campaign: Campaign, bob: Client) -> None:
    target, event = campaign.targets.get(), campaign.events.get()
    assert change(bob, target, "targets", name="The mayor").status_code == 302
    assert change(bob, event, "events", **EVENT).status_code == 302


def test_what_was_typed_into_a_fact_that_is_gone_is_offered_as_a_new_one(campaign: Campaign, bob: Client) -> None:
    row = campaign.targets.get()
    facts.remove(campaign, facts.KINDS["targets"], row.pk, None, mark_of(row))  # type: ignore[arg-type]
    response = change(bob, row, "targets", name="The mayor")
    page = response.content.decode()
    assert response.status_code == 409 and 'value="The mayor"' in page and f'action="{FACTS}targets/new/"' in page
    assert bob.get(other_language(response)).status_code == 200


def test_nobody_removes_what_they_have_not_seen(campaign: Campaign, bob: Client) -> None:
    row = campaign.targets.get()
    asked = mark_of(row)
    change(bob, row, "targets", name="The mayor")
    response = bob.post(f"{FACTS}targets/{row.pk}/remove/", {"seen": asked})
    assert response.status_code == 409 and "The mayor" in text(response) and campaign.targets.exists()


# The order


def names(campaign: Campaign) -> list[str]:
    return [row.name for row in facts.KINDS["targets"].rows(campaign)]


def test_targets_are_put_in_order_one_place_at_a_time(campaign: Campaign, bob: Client) -> None:
    for name in ("The mayor", "The bishop"):
        bob.post(f"{FACTS}targets/new/", {"name": name})
    bishop = campaign.targets.get(name="The bishop")
    move = f"{FACTS}targets/{bishop.pk}/move/"
    assert bob.post(move, {"to": "up", "number": "3"})["Location"] == f"{FACTS}#targets-{bishop.pk}"
    assert names(campaign) == ["The clerk", "The bishop", "The mayor"]
    bob.post(move, {"to": "up", "number": "3"})  # from a page on which it still stood there
    assert names(campaign) == ["The clerk", "The bishop", "The mayor"]
    assert "Somebody else has changed the order" in text(bob.get(FACTS))
    bob.post(move, {"to": "up", "number": "2"})
    bob.post(move, {"to": "up", "number": "1"})  # it is the first already
    assert names(campaign) == ["The bishop", "The clerk", "The mayor"]
    bob.post(move, {"to": "sideways", "number": "1"})
    assert names(campaign) == ["The clerk", "The bishop", "The mayor"]


def test_rows_with_the_same_number_can_be_put_in_order_too(campaign: Campaign, bob: Client) -> None:
    """The administration gave targets any number."""
    twin = Target.objects.create(campaign=campaign, number=1, name="The mayor")
    bob.post(f"{FACTS}targets/{twin.pk}/move/", {"to": "up", "number": "1"})
    assert names(campaign) == ["The mayor", "The clerk"]


def test_dates_stand_in_the_order_of_their_days(campaign: Campaign, bob: Client) -> None:
    bob.post(f"{FACTS}events/new/", EVENT | {"title": "The march", "date": "2026-11-30"})
    page = text(bob.get(FACTS))
    assert page.index("The march") < page.index("Read-in")
    march = campaign.events.get(title="The march")
    assert bob.post(f"{FACTS}events/{march.pk}/move/", {"to": "down"}).status_code == 302
    assert campaign.events.get(title="The march").number == 2, "the address of its calendar file stays"


# Sources and the text


def test_it_is_said_where_the_text_refers_to_a_source(campaign: Campaign, bob: Client) -> None:
    bob.post(f"{FACTS}sources/new/", SOURCE)
    WordingDraft.objects.create(campaign=campaign, language="fr", wording={"body": "La mairie le dit.[^2] Encore.[^2]"})
    page = text(bob.get(FACTS))
    assert "The text refers to it once English: The library is used by 300 people a day. [^1]" in page
    assert "The text refers to it 2 times français (draft): La mairie le dit. [^2]" in page


def test_a_source_that_the_text_names_but_nobody_added_is_asked_for(campaign: Campaign, bob: Client) -> None:
    publishing.publish_text(campaign, "en", WORDING | {"body": "Used by 300 a day.[^1] It is warm.[^4]"})
    assert "The text refers to source 4, which is not there yet" in text(bob.get(FACTS))
    assert bob.get(f"{FACTS}sources/new/?number=4").context["form"]["number"].value() == 4
    assert bob.get(f"{FACTS}sources/new/").context["form"]["number"].value() == 4
    assert bob.get(f"{FACTS}sources/new/?number=x²").context["form"]["number"].value() == 4
    bob.post(f"{FACTS}sources/new/", SOURCE | {"number": "4"})
    assert "which is not there yet" not in text(bob.get(FACTS))
    assert bob.get(f"{FACTS}sources/new/").context["form"]["number"].value() == 5


def test_the_number_of_a_source_that_the_text_names_changes_only_when_somebody_is_sure(
    campaign: Campaign, bob: Client
) -> None:
    row = campaign.sources.get()
    new = {"number": "5", "title": row.title, "publication": row.publication}
    response = change(bob, row, "sources", **new)
    assert response.status_code == 422 and "[^1] leads nowhere" in text(response)
    assert change(bob, row, "sources", **new, sure="on").status_code == 302
    assert campaign.sources.get().number == 5


def test_a_source_that_no_text_names_gets_another_number_at_once(campaign: Campaign, bob: Client) -> None:
    bob.post(f"{FACTS}sources/new/", SOURCE)
    row = campaign.sources.get(number=2)
    assert change(bob, row, "sources", **SOURCE | {"number": "7"}).status_code == 302


def test_exchanging_numbers_that_the_text_names_asks_first(campaign: Campaign, bob: Client) -> None:
    bob.post(f"{FACTS}sources/new/", SOURCE)
    minutes = campaign.sources.get(number=2)
    move, up = f"{FACTS}sources/{minutes.pk}/move/", {"to": "up", "number": "2"}
    response = bob.post(move, up)
    assert response.status_code == 200 and "It would then name the other source" in text(response)
    assert bob.get(other_language(response)).status_code == 200
    assert campaign.sources.get(number=2) == minutes
    assert bob.post(move, up | {"sure": "on"}).status_code == 302
    assert campaign.sources.get(number=1) == minutes
    answer = campaign.responses.get()
    assert answer.source is not None and answer.source.number == 2, "an answer goes on resting on its own source"
    details = {"deed": "moved", "number": 2}
    assert noted("facts.sources")[-1] == details


def test_sources_that_no_text_names_exchange_their_numbers_at_once(campaign: Campaign, bob: Client) -> None:
    for number in ("2", "3"):
        bob.post(f"{FACTS}sources/new/", SOURCE | {"number": number, "title": f"Source {number}"})
    third = campaign.sources.get(number=3)
    assert bob.post(f"{FACTS}sources/{third.pk}/move/", {"to": "up", "number": "3"}).status_code == 302
    assert campaign.sources.get(title="Source 3").number == 2


def test_who_would_remove_a_source_is_told_what_rests_on_it(campaign: Campaign, bob: Client) -> None:
    row = campaign.sources.get()
    bob.post(f"{FACTS}sources/new/", SOURCE)
    page = text(bob.get(f"{FACTS}sources/{row.pk}/remove/"))
    assert "The text refers to it." in page and "1 answer rests on it. It stays" in page
    assert bob.post(f"{FACTS}sources/{row.pk}/remove/", {"seen": mark_of(row)}).status_code == 302
    assert campaign.responses.get().source is None
    assert campaign.sources.get().number == 2, "the others keep their numbers"


# Languages, and the public page


def test_words_are_given_in_each_further_language_and_others_are_kept(campaign: Campaign, bob: Client) -> None:
    publishing.publish_text(campaign, "ar", WORDING_AR)
    row = campaign.targets.get()
    Target.objects.filter(pk=row.pk).update(translations={"cy": {"name": "Y clerc"}, "ar": {"more": "x"}})
    row.refresh_from_db()
    said = {"name": "The clerk", "name_ar": "الكاتب", "role_ar": ""}
    assert change(bob, row, "targets", **said).status_code == 302
    assert campaign.targets.get().translations == {"cy": {"name": "Y clerc"}, "ar": {"more": "x", "name": "الكاتب"}}


def test_what_is_not_translated_yet_is_said(campaign: Campaign, bob: Client) -> None:
    assert "Not yet in" not in text(bob.get(FACTS))
    publishing.publish_text(campaign, "ar", WORDING_AR)
    assert text(bob.get(FACTS)).count("Not yet in العربيّة") == 4


def test_saving_a_fact_unchanged_changes_nothing(campaign: Campaign, bob: Client) -> None:
    publishing.publish_text(campaign, "ar", WORDING_AR)
    Source.objects.update(date="about 1990", translations={"ar": {"title": "الزوار"}})
    for kind in facts.KINDS.values():
        row = kind.rows(campaign).get()
        form = bob.get(f"{FACTS}{kind.name}/{row.pk}/").context["form"]
        sent = {bound.html_name: str(bound.value()) for bound in form if bound.value() not in (None, False)}
        response = bob.post(f"{FACTS}{kind.name}/{row.pk}/", sent)
        assert response.status_code == 302, response.content.decode()
        assert mark_of(kind.rows(campaign).get()) == mark_of(row)


def test_what_is_saved_is_on_the_public_page_though_the_wording_is_published(campaign: Campaign, bob: Client) -> None:
    bob.post(f"{FACTS}responses/new/", ANSWER | {"source": str(campaign.sources.get().pk), "date": "2026-11"})
    bob.post(f"{FACTS}events/new/", EVENT)
    page = text(Client().get("/library/"))
    assert "We are thinking about it." in page and "The vote" in page
    assert campaign.texts.count() == 1


def test_save_and_add_another_goes_on(campaign: Campaign, bob: Client) -> None:
    response = bob.post(f"{FACTS}targets/new/", {"name": "The mayor", "another": "on"})
    assert response["Location"] == f"{FACTS}targets/new/"


def test_the_page_asks_as_much_of_the_database_at_twenty_as_at_one(campaign: Campaign, bob: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert bob.get(FACTS).status_code == 200
        return len(asked)

    bob.get(FACTS)
    few = queries()
    for number in range(2, 21):
        Target.objects.create(campaign=campaign, number=number, name=f"Person {number}")
        source = Source.objects.create(campaign=campaign, number=number, title=f"Source {number}")
        Event.objects.create(campaign=campaign, number=number, title="March", date="2026-12-05")
        Response.objects.create(campaign=campaign, number=number, author="X", text="Y", source=source)
    assert queries() == few
