"""To whom supporters write, whose letters go by hand, and how they go: set up in the workspace."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import choosing
from campaigns.forms.organising.letters_settings import LettersForm
from campaigns.models import Campaign, HandIn, LetterVariant, LogEntry, Organisation, WordingDraft
from letters.models import Legislature, Representative
from tests.campaigns.factories import make_campaign, make_organisation, make_seat, make_user
from tests.letters.factories import make_constituency, make_legislature, make_representative

pytestmark = pytest.mark.django_db

PAGE = "/organise/campaigns/library/letters/"
HAND_IN = f"{PAGE}hand-in/"


@pytest.fixture
def campaign() -> Campaign:
    legislature, _, _ = make_seat(name="Imogen Yarborough")
    return make_campaign(slug="library", organisation=make_organisation(), legislature=legislature)


@pytest.fixture
def representative(campaign: Campaign) -> Representative:
    return Representative.objects.get(legislature=campaign.legislature)


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", name="Bob"))
    return client


@pytest.fixture
def charlies_list() -> Legislature:
    theirs = make_legislature(name="Charlie’s friends", kind="list")
    make_organisation(name="Charlie’s").lists.add(theirs)
    return theirs


def said(campaign: Campaign, **fields: Any) -> dict[str, Any]:
    form = LettersForm(instance=Campaign.objects.get(pk=campaign.pk))
    shown = {
        "seen": form["seen"].value(),
        "legislature": form["legislature"].value() or "",
        "also_to": [str(one) for one in form["also_to"].value() or []],
        "merge_identical": "on" if form["merge_identical"].value() else None,
        "attach_pdf": "on" if form["attach_pdf"].value() else None,
    }
    return {name: value for name, value in (shown | fields).items() if value is not None}


def test_it_is_kept_and_noted(campaign: Campaign, bob: Client) -> None:
    council, own = make_legislature(name="Northtown council", kind="council"), make_legislature(kind="list")
    campaign.organisation.lists.add(own)
    # The first legislature, ticked once more, is no second one.
    chosen = [str(council.pk), str(own.pk), str(campaign.legislature_id)]
    response = bob.post(PAGE, said(campaign, also_to=chosen, merge_identical="on", attach_pdf=None))
    assert response.status_code == 302
    campaign.refresh_from_db()
    assert set(campaign.also_to.all()) == {council, own}
    assert campaign.merge_identical and not campaign.attach_pdf
    assert LogEntry.objects.get().details == {"fields": ["also_to", "attach_pdf", "merge_identical"]}
    assert bob.post(PAGE, said(campaign)).status_code == 302
    assert LogEntry.objects.count() == 1, "nothing has changed"


def test_parliaments_councils_and_lists_of_ones_own_are_offered(
    campaign: Campaign, bob: Client, charlies_list: Legislature
) -> None:
    own = make_legislature(name="Our board", kind="list")
    campaign.organisation.lists.add(own)
    page = bob.get(PAGE).content.decode()
    assert "Our board" in page and "House of Commons" in page and "Charlie’s friends" not in page


@pytest.mark.parametrize("field", ["also_to", "legislature"])
def test_nobody_takes_the_list_of_another_organisation(
    campaign: Campaign, bob: Client, charlies_list: Legislature, field: str
) -> None:
    response = bob.post(PAGE, said(campaign, **{field: [str(charlies_list.pk)]}))
    assert response.status_code == 422
    campaign.refresh_from_db()
    assert charlies_list not in campaign.legislatures()


def test_who_works_for_two_organisations_mixes_no_lists(
    campaign: Campaign, bob: Client, charlies_list: Legislature
) -> None:
    dora = make_user("dora@example.org", campaign.organisation, "editor")
    dora.memberships.create(organisation=Organisation.objects.get(lists=charlies_list), role="editor")
    client = Client()
    client.force_login(dora)
    assert client.post(PAGE, said(campaign, also_to=[str(charlies_list.pk)])).status_code == 422


def test_a_campaign_has_a_first_legislature_before_further_ones(campaign: Campaign, bob: Client) -> None:
    council = make_legislature(name="Northtown council", kind="council")
    response = bob.post(PAGE, said(campaign, legislature="", also_to=[str(council.pk)]))
    assert response.status_code == 422 and "Choose this one first" in response.content.decode()
    assert not campaign.also_to.exists()


@pytest.mark.parametrize("junk", ["x", "-1", "99999999999999999999999", "\x00", "🦆"])
@pytest.mark.parametrize("field", ["also_to", "legislature"])
def test_junk_is_refused_beside_its_field(campaign: Campaign, bob: Client, field: str, junk: str) -> None:
    assert bob.post(PAGE, said(campaign, **{field: [junk]})).status_code == 422


def test_the_later_of_two_is_told_what_was_chosen_meanwhile(campaign: Campaign, bob: Client) -> None:
    council = make_legislature(name="Northtown council", kind="council")
    later = said(campaign, merge_identical="on")
    assert bob.post(PAGE, said(campaign, also_to=[str(council.pk)])).status_code == 302
    response = bob.post(PAGE, later)
    page = response.content.decode()
    assert response.status_code == 409 and '<dd dir="auto">Northtown council</dd>' in page
    campaign.refresh_from_db()
    assert list(campaign.also_to.all()) == [council] and not campaign.merge_identical
    assert bob.post(PAGE, later | {"seen": response.context["form"]["seen"].value()}).status_code == 302
    campaign.refresh_from_db()
    assert not campaign.also_to.exists() and campaign.merge_identical


def test_who_chose_somebody_to_write_to_but_wrote_no_letter_is_told(campaign: Campaign, bob: Client) -> None:
    assert "There is no letter in the text yet" not in bob.get(PAGE).content.decode()
    bare = make_campaign(
        slug="pool", organisation=campaign.organisation, legislature=campaign.legislature, wording={"letter_body": ""}
    )
    assert "There is no letter in the text yet" in bob.get(PAGE.replace("library", bare.slug)).content.decode()


def test_a_letter_in_a_draft_counts_before_anything_is_published(campaign: Campaign, bob: Client) -> None:
    theirs: dict[str, Any] = {"organisation": campaign.organisation, "legislature": campaign.legislature}
    pool = make_campaign(slug="pool", state="draft", wording={"letter_body": ""}, **theirs)
    page = PAGE.replace("library", "pool")
    missing = bob.get(page).content.decode()
    assert "There is no letter in the text yet" in missing and "/organise/campaigns/pool/wording/en/" in missing
    WordingDraft.objects.create(campaign=pool, language="en", wording={"letter_subject": "Us", "letter_body": "Dear"})
    assert "There is no letter in the text yet" not in bob.get(page).content.decode()
    Campaign.objects.filter(pk=pool.pk).update(state="live")
    assert "There is no letter in the text yet" in bob.get(page).content.decode()


# Handed in on paper


def test_letters_to_one_wait_to_be_handed_in_and_go_by_email_again(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    assert bob.post(HAND_IN, {"representative": str(representative.pk)}).status_code == 302
    marked = HandIn.objects.get()
    assert marked.representative == representative
    assert choosing.handed_over(campaign, [representative]) == {representative.pk}
    page = bob.get(PAGE).content.decode()
    assert "Email them again" in page and "Imogen Yarborough (" not in page, "nobody is offered twice"
    assert bob.post(HAND_IN, {"email": str(marked.pk)}).status_code == 302
    assert not HandIn.objects.exists()
    details = list(LogEntry.objects.order_by("pk").values_list("details", flat=True))
    assert details == [{"deed": "added", "all": False}, {"deed": "removed", "all": False}]


def test_all_letters_wait_to_be_handed_in(campaign: Campaign, representative: Representative, bob: Client) -> None:
    for _ in range(2):  # the second press changes nothing
        assert bob.post(HAND_IN, {"do": "all"}).status_code == 302
    marked = HandIn.objects.get()
    assert marked.representative is None
    assert choosing.handed_over(campaign, [representative]) == {representative.pk}
    assert "All letters of this campaign wait" in bob.get(PAGE).content.decode()
    assert bob.post(HAND_IN, {"email": str(marked.pk)}).status_code == 302
    assert not HandIn.objects.exists()


def test_the_same_one_twice_is_one(campaign: Campaign, representative: Representative, bob: Client) -> None:
    bob.post(HAND_IN, {"representative": str(representative.pk)})
    response = bob.post(HAND_IN, {"representative": str(representative.pk)})
    assert response.status_code == 422 and HandIn.objects.count() == 1
    (arabic,) = (one["url"] for one in response.context["page_languages"] if one["code"] == "ar")
    assert bob.get(arabic).status_code == 200


@pytest.mark.parametrize("junk", ["", "x", "0", "99999999999999999999999", "1 OR 1=1", "²"])
@pytest.mark.parametrize("field", ["representative", "email"])
def test_junk_hands_in_nothing(campaign: Campaign, bob: Client, field: str, junk: str) -> None:
    assert bob.post(HAND_IN, {field: junk}).status_code in (302, 422)
    assert not HandIn.objects.exists()


def test_only_people_to_whom_the_campaign_writes_are_offered(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    make_seat(name="Somebody Elsewhere")
    gone = make_representative(representative.constituency, name="Agnes Left", valid_to=timezone.localdate())
    page = bob.get(PAGE).content.decode()
    assert "Imogen Yarborough (" in page and "Somebody Elsewhere" not in page and "Agnes Left" not in page
    assert bob.post(HAND_IN, {"representative": str(gone.pk)}).status_code == 422


def test_a_hand_in_of_another_campaign_is_out_of_reach(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    theirs = HandIn.objects.create(campaign=make_campaign(), representative=representative)
    bob.post(HAND_IN, {"email": str(theirs.pk)})
    assert HandIn.objects.filter(pk=theirs.pk).exists()


def test_the_page_asks_as_much_of_the_database_at_twenty_as_at_one(
    campaign: Campaign, representative: Representative, bob: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert bob.get(PAGE).status_code == 200
        return len(asked)

    def add(number: int) -> None:
        seat = make_constituency(campaign.legislature, name=f"Seat {number}")
        one = make_representative(seat, name=f"Person {number}")
        HandIn.objects.create(campaign=campaign, representative=one)
        LetterVariant.objects.create(campaign=campaign, number=number, representative=one, instead=representative)

    add(1)
    bob.get(PAGE)
    few = queries()
    for number in range(2, 21):
        add(number)
    assert queries() == few
