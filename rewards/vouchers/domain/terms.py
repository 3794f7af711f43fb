"""The terms of a voucher scheme as data, who may have a voucher, and how much a grant and a claim are."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.money import FEN, round_down, round_to_fen
from instrument_share.kernel.names import plain_code

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Terms:
    """Who may have a voucher of a batch, when, and what it pays.

    `share_percent` of what uses cost, at most `cap_yuan` for an organization and year; `budget_yuan` bounds
    all vouchers of the batch. Days are inclusive. Claims go on after the last use: its statement
    comes later.
    """

    kinds: Collection[str]
    sizes: Collection[str]
    share_percent: Decimal
    cap_yuan: Decimal
    budget_yuan: Decimal
    apply_from: date
    apply_until: date
    use_from: date
    use_until: date
    claim_until: date

    def qualifies(self, kind: str, size: str) -> bool:
        """Return whether the batch is meant for an organization of this kind and size."""
        return kind in self.kinds and size in self.sizes

    def takes_applications(self, day: date) -> bool:
        """Return whether an organization may apply on a day."""
        return self.apply_from <= day <= self.apply_until

    def covers(self, day: date) -> bool:
        """Return whether a use that starts on a day is paid for."""
        return self.use_from <= day <= self.use_until

    def takes_claims(self, day: date) -> bool:
        """Return whether the vouchers can still be claimed on a day."""
        return day <= self.claim_until

    def find_problems(self) -> Iterator[Problem]:
        """Yield what contradicts itself."""
        if not (self.kinds and self.sizes):
            message = gettext_noop("Choose at least one kind and one size of organizations.")
            yield Problem("voucher.nobody_qualifies", message, field="kinds")
        if not 0 < self.share_percent <= 100:
            message = gettext_noop("A share must be above 0 and at most 100 %.")
            yield Problem("voucher.share_wrong", message, field="share_percent")
        if not FEN <= self.cap_yuan <= self.budget_yuan:
            message = gettext_noop("The cap must be above 0 and not exceed the budget.")
            yield Problem("voucher.cap_wrong", message, field="cap_yuan")
        if self.apply_until < self.apply_from:
            message = gettext_noop("The last day can’t be before the first.")
            yield Problem("voucher.days_wrong", message, field="apply_until")
        if self.use_until < max(self.use_from, self.apply_until):
            message = gettext_noop("Vouchers must be valid at least as long as applications are taken.")
            yield Problem("voucher.days_wrong", message, field="use_until")
        if self.claim_until < self.use_until:
            message = gettext_noop("Claims must be taken at least as long as vouchers can be used.")
            yield Problem("voucher.days_wrong", message, field="claim_until")


def get_left(total: Decimal, taken: Iterable[Decimal]) -> Decimal:
    """Return what is left of a budget, a voucher or a year's cap, to the fen; never less than nothing.

    A sum made by SQLite has more digits than the amounts in it.
    """
    return round_to_fen(max(total - sum(taken, NOTHING), NOTHING))


def get_grant_amount(terms: Terms, wanted: Decimal, granted: Iterable[Decimal]) -> Decimal:
    """Return what a voucher is worth: what was applied for, up to the cap and what the batch has left."""
    return min(wanted, terms.cap_yuan, get_left(terms.budget_yuan, granted))


@dataclass(frozen=True)
class Claimable:
    """What a claim comes to, and what bounds it: the share of the uses, the voucher, or the year's cap."""

    basis_yuan: Decimal
    share_yuan: Decimal
    voucher_yuan: Decimal
    year_yuan: Decimal

    @property
    def amount_yuan(self) -> Decimal:
        return min(self.share_yuan, self.voucher_yuan, self.year_yuan)


def get_claimable(
    terms: Terms,
    uses: Iterable[tuple[date, Decimal]],
    *,
    granted: Decimal,
    of_voucher: Iterable[Decimal],
    of_year: Iterable[Decimal],
) -> Claimable:
    """Return what may be claimed for uses (first day and what is billed), rounded down to the 分.

    `of_voucher` and `of_year` are the claims in force on the same voucher, and of the same organization,
    scheme and year.
    """
    basis = sum((billed for day, billed in uses if terms.covers(day)), NOTHING)
    share = round_down(max(Fraction(basis), Fraction(0)) * Fraction(terms.share_percent) / 100, FEN)
    return Claimable(basis, share, get_left(granted, of_voucher), get_left(terms.cap_yuan, of_year))


def normalize_invoice(number: str) -> str:
    """Return an invoice's number as it is compared: half-width, without blanks, in capitals."""
    return plain_code(number).upper()
