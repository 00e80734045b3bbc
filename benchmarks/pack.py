"""The row of the hand-over pack: ten times the signatories, how much more time and memory.

    python -m benchmarks.pack maker

makes one pack as the worker does, in a process of its own; memory is the most that it and its rendering process held.
"""

import os
import sys
import time
from collections.abc import Iterable

from .asking import Answers, answer, asked
from .harness import Benchmark, Figure
from .server import PROC, peak_mib

FEW, MANY = 10_000, 100_000
MOST_MIB = 600
NAMES = """
Aoife Bernard Charlotte Đorđe Élise Fatima George Hélène Ivan Józef Khadija Łukasz María Niamh Ömer Pádraig Quentin Rose
Søren Thérèse Una Víctor Wanda Xavier Yusuf Zoë Ahmed Brown O’Connell Smith Nowak García Müller MacGregor
"""
WORDS = NAMES.split()
DOES = ("", "Nurse", "Teacher, and trade unionist for thirty years", "")


def pack_growth() -> Iterable[Figure]:
    for number in (FEW, MANY):
        sign(f"pack-of-{number}", number)
    few, many = made(FEW), made(MANY)
    yield Figure("pack-growth", "s", [many["s"]], [few["s"]], target=11)
    if PROC:
        if many["peak_mib"] > MOST_MIB:
            raise RuntimeError(f"{MANY} signatories took {many['peak_mib']:.0f} MiB, more than {MOST_MIB}")
        yield Figure("pack-growth-memory", "MiB", [many["peak_mib"]], [few["peak_mib"]], target=1.5)


def made(number: int) -> dict[str, float]:
    with asked("pack", "maker") as maker:
        maker(campaign="")
        found: dict[str, float] = maker(campaign=f"pack-of-{number}")
    return found


def maker() -> Answers:
    """Packs of the campaigns that it is told, one after the other. Told none, it gets ready."""
    import django  # not before it is asked

    django.setup()
    from campaigns import packing
    from campaigns.models import Campaign
    from config import jobs
    from letters.pdf import sandbox

    order = yield None
    while True:
        answered: dict[str, float] = {}
        if order["campaign"]:
            campaign = Campaign.objects.get(slug=order["campaign"])
            text = campaign.texts.get()
            letter = packing.default_letter(text)
            wanted = packing.Order(language="en", target=None, recipients=[text.recipient], by="alphabet", **letter)
            job = packing.start(campaign, f"campaign {campaign.pk} account 1", wanted)
            started = time.perf_counter()
            jobs.drain()
            took = time.perf_counter() - started
            job.refresh_from_db()
            if job.state != jobs.State.DONE:
                raise RuntimeError(job.error)
            children = sum(peak_mib(child.process.pid) for child in sandbox.POOL.idle)
            answered = {"s": took, "peak_mib": peak_mib(os.getpid()) + children, "bytes": job.result_size}
        order = yield answered


def sign(slug: str, number: int) -> None:
    """A campaign with so many who agreed to be named: one in ten is not shown, a third say what they do."""
    from datetime import timedelta

    from django.utils import timezone

    from campaigns import consent, publishing, retention
    from campaigns.models import Campaign, CampaignText, Signature

    pattern = CampaignText.objects.current().filter(language="en").select_related("campaign")[0]
    campaign = Campaign.objects.create(organisation=pattern.campaign.organisation, slug=slug, state="live")
    text = publishing.publish_text(campaign, "en", {**pattern.wording(), "recipient": "The minister"})
    agreed = consent.record(consent.for_signing(campaign, text))
    now, until = timezone.now(), retention.kept_until(campaign)
    for start in range(0, number, 2_000):
        signatures = []
        for n in range(start, min(start + 2_000, number)):
            name = " ".join(WORDS[(n * step + n // 7) % len(WORDS)] for step in (1, 3, 5)) if n % 10 else ""
            signature = Signature(campaign=campaign, text=text, state="confirmed", consent=agreed, erase_on=until)
            signature.display = "name" if name else "none"
            signature.public_name = f"{name} {n}" if name else ""
            signature.public_affiliation = DOES[n % len(DOES)] if name else ""
            signature.confirmed_at = now - timedelta(hours=n % 5_000)
            signatures.append(signature)
        Signature.objects.bulk_create(signatures, batch_size=500)


BENCHMARKS = [Benchmark(("pack-growth", *(["pack-growth-memory"] if PROC else [])), pack_growth)]

if __name__ == "__main__":
    answer({"maker": maker}[sys.argv[1]]())
