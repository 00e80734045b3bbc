"""Writing to one's representative. No step keeps anything; what was typed travels in the form, until it is sent."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from campaigns import addresses, choosing, handing_in, pages, retention, writing
from campaigns.forms.writing import ConstituencyForm, LetterForm, PostcodeForm, SendForm
from campaigns.models import CampaignText, Signature
from config import errors, links, ratelimit
from config.crypto import email_key
from config.origin import only_from_this_site
from config.responses import SeeOther
from letters.directory import lookup
from letters.letter_text import letter_text, sheet_for
from letters.models import Constituency, Representative
from letters.pdf import RenderingBusy, RenderingError, letter_pdf

from .acting import Gone
from .loading import published_text
from .public import rendering_failed
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
    if not (verdict := ratelimit.allow("write", ratelimit.network(request))):
        return errors.too_many(request, verdict.retry_after)
    writer = signed_writer(token, text) if token else None
    desk = Desk(request, text, writer)
    if request.method != "POST":
        return desk.choose() if "choose" in request.GET else desk.ask_postcode()
    stages = {
        "find": desk.find,
        "choose": desk.chosen,
        "edit": desk.edit_again,
        "preview": desk.preview,
        "pdf": desk.pdf,
        "send": desk.send,
    }
    return stages.get(request.POST.get("stage", "find"), desk.find)()


def signed_writer(token: str, text: CampaignText) -> Signature | None:
    """The confirmed signature whose own link led here. A link that fails leads to the ordinary form."""
    try:
        signature = signature_of(links.read(PURPOSE_MINE, token))
    except (links.BadLink, Gone):
        return None
    confirmed = signature.state == Signature.State.CONFIRMED and signature.campaign_id == text.campaign_id
    return signature if confirmed else None


class Desk:
    """One request of somebody who writes: the pages they may be shown, each made from what they sent."""

    def __init__(self, request: HttpRequest, text: CampaignText, writer: Signature | None) -> None:
        self.request, self.text, self.writer = request, text, writer
        self.campaign = text.campaign

    def page(self, name: str, status: int = 200, **context: Any) -> HttpResponse:
        frame = pages.frame(self.text) | {"here": self.request.path, "writer": self.writer}
        return render(self.request, f"campaigns/writing/{name}.html", frame | context, status=status)

    def ask_postcode(self) -> HttpResponse:
        initial = {"postcode": self.writer.postcode} if self.writer and self.writer.country == "GB" else {}
        return self.page("postcode", form=PostcodeForm(initial=initial))

    def find(self) -> HttpResponse:
        form = PostcodeForm(self.request.POST)
        if not (verdict := ratelimit.allow("postcode", ratelimit.network(self.request))):
            return errors.too_many(self.request, verdict.retry_after)
        if not form.is_valid():
            return self.page("postcode", status=422, form=form)
        legislature = self.campaign.legislature
        if legislature is None:
            raise Http404
        try:
            found = lookup.locate(form.cleaned_data["postcode"], legislature).constituencies
        except lookup.PostcodeError as error:
            if error.reason in (lookup.Reason.UNKNOWN, lookup.Reason.NORTHERN_IRELAND, lookup.Reason.FOREIGN):
                return self.choose(problem=str(error))
            form.add_error("postcode", str(error))
            return self.page("postcode", status=422, form=form)
        if len(found) > 1:
            return self.choose(_("Your postcode lies in several constituencies. Choose yours."), among=found)
        return self.start_letter(found[0], form.cleaned_data["postcode"])

    def choose(self, problem: str = "", among: list[Constituency] | None = None) -> HttpResponse:
        return self.page("choose", form=ConstituencyForm(self.campaign, among=among), problem=problem)

    def chosen(self) -> HttpResponse:
        form = ConstituencyForm(self.campaign, self.request.POST)
        if not form.is_valid():
            return self.page("choose", status=422, form=form, problem="")
        return self.start_letter(form.cleaned_data["constituency"], "")

    def start_letter(self, constituency: Constituency, postcode: str) -> HttpResponse:
        representatives = lookup.representatives_for(constituency, timezone.localdate())
        if not representatives:
            return self.page(
                "choose", form=ConstituencyForm(self.campaign), vacant=constituency.name_in(self.text.language)
            )
        draft = writing.draft(self.text, choosing.Approach(representatives[:1]))
        known = lookup.spaced(lookup.parse_postcode(postcode)) if postcode else ""
        initial = {
            "constituency": constituency.pk,
            "subject": draft.subject,
            "body": draft.body,
            "name": self.writer.name if self.writer else "",
            "postcode": known,
        }
        form = LetterForm(constituency, representatives, initial=initial)
        return self.edit(form, constituency, representatives, 200)

    def bound(self) -> tuple[LetterForm, Constituency, list[Representative]]:
        """The letter as it was sent. An unknown constituency, or one of another legislature, did not come from us."""
        pk = self.request.POST.get("constituency", "")
        legislature = self.campaign.legislature
        seats = Constituency.objects.current(legislature) if legislature else Constituency.objects.none()
        constituency = seats.filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
        if constituency is None:
            raise Http404
        representatives = lookup.representatives_for(constituency, timezone.localdate())
        return LetterForm(constituency, representatives, self.request.POST), constituency, representatives

    def edit(
        self, form: LetterForm, constituency: Constituency, people: list[Representative], status: int
    ) -> HttpResponse:
        by_hand = [one for one in people if handing_in.is_by_hand(self.campaign, one)]
        context = {"constituency": constituency, "representatives": people, "by_hand": by_hand}
        return self.page("edit", status=status, form=form, **context)

    def edit_again(self) -> HttpResponse:
        form, constituency, people = self.bound()
        form.is_valid()
        return self.edit(form, constituency, people, 200)

    def preview(self) -> HttpResponse:
        form, constituency, people = self.bound()
        if not form.is_valid():
            return self.edit(form, constituency, people, 422)
        return self.show(form, self.send_form(form), 200)

    def send_form(self, form: LetterForm, data: Any = None) -> SendForm:
        initial = {"email": self.writer.email} if self.writer else {}
        to = form.cleaned_data["representative"]
        by_hand = handing_in.is_by_hand(self.campaign, to)
        return SendForm(self.campaign, self.text, to.name, by_hand, data, initial=initial)

    def show(self, form: LetterForm, send_form: SendForm, status: int) -> HttpResponse:
        written = form.as_written()
        [to] = written.representatives
        letter = writing.letter_from(self.text, written, to)
        address, whole = writing.mailto(letter, to)
        by_hand = handing_in.is_by_hand(self.campaign, to)
        kept_until = timezone.localdate() + timedelta(days=settings.LETTER_RETENTION_DAYS)
        latest = max(kept_until, retention.kept_until(self.campaign))
        return self.page(
            "preview",
            status=status,
            form=form,
            send_form=send_form,
            carried=[(name, form.data.get(name, "")) for name in form.fields],
            sheet=sheet_for(letter),
            representative=to,
            by_hand=by_hand,
            reachable=bool(to.reachable_address),
            mailto=address,
            mailto_whole=whole,
            plain=letter_text(letter),
            letter_until=latest if by_hand else kept_until,
        )

    def pdf(self) -> HttpResponse:
        form, constituency, people = self.bound()
        if not form.is_valid():
            return self.edit(form, constituency, people, 422)
        if not (verdict := ratelimit.allow("pdf", ratelimit.network(self.request))):
            return errors.too_many(self.request, verdict.retry_after)
        written = form.as_written()
        letter = writing.letter_from(self.text, written, written.representatives[0])
        try:
            content = letter_pdf(sheet_for(letter))
        except RenderingBusy as busy:
            response = self.page("busy", status=503, carried=[(n, form.data.get(n, "")) for n in form.fields])
            response.headers["Retry-After"] = str(max(1, round(busy.retry_after)))
            return response
        except RenderingError:
            return rendering_failed(self.request)
        response = HttpResponse(content, content_type="application/pdf")
        response.headers["Content-Disposition"] = f'attachment; filename="letter-{self.campaign.slug}.pdf"'
        return response

    def send(self) -> HttpResponse:
        form, constituency, people = self.bound()
        if not form.is_valid():
            return self.edit(form, constituency, people, 422)
        send_form = self.send_form(form, self.request.POST)
        if not (verdict := ratelimit.allow("letter_send", ratelimit.network(self.request))):
            return errors.too_many(self.request, verdict.retry_after)
        to = form.cleaned_data["representative"]
        by_hand = handing_in.is_by_hand(self.campaign, to)
        if not send_form.is_valid() or not (by_hand or to.reachable_address):
            return self.show(form, send_form, 422)
        email = send_form.cleaned_data["email"]
        if not send_form.cleaned_data["leave_empty"]:  # else it is a machine, which is told nothing
            mail = ratelimit.allow("letter_send_email", email_key(email))
            if mail.cache_is_down:
                return errors.too_busy(self.request, mail.retry_after)
            if not mail:
                send_form.add_error(
                    "email",
                    _("Many letters were sent with this address today. Print this one, or come back tomorrow."),
                )
                return self.show(form, send_form, 429)
            writing.send(self.text, form.as_written(), email, self.writer)
        confirmed = self.writer is not None and email_key(email) == email_key(self.writer.email)
        done = addresses.of_campaign(self.campaign, self.text.language)["written"]
        said = [word for word, true in (("sent", confirmed), ("by-hand", by_hand)) if true]
        return SeeOther("?".join([done, *(["&".join(said)] if said else [])]))


@never_cache
def written(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    name = "letter_done" if "sent" in request.GET else "sent"
    said = {"share": addresses.share(text.campaign, text), "by_hand": "by-hand" in request.GET}
    return render(request, f"campaigns/writing/{name}.html", pages.frame(text) | said)
