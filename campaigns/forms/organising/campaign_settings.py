"""Where a campaign stands, what it is, and how long it keeps what it is given."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns import languages, slugs
from campaigns.forms.fields import bare_helper
from campaigns.models import Campaign
from campaigns.models.keeping import LETTER_DAYS, LONGEST_MONTHS, MONTHS_AFTER_CLOSING, UNCONFIRMED_DAYS

from .material_address import LARGEST_GOAL
from .seen import SeenForm


def number(label: Any, bounds: tuple[int, int], help_text: Any, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=bounds[0],
        max_value=bounds[1],
        required=required,
        help_text=help_text,
        error_messages={"required": _("Give a number."), "invalid": _("Give the number in digits.")},
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )


class SettingsForm(SeenForm):
    of_others = True

    slug = forms.SlugField(
        label=_("Address of the page"),
        max_length=80,
        help_text=_("Small letters, digits and hyphens."),
        error_messages={
            "required": _("Give an address."),
            "invalid": _("Write it with small letters, digits and hyphens only: keep-the-library-open"),
        },
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Campaign.Kind.choices)
    language = forms.ChoiceField(
        label=_("First language"),
        help_text=_("Its page has the short address. It can no longer be changed once the campaign is published."),
    )
    signature_goal = forms.IntegerField(
        label=_("Goal"),
        min_value=1,
        max_value=LARGEST_GOAL,
        help_text=_("How many signatures to begin with; it raises itself when it is reached."),
        error_messages={"required": _("Give a number."), "invalid": _("Give the number in digits.")},
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )
    moderate_first = forms.BooleanField(
        label=_("Read reasons before they are shown"),
        required=False,
        help_text=_(
            "Reasons are public only once one of you has passed them, under “Signatures”. Ticked, those nobody has "
            "read yet go from the page and wait; with the tick taken away, those that wait are shown."
        ),
    )
    moderate_names_first = forms.BooleanField(
        label=_("Read names before they are shown"),
        required=False,
        help_text=_(
            "A name is in the public list only once one of you has passed it; it counts from the start. The same with "
            "the tick: unread ones go from the page, or come back."
        ),
    )
    months_after_closing = number(
        _("Months after it closes"),
        MONTHS_AFTER_CLOSING,
        _(
            "So long after the campaign has closed, everybody who signed or wrote is forgotten, and only the numbers "
            "stay. Take your hand-over pack before. What supporters were promised holds: a longer time counts for "
            "those who sign from now on, and for nobody once it has closed."
        ),
    )
    retention_months = number(
        _("Months that a signature is kept at the latest"),
        LONGEST_MONTHS,
        _(
            "However long the campaign runs: so many months after somebody signed, they are forgotten. They are shown "
            "the date before they sign; another number counts for those who sign from now on."
        ),
    )
    unconfirmed_days = number(
        _("Days to confirm"),
        UNCONFIRMED_DAYS,
        _("A signature that nobody confirms is deleted after so many days. Empty: %(days)s, as usual here."),
        required=False,
    )
    letter_days = number(
        _("Days that a letter is kept"),
        LETTER_DAYS,
        _(
            "With its writer’s address, after it was sent or handed over: long enough to put right a failure. Empty: "
            "%(days)s, as usual here."
        ),
        required=False,
    )

    class Meta:
        model = Campaign
        fields = (
            "slug",
            "kind",
            "language",
            "signature_goal",
            "moderate_first",
            "moderate_names_first",
            "months_after_closing",
            "retention_months",
            "unconfirmed_days",
            "letter_days",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, days in (
            ("unconfirmed_days", settings.PENDING_SIGNATURE_DAYS),
            ("letter_days", settings.LETTER_RETENTION_DAYS),
        ):
            self.fields[name].help_text = str(self.fields[name].help_text) % {"days": days}
        self.known = Campaign(pk=self.instance.pk, slug=self.instance.slug)
        if self.instance.published_at is not None:
            del self.fields["language"]
            self.fields["slug"].help_text = _(
                "Small letters, digits and hyphens. The address so far goes on leading here: links and printed codes "
                "keep working."
            )
        else:
            field = self.fields["language"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = languages.choices(self.instance.language)

    @property
    def helper(self) -> FormHelper:
        helper = bare_helper()
        helper.layout = Layout(*self.said())
        return helper

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        try:
            slugs.check(slug, self.known)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return slug

    def _get_validation_exclusions(self) -> set[str]:
        """That no other campaign has the address is said above, in our words."""
        return {*super()._get_validation_exclusions(), "slug"}  # type: ignore[misc]
