"""Which of those held back are let through."""

from django import forms

from campaigns.filtering import Wanted
from campaigns.models import Signature

from .signatures import WHATEVER


class WhichHeldForm(forms.Form):
    held_for = forms.ChoiceField(required=False, choices=[WHATEVER, *Signature.HeldFor.choices])

    EVERY = Wanted(state=Signature.State.SUSPECT.value)

    def wanted(self) -> Wanted:
        return Wanted(state=Signature.State.SUSPECT.value, held_for=self.cleaned_data["held_for"])
