"""What may stand in an address of ours. Importing this registers them."""

from django.conf import settings
from django.urls import register_converter
from django.urls.converters import StringConverter

from campaigns.facts import KINDS
from campaigns.models.translated import LANGUAGE
from letters.models.post import State


class SiteLanguage(StringConverter):
    """A language of the software other than its first."""

    regex = "|".join(code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE)


class TextLanguage(StringConverter):
    """The language of a campaign's text: two or three letters, perhaps a region."""

    regex = LANGUAGE.pattern


class Colour(StringConverter):
    """Six hexadecimal digits."""

    regex = "[0-9a-f]{6}"


class Digest(StringConverter):
    """The beginning of a SHA-256, or the whole of it."""

    regex = "[0-9a-f]{16,64}"


class FactKind(StringConverter):
    """One of the groups of facts that stand around a campaign's text."""

    regex = "|".join(KINDS)


class MailState(StringConverter):
    """The state of an email, but for "held", which has an address of its own."""

    regex = "|".join(state for state in State.values if state != State.HELD)


register_converter(Colour, "colour")
register_converter(Digest, "digest")
register_converter(FactKind, "fact_kind")
register_converter(MailState, "mail_state")
register_converter(SiteLanguage, "site_language")
register_converter(TextLanguage, "text_language")
