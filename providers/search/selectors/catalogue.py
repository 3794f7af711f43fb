"""The catalogue: published instruments that fit what was asked, what they cost, and how many there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from instrument_share.accounts.domain import OrganizationKind, OrganizationState
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.interval import Interval
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instruments
from providers.search.selectors.search import EVERYTHING, Search, filter_matching
from providers.terms.domain.choices import UserKind
from providers.terms.domain.listed_prices import ANY, NO_HOURLY_PRICE
from providers.terms.models import Closure, ListedPrice, OpenWindow

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class CatalogueFilters:
    """What is asked of the catalogue. Empty values ask for nothing.

    `category` is a code of any level, `district` a code, `unit` the public id of an organization or its
    profile. `mode`, `user_kind`, `vouchers` and `most_yuan` (for an hour) ask the rule in force at the
    instant of the question; the price is the one for `user_kind`, or for who asks.
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
        return bool(self.mode or self.user_kind or self.vouchers or self.most_yuan is not None)


NO_FILTERS = CatalogueFilters()
LONG_PAST = datetime(1, 1, 2, tzinfo=UTC)


def catalogue(
    viewer: "Viewer",
    filters: CatalogueFilters = NO_FILTERS,
    *,
    search: Search = EVERYTHING,
    at: datetime | None = None,
) -> QuerySet[Instrument]:
    """Published instruments that fit; the caller orders and pages them. Part of one statement.

    What asks the rule needs an instant `at`. Columns such as those of `priced` are for who reads rows: they
    are not worked out to count.
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
    """What rules in force cost for the way of service that is asked, for each kind of user."""
    return ListedPrice.objects.filter(service_mode=filters.mode or ANY, since__lte=at, until__gt=at)


def open_throughout(queryset: QuerySet[Instrument], interval: Interval) -> QuerySet[Instrument]:
    """The instruments of which one open window holds the whole interval, with no closure in it.

    Windows are merged when they are stored and lie one after another: the first that ends late enough is the
    only one that can. A value, as against a join, is one probe of the index for each instrument that is
    looked at, and an order with an index stops after the page.
    """
    begins = OpenWindow.objects.filter(instrument_id=OuterRef("pk"), ends_at__gte=interval.end)
    closures = Closure.objects.filter(
        instrument_id=OuterRef("pk"), lifted_at__isnull=True, starts_at__lt=interval.end
    )
    found = queryset.alias(
        window_begins=Subquery(begins.order_by("ends_at").values("starts_at")[:1]),
        closed_until=Coalesce(
            Subquery(closures.order_by("-ends_at").values("ends_at")[:1]), Value(LONG_PAST)
        ),
    )
    return found.filter(closed_until__lte=interval.start, window_begins__lte=interval.start)


def with_prices(
    viewer: "Viewer", queryset: QuerySet[Instrument], at: datetime, *, user_kind: str = "", mode: str = ""
) -> "QuerySet[Any]":
    """Each instrument with `price_yuan` and `price_unit`, the lowest for the kind of user under the rule in
    force at `at` (None where it is on request or not for them), and `price_order`, never None, by the hour.

    Without a kind it is the price for the viewer: for who belongs to the owning unit, for an organization
    like theirs, for a person; for who is not logged in, the lowest for anybody from outside.
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
    """What has an hourly price by `price_order`, each with its instrument's `key`. None for whom the prices
    of their own unit and those of others are two lists.
    """
    if not filters.user_kind and standing(viewer).organization_ids():
        return None
    prices = _in_force(filters, at).filter(
        user_kind=filters.user_kind or viewer_kind(viewer), hour_yuan__lt=NO_HOURLY_PRICE
    )
    return prices.annotate(price_order=F("hour_yuan"), key=F("instrument_id"))


def _whose(viewer: "Viewer", user_kind: str, kind: str, unit: str) -> Q:
    """Prices for a kind of user, or for the viewer; `kind` and `unit` are the columns of both."""
    own = standing(viewer).organization_ids()
    if user_kind or not own:
        return Q(**{kind: user_kind or viewer_kind(viewer)})
    ours = Q(**{f"{unit}__in": own})
    return (ours & Q(**{kind: UserKind.INSIDE})) | (~ours & Q(**{kind: viewer_kind(viewer)}))


def viewer_kind(viewer: "Viewer") -> str:
    """As whom the viewer comes to other units: ANY for a visitor, who may be anybody."""
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
    """The lowest price for the viewer and its unit, by instrument; one statement."""
    rows = with_prices(viewer, Instrument.objects.filter(pk__in=instrument_ids), at)
    return {pk: (price, unit or "") for pk, price, unit in rows.values_list("pk", "price_yuan", "price_unit")}


def category_prefix(code: str) -> str:
    """What the codes below a category have in common: 020000 → 02, 020300 → 0203, 020304 → 020304."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
