"""Searches of the catalogue over 20,000 instruments, against the same rows read by primary key.

A search is one statement for its words and one for its page; no plan may read a whole table.
"""

import re
from datetime import timedelta

from benchmarks.harness import Verdict, analyze, make_database, timed

# isort: split
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from schedule.models import Calendar

from bookings.requests.models import Booking, BookingGroup, NextFree
from bookings.requests.selectors.searching import Order, search_catalogue
from instrument_share.kernel.interval import Interval
from providers.instruments.models import Instrument
from providers.search.selectors.search import EVERYTHING, search
from providers.search.services.index import search_rebuild
from providers.search.services.synonyms import synonyms_load
from providers.terms.domain.choices import ServiceMode, UserKind
from providers.terms.models import Closure, OpenServiceRule, OpenWindow, PriceLine
from tests.factories import LONG_AGO, NOW, organization, user

UNITS, INSTRUMENTS, DAYS = 200, 20_000, 14
PER_PAGE = 20
BATCH = 500
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WANTED = Interval(NOW + 3 * DAY + 2 * HOUR, NOW + 3 * DAY + 4 * HOUR)


KINDS = [
    ("扫描电子显微镜", "Scanning electron microscope", "SE"),
    ("透射电子显微镜", "Transmission electron microscope", "TE"),
    ("液相色谱质谱联用仪", "LC-MS system", "LQ"),
    ("气相色谱仪", "Gas chromatograph", "GX"),
    ("X射线衍射仪", "X-ray diffractometer", "XD"),
    ("核磁共振波谱仪", "NMR spectrometer", "SP"),
    ("激光共聚焦显微镜", "Laser confocal microscope", "CF"),
    ("流式细胞仪", "Flow cytometer", "CY"),
    ("激光粒度仪", "Laser particle sizer", "GS"),
    ("万能试验机", "Universal testing machine", "UT"),
    ("电感耦合等离子体质谱仪", "ICP mass spectrometer", "IQ"),
    ("三坐标测量机", "Coordinate measuring machine", "CM"),
    ("高低温湿热试验箱", "Temperature and humidity chamber", "WT"),
    ("矢量网络分析仪", "Vector network analyser", "VN"),
    ("基因测序仪", "DNA sequencer", "GR"),
    ("电化学工作站", "Electrochemical workstation", "EC"),
]
ADJECTIVES = ["", "高分辨", "台式", "场发射", "全自动", "低温", "便携式", "超快"]
SEARCHES = {
    # what is searched: the ratio that is accepted for the page that comes first
    "质谱": 250,
    "zp": 250,
    "mass spec": 250,
    "LQ-1002": 40,
    "扫描电镜 云屏单位8": 100,
}


def main() -> None:
    make_database()
    verdict = Verdict()
    fill()
    analyze()
    for name, found, accepted in pages():
        compare(verdict, name, found, accepted)
    for text, accepted in SEARCHES.items():
        words = timed_search(text)
        compare(verdict, f"{text}, by fit", asked(words), accepted, ROW_EACH)
        compare(verdict, f"{text}, free then, by fit", asked(words, free=WANTED), accepted, ROW_EACH)
        took = timed(lambda text=text: search(text))
        print(f"  {'its words understood in':42}{took * 1000:>8.2f} ms")
    misspelt = timed_search("confocl")
    assert misspelt.corrected, "the misspelt word was not corrected"
    verdict.exit()


def pages():
    yield "catalogue by name", asked(order=Order.NAME), 8
    yield "catalogue by next free time", asked(), 15
    yield "catalogue by price", asked(order=Order.PRICE), 15
    yield "bookable on this day, by next free time", asked(day=(NOW + 3 * DAY).date()), 20
    yield "free at this time, by name", asked(order=Order.NAME, free=WANTED), 20
    yield "free at this time, by next free time", asked(free=WANTED), 20
    yield "free at this time, by price", asked(order=Order.PRICE, free=WANTED), 25


def asked(words=EVERYTHING, **more):
    return search_catalogue(AnonymousUser(), search=words, now=NOW, **more)


def timed_search(text):
    with CaptureQueriesContext(connection) as statements:
        words = search(text)
    assert len(statements) <= 2
    return words


def compare(verdict, name, found, accepted, may_be_read=frozenset()) -> None:
    def page():
        return found.page(None, PER_PAGE).items

    with CaptureQueriesContext(connection) as statements:
        ids = [instrument.pk for instrument in page()]
    assert ids, f"{name}: nothing found"
    verdict.compare(
        name,
        measured=page,
        floor=lambda: list(Instrument.objects.filter(pk__in=ids)),
        accepted=accepted,
        rounds=5,
    )
    verdict.at_most("  statements", len(statements), 2)
    read = set().union(*(read_as_a_whole(one["sql"]) for one in statements))
    verdict.at_most(f"  read as a whole {' '.join(sorted(read))}", len(read - may_be_read), 0)


# Tables with at least a row for each instrument.
BIG = {
    "bookings_booking",
    "bookings_nextfree",
    "providers_closure",
    "providers_instrument",
    "providers_listedprice",
    "providers_openservicerule",
    "providers_openwindow",
    "providers_priceline",
    "providers_searchterm",
}
# Of these a search for what an eighth of all have may read any as a whole: that is as much as to probe them.
ROW_EACH = {"bookings_nextfree", "providers_instrument"}


def read_as_a_whole(statement: str) -> set[str]:
    """The great tables that the plan reads from end to end, be it in the order of an index."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            aliases = {alias: table for table, alias in re.findall(r'"(\w+)" (\w+)', statement)}
            read = [re.match(r"SCAN (\w+)", str(row[-1])) for row in cursor.fetchall()]
            return {aliases.get(one[1], one[1]) for one in read if one} & BIG
        cursor.execute(f"EXPLAIN {statement}")
        return set(re.findall(r"Seq Scan on (\w+)", "\n".join(row[0] for row in cursor.fetchall()))) & BIG


def fill() -> None:
    """Instruments of sixteen kinds, each open twelve hours a day, with a booking of four hours on most days,
    and the index of what they are found by."""
    units = [organization(f"云屏单位{number}", owns_instruments=True) for number in range(UNITS)]
    instruments = Instrument.objects.bulk_create(
        [
            Instrument(
                organization=units[number % UNITS],
                state="published",
                inner_number=f"N{number}",
                name_zh=f"{ADJECTIVES[number // 16 % 8]}{KINDS[number % 16][0]}",
                name_en=KINDS[number % 16][1],
                model=f"{KINDS[number % 16][2]}-{number // 16 + 1000}",
                functions_zh="材料形貌、成分与结构的常规分析，面向高校与企业开放。",
                value_yuan=500_000,
                created_at=LONG_AGO,
                published_at=LONG_AGO,
            )
            for number in range(INSTRUMENTS)
        ],
        batch_size=BATCH,
    )
    calendars = Calendar.objects.bulk_create(
        [Calendar(name="rule", slug=f"rule-{one.pk}") for one in instruments], batch_size=BATCH
    )
    rules = OpenServiceRule.objects.bulk_create(
        [
            OpenServiceRule(
                instrument=one,
                calendar=calendar,
                version=1,
                applies_from=LONG_AGO,
                user_kinds=[kind.value for kind in UserKind],
                service_modes=[mode.value for mode in ServiceMode],
                created_at=LONG_AGO,
            )
            for one, calendar in zip(instruments, calendars, strict=True)
        ],
        batch_size=BATCH,
    )
    PriceLine.objects.bulk_create(
        [PriceLine(rule=rule, price_yuan=50 + rule.pk * 37 % 900) for rule in rules], batch_size=BATCH
    )
    fill_time(instruments, rules)
    synonyms_load(actor=None, now=LONG_AGO)
    print(f"{'index and prices made anew in':44}{timed(search_rebuild):>9.1f} s", flush=True)


def fill_time(instruments, rules) -> None:
    OpenWindow.objects.bulk_create(
        [
            OpenWindow(
                instrument=one,
                rule=rule,
                starts_at=NOW + day * DAY,
                ends_at=NOW + day * DAY + 12 * HOUR,
            )
            for one, rule in zip(instruments, rules, strict=True)
            for day in range(DAYS)
        ],
        batch_size=BATCH,
    )
    booker = user()
    group = BookingGroup.objects.create(user=booker, created_at=LONG_AGO)
    Booking.objects.bulk_create(
        [
            Booking(
                group=group,
                instrument=one,
                rule=rule,
                user=booker,
                payer_person=booker,
                state="approved",
                starts_at=NOW + day * DAY + (number + day) % 3 * 4 * HOUR,
                ends_at=NOW + day * DAY + ((number + day) % 3 * 4 + 4) * HOUR,
                held_until=NOW + day * DAY + ((number + day) % 3 * 4 + 4) * HOUR,
                user_kind="individual",
                service_mode="operated",
                subject="断口观察",
                quote=[],
                quoted_yuan=0,
                requested_at=LONG_AGO,
            )
            for number, (one, rule) in enumerate(zip(instruments, rules, strict=True))
            for day in range(1, DAYS, 2)
        ],
        batch_size=BATCH,
    )
    Closure.objects.bulk_create(
        [
            Closure(
                instrument=one,
                starts_at=NOW + day * DAY,
                ends_at=NOW + (day + 1) * DAY,
                reason_zh="保养",
                created_at=LONG_AGO,
                created_by=booker,
            )
            for number, one in enumerate(instruments)
            for day in range(number % 7, DAYS, 7)
        ],
        batch_size=BATCH,
    )
    NextFree.objects.bulk_create(
        [
            NextFree(
                instrument=one,
                at=NOW + number % 97 * HOUR,
                until=None,
                days=" ".join((NOW + day * DAY).date().isoformat() for day in range(number % 3, DAYS, 2)),
                computed_at=NOW,
            )
            for number, one in enumerate(instruments)
        ],
        batch_size=BATCH,
    )


if __name__ == "__main__":
    main()
