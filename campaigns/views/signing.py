from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import addresses, pages, signing
from campaigns.forms.signing import ManageForm, SignForm
from campaigns.models import CampaignText, Signature
from config import errors, links, ratelimit
from config.crypto import email_key
from config.origin import only_from_this_site

from .loading import published_text, speak

PURPOSE_CONFIRM, PURPOSE_MINE = "confirm", "signature"


@only_from_this_site
@never_cache
def sign(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    campaign = text.campaign
    if not campaign.takes_signatures:
        return errors.problem(
            request,
            409,
            _("This campaign is closed"),
            _("It takes no more signatures. Your details were not kept."),
        )
    form = SignForm(campaign, text, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "campaigns/signing/sign.html", pages.frame(text) | {"form": form})
    verdict = ratelimit.allow("sign", ratelimit.network(request)) and ratelimit.allow("sign_campaign", str(campaign.pk))
    if not verdict:
        return errors.too_many(request, verdict.retry_after)
    if not form.is_valid():
        return render(request, "campaigns/signing/sign.html", pages.frame(text) | {"form": form}, status=422)
    if not form.is_from_a_machine and may_be_mailed(text, form.cleaned_data["email"]):
        signing.sign(text, form.supporter())
    response = redirect(addresses.of_campaign(campaign, text.language)["signed"])
    response.status_code = 303
    return response


def may_be_mailed(text: CampaignText, address: str) -> bool:
    """Whether one more email may go to an address somebody typed. Whoever asks sees no difference: to tell them apart
    would tell who has signed."""
    key = email_key(address)
    return bool(ratelimit.allow("sign_email", str(text.campaign_id), key) and ratelimit.allow("sign_address", key))


@require_safe
@never_cache
def signed(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    context = pages.frame(text) | {"days": settings.PENDING_SIGNATURE_DAYS}
    return render(request, "campaigns/signing/signed.html", context)


def signature_of(value: Any) -> Signature:
    """The signature a link names, in the language it was given in. Erased and deleted ones are gone: 404."""
    found = (
        Signature.objects.select_related("text__campaign__organisation__sender", "text__campaign__legislature", "area")
        .select_related("campaign", "consent", "updates_consent")
        .filter(uuid=value, anonymised_at__isnull=True)
        .first()
    )
    if found is None:
        raise Http404
    return found


def link_problem(request: HttpRequest) -> HttpResponse:
    return errors.problem(
        request,
        404,
        _("This link does not work"),
        _("It may have been cut or changed on its way. Please open it again from the email, whole."),
    )


@only_from_this_site
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    if not (verdict := ratelimit.allow("confirm", ratelimit.network(request))):
        return errors.too_many(request, verdict.retry_after)
    try:
        signature = signature_of(links.read(PURPOSE_CONFIRM, token, settings.CONFIRMATION_LINK_AGE))
        expired = False
    except links.ExpiredLink as link:
        signature, expired = signature_of(link.value), True
    except links.BadLink:
        return link_problem(request)
    speak(signature.text)
    context = pages.frame(signature.text) | {"signature": signature, "state": signature.state}
    if signature.state == Signature.State.CONFIRMED:
        return thanks(request, signature)
    if signature.state not in (Signature.State.PENDING, Signature.State.SUSPECT):
        return render(request, "campaigns/signing/confirm.html", context | {"link_problem": "used"}, status=410)
    if not signature.text.campaign.takes_signatures:
        return render(request, "campaigns/signing/confirm.html", context | {"link_problem": "closed"}, status=409)
    if request.method == "POST" and "resend" in request.POST:
        return resent(request, signature)
    if expired:
        return render(request, "campaigns/signing/confirm.html", context | {"link_problem": "expired"}, status=410)
    if request.method == "POST":
        # One held back looks confirmed to whoever sent it, and is not counted.
        if signing.confirm(signature) or signature.state == Signature.State.SUSPECT:
            return thanks(request, signature)
        return render(request, "campaigns/signing/confirm.html", context | {"link_problem": "used"}, status=410)
    return render(request, "campaigns/signing/confirm.html", context)


def thanks(request: HttpRequest, signature: Signature) -> HttpResponse:
    mine = links.token(PURPOSE_MINE, signature.uuid)
    urls = addresses.of_campaign(signature.text.campaign, signature.text.language)
    urls["mine"] = links.link(PURPOSE_MINE, "campaigns:signature", signature.uuid).removeprefix(settings.SITE_URL)
    urls["write"] = f"{urls['write']}{mine}/"
    if signature.public_name:
        urls["place"] = f"{urls['signatures']}?before={signature.pk + 1}#s{signature.pk}"
    context = pages.frame(signature.text) | {
        "signature": signature,
        "urls": urls,
        "share": addresses.share(signature.text.campaign, signature.text),
    }
    return render(request, "campaigns/signing/thanks.html", context)


def resent(request: HttpRequest, signature: Signature) -> HttpResponse:
    network, key = ratelimit.network(request), signature.email_key
    verdict = ratelimit.allow("resend", network) and ratelimit.allow("resend_email", str(signature.campaign_id), key)
    if not verdict:
        return errors.too_many(request, verdict.retry_after)
    if signature.state == Signature.State.PENDING and not signing.resend(signature):
        return errors.problem(
            request,
            409,
            _("We have written to you often enough"),
            _("Please look for our email, also among the junk mail. Or sign again with another address."),
        )
    context = pages.frame(signature.text) | {"days": settings.PENDING_SIGNATURE_DAYS, "again": True}
    return render(request, "campaigns/signing/signed.html", context)


def own_signature(request: HttpRequest, token: str) -> Signature | None:
    try:
        signature = signature_of(links.read(PURPOSE_MINE, token))
    except links.BadLink:
        return None
    speak(signature.text)
    return signature


@only_from_this_site
@never_cache
def mine(request: HttpRequest, token: str) -> HttpResponse:
    if not (verdict := ratelimit.allow("manage", ratelimit.network(request))):
        return errors.too_many(request, verdict.retry_after)
    signature = own_signature(request, token)
    if signature is None:
        return link_problem(request)
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
            return render(request, "campaigns/signing/erased.html", pages.frame(signature.text))
        done, status = "erase_unticked", 422
    return render(request, "campaigns/signing/mine.html", mine_context(request, signature, form, done), status=status)


def done_here(request: HttpRequest, what: str) -> HttpResponse:
    response = redirect(f"{request.path}?{what}")
    response.status_code = 303
    return response


def mine_context(request: HttpRequest, signature: Signature, form: ManageForm, done: str) -> dict[str, Any]:
    text = signature.text
    urls = addresses.of_campaign(text.campaign, text.language)
    urls["data"] = f"{request.path}data.json"
    urls["write"] = f"{urls['write']}{request.path.rstrip('/').rsplit('/', 1)[1]}/"
    done = done or next((what for what in ("saved", "withdrawn") if what in request.GET), "")
    return pages.frame(text) | {
        "signature": signature,
        "form": form,
        "urls": urls,
        "done": done,
        "state": signature.state,
        # To whom it belongs a signature held back, or struck out, looks like any other.
        "stands": signature.state != Signature.State.WITHDRAWN,
        "kept": kept_about(signature),
        "kept_until": signature.erase_on,
        "days": settings.WITHDRAWN_SIGNATURE_DAYS,
    }


def kept_about(signature: Signature) -> list[dict[str, str]]:
    """Everything we hold about one signature, as rows a person can read."""
    labels = (
        (_("Name"), signature.name),
        (_("Email"), signature.email),
        (_("Postcode"), signature.postcode),
        (_("Country"), signature.country),
        (_("Counted in"), signature.area.name_in(translation.get_language()) if signature.area else ""),
        (_("Affiliation"), signature.affiliation),
        (_("Reason"), signature.reason),
        (_("Shown publicly as"), signature.public_name or _("not shown")),
        (_("What you agreed to"), signature.consent.text if signature.consent else ""),
    )
    return [{"label": label, "value": value} for label, value in labels if value]


@require_safe
@never_cache
def data(request: HttpRequest, token: str) -> HttpResponse:
    if not (verdict := ratelimit.allow("manage", ratelimit.network(request))):
        return errors.too_many(request, verdict.retry_after)
    signature = own_signature(request, token)
    if signature is None:
        return link_problem(request)
    response = JsonResponse(signature.as_data(), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = 'attachment; filename="my-signature.json"'
    return response
