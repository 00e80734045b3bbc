"""Letters that wait to be handed in, and what is made of them."""

import html
import io
import re
import threading
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.utils import timezone

from campaigns import asking, bundling, exports, posting, printing, writing
from campaigns.handing_in import Pile, mark
from campaigns.models import Campaign, CampaignLetter, User
from config import jobs
from letters.models import OutgoingEmail, Representative
from letters.pdf import LetterSheet
from letters.pdf.many import Bound
from tests.campaigns.factories import (
    emails,
    make_campaign_letter,
    text_of,
)

PAGE = "/organise/campaigns/library/hand-in/"


def write(campaign: Campaign, representative: Representative, email: str = "zoe@example.org") -> CampaignLetter:
    written = writing.Written([representative], "The library", "It must stay.", "Zoe Quux", "1 High Street")
    writing.send(text_of(campaign), written, email)
    asking.take_up()
    return CampaignLetter.objects.latest("pk")


def confirmed(campaign: Campaign, representative: Representative, email: str = "zoe@example.org") -> CampaignLetter:
    kept = write(campaign, representative, email)
    assert posting.confirm(kept)
    kept.refresh_from_db()
    return kept


def wait(campaign: Campaign, representative: Representative, number: int, **fields: Any) -> list[CampaignLetter]:
    """Letters that wait, made at once, a minute apart."""
    now = timezone.now() - timedelta(hours=1)
    waits = {"by_hand": True, "state": "confirmed"}
    return [
        make_campaign_letter(
            campaign, representative, **{**waits, "confirmed_at": now + timedelta(minutes=minute), **fields}
        )
        for minute in range(number)
    ]


def another(representative: Representative, **fields: Any) -> Representative:
    here = {"legislature": representative.legislature, "constituency": representative.constituency}
    return Representative.objects.create(**here, **{"name": "Jonas Quill", "email": "jonas@example.com", **fields})


def letters_out() -> list[OutgoingEmail]:
    return [email for email in emails() if email.kind == "letter"]


def seen(pile: Pile, on: date | None = None) -> str:
    return mark(pile.on(on or timezone.localdate()).ids())


def later(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


def preview_of(representative: Representative) -> dict[str, str]:
    return {
        "stage": "preview",
        "constituency": str(representative.constituency_id),
        "representative": str(representative.pk),
        "subject": "The library",
        "body": "It must stay open.",
        "name": "Zoe Quux",
        "address": "1 High Street\nNORTHTOWN",
        "postcode": "SW1A 1AA",
    }


def sending(representative: Representative, **fields: str) -> dict[str, str]:
    return preview_of(representative) | {"stage": "send", "email": "zoe@example.org", "consent": "on"} | fields


def asked(page: Any) -> dict[str, str]:
    """The fields that the page would send back."""
    return {
        name: html.unescape(value)
        for name, value in re.findall(
            r'<input[^>]*?name="(to|until|seen|on)"[^>]*?value="([^"]*)"', page.content.decode()
        )
    }


def both(deed: Any) -> None:
    threads = [threading.Thread(target=deed, args=(name,)) for name in ("Alice", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def set_quickly(
    monkeypatch: pytest.MonkeyPatch,
    pages: Mapping[str, int] | None = None,
    meanwhile: Callable[[str], object] = lambda name: None,
) -> None:
    """In the place of the renderer: as many empty pages a letter, by its writer's name, or one.

    They are as wide as the name is long, by which they are known again. `meanwhile` is called for each letter.
    """

    def letters_pdf(sheets: list[LetterSheet], profile: str | None = None) -> Bound:
        document, numbers = pypdfium2.PdfDocument.new(), []
        for sheet in sheets:
            meanwhile(sheet.signature_name)
            numbers.append((pages or {}).get(sheet.signature_name, 1))
            for _page in range(numbers[-1] + numbers[-1] % 2):
                document.new_page(300 + len(sheet.signature_name), 400).close()
        file = io.BytesIO()
        document.save(file)
        document.close()
        return Bound(file.getvalue(), numbers)

    monkeypatch.setattr(printing, "letters_pdf", letters_pdf)


def widths_in(pdf: bytes) -> list[int]:
    """The length of the name on each page of a PDF of set_quickly's."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [int(page.mediabox[2]) - 300 for page in document.pages]


def bundled(campaign: Campaign, alice: User, wanted: bundling.Wanted | None = None) -> jobs.Job:
    job = bundling.start_bundle(campaign, exports.owner_of(campaign, alice), wanted)
    jobs.drain()
    job.refresh_from_db()
    return job


def opened(job: jobs.Job) -> zipfile.ZipFile:
    with job.open_result() as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert archive.testzip() is None
    return archive


def whole(job: jobs.Job) -> bytes:
    with job.open_result() as file:
        return file.read()


def names_in(job: jobs.Job) -> list[str]:
    return opened(job).namelist()


def letters_in(job: jobs.Job) -> int:
    """By its list of contents."""
    return len(re.findall(r"<tr><td>(\d+)</td>", opened(job).read("0-contents.html").decode()))


def withdrawn(kept: CampaignLetter) -> None:
    assert posting.withdraw(kept)
    jobs.expire(timezone.now() + timedelta(seconds=1))
