"""Vouchers as a model has them that knows nothing of the services: it adds up and looks at every claim."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

BUDGET, CAP = Decimal(1500), Decimal(1000)
"""Of each batch, and for an organization in a year on all batches of a scheme."""
FEN = Decimal("0.01")


@dataclass
class PlainClaim:
    grant: int
    bill: int
    invoice: str
    yuan: Decimal
    state: str = "submitted"
    checked_by: str = ""
    is_listed: bool = False
    paid_by: int | None = None
    """The key of the payout that has not come back."""

    @property
    def is_in_force(self):
        return self.state != "refused"


class PlainVouchers:
    """Applications, grants and claims by their keys; a bill has a firm that pays, a seller and yuan."""

    def __init__(self, bills):
        self.bills = bills
        self.grants = {}
        """Batch, firm and yuan."""
        self.claims = {}
        self.waiting = {}
        """Applications of batches and firms for so much, in the order of their receipt."""

    def granted(self, batch, wanted):
        spent = sum(yuan for of, _firm, yuan in self.grants.values() if of == batch)
        return min(wanted, CAP, BUDGET - spent)

    def may_apply(self, batch, firm, wanted):
        has_one = any((batch, firm) == grant[:2] for grant in self.grants.values())
        waits = any((batch, firm) == one[:2] for one in self.waiting.values())
        return not has_one and not waits and 0 < wanted <= CAP

    def is_first(self, pk):
        """Whether nobody else waits longer for a voucher of the batch."""
        return pk == min(one for one in self.waiting if self.waiting[one][0] == self.waiting[pk][0])

    def claimable(self, grant, bill):
        """What a claim comes to: half of the bill, as far as the voucher and the year have it left."""
        _batch, firm, yuan = self.grants[grant]
        in_force = [one for one in self.claims.values() if one.is_in_force]
        of_voucher = sum(one.yuan for one in in_force if one.grant == grant)
        of_year = sum(one.yuan for one in in_force if self.grants[one.grant][1] == firm)
        half = (self.bills[bill].yuan / 2).quantize(FEN, ROUND_DOWN)
        return max(min(half, yuan - of_voucher, CAP - of_year), Decimal(0))

    def may_claim(self, grant, bill, invoice):
        seller = self.bills[bill].seller
        twice = any(
            one.is_in_force
            and (one.bill == bill or (self.bills[one.bill].seller, one.invoice) == (seller, invoice))
            for one in self.claims.values()
        )
        own = self.bills[bill].firm == self.grants[grant][1]
        return own and not twice and self.claimable(grant, bill) > 0

    def to_list(self, batch):
        return [
            one
            for one in self.claims.values()
            if one.state == "audited" and not one.is_listed and self.grants[one.grant][0] == batch
        ]

    def left(self, grant):
        claimed = [one.yuan for one in self.claims.values() if one.grant == grant and one.is_in_force]
        return self.grants[grant][2] - sum(claimed)
