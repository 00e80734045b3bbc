"""What organisers send from the post room."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.forms.fields import AddressField, LineField
from letters.models import Sender
from letters.models.post import RESTING, OutgoingEmailQuerySet, State

MOST = 2000  # emails that one press decides on: a request must end


class ChoiceOfEmails(forms.Form):
    """What to do with the ticked emails, or with all of a list as it stood when it was read."""

    do = forms.ChoiceField()
    email = forms.MultipleChoiceField(required=False)
    everything = forms.BooleanField(required=False)
    seen = forms.DateTimeField(required=False)

    def __init__(self, data: Any, *, emails: OutgoingEmailQuerySet, state: State, choices: tuple[str, ...]) -> None:
        super().__init__(data)
        self.emails, self.state = emails, state
        self.fields["do"] = forms.ChoiceField(choices=[(choice, choice) for choice in choices])
        self.fields["email"] = _Uuids(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("everything") and not cleaned.get("email"):
            raise ValidationError(_("Tick at least one email first. Nothing was changed."), code="none")
        if cleaned.get("everything") and not cleaned.get("seen"):
            raise ValidationError(_("Open the list again first. Nothing was changed."), code="unseen")
        return cleaned

    def ids(self) -> list[int]:
        """Only those of `emails`: what is not among them is left alone, and so is what came after the reading."""
        rows = self.emails.filter(state=self.state)
        if self.cleaned_data["everything"]:
            since = "settled_at__lte" if self.state in RESTING else "created_at__lte"
            rows = rows.filter(**{since: self.cleaned_data["seen"]})
        else:
            rows = rows.filter(uuid__in=self.cleaned_data["email"])
        return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])


class _Uuids(forms.Field):
    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[UUID]:
        try:
            return [UUID(each) for each in value or []]
        except ValueError as error:
            raise ValidationError(_("These are no emails of ours."), code="uuid") from error


class FindForm(forms.Form):
    """An email's reference, or one whole address. Sent, never part of an address of a page: those are logged."""

    q = LineField(max_length=254)

    def clean_q(self) -> UUID | str:
        words = str(self.cleaned_data["q"]).strip("<> ")
        try:
            return UUID(words.removeprefix("urn:uuid:").partition("@")[0])
        except ValueError:
            return AddressField().clean(words)


class PauseForm(forms.Form):
    what = forms.ChoiceField(choices=[choice for choice in Sender.Pause.choices if choice[0]])
