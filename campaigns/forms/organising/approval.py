from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import ParagraphsField, bare_helper


class RefusalForm(forms.Form):
    why = ParagraphsField(
        label=_("Why not"),
        max_length=2_000,
        help_text=_("Sent to its owners, word for word."),
        error_messages={"required": _("Write a sentence that tells its owners why.")},
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
