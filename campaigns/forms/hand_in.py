from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.handing_in import Pile
from campaigns.models import Campaign

from .fields import bare_helper


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
