"""What is to be in a file that leaves the house, and the password again."""

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns import exports
from campaigns.exports.tables import TABLES, Column
from campaigns.forms.fields import bare_helper

from .password_again import PasswordAgainForm

FORMATS = {"csv": _("CSV, for any program"), "xlsx": _("A spreadsheet (.xlsx)")}


class ExportForm(PasswordAgainForm):
    """Who asks must be the owner at the keyboard: a list of who signed what is a list of political opinions."""

    what: exports.What
    title: ClassVar[Promise]
    about: ClassVar[Promise]
    format = forms.ChoiceField(label=_("As"), choices=list(FORMATS.items()), widget=forms.RadioSelect, initial="csv")
    columns = forms.MultipleChoiceField(
        label=_("What is in it"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Tick a column.")}
    )
    field_order: tuple[str, ...] = ("format", "columns", "password")

    def __init__(self, user: Any, data: Any = None) -> None:
        super().__init__(user, data, prefix=self.what)
        if "columns" in self.fields:
            offered = self.offered()
            self.fields["columns"].choices = [(one.name, self._label(one)) for one in offered]  # type: ignore[attr-defined]
            self.fields["columns"].initial = [one.name for one in offered if one.usual]
        self.helper = bare_helper()

    def offered(self) -> list[Column]:
        return list(TABLES[self.what].columns.values())

    @staticmethod
    def _label(column: Column) -> str:
        if not column.encrypted:
            return str(column.label)
        return str(_("%(column)s (kept encrypted here)") % {"column": column.label})

    def order(self) -> exports.Order:
        given = self.cleaned_data
        return exports.Order(
            what=self.what,
            format=given["format"],
            columns=tuple(given.get("columns", ())),
            only_updates=given.get("only_updates", False),
        )


class SignaturesForm(ExportForm):
    what = "signatures"
    title = _("Signatures")
    about = _("Those who have confirmed theirs; nobody who has withdrawn or was erased.")
    only_updates = forms.BooleanField(
        label=_("Only those who asked for news"),
        required=False,
        help_text=_("The others have not agreed to be written to."),
    )
    field_order = ("format", "columns", "only_updates", "password")


class LettersForm(ExportForm):
    what = "letters"
    title = _("Letters")
    about = _("To whom they went and what became of them. What they say is their writers’ own, and stays here.")


class WholeForm(ExportForm):
    what = "whole"
    title = _("The whole campaign")
    about = _("Every wording it ever had, its facts and its numbers, to keep or to move elsewhere.")
    format = forms.ChoiceField(choices=[("json", "JSON")], widget=forms.HiddenInput, initial="json")
    columns = forms.MultipleChoiceField(
        label=_("Of its signatures"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: no signature is in it, only how many there are."),
    )

    def offered(self) -> list[Column]:
        return [replace(column, usual=False) for column in TABLES["signatures"].columns.values()]


FORMS: tuple[type[ExportForm], ...] = (SignaturesForm, LettersForm, WholeForm)


def of(what: str) -> type[ExportForm] | None:
    return next((form for form in FORMS if form.what == what), None)
