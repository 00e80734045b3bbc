"""What every answer carries, whoever made it: a view, a cache, a redirect, a static file or an error page.

Outermost of all, so that nothing that answers early goes out without. A view that needs another value sets it itself;
a header that is there stays.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

Directives = dict[str, str]
ONES_OWN = "max-age=0, no-cache, no-store, must-revalidate, private"  # as add_never_cache_headers() has it

# Nothing inline, nothing from elsewhere.
POLICY: Directives = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",  # an email, shown inside its page, in a sandbox of its own
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The organisers' scripts put in fragments that the server has cleaned; a supporter's page puts in none at all.
OF_SUPPORTERS: Directives = {"require-trusted-types-for": "'script'", "trusted-types": "'none'"}
# The square that an authenticator app photographs comes as data:.
OF_ORGANISERS: Directives = {"img-src": "'self' data:"}

# What a page of ours may ask the browser for: a passkey, and what the buttons to share and to copy do.
USED = ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")
# What a browser knows besides; to all of it: nobody. (Chromium knows web-share, which our own pages may use unasked,
# and bluetooth on some systems only, and complains of them on the others.)
UNUSED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "compute-pressure"),
    *("display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid"),
    *("identity-credentials-get", "idle-detection", "keyboard-map", "local-fonts", "magnetometer", "microphone"),
    *("midi", "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial", "storage-access"),
    *("sync-xhr", "usb", "window-management", "xr-spatial-tracking"),
)


def policy(*more: Directives) -> str:
    directives = dict(POLICY)
    for others in more:
        directives |= others
    if settings.HTTPS:
        directives["upgrade-insecure-requests"] = ""
    return "; ".join(f"{name} {value}".strip() for name, value in directives.items())


def permissions() -> str:
    return ", ".join([*(f"{name}=(self)" for name in USED), *(f"{name}=()" for name in UNUSED)])


class OnEveryAnswer:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        common = {
            "Permissions-Policy": permissions(),
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        self.of_supporters = list((common | {"Content-Security-Policy": policy(OF_SUPPORTERS)}).items())
        self.of_organisers = list((common | {"Content-Security-Policy": policy(OF_ORGANISERS)}).items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        organisers = request.path_info.startswith(settings.PATHS_WITH_COOKIES)
        for name, value in self.of_organisers if organisers else self.of_supporters:
            response.headers.setdefault(name, value)
        # What does not say that everybody may have it is somebody's own; on an organiser's page nothing can say so.
        kept = response.headers.get("Cache-Control", "")
        if not kept:
            response.headers["Cache-Control"] = ONES_OWN
        elif organisers and "no-store" not in kept:
            add_never_cache_headers(response)
        return response
