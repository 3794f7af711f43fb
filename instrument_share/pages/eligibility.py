"""Whether the viewer may book an instrument, as what kind of user, and at which prices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from instrument_share.accounts.selectors import standing
from instrument_share.pages.prices import PriceRow
from providers import public as providers
from providers.domain import OPERATED_BY_USER, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import Terms
    from providers.models import Instrument


@dataclass(frozen=True)
class Eligibility:
    """Kinds of user that the viewer can book as, and those that the rule admits.

    `qualified` says whether they hold a qualification; None where the rule requires none.
    `measured_by_unit`: it has a way of service that needs no qualification.
    """

    kinds: Sequence[UserKind]
    admitted: Sequence[UserKind]
    qualified: bool | None
    measured_by_unit: bool

    @property
    def must_qualify(self) -> bool:
        """Return whether the viewer can't book before they are qualified."""
        return self.qualified is False and not self.measured_by_unit


def get_eligibility(
    viewer: "Viewer", instrument: "Instrument", terms: "Terms | None", now: datetime
) -> Eligibility | None:
    """Return the viewer's eligibility; None for visitors, and without a rule in force."""
    return get_eligibilities(viewer, {instrument: terms}, now)[instrument]


def get_eligibilities(
    viewer: "Viewer", terms: "Mapping[Instrument, Terms | None]", now: datetime
) -> "dict[Instrument, Eligibility | None]":
    """Return the viewer's eligibility for each instrument by its terms; one statement."""
    if viewer.is_anonymous:
        return dict.fromkeys(terms)
    payers = [None, *{one.organization.pk: one.organization for one in standing(viewer).memberships}.values()]
    qualified_until = providers.qualified_until(viewer.pk, [one.pk for one in terms])
    found: dict[Instrument, Eligibility | None] = {}
    for instrument, of_one in terms.items():
        is_qualified = qualified_until.get(instrument.pk, providers.LONG_PAST) >= now
        held = {providers.user_kind(viewer, payer, instrument) for payer in payers}
        found[instrument] = _build_eligibility(held, of_one, is_qualified) if of_one else None
    return found


def _build_eligibility(held: Collection[UserKind], terms: "Terms", is_qualified: bool) -> Eligibility:
    kinds = [kind for kind in UserKind if kind in held]
    return Eligibility(
        kinds,
        [kind for kind in kinds if kind in terms.user_kinds],
        is_qualified if _needs_qualification(terms) else None,
        bool(terms.service_modes - OPERATED_BY_USER),
    )


def _needs_qualification(terms: "Terms") -> bool:
    return terms.needs_qualification and not OPERATED_BY_USER.isdisjoint(terms.service_modes)


def filter_prices(prices: Sequence[PriceRow], eligibility: Eligibility | None) -> list[PriceRow]:
    """Return the prices for the viewer; all prices for visitors."""
    if eligibility is None or not eligibility.admitted:
        return list(prices)
    return [row for row in prices if row.user_kind is None or row.user_kind in eligibility.admitted]
