"""What terms would mean, worked out for their page before they are published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bookings.requests.domain.price_examples import price_examples
from bookings.requests.selectors.rule_trial import rule_trial
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.interval import Interval, intersected, total
from instrument_share.web.formats import clock_time, weekday
from instrument_share.web.problem import problems_told, told
from providers import public as providers
from providers.domain import ONE_DAY, DayKind, Terms, TermsDraft, price_changes, problems_of_terms, sentences
from providers.public import draft_openings

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument

WEEKS = 5
HALF_HOUR = timedelta(minutes=30)
MOST_REFUSED = 20


@dataclass(frozen=True)
class OpenDay:
    """A day of the picture: its openings in words, as hours and as 48 half hours, and what day it is."""

    day: date
    words: str
    hours: timedelta
    half_hours: tuple[bool, ...]
    kind: DayKind | None
    asked: bool
    """Not before the terms apply."""

    @property
    def weekday(self) -> str:
        return weekday(self.day)


@dataclass(frozen=True)
class Compared:
    """Sentences of a version beside those of the one before, each with whether the other has it too."""

    before: tuple[tuple[str, bool], ...]
    after: tuple[tuple[str, bool], ...]

    @property
    def differs(self) -> bool:
        return bool(self.left_out or self.new)

    @property
    def left_out(self) -> list[str]:
        return [text for text, stays in self.before if not stays]

    @property
    def new(self) -> list[str]:
        return [text for text, stood in self.after if not stood]

    @property
    def same(self) -> list[str]:
        return [text for text, stood in self.after if stood]


def preview_of(
    viewer: "User",
    instrument: "Instrument",
    draft: TermsDraft,
    before: Terms | None,
    applies_from: datetime,
    now: datetime,
) -> dict[str, Any]:
    """What the terms say, when they open and what they change; or what keeps them from being published."""
    if problems := problems_of_terms(draft):
        return {"problems": problems_told(problems)}
    said: dict[str, Any] = {"sentences": sentences(draft)}
    try:
        said |= _month(draft, before, applies_from)
        said["trial"] = trial = rule_trial(viewer, instrument, draft, applies_from=applies_from, now=now)
    except DomainError as error:
        return {**said, "problems": [told(error.message, error.params)]}
    said["refused"] = [(one, problems_told(one.problems)) for one in trial.refused[:MOST_REFUSED]]
    said["refused_more"] = max(len(trial.refused) - MOST_REFUSED, 0)
    said["last_day"] = trial.month.end - ONE_DAY
    said["refused_count"] = len(trial.refused)
    if before is not None:
        said["compared"] = compared(before, draft)
        said["price_changes"] = price_changes(before.prices, draft.prices)
    said["example_time"] = example_time = _example_time(applies_from)
    said["examples"] = price_examples(before, draft, example_time)
    return said


def compared(before: TermsDraft, after: TermsDraft) -> Compared:
    """What two versions say, with what the other does not say marked."""
    earlier, later = texts(before), texts(after)
    return Compared(
        tuple((text, text in later) for text in earlier), tuple((text, text in earlier) for text in later)
    )


def texts(terms: TermsDraft) -> list[str]:
    """The rule in the reader's language."""
    return [told(one.message, one.params) for one in sentences(terms)]


def _month(draft: TermsDraft, before: Terms | None, applies_from: datetime) -> dict[str, Any]:
    """Five weeks from the Monday of the day on which the terms apply, and how long they are open in them."""
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
        "open_hours": total(found),
        "open_days": sum(1 for cell in cells if cell.hours),
        "hours_before": total(_within(before, monday, last, span)) if before is not None else None,
    }


def _within(terms: TermsDraft, first: date, last: date, span: Interval) -> list[Interval]:
    return intersected(draft_openings(terms, first - ONE_DAY, last), [span])


def _day(openings: Sequence[Interval], day: date, kind: DayKind | None, first: date) -> OpenDay:
    begins = datetime.combine(day, time(), CITY_TIME)
    ends = begins + ONE_DAY
    parts = intersected(openings, [Interval(begins, ends)])
    marks = tuple(any(part.start <= begins + n * HALF_HOUR < part.end for part in parts) for n in range(48))
    words = ", ".join(f"{clock_time(part.start)}–{_closing(part.end, ends)}" for part in parts)
    return OpenDay(day, words or _("not open"), total(parts), marks, kind, day >= first)


def _closing(end: datetime, midnight: datetime) -> str:
    return "24:00" if end == midnight else clock_time(end)


def _example_time(applies_from: datetime) -> Interval:
    """Two hours on the first Monday morning under the terms."""
    first = applies_from.astimezone(CITY_TIME).date()
    monday = first + (7 - first.weekday()) % 7 * ONE_DAY
    start = datetime.combine(monday, time(10), CITY_TIME)
    return Interval(start, start + timedelta(hours=2))
