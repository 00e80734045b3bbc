"""What everybody may open: campaigns and their letters."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from campaigns.views.public import changes, letters, news, pages, reporting, signing, wordings, writing
from campaigns.views.public.loading import wherever_it_is_now


def site(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    return [path(route, view, name=name), path(f"<site_language:language>/{route}", view, name=name)]


def campaign(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    return [
        in_one_language(route, view, name),
        in_one_language(f"<text_language:language>/{route}", view, name),
    ]


def in_one_language(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    return path(f"<slug:slug>/{route}", wherever_it_is_now(view), name=name)


urlpatterns: list[Any] = [
    *campaign("sign/", signing.sign, "sign"),  # first, since a crowd asks for it; nothing else has an address like it
    *site("", pages.home, "home"),
    *site("privacy/", pages.privacy, "privacy"),
    *site("accessibility/", pages.accessibility, "accessibility"),
    *site("organisations/<slug:slug>/", pages.organisation, "organisation"),
    path("organisations/<slug:slug>/<colour:colour>.css", pages.accent, name="accent"),
    path("pictures/<digest:digest>.webp", pages.picture, name="picture"),
    path("robots.txt", pages.robots, name="robots"),
    path("confirm/<str:token>/", signing.confirm, name="confirm"),
    path("signature/<str:token>/", signing.mine, name="signature"),
    path("signature/<str:token>/data.json", signing.data, name="signature_data"),
    path("news/stop/<str:token>/", news.stop, name="news_stop"),
    path("letter/confirm/<str:token>/", letters.confirm, name="letter_confirm"),
    path("letter/answer/<str:token>/", letters.answer, name="letter_answer"),
    path("letter/<str:token>/", letters.mine, name="letter_manage"),
    path("letter/<str:token>/data.json", letters.data, name="letter_data"),
    path("letter/<str:token>/letter.pdf", letters.pdf, name="letter_sheet"),
    path("letter/<str:token>/letter.txt", letters.plain, name="letter_plain"),
    *campaign("", pages.page, "page"),
    in_one_language("count.json", pages.count, name="count"),
    *campaign("signed/", signing.signed, "signed"),
    *campaign("signatures/", pages.signatures, "signatures"),
    *campaign("letter.pdf", pages.letter_pdf, "letter_pdf"),
    *campaign("letter-to-sign.pdf", pages.blank_pdf, "blank_pdf"),
    *campaign("sheets.pdf", wordings.sheets_pdf, "sheets_pdf"),
    *campaign("changes/", changes.changes, "changes"),
    in_one_language("wording/<digest:digest>/", wordings.wording, name="wording"),
    in_one_language("wording/<digest:digest>/wording.json", wordings.canonical, name="wording_json"),
    *campaign("card.png", pages.card, "card"),
    *campaign("report/", reporting.report, "report"),
    *campaign("report/<int:number>/", reporting.report, "report_entry"),
    *campaign("reported/", reporting.reported, "reported"),
    *campaign("events/<int:number>.ics", pages.event_ics, "event_ics"),
    *campaign("write/", writing.write, "write"),
    *campaign("written/", writing.written, "written"),
    *campaign("write/<str:token>/", writing.write, "write_signed"),
]
