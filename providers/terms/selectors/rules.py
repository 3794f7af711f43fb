"""Read open-service rules, their terms and open windows."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import Interval
from instrument_share.quick_columns import Seconds
from providers.instruments.models import Instrument, InstrumentLink
from providers.instruments.selectors.instruments import instruments
from providers.terms.domain.choices import PriceUnit, QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.open_seconds import OpenSeconds
from providers.terms.domain.rule_columns import RULE_COLUMNS, terms_from_columns
from providers.terms.domain.terms import MINUTE, DayException, Price, Quota, Terms
from providers.terms.models import OpenServiceRule, OpenWindow, PriceLine, RuleQuota
from providers.terms.openings import opening_patterns, rule_events
from providers.terms.selectors.kept_terms import find_kept, keep

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
    return bool(find_used_rule_ids([rule]))


def find_used_rule_ids(rules: Collection[OpenServiceRule]) -> set[int]:
    """Return the ids of those versions on which rows of other apps rest, such as bookings made under them.

    Takes as many statements for many versions as for one.
    """
    found: set[int] = set()
    for relation in OpenServiceRule._meta.related_objects:
        if relation.related_model._meta.app_label != OpenServiceRule._meta.app_label:
            name = relation.field.name
            resting = relation.related_model._default_manager.filter(**{f"{name}__in": rules})
            found.update(resting.order_by().values_list(name, flat=True).distinct())
    return found


def terms_of(rule: OpenServiceRule) -> Terms:
    """Return a rule's terms; up to 5 queries where they are not kept and TERMS_PARTS are not prefetched."""
    found = find_kept(rule.public_id)
    if found is None:
        found = read_terms(rule)
        keep(rule.public_id, found)
    return found


def terms_of_rows(rules: Iterable[OpenServiceRule]) -> list[Terms]:
    """Return the terms of rows that were read already, in their order; no query where all are kept."""
    return [
        terms for _, terms in terms_of_keys([(row.instrument_id, row.pk, row.public_id) for row in rules])
    ]


def terms_of_rules(rules: QuerySet[OpenServiceRule]) -> list[tuple[int, Terms]]:
    """Return (instrument id, terms) of the rules in their order; one query where all are kept, else 7."""
    return terms_of_keys(list(rules.values_list("instrument_id", "pk", "public_id")))


def terms_of_keys(rows: Sequence[tuple[int, int, str]]) -> list[tuple[int, Terms]]:
    """Return the same for (instrument id, key, public id) of rules; no query where all are kept."""
    found = {pk: terms for _, pk, public_id in rows if (terms := find_kept(public_id)) is not None}
    if missing := [pk for _, pk, _ in rows if pk not in found]:
        read = OpenServiceRule.objects.filter(pk__in=missing).select_related("calendar")
        found |= {rule.pk: terms_of(rule) for rule in read.prefetch_related(*TERMS_PARTS)}
    return [(instrument_id, found[pk]) for instrument_id, pk, _ in rows]


def read_terms(rule: OpenServiceRule) -> Terms:
    """Return a rule's terms from its rows, whatever the process keeps."""
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


def instruments_with_rule(instrument_ids: Iterable[int], at: datetime) -> QuerySet[Instrument]:
    """Return instruments with their unit and the key of the rule in force at an instant, by id.

    With `next_rule_from`, when the next version begins, and whether another instrument is booked together
    with it (`is_linked`). `terms_of_annotated` gives the terms.
    """
    in_force = (
        standing_rules().filter(instrument_id=OuterRef("pk"), applies_from__lte=at).order_by("-version")
    )
    later = standing_rules().filter(instrument=OuterRef("pk"), applies_from__gt=at).order_by("applies_from")
    links = InstrumentLink.objects.filter(Q(instrument=OuterRef("pk")) | Q(linked=OuterRef("pk")))
    return (
        Instrument.objects.filter(pk__in=list(instrument_ids))
        .select_related("organization")
        .annotate(
            rule_in_force=Subquery(in_force.values("pk")[:1]),
            rule_public_id=Subquery(in_force.values("public_id")[:1]),
            next_rule_from=Subquery(later.values("applies_from")[:1]),
            is_linked=Exists(links),
        )
        .order_by("pk")
    )


def terms_of_annotated(instrument: Any) -> Terms | None:
    """Return the terms of a row of `instruments_with_rule`; no query where they are kept."""
    if instrument.rule_in_force is None:
        return None
    found = find_kept(instrument.rule_public_id)
    return found or terms_of(OpenServiceRule.objects.get(pk=instrument.rule_in_force))


def terms_in_force(instrument_ids: Iterable[int], at: datetime) -> dict[int, Terms]:
    """Return the terms in force at an instant by instrument id; one query where they are kept."""
    in_force = (
        standing_rules()
        .filter(instrument_id=OuterRef("instrument_id"), applies_from__lte=at)
        .order_by("-version")
        .values("pk")[:1]
    )
    rules = OpenServiceRule.objects.filter(instrument_id__in=list(instrument_ids), pk=Subquery(in_force))
    return dict(terms_of_rules(rules))


def rules_of(viewer: "Viewer", instrument_id: int) -> QuerySet[OpenServiceRule]:
    """Return every standing version of the rule of a visible instrument, newest first."""
    return published_rules_of(viewer, instrument_id).filter(withdrawn_at__isnull=True)


def published_rules_of(viewer: "Viewer", instrument_id: int) -> QuerySet[OpenServiceRule]:
    """Return every version that was ever published, withdrawn ones included, newest first."""
    return (
        OpenServiceRule.objects.filter(instrument__in=instruments(viewer).filter(pk=instrument_id))
        .select_related("created_by", "withdrawn_by")
        .order_by("-version")
    )


def open_windows(instrument_ids: Collection[int], interval: Interval) -> dict[int, list[Interval]]:
    """Return open windows that overlap `interval`, uncut and by time, by instrument id."""
    found: dict[int, list[Interval]] = {instrument_id: [] for instrument_id in instrument_ids}
    rows = open_window_rows(instrument_ids, interval)
    for instrument_id, starts_at, ends_at in rows.values_list("instrument_id", "starts_at", "ends_at"):
        found[instrument_id].append(Interval(starts_at, ends_at))
    return found


def open_seconds(instrument_ids: Collection[int], interval: Interval) -> dict[int, OpenSeconds]:
    """Return open windows that overlap `interval` as `open_windows` does, in seconds, by instrument id."""
    found: dict[int, list[tuple[int, int]]] = {instrument_id: [] for instrument_id in instrument_ids}
    rows = open_window_rows(instrument_ids, interval)
    for instrument_id, *times in rows.values_list("instrument_id", Seconds("starts_at"), Seconds("ends_at")):
        found[instrument_id].append((times[0], times[1]))
    return {instrument_id: OpenSeconds(times) for instrument_id, times in found.items()}


def open_window_rows(instrument_ids: Collection[int], interval: Interval) -> QuerySet[OpenWindow]:
    """Return the same windows as rows."""
    return OpenWindow.objects.filter(
        instrument_id__in=list(instrument_ids), ends_at__gt=interval.start, starts_at__lt=interval.end
    ).order_by("instrument_id", "starts_at")
