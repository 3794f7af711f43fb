"""What is asked for too late, after a day or after a colleague."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from instrument_share.accounts.models import Organization
from tests.factories import NOW
from tests.page_fixtures import text_of
from tests.rewards.vouchers.conftest import APRIL_1, LATER, add_statements, local_date, proof


def open_or_send(person, scheme, organization, method):
    """The page of an application, or what comes back of one that is sent whole."""
    client = Client()
    client.force_login(person)
    typed = {"organization": organization.pk, "amount_yuan": "800", "fact_0": "低温涂层研发"}
    sent = {**typed, "documents": proof()} if method == "post" else {}
    return getattr(client, method)(reverse("voucher_apply", args=[scheme.public_id]), sent)


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_applies_too_late_reads_when_applications_were_taken(vouchers, clock, method):
    scheme = vouchers.open(apply_from=date(2026, 1, 1), apply_until=date(2026, 3, 31))
    clock.set(datetime(2026, 3, 31, 16, 1, tzinfo=UTC))  # a minute past midnight in the city
    answer = open_or_send(vouchers.admin, scheme, vouchers.city.company, method)
    assert answer.status_code == (422 if method == "post" else 409)
    assert "2026年1月1日" in text_of(answer)
    assert "2026年3月31日" in text_of(answer)


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_applies_after_a_colleague_or_too_late_for_the_budget_reads_why(vouchers, clock, method):
    clock.set(NOW)
    scheme = vouchers.open(budget_yuan=Decimal(1000))
    firm, other = vouchers.firm("云屏小微科技有限公司")

    late = 422 if method == "post" else 409

    def refused(person, organization=vouchers.city.company):
        answer = open_or_send(person, scheme, organization, method)
        return answer.status_code, text_of(answer)

    vouchers.grant(scheme)
    status, said = refused(other, firm)
    assert (status, "本批创新券已全部发放，请申请其他批次。" in said) == (late, True)
    scheme = vouchers.open(batch=2)
    vouchers.apply(scheme)
    status, said = refused(vouchers.admin)
    assert (status, "贵单位已申请过这一批，没有重复提交。" in said) == (late, True)
    Organization.objects.filter(pk=firm.pk).update(size_class="large")
    status, said = refused(other, firm)
    assert (status, "本方案不面向这类性质和规模的单位。" in said) == (422, True)
    assert refused(vouchers.city.researcher)[0] == 403


def test_who_claims_after_a_colleague_reads_by_which_claim(vouchers, claimable, clock):
    clock.set(LATER)
    client = Client()
    client.force_login(vouchers.admin)
    new = reverse("voucher_claim_new", args=[claimable.grant.public_id, claimable.statement.public_id])
    assert client.get(new).status_code == 200
    claim = vouchers.claim(claimable.grant, claimable.statement)
    typed = {"invoice_number": "2650 0002", "sole_support": "on", "shown_yuan": "100.00"}
    shown = {"invoice_date": local_date(APRIL_1), "documents": proof()}
    answer = client.post(new, {**typed, **shown})
    assert answer.status_code == 422
    assert f"这些机时已在兑付申请 {claim.public_id} 中" in text_of(answer)


def test_who_claims_on_a_voucher_that_a_colleague_used_up_reads_why_nothing_is_left(
    vouchers, claimable, clock
):
    (other,) = add_statements(vouchers.city, vouchers.admin, [300])
    clock.set(LATER)
    grant = vouchers.grant(vouchers.open(code="EJ"), amount=100)
    vouchers.claim(grant, claimable.statement)
    client = Client()
    client.force_login(vouchers.admin)
    answer = client.get(reverse("voucher_claim_new", args=[grant.public_id, other.public_id]))
    assert answer.status_code == 409
    assert "创新券已用完" in text_of(answer)
    unknown = client.get(reverse("voucher_claim_new", args=[grant.public_id, "STM-0000000000"]))
    assert unknown.status_code == 404


def test_who_suspends_an_organization_reads_which_last_days_of_claims_go_on(vouchers, claimable, clock):
    """A day that is over, and that of a voucher that is used up, are not among them."""
    for batch, end in enumerate((date(2027, 1, 31), date(2026, 12, 31)), 2):
        vouchers.grant(vouchers.open(batch=batch, claim_until=end))
    small = vouchers.grant(vouchers.open(batch=4, claim_until=date(2027, 2, 14)), amount=100)
    client = Client()
    client.force_login(vouchers.officer)

    def read(organization=vouchers.city.company):
        page = text_of(client.get(reverse("organization_suspend", args=[organization.public_id])))
        _before, _told, rest = page.partition("暂停期间不能兑付其科技创新券，兑付申请截止日不顺延：")
        return rest.partition("。")[0]

    clock.set(LATER)
    found = [read()]
    vouchers.claim(small, claimable.statement)
    found.append(read())
    clock.set(datetime(2026, 12, 31, 16, 1, tzinfo=UTC))  # a minute past midnight in the city
    found += [read(), read(vouchers.city.owner)]
    assert found == [
        "2026年12月31日、2027年1月31日、2027年2月14日、2027年2月28日",
        "2026年12月31日、2027年1月31日、2027年2月28日",
        "2027年1月31日、2027年2月28日",
        "",
    ]
