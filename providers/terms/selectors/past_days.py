"""What opened and closed an instrument on days that have passed."""

from collections.abc import Sequence
from dataclasses import dataclass

from instrument_share.kernel.interval import Interval
from providers.terms.domain.special_days import DayTable
from providers.terms.models import Closure, OpenServiceRule
from providers.terms.openings import local_date
from providers.terms.selectors.rule_versions import rules_during
from providers.terms.selectors.rules import open_windows
from providers.terms.selectors.workdays import day_table_at


@dataclass(frozen=True)
class PastDays:
    """An instrument's open windows in a time that has passed, uncut, and where they came from."""

    windows: Sequence[Interval]
    rules: Sequence[OpenServiceRule]
    """The versions that applied, newest first, each with who published it."""
    closures: Sequence[Closure]
    """Those that met it, lifted ones too, each with who entered it."""
    days: DayTable
    """The public holidays as they were known at its end."""


def get_past_days(instrument_id: int, interval: Interval) -> PastDays:
    """Return what opened and closed an instrument in an interval that has passed. Six statements at most.

    The windows are those of that time: a new version of the rule and public holidays that are set later
    change coming ones only.
    """
    closures = Closure.objects.filter(
        instrument_id=instrument_id, ends_at__gt=interval.start, starts_at__lt=interval.end
    )
    first, last = local_date(interval.start), local_date(interval.end)
    return PastDays(
        windows=open_windows([instrument_id], interval)[instrument_id],
        rules=list(rules_during([instrument_id], interval).select_related("created_by").order_by("-version")),
        closures=list(closures.select_related("created_by").order_by("starts_at", "id")),
        days=day_table_at(interval.end, range(first.year, last.year + 1)),
    )
