from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.bundling import Shape, Wanted
from campaigns.forms.fields import bare_helper
from campaigns.forms.public.writing import LAYOUTS
from campaigns.handing_in import Pile
from campaigns.models import Campaign
from campaigns.printing import Order


class PileForm(forms.Form):
    """Which letters: one representative's or everybody's; those confirmed until a moment, or all."""

    to = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    until = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def pile(self, campaign: Campaign) -> Pile:
        return Pile(campaign, self.cleaned_data["to"], self.cleaned_data["until"])


class HandOverForm(forms.Form):
    on = forms.DateField(
        label=_("Handed over on"),
        error_messages={"required": _("Give the day."), "invalid": _("Give the day as year, month and day.")},
        help_text=_("Only letters confirmed by the end of that day count."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(_("That day is yet to come."), code="future")
        if day.year < 2000:  # a slip, and so early that no time zone knows it
            raise ValidationError(_("That is too long ago."), code="past")
        return day


class BundleForm(forms.Form):
    """How the letters are to be printed. What is left out is as `Wanted` has it."""

    shape = forms.ChoiceField(
        label=_("What to make"),
        choices=Shape.choices,
        initial=Wanted.shape,
        required=False,
        widget=forms.RadioSelect,
    )
    order = forms.ChoiceField(
        label=_("In which order"),
        choices=Order.choices,
        initial=Wanted.order,
        required=False,
        widget=forms.RadioSelect,
    )
    layout = forms.ChoiceField(
        label=_("For which envelope"),
        choices=[("", _("Each letter as its country has it")), *LAYOUTS.items()],
        required=False,
        help_text=_("Where the address must lie, if you use envelopes with a window."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        return Wanted(Order(data["order"] or Wanted.order), Shape(data["shape"] or Wanted.shape), data["layout"])
