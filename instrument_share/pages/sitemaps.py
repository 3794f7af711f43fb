"""The map of the public pages, under the site's own address.

Both languages have the same addresses, so there are no alternates.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.urls import reverse

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web.responses.made_files import MadeFiles
from providers import public as providers
from providers.domain import PublicationKind
from rewards import public as rewards

if TYPE_CHECKING:
    from django.db.models import QuerySet

ANYBODY = AnonymousUser()
PUBLISHED = Q(published_at__isnull=False, withdrawn_at__isnull=True)
PAGES = ("home", "catalogue", "units", "openness", "opendata", "timeline", "verify", "help", "privacy")
"""Public pages without arguments."""
ADDRESSES = 50_000
"""A file of a map may have so many addresses (sitemaps.org)."""
AT_ONCE = 2_000
INDEX = "index.xml"
Entry = tuple[str, datetime | None]
"""An address, and when what it shows was last confirmed."""


def _pages() -> Iterator[Entry]:
    return ((reverse(name), None) for name in PAGES)


def _instruments() -> Iterator[Entry]:
    for public_id, *confirmed in _rows(
        providers.instruments(ANYBODY), "public_id", "published_at", "confirmed_at"
    ):
        yield reverse("instrument", args=[public_id]), _latest(confirmed)


def _units() -> Iterator[Entry]:
    columns = ("organization__public_id", "published_at", "confirmed_at")
    for public_id, *confirmed in _rows(providers.units(ANYBODY), *columns):
        yield reverse("unit", args=[public_id]), _latest(confirmed)


def _publications(kind: PublicationKind) -> Iterator[Entry]:
    found = providers.publications(ANYBODY, kind).filter(PUBLISHED)
    for public_id, published_at in _rows(found, "public_id", "published_at"):
        yield reverse("publication", args=[public_id]), published_at


def _results() -> Iterator[Entry]:
    found = rewards.cycles(ANYBODY).filter(noticed_at__isnull=False)
    for year, *dates in found.values_list("year", "noticed_at", "approved_at"):
        yield reverse("result", args=[year]), _latest(dates)


SECTIONS: dict[str, Callable[[], Iterator[Entry]]] = {
    "pages": _pages,
    "instruments": _instruments,
    "units": _units,
    "news": partial(_publications, PublicationKind.NEWS),
    "regulations": partial(_publications, PublicationKind.REGULATION),
    "cases": partial(_publications, PublicationKind.CASE),
    "openness": partial(_publications, PublicationKind.OPENNESS),
    "results": _results,
}


def part_name(section: str, number: int) -> str:
    return f"{section}-{number}.xml"


def _rows(found: "QuerySet[Any]", *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield these columns alone, some thousand rows at a time by key: memory does not grow with the rows."""
    last = 0
    while rows := list(found.filter(pk__gt=last).order_by("pk").values_list("pk", *columns)[:AT_ONCE]):
        yield from (row[1:] for row in rows)
        last = rows[-1][0]


def _latest(instants: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, instants), default=None)


def _write(folder: Path, _now: datetime) -> None:
    parts = [address for section in SECTIONS for address in _write_section(folder, section)]
    with (folder / INDEX).open("w", encoding="utf-8") as file:
        _write_list(file, "sitemapindex", "sitemap", ((part, None) for part in parts))


def _write_section(folder: Path, section: str) -> Iterator[str]:
    """Write the files of a section, at least one; yield their addresses."""
    entries, number = SECTIONS[section](), 0
    some = list(islice(entries, ADDRESSES))
    while some or not number:
        number += 1
        with (folder / part_name(section, number)).open("w", encoding="utf-8") as file:
            _write_list(file, "urlset", "url", some)
        yield f"{reverse('sitemap_part', args=[section])}?p={number}"
        some = list(islice(entries, ADDRESSES))


def _write_list(file: TextIO, outer: str, inner: str, entries: Iterable[Entry]) -> None:
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    file.write(f'<{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n')
    for address, at in entries:
        day = f"<lastmod>{at.astimezone(CITY_TIME):%Y-%m-%d}</lastmod>" if at else ""
        file.write(f"<{inner}><loc>{escape(settings.SITE_URL + address)}</loc>{day}</{inner}>\n")
    file.write(f"</{outer}>\n")


def _version(_now: datetime) -> str:
    return f"{providers.public_state()} {list(_results())}"


SITEMAP_FILES = MadeFiles("sitemap", _version, providers.count_public_instruments, _write)
