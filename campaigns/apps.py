from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        from . import bundling, exports, handing_in, metrics, packing  # noqa: F401  (register kinds of long work, and a line of /metrics)
