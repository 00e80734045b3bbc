from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import ParagraphsField, bare_helper

KEEP, WITHHOLD = "keep", "withhold"


class DecideForm(forms.Form):
    """What becomes of a campaign that was reported."""

    do = forms.ChoiceField(choices=[(KEEP, KEEP), (WITHHOLD, WITHHOLD)], widget=forms.HiddenInput, initial=WITHHOLD)
    why = ParagraphsField(
        label=_("Why it is taken off"),
        required=False,
        max_length=2_000,
        help_text=_(
            "Its owners read this, word for word: say what would have to change, and name nobody who reported."
        ),
        widget=forms.Textarea({"rows": 3, "dir": "auto", "required": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("do") == WITHHOLD and not cleaned.get("why") and "why" not in self.errors:
            self.add_error("why", forms.ValidationError(_("Write a sentence that tells its owners why."), code="why"))
        return cleaned
