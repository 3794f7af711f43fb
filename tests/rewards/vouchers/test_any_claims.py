"""Whatever firms, the bureau and Finance do with vouchers in whatever order: a plain model says the same."""

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bookings.statements.services.drafting import statements_draft
from bookings.statements.services.statements import statement_confirm, statement_send
from instrument_share.accounts.domain import Role
from rewards.vouchers.models import VoucherClaim, VoucherGrant, VoucherPayout
from rewards.vouchers.selectors.vouchers import get_balances
from rewards.vouchers.services.granting import voucher_application_refuse, voucher_grant
from tests import factories, stateful
from tests.bookings.statements.conftest import APRIL_1, MARCH, confirmed_use
from tests.factories import NOW, slot
from tests.rewards.vouchers.adding_up import require_everything_adds_up
from tests.rewards.vouchers.plain_claims import BUDGET, CAP, PlainClaim, PlainVouchers
from tests.stateful import attempt

FIRMS = ("戊司", "己司")
AMOUNTS = ((Decimal("1333.33"), Decimal(700)), (Decimal(500), Decimal(1600)))
"""What each unit bills to the first and the second firm."""
picks = st.integers(0, 10_000)
acts = st.sampled_from(["check", "check", "audit", "audit", "refuse"])
firms, batches = st.sampled_from(FIRMS), st.sampled_from([1, 2])


@dataclass
class Bill:
    firm: str
    seller: int
    yuan: Decimal
    statement: Any


def build_bills(admins):
    """Statements of two units to two firms, each confirmed: so two have the same seller."""
    bills = []
    for number, amounts in enumerate(AMOUNTS, start=1):
        owner = factories.organization(f"云屏第{number}研究所", owns_instruments=True)
        manager = factories.member(owner, Role.UNIT_MANAGER, name="壬")
        for hour, (name, yuan) in enumerate(zip(FIRMS, amounts, strict=True), start=9):
            instrument = factories.instrument(owner)
            factories.rule(instrument, price=str(yuan))
            factories.windows(instrument)
            company = admins[name].memberships.get().organization
            place = SimpleNamespace(
                instrument=instrument,
                keeper=factories.keeper(instrument),
                company=company,
                researcher=factories.member(company, name="癸"),
            )
            confirmed_use(place, slot(hour=hour, length=1))
        for one in statements_draft(actor=manager, organization_id=owner.pk, month=MARCH, now=APRIL_1):
            name = one.payer_organization.name_zh
            statement_send(actor=manager, statement_id=one.pk, now=APRIL_1)
            statement_confirm(actor=admins[name], statement_id=one.pk, now=APRIL_1)
            bills.append(Bill(name, owner.pk, amounts[FIRMS.index(name)], one))
    return bills


class AnyClaims(RuleBasedStateMachine):
    """Two batches of one scheme, two firms, four statements; each case is undone."""

    def __init__(self, vouchers, admins, bills):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.vouchers, self.admins, self.bills = vouchers, admins, bills
        self.model = PlainVouchers(bills)
        self.references = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize()
    def open_batches(self):
        money = {"cap_yuan": CAP, "budget_yuan": BUDGET}
        self.batches = {number: self.vouchers.open(batch=number, **money) for number in (1, 2)}

    # --- What holds after every act ----------------------------------------------------------------------

    @invariant()
    def claims_are_those_of_the_model(self):
        stored = VoucherClaim.objects.values_list("pk", "state", "amount_yuan", "row__amount_yuan")
        assert list(stored.order_by("pk")) == [
            (pk, one.state, one.yuan, one.yuan if one.is_listed else None)
            for pk, one in sorted(self.model.claims.items())
        ]

    @invariant()
    def vouchers_have_left_what_the_model_says(self):
        found = VoucherGrant.objects.all()
        assert get_balances(found) == {pk: self.model.left(pk) for pk in self.model.grants}

    @invariant()
    def everything_adds_up(self):
        require_everything_adds_up()

    # --- Applications ------------------------------------------------------------------------------------

    @rule(batch=batches, firm=firms, yuan=st.integers(1, 11).map(lambda hundreds: Decimal(100 * hundreds)))
    def apply(self, batch, firm, yuan):
        made = attempt(
            self.model.may_apply(batch, firm, yuan),
            self.vouchers.apply,
            self.batches[batch],
            yuan,
            actor=self.admins[firm],
            of=self.admins[firm].memberships.get().organization,
        )
        if made:
            self.model.waiting[made.pk] = (batch, firm, yuan)

    @precondition(lambda self: self.model.waiting)
    @rule(pick=picks, refuses=st.integers(0, 4))
    def decide(self, pick, refuses):
        pk = self.choose(pick, self.model.waiting)
        batch, firm, wanted = self.model.waiting[pk]
        facts = {"actor": self.vouchers.officer, "application_id": pk, "now": NOW}
        granted = self.model.granted(batch, wanted)
        if not refuses:
            voucher_application_refuse(reason="材料不全", **facts)
            del self.model.waiting[pk]
        elif made := attempt(self.model.is_first(pk) and granted > 0, voucher_grant, **facts):
            assert made.amount_yuan == granted
            del self.model.waiting[pk]
            self.model.grants[made.pk] = (batch, firm, granted)

    # --- Claims ------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.grants)
    @rule(grant=picks, bill=st.integers(0, 3), invoice=st.sampled_from(["1", "2", "3"]))
    def claim(self, grant, bill, invoice):
        pk = self.choose(grant, self.model.grants)
        expected = self.model.claimable(pk, bill)
        made = attempt(
            self.model.may_claim(pk, bill, invoice),
            self.vouchers.claim,
            VoucherGrant.objects.get(pk=pk),
            self.bills[bill].statement,
            invoice,
            actor=self.admins[self.model.grants[pk][1]],
        )
        if made:
            assert made.amount_yuan == expected
            self.model.claims[made.pk] = PlainClaim(pk, bill, invoice, expected)

    @precondition(lambda self: self.model.claims)
    @rule(
        pick=picks,
        act=st.sampled_from(["check", "audit", "refuse"]),
        who=st.sampled_from(["officer", "second"]),
    )
    def go_on(self, pick, act, who):
        """Do what comes next with a claim that is neither audited nor refused; if there is none, with any."""
        ready = {pk for pk, one in self.model.claims.items() if self.may(one, act, who)}
        pk = self.choose(pick, ready or self.model.claims)
        one = self.model.claims[pk]
        row = VoucherClaim.objects.get(pk=pk)
        if attempt(self.may(one, act, who), getattr(self.vouchers, act), row, getattr(self.vouchers, who)):
            one.state = {"check": "checked", "audit": "audited", "refuse": "refused"}[act]
            one.checked_by = who if act == "check" else one.checked_by

    @staticmethod
    def may(claim, act, who):
        return {
            "check": claim.state == "submitted",
            "audit": claim.state == "checked" and claim.checked_by != who,
            "refuse": claim.state in {"submitted", "checked"},
        }[act]

    # --- Payouts -----------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.claims)
    @rule(batch=batches)
    def list_what_is_audited(self, batch):
        listed = self.model.to_list(batch)
        made = attempt(bool(listed), self.vouchers.list, self.batches[batch])
        if made:
            assert made.total_yuan == sum(one.yuan for one in listed)
            for one in listed:
                one.is_listed = True

    @precondition(lambda self: self.with_row())
    @rule(pick=picks)
    def pay(self, pick):
        """Pay a claim that stands on a list and was not paid; if there is none, one that was."""
        rows = self.with_row()
        unpaid = {pk for pk, one in rows.items() if one.paid_by is None}
        one = rows[pk := self.choose(pick, unpaid or rows)]
        row = VoucherClaim.objects.get(pk=pk).row
        if made := attempt(one.paid_by is None, self.vouchers.pay, row, self.next_reference()):
            assert made.amount_yuan == one.yuan
            one.paid_by = made.pk

    @precondition(lambda self: self.paid())
    @rule(pick=picks)
    def come_back(self, pick):
        pk = self.choose(pick, self.paid())
        payout = VoucherPayout.objects.get(pk=self.model.claims[pk].paid_by)
        self.vouchers.come_back(payout, self.next_reference())
        self.model.claims[pk].paid_by = None

    def with_row(self):
        return {pk: one for pk, one in self.model.claims.items() if one.is_listed}

    def paid(self):
        return {pk for pk, one in self.model.claims.items() if one.paid_by is not None}

    def next_reference(self):
        self.references += 1
        return f"HK-{self.references}"

    @staticmethod
    def choose(pick, keys):
        return sorted(keys)[pick % len(keys)]


def test_in_any_order_vouchers_do_what_the_model_says(vouchers):
    admins = {}
    for name in FIRMS:
        firm, admins[name] = vouchers.firm(name)
        vouchers.account(firm, admins[name])
    bills = build_bills(admins)
    stateful.run(lambda: AnyClaims(vouchers, admins, bills), examples=6, steps=50)
