"""Drawings of the days of a finding: windows, bookings and uses along the hours, made on the server.

Positions are percentages, so that the hours stretch with the page while the words keep their size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval, merge
from instrument_share.web.text.formats import clock_time, day, timerange
from rewards.findings.views.open_days import days_of, whole_day

if TYPE_CHECKING:
    from rewards.cycle.domain.snapshot_schema import UsageRow
    from rewards.findings.selectors.grounds import Grounds

MOST_PICTURES = 3
LANE, TOP, BAR = 38, 20, 14
"""Heights in pixels: of a use with its words, of the hours above, of a filled bar."""
TICKS = 4


@dataclass(frozen=True)
class DayPicture:
    """The drawing of a day on which uses begin."""

    caption: str
    drawing: SafeString


def draw_days(grounds: "Grounds") -> tuple[list[DayPicture], int]:
    """Return a drawing of each of the first days on which uses of a finding begin, and how many are left out."""
    by_day = [
        (on, list(rows))
        for on, rows in groupby(
            grounds.uses.values(), key=lambda row: row.starts_at.astimezone(CITY_TIME).date()
        )
    ]
    drawn = [DayPicture(day(on), _draw(on, rows, grounds)) for on, rows in by_day[:MOST_PICTURES]]
    return drawn, len(by_day) - len(drawn)


def _draw(on: date, rows: Sequence["UsageRow"], grounds: "Grounds") -> SafeString:
    uses = [Interval(row.starts_at, row.ends_at) for row in rows]
    days = days_of(Interval(uses[0].start, max(use.end for use in uses)))
    shown = Interval(whole_day(on).start, whole_day(days[-1]).end)
    past = grounds.days.windows if grounds.days else []
    windows = [part for window in past if (part := window.intersection(shown))]
    shared = merge(both for pair in combinations(uses, 2) if (both := pair[0].intersection(pair[1])))
    height = TOP + LANE * len(rows) + 4
    return format_html(
        '<svg role="img" aria-label="{}" width="100%" height="{}">{}{}{}{}</svg>',
        _in_words(on, rows, windows, shared),
        height,
        format_html_join("", _RECT, (_band(window, shown, height) for window in windows)),
        _hours(shown, height),
        format_html_join("", "{}", ((each,) for each in _lanes(rows, shown))),
        format_html_join("", _RECT, (_mark(both, shown, height) for both in shared)),
    )


_RECT = '<rect x="{}%" width="{}%" y="{}" height="{}" {}/>'
_BAND = mark_safe('fill="currentColor" fill-opacity="0.12"')
_OUTLINE = mark_safe('fill="none" stroke="currentColor" stroke-width="1.5"')
_FILLED = mark_safe('fill="currentColor" fill-opacity="0.65"')
_SHARED = mark_safe('fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="4 3"')


def _at(instant: datetime, shown: Interval) -> float:
    return 100 * ((instant - shown.start) / shown.length)


def _span(interval: Interval, shown: Interval) -> tuple[str, str]:
    """Return where an interval begins and how wide it is, in percent of the drawing."""
    part = interval.intersection(shown)
    if part is None:
        return "0", "0"
    return f"{_at(part.start, shown):.2f}", f"{max(_at(part.end, shown) - _at(part.start, shown), 0.3):.2f}"


def _band(window: Interval, shown: Interval, height: int) -> tuple[object, ...]:
    return *_span(window, shown), TOP, height - TOP, _BAND


def _mark(both: Interval, shown: Interval, height: int) -> tuple[object, ...]:
    return *_span(both, shown), TOP + 1, height - TOP - 2, _SHARED


def _hours(shown: Interval, height: int) -> SafeString:
    """Return lines at quarters of the time shown, with the hours above them."""
    marks = []
    for number in range(TICKS + 1):
        instant = shown.start + number * shown.length / TICKS
        anchor = {0: "start", TICKS: "end"}.get(number, "middle")
        words = clock_time(instant) if number < TICKS else "24:00"
        place = f"{100 * number / TICKS:g}"
        marks.append((place, anchor, words, place, place, TOP, height))
    return format_html_join(
        "",
        '<text x="{}%" y="12" text-anchor="{}" font-size="11" fill="currentColor">{}</text>'
        '<line x1="{}%" x2="{}%" y1="{}" y2="{}" stroke="currentColor" stroke-opacity="0.25"/>',
        marks,
    )


def _lanes(rows: Sequence["UsageRow"], shown: Interval) -> Iterator[SafeString]:
    """Yield each use: its words, its booking as an outline, and what was used as a filled bar."""
    for number, row in enumerate(rows):
        y = TOP + LANE * number
        yield format_html(
            '<text x="2" y="{}" font-size="11" fill="currentColor">{} {}–{}</text>',
            y + 13,
            row.id,
            clock_time(row.starts_at),
            clock_time(row.ends_at),
        )
        if row.booked_starts_at and row.booked_ends_at:
            booked = Interval(row.booked_starts_at, row.booked_ends_at)
            yield format_html(_RECT, *_span(booked, shown), y + 17, BAR + 4, _OUTLINE)
        yield format_html(_RECT, *_span(Interval(row.starts_at, row.ends_at), shown), y + 19, BAR, _FILLED)


def _in_words(
    on: date, rows: Sequence["UsageRow"], windows: Sequence[Interval], shared: Sequence[Interval]
) -> str:
    """Return what the drawing shows, for those who do not see it."""
    comma = _(", ")
    said = [day(on)]
    opened = comma.join(map(timerange, windows))
    said.append(_("Open: {times}").format(times=opened) if windows else _("No open window"))
    for row in rows:
        said.append(_("Used: {times}").format(times=timerange(Interval(row.starts_at, row.ends_at))))
        if row.booked_starts_at and row.booked_ends_at:
            booked = Interval(row.booked_starts_at, row.booked_ends_at)
            said.append(_("Booked: {times}").format(times=timerange(booked)))
    if shared:
        said.append(_("Used twice: {times}").format(times=comma.join(map(timerange, shared))))
    return _("; ").join(said)
