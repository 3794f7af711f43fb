"""A plausible year without irregularities, drawn from a seed, as the rows of a snapshot."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from instrument_share.kernel.city_time import CITY_TIME
from rewards.cycle.domain.snapshot_schema import InstrumentRow, UnitRow, UsageRow, build_row
from tests.rewards.assessment.domain.test_outcome_of_snapshot import UNIT
from tests.rewards.cycle.domain.test_snapshot_schema import INSTRUMENT, USAGE

YEAR = 2025
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLACES = ("实验楼101", "实验楼102", "实验楼103", "分析楼201", "分析楼202", "中试基地")


def at(month, day, hour=9, minute=0):
    return datetime(YEAR, month, day, hour, minute, tzinfo=CITY_TIME)


def use(number, start, hours=2, instrument=0, **changed):
    """A use as booked and quoted, checked out at its end, a tenth of it idle."""
    begins = start
    ends = begins + timedelta(hours=hours)
    seconds = (ends - begins) // timedelta(seconds=1)
    values = USAGE | {
        "id": f"LOG-{instrument}-{number:05}",
        "instrument": f"INS-{instrument}",
        "number": number,
        "operator": f"USR-{instrument}",
        "booking": f"BKG-{instrument}-{number}",
        "booked_starts_at": begins,
        "booked_ends_at": ends,
        "starts_at": begins,
        "ends_at": ends,
        "recorded_at": ends,
        "quoted_yuan": Decimal("600.00"),
        "amount_yuan": Decimal("600.00"),
        "external": True,
        "related": False,
        "capture": "check_out",
        "setup_seconds": 0,
        "post_seconds": 0,
        "measuring_seconds": seconds * 9 // 10,
        "effective_seconds": seconds * 9 // 10,
        "idle_seconds": seconds - seconds * 9 // 10,
        "inside_windows_seconds": seconds,
        "payer_organization": "ORG-OUTSIDE",
        "confirmed": True,
    }
    values |= changed
    return build_row(UsageRow, values)


def by_hand(number, start, hours=2, days=1, **changed):
    """The same without a booking, typed in some days after its end."""
    entered = start + timedelta(hours=hours) + timedelta(days=days)
    own = {
        "capture": "manual",
        "recorded_at": entered,
        "booking": None,
        "booked_starts_at": None,
        "booked_ends_at": None,
        "quoted_yuan": None,
    }
    return use(number, start, hours, **(own | changed))


OWNER = build_row(UnitRow, UNIT | {"related": ["ORG-1", "ORG-SISTER"]})
RELATED = "ORG-SISTER"


class City:
    """A unit with an instrument in each of the places, and these uses."""

    def __init__(self, uses):
        self.uses = uses

    def units(self):
        return [OWNER]

    def instruments(self):
        return [
            build_row(InstrumentRow, INSTRUMENT | {"instrument": f"INS-{number}", "place_zh": place})
            for number, place in enumerate(PLACES)
        ]

    def usage(self, instrument):
        return [use for use in self.uses if use.instrument == instrument]


def draw_year(seed):
    """Every working day some bookings on each instrument; people come early, stay late, and log by hand."""
    draw = random.Random(seed)
    return [row for instrument in range(len(PLACES)) for row in _year_of(draw, instrument)]


def _year_of(draw, instrument):
    number = 0
    for ordinal in range(date(YEAR, 1, 2).toordinal(), date(YEAR, 12, 31).toordinal()):
        day = date.fromordinal(ordinal)
        begins = datetime(day.year, day.month, day.day, 8, tzinfo=CITY_TIME)
        free_from = begins - 15 * MINUTE
        closes = begins + 12 * HOUR
        while day.weekday() < 5:
            begins += draw.choice([0, 0, 30, 60]) * MINUTE
            ends = begins + draw.choice([1, 2, 3, 6]) * HOUR
            if ends > closes:
                break
            number += 1
            row = _use(draw, number, instrument, begins, ends, max(free_from, begins - 15 * MINUTE))
            yield row
            free_from = max(row.ends_at, begins)
            begins = ends + draw.choice([30, 60]) * MINUTE


def _use(draw, number, instrument, begins, ends, earliest):
    start = draw.choice([max(earliest, begins - 15 * MINUTE), begins, begins + 8 * MINUTE])
    end = ends + draw.choice([-10, -5, 0, 5, 29]) * MINUTE
    seconds = (end - start) // timedelta(seconds=1)
    idle = 0 if draw.random() < 0.1 else int(seconds * draw.uniform(0.02, 0.1))
    charged = Decimal((end - begins) / (ends - begins))
    external = draw.random() < 0.4
    quoted = Decimal(300 if external else 90) * ((ends - begins) // HOUR)
    closes = begins.replace(hour=20, minute=0)
    opens = begins.replace(hour=8, minute=0)
    inside = (min(end, closes) - max(start, opens)) // timedelta(seconds=1)
    late = draw.randint(0, 2) * DAY if draw.random() < 0.1 else None
    return use(
        number,
        start,
        seconds / 3600,
        instrument,
        booked_starts_at=begins,
        booked_ends_at=ends,
        ends_at=end,
        inside_windows_seconds=inside,
        measuring_seconds=seconds - idle,
        effective_seconds=seconds - idle,
        idle_seconds=idle,
        external=external,
        payer_organization="ORG-OUTSIDE" if external else OWNER.organization,
        quoted_yuan=quoted,
        amount_yuan=(quoted * charged).quantize(Decimal("0.01")),
        capture="check_out" if late is None else "manual",
        recorded_at=end + (2 * MINUTE if late is None else late + HOUR),
    )
