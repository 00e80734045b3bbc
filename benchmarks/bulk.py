"""The rows of the letters that are printed in bulk.

    python -m benchmarks.bulk ours|floor

is one of the two processes that are held against each other (benchmarks.asking), each on one core with all that it
starts. Ours is the Job that an organiser starts, from the rows in the database to the file in storage; the floor has
the same letters as HTML in memory, and writes each by WeasyPrint called plainly.
"""

import os
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from .asking import Answers, answer, asked
from .harness import Benchmark, Figure, interleaved
from .installation import CAMPAIGN
from .server import PROC, peak_mib

if TYPE_CHECKING:
    from campaigns.models import Campaign
    from config.jobs import Job

ROUNDS = 2
LETTERS = 1_000  # of one text, by as many writers to many representatives; ours makes all of them a turn
OF_THE_FLOOR = 100  # of these, spread over all: so few take their time alike, and nobody waits for an hour


def pdf_bulk() -> Iterable[Figure]:
    """A thousand letters as one PDF ready to be printed, against WeasyPrint for each, PDF/UA-1."""
    with asked("bulk", "ours") as ours, asked("bulk", "floor") as floor:
        floor(letters=ours(campaign=CAMPAIGN)["letters"])
        floors, measured = interleaved(ROUNDS, floor, ours)
    sides = {pages + pages % 2 for pages in floors[0]["pages"]}
    if measured[0]["sides"] != LETTERS * max(sides) or len(sides) != 1:
        raise RuntimeError(f"a letter of the floor has {sides} sides, ours together {measured[0]['sides']}")
    yield Figure("pdf-bulk", "letters/s", [turn["rate"] for turn in measured], [turn["rate"] for turn in floors], 1.3)
    if PROC:
        yield Figure("pdf-bulk-memory", "MiB", [measured[-1]["peak_mib"]], [floors[-1]["peak_mib"]])


def ours() -> Answers:
    """First the campaign whose letters wait; then a bundle of them at each order."""
    on_one_core()
    import django  # the floor is to be WeasyPrint alone

    django.setup()
    from campaigns.models import Campaign, CampaignLetter
    from letters.letter_text import sheet_for
    from letters.pdf import letter_html, sandbox

    campaign = Campaign.objects.get(slug=(yield None)["campaign"])
    let_wait(campaign)
    waiting = CampaignLetter.objects.filter(campaign=campaign, by_hand=True).select_related("letter").order_by("pk")
    some = waiting[:: LETTERS // OF_THE_FLOOR]
    yield {"letters": [letter_html(sheet_for(kept.letter)) for kept in some]}
    while True:
        started = time.perf_counter()
        job = bundle(campaign)
        rate = LETTERS / (time.perf_counter() - started)
        peak = max(peak_mib(pid) for pid in (os.getpid(), sandbox.POOL.idle[0].process.pid))
        yield {"rate": rate, "sides": sides_of_letters(job), "peak_mib": peak}


def let_wait(campaign: "Campaign") -> None:
    """Letters of the campaign's text that wait to be handed over, each by another writer, to all representatives."""
    from django.utils import timezone

    from campaigns import consent
    from campaigns.models import CampaignLetter, CampaignText
    from letters import composing
    from letters.models import Letter, Representative

    text = CampaignText.objects.current().get(campaign=campaign, language="en")
    body = "\n\n".join(filter(None, (text.letter_body, *text.letter_points, text.letter_ask)))
    page = f"https://campaigns.example.org/{campaign.slug}/"
    people = list(
        Representative.objects.filter(constituency__isnull=False).select_related("legislature", "constituency")
    )
    letters = []
    for number in range(LETTERS):
        one = people[number % len(people)]
        values = {**composing.values_for(one, "en"), "campaign_url": page}
        letters.append(
            composing.letter_to(
                one,
                language="en",
                subject=text.letter_subject,
                body=composing.compose(body, values),
                sender_name=f"{('Aoife', 'Zoe', 'Samir', 'Łukasz')[number % 4]} O’Connell the {number}th",
                sender_address=f"{number} Mill Lane\nLEEDS\nLS{number % 28 + 1} {number % 9}DY",
                foot_text=text.title,
                foot_url=page,
            )
        )
    now, wording = timezone.now() - timedelta(minutes=1), consent.record("A consent, in the benchmark.")
    given = {"state": CampaignLetter.State.CONFIRMED, "confirmed_at": now, "consent": wording, "consent_at": now}
    rows = [
        CampaignLetter(campaign=campaign, text=text, letter=letter, by_hand=True, **given,
                       representative=letter.representative, email=f"writer.{number}@example.org")
        for number, letter in enumerate(Letter.objects.bulk_create(letters, batch_size=200))
    ]  # fmt: skip
    CampaignLetter.objects.bulk_create(rows, batch_size=200)


def bundle(campaign: "Campaign") -> "Job":
    from campaigns.bundling import Shape, Wanted, start_bundle
    from campaigns.printing import Order
    from config import jobs

    job = start_bundle(campaign, "benchmark", Wanted(Order.REPRESENTATIVE, Shape.ONE))
    jobs.drain()
    job.refresh_from_db()
    if job.state != jobs.State.DONE:
        raise RuntimeError(f"the bundle is {job.state}: {job.error}")
    return job


def sides_of_letters(job: "Job") -> int:
    """The file's pages after its list of contents, the empty ones too."""
    import pypdfium2  # only to count

    from campaigns.models import BundledLetter

    before = BundledLetter.objects.filter(bundle=job).order_by("number")[0].page - 1
    with job.open_result() as file, closing(pypdfium2.PdfDocument(file.read())) as opened:
        return len(opened) - before


def floor() -> Answers:
    on_one_core()
    import pypdfium2
    import weasyprint  # type: ignore[import-untyped]  # in this process, and not in ours

    letters = (yield None)["letters"]
    yield {}
    while True:
        started = time.perf_counter()
        pdfs = [weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1") for html in letters]
        rate = len(letters) / (time.perf_counter() - started)
        pages = []
        for pdf in pdfs:
            with closing(pypdfium2.PdfDocument(pdf)) as opened:
                pages.append(len(opened))
        yield {"rate": rate, "pages": pages, "peak_mib": peak_mib(os.getpid())}


def on_one_core() -> None:
    """The same for both, which take turns; what a process starts stays on its core. macOS cannot."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


BENCHMARKS = [Benchmark(("pdf-bulk", *(["pdf-bulk-memory"] if PROC else [])), pdf_bulk)]

if __name__ == "__main__":
    answer({"ours": ours, "floor": floor}[sys.argv[1]]())
