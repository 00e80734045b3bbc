"""The rows of the letters.

    python -m benchmarks.letters ours|floor

is one of the two processes that are held against each other: a line of JSON on stdin is an order, a line on stdout its
answer. Both render, warm, the same HTML with the same fonts; memory is that of the process in which it happens.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any

from .harness import Benchmark, Figure, interleaved
from .installation import CAMPAIGN, ROOT
from .server import PROC, peak_mib

if TYPE_CHECKING:
    from letters.pdf import LetterSheet

ROUNDS = 7
LETTERS = 4  # a turn

Ask = Callable[..., Any]


def pdf_one() -> Iterable[Figure]:
    """A supporter's letter by letter_pdf, against WeasyPrint called plainly, PDF/UA-1 both."""
    with setter("ours") as ours, setter("floor") as floor:
        floor(html=ours(campaign=CAMPAIGN)["html"])
        floors, measured = interleaved(ROUNDS, lambda: floor(letters=LETTERS), lambda: ours(letters=LETTERS))
    if floors[0]["pages"] != measured[0]["pages"]:
        raise RuntimeError(f"the floor's letter has {floors[0]['pages']} pages, ours {measured[0]['pages']}")
    yield Figure("pdf-one", "ms", [turn["ms"] for turn in measured], [turn["ms"] for turn in floors])
    if PROC:
        yield Figure("pdf-one-memory", "MiB", [measured[-1]["peak_mib"]], [floors[-1]["peak_mib"]])


@contextmanager
def setter(which: str) -> Iterator[Ask]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.letters", which],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )

    def ask(**order: Any) -> Any:
        assert process.stdin and process.stdout
        print(json.dumps(order), file=process.stdin, flush=True)
        answer = process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process that sets {which} ended")
        return json.loads(answer)

    try:
        yield ask
    finally:
        assert process.stdin
        process.stdin.close()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main(which: str) -> None:
    answers = {"ours": ours, "floor": floor}[which]()
    next(answers)
    for line in sys.stdin:
        print(json.dumps(answers.send(json.loads(line))), flush=True)


Answers = Generator[Any, dict[str, Any], None]


def ours() -> Answers:
    """First the campaign whose letter it is, then how many to set."""
    import django  # the floor is to be WeasyPrint alone

    django.setup()
    from letters.pdf import letter_html, letter_pdf, sandbox

    sheet = supporters_letter((yield None)["campaign"])
    order = yield {"html": letter_html(sheet)}
    while True:
        answer = timed(lambda: letter_pdf(sheet), order["letters"])
        order = yield {**answer, "peak_mib": peak_mib(sandbox.POOL.idle[0].process.pid)}


def floor() -> Answers:
    import weasyprint  # type: ignore[import-untyped]  # in this process, and not in ours

    html = (yield None)["html"]
    order = yield {}
    while True:
        answer = timed(lambda: weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1"), order["letters"])
        order = yield {**answer, "peak_mib": peak_mib(os.getpid())}


def timed(render: Callable[[], bytes], letters: int) -> dict[str, Any]:
    import pypdfium2  # only to count; in both processes alike

    took = []
    for _ in range(letters):
        started = time.perf_counter()
        pdf = render()
        took.append((time.perf_counter() - started) * 1000)
    with closing(pypdfium2.PdfDocument(pdf)) as opened:
        return {"ms": median(took), "pages": len(opened)}


def supporters_letter(slug: str) -> "LetterSheet":
    """The letter that a supporter of this campaign gets prefilled, with a name and a postal address."""
    from campaigns.models import CampaignText
    from letters import composing, letter_text
    from letters.models import Representative

    text = CampaignText.objects.current().select_related("campaign").get(campaign__slug=slug, language="en")
    representative = Representative.objects.filter(constituency__isnull=False).order_by("pk")[0]
    page = f"https://campaigns.example.org/{slug}/"
    values = {**composing.values_for(representative, "en"), "campaign_url": page}
    letter = composing.letter_to(
        representative,
        language="en",
        subject=text.letter_subject,
        body=composing.compose(text.letter_body, values),
        sender_name="Aoife O’Connell",
        sender_address="12 Mill Lane\nLEEDS\nLS1 4DY",
        foot_text=text.title,
        foot_url=page,
    )
    return letter_text.sheet_for(letter)


BENCHMARKS = [Benchmark(("pdf-one", *(["pdf-one-memory"] if PROC else [])), pdf_one)]

if __name__ == "__main__":
    main(sys.argv[1])
