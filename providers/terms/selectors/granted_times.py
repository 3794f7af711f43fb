"""Select instruments whose rule grants a certain time, in the database."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Mod

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from providers.instruments.models import Instrument
from providers.terms.domain.choices import FOR_THEMSELVES, QuotaHolder, QuotaSpan
from providers.terms.domain.terms import DAY, MINUTE
from providers.terms.models import Closure, OpenWindow, RuleQuota
from providers.terms.selectors.rules import standing_rules

LONG_PAST = datetime(1, 1, 2, tzinfo=UTC)


def granted_by_rule(
    queryset: QuerySet[Instrument],
    interval: Interval,
    now: datetime,
    counted: Mapping[QuotaSpan, timedelta],
) -> QuerySet[Instrument]:
    """Return instruments that are open for the interval and whose rule at its start grants it.

    `counted` says how much of the interval lies in one day, week and month at most: a rule that lets one
    person book less grants it to nobody, nor one that lets one organization book less and admits no others.
    What is held is left to the caller, for whom `rule_turnaround` is the rule's turnaround in minutes. All
    are subqueries of a single value: in contrast to joins and `EXISTS`, which databases turn into joins that
    read tables as a whole, they probe an index for each instrument and stop after the page.
    """
    in_force = (
        standing_rules()
        .filter(instrument_id=OuterRef("pk"), applies_from__lte=interval.start)
        .alias(
            start_off_step=Mod(Value(_minute_of_day(interval.start)), F("step_minutes")),
            end_off_step=Mod(Value(_minute_of_day(interval.end)), F("step_minutes")),
            exceeded_quota=Subquery(_exceeded(counted).values("pk")[:1]),
        )
        .order_by("-version")
    )
    windows = OpenWindow.objects.filter(instrument_id=OuterRef("pk"))
    # Windows of one version are merged and disjoint: only the first that ends late enough can contain an
    # instant. Where the next version begins, its window may adjoin that of the one before.
    ends_late_enough = windows.filter(ends_at__gte=interval.end).order_by("ends_at")
    at_start = windows.filter(ends_at__gt=interval.start).order_by("ends_at")
    at_end = windows.filter(starts_at__lt=interval.end).order_by("-starts_at")
    granting = queryset.alias(
        rule_grants=Subquery(in_force.values(grants=_keeps_rule(interval, now))[:1]),
        rule_spans_gaps=Subquery(in_force.values("may_span_gaps")[:1]),
        rule_turnaround=Subquery(in_force.values("turnaround_minutes")[:1]),
        window_begins=Subquery(ends_late_enough.values("starts_at")[:1]),
        first_window_begins=Subquery(at_start.values("starts_at")[:1]),
        first_window_ends=Subquery(at_start.values("ends_at")[:1]),
        last_window_begins=Subquery(at_end.values("starts_at")[:1]),
        last_window_ends=Subquery(at_end.values("ends_at")[:1]),
    )
    lies_in_one_window = Q(window_begins__lte=interval.start)
    is_open_at_both_ends = Q(first_window_begins__lte=interval.start, last_window_ends__gte=interval.end) & (
        Q(rule_spans_gaps=True) | Q(last_window_begins=F("first_window_ends"))
    )
    return _not_closed(granting.filter(lies_in_one_window | is_open_at_both_ends, rule_grants=True), interval)


def _keeps_rule(interval: Interval, now: datetime) -> Case:
    """Return whether the interval keeps a rule's step, lengths, lead time, horizon and quotas."""
    ahead = interval.end - now
    kept = Q(
        exceeded_quota__isnull=True,
        start_off_step=0,
        end_off_step=0,
        min_minutes__lte=interval.length // MINUTE,
        max_minutes__gte=-(-interval.length // MINUTE),
        lead_minutes__lte=(interval.start - now) // MINUTE,
        horizon_days__gte=-(-ahead // DAY),
    )
    return Case(When(kept, then=Value(value=True)), default=Value(value=False))


def _exceeded(counted: Mapping[QuotaSpan, timedelta]) -> QuerySet[RuleQuota]:
    """Return the quotas of a rule in an outer query that let everybody book less than is counted."""
    too_little = Q()
    for span, time in counted.items():
        too_little |= Q(span=span, most_minutes__lt=time // MINUTE)
    of_rule = RuleQuota.objects.filter(rule_id=OuterRef("pk")).alias(
        kinds=Cast(OuterRef("user_kinds"), TextField())
    )
    of_themselves = Q()
    for kind in FOR_THEMSELVES:
        of_themselves |= Q(kinds__contains=f'"{kind}"')
    binds_all = Q(holder=QuotaHolder.USER) | ~of_themselves
    return of_rule.filter(too_little, binds_all).order_by("pk")


def _minute_of_day(instant: datetime) -> int:
    """Return the minutes since midnight in the city, on which steps are counted."""
    local = instant.astimezone(CITY_TIME)
    return local.hour * 60 + local.minute


def _not_closed(queryset: QuerySet[Instrument], interval: Interval) -> QuerySet[Instrument]:
    closures = Closure.objects.filter(
        instrument_id=OuterRef("pk"), lifted_at__isnull=True, starts_at__lt=interval.end
    )
    closed_until = Subquery(closures.order_by("-ends_at").values("ends_at")[:1])
    return queryset.alias(closed_until=Coalesce(closed_until, Value(LONG_PAST))).filter(
        closed_until__lte=interval.start
    )
