"""The document and its draft side by side: nothing goes on before somebody has looked at it."""

import re
import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns import checking, drafting, material_words, publishing
from campaigns.desks import Desk
from campaigns.forms.fields import one_line
from campaigns.forms.organising import material as forms
from campaigns.models import Campaign, Material

from .material import found, frame

# Where a piece of the original may be sent, in the order of the page.
PLACES: dict[str, Promise] = {
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("Summary"),
    "addressed_to": gettext_lazy("Addressed to"),
    "asks": gettext_lazy("A new ask"),
    "salutation": gettext_lazy("Salutation"),
    "text": gettext_lazy("Text, at its place"),
    "closing": gettext_lazy("Closing"),
    "events": gettext_lazy("A new event"),
    "figures": gettext_lazy("A new point"),
    "byline": gettext_lazy("Author"),
    "affiliation": gettext_lazy("What the author belongs to"),
    "publication": gettext_lazy("Published in"),
    "date": gettext_lazy("Date"),
    "source_url": gettext_lazy("Address of the source"),
    "response": gettext_lazy("What those addressed answered"),
    "response_author": gettext_lazy("Who answered"),
    "response_date": gettext_lazy("Date of the answer"),
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
    was_read = forms.from_draft(one.draft)
    page = partial(_page, request, desk, one, was_read)
    if request.method != "POST":
        return page(forms.CheckForms(one.checked or was_read))
    given = forms.CheckForms(data=request.POST)
    if {"send", "to", "take"} & set(request.POST):
        typed = given.typed()
        said = _moved(one.draft, typed, request.POST)
        return page(forms.CheckForms(typed), said)
    if not given.is_valid() or not _saved(request, one, given):
        return page(given, status=422)
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


def _moved(draft: dict[str, Any], typed: dict[str, Any], asked: QueryDict) -> dict[str, Any]:
    """Moves one thing in what was typed, and answers what the page is to say of it. Nothing is stored."""
    if chosen := asked.get("take"):
        return _take(draft, typed, chosen)
    piece, place = asked.get("send") or asked.get("piece") or "", asked.get("to", "")
    words = checking.piece_text(draft, piece)
    if words is None or (place and place not in PLACES):
        return {}
    if not place:
        return {"piece": piece, "words": words}
    if place in forms.ROWS and len(typed[place]) >= forms.ROOM:
        return {"full": True}
    return {"sent_to": PLACES[place], "sent_place": place, "former": _send(draft, typed, piece, words, place)}


def _take(draft: dict[str, Any], typed: dict[str, Any], chosen: str) -> dict[str, Any]:
    """The letter alone or the whole document, in the place of the other: that is laid aside as it was left."""
    if chosen not in ("letter", "body") or chosen == typed["text_from"]:
        return {}
    names = ("text", "salutation", "closing")
    aside = {name: typed[f"aside_{name}"] for name in names}
    typed |= {f"aside_{name}": typed[name] for name in names}
    typed |= forms.text_of(draft, chosen) | (aside if any(aside.values()) else {})
    return {"taken": True}


def _send(draft: dict[str, Any], typed: dict[str, Any], piece: str, words: str, place: str) -> str:
    """What it took the place of."""
    line = one_line(words)
    if place in forms.ROWS:
        typed[place].append({"text": line, "title": line[:200], "use": True})  # each row takes the one it has
        return ""
    former = typed[place] or ""
    if place == "text":
        typed["text"] = checking.put_into_text(draft, former, piece)
        return ""
    if place.endswith("date"):
        line = forms.day_in(line, draft["language"])
    typed[place] = words if place in ("summary", "response") else line
    return str(former)


def _page(
    request: HttpRequest,
    desk: Desk,
    material: Material,
    was_read: dict[str, Any],
    shown: forms.CheckForms,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = material.draft
    pieces, cut = checking.original(draft)
    context = frame(request, desk, material) | {
        "form": shown.form,
        "seen": material.seen if shown.form.non_field_errors() else request.POST.get("seen", material.seen),
        "wrong_rows": forms.wrong_rows(shown.rows),
        "evidence": _evidence(draft, was_read, shown),
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
    context |= {name: _rows(draft, was_read, shown, name) for name in forms.ROWS} | (more or {})
    return render(request, "campaigns/organising/material_check.html", context, status=status)


def _chosen(shown: forms.CheckForms) -> str:
    return "letter" if shown.form["text_from"].value() == "letter" else "body"


def _evidence(draft: dict[str, Any], was_read: dict[str, Any], shown: forms.CheckForms) -> dict[str, checking.Evidence]:
    """By field: what it rests on, as long as it says what was read."""
    chosen = _chosen(shown)
    found = {name: checking.evidence(draft, key) for name, key in (RESTS_ON | {"text": chosen}).items()}
    was_read = was_read | forms.text_of(draft, chosen)
    if not was_read["addressed_to"]:  # those that are only inferred are offered beside it
        found["addressed_to"] = checking.absent("addressees")
    if not draft["standfirst"] and was_read["summary"]:
        found["summary"] = checking.guessed(chosen)
    about_a_letter = was_read["kind"] == Campaign.Kind.LETTER and not draft["is_open_letter"]
    if about_a_letter or found["kind"].sure == "absent":  # some kind it has to be
        found["kind"] = checking.guessed("kind")
    found = {name: _unless_changed(one, shown.form[name].value(), was_read[name]) for name, one in found.items()}
    if publishing.begins_with(shown.form["text"].value() or "", shown.form["summary"].value() or ""):
        found["summary"] = checking.twice(chosen)
    return found


def _unless_changed(evidence: checking.Evidence, shown: Any, was_read: Any) -> checking.Evidence:
    return evidence if one_line(str(shown or "")) == one_line(str(was_read or "")) else checking.changed(evidence)


def _rows(draft: dict[str, Any], read: dict[str, Any], shown: forms.CheckForms, name: str) -> dict[str, Any]:
    several = shown.rows[name]
    was_read = {row["source"]: row for row in read[name]}
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
