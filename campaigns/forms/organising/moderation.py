"""What moderators say of a batch of signatures."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import bare_helper
from campaigns.models import Signature
from campaigns.moderating import A_BATCH, Deed

from .signatures import why_field

LATER = ""
CHOICES = (
    (LATER, _("Later")),
    (Deed.PASS, _("Pass")),
    (Deed.HIDE_REASON, _("Hide the reason")),
    (Deed.HIDE_NAME, _("Hide the name")),
    (Deed.INVALIDATE, _("Invalid")),
)


class BatchForm(forms.Form):
    """For each row `do-<key>` and, as it was read, `seen-<key>`. Rows that are not told apart are left alone."""

    rest = forms.BooleanField(label=_("Pass all others on this page"), required=False)
    why = why_field(required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["why"].label = _("Why the ones you marked are invalid")
        self.helper = bare_helper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.decisions = self._decisions(bool(cleaned.get("rest")))
        if any(deed == Deed.INVALIDATE for deed, _seen in self.decisions.values()) and not cleaned.get("why"):
            self.add_error("why", ValidationError(_("Say why those you marked are invalid."), code="why"))
        return cleaned

    def _decisions(self, rest: bool) -> dict[int, tuple[str, str]]:
        found: dict[int, tuple[str, str]] = {}
        for name, seen in self.data.items():
            key = name.removeprefix("seen-")
            if key == name or not (key.isascii() and key.isdigit() and len(key) < 19) or len(found) >= A_BATCH:
                continue
            deed = str(self.data.get(f"do-{key}", LATER)) or (Deed.PASS.value if rest else LATER)
            if deed in Deed.values:
                found[int(key)] = (deed, str(seen))
        return found

    def rows(self, signatures: list[Signature], reasons: bool) -> list[dict[str, Any]]:
        """What is shown of each, with what was chosen before where the form comes back."""
        choices = [one for one in CHOICES if reasons or one[0] != Deed.HIDE_REASON]
        return [
            {
                "signature": one,
                "name": one.name_to_show(),
                "seen": one.content_digest(),
                "chosen": str(self.data.get(f"do-{one.pk}", LATER)),
                "choices": choices,
            }
            for one in signatures
        ]
