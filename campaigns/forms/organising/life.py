"""When a campaign goes public and closes, what came of it, and whose it will be."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns import duplicating, languages, living, slugs, wording_drafts
from campaigns.access import Role, organisations_of
from campaigns.forms.fields import LineField, ParagraphsField, bare_helper
from campaigns.models import Campaign, Organisation

FARTHEST = timedelta(days=5 * 366)


class MomentForm(forms.Form):
    """A day and an hour that are yet to come, in the installation's time zone."""

    at = forms.DateTimeField(
        error_messages={
            "required": gettext_lazy("Give the day and the hour."),
            "invalid": gettext_lazy("Give the day and the hour, such as 2026-11-21 18:30."),
        },
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "moment"}),
    )

    def __init__(self, label: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["at"].label = label
        self.fields["at"].help_text = _("In the time zone %(zone)s.") % {"zone": living.zone()}

    def clean_at(self) -> Any:
        at = self.cleaned_data["at"]
        if at <= timezone.now():
            raise forms.ValidationError(_("That time is past. Choose one that is yet to come."), code="past")
        if at > timezone.now() + FARTHEST:
            raise forms.ValidationError(_("That is more than five years from now. Is the year right?"), code="far")
        return at


class OutcomeForm(forms.Form):
    """What came of it, a field for each language the campaign is written in."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign, self.helper = campaign, bare_helper()
        self.initial["seen"] = living.outcome_seen(campaign)
        # Words in a language that the campaign is written in no longer are not lost.
        self.languages = list(dict.fromkeys([*wording_drafts.languages_of(campaign), *campaign.outcome]))
        for code in self.languages:
            direction = {"lang": code, "dir": languages.direction(code)}
            self.fields[f"words_{code}"] = ParagraphsField(
                label=_("What came of it (%(language)s)") % {"language": languages.name_of(code)},
                required=False,
                max_length=20_000,
                widget=forms.Textarea(attrs={"rows": 8, **direction}),
            )
            self.initial[f"words_{code}"] = campaign.outcome.get(code, "")

    def words(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"words_{code}"] for code in self.languages}

    def tell_changed(self) -> list[dict[str, str]]:
        """Says so on top, lets the next try through, and what the others have written, by language."""
        self.campaign.refresh_from_db(fields=["outcome"])
        self.data = {**self.data.dict(), "seen": living.outcome_seen(self.campaign)}  # type: ignore[attr-defined]
        self.add_error(None, _("Somebody else has saved this meanwhile. Look at it, then save again or leave it."))
        theirs = ((code, self.campaign.outcome.get(code, "")) for code in self.languages)
        return [
            {"code": code, "language": languages.name_of(code), "words": words}
            for code, words in theirs
            if words != self.cleaned_data.get(f"words_{code}")
        ]


class DuplicateForm(forms.Form):
    title = LineField(
        label=gettext_lazy("Title of the new one"),
        max_length=200,
        widget=forms.TextInput({"dir": "auto"}),
        help_text=gettext_lazy("It can be changed later, as everything else."),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Address of the page"),
        max_length=80,
        help_text=gettext_lazy("Small letters, digits and hyphens."),
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}),
    )
    follows = forms.BooleanField(
        label=gettext_lazy("It goes on from this one: both pages lead to each other"),
        required=False,
    )

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.initial = {"title": campaign.title, "slug": duplicating.suggested_slug(campaign), **self.initial}

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        slugs.check(slug)
        return slug


class TransferForm(forms.Form):
    to = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=gettext_lazy("Who will run it"),
        error_messages={"required": gettext_lazy("Choose the organisation.")},
    )

    def __init__(self, campaign: Campaign, user: living.Someone, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        # Whoever gives it away must be able to receive it: one owner of both, and nobody is surprised by a campaign.
        mine = organisations_of(user or AnonymousUser(), Role.OWNER).exclude(pk=campaign.organisation_id)
        self.fields["to"].queryset = mine.order_by("name", "pk")  # type: ignore[attr-defined]

    @property
    def has_choices(self) -> bool:
        return bool(self.fields["to"].queryset.exists())  # type: ignore[attr-defined]
