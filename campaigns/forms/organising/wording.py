"""What a campaign says, in one language. A draft may say anything that is not too long to be kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns import languages, wording_drafts, wording_limits
from campaigns.forms.fields import LineField, LinesField, ParagraphsField
from campaigns.models import CampaignText
from campaigns.wording_limits import LONGEST_TEXT

from .material import dress

ONE_EACH = _("One on each line.")
TEXTS: dict[str, Any] = {"max_length": LONGEST_TEXT, "required": False}


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


def cut_nothing(field: forms.Field) -> None:
    """A browser would cut what is pasted to the length of the field, in silence; here too much is said to be so."""
    field.widget.attrs.pop("maxlength", None)


class WordingForm(forms.Form):
    """Only what could not be kept at all is an error here; what keeps a text from being published is said beside it."""

    title = LineField(label=_("Title"), widget=_area(2), **TEXTS)
    summary = ParagraphsField(
        label=_("Summary"),
        widget=_area(3),
        help_text=_("One or two sentences under the title; they also go with every link that is shared."),
        **TEXTS,
    )
    body = ParagraphsField(
        label=_("Text"),
        widget=_area(18),
        help_text=_("Markdown: an empty line between paragraphs, ## before a heading, - before a point."),
        **TEXTS,
    )
    addressed_to = LineField(label=_("Addressed to"), help_text=_("As in “An open letter to …”."), **TEXTS)
    asks = LinesField(label=_("What it asks"), widget=_area(4), help_text=ONE_EACH, **TEXTS)
    recipient = LineField(
        label=_("Who is given the names"),
        help_text=_(
            "A person or body that will get the list of signatories; named in the consent. Empty: nobody does."
        ),
        **TEXTS,
    )
    salutation = LineField(label=_("Salutation"), help_text=_("As in “Dear members of the council,”."), **TEXTS)
    closing = LineField(label=_("Closing"), help_text=_("As in “Yours faithfully,”."), **TEXTS)
    letter_subject = LineField(label=_("Subject"), **TEXTS)
    letter_body = ParagraphsField(label=_("How the letter begins"), widget=_area(5), **TEXTS)
    letter_points = LinesField(
        label=_("Points to choose from"),
        widget=_area(6),
        help_text=_("One paragraph on each line. Supporters pick from them and put them in order."),
        **TEXTS,
    )
    letter_ask = ParagraphsField(label=_("What the letter asks, at its end"), widget=_area(3), **TEXTS)
    notice = ParagraphsField(
        label=_("Notice on the page"),
        widget=_area(3),
        help_text=_("Stands above the text: where it was printed first, say, or what has happened since."),
        **TEXTS,
    )
    affiliation_note = LineField(
        label=_("Shown beside an affiliation"),
        help_text=_("Such as “for identification only”."),
        **TEXTS,
    )

    def __init__(self, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            dress(field, f"about-{name}")
            cut_nothing(field)
            field.widget.attrs |= {"lang": language, "dir": languages.direction(language)}

    def wording(self) -> dict[str, Any]:
        """What was typed, as CampaignText has it."""
        said = {name: self.cleaned_data.get(name) or wording_drafts.EMPTY[name] for name in CampaignText.WORDING}
        said["body"] = f"{said['body']}\n" if said["body"] else ""
        return said

    def say_what_is_wrong(self, wording: dict[str, Any]) -> None:
        """Beside its field, what would keep the text from being published."""
        for name, sentences in wording_limits.wrong(wording).items():
            self.errors.setdefault(name, self.error_class(sentences))


GROUPS = (
    ("says", _("What it says"), "", ("title", "summary", "body")),
    ("whom", _("To whom it goes, and what it asks"), "", ("addressed_to", "asks", "recipient")),
    (
        "letter",
        _("Around the text"),
        _("Where the text is a letter: how it greets, and how it ends. Otherwise leave them empty."),
        ("salutation", "closing"),
    ),
    (
        "supporters",
        _("A supporter’s letter to their representative"),
        _(
            "Supporters begin from this and add words of their own. What stands in braces is filled in for each of "
            "them: {name} is the supporter, {representative} whom they write to, {constituency} the place, and "
            "{campaign_url} the address of this campaign."
        ),
        ("letter_subject", "letter_body", "letter_points", "letter_ask"),
    ),
    ("notices", _("Notices"), "", ("notice", "affiliation_note")),
)


def groups(form: WordingForm) -> list[dict[str, Any]]:
    return [
        {"name": name, "title": title, "hint": hint, "fields": [form[one] for one in fields]}
        for name, title, hint, fields in GROUPS
    ]
