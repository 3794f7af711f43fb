"""Findings: found once, answered by the unit, decided with a number, felt in the scores."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from instrument_share.accounts.domain import Role
from instrument_share.kernel.errors import Forbidden, IllegalMove, ReasonMissing
from rewards.assessment.domain.errors import ScoresOutdated
from rewards.assessment.models import InstrumentResult, UnitAssessment
from rewards.findings.domain.errors import DismissedInvalidatesNothing, FindingsOpen, LogsNotOfFinding
from rewards.findings.models import Finding
from rewards.findings.selectors.findings import findings
from rewards.findings.services.deciding import finding_answer, finding_decide
from tests.rewards.builders import AFTER, YEAR, local

DAY = timedelta(days=1)


@pytest.fixture
def suspicious(year):
    """Three entries to look at: an overlap, one outside all windows, a unit serving itself."""
    city, instrument = year.city, year.first_instrument
    first = instrument.usage_logs.order_by("starts_at").first()
    common = {"payer": year.client, "external": True, "amount": Decimal(1000)}
    return {
        "overlap": city.log(instrument, first.starts_at + timedelta(hours=5), recorded_after=DAY, **common),
        "outside_windows": city.log(instrument, local(YEAR, 12, 31, 8), **common),
        "self_dealing": city.log(instrument, local(YEAR, 12, 20, 8), **{**common, "payer": year.first}),
    }


def answer(steps, finding, text="", now=AFTER + 2 * DAY):
    """The unit's manager answers, without a text: that there is no objection."""
    manager = steps.city.person("管理员", finding.organization, Role.UNIT_MANAGER)
    return finding_answer(
        actor=manager, finding_id=finding.pk, answer=text, no_objection=not text, now=now
    )


def decide(steps, finding, **more):
    """The unit has no objection, and the auditor decides."""
    if finding.answered_at is None and finding.state == "open":
        answer(steps, finding)
    values = {"uphold": True, "reason": "记录缺乏佐证", "invalidated_logs": finding.logs, **more}
    return finding_decide(actor=steps.city.auditor, finding_id=finding.pk, now=AFTER + 2 * DAY, **values)


def test_each_check_opens_its_finding_once(steps, suspicious, year):
    steps.through("check")
    found = {f.kind: f for f in Finding.objects.all()}
    assert sorted(found) == sorted(suspicious)
    for kind, log in suspicious.items():
        assert log.public_id in found[kind].logs
        assert found[kind].organization == year.first
        assert found[kind].instrument == year.first_instrument
    assert found["overlap"].evidence["hours"] == "5.17"
    steps.check()
    assert Finding.objects.count() == 3


def test_an_upheld_finding_takes_its_logs_out_of_the_score(steps, suspicious):
    steps.through("score")
    before = InstrumentResult.objects.get(instrument=suspicious["self_dealing"].instrument)
    finding = Finding.objects.get(kind="self_dealing")
    assert decide(steps, finding).decision_number == 1
    steps.score()
    after = InstrumentResult.objects.get(instrument=suspicious["self_dealing"].instrument)
    assert after.entries_excluded == {"invalidated": [suspicious["self_dealing"].public_id]}
    assert before.effective_seconds - after.effective_seconds == 36000
    assert before.external_income_yuan - after.external_income_yuan == Decimal(1000)


def test_an_overlap_is_taken_from_the_entry_recorded_later(steps, suspicious):
    steps.through("score")
    log = suspicious["overlap"]
    result = InstrumentResult.objects.get(instrument=log.instrument)
    # 10:10 long, the first 5:10 taken: 30/61 of it are left.
    assert result.entries_reduced[log.public_id]["part"] == "30/61"


def test_every_decision_has_a_number_and_a_changed_one_the_next(steps, suspicious):
    steps.through("check")
    first, second, _third = Finding.objects.order_by("id")
    assert decide(steps, first).decision_number == 1
    assert decide(steps, first).decision_number == 1  # the same again
    assert decide(steps, second, uphold=False, invalidated_logs=[]).decision_number == 2
    assert decide(steps, first, uphold=False, invalidated_logs=[], reason="核实无误").decision_number == 3


def test_a_decision_names_a_reason_and_only_logs_of_the_finding(steps, suspicious):
    steps.through("check")
    finding = Finding.objects.get(kind="overlap")
    foreign = suspicious["self_dealing"].public_id
    with pytest.raises(ReasonMissing) as refused:
        decide(steps, finding, reason="  ")
    assert refused.value.code == "reward.reason_missing"
    with pytest.raises(LogsNotOfFinding):
        decide(steps, finding, invalidated_logs=[foreign])
    with pytest.raises(DismissedInvalidatesNothing):
        decide(steps, finding, uphold=False)
    assert Finding.objects.get(pk=finding.pk).state == "open"


def test_approval_waits_for_open_findings_and_for_current_scores(steps, suspicious):
    steps.through("announce")
    with pytest.raises(FindingsOpen):
        steps.approve()
    for finding in Finding.objects.order_by("id"):
        decide(steps, finding)
    with pytest.raises(ScoresOutdated):
        steps.approve()
    assert steps.score().state == "scored"
    assert steps.cycle.notice_ends_date is None
    steps.announce()
    assert steps.approve().state == "approved"
    with pytest.raises(IllegalMove):
        decide(steps, finding, reason="又改主意")


def test_scoring_without_a_new_decision_leaves_the_notice_running(steps):
    noticed = steps.through("announce")
    assert steps.score().state == "noticed"
    assert steps.cycle.notice_ends_date == noticed.notice_ends_date


def test_proven_falsification_removes_score_and_award(steps, suspicious, year):
    steps.through("check")
    decide(steps, Finding.objects.get(kind="self_dealing"), falsified=True)
    steps.score()
    result = UnitAssessment.objects.select_related("award").get(organization=year.first)
    assert (result.score, result.barred, result.award.amount_yuan) == (0, True, 0)
    second = UnitAssessment.objects.select_related("award").get(organization=year.second)
    assert second.award.amount_yuan == Decimal("100000.00")


def test_a_unit_that_lets_the_days_pass_loses_points(steps, suspicious, year):
    steps.through("check")
    silent, answered = Finding.objects.order_by("id")[:2]
    finding_answer(
        actor=year.manager, finding_id=answered.pk, answer="设备联机误差，已更正", now=AFTER + 2 * DAY
    )
    for finding in (silent, answered):
        finding_decide(
            actor=steps.city.auditor,
            finding_id=finding.pk,
            uphold=True,
            reason="认定",
            now=AFTER + 40 * DAY,
        )
    assert list(Finding.objects.order_by("id").values_list("overdue", flat=True)) == [True, False, False]
    steps.score()
    result = UnitAssessment.objects.get(organization=year.first)
    assert (result.deducted, result.points - result.score) == (2, 2)


def test_only_unit_answers_and_only_auditor_decides(steps, suspicious, year):
    steps.through("check")
    finding = Finding.objects.first()
    stranger = year.city.person("别的管理员", year.second, Role.UNIT_MANAGER)
    for actor in (stranger, steps.city.officer, steps.city.auditor):
        with pytest.raises(Forbidden):
            finding_answer(actor=actor, finding_id=finding.pk, answer="说明", now=AFTER)
    for actor in (year.manager, steps.city.officer, steps.city.finance):
        with pytest.raises(Forbidden):
            finding_decide(actor=actor, finding_id=finding.pk, uphold=False, reason="无误", now=AFTER)
    assert findings(year.manager, steps.cycle).count() == 3
    assert findings(stranger, steps.cycle).count() == 0


@pytest.mark.parametrize(
    ("decided_at", "overdue"),
    [(local(2026, 1, 20, 23, 59), False), (local(2026, 1, 21), True)],
)
def test_a_silent_unit_is_overdue_only_after_its_last_day_to_answer(steps, suspicious, decided_at, overdue):
    steps.through("check")
    finding = Finding.objects.get(kind="overlap")
    assert finding.answer_due_date == date(2026, 1, 20)
    decided = finding_decide(
        actor=steps.city.auditor, finding_id=finding.pk, uphold=True, reason="认定", now=decided_at
    )
    assert decided.overdue is overdue
