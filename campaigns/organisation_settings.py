"""What owners change about their organisation: each change is in the log by the names of its fields."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from letters.models import Sender

from . import approving, logbook, pictures
from .models import Organisation, User

Someone = User | AnonymousUser


def change(
    organisation: Organisation, user: Someone, said: dict[str, Any], check: Callable[[Organisation], None]
) -> list[str]:
    """The names of the fields that changed. `check` is given the row as it is now, held, and may raise."""
    with transaction.atomic():
        now = Organisation.objects.select_for_update().get(pk=organisation.pk)
        check(now)
        changed = [name for name, value in said.items() if name != "translations" and getattr(now, name) != value]
        changed += _translations_changed(now.translations, said.get("translations", now.translations))
        if not changed:
            return []
        if "name" in changed:  # mail goes out under it, unless the operator has chosen another name
            Sender.objects.filter(pk=now.sender_id, name=now.name[:100]).update(name=said["name"][:100])
        for name, value in said.items():
            setattr(now, name, value)
        now.save(update_fields=list(said))
        if fields := [name for name in changed if name != "demands_second_factor"]:
            logbook.note(now, user, "organisation.changed", fields=fields)
        if "demands_second_factor" in changed:  # which way is what matters
            demanded = "organisation.second_factor" if now.demands_second_factor else "organisation.no_second_factor"
            logbook.note(now, user, demanded)
        if "purpose" in changed:
            approving.ask_again(now, user)
    return changed


def _translations_changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """As name_ar."""
    named = {(language, name) for words in (before, after) for language in words for name in words[language]}
    return sorted(
        f"{name}_{language}"
        for language, name in named
        if (before.get(language) or {}).get(name) != (after.get(language) or {}).get(name)
    )


def show_logo(organisation: Organisation, user: Someone, content: bytes) -> None:
    """Raises pictures.Refused."""
    picture = pictures.keep(content)
    with transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(logo=picture)
        logbook.note(organisation, user, "organisation.logo")


def remove_logo(organisation: Organisation, user: Someone) -> None:
    with transaction.atomic():
        if Organisation.objects.filter(pk=organisation.pk, logo__isnull=False).update(logo=None):
            logbook.note(organisation, user, "organisation.logo_removed")
