import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.crypto import EncryptedJSONField

from .campaign import Campaign
from .organisation import Organisation


class Material(models.Model):
    """A document that is to be turned into a campaign. Its original lies in private storage (material/storing.py)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="materials")
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, related_name="materials")
    file = models.CharField(max_length=200, editable=False)  # its name in STORAGES["private"]
    filename = models.CharField(_("file"), max_length=200, blank=True)  # as it was given; empty: the text was pasted
    format = models.CharField(max_length=10)  # docx, odt, pdf, html, md, txt
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    # What was read out of it: material.pipeline.data_of. It names people, and may never become public.
    draft = EncryptedJSONField()
    checked = EncryptedJSONField()  # the same as an organiser has checked it: forms.material.CheckForms.values
    addressed = EncryptedJSONField()  # to whom it goes, and under which address: forms.material.AddressForms.values
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    made_at = models.DateTimeField(null=True, editable=False)  # when it first became a campaign

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("material")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "sha256"], name="one_material_a_document")]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def name(self) -> str:
        return self.filename or str(_("Pasted text"))

    @property
    def download_name(self) -> str:
        return self.filename or "pasted.txt"

    @property
    def seen(self) -> str:
        """What a page carries of it, to know whether somebody else has saved it meanwhile."""
        return self.changed_at.isoformat()

    @property
    def is_published(self) -> bool:
        """From then on it stays as it is: a change of wording is the campaign's next version."""
        return self.campaign is not None and self.campaign.published_at is not None
