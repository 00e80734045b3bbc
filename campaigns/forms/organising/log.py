from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.logbook import SOFTWARE


class LogForm(forms.Form):
    """What of the log is shown. Nonsense in an address shows all of it."""

    campaign = forms.ChoiceField(label=_("Campaign"), required=False, widget=forms.Select({"class": "form-select"}))
    person = forms.ChoiceField(label=_("Who"), required=False, widget=forms.Select({"class": "form-select"}))

    def __init__(self, titles: dict[str, str], people: dict[str, str], data: Any) -> None:
        super().__init__(data, label_suffix="")
        self.titles = titles
        campaign, person = self.fields["campaign"], self.fields["person"]
        assert isinstance(campaign, forms.ChoiceField) and isinstance(person, forms.ChoiceField)
        campaign.choices = [("", _("All campaigns")), *titles.items()]
        person.choices = [("", _("Everybody")), *people.items(), (SOFTWARE, _("The software itself"))]

    def chosen(self) -> tuple[str, str]:
        """Keys of a campaign and of a person; empty where nothing was chosen."""
        self.is_valid()
        return self.cleaned_data.get("campaign", ""), self.cleaned_data.get("person", "")
