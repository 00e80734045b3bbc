from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from letters.models.post import State

from .models.translated import LANGUAGE
from .views import (
    hand_in,
    letters,
    lists,
    material,
    material_check,
    organising,
    packs,
    paper,
    post_room,
    public,
    representatives,
    signing,
    wordings,
    writing,
)


class SiteLanguage(StringConverter):
    """A language of the software other than its first."""

    regex = "|".join(code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE)


class TextLanguage(StringConverter):
    """The language of a campaign's text: two or three letters, perhaps a region."""

    regex = LANGUAGE.pattern


class Colour(StringConverter):
    """Six hexadecimal digits."""

    regex = "[0-9a-f]{6}"


class Digest(StringConverter):
    """The beginning of a SHA-256, or the whole of it."""

    regex = "[0-9a-f]{16,64}"


class MailState(StringConverter):
    """The state of an email, but for "held", which has an address of its own."""

    regex = "|".join(state for state in State.values if state != State.HELD)


register_converter(Colour, "colour")
register_converter(Digest, "digest")
register_converter(MailState, "mail_state")
register_converter(SiteLanguage, "site_language")
register_converter(TextLanguage, "text_language")

app_name = "campaigns"


def site(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    return [path(route, view, name=name), path(f"<site_language:language>/{route}", view, name=name)]


def campaign(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    return [
        path(f"<slug:slug>/{route}", view, name=name),
        path(f"<slug:slug>/<text_language:language>/{route}", view, name=name),
    ]


def post(route: str, view: Callable[..., HttpResponseBase], name: str, **given: str) -> list[URLPattern]:
    """A page of an organisation's post room."""
    return of_organisation(f"post/{route}", view, name, **given)


def of_organisation(route: str, view: Callable[..., HttpResponseBase], name: str, **given: str) -> list[URLPattern]:
    """A page for those who work for an organisation."""
    rest = f"organisations/<slug:slug>/{route}"
    return [
        path(f"organise/{rest}", view, given, name=name),
        path(f"organise/<site_language:language>/{rest}", view, given, name=name),
    ]


urlpatterns: list[Any] = [
    *site("", public.home, "home"),
    *site("privacy/", public.privacy, "privacy"),
    *site("accessibility/", public.accessibility, "accessibility"),
    *site("organisations/<slug:slug>/", public.organisation, "organisation"),
    path("organisations/<slug:slug>/<colour:colour>.css", public.accent, name="accent"),
    path("robots.txt", public.robots, name="robots"),
    path("confirm/<str:token>/", signing.confirm, name="confirm"),
    path("signature/<str:token>/", signing.mine, name="signature"),
    path("signature/<str:token>/data.json", signing.data, name="signature_data"),
    path("letter/confirm/<str:token>/", letters.confirm, name="letter_confirm"),
    path("letter/answer/<str:token>/", letters.answer, name="letter_answer"),
    path("letter/<str:token>/", letters.mine, name="letter_manage"),
    path("letter/<str:token>/data.json", letters.data, name="letter_data"),
    path("letter/<str:token>/letter.pdf", letters.pdf, name="letter_sheet"),
    path("letter/<str:token>/letter.txt", letters.plain, name="letter_plain"),
    path("organise/<slug:slug>/preview/", organising.preview, name="preview"),
    path("organise/<slug:slug>/preview/<text_language:language>/", organising.preview, name="preview"),
    path("organise/<slug:slug>/signatures/", organising.export_signatures, name="export_signatures"),
    path("organise/<slug:slug>/exports/<uuid:job>/", organising.export, name="export"),
    path("organise/<slug:slug>/representatives/", representatives.of_campaign, name="representatives"),
    path("organise/<slug:slug>/hand-in/", hand_in.waiting, name="hand_in"),
    path("organise/<slug:slug>/hand-in/over/", hand_in.over, name="hand_in_over"),
    path("organise/<slug:slug>/hand-in/undo/<int:number>/", hand_in.undo, name="hand_in_undo"),
    path("organise/<slug:slug>/hand-in/email/", hand_in.email, name="hand_in_email"),
    path("organise/<slug:slug>/hand-in/bundles/", hand_in.start_bundle, name="hand_in_bundles"),
    path("organise/<slug:slug>/hand-in/bundles/<uuid:job>/", hand_in.bundle, name="hand_in_bundle"),
    path("organise/<slug:slug>/packs/", packs.made, name="packs"),
    path("organise/<slug:slug>/packs/new/", packs.new, name="pack_new"),
    path("organise/<slug:slug>/packs/<uuid:job>/", packs.pack, name="pack"),
    path("organise/<slug:slug>/paper/", paper.counts, name="paper"),
    path("organise/<slug:slug>/paper/<int:number>/remove/", paper.remove, name="paper_remove"),
    *post("", post_room.room, "post_room"),
    *post("now/", post_room.now, "post_now"),
    *post("held/", post_room.emails, "post_held", state=State.HELD.value),
    *post("emails/<mail_state:state>/", post_room.emails, "post_emails"),
    *post("emails/<uuid:email>/", post_room.email, "post_email"),
    *post("find/", post_room.find, "post_find"),
    *post("pause/", post_room.pause, "post_pause"),
    *post("resume/", post_room.resume, "post_resume"),
    *post("lift/<int:stop>/", post_room.lift, "post_lift"),
    *post("try/", post_room.try_sending, "post_try"),
    *of_organisation("lists/", lists.index, "lists"),
    *of_organisation("lists/<int:number>/", lists.one, "list"),
    *of_organisation("lists/<int:number>/rename/", lists.rename, "list_rename"),
    *of_organisation("lists/<int:number>/delete/", lists.delete, "list_delete"),
    *of_organisation("lists/<int:number>/people.csv", lists.export, "list_export"),
    *of_organisation("lists/files/<uuid:file>/", lists.file, "list_file"),
    path("organise/material/", material.choose, name="materials"),
    path("organise/<site_language:language>/material/", material.choose, name="materials"),
    *of_organisation("material/", material.index, "material"),
    *of_organisation("material/<uuid:material>/", material_check.check, "material_check"),
    *of_organisation("material/<uuid:material>/signatories/", material.signatories, "material_signatories"),
    *of_organisation("material/<uuid:material>/address/", material.address, "material_address"),
    *of_organisation("material/<uuid:material>/publish/", material.publish, "material_publish"),
    *of_organisation("material/<uuid:material>/done/", material.done, "material_done"),
    *of_organisation("material/<uuid:material>/delete/", material.delete, "material_delete"),
    *of_organisation("material/<uuid:material>/original/", material.original, "material_original"),
    *campaign("", public.page, "page"),
    path("<slug:slug>/count.json", public.count, name="count"),
    *campaign("sign/", signing.sign, "sign"),
    *campaign("signed/", signing.signed, "signed"),
    *campaign("signatures/", public.signatures, "signatures"),
    *campaign("letter.pdf", public.letter_pdf, "letter_pdf"),
    *campaign("letter-to-sign.pdf", public.blank_pdf, "blank_pdf"),
    *campaign("sheets.pdf", wordings.sheets_pdf, "sheets_pdf"),
    path("<slug:slug>/wording/<digest:digest>/", wordings.wording, name="wording"),
    path("<slug:slug>/wording/<digest:digest>/wording.json", wordings.canonical, name="wording_json"),
    *campaign("card.png", public.card, "card"),
    *campaign("events/<int:number>.ics", public.event_ics, "event_ics"),
    *campaign("write/", writing.write, "write"),
    *campaign("written/", writing.written, "written"),
    *campaign("write/<str:token>/", writing.write, "write_signed"),
]
