"""What a usual use costs under terms, for each kind of user."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bookings.requests.domain.pricing import quote
from instrument_share.kernel.interval import Interval
from providers.domain import ServiceMode, UserKind, relative_change

if TYPE_CHECKING:
    from providers.domain import TermsDraft


@dataclass(frozen=True)
class PriceExample:
    """The price of the example for a kind of user, before and after; None where they may not book it."""

    kind: UserKind
    mode: ServiceMode
    before: Decimal | None
    after: Decimal | None

    @property
    def share(self) -> Decimal | None:
        return relative_change(self.before, self.after)


_PREFERRED = (ServiceMode.OPERATED, ServiceMode.SELF_OPERATED, ServiceMode.REMOTE, ServiceMode.SAMPLES)


def price_examples(
    before: "TermsDraft | None", after: "TermsDraft", interval: Interval
) -> list[PriceExample]:
    """One for each kind of user that either terms admit, in the first mode of service that `after` offers."""
    mode = next((mode for mode in _PREFERRED if mode in after.service_modes), None)
    if mode is None:
        return []
    found = []
    for kind in UserKind:
        old, new = (_price(terms, kind, mode, interval) for terms in (before, after))
        if (old, new) != (None, None):
            found.append(PriceExample(kind, mode, old, new))
    return found


def _price(
    terms: "TermsDraft | None", kind: UserKind, mode: ServiceMode, interval: Interval
) -> Decimal | None:
    if terms is None or kind not in terms.user_kinds or mode not in terms.service_modes:
        return None
    return quote(terms, interval, kind, mode, samples=1).total
