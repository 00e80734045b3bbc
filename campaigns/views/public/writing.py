"""Writing to one's representatives. No step keeps anything; what was typed travels in the form, until it is sent."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from campaigns import addresses, choosing, consent, pages, pausing, retention, writing
from campaigns.choosing import Approach, Choice
from campaigns.forms.public.writing import LetterForm, PrintForm, SendForm, numbers
from campaigns.models import CampaignText, Signature
from config import errors, links, ratelimit
from config.crypto import email_key
from config.origin import only_from_this_site
from config.responses import SeeOther
from config.switches import RETRY_SECONDS, What
from letters.letter_text import letter_text, sheet_for
from letters.models import Constituency, Letter, Representative
from letters.own_words import own_share
from letters.pdf import MissingGlyphs, RenderingBusy, RenderingError, fits_window, letter_pdf

from .acting import Gone
from .finding import Finding, contact_form, number_problem
from .letters import PURPOSE_CONFIRM
from .loading import published_text
from .pages import rendering_failed
from .signing import PURPOSE_MINE, signature_of


@only_from_this_site
@never_cache
def write(request: HttpRequest, slug: str, language: str | None = None, token: str = "") -> HttpResponse:
    text = published_text(request, slug, language)
    if not (text.campaign.takes_letters and text.letter_body):
        return errors.problem(
            request,
            409,
            _("No letters are written here now"),
            _("This campaign is closed, or does not write to representatives. Nothing you typed was kept."),
        )
    if paused := pausing.on(What.WRITING, text.campaign):
        return errors.not_now(request, _("Writing is paused"), paused.sentence, RETRY_SECONDS)
    if not (verdict := ratelimit.allow("write", ratelimit.network(request))):
        return errors.too_many(request, verdict.retry_after)
    writer = signed_writer(token, text) if token else None
    desk = Desk(request, text, writer)
    if request.method != "POST":
        return desk.choose() if "choose" in request.GET else desk.begin()
    stages: dict[str, Callable[[], HttpResponse]] = {
        "find": desk.find,
        "choose": desk.chosen,
        "whom": desk.whom_chosen,
        "points": desk.points_chosen,
        "edit": desk.edit_again,
        "preview": desk.preview,
        "pdf": desk.pdf,
        "text": desk.plain,
        "send": desk.send,
    }
    # "pdf:7" is the PDF of the letter to representative 7.
    return stages.get(request.POST.get("stage", "find").partition(":")[0], desk.find)()


def signed_writer(token: str, text: CampaignText) -> Signature | None:
    """The signature whose own link led here, confirmed, or held back and seeming so: their address is proved. A link
    that fails leads to the ordinary form."""
    try:
        signature = signature_of(links.read(PURPOSE_MINE, token))
    except (links.BadLink, Gone):
        return None
    confirmed = signature.seen_state == Signature.State.CONFIRMED and signature.campaign_id == text.campaign_id
    return signature if confirmed else None


class Incomplete(Exception):
    """The letter needs another look; this page asks for it."""

    def __init__(self, page: HttpResponse) -> None:
        self.page = page


def shown_when_incomplete(stage: Callable[["Desk"], HttpResponse]) -> Callable[["Desk"], HttpResponse]:
    def answered(desk: "Desk") -> HttpResponse:
        try:
            return stage(desk)
        except Incomplete as incomplete:
            return incomplete.page

    return answered


class Desk(Finding):
    """The letter itself: writing it, looking at it, and its three roads."""

    def bound(self, complete: bool = True) -> LetterForm:
        """The letter as it was typed. Raises Incomplete, if it must be complete and is not."""
        choice = self.choice()
        self.seats = choice.constituencies
        wanted = numbers(self.request.POST, "representative")
        approaches = choice.among(wanted)
        sit = {one.pk for one in choice.representatives}
        if approaches and (problem := number_problem(approaches)):
            raise Incomplete(self.whom(choice, self.request.POST.get("postcode", ""), problem))
        if all(pk in sit for pk in wanted) and approaches:
            form = LetterForm(self.text, approaches, self.request.POST)
            if not form.is_valid() and complete:
                raise Incomplete(self.edit(form, self.seats, 422))
            return form
        gone = list(
            Representative.objects.filter(pk__in=set(wanted) - sit, legislature__in=self.campaign.legislatures())
            .select_related("legislature", "constituency")
            .order_by("name")
        )
        raise Incomplete(self.somebody_left(choice, approaches, gone))

    def somebody_left(self, choice: Choice, approaches: list[Approach], gone: Sequence[Representative]) -> HttpResponse:
        """The letter with all that was typed, for those who remain; and who does not."""
        past, _left = choosing.approaches(self.campaign, list(gone), timezone.localdate(), self.text.language)
        form = LetterForm(self.text, approaches or past or choice.approaches, self.request.POST)
        form.is_valid()
        if not gone:
            form.add_error(None, _("Choose at least one person to write to."))
        to = approaches if gone else approaches or choice.approaches
        return self.edit(form, self.seats, 422, gone=[one.name for one in gone], to=to)

    def edit(self, form: LetterForm, seats: list[Constituency], status: int, **context: Any) -> HttpResponse:
        groups = self.groups(context.pop("to", form.approaches))
        parts = [
            {
                "names": [one.name for one in approach.representatives],
                "subject": form[f"subject{approach.key}"],
                "body": form[f"body{approach.key}"],
                "given": draft.given,
                "placeholders": consent.listed(draft.open),
            }
            for approach, draft in zip(form.approaches, form.drafts, strict=True)
        ]
        carried = [("constituency", seat.pk) for seat in seats]
        carried += [("representative", one["pk"]) for group in groups for one in group["people"]]
        several = len(carried) - len(seats) > 1
        known = {"form": form, "groups": groups, "parts": parts, "carried": carried, "several": several}
        return self.page("edit", status=status, **known, **context)

    @shown_when_incomplete
    def edit_again(self) -> HttpResponse:
        form = self.bound(complete=False)
        return self.edit(form, self.seats, 200)

    @shown_when_incomplete
    def preview(self) -> HttpResponse:
        form = self.bound()
        return self.show(form, self.send_form(form), 200)

    def send_form(self, form: LetterForm, data: Any = None) -> SendForm:
        initial = {"email": self.writer.email} if self.writer else {}
        return SendForm(writing.consent_to(self.text, form.as_written()), data, initial=initial)

    def letters(self, form: LetterForm) -> list[tuple[Representative, Letter]]:
        return [
            (one, writing.letter_from(self.text, written, one))
            for written in form.as_written()
            for one in written.representatives
        ]

    def show(self, form: LetterForm, send_form: SendForm, status: int) -> HttpResponse:
        letters = self.letters(form)
        all_written = form.as_written()
        roads = writing.roads(self.campaign, [one for one, _letter in letters])
        programs = [self.program(one, letter) for one, letter in letters if one in roads.emailed]
        kept_until = timezone.localdate() + timedelta(days=self.campaign.days_of_letters)
        latest = max(kept_until, retention.kept_until(self.campaign))
        return self.page(
            "preview",
            status=status,
            form=form,
            send_form=send_form,
            print_form=PrintForm(list(dict.fromkeys(one.legislature for one, _letter in letters)), auto_id="print_%s"),
            carried=self.carried(form),
            several=len(letters) > 1,
            letters=[
                {"pk": one.pk, "to": one.name, "sheet": sheet, "windowless": not fits_window(sheet)}
                for one, sheet in ((one, sheet_for(letter)) for one, letter in letters)
            ],
            programs=programs,
            contact_forms=[(one.name, contact_form(one)) for one in roads.posted if contact_form(one)],
            any_whole=any(program["whole"] for program in programs),
            all_whole=all(program["whole"] for program in programs),
            roads=roads,
            by_hand=bool(roads.handed and not roads.emailed),
            send_several=len(roads.sent) > 1,
            may_be_merged=writing.may_be_merged(self.campaign, all_written, roads),
            share=own_share(
                "\n".join(written.body for written in all_written),
                [given for draft in form.drafts for given in draft.given],
            ),
            letter_until=latest if roads.handed else kept_until,
        )

    def program(self, one: Representative, letter: Letter) -> dict[str, Any]:
        address, whole = writing.mailto(letter, one)
        return {"pk": one.pk, "name": one.name, "address": address, "whole": whole, "plain": letter_text(letter)}

    def carried(self, form: LetterForm) -> list[tuple[str, object]]:
        people = [one for approach in form.approaches for one in approach.representatives]
        return [
            *(("constituency", seat.pk) for seat in self.seats),
            *(("representative", one.pk) for one in people),
            *((name, form.data.get(name, "")) for name in form.fields),
        ]

    def letter_asked_for(self, form: LetterForm) -> tuple[Letter, str]:
        """The letter that is to be printed, and the name of its file."""
        letters = self.letters(form)
        asked = self.request.POST.get("stage", "").partition(":")[2]
        number = next((n for n, (one, _letter) in enumerate(letters) if str(one.pk) == asked), 0)
        which = f"-{number + 1}" if len(letters) > 1 else ""
        return letters[number][1], f"letter-{self.campaign.slug}{which}"

    @shown_when_incomplete
    def pdf(self) -> HttpResponse:
        form = self.bound()
        if not (verdict := ratelimit.allow("pdf", ratelimit.network(self.request))):
            return errors.too_many(self.request, verdict.retry_after)
        letter, name = self.letter_asked_for(form)
        wanted = PrintForm([], self.request.POST)
        wanted.is_valid()
        layout, large = wanted.cleaned_data.get("layout") or None, wanted.cleaned_data.get("large", False)
        try:
            content = letter_pdf(sheet_for(letter), layout, large=large)
        except RenderingBusy as busy:
            stage = self.request.POST["stage"]
            carried = [*self.carried(form), ("layout", layout or ""), *([("large", "on")] if large else [])]
            response = self.page("busy", status=503, carried=carried, stage=stage)
            response.headers["Retry-After"] = str(max(1, round(busy.retry_after)))
            return response
        except MissingGlyphs as missing:
            sentence = _("These characters cannot be printed: %(characters)s. Take them out, or send it another way.")
            form.add_error(None, sentence % {"characters": " ".join(missing.characters)})
            return self.edit(form, self.seats, 422)
        except RenderingError:
            return rendering_failed(self.request)
        return _file(content, "application/pdf", f"{name}.pdf")

    @shown_when_incomplete
    def plain(self) -> HttpResponse:
        letter, name = self.letter_asked_for(self.bound())
        return _file(letter_text(letter).encode(), "text/plain; charset=utf-8", f"{name}.txt")

    @shown_when_incomplete
    def send(self) -> HttpResponse:
        form = self.bound()
        send_form = self.send_form(form, self.request.POST)
        if not (verdict := ratelimit.allow("letter_send", ratelimit.network(self.request))):
            return errors.too_many(self.request, verdict.retry_after)
        people = [one for approach in form.approaches for one in approach.representatives]
        roads = writing.roads(self.campaign, people)
        if not send_form.is_valid() or not roads.sent:
            return self.show(form, send_form, 422)
        if send_form.cleaned_data["leave_empty"]:  # a machine, which is told nothing
            return self.look_in_your_email(roads)
        all_written, email = form.as_written(send_form.cleaned_data["copy"]), send_form.cleaned_data["email"]
        if not writing.is_proved(email, self.writer):
            writing.send_all(self.text, all_written, email, self.writer)
            return self.look_in_your_email(roads)
        mail = ratelimit.allow("letter_send_email", email_key(email))
        if mail.cache_is_down:
            return errors.too_busy(self.request, mail.retry_after)
        if not mail:
            many = _("Many letters were sent with this address today. Print this one, or come back tomorrow.")
            send_form.add_error("email", many)
            return self.show(form, send_form, 429)
        try:
            made = writing.send_all(self.text, all_written, email, self.writer)
        except writing.NobodyThere:
            return self.preview()  # which says who has left, and keeps what was typed
        if not made:
            send_form.add_error(None, _("You have written to them in the last days, so nothing was sent now."))
            return self.show(form, send_form, 422)
        # Their own page of what was sent: they get no email with the way to it.
        return SeeOther(links.link(PURPOSE_CONFIRM, "campaigns:letter_confirm", made[0].together or made[0].uuid))

    def look_in_your_email(self, roads: writing.Roads) -> HttpResponse:
        """The same whether anything was kept or not: nobody learns here who has written already."""
        by_hand = bool(roads.handed and not roads.emailed)
        said = [word for word, true in (("several", len(roads.sent) > 1), ("by-hand", by_hand)) if true]
        done = addresses.of_campaign(self.campaign, self.text.language)["written"]
        return SeeOther("?".join([done, *(["&".join(said)] if said else [])]))


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@never_cache
def written(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    said = {"by_hand": "by-hand" in request.GET, "several": "several" in request.GET}
    return render(request, "campaigns/public/writing/sent.html", pages.frame(text) | said)
