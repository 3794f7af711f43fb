"""The steps of a year: in their order, once each, by those who may."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, IllegalMove, ReasonMissing
from rewards.assessment.domain.errors import NoticeRunning
from rewards.assessment.models import Award
from rewards.assessment.services.telling import RETURNED
from rewards.cycle.domain.errors import BudgetInvalid, CycleExists, YearNotOver
from rewards.cycle.domain.snapshot_schema import ColumnsDiffer
from rewards.cycle.services.cycles import cycle_open
from rewards.payments.domain.errors import (
    AccountMissing,
    AlreadyPaid,
    AmountDiffers,
    PaidInFuture,
    VoucherMissing,
)
from rewards.payments.models import Payment
from rewards.payments.services.payments import payment_record
from rewards.policy.domain.errors import PolicyVersionTaken
from rewards.policy.models import RewardPolicy
from rewards.policy.services import policy_load
from rewards.report.models import FinanceReport
from rewards.report.services.answers import report_accept, report_return
from tests.rewards.builders import AFTER, POLICY, YEAR, local

pytestmark = pytest.mark.usefixtures("without_paper")

DAY = timedelta(days=1)


def test_a_policy_is_kept_to_the_byte_and_loaded_once(steps):
    again = policy_load(actor=steps.city.officer, document=POLICY, now=AFTER)
    assert again == steps.policy
    assert RewardPolicy.objects.get().document == POLICY
    with pytest.raises(PolicyVersionTaken):
        policy_load(
            actor=steps.city.officer, document=POLICY.replace("points = 40", "points = 40.0"), now=AFTER
        )


def test_opening_twice_is_one_cycle_and_another_budget_is_refused(steps):
    def open_with(budget):
        return cycle_open(
            actor=steps.city.officer, year=YEAR, policy_id=steps.policy.pk, budget_yuan=budget, now=AFTER
        )

    assert open_with(Decimal(100_000)).pk == steps.id
    with pytest.raises(CycleExists):
        open_with(Decimal(1))
    with pytest.raises(BudgetInvalid):
        open_with(Decimal("0.001"))


@pytest.mark.parametrize("step", ["check", "score", "announce", "approve", "send"])
def test_step_out_of_order_is_refused(steps, step):
    with pytest.raises(IllegalMove):
        getattr(steps, step)()


def test_a_column_that_the_schema_does_not_know_stops_the_freeze(steps, monkeypatch):
    def openness_of_year(year, until):
        yield {"instrument": "INS-1", "offered_seconds": 1, "closed_seconds": 0, "weather": "rain"}

    monkeypatch.setattr("rewards.cycle.services.snapshot.openness_of_year", openness_of_year)
    with pytest.raises(ColumnsDiffer, match="weather"):
        steps.freeze()
    assert steps.cycle.state == "collecting"


@pytest.mark.parametrize("step", ["freeze", "announce", "approve", "send"])
def test_a_second_click_changes_nothing(steps, step):
    steps.through(step)
    acts = AuditEntry.objects.exclude(action__in=["report.previewed", "report.looked_at"])
    entries, state = acts.count(), steps.cycle.state
    with pytest.raises(IllegalMove) as refused:
        getattr(steps, step)()
    assert refused.value.params["state"] == f"cycle.{state}"
    assert (acts.count(), steps.cycle.state) == (entries, state)
    assert FinanceReport.objects.count() == (1 if step == "send" else 0)


def test_a_year_is_frozen_when_it_is_over(steps):
    with pytest.raises(YearNotOver):
        steps.freeze(now=local(2025, 12, 31, 23, 59))
    assert steps.cycle.state == "collecting"
    assert steps.freeze(now=local(2026, 1, 1)).state == "frozen"


def test_the_notice_runs_five_working_days_and_approval_waits_for_its_end(steps):
    cycle = steps.through("announce")
    assert cycle.notice_ends_date == date(2026, 1, 15)  # announced Thursday 8 January
    with pytest.raises(NoticeRunning):
        steps.approve(now=local(2026, 1, 15, 23, 59))
    assert steps.approve(now=local(2026, 1, 16)).state == "approved"


def test_every_step_leaves_its_entry(steps):
    steps.through("send")
    actions = AuditEntry.objects.exclude(action__startswith="user").values_list("action", flat=True)
    assert list(actions.order_by("id")) == [
        "policy.loaded",
        "cycle.opened",
        "cycle.frozen",
        "cycle.checked",
        "cycle.scored",
        "cycle.announced",
        "cycle.approved",
        "report.previewed",
        "report.looked_at",
        "report.sent",
    ]


@pytest.mark.parametrize("who", ["auditor", "finance", "researcher"])
def test_only_the_bureau_runs_the_cycle(steps, who):
    steps.city.officer = steps.city.reviewer = getattr(steps.city, who)
    for step in ("freeze", "check", "score", "announce", "approve", "send"):
        with pytest.raises(Forbidden):
            getattr(steps, step)()


def test_a_returned_report_leads_to_a_second_one(steps, year):
    first = steps.through("send")
    with pytest.raises(ReasonMissing) as refused:
        report_return(actor=steps.city.finance, report_id=first.pk, reason=" ", now=AFTER + 16 * DAY)
    assert refused.value.code == "reward.reason_missing"
    report_return(actor=steps.city.finance, report_id=first.pk, reason="缺附件", now=AFTER + 16 * DAY)
    assert steps.cycle.state == "approved"
    told = Notification.objects.filter(user=year.manager).order_by("id").last()
    unit = Award.objects.select_related("assessment").get(assessment__organization=year.first).assessment
    assert (told.message, told.path) == (RETURNED, reverse("assessment", args=[unit.public_id]))
    assert (told.params["year"], told.params["amount"], "缺附件" in str(told.params)) == (
        YEAR,
        "91,933.00",
        False,
    )
    second = steps.send()
    assert (second.number, second.total_yuan) == (2, first.total_yuan)
    assert second.code != first.code
    with pytest.raises(IllegalMove):
        report_accept(actor=steps.city.finance, report_id=first.pk, now=AFTER + 17 * DAY)


def test_payment_equals_award_and_happens_once(steps, year):
    report = steps.through("send")
    awards = {a.assessment.organization_id: a for a in Award.objects.select_related("assessment")}

    def pay(unit, amount, **more):
        values = {"paid_date": date(2026, 2, 1), "voucher": f"ZF-{unit.pk}", **more}
        return payment_record(
            actor=steps.city.finance,
            report_id=report.pk,
            award_id=awards[unit.pk].pk,
            amount_yuan=Decimal(amount),
            now=local(2026, 2, 2),
            **values,
        )

    with pytest.raises(IllegalMove):
        pay(year.first, "91933.00")
    report_accept(actor=steps.city.finance, report_id=report.pk, now=local(2026, 1, 25))
    with pytest.raises(AccountMissing):
        pay(year.first, "91933.00")
    for number, unit in enumerate((year.first, year.second, year.third)):
        steps.city.account(unit, f"622202000000{number}")
    with pytest.raises(AmountDiffers):
        pay(year.first, "91932.00")
    with pytest.raises(AmountDiffers):
        pay(year.third, "0.00")
    with pytest.raises(PaidInFuture):
        pay(year.first, "91933.00", paid_date=date(2026, 2, 3))
    with pytest.raises(VoucherMissing):
        pay(year.first, "91933.00", voucher=" ")
    pay(year.first, "91933.00")
    with pytest.raises(AlreadyPaid):
        pay(year.first, "91933.00")
    assert steps.cycle.state == "reported"
    pay(year.second, "8067.00")
    assert steps.cycle.state == "paid"
    assert sum(Payment.objects.values_list("amount_yuan", flat=True)) == report.total_yuan


@pytest.mark.parametrize("who", ["officer", "auditor", "researcher"])
def test_only_finance_answers_and_pays(steps, who):
    report = steps.through("send")
    actor = getattr(steps.city, who)
    with pytest.raises(Forbidden):
        report_accept(actor=actor, report_id=report.pk, now=AFTER)
    with pytest.raises(Forbidden):
        report_return(actor=actor, report_id=report.pk, reason="缺附件", now=AFTER)
    with pytest.raises(Forbidden):
        payment_record(
            actor=actor,
            report_id=report.pk,
            award_id=Award.objects.first().pk,
            amount_yuan=Decimal(1),
            paid_date=date(2026, 2, 1),
            voucher="ZF-2026-0001",
            now=AFTER,
        )
