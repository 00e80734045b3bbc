"""A campaign that begins with nothing but its title."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns import languages, slugs
from campaigns.forms.fields import LineField, bare_helper
from campaigns.models import Campaign
from campaigns.models.translated import LANGUAGE

from .material_address import LARGEST_GOAL


class NewCampaignForm(forms.Form):
    title = LineField(
        label=_("Title"),
        max_length=200,
        help_text=_("What you want, in a few words: “Keep the library open”. It can be changed later."),
        widget=forms.TextInput({"dir": "auto"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Campaign.Kind.choices)
    language = forms.ChoiceField(
        label=_("First language"), help_text=_("The language it is written in. Others can be added beside it.")
    )
    slug = forms.SlugField(
        label=_("Address of the page"),
        max_length=80,
        required=False,
        help_text=_("Small letters, digits and hyphens. Left empty, it is made of the title."),
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}),
    )
    goal = forms.IntegerField(
        label=_("Goal"),
        min_value=1,
        max_value=LARGEST_GOAL,
        initial=100,
        help_text=_("How many signatures to begin with; it raises itself when it is reached."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        said = str(self["language"].value() or "")
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = languages.choices(said if LANGUAGE.fullmatch(said) else "")

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        if slug:
            slugs.check(slug)
        return slug

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("title") and cleaned.get("slug") == "":
            cleaned["slug"] = slugs.suggested(cleaned["title"], f"{cleaned.get('kind') or 'campaign'}-1")
        return cleaned
