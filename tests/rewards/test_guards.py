"""What the database itself refuses once results are approved, sealed and paid."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from rewards import guards
from rewards.assessment.models import Award, UnitAssessment
from rewards.cycle.models import AssessmentCycle
from rewards.findings.models import Finding
from rewards.payments.models import Payment, Reversal
from rewards.payments.services.payments import payment_record
from rewards.report.models import FinanceReport
from rewards.report.services.answers import report_accept
from tests.rewards.builders import AFTER
from tests.rewards.conftest import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_paper")]

CHANGES = {
    "a higher award": "UPDATE rewards_award SET amount_yuan = amount_yuan + 100000",
    "no award": "DELETE FROM rewards_award",
    "a better score": "UPDATE rewards_unitassessment SET score = 100",
    "another unit": "UPDATE rewards_unitassessment SET cycle_id = cycle_id",
    "more points": "UPDATE rewards_indicatorresult SET points = full_points",
    "no indicator": "DELETE FROM rewards_indicatorresult",
    "more hours": "UPDATE rewards_instrumentresult SET effective_seconds = effective_seconds + 1",
    "a decision taken back": "UPDATE rewards_finding SET state = 'open'",
    "a finding moved in": "UPDATE rewards_finding SET organization_id = organization_id",
    "a smaller budget": "UPDATE rewards_assessmentcycle SET budget_yuan = 1",
    "another total": "UPDATE rewards_assessmentcycle SET totals = '{}'",
    "a state from before": "UPDATE rewards_assessmentcycle SET state = 'scored'",
    "another snapshot": "UPDATE rewards_assessmentcycle SET snapshot_hash = ''",
    "a part of the snapshot": "UPDATE rewards_snapshotpart SET sha256 = ''",
    "no snapshot": "DELETE FROM rewards_snapshotpart",
}
OF_REPORTS = {
    "a higher total": "UPDATE rewards_financereport SET total_yuan = total_yuan + 1",
    "another file": "UPDATE rewards_financereport SET pdf_sha256 = ''",
    "another manifest": "UPDATE rewards_financereport SET manifest = '{}'",
    "no report": "DELETE FROM rewards_financereport",
    "another answer": "UPDATE rewards_financereport SET answer_note = 'x'",
    "sent again": "UPDATE rewards_financereport SET state = 'sent'",
    "a lower payment": "UPDATE rewards_payment SET amount_yuan = 1",
    "another account": "UPDATE rewards_payment SET account = 'x'",
    "no payment": "DELETE FROM rewards_payment",
}


def is_refused(statement):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount > 0, "there is nothing to change"
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error).splitlines()[0]
    return ""


def dismissed(cycle, unit, number=1):
    return Finding.objects.create(
        cycle=cycle,
        organization=unit,
        kind="overlap",
        evidence_hash=str(number),
        logs=[],
        state="dismissed",
        reason="两条记录属同一次使用",
        answer_due_date=date(2026, 1, 20),
        found_at=AFTER,
        decided_at=AFTER,
    )


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_results_can_be_changed_until_they_are_approved_and_never_after(steps, year, statement):
    dismissed(steps.cycle, year.first)
    steps.through("announce")
    of_snapshot = "snapshotpart" in statement
    before = is_refused(statement)
    steps.approve()
    after = is_refused(statement)
    assert (before, after) == (("the year is frozen",) * 2 if of_snapshot else ("", "results are approved"))


def test_who_announced_or_sent_results_does_not_approve_or_answer_them_whatever_the_code_does(steps):
    steps.through("announce")
    approved = "UPDATE rewards_assessmentcycle SET approved_by_id = announced_by_id"
    assert "cycle_approved_by_another" in is_refused(approved)
    steps.approve()
    steps.send()
    answered = "UPDATE rewards_financereport SET state = 'accepted', answered_by_id = sent_by_id"
    assert "report_answered_by_another" in is_refused(answered)


def test_who_announced_approved_or_sent_results_neither_answers_nor_pays_whatever_the_code_does(steps):
    report = steps.through("send")
    involved = [report.cycle.announced_by, report.cycle.approved_by, report.sent_by]
    uninvolved = steps.city.finance
    for person in involved:
        assert is_refused(f"UPDATE rewards_financereport SET answered_by_id = {person.pk}")
    report_accept(actor=uninvolved, report_id=report.pk, now=AFTER + 16 * DAY)
    award = Award.objects.order_by("-amount_yuan").first()
    payment = {"report": report, "award": award, "amount_yuan": 1, "paid_date": date(2026, 1, 21)}
    made = Payment.objects.create(**payment, number=1, recorded_at=AFTER, recorded_by=uninvolved)
    returned = {"payment": made, "reversed_date": date(2026, 1, 22), "recorded_at": AFTER}
    for person in involved:
        with pytest.raises(DatabaseError, match="neither answers nor pays"), transaction.atomic():
            Payment.objects.create(**payment, number=2, recorded_at=AFTER, recorded_by=person)
        with pytest.raises(DatabaseError, match="neither answers nor pays"), transaction.atomic():
            Reversal.objects.create(**returned, recorded_by=person)
    Reversal.objects.create(**returned, recorded_by=uninvolved)


def test_a_policy_stays_as_it_was_loaded(steps):
    assert steps.cycle.policy.code
    for change in ("UPDATE rewards_rewardpolicy SET document = ''", "DELETE FROM rewards_rewardpolicy"):
        assert is_refused(change) == "rewards_rewardpolicy is append-only"


def test_nothing_is_added_to_approved_results(steps, year):
    steps.through("approve")
    with pytest.raises(DatabaseError, match="results are approved"), transaction.atomic():
        dismissed(steps.cycle, year.first)
    with pytest.raises(DatabaseError, match="results are approved"), transaction.atomic():
        unit = UnitAssessment.objects.first()
        unit.pk = None
        unit.save()
    with pytest.raises(DatabaseError, match="the year is frozen"), transaction.atomic():
        part = steps.cycle.parts.first()
        part.pk = None
        part.save()


@pytest.mark.parametrize("statement", OF_REPORTS.values(), ids=OF_REPORTS)
def test_reports_answers_and_payments_stay(steps, statement):
    report = steps.through("send")
    finance, now = steps.city.finance, AFTER + 16 * DAY
    report_accept(actor=finance, report_id=report.pk, now=now)
    award = Award.objects.order_by("-amount_yuan").first()
    steps.city.account(award.assessment.organization)
    payment_record(
        actor=finance,
        report_id=report.pk,
        award_id=award.pk,
        amount_yuan=award.amount_yuan,
        paid_date=date(2026, 1, 21),
        voucher="ZF-2026-0001",
        now=now,
    )
    assert is_refused(statement) in {
        "rewards_financereport stays",
        "rewards_financereport is settled",
        "rewards_financereport is append-only",
        "rewards_payment is append-only",
    }


def test_every_column_is_either_sealed_or_part_of_what_may_follow():
    """A new column has to be placed."""
    placed = {
        AssessmentCycle: {*guards.CYCLE_COLUMNS, "state"},
        FinanceReport: {*guards.REPORT_COLUMNS, *guards.ANSWER_COLUMNS},
    }
    for model, columns in placed.items():
        assert {field.column for field in model._meta.concrete_fields} - {"id"} == columns
