"""A campaign's life: publishing, its times, its end, and what came of it. What cannot be undone asks first."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import desks, duplicating, living, pausing, publishing
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.life import DuplicateForm, MomentForm, OutcomeForm, TransferForm
from campaigns.models import Campaign
from config.switches import What


def _frame(request: HttpRequest, desk: CampaignDesk, page: str = "") -> dict[str, Any]:
    campaign = desk.campaign
    return desk.frame(request, page) | {
        "approved": campaign.organisation.approved_at is not None,
        "zone": living.zone(),
        "before": campaign.state in living.BEFORE,
    }


def _done(verb: Callable[[], object], request: HttpRequest, said: str) -> bool:
    """The verb's deed, or a sentence that says why not. 404 where the campaign is gone by now."""
    try:
        verb()
    except ValidationError as error:
        for sentence in error.messages:
            messages.warning(request, sentence)
        return False
    except Campaign.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, said)
    return True


@require_safe
@never_cache
def life(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    return _shown(request, desk)


def _shown(
    request: HttpRequest, desk: CampaignDesk, opening: MomentForm | None = None, closing: MomentForm | None = None
) -> HttpResponse:
    campaign = desk.campaign
    context = _frame(request, desk, desk.campaign_url("life")) | {
        "paused": pausing.on(What.SIGNING, campaign),
        "opening": opening or _opening(initial={"at": campaign.publish_at}),
        "closing": closing or _closing(initial={"at": campaign.close_at}),
    }
    return render(request, "campaigns/organising/life.html", context, status=422 if opening or closing else 200)


def _opening(*args: Any, **kwargs: Any) -> MomentForm:
    return MomentForm(_("Goes public on"), *args, prefix="opening", **kwargs)


def _closing(*args: Any, **kwargs: Any) -> MomentForm:
    return MomentForm(_("Closes on"), *args, prefix="closing", **kwargs)


@require_POST
@never_cache
def publish(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    said = _("The campaign is public. Send its address to everybody who should know of it.")
    done = _done(lambda: living.publish(desk.campaign, desk.user), request, said)
    return redirect(desk.campaign_url("campaign" if done else "life"))


@require_POST
@never_cache
def schedule(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    form = _opening(request.POST)
    if not form.is_valid():
        return _shown(request, desk, opening=form)
    said = _("The campaign goes public by itself at that time.")
    _done(lambda: living.schedule(desk.campaign, form.cleaned_data["at"], desk.user), request, said)
    return redirect(desk.campaign_url("life"))


@require_POST
@never_cache
def unschedule(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    said = _("The campaign is a draft again.")
    _done(lambda: living.unschedule(desk.campaign, desk.user), request, said)
    return redirect(desk.campaign_url("life"))


@require_POST
@never_cache
def closing(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """The time at which it closes by itself: set, changed, or taken back."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    if "never" in request.POST:
        said = _("The campaign stays open until one of you closes it.")
        _done(lambda: living.set_closing(desk.campaign, None, desk.user), request, said)
        return redirect(desk.campaign_url("life"))
    form = _closing(request.POST)
    if not form.is_valid():
        return _shown(request, desk, closing=form)
    said = _("The campaign closes by itself at that time.")
    _done(lambda: living.set_closing(desk.campaign, form.cleaned_data["at"], desk.user), request, said)
    return redirect(desk.campaign_url("life"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def close(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    if request.method != "POST":
        return render(request, "campaigns/organising/life_close.html", _frame(request, desk))
    said = _("The campaign is closed. Tell everybody who signed what came of it.")
    done = _done(lambda: living.close(desk.campaign, desk.user), request, said)
    return redirect(desk.campaign_url("life_outcome" if done else "life"))


@require_POST
@never_cache
def reopen(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    said = _("The campaign is open again.")
    _done(lambda: living.reopen(desk.campaign, desk.user), request, said)
    return redirect(desk.campaign_url("life"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def outcome(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    form = OutcomeForm(desk.campaign, request.POST if request.method == "POST" else None)
    status, theirs = 200, []
    if form.is_bound:
        if form.is_valid():
            seen = form.cleaned_data["seen"]
            if living.write_outcome(desk.campaign, form.words(), seen, desk.user):
                over = desk.campaign.is_over
                said = (
                    _("Saved, and on the page.") if over else _("Saved. The page shows it once the campaign is closed.")
                )
                messages.success(request, said)
                return redirect(desk.campaign_url("life_outcome"))
            status, theirs = 409, form.tell_changed()
        else:
            status = 422
    written = [(code, publishing.markdown(words)) for code, words in desk.campaign.outcome.items()]
    context = _frame(request, desk) | {"form": form, "theirs": theirs, "written": written}
    return render(request, "campaigns/organising/life_outcome.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def archive(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    if request.method != "POST":
        return render(request, "campaigns/organising/life_archive.html", _frame(request, desk))
    said = _("The campaign is in the archive. Its page stays where it was.")
    _done(lambda: living.archive(desk.campaign, desk.user), request, said)
    return redirect(desk.campaign_url("life"))


@require_POST
@never_cache
def take_back(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    said = _("The campaign is out of the archive, and closed.")
    _done(lambda: living.take_back(desk.campaign, desk.user), request, said)
    return redirect(desk.campaign_url("life"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    if request.method != "POST":
        context = _frame(request, desk) | {"documents": desk.campaign.materials.count()}
        return render(request, "campaigns/organising/life_delete.html", context)
    done = _done(lambda: living.delete_draft(desk.campaign, desk.user), request, _("The draft is deleted."))
    return redirect(desk.workspace_url() if done else desk.campaign_url("life"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def duplicate(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """A new draft with the same words and facts, and none of the signatures."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    form = DuplicateForm(desk.campaign, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = duplicating.duplicate(desk.campaign, desk.account, **form.cleaned_data)
        except IntegrityError:
            form.add_error("slug", _("Another campaign has this address. Choose another one."))
        else:
            messages.success(request, _("This is the new one: a draft, which nobody else sees yet."))
            return redirect(desk.at(made).campaign_url("campaign"))
    context = _frame(request, desk) | {"form": form}
    return render(request, "campaigns/organising/life_duplicate.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def transfer(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    form = TransferForm(desk.campaign, desk.user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        to = form.cleaned_data["to"]
        said = _("%(organisation)s runs the campaign from now on.") % {"organisation": to.name}
        if _done(lambda: living.transfer(desk.campaign, to, desk.user), request, said):
            return redirect(desk.campaign_url("campaign"))
        return redirect(desk.campaign_url("life_transfer"))
    context = _frame(request, desk) | {"form": form, "stands": living.what_stays(desk.campaign)}
    status = 422 if form.is_bound else 200
    return render(request, "campaigns/organising/life_transfer.html", context, status=status)
