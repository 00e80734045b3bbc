"""The post room: how the mail of one organisation stands, live, and what its people may do about it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import at_the_desk, deciding, desks, keyset, post_room, post_words
from campaigns.access import Role
from campaigns.deciding import CHOICES
from campaigns.desks import Desk
from campaigns.forms.organising.post_room import MOST, ChoiceOfEmails, FindForm, PauseForm
from campaigns.models import User
from config import errors
from config.crypto import email_keys
from config.ratelimit import allow
from letters import trial
from letters.addresses import BadAddress
from letters.models import Sender, Stop
from letters.models.post import OutgoingEmailQuerySet, Queue, State

EMAILS_A_PAGE = 50


@require_safe
@never_cache
def room(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language)
    context = desk.frame(request) | post_room.now(desk)
    return render(request, "campaigns/organising/post.html", context)


@require_safe
@never_cache
def now(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """The part of the page that changes, for the script that renews it."""
    desk = desks.of_organisation(request.user, slug, language)
    context = desk.frame(request) | post_room.now(desk)
    return render(request, "campaigns/organising/_post_now.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def emails(request: HttpRequest, slug: str, state: str, language: str | None = None) -> HttpResponse:
    """Emails in one state, and a decision on some or all of them."""
    role = Role.EDITOR if request.method == "POST" else Role.VIEWER
    desk = desks.of_organisation(request.user, slug, language, role)
    queue = request.GET.get("queue", "")
    rows = desk.emails.in_queue(queue) if queue in Queue.values else desk.emails
    if request.method == "POST":
        _decide(request, desk, rows, State(state))
        return redirect(request.get_full_path())
    page = keyset.page(_with_what_is_known(rows.filter(state=state)), request.GET.get("before", ""), EMAILS_A_PAGE)
    known = post_room.known(desk, page.rows)
    context = desk.frame(request) | {
        "state": State(state),
        "queue": Queue(queue) if queue in Queue.values else "",
        "rows": known,
        "total": post_room.how_many(desk, state, queue if queue in Queue.values else ""),
        "more_url": page.next_url({"queue": queue if queue in Queue.values else ""}),
        "choices": [choice for choice in CHOICES.get(State(state), ()) if any(choice in row.choices for row in known)],
        "doubtful": any(row.facts.doubt for row in known),
        "seen": timezone.now().isoformat(),
        "most": MOST,
        "here": request.get_full_path(),
    }
    return render(request, "campaigns/organising/post_emails.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def email(request: HttpRequest, slug: str, email: uuid.UUID, language: str | None = None) -> HttpResponse:
    """The history of one email, and what may be done about it."""
    role = Role.EDITOR if request.method == "POST" else Role.VIEWER
    desk = desks.of_organisation(request.user, slug, language, role)
    found = get_object_or_404(desk.emails.select_related("letter"), uuid=email)
    if request.method == "POST":
        _decide(request, desk, desk.emails.filter(pk=found.pk), State(found.state))
        return redirect(request.path)
    (known,) = post_room.known(desk, list(_with_what_is_known(desk.emails.filter(pk=found.pk))))
    follower = deciding.follower(found)
    context = desk.frame(request) | {
        "email": found,
        "state": State(found.state),
        "to": post_room.recipient(desk, found),
        "address": post_room.representatives_address(desk, found),
        "entries": post_words.history(found),
        "row": known,
        "doubt": known.facts.doubt,
        "follower": desk.url("post_email", email=follower.uuid) if follower else "",
        "choices": known.choices,
        "doubtful": known.facts.doubt,
        "here": request.path,
    }
    return render(request, "campaigns/organising/post_email.html", context)


@require_POST
@never_cache
def find(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """By an email's reference, or by one whole address. Editors only: to ask by address is to learn who wrote."""
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    form = FindForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Write one whole email address, or the reference of one email."))
        return redirect(desk.url("post_room"))
    wanted = form.cleaned_data["q"]
    known = isinstance(wanted, uuid.UUID)
    rows = desk.emails.filter(uuid=wanted) if known else desk.emails.about(email_keys(wanted))
    found = list(_with_what_is_known(rows)[:EMAILS_A_PAGE])
    if not found:
        messages.warning(request, _("No email of ours is known by that. It may have been erased since."))
        return redirect(desk.url("post_room"))
    if len(found) == 1:
        return redirect(desk.url("post_email", email=found[0].uuid))
    context = desk.frame(request, desk.url("post_room")) | {"rows": post_room.known(desk, found), "total": len(found)}
    return render(request, "campaigns/organising/post_found.html", context)


@require_POST
@never_cache
def pause(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    form = PauseForm(request.POST)
    if form.is_valid():
        at_the_desk.pause(desk, Sender.Pause(form.cleaned_data["what"]))
        if form.cleaned_data["what"] == Sender.Pause.EVERYTHING:
            said = _("All mail is paused. Only what is being handed over this moment still goes out.")
        else:
            said = _("Letters and updates are paused. Confirmations still go out.")
        messages.success(request, said)
    return redirect(desk.url("post_room"))


@require_POST
@never_cache
def resume(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    at_the_desk.resume(desk)
    messages.success(request, _("Mail goes out again, at its own pace."))
    return redirect(desk.url("post_room"))


@require_POST
@never_cache
def lift(request: HttpRequest, slug: str, stop: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    found = get_object_or_404(Stop.objects.select_related("domain"), pk=stop, sender=desk.sender)
    released = at_the_desk.lift(desk, found)
    said = ngettext(
        "The stop is lifted: %(n)d email goes there again.",
        "The stop is lifted: %(n)d emails go there again.",
        released,
    )
    messages.success(request, said % {"n": released})
    return redirect(desk.url("post_room"))


@require_POST
@never_cache
def try_sending(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """Asks the mail server step by step; if all goes well, a real email to whoever pressed the button."""
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    if desk.organisation.approved_at is None:
        messages.warning(request, _("The operator has not approved this organisation yet. Until then no email leaves."))
        return redirect(desk.url("post_room"))
    verdict = allow("trial", str(desk.sender.pk)) and allow("trial_person", str(request.user.pk))
    if not verdict:
        return errors.too_many(request, verdict.retry_after)
    to = desk.user.email if isinstance(desk.user, User) else ""
    steps, sent, problem = trial.trial(desk.sender, to), None, ""
    if not any(step.ok is False for step in steps):
        try:
            sent = post_room.send_test(desk, to)
        except BadAddress as error:
            problem = str(error)
    context = desk.frame(request, desk.url("post_room")) | {
        "steps": steps,
        "to": to,
        "sent": desk.url("post_email", email=sent.uuid) if sent else "",
        "problem": problem,
        "waits": desk.sender.pause == Sender.Pause.EVERYTHING,
    }
    return render(request, "campaigns/organising/post_try.html", context)


def _with_what_is_known(rows: OutgoingEmailQuerySet) -> OutgoingEmailQuerySet:
    return rows.order_by("-pk").select_related("letter").prefetch_related("provider_events")


def _decide(request: HttpRequest, desk: Desk, rows: OutgoingEmailQuerySet, state: State) -> None:
    """Binds what was ticked, does it, and says what came of it. What is not among `rows` is not touched."""
    if state not in CHOICES:
        messages.warning(request, _("It has changed meanwhile, and there is nothing left to decide."))
        return
    form = ChoiceOfEmails(request.POST, emails=rows, state=state, choices=CHOICES[state])
    if not form.is_valid():
        for sentences in form.errors.values():
            messages.warning(request, str(sentences[0]))
        return
    ids = form.ids()
    outcome = at_the_desk.decide(desk, form.cleaned_data["do"], ids)
    said = ngettext("%(n)d email changed.", "%(n)d emails changed.", outcome.changed) % {"n": outcome.changed}
    (messages.success if outcome.changed else messages.warning)(request, said)
    if outcome.why:
        messages.warning(request, outcome.why)
    if left := len(form.cleaned_data["email"] or ids) - outcome.changed - outcome.refused:
        sentence = ngettext(
            "%(n)d had changed meanwhile and was left as it is.",
            "%(n)d had changed meanwhile and were left as they are.",
            left,
        )
        messages.warning(request, sentence % {"n": left})
