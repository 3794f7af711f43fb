"""Read a year of units, instruments and open time for the assessment, without personal data.

There is no viewer: `rewards` freezes the year for those who may see its cycle.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, TypedDict

from django.conf import settings
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.interval import Interval, intersect, merge, total_length
from instrument_share.quick_columns import FewLists, Seconds
from providers.instruments.domain.choices import InstrumentState, SharingMode
from providers.instruments.domain.states import PUBLIC
from providers.instruments.models import Instrument
from providers.terms.domain.listed_prices import OUTSIDE_KINDS
from providers.terms.domain.open_seconds import OpenSeconds
from providers.terms.models import Closure, OpenServiceRule, OpenWindow
from providers.terms.openings import local_date, local_midnight
from providers.units.domain.completeness import UnitCompleteness
from providers.units.domain.completeness_plain import month_ends
from providers.units.models import OpennessStatement, ServiceCase, UnitProfile
from providers.units.selectors.completeness import judge_completeness


class UnitOfYear(TypedDict):
    """A unit that had a profile or an instrument published by the end of the year."""

    uscc: str
    organization: str
    """Public id."""
    name_zh: str
    name_en: str
    kind: str
    district: str
    """Code; empty where none is known."""
    kinds_complete: tuple[int, ...]
    """How many of the six kinds of information were complete at each month end that had passed."""
    published_instruments: int
    """At or above the threshold, at the end of the year."""
    declared_instruments: int | None
    """Of the statement for the year; None where there is none."""
    cases_published: int
    """In the year, and not taken down by its end."""


class InstrumentOfYear(TypedDict):
    """An instrument that was published by the end of the year, as it stood at the end of 31 December."""

    instrument: str
    """Public id."""
    uscc: str
    """Of its owner."""
    inner_number: str
    name_zh: str
    name_en: str
    category: str
    """Code; empty where there is none."""
    model: str
    value_yuan: Decimal
    purpose: str
    sharing_mode: str
    externally_shared: bool
    place_zh: str
    published_in_year: bool
    """At some time of the year."""
    in_service_from: date
    retired_on: date | None
    """Last day of service."""


class OpennessOfYear(TypedDict):
    """Open time of one instrument in the year."""

    instrument: str
    """Public id."""
    offered_seconds: int
    """Windows of rules that admit outside users, before closures, while it was published."""
    closed_seconds: int
    """Closures inside those windows, and suspensions of the instrument or its unit."""


def year_interval(year: int) -> Interval:
    """Return the year in Asia/Shanghai."""
    return Interval(local_midnight(date(year, 1, 1)), local_midnight(date(year + 1, 1, 1)))


def units_of_year(year: int) -> Iterator[UnitOfYear]:
    """Yield the units of the year in order of USCC."""
    whole = year_interval(year)
    units = _units(whole.end)
    ids = list(units)
    kinds = completeness_of_year(ids, year)
    counts = _published_counts(ids, whole.end)
    statements = OpennessStatement.objects.filter(
        organization_id__in=ids, year=year, published_at__isnull=False, withdrawn_at__isnull=True
    )
    declared = dict(statements.values_list("organization_id", "networkable_count"))
    cases = _case_counts(ids, whole)
    for pk, unit in units.items():
        yield {
            "uscc": unit["uscc"],
            "organization": unit["public_id"],
            "name_zh": unit["name_zh"],
            "name_en": unit["name_en"],
            "kind": unit["kind"],
            "district": unit["district"],
            "kinds_complete": tuple(month.complete for month in kinds[pk]),
            "published_instruments": counts.get(pk, 0),
            "declared_instruments": declared.get(pk),
            "cases_published": cases.get(pk, 0),
        }


def unit_ids_of_year(year: int) -> list[int]:
    """Return the ids of the units of the year, in order of USCC."""
    return list(_units(year_interval(year).end))


def completeness_of_year(
    organization_ids: Collection[int], year: int
) -> dict[int, tuple[UnitCompleteness, ...]]:
    """Judge each unit at the month ends of a year that is over, by what is on record now; nine queries."""
    return judge_completeness(organization_ids, month_ends(year))


def _units(end: datetime) -> dict[int, dict[str, Any]]:
    """Return the facts of the units by id, in order of USCC; `end` is exclusive."""
    facts: dict[str, F | Coalesce] = {
        "uscc": F("organization__uscc"),
        "public_id": F("organization__public_id"),
        "name_zh": F("organization__name_zh"),
        "name_en": F("organization__name_en"),
        "kind": F("organization__kind"),
        "district": Coalesce(F("organization__district__code"), Value("")),
    }
    found: dict[int, dict[str, Any]] = {}
    for source in (UnitProfile.objects, Instrument.objects):
        rows = source.filter(published_at__lt=end).order_by()
        for pk, *values in rows.values_list("organization_id", *facts.values()).distinct():
            found[pk] = dict(zip(facts, values, strict=True))
    return dict(sorted(found.items(), key=lambda item: item[1]["uscc"]))


def _case_counts(ids: list[int], whole: Interval) -> dict[int, int]:
    cases = ServiceCase.objects.filter(organization_id__in=ids)
    cases = cases.filter(published_at__gte=whole.start, published_at__lt=whole.end)
    cases = cases.exclude(withdrawn_at__lt=whole.end)
    return dict(cases.values_list("organization_id").annotate(number=Count("pk")))


def _published_counts(ids: list[int], end: datetime) -> dict[int, int]:
    rows = registered_instruments_at(ids, end).order_by().values_list("organization_id")
    return dict(rows.annotate(number=Count("id")))


def registered_instruments_at(organization_ids: Collection[int], end: datetime) -> QuerySet[Any]:
    """Return the units' instruments that were public and at or above the threshold just before `end`.

    Each as its last revision before it, so that later corrections change no year that is over.
    """
    return instrument_revisions_at(end).filter(
        organization_id__in=organization_ids,
        state__in=PUBLIC,
        value_yuan__gte=settings.REGISTRATION_THRESHOLD_YUAN,
    )


def instruments_of_year(year: int) -> Iterator[InstrumentOfYear]:
    """Yield the instruments of the year."""
    whole = year_interval(year)
    rows = instrument_revisions_at(whole.end).select_related("organization", "category").order_by("id")
    for row in rows.iterator(chunk_size=500):
        yield {
            "instrument": row.public_id,
            "uscc": row.organization.uscc,
            "inner_number": row.inner_number,
            "name_zh": row.name_zh,
            "name_en": row.name_en,
            "category": row.category.code if row.category else "",
            "model": row.model,
            "value_yuan": row.value_yuan if row.value_yuan is not None else Decimal(0),
            "purpose": row.purpose,
            "sharing_mode": row.sharing_mode,
            "externally_shared": row.sharing_mode == SharingMode.EXTERNAL,
            "place_zh": row.place_zh,
            "published_in_year": row.retired_at is None or row.retired_at > whole.start,
            "in_service_from": row.in_service_date or local_date(row.published_at),
            "retired_on": _retired_on(row, whole.end),
        }


def instrument_revisions_at(end: datetime) -> QuerySet[Any]:
    """Return the last revision before `end` of each instrument published before it."""
    history: Any = Instrument.history
    latest = history.filter(id=OuterRef("pk"), history_date__lt=end).order_by("-history_date", "-history_id")
    ids = Instrument.objects.filter(published_at__lt=end).values(
        last_row=Subquery(latest.values("history_id")[:1])
    )
    found: QuerySet[Any] = history.filter(history_id__in=ids)
    return found


def _retired_on(row: Any, end: datetime) -> date | None:
    return None if row.retired_at is None or row.retired_at >= end else local_date(row.retired_at)


def openness_of_year(year: int, until: datetime | None = None) -> Iterator[OpennessOfYear]:
    """Yield the open time of the year's instruments that have any, streaming the windows as seconds.

    Of a year that is not over, what is open after `until` is not counted.
    """
    whole = year_interval(year)
    if until is not None and until < whole.end:
        if until <= whole.start:
            return
        whole = Interval(whole.start, until)
    closed = _closed(whole)
    rules = OpenServiceRule.objects.values_list("pk", FewLists("user_kinds")).iterator()
    for_outside = {pk for pk, kinds in rules if set(kinds) & set(OUTSIDE_KINDS)}
    served = {
        pk: (public_id, _service(whole, published_at, retired_at))
        for pk, public_id, published_at, retired_at in Instrument.objects.filter(
            published_at__lt=whole.end
        ).values_list("pk", "public_id", "published_at", "retired_at")
    }
    rows = (
        OpenWindow.objects.filter(
            starts_at__lt=whole.end, ends_at__gt=whole.start, instrument__published_at__lt=whole.end
        )
        .order_by("instrument_id", "starts_at")
        .values_list("instrument_id", "rule_id", Seconds("starts_at"), Seconds("ends_at"))
    )
    for instrument_id, windows in groupby(rows.iterator(chunk_size=2000), key=itemgetter(0)):
        public_id, service = served[instrument_id]
        offered = OpenSeconds((start, end) for _, rule, start, end in windows if rule in for_outside)
        times = service and _times(offered, service, closed.get(instrument_id, []))
        if times and times[0]:
            yield {"instrument": public_id, "offered_seconds": times[0], "closed_seconds": times[1]}


def _service(whole: Interval, published_at: datetime | None, retired_at: datetime | None) -> Interval | None:
    """Return the part of the year in which an instrument was published; None if it was not."""
    if published_at is None:
        return None
    begin = max(whole.start, published_at)
    end = whole.end if retired_at is None else min(whole.end, retired_at)
    return Interval(begin, end) if begin < end else None


def _times(offered: OpenSeconds, service: Interval, closed: list[Interval]) -> tuple[int, int]:
    """Return the seconds offered while in service, and those of them that were closed."""
    if not offered.starts:
        return 0, 0
    first, last = (datetime.fromtimestamp(each, UTC) for each in (offered.starts[0], offered.ends[-1]))
    if not closed and service.start <= first and last <= service.end:
        return offered.total, 0  # most instruments: a sum of integers instead of intervals of every day
    windows = (
        Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        for start, end in zip(offered.starts, offered.ends, strict=True)
    )
    in_service = intersect(windows, [service])
    return _seconds(total_length(in_service)), _seconds(total_length(intersect(in_service, closed)))


def _closed(whole: Interval) -> dict[int, list[Interval]]:
    """Return when instruments were closed, or they or their unit suspended; a lifted closure ends early."""
    found: dict[int, list[Interval]] = {}
    rows = Closure.objects.filter(starts_at__lt=whole.end, ends_at__gt=whole.start)
    for instrument_id, start, end, lifted in rows.values_list(
        "instrument_id", "starts_at", "ends_at", "lifted_at"
    ):
        end = end if lifted is None else min(end, lifted)
        if start < end:
            found.setdefault(instrument_id, []).append(Interval(start, end))
    for instrument_id, suspended in _suspended(whole):
        found.setdefault(instrument_id, []).append(suspended)
    of_units = accounts.suspended_times(whole.end)
    instruments = Instrument.objects.filter(organization_id__in=of_units)
    for instrument_id, organization_id in instruments.values_list("pk", "organization_id"):
        found.setdefault(instrument_id, []).extend(of_units[organization_id])
    return {instrument_id: merge(intervals) for instrument_id, intervals in found.items()}


def _suspended(whole: Interval) -> Iterator[tuple[int, Interval]]:
    """Yield the times in which instruments were suspended, by their revisions, until the end of the year."""
    history: Any = Instrument.history
    ever = history.filter(state=InstrumentState.SUSPENDED, history_date__lt=whole.end)
    rows = history.filter(id__in=ever.values("id"), history_date__lt=whole.end)
    states = rows.order_by("id", "history_date", "history_id").values_list("id", "history_date", "state")
    for (pk, begin, state), later in pairwise([*states, None]):
        end = later[1] if later and later[0] == pk else whole.end
        if state == InstrumentState.SUSPENDED and begin < end:
            yield pk, Interval(begin, end)


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
