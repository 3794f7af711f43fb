"""Versions of an instrument's rule that have not begun, beside what they replace."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from bookings import public as bookings
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web.text import formats
from providers import public as providers
from providers.domain import PriceChange, Terms, price_changes


@dataclass(frozen=True)
class ComingRule:
    """A version that will apply, and the one that applies until then, if any."""

    before: Terms | None
    terms: Terms

    @property
    def since(self) -> str:
        """Return its start in words: the day, and the time of day where it is not midnight."""
        starts = self.terms.applies_from.astimezone(CITY_TIME)
        return formats.date_only(starts) if starts.time() == time() else formats.moment(starts)

    @property
    def compared(self) -> dict[str, list[str]]:
        """Return the sentences without the prices, compared with those that apply until then."""
        before = None if self.before is None else replace(self.before, prices=())
        return bookings.compare_terms(before, replace(self.terms, prices=()))

    @property
    def new_sentences(self) -> list[str]:
        """Return the sentences that are new, prices included; in the first version, all of them."""
        compared = bookings.compare_terms(self.before, self.terms)
        return compared["same"] if self.before is None else compared["new"]

    @property
    def prices(self) -> list[PriceChange]:
        """Return the prices that change."""
        before: Sequence = () if self.before is None else self.before.prices
        return [one for one in price_changes(before, self.terms.prices) if one.before != one.after]


def get_coming_rules(versions: Sequence[Terms], now: datetime) -> list[ComingRule]:
    """Return which of the versions (`providers.terms_versions`) will apply after now, by start."""
    return [ComingRule(before, after) for before, after in providers.coming_versions(versions, now)]
