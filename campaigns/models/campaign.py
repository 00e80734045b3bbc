import hashlib
import json
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from letters.models import Legislature

from .keeping import Keeping
from .organisation import Organisation
from .picture import Picture
from .translated import Translated, language_code


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def published(self) -> "CampaignQuerySet":
        """What the public may read: live, closed and archived campaigns of approved organisations, unless withheld."""
        public = self.filter(state__in=Campaign.PUBLIC_STATES, organisation__approved_at__isnull=False)
        return public.filter(withheld_at__isnull=True)

    def listed(self) -> "CampaignQuerySet":
        """What lists lead to: an archived campaign is found by its address alone."""
        return self.published().exclude(state=Campaign.State.ARCHIVED)

    def live(self) -> "CampaignQuerySet":
        return self.published().filter(state=Campaign.State.LIVE)

    def withheld(self) -> "CampaignQuerySet":
        return self.filter(withheld_at__isnull=False)

    def newest_first(self) -> "CampaignQuerySet":
        return self.order_by("-pk")

    def matching(self, words: str) -> "CampaignQuerySet":
        """Campaigns whose current title, summary or addressee, or whose sources, hold every word."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(
                models.Exists(
                    CampaignText.objects.filter(campaign=models.OuterRef("pk"), superseded_at__isnull=True).filter(
                        models.Q(title__icontains=word)
                        | models.Q(summary__icontains=word)
                        | models.Q(addressed_to__icontains=word)
                    )
                )
                | models.Exists(
                    Source.objects.filter(campaign=models.OuterRef("pk")).filter(
                        models.Q(author__icontains=word) | models.Q(title__icontains=word)
                    )
                )
            )
        return found


class Campaign(Keeping):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        LIVE = "live", _("Live")
        CLOSED = "closed", _("Closed")
        ARCHIVED = "archived", _("Archived")

    PUBLIC_STATES = frozenset({State.LIVE, State.CLOSED, State.ARCHIVED})
    OVER = frozenset({State.CLOSED, State.ARCHIVED})  # read, and not signed any more

    class Kind(models.TextChoices):
        PETITION = "petition", _("Petition")
        LETTER = "letter", _("Open letter")
        STATEMENT = "statement", _("Statement")
        CALL = "call", _("Call to action")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="campaigns")
    slug = models.SlugField(_("address"), unique=True, max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PETITION)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    language = models.CharField(_("first language"), max_length=10, default="en", validators=[language_code])
    signature_goal = models.PositiveIntegerField(
        _("goal"), default=100, help_text=_("Raises itself when it is reached.")
    )
    legislature = models.ForeignKey(
        Legislature,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("legislature"),
        help_text=_("Supporters may write to their own representative in it."),
    )
    also_to = models.ManyToManyField(
        Legislature,
        blank=True,
        related_name="+",
        verbose_name=_("further legislatures and lists"),
        help_text=_("Supporters may write to their members too."),
    )
    merge_identical = models.BooleanField(
        _("merge letters that nobody changed"),
        default=False,
        help_text=_("They go as one letter with a list of names, once a day: parliaments hold back identical mail."),
    )
    attach_pdf = models.BooleanField(_("attach the letter as a PDF to its email"), default=True)
    publish_at = models.DateTimeField(_("goes public"), null=True, blank=True)
    close_at = models.DateTimeField(_("closes"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # What came of it, as Markdown by language: {"en": "…"}. Shown once it is closed.
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)
    # A change of meaning is a new campaign: this one goes on from that.
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followed_by", verbose_name=_("follows")
    )
    picture = models.ForeignKey(Picture, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    picture_alt = models.JSONField(_("what the picture shows"), default=dict, blank=True)  # by language
    moderate_first = models.BooleanField(
        _("read reasons before they are shown"),
        default=False,
        help_text=_("What supporters write is public only once one of you has passed it."),
    )
    moderate_names_first = models.BooleanField(
        _("read names before they are shown"),
        default=False,
        help_text=_("A name is public only once one of you has passed it. It counts from the start."),
    )
    # The document it was made from, if its organisers want that to be read: {"name", "sha256", "url"}.
    published_from = models.JSONField(default=dict, blank=True, editable=False)
    # When the operator took it off the site, whatever its state; its organisers still see it.
    withheld_at = models.DateTimeField(null=True, editable=False)
    withheld_why = models.TextField(blank=True, default="", db_default="", editable=False)  # as its owners read it
    # Of signatures given before it no network is kept any more. Written by retention alone.
    networks_dropped_to = models.DateTimeField(null=True, editable=False)
    # Written by the fold alone (counting.py), never by a request.
    signature_count = models.PositiveIntegerField(_("signatures"), default=0, editable=False)
    # The sum of its PaperCounts; beside the count of signatures, never in it.
    paper_count = models.PositiveIntegerField(_("signatures on paper"), default=0, editable=False)
    counted_at = models.DateTimeField(null=True, editable=False)
    # Of how many signatures its organisers have been told by email: the first, and each goal (noticing.py).
    told_signatures = models.PositiveIntegerField(default=0, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        indexes = [models.Index(fields=["state", "-id"], name="campaign_public_newest")]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("campaigns:page", kwargs={"slug": self.slug})

    @cached_property
    def title(self) -> str:
        """Of its current text in its first language; before there is one, of its draft, or its address."""
        current = CampaignText.objects.current().filter(campaign=self, language=self.language)
        if title := current.values_list("title", flat=True).first():
            return title
        draft = self.wording_drafts.filter(language=self.language).only("wording").first()
        return (draft and str(draft.wording.get("title") or "")) or self.slug

    def address_in(self, language: str) -> str:
        if language == self.language:
            return self.get_absolute_url()
        return reverse("campaigns:page", kwargs={"slug": self.slug, "language": language})

    @property
    def is_public(self) -> bool:
        shown = self.organisation.approved_at is not None and self.withheld_at is None
        return self.state in self.PUBLIC_STATES and shown

    @property
    def takes_signatures(self) -> bool:
        return self.state == self.State.LIVE and self.is_public

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER

    @property
    def takes_letters(self) -> bool:
        return self.takes_signatures and self.legislature_id is not None

    def legislatures(self) -> list[Legislature]:
        """Those whose members supporters may write to, the one whose constituencies it counts by first."""
        return [*([self.legislature] if self.legislature else []), *self.also_to.all()]


class ImmutableQuerySet(models.QuerySet["CampaignText"]):
    def current(self) -> "ImmutableQuerySet":
        return self.filter(superseded_at__isnull=True)

    def update(self, **fields: Any) -> int:
        if set(fields) - {"superseded_at"}:
            raise TypeError("A published wording is never changed: publish a new version (publishing.publish_text).")
        return super().update(**fields)


class CampaignText(models.Model):
    """One published wording, in one language and version. Never changed: signatures and letters name it."""

    WORDING = (
        "title",
        "summary",
        "addressed_to",
        "recipient",
        "body",
        "asks",
        "affiliation_note",
        "salutation",
        "closing",
        "letter_subject",
        "letter_body",
        "letter_points",
        "letter_ask",
        "notice",
    )
    # In the digest only where they say something, so that the digests of earlier wordings still hold.
    ADDED_LATER = frozenset({"letter_points", "letter_ask"})

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(_("language"), max_length=10, validators=[language_code])
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"))
    addressed_to = models.CharField(_("addressed to"), max_length=200, blank=True)
    recipient = models.CharField(
        _("who is given the names"),
        max_length=200,
        blank=True,
        help_text=_(
            "A person or body that will get the list of signatories; named in the consent. Empty: nobody does."
        ),
    )
    body = models.TextField(_("text"), help_text=_("Markdown; [^1] refers to source 1."))
    asks = models.JSONField(_("what it asks"), default=list, blank=True)
    affiliation_note = models.CharField(_("shown beside an affiliation"), max_length=120, blank=True)
    salutation = models.CharField(_("salutation of the open letter"), max_length=200, blank=True)
    closing = models.CharField(_("closing of the open letter"), max_length=200, blank=True)
    letter_subject = models.CharField(_("subject of a supporter's letter"), max_length=200, blank=True)
    letter_body = models.TextField(
        _("a supporter's letter"),
        blank=True,
        help_text=_("Placeholders: {name}, {representative}, {constituency}, {campaign_url}."),
    )
    letter_points = models.JSONField(
        _("points to choose from"),
        default=list,
        blank=True,
        help_text=_("Paragraphs for a supporter to pick and to put in order; they follow the letter's opening."),
    )
    letter_ask = models.TextField(_("what the letter asks"), blank=True, help_text=_("Its end, after the points."))
    notice = models.TextField(_("notice on the page"), blank=True)
    digest = models.CharField(_("SHA-256"), max_length=64, editable=False)
    published_at = models.DateTimeField(_("published"), default=timezone.now, editable=False)
    # Why it is not as the version before: shown beside what has changed. No part of the wording.
    change_note = models.CharField(_("what was corrected"), max_length=300, blank=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True, editable=False)

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        verbose_name = _("published wording")
        verbose_name_plural = _("published wordings")
        ordering = ["campaign", "language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "language", "version"], name="one_text_a_version"),
            models.UniqueConstraint(
                fields=["campaign", "language"],
                condition=models.Q(superseded_at__isnull=True),
                name="one_current_text_a_language",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language}, {self.version})"

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError("A published wording is never changed: publish a new version (publishing.publish_text).")
        self.digest = self.computed_digest()
        super().save(**options)

    def wording(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.WORDING}

    def computed_digest(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """What the digest is of: the wording as JSON, by name, without white space."""
        said = {name: value for name, value in self.wording().items() if value or name not in self.ADDED_LATER}
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Numbered(Translated):
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta(Translated.Meta):
        abstract = True
        ordering = ["number"]


class Target(Numbered):
    """Whom a campaign addresses. (The number to reach is the campaign's goal.)"""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="targets")
    name = models.CharField(_("name"), max_length=200, blank=True)
    role = models.CharField(_("office"), max_length=200, blank=True)
    organisation = models.CharField(_("body"), max_length=200, blank=True)
    address = models.TextField(_("postal address"), blank=True)

    class Meta(Numbered.Meta):
        verbose_name = _("target")
        verbose_name_plural = _("targets")

    def __str__(self) -> str:
        return self.name or self.role or self.organisation


class Source(Numbered):
    """What a claim rests on. Its number is what the text refers to."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="sources")
    author = models.CharField(_("author"), max_length=200, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    publication = models.CharField(_("publication"), max_length=200, blank=True)
    date = models.CharField(
        _("date"), max_length=40, blank=True, help_text=_("As far as it is known: 2018, 2018-09 or 2018-09-16.")
    )
    url = models.URLField(_("address"), blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta(Numbered.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="one_source_a_number")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title or self.author}"


class Event(Numbered):
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="events")
    title = models.CharField(_("title"), max_length=200)
    date = models.DateField(_("day"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    url = models.URLField(_("address"), blank=True)
    description = models.TextField(_("description"), blank=True)

    class Meta(Numbered.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="one_event_a_number")]
        ordering = ["date", "number"]

    def __str__(self) -> str:
        return self.title


class Response(Numbered):
    """What those addressed have answered."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="responses")
    author = models.CharField(_("author"), max_length=200)
    role = models.CharField(_("office"), max_length=200, blank=True)
    date = models.CharField(_("date"), max_length=40, blank=True)
    text = models.TextField(_("text"))
    source = models.ForeignKey(Source, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(Numbered.Meta):
        verbose_name = _("response")
        verbose_name_plural = _("responses")

    def __str__(self) -> str:
        return self.author
