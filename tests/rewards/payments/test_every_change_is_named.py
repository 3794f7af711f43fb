"""Whoever changes rows of a year behind the platform is named by `verify_cycle`, whatever the column."""

import random
from decimal import Decimal

import pytest
from django.core.management import call_command

from instrument_share.journal.guards import guards_lifted
from rewards.cycle.models import AssessmentCycle
from rewards.findings.domain.evidence import hash_evidence
from rewards.findings.models import Finding, FindingDecision
from rewards.findings.services.opening import finding_open
from rewards.inspections.models import (
    DrawResult,
    InspectionDraw,
    InspectionPhoto,
    Inspector,
    RandomInspection,
)
from rewards.management.commands.verify_cycle import find_problems
from rewards.objections.models import Objection, ObjectionAnswer, ObjectionComment, ObjectionFile
from rewards.payments.models import BatchRow, Payment, PaymentBatch, Reversal
from rewards.policy.models import RewardPolicy
from rewards.report.selectors import integrity
from tests.rewards.builders import AFTER, YEAR, local
from tests.rewards.conftest import DAY
from tests.rewards.report.test_recompute import POLICIES
from tests.rewards.told_year import make_told_year
from tests.tampering import WANTED, Tampering, columns_of, draw_columns, tables_of

pytestmark = pytest.mark.django_db
NO_RESULT = {
    "StepRun": "the job that takes a step; what the step writes is compared",
    "Forecast": "never a result, and replaced by the next",
    "UnitForecast": "never a result, and replaced by the next",
    "PolicyTrial": "touches no result",
}
"""Tables on which no result depends, with the reason."""
UNNOTICED = {
    "SnapshotPart.file": "where the part lies; what lies there is compared with its hash",
    "ReportPreview.file": "where the draft lies; what is sealed is compared itself",
}
OF_VOUCHERS = [table.__name__ for table in tables_of("rewards", (), "rewards.vouchers")]
"""No result of a year depends on vouchers, nor they on one; the database keeps them from changing."""
TABLES = tables_of("rewards", [*NO_RESULT, *OF_VOUCHERS])
COLUMNS = columns_of(TABLES, UNNOTICED)


@pytest.fixture
def told_year(db, without_paper, monkeypatch):
    monkeypatch.setattr(integrity, "find_signature_problems", lambda _content: ())
    make_told_year(POLICIES["fixed by grade and a share by score, fill"])
    call_command("verify_cycle", str(YEAR))
    with guards_lifted():
        yield


def rows_of_year(table):
    """The rows of the year that is verified; another year and its policy are only there to be mixed up."""
    if table is AssessmentCycle:
        return table.objects.filter(year=YEAR)
    return table.objects.filter(cycles__year=YEAR) if table is RewardPolicy else table.objects.order_by("pk")


def look():
    """The first thing that the command names; it goes on, which takes long."""
    return next(find_problems(YEAR), "")


def test_every_single_change_is_named(told_year):
    assert [table.__name__ for table in TABLES if not rows_of_year(table).exists()] == []
    tampering = Tampering({"verify_cycle": look}, rows_of_year)
    draw = random.Random(12)
    for number, (table, field) in enumerate(draw_columns(draw, COLUMNS)):
        if number >= len(COLUMNS) and tampering.made >= WANTED:
            break
        tampering.change(draw, table, field)
    tampering.require_all_named()


def test_every_row_removed_or_added_is_named(told_year):
    tampering = Tampering({"verify_cycle": look}, rows_of_year)
    for table in TABLES:
        for row in rows_of_year(table):
            tampering.remove(row)
        if table is not RewardPolicy:  # loading another policy changes nothing
            tampering.add(row)
    tampering.require_all_named()


def test_what_is_made_to_fit_by_several_changes_is_named(told_year):
    tampering = Tampering({"verify_cycle": look}, rows_of_year)
    for change in (hash_a_finding_anew, take_back_the_last_decision, lose_an_objection, lose_a_draw):
        tampering.do(change.__name__, change)
    for change in (lose_a_batch, lose_a_payment, lose_all_payments):
        tampering.do(change.__name__, change)
    assert tampering.made == 7
    tampering.require_all_named()


def test_what_came_after_scoring_is_no_difference(steps, year):
    late = local(YEAR, 12, 31, 8)
    year.city.log(year.first_instrument, late, payer=year.client, external=True, amount=Decimal(1000))
    steps.through("score")
    year.city.answer(Finding.objects.get(), AFTER + 4 * DAY, "说明")
    finding_open(
        cycle=steps.cycle, kind="objection", organization_id=year.first.pk, instrument_id=None, logs=(),
        evidence={}, actor=year.city.officer, now=AFTER + 5 * DAY,
    )  # fmt: skip
    assert list(find_problems(YEAR)) == []


def remove(rows):
    rows._raw_delete("default")


def hash_a_finding_anew():
    finding = Finding.objects.exclude(kind__in=["inspection", "objection"]).first()
    finding.kind = "amount"
    finding.evidence_hash = hash_evidence(
        finding.kind, finding.instrument.public_id, finding.logs, finding.evidence
    )
    finding.save()


def take_back_the_last_decision():
    finding = next(one for one in Finding.objects.all() if one.decisions.count() > 1)
    last, before = finding.decisions.order_by("-number")[:2]
    remove(FindingDecision.objects.filter(pk=last.pk))
    for name in FindingDecision.COPIED:
        setattr(finding, name, getattr(before, name))
    finding.decision_number = before.number
    finding.save()


def lose_an_objection():
    for table in (ObjectionFile, ObjectionComment, ObjectionAnswer):
        remove(table.objects.filter(objection__number=2))
    remove(Objection.objects.filter(number=2))


def lose_a_draw():
    for table in (InspectionPhoto, RandomInspection, DrawResult, Inspector, InspectionDraw):
        remove(table.objects.all())


def lose_a_batch():
    last = PaymentBatch.objects.latest("number")
    remove(BatchRow.objects.filter(batch=last))
    remove(PaymentBatch.objects.filter(pk=last.pk))


def lose_a_payment():
    last = Payment.objects.latest("pk")
    remove(Payment.objects.filter(pk=last.pk))


def lose_all_payments():
    for table in (BatchRow, PaymentBatch, Reversal, Payment):
        remove(table.objects.all())
