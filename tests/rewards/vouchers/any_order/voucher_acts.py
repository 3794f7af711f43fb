"""Two firms, four units, two officers and Finance do with vouchers whatever they like."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bookings.statements.models import Statement, StatementLine, StatementPayment
from bookings.statements.services.drafting import statements_draft
from bookings.statements.services.payments import statement_payment_record, statement_payment_reverse
from bookings.statements.services.statements import (
    statement_answer,
    statement_confirm,
    statement_dispute,
    statement_send,
)
from bookings.usage.models import UsageLog
from bookings.usage.services.usage import usage_confirm, usage_correct
from rewards.vouchers.models import (
    VoucherApplication,
    VoucherClaim,
    VoucherGrant,
    VoucherPayout,
    VoucherPayoutRow,
    VoucherReversal,
    VoucherUse,
)
from rewards.vouchers.selectors.vouchers import get_balances
from rewards.vouchers.services.claiming import (
    voucher_claim,
    voucher_claim_audit,
    voucher_claim_check,
    voucher_claim_refuse,
)
from rewards.vouchers.services.granting import voucher_application_refuse, voucher_apply, voucher_grant
from rewards.vouchers.services.paying import (
    voucher_list_make,
    voucher_payout_record,
    voucher_payout_reverse,
)
from tests.rewards.vouchers.any_order.plain_vouchers import (
    BATCHES,
    BUDGET,
    CAP,
    MOVES,
    SHARE,
    PlainApplication,
    PlainClaim,
    PlainStatement,
    PlainVouchers,
)
from tests.rewards.vouchers.conftest import LATER, local_date, proof
from tests.stateful import attempt

APRIL, MAY = date(2026, 4, 1), datetime.fromisoformat("2026-05-06T09:00+08:00")
"""What is corrected in April is billed in May."""
BILLED = {"甲一": 800, "甲二": 700, "甲三": 300, "乙一": 500, "乙二": 250}
"""Yuan by firm and unit."""
firms = st.sampled_from(["甲", "乙"])
batches = st.sampled_from(BATCHES)
invoices = st.sampled_from(["26500001", "26500002"])
officers = st.sampled_from(["officer", "second"])
references = st.sampled_from(["HK-1", "HK-2", "HK-3", "HK-4"])
picks = st.integers(0, 10_000)


class VoucherActs(RuleBasedStateMachine):
    """From what a unit bills to what Finance pays, in the services and in the model; each case is undone."""

    attempt = staticmethod(attempt)
    world = None
    """The people, schemes and statements, which every case finds as they were made."""

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = LATER

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize()
    def begin_with_vouchers(self):
        """Firm 甲 has a voucher of each batch and an audited claim on what it paid; firm 乙 has applied."""
        statements = {name: PlainStatement(*name, Decimal(yuan)) for name, yuan in BILLED.items()}
        self.model = PlainVouchers(statements)
        for name in ("甲一", "甲二", "甲三", "乙一"):
            self.take_step(name, "send")
            self.take_step(name, "confirm") if name != "甲三" else self.pay_a_statement(name)
        for firm, batch, yuan in (("甲", 1, 300), ("甲", 2, 500), ("乙", 1, 500)):
            self.apply(firm, batch, yuan)
        for pk in list(self.model.applications)[:2]:
            self.grant(pk)
        self.claim("甲", 1, "甲三", "26500001")
        (pk,) = self.model.claims
        self.check(pk, "officer")
        self.audit(pk, "second")

    # --- What holds after every act ---------------------------------------------------------------------

    @invariant()
    def claims_are_those_of_the_model(self):
        stored = VoucherClaim.objects.values_list(
            "pk", "state", "basis_yuan", "amount_yuan", "invoice_number"
        )
        assert sorted(stored) == sorted(
            (pk, one.state, one.basis_yuan, one.yuan, one.invoice) for pk, one in self.model.claims.items()
        )
        listed = VoucherPayoutRow.objects.values_list("claim", "amount_yuan")
        assert sorted(listed) == sorted(
            (pk, one.yuan) for pk, one in self.model.claims.items() if one.is_listed
        )
        paid = VoucherPayout.objects.filter(reversal__isnull=True).values_list("row__claim", "amount_yuan")
        assert sorted(paid) == sorted((pk, one.yuan) for pk, one in self.model.claims.items() if one.is_paid)

    @invariant()
    def vouchers_and_their_balances_are_those_of_the_model(self):
        stored = VoucherApplication.objects.values_list("pk", "state", "grant__amount_yuan")
        assert sorted(stored) == sorted(
            (pk, one.state, one.granted_yuan or None) for pk, one in self.model.applications.items()
        )
        balances = get_balances(VoucherGrant.objects.all())
        assert sorted(balances.values()) == sorted(
            self.model.get_balance(one) for one in self.model.applications.values() if one.state == "granted"
        )

    @invariant()
    def budget_and_cap_are_kept(self):
        for scheme in self.world.schemes.values():
            assert sum(scheme.grants.values_list("amount_yuan", flat=True)) <= BUDGET
        for firm in self.world.firms.values():
            claimed = VoucherClaim.objects.exclude(state="refused").filter(grant__organization=firm.pk)
            assert sum(claimed.values_list("amount_yuan", flat=True)) <= CAP

    @invariant()
    def no_hours_and_no_invoice_are_under_two_vouchers(self):
        in_force = VoucherClaim.objects.exclude(state="refused")
        invoices = list(in_force.values_list("seller", "invoice_number"))
        assert len(invoices) == len(set(invoices))
        logs = list(VoucherUse.objects.filter(released_at__isnull=True).values_list("log", flat=True))
        assert len(logs) == len(set(logs)) == in_force.count()

    @invariant()
    def every_reference_stands_for_one_payment(self):
        used = [
            *VoucherPayout.objects.values_list("bank_reference", flat=True),
            *VoucherReversal.objects.values_list("bank_reference", flat=True),
        ]
        assert sorted(used) == sorted(self.model.references)

    # --- What units bill --------------------------------------------------------------------------------

    @rule(name=st.sampled_from(list(BILLED)), step=st.sampled_from(list(MOVES)))
    def go_on_with_a_statement(self, name, step):
        self.take_step(name, step)

    @rule(name=st.sampled_from(list(BILLED)))
    def send_and_confirm(self, name):
        for step in ("send", "confirm"):
            self.take_step(name, step)

    def take_step(self, name, step):
        plain, before = self.model.statements[name], MOVES[step][0]
        service, by_firm, facts = {
            "send": (statement_send, False, {}),
            "confirm": (statement_confirm, True, {}),
            "dispute": (statement_dispute, True, {"reason": "金额不符"}),
            "answer": (statement_answer, False, {"text": "已核对"}),
        }[step]
        done = self.attempt(
            plain.state == before,
            service,
            actor=self.world.admins[plain.firm] if by_firm else self.world.managers[plain.unit],
            statement_id=self.world.statements[name],
            now=self.now,
            **facts,
        )
        if done:
            plain.state = MOVES[step][1]
            plain.is_confirmed = plain.is_confirmed or step == "confirm"

    @rule(name=st.sampled_from(list(BILLED)))
    def pay_a_statement(self, name):
        plain = self.model.statements[name]
        paid = self.attempt(
            plain.state in {"sent", "confirmed"},
            statement_payment_record,
            actor=self.world.managers[plain.unit],
            statement_id=self.world.statements[name],
            amount_yuan=Decimal(BILLED[name]),
            paid_date=local_date(LATER),
            voucher="ZZ-1",
            invoice_number="26500001",
            invoice_date=local_date(LATER),
            now=self.now,
        )
        if paid:
            plain.state = "settled"

    @precondition(lambda self: any(one.state == "settled" for one in self.model.statements.values()))
    @rule(pick=picks)
    def reverse_a_payment(self, pick):
        """What its payer has confirmed stays confirmed."""
        settled = [name for name, one in self.model.statements.items() if one.state == "settled"]
        plain = self.model.statements[name := settled[pick % len(settled)]]
        payment = StatementPayment.objects.get(statement=self.world.statements[name], reversal__isnull=True)
        manager = self.world.managers[plain.unit]
        facts = {"payment_id": payment.pk, "reason": "号码有误", "now": self.now}
        self.attempt(True, statement_payment_reverse, actor=manager, **facts)
        plain.state = "confirmed" if plain.is_confirmed else "sent"

    @precondition(lambda self: self.correctable())
    @rule(pick=picks, yuan=st.sampled_from([100, 900]))
    def correct_a_use(self, pick, yuan):
        """A use cost something else; the difference stands on the statement of the next month."""
        known = sorted(self.correctable())
        plain = self.model.statements[name := known[pick % len(known)]]
        manager, user = self.world.managers[plain.unit], self.world.users[plain.firm]
        line = StatementLine.objects.get(statement=self.world.statements[name])
        log, self.now = UsageLog.objects.get(pk=line.log_id), MAY
        corrected = usage_correct(
            actor=manager, log_id=log.pk, changes={"amount_yuan": Decimal(yuan)}, reason="登记有误", now=MAY
        )
        usage_confirm(actor=user, log_id=log.pk, correction_id=corrected.pk, now=MAY)
        unit = Statement.objects.get(pk=self.world.statements[name]).organization_id
        for drafted in statements_draft(actor=manager, organization_id=unit, month=APRIL, now=MAY).drafts:
            statement_send(actor=manager, statement_id=drafted.pk, now=MAY)
        plain.yuan, plain.is_corrected = Decimal(yuan), True

    def correctable(self):
        found = self.model.statements.items()
        return [name for name, one in found if one.state != "draft" and not one.is_corrected]

    # --- Applications -----------------------------------------------------------------------------------

    @rule(firm=firms, batch=batches, yuan=st.sampled_from([0, 300, 500, 501]))
    def apply(self, firm, batch, yuan):
        applied = self.attempt(
            self.model.may_apply(firm, batch, yuan),
            voucher_apply,
            actor=self.world.admins[firm],
            scheme_id=self.world.schemes[batch].pk,
            organization_id=self.world.firms[firm].pk,
            amount_yuan=Decimal(yuan),
            stated=["新材料研发"],
            uploads=[proof("营业执照")],
            now=self.now,
        )
        if applied:
            self.model.applications[applied.pk] = PlainApplication(firm, batch, Decimal(yuan))

    @rule(pick=picks, grants=st.booleans())
    def decide_on_an_application(self, pick, grants):
        waiting = [pk for pk, one in self.model.applications.items() if one.state == "submitted"]
        known = waiting or list(self.model.applications)
        pk = known[pick % len(known)]
        if grants:
            self.grant(pk)
            return
        plain = self.model.applications[pk]
        facts = {"actor": self.world.officer, "application_id": pk, "reason": "材料不全", "now": self.now}
        if self.attempt(plain.state == "submitted", voucher_application_refuse, **facts):
            plain.state = "refused"

    def grant(self, pk):
        plain = self.model.applications[pk]
        yuan = self.model.get_grant(plain)
        facts = {"actor": self.world.officer, "application_id": pk, "now": self.now}
        if granted := self.attempt(yuan > 0, voucher_grant, **facts):
            plain.state, plain.granted_yuan = "granted", granted.amount_yuan
            assert granted.amount_yuan == yuan

    # --- Claims -----------------------------------------------------------------------------------------

    @rule(firm=firms, batch=batches, name=st.sampled_from(list(BILLED)), invoice=invoices)
    def claim(self, firm, batch, name, invoice):
        voucher = self.model.find_voucher(firm, batch)
        if voucher is None:
            return
        statement = self.model.statements[name]
        yuan = self.model.get_claimable(firm, batch, statement, invoice)
        key = next(pk for pk, one in self.model.applications.items() if one is voucher)
        claimed = self.attempt(
            yuan > 0,
            voucher_claim,
            actor=self.world.admins[firm],
            grant_id=VoucherGrant.objects.get(application=key).pk,
            statement_id=self.world.statements[name],
            invoice_number=invoice,
            invoice_date=local_date(LATER),
            sole_support=True,
            uploads=[proof()],
            now=self.now,
        )
        if claimed:
            assert claimed.amount_yuan == yuan <= statement.yuan * SHARE
            self.model.claims[claimed.pk] = PlainClaim(firm, batch, statement, invoice, statement.yuan, yuan)

    @rule(pick=picks, batch=batches, invoice=invoices)
    def claim_what_is_not_claimed(self, pick, batch, invoice):
        """Claim a confirmed statement of a firm that has a voucher of the batch."""
        ready = [
            name
            for name, one in self.model.statements.items()
            if one.agreed_yuan
            and self.model.find_voucher(one.firm, batch)
            and not self.model.held(lambda claim, statement=one: claim.statement is statement)
        ]
        if ready:
            name = ready[pick % len(ready)]
            self.claim(self.model.statements[name].firm, batch, name, invoice)

    @precondition(lambda self: self.model.held(lambda claim: True))
    @rule(pick=picks, batch=batches, invoice=invoices)
    def claim_again(self, pick, batch, invoice):
        """Claim once more what is claimed, on any voucher and by any invoice."""
        held = self.model.held(lambda claim: True)
        statement = held[pick % len(held)].statement
        name = next(name for name, one in self.model.statements.items() if one is statement)
        self.claim(statement.firm, batch, name, invoice)

    @rule(pick=picks, officer=officers)
    def check_a_claim(self, pick, officer):
        self.check(self.choose(pick, "submitted"), officer)

    @rule(pick=picks, officer=officers)
    def audit_a_claim(self, pick, officer):
        self.audit(self.choose(pick, "checked"), officer)

    @rule(pick=picks, state=st.sampled_from(["submitted", "checked", "audited"]))
    def refuse_a_claim(self, pick, state):
        plain = self.model.claims[pk := self.choose(pick, state)]
        facts = {"actor": self.world.officer, "claim_id": pk, "reason": "发票不清", "now": self.now}
        if self.attempt(self.model.may_refuse(plain), voucher_claim_refuse, **facts):
            plain.state = "refused"

    def check(self, pk, officer):
        plain = self.model.claims[pk]
        facts = {"actor": getattr(self.world, officer), "claim_id": pk, "now": self.now}
        if self.attempt(self.model.may_check(plain), voucher_claim_check, **facts):
            plain.state, plain.checked_by = "checked", officer

    def audit(self, pk, officer):
        plain = self.model.claims[pk]
        facts = {"actor": getattr(self.world, officer), "claim_id": pk, "now": self.now}
        if self.attempt(self.model.may_audit(plain, officer), voucher_claim_audit, **facts):
            plain.state = "audited"

    def choose(self, pick, state):
        """A claim in this state; where there is none, any, whose refusal is a test too."""
        found = [pk for pk, one in self.model.claims.items() if one.state == state]
        known = sorted(found or self.model.claims)
        return known[pick % len(known)]

    # --- Paying -----------------------------------------------------------------------------------------

    @rule(batch=batches)
    def make_a_list(self, batch):
        waiting = self.model.get_unlisted(batch)
        made = self.attempt(
            self.model.may_list(batch),
            voucher_list_make,
            actor=self.world.officer,
            scheme_id=self.world.schemes[batch].pk,
            now=self.now,
        )
        if made:
            assert made.total_yuan == sum(one.yuan for one in waiting)
            for one in waiting:
                one.is_listed = True

    @precondition(lambda self: any(one.is_listed for one in self.model.claims.values()))
    @rule(pick=picks, reference=references)
    def pay(self, pick, reference):
        """Pay a listed claim that is not paid; where there is none, any, which is refused."""
        listed = [pk for pk, one in self.model.claims.items() if one.is_listed]
        known = [pk for pk in listed if not self.model.claims[pk].is_paid] or listed
        plain = self.model.claims[pk := known[pick % len(known)]]
        paid = self.attempt(
            not plain.is_paid and reference not in self.model.references,
            voucher_payout_record,
            actor=self.world.finance,
            row_id=VoucherPayoutRow.objects.get(claim=pk).pk,
            amount_yuan=plain.yuan,
            paid_date=local_date(self.now),
            bank_reference=reference,
            now=self.now,
        )
        if paid:
            plain.is_paid = True
            self.model.references.add(reference)

    @precondition(lambda self: self.model.references)
    @rule(pick=picks, reference=references)
    def payment_comes_back(self, pick, reference):
        payouts = VoucherPayout.objects.select_related("row").order_by("reversal", "pk")
        payout = payouts[pick % payouts.count()]
        is_back = VoucherReversal.objects.filter(payout=payout).exists()
        reversed_ = self.attempt(
            not is_back and reference not in self.model.references,
            voucher_payout_reverse,
            actor=self.world.finance,
            payout_id=payout.pk,
            reversed_date=local_date(self.now),
            bank_reference=reference,
            reason="账号有误",
            now=self.now,
        )
        if reversed_:
            self.model.claims[payout.row.claim_id].is_paid = False
            self.model.references.add(reference)
