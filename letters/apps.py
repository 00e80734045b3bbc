from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "letters"
    verbose_name = _("Letters and post")

    def ready(self) -> None:
        from . import checks, metrics  # noqa: F401  (register the system checks, and a line of /healthz/)
