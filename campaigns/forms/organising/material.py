"""A document to be given, and what was read out of it, to be checked."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from campaigns import languages
from campaigns.forms.fields import LineField, ParagraphsField, bare_helper, one_line
from campaigns.material.addressed import addressees
from campaigns.material.draft import MOST
from campaigns.material.extraction.dates import dates_in
from campaigns.material.sandbox import LARGEST_FILE, sentence
from campaigns.models import Campaign
from campaigns.models.translated import LANGUAGE
from campaigns.wording_limits import LONGEST, LONGEST_TEXT

ROOM = MOST  # a row each
MOST_ROWS = ROOM + 1  # the last one is empty, to be filled in
CERTAIN = 0.6  # an event below it is not ticked
LONGEST_BEGINNING = 300
LONGEST_LINE = 1_000  # in which a day is looked for
SENTENCE_END = re.compile(r"[.!?؟。۔](?=\s|$)")
QUOTATION_MARKS = ('"', '"'), ("“", "”"), ("«", "»"), ("„", "“")
KNOWN_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")

ROWS = ("asks", "events", "figures")


class DocumentForm(forms.Form):
    file = forms.FileField(
        label=_("The document"),
        required=False,
        error_messages={"empty": sentence("empty")},
        help_text=_("Word (.docx), OpenDocument (.odt), PDF, a saved web page, Markdown or plain text; 10 MB at most."),
        widget=forms.ClearableFileInput({"accept": ".docx,.odt,.pdf,.html,.htm,.md,.markdown,.txt"}),
    )
    pasted = ParagraphsField(
        label=_("Or paste its text"), required=False, widget=forms.Textarea({"rows": 6, "dir": "auto"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file and (file.size or 0) > LARGEST_FILE:
            raise ValidationError(sentence("too large"), code="large")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("file") and not cleaned.get("pasted"):
            self.add_error("file", _("Choose a document, or paste its text."))
        if cleaned.get("file") and cleaned.get("pasted"):
            self.add_error("pasted", _("Give the document or its text, not both: empty one of the two."))
        return cleaned

    def say_too_long(self) -> None:
        self.errors.clear()
        self.add_error("pasted", _("This is more text than can be pasted. Save it as a file, and choose that."))

    def given(self) -> tuple[bytes, str]:
        """Its bytes and its name; pasted text has none."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return str(self.cleaned_data["pasted"]).encode("utf-8", "replace"), ""
        return file.read(), file.name or "?"


class CheckForm(forms.Form):
    title = LineField(label=_("Title"), max_length=LONGEST["title"], widget=forms.Textarea({"rows": 2}))
    summary = ParagraphsField(
        label=_("Summary"),
        max_length=LONGEST["summary"],
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One or two sentences under the title; they also go with every link that is shared."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Campaign.Kind.choices)
    language = forms.ChoiceField(label=_("Language"))
    addressed_to = LineField(
        label=_("Addressed to"),
        max_length=LONGEST["addressed_to"],
        required=False,
        help_text=_("As in “An open letter to …”."),
    )
    salutation = LineField(label=_("Salutation"), max_length=LONGEST["salutation"], required=False)
    text = ParagraphsField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 16}),
        help_text=_("Markdown: an empty line between paragraphs, ## before a heading, - before a point."),
    )
    text_from = forms.ChoiceField(choices=[("letter", ""), ("body", "")], widget=forms.HiddenInput)
    aside_text = aside_salutation = aside_closing = forms.CharField(required=False, widget=forms.HiddenInput)
    closing = LineField(label=_("Closing"), max_length=LONGEST["closing"], required=False)
    byline = LineField(label=_("Author"), max_length=120, required=False)
    affiliation = LineField(label=_("What the author belongs to"), max_length=120, required=False)
    publication = LineField(label=_("Published in"), max_length=200, required=False)
    date = LineField(
        label=_("Date"),
        required=False,
        help_text=_("As far as it is known: 2018, 2018-09 or 2018-09-16."),
        widget=forms.TextInput({"dir": "ltr", "inputmode": "numeric"}),
    )
    source_url = forms.URLField(
        label=_("Address of the source"), max_length=200, required=False, widget=forms.URLInput({"dir": "ltr"})
    )
    cite = forms.BooleanField(label=_("Name the document among the sources of the page"), required=False)
    response = ParagraphsField(
        label=_("What those addressed answered"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 4})
    )
    response_author = LineField(label=_("Who answered"), max_length=200, required=False)
    response_date = LineField(
        label=_("When"), required=False, widget=forms.TextInput({"dir": "ltr", "placeholder": "2018-09"})
    )
    keep_signatories = forms.BooleanField(label=_("Keep this list with the material"), required=False)
    name_document = forms.BooleanField(
        label=_("Say on the page: published from this document"),
        required=False,
        help_text=_("With the name of the file and its SHA-256, so that anybody who has it can compare."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = str(self["language"].value() or "")
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = languages.choices(language if LANGUAGE.fullmatch(language) else "")
        for name in ("title", "summary", "addressed_to", "salutation", "text", "closing", "byline", "response"):
            self.fields[name].widget.attrs.update({"dir": "auto", "lang": language})
        for name, one in self.fields.items():
            dress(one, f"about-{name}")

    def clean_date(self) -> str:
        return self._day("date")

    def clean_response_date(self) -> str:
        return self._day("response_date")

    def _day(self, name: str) -> str:
        said = day_in(self.cleaned_data[name], self.cleaned_data.get("language"))
        if said and not KNOWN_DATE.fullmatch(said):
            raise ValidationError(_("Write the date as 2018, 2018-09 or 2018-09-16."), code="date")
        return said

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("response") and not cleaned.get("response_author"):
            self.add_error("response_author", _("Say who answered, or empty the answer."))
        return cleaned


def dress(field: forms.Field, about: str) -> None:
    """The classes of the house, and where it is said what the field rests on and what is wrong with it."""
    kinds: dict[type, str] = {forms.Select: "form-select", forms.CheckboxInput: "form-check-input"}
    field.widget.attrs |= {"class": kinds.get(type(field.widget), "form-control"), "aria-describedby": about}


def day_in(said: str, language: str | None) -> str:
    """The one day that somebody's words name, as 2018-09-16; or the words, where that is not so."""
    found = [] if KNOWN_DATE.fullmatch(said) else dates_in(said[:LONGEST_LINE], language)
    days = {one.first for one in found} | {one.last for one in found}
    return days.pop() if len(days) == 1 and found[0].has_year else said


class Row(forms.Form):
    """One of several. `source` is its number in the draft; what an organiser has added has none."""

    source = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name != "source":
                dress(field, f"about-{self.prefix}")
        for name in ("text", "title", "place"):
            if name in self.fields:
                self.fields[name].widget.attrs["dir"] = "auto"


class AskRow(Row):
    text = LineField(
        label=_("What it asks"), max_length=LONGEST["asks"], required=False, widget=forms.Textarea({"rows": 2})
    )


class FigureRow(Row):
    use = forms.BooleanField(label=_("Offer it as a point"), required=False)
    text = LineField(
        label=_("The sentence"), max_length=LONGEST["letter_points"], required=False, widget=forms.Textarea({"rows": 2})
    )


class EventRow(Row):
    use = forms.BooleanField(label=_("Show it on the page"), required=False)
    title = LineField(label=_("What happens"), max_length=200, required=False)
    date = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    place = LineField(label=_("Place"), max_length=200, required=False)
    description = ParagraphsField(label=_("More"), max_length=2_000, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("use"):
            if not cleaned.get("title"):
                self.add_error("title", _("Say what happens, or leave this one out."))
            if not cleaned.get("date") and "date" not in self.errors:
                self.add_error("date", _("Give the day, or leave this one out."))
        return cleaned


def rows(row: type[forms.Form], name: str, data: Any, initial: list[dict[str, Any]]) -> Any:
    """A set of them, with an empty one at its end."""
    kind = forms.formset_factory(row, extra=1, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True)
    return kind(data, prefix=name, initial=initial[:ROOM])


class CheckForms:
    """The whole page: single fields, and rows of several."""

    def __init__(self, initial: dict[str, Any] | None = None, data: Any = None) -> None:
        initial = initial or {}
        self.form = CheckForm(data, initial=initial)
        kinds = {"asks": AskRow, "events": EventRow, "figures": FigureRow}
        self.rows = {name: rows(kinds[name], name, data, initial.get(name, [])) for name in ROWS}
        if data is None:
            for form in (self.form, *(row for several in self.rows.values() for row in several.forms)):
                say_too_long(form)

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(one.is_valid() for one in self.rows.values())])

    def values(self) -> dict[str, Any]:
        """What was checked, as JSON. Rows in which nothing stands are none."""
        said = dict(self.form.cleaned_data)
        for name, several in self.rows.items():
            said[name] = [
                {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
                for row in several.cleaned_data
                if row.get("text") or row.get("title")
            ]
        return said

    def typed(self) -> dict[str, Any]:
        """What stands in the fields, right or wrong: to be shown again, changed in one place."""
        said = _as_typed(self.form)
        for name, several in self.rows.items():
            found = [_as_typed(row) for row in several.forms]
            said[name] = [row for row in found if row.get("text") or row.get("title")]
        return said


def say_too_long(form: forms.Form) -> None:
    """Of what a document says, which nobody has typed: at once, and not when it is saved."""
    for name, field in form.fields.items():
        try:
            field.run_validators(field.to_python(form[name].value()))
        except ValidationError as error:
            form.errors[name] = form.error_class(error.messages)


def _as_typed(form: forms.Form) -> dict[str, Any]:
    said = {name: form[name].value() for name in form.fields}  # with the line ends of the wire
    return {name: one.replace("\r\n", "\n") if isinstance(one, str) else one for name, one in said.items()}


def wrong_rows(sets: dict[str, Any]) -> list[dict[str, Any]]:
    """For the summary of errors: where, and what."""
    found = [
        {"id": row[name if name in row.fields else first_field(row)].auto_id, "errors": errors}
        for several in sets.values()
        for row in several.forms
        for name, errors in row.errors.items()
    ]
    return found + [{"id": "", "errors": errors} for several in sets.values() if (errors := several.non_form_errors())]


def first_field(row: forms.Form) -> str:
    return next(name for name in row.fields if name != "source")


# What the draft says, as these fields have it. A browser takes the line ends out of a field of one line, and leaves
# no space in their place.


def from_draft(draft: dict[str, Any]) -> dict[str, Any]:
    chosen = "letter" if draft["letter_markdown"].strip() else "body"
    single = ("title", "byline", "affiliation", "publication", "date", "source_url", "language")
    said: dict[str, Any] = {name: one_line(draft[name] or "") for name in single} | {"response": draft["response"]}
    said |= text_of(draft, chosen)
    said["kind"] = _kind_of(draft, chosen)
    said["language"] = said["language"] or "en"
    said["summary"] = draft["standfirst"] or beginning(draft, chosen)
    said["addressed_to"] = one_line(_joined([one.said for one in addressees(draft) if one.stated], 200))
    try:
        said["source_url"] = CheckForm.base_fields["source_url"].clean(said["source_url"])
    except ValidationError:  # half an address leads nowhere
        said["source_url"] = ""
    said["cite"] = bool(draft["source_url"] or draft["publication"])
    said["asks"] = [{"source": number, "text": _unquoted(one_line(ask))} for number, ask in enumerate(draft["asks"])]
    said["figures"] = _sentences(draft["figures"])
    said["events"] = [_event(draft, number, event) for number, event in enumerate(draft["events"])]
    return said


def beginning(draft: dict[str, Any], chosen: str) -> str:
    """Its first sentences, as a suggestion for a summary where the document has none."""
    start, end = next(iter(draft["spans"].get(chosen, [])), (0, 0))
    words = " ".join(draft["text"][start:end].split())
    ends = [found.end() for found in SENTENCE_END.finditer(words[:LONGEST_BEGINNING])]
    return words[: ends[-1]] if ends else Truncator(words).words(40)


def _unquoted(sentence: str) -> str:
    """Without a quotation mark that opens before it or closes after it: it is no quotation on a page of its own."""
    for opening, closing in QUOTATION_MARKS:
        inner = sentence.removeprefix(opening).removesuffix(closing)
        if opening not in inner and closing not in inner:
            sentence = inner
    return sentence


def _joined(names: list[str], most: int) -> str:
    """As many of them as there is room for."""
    while len(joined := ", ".join(names)) > most:
        names = names[:-1]
    return joined


def _sentences(figures: list[dict[str, str]]) -> list[dict[str, Any]]:
    """A sentence with two figures is one point."""
    seen: dict[str, int] = {}
    for number, figure in enumerate(figures):
        seen.setdefault(figure["sentence"], number)
    return [{"source": number, "text": sentence} for sentence, number in seen.items()]


def text_of(draft: dict[str, Any], chosen: str) -> dict[str, Any]:
    """The letter alone has its salutation and closing beside it; the whole document has them in its text."""
    alone = chosen == "letter"
    return {
        "text": _whole_paragraphs(draft[f"{chosen}_markdown"]),
        "text_from": chosen,
        "salutation": one_line(draft["salutation"] or "") if alone else "",
        "closing": one_line(draft["closing"] or "") if alone else "",
    }


def is_too_long(draft: dict[str, Any], chosen: str) -> bool:
    return len(draft[f"{chosen}_markdown"]) > LONGEST_TEXT


def _whole_paragraphs(text: str) -> str:
    """As many as a form takes."""
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT].rpartition("\n\n")[0] or text[:LONGEST_TEXT]


def _kind_of(draft: dict[str, Any], chosen: str) -> str:
    """Of what people sign: the letter that a news story is about is one, though the story is none."""
    if draft["is_open_letter"] or chosen == "letter":
        return Campaign.Kind.LETTER
    return Campaign.Kind.CALL if draft["events"] else Campaign.Kind.STATEMENT


def _event(draft: dict[str, Any], number: int, event: dict[str, Any]) -> dict[str, Any]:
    try:
        day: date | None = date.fromisoformat(event["date"][:10])
    except ValueError:
        day = None
    sure = draft["confidence"].get("events", 0) >= CERTAIN and f"events.{number}" not in draft["inferred"]
    title = Truncator(one_line(event["text"])).chars(200)
    to_come = day is not None and day >= timezone.localdate()
    return {
        "source": number,
        "use": to_come and sure and event["text"] != draft["title"],
        "title": title,
        "date": day,
        "description": event["text"] if title != event["text"] else "",
    }
