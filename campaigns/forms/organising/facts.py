"""One fact a form: somebody addressed, a source, a date, an answer; in each language the campaign is written in."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from campaigns import facts, wording_drafts
from campaigns.forms.fields import LineField, ParagraphsField, bare_helper
from campaigns.languages import name_of
from campaigns.models import Campaign, Event, Response, Source, Target

from .in_languages import add_translations, translated
from .material import KNOWN_DATE, day_in
from .material_address import TargetRow
from .seen import SeenForm

AS_KNOWN = _("As far as it is known: 2018, 2018-09 or 2018-09-16.")


class FactForm(SeenForm):
    """`pairs`: fields that stand side by side. `words`: those with a field for each further language."""

    words: Sequence[str] = ()
    pairs: Sequence[tuple[str, str]] = ()

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = self.instance.campaign = campaign
        self.first, *self.others = wording_drafts.languages_of(campaign)
        for name, field in self.fields.items():
            if isinstance(field, forms.CharField) and not isinstance(field, forms.URLField) and name != "seen":
                field.widget.attrs.setdefault("dir", "auto")
        for name in self.words:
            self.fields[name].widget.attrs["lang"] = self.first
        add_translations(self, self.words, self.others)

    def of(self, row: Model) -> SeenForm:
        return type(self)(self.campaign, instance=row)

    @property
    def helper(self) -> FormHelper:
        helper = bare_helper()
        own = [
            name
            for name in self.fields
            if name not in {self._in(name, code) for name in self.words for code in self.others}
        ]
        paired = {name: Div(*pair, css_class="several") for pair in self.pairs for name in pair[:1]}
        second = {pair[1] for pair in self.pairs}
        layout: list[Any] = [paired.get(name, name) for name in own if name not in second]
        for code in self.others:
            inside = [self._in(name, code) for name in self.words]
            layout.append(Fieldset(name_of(code), *inside, css_class="in-language"))
        helper.layout = Layout(*layout)
        return helper

    @staticmethod
    def _in(name: str, language: str) -> str:
        return f"{name}_{language}"

    def save(self, commit: bool = True) -> Any:
        self.instance.translations = translated(self, self.words, self.others)
        return super().save(commit)


class DatedForm(FactForm):
    """With a day that may be known only in part."""

    def clean_date(self) -> str:
        said: str = self.cleaned_data["date"]
        if "date" not in self.changed_data:
            return said
        day = day_in(said, self.first)
        if day and not _is_known(day):
            raise ValidationError(_("Write the date as 2018, 2018-09 or 2018-09-16."), code="date")
        return day


def _is_known(day: str) -> bool:
    """2018, 2018-09 or 2018-09-16, and there was such a day."""
    try:
        return bool(KNOWN_DATE.fullmatch(day) and date.fromisoformat(f"{day}-01-01"[:10]))
    except ValueError:
        return False


def _day_field() -> LineField:
    widget = forms.TextInput({"dir": "ltr", "inputmode": "numeric", "class": "short"})
    return LineField(label=_("Date"), max_length=40, required=False, help_text=AS_KNOWN, widget=widget)


def _site_field() -> forms.URLField:
    widget = forms.URLInput({"dir": "ltr"})
    return forms.URLField(
        label=_("Address on the web"),
        max_length=200,
        required=False,
        error_messages={"invalid": _("Write an address such as https://example.org/page, or leave it empty.")},
        widget=widget,
    )


class TargetForm(FactForm):
    words = ("name", "role", "organisation")
    pairs = (("role", "organisation"),)

    name, role, organisation = (TargetRow.base_fields[field] for field in words)
    address = ParagraphsField(
        label=_("Postal address"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("As it stands on an envelope. It is on the letter and in the hand-over pack, not on the page."),
    )

    class Meta:
        model = Target
        fields = ("name", "role", "organisation", "address")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in self.words):
            self.add_error("name", _("Give a name, an office or a body."))
        return cleaned


class SourceForm(DatedForm):
    words = ("title", "note")
    pairs = (("author", "publication"),)

    number = forms.IntegerField(
        label=_("Number"),
        min_value=1,
        max_value=facts.LARGEST_NUMBER,
        help_text=_("The text refers to it by this number: [^1] is source 1."),
        error_messages={
            "required": _("Give the number by which the text refers to it."),
            "invalid": _("Give the number in digits."),
            "min_value": _("Give a number of at least one."),
            "max_value": _("Give a number of three digits at most."),
        },
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )
    title = LineField(label=_("Title"), max_length=300, required=False)
    author = LineField(label=_("Author"), max_length=200, required=False)
    publication = LineField(label=_("Published in"), max_length=200, required=False)
    date = _day_field()
    url = _site_field()
    note = ParagraphsField(label=_("Note"), max_length=2_000, required=False, widget=forms.Textarea({"rows": 2}))
    sure = forms.BooleanField(label=_("Change its number all the same"), required=False)

    class Meta:
        model = Source
        fields = ("number", "title", "author", "publication", "date", "url", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was = self.instance.number if self.instance.pk else None
        if self.was is None or not facts.is_named(self.campaign, self.was):
            del self.fields["sure"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number = cleaned.get("number")
        if number and facts.is_taken(self.campaign, number, self.instance.pk):
            self.add_error("number", facts.taken(number))
        elif "sure" in self.fields and number not in (None, self.was) and not cleaned.get("sure"):
            said = _("The text refers to source %(was)d. With another number, [^%(was)d] leads nowhere.")
            self.add_error("sure", str(said) % {"was": self.was})
        if not self.errors and not any(cleaned.get(name) for name in ("title", "author", "publication", "url", "note")):
            self.add_error("title", _("Say what it is: a title, an author or an address."))
        return cleaned


class EventForm(FactForm):
    words = ("title", "place", "description")
    pairs = (("date", "place"),)

    title = LineField(label=_("What happens"), max_length=200, error_messages={"required": _("Say what happens.")})
    date = forms.DateField(
        label=_("Day"),
        error_messages={"required": _("Give the day."), "invalid": _("Give the day as year, month and day.")},
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    place = LineField(label=_("Place"), max_length=200, required=False)
    description = ParagraphsField(label=_("More"), max_length=2_000, required=False, widget=forms.Textarea({"rows": 3}))
    url = _site_field()

    class Meta:
        model = Event
        fields = ("title", "date", "place", "description", "url")

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if day.year < 1900:  # a slip, and so early that no calendar's file knows it
            raise ValidationError(_("That is too long ago."), code="past")
        return day


class ResponseForm(DatedForm):
    words = ("author", "role", "text")
    pairs = (("author", "role"), ("date", "source"))

    author = LineField(label=_("Who answered"), max_length=200, error_messages={"required": _("Say who answered.")})
    role = LineField(label=_("Office"), max_length=200, required=False)
    text = ParagraphsField(
        label=_("The answer"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 8}),
        error_messages={"required": _("Write down what they answered.")},
    )
    date = _day_field()
    source: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        Source.objects.none(),
        label=_("Where it can be read"),
        required=False,
        empty_label=_("No source of this campaign"),
        help_text=_("One of the campaign’s sources. Add it there first."),
    )

    class Meta:
        model = Response
        fields = ("author", "role", "text", "date", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.campaign.sources.order_by("number")


FORMS: dict[str, type[FactForm]] = {
    "targets": TargetForm,
    "sources": SourceForm,
    "events": EventForm,
    "responses": ResponseForm,
}
