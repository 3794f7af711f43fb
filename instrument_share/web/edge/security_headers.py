"""Headers that every answer carries, whatever view or middleware made it, static files too."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponseBase

UNUSED = (
    *(
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
    ),
    *(
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
        "xr-spatial-tracking",
    ),
)
"""What no page of this site asks a browser for."""
ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{one}=()" for one in UNUSED),
    "X-Frame-Options": "DENY",
}
CLOSED = "default-src 'none'; frame-ancestors 'none'"
"""Of what has no policy of its own: files of the site, answers that came before any page."""
ATTACHED = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Of a file that is saved: where a browser shows it all the same, nothing in it runs or is this site's."""


class SecurityHeadersMiddleware:
    """Adds what is missing, and shuts in what is sent to be saved."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        for name, value in ALWAYS.items():
            answer.headers.setdefault(name, value)
        if answer.headers.get("Content-Disposition", "").startswith("attachment"):
            answer.headers["Content-Security-Policy"] = ATTACHED
        answer.headers.setdefault("Content-Security-Policy", CLOSED)
        return answer
