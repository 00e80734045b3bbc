"""Every email this room sends: one function a message, each through the outbox."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from config import email, links
from letters import outbox
from letters.letter_text import letter_text, subject_line
from letters.models import Letter, Message, OutgoingEmail, Representative
from letters.models.post import Kind

from . import retention, telling
from .models import Campaign, CampaignLetter, CampaignText, MergedLetter, Organisation, Signature, User

# What differs between recipients. All else is shared by every email of one wording (letters.models.Message).
MARKERS = ("name", "representative", "representatives", "letters", "action_url", "manage_url", "kept_until")


def _shared_message(template: str, text: CampaignText) -> Message:
    """The one Message of a template for one wording; remembered for a minute, since signing asks for it each time."""
    key = f"message:{template}:{text.pk}"
    message: Message | None = cache.get(key)
    if message is None:
        campaign = text.campaign
        context = {
            "campaign_title": text.title,
            "organisation_name": campaign.organisation.in_language("name", text.language),
            "contact_email": campaign.organisation.contact_email,
            "page_url": links.absolute(campaign.address_in(text.language)),
            "text": text,
        }
        made = outbox.message(email.render(f"campaigns/email/{template}", context, text.language, MARKERS))
        # Not before it is in the database for good: a message of a transaction that was rolled back is nobody's.
        transaction.on_commit(lambda: cache.set(key, made, 60))
        return made
    return message


def _queue(
    template: str,
    text: CampaignText,
    to: str,
    name: str,
    kind: Kind,
    values: Mapping[str, str],
    letter: Letter | None = None,
    attach_letter: bool = False,
) -> OutgoingEmail:
    return outbox.queue(
        sender=text.campaign.organisation.sender,
        message=_shared_message(template, text),
        to=to,
        to_name=name,
        kind=kind,
        values={"name": name, **values},
        letter=letter,
        attach_letter=attach_letter,
    )


@lru_cache(maxsize=256)
def _day(day: date, language: str) -> str:
    with override(language):
        return date_format(day, "DATE_FORMAT")


def _signature_links(signature: Signature) -> dict[str, str]:
    return {
        "action_url": links.link("confirm", "campaigns:confirm", signature.uuid),
        "manage_url": links.link("signature", "campaigns:signature", signature.uuid),
        "kept_until": _day(signature.erase_on, signature.text.language),
    }


def confirmation_message(text: CampaignText) -> Message:
    """What all emails that ask to confirm a signature of this text share."""
    return _shared_message("confirm", text)


def confirmation(signature: Signature, message: Message) -> OutgoingEmail:
    """The email of a new signature, not stored yet: that is done together with the signature."""
    return outbox.email(
        sender=signature.text.campaign.organisation.sender,
        message=message,
        to=signature.email,
        kind=Kind.CONFIRMATION,
        to_name=signature.name,
        values={"name": signature.name, **_signature_links(signature)},
    )


def confirm_signature(signature: Signature, reminder: bool = False) -> OutgoingEmail:
    return _queue(
        "reminder" if reminder else "confirm",
        signature.text,
        signature.email,
        signature.name,
        Kind.CONFIRMATION,
        _signature_links(signature),
    )


def already_signed(signature: Signature, text: CampaignText) -> OutgoingEmail:
    values = _signature_links(signature)
    del values["action_url"]
    return _queue("already", text, signature.email, signature.name, Kind.CONFIRMATION, values)


def places_are_taken(last: Signature, text: CampaignText, name: str) -> OutgoingEmail:
    """To the third who signs with one address. `last`: who came second, and may make room again on their own page."""
    values = _signature_links(last)
    del values["action_url"]
    return _queue("taken", text, last.email, name, Kind.CONFIRMATION, values)


def signature_removed(signature: Signature, text: CampaignText) -> OutgoingEmail:
    """To somebody who signs again after the organisers struck their signature out: the truth, and whom to ask."""
    values = _signature_links(signature)
    del values["action_url"]
    return _queue("removed", text, signature.email, signature.name, Kind.CONFIRMATION, values)


def _letter_values(letters: Sequence[CampaignLetter]) -> dict[str, str]:
    """What they were written together, they are confirmed by one link, and listed behind the other."""
    first, named = letters[0], _together(letters)
    return {
        "representative": first.letter.recipient_name,
        "representatives": _listed(_recipient(one) for one in letters),
        "action_url": links.link("letter-confirm", "campaigns:letter_confirm", named),
        "manage_url": links.link("letter", "campaigns:letter_manage", named),
        "kept_until": _day(max(retention.letter_kept_until(one) for one in letters), first.text.language),
    }


def _together(letters: Sequence[CampaignLetter]) -> UUID:
    return letters[0].together or letters[0].uuid


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)


def _recipient(letter: CampaignLetter) -> str:
    """A line of a list: to whom, and how where that is not by email."""
    name = letter.letter.recipient_name
    with override(letter.text.language):
        if letter.by_hand:
            return _("%(name)s (on paper, handed over by the organisers)") % {"name": name}
        if letter.to_merge:
            said = _("%(name)s (in one letter with all who send the same words; answers go to the organisers)")
            return said % {"name": name}
    return name


def confirm_letters(letters: Sequence[CampaignLetter]) -> OutgoingEmail:
    """One email for all that were written together, noted on each of them."""
    first = letters[0]
    if len(letters) > 1:
        template = "letters_confirm"
    elif first.by_hand:
        template = "hand_in_confirm"
    else:
        template = "merge_confirm" if first.to_merge else "letter_confirm"
    values = _letter_values(letters)
    email = _queue(template, first.text, first.email, first.letter.sender_name, Kind.CONFIRMATION, values)
    for one in letters:
        one.confirmation = email
    CampaignLetter.objects.filter(pk__in=[one.pk for one in letters]).update(confirmation=email)
    return email


def copies(letters: Sequence[CampaignLetter]) -> OutgoingEmail | None:
    """One email to the supporter with all the letters that were just confirmed; the PDF too, where it is only one."""
    if not letters:
        return None
    first, alone = letters[0], len(letters) == 1
    return _queue(
        "letter_copy",
        first.text,
        first.email,
        first.letter.sender_name,
        Kind.NOTICE,
        {
            "letters": "\n\n* * *\n\n".join(_as_sent(one) for one in letters),
            "manage_url": links.link("letter", "campaigns:letter_manage", _together(letters)),
            telling.ABOUT: " ".join(str(one.uuid) for one in letters),
        },
        letter=first.letter if alone else None,
        attach_letter=alone and first.campaign.attach_pdf,
    )


def _as_sent(kept: CampaignLetter) -> str:
    with override(kept.text.language):
        to = _("To: %(name)s") % {"name": kept.letter.recipient_name}
        subject = _("Subject: %(subject)s") % {"subject": subject_line(kept.letter)}
    return f"{to}\n{subject}\n\n{letter_text(kept.letter).rstrip()}"


def letters_already_sent(letters: Sequence[CampaignLetter]) -> OutgoingEmail:
    """Of all those who had a letter lately, newest first; where they were not written together, each with its page."""
    first = letters[0]
    values = _letter_values(letters) | {telling.ABOUT: " ".join(str(one.uuid) for one in letters)}
    del values["action_url"]
    if len({_together([one]) for one in letters}) > 1:
        pages = [links.link("letter", "campaigns:letter_manage", one.uuid) for one in letters]
        values["representatives"] = _listed(
            line for one, page in zip(letters, pages, strict=True) for line in (one.letter.recipient_name, page)
        )
    else:
        values["representatives"] = _listed(one.letter.recipient_name for one in letters)
    return _queue("letter_already", first.text, first.email, first.letter.sender_name, Kind.CONFIRMATION, values)


def letter(kept: CampaignLetter, to: Representative, actor: str = "system") -> OutgoingEmail:
    """The letter itself, to a representative who has an address."""
    return outbox.queue(
        sender=kept.campaign.organisation.sender,
        message=outbox.letter_message(),
        to=to.reachable_address,
        to_name=kept.letter.recipient_name,
        reply_to=kept.email,
        kind=Kind.LETTER,
        letter=kept.letter,
        attach_letter=kept.campaign.attach_pdf,
        actor=actor,
    )


def merged_letter(merged: MergedLetter, to: str, actor: str = "system") -> OutgoingEmail:
    """The one letter in the place of many. Answers go to the organisation, which has their writers' addresses."""
    organisation = merged.campaign.organisation
    return outbox.queue(
        sender=organisation.sender,
        message=outbox.letter_message(),
        to=to,
        to_name=merged.letter.recipient_name,
        reply_to=organisation.contact_email,
        kind=Kind.LETTER,
        letter=merged.letter,
        attach_letter=merged.campaign.attach_pdf,
        actor=actor,
    )


def ask_for_answers(letters: Sequence[CampaignLetter]) -> OutgoingEmail:
    """Asks once whether these letters of one supporter were answered."""
    first = letters[0]
    values = {
        "representatives": _listed(one.letter.recipient_name for one in letters),
        "action_url": links.link("letter-answer", "campaigns:letter_answer", first.uuid),
        "manage_url": links.link("letter", "campaigns:letter_manage", _together(letters)),
        "kept_until": _day(min(retention.letter_kept_until(one) for one in letters), first.text.language),
        telling.ABOUT: " ".join(str(one.uuid) for one in letters),
    }
    return _queue("answered", first.text, first.email, first.letter.sender_name, Kind.NOTICE, values)


def post_notice(
    organisation: Organisation, reader: User, concerns: Mapping[str, int], language: str, owned: bool = True
) -> OutgoingEmail:
    """To who works for the organisation and wants it, or is to find it an owner (not `owned`), about its post and
    what readers reported; `concerns` as noticing.Concerns.

    From the installation: a broken sender cannot tell of itself.
    """
    name = organisation.in_language("name", language)
    where = {"slug": organisation.slug} | ({} if language == settings.LANGUAGE_CODE else {"language": language})
    choose_url = links.absolute(reverse("campaigns:people_notices", kwargs=where))
    of_post = any(number for what, number in concerns.items() if what != "reported")
    workspace = reverse("campaigns:workspace", kwargs={key: where[key] for key in where if key != "slug"})
    urls = {"choose_url": choose_url, "reports_url": links.absolute(workspace)}
    context = {"organisation_name": name, "concerns": concerns, "owned": owned, "of_post": of_post, **urls}
    return outbox.queue(
        sender=outbox.default_sender(),
        message=outbox.message(email.render("campaigns/email/notice", context, language, ("name", "manage_url"))),
        to=reader.email,
        to_name=reader.name,
        kind=Kind.NOTICE,
        values={
            "name": reader.name or name,
            "manage_url": links.absolute(reverse("campaigns:post_room", kwargs=where) if of_post else workspace),
        },
    )


def not_published(campaign: Campaign, reader: User, why: str | Promise) -> OutgoingEmail:
    """To who can mend it: it should have gone public by now, and is a draft again. From the installation, whose clock
    it was."""
    language = reader.language or settings.LANGUAGE_CODE
    organisation = campaign.organisation.in_language("name", language)
    with override(language):
        context = {"campaign_title": campaign.title, "organisation_name": organisation, "why": str(why)}
    where = {"slug": campaign.slug} | ({} if language == settings.LANGUAGE_CODE else {"language": language})
    message = email.render("campaigns/email/not_published", context, language, ("name", "manage_url"))
    return outbox.queue(
        sender=outbox.default_sender(),
        message=outbox.message(message),
        to=reader.email,
        to_name=reader.name,
        kind=Kind.NOTICE,
        values={
            "name": reader.name or organisation,
            "manage_url": links.absolute(reverse("campaigns:campaign", kwargs=where)),
        },
    )
