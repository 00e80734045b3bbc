"""Blank sheets to collect signatures on: what is asked in short, lines to sign on, and the way back."""

from django.template.loader import render_to_string
from django.utils.translation import override

from config import links
from letters.pdf import document_pdf, is_rtl

from . import addresses, documents, pack_pages, pages, publishing
from .models import CampaignText
from .paper import A_SHEET


def blank_sheet(text: CampaignText) -> bytes:
    """One page; print as many as you need."""
    with override(text.language):
        css = (pack_pages.TEMPLATES / "sheet.css").read_text(encoding="utf-8")
        return document_pdf(sheet_html(text), css, hurried=True)


def sheet_html(text: CampaignText) -> str:
    campaign, language = text.campaign, text.language
    organisation = campaign.organisation
    url = links.absolute(campaign.address_in(language))
    asked = " ".join(text.asks) if text.asks else text.summary
    context = {
        "text": text,
        "direction": "rtl" if is_rtl(language) else "ltr",
        "accent": publishing.readable(organisation.accent, "#ffffff"),
        "kicker": pages.kicker(campaign, text),
        "asked": asked if len(asked) <= 420 else asked[:420].rsplit(" ", 1)[0] + "…",
        "organisation": organisation.in_language("name", language),
        "controller": organisation.in_language("controller", language),
        "contact": organisation.contact_email,
        "address": " · ".join(line.strip() for line in documents.sender_lines(organisation, language) if line.strip()),
        "months": campaign.retention_months,
        "digest": pack_pages.digest_in_groups(text.digest, addresses.SHORT_DIGEST),
        "url": url,
        "url_shown": url.split("://", 1)[1].rstrip("/"),
        "qr": pack_pages.qr_code(url),
        "lines": range(1, A_SHEET + 1),
    }
    html: str = render_to_string("campaigns/pack/sheet.html", context)
    return html.replace("</head>", f"<style>:root{{--accent:{context['accent']}}}</style></head>", 1)
