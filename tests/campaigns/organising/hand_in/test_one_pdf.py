"""All letters that wait as one PDF to be printed, and the order in which they lie."""

import io
import re

import pikepdf
import pytest
from django.test import Client
from django.utils import timezone, translation

from campaigns import bundle_pages, bundling, posting, printing, taking_out
from campaigns.bundle_pages import Line
from campaigns.bundling import Shape, Wanted
from campaigns.models import BundledLetter, Campaign, CampaignLetter, User
from campaigns.printing import Order, postcode_of
from config import jobs
from letters.letter_text import sheet_for
from letters.models import Legislature, Letter, Representative
from letters.pdf import MissingGlyphs, letter_pdf, page_pngs
from tests.letters.pdf.sheets import PARAGRAPH, texts
from tests.letters.pdf.sheets import opened as opened_pdf

from .piles import PAGE, another, bundled, names_in, opened, set_quickly, wait, whole, widths_in

pytestmark = pytest.mark.django_db

ONE = Wanted(shape=Shape.ONE)


def _say(kept: CampaignLetter, **fields: str) -> None:
    Letter.objects.filter(pk=kept.letter_id).update(**fields)


def _wait_at(campaign: Campaign, representative: Representative, *postcodes: str) -> list[CampaignLetter]:
    """Letters from these postcodes, whose writers are named after them."""
    letters = wait(campaign, representative, len(postcodes))
    for kept, postcode in zip(letters, postcodes, strict=True):
        _say(kept, sender_name=f"Writer at {postcode}", sender_address=f"1 High Street\nTOWN\n{postcode}")
    return letters


def _listed(pages: list[str]) -> list[tuple[int, int, int]]:
    """The list of contents: number, first page, pages of each letter."""
    return [tuple(map(int, row)) for row in re.findall(r"^(\d+) (\d+) (\d+) \w", "\n".join(pages), re.MULTILINE)]  # type: ignore[misc]


def test_every_letter_begins_on_a_right_hand_page_where_the_list_of_contents_says(
    rendered: None, campaign: Campaign, representative: Representative, alice: User
) -> None:
    letters = wait(campaign, representative, 7)
    for number, kept in enumerate(letters):
        body = "\n\n".join([PARAGRAPH] * (1, 10, 22, 1, 1, 10, 1)[number])
        _say(kept, salutation=f"To whom letter {number} goes,", body=body)
    job = bundled(campaign, alice, ONE)
    assert (job.state, job.result_filename) == (jobs.State.DONE, "library-letters.pdf")
    pages = texts(whole(job))
    begins = [number for number, text in enumerate(pages, 1) if "To whom letter" in text]
    assert len(begins) == 7 and all(page % 2 == 1 for page in begins)
    assert begins == list(BundledLetter.objects.order_by("number").values_list("page", flat=True))
    listed = _listed(pages[: begins[0] - 1])
    assert [page for _number, page, _pages in listed] == begins
    assert [number for _number, _page, number in listed] == [1, 2, 3, 1, 1, 2, 1]
    assert begins[0] == 3, "the list of contents has a sheet of its own"
    assert len(pages) % 2 == 0, "what is printed after it begins on a sheet of its own too"


def test_a_letter_of_the_pile_looks_as_it_does_alone(
    rendered: None, campaign: Campaign, representative: Representative, alice: User
) -> None:
    first, second = _wait_at(campaign, representative, "LS1 4DY", "LS2 9JT")
    _say(second, body="\n\n".join([PARAGRAPH] * 10), layout="din_5008_b")
    pages = page_pngs(whole(bundled(campaign, alice, ONE)))
    assert pages[2:3] == page_pngs(letter_pdf(sheet_for(Letter.objects.get(pk=first.letter_id))))
    assert pages[4:6] == page_pngs(letter_pdf(sheet_for(Letter.objects.get(pk=second.letter_id))))


def test_the_organiser_may_have_them_all_for_the_envelopes_at_hand(
    rendered: None, campaign: Campaign, representative: Representative, alice: User
) -> None:
    [kept] = wait(campaign, representative, 1)
    pages = page_pngs(whole(bundled(campaign, alice, Wanted(shape=Shape.ONE, layout="us_10"))))
    assert pages[2:3] == page_pngs(letter_pdf(sheet_for(kept.letter), "us_10"))


def test_by_representative_their_letters_lie_together_by_time(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    agnes = another(representative, name="Agnes")
    _wait_at(campaign, representative, "LS1", "LS22")
    _wait_at(campaign, agnes, "LS333", "LS1")
    found = widths_in(whole(bundled(campaign, alice, ONE)))[2::2]
    assert found == [len(f"Writer at {name}") for name in ("LS333", "LS1", "LS1", "LS22")]


def test_by_postcode_neighbours_lie_together_whomever_they_wrote_to(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    _wait_at(campaign, representative, "LS10 1AB", "ls2 9jt")
    _wait_at(campaign, another(representative, name="Agnes"), "sw1a1aa", "LS2 10AA, GB", "EX1 1AA")
    bundled(campaign, alice, Wanted(Order.POSTCODE, Shape.ONE))
    order = [row.letter.letter.sender_name for row in BundledLetter.objects.order_by("number")]
    assert [name.removeprefix("Writer at ") for name in order] == [
        "EX1 1AA",
        "ls2 9jt",
        "LS2 10AA, GB",
        "LS10 1AB",
        "sw1a1aa",
    ]


def test_in_a_zip_each_representatives_letters_are_by_postcode(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    _wait_at(campaign, representative, "LS10 1AB", "LS2 9JT")
    _wait_at(campaign, another(representative, name="Agnes"), "LS5 1AA")
    job = bundled(campaign, alice, Wanted(Order.POSTCODE, Shape.ZIP))
    assert sorted(names_in(job)) == ["0-contents.html", "1-agnes.pdf", "2-3-imogen-yarborough.pdf"]
    order = [row.letter.letter.sender_address[-8:].strip() for row in BundledLetter.objects.order_by("number")]
    assert order == ["LS5 1AA", "LS2 9JT", "LS10 1AB"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("LS1 4DY", "LS13 1AA"),
        ("LS14DY", "LS13 1AA"),  # without its space it is not LS14
        ("M1 1AA", "SW1A 1AA"),
        ("1 Road\nE1 6AN", "1 Aaa Road\nEC1A 1BB"),
        ("Unter den Linden 1\n10117 Berlin", "Am Weg 2\n20095 Hamburg"),
        ("", "LS1 4DY"),
        ("1 Road\nLS1 4DY\n  \n", "1 Road\nLS2 4DY"),
    ],
)
def test_postcodes_are_in_the_order_of_their_parts(earlier: str, later: str) -> None:
    assert postcode_of(earlier) < postcode_of(later)


class Killed(BaseException):
    """As SIGKILL: nothing of ours is run any more."""


def _killed_before(monkeypatch: pytest.MonkeyPatch, campaign: Campaign, alice: User, letter: int) -> jobs.Job:
    """A worker that dies when it comes to that letter, counted from 0; parts are of two letters."""
    seen: list[str] = []

    def dies(name: str) -> None:
        if len(seen) == letter:
            raise Killed
        seen.append(name)

    monkeypatch.setattr(printing, "PART", 2)
    set_quickly(monkeypatch, meanwhile=dies)
    with pytest.raises(Killed):
        bundled(campaign, alice, ONE)
    job = jobs.Job.objects.latest("pk")
    jobs.Job.objects.filter(pk=job.pk).update(lease_until=job.created_at)
    return job


def _then(monkeypatch: pytest.MonkeyPatch, job: jobs.Job) -> list[str]:
    """Whose letters the next worker sets."""
    again: list[str] = []
    set_quickly(monkeypatch, meanwhile=again.append)
    jobs.drain()
    job.refresh_from_db()
    assert job.state == jobs.State.DONE
    return again


def test_a_killed_workers_letters_are_not_set_again(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _wait_at(campaign, representative, "A1", "B22", "C333", "D4444", "E55555", "F666666")
    job = _killed_before(monkeypatch, campaign, alice, 5)
    assert _then(monkeypatch, job) == ["Writer at E55555", "Writer at F666666"]
    assert widths_in(whole(job))[2::2] == [len("Writer at ") + length for length in range(2, 8)]
    assert BundledLetter.objects.count() == job.done == job.total == 6


def test_of_what_a_killed_worker_set_only_the_part_is_made_again_of_who_withdrew_or_changed(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = _wait_at(campaign, representative, "A1", "B22", "C333", "D4444", "E55555", "F666666")
    job = _killed_before(monkeypatch, campaign, alice, 4)
    posting.withdraw(letters[0])
    assert _then(monkeypatch, job) == ["Writer at B22", "Writer at E55555", "Writer at F666666"]
    assert widths_in(whole(job))[2::2] == [len("Writer at ") + length for length in range(3, 8)]
    assert list(BundledLetter.objects.order_by("number").values_list("number", "letter")) == [
        (number, kept.pk) for number, kept in enumerate(letters[1:], 1)
    ]


def test_a_letter_that_was_changed_meanwhile_is_set_as_it_is_now(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = _wait_at(campaign, representative, "A1", "B22", "C333", "D4444")
    job = _killed_before(monkeypatch, campaign, alice, 3)
    _say(letters[1], sender_name="Another name")
    assert _then(monkeypatch, job)[:2] == ["Writer at A1", "Another name"]
    assert widths_in(whole(job))[4] == len("Another name")


def test_what_a_killed_worker_set_is_deleted_when_the_bundle_is_done(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _wait_at(campaign, representative, "A1", "B22", "C333")
    job = _killed_before(monkeypatch, campaign, alice, 2)
    assert job.part("letters-0") and job.part("order")
    _then(monkeypatch, job)
    assert job.part("letters-0") is None and job.part("order") is None


def test_a_letter_that_cannot_be_set_lies_beside_the_pdf_and_a_sheet_in_it_says_so(
    rendered: None, campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, odd, last = _wait_at(campaign, representative, "A1", "B22", "C333")
    real = printing.letters_pdf

    def refuse(sheets: list[object], profile: str | None = None) -> object:
        if any("B22" in str(sheet) for sheet in sheets):
            raise MissingGlyphs("ꙮ")
        return real(sheets, profile)  # type: ignore[arg-type]

    monkeypatch.setattr(printing, "letters_pdf", refuse)
    job = bundled(campaign, alice, ONE)
    assert job.result_filename == "library-letters.zip"
    archive = opened(job)
    assert sorted(archive.namelist()) == ["0-contents.html", "1-3-letters.pdf", "2-imogen-yarborough.txt"]
    assert "Writer at B22" in archive.read("2-imogen-yarborough.txt").decode()
    pages = texts(archive.read("1-3-letters.pdf"))
    assert "Writer at A1" in pages[0] and "Writer at C333" in pages[4]
    said = " ".join(pages[2].split())
    assert "Letter 2, to Imogen Yarborough, belongs here" in said and "2-imogen-yarborough.txt" in said
    assert list(BundledLetter.objects.order_by("number").values_list("page", flat=True)) == [1, 3, 5]
    assert "2-imogen-yarborough.txt" in archive.read("0-contents.html").decode()


def test_more_letters_than_one_file_holds_are_several(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a file is in memory while it is made."""
    monkeypatch.setattr(bundling, "ONE_FILE", 2)
    wait(campaign, representative, 5)
    job = bundled(campaign, alice, ONE)
    assert job.result_filename == "library-letters.zip"
    assert sorted(names_in(job)) == ["0-contents.html", "1-2-letters.pdf", "3-4-letters.pdf", "5-letters.pdf"]


def test_in_one_pdf_the_letter_to_take_out_is_found_by_its_page(
    campaign: Campaign, representative: Representative, alice: User
) -> None:
    letters = _wait_at(campaign, representative, "A1", "B22", "C333")
    job = bundled(campaign, alice, Wanted(Order.POSTCODE, Shape.ONE))
    pdf = whole(job)
    posting.withdraw(letters[2])
    [removals] = taking_out.to_take_out(campaign)
    [one] = removals.letters
    assert (one.number, one.page) == (3, 7)
    assert widths_in(pdf)[one.page - 1] == len("Writer at C333")


def test_the_list_of_contents_names_nobody_who_wrote(
    rendered: None, campaign: Campaign, representative: Representative, alice: User
) -> None:
    _wait_at(campaign, representative, "LS1 4DY")
    contents = texts(whole(bundled(campaign, alice, ONE)))[0]
    assert "Imogen Yarborough" in contents and "Writer at" not in contents and "LS1" not in contents


@pytest.mark.parametrize("shape", Shape)
def test_a_letter_whose_address_no_window_shows_has_a_star(
    campaign: Campaign,
    representative: Representative,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    shape: Shape,
) -> None:
    set_quickly(monkeypatch)
    letters = wait(campaign, representative, 3)
    _say(letters[1], recipient_lines="\n".join(f"Line {number} of {'a' * 60}" for number in range(9)))

    def contents(layout: str) -> str:
        job = bundled(campaign, alice, Wanted(shape=shape, layout=layout))
        return texts(whole(job))[0] if shape == Shape.ONE else opened(job).read("0-contents.html").decode()

    [starred] = re.findall(r"(\d)(?:</td><td>| )\d+(?:</td><td>| )1\*", contents("uk_dl"))
    assert starred == "2" and "needs an envelope without one" in contents("uk_dl")
    assert "*" not in contents("none")


def test_a_long_list_of_contents_counts_its_own_pages(
    campaign: Campaign, representative: Representative, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait(campaign, representative, 130, confirmed_at=timezone.now())
    pdf = whole(bundled(campaign, alice, ONE))
    with opened_pdf(pdf) as document:
        letters = [number for number, page in enumerate(document, 1) if round(page.get_width()) < 500]
    rows = list(BundledLetter.objects.order_by("number").values_list("page", flat=True))
    assert rows[0] > 3 and rows == letters[::2]
    assert [page for _number, page, _pages in _listed(texts(pdf)[: rows[0] - 1])] == rows


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("country", ["GB", "US"])
def test_a_full_list_of_contents_fits_on_its_pages_in_every_script(language: str, country: str) -> None:
    campaign = Campaign(slug="library", legislature=Legislature(name="House", country=country))
    names = ("Imogen Yarborough", "سمير حداد", "Łucja Żółć", "नरेन्द्र", "ผู้แทน")
    pages = bundle_pages.FIRST + bundle_pages.OTHERS
    lines = [Line(pk, pk, names[pk % 5], 2 * pk, 2, in_window=False) for pk in range(1, pages + 1)]
    with translation.override(language):
        pdf, moved = bundle_pages.contents(campaign, timezone.now(), lines)
    assert moved[0].page == 2 + 2
    with opened_pdf(pdf) as document:
        assert len(document) == 2


def test_one_joined_file_has_few_copies_of_a_font(
    rendered: None, campaign: Campaign, representative: Representative, alice: User
) -> None:
    """One set a turn of the renderer, not one a letter."""
    wait(campaign, representative, 40)
    pdf = whole(bundled(campaign, alice, ONE))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        files = sum(1 for one in document.objects if isinstance(one, pikepdf.Stream) and "/Length1" in one)
    assert 0 < files < 20 and len(pdf) < 40 * 10_000


def test_the_page_offers_shapes_orders_and_envelopes_and_makes_what_was_chosen(
    owner: Client, campaign: Campaign, representative: Representative
) -> None:
    wait(campaign, representative, 1)
    page = owner.get(PAGE).content.decode()
    assert page.count('type="radio"') == 4 and '<option value="din_5008_b">' in page
    chosen = {"shape": "one", "order": "postcode", "layout": "uk_c5"}
    first = owner.post(f"{PAGE}bundles/", chosen)["Location"]
    assert bundling.Wanted.of(jobs.Job.objects.get()) == Wanted(Order.POSTCODE, Shape.ONE, "uk_c5")
    assert owner.post(f"{PAGE}bundles/", chosen)["Location"] == first
    assert owner.post(f"{PAGE}bundles/", chosen | {"layout": ""})["Location"] != first
    jobs.drain()
    done = owner.get(first).content.decode()
    assert "One PDF. Its first sheets are the list of contents" in done
    download = owner.get(first, {"download": ""})
    assert 'filename="library-letters.pdf"' in download["Content-Disposition"]


@pytest.mark.parametrize("wrong", [{"shape": "scroll"}, {"order": "sender_name"}, {"layout": "../x"}])
def test_what_is_not_offered_is_not_made(
    owner: Client, campaign: Campaign, representative: Representative, wrong: dict[str, str]
) -> None:
    wait(campaign, representative, 1)
    response = owner.post(f"{PAGE}bundles/", wrong)
    assert response.status_code == 422 and not jobs.Job.objects.exists()
    assert "Error:" in response.content.decode()
