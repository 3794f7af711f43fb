"""The prices of a rule beside those of the rule before, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from providers.terms.domain.terms import Price


def relative_change(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    """A change as a share of the price before: 0.1 for 10 % more; None where nothing compares."""
    if before is None or after is None or not before:
        return None
    return after / before - 1


@dataclass(frozen=True)
class PriceChange:
    """One public price and what it was before; None where there was, or is, no such line."""

    line: Price
    """For whom, for what and when; its amount is `after`, or `before` for a line that is gone."""
    before: Decimal | None
    after: Decimal | None

    @property
    def share(self) -> Decimal | None:
        return relative_change(self.before, self.after)


def price_changes(before: Sequence[Price], after: Sequence[Price]) -> list[PriceChange]:
    """The lines of `after` in their order, each with its price before, then those that are gone.

    Two lines are the same where they are for the same user, mode, unit and time. Of several such lines in a
    rule the cheapest applies, so it is that which is compared.
    """
    old, new = _cheapest(before), _cheapest(after)
    return [
        *(
            PriceChange(line, old[key].price_yuan if key in old else None, line.price_yuan)
            for key, line in new.items()
        ),
        *(PriceChange(line, line.price_yuan, None) for key, line in old.items() if key not in new),
    ]


def _cheapest(prices: Sequence[Price]) -> dict[tuple[object, ...], Price]:
    found: dict[tuple[object, ...], Price] = {}
    for price in prices:
        key = (
            price.user_kind,
            price.service_mode,
            price.unit,
            price.from_time,
            price.until_time,
            tuple(sorted(price.weekdays)),
        )
        if key not in found or price.price_yuan < found[key].price_yuan:
            found[key] = price
    return found
