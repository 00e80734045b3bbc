"""The hand-over pack: what it says adds up, names only who agreed, and survives being killed."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.utils import timezone

from campaigns import counting, packing, paper, publishing, signatories, signing
from campaigns.models import Campaign, Signature, Target
from config import job_files, jobs
from letters.pdf.sandbox import POOL, RenderingTimeout
from tests.campaigns.factories import (
    WORDING,
    make_campaign,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    text_of,
)
from tests.letters.factories import make_constituency
from tests.letters.pdf.accessible import faults

pytestmark = pytest.mark.django_db(transaction=True)

RECIPIENT = WORDING["recipient"]


@pytest.fixture(scope="module", autouse=True)
def no_children() -> Iterator[None]:
    yield
    POOL.close()


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library")


def begun(campaign: Campaign, language: str = "", **changes: Any) -> jobs.Job:
    text = text_of(campaign, language)
    asked = {"language": text.language, "target": None, "recipients": [RECIPIENT, "مجلس البلدة"], "by": "alphabet"}
    order = packing.Order(**{**packing.default_letter(text), **asked, **changes})
    return packing.start(campaign, f"campaign {campaign.pk} account 1", order)


def made(campaign: Campaign, language: str = "", **changes: Any) -> bytes:
    job = begun(campaign, language, **changes)
    jobs.drain()
    return result_of(job)


def result_of(job: jobs.Job) -> bytes:
    job.refresh_from_db()
    assert job.state == jobs.State.DONE, job.error
    with job.open_result() as file:
        return file.read()


def pages_of(pdf: bytes) -> list[str]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def said(pdf: bytes) -> str:
    return " ".join(pages_of(pdf))


def sign_many(campaign: Campaign, number: int) -> list[str]:
    pattern = make_signature(campaign, state="pending", display="none")
    names = [f"Person{n:05}" for n in range(number)]
    Signature.objects.bulk_create(
        Signature(
            campaign=campaign,
            text=pattern.text,
            state="confirmed",
            consent=pattern.consent,
            confirmed_at=pattern.confirmed_at,
            erase_on=pattern.erase_on,
            display="name",
            public_name=name,
        )
        for name in names
    )
    return names


# What it says


def test_the_totals_are_those_of_the_books(campaign: Campaign) -> None:
    _, area, _ = make_seat()
    for state in Signature.State.values:
        make_signature(campaign, state=state, area=area)
    make_signature(campaign, origin="imported")
    make_signature(campaign, display="none", area=area)
    make_signature(campaign, display="initials")
    make_signature(campaign, state="withdrawn")
    paper.enter(campaign, signatures=12, on=timezone.localdate(), note="", actor="x")
    counting.fold_all()
    books = counting.reconcile(campaign)
    plan = signatories.plan(campaign, "x", recipients=[RECIPIENT], by="alphabet", language="en")
    tally = signatories.Tally.from_data(plan.expected)
    assert plan.states == books.by_state
    assert tally.confirmed == books.by_state["confirmed"] == books.campaign.signature_count == 4
    assert tally.origins == {"online": 3, "imported": 1}
    assert plan.paper == books.paper == 12
    assert sum(tally.areas.values()) == sum(tally.days.values()) == sum(tally.texts.values()) == 4
    text = said(made(campaign))
    for line in (
        "Signed online, and confirmed by email 3",
        "Brought over from elsewhere 1",
        "Signed on paper, as the organisers counted them 12",
        "Together 16",
        "Named in this pack, by name or initials, as each chose 3",
        "Chose not to be shown 1",
        "counted nowhere: 2.",
        "Northtown South 2",
        "Place not known 2",
        "And 1 person who chose not to be shown.",
        "with 16 signatures",
        text_of(campaign).digest[:8],
    ):
        assert line in text, line


def test_each_is_shown_as_they_chose_and_who_chose_not_to_be_nowhere(campaign: Campaign) -> None:
    make_signature(campaign, name="Alice Ahmed", affiliation="Nurse", reason="Because", email="alice@example.org")
    make_signature(campaign, name="Bob Brown", display="initials", affiliation="Teacher")
    make_signature(campaign, name="Hidden Person", display="none", affiliation="Spy")
    make_signature(campaign, name="Waiting Woman", state="pending")
    make_signature(campaign, name="Withdrawn Walter", state="withdrawn")
    make_signature(campaign, name="Suspect Susan", state="suspect")
    make_signature(campaign, name="Struck Stan", state="invalid")
    text = said(made(campaign))
    assert "Alice Ahmed, Nurse" in text and "B. B., Teacher" in text
    for never in ("Hidden", "Spy", "Waiting", "Walter", "Susan", "Stan", "Brown", "Because", "alice@example.org"):
        assert never not in text, never


def test_what_somebody_wrote_as_a_name_stays_a_name(campaign: Campaign) -> None:
    names = ["<b>Bold</b> Beth", "A</style><p>Para", "{{ x }} Carl", "Dora; } body { display: none", "&lt;Eve&gt;"]
    for name in [*names, "Zoë\u202e Last\u2066", "\u200b"]:
        make_signature(campaign, name=name)
    make_signature(campaign, name="يوسف الأحمد", affiliation="طبيب")
    text = said(made(campaign))
    for name in [*names, "Zoë Last", "[U+200B]"]:  # never an empty line
        assert name in text, name
    assert "\u202e" not in text


def test_five_thousand_names_are_all_there_once(campaign: Campaign) -> None:
    names = sign_many(campaign, 5_000)
    pdf = made(campaign)
    assert re.findall(r"Person\d{5}", said(pdf)) == names
    pages = pages_of(pdf)
    listed = [number for number, page in enumerate(pages) if "Person0" in page]
    assert all(re.search(rf"\D{number + 1}$", pages[number]) for number in listed)
    # No page but the last is left half empty where a chunk ends.
    filled = [len(re.findall(r"Person\d{5}", pages[number])) for number in listed]
    assert min(filled[1:-1]) >= max(filled) - 3


def test_it_is_tagged_with_an_outline_and_a_title(campaign: Campaign) -> None:
    for n in range(30):
        make_signature(campaign, name=f"{'ABC'[n % 3]}lice {n}", affiliation="Nurse" if n % 2 else "")
    pdf = made(campaign)
    assert faults(pdf) == []
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        marks = [item.get_title() for item in document.get_toc()]
    assert marks[-4:] == ["The signatories", "A", "B", "C"]


def test_a_pack_in_arabic_is_arabic(campaign: Campaign) -> None:
    campaign = make_campaign(slug="maktaba", arabic=True)
    make_signature(campaign, name="يوسف الأحمد", text=text_of(campaign, "ar"))
    make_signature(campaign, name="Zoë Smith", text=text_of(campaign))
    pdf = made(campaign, "ar", recipients=["مجلس البلدة"])
    assert faults(pdf) == []
    text = said(pdf)
    assert "يوسف" in text and text_of(campaign, "ar").digest[:8] in text
    assert "Zoë" not in text  # agreed that her name goes to "Northtown council", which nobody said this is


def test_what_no_font_has_keeps_nobody_from_being_handed_over(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_signature(campaign, name="Alice \ue123\U0001f9ff Ahmed \u1234x")
    make_signature(campaign, name="Bob Brown")
    real = packing.document_pdf

    def without_ethiopic(html: str, css: str) -> bytes:
        if "\u1234" in html:
            raise packing.MissingGlyphs("\ue123\U0001f9ff\u1234")
        return real(html, css)

    monkeypatch.setattr(packing, "document_pdf", without_ethiopic)
    job = begun(campaign)
    jobs.drain()
    text = said(result_of(job))
    assert "Alice Ahmed [U+1234]x" in text and "Bob Brown" in text
    # It is told: to whom the pack is given, and to whom made it.
    assert "In 1 name a letter could not be printed" in text
    assert packing.unprintable(job) == 1
    client = Client()
    client.force_login(make_user("alice@example.org", campaign.organisation, "owner"))
    page = client.get(f"/organise/campaigns/library/packs/{job.uuid}/").content.decode()
    assert "In 1 name a letter could not be printed, since no font" in page


def test_a_name_of_nothing_that_can_be_printed_is_a_name_still(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sign_many(campaign, 400)
    Signature.objects.filter(public_name__in=names[150:400:3]).update(public_name="\U0001f9ff")
    real = packing.document_pdf

    def without_pictures(html: str, css: str) -> bytes:
        if "\U0001f9ff" in html:
            raise packing.MissingGlyphs("\U0001f9ff")
        return real(html, css)

    monkeypatch.setattr(packing, "document_pdf", without_pictures)
    monkeypatch.setattr(packing, "CHUNK", 300)  # so that one ends among them
    job = begun(campaign)
    jobs.drain()
    text = said(result_of(job))
    assert re.findall(r"Person\d{5}", text) == [name for n, name in enumerate(names) if n < 150 or n % 3]
    assert text.count("[U+1F9FF]") == packing.unprintable(job) == 84


def test_a_pack_of_nobody_can_be_made(campaign: Campaign) -> None:
    assert "{named}" not in packing.default_letter(text_of(campaign))["body"]
    text = said(made(campaign))
    assert "Together 0" in text and "This pack holds no names." in text and "Over time" not in text


def test_the_cover_letter_is_addressed_and_filled_in(campaign: Campaign) -> None:
    target = Target.objects.create(
        campaign=campaign,
        number=1,
        name="The Clerk",
        organisation="Northtown council",
        address="1 Town Hall\nNORTHTOWN",
    )
    make_signature(campaign)
    pdf = made(campaign, target=target.pk, body="Here are {named} of {total}, {day}. {odd}", salutation="Dear Clerk,")
    letter = pages_of(pdf)[0]
    for words in ("The Clerk", "1 Town Hall", "Dear Clerk,", "Here are 1 of 1, ", "{odd}", "Friends of the Library"):
        assert words in letter, words


# Whose names may be in it


def test_without_a_recipient_in_the_consent_there_are_numbers_and_no_names() -> None:
    campaign = make_campaign(wording={"recipient": ""})
    make_signature(campaign, name="Alice Ahmed")
    assert packing.recipients(campaign) == []
    text = said(made(campaign))
    assert "Alice" not in text
    assert "This pack holds no names." in text
    assert "Have not agreed that their names go to this addressee 1" in text


def test_nobody_is_named_to_another_than_they_agreed_to(campaign: Campaign) -> None:
    make_signature(campaign, name="Alice Ahmed")
    publishing.publish_text(campaign, "en", {**WORDING, "recipient": "The minister"})
    make_signature(campaign, name="Bob Brown")
    make_signature(campaign, name="Carl Undocumented", consent=None)
    text = said(made(campaign, recipients=["The minister"]))
    assert "Bob Brown" in text
    assert "Alice" not in text and "Carl" not in text
    assert "Have not agreed that their names go to this addressee 2" in text


def test_a_wording_that_nobody_signed_is_not_said_to_be_what_they_signed(campaign: Campaign) -> None:
    make_signature(campaign, display="none")
    publishing.publish_text(campaign, "en", {**WORDING, "title": "Keep it open"})
    text = said(made(campaign))
    assert "By the wording they signed" in text and "English, version 1" in text and "English, version 2" not in text


def test_what_was_promised_of_affiliations_stands_before_the_names_it_was_promised_to(campaign: Campaign) -> None:
    make_signature(campaign, name="Alice Ahmed", affiliation="Nurse")
    publishing.publish_text(campaign, "en", {**WORDING, "affiliation_note": "For identification only."})
    make_signature(campaign, name="Bob Brown", affiliation="Nurse")
    publishing.publish_text(campaign, "en", WORDING)
    make_signature(campaign, name="Carl Cole", affiliation="Nurse")
    text = said(made(campaign))
    places = [text.index(one) for one in ("Carl Cole", "For identification only.", "Bob Brown", "Alice Ahmed")]
    assert places == sorted(places) and text.count("For identification only.") == 1


def test_who_signed_which_wording_is_said(campaign: Campaign) -> None:
    first = text_of(campaign)
    make_signature(campaign, name="Alice Ahmed")
    publishing.publish_text(campaign, "en", {**WORDING, "title": "Keep it open"})
    make_signature(campaign, name="Bob Brown")
    text = said(made(campaign))
    newer, older = text.index("They signed the wording in English, version 2"), text.index("English, version 1 SHA")
    assert newer < text.index("Bob Brown") < older < text.index("Alice Ahmed")
    assert re.search(rf"English, version 1 \S+ \S+ \d{{4}} {first.digest[:8]}", text)


# In order


def test_names_are_in_the_order_a_reader_looks_them_up(campaign: Campaign) -> None:
    names = [
        "Élise A",
        "elise b",
        "Łukasz",
        "Lukas",
        "O’Connell",
        "Oconnor",
        "Øystein",
        "Özil",
        "Zoë",
        "ابن",
        "42 Cats",
    ]
    ordered = sorted(names, key=signatories.sort_key)
    latin = ["42 Cats", "Élise A", "elise b", "Lukas", "Łukasz", "O’Connell", "Oconnor", "Øystein", "Özil", "Zoë"]
    assert ordered == [*latin, "ابن"]
    assert sorted(["Zoë", "أحمد", "ابن"], key=lambda name: signatories.sort_key(name, "ar")) == ["ابن", "أحمد", "Zoë"]
    initials = [signatories.initial_of(signatories.sort_key(name)) for name in ("Élise", "أحمد", "42 Cats")]
    assert initials == ["E", "ا", ""]
    # A heading for each of thousands of characters would be no order at all.
    assert {signatories.initial_of(signatories.sort_key(name)) for name in ("王小明", "김민준", "やまだ")} == {""}


def test_by_place_they_stand_under_their_place(campaign: Campaign) -> None:
    legislature, south, _ = make_seat()
    north = make_constituency(legislature, "LS1 4DY", name="Ashton North")
    make_signature(campaign, name="Alice Ahmed", area=south)
    make_signature(campaign, name="Bob Brown", area=north)
    make_signature(campaign, name="Carl Cole")
    names = pages_of(made(campaign, by="area"))[-1]
    places = [names.rindex(one) for one in ("Ashton North", "Bob Brown", "Northtown South", "Alice Ahmed", "Carl Cole")]
    assert places == sorted(places)


# While people come and go


def with_small_chunks(monkeypatch: pytest.MonkeyPatch, after: dict[int, Any]) -> list[int]:
    """Three names a chunk; `after` says what happens when so many chunks have been set. Tells how many were."""
    calls: list[int] = []
    real = packing._set

    def set_and_do(*arguments: Any) -> tuple[bytes, str]:
        done = real(*arguments)
        calls.append(1)
        if (deed := after.get(len(calls))) is not None:
            deed()
        return done

    monkeypatch.setattr(packing, "CHUNK", 3)
    monkeypatch.setattr(packing, "_set", set_and_do)
    return calls


def test_totals_and_list_agree_though_people_withdraw_meanwhile(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [make_signature(campaign, name=f"Person {letter}") for letter in "ABCDEFGH"]
    hidden = [make_signature(campaign, display="none") for _n in range(2)]

    def leave() -> None:
        signing.withdraw(people[0])  # set already: listed, and counted
        signing.withdraw(people[4])  # not set yet: neither
        make_signature(campaign, name="Person late")  # after the moment
        signing.withdraw(hidden[0])  # counted before the names

    with_small_chunks(monkeypatch, {1: leave})
    text = said(made(campaign))
    assert sorted(set(re.findall(r"Person \w+", text))) == [f"Person {letter}" for letter in "ABCDFGH"]
    assert "Named in this pack, by name or initials, as each chose 7" in text
    assert "Signatures without those on paper 9" in text
    assert "Chose not to be shown 2" in text
    assert "counted nowhere: 1." in text


def test_a_machine_that_is_slow_sets_fewer_at_once(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    names = sign_many(campaign, 12)
    real = packing._set

    def slow(book: Any, chunk: Any, *rest: Any) -> tuple[bytes, str]:
        if len(chunk.rows) > 5:
            raise RenderingTimeout
        return real(book, chunk, *rest)

    monkeypatch.setattr(packing, "CHUNK", 12)
    monkeypatch.setattr(packing, "SMALLEST", 2)
    monkeypatch.setattr(packing, "_set", slow)
    assert re.findall(r"Person\d{5}", said(made(campaign))) == names


class Killed(BaseException):
    pass


def killed(monkeypatch: pytest.MonkeyPatch, campaign: Campaign, after: int) -> tuple[jobs.Job, list[int]]:
    def die() -> None:
        raise Killed

    calls = with_small_chunks(monkeypatch, {after: die})
    job = begun(campaign)
    with pytest.raises(Killed):
        jobs.drain()
    assert calls and sum(calls) == after
    return job, calls


def goes_on(job: jobs.Job) -> bytes:
    jobs.Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.drain()
    return result_of(job)


def test_an_attempt_that_was_killed_is_gone_on_with(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [make_signature(campaign, name=f"Person {letter}").public_name for letter in "ABCDEFGHI"]
    job, calls = killed(monkeypatch, campaign, after=3)
    late = make_signature(campaign, name="Person late")
    text = said(goes_on(job))
    assert sum(calls) == 4  # two were kept, and the third was set again
    assert all(name in text for name in names) and late.public_name not in text


def test_a_pack_begins_anew_without_who_was_erased(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [make_signature(campaign, name=f"Person {letter}") for letter in "ABCDEFGHI"]
    job, _calls = killed(monkeypatch, campaign, after=3)
    assert list(job_files._parts(job.uuid))
    signing.erase(people[0])
    assert not list(job_files._parts(job.uuid))
    text = said(goes_on(job))
    assert "Person A" not in text and "Person B" in text


def test_a_pack_that_holds_somebody_who_is_erased_is_deleted(campaign: Campaign) -> None:
    person = make_signature(campaign)
    job = begun(campaign)
    jobs.drain()
    assert result_of(job)
    signing.erase(person)
    job.refresh_from_db()
    assert job.state == jobs.State.EXPIRED


# The pages


def test_an_owner_makes_and_downloads_a_pack_and_a_viewer_sees_that_there_is_one() -> None:
    alices = make_organisation()
    campaign = make_campaign(slug="library", organisation=alices)
    person = make_signature(campaign)
    owner, viewer = Client(), Client()
    owner.force_login(make_user("alice@example.org", alices, "owner"))
    viewer.force_login(make_user("bob@example.org", alices, "viewer"))
    page = owner.get("/organise/campaigns/library/packs/new/").content.decode()
    assert RECIPIENT in page and "checked" not in page.split('name="recipients"')[1].split(">")[0]
    letter = packing.default_letter(text_of(campaign))
    form = {**letter, "target": "", "recipients": [RECIPIENT], "by": "alphabet"}
    path = owner.post("/organise/campaigns/library/packs/new/", form)["Location"]
    jobs.drain()
    pdf = b"".join(owner.get(f"{path}?download").streaming_content)  # type: ignore[attr-defined]
    assert person.public_name in said(pdf)
    assert path in viewer.get("/organise/campaigns/library/packs/").content.decode()
    assert "is ready" in viewer.get(path).content.decode()
    assert viewer.get(f"{path}?download").status_code == 404
    assert "withdrawn since" not in owner.get(path).content.decode()
    signing.withdraw(person)
    assert "1 person has withdrawn since" in owner.get(path).content.decode()


def test_that_somebody_named_wants_to_be_shown_no_more_is_said(campaign: Campaign) -> None:
    person, _other = make_signature(campaign), make_signature(campaign, display="none")
    job = begun(campaign)
    jobs.drain()
    owner = Client()
    owner.force_login(make_user("alice@example.org", campaign.organisation, "owner"))
    path = f"/organise/campaigns/library/packs/{job.uuid}/"
    make_signature(campaign)  # whoever comes later changes nothing
    assert "since then" not in owner.get(path).content.decode()
    unchanged = {"name": person.name, "affiliation": "", "reason": "", "updates": False}
    signing.change(person, {**unchanged, "display": "initials"})
    assert "since then" not in owner.get(path).content.decode()
    signing.change(person, {**unchanged, "display": "none"})
    assert "1 person named in it has chosen since then not to be shown" in owner.get(path).content.decode()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"body": "Dear {minister}"}, "These are not placeholders: {minister}."),
        ({"target": "999999"}, "Select a valid choice"),
        ({"recipients": ["Somebody else"]}, "Select a valid choice"),
        ({"by": "age"}, "Select a valid choice"),
        ({"salutation": ""}, "required"),
    ],
)
def test_an_order_that_cannot_be_met_is_not_taken(change: dict[str, Any], error: str) -> None:
    alices = make_organisation()
    campaign = make_campaign(slug="library", organisation=alices)
    make_signature(campaign)
    client = Client()
    client.force_login(make_user("alice@example.org", alices, "owner"))
    form = {**packing.default_letter(text_of(campaign)), "target": "", "recipients": [RECIPIENT], "by": "area"}
    response = client.post("/organise/campaigns/library/packs/new/", {**form, **change})
    assert response.status_code == 422 and error in response.content.decode()
    assert not jobs.Job.objects.exists()


def test_the_same_pack_is_made_once_and_another_one_is_another(campaign: Campaign) -> None:
    make_signature(campaign)
    first = begun(campaign)
    assert begun(campaign) == first
    assert begun(campaign, by="area") != first


def test_the_pages_ask_as_much_for_twenty_packs_as_for_one(django_assert_num_queries: Any) -> None:
    alices = make_organisation()
    campaign = make_campaign(slug="library", organisation=alices)
    client = Client()
    client.force_login(make_user("bob@example.org", alices, "viewer"))
    for number in (1, 19):
        for _n in range(number):
            jobs.Job.objects.create(kind=packing.KIND, owner=f"campaign {campaign.pk} account 1", parameters={})
        with django_assert_num_queries(7):
            client.get("/organise/campaigns/library/packs/")
