"""What stands on the pages of a hand-over pack: the text, the totals, the names. The cover letter is a letter."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import segno
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config import links
from letters.models import Constituency
from letters.pdf import is_rtl
from letters.pdf.sheet import breakable, direction_of, one_line

from . import addresses, charting, documents, pages, publishing
from .models import Campaign, CampaignText
from .signatories import LISTED, NOT_AGREED, NOT_KEPT, NOT_SHOWN, UNPRINTABLE, Plan, Row, Section, Tally, in_order

TEMPLATES = Path(__file__).parent / "templates" / "campaigns" / "pack"
# They order the text around them, and belong in no name.
_ORDERING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


@dataclass(frozen=True)
class Book:
    """What every page of one pack needs: the wording it is about, in whose language it is, and what was planned."""

    text: CampaignText
    plan: Plan
    by: str

    @property
    def campaign(self) -> Campaign:
        return self.text.campaign

    @property
    def accent(self) -> str:
        return publishing.readable(self.campaign.organisation.accent, "#ffffff")

    @property
    def several(self) -> bool:
        """Whether it must be said which wording was signed."""
        return any(section.text != self.text.pk for section in self.plan.sections)

    @property
    def day(self) -> date:
        return timezone.localdate(datetime.fromisoformat(self.plan.moment))


def css() -> str:
    return (TEMPLATES / "pack.css").read_text(encoding="utf-8")


def number(n: int) -> str:
    return str(intcomma(n, False))


def digest_in_groups(digest: str, shown: int = 64) -> str:
    """To be compared by eye."""
    return " ".join(digest[at : at + 8] for at in range(0, min(shown, len(digest)), 8))


def qr_code(url: str) -> str:
    code: str = segno.make(url, error="m", micro=False).svg_data_uri(border=0, dark="#1d1b18", xmldecl=False)
    return code


def _document(book: Book, title: str, body: str, first_page: int) -> str:
    """`first_page` is the number on its first page."""
    language = book.text.language
    style = f"<style>:root{{--accent:{book.accent}}}@page:first{{counter-reset:page {first_page:d}}}</style>"
    return (
        f'<!doctype html><html lang="{escape(language)}" dir="{"rtl" if is_rtl(language) else "ltr"}"><head>'
        f'<meta charset="utf-8"><title>{escape(title)}</title>{style}</head><body>{body}</body></html>'
    )


# The text and the totals


def front(book: Book, tally: Tally, first_page: int) -> str:
    text, campaign, language = book.text, book.campaign, book.text.language
    wording_url = links.absolute(addresses.wording(campaign, text.digest))
    context = {
        "text": text,
        "organisation": campaign.organisation.in_language("name", language),
        "kicker": pages.kicker(campaign, text),
        "body": publishing.markdown(text.body, publishing.References.MARK),
        "sources": [documents.source_line(source, language).splitlines() for source in campaign.sources.all()],
        "digest": [digest_in_groups(half) for half in (text.digest[:32], text.digest[32:])],
        "wording_url": wording_url,
        "wording_shown": wording_url.split("://", 1)[1].rstrip("/"),
        "wording_qr": qr_code(wording_url),
        **totals(book, tally),
    }
    return _document(book, text.title, render_to_string("campaigns/pack/front.html", context), first_page)


def totals(book: Book, tally: Tally) -> dict[str, Any]:
    """Every number is of the same moment, and sums to the same total."""
    plan, language = book.plan, book.text.language
    online, imported = tally.origins["online"], tally.origins["imported"]
    all_of_them = tally.confirmed + plan.paper
    withdrawn = plan.states["withdrawn"] + tally.left["withdrawn"]
    days = dict(tally.days)
    for day, n in plan.paper_days.items():
        days[day] = days.get(day, 0) + n
    until = max([book.day, *map(date.fromisoformat, days)]) if days else book.day
    steps = charting.steps(days, until)
    return {
        "moment": datetime.fromisoformat(plan.moment),
        "total": number(all_of_them),
        "signatures": ngettext("signature", "signatures", all_of_them),
        "lines": _lines(online, imported, tally.confirmed, plan.paper, all_of_them),
        "named": _named(tally),
        "withdrawn": number(withdrawn),
        "wordings": _wordings(book, tally),
        "areas": _areas(book, tally),
        "all_confirmed": number(tally.confirmed),
        "steps": [(_period(one), number(one.new), number(one.so_far)) for one in steps],
        "chart": charting.picture(days, until, book.accent) if len(steps) > 1 else "",
        "chart_says": _chart_says(steps, language),
        "since": date_format(date.fromisoformat(min(days)), "DATE_FORMAT") if days else "",
        "until": date_format(until, "DATE_FORMAT"),
        "listed": tally.kinds[LISTED],
        "unprintable": tally.lacking[UNPRINTABLE],
    }


def _lines(online: int, imported: int, confirmed: int, paper: int, everybody: int) -> list[tuple[str, str, str]]:
    """What is said, the number, and its class."""
    lines = [(_("Signed online, and confirmed by email"), number(online), "")]
    if imported:
        lines.append((_("Brought over from elsewhere"), number(imported), ""))
        lines.append((_("Signatures, each by a person of their own"), number(confirmed), "sum"))
    lines.append((_("Signed on paper, as the organisers counted them"), number(paper), ""))
    lines.append((_("Together"), number(everybody), "total"))
    return lines


def _named(tally: Tally) -> list[tuple[str, str, str]]:
    lines = [
        (_("Named in this pack, by name or initials, as each chose"), tally.kinds[LISTED], ""),
        (_("Chose not to be shown"), tally.kinds[NOT_SHOWN], ""),
    ]
    if tally.kinds[NOT_AGREED]:
        lines.append((_("Have not agreed that their names go to this addressee"), tally.kinds[NOT_AGREED], ""))
    if tally.kinds[NOT_KEPT]:
        lines.append((_("Signed so long ago that their names are erased"), tally.kinds[NOT_KEPT], ""))
    lines.append((_("Signatures without those on paper"), tally.confirmed, "total"))
    return [(said, number(n), kind) for said, n, kind in lines]


def _wordings(book: Book, tally: Tally) -> list[dict[str, str]]:
    """Each wording that somebody signed; none, where all of them signed the one that stands in the pack."""
    texts = {text.pk: text for text in book.campaign.texts.all() if tally.texts[text.pk]}
    if set(texts) <= {book.text.pk}:
        return []
    return [
        {
            "name": wording_name(texts[pk]),
            "day": date_format(timezone.localdate(texts[pk].published_at), "DATE_FORMAT"),
            "digest": digest_in_groups(texts[pk].digest, addresses.SHORT_DIGEST),
            "url": links.absolute(addresses.wording(book.campaign, texts[pk].digest)),
            "count": number(tally.texts[pk]),
        }
        for pk in in_order(texts.values(), book.text.language)
    ]


def wording_name(text: CampaignText) -> str:
    language = pages.LANGUAGE_NAMES.get(text.language, text.language)
    return _("%(language)s, version %(version)d") % {"language": language, "version": text.version}


def _areas(book: Book, tally: Tally) -> list[tuple[str, str]]:
    """Most first. What is known of no place comes last."""
    found = Constituency.objects.in_bulk([area for area in tally.areas if area])
    named = [(found[pk].name_in(book.text.language), n) for pk, n in tally.areas.items() if pk in found and n]
    named.sort(key=lambda pair: (-pair[1], pair[0]))
    if not named:
        return []
    nowhere = sum(n for pk, n in tally.areas.items() if pk not in found)
    return [(name, number(n)) for name, n in [*named, *([(_("Place not known"), nowhere)] if nowhere else [])]]


def _period(step: charting.Step) -> str:
    if step.length == "year":
        return str(step.begins.year)
    if step.length == "month":
        return str(date_format(step.begins, "F Y"))
    day = date_format(step.begins, "DATE_FORMAT")
    return _("Week of %(day)s") % {"day": day} if step.length == "week" else str(day)


def _chart_says(steps: Sequence[charting.Step], language: str) -> str:
    if not steps:
        return ""
    return _("A rising line from %(first)s on %(begin)s to %(last)s in all. The table after it has the numbers.") % {
        "first": number(steps[0].so_far),
        "begin": _period(steps[0]),
        "last": number(steps[-1].so_far),
    }


# The names


@dataclass(frozen=True)
class Chunk:
    """Some of a section's signatories, with the headings that stand before them: by their place in `rows`."""

    section: Section
    rows: list[Row]
    heads: dict[int, str]
    running: str  # what the first of them stand under, when their heading is on an earlier page
    opens: bool
    ends: str = ""  # the last line of all


def names(book: Book, chunk: Chunk, first_page: int, missing: str = "") -> str:
    """`missing`: characters that no font has."""
    direction = "rtl" if is_rtl(book.text.language) else "ltr"
    parts = ['<main class="names">']
    if chunk.opens:
        parts.append(_opening(book, chunk.section))
    else:
        parts.append(f'<div class="under" data-run="{escape(chunk.running)}"></div>')
    # A heading below the page's own, or below that of the wording.
    level = "h3" if book.several else "h2"
    parts.append('<div class="columns">')
    for place, row in enumerate(chunk.rows):
        if place in chunk.heads:
            parts.append(f"<{level}>{escape(chunk.heads[place])}</{level}>")
        last = place + 1 in chunk.heads
        parts.append(_entry(row, direction, missing, with_place=book.by != "area", last=last))
    if chunk.ends:
        parts.append(f'<p class="rest">{escape(chunk.ends)}</p>')
    parts.append("</div></main>")
    return _document(book, _("Signatories"), without(missing, "".join(parts)), first_page)


def _opening(book: Book, section: Section) -> SafeString:
    texts = {text.pk: text for text in book.campaign.texts.all()}
    sections = book.plan.sections
    before = sections[sections.index(section) - 1] if section is not sections[0] else None
    note = texts[section.text].affiliation_note
    context = {
        "first": before is None,
        "wording": wording_name(texts[section.text]) if book.several else "",
        "digest": digest_in_groups(texts[section.text].digest, addresses.SHORT_DIGEST),
        "note": note if before is None or note != texts[before.text].affiliation_note else "",
        "by_area": book.by == "area",
    }
    return render_to_string("campaigns/pack/opening.html", context)


def _entry(row: Row, direction: str, missing: str, *, with_place: bool, last: bool) -> str:
    """As few elements as say it: there may be a hundred thousand. One is never empty: they are counted by it.

    `last`: before the next heading. The space between is below this one, for above a heading it would stand at the
    top of a column too.
    """
    name = without(missing, _plain(row.name)).strip()
    if not any(unicodedata.category(c)[0] in "LNPS" for c in name):
        name = _in_numbers(row.name)
    more = [_plain(part) for part in (row.affiliation, row.place if with_place else "") if part]
    own = direction_of(name, "rtl" if direction == "rtl" else "ltr")
    turned = f' dir="{own}"' if own != direction else ""
    comma = "، " if own == "rtl" else ", "
    said = "".join(f"{comma}<i>{escape(breakable(part))}</i>" for part in more if part)
    kind = ' class="last"' if last else ""
    return f"<p{turned}{kind}>{escape(breakable(name))}{said}</p>"


def _plain(text: str) -> str:
    return one_line(text.translate(_ORDERING))


def rest_of_them(tally: Tally) -> str:
    hidden = tally.kinds[NOT_SHOWN]
    if not hidden:
        return ""
    said = ngettext(
        "And %(n)s person who chose not to be shown.", "And %(n)s people who chose not to be shown.", hidden
    )
    return said % {"n": number(hidden)}


def heading_of(head: int | str, areas: dict[int, str]) -> str:
    if isinstance(head, str):
        return head or _("Other")
    return areas.get(head) or _("Place not known")


def without(missing: str, text: str) -> str:
    """`text` without characters that no font has: a picture goes, a letter is named by its number."""
    if not missing:
        return text
    return text.translate({ord(c): _in_numbers(c) if c.isalnum() else "" for c in missing})


def _in_numbers(text: str) -> str:
    """A name of nothing that can be printed."""
    return "".join(f"[U+{ord(c):04X}]" for c in text if not c.isspace()) or "[U+0020]"


def unprintable(rows: Iterable[Row], missing: str) -> int:
    """How many of them have one of these characters, where a pack shows it."""
    lacking = set(missing)
    return sum(not lacking.isdisjoint(row.name + row.affiliation + row.place) for row in rows) if lacking else 0
