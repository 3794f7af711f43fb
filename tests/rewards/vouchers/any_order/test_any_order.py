"""Whatever firms, units, the bureau and Finance do in whatever order: the services and a model agree."""

from types import SimpleNamespace

import pytest

from bookings.statements.models import Statement
from bookings.statements.services.drafting import statements_draft
from instrument_share.accounts.domain import Role
from tests import factories, stateful
from tests.bookings.statements.conftest import APRIL_1, MARCH, confirmed_use
from tests.factories import slot
from tests.rewards.vouchers.any_order.plain_vouchers import BATCHES, BUDGET, CAP
from tests.rewards.vouchers.any_order.voucher_acts import BILLED, VoucherActs


@pytest.fixture
def world(vouchers):
    """Two firms with accounts, three units that drafted what each used there, and two batches."""
    second, admin = vouchers.firm("云屏第二科技有限公司")
    firms = {"甲": vouchers.city.company, "乙": second}
    admins = {"甲": vouchers.admin, "乙": admin}
    users = {"甲": vouchers.city.researcher, "乙": factories.member(second, name="子")}
    for firm, of in firms.items():
        vouchers.account(of, admins[firm])
    units = {name: open_unit(name) for name in "一二三"}
    statements = {}
    for day, (name, yuan) in enumerate(BILLED.items(), start=1):
        firm, unit = name
        of_unit = SimpleNamespace(**vars(units[unit]), company=firms[firm], researcher=users[firm])
        confirmed_use(of_unit, slot(day=day, hour=9, length=yuan / 100))
    for unit in units.values():
        statements_draft(actor=unit.manager, organization_id=unit.owner.pk, month=MARCH, now=APRIL_1)
    for name in BILLED:
        firm, unit = name
        statement = Statement.objects.get(payer_organization=firms[firm], organization=units[unit].owner)
        statements[name] = statement.pk
    return SimpleNamespace(
        firms=firms,
        admins=admins,
        users=users,
        managers={name: unit.manager for name, unit in units.items()},
        statements=statements,
        schemes={batch: vouchers.open(batch=batch, cap_yuan=CAP, budget_yuan=BUDGET) for batch in BATCHES},
        officer=vouchers.officer,
        second=vouchers.second,
        finance=vouchers.finance,
    )


def open_unit(name):
    """A unit with an instrument at 100 yuan an hour."""
    owner = factories.organization(f"云屏第{name}研究所", owns_instruments=True)
    instrument = factories.instrument(owner)
    factories.rule(instrument)
    factories.windows(instrument)
    return SimpleNamespace(
        owner=owner,
        instrument=instrument,
        rule=instrument.rules.get(),
        keeper=factories.keeper(instrument),
        manager=factories.member(owner, Role.UNIT_MANAGER, name="壬"),
    )


def test_in_any_order_of_acts_no_yuan_is_paid_by_two_vouchers(world):
    class AnyOrder(VoucherActs):
        pass

    AnyOrder.world = world
    stateful.run(AnyOrder, examples=8, steps=50)
