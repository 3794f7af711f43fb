"""What a published instrument still lacks before people can book and use it."""

from enum import StrEnum


class BookingGap(StrEnum):
    """A lack that publication does not look at."""

    RULE = "rule"
    """No version of the rule applies, so that every request is refused."""
    PRICE = "price"
    """The rule has no price at all. An instrument that is free of charge says so by a price of 0."""
    COMPANION = "companion"
    """What is booked together with it is not in service, so that every request is refused."""
    KEEPER = "keeper"
    """Nobody is named who decides on requests and checks users in; the unit's managers do."""


REFUSING = frozenset({BookingGap.RULE, BookingGap.COMPANION})
"""Gaps with which every request is refused."""


def find_booking_gaps(
    *, has_rule: bool, has_price: bool, has_companions: bool, has_keeper: bool
) -> tuple[BookingGap, ...]:
    """Return the gaps, the gravest first; without a rule the price is part of that gap."""
    gaps = {
        BookingGap.RULE: not has_rule,
        BookingGap.PRICE: has_rule and not has_price,
        BookingGap.COMPANION: not has_companions,
        BookingGap.KEEPER: not has_keeper,
    }
    return tuple(gap for gap, lacks in gaps.items() if lacks)
