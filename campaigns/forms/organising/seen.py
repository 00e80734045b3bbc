"""Forms that know what their row said when they were shown, and tell whoever saves later."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _

from campaigns.seen import Changed, mark_of


@dataclass(frozen=True)
class Now:
    """What a field says by now, where somebody was about to save something else."""

    label: str
    value: str


class SeenForm(forms.ModelForm[Any]):
    """Of one row, as it was when the page was made: `seen` comes back with it.

    `of_others`: fields of the row that are none of this form's; whoever changes them is not in its way.
    """

    of_others = False
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.mark(self.instance)

    def said(self) -> list[str]:
        """The fields of the row that it shows."""
        return [name for name in self._meta.fields or () if name in self.fields]

    def mark(self, row: Model) -> str:
        return mark_of(row, list(self._meta.fields or ()) if self.of_others else None)

    def of(self, row: Model) -> "SeenForm":
        """The same form of the row as it is by now."""
        return type(self)(instance=row)

    def check_seen(self, now: Model) -> None:
        """`now` is the row as the database has it, held so that nobody else changes it. Raises Changed."""
        if self.cleaned_data.get("seen", "") != self.mark(now):
            raise Changed

    def tell_changed(self, now: Model) -> list[Now]:
        """Says so on top, and lets the next try through: by then they have seen what stands there."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("seen")] = self.mark(now)
        self.data = data
        self.add_error(None, _("Somebody else has saved this meanwhile. Look at it, then save again or leave it."))
        theirs = self.of(now)
        return [
            Now(str(field.label), _shown(theirs[name]))
            for name, field in self.fields.items()
            if name != "seen" and _plain(theirs[name]) != _plain(self[name])
        ]


def _plain(field: forms.BoundField) -> Any:
    """What a browser would send of it."""
    said = field.field.prepare_value(field.value())
    if isinstance(field.field, forms.BooleanField):
        return bool(field.field.to_python(said))
    if isinstance(said, list | tuple):
        return sorted(str(one) for one in said)
    said = field.field.widget.format_value(said) if isinstance(field.field, forms.DateField) else said
    return str("" if said is None else said).replace("\r\n", "\n").strip()


def _shown(field: forms.BoundField) -> str:
    if isinstance(field.field, forms.BooleanField):
        return _("Yes") if _plain(field) else _("No")
    said = field.field.prepare_value(field.value())
    chosen = {str(one) for one in said} if isinstance(said, list | tuple) else {str("" if said is None else said)}
    if choices := getattr(field.field, "choices", None):
        labels = [str(label) for value, label in choices if str(value) in chosen]
        return ", ".join(labels) or "–"
    return str(_plain(field)) or "–"
