"""A model of vouchers that knows nothing of the services: two firms, two batches, what is claimed and paid.

Amounts are whole yuan or half ones, so that a share of one half needs no rounding.
"""

from dataclasses import dataclass, field
from decimal import Decimal

BATCHES = (1, 2)
CAP, BUDGET, SHARE = Decimal(500), Decimal(700), Decimal("0.5")
"""For a firm and year, of a batch, and of what the uses cost."""
IN_FORCE = {"submitted", "checked", "audited"}
MOVES = {
    "send": ("draft", "sent"),
    "confirm": ("sent", "confirmed"),
    "dispute": ("sent", "disputed"),
    "answer": ("disputed", "sent"),
}
"""Of a statement."""


@dataclass
class PlainStatement:
    """What a unit bills a firm for one use."""

    firm: str
    unit: str
    yuan: Decimal
    state: str = "draft"
    is_confirmed: bool = False
    is_corrected: bool = False

    @property
    def is_agreed(self):
        return self.state in {"confirmed", "settled"}

    @property
    def agreed_yuan(self):
        """What is billed of its use now, nothing unless its payer agreed."""
        return self.yuan if self.is_agreed else Decimal(0)


@dataclass
class PlainApplication:
    firm: str
    batch: int
    yuan: Decimal
    state: str = "submitted"
    granted_yuan: Decimal = Decimal(0)


@dataclass
class PlainClaim:
    """A share of a statement that is claimed on a voucher, until it is paid."""

    firm: str
    batch: int
    statement: PlainStatement
    invoice: str
    basis_yuan: Decimal
    yuan: Decimal
    state: str = "submitted"
    checked_by: str = ""
    is_listed: bool = False
    is_paid: bool = False

    @property
    def holds(self):
        return self.state in IN_FORCE

    @property
    def is_unchanged(self):
        """Whether what it was claimed for is still what is billed."""
        return self.statement.yuan == self.basis_yuan


@dataclass
class PlainVouchers:
    """Statements by name; applications and claims by key, in the order in which they came."""

    statements: dict
    applications: dict = field(default_factory=dict)
    claims: dict = field(default_factory=dict)
    references: set = field(default_factory=set)
    """Of the bank: each stands for one payout, or for one that came back."""

    # --- Applications -----------------------------------------------------------------------------------

    def may_apply(self, firm, batch, yuan):
        has_one = any(
            (one.firm, one.batch) == (firm, batch) and one.state != "refused"
            for one in self.applications.values()
        )
        return not has_one and 0 < yuan <= CAP and self.get_left(batch) > 0

    def get_left(self, batch):
        """What is not granted yet of a batch."""
        return BUDGET - sum(one.granted_yuan for one in self.applications.values() if one.batch == batch)

    def get_grant(self, application):
        """What is granted now: what was applied for, as far as the batch has it; nothing out of turn."""
        waiting = [
            one
            for one in self.applications.values()
            if one.batch == application.batch and one.state == "submitted"
        ]
        if not waiting or waiting[0] is not application:
            return Decimal(0)
        return min(application.yuan, CAP, self.get_left(application.batch))

    def find_voucher(self, firm, batch):
        """The granted application of a firm."""
        for one in self.applications.values():
            if (one.firm, one.batch, one.state) == (firm, batch, "granted"):
                return one
        return None

    # --- Claims -----------------------------------------------------------------------------------------

    def held(self, is_counted):
        return [one for one in self.claims.values() if one.holds and is_counted(one)]

    def get_balance(self, voucher):
        mine = self.held(lambda one: (one.firm, one.batch) == (voucher.firm, voucher.batch))
        return voucher.granted_yuan - sum(one.yuan for one in mine)

    def get_claimable(self, firm, batch, statement, invoice):
        """What a claim comes to now; nothing where it may not be made."""
        voucher = self.find_voucher(firm, batch)
        is_taken = self.held(
            lambda one: (
                one.statement is statement or (one.statement.unit, one.invoice) == (statement.unit, invoice)
            )
        )
        if voucher is None or statement.firm != firm or is_taken:
            return Decimal(0)
        in_year = sum(one.yuan for one in self.held(lambda one: one.firm == firm))
        return min(statement.agreed_yuan * SHARE, self.get_balance(voucher), CAP - in_year)

    def may_check(self, claim):
        return claim.state == "submitted" and claim.is_unchanged

    def may_audit(self, claim, officer):
        return claim.state == "checked" and claim.checked_by != officer and claim.is_unchanged

    def may_refuse(self, claim):
        """Whether it is on no list yet: what is listed, Finance was asked to pay."""
        return claim.holds and not claim.is_listed

    def get_unlisted(self, batch):
        """What a list takes: not what waits for its payer to pay or confirm again."""
        audited = self.held(lambda one: one.batch == batch and one.state == "audited" and not one.is_listed)
        return [one for one in audited if one.statement.is_agreed]

    def may_list(self, batch):
        waiting = self.get_unlisted(batch)
        return bool(waiting) and all(one.is_unchanged for one in waiting)
