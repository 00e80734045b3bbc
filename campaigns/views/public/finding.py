"""To whom somebody writes, and with which points: the pages before the letter. None of them keeps anything."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from campaigns import choosing, pages, writing
from campaigns.choosing import Approach, Choice
from campaigns.forms.public.writing import ConstituencyForm, LetterForm, PostcodeForm, numbers, picked
from campaigns.models import CampaignText, Signature
from config import errors, ratelimit
from letters.directory import lookup
from letters.models import Constituency, Legislature, Representative

MOST_AT_ONCE = 40  # letters by one press
TICKED_AT_FIRST = 10  # so many or fewer are ticked when the page opens
SOFT = (lookup.Reason.UNKNOWN, lookup.Reason.NORTHERN_IRELAND, lookup.Reason.FOREIGN)


class Finding:
    """One request of somebody who writes: the pages they may be shown, each made from what they sent."""

    def __init__(self, request: HttpRequest, text: CampaignText, writer: Signature | None) -> None:
        self.request, self.text, self.writer = request, text, writer
        self.campaign = text.campaign

    @cached_property
    def by_postcode(self) -> list[Legislature]:
        return choosing.by_postcode(self.campaign)

    def page(self, name: str, status: int = 200, **context: Any) -> HttpResponse:
        frame = pages.frame(self.text) | {"here": self.request.path, "writer": self.writer}
        frame["offers_places"] = bool(self.by_postcode)
        return render(self.request, f"campaigns/public/writing/{name}.html", frame | context, status=status)

    def begin(self) -> HttpResponse:
        """By a postcode, unless whoever may be written to is the same for everybody."""
        if not self.by_postcode:
            return self.start([], "")
        initial = {"postcode": self.writer.postcode} if self.writer and self.writer.country == "GB" else {}
        return self.page("postcode", form=PostcodeForm(initial=initial))

    def find(self) -> HttpResponse:
        form = PostcodeForm(self.request.POST)
        if not (verdict := ratelimit.allow("postcode", ratelimit.network(self.request))):
            return errors.too_many(self.request, verdict.retry_after)
        if not form.is_valid():
            return self.page("postcode", status=422, form=form)
        postcode: str = form.cleaned_data["postcode"]
        found: list[lookup.Place] = []
        problems: list[lookup.PostcodeError] = []
        for legislature in self.by_postcode:
            try:
                found.append(lookup.locate(postcode, legislature))
            except lookup.PostcodeError as error:
                problems.append(error)
        if problems and not found:
            if problems[0].reason in SOFT:
                return self.choose(problem=str(problems[0]))
            form.add_error("postcode", str(problems[0]))
            return self.page("postcode", status=422, form=form)
        seats = [seat for place in found for seat in place.constituencies]
        if any(len(place.constituencies) > 1 for place in found):
            return self.choose(_("Your postcode lies in several constituencies. Choose yours."), among=seats)
        return self.start(seats, _as_written(postcode, seats), guessed=any(place.guessed for place in found))

    def choose(self, problem: str = "", among: list[Constituency] | None = None) -> HttpResponse:
        return self.page("choose", form=ConstituencyForm(self.campaign, among=among), problem=problem)

    def chosen(self) -> HttpResponse:
        form = ConstituencyForm(self.campaign, self.request.POST)
        if not form.is_valid():
            return self.page("choose", status=422, form=form, problem="")
        return self.start(form.chosen(), "")

    def start(self, seats: list[Constituency], postcode: str, guessed: bool = False) -> HttpResponse:
        choice = choosing.choice(self.campaign, seats, timezone.localdate(), self.text.language)
        if not choice.representatives:
            form = ConstituencyForm(self.campaign)
            return self.page("choose", form=form, nobody=choice.nobody, left=choice.left, empty=True)
        if len(choice.representatives) > 1 or choice.left or choice.nobody:
            return self.whom(choice, postcode, guessed=guessed)
        return self.ask_points(choice, choice.approaches, postcode, guessed)

    def whom(self, choice: Choice, postcode: str, problem: str = "", guessed: bool = False) -> HttpResponse:
        people = choice.representatives
        return self.page(
            "whom",
            status=422 if problem else 200,
            groups=self.groups(choice.approaches),
            choice=choice,
            carried=_carried(choice.constituencies, [], postcode),
            problem=problem,
            guessed=guessed,
            ticked=set(numbers(self.request.POST, "representative"))
            or {one.pk for one in people if len(people) <= TICKED_AT_FIRST},
        )

    def whom_chosen(self) -> HttpResponse:
        choice = self.choice()
        approaches = choice.among(numbers(self.request.POST, "representative"))
        postcode = self.request.POST.get("postcode", "")
        if problem := number_problem(approaches):
            return self.whom(choice, postcode, problem)
        return self.ask_points(choice, approaches, postcode)

    def ask_points(
        self, choice: Choice, approaches: list[Approach], postcode: str, guessed: bool = False
    ) -> HttpResponse:
        """What one says oneself, and which of the points. Where there are none, the letter asks for one's own words."""
        groups = self.groups(approaches)
        for group, approach in zip(groups, approaches, strict=True):
            group["points"] = writing.draft(self.text, approach).points
        if not any(group["points"] for group in groups):
            return self.begin_letter(choice.constituencies, approaches, postcode, guessed=guessed)
        return self.page(
            "points",
            form=LetterForm(self.text, approaches),
            groups=groups,
            left=choice.left,
            guessed=guessed,
            carried=_carried(choice.constituencies, approaches, postcode),
        )

    def points_chosen(self) -> HttpResponse:
        choice = self.choice()
        data = self.request.POST
        approaches = choice.among(numbers(data, "representative"))
        if problem := number_problem(approaches):
            return self.whom(choice, data.get("postcode", ""), problem)
        return self.begin_letter(
            choice.constituencies, approaches, data.get("postcode", ""), data.get("own_words", ""), points=True
        )

    def begin_letter(
        self,
        seats: list[Constituency],
        approaches: list[Approach],
        postcode: str,
        own_words: str = "",
        points: bool = False,
        guessed: bool = False,
    ) -> HttpResponse:
        initial = {"name": self.writer.name if self.writer else "", "postcode": postcode, "own_words": own_words}
        for approach in approaches:
            most = len(choosing.words(self.text, approach.variant).points)
            numbers_picked = picked(self.request.POST, approach.key, most) if points else []
            draft = writing.draft(self.text, approach, numbers_picked)
            initial |= {f"subject{approach.key}": draft.subject, f"body{approach.key}": draft.body}
        return self.edit(LetterForm(self.text, approaches, initial=initial), seats, 200, guessed=guessed)

    def edit(self, form: LetterForm, seats: list[Constituency], status: int, **context: Any) -> HttpResponse:
        raise NotImplementedError

    def choice(self) -> Choice:
        """Everybody they may write to from the places that the form brings along.

        A place that is unknown, or in another legislature, did not come from us.
        """
        wanted = numbers(self.request.POST, "constituency")
        seats = [
            seat
            for legislature in (self.by_postcode if wanted else ())
            for seat in Constituency.objects.current(legislature)
            .filter(pk__in=wanted)
            .select_related("legislature", "part_of__part_of")
        ]
        if len(seats) != len(wanted) or (self.by_postcode and not wanted):
            raise Http404
        return choosing.choice(self.campaign, seats, timezone.localdate(), self.text.language)

    def groups(self, approaches: Sequence[Approach]) -> list[dict[str, Any]]:
        """For the pages: those who get the same words, and how a letter reaches each of them."""
        found = writing.roads(self.campaign, (one for approach in approaches for one in approach.representatives))
        by_hand, by_post = {one.pk for one in found.handed}, {one.pk for one in found.posted}
        language = self.text.language
        return [
            {
                "key": approach.key,
                "names": [one.name for one in approach.representatives],
                "reason": choosing.reason(approach.variant, language) if approach.variant else "",
                "people": [
                    {
                        "pk": one.pk,
                        "name": one.name,
                        "facts": _facts(one, language),
                        "by_hand": one.pk in by_hand,
                        "by_post": one.pk in by_post,
                        "contact_form": contact_form(one),
                    }
                    for one in approach.representatives
                ],
            }
            for approach in approaches
        ]


def number_problem(approaches: Sequence[Approach]) -> str:
    """What is wrong with how many they are, or ""."""
    count = sum(len(approach.representatives) for approach in approaches)
    if count > MOST_AT_ONCE:
        most = _("Choose at most %(most)d people: nobody reads what goes to everybody.")
        return most % {"most": MOST_AT_ONCE}
    return "" if count else _("Choose at least one person to write to.")


def _carried(seats: Sequence[Constituency], approaches: Sequence[Approach], postcode: str) -> list[tuple[str, object]]:
    """Hidden fields that take along what has been chosen so far."""
    people = [one for approach in approaches for one in approach.representatives]
    return [
        *(("constituency", seat.pk) for seat in seats),
        *(("representative", one.pk) for one in people),
        ("postcode", postcode),
    ]


def contact_form(one: Representative) -> str:
    """Only ever the address of a web page, whatever a file brought."""
    return one.contact_form if one.contact_form.startswith(("https://", "http://")) else ""


def _facts(one: Representative, language: str) -> list[str]:
    place = one.constituency or one.legislature
    return [fact for fact in (one.role_in(language), place.name_in(language), one.party) if fact]


def _as_written(postcode: str, seats: Sequence[Constituency]) -> str:
    country = seats[0].legislature.country
    return lookup.spaced(lookup.parse_postcode(postcode, country), country)
