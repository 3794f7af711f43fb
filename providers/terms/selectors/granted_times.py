"""Select instruments whose rule grants a certain time, in the database."""

from datetime import UTC, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Mod

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers.instruments.models import Instrument
from providers.terms.domain.terms import DAY, MINUTE
from providers.terms.models import Closure, OpenServiceRule, OpenWindow
from providers.terms.selectors.rules import standing_rules

LONG_PAST = datetime(1, 1, 2, tzinfo=UTC)


def granted_by_rule(
    queryset: QuerySet[Instrument], interval: Interval, now: datetime
) -> QuerySet[Instrument]:
    """Return instruments that are open for the interval and whose rule at its start grants it.

    What is held is left to the caller, for whom `rule_turnaround` is the rule's turnaround in minutes. All
    are subqueries: in contrast to joins they probe an index for each instrument and stop after the page.
    """
    in_force = (
        standing_rules()
        .filter(instrument_id=OuterRef("pk"), applies_from__lte=interval.start)
        .order_by("-version")
    )
    with_rule = queryset.alias(
        rule_in_force=Subquery(in_force.values("pk")[:1]),
        rule_turnaround=Subquery(in_force.values("turnaround_minutes")[:1]),
    )
    granting = _granting(interval, now).filter(pk=OuterRef("rule_in_force"))
    contiguous = with_rule.alias(window_begins=_window_that_ends_late_enough(interval)).filter(
        Q(window_begins__lte=interval.start) | _starts_and_ends_in_windows(interval),
        Exists(granting.filter(may_span_gaps=True)) | Q(window_begins__lte=interval.start),
        Exists(granting),
    )
    return _not_closed(contiguous, interval)


def _granting(interval: Interval, now: datetime) -> QuerySet[OpenServiceRule]:
    """Return the rules whose step, lengths, lead time and horizon the interval keeps."""
    ahead = interval.end - now
    return OpenServiceRule.objects.alias(
        start_off_step=Mod(Value(_minute_of_day(interval.start)), F("step_minutes")),
        end_off_step=Mod(Value(_minute_of_day(interval.end)), F("step_minutes")),
    ).filter(
        start_off_step=0,
        end_off_step=0,
        min_minutes__lte=interval.length // MINUTE,
        max_minutes__gte=-(-interval.length // MINUTE),
        lead_minutes__lte=(interval.start - now) // MINUTE,
        horizon_days__gte=-(-ahead // DAY),
    )


def _minute_of_day(instant: datetime) -> int:
    """Return the minutes since midnight in the city, on which steps are counted."""
    local = instant.astimezone(CITY_TIME)
    return local.hour * 60 + local.minute


def _window_that_ends_late_enough(interval: Interval) -> Subquery:
    # Stored windows are merged and disjoint: only the first that ends late enough can contain the interval.
    late_enough = OpenWindow.objects.filter(instrument_id=OuterRef("pk"), ends_at__gte=interval.end)
    return Subquery(late_enough.order_by("ends_at").values("starts_at")[:1])


def _starts_and_ends_in_windows(interval: Interval) -> Q:
    windows = OpenWindow.objects.filter(instrument_id=OuterRef("pk"))
    return Q(Exists(windows.filter(starts_at__lte=interval.start, ends_at__gt=interval.start))) & Q(
        Exists(windows.filter(starts_at__lt=interval.end, ends_at__gte=interval.end))
    )


def _not_closed(queryset: QuerySet[Instrument], interval: Interval) -> QuerySet[Instrument]:
    closures = Closure.objects.filter(
        instrument_id=OuterRef("pk"), lifted_at__isnull=True, starts_at__lt=interval.end
    )
    closed_until = Subquery(closures.order_by("-ends_at").values("ends_at")[:1])
    return queryset.alias(closed_until=Coalesce(closed_until, Value(LONG_PAST))).filter(
        closed_until__lte=interval.start
    )
