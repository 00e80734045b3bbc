"""The words people agree to. What is shown in the form is what is kept: one function makes both."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .models import Campaign, CampaignText, ConsentWording


def for_signing(campaign: Campaign, text: CampaignText) -> str:
    """Explicit consent: names the special kind of data, who keeps it and who is told (standards.md 2.11)."""
    words = {"organisation": _asked_by(campaign), "title": text.title, "recipient": text.recipient}
    if text.recipient:
        wording = _(
            "I agree that %(organisation)s may keep my name, email address and postcode together with my support for "
            "“%(title)s”, which may reveal my political opinions, and pass my name to %(recipient)s so that my "
            "signature is delivered. I can withdraw at any time by the link in every email."
        )
    else:
        wording = _(
            "I agree that %(organisation)s may keep my name, email address and postcode together with my support for "
            "“%(title)s”, which may reveal my political opinions. It passes my name to nobody, and shows it only as I "
            "choose. I can withdraw at any time by the link in every email."
        )
    return wording % words


def for_writing(
    campaign: Campaign,
    text: CampaignText,
    names: Sequence[str],
    by_hand: bool = False,
    merged: bool = False,
    *,
    also_by_hand: Sequence[str] = (),
) -> str:
    """`names` get it by email, or all by hand; of several letters some may go by email, and `also_by_hand` the rest."""
    wording = _to_keep_and_pass_on(bool(also_by_hand), by_hand, several=len(names) > 1)
    if merged:
        merging = _(
            "Where I have changed none of the words, the letter may go as one with the same letters of others, and my "
            "name and postcode stand in the list of all who send it."
        )
        wording = f"{wording} {merging}"
    return wording % {
        "organisation": _asked_by(campaign),
        "title": text.title,
        "representative": listed(names),
        "others": listed(also_by_hand),
    }


def _to_keep_and_pass_on(mixed: bool, by_hand: bool, several: bool) -> str:
    if mixed:
        return _(
            "I agree that %(organisation)s may keep my letters for “%(title)s” with my name, postal address and email "
            "address, which may reveal my political opinions, pass them to %(representative)s so that they are "
            "delivered, and hand them over to %(others)s together with those of others: on paper or, should that prove "
            "impossible, by email. I can withdraw each until it has been sent or handed over, and have my data erased "
            "at any time."
        )
    if by_hand and several:
        return _(
            "I agree that %(organisation)s may keep my letters for “%(title)s” with my name, postal address and email "
            "address, which may reveal my political opinions, until it hands each over to the person it is written to "
            "(%(representative)s), together with those of others: on paper or, should that prove impossible, by email. "
            "I can withdraw each until it has been handed over, and have my data erased at any time."
        )
    if by_hand:
        return _(
            "I agree that %(organisation)s may keep my letter for “%(title)s” with my name, postal address and email "
            "address, which may reveal my political opinions, until it hands it over to %(representative)s together "
            "with others: on paper or, should that prove impossible, by email. I can withdraw until it has been "
            "handed over, and have my data erased at any time."
        )
    if several:
        return _(
            "I agree that %(organisation)s may keep my letters for “%(title)s” with my name, postal address and email "
            "address, which may reveal my political opinions, and pass each to the person it is written to "
            "(%(representative)s) so that it is delivered. I can withdraw each until it has been sent, and have my "
            "data erased at any time."
        )
    return _(
        "I agree that %(organisation)s may keep my letter for “%(title)s” with my name, postal address and email "
        "address, which may reveal my political opinions, and pass it to %(representative)s so that it is "
        "delivered. I can withdraw until it has been sent, and have my data erased at any time."
    )


def for_entering(campaign: Campaign, text: CampaignText) -> str:
    """What organisers vouch for who enter others: each has agreed to what a supporter agrees to (standards.md 2.11)."""
    words = {"organisation": _asked_by(campaign), "title": text.title, "recipient": text.recipient}
    if text.recipient:
        wording = _(
            "I confirm that each person entered here has agreed, and that we can show it: %(organisation)s may keep "
            "their name together with their support for “%(title)s”, which may reveal their political opinions, show "
            "it to everybody, and pass it to %(recipient)s. They know that they can withdraw by writing to us."
        )
    else:
        wording = _(
            "I confirm that each person entered here has agreed, and that we can show it: %(organisation)s may keep "
            "their name together with their support for “%(title)s”, which may reveal their political opinions, and "
            "show it to everybody. They know that they can withdraw by writing to us."
        )
    return wording % words


def listed(names: Sequence[str]) -> str:
    """Imogen, Jonas and Kim."""
    return str(get_text_list(list(names), _("and")))


def for_news(campaign: Campaign) -> str:
    return _("Send me news of this and other campaigns of %(organisation)s by email. I can stop at any time.") % {
        "organisation": _asked_by(campaign)
    }


def _asked_by(campaign: Campaign) -> str:
    """The organisation as the sentence around it is said: in the language of the page."""
    return str(campaign.organisation.in_language("name", get_language() or ""))


def shown(*wordings: str) -> str:
    """A digest of words that somebody has before them: it comes back with the form, and tells if they still stand."""
    return hashlib.sha256("\0".join(wordings).encode()).hexdigest()[:32]


def record(wording: str) -> ConsentWording:
    """The row of these words, which are in the language that is active, whatever the campaign's text is in."""
    digest = hashlib.sha256(wording.encode()).hexdigest()
    return ConsentWording.objects.get_or_create(
        digest=digest, defaults={"language": get_language() or settings.LANGUAGE_CODE, "text": wording}
    )[0]
