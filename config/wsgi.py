import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from . import checks, patience  # noqa: E402  (after the settings module is named)

checks.refuse_to_start()

patience.serve()
