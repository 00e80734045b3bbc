"""Words in another language, a field for each piece of the first."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns import languages
from campaigns.forms.fields import LineField, LinesField, ParagraphsField
from campaigns.models.translated import language_code
from campaigns.translating import LONGEST_FACT, Part, Piece
from campaigns.wording_limits import LISTS, LONGEST, LONGEST_TEXT

from .material import dress
from .wording import cut_nothing

ONE_LINE = frozenset(LONGEST) - LISTS - {"body", "summary", "notice", "letter_body", "letter_ask"} | {
    *("name", "role", "organisation", "author", "place", "subject")
}
A_ROW = 60  # characters of a line, about


class TranslationsForm(forms.Form):
    def __init__(self, language: str, parts: list[Part], *args: Any, **kwargs: Any) -> None:
        self.parts = parts
        pieces = [piece for part in parts for piece in part.pieces]
        super().__init__(*args, **{"initial": {piece.key: piece.translation for piece in pieces}, **kwargs})
        for piece in pieces:
            field = self.fields[piece.key] = _field_for(piece)
            dress(field, f"original-{piece.key} about-{piece.key}")
            cut_nothing(field)
            field.widget.attrs |= {"lang": language, "dir": languages.direction(language)}
            if piece.is_older:
                still = self.fields[f"still-{piece.key}"] = forms.BooleanField(
                    label=_("It is still right as it stands"), required=False
                )
                dress(still, f"about-{piece.key}")

    def rows(self) -> list[dict[str, Any]]:
        """For the page: each part with its pieces and their fields."""
        return [
            {
                "name": part.name,
                "title": part.title,
                "pieces": [
                    {
                        "piece": piece,
                        "field": self[piece.key],
                        "still": self[f"still-{piece.key}"] if piece.is_older else None,
                        "lines": piece.original if isinstance(piece.original, list) else None,
                    }
                    for piece in part.pieces
                ],
            }
            for part in self.parts
        ]

    def said(self) -> dict[str, Any]:
        found = {piece.key: self.cleaned_data[piece.key] for part in self.parts for piece in part.pieces}
        if found.get("w-body"):
            found["w-body"] += "\n"
        return found

    def still_right(self) -> set[str]:
        return {name.removeprefix("still-") for name, yes in self.cleaned_data.items() if yes and "still-" in name}


def _field_for(piece: Piece) -> forms.Field:
    of_text = piece.key.startswith("w-")
    longest = LONGEST_TEXT if of_text else _longest_of_fact(piece)
    if isinstance(piece.original, list) or (of_text and piece.field in LISTS):
        rows = len(piece.original or []) + 1
        widget = forms.Textarea({"rows": rows})
        return LinesField(label=piece.label, required=False, max_length=longest, widget=widget)
    rows = min(18, 1 + len(str(piece.original)) // A_ROW)
    kind = LineField if piece.field in ONE_LINE or piece.key.endswith("-title") else ParagraphsField
    return kind(label=piece.label, required=False, max_length=longest, widget=forms.Textarea({"rows": rows}))


def _longest_of_fact(piece: Piece) -> int:
    return 300 if piece.field in ONE_LINE | {"title"} else LONGEST_FACT


class CodeField(LineField):
    def to_python(self, value: Any) -> str:
        return super().to_python(value).lower()


class LanguageForm(forms.Form):
    """One more language: from the list, or by a code that the list does not have."""

    chosen = forms.ChoiceField(label=_("Language"), required=False)
    code = CodeField(
        label=_("Or its code"),
        required=False,
        max_length=10,
        validators=[language_code],
        help_text=_("For a language that is not in the list: two or three letters, as in “rom” or “pt-br”."),
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, taken: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken = taken
        field = self.fields["chosen"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((code, name) for code, name in languages.choices() if code not in taken)]
        for name, one in self.fields.items():
            dress(one, f"about-{name}")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("chosen") or cleaned.get("code")):
            self.add_error("chosen", _("Choose a language, or write its code."))
        if self.language in self.taken:
            self.add_error("code", _("The campaign has this language already."))
        return cleaned

    @property
    def language(self) -> str:
        return str(self.cleaned_data.get("code") or self.cleaned_data.get("chosen") or "")
