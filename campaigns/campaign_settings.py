"""A campaign's own fields, as organisers set them: each page saves those it shows and no others."""

from copy import copy
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from . import languages, logbook, moderating, promises, slugs, wording_drafts
from .models import Campaign, FormerSlug, User
from .ordering import hold
from .seen import Changed, mark_of

Who = User | AnonymousUser


def save(campaign: Campaign, form: Any, user: Who, what: str) -> Campaign:
    """What a form says, of fields of the campaign; answers the campaign as it is then.

    `form`: a SeenForm of a Campaign, valid; `what`: the deed, for the log. Raises Changed, and ValidationError with a
    sentence.
    """
    try:
        with transaction.atomic():
            hold(campaign)
            now = Campaign.objects.select_related("organisation").get(pk=campaign.pk)
            form.check_seen(now)
            said = {name: form.cleaned_data[name] for name in form.said()}
            changed = [name for name, value in said.items() if _differs(now, name, value)]
            if "slug" in changed:
                _leave(now, said["slug"], user)
            if "language" in changed:
                _speak_first(now, said["language"])
            before = copy(now)
            for name in changed:
                _set(now, name, said[name])
            promises.changed(before, now)
            now.save(update_fields=[name for name in changed if not _is_many(name)])
            if "moderate_first" in changed:
                moderating.read_first(now, said["moderate_first"])
            if "moderate_names_first" in changed:
                moderating.read_names_first(now, said["moderate_names_first"])
            if others := sorted(set(changed) - {"slug"}):
                logbook.note(now.organisation, user, what, now, fields=others)
    except IntegrityError as error:  # of an address that somebody took in the same moment
        raise ValidationError({"slug": _("Another campaign has this address. Choose another one.")}) from error
    return now


def remove_picture(campaign: Campaign, user: Who, seen: str) -> None:
    """With the words for it. `seen`: the mark of both, as on the page that asked. Raises Changed."""
    with transaction.atomic():
        hold(campaign)
        now = Campaign.objects.select_related("organisation").get(pk=campaign.pk)
        if now.picture_id is None:
            return
        if mark_of(now, ["picture", "picture_alt"]) != seen:
            raise Changed
        Campaign.objects.filter(pk=now.pk).update(picture=None, picture_alt={})
        logbook.note(now.organisation, user, "campaign.picture", now, deed="removed")


def _is_many(name: str) -> bool:
    return bool(Campaign._meta.get_field(name).many_to_many)


def _differs(campaign: Campaign, name: str, value: Any) -> bool:
    if _is_many(name):
        return {one.pk for one in value} != set(getattr(campaign, name).values_list("pk", flat=True))
    return bool(getattr(campaign, name) != value)


def _set(campaign: Campaign, name: str, value: Any) -> None:
    if _is_many(name):
        getattr(campaign, name).set(value)
    else:
        setattr(campaign, name, value)


def _leave(campaign: Campaign, slug: str, user: Who) -> None:
    """Its address so far goes on leading to it, if the public may know it; one it had before is its own again."""
    slugs.check(slug, campaign)
    campaign.former_slugs.filter(slug=slug).delete()
    if campaign.published_at is not None:
        FormerSlug.objects.create(slug=campaign.slug, campaign=campaign)
    logbook.note(campaign.organisation, user, "campaign.address", campaign, former=campaign.slug, now=slug)


def _speak_first(campaign: Campaign, language: str) -> None:
    """Of one that is not published. What is only drafted was in that language all along, if nothing else is."""
    if campaign.published_at is not None:
        raise ValidationError({"language": _("The first language stays what it was when the campaign was published.")})
    if language in wording_drafts.languages_of(campaign):
        return
    if campaign.texts.filter(superseded_at__isnull=True).exists():
        sentence = _("There is no text in %(language)s yet: add the language under “Text” first.")
        raise ValidationError({"language": sentence % {"language": languages.name_of(language)}})
    campaign.wording_drafts.filter(language=campaign.language).update(language=language)
