"""What a reader says is wrong."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import ParagraphsField, bare_helper
from campaigns.models import Report


class ReportForm(forms.Form):
    wrong = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=Report.Wrong.choices,
        widget=forms.RadioSelect(),
        error_messages={"required": _("Choose what is wrong."), "invalid_choice": _("Choose what is wrong.")},
    )
    words = ParagraphsField(
        label=_("In your own words"),
        required=False,
        max_length=1_000,
        help_text=_("If it needs explaining. Do not say who you are: nobody can answer, and it is not kept."),
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )

    def __init__(self, *args: Any, of_campaign: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wrong = self.fields["wrong"]
        assert isinstance(wrong, forms.ChoiceField)
        if of_campaign:
            wrong.choices = [choice for choice in Report.Wrong.choices if choice[0] != Report.Wrong.FALSE]
        self.helper = bare_helper()

    @property
    def is_from_a_machine(self) -> bool:
        return bool(self.data.get("leave_empty"))
