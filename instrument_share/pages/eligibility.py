"""Whether the viewer may book an instrument, as what kind of user, and at which prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from instrument_share.accounts.selectors import standing
from instrument_share.pages.prices import PriceRow
from providers import public as providers
from providers.domain import ServiceMode, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import Terms
    from providers.models import Instrument


@dataclass(frozen=True)
class Eligibility:
    """Kinds of user that the viewer can book as, and those that the rule admits.

    `qualified` says whether they hold a qualification; None where the rule requires none.
    """

    kinds: Sequence[UserKind]
    admitted: Sequence[UserKind]
    qualified: bool | None


def get_eligibility(
    viewer: "Viewer", instrument: "Instrument", terms: "Terms | None", now: datetime
) -> Eligibility | None:
    """Return the viewer's eligibility; None for visitors, and without a rule in force."""
    if terms is None or viewer.is_anonymous:
        return None
    payers = [None, *{one.organization.pk: one.organization for one in standing(viewer).memberships}.values()]
    held = {providers.user_kind(viewer, payer, instrument) for payer in payers}
    kinds = [kind for kind in UserKind if kind in held]
    needs = terms.needs_qualification and ServiceMode.SELF_OPERATED in terms.service_modes
    return Eligibility(
        kinds,
        [kind for kind in kinds if kind in terms.user_kinds],
        providers.has_qualification(viewer.pk, instrument.pk, now) if needs else None,
    )


def filter_prices(prices: Sequence[PriceRow], eligibility: Eligibility | None) -> list[PriceRow]:
    """Return the prices for the viewer; all prices for visitors."""
    if eligibility is None or not eligibility.admitted:
        return list(prices)
    return [row for row in prices if row.user_kind is None or row.user_kind in eligibility.admitted]
