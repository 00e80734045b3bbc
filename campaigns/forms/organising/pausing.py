from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import LineField, bare_helper
from config.switches import What


class PauseForm(forms.Form):
    why = LineField(
        label=_("Why"),
        max_length=300,
        help_text=_("For whoever else looks after this. Supporters do not see it."),
        error_messages={"required": _("Write why, for whoever has to decide when it goes on.")},
    )

    def __init__(self, what: What, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": what.value, **kwargs})
        if what != What.MAILING:  # whoever waits for an email looks at no page of ours
            for code, name in settings.LANGUAGES:
                self.fields[f"said_{code}"] = LineField(
                    label=_("What supporters are told (%(language)s, optional)") % {"language": name},
                    max_length=300,
                    required=False,
                    widget=forms.TextInput({"lang": code, "dir": "auto"}),
                )
        self.helper = bare_helper()

    def said(self) -> dict[str, str]:
        """Language → sentence."""
        named = ((code, self.cleaned_data.get(f"said_{code}", "")) for code, _name in settings.LANGUAGES)
        return {code: sentence for code, sentence in named if sentence}
