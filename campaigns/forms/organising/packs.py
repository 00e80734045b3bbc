from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns import packing, signatories
from campaigns.forms.fields import LineField, ParagraphsField, bare_helper
from campaigns.models import Campaign, CampaignText
from letters import composing


class PackForm(forms.Form):
    """What a pack is to be. It is about one language of the campaign, whose text is given."""

    target = forms.ChoiceField(label=_("Handed to"), required=False)
    recipients = forms.MultipleChoiceField(
        label=_("Whose names go in"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "People were told to whom their names are given. Tick it only if the pack goes there. Nothing ticked: the "
            "pack holds numbers and no names."
        ),
    )
    by = forms.ChoiceField(
        label=_("The names in order of"),
        choices=[(signatories.BY_AREA, _("Place, then name")), (signatories.BY_ALPHABET, _("Name"))],
        widget=forms.RadioSelect,
    )
    salutation = LineField(label=_("The cover letter begins"), max_length=200)
    body = ParagraphsField(
        label=_("It says"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("{total}, {named} and {day} are filled in when the pack is made."),
    )
    closing = LineField(label=_("It ends"), max_length=200)
    signed_by = LineField(label=_("Who signs it"), max_length=200)

    def __init__(self, campaign: Campaign, text: CampaignText, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {**packing.default_letter(text), "by": _usual_order(campaign), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.text = text
        targets = [(str(one.pk), str(one)) for one in campaign.targets.all()]
        nobody = [] if targets else [("", text.addressed_to or _("No addressee"))]
        self._choose("target", [*targets, *nobody])
        self.named = packing.recipients(campaign)
        self._choose("recipients", [(name, name) for name in self.named])
        if not self.named:
            del self.fields["recipients"]
        for name in ("salutation", "body", "closing", "signed_by"):
            self.fields[name].widget.attrs.update({"dir": "auto", "lang": text.language})
        self.helper = bare_helper()

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if unknown := composing.unknown_placeholders(body, packing.PLACEHOLDERS):
            raise ValidationError(
                _("These are not placeholders: %(unknown)s."),
                params={"unknown": ", ".join(unknown)},
                code="placeholder",
            )
        return body

    def order(self) -> packing.Order:
        said = self.cleaned_data
        return packing.Order(
            language=self.text.language,
            target=int(said["target"]) if said["target"] else None,
            recipients=said.get("recipients", []),
            by=said["by"],
            salutation=said["salutation"],
            body=said["body"],
            closing=said["closing"],
            signed_by=said["signed_by"],
        )


def _usual_order(campaign: Campaign) -> str:
    return signatories.BY_AREA if campaign.area_counts.exists() else signatories.BY_ALPHABET
