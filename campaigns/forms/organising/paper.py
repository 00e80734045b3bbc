from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import LineField, bare_helper
from campaigns.paper import MOST


class PaperForm(forms.Form):
    signatures = forms.IntegerField(
        label=_("How many signatures"),
        min_value=1,
        max_value=MOST,
        error_messages={
            "required": _("Give their number."),
            "invalid": _("Give their number in digits."),
            "min_value": _("Give a number of at least one."),
            "max_value": _("That is more than a million. Enter them in several parts, if it is true."),
        },
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    on = forms.DateField(
        label=_("Collected on"),
        error_messages={"required": _("Give the day."), "invalid": _("Give the day as year, month and day.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
    )
    note = LineField(
        label=_("Where, or by whom"),
        max_length=200,
        required=False,
        help_text=_("For your own records. Do not write the names of those who signed."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.initial.setdefault("on", timezone.localdate())

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(_("That day is yet to come."), code="future")
        if day.year < 2000:  # a slip, and so early that no time zone knows it
            raise ValidationError(_("That is too long ago."), code="past")
        return day
