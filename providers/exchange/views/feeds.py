"""Atom feeds of news and instruments, the same for everybody."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.journal.addresses import page_address
from instrument_share.web.text.formats import bilingual
from instrument_share.web.text.markdown import excerpt
from providers.instruments.selectors.instruments import instruments
from providers.units.domain.publications import PublicationKind
from providers.units.selectors import units as units_selectors
from providers.units.selectors.publications import publications

if TYPE_CHECKING:
    from providers.instruments.models import Instrument
    from providers.units.models import UnitNews, UnitProfile

ANYBODY = AnonymousUser()
NEWEST = 50
SUMMARY = 300
"""Characters of a text that a feed shows."""


CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no XML may hold; one of them in one title would be the end of the whole feed."""


def words(row: Any, name: str) -> str:
    """Return a bilingual text without characters that a feed cannot hold."""
    return CONTROLS.sub("", bilingual(row, name))


def absolute(address: str) -> str:
    return f"{settings.SITE_URL}{address}"


class AtomFeed(Feed):
    """The base of the feeds: stable ids, addresses under SITE_URL."""

    feed_type = Atom1Feed

    def item_guid(self, item: Any) -> str:
        return f"urn:instrument-share:{item.public_id}"

    def item_pubdate(self, item: Any) -> datetime:
        return item.published_at

    item_updateddate = item_pubdate

    def item_author_name(self, item: Any) -> str:
        return words(item.organization, "name")


class NewsFeed(AtomFeed):
    """The newest news of all units."""

    title = gettext_lazy("News of the units")
    subtitle = gettext_lazy("What the owning units of the city's research instruments report.")

    def link(self) -> str:
        return absolute(page_address("units"))

    def feed_url(self) -> str:
        return absolute(reverse("news_feed"))

    def items(self) -> "list[UnitNews]":
        return list(_news()[:NEWEST])

    def item_title(self, item: "UnitNews") -> str:
        return f"{words(item.organization, 'name')}: {words(item, 'title')}"

    def item_description(self, item: "UnitNews") -> str:
        return excerpt(words(item, "body"), SUMMARY)

    def item_link(self, item: "UnitNews") -> str:
        return absolute(page_address("publication", item.public_id))


class UnitNewsFeed(NewsFeed):
    """The newest news of one unit."""

    def get_object(self, _request: HttpRequest, public_id: str) -> "UnitProfile":
        return units_selectors.unit(ANYBODY, public_id)

    def title(self, unit: "UnitProfile") -> str:  # type: ignore[override]
        return _("News of {unit}").format(unit=words(unit.organization, "name"))

    def subtitle(self, unit: "UnitProfile") -> str:  # type: ignore[override]
        return excerpt(words(unit, "introduction"), SUMMARY)

    def link(self, unit: "UnitProfile") -> str:  # type: ignore[override]
        return absolute(page_address("unit", unit.organization.public_id))

    def feed_url(self, unit: "UnitProfile") -> str:  # type: ignore[override]
        return absolute(reverse("unit_feed", args=[unit.organization.public_id]))

    def items(self, unit: "UnitProfile") -> "list[UnitNews]":  # type: ignore[override]
        return list(_news(unit.organization_id)[:NEWEST])

    def item_title(self, item: "UnitNews") -> str:
        return words(item, "title")


class InstrumentFeed(AtomFeed):
    """The instruments published last."""

    title = gettext_lazy("New instruments")
    subtitle = gettext_lazy("Research instruments of the city that were published last.")

    def link(self) -> str:
        return absolute(page_address("catalogue"))

    def feed_url(self) -> str:
        return absolute(reverse("instrument_feed"))

    def items(self) -> "list[Instrument]":
        found = instruments(ANYBODY).filter(published_at__isnull=False)
        return list(found.order_by("-published_at", "-id")[:NEWEST])

    def item_title(self, item: "Instrument") -> str:
        return words(item, "name")

    def item_description(self, item: "Instrument") -> str:
        return Truncator(words(item, "functions")).chars(SUMMARY)

    def item_link(self, item: "Instrument") -> str:
        return absolute(page_address("instrument", item.public_id))


def _news(organization_id: int | None = None) -> Any:
    found = publications(ANYBODY, PublicationKind.NEWS, organization_id)
    return found.filter(published_at__isnull=False, withdrawn_at__isnull=True)
