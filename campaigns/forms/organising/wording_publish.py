from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import LineField, bare_helper
from campaigns.models import CampaignText

LONGEST_NOTE = CampaignText._meta.get_field("change_note").max_length


class CorrectionForm(forms.Form):
    """What is said of a correction. The first text in a language corrects nothing."""

    change_note = LineField(
        label=_("What was corrected"),
        max_length=LONGEST_NOTE,
        help_text=_("Everybody can read it beside the difference: “A wrong year in the second paragraph”."),
        error_messages={"required": _("Say in a few words what was corrected.")},
        widget=forms.Textarea({"rows": 2, "dir": "auto"}),
    )
    same_meaning = forms.BooleanField(
        label=_("It still means the same: whoever has signed would sign this too"),
        error_messages={"required": _("Tick it, or make a new campaign of it below.")},
    )

    def __init__(self, corrects: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        if not corrects:
            self.fields.clear()
