"""Find what instruments lack before people can book and use them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.instruments.selectors.relations import ids_without_companions
from providers.terms.domain.booking_gaps import BookingGap, find_booking_gaps
from providers.terms.models import OpenServiceRule, PriceLine
from providers.terms.selectors.rules import standing_rules

HAS_GAPS = Q(state=InstrumentState.PUBLISHED) & (
    Q(has_rule=False) | Q(has_price=False) | Q(has_companions=False) | Q(has_keeper=False)
)
"""The condition for published instruments with a gap, on rows of `annotate_booking_gaps`."""


def annotate_booking_gaps(found: QuerySet[Instrument], at: datetime) -> QuerySet[Any]:
    """Add `has_rule`, `has_price`, `has_companions` and `has_keeper`, as of an instant, to instruments.

    Links are followed now, before the rows are read: one query, and one for each step where one is missing.
    """
    latest = _rules_in_force(OuterRef(OuterRef("pk")), at).order_by("-version").values("pk")[:1]
    return found.annotate(
        has_rule=Exists(_rules_in_force(OuterRef("pk"), at)),
        has_price=Exists(PriceLine.objects.filter(rule=Subquery(latest))),
        has_companions=Case(
            When(pk__in=ids_without_companions(), then=Value(value=False)), default=Value(value=True)
        ),
        has_keeper=Exists(
            Instrument.keepers.through.objects.filter(instrument=OuterRef("pk"), user__is_active=True)
        ),
    )


def _rules_in_force(instrument: OuterRef, at: datetime) -> QuerySet[OpenServiceRule]:
    return standing_rules().filter(instrument=instrument, applies_from__lte=at)


def booking_gaps(instrument_ids: Collection[int], at: datetime) -> dict[int, tuple[BookingGap, ...]]:
    """Return what each instrument lacks at an instant, in whatever state it is."""
    found = annotate_booking_gaps(Instrument.objects.filter(pk__in=list(instrument_ids)), at)
    return {
        row.pop("pk"): find_booking_gaps(**row)
        for row in found.values("pk", "has_rule", "has_price", "has_companions", "has_keeper")
    }
