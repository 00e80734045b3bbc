from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from .middleware import ACCOUNT
from .origin import ORGANISERS


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
        **(_of_an_account(request, language) if request.path_info.startswith(ACCOUNT) else {}),
    }


def _of_an_account(request: HttpRequest, language: str) -> dict[str, object]:
    """One address in all languages: the others are asked for by name (config.middleware)."""
    asked = request.GET.copy()
    asked.pop("language", None)
    languages = [
        {
            "code": code,
            "name": translation.get_language_info(code)["name_local"],
            "current": code == language,
            "url": f"{request.path}?{urlencode(asked.dict() | {'language': code})}",
        }
        for code, _ in settings.LANGUAGES
    ]
    return {"OPEN_SIGN_UP": settings.OPEN_SIGN_UP, "page_languages": languages}
