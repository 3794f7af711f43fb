"""Whether the reader may book an instrument, as what, and at which prices."""

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
class MayUse:
    """`kinds` the reader can book as; `admitted` those of them that the rule admits. `qualified` says whether
    they hold a right to operate it, None where the rule asks for none."""

    kinds: Sequence[UserKind]
    admitted: Sequence[UserKind]
    qualified: bool | None


def may_use(
    viewer: "Viewer", instrument: "Instrument", terms: "Terms | None", now: datetime
) -> MayUse | None:
    """For a reader who is logged in, where a rule is in force."""
    if terms is None or viewer.is_anonymous:
        return None
    payers = [None, *{one.organization.pk: one.organization for one in standing(viewer).memberships}.values()]
    held = {providers.user_kind(viewer, payer, instrument) for payer in payers}
    kinds = [kind for kind in UserKind if kind in held]
    needs = terms.needs_qualification and ServiceMode.SELF_OPERATED in terms.service_modes
    return MayUse(
        kinds,
        [kind for kind in kinds if kind in terms.user_kinds],
        providers.has_qualification(viewer.pk, instrument.pk, now) if needs else None,
    )


def for_reader(prices: Sequence[PriceRow], may: MayUse | None) -> list[PriceRow]:
    """The prices for the reader; for a visitor all of them."""
    if may is None or not may.admitted:
        return list(prices)
    return [row for row in prices if row.user_kind is None or row.user_kind in may.admitted]
