"""What was decided has its person, whatever the code does; references are checked at the end only."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from rewards.cycle.models import AssessmentCycle, SnapshotPart
from rewards.findings.models import Falsification
from rewards.payments.models import PayeeAccount
from rewards.report.models import FinanceReport
from rewards.vouchers.models import VoucherApplication
from tests.factories import NOW

pytestmark = pytest.mark.django_db

CYCLE = {"year": 2031, "policy_id": 1, "budget_yuan": 1}
REPORT = {
    "cycle_id": 1,
    "number": 1,
    "code": "A",
    "total_yuan": 1,
    "manifest": {},
    "sealed_at": NOW,
    "sent_by_id": 1,
}
PROPOSED = {
    "finding_id": 1,
    "reason": "x",
    "question": "x",
    "proposed_at": NOW,
    "proposed_by_id": 1,
    "answer_due_date": NOW.date(),
}
APPLIED = {
    "scheme_id": 1,
    "organization_id": 1,
    "amount_yuan": 1,
    "stated": {},
    "submitted_at": NOW,
    "submitted_by_id": 1,
}
ENTERED = {
    "organization_id": 1,
    "holder": "x",
    "bank": "x",
    "number": "1",
    "entered_at": NOW,
    "entered_by_id": 1,
}
PART = {"cycle_id": 1, "kind": "units", "rows": 1, "sha256": "a", "file": "a"}
BY_NOBODY = {
    "approved by nobody": (
        AssessmentCycle,
        {**CYCLE, "state": "approved", "announced_by_id": 1},
        "cycle_approved_by_two",
    ),
    "announced by nobody": (
        AssessmentCycle,
        {**CYCLE, "state": "paid", "approved_by_id": 1},
        "cycle_approved_by_two",
    ),
    "accepted by nobody": (
        FinanceReport,
        {**REPORT, "state": "accepted", "answered_at": NOW},
        "report_answered_by_somebody",
    ),
    "confirmed by nobody": (
        Falsification,
        {**PROPOSED, "state": "confirmed", "decided_at": NOW},
        "falsification_decided_by_somebody",
    ),
    "granted by nobody": (
        VoucherApplication,
        {**APPLIED, "state": "granted", "decided_at": NOW},
        "voucher_application_decided_by_somebody",
    ),
    "checked by nobody": (PayeeAccount, {**ENTERED, "checked_at": NOW}, "account_checked_by_somebody"),
}


@pytest.mark.parametrize(("model", "facts", "refused"), BY_NOBODY.values(), ids=BY_NOBODY)
def test_what_nobody_decided_is_not_decided(model, facts, refused):
    with pytest.raises(IntegrityError, match=refused), transaction.atomic():
        model.objects.create(**facts)


def test_a_year_has_one_part_of_each_kind_of_its_snapshot():
    with pytest.raises(IntegrityError, match=r"snapshot_?part"), transaction.atomic():
        SnapshotPart.objects.bulk_create([SnapshotPart(**PART), SnapshotPart(**{**PART, "sha256": "b"})])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite empties no table but row by row")
@pytest.mark.parametrize("table", ["instrumentresult", "indicatorresult", "award", "snapshotpart"])
def test_no_table_of_results_is_emptied_at_one_stroke(table):
    with (
        pytest.raises(DatabaseError, match=f"rewards_{table} is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE rewards_{table} CASCADE")
