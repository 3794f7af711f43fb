"""Select published instruments by filters and prices for the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from instrument_share.accounts.domain import OrganizationKind, OrganizationState
from instrument_share.accounts.selectors.standing import standing
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instruments
from providers.search.selectors.search import EVERYTHING, Search, filter_matching
from providers.terms.domain.choices import UserKind
from providers.terms.domain.listed_prices import ANY, NO_HOURLY_PRICE
from providers.terms.models import ListedPrice

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class CatalogueFilters:
    """Filters of the catalogue; empty values do not filter.

    `category` is a code of any level, `district` a code, `unit` the public id of an organization or its
    profile. `mode`, `user_kind`, `vouchers` and `most_yuan` (by the hour) apply to the rule in force at the
    given instant; the price is that for `user_kind`, or for the viewer.
    """

    category: str = ""
    district: str = ""
    unit: str = ""
    mode: str = ""
    user_kind: str = ""
    most_yuan: Decimal | None = None
    vouchers: bool = False

    @property
    def asks_the_rule(self) -> bool:
        """Return whether a filter needs the rule in force."""
        return bool(self.mode or self.user_kind or self.vouchers or self.most_yuan is not None)


NO_FILTERS = CatalogueFilters()


def catalogue(
    viewer: "Viewer",
    filters: CatalogueFilters = NO_FILTERS,
    *,
    search: Search = EVERYTHING,
    at: datetime | None = None,
) -> QuerySet[Instrument]:
    """Return published instruments that match; the caller orders and pages them.

    Filters on the rule need an instant `at`. Columns such as those of `with_prices` are left to the caller,
    as counting does not need them.
    """
    found = instruments(viewer).filter(
        state=InstrumentState.PUBLISHED, organization__state=OrganizationState.ADMITTED
    )
    found = filter_matching(found, search)
    if filters.category:
        found = found.filter(category__code__startswith=category_prefix(filters.category))
    if filters.district:
        found = found.filter(organization__district__code=filters.district)
    if filters.unit:
        found = found.filter(
            Q(organization__public_id=filters.unit) | Q(organization__unit_profile__public_id=filters.unit)
        )
    if not filters.asks_the_rule:
        return found
    assert at is not None, "which rule is in force is asked at an instant"
    listed = _in_force(filters, at).filter(instrument_id=OuterRef("pk"))
    if filters.mode or filters.user_kind or filters.vouchers:
        admitting = listed.filter(user_kind=filters.user_kind or ANY)
        found = found.filter(
            Exists(admitting.filter(rule__accepts_vouchers=True) if filters.vouchers else admitting)
        )
    if filters.most_yuan is not None:
        whose = _whose(viewer, filters.user_kind, "user_kind", "instrument__organization_id")
        found = found.filter(Exists(listed.filter(whose, hour_yuan__lte=filters.most_yuan)))
    return found


def _in_force(filters: CatalogueFilters, at: datetime) -> QuerySet[ListedPrice]:
    """Return prices in force for the requested mode of service, for each kind of user."""
    return ListedPrice.objects.filter(service_mode=filters.mode or ANY, since__lte=at, until__gt=at)


def with_prices(
    viewer: "Viewer", queryset: QuerySet[Instrument], at: datetime, *, user_kind: str = "", mode: str = ""
) -> "QuerySet[Any]":
    """Annotate the lowest price in force at `at` as `price_yuan`, `price_unit` and `price_order`.

    `price_yuan` is None if on request or not available; `price_order`, by the hour, is never None. Without
    `user_kind` it is the viewer's price, for anonymous viewers the lowest from outside.
    """
    whose = _whose(viewer, user_kind, "listed_prices__user_kind", "organization_id")
    listed = FilteredRelation(
        "listed_prices",
        condition=Q(
            whose,
            listed_prices__service_mode=mode or ANY,
            listed_prices__since__lte=at,
            listed_prices__until__gt=at,
        ),
    )
    return queryset.annotate(
        listed=listed,
        price_yuan=F("listed__from_yuan"),
        price_unit=F("listed__from_unit"),
        price_order=Coalesce("listed__hour_yuan", Value(NO_HOURLY_PRICE)),
    )


def price_keys(viewer: "Viewer", filters: CatalogueFilters, at: datetime) -> QuerySet[ListedPrice] | None:
    """Return listed prices by `price_order` with the `key` of their instrument.

    None for viewers whose prices differ between their own unit and others.
    """
    if not filters.user_kind and standing(viewer).organization_ids():
        return None
    prices = _in_force(filters, at).filter(
        user_kind=filters.user_kind or viewer_kind(viewer), hour_yuan__lt=NO_HOURLY_PRICE
    )
    return prices.annotate(price_order=F("hour_yuan"), key=F("instrument_id"))


def _whose(viewer: "Viewer", user_kind: str, kind: str, unit: str) -> Q:
    """Return a condition for prices of a kind of user or of the viewer, by the names of both columns."""
    own = standing(viewer).organization_ids()
    if user_kind or not own:
        return Q(**{kind: user_kind or viewer_kind(viewer)})
    ours = Q(**{f"{unit}__in": own})
    return (ours & Q(**{kind: UserKind.INSIDE})) | (~ours & Q(**{kind: viewer_kind(viewer)}))


def viewer_kind(viewer: "Viewer") -> str:
    """Return the viewer's kind of user at other units; ANY for an anonymous one."""
    if not viewer.is_authenticated:
        return ANY
    kinds = {membership.organization.kind for membership in standing(viewer).memberships}
    if not kinds:
        return UserKind.INDIVIDUAL.value
    return (
        UserKind.ENTERPRISE.value if kinds == {OrganizationKind.ENTERPRISE.value} else UserKind.OUTSIDE.value
    )


def prices_for(
    viewer: "Viewer", instrument_ids: list[int], at: datetime
) -> Mapping[int, tuple[Decimal | None, str]]:
    """Return the lowest price for the viewer with its unit, by instrument id; one query."""
    rows = with_prices(viewer, Instrument.objects.filter(pk__in=instrument_ids), at)
    return {pk: (price, unit or "") for pk, price, unit in rows.values_list("pk", "price_yuan", "price_unit")}


def category_prefix(code: str) -> str:
    """Return the common prefix of the codes below a category: 020000 → 02, 020300 → 0203."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
