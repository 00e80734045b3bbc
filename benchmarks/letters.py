"""The rows of the letters.

    python -m benchmarks.letters ours|floor

is one of the two processes that are held against each other (benchmarks.asking). Both render, warm, the same HTML with
the same fonts; memory is that of the process in which it happens.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from statistics import median
from typing import TYPE_CHECKING, Any

from .asking import Answers, answer, asked
from .harness import Benchmark, Figure, interleaved
from .installation import CAMPAIGN
from .server import PROC, peak_mib

if TYPE_CHECKING:
    from letters.models import Letter

ROUNDS = 7
LETTERS = 4  # a turn


def pdf_one() -> Iterable[Figure]:
    """A supporter's letter by letter_pdf, against WeasyPrint called plainly, PDF/UA-1 both."""
    with asked("letters", "ours") as ours, asked("letters", "floor") as floor:
        floor(html=ours(campaign=CAMPAIGN)["html"])
        floors, measured = interleaved(ROUNDS, lambda: floor(letters=LETTERS), lambda: ours(letters=LETTERS))
    if floors[0]["pages"] != measured[0]["pages"]:
        raise RuntimeError(f"the floor's letter has {floors[0]['pages']} pages, ours {measured[0]['pages']}")
    yield Figure("pdf-one", "ms", [turn["ms"] for turn in measured], [turn["ms"] for turn in floors], target=1.0)
    if PROC:
        yield Figure("pdf-one-memory", "MiB", [measured[-1]["peak_mib"]], [floors[-1]["peak_mib"]])


def ours() -> Answers:
    """First the campaign whose letter it is, then how many to set."""
    import django  # the floor is to be WeasyPrint alone

    django.setup()
    from letters.letter_text import sheet_for
    from letters.pdf import letter_html, letter_pdf, sandbox

    sheet = sheet_for(supporters_letter((yield None)["campaign"]))
    order = yield {"html": letter_html(sheet)}
    while True:
        found = timed(lambda: letter_pdf(sheet), order["letters"])
        order = yield {**found, "peak_mib": peak_mib(sandbox.POOL.idle[0].process.pid)}


def floor() -> Answers:
    import weasyprint  # type: ignore[import-untyped]  # in this process, and not in ours

    html = (yield None)["html"]
    order = yield {}
    while True:
        found = timed(lambda: weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1"), order["letters"])
        order = yield {**found, "peak_mib": peak_mib(os.getpid())}


def timed(render: Callable[[], bytes], letters: int) -> dict[str, Any]:
    import pypdfium2  # only to count; in both processes alike

    took = []
    for _ in range(letters):
        started = time.perf_counter()
        pdf = render()
        took.append((time.perf_counter() - started) * 1000)
    with closing(pypdfium2.PdfDocument(pdf)) as opened:
        return {"ms": median(took), "pages": len(opened)}


def supporters_letter(slug: str) -> "Letter":
    """The letter that a supporter of this campaign gets prefilled, with a name and a postal address; not saved."""
    from campaigns.models import CampaignText
    from letters import composing
    from letters.models import Representative

    text = CampaignText.objects.current().select_related("campaign").get(campaign__slug=slug, language="en")
    representative = Representative.objects.filter(constituency__isnull=False).order_by("pk")[0]
    page = f"https://campaigns.example.org/{slug}/"
    values = {**composing.values_for(representative, "en"), "campaign_url": page}
    return composing.letter_to(
        representative,
        language="en",
        subject=text.letter_subject,
        body=composing.compose(text.letter_body, values),
        sender_name="Aoife O’Connell",
        sender_address="12 Mill Lane\nLEEDS\nLS1 4DY",
        foot_text=text.title,
        foot_url=page,
    )


BENCHMARKS = [Benchmark(("pdf-one", *(["pdf-one-memory"] if PROC else [])), pdf_one)]

if __name__ == "__main__":
    answer({"ours": ours, "floor": floor}[sys.argv[1]]())
