"""Preview of terms before they are published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bookings.requests.domain.price_examples import calculate_price_examples
from bookings.requests.selectors.rule_trial import RefusedRequest, run_rule_trial
from bookings.requests.views.rule_comparison import compare_terms
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.interval import Interval, intersect, total_length
from instrument_share.web.responses.problem import problems_told, told
from instrument_share.web.text.formats import clock_time, weekday
from providers import public as providers
from providers.domain import ONE_DAY, DayKind, Terms, TermsDraft, price_changes, problems_of_terms, sentences
from providers.public import draft_openings

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument

WEEKS = 5
HALF_HOUR = timedelta(minutes=30)
MAX_REFUSED = 20


@dataclass(frozen=True)
class OpenDay:
    """A day of the preview: its openings in words, as hours and as 48 half hours, and its kind."""

    day: date
    words: str
    hours: timedelta
    half_hours: tuple[bool, ...]
    kind: DayKind | None
    asked: bool
    """Not before the terms apply."""

    @property
    def weekday(self) -> str:
        """Return the weekday's name."""
        return weekday(self.day)


def build_preview(
    viewer: "User",
    instrument: "Instrument",
    draft: TermsDraft,
    versions: Sequence[Terms],
    applies_from: datetime,
    now: datetime,
) -> dict[str, Any]:
    """Return the context of the preview: the terms in words, open time, changes, or why they are invalid.

    `versions` are those that stand already, newest first; the draft replaces the one that would be in force.
    """
    if problems := problems_of_terms(draft):
        return {"problems": problems_told(problems)}
    said: dict[str, Any] = {"sentences": sentences(draft)}
    before = providers.version_in_force(versions, applies_from)
    try:
        said |= _month(draft, before, applies_from)
        said["trial"] = trial = run_rule_trial(
            viewer,
            instrument,
            draft,
            in_force=providers.version_in_force(versions, now),
            applies_from=applies_from,
            now=now,
        )
    except DomainError as error:
        return {**said, "problems": [told(error.message, error.params)]}
    said["refused"] = _list_refused(trial.newly_refused)
    said["refused_as_now"] = _list_refused(trial.refused_as_now)
    said["last_day"] = trial.month.end - ONE_DAY
    if before is not None:
        said["compared"] = compare_terms(before, draft)
        said["price_changes"] = price_changes(before.prices, draft.prices)
    said["example_time"] = example_time = _example_time(applies_from)
    said["examples"] = calculate_price_examples(before, draft, example_time)
    return said


def _list_refused(refused: Sequence[RefusedRequest]) -> dict[str, Any]:
    return {
        "count": len(refused),
        "rows": [(one, problems_told(one.problems)) for one in refused[:MAX_REFUSED]],
        "more": max(len(refused) - MAX_REFUSED, 0),
    }


def _month(draft: TermsDraft, before: Terms | None, applies_from: datetime) -> dict[str, Any]:
    """Return five weeks from the Monday before the terms apply, with their open hours."""
    first = applies_from.astimezone(CITY_TIME).date()
    monday = first - first.weekday() * ONE_DAY
    last = monday + WEEKS * 7 * ONE_DAY
    span = Interval(applies_from, datetime.combine(last, time(), CITY_TIME))
    found = _within(draft, monday, last, span)
    days = providers.day_table({monday.year, last.year}).days
    cells = [
        _day(found, day, days.get(day), first) for day in (monday + n * ONE_DAY for n in range(WEEKS * 7))
    ]
    return {
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
        "span": (first, last - ONE_DAY),
        "open_hours": total_length(found),
        "open_days": sum(1 for cell in cells if cell.hours),
        "hours_before": total_length(_within(before, monday, last, span)) if before is not None else None,
    }


def _within(terms: TermsDraft, first: date, last: date, span: Interval) -> list[Interval]:
    return intersect(draft_openings(terms, first - ONE_DAY, last), [span])


def _day(openings: Sequence[Interval], day: date, kind: DayKind | None, first: date) -> OpenDay:
    begins = datetime.combine(day, time(), CITY_TIME)
    ends = begins + ONE_DAY
    parts = intersect(openings, [Interval(begins, ends)])
    marks = tuple(any(part.start <= begins + n * HALF_HOUR < part.end for part in parts) for n in range(48))
    words = ", ".join(f"{clock_time(part.start)}–{_closing(part.end, ends)}" for part in parts)
    return OpenDay(day, words or _("not open"), total_length(parts), marks, kind, day >= first)


def _closing(end: datetime, midnight: datetime) -> str:
    return "24:00" if end == midnight else clock_time(end)


def _example_time(applies_from: datetime) -> Interval:
    """Return two hours on the first Monday morning under the terms."""
    first = applies_from.astimezone(CITY_TIME).date()
    monday = first + (7 - first.weekday()) % 7 * ONE_DAY
    start = datetime.combine(monday, time(10), CITY_TIME)
    return Interval(start, start + timedelta(hours=2))
