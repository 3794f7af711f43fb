"""A batch of vouchers, a small firm with statements that it confirmed, and the people who decide."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile

from bookings.statements.services.drafting import statements_draft
from bookings.statements.services.payments import statement_payment_record, statement_payment_reverse
from bookings.statements.services.statements import statement_confirm, statement_send
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import OrganizationRelation
from instrument_share.kernel.city_time import CITY_TIME
from rewards.payments.services.accounts import account_check, account_enter
from rewards.vouchers.domain.choices import Issuer
from rewards.vouchers.domain.terms import Terms
from rewards.vouchers.services.claiming import (
    voucher_claim,
    voucher_claim_audit,
    voucher_claim_check,
    voucher_claim_refuse,
)
from rewards.vouchers.services.granting import voucher_apply, voucher_grant, voucher_scheme_open
from rewards.vouchers.services.paying import (
    voucher_list_make,
    voucher_payout_record,
    voucher_payout_reverse,
)
from tests import factories
from tests.bookings.statements.conftest import APRIL_1, MARCH, confirmed_use
from tests.factories import NOW, slot

LATER = APRIL_1 + timedelta(days=5)
"""When statements of March are confirmed."""
DAY = timedelta(days=1)


def relate(vouchers):
    """The unit and the firm are recorded as related after the firm's claim."""
    OrganizationRelation.objects.create(
        first=vouchers.city.owner, second=vouchers.city.company, declared_at=LATER
    )


def proof(content="发票"):
    return ContentFile(b"%PDF-1.7 " + content.encode(), name=f"{content}.pdf")


def terms(**changes):
    facts = {
        "kinds": ("enterprise",),
        "sizes": ("small", "micro"),
        "share_percent": Decimal(50),
        "cap_yuan": Decimal(1000),
        "budget_yuan": Decimal(3000),
        "apply_from": date(2026, 1, 1),
        "apply_until": date(2026, 6, 30),
        "use_from": date(2026, 1, 1),
        "use_until": date(2026, 12, 31),
        "claim_until": date(2027, 2, 28),
    }
    return Terms(**(facts | changes))


class Vouchers:
    """Takes vouchers from the batch to the payout."""

    def __init__(self, city):
        bureau = factories.organization("云屏市科学技术局", kind=OrganizationKind.BUREAU.value)
        finance = factories.organization("云屏市财政局", kind=OrganizationKind.FINANCE.value)
        self.city = city
        self.officer = factories.member(bureau, Role.BUREAU_OFFICER, name="己")
        self.second = factories.member(bureau, Role.BUREAU_OFFICER, name="庚")
        self.auditor = factories.member(bureau, Role.BUREAU_AUDITOR, name="周")
        self.finance = factories.member(finance, Role.FINANCE_OFFICER, name="吴")
        self.admin = factories.member(city.company, Role.ORG_ADMIN, name="辛")

    def open(self, code="YP", batch=1, **changes):
        return voucher_scheme_open(
            actor=self.officer,
            code=code,
            batch=batch,
            issuer=Issuer.CITY,
            name_zh="云屏市科技创新券",
            name_en="Innovation vouchers of Yunping",
            terms=terms(**changes),
            facts=[{"zh": "研发项目名称", "en": "Research project"}],
            now=NOW,
        )

    def apply(self, scheme, amount=1000, actor=None, of=None, now=NOW, **facts):
        given = {"stated": ["新材料研发"], "uploads": [proof("营业执照")], **facts}
        return voucher_apply(
            actor=actor or self.admin,
            scheme_id=scheme.pk,
            organization_id=(of or self.city.company).pk,
            amount_yuan=Decimal(amount),
            now=now,
            **given,
        )

    def grant(self, scheme, amount=1000, **facts):
        application = self.apply(scheme, amount, **facts)
        return voucher_grant(actor=self.officer, application_id=application.pk, now=NOW)

    def firm(self, name):
        """Another small firm and its administrator."""
        firm = factories.organization(name, kind=OrganizationKind.ENTERPRISE.value, size_class="micro")
        return firm, factories.member(firm, Role.ORG_ADMIN, name=name)

    def claim(self, grant, statement, invoice="2650 0001", **facts):
        given = {"sole_support": True, "uploads": [proof()], "now": LATER, "actor": self.admin, **facts}
        return voucher_claim(
            grant_id=grant.pk,
            statement_id=statement.pk,
            invoice_number=invoice,
            invoice_date=given.pop("invoice_date", APRIL_1.date()),
            **given,
        )

    def check(self, claim, actor=None):
        return voucher_claim_check(actor=actor or self.officer, claim_id=claim.pk, now=LATER)

    def audit(self, claim, actor=None):
        return voucher_claim_audit(actor=actor or self.second, claim_id=claim.pk, now=LATER)

    def refuse(self, claim, actor=None, reason="发票不清"):
        return voucher_claim_refuse(actor=actor or self.officer, claim_id=claim.pk, reason=reason, now=LATER)

    def approve(self, claim):
        self.check(claim)
        return self.audit(claim)

    def list(self, scheme):
        return voucher_list_make(actor=self.officer, scheme_id=scheme.pk, now=LATER)

    def enter_account(self, of=None, actor=None, number="6222 0200 0001 2345", now=NOW):
        return account_enter(
            actor=actor or self.admin,
            organization_id=(of or self.city.company).pk,
            holder="云屏测试科技有限公司",
            bank="云屏银行城南支行",
            number=number,
            now=now,
        )

    def account(self, of=None, actor=None, **typed):
        """The same, checked by Finance."""
        entered = self.enter_account(of, actor, **typed)
        return account_check(actor=self.finance, account_id=entered.pk, now=NOW)

    def pay(self, row, reference="HK-1", **facts):
        given = {
            "amount_yuan": row.amount_yuan,
            "paid_date": local_date(LATER),
            "actor": self.finance,
            "now": LATER,
            **facts,
        }
        return voucher_payout_record(row_id=row.pk, bank_reference=reference, **given)

    def come_back(self, payout, reference="TH-1", **facts):
        given = {"reversed_date": local_date(LATER), "reason": "账号有误", "now": LATER, **facts}
        given.setdefault("actor", self.finance)
        return voucher_payout_reverse(payout_id=payout.pk, bank_reference=reference, **given)


def local_date(instant):
    return instant.astimezone(CITY_TIME).date()


def statement_of(city, admin, month=MARCH, over=APRIL_1, confirm=True):
    """The statement of a month to the company, sent and confirmed."""
    done = statements_draft(actor=city.manager, organization_id=city.owner.pk, month=month, now=over)
    (statement,) = done.drafts
    statement_send(actor=city.manager, statement_id=statement.pk, now=over)
    if confirm:
        statement_confirm(actor=admin, statement_id=statement.pk, now=over)
    return statement


def pay_statement(city, statement):
    """Its 200 yuan, as the unit records them."""
    return statement_payment_record(
        actor=city.manager,
        statement_id=statement.pk,
        amount_yuan=Decimal(200),
        paid_date=APRIL_1.date(),
        voucher="ZZ1",
        invoice_number="26500001",
        invoice_date=APRIL_1.date(),
        now=LATER,
    )


def reverse_payment(city, payment):
    return statement_payment_reverse(actor=city.manager, payment_id=payment.pk, reason="号码有误", now=LATER)


def claim_of_paid(vouchers):
    """A claim on a statement that the firm paid without confirming it; with the payment."""
    confirmed_use(vouchers.city)
    statement = statement_of(vouchers.city, vouchers.admin, confirm=False)
    payment = pay_statement(vouchers.city, statement)
    return vouchers.claim(vouchers.grant(vouchers.open()), statement), payment


def add_statements(city, admin, amounts, hour=9):
    """Sent and confirmed statements of several units, each over one use of so many yuan."""
    found = []
    for number, amount in enumerate(amounts, start=1):
        owner = factories.organization(f"云屏第{number}研究所", owns_instruments=True)
        instrument = factories.instrument(owner)
        factories.rule(instrument, price=str(amount))
        factories.windows(instrument)
        of_unit = SimpleNamespace(
            owner=owner,
            instrument=instrument,
            rule=instrument.rules.get(),
            keeper=factories.keeper(instrument),
            manager=factories.member(owner, Role.UNIT_MANAGER, name="壬"),
            company=city.company,
            researcher=city.researcher,
        )
        day = number % 25
        confirmed_use(of_unit, slot(day=day, hour=hour, length=1))
        found.append(statement_of(of_unit, admin))
    return found


def statement_to_another(city, firm, admin):
    """A sent and confirmed statement of the unit to another firm, over one use of 200 yuan."""
    researcher = factories.member(firm, Role.RESEARCHER, name="丁")
    of_firm = SimpleNamespace(**{**vars(city), "company": firm, "researcher": researcher})
    confirmed_use(of_firm, slot(day=8))
    return statement_of(of_firm, admin)


@pytest.fixture
def vouchers(db):
    return Vouchers(factories.city())


@pytest.fixture
def claimable(vouchers):
    """A voucher of 1,000 yuan, and a confirmed statement of 200 yuan for one use."""
    log = confirmed_use(vouchers.city)
    scheme = vouchers.open()
    grant = vouchers.grant(scheme)
    statement = statement_of(vouchers.city, vouchers.admin)
    return SimpleNamespace(scheme=scheme, grant=grant, statement=statement, log=log)
