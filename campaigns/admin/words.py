"""Fields of the administration for the words of letters."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns import writing
from letters import composing


class Lines(forms.CharField):
    """A list of str, edited as text: an entry a line."""

    def __init__(self, *, rows: int, **options: Any) -> None:
        super().__init__(required=False, widget=AdminTextareaWidget(attrs={"rows": rows}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


def say_unknown_placeholders(form: forms.BaseForm, name: str) -> None:
    said = form.cleaned_data.get(name) or ""
    text = "\n".join(said) if isinstance(said, list) else said
    if unknown := composing.unknown_placeholders(text, writing.PLACEHOLDERS):
        error = ValidationError(
            _("These are not placeholders: %(unknown)s."), params={"unknown": ", ".join(unknown)}, code="placeholder"
        )
        form.add_error(name, error)
