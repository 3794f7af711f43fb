"""The site with one more address: a view that does nothing, behind the same middleware."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

import instrument_share.urls as site
from instrument_share.wsgi import application

__all__ = ["application"]

HELLO = "/hello/"


def hello(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", content_type="text/plain")


urlpatterns = [path(HELLO.strip("/") + "/", hello), path("", include(site))]
handler404 = site.handler404
handler500 = site.handler500

settings.ROOT_URLCONF = __name__
