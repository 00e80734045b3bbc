from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from .middleware import ORGANISERS


def site(request: HttpRequest) -> dict[str, object]:
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "DEMONSTRATION": settings.DEMONSTRATION,
        # Only these know who is signed in; to ask on any other page would make it vary on a cookie.
        "ORGANISERS_PAGE": request.path_info.startswith(ORGANISERS),
        "LANGUAGE_CODE": language,
        "LANGUAGE_BIDI": translation.get_language_bidi(),
    }
