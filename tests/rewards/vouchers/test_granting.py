from datetime import timedelta
from decimal import Decimal

import pytest

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import District
from instrument_share.accounts.selectors import people_for_city
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, ReasonMissing
from rewards.vouchers.domain.errors import (
    ApplicantSuspended,
    ApplicationDecided,
    ApplicationIncomplete,
    AppliedAlready,
    BatchOpened,
    BudgetSpent,
    BudgetUsedUp,
    EarlierFirst,
    NotOpenNow,
    NotQualified,
    SchemeIncomplete,
)
from rewards.vouchers.models import VoucherApplication
from rewards.vouchers.selectors.vouchers import applying_organizations
from rewards.vouchers.services.granting import voucher_application_refuse, voucher_grant
from tests import factories
from tests.factories import NOW
from tests.rewards.vouchers.conftest import DAY, local_date, proof


def grant(vouchers, application, actor=None):
    return voucher_grant(actor=actor or vouchers.officer, application_id=application.pk, now=NOW)


def test_scheme_with_contradictions_is_not_opened(vouchers):
    with pytest.raises(SchemeIncomplete) as wrong:
        vouchers.open(cap_yuan=Decimal(5000))
    assert [problem.field for problem in wrong.value.problems] == ["cap_yuan"]


def test_batch_is_opened_once(vouchers):
    vouchers.open()
    with pytest.raises(BatchOpened):
        vouchers.open()
    assert vouchers.open(batch=2).terms == vouchers.open(batch=3).terms


def test_amounts_are_told_with_thousands_marked_and_two_decimals(vouchers):
    vouchers.grant(vouchers.open(), 1000)
    assert Notification.objects.get(user=vouchers.admin).params["amount"] == "1,000.00"


def test_officers_of_the_city_are_told_of_an_application_and_those_of_a_district_are_not(vouchers):
    district = District.objects.create(code="990105", name_zh="启辰高新区")
    bureau = factories.organization("高新区科技局", kind="bureau", region=district)
    factories.member(bureau, Role.BUREAU_OFFICER)
    application = vouchers.apply(vouchers.open())
    told = Notification.objects.filter(path=f"/vouchers/applications/{application.public_id}/")
    assert {one.user for one in told} == set(people_for_city(Role.BUREAU_OFFICER))
    assert vouchers.officer in {one.user for one in told}
    assert not told.filter(user__memberships__organization=bureau).exists()


def test_voucher_is_granted_and_its_administrators_are_told(vouchers):
    granted = vouchers.grant(vouchers.open(), 800)
    assert (granted.amount_yuan, granted.organization) == (Decimal(800), vouchers.city.company)
    told = Notification.objects.get(user=vouchers.admin)
    assert told.path == f"/vouchers/grants/{granted.public_id}/"
    acts = AuditEntry.objects.filter(action__startswith="voucher_application").order_by("id")
    assert [one.action for one in acts] == ["voucher_application.submitted", "voucher_application.granted"]
    assert acts[1].details["granted"] == "800.00"


def test_application_lacks_nothing(vouchers):
    scheme = vouchers.open()
    with pytest.raises(ApplicationIncomplete) as wrong:
        vouchers.apply(scheme, 1001, stated=[" "], uploads=[])
    codes = {problem.code for problem in wrong.value.problems}
    assert codes == {"voucher.proofs_missing", "voucher.fact_missing", "voucher.amount_wrong"}
    with pytest.raises(ApplicationIncomplete):
        vouchers.apply(scheme, uploads=[proof(str(number)) for number in range(6)])
    assert not VoucherApplication.objects.exists()


def test_only_who_qualifies_applies_and_only_in_time(vouchers):
    with pytest.raises(NotQualified):
        vouchers.apply(vouchers.open(sizes=("micro",)))
    with pytest.raises(NotQualified):
        vouchers.apply(vouchers.open(batch=2, kinds=("university",)))
    early = vouchers.open(batch=3, apply_from=local_date(NOW) + DAY)
    assert applying_organizations(vouchers.admin, early, local_date(NOW)) == []
    with pytest.raises(NotOpenNow):
        vouchers.apply(early)
    vouchers.apply(early, now=NOW + timedelta(days=1))


def test_researcher_and_another_firm_cannot_apply_for_it(vouchers):
    scheme = vouchers.open()
    _firm, stranger = vouchers.firm("云屏小微科技有限公司")
    for person in (vouchers.city.researcher, stranger, vouchers.officer):
        with pytest.raises(Forbidden):
            vouchers.apply(scheme, actor=person)


def test_organization_applies_once_until_it_is_refused(vouchers):
    scheme = vouchers.open()
    first = vouchers.apply(scheme)
    with pytest.raises(AppliedAlready):
        vouchers.apply(scheme)
    assert applying_organizations(vouchers.admin, scheme, local_date(NOW)) == []
    with pytest.raises(ReasonMissing):
        voucher_application_refuse(actor=vouchers.officer, application_id=first.pk, reason=" ", now=NOW)
    voucher_application_refuse(actor=vouchers.officer, application_id=first.pk, reason="材料不全", now=NOW)
    assert applying_organizations(vouchers.admin, scheme, local_date(NOW)) == [vouchers.city.company]
    second = vouchers.apply(scheme)
    with pytest.raises(ApplicationDecided):
        grant(vouchers, first)
    grant(vouchers, second)
    with pytest.raises(AppliedAlready):
        vouchers.apply(scheme)


def test_nobody_applies_for_a_batch_that_is_granted_whole(vouchers):
    scheme = vouchers.open(budget_yuan=Decimal(1000))
    firm, admin = vouchers.firm("云屏甲科技有限公司")
    application = vouchers.apply(scheme)
    assert applying_organizations(admin, scheme, local_date(NOW)) == [firm]
    grant(vouchers, application)
    assert applying_organizations(admin, scheme, local_date(NOW)) == []
    with pytest.raises(BudgetUsedUp):
        vouchers.apply(scheme, of=firm, actor=admin)


def test_first_come_first_served_until_the_budget_is_spent(vouchers):
    scheme = vouchers.open(budget_yuan=Decimal(1500))
    applications = [vouchers.apply(scheme)]
    for name in ("云屏甲科技有限公司", "云屏乙科技有限公司"):
        firm, admin = vouchers.firm(name)
        applications.append(vouchers.apply(scheme, of=firm, actor=admin))
    first, second, third = applications
    with pytest.raises(EarlierFirst):
        grant(vouchers, second)
    assert grant(vouchers, first).amount_yuan == Decimal(1000)
    assert grant(vouchers, second).amount_yuan == Decimal(500)
    with pytest.raises(BudgetSpent):
        grant(vouchers, third)


def test_firm_that_grew_meanwhile_is_not_granted(vouchers):
    application = vouchers.apply(vouchers.open())
    vouchers.city.company.size_class = "large"
    vouchers.city.company.save()
    with pytest.raises(NotQualified):
        grant(vouchers, application)


def test_nothing_is_granted_to_an_organization_that_is_suspended(vouchers):
    application = vouchers.apply(vouchers.open())
    vouchers.city.company.state = "suspended"
    vouchers.city.company.save()
    with pytest.raises(ApplicantSuspended):
        grant(vouchers, application)
    vouchers.city.company.state = "admitted"
    vouchers.city.company.save()
    assert grant(vouchers, application).application == application


def test_officer_of_the_firm_and_an_auditor_do_not_grant(vouchers):
    application = vouchers.apply(vouchers.open())
    with pytest.raises(Forbidden):
        grant(vouchers, application, vouchers.auditor)
    factories.member(vouchers.city.company, Role.RESEARCHER, vouchers.officer)
    with pytest.raises(Forbidden):
        grant(vouchers, application)
