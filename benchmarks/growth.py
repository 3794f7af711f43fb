"""Pages that must not grow with the data, in a city of three sizes, each against as many rows read by key.

The size is the first argument or INSTRUMENT_SHARE_BENCH_SIZE: small (the default), middle or large.
PostgreSQL only.
To measure another page, add it to PAGES; for other work, write a function beside `measure_page`.
"""

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.harness import Verdict, analyze, make_database, timed

# isort: split
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.harness.big_city import NOW, SIZES, TODAY, BigCity
from bookings.usage.models import UsageLog
from bookings.usage.services.days import usage_rebuild
from instrument_share.accounts.models import Organization
from instrument_share.jobs.worker import run_next_job
from instrument_share.pages.sitemaps import SITEMAP_FILES
from instrument_share.web.responses.made_files import renew
from providers.exchange.services.national_checks import national_check_start
from providers.exchange.views.open_data import OPEN_DATA_FILES
from providers.instruments.models import Instrument
from providers.units.services.kept_completeness import completeness_rebuild

ROUNDS = 3


@dataclass(frozen=True)
class Page:
    """A page: its name, address and reader ("" for a visitor), and the rows that its floor reads by key.

    `accepted` is the ratio to the floor, `statements` their number; both hold at every size.
    """

    name: str
    address: str
    reader: str
    model: type[Model]
    rows: int
    accepted: float
    statements: int


PAGES = [
    Page("home", "/", "", Instrument, 10, 130, 20),
    Page("home, logged in", "/", "manager", Instrument, 10, 130, 27),
    Page("openness", f"/openness/?year={TODAY.year}", "", Organization, 20, 60, 5),
    Page("unit's desk", "/unit/", "manager", Instrument, 20, 250, 28),
    Page("keeper's day", "/keeper/", "keeper", UsageLog, 10, 160, 21),
    Page("bureau's desk", "/bureau/", "officer", Organization, 50, 250, 15),
    Page("completeness", "/bureau/completeness/", "officer", Organization, 50, 150, 7),
    Page("completeness as CSV", "/bureau/completeness/?export=csv", "officer", Organization, 50, 300, 6),
    Page("completeness as XLSX", "/bureau/completeness/?export=xlsx", "officer", Organization, 50, 600, 6),
    Page("remind all", "/bureau/completeness/remind/?all=1", "officer", Organization, 50, 350, 11),
    Page("units", "/units/", "", Organization, 20, 80, 5),
    Page("units found by name", "/units/?q=1&sort=instruments", "", Organization, 20, 80, 5),
    Page("catalogue", "/instruments/", "", Instrument, 20, 130, 9),
    Page("timeline of a day", "/timeline/", "", Instrument, 60, 130, 10),
    Page("map of the site", "/sitemap.xml", "", Instrument, 1, 130, 3),
]


def main() -> None:
    if connection.vendor != "postgresql":
        print("skipped: the city is written by PostgreSQL itself; set DATABASE_URL")
        return
    settings.ALLOWED_HOSTS = ["testserver"]
    # Each visit makes its page anew, as the first one after a write does.
    settings.CACHES["pages"]["BACKEND"] = "django.core.cache.backends.dummy.DummyCache"
    logging.disable(logging.WARNING)
    make_database()
    call_command("collectstatic", interactive=False, verbosity=0)
    size = SIZES[(sys.argv[1:] or [os.environ.get("INSTRUMENT_SHARE_BENCH_SIZE", "small")])[0]]
    print(f"{size.instruments:,} instruments of {size.units:,} units, {size.logs:,} logs")
    cities: list[BigCity] = []
    print_time("made in", lambda: cities.append(BigCity(size)))
    analyze()
    print_time("sums and what waits made again in", usage_rebuild)
    print_time("completeness of all kept days in", lambda: completeness_rebuild(NOW))
    analyze()
    print_time("map of the site made in", lambda: renew(SITEMAP_FILES, NOW))
    print_time("files of open data made in", lambda: renew(OPEN_DATA_FILES, NOW))
    print_time("national check of the year made in", lambda: check_region_of(cities[0]))
    verdict = Verdict()
    for page in PAGES:
        measure_page(verdict, page, cities[0])
    verdict.exit()


def check_region_of(city: BigCity) -> None:
    national_check_start(actor=city.officer, year=TODAY.year, now=NOW)
    while run_next_job("growth"):
        pass


def print_time(what: str, act: Callable[[], object]) -> None:
    print(f"{what:44}{timed(act):>9.1f} s", flush=True)


def measure_page(verdict: Verdict, page: Page, city: BigCity) -> None:
    get = opened_by(page.address, getattr(city, page.reader, None))
    get()
    with CaptureQueriesContext(connection) as captured:
        get()
    statements = len(captured)
    verdict.compare(page.name, measured=get, floor=rows_by_key(page), accepted=page.accepted, rounds=ROUNDS)
    verdict.at_most("  statements", statements, page.statements)


def opened_by(address: str, user: object) -> Callable[[], None]:
    client = Client()
    if user is not None:
        client.force_login(user)  # type: ignore[arg-type]

    def get() -> None:
        response = client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        b"".join(response)  # a streamed answer is made only as it is read

    return get


def rows_by_key(page: Page) -> Callable[[], object]:
    rows = page.model._default_manager
    keys = list(rows.values_list("pk", flat=True)[: page.rows])
    return lambda: list(rows.filter(pk__in=keys))


if __name__ == "__main__":
    main()
