"""What a letter says to some of the representatives, edited under its campaign."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.forms.organising.letters_settings import PersonChoice, people_of
from campaigns.forms.organising.letters_variants import SAID, VariantForm, form_for, legislatures_of
from campaigns.languages import name_of
from campaigns.models import Campaign, LetterVariant
from campaigns.wording_drafts import languages_of

from .scoped import PartOfCampaign


class LetterVariantInline(PartOfCampaign):
    model = LetterVariant
    verbose_name_plural = _("Other words for some of them")
    classes = ("collapse",)

    def _languages(self, campaign: Campaign | None) -> list[str]:
        return languages_of(campaign) if campaign else []

    def get_formset(self, request: HttpRequest, obj: Campaign | None = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{**kwargs, "form": form_for(self._languages(obj))})

    def get_fieldsets(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        said = [
            (
                name_of(language),
                {
                    "fields": [f"words_{language}_{name}" for name in (*SAID, "alone")],
                    "description": _("What is left empty is the campaign’s own."),
                },
            )
            for language in self._languages(obj)
        ]
        return [(None, {"fields": VariantForm.Meta.fields}), *said]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if campaign := self.campaign_of(request):
            if db_field.name in ("representative", "instead"):
                people = people_of(campaign, campaign.letter_variants.values(db_field.name))
                kwargs |= {"queryset": people, "form_class": PersonChoice}
            elif db_field.name == "legislature":
                kwargs["queryset"] = legislatures_of(campaign)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
