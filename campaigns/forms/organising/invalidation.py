"""Which signatures are declared invalid together, and why."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns import bursts
from campaigns.filtering import Wanted
from campaigns.forms.fields import LineField, bare_helper
from campaigns.models import Burst, Campaign
from campaigns.models.signature import folded

from .signatures import FilterForm, why_field

MOST_TICKED = 500
MOST_STARS = 3  # in a pattern: each more makes it much slower to say no


class Hour(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class WhichForm(FilterForm):
    """The same as for the list, and by the hour, the domain of the address and the name, which no list's address may
    hold. Or, from the page about it, by the network or domain and the hour of one burst."""

    since_hour = forms.TimeField(label=_("From the hour"), required=False, widget=Hour())
    until_hour = forms.TimeField(
        label=_("To the hour"), required=False, widget=Hour(), help_text=_("Empty: to the end of the day.")
    )
    domain = LineField(
        label=_("Domain of their address"),
        max_length=254,
        required=False,
        help_text=_("What stands behind the @, such as example.org. Known for as long as the confirmation email is."),
        widget=forms.TextInput({"autocapitalize": "off", "spellcheck": "false"}),
    )
    named = LineField(
        label=_("Name as it is shown"),
        max_length=60,
        required=False,
        help_text=_("The whole name, with * for anything: “test*”. Finds only those who show their name."),
        widget=forms.TextInput({"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )
    burst = forms.ModelChoiceField(
        Burst.objects.none(),
        required=False,
        widget=forms.HiddenInput(),
        error_messages={"invalid_choice": _("This burst is not kept any more, and nobody knows whose it was.")},
    )

    def __init__(self, campaign: Campaign, data: Any = None, **options: Any) -> None:
        super().__init__(campaign, data, **options)
        field = self.fields["burst"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = campaign.bursts.all()

    def laid_out(self) -> Layout:
        when = ("since", "since_hour", "until", "until_hour")
        return Layout(Div(*self.FIELDS, "domain", "named", css_class="filters"), Div(*when, css_class="filters when"))

    def clean_domain(self) -> str:
        domain = str(self.cleaned_data["domain"]).removeprefix("@").strip(".").lower()
        if domain and ("." not in domain or any(mark in domain for mark in "@/ \0")):
            raise ValidationError(_("Write a domain, such as example.org."), code="domain")
        return domain

    def clean_named(self) -> str:
        named = folded(str(self.cleaned_data["named"]).replace("\0", ""))
        if named.count("*") > MOST_STARS:
            raise ValidationError(_("Use * three times at most."), code="stars")
        if named and not named.replace("*", "").strip():
            raise ValidationError(_("Write some letters beside the *."), code="letters")
        return named

    def _moments(self) -> tuple[datetime | None, datetime | None]:
        given = self.cleaned_data
        since, until = super()._moments()
        if given.get("since"):
            since = self._at(given["since"], given.get("since_hour") or time.min)
        if given.get("until") and given.get("until_hour"):
            until = self._at(given["until"], given["until_hour"])
        return since, until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("since", "until"):
            if cleaned.get(f"{name}_hour") and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("An hour needs its day."))
        if not self.errors and self.wanted().everything:
            raise ValidationError(_("Choose something first: all signatures at once are not meant."), code="all")
        return cleaned

    def wanted(self) -> Wanted:
        asked = {name: self.cleaned_data[name] for name in self.FIELDS}
        since, until = self._moments()
        asked |= {"since": since, "until": until, "named": self.cleaned_data.get("named", "")}
        wanted = Wanted.of_domain(self.cleaned_data.get("domain", ""), **asked)
        if burst := self.cleaned_data.get("burst"):
            of = bursts.wanted(burst)
            return replace(wanted, network_key=of.network_key, domain_key=of.domain_key, since=of.since, until=of.until)
        return wanted


class TickedForm(forms.Form):
    """Rows that were ticked in the list."""

    row = forms.MultipleChoiceField(required=False)

    def __init__(self, campaign: Campaign, data: Any) -> None:
        super().__init__(data)
        self.campaign = campaign

    def ids(self) -> list[int]:
        """Only what is a number: whose they are, the deed asks."""
        given = self.data.getlist("row") if hasattr(self.data, "getlist") else []
        return [int(one) for one in given[:MOST_TICKED] if one.isascii() and one.isdigit() and len(one) < 19]


class WhyForm(forms.Form):
    why = why_field()
    newest = forms.IntegerField(min_value=0, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
