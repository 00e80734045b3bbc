"""The register of what is kept of people: which column, why, and until when. One place, read by the record of
processing, by the file that a person gets of their own data, and by the tests that look for what is left of them.

A column of text that stands neither in an activity nor in IMPERSONAL fails tests/campaigns/test_personal.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from letters.models.letter import PERSONAL_FIELDS
from letters.models.post import PERSONAL_TEXT

from .models import Signature

Columns = Mapping[str, tuple[str, ...]]  # by the model's label


@dataclass(frozen=True)
class Activity:
    """One purpose, as article 30 of the GDPR asks for it. `until` may name numbers: processing.numbers()."""

    name: str
    title: Promise
    whose: Promise
    purpose: Promise
    basis: Promise
    told_to: Promise
    until: Promise
    columns: Columns
    supporters: bool = False  # blank once they are erased, or have never been there
    kinds: tuple[Promise, ...] = field(default=())


CONSENT = _("Their explicit consent (articles 6(1)(a) and 9(2)(a)), in words of its own, kept with its exact text.")
NAME, EMAIL, POSTCODE, ADDRESS = _("name"), _("email address"), _("postcode"), _("postal address")
OPINION = _("political opinion, as far as supporting the campaign shows one (article 9)")

ACTIVITIES: tuple[Activity, ...] = (
    Activity(
        name="signatures",
        title=_("Collecting, counting and handing in signatures"),
        whose=_("People who sign a campaign"),
        purpose=_("To count each person once, by area; to show the names of those who want it; to hand the list in."),
        basis=CONSENT,
        told_to=_("Whom the consent names, if it names somebody; everybody, as far as the person chose to be shown."),
        until=_(
            "So many months after the campaign closed, and so many after it was given at the latest (below). Never "
            "confirmed: deleted after the days below. Withdrawn: after %(withdrawn)s days. Then only numbers stay."
        ),
        columns={
            "campaigns.Signature": Signature.PERSONAL,
            "campaigns.SignedAgain": ("email_key", "supporter"),
            "campaigns.Tally": (),
        },
        supporters=True,
        kinds=(NAME, EMAIL, POSTCODE, _("country"), _("affiliation and reason, if given"), OPINION),
    ),
    Activity(
        name="letters",
        title=_("Letters to representatives"),
        whose=_("People who write through a campaign"),
        purpose=_("To deliver the letter, or to hand it over on paper, and to put right a failure."),
        basis=CONSENT,
        told_to=_("The representative it is written to."),
        until=_(
            "So many days after it was sent or handed over (below); one that nobody hands over, at the latest when a "
            "signature of the same day goes."
        ),
        columns={
            "letters.Letter": PERSONAL_FIELDS,
            "campaigns.CampaignLetter": ("email", "email_key"),
        },
        supporters=True,
        kinds=(NAME, ADDRESS, EMAIL, _("what they wrote"), OPINION),
    ),
    Activity(
        name="emails",
        title=_("Emails to supporters: to confirm, about their letters, news they asked for"),
        whose=_("Supporters; organisers; representatives, as recipients of letters"),
        purpose=_("To send what was asked for, and to answer questions about it."),
        basis=_("As that of what the email is about; for news a consent of its own, which ends when it is taken back."),
        told_to=_("The mail provider; the receiving mail server."),
        until=_("%(emails)s days after the email was sent or given up."),
        columns={
            "letters.OutgoingEmail": (*PERSONAL_TEXT, "values"),
            "letters.Suppression": ("key",),
            "letters.Destination": ("key", "name", "answer"),
            "letters.Stop": ("answer",),
        },
        supporters=True,
        kinds=(EMAIL, NAME, _("for an address that wants no more mail, or cannot be reached: a keyed hash of it")),
    ),
    Activity(
        name="abuse",
        title=_("Guarding against false signatures"),
        whose=_("People who sign"),
        purpose=_("To see floods of signatures from one network or one mail provider, and to take out what is false."),
        basis=_("A legitimate interest (article 6(1)(f)): that a count is true, and that nobody signs for others."),
        told_to=_("Nobody."),
        until=_(
            "The network as a keyed hash: %(network)s days. Numbers by hour: as long. What readers report: until it is "
            "decided on. In the cache, for limits: two days at most."
        ),
        columns={
            "campaigns.SigningHour": ("key",),
            "campaigns.Burst": ("key", "domain"),
            "campaigns.Invalidation": ("wanted",),
            "campaigns.Report": ("words",),
            "campaigns.Reported": ("decided_on",),
        },
        supporters=True,
        kinds=(_("keyed hash of the network and of the mail domain"), _("what readers report")),
    ),
    Activity(
        name="files",
        title=_("Exports, packs and bundles for organisers"),
        whose=_("People who sign or write; people in tables that organisers hand in"),
        purpose=_("To hand signatures and letters in, and to take in those signed elsewhere."),
        basis=CONSENT,
        told_to=_("The owners of the organisation, who answer for their own copies; whom they hand them in to."),
        until=_("%(results)s days, or until somebody in them is erased."),
        columns={"config.Job": ("parameters", "result_filename", "error")},
        supporters=True,
        kinds=(NAME, _("what the owner chose")),
    ),
    Activity(
        name="material",
        title=_("Documents from which campaigns are made"),
        whose=_("People named in a document, such as those who signed it elsewhere"),
        purpose=_("To check the document beside its draft, and to prove what the page was made from."),
        basis=_("A legitimate interest (article 6(1)(f)): to take a published text over without mistakes."),
        told_to=_("Nobody; the document itself, if the organisers publish it."),
        until=_("%(material)s days after somebody last worked on it; once it became a campaign, until it is deleted."),
        columns={"campaigns.Material": ("filename", "draft", "checked", "addressed")},
        kinds=(NAME, _("what the document says of them")),
    ),
    Activity(
        name="organisers",
        title=_("Accounts of organisers, and the log of their deeds"),
        whose=_("People who work for an organisation"),
        purpose=_("To let them in, and nobody else; to answer for who did what."),
        basis=_("A contract, or a legitimate interest (article 6(1)(b) and (f)): to run campaigns together."),
        told_to=_("Those who work for the same organisation; the operator."),
        until=_(
            "Until the account is deleted; an invitation %(emails)s days after it ended; the log stays, by account."
        ),
        columns={
            "campaigns.User": ("password", "email", "name", "language"),
            "campaigns.Invitation": ("email",),
            "campaigns.LogEntry": ("details",),
            "campaigns.HandOver": ("actor", "undone_by"),
            "campaigns.PaperCount": ("actor",),
            "config.Job": ("owner",),
            "config.Pause": ("by", "ended_by"),
            "letters.DeliveryEvent": ("actor",),
            "letters.OutgoingEmail": ("accepted_by",),
            "letters.Sender": ("pause_by",),
            "letters.Stop": ("lifted_by",),
            "account.EmailAddress": ("email",),
            "mfa.Authenticator": ("data",),
            "sessions.Session": ("session_key", "session_data"),
            "admin.LogEntry": ("object_repr", "change_message"),
        },
        kinds=(
            NAME,
            EMAIL,
            _("password, as a hash"),
            _("second factor, its secret encrypted"),
            _("what they did, and when"),
        ),
    ),
    Activity(
        name="directory",
        title=_("The directory of representatives, and whom a campaign addresses"),
        whose=_("Holders of public office, and others whom a campaign addresses, quotes or answers"),
        purpose=_("That people can write to those who represent them, and see what they answered."),
        basis=_("A legitimate interest (article 6(1)(f)): to address office holders in their office."),
        told_to=_("Everybody."),
        until=_("As long as they hold the office, and with the campaign."),
        columns={
            "letters.Representative": (
                *("name", "given_name", "family_name", "honorific_prefix", "honorific_suffix", "gender", "office"),
                *("role", "party", "email", "address", "contact_form", "salutation", "identifier"),
            ),
            "letters.Letter": ("recipient_name", "recipient_lines"),
            "campaigns.HandOver": ("to",),
            "campaigns.Target": ("name", "role", "address", "translations"),
            "campaigns.Source": ("author",),
            "campaigns.Response": ("author", "role", "text", "translations"),
            "campaigns.Organisation": ("controller", "contact_email", "postal_address"),
        },
        kinds=(NAME, _("office"), _("contact in office")),
    ),
)

# Columns of text that say nothing of a person: codes, states, addresses of pages, and words that organisers publish.
IMPERSONAL: Mapping[str, frozenset[str]] = {
    label: frozenset(names.split())
    for label, names in {
        "account.EmailConfirmation": "key",
        "admin.LogEntry": "object_id",
        "auth.Group": "name",
        "auth.Permission": "name codename",
        "campaigns.Burst": "of",
        "campaigns.Campaign": "slug kind state language outcome picture_alt published_from withheld_why",
        "campaigns.CampaignLetter": "state answer",
        "campaigns.CampaignText": "language title summary addressed_to recipient body asks affiliation_note salutation"
        " closing letter_subject letter_body letter_points letter_ask notice digest change_note",
        "campaigns.ConsentWording": "digest language text",
        "campaigns.Event": "translations title place url description",
        "campaigns.FormerSlug": "slug",
        "campaigns.Invalidation": "reason",  # the form says: name nobody
        "campaigns.Invitation": "role",
        "campaigns.LetterVariant": "party deed words",
        "campaigns.LogEntry": "what",
        "campaigns.Material": "file format sha256",
        "campaigns.Membership": "role notices",
        "campaigns.Organisation": "translations slug name about privacy accent refused_why purpose held_words",
        "campaigns.PaperCount": "note",
        "campaigns.Picture": "digest file content_type",
        "campaigns.Receipt": "counts",
        "campaigns.Report": "wrong",
        "campaigns.Reported": "decision",
        # `counted_from` is the line it is counted under, as its area is; gone when hardly anybody shares it.
        "campaigns.Signature": "state state_before_invalid origin country display name_check reason_check counted_from"
        " held_for",
        "campaigns.SigningHour": "of",
        "campaigns.Source": "translations title publication date url note",
        "campaigns.Response": "date",
        "campaigns.Tally": "of key",  # a source that few share is counted as “other” when they are erased
        "campaigns.Target": "organisation",
        "campaigns.Term": "of",
        "campaigns.Update": "state numbers",
        "campaigns.UpdateText": "language title body",
        "campaigns.WordingDraft": "language wording laid_aside translated_from",
        "config.Job": "kind state result",
        "config.Pause": "what where why said",
        "config.Reckoned": "key numbers",
        "contenttypes.ContentType": "app_label model",
        "letters.Constituency": "boundary_set code name region translations",
        "letters.DeliveryEvent": "from_state to_state detail",  # without addresses: transitions.move
        "letters.Legislature": "slug name translations kind country time_zone boundary_set address layout",
        "letters.Letter": "recipient_time_zone language layout foot_text foot_url",
        "letters.Message": "digest subject text html headers",  # what all of them say alike
        "letters.OutgoingEmail": "kind queue state lease_token",
        "letters.Postcode": "postcode",  # every one there is
        "letters.PostcodeRange": "first last",
        "letters.ProviderEvent": "event_id what detail",
        "letters.Representative": "source",
        "letters.Sender": "name from_address channel smtp_url provider credentials webhook_secret pause trouble",
        "letters.Suppression": "reason",
        "mfa.Authenticator": "type",
    }.items()
}


def columns_of(label: str, supporters: bool = False) -> set[str]:
    """What is declared personal of a model; with `supporters`, of supporters alone."""
    found = (activity for activity in ACTIVITIES if activity.supporters or not supporters)
    return {name for activity in found for name in activity.columns.get(label, ())}
