"""The document and its draft side by side: nothing goes on before somebody has looked at it."""

import re
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns import checking, drafting, material_words
from campaigns.forms import material as forms
from campaigns.forms.fields import one_line
from campaigns.models import Campaign, Material
from campaigns.post_room import Desk

from .material import found, frame

# Where a piece of the original may be sent, in the order of the page.
PLACES: dict[str, Promise] = {
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("Summary"),
    "addressed_to": gettext_lazy("Addressed to"),
    "salutation": gettext_lazy("Salutation"),
    "text": gettext_lazy("Text, at its place"),
    "asks": gettext_lazy("A new ask"),
    "closing": gettext_lazy("Closing"),
    "byline": gettext_lazy("Author"),
    "affiliation": gettext_lazy("What the author belongs to"),
    "publication": gettext_lazy("Published in"),
    "events": gettext_lazy("A new event"),
    "figures": gettext_lazy("A new point"),
    "response": gettext_lazy("What those addressed answered"),
}
# What a field of the form rests on in the draft; the text rests on the letter or on the whole.
RESTS_ON = {name: name for name in ("title", "byline", "affiliation", "publication", "date", "source_url")} | {
    **{"summary": "standfirst", "language": "language", "addressed_to": "addressees", "kind": "is_open_letter"},
    **{"salutation": "salutation", "closing": "closing", "response": "response"},
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def check(request: HttpRequest, slug: str, material: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk, one = found(request, slug, language, material)
    if one.is_published:
        return redirect(desk.url("material_done", material=one.uuid))
    if request.method != "POST":
        return _page(request, desk, one, forms.CheckForms(one.checked or forms.from_draft(one.draft)))
    given = forms.CheckForms(data=request.POST)
    if {"send", "to", "take"} & set(request.POST):
        return _rearranged(request, desk, one, given.typed())
    if not given.is_valid() or not _saved(request, one, given):
        return _page(request, desk, one, given, status=422)
    if request.POST.get("do") == "next":
        return redirect(desk.url("material_address", material=one.uuid))
    messages.success(request, _("Saved. Nothing is public before you publish it."))
    return redirect(desk.url("material_check", material=one.uuid))


def _saved(request: HttpRequest, material: Material, given: forms.CheckForms) -> bool:
    try:
        drafting.check(material, given.values(), request.POST.get("seen", ""))
    except ValidationError as error:
        given.form.add_error(None, error)
        material.refresh_from_db(fields=["changed_at"])
        return False
    return True


def _rearranged(request: HttpRequest, desk: Desk, material: Material, typed: dict[str, Any]) -> HttpResponse:
    """The form as it was typed, with one thing moved. Nothing is stored."""
    draft, asked = material.draft, request.POST
    if asked.get("take") in ("letter", "body"):
        typed |= forms.text_of(draft, asked["take"])
        return _page(request, desk, material, forms.CheckForms(typed))
    piece = asked.get("send") or asked.get("piece") or ""
    words = checking.piece_text(draft, piece)
    place = asked.get("to", "")
    if words is None or (place and place not in PLACES):
        return _page(request, desk, material, forms.CheckForms(typed))
    if not place:
        return _page(request, desk, material, forms.CheckForms(typed), {"piece": piece, "words": words})
    if len(typed.get(place) or "") >= forms.ROOM and place in forms.ROWS:
        messages.warning(request, _("There is no room for one more. Empty a row first."))
        return _page(request, desk, material, forms.CheckForms(typed))
    _send(draft, typed, piece, words, place)
    said = {"sent_to": PLACES[place], "sent_place": place}
    return _page(request, desk, material, forms.CheckForms(typed), said)


def _send(draft: dict[str, Any], typed: dict[str, Any], piece: str, words: str, place: str) -> None:
    if place == "text":
        typed["text"] = checking.put_into_text(draft, typed["text"] or "", piece)
    elif place in ("asks", "figures"):
        typed[place].append({"text": one_line(words), "use": True})
    elif place == "events":
        typed[place].append({"title": one_line(words)[:200], "use": True})
    else:
        typed[place] = words if place in ("summary", "response") else one_line(words)


def _page(
    request: HttpRequest,
    desk: Desk,
    material: Material,
    shown: forms.CheckForms,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = material.draft
    pieces, cut = checking.original(draft)
    evidence = _evidence(draft, shown)
    context = frame(desk, "material_check", material) | {
        "form": shown.form,
        "seen": material.seen if shown.form.non_field_errors() else request.POST.get("seen", material.seen),
        "wrong_rows": forms.wrong_rows(shown.rows),
        "fields": {
            name: {"field": shown.form[name], "evidence": evidence.get(name)}
            for name in shown.form.fields
            if name != "text_from"
        },
        "asks": _rows(draft, shown, "asks"),
        "events": _rows(draft, shown, "events"),
        "figures": _rows(draft, shown, "figures"),
        "pieces": pieces,
        "cut": cut,
        "places": PLACES.items(),
        "draft": draft,
        "warnings": material_words.warnings(draft, forms.is_too_long(draft, _chosen(shown))),
        "both": bool(draft["letter_markdown"].strip()) and draft["letter_markdown"] != draft["body_markdown"],
        "perhaps": [
            one for number, one in enumerate(draft["addressees"]) if checking.is_suggestion(draft, "addressees", number)
        ],
        "document_language": draft["language"] or "",
    }
    return render(request, "campaigns/organising/material_check.html", context | (more or {}), status=status)


def _chosen(shown: forms.CheckForms) -> str:
    return "letter" if shown.form["text_from"].value() == "letter" else "body"


def _evidence(draft: dict[str, Any], shown: forms.CheckForms) -> dict[str, checking.Evidence]:
    """By field: what it rests on, as long as it says what was read."""
    chosen = _chosen(shown)
    found = {name: checking.evidence(draft, key) for name, key in (RESTS_ON | {"text": chosen}).items()}
    was_read = forms.from_draft(draft) | forms.text_of(draft, chosen)
    if not was_read["addressed_to"]:  # those that are only inferred are offered beside it
        found["addressed_to"] = checking.absent("addressees")
    if not draft["standfirst"] and was_read["summary"]:
        found["summary"] = checking.guessed(chosen)
    about_a_letter = was_read["kind"] == Campaign.Kind.LETTER and not draft["is_open_letter"]
    if about_a_letter or found["kind"].sure == "absent":  # some kind it has to be
        found["kind"] = checking.guessed("kind")
    found = {name: _unless_changed(one, shown.form[name].value(), was_read[name]) for name, one in found.items()}
    if checking.begins_with(shown.form["text"].value() or "", shown.form["summary"].value() or ""):
        found["summary"] = checking.twice(chosen)
    return found


def _unless_changed(evidence: checking.Evidence, shown: Any, was_read: Any) -> checking.Evidence:
    return evidence if one_line(str(shown or "")) == one_line(str(was_read or "")) else checking.changed(evidence)


def _rows(draft: dict[str, Any], shown: forms.CheckForms, name: str) -> dict[str, Any]:
    several = shown.rows[name]
    was_read = {row["source"]: row for row in forms.from_draft(draft)[name]}
    rows = []
    for row in several.forms:
        number = _number(row["source"].value(), len(draft[name]))
        found = checking.evidence(draft, f"{name}.{number}") if number in was_read else None
        words = "title" if name == "events" else "text"
        if found:
            found = _unless_changed(found, row[words].value(), was_read[number][words])
        rows.append(
            {"form": row, "evidence": found, "said": _said(draft, number) if found and words == "title" else ""}
        )
    return {"set": several, "none": not draft[name], "rows": rows}


def _number(source: Any, many: int) -> int | str:
    number = int(source) if re.fullmatch(r"[0-9]{1,7}", str(source)) else many
    return number if number < many else ""


def _said(draft: dict[str, Any], number: int | str) -> str:
    """The day as the document has it, where it is not a day: an interval, or without its year."""
    day = str(draft["events"][int(number)]["date"])
    return day if len(day) != 10 else ""
