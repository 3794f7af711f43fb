"""Findings: found once, answered by the unit, decided with a number, felt in the scores."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from instrument_share.accounts.domain import Role
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import Forbidden, IllegalMove, ReasonMissing
from rewards.assessment.domain.errors import ScoresOutdated
from rewards.assessment.models import InstrumentResult, UnitAssessment
from rewards.assessment.services.recomputing import find_result_differences
from rewards.declarations.domain.errors import OwnUnit
from rewards.findings.domain.errors import (
    AnswerAwaited,
    AnsweredMeanwhile,
    AnswerMissing,
    DismissedInvalidatesNothing,
    FindingNotUpheld,
    FindingsOpen,
    LogsNotOfFinding,
)
from rewards.findings.models import Finding, FindingDecision
from rewards.findings.selectors.findings import findings, findings_to_answer, get_decisions
from rewards.findings.services.deciding import finding_answer, finding_decide, findings_decide
from rewards.findings.services.falsification import (
    falsification_answer,
    falsification_decide,
    falsification_propose,
)
from tests.rewards.builders import AFTER, YEAR, local
from tests.rewards.reading import text_of

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


def decide(steps, finding, **more):
    """The unit has no objection, and the auditor decides."""
    if Finding.objects.get(pk=finding.pk).state == "open":
        steps.city.answer(finding, AFTER + 2 * DAY)
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
    steps.through("score")
    with pytest.raises(FindingsOpen):
        steps.announce()
    first, *others = Finding.objects.order_by("id")
    for finding in (first, *others):
        decide(steps, finding)
    with pytest.raises(ScoresOutdated):
        steps.announce()
    steps.score()
    steps.announce()
    decide(steps, first, reason="补充理由")
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


def test_proven_falsification_removes_score_and_award(steps, suspicious, year, see):
    steps.through("check")
    finding = Finding.objects.get(kind="self_dealing")
    decide(steps, finding)
    facts = {"finding_id": finding.pk, "now": AFTER + 2 * DAY}
    falsification_propose(
        actor=steps.city.auditor, reason="原始记录系事后编造", question="请提供原件", **facts
    )
    steps.score()
    assert UnitAssessment.objects.get(organization=year.first).score > 0
    falsification_answer(actor=year.manager, answer="无法提供", **facts)
    falsification_decide(actor=steps.city.officer, confirm=True, reason="属实", **facts)
    steps.score()
    result = UnitAssessment.objects.select_related("award").get(organization=year.first)
    assert (result.score, result.barred, result.award.amount_yuan) == (0, True, 0)
    assert "得分 0 · 取消资格" in text_of(see(year.manager, "unit_desk"))
    second = UnitAssessment.objects.select_related("award").get(organization=year.second)
    assert second.award.amount_yuan == Decimal("100000.00")


def test_no_falsification_is_proposed_of_what_was_dismissed(steps, suspicious):
    steps.through("check")
    finding = Finding.objects.get(kind="self_dealing")
    decide(steps, finding, uphold=False, invalidated_logs=[])
    facts = {"finding_id": finding.pk, "now": AFTER + 2 * DAY}
    with pytest.raises(FindingNotUpheld):
        falsification_propose(actor=steps.city.auditor, reason="事后编造", question="请提供原件", **facts)


def test_who_confirms_a_falsification_has_read_the_answer(steps, suspicious, year):
    steps.through("check")
    finding = Finding.objects.get(kind="self_dealing")
    decide(steps, finding)
    facts = {"finding_id": finding.pk, "now": AFTER + 2 * DAY}
    falsification_propose(actor=steps.city.auditor, reason="事后编造", question="请提供原件", **facts)
    falsification_answer(actor=year.manager, answer="无法提供", **facts)
    verdict = {"actor": steps.city.officer, "confirm": True, "reason": "属实", **facts}
    with pytest.raises(AnsweredMeanwhile):
        falsification_decide(read_at=AFTER + DAY, **verdict)
    assert falsification_decide(read_at=AFTER + 2 * DAY, **verdict).state == "confirmed"


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


@pytest.mark.parametrize(
    ("answers", "overdue"),
    [
        ([local(2026, 1, 20, 23, 59)], False),
        ([local(2026, 1, 21)], True),
        ([local(2026, 1, 20, 23, 59), local(2026, 1, 22)], False),
        ([local(2026, 1, 21), local(2026, 1, 22)], True),
    ],
    ids=["on the last day", "a minute later", "changed later", "late and changed"],
)
def test_an_answer_after_the_last_day_is_read_and_costs_points(steps, suspicious, year, answers, overdue):
    steps.through("check")
    finding = Finding.objects.get(kind="overlap")
    for number, at in enumerate(answers):
        finding_answer(actor=year.manager, finding_id=finding.pk, answer=f"说明{number}", now=at)
    facts = {"actor": steps.city.auditor, "finding_id": finding.pk, "now": local(2026, 1, 23)}
    assert finding_decide(**facts, uphold=True, reason="认定").overdue is overdue
    assert finding_decide(**facts, uphold=False, reason="无误").overdue is False
    assert finding_decide(**facts, uphold=True, reason="再次认定").overdue is overdue


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
    "decide",
    [
        lambda auditor, finding, now: finding_decide(
            actor=auditor, finding_id=finding.pk, uphold=True, reason="认定", now=now
        ),
        lambda auditor, finding, now: finding_decide(
            actor=auditor, finding_id=finding.pk, uphold=False, reason="无误", now=now
        ),
    ],
)
def test_a_silent_unit_is_decided_upon_only_after_its_last_day_to_answer(steps, suspicious, decide):
    steps.through("check")
    finding = Finding.objects.get(kind="overlap")
    assert finding.answer_due_date == date(2026, 1, 20)
    with pytest.raises(AnswerAwaited) as refused:
        decide(steps.city.auditor, finding, local(2026, 1, 20, 23, 59))
    assert (refused.value.code, refused.value.params) == (
        "reward.answer_awaited",
        {"due": date(2026, 1, 20)},
    )
    decided = decide(steps.city.auditor, finding, local(2026, 1, 21))
    assert decided.overdue is (decided.state == "upheld")


def test_a_unit_that_has_no_objection_has_answered(steps, suspicious, year):
    steps.through("check")
    finding = Finding.objects.get(kind="overlap")
    with pytest.raises(AnswerMissing):
        finding_answer(actor=year.manager, finding_id=finding.pk, answer=" ", now=AFTER)
    answered = finding_answer(actor=year.manager, finding_id=finding.pk, no_objection=True, now=AFTER)
    assert (answered.no_objection, answered.answered_by) == (True, year.manager)
    assert not findings_to_answer(year.manager).filter(pk=finding.pk).exists()
    decided = finding_decide(
        actor=steps.city.auditor, finding_id=finding.pk, uphold=True, reason="认定", now=AFTER + DAY
    )
    assert (decided.state, decided.overdue) == ("upheld", False)
    changed = {"answer": "改为有异议", "now": AFTER + 2 * DAY}
    with pytest.raises(IllegalMove):
        finding_answer(actor=year.manager, finding_id=finding.pk, **changed)


def test_earlier_decisions_stay_readable_and_cannot_be_changed(steps, suspicious):
    steps.through("check")
    finding = Finding.objects.get(kind="overlap")
    decide(steps, finding)
    decide(steps, finding, uphold=False, invalidated_logs=[], reason="核实无误")
    told = [
        (each.number, each.state, each.reason, sorted(each.invalidated_logs))
        for each in get_decisions(finding)
    ]
    assert told == [(2, "dismissed", "核实无误", []), (1, "upheld", "记录缺乏佐证", sorted(finding.logs))]
    assert {each.decided_by for each in get_decisions(finding)} == {steps.city.auditor}
    for change in (
        lambda: FindingDecision.objects.filter(number=1).update(reason="另一理由"),
        lambda: FindingDecision.objects.filter(number=1).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_a_finding_that_says_something_else_than_its_last_decision_is_named(steps, suspicious):
    steps.through("check")
    finding = Finding.objects.get(kind="overlap")
    decide(steps, finding)
    steps.score()
    assert find_result_differences(steps.cycle) == []
    Finding.objects.filter(pk=finding.pk).update(reason="另一理由")
    assert [each.where for each in find_result_differences(steps.cycle)] == [f"finding {finding.public_id}"]


def test_several_findings_are_decided_with_one_reason_and_each_refusal_is_told(steps, suspicious, year):
    steps.through("check")
    silent, *answered = Finding.objects.order_by("id")
    for finding in answered:
        steps.city.answer(finding, AFTER + DAY)
    before = Notification.objects.filter(user=year.manager).count()
    outcome = findings_decide(
        actor=steps.city.auditor,
        finding_ids=[silent.pk, *(finding.pk for finding in answered)],
        uphold=True,
        reason="一并认定",
        now=AFTER + 2 * DAY,
    )
    assert isinstance(outcome[silent.pk], AnswerAwaited)
    assert [outcome[finding.pk] for finding in answered] == [None, None]
    rows = Finding.objects.order_by("id").values_list("state", "decision_number")
    assert list(rows) == [("open", None), ("upheld", 1), ("upheld", 2)]
    for finding in Finding.objects.filter(state="upheld"):
        assert finding.invalidated_logs == sorted(finding.logs)
    assert Notification.objects.filter(user=year.manager).count() == before + 1


def test_what_is_at_stake_is_what_scoring_gives_with_and_without_the_finding(steps, suspicious, year):
    logs = [
        steps.city.log(
            year.second_instrument, local(YEAR, 12, day, 8), payer=year.second, external=True, amount=1000
        )
        for day in (20, 21, 22)
    ]
    steps.through("check")
    finding = Finding.objects.get(organization=year.second)
    assert set(finding.logs) == {log.public_id for log in logs}
    for other in Finding.objects.exclude(pk=finding.pk):
        decide(steps, other)

    def results(**decision):
        decide(steps, finding, **decision)
        steps.score()
        unit = UnitAssessment.objects.select_related("award").get(organization=year.second)
        return unit.score, unit.award.amount_yuan

    dismissed = results(uphold=False, invalidated_logs=[], reason="无误")
    at_stake = Finding.objects.values_list("points_at_stake", "yuan_at_stake").get(pk=finding.pk)
    upheld = results()
    assert at_stake == (dismissed[0] - upheld[0], dismissed[1] - upheld[1])
    assert min(at_stake) > 0
    assert Finding.objects.values_list("points_at_stake", "yuan_at_stake").get(pk=finding.pk) == at_stake


def test_an_auditor_decides_on_no_finding_of_a_unit_that_he_manages(steps, suspicious, year):
    steps.through("check")
    finding = Finding.objects.first()
    decided = decide(steps, finding)
    steps.city.give(steps.city.auditor, year.first, Role.UNIT_MANAGER)
    with pytest.raises(OwnUnit):
        decide(steps, finding, reason="另有佐证")
    asked = {"actor": steps.city.auditor, "finding_id": finding.pk, "now": AFTER + 3 * DAY}
    with pytest.raises(OwnUnit):
        falsification_propose(reason="记录不实", question="请说明来源。", **asked)
    outcome = findings_decide(
        actor=steps.city.auditor, finding_ids=[finding.pk], uphold=False, reason="属实", now=AFTER + 3 * DAY
    )
    assert isinstance(outcome[finding.pk], OwnUnit)
    steps.city.give(steps.city.officer, year.first, Role.UNIT_MANAGER)
    with pytest.raises(OwnUnit):
        falsification_decide(confirm=False, reason="证据不足", **asked | {"actor": steps.city.officer})
    finding.refresh_from_db()
    assert finding.reason == decided.reason
