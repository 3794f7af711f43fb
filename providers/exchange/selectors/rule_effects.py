"""What publishing rules from a sheet does to bookings, which another app knows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from providers.terms.domain.terms import TermsDraft

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.instruments.models import Instrument
    from providers.terms.models import OpenServiceRule


@dataclass(frozen=True)
class TermsChange:
    """Terms of an instrument that a sheet would publish from an instant on."""

    instrument_id: int
    draft: TermsDraft
    applies_from: datetime


class BookingOutside(Protocol):
    """A booking that new hours would leave outside."""

    public_id: str
    starts_at: datetime


class RuleEffects(Protocol):
    """The functions of the app that keeps the bookings."""

    def instrument_group_locks(self, instrument_ids: Collection[int]) -> "Mapping[int, Instrument]":
        """Lock instruments with those that are booked together with them, and return all by id."""

    def find_bookings_outside(self, changes: Sequence[TermsChange]) -> Mapping[int, Sequence[BookingOutside]]:
        """Return the bookings that each change would leave outside opening hours, by instrument id."""

    def describe_publications(self, changes: Iterable[TermsChange], now: datetime) -> list[str]:
        """Return whom terms would hit besides bookings, as sentences in the reader's language."""

    def refused_offers_withdraw(
        self, changed_from: Mapping[int, datetime], *, actor: "User", now: datetime
    ) -> None:
        """Withdraw offers of time that the rules refuse, which others apply from these instants on."""

    def tell_of_publications(self, changes: Iterable[TermsChange], now: datetime) -> None:
        """Tell whom terms concern besides bookings, before they are published."""

    def tell_of_withdrawals(self, rules: "Iterable[OpenServiceRule]", now: datetime) -> None:
        """Tell whom versions concern besides bookings, before they are withdrawn."""

    def refresh_next_free(self, instrument_ids: Collection[int], now: datetime) -> None:
        """Recalculate when these instruments are next free."""


_sources: list[RuleEffects] = []


def register_rule_effects(source: RuleEffects) -> None:
    """Register the app that keeps the bookings."""
    _sources[:] = [source]


def rule_effects() -> RuleEffects:
    """Return the functions of the app that keeps the bookings."""
    (source,) = _sources
    return source
