"""To whom a campaign's supporters write, and how their letters go."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns import lists
from campaigns.forms.fields import bare_helper
from campaigns.models import Campaign, Organisation
from letters.models import Legislature, Representative

from .seen import SeenForm


class PersonChoice(forms.ModelChoiceField):
    """People of the same name are told apart by where they sit."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.constituency or obj.legislature})"


class ListsChoice(forms.ModelMultipleChoiceField):
    """A number that no database holds is no list, and no fault of ours."""

    def clean(self, value: Any) -> Any:
        for one in value or []:
            if len(str(one)) > 18:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": str(one)[:20]})
        return super().clean(value)


def people_of(campaign: Campaign, chosen: Iterable[Any]) -> QuerySet[Representative]:
    """Who may be chosen: those in office in one of the campaign's legislatures, and those `chosen` already."""
    serving = Representative.objects.serving(timezone.localdate()).filter(legislature__in=campaign.legislatures())
    people = serving | Representative.objects.filter(pk__in=chosen)
    return people.select_related("constituency", "legislature").order_by("name", "pk")


def offer_lists(form: forms.BaseForm, organisations: Iterable[Organisation]) -> None:
    open_to = lists.open_to(organisations).order_by("name", "pk")
    for name in ("legislature", "also_to"):
        if name in form.fields:
            form.fields[name].queryset = open_to  # type: ignore[attr-defined]


def check_lists(form: forms.BaseForm, organisation: Organisation | None) -> None:
    """One may work for two organisations; a list of the one is still nothing for the other."""
    cleaned = form.cleaned_data
    first, others = cleaned.get("legislature"), cleaned.get("also_to") or []
    theirs = set(lists.open_to([organisation]).values_list("pk", flat=True)) if organisation else set()
    for name, chosen in (("legislature", [first]), ("also_to", others)):
        if organisation and any(one is not None and one.pk not in theirs for one in chosen):
            form.add_error(name, _("This list belongs to another organisation."))
    if others and first is None:
        form.add_error("legislature", _("Choose this one first: it is where letters go before all others."))
    elif others:
        cleaned["also_to"] = [one for one in others if one != first]  # written to once


class LettersForm(SeenForm):
    of_others = True

    legislature: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        queryset=Legislature.objects.none(),
        required=False,
        label=_("The supporter’s own representative in this legislature"),
        empty_label=_("Nobody: this campaign only gathers signatures"),
        help_text=_("A parliament, a council or a list of your own. They find their own members by postcode."),
    )
    also_to = ListsChoice(
        queryset=Legislature.objects.none(),
        required=False,
        label=_("Further legislatures and lists"),
        help_text=_("Supporters may write to their members too."),
        widget=forms.CheckboxSelectMultiple,
    )
    merge_identical = forms.BooleanField(
        label=_("Merge letters that nobody changed"),
        required=False,
        help_text=_("They go as one letter with a list of names, once a day: parliaments hold back identical mail."),
    )
    attach_pdf = forms.BooleanField(
        label=_("Attach the letter as a PDF to its email"),
        required=False,
        help_text=_("Some representatives print what they get; some mail servers look askance at attachments."),
    )

    class Meta:
        model = Campaign
        fields = ("legislature", "also_to", "merge_identical", "attach_pdf")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_lists(self, [self.instance.organisation])

    @property
    def helper(self) -> FormHelper:
        helper = bare_helper()
        helper.layout = Layout(*self.Meta.fields)
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_lists(self, self.instance.organisation)
        return cleaned


class HandInForm(forms.Form):
    """One more whose letters are brought to them."""

    representative = PersonChoice(
        Representative.objects.none(),
        label=_("Letters to"),
        empty_label=_("Choose somebody"),
        error_messages={
            "required": _("Choose to whom the letters are handed."),
            "invalid_choice": _("Choose somebody of the list: this campaign does not write to that person."),
        },
    )

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["representative"]
        assert isinstance(field, PersonChoice)
        marked = campaign.hand_ins.filter(representative__isnull=False).values("representative")
        field.queryset = people_of(campaign, []).exclude(pk__in=marked)
        self.helper = bare_helper()
