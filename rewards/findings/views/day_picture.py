"""Drawings of the days of a finding: windows, bookings and uses along the hours, made on the server.

Positions are percentages, so that the hours stretch with the page while the words keep their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval, merge
from instrument_share.web.text.formats import clock_range, day, timerange, weekday
from rewards.findings.views.open_days import days_of, whole_day

if TYPE_CHECKING:
    from rewards.cycle.domain.snapshot_schema import UsageRow
    from rewards.findings.selectors.grounds import Grounds

MOST_DAYS, MOST_USES = 3, 8
"""How many days are drawn, and how many uses of each."""
LANE, TOP, BAR = 38, 20, 14
"""Heights in pixels: of a use with its words, of the hours above, of a filled bar."""
TICKS = 4


@dataclass(frozen=True)
class DayPicture:
    """The drawing of a day on which uses begin."""

    caption: str
    drawing: SafeString


def draw_days(grounds: "Grounds") -> tuple[list[DayPicture], int]:
    """Return a drawing of each of the first days on which uses begin, and how many uses are left out."""
    uses = grounds.uses.values()
    by_day = [
        list(rows) for _on, rows in groupby(uses, key=lambda row: row.starts_at.astimezone(CITY_TIME).date())
    ]
    chosen = [rows[:MOST_USES] for rows in by_day[:MOST_DAYS]]
    return [_picture(rows, grounds) for rows in chosen], len(uses) - sum(map(len, chosen))


def _picture(rows: Sequence["UsageRow"], grounds: "Grounds") -> DayPicture:
    uses = [_use(row) for row in rows]
    days = days_of(Interval(uses[0].start, max(use.end for use in uses)))
    shown = Interval(whole_day(days[0]).start, whole_day(days[-1]).end)
    past = grounds.days.windows if grounds.days else []
    windows = [part for window in past if (part := window.intersection(shown))]
    shared = merge(both for one, other in combinations(uses, 2) if (both := one.intersection(other)))
    height = TOP + LANE * len(rows) + 4
    lanes = [
        _lane(number, row, windows if row.instrument == grounds.instrument else [], shared, shown)
        for number, row in enumerate(rows)
    ]
    drawing = format_html(
        '<svg role="img" aria-label="{}" width="100%" height="{}">{}</svg>',
        _in_words(rows, windows, shared),
        height,
        format_html_join("", "{}", ((part,) for part in (_hours(days, height), *lanes))),
    )
    caption = day(days[0]) if len(days) == 1 else f"{day(days[0])} – {day(days[-1])}"
    return DayPicture(caption, drawing)


_BAND = mark_safe('fill="currentColor" fill-opacity="0.12"')
_OUTLINE = mark_safe('fill="none" stroke="currentColor" stroke-width="1.5"')
_FILLED = mark_safe('fill="currentColor" fill-opacity="0.65"')
_SHARED = mark_safe('fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="4 3"')


def _use(row: "UsageRow") -> Interval:
    return Interval(row.starts_at, row.ends_at)


def _booking(row: "UsageRow") -> Interval | None:
    if row.booked_starts_at is None or row.booked_ends_at is None:
        return None
    return Interval(row.booked_starts_at, row.booked_ends_at)


def _bar(time: Interval, shown: Interval, y: int, height: int, look: SafeString) -> SafeString:
    """Return the part of a time that lies in the drawing as a rectangle, at least a hair wide."""
    part = time.intersection(shown)
    if part is None:
        return SafeString()
    start, width = 100 * ((part.start - shown.start) / shown.length), 100 * (part.length / shown.length)
    return format_html(
        '<rect x="{}%" width="{}%" y="{}" height="{}" {}/>',
        f"{start:.2f}",
        f"{max(width, 0.3):.2f}",
        y,
        height,
        look,
    )


def _hours(days: Sequence[date], height: int) -> SafeString:
    """Return lines with the hours above them; of several days, with their weekdays."""
    number = TICKS if len(days) == 1 else len(days)
    words = (
        [f"{24 * at // TICKS:02}:00" for at in range(TICKS + 1)]
        if len(days) == 1
        else [*map(weekday, days), ""]
    )
    marks = []
    for at, word in enumerate(words):
        place = f"{100 * at / number:.4g}"
        anchor = {0: "start", number: "end"}.get(at, "middle")
        marks.append((place, anchor, word, place, place, TOP, height))
    return format_html_join(
        "",
        '<text x="{}%" y="12" text-anchor="{}" font-size="11" fill="currentColor">{}</text>'
        '<line x1="{}%" x2="{}%" y1="{}" y2="{}" stroke="currentColor" stroke-opacity="0.25"/>',
        marks,
    )


def _lane(
    number: int, row: "UsageRow", windows: Sequence[Interval], shared: Sequence[Interval], shown: Interval
) -> SafeString:
    """Return a use before the windows: its words, its booking, itself, and what another one shares."""
    y, use, booking = TOP + LANE * number, _use(row), _booking(row)
    words = f"{row.id} {clock_range(use)}" if len(days_of(use)) == 1 else timerange(use)
    bars = [
        *(_bar(window, shown, y, LANE, _BAND) for window in windows),
        *([_bar(booking, shown, y + 18, BAR + 4, _OUTLINE)] if booking else []),
        _bar(use, shown, y + 20, BAR, _FILLED),
        *(_bar(both, shown, y + 16, BAR + 8, _SHARED) for each in shared if (both := use.intersection(each))),
    ]
    return format_html(
        '{}<text x="2" y="{}" font-size="11" fill="currentColor">{}</text>',
        format_html_join("", "{}", ((bar,) for bar in bars)),
        y + 12,
        words,
    )


def _in_words(rows: Sequence["UsageRow"], windows: Sequence[Interval], shared: Sequence[Interval]) -> str:
    """Return what the drawing shows, for those who do not see it."""
    comma = _(", ")
    opened = comma.join(map(timerange, windows))
    said = [_("Open: {times}").format(times=opened) if windows else _("No open window")]
    for row in rows:
        said.append(_("Used: {times}").format(times=timerange(_use(row))))
        if booking := _booking(row):
            said.append(_("Booked: {times}").format(times=timerange(booking)))
    if shared:
        said.append(_("Used twice: {times}").format(times=comma.join(map(timerange, shared))))
    return _("; ").join(said)
