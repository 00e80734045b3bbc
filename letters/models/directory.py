"""The directory: who may be written to, for which place, on which day.

Dates are half-open: `valid_from` is the first day, `valid_to` the first day no longer; null is open on that side.
`translations` are {language: {field: text}} and stand beside the field's own text.
"""

import uuid
import zoneinfo
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.directory.contact import NOBODY, reaches_nobody, usable_address
from letters.forms_of_address import on_envelope
from letters.pdf.profiles import PROFILES


def _translated(translations: dict[str, Any], language: str, field: str, otherwise: str) -> str:
    """The text in `language`, or in its main language ("ar" for "ar-sy"), or as it stands."""
    for tag in (language, language.split("-")[0]):
        if text := translations.get(tag, {}).get(field):
            return str(text)
    return otherwise


def _valid_on(day: date) -> Q:
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return begun & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def _dates_in_order(name: str) -> models.CheckConstraint:
    """Equal dates are allowed, for a row that was withdrawn: no day lies in it."""
    one_open = Q(valid_from__isnull=True) | Q(valid_to__isnull=True)
    return models.CheckConstraint(condition=one_open | Q(valid_from__lte=F("valid_to")), name=name)


def new_identifier() -> str:
    return uuid.uuid4().hex


def _lines(address: str) -> list[str]:
    return [line.strip() for line in address.splitlines() if line.strip()]


def known_layout(name: str) -> None:
    if name not in PROFILES:
        raise ValidationError(_("There is no such layout."))


def known_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("There is no such time zone."))


class Legislature(models.Model):
    """A parliament, a council, or a list of people of one's own."""

    class Kind(models.TextChoices):
        PARLIAMENT = "parliament", _("Parliament")
        COUNCIL = "council", _("Council")
        LIST = "list", _("List")

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    # {"ar": {"name": "…", "roles": {"Member of Parliament": "…"}}}
    translations = models.JSONField(_("translations"), default=dict, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PARLIAMENT)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, as in ISO 3166."))
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        validators=[known_time_zone],
        help_text=_("As in Europe/London; letters may be told to leave in its working hours."),
    )
    boundary_set = models.CharField(
        _("boundary set"), max_length=40, blank=True, help_text=_("The set its seats are filled from today.")
    )
    address = models.TextField(
        _("postal address"),
        blank=True,
        help_text=_("For members who have none of their own; one line of the envelope a line, the house's name first."),
    )
    layout = models.CharField(
        _("layout of its letters"),
        max_length=20,
        blank=True,
        validators=[known_layout],
        help_text=_("For the window of an envelope. Empty: as is usual in its country."),
    )

    class Meta:
        verbose_name = _("legislature")
        verbose_name_plural = _("legislatures")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        return _translated(self.translations, language, "name", self.name)

    def role_in(self, role: str, language: str) -> str:
        for tag in (language, language.split("-")[0]):
            if text := self.translations.get(tag, {}).get("roles", {}).get(role):
                return str(text)
        return role


class Dissolution(models.Model):
    """A time in which a legislature has no members: from its dissolution to the day of the election."""

    legislature = models.ForeignKey(Legislature, on_delete=models.CASCADE, related_name="dissolutions")
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(
        _("first day no longer"), null=True, blank=True, help_text=_("The day from which there are members again.")
    )

    class Meta:
        verbose_name = _("dissolution")
        verbose_name_plural = _("dissolutions")
        ordering = ["-valid_from"]
        constraints = [_dates_in_order("dissolution_dates_in_order")]

    def __str__(self) -> str:
        return f"{self.legislature}, {self.valid_from}"


class ConstituencyQuerySet(models.QuerySet["Constituency"]):
    def current(self, legislature: Legislature, on: date | None = None) -> Self:
        """The seats there were on that day: codes and names of an older set may be the same, the places are not.

        Dates decide. A seat that has none counts where its set is the one in use.
        """
        dated = Q(valid_from__isnull=False) | Q(valid_to__isnull=False)
        counts = dated | Q(boundary_set=legislature.boundary_set)
        return self.filter(counts, _valid_on(on or timezone.localdate()), legislature=legislature)


class Constituency(models.Model):
    legislature = models.ForeignKey(Legislature, on_delete=models.CASCADE, related_name="constituencies")
    boundary_set = models.CharField(_("boundary set"), max_length=40, blank=True)
    code = models.CharField(_("code"), max_length=80)
    name = models.CharField(_("name"), max_length=200)
    region = models.CharField(_("nation or region"), max_length=100, blank=True)
    # A region whose list members stand beside the constituency's own, a state beside its districts.
    part_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, related_name="parts", null=True, blank=True, verbose_name=_("part of")
    )
    translations = models.JSONField(_("translations"), default=dict, blank=True)  # {"cy": {"name": "…"}}
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_to = models.DateField(_("first day no longer"), null=True, blank=True)

    objects = ConstituencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("constituency")
        verbose_name_plural = _("constituencies")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["legislature", "boundary_set", "code"], name="constituency_code_once"),
            _dates_in_order("constituency_dates_in_order"),
        ]
        # The list of seats to choose from.
        indexes = [models.Index(fields=["legislature", "boundary_set", "name"], name="constituency_by_name")]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        return _translated(self.translations, language, "name", self.name)


class RepresentativeQuerySet(models.QuerySet["Representative"]):
    def serving(self, on: date) -> Self:
        """Who holds a seat on that day: nobody, while the legislature is dissolved."""
        return self.filter(_valid_on(on)).exclude(
            models.Exists(Dissolution.objects.filter(_valid_on(on), legislature=models.OuterRef("legislature")))
        )

    def of(self, constituency: Constituency) -> Self:
        return self.filter(constituency=constituency)


class Representative(models.Model):
    """One person in one seat for one time. Who changes seat or party has another row, with other dates."""

    class Office(models.TextChoices):
        """What decides how one is addressed (letters/forms_of_address.py)."""

        MP = "mp", _("Member of Parliament")
        PEER = "peer", _("Peer")
        MEP = "mep", _("Member of the European Parliament")
        SENATOR = "senator", _("Senator")
        CONGRESS = "congress", _("Member of Congress")
        DEPUTY = "deputy", _("Deputy")
        MINISTER = "minister", _("Minister")
        COUNCILLOR = "councillor", _("Councillor")

    class Gender(models.TextChoices):
        """Only for the languages in which a letter cannot begin without it."""

        FEMALE = "female", _("female")
        MALE = "male", _("male")

    legislature = models.ForeignKey(Legislature, on_delete=models.CASCADE, related_name="representatives")
    constituency = models.ForeignKey(
        Constituency, on_delete=models.CASCADE, related_name="representatives", null=True, blank=True
    )
    # What the source calls this row, so that reading it again finds it.
    identifier = models.CharField(_("identifier"), max_length=200, default=new_identifier)
    name = models.CharField(_("name"), max_length=200)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    honorific_prefix = models.CharField(_("title before the name"), max_length=60, blank=True)
    honorific_suffix = models.CharField(_("letters after the name"), max_length=60, blank=True)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender, blank=True)
    office = models.CharField(_("office"), max_length=12, choices=Office, blank=True)
    role = models.CharField(_("role"), max_length=200, blank=True)
    party = models.CharField(_("party"), max_length=200, blank=True)
    email = models.EmailField(_("email address"), blank=True, help_text=_("Write to reachable_address instead."))
    address = models.TextField(_("postal address"), blank=True, help_text=_("One line of the envelope a line."))
    contact_form = models.URLField(_("address of their contact form"), max_length=500, blank=True)
    salutation = models.CharField(
        _("salutation"), max_length=200, blank=True, help_text=_('The whole line, where "Dear" and the name are wrong.')
    )
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_to = models.DateField(_("first day no longer"), null=True, blank=True)

    # The file it was last read from; empty when it was entered by hand, and then no file ends it.
    source = models.CharField(_("source"), max_length=200, blank=True, editable=False)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["legislature", "identifier"], name="representative_identifier_once"),
            _dates_in_order("representative_dates_in_order"),
            # What an import that skipped clean() may not leave behind: "No email found" is not an address.
            models.CheckConstraint(
                condition=Q(email="") | (Q(email__contains="@") & ~Q(email__contains=" ") & ~Q(email__contains=",")),
                name="representative_email_is_one",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.email and not usable_address(self.email):
            raise ValidationError({"email": _("Give one email address, or leave this empty.")})
        seat = self.constituency
        if seat is not None and seat.legislature_id != self.legislature_id:
            raise ValidationError({"constituency": _("This constituency belongs to another legislature.")})

    @property
    def reachable_address(self) -> str:
        """Where email to them goes; "" when they have none. A demonstration writes to nobody: always example.org."""
        address = usable_address(self.email)
        if address and settings.DEMONSTRATION and not reaches_nobody(address):
            return f"representative-{self.pk or 0}@{NOBODY}"
        return address

    @property
    def postal_lines(self) -> tuple[str, ...]:
        """What stands in the window of an envelope, the name first. Without an address, it is the legislature's."""
        first = on_envelope(self)
        lines = _lines(self.address)
        if lines and lines[0].casefold() in {first.casefold(), self.name.casefold()}:
            lines.pop(0)  # many directories begin the address with the name
        house = _lines(self.legislature.address) or [line for line in (self.role, self.legislature.name) if line]
        return (first, *(lines or house))

    def role_in(self, language: str) -> str:
        return self.legislature.role_in(self.role, language)


class Postcode(models.Model):
    """That a postcode lies in a constituency. It has a row for each boundary set, and a ZIP code may cross borders."""

    postcode = models.CharField(_("postcode"), max_length=10, help_text=_("In capitals, without a space."))
    constituency = models.ForeignKey(Constituency, on_delete=models.CASCADE, related_name="postcodes")

    class Meta:
        verbose_name = _("postcode")
        verbose_name_plural = _("postcodes")
        # Begins with the postcode, so it is the index of the look-up too.
        constraints = [models.UniqueConstraint(fields=["postcode", "constituency"], name="postcode_once_a_place")]

    def __str__(self) -> str:
        return self.postcode


class PostcodeRange(models.Model):
    """That the postcodes from `first` to `last`, by the alphabet, lie in a constituency, probably: told as a guess."""

    first = models.CharField(max_length=10)  # in capitals, without a space, as in Postcode
    last = models.CharField(max_length=10)
    constituency = models.ForeignKey(Constituency, on_delete=models.CASCADE, related_name="postcode_ranges")

    class Meta:
        verbose_name = _("range of postcodes")
        verbose_name_plural = _("ranges of postcodes")
        constraints = [models.UniqueConstraint(fields=["first", "constituency"], name="postcode_range_once")]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"
