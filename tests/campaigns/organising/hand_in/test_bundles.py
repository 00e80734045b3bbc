import html
import io
import re
from datetime import timedelta

import pikepdf
import pytest
from django.test import Client
from django.utils import timezone

from campaigns import bundling, exports, posting, printing, taking_out
from campaigns.models import Campaign, CampaignLetter, User
from config import jobs
from letters.models import Letter, Representative
from letters.pdf import MissingGlyphs, RenderingBusy, RenderingError, sandbox
from tests.campaigns.factories import (
    make_user,
)
from tests.letters.pdf.sheets import fonts, texts

from .piles import PAGE, another, asked, bundled, letters_in, names_in, opened, set_quickly, wait, widths_in

pytestmark = pytest.mark.django_db


def test_the_bundle_is_a_pdf_a_representative_with_their_letters_by_time(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    jonas = another(representative, name="جوناس كويل")
    agnes = another(representative, name="Agnes O’Left/../x")
    late, early = wait(campaign, representative, 2)
    CampaignLetter.objects.filter(pk=early.pk).update(confirmed_at=timezone.now() - timedelta(days=5))
    Letter.objects.filter(pk=early.letter_id).update(sender_name="Early")
    wait(campaign, jonas, 1)
    wait(campaign, agnes, 1)
    job = bundled(campaign, alice)
    assert job.result_filename == "library-letters.zip" and (job.done, job.total) == (4, 4)
    assert sorted(names_in(job)) == [
        "0-contents.html",
        "1-agnes-oleftx.pdf",
        "2-3-imogen-yarborough.pdf",
        "4-جوناس-كويل.pdf",
    ]
    early_first, _blank, then, _blank = widths_in(opened(job).read("2-3-imogen-yarborough.pdf"))
    assert (early_first, then) == (len("Early"), len("Alice Example"))


def test_each_letter_begins_on_a_new_sheet(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printed on both sides, no two people's letters are on one; and none is wasted after a letter of two pages."""
    pages = {"One": 1, "Two of it": 2, "And three": 3, "Last": 1}
    kept = wait(campaign, representative, 4)
    for letter, name in zip(kept, pages, strict=True):
        Letter.objects.filter(pk=letter.letter_id).update(sender_name=name)
    set_quickly(monkeypatch, pages)
    job = bundled(campaign, alice)
    one, two, three, last = (len(name) for name in pages)
    found = widths_in(opened(job).read("1-4-imogen-yarborough.pdf"))
    assert found == [one, one, two, two, three, three, three, three, last, last]
    contents = opened(job).read("0-contents.html").decode()
    rows = re.findall(r"<tr><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>", contents)
    assert rows == [("1", "1", "1"), ("2", "3", "2"), ("3", "5", "3"), ("4", "9", "1")]


def test_file_names_and_contents_hold_nobody_who_wrote_and_sort_as_they_are_numbered(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    jonas = another(representative)
    wait(campaign, representative, 12)
    wait(campaign, jonas, 1)
    job = bundled(campaign, alice)
    assert sorted(names_in(job)) == ["0-contents.html", "01-12-imogen-yarborough.pdf", "13-jonas-quill.pdf"]
    contents = opened(job).read("0-contents.html").decode()
    assert "Jonas Quill" in contents and "13-jonas-quill.pdf" in contents
    assert "Alice Example" not in contents and letters_in(job) == 13


def test_very_many_letters_to_one_are_several_files(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a file is in memory while it is made."""
    monkeypatch.setattr(bundling, "A_FILE", 2)
    wait(campaign, representative, 5)
    names = sorted(names_in(bundled(campaign, alice)))
    assert names[1:] == ["1-2-imogen-yarborough.pdf", "3-4-imogen-yarborough.pdf", "5-imogen-yarborough.pdf"]


def test_joined_letters_keep_their_words_and_fonts_and_not_their_tags(
    rendered: None, campaign: Campaign, representative: Representative, alice: User
) -> None:
    """And they do not claim to be what they no longer are: PDF/UA."""
    wait(campaign, representative, 2)
    pdf = opened(bundled(campaign, alice)).read("1-2-imogen-yarborough.pdf")
    pages = texts(pdf)
    assert len(pages) == 4 and pages[1].strip() == "" == pages[3].strip()
    assert "I write about the bridge." in pages[0] and "I write about the bridge." in pages[2]
    assert fonts(pdf) and all(fonts(pdf).values()), "every font is in the file"
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert not {"/StructTreeRoot", "/MarkInfo", "/Lang", "/Metadata"} & set(document.Root.keys())


def test_a_letter_that_cannot_be_set_is_in_it_as_text(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _first, odd = wait(campaign, representative, 2)
    Letter.objects.filter(pk=odd.letter_id).update(sender_name="Odd")

    def fail_for_one(name: str) -> None:
        if name == "Odd":
            raise MissingGlyphs("ꙮ")

    set_quickly(monkeypatch, meanwhile=fail_for_one)
    archive = opened(bundled(campaign, alice))
    assert sorted(archive.namelist()) == ["0-contents.html", "1-2-imogen-yarborough.pdf", "2-imogen-yarborough.txt"]
    assert "a text file of its own" in archive.read("0-contents.html").decode()
    assert "I write about the bridge." in archive.read("2-imogen-yarborough.txt").decode()


def test_when_none_can_be_set_the_work_says_so(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> None:
        raise RenderingError("no")

    set_quickly(monkeypatch, meanwhile=fail)
    wait(campaign, representative, 1)
    job = bundled(campaign, alice)
    assert (job.state, job.error) == (jobs.State.FAILED, "None of the letters could be made into a PDF.")


def test_a_bundle_of_nothing_says_so(campaign: Campaign, alice: User) -> None:
    assert bundled(campaign, alice).error == "No letters wait to be handed in."


def test_a_bundle_waits_for_a_renderer_that_is_busy(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [RenderingBusy(3), RenderingBusy(3)]
    slept: list[float] = []

    def busy_at_first(name: str) -> None:
        if answers:
            raise answers.pop()

    set_quickly(monkeypatch, meanwhile=busy_at_first)
    monkeypatch.setattr(sandbox.time, "sleep", slept.append)
    wait(campaign, representative, 1)
    assert letters_in(bundled(campaign, alice)) == 1 and slept == [3, 3]


def test_who_withdraws_while_the_bundle_is_made_is_not_in_it(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is begun anew, as often as that takes."""
    letters = wait(campaign, representative, 6)
    left = letters[:5]

    def withdraws_meanwhile(name: str) -> None:
        if left:
            posting.withdraw(left.pop())

    set_quickly(monkeypatch, meanwhile=withdraws_meanwhile)
    monkeypatch.setattr(printing, "batches", lambda sheets: [[sheet] for sheet in sheets])
    monkeypatch.setattr(jobs, "RENEW_EVERY", 0)
    job = bundling.start_bundle(campaign, exports.owner_of(campaign, alice))
    for _turn in range(8):
        jobs.drain()
    job.refresh_from_db()
    assert job.state == jobs.State.DONE and letters_in(job) == 1
    assert taking_out.to_take_out(campaign) == [], "no bundle that was ever ready held them"


def test_who_withdraws_before_the_bundle_comes_to_them_stops_nothing(
    campaign: Campaign,
    representative: Representative,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    *_others, last = wait(campaign, representative, 4)

    asked_for: list[str] = []

    def withdraws_meanwhile(name: str) -> None:
        asked_for.append(name)
        if len(asked_for) == 2:  # the job has just written how far it is, and does not look again for a while
            posting.withdraw(last)

    set_quickly(monkeypatch, meanwhile=withdraws_meanwhile)
    monkeypatch.setattr(printing, "PART", 2)
    monkeypatch.setattr(jobs, "RENEW_EVERY", 60)
    assert letters_in(bundled(campaign, alice)) == 3
    assert [record.levelname for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_bundle_holds_what_waited_when_it_was_asked_for(
    owner: Client, campaign: Campaign, representative: Representative, alice: User
) -> None:
    """And so does the pile that is marked from its page."""
    old = wait(campaign, representative, 2)
    job = bundling.start_bundle(campaign, exports.owner_of(campaign, alice))
    [new] = wait(campaign, representative, 1, confirmed_at=timezone.now())
    jobs.drain()
    job.refresh_from_db()
    assert letters_in(job) == 2
    page = owner.get(f"{PAGE}bundles/{job.uuid}/").content.decode()
    [door] = re.findall(r'href="([^"]*over/\?until=[^"]*)"', page)
    ask = owner.get(html.unescape(door))
    assert "these 2 letters" in ask.content.decode()
    owner.post(f"{PAGE}over/", asked(ask))
    assert set(CampaignLetter.objects.filter(handed_over_at__isnull=True)) == {new}
    assert {kept.pk for kept in old} == set(
        CampaignLetter.objects.exclude(handed_over_at=None).values_list("pk", flat=True)
    )


def test_asking_twice_makes_one_bundle(owner: Client, campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 1)
    first, second = owner.post(f"{PAGE}bundles/"), owner.post(f"{PAGE}bundles/")
    assert first["Location"] == second["Location"] and jobs.Job.objects.count() == 1
    jobs.drain()
    assert owner.post(f"{PAGE}bundles/")["Location"] != first["Location"], "that one is done; this is a newer one"


def test_the_bundle_is_its_owners_alone(owner: Client, campaign: Campaign, representative: Representative) -> None:
    wait(campaign, representative, 1)
    page = owner.post(f"{PAGE}bundles/")["Location"]
    jobs.drain()
    download = owner.get(page, {"download": ""})
    assert "attachment" in download["Content-Disposition"] and "no-store" in download["Cache-Control"]
    for role in ("viewer", "editor", "owner"):
        client = Client()
        client.force_login(make_user(f"{role}@example.org", campaign.organisation, role, is_staff=True))
        assert client.get(page, {"download": ""}).status_code == 404, role
