"""The picture above a campaign's text, and what it shows, in words, in each of the campaign's languages."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from campaigns import wording_drafts
from campaigns.forms.fields import ParagraphsField, PictureField, bare_helper, one_line
from campaigns.languages import name_of
from campaigns.models import Campaign, Picture
from campaigns.seen import mark_of

from .seen import SeenForm

LONGEST_ALT = 500  # characters
KEPT = ["picture", "picture_alt"]


class PictureForm(SeenForm):
    file = PictureField(label=_("The picture"))

    class Meta:
        model = Campaign
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = wording_drafts.languages_of(self.instance)
        if self.instance.picture_id:
            self.fields["file"].label = _("Another picture in its place")
        several = len(self.languages) > 1
        for language in self.languages:
            label = _("What it shows, in words (%(language)s)") if several else _("What it shows, in words")
            self.fields[f"alt_{language}"] = ParagraphsField(
                label=str(label) % {"language": name_of(language)},
                max_length=LONGEST_ALT,
                error_messages={"required": _("Say what it shows: some of your readers cannot see it.")},
                widget=forms.Textarea({"rows": 2, "lang": language, "dir": "auto"}),
            )
            self.initial[f"alt_{language}"] = (self.instance.picture_alt or {}).get(language, "")

    @property
    def helper(self) -> FormHelper:
        helper = bare_helper()
        helper.layout = Layout("file", *(f"alt_{language}" for language in self.languages))
        return helper

    def mark(self, row: Model) -> str:
        return mark_of(row, KEPT)

    def said(self) -> list[str]:
        return KEPT

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not self.instance.picture_id and "file" not in self.errors:
            self.add_error("file", _("Choose a picture."))
        return cleaned

    def show(self, picture: Picture | None) -> None:
        """With the words for it. Those in a language that the campaign has no text in any more are kept."""
        words = {language: one_line(self.cleaned_data[f"alt_{language}"]) for language in self.languages}
        self.cleaned_data["picture"] = picture or self.instance.picture
        self.cleaned_data["picture_alt"] = {**(self.instance.picture_alt or {}), **words}
