"""What a campaign gives to take away: its letter as a PDF, one to sign by hand, and the picture for sharing."""

from base64 import b64encode
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

from config import links
from letters.models import Legislature
from letters.pdf import LetterSheet, MissingGlyphs, card_png, is_rtl, letter_pdf
from letters.pdf.profiles import for_country

from . import pages, pictures, publishing
from .models import Campaign, CampaignText, Organisation, Source, Target

CARD_WIDTH, CARD_HEIGHT = 1200, 630
CARD_PHOTO = 420  # pixels of its width
WORD_JOINER = "\u2060"  # no line ends in the middle of the Arabic month that has two names


def campaign_letter(text: CampaignText) -> bytes:
    """The campaign's own letter or statement to its addressee, with its asks, sources and the count of its day."""
    with override(text.language):
        return letter_pdf(_sheet(text, blank=False))


def blank_letter(text: CampaignText) -> bytes:
    """The same with ruled lines for one person's name and address."""
    with override(text.language):
        return letter_pdf(_sheet(text, blank=True))


def _sheet(text: CampaignText, blank: bool) -> LetterSheet:
    campaign, language = text.campaign, text.language
    target = campaign.targets.first()
    today = timezone.localdate()
    signed = _("%(count)s on %(day)s") % {
        "count": pages.count_in_words(campaign.signature_count),
        "day": date_format(today, "DATE_FORMAT"),
    }
    return LetterSheet(
        title=text.title,
        language=language,
        sender_name="" if blank else campaign.organisation.in_language("name", language),
        sender_lines=() if blank else sender_lines(campaign.organisation, language),
        recipient_lines=recipient_lines(target, language) if target else (),
        date=None if blank else today,
        subject=text.title,
        salutation=text.salutation,
        body_html=publishing.markdown(text.body, publishing.References.MARK),
        asks=tuple(text.asks),
        closing=text.closing,
        signature_name="" if blank else campaign.organisation.in_language("name", language),
        signatures_line="" if blank or not campaign.signature_count else signed,
        sources=tuple(source_line(source, language) for source in campaign.sources.all()),
        foot_text=_("%(title)s (version %(version)s)") % {"title": text.title, "version": text.version},
        foot_url=links.absolute(campaign.address_in(language)),
        blank=blank,
        layout=_layout(campaign.legislature),
    )


def _layout(legislature: Legislature | None) -> str:
    """As the letters to its members have it; without one, the default."""
    return (legislature.layout or for_country(legislature.country)) if legislature else ""


def sender_lines(organisation: Organisation, language: str) -> tuple[str, ...]:
    """Its address without its name, which stands above it."""
    names = {organisation.name, organisation.in_language("name", language)}
    return tuple(line for line in organisation.postal_address.splitlines() if line.strip() not in names)


def recipient_lines(target: Target, language: str) -> tuple[str, ...]:
    """Name, office and address, as they stand on an envelope."""
    named = [target.in_language(field, language) for field in ("name", "role", "organisation")]
    return tuple(dict.fromkeys(line for line in [*named, *target.address.splitlines()] if line))


def source_line(source: Source, language: str) -> str:
    """What it is, and on a line of its own the note."""
    parts = [
        source.author,
        source.in_language("title", language),
        source.publication,
        _source_date(source.date),
        source.url,
    ]
    line = ", ".join(part for part in parts if part)
    note = source.in_language("note", language)
    return f"{line}.\n{note}" if note and line else line or note


def _source_date(known: str) -> str:
    """2018-09-16 in words; 2018-09 and 2018 as they stand."""
    try:
        return date_format(date.fromisoformat(known), "DATE_FORMAT")
    except ValueError:
        return known


def share_card(text: CampaignText) -> bytes:
    """1200 × 630 pixels, what the networks show beside a link: the title, and how many have signed."""
    campaign = text.campaign
    with override(text.language):
        numbers = pages.numbers(campaign)
        photo = _photo(campaign)
        sizes = (56, 46, 36) if photo else (76, 60, 46)
        size = sizes[0] if len(text.title) < 60 else sizes[1] if len(text.title) < 110 else sizes[2]
        words = {
            "language": escape(text.language),
            "direction": "rtl" if is_rtl(text.language) else "ltr",
            "end": "left" if is_rtl(text.language) else "right",
            "margin": 80 + (CARD_PHOTO if photo else 0),
            "photo": photo,
            "photo_width": CARD_PHOTO,
            "size": size,
            "accent": publishing.readable(campaign.organisation.accent, publishing.PAPER),
            "kicker": escape(pages.kicker(campaign, text)),
            "title": escape(text.title).replace("/", f"{WORD_JOINER}/{WORD_JOINER}"),
            "count": escape(pages.count_in_words(numbers["count"]) if numbers["count"] else _("Be the first to sign")),
            "organisation": escape(campaign.organisation.in_language("name", text.language)),
            "bar": f'<div style="width: {numbers["percent"]:d}%"></div>' if numbers["percent"] else "",
        }
        return _picture(CARD % words)


def _photo(campaign: Campaign) -> str:
    """The campaign's picture along one side, as an element; nothing where its file is away."""
    if campaign.picture is None:
        return ""
    try:
        with pictures.read(campaign.picture) as file:
            data = b64encode(file.read()).decode()
    except FileNotFoundError:
        return ""
    return f'<img src="data:{pictures.CONTENT_TYPE};base64,{data}" alt="">'


def _picture(html: str) -> bytes:
    """Without what no font here has: a card that lacks a heart is better than none."""
    try:
        return card_png(html, CARD_WIDTH, CARD_HEIGHT)
    except MissingGlyphs as missing:
        return card_png(html.translate(dict.fromkeys(map(ord, missing.characters))), CARD_WIDTH, CARD_HEIGHT)


CARD = """<!doctype html><html lang="%(language)s" dir="%(direction)s"><title>%(title)s</title><style>
body { width: 1200px; height: 630px; background: #faf7f0; color: #1d1b18; border-top: 18px solid %(accent)s;
  box-sizing: border-box; position: relative; font-family: "Noto Serif", "Noto Naskh Arabic", serif }
:lang(ar) { font-family: "Noto Naskh Arabic", serif }
.head, .foot { position: absolute; left: 80px; right: 80px; %(end)s: %(margin)spx; margin: 0 }
img { position: absolute; top: 0; %(end)s: 0; width: %(photo_width)spx; height: 612px; object-fit: cover }
.head { top: 58px }
.kicker { margin: 0 0 20px; color: %(accent)s; font: 600 28px/38px "Noto Sans", "Noto Sans Arabic", sans-serif }
h1 { margin: 0; font-size: %(size)spx; line-height: 1.16; font-weight: 600 }
:lang(ar) h1 { line-height: 1.5 }
.foot { bottom: 62px }
.count { font-size: 44px; font-weight: 600 }
.bar { height: 14px; background: #d8d0c0; margin: 18px 0 14px; border-radius: 7px }
.bar div { height: 14px; background: %(accent)s; border-radius: 7px }
.who { font: 26px "Noto Sans", "Noto Sans Arabic", sans-serif; color: #5c564c }
</style>%(photo)s<div class="head"><p class="kicker">%(kicker)s</p><h1>%(title)s</h1></div>
<div class="foot"><div class="count">%(count)s</div>
<div class="bar">%(bar)s</div><div class="who">%(organisation)s</div></div></html>"""
