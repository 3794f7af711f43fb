from datetime import date, timedelta
from decimal import Decimal

import pytest

from instrument_share.accounts.models import OrganizationRelation
from instrument_share.kernel.errors import Forbidden, IllegalMove, ReasonMissing
from rewards.vouchers.domain.errors import (
    AmountChanged,
    AuditedBySame,
    ClaimedAlready,
    ClaimIncomplete,
    InvoiceUsed,
    InvoiceUsedByOther,
    NothingClaimable,
    RelatedSince,
    RelatedUnit,
    StatementUnconfirmed,
    UsesChanged,
    VoucherExpired,
)
from rewards.vouchers.selectors.claims import offered_statements
from rewards.vouchers.selectors.vouchers import get_balances
from rewards.vouchers.services.claiming import require_offered
from tests import factories
from tests.bookings.statements.conftest import APRIL_1, cancelled_late, confirmed_use, correct
from tests.factories import LONG_AGO, slot
from tests.rewards.vouchers.conftest import (
    DAY,
    LATER,
    add_statements,
    local_date,
    pay_statement,
    proof,
    relate,
    statement_of,
    statement_to_another,
)


def balance(grant):
    return get_balances([grant])[grant.pk]


def test_share_of_a_confirmed_statement_is_claimed(vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement, shown_yuan=Decimal("100.00"))
    assert (claim.basis_yuan, claim.amount_yuan) == (Decimal(200), Decimal(100))
    assert (claim.invoice_number, claim.year) == ("26500001", 2026)
    assert [use.log_id for use in claim.uses.all()] == [claimable.log.pk]
    assert balance(claimable.grant) == Decimal(900)
    assert offered_statements(claimable.grant, LATER.date()) == []


def test_what_is_offered_is_what_is_claimed(vouchers, claimable):
    (offer,) = offered_statements(claimable.grant, LATER.date())
    claim = vouchers.claim(claimable.grant, claimable.statement)
    assert offer.claimable.amount_yuan == claim.amount_yuan


def test_statement_has_to_be_confirmed_or_paid(vouchers):
    confirmed_use(vouchers.city)
    grant = vouchers.grant(vouchers.open())
    statement = statement_of(vouchers.city, vouchers.admin, confirm=False)
    with pytest.raises(StatementUnconfirmed):
        vouchers.claim(grant, statement)
    pay_statement(vouchers.city, statement)
    assert vouchers.claim(grant, statement).amount_yuan == Decimal(100)


def test_statement_of_another_payer_is_not_claimed(vouchers, claimable):
    firm, admin = vouchers.firm("云屏小微科技有限公司")
    grant = vouchers.grant(claimable.scheme, of=firm, actor=admin)
    with pytest.raises(StatementUnconfirmed):
        vouchers.claim(grant, claimable.statement, actor=admin)
    with pytest.raises(Forbidden):
        vouchers.claim(claimable.grant, claimable.statement, actor=admin)


def test_charges_for_what_was_not_used_are_not_supported(vouchers):
    confirmed_use(vouchers.city)
    cancelled_late(vouchers.city, slot(day=4))
    grant = vouchers.grant(vouchers.open())
    statement = statement_of(vouchers.city, vouchers.admin)
    assert statement.total_yuan > Decimal(200)
    assert vouchers.claim(grant, statement).basis_yuan == Decimal(200)


def test_uses_outside_the_period_are_not_supported(vouchers):
    confirmed_use(vouchers.city)
    grant = vouchers.grant(vouchers.open(use_from=date(2026, 3, 10)))
    statement = statement_of(vouchers.city, vouchers.admin)
    assert offered_statements(grant, LATER.date()) == []
    with pytest.raises(NothingClaimable):
        vouchers.claim(grant, statement)


def move_by_a_day(vouchers, log):
    """Correct a use to the next day; it costs the same."""
    times = {"starts_at": log.starts_at + DAY, "ends_at": log.ends_at + DAY}
    correct(vouchers.city, log, APRIL_1 + 4 * DAY, **times)


@pytest.mark.parametrize("is_last", [True, False])
def test_period_counts_by_the_day_to_which_a_use_was_corrected_at_the_same_price(vouchers, is_last):
    """The use was recorded on the last day of the period, or on the day before the first."""
    log = confirmed_use(vouchers.city)
    day = local_date(log.starts_at)
    period = {"apply_until": day, "use_until": day} if is_last else {"use_from": day + DAY}
    grant = vouchers.grant(vouchers.open(**period))
    statement_of(vouchers.city, vouchers.admin)
    move_by_a_day(vouchers, log)
    offered = offered_statements(grant, LATER.date())
    assert [one.claimable.basis_yuan for one in offered] == ([] if is_last else [Decimal(200)])


def test_claim_of_a_use_that_was_corrected_to_a_day_outside_the_period_is_not_approved(vouchers):
    log = confirmed_use(vouchers.city)
    day = local_date(log.starts_at)
    scheme = vouchers.open(apply_until=day, use_until=day)
    grant = vouchers.grant(scheme)
    claim = vouchers.claim(grant, statement_of(vouchers.city, vouchers.admin))
    vouchers.check(claim)
    move_by_a_day(vouchers, log)
    with pytest.raises(UsesChanged) as refused:
        vouchers.audit(claim)
    assert (refused.value.params["now"], refused.value.params["before"]) == ("0.00", "200.00")


def test_claims_have_a_last_day_after_that_of_uses(vouchers, claimable):
    last = claimable.scheme.claim_until
    assert (claimable.scheme.use_until, last) == (date(2026, 12, 31), date(2027, 2, 28))
    assert len(offered_statements(claimable.grant, last)) == 1
    assert offered_statements(claimable.grant, last + timedelta(days=1)) == []
    with pytest.raises(VoucherExpired):
        vouchers.claim(claimable.grant, claimable.statement, now=LATER + timedelta(days=360))


def test_hours_of_a_related_unit_are_not_supported(vouchers, claimable):
    OrganizationRelation.objects.create(
        first=vouchers.city.owner,
        second=vouchers.city.company,
        declared_at=LONG_AGO,
        declared_by=vouchers.officer,
    )
    assert offered_statements(claimable.grant, LATER.date()) == []
    with pytest.raises(RelatedUnit):
        vouchers.claim(claimable.grant, claimable.statement)
    with pytest.raises(RelatedUnit):
        require_offered(claimable.grant, claimable.statement.public_id, LATER.date())


def put_under_one_superior(vouchers):
    superior = factories.organization("云屏控股集团有限公司")
    for one in (vouchers.city.owner, vouchers.city.company):
        one.parent = superior
        one.save(update_fields=["parent"])


@pytest.mark.parametrize("become_related", [relate, put_under_one_superior])
def test_claim_is_not_approved_once_its_unit_is_known_to_be_related(vouchers, claimable, become_related):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    become_related(vouchers)
    with pytest.raises(RelatedSince):
        vouchers.check(claim)


def test_relation_known_after_the_check_hinders_audit_and_list(vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    vouchers.check(claim)
    relate(vouchers)
    with pytest.raises(RelatedSince):
        vouchers.audit(claim)
    OrganizationRelation.objects.update(ended_at=LATER)
    vouchers.audit(claim)
    OrganizationRelation.objects.update(ended_at=None)
    with pytest.raises(RelatedSince):
        vouchers.list(claimable.scheme)
    vouchers.refuse(claim, reason="与机组单位有关联关系")
    assert balance(claimable.grant) == Decimal(1000)


def test_hours_of_a_unit_that_was_related_then_are_not_supported(vouchers):
    relation = OrganizationRelation.objects.create(
        first=vouchers.city.owner, second=vouchers.city.company, declared_at=LONG_AGO
    )
    confirmed_use(vouchers.city)
    OrganizationRelation.objects.filter(pk=relation.pk).update(ended_at=slot(day=4).start)
    after = confirmed_use(vouchers.city, slot(day=5))
    grant = vouchers.grant(vouchers.open())
    statement = statement_of(vouchers.city, vouchers.admin)
    (offer,) = offered_statements(grant, LATER.date())
    assert (statement.total_yuan, offer.claimable.basis_yuan) == (Decimal(400), Decimal(200))
    claim = vouchers.claim(grant, statement)
    assert (claim.basis_yuan, [use.log for use in claim.uses.all()]) == (Decimal(200), [after])


def test_hours_are_claimed_once_on_any_voucher(vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    province = vouchers.grant(vouchers.open(code="PROVINCE"))
    with pytest.raises(ClaimedAlready):
        vouchers.claim(claimable.grant, claimable.statement, invoice="other")
    with pytest.raises(ClaimedAlready):
        vouchers.claim(province, claimable.statement, invoice="other")
    vouchers.refuse(claim)
    assert vouchers.claim(province, claimable.statement).amount_yuan == Decimal(100)


def test_invoice_of_a_unit_is_claimed_once_however_it_is_typed(vouchers, claimable):
    other = add_statements(vouchers.city, vouchers.admin, [300])[0]
    vouchers.claim(claimable.grant, claimable.statement, invoice="ab 12")
    vouchers.claim(claimable.grant, other, invoice="AB12")  # another unit's invoice
    confirmed_use(vouchers.city, slot(day=5), confirmed_at=APRIL_1 + timedelta(days=1))
    april = statement_of(
        vouchers.city, vouchers.admin, month=date(2026, 4, 1), over=APRIL_1 + timedelta(days=30)
    )
    now = APRIL_1 + timedelta(days=31)
    with pytest.raises(InvoiceUsed):
        vouchers.claim(claimable.grant, april, invoice="Ab12", now=now)
    assert vouchers.claim(claimable.grant, april, invoice="Ab13", now=now).amount_yuan == Decimal(100)


def test_invoice_of_a_unit_is_claimed_by_one_organization(vouchers, claimable):
    firm, admin = vouchers.firm("云屏小微科技有限公司")
    grant = vouchers.grant(claimable.scheme, of=firm, actor=admin)
    statement = statement_to_another(vouchers.city, firm, admin)
    first = vouchers.claim(claimable.grant, claimable.statement, invoice="1")
    with pytest.raises(InvoiceUsedByOther) as refused:
        vouchers.claim(grant, statement, invoice="1", actor=admin)
    assert refused.value.code == "voucher.invoice_used"
    assert first.public_id not in str(refused.value)
    vouchers.refuse(first)
    assert vouchers.claim(grant, statement, invoice="1", actor=admin).amount_yuan == Decimal(100)


def test_claim_lacks_nothing(vouchers, claimable):
    with pytest.raises(ClaimIncomplete) as wrong:
        vouchers.claim(
            claimable.grant,
            claimable.statement,
            invoice=" ",
            invoice_date=date(2026, 5, 1),
            sole_support=False,
            uploads=[],
        )
    fields = {problem.field for problem in wrong.value.problems}
    assert fields == {"invoice_number", "invoice_date", "sole_support", "documents"}


def test_claim_takes_what_is_left_of_the_voucher_and_of_the_years_cap(vouchers):
    statements = add_statements(vouchers.city, vouchers.admin, [800, 1400, 600, 900])
    first = vouchers.grant(vouchers.open(), 500)
    second = vouchers.grant(vouchers.open(batch=2), 1000)
    assert vouchers.claim(first, statements[0]).amount_yuan == Decimal(400)
    assert vouchers.claim(first, statements[1]).amount_yuan == Decimal(100)
    assert vouchers.claim(second, statements[2]).amount_yuan == Decimal(300)
    assert vouchers.claim(second, statements[3]).amount_yuan == Decimal(200)  # 1,000 in the year
    with pytest.raises(NothingClaimable):
        vouchers.claim(second, add_statements(vouchers.city, vouchers.admin, [70], hour=15)[0])
    assert (balance(first), balance(second)) == (Decimal(0), Decimal(500))


def test_amount_is_the_one_that_was_shown(vouchers, claimable):
    with pytest.raises(AmountChanged):
        vouchers.claim(claimable.grant, claimable.statement, shown_yuan=Decimal("99.00"))


def test_two_people_approve_a_claim(vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    with pytest.raises(IllegalMove):
        vouchers.audit(claim)
    with pytest.raises(Forbidden):
        vouchers.check(claim, vouchers.auditor)
    vouchers.check(claim)
    with pytest.raises(AuditedBySame):
        vouchers.audit(claim, vouchers.officer)
    audited = vouchers.audit(claim, vouchers.auditor)
    assert (audited.state, audited.checked_by, audited.audited_by) == (
        "audited",
        vouchers.officer,
        vouchers.auditor,
    )
    vouchers.list(claimable.scheme)
    with pytest.raises(IllegalMove):
        vouchers.refuse(claim)


def test_refused_claim_gives_back_hours_invoice_and_money(vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    vouchers.check(claim)
    with pytest.raises(ReasonMissing):
        vouchers.refuse(claim, reason="")
    vouchers.refuse(claim, vouchers.auditor)
    assert balance(claimable.grant) == Decimal(1000)
    again = vouchers.claim(claimable.grant, claimable.statement)
    assert again.pk != claim.pk


def test_claim_of_uses_that_were_corrected_is_not_approved(vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    later = APRIL_1 + timedelta(days=8)
    correct(vouchers.city, claimable.log, later, amount_yuan=Decimal(150))
    vouchers.check(claim)  # a correction counts once it is billed
    statement_of(vouchers.city, vouchers.admin, month=date(2026, 4, 1), over=APRIL_1 + timedelta(days=30))
    with pytest.raises(UsesChanged):
        vouchers.audit(claim)


def test_audited_claim_of_uses_that_were_corrected_is_refused_and_keeps_no_list_waiting(vouchers, claimable):
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    correct(vouchers.city, claimable.log, APRIL_1 + timedelta(days=8), amount_yuan=Decimal(150))
    statement_of(vouchers.city, vouchers.admin, month=date(2026, 4, 1), over=APRIL_1 + timedelta(days=30))
    with pytest.raises(UsesChanged):
        vouchers.list(claimable.scheme)
    vouchers.refuse(claim, reason="机时已更正")
    again = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    assert (again.amount_yuan, vouchers.list(claimable.scheme).total_yuan) == (Decimal(75), Decimal(75))


def test_claim_has_the_hours_that_its_amount_bills(vouchers, claimable):
    """As corrected, once the difference is billed: 200 yuan for two hours less half an hour."""
    later = APRIL_1 + timedelta(days=8)
    correct(vouchers.city, claimable.log, later, measuring_seconds=5400)
    statement_of(vouchers.city, vouchers.admin, month=date(2026, 4, 1), over=APRIL_1 + timedelta(days=30))
    use = vouchers.claim(claimable.grant, claimable.statement).uses.get()
    assert (use.billed_yuan, use.effective_seconds) == (Decimal(150), 5400)


def test_member_of_the_firm_decides_nothing(vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    factories.member(vouchers.city.company, person=vouchers.officer)
    for act in (vouchers.check, vouchers.refuse):
        with pytest.raises(Forbidden):
            act(claim, vouchers.officer)


def test_same_file_is_kept_once(vouchers, claimable):
    claim = vouchers.claim(
        claimable.grant, claimable.statement, uploads=[proof("甲"), proof("甲"), proof("乙")]
    )
    assert claim.files.count() == 2
