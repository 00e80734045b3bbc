"""Which of those held back are let through."""

from django import forms

from campaigns.filtering import Wanted
from campaigns.forms.fields import bare_helper
from campaigns.models import Signature

from .signatures import WHATEVER, why_field


class WhichHeldForm(forms.Form):
    held_for = forms.ChoiceField(required=False, choices=[WHATEVER, *Signature.HeldFor.choices])

    EVERY = Wanted(state=Signature.State.SUSPECT.value)

    def wanted(self) -> Wanted:
        return Wanted(state=Signature.State.SUSPECT.value, held_for=self.cleaned_data["held_for"])


class AfterLookForm(forms.Form):
    why = why_field()
    newest = forms.IntegerField(min_value=0, widget=forms.HiddenInput())

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.helper = bare_helper()
