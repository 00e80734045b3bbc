"""News of a campaign, as it is written and as the page shows it. How it reaches people by email is in mailing.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from . import logbook
from .models import Campaign, Update, UpdateText, User


@dataclass(frozen=True)
class Words:
    title: str
    body: str


class Changed(Exception):
    """Somebody has saved it since, or sent it: `update` is as it stands now."""

    def __init__(self, update: Update) -> None:
        super().__init__(str(update))
        self.update = update


def anchor(update: Update) -> str:
    return f"news-{update.pk}"


def on_the_page(campaign: Campaign, language: str) -> QuerySet[UpdateText]:
    """Newest first."""
    shown = Update.objects.on_the_page().filter(campaign=campaign)
    texts = UpdateText.objects.filter(update__in=shown, language=language).select_related("update")
    return texts.order_by("-update__published_at", "-update")


def may_be_written(update: Update) -> bool:
    """Until it is sent; and what was never mailed as long as it is there."""
    return update.state == Update.State.DRAFT or (update.state == Update.State.SENT and not update.by_email)


def begin(campaign: Campaign, user: User | AnonymousUser, words: Mapping[str, Words]) -> Update:
    who = user if isinstance(user, User) else None
    with transaction.atomic():
        update = Update.objects.create(campaign=campaign, created_by=who, changed_by=who)
        _write(update, words)
        logbook.note(campaign.organisation, user, "update.begun", campaign)
    return update


def write(update: Update, user: User | AnonymousUser, words: Mapping[str, Words], seen: int) -> None:
    """Raises Changed when it is no longer what the writer saw, or may not be written any more."""
    with transaction.atomic():
        row = Update.objects.select_for_update(of=("self",)).get(pk=update.pk)
        if row.revision != seen or not may_be_written(row):
            raise Changed(row)
        row.revision += 1
        row.changed_at, row.changed_by = timezone.now(), user if isinstance(user, User) else None
        row.save(update_fields=["revision", "changed_at", "changed_by"])
        _write(row, words)
        logbook.note(update.campaign.organisation, user, "update.written", update.campaign)
    update.refresh_from_db()


def _write(update: Update, words: Mapping[str, Words]) -> None:
    """What has no words in a language has no row in it."""
    for language, said in words.items():
        if said.title:
            values = {"title": said.title, "body": said.body}
            UpdateText.objects.update_or_create(update=update, language=language, defaults=values)
        else:
            UpdateText.objects.filter(update=update, language=language).delete()


def delete(update: Update, user: User | AnonymousUser) -> bool:
    """A draft alone: what went out is part of the campaign's history."""
    with transaction.atomic():
        gone, _ = Update.objects.filter(pk=update.pk, state=Update.State.DRAFT).delete()
        if gone:
            logbook.note(update.campaign.organisation, user, "update.deleted", update.campaign)
    return bool(gone)


def show(update: Update, user: User | AnonymousUser, shown: bool) -> None:
    """Puts what has begun to go out on the page, or takes it off."""
    with transaction.atomic():
        row = Update.objects.select_for_update(of=("self",)).get(pk=update.pk)
        if row.state not in Update.BEGUN or row.on_page == shown:
            return
        row.on_page = shown
        row.published_at = row.published_at or timezone.now()
        row.save(update_fields=["on_page", "published_at"])
        logbook.note(update.campaign.organisation, user, "update.shown" if shown else "update.hidden", update.campaign)


def first_language_first(update: Update) -> list[UpdateText]:
    return sorted(update.texts.all(), key=lambda text: (text.language != update.campaign.language, text.language))


def text_in(texts: Sequence[UpdateText], language: str, first: str) -> UpdateText | None:
    """What somebody reads who signed in `language`: that; where there is none, the campaign's first language's."""
    by_language = {text.language: text for text in texts}
    return by_language.get(language) or by_language.get(first)
