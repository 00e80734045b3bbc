"""What organisers ask about signatures."""

from datetime import date, datetime, time, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from campaigns.filtering import NONE_KNOWN, Checks, Wanted
from campaigns.forms.fields import AddressField, LineField, bare_helper
from campaigns.models import Campaign, Signature, Tally
from campaigns.pages import LANGUAGE_NAMES
from letters.models import Constituency

MOST_SOURCES, MOST_AREAS = 100, 1_000
WHATEVER = ("", _("Any"))


def a_day_of_ours(day: date) -> None:
    """None so far off that no clock has the moment after it."""
    if not 2000 <= day.year <= 2200:
        raise ValidationError(_("Write the day with its year, such as 2026."), code="year")


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FilterForm(forms.Form):
    """A campaign's signatures by what can be asked of all at once."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[WHATEVER, *Signature.State.choices])
    source = LineField(
        label=_("Came from"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"list": "sources", "autocomplete": "off"}),
        help_text=_("As the list names it. “-” finds those of whom it is not known."),
    )
    area = forms.ChoiceField(label=_("Area"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    language = forms.ChoiceField(label=_("Language of the text"), required=False)
    updates = forms.ChoiceField(
        label=_("Wants news"), required=False, choices=[WHATEVER, ("yes", _("Yes")), ("no", _("No"))]
    )
    origin = forms.ChoiceField(label=_("Signed"), required=False, choices=[WHATEVER, *Signature.Origin.choices])
    check = forms.ChoiceField(
        label=_("Read by us"),
        required=False,
        choices=[
            WHATEVER,
            (Checks.REASON_WAITS, _("The reason is not read yet")),
            (Checks.NAME_WAITS, _("The name is not read yet")),
            (Checks.HELD, _("Held until it is read")),
            (Checks.HIDDEN, _("Name or reason hidden")),
        ],
    )
    held_for = forms.ChoiceField(
        label=_("Held back because"),
        required=False,
        choices=[WHATEVER, *(one for one in Signature.HeldFor.choices if one[0])],
    )
    since = forms.DateField(label=_("From the day"), required=False, widget=Day(), validators=[a_day_of_ours])
    until = forms.DateField(label=_("To the day"), required=False, widget=Day(), validators=[a_day_of_ours])

    FIELDS = ("state", "source", "area", "country", "language", "updates", "origin", "check", "held_for")

    def __init__(self, campaign: Campaign, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.campaign, language = campaign, get_language() or ""
        areas = Constituency.objects.filter(pk__in=campaign.area_counts.order_by().values("area")).order_by("name")
        named = [(str(area.pk), area.name_in(language)) for area in areas[:MOST_AREAS]]
        self._choose("area", [WHATEVER, *named, (NONE_KNOWN, _("None known"))])
        self._choose("country", [WHATEVER, *countries])
        codes = campaign.texts.order_by("language").values_list("language", flat=True).distinct()
        self._choose("language", [WHATEVER, *((code, LANGUAGE_NAMES.get(code, code)) for code in codes)])
        tallies = campaign.tallies.filter(of=Tally.Of.SOURCE).order_by("-count", "key")
        self.sources = list(tallies.values_list("key", flat=True)[:MOST_SOURCES])
        self.helper = bare_helper()
        self.helper.layout = self.laid_out()

    def laid_out(self) -> Layout:
        return Layout(Div(*self.FIELDS, "since", "until", css_class="filters"))

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_source(self) -> str:
        return str(self.cleaned_data["source"]).replace("\0", "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = self._moments()
        if since and until and since >= until:
            self.add_error("until", _("This is before the beginning."))
        return cleaned

    def _moments(self) -> tuple[datetime | None, datetime | None]:
        """The first moment, and the first after the last."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return self._at(since, time.min), self._at(until and until + timedelta(days=1), time.min)

    @staticmethod
    def _at(day: date | None, hour: time) -> datetime | None:
        return timezone.make_aware(datetime.combine(day, hour)) if day else None

    def wanted(self) -> Wanted:
        since, until = self._moments()
        asked = {name: self.cleaned_data[name] for name in self.FIELDS}
        return Wanted(**asked, since=since, until=until)

    def query(self) -> dict[str, str]:
        """For the address of the next page."""
        return {name: self.data.get(name, "") for name in (*self.FIELDS, "since", "until")}


class FindForm(forms.Form):
    q = LineField(
        label=_("One whole email address, or the beginning of a name that is shown"),
        max_length=254,
        error_messages={"required": _("Write an email address or the beginning of a name.")},
    )

    def clean_q(self) -> str:
        """An address as it is, or a name."""
        asked = str(self.cleaned_data["q"]).replace("\0", "")
        return str(AddressField().clean(asked)) if "@" in asked else asked


def why_field(**options: Any) -> LineField:
    return LineField(
        label=_("Why"),
        max_length=300,
        help_text=_("For those you work with, and for later. Name nobody."),
        error_messages={"required": _("Say why: somebody will ask.")},
        **options,
    )


class ActForm(forms.Form):
    """What is done about one signature."""

    DEEDS = (
        *("hide_name", "show_name", "hide_reason", "show_reason"),
        *("invalidate", "restore", "release", "resend", "erase", "top", "down"),
    )
    do = forms.ChoiceField(choices=[(deed, deed) for deed in DEEDS])
    why = why_field(required=False)
    really = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper: FormHelper = bare_helper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("do") == "invalidate" and not cleaned.get("why"):
            raise ValidationError(_("Say why it is invalid. Nothing was changed."), code="why")
        if cleaned.get("do") == "erase" and not cleaned.get("really"):
            raise ValidationError(
                _("Tick the box first to say that they asked for it. Nothing was erased."), code="tick"
            )
        return cleaned
