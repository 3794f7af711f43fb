"""A year that was opened under a draft is put under the decided policy."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.journal.guards import guards_lifted
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, IllegalMove, NotFound, ReasonMissing
from rewards.assessment.domain.errors import FactsNotFrozen, PolicyDecided, PolicyReplaced
from rewards.assessment.models import Award, UnitAssessment
from rewards.assessment.selectors import get_withdrawn_notice
from rewards.assessment.services import telling
from rewards.assessment.services.adopting import cycle_adopt_policy
from rewards.assessment.services.recomputing import find_differences, find_result_differences
from rewards.assessment.services.scoring import SCORE
from rewards.cycle.domain.errors import StepUnderWay
from rewards.declarations.domain.errors import FactsMissing
from rewards.declarations.domain.facts import FactKind
from rewards.declarations.services import fact_confirm, fact_declare
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_decide
from rewards.objections.domain.choices import AnswerEffect
from rewards.objections.domain.errors import ObjectionNotScored
from rewards.policy.domain.errors import PolicyIsDraft
from rewards.policy.models import RewardPolicy
from rewards.policy.services import policy_load
from rewards.report.selectors.told import find_untold_changes
from rewards.year.domain import NextStep
from rewards.year.selectors import get_cycle_ahead
from rewards.year.services import cycle_step_start
from tests.rewards.builders import AFTER, POLICY, YEAR, local
from tests.rewards.conftest import DAY, Steps
from tests.rewards.objections.conftest import Objections
from tests.rewards.page_fixtures import build_small_city

DRAFT = POLICY.replace('version = "1"', 'version = "0"\ndraft = true\ndraft_notice_zh = "本办法为草案。"')
DRAFT = DRAFT.replace('floor = "pass"', 'floor = "good"')
DECIDED = POLICY.replace('floor = "pass"', "floor = 0")
ASKS = POLICY.replace('version = "1"', 'version = "2"').replace(
    'measure = "external_share"', 'measure = "major_projects"'
)
WITHOUT_INDICATORS = """
format = "reward-policy/1"
code = "x"
version = "1"
title_zh = "甲"
source_zh = "乙"
[money]
unit = "元"
[[rules]]
code = "a"
kind = "score_share"
clause_zh = "一"
floor = 60
"""
REASON = "正式办法已于 1 月 4 日印发。"


@pytest.fixture
def small_city(db):
    return build_small_city()


@pytest.fixture
def draft(small_city):
    return Steps(small_city, policy=DRAFT)


@pytest.fixture
def steps(small_city):
    return Steps(small_city)


def load(steps, document=DECIDED):
    return policy_load(actor=steps.city.officer, document=document, now=AFTER)


def adopt(steps, policy=None, actor=None, reason=REASON):
    return cycle_adopt_policy(
        actor=actor or steps.city.officer,
        cycle_id=steps.id,
        policy_id=(policy or load(steps)).pk,
        reason=reason,
        now=AFTER + 4 * DAY,
    )


@pytest.fixture
def finding(small_city):
    """A finding that the check opens, once it is answered and dismissed."""
    city = small_city.city
    city.log(small_city.instrument, local(YEAR, 1, 2, 9), payer=small_city.client, external=True, amount=1000)

    def dismiss():
        found = Finding.objects.get()
        city.answer(found, AFTER)
        return decide(city, found, uphold=False)

    return dismiss


def decide(city, finding, *, uphold, now=AFTER + 2 * DAY):
    return finding_decide(
        actor=city.auditor,
        finding_id=finding.pk,
        uphold=uphold,
        reason="重复登记" if uphold else "属实",
        invalidated_logs=finding.logs[1:] if uphold else [],
        now=now,
    )


@pytest.mark.parametrize(
    ("last", "state", "message"),
    [
        ("", "collecting", telling.ADOPTED),
        ("freeze", "frozen", telling.ADOPTED),
        ("check", "checked", telling.ADOPTED),
        ("score", "checked", telling.ADOPTED_SCORED),
        ("announce", "checked", telling.ADOPTED_NOTICED),
    ],
)
def test_a_draft_is_replaced_before_the_approval_and_units_are_told(draft, small_city, last, state, message):
    manager = draft.city.person("管理员", small_city.unit, Role.UNIT_MANAGER)
    if last:
        draft.through(last)
    before, policy = draft.cycle, load(draft)
    adopt(draft, policy)
    cycle = draft.cycle
    assert (cycle.state, cycle.policy, cycle.budget_yuan) == (state, policy, Decimal(100_000))
    assert (cycle.snapshot_hash, cycle.checked_at) == (before.snapshot_hash, before.checked_at)
    assert not UnitAssessment.objects.exists()
    assert (cycle.scored_at, cycle.noticed_at, cycle.notice_ends_date) == (None, None, None)
    assert (cycle.totals, cycle.excluded, cycle.entries_reported) == ({}, [], 0)
    told = Notification.objects.filter(user=manager).order_by("-id")[0]
    assert (told.message, told.params["reason"], told.path) == (
        message,
        REASON,
        f"/policies/{policy.public_id}/",
    )


@pytest.mark.parametrize("last", ["", "freeze"])
def test_a_suspended_unit_is_told_that_the_draft_is_replaced(draft, small_city, last):
    """Its year is assessed like that of the others, whether the data are frozen or not."""
    manager = draft.city.person("管理员", small_city.unit, Role.UNIT_MANAGER)
    if last:
        draft.through(last)
    Organization.objects.filter(pk=small_city.unit.pk).update(state="suspended")
    adopt(draft)
    assert [one.message for one in Notification.objects.filter(user=manager)] == [telling.ADOPTED]


def test_the_journal_names_both_versions_and_their_hashes(draft):
    policy = load(draft)
    adopt(draft, policy)
    assert AuditEntry.objects.get(action="cycle.policy_adopted").details == {
        "draft": "small-city 0",
        "draft_sha256": draft.policy.sha256,
        "policy": "small-city 1",
        "policy_sha256": policy.sha256,
        "state": "collecting",
        "noticed": False,
        "reason": REASON,
    }


def test_a_noticed_year_is_scored_announced_and_approved_by_the_decided_policy(draft, finding, capsys):
    draft.through("check")
    finding()
    draft.score()
    draft.announce()
    assert Award.objects.get().amount_yuan == 0  # below the floor of the draft
    adopt(draft)
    assert Finding.objects.get().points_at_stake is None
    assert not list(find_untold_changes(draft.cycle))
    for step, days in (("score", 5), ("announce", 6), ("approve", 20)):
        getattr(draft, step)(now=AFTER + days * DAY)
    assert Award.objects.get().amount_yuan == 100_000
    call_command("verify_cycle", str(YEAR))
    with guards_lifted():
        RewardPolicy.objects.filter(pk=draft.cycle.policy_id).update(version="9")
    told = list(find_untold_changes(draft.cycle))
    assert "year policy: small-city 9 is stored, the journal says small-city 1" in told


def test_scores_by_the_decided_policy_keep_no_promise_to_decide_findings_anew(draft, finding):
    draft.freeze()
    draft.check()
    found = finding()
    draft.score()
    draft.announce()
    objections = Objections(draft)
    objections.raise_one(now=AFTER + 3 * DAY)
    objections.answer(effect=AnswerEffect.SCORED_ANEW, now=AFTER + 4 * DAY)
    adopt(draft)
    draft.check()
    draft.score(now=AFTER + 5 * DAY)
    after = AFTER + 6 * DAY
    assert get_cycle_ahead(draft.city.officer, YEAR, after).step == NextStep("", "anew")
    with pytest.raises(ObjectionNotScored):
        draft.announce(now=after)
    decide(draft.city, found, uphold=True, now=after)
    draft.score(now=after)
    draft.announce(now=after)
    assert draft.approve(now=after + 20 * DAY).state == "approved"


def test_a_year_scored_anew_in_its_notice_verifies(steps, finding, capsys):
    steps.through("check")
    decided = finding()
    steps.score()
    steps.announce()
    decide(steps.city, decided, uphold=True)
    assert steps.score(now=AFTER + 5 * DAY).state == "scored"
    call_command("verify_cycle", str(YEAR))


@pytest.mark.parametrize("upheld", [False, True])
def test_a_year_verifies_by_the_decisions_that_were_scored(steps, finding, upheld, capsys):
    steps.through("check")
    found = Finding.objects.get()
    steps.city.answer(found, AFTER)
    decide(steps.city, found, uphold=upheld)
    steps.score()
    decide(steps.city, found, uphold=not upheld)
    call_command("verify_cycle", str(YEAR))
    assert find_result_differences(steps.cycle)  # what is sealed has to know every decision
    with guards_lifted():
        Award.objects.update(amount_yuan=1)
    assert [each.where.split()[-1] for each in find_differences(steps.cycle)] == ["amount_yuan"]


def test_a_later_notice_was_not_withdrawn_by_the_decided_policy(draft, finding):
    draft.through("check")
    decided = finding()
    draft.score()
    draft.announce()
    adopt(draft)
    assert get_withdrawn_notice(YEAR)[0] == draft.cycle
    draft.score(now=AFTER + 5 * DAY)
    draft.announce(now=AFTER + 6 * DAY)
    decide(draft.city, decided, uphold=True)
    draft.score(now=AFTER + 7 * DAY)
    assert get_withdrawn_notice(YEAR)[1].action == "cycle.scored"


def test_shares_by_score_without_indicators_are_named_after_the_freeze_too(draft):
    draft.freeze()
    with pytest.raises(FactsMissing) as refused:
        adopt(draft, load(draft, WITHOUT_INDICATORS))
    assert [each.code for each in refused.value.problems] == ["reward.policy_without_score"]


def test_what_is_refused(draft):
    with pytest.raises(ReasonMissing):
        adopt(draft, reason=" ")
    with pytest.raises(Forbidden):
        adopt(draft, actor=draft.city.auditor, policy=draft.policy)
    with pytest.raises(PolicyIsDraft):
        adopt(draft, load(draft, DRAFT.replace('version = "0"', 'version = "0.1"')))
    with pytest.raises(NotFound):
        cycle_adopt_policy(actor=draft.city.officer, cycle_id=draft.id, policy_id=0, reason=REASON, now=AFTER)
    with pytest.raises(FactsMissing):
        adopt(draft, load(draft, ASKS))
    assert not AuditEntry.objects.filter(action="cycle.policy_adopted").exists()


def test_a_decided_policy_stays(draft):
    adopt(draft)
    with pytest.raises(PolicyDecided):
        adopt(draft)
    assert AuditEntry.objects.filter(action="cycle.policy_adopted").count() == 1


def test_after_the_approval_nothing_is_replaced(steps):
    steps.through("approve")
    with guards_lifted():
        RewardPolicy.objects.update(is_draft=True)  # as of a year that was approved before the rule
    with pytest.raises(IllegalMove):
        adopt(steps, load(steps, POLICY.replace('version = "1"', 'version = "2"')))


def test_facts_that_are_confirmed_after_the_freeze_do_not_count(draft, small_city):
    draft.freeze()
    fact = fact_declare(
        actor=draft.city.officer,
        organization_id=small_city.unit.pk,
        year=YEAR,
        kind=FactKind.MAJOR_PROJECTS,
        figure=Decimal(3),
        evidence="项目合同",
        now=AFTER,
    )
    fact_confirm(actor=draft.city.reviewer, fact_id=fact.pk, now=AFTER)
    with pytest.raises(FactsNotFrozen):
        adopt(draft, load(draft, ASKS))


def test_scores_that_were_computed_by_the_draft_are_not_kept(draft):
    draft.through("check")
    facts = {"actor": draft.city.officer, "cycle_id": draft.id, "now": AFTER + 3 * DAY}
    computed = SCORE.prepare(**facts)
    adopt(draft)
    with pytest.raises(PolicyReplaced):
        SCORE.finish(computed=computed, **facts)
    assert (draft.cycle.state, UnitAssessment.objects.count()) == ("checked", 0)


def test_a_step_that_is_under_way_comes_first(draft):
    draft.through("check")
    cycle_step_start(actor=draft.city.officer, cycle_id=draft.id, move="score", now=AFTER)
    with pytest.raises(StepUnderWay):
        adopt(draft)
