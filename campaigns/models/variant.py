from django.db import models
from django.utils.translation import gettext_lazy as _

from letters.models import Legislature, Representative

from .campaign import Campaign


class LetterVariant(models.Model):
    """What differs for some of the representatives. The first in order that fits one of them is theirs."""

    class Deed(models.TextChoices):
        OTHER_WORDS = "words", _("Write these words instead")
        NOBODY = "nobody", _("Do not write to them")
        SOMEBODY_ELSE = "else", _("Write to somebody else instead")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="letter_variants")
    number = models.PositiveSmallIntegerField(_("number"))
    # Whom it fits. All that is filled in must fit.
    representative = models.ForeignKey(
        Representative, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    legislature = models.ForeignKey(
        Legislature, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("legislature")
    )
    party = models.CharField(_("party"), max_length=200, blank=True)
    deed = models.CharField(_("what to do"), max_length=8, choices=Deed, default=Deed.OTHER_WORDS)
    instead = models.ForeignKey(
        Representative, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("instead")
    )
    # {language: {"reason", "subject", "body", "points": […], "ask"}}. `reason` is told to the supporter; a language or
    # a field that is missing is the campaign's own.
    words = models.JSONField(_("words"), default=dict, blank=True)

    class Meta:
        verbose_name = _("variant of the letter")
        verbose_name_plural = _("variants of the letter")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_letter_variant_a_number"),
            models.CheckConstraint(
                condition=models.Q(representative__isnull=False)
                | models.Q(legislature__isnull=False)
                | ~models.Q(party=""),
                name="letter_variant_is_for_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.representative or self.party or self.legislature}"
