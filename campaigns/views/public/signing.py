import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django_countries import countries

from campaigns import accepting, addresses, arriving, offering, own_data, pages, pausing, promises, signing
from campaigns.forms.public.signing import ManageForm, SignForm
from campaigns.models import Campaign, CampaignText, Signature
from config import errors, even_time, links, ratelimit
from config.crypto import email_key
from config.held import Held
from config.origin import only_from_this_site
from config.responses import SeeOther
from config.switches import RETRY_SECONDS, What

from .acting import Gone, acting_link
from .loading import published_text, speak

PURPOSE_CONFIRM, PURPOSE_MINE = "confirm", "signature"


@only_from_this_site
@even_time.even()
def sign(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    # A closed campaign, or a new text, is seen here a second later than it is published.
    blank = _blanks.get((slug, language), lambda: _blank(request, slug, language))
    text, campaign = blank.text, blank.campaign
    speak(text)
    if not campaign.takes_signatures:
        context = pages.frame(text) | {"sent": request.method == "POST"}
        return render(request, "campaigns/public/signing/sign.html", context, status=409)
    if pausing.on(What.SIGNING, campaign):
        return signing_is_paused(request, text)
    if request.method != "POST":
        return the_form(request, SignForm(campaign, text))
    form = blank.filled(request.POST)
    form.came_from, form.network = came_from(request), ratelimit.prefix(request)
    address = form.cleaned_data["email"] if form.is_valid() else ""
    verdict = ratelimit.allow_each(*limits(form.network, campaign, address))
    if verdict.cache_is_down:
        return errors.too_busy(request, verdict.retry_after)
    # An email too many to one address: the signature is kept all the same, and whoever asks sees no difference, for to
    # tell them apart would tell who has signed.
    mail = verdict.limit not in OF_AN_ADDRESS
    if mail and not verdict:
        said = _("Nothing is lost: please wait a little and try again."), verdict.retry_after
        return errors.not_now(request, _("Very many people are signing just now"), *said, status=429)
    if not form.is_valid():
        return the_form(request, SignForm(campaign, text, request.POST), 422)
    accepting.accept(offering.current(text), form.supporter(), mail)
    return SeeOther(addresses.of_text(text, "signed"))


OF_AN_ADDRESS = ("sign_email", "sign_address")


def limits(network: str, campaign: Campaign, address: str) -> Sequence[tuple[str, ...]]:
    """What one form counts against; without an address to write to, it sends nothing. `network`: ratelimit.prefix."""
    against, campaign_id = ratelimit.against, str(campaign.pk)
    of_all = [against("sign", ratelimit.hidden(network)), against("sign_campaign", campaign_id)]
    if not address:
        return of_all
    key = email_key(address)
    return [*of_all, against("sign_email", campaign_id, key), against("sign_address", key)]


_blanks: Held[SignForm] = Held(seconds=1.0)


def _blank(request: HttpRequest, slug: str, language: str | None) -> SignForm:
    text = published_text(request, slug, language)
    return SignForm(text.campaign, text)


def came_from(request: HttpRequest) -> str:
    return arriving.came_from(
        request.META.get("HTTP_REFERER", ""), request.POST.get("came_from", ""), request.get_host()
    )


def the_form(request: HttpRequest, form: SignForm, status: int = 200) -> HttpResponse:
    if form.is_bound:
        form.came_from = came_from(request)
    context = pages.frame(form.text) | {"form": form, "opened": int(time.time())}
    return render(request, "campaigns/public/signing/sign.html", context, status=status)


def signing_is_paused(request: HttpRequest, text: CampaignText) -> HttpResponse:
    """What was typed stays in the page, as it was typed; nothing was read of it and nothing stored."""
    form = SignForm(text.campaign, text, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        form.came_from = arriving.came_from("", request.POST.get("came_from", ""), request.get_host())
        form.as_typed()
    context = pages.frame(text) | {"form": form, "retry_minutes": RETRY_SECONDS // 60}
    response = render(request, "campaigns/public/signing/sign.html", context)
    if request.method == "POST":
        response.status_code, response.headers["Retry-After"] = 503, str(RETRY_SECONDS)
    return response


@require_safe
def signed(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    context = pages.frame(text) | {"days": text.campaign.days_to_confirm}
    return render(request, "campaigns/public/signing/signed.html", context)


def signature_of(value: Any) -> Signature:
    """The signature a link names, in the language it was given in. Raises Gone when it is erased or deleted."""
    found = (
        Signature.objects.select_related("text__campaign__organisation__sender", "text__campaign__legislature", "area")
        .select_related("campaign__organisation", "consent", "updates_consent")
        .filter(uuid=value, anonymised_at__isnull=True)
        .first()
    )
    if found is None:
        raise Gone
    speak(found.text)
    return found


def confirmed_at_once(request: HttpRequest, token: str) -> HttpResponse | None:
    """What nearly everybody comes for, in a rush by the hundred from one network."""
    if request.method != "POST" or "resend" in request.POST:
        return None
    try:
        value = links.read(PURPOSE_CONFIRM, token, settings.CONFIRMATION_LINK_AGE)
    except links.BadLink:
        return None
    return SeeOther(request.path) if signing.confirm_as_seen(value, request.POST.get("seen", "")) else None


@acting_link("confirm", once=confirmed_at_once)
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        signature = signature_of(links.read(PURPOSE_CONFIRM, token, settings.CONFIRMATION_LINK_AGE))
        expired = False
    except links.ExpiredLink as link:
        signature, expired = signature_of(link.value), True
    if signature.seen_state == Signature.State.CONFIRMED:
        return SeeOther(request.path) if request.method == "POST" else thanks(request, signature)
    if signature.seen_state != Signature.State.PENDING:
        return still_to_confirm(request, signature, 410, link_problem="used")
    if not signature.text.campaign.takes_signatures:
        return still_to_confirm(request, signature, 409, link_problem="closed")
    if request.method == "POST" and "resend" in request.POST:
        return resent(request, signature)
    if expired:
        return still_to_confirm(request, signature, 410, link_problem="expired")
    if request.method == "POST":
        try:
            if signing.confirm(signature, request.POST.get("seen", "")):
                return SeeOther(request.path)
        except signing.Changed:
            return still_to_confirm(request, signature_of(signature.uuid), 409, changed=True)
        return still_to_confirm(request, signature, 410, link_problem="used")
    return still_to_confirm(request, signature, 200)


def still_to_confirm(request: HttpRequest, signature: Signature, status: int, **context: Any) -> HttpResponse:
    frame = pages.frame(signature.text) | {"signature": signature, "seen": signature.content_digest()}
    return render(request, "campaigns/public/signing/confirm.html", frame | context, status=status)


def thanks(request: HttpRequest, signature: Signature) -> HttpResponse:
    mine = links.token(PURPOSE_MINE, signature.uuid)
    urls = addresses.of_campaign(signature.text.campaign, signature.text.language)
    urls["mine"] = links.link(PURPOSE_MINE, "campaigns:signature", signature.uuid).removeprefix(settings.SITE_URL)
    urls["write"] = f"{urls['write']}{mine}/"
    if signature.public_name:
        newer = pages.next_newer(signature)
        urls["place"] = f"{urls['signatures']}{f'?before={newer}' if newer else ''}#s{signature.pk}"
    context = pages.frame(signature.text) | {
        "signature": signature,
        "urls": urls,
        "share": addresses.share(signature.text.campaign, signature.text, signed=True),
    }
    return render(request, "campaigns/public/signing/thanks.html", context)


def resent(request: HttpRequest, signature: Signature) -> HttpResponse:
    network, key = ratelimit.network(request), signature.email_key
    verdict = ratelimit.allow("resend", network) and ratelimit.allow("resend_email", str(signature.campaign_id), key)
    if not verdict:
        return errors.too_many(request, verdict.retry_after)
    if not signing.resend(signature):  # in the same way when it is held back
        return errors.problem(
            request,
            409,
            _("We have written to you often enough"),
            _("Please look for our email, also among the junk mail. Or sign again with another address."),
        )
    context = pages.frame(signature.text) | {"days": signature.text.campaign.days_to_confirm, "again": True}
    return render(request, "campaigns/public/signing/signed.html", context)


@acting_link("manage")
def mine(request: HttpRequest, token: str) -> HttpResponse:
    signature = signature_of(links.read(PURPOSE_MINE, token))
    form = ManageForm(signature, request.POST if "save" in request.POST else None)
    done, status = "", 200
    if "save" in request.POST:
        if form.is_valid():
            signing.change(signature, form.cleaned_data)
            return done_here(request, "saved")
        status = 422
    elif "withdraw" in request.POST:
        signing.withdraw(signature)
        return done_here(request, "withdrawn")
    elif "erase" in request.POST:
        if "really" in request.POST:
            signing.erase(signature)
            return render(request, "campaigns/public/signing/erased.html", pages.frame(signature.text))
        done, status = "erase_unticked", 422
    return render(
        request, "campaigns/public/signing/mine.html", mine_context(request, signature, form, done), status=status
    )


def done_here(request: HttpRequest, what: str) -> HttpResponse:
    return SeeOther(f"{request.path}?{what}")


def mine_context(request: HttpRequest, signature: Signature, form: ManageForm, done: str) -> dict[str, Any]:
    text = signature.text
    urls = addresses.of_campaign(text.campaign, text.language)
    urls["data"] = f"{request.path}data.json"
    urls["write"] = f"{urls['write']}{request.path.rstrip('/').rsplit('/', 1)[1]}/"
    done = done or next((what for what in ("saved", "withdrawn") if what in request.GET), "")
    latest, months_after = promises.erased_by(signature)
    return pages.frame(text) | {
        "signature": signature,
        "form": form,
        "urls": urls,
        "done": done,
        "state": signature.seen_state,
        "stands": signature.state != Signature.State.WITHDRAWN,
        "kept": kept_about(signature),
        "not_shown": what_is_not_shown(signature),
        "kept_until": latest,
        "months_after": months_after,
        "erased_on": erased_on(signature),
    }


def erased_on(signature: Signature) -> date | None:
    """The day on which a withdrawn signature is erased; None while it stands."""
    if signature.withdrawn_at is None:
        return None
    after = timezone.localdate(signature.withdrawn_at) + timedelta(days=settings.WITHDRAWN_SIGNATURE_DAYS)
    return min(after, promises.erased_by(signature)[0])


def what_is_not_shown(signature: Signature) -> list[str]:
    """What organisers have hidden of it, or have still to read: its owner is told, in one sentence each."""
    check = Signature.Check
    if signature.display == Signature.Display.NONE or signature.state in (
        Signature.State.WITHDRAWN,
        Signature.State.INVALID,
    ):
        return []
    if signature.name_check == check.HIDDEN:
        hidden = _("The organisers have decided not to show your name in the list. You are counted all the same.")
        return [hidden, _("If you think that is a mistake, write to them, or change it here: they will look again.")]
    if signature.name_check == check.CHANGED:
        return [_("Your name is shown again once the organisers have read what you changed. You are counted already.")]
    if not signature.name_is_public:
        return [_("Your name is shown once the organisers have read it. You are counted already.")]
    if not signature.reason or signature.reason_is_public:
        return []
    if signature.reason_check == check.HIDDEN:
        hidden = _("The organisers have decided not to show your reason. Your signature is not touched by that.")
        return [hidden, _("If you think that is a mistake, write to them, or change it here: they will look again.")]
    return [_("Your reason is shown beside your name once the organisers have read it.")]


def kept_about(signature: Signature) -> list[dict[str, str]]:
    """Everything we hold about one signature, as rows a person can read."""
    listed = signature.seen_state == Signature.State.CONFIRMED and signature.public_name
    shown = signature.public_name if listed else _("not shown")
    imported = signature.origin == Signature.Origin.IMPORTED
    agreed = _("What the organisers who entered you have confirmed") if imported else _("What you agreed to")
    labels = (
        (_("Name"), signature.name),
        (_("Email"), signature.email),
        (_("Postcode"), signature.postcode),
        (_("Country"), str(countries.name(signature.country))),
        (_("Counted in"), signature.area.name_in(translation.get_language()) if signature.area else ""),
        (_("Affiliation"), signature.affiliation),
        (_("Place"), "" if signature.area_id else signature.public_place),
        (_("Reason"), signature.reason),
        (_("Shown publicly as"), shown),
        (_("The link or page you came by"), signature.came_from),
        (_("The domain of your email address"), _("scrambled, to see floods by") if signature.domain_key else ""),
        (_("Your network"), network_in_words() if signature.network_key else ""),
        (agreed, signature.consent.text if signature.consent else ""),
        (_("When you agreed"), date_format(signature.consent_at, "DATETIME_FORMAT") if signature.consent_at else ""),
        (_("About news you agreed to"), signature.updates_consent.text if signature.updates_consent else ""),
    )
    return [{"label": label, "value": value} for label, value in labels if value]


def network_in_words() -> str:
    days = settings.NETWORK_KEPT_DAYS
    said = ngettext(
        "a scrambled part of its address, to see floods by; erased %(n)d day after you signed",
        "a scrambled part of its address, to see floods by; erased %(n)d days after you signed",
        days,
    )
    return said % {"n": days}


@require_safe
@acting_link("manage")
def data(request: HttpRequest, token: str) -> HttpResponse:
    signature = signature_of(links.read(PURPOSE_MINE, token))
    return as_file(own_data.of_signature(signature), "my-signature.json")


def as_file(data: dict[str, Any], filename: str) -> HttpResponse:
    response = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
