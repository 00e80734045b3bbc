"""What an update says, in each language of the campaign."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns import languages, publishing, updates
from campaigns.forms.fields import LineField, ParagraphsField, bare_helper
from campaigns.models import Update

LONGEST = 20_000
FARTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Group:
    """The two fields of one language."""

    language: str
    name: str
    direction: str
    title: forms.BoundField
    body: forms.BoundField
    shown: SafeString  # what stands in it, as it will be read


@dataclass(frozen=True)
class Now:
    """What a field says by now, where somebody was about to save something else."""

    label: str
    value: str


class UpdateForm(forms.Form):
    # How often it had been saved when the page was made.
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, codes: list[str], data: Mapping[str, str] | None, update: Update | None) -> None:
        super().__init__(data)
        self.codes, self.helper = codes, bare_helper()
        self.initial["seen"] = update.revision if update else 0
        for code in codes:
            self._add(code, languages.name_of(code) if len(codes) > 1 else "")
        for text in update.texts.all() if update else ():
            self.initial.update({f"title_{text.language}": text.title, f"body_{text.language}": text.body})

    def _add(self, code: str, name: str) -> None:
        said = {"lang": code, "dir": languages.direction(code)}
        shown = f" ({name})" if name else ""
        self.fields[f"title_{code}"] = LineField(
            label=_("Title, and the email’s subject") + shown,
            required=False,
            max_length=200,
            widget=forms.TextInput(said),
        )
        self.fields[f"body_{code}"] = ParagraphsField(
            label=_("What is new") + shown,
            required=False,
            max_length=LONGEST,
            widget=forms.Textarea({"rows": 14, **said}),
        )

    def groups(self) -> Iterator[Group]:
        for code in self.codes:
            title, body = self[f"title_{code}"], self[f"body_{code}"]
            shown = publishing.markdown(str(body.value() or "")[:LONGEST])
            yield Group(code, languages.name_of(code), languages.direction(code), title, body, shown)

    def clean(self) -> None:
        for code in self.codes:
            title, body = (self.cleaned_data.get(f"{field}_{code}", "") for field in ("title", "body"))
            if title and not body and f"body_{code}" not in self.errors:
                self.add_error(f"body_{code}", _("Write the text too, or leave the title out."))
            if body and not title and f"title_{code}" not in self.errors:
                self.add_error(f"title_{code}", _("Give it a title: it is the email’s subject."))
        if not self.errors and not any(self.cleaned_data[f"title_{code}"] for code in self.codes):
            self.add_error(f"title_{self.codes[0]}", _("Write it in at least one language."))

    def words(self) -> dict[str, updates.Words]:
        said = self.cleaned_data
        return {code: updates.Words(said[f"title_{code}"], said[f"body_{code}"]) for code in self.codes}

    def tell_changed(self, now: Update) -> list[Now]:
        """Says so on top, and lets the next try through: by then they have seen what stands there."""
        self.data = {**dict(self.data.items()), "seen": str(now.revision)}
        self.add_error(None, _("Somebody else has saved this meanwhile. Look at it, then save again or leave it."))
        theirs = {text.language: text for text in now.texts.all()}
        found = []
        for group in self.groups():
            text = theirs.get(group.language)
            for field, value in ((group.title, text.title if text else ""), (group.body, text.body if text else "")):
                if value != self.cleaned_data[field.name]:
                    found.append(Now(str(field.label), value or "–"))
        return found


class SendForm(forms.Form):
    """How it goes out, and when."""

    NOW, LATER = "now", "later"

    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    by_email = forms.BooleanField(
        label=gettext_lazy("Email it to the supporters who asked for news"), required=False, initial=True
    )
    on_page = forms.BooleanField(label=gettext_lazy("Show it on the campaign’s page"), required=False, initial=True)
    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=((NOW, gettext_lazy("Now")), (LATER, gettext_lazy("At this time:"))),
        initial=NOW,
        widget=forms.RadioSelect,
    )
    at = forms.DateTimeField(
        label=gettext_lazy("Day and hour"),
        required=False,
        error_messages={"invalid": gettext_lazy("Give the day and the hour, such as 2026-11-21 18:30.")},
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "moment"}),
    )
    again = forms.BooleanField(
        label=gettext_lazy("Send it although the same people get another update within three days"), required=False
    )

    def __init__(self, data: Mapping[str, str] | None, revision: int, zone: str, ask_again: bool) -> None:
        super().__init__(data)
        self.helper = bare_helper()
        self.initial["seen"] = revision
        self.fields["at"].help_text = _("In the time zone %(zone)s.") % {"zone": zone}
        if not ask_again:
            del self.fields["again"]

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and at > timezone.now() + FARTHEST:
            raise forms.ValidationError(_("That is more than a year from now. Is the year right?"), code="far")
        return at

    def clean(self) -> None:
        if self.cleaned_data.get("when") == self.LATER and not self.cleaned_data.get("at") and "at" not in self.errors:
            self.add_error("at", _("Give the day and the hour."))
