"""Indicators of a unit with their shapes, what is missing to full marks, and where the city stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from instrument_share.journal.addresses import page_address
from instrument_share.web.text.formats import bilingual
from rewards.assessment.domain.reach import Spread, find_full_value, spread
from rewards.cycle.reports import format_points
from rewards.policy.domain.figures import format_rounded, group_digits
from rewards.policy.domain.policy import Indicator, RewardPolicy
from rewards.policy.reports.sentences import describe_shape
from rewards.policy.views.curves import draw_curve

if TYPE_CHECKING:
    from rewards.assessment.models import IndicatorResult

MOST_IMPROVEMENTS = 3
WIDTH, HEIGHT = 150, 22
ROWS = {
    "satisfaction": "assessment_ratings",
    "decision_timeliness": "assessment_decisions",
    "completeness": "assessment_completeness",
}
"""The page with the rows of a measure; hours and income have theirs on the pages of the instruments."""


@dataclass(frozen=True)
class Line:
    """An indicator of a unit as pages show it.

    `full_value` is empty where no value gives all points, `rows` where no page lists what it was made of.
    """

    result: "IndicatorResult"
    shape: str
    curve: SafeString
    full_value: str
    missing: Decimal
    city: SafeString | str
    city_words: str
    rows: str


def build_lines(
    results: "Iterable[IndicatorResult]",
    policy: RewardPolicy,
    city: Iterable[tuple[str, Any]],
    assessment_id: str = "",
) -> list[Line]:
    """Return the indicators in their order; `city` are code and points of every unit, without names.

    `assessment_id` is the public id of a frozen year's assessment, whose figures lead to their rows.
    """
    indicators = {each.code: each for group in policy.groups for each in group.indicators}
    points: dict[str, list[Decimal]] = defaultdict(list)
    for code, worth in city:
        points[code].append(Decimal(worth))
    return [
        _line(each, indicators[each.code], spread(points[each.code]), _get_rows(each, assessment_id))
        for each in results
    ]


def _get_rows(result: "IndicatorResult", assessment_id: str) -> str:
    name = ROWS.get(result.measure)
    return reverse(name, args=[assessment_id]) if name and assessment_id else ""


def _line(result: "IndicatorResult", indicator: Indicator, city: Spread | None, rows: str) -> Line:
    full, shape = find_full_value(indicator), describe_shape(indicator)
    words = _city_words(city) if city else ""
    return Line(
        result=result,
        shape=shape,
        curve=draw_curve(indicator, shape),
        full_value="" if full is None else group_digits(format_rounded(full, 4).rstrip("0").rstrip(".")),
        missing=result.full_points - result.points,
        city=_draw_spread(city, result, words) if city else "",
        city_words=words,
        rows=rows,
    )


def build_groups(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return the indicators by group, in the policy's order, with each group's points."""
    groups = [list(group) for _code, group in groupby(lines, key=lambda line: line.result.group_zh)]
    return [
        {
            "first": group[0].result,
            "lines": group,
            "points": sum(line.result.points for line in group),
            "full_points": sum(line.result.full_points for line in group),
        }
        for group in groups
    ]


def build_improvements(lines: Sequence[Line], unit_id: str) -> list[dict[str, str]]:
    """Return a sentence for the indicators that miss most points, with the page where one can act.

    `unit_id` is the public id of the unit for who manages it, and empty for everybody else.
    """
    most = sorted((line for line in lines if line.missing), key=lambda line: -line.missing)
    rows = []
    for line in most[:MOST_IMPROVEMENTS]:
        address, place = _get_place(line.result, unit_id) if unit_id else ("", "")
        rows.append({"sentence": _improvement(line), "address": address, "place": place})
    return rows


def _improvement(line: Line) -> str:
    value = line.result.written_value
    facts = {
        "title": bilingual(line.result, "title"),
        "missing": format_points(line.missing),
        "now": _("now {value}").format(value=value) if value else _("without a value now"),
        "full": line.full_value,
    }
    if line.full_value:
        return _("{title}: {missing} points short; full points at {full}, {now}.").format(**facts)
    return _("{title}: {missing} points short; {now}.").format(**facts)


def _get_place(result: "IndicatorResult", unit_id: str) -> tuple[str, str]:
    """Return the page where a unit's manager can improve an indicator, with its name, or empty texts."""
    if result.measure == "networked_share" and not result.value:
        return (
            reverse("unit_publications", args=[unit_id, "openness"]),
            _("Enter the number of instruments at or above the threshold"),
        )
    instruments = reverse("unit_instruments", args=[unit_id]), _("Instruments of the unit")
    return {
        "completeness": (reverse("unit_profile_edit", args=[unit_id]), _("Information of the unit")),
        "open_hours_share": instruments,
        "networked_share": instruments,
        "satisfaction": instruments,
        "decision_timeliness": (
            f"{page_address('unit_desk')}?unit={unit_id}#waiting",
            _("Requests to decide"),
        ),
    }.get(result.measure, ("", ""))


def _city_words(city: Spread) -> str:
    return _("City: lowest {lowest}, quartiles {first}, {median} and {third}, highest {highest}").format(
        **{name: format_points(figure) for name, figure in vars(city).items()}
    )


def _draw_spread(city: Spread, result: "IndicatorResult", label: str) -> SafeString:
    """Return an SVG: a line from lowest to highest, a box of the quartiles, the median, the unit's dot."""
    lowest, first, median, third, highest, own = (
        f"{4 + float(figure / (result.full_points or 1)) * WIDTH:.1f}"
        for figure in (city.lowest, city.first, city.median, city.third, city.highest, result.points)
    )
    return format_html(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">'
        '<path d="M{} 11H{}" stroke="currentColor" opacity="0.5"/>'
        '<path d="M{} 5H{}V17H{}Z" fill="currentColor" opacity="0.3"/>'
        '<path d="M{} 3V19" stroke="currentColor" stroke-width="2"/>'
        '<circle cx="{}" cy="11" r="4" fill="currentColor"/></svg>',
        label,
        WIDTH + 8,
        HEIGHT,
        WIDTH + 8,
        HEIGHT,
        lowest,
        highest,
        first,
        third,
        first,
        median,
        own,
    )
