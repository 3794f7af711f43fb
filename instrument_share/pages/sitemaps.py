"""Sitemaps of the public pages, under the site's own address.

Both languages have the same addresses, so there are no alternates.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import Q
from django.urls import reverse

from providers import public as providers
from providers.domain import PublicationKind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from providers.models import Instrument, UnitProfile

ANYBODY = AnonymousUser()
PUBLISHED = Q(published_at__isnull=False, withdrawn_at__isnull=True)


class OwnSitemap(Sitemap):
    """A sitemap whose addresses begin with SITE_URL, whatever the request's host."""

    def get_domain(self, _site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, _protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme


class PageSitemap(OwnSitemap):
    """Public pages without arguments."""

    def items(self) -> list[str]:
        return ["home", "catalogue", "units", "openness", "opendata", "timeline", "verify", "help", "privacy"]

    def location(self, item: str) -> str:
        return reverse(item)


class InstrumentSitemap(OwnSitemap):
    """Published instruments."""

    def items(self) -> "QuerySet[Instrument]":
        return providers.instruments(ANYBODY).order_by("pk")

    def location(self, item: "Instrument") -> str:
        return reverse("instrument", args=[item.public_id])

    def lastmod(self, item: "Instrument") -> datetime | None:
        return max(filter(None, (item.published_at, item.confirmed_at)), default=None)


class UnitSitemap(OwnSitemap):
    """Published units."""

    def items(self) -> "QuerySet[UnitProfile]":
        return providers.units(ANYBODY).order_by("pk")

    def location(self, item: "UnitProfile") -> str:
        return reverse("unit", args=[item.organization.public_id])

    def lastmod(self, item: "UnitProfile") -> datetime | None:
        return max(filter(None, (item.published_at, item.confirmed_at)), default=None)


class PublicationSitemap(OwnSitemap):
    """Publications of one kind."""

    def __init__(self, kind: PublicationKind) -> None:
        self.kind = kind

    def items(self) -> "QuerySet[Any]":
        return providers.publications(ANYBODY, self.kind).filter(PUBLISHED).order_by("pk")

    def location(self, item: Any) -> str:
        return reverse("publication", args=[item.public_id])

    def lastmod(self, item: Any) -> datetime:
        at: datetime = item.published_at
        return at


SITEMAPS: dict[str, Callable[[], OwnSitemap]] = {
    "pages": PageSitemap,
    "instruments": InstrumentSitemap,
    "units": UnitSitemap,
    "news": partial(PublicationSitemap, PublicationKind.NEWS),
    "regulations": partial(PublicationSitemap, PublicationKind.REGULATION),
    "cases": partial(PublicationSitemap, PublicationKind.CASE),
    "openness": partial(PublicationSitemap, PublicationKind.OPENNESS),
}
