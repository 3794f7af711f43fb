"""Read a unit's own instruments for its managers."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web.text.formats import name_columns
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.domain.freshness import FRESH_FOR
from providers.instruments.domain.states import LIVE
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instruments
from providers.search.selectors.search import filter_matching, search
from providers.terms.selectors.booking_gaps import HAS_GAPS, annotate_booking_gaps

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

RETURNED = Q(state=InstrumentState.DRAFT) & ~Q(return_reason="")
REFUSED = Q(state__in=LIVE, pending_values={}) & ~Q(return_reason="")
"""Changes of a published instrument that the bureau refused, and that the unit has not answered."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the confirmation of what was never confirmed."""
URGENCY = Case(
    When(RETURNED, then=Value(0)),
    When(state=InstrumentState.DRAFT, then=Value(1)),
    When(state=InstrumentState.SUBMITTED, then=Value(2)),
    When(state=InstrumentState.PUBLISHED, then=Value(3)),
    When(state=InstrumentState.SUSPENDED, then=Value(4)),
    default=Value(5),
    output_field=IntegerField(),
)


def own_instruments(
    viewer: "Viewer", organization_id: int, now: datetime, *, state: str = "", text: str = ""
) -> QuerySet[Any]:
    """Return a unit's instruments with `urgency` (returned drafts 0, drafts 1, then by state) and gaps.

    `state` is a state, `returned`, `refused`, `to_confirm` or `incomplete`. Page them by ("urgency",
    "name_zh", "id"), or by `worth` and `last_confirmed_at`, which are never null.
    """
    found = _find_of_unit(viewer, organization_id, text).annotate(urgency=URGENCY)
    found = annotate_booking_gaps(found, now).annotate(
        worth=Coalesce("value_yuan", Value(Decimal(-1))),
        last_confirmed_at=Coalesce("confirmed_at", Value(NEVER)),
    )
    special = {
        "returned": RETURNED,
        "refused": REFUSED,
        "to_confirm": _stale(now),
        "incomplete": HAS_GAPS,
    }
    if state in special:
        return found.filter(special[state])
    return found.filter(state=state) if state else found


def incomplete_instruments(viewer: "Viewer", now: datetime) -> QuerySet[Any]:
    """Return the published instruments of the viewer's units that lack something for bookings, by name."""
    managed = standing(viewer).organization_ids(Role.UNIT_MANAGER)
    found = annotate_booking_gaps(instruments(viewer).filter(organization__in=managed), now)
    return found.filter(HAS_GAPS).order_by(*name_columns(), "id")


def own_instrument_counts(
    viewer: "Viewer", organization_id: int, now: datetime, *, text: str = ""
) -> Mapping[str, int]:
    """Return the number of instruments by each word that `own_instruments` knows as `state`; two queries."""
    found = _find_of_unit(viewer, organization_id, text).order_by()
    by_state = dict(found.values_list("state").annotate(Count("pk")))
    special = annotate_booking_gaps(found, now).aggregate(
        returned=Count("pk", filter=RETURNED),
        refused=Count("pk", filter=REFUSED),
        to_confirm=Count("pk", filter=_stale(now)),
        incomplete=Count("pk", filter=HAS_GAPS),
    )
    return {**by_state, **special}


def _find_of_unit(viewer: "Viewer", organization_id: int, text: str) -> QuerySet[Instrument]:
    found = instruments(viewer).filter(organization_id=organization_id)
    if not text.strip():
        return found
    # A subquery, as an internal number is no word of the index.
    own = Instrument.objects.filter(organization_id=organization_id)
    known = filter_matching(own, search(text, own)).values("pk")
    return found.filter(Q(inner_number__icontains=text.strip()) | Q(pk__in=known))


def _stale(now: datetime) -> Q:
    today = now.astimezone(CITY_TIME).date()
    limit = datetime.combine(today - FRESH_FOR, time(), CITY_TIME)
    return Q(state__in=LIVE) & (Q(confirmed_at__isnull=True) | Q(confirmed_at__lt=limit))
