"""To whom a campaign goes, and under which address it stands."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns import drafting, lists, slugs, writing
from campaigns.forms.fields import LineField, ParagraphsField, one_line
from campaigns.material.addressed import addressees
from campaigns.models import Material
from campaigns.wording_limits import LONGEST
from letters import composing
from letters.models import Legislature

from .material import Row, dress, rows

LARGEST_GOAL = 100_000_000
LETTER = ("letter_subject", "letter_body", "letter_ask")  # a supporter's, where there is somebody to write to
GOALS = (100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000)


class TargetRow(Row):
    use = forms.BooleanField(label=_("Address this one"), required=False)
    name = LineField(label=_("Name"), max_length=200, required=False)
    role = LineField(label=_("Office"), max_length=200, required=False)
    organisation = LineField(label=_("Body"), max_length=200, required=False)
    address = ParagraphsField(
        label=_("Postal address"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = any(cleaned.get(name) for name in ("name", "role", "organisation"))
        if cleaned.get("use") and not named and not self.errors:
            self.add_error("name", _("Give a name, an office or a body, or leave this one out."))
        return cleaned


class AddressForm(forms.Form):
    slug = forms.SlugField(
        label=_("Address of the page"),
        max_length=80,
        help_text=_(
            "Small letters, digits and hyphens. If it is changed later, the old address still leads to the page."
        ),
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}),
    )
    goal = forms.IntegerField(
        label=_("Goal"),
        min_value=1,
        max_value=LARGEST_GOAL,
        help_text=_("How many signatures to begin with; it raises itself when it is reached."),
    )
    legislature: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        queryset=Legislature.objects.none(),
        required=False,
        label=_("Whom supporters may write to"),
        empty_label=_("Nobody: this campaign only gathers signatures"),
        help_text=_("A parliament, a council or a list of your own. They find their own members by postcode."),
    )
    letter_subject = LineField(
        label=_("Subject of a supporter’s letter"), max_length=LONGEST["letter_subject"], required=False
    )
    letter_body = ParagraphsField(
        label=_("How the letter begins"),
        max_length=LONGEST["letter_body"],
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_(
            "Supporters add words of their own. {representative}, {constituency} and {campaign_url} are filled in."
        ),
    )
    letter_ask = ParagraphsField(
        label=_("What the letter asks, at its end"),
        max_length=LONGEST["letter_ask"],
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, material: Material, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.material = material
        field = self.fields["legislature"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = lists.open_to([material.organisation]).order_by("name")
        for name, one in self.fields.items():
            dress(one, f"about-{name}")
        for name in LETTER:
            self.fields[name].widget.attrs["dir"] = "auto"

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        slugs.check(slug, self.material.campaign)
        return slug

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("legislature"):  # nobody sees the letter, so nothing is wrong with it
            for name in LETTER:
                cleaned.pop(name, None)
                self.errors.pop(name, None)
            return cleaned
        for name in LETTER:
            if unknown := composing.unknown_placeholders(cleaned.get(name) or "", writing.PLACEHOLDERS):
                self.add_error(name, _("These are not placeholders: %(unknown)s.") % {"unknown": ", ".join(unknown)})
        for name in ("letter_subject", "letter_body"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("A letter needs it, or choose nobody to write to."))
        return cleaned


class AddressForms:
    def __init__(self, material: Material, initial: dict[str, Any] | None = None, data: Any = None) -> None:
        initial = initial or {}
        self.form = AddressForm(material, data, initial=initial)
        self.rows = {"targets": rows(TargetRow, "targets", data, initial.get("targets", []))}

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.rows["targets"].is_valid()])

    def values(self) -> dict[str, Any]:
        said = dict(self.form.cleaned_data)
        said["legislature"] = said["legislature"].pk if said["legislature"] else None
        named = ("name", "role", "organisation", "address")
        said["targets"] = [row for row in self.rows["targets"].cleaned_data if any(row.get(name) for name in named)]
        return said


def suggested(material: Material) -> dict[str, Any]:
    """What the document and its check say already."""
    draft, checked = material.draft, material.checked
    targets = [
        {"source": one.number, "use": one.stated, "name": one_line(one.name)[:200], "role": one_line(one.office)[:200]}
        for one in addressees(draft)
    ]
    letter = checked["title"], checked["summary"], _letter_ask([ask["text"] for ask in checked["asks"]])
    return {
        "slug": suggested_slug(checked["title"], material),
        "goal": suggested_goal(len(draft["signatories"])),
        **{name: drafting.without_placeholders(text) for name, text in zip(LETTER, letter, strict=True)},
        "targets": targets,
    }


def _letter_ask(asks: list[str]) -> str:
    """As many of them as a letter may hold."""
    while len(said := "\n".join(asks)) > LONGEST["letter_ask"]:
        asks = asks[:-1]
    return said


def suggested_slug(title: str, material: Material) -> str:
    return slugs.suggested(title, f"{material.checked['kind']}-{material.sha256[:6]}")


def suggested_goal(signed_elsewhere: int) -> int:
    """They do not count here, but show how many might sign."""
    return next((goal for goal in GOALS if goal > signed_elsewhere), GOALS[-1])
