"""Read open-service rules, their terms and open windows."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import OuterRef, QuerySet, Subquery

from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
from instrument_share.quick_columns import Seconds
from providers.instruments.selectors.instruments import instruments
from providers.terms.domain.choices import PriceUnit, QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.open_seconds import OpenSeconds
from providers.terms.domain.rule_columns import RULE_COLUMNS, terms_from_columns
from providers.terms.domain.terms import MINUTE, DayException, Price, Quota, Terms
from providers.terms.models import OpenServiceRule, OpenWindow, PriceLine, RuleQuota
from providers.terms.openings import opening_patterns, rule_events

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

TERMS_PARTS = ("price_lines", "quotas", "exceptions", "calendar__event_set__rule")
"""What `terms_of` reads; prefetched where there are several rules."""


def standing_rules() -> QuerySet[OpenServiceRule]:
    """Return the versions of all instruments that apply or will apply: those that were not withdrawn."""
    return OpenServiceRule.objects.filter(withdrawn_at__isnull=True)


def published_rule(rule_id: int) -> OpenServiceRule:
    """Return a version of a rule, for services. Raises NotFound."""
    return require_found(OpenServiceRule.objects.filter(pk=rule_id).first())


def is_rule_used(rule: OpenServiceRule) -> bool:
    """Return whether rows of other apps rest on the version, such as bookings made under it."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: rule}).exists()
        for relation in OpenServiceRule._meta.related_objects
        if relation.related_model._meta.app_label != OpenServiceRule._meta.app_label
    )


def terms_of(rule: OpenServiceRule) -> Terms:
    """Return a rule's terms (4 queries, none if TERMS_PARTS are prefetched)."""
    return Terms(
        rule_id=rule.pk,
        version=rule.version,
        applies_from=rule.applies_from,
        patterns=opening_patterns(rule_events(rule)),
        exceptions=exceptions_of(rule),
        quotas=tuple(_quota(row) for row in sorted(rule.quotas.all(), key=lambda row: row.pk)),
        prices=prices_of(rule),
        **terms_from_columns({column.name: getattr(rule, column.name) for column in RULE_COLUMNS}),
    )


def _quota(row: RuleQuota) -> Quota:
    return Quota(
        QuotaHolder(row.holder),
        QuotaSpan(row.span),
        None if row.most_minutes is None else row.most_minutes * MINUTE,
        row.most_bookings,
    )


def exceptions_of(rule: OpenServiceRule) -> tuple[DayException, ...]:
    """Return the rule's exceptions in the order in which they were written."""
    return tuple(
        DayException(row.date, row.opens, row.closes)
        for row in sorted(rule.exceptions.all(), key=lambda row: row.pk)
    )


def prices_of(rule: OpenServiceRule) -> tuple[Price, ...]:
    """Return a rule's prices in the order in which they were entered."""
    return tuple(_price(line) for line in sorted(rule.price_lines.all(), key=lambda line: line.pk))


def _price(line: PriceLine) -> Price:
    return Price(
        price_yuan=line.price_yuan,
        user_kind=UserKind(line.user_kind) if line.user_kind else None,
        service_mode=ServiceMode(line.service_mode) if line.service_mode else None,
        unit=PriceUnit(line.unit),
        from_time=line.from_time,
        until_time=line.until_time,
        weekdays=tuple(line.weekdays),
    )


def terms_at(instrument_id: int, at: datetime) -> Terms | None:
    """Return the instrument's terms in force at an instant, or None before its first rule applies."""
    return terms_in_force([instrument_id], at).get(instrument_id)


def terms_in_force(instrument_ids: Iterable[int], at: datetime) -> dict[int, Terms]:
    """Return the terms in force at an instant by instrument id; 6 queries in all."""
    in_force = (
        standing_rules()
        .filter(instrument_id=OuterRef("instrument_id"), applies_from__lte=at)
        .order_by("-version")
        .values("pk")[:1]
    )
    rules = (
        OpenServiceRule.objects.filter(instrument_id__in=list(instrument_ids), pk=Subquery(in_force))
        .select_related("calendar")
        .prefetch_related(*TERMS_PARTS)
    )
    return {rule.instrument_id: terms_of(rule) for rule in rules}


def rules_of(viewer: "Viewer", instrument_id: int) -> QuerySet[OpenServiceRule]:
    """Return every standing version of the rule of a visible instrument, newest first."""
    return published_rules_of(viewer, instrument_id).filter(withdrawn_at__isnull=True)


def published_rules_of(viewer: "Viewer", instrument_id: int) -> QuerySet[OpenServiceRule]:
    """Return every version that was ever published, withdrawn ones included, newest first."""
    return (
        OpenServiceRule.objects.filter(instrument__in=instruments(viewer).filter(pk=instrument_id))
        .select_related("calendar", "created_by", "withdrawn_by")
        .prefetch_related(*TERMS_PARTS)
        .order_by("-version")
    )


def open_windows(instrument_ids: Collection[int], interval: Interval) -> dict[int, list[Interval]]:
    """Return open windows that overlap `interval`, uncut and by time, by instrument id."""
    found: dict[int, list[Interval]] = {instrument_id: [] for instrument_id in instrument_ids}
    rows = OpenWindow.objects.filter(
        instrument_id__in=list(instrument_ids), ends_at__gt=interval.start, starts_at__lt=interval.end
    ).order_by("instrument_id", "starts_at")
    for instrument_id, starts_at, ends_at in rows.values_list("instrument_id", "starts_at", "ends_at"):
        found[instrument_id].append(Interval(starts_at, ends_at))
    return found


def open_seconds(instrument_ids: Collection[int], interval: Interval) -> dict[int, OpenSeconds]:
    """Return open windows that overlap `interval` as `open_windows` does, in seconds, by instrument id."""
    found: dict[int, list[tuple[int, int]]] = {instrument_id: [] for instrument_id in instrument_ids}
    rows = OpenWindow.objects.filter(
        instrument_id__in=list(instrument_ids), ends_at__gt=interval.start, starts_at__lt=interval.end
    ).order_by("instrument_id", "starts_at")
    for instrument_id, *times in rows.values_list("instrument_id", Seconds("starts_at"), Seconds("ends_at")):
        found[instrument_id].append((times[0], times[1]))
    return {instrument_id: OpenSeconds(times) for instrument_id, times in found.items()}
