from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Picture(models.Model):
    """An image as we have made it anew from what was given (campaigns/pictures.py). Many may show the same one."""

    digest = models.CharField(_("SHA-256"), max_length=64, unique=True, editable=False)
    file = models.CharField(max_length=200, editable=False)  # its name in STORAGES["private"]
    content_type = models.CharField(max_length=30, editable=False)
    width = models.PositiveIntegerField(editable=False)  # pixels, as the height
    height = models.PositiveIntegerField(editable=False)
    size = models.PositiveIntegerField(editable=False)  # bytes
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.digest[:12]

    def get_absolute_url(self) -> str:
        """What it shows never changes, so the answer may be kept for ever."""
        return reverse("campaigns:picture", kwargs={"digest": self.digest})
