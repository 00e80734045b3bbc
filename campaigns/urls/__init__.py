"""Two audiences: whoever reads and signs, and whoever runs campaigns."""

from . import converters  # noqa: F401  # first: the addresses below are written with them

from . import organising, public  # isort: skip

app_name = "campaigns"
# A campaign's own page may have almost any address, so those stand last.
urlpatterns = [*organising.urlpatterns, *public.urlpatterns]
