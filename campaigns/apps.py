from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        from . import adding_files, bundling, exports, handing_in, invalidating, metrics, moderating, packing  # noqa: F401  (register kinds of long work, and a line of /metrics)
