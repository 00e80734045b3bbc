from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentWording(models.Model):
    """The exact words somebody agreed to. Many signatures share one row; it is never changed."""

    digest = models.CharField(max_length=64, primary_key=True)
    language = models.CharField(max_length=10)
    text = models.TextField()

    class Meta:
        verbose_name = _("consent wording")
        verbose_name_plural = _("consent wordings")

    def __str__(self) -> str:
        return self.text
