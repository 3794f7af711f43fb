"""Declared facts: who says what, what counts, and what each preset makes of them."""

import gzip
import json
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization, User
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.journal.guards import guards_lifted
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, IllegalMove, ReasonMissing
from providers.models import Instrument
from rewards.assessment.domain.errors import OtherYearNotFrozen
from rewards.assessment.models import Award
from rewards.assessment.services.adopting import cycle_adopt_policy
from rewards.cycle.domain.errors import OtherYearFirst
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.rewarded import instruments_rewarded_before
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.cycle.services.cycles import cycle_freeze, cycle_open
from rewards.declarations.domain.errors import (
    FactConfirmed,
    FactDeclaredAnew,
    FactIncomplete,
    FactOfBureau,
    FactOfDeclarer,
    FactsMissing,
    FactYearFrozen,
    OwnUnit,
)
from rewards.declarations.domain.facts import FactKind
from rewards.declarations.models import DeclaredFact
from rewards.declarations.selectors import declared_facts, facts_of_year, get_proof, waiting_facts
from rewards.declarations.services import fact_confirm, fact_declare, fact_return, fact_withdraw
from rewards.policy.models import RewardPolicy
from rewards.policy.services import policy_load
from rewards.year.domain import NextStep
from rewards.year.selectors import get_cycle_ahead
from rewards.year.views.words import describe_consequences, describe_waiting
from tests.rewards.builders import AFTER, POLICY, YEAR
from tests.rewards.conftest import Steps

POLICIES = settings.BASE_DIR / "rewards" / "policies"


def preset(name):
    return (POLICIES / f"{name}.toml").read_text(encoding="utf-8")


@pytest.fixture
def city(year):
    for name in ("hunan-2024", "chongqing", "fujian-2019"):
        policy_load(actor=year.city.officer, document=preset(name), now=AFTER)
    return year


def declare(year, kind, unit=None, *, confirmed=True, since=YEAR, **facts):
    fact = fact_declare(
        actor=year.city.officer,
        organization_id=(unit or year.first).pk,
        year=since,
        kind=FactKind(kind),
        now=AFTER,
        **{"evidence": "合同"} | facts,
    )
    return fact_confirm(actor=year.city.reviewer, fact_id=fact.pk, now=AFTER) if confirmed else fact


def two_people():
    """Who has announced and who has approved results."""
    announcer, approver = User.objects.order_by("pk")[:2]
    return {"announced_by": announcer, "approved_by": approver}


def awards(steps):
    steps.through("score")
    found = Award.objects.order_by("assessment__organization__uscc")
    return [str(amount) for amount in found.values_list("amount_yuan", flat=True)]


def test_hunan_pays_income_from_enterprises_by_the_confirmed_grade(city):
    for unit, grade in ((city.first, "excellent"), (city.second, "good"), (city.third, "poor")):
        declare(city, "grade", unit, code=grade)
    steps = Steps(city, preset("hunan-2024"))
    assert awards(steps) == ["7000.00", "2320.00", "0.00"]  # 70,000 × 10 %, 29,000 × 8 %
    assert steps.cycle.assessments.get(organization=city.first).grade_zh == "优秀"


def test_chongqing_pays_back_what_the_unit_paid_for_the_use_of_others(city):
    city.city.logs(city.second_instrument, 3, payer=city.first, external=True)
    city.city.logs(city.second_instrument, 2, payer=city.third, external=True)
    declare(city, "qualification", code="networked")
    declare(city, "qualification", code="municipal")
    declare(city, "qualification", city.third, code="project", confirmed=False)
    steps = Steps(city, preset("chongqing"))
    assert awards(steps) == ["900.00", "0.00", "0.00"]  # 30 % of 3,000; the third's is not confirmed


def test_fujian_pays_by_the_value_from_other_than_fiscal_funds_once(city):
    for unit, instrument, yuan in (
        (city.first, city.first_instrument, 480_000),
        (city.second, city.second_instrument, 500_000),
    ):
        declare(city, "nonfiscal_value", unit, instrument=instrument.public_id, figure=Decimal(yuan))
    declare(city, "rewarded_before", city.second, instrument=city.second_instrument.public_id, since=2019)
    assert awards(Steps(city, preset("fujian-2019"))) == ["20000.00", "0.00", "0.00"]


def test_an_instrument_that_an_earlier_year_paid_for_is_not_paid_again(city):
    public_id = city.first_instrument.public_id
    declare(city, "nonfiscal_value", instrument=public_id, figure=Decimal(480_000))
    steps = Steps(city, preset("fujian-2019"))
    steps.through("score")
    assert instruments_rewarded_before(YEAR + 1) == frozenset()
    AssessmentCycle.objects.update(state="approved", **two_people())
    assert instruments_rewarded_before(YEAR + 1) == {public_id}
    assert instruments_rewarded_before(YEAR) == frozenset()


def test_an_instrument_for_which_nothing_was_left_in_an_earlier_year_is_still_to_be_rewarded(city):
    """The unit was awarded something by another rule; of 1 yuan for two claims it got none."""
    policy = POLICY.replace('kind = "score_share"', 'kind = "score_share"\nshare = 0.9')
    once = """
[[rules]]
code = "once"
kind = "value_fixed"
clause_zh = "按原值一次性奖励"
bands = [[1, 20000]]
basis = "original_value"
share = 0.00001
over_budget = "scale"
"""
    steps = Steps(city, policy + once)
    assert awards(steps) == ["82741.00", "7260.00", "0.00"]
    AssessmentCycle.objects.update(state="approved", **two_people())
    assert instruments_rewarded_before(YEAR + 1) == {city.first_instrument.public_id}


def test_two_years_that_reward_instruments_once_are_not_worked_out_side_by_side(city):
    """Neither would know what the other awards, and both would pay for the same instrument."""
    instrument = city.first_instrument.public_id
    declare(city, "nonfiscal_value", instrument=instrument, figure=Decimal(480_000), since=YEAR - 1)
    policy = RewardPolicy.objects.get(code="fujian-2019")
    steps = Steps(city, preset("fujian-2019"))
    ending = {"policy": policy, "budget_yuan": Decimal(1)}
    after = AssessmentCycle.objects.create(year=YEAR + 1, **ending)
    before = AssessmentCycle.objects.create(year=YEAR - 1, **ending)
    late = AFTER + timedelta(days=366)
    freeze = partial(cycle_freeze, actor=city.city.officer, now=late)
    steps.through("score")
    for other in (after, before):
        with pytest.raises(OtherYearFirst) as refused:
            freeze(cycle_id=other.pk)
        assert refused.value.params == {"other": YEAR}
        waiting = get_cycle_ahead(city.city.officer, other.year, late)
        assert waiting.step == NextStep("", "other_year")
        waits = describe_waiting(city.city.officer, waiting)
        assert waits.startswith("仪器按价值只奖励一次，2025年度正按此类规则评价")
    AssessmentCycle.objects.filter(pk=steps.id).update(state="approved", **two_people())
    with pytest.raises(OtherYearFirst):
        freeze(cycle_id=before.pk)
    AssessmentCycle.objects.filter(pk=before.pk).update(policy=RewardPolicy.objects.get(code="chongqing"))
    assert get_cycle_ahead(city.city.officer, before.year, late).step == NextStep("freeze")
    frozen = freeze(cycle_id=after.pk)
    assert frozen.state == "frozen"
    # What the earlier year has paid for is in the data of the later one, by which nothing is paid again.
    rows = StoredSnapshot(frozen).instruments()
    assert {row.instrument for row in rows if row.rewarded_before} == {instrument}


def test_a_decided_policy_that_rewards_once_is_refused_beside_what_was_not_known_at_the_freeze(city):
    instrument = city.first_instrument.public_id
    declare(city, "nonfiscal_value", instrument=instrument, figure=Decimal(480_000))
    draft = 'version = "0"\ndraft = true\ndraft_notice_zh = "草案"'
    steps = Steps(city, POLICY.replace('version = "1"', draft))
    steps.freeze()
    policy = RewardPolicy.objects.get(code="fujian-2019")
    adopt = partial(
        cycle_adopt_policy,
        actor=city.city.officer,
        cycle_id=steps.id,
        policy_id=policy.pk,
        reason="办法已印发",
        now=AFTER + timedelta(days=9),
    )
    other = AssessmentCycle.objects.create(
        year=YEAR - 1,
        policy=policy,
        budget_yuan=1,
        state="approved",
        approved_at=AFTER + timedelta(days=1),
        **two_people(),
    )
    with pytest.raises(OtherYearNotFrozen) as refused:
        adopt()
    assert refused.value.params == {"other": YEAR - 1, "year": YEAR, "policy": str(policy)}
    with guards_lifted():
        AssessmentCycle.objects.filter(pk=other.pk).update(approved_at=AFTER - timedelta(days=1))
    assert adopt().policy == policy


@pytest.mark.parametrize("name", ["hunan-2024", "chongqing", "fujian-2019"])
def test_a_year_is_not_opened_by_a_policy_whose_facts_nobody_has(city, name):
    code = {"hunan-2024": "grade", "chongqing": "qualification", "fujian-2019": "nonfiscal_value"}[name]
    facts = {"grade": {"code": "good"}, "qualification": {"code": "project"}}.get(
        code, {"instrument": city.first_instrument.public_id, "figure": Decimal(1)}
    )
    declare(city, code, confirmed=False, **facts)
    with pytest.raises(FactsMissing) as refused:
        Steps(city, preset(name))
    assert [problem.code for problem in refused.value.problems] == [f"reward.fact_missing.{code}"]
    assert not AssessmentCycle.objects.exists()
    fact_confirm(
        actor=city.city.reviewer, fact_id=declared_facts(city.city.officer, YEAR).get().pk, now=AFTER
    )
    assert Steps(city, preset(name)).cycle.state == "collecting"


def test_shares_by_score_without_indicators_are_refused(year):
    document = """
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
    policy = policy_load(actor=year.city.officer, document=document, now=AFTER)
    with pytest.raises(FactsMissing) as refused:
        cycle_open(actor=year.city.officer, year=YEAR, policy_id=policy.pk, budget_yuan=Decimal(1), now=AFTER)
    assert [problem.code for problem in refused.value.problems] == ["reward.policy_without_score"]


def test_a_qualification_counts_while_it_is_valid_on_31_december(city):
    for day, counts in ((date(YEAR, 12, 30), False), (date(YEAR, 12, 31), True)):
        fact = declare(city, "qualification", code="project", valid_through=day)
        assert (city.first.uscc in facts_of_year(YEAR).qualifications) is counts
        fact_return(actor=city.city.officer, fact_id=fact.pk, reason="期限有误", now=AFTER)


def test_freezing_says_how_many_facts_of_all_units_wait_and_will_not_count(city):
    Steps(city)
    waits = "申报事项尚待科技局确认，将不计入。"

    def told():
        ahead = get_cycle_ahead(city.city.officer, YEAR, AFTER)
        return [line for line in describe_consequences("freeze", ahead, AFTER.date()) if waits in line]

    declare(city, "qualification", code="project")
    assert told() == []
    declare(city, "qualification", unit=city.second, code="project", confirmed=False)
    assert told() == [f"有 1 项{waits}"]
    instrument = {"instrument": city.first_instrument.public_id, "figure": Decimal(480_000)}
    declare(city, "nonfiscal_value", confirmed=False, since=YEAR - 1, **instrument)
    assert told() == [f"有 2 项{waits}"]
    declare(city, "grade", unit=city.third, code="good", confirmed=False, since=YEAR - 1)
    assert told() == [f"有 2 项{waits}"]


def test_the_database_keeps_who_declared_a_fact_from_confirming_it(city):
    fact = declare(city, "qualification", code="project")
    with pytest.raises(IntegrityError, match="fact_confirmed_by_another"), transaction.atomic():
        DeclaredFact.objects.filter(pk=fact.pk).update(decided_by=fact.declared_by)


def test_a_confirmed_fact_is_returned_with_a_reason_before_it_is_declared_anew(city):
    fact = declare(city, "grade", code="good")
    with pytest.raises(FactConfirmed):
        declare(city, "grade", code="excellent")
    with pytest.raises(ReasonMissing):
        fact_return(actor=city.city.officer, fact_id=fact.pk, reason=" ", now=AFTER)
    fact_return(actor=city.city.officer, fact_id=fact.pk, reason="等级有误", now=AFTER)
    with pytest.raises(IllegalMove):
        fact_confirm(actor=city.city.reviewer, fact_id=fact.pk, now=AFTER)
    again = declare(city, "grade", code="excellent")
    assert (again.pk, again.reason, facts_of_year(YEAR).grades) == (
        fact.pk,
        "",
        {city.first.uscc: "excellent"},
    )
    told = Notification.objects.filter(user=city.city.officer).order_by("id")
    assert [each.params.get("reason") for each in told] == ["", "等级有误", ""]
    actions = AuditEntry.objects.filter(subject_id=fact.public_id).order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "fact.declared",
        "fact.confirmed",
        "fact.returned",
        "fact.declared",
        "fact.confirmed",
    ]


def test_managers_of_the_unit_and_the_declarer_are_told_once_that_a_fact_is_returned(city):
    manager = city.manager
    city.city.person("别家管理员", city.second, Role.UNIT_MANAGER)
    city.city.person("实验员", city.first, Role.KEEPER)
    declared = {"organization_id": city.first.pk, "year": YEAR, "kind": FactKind.GRADE, "code": "good"}
    message = "{year}: a fact declared for {unit} (proof: {evidence}) was returned: {reason}"
    unit = {"zh": city.first.name_zh, "en": city.first.name_en}
    for declarer, readers in ((city.city.officer, [city.city.officer, manager]), (manager, [manager])):
        Notification.objects.all().delete()
        fact = fact_declare(actor=declarer, evidence="合同", now=AFTER, **declared)
        fact_return(actor=city.city.reviewer, fact_id=fact.pk, reason="等级有误。", now=AFTER)
        told = Notification.objects.order_by("user_id")
        assert [one.user for one in told] == readers
        assert {(one.message, one.path) for one in told} == {(message, f"/facts/{YEAR}/")}
        assert told[0].params == {"year": str(YEAR), "unit": unit, "evidence": "合同", "reason": "等级有误。"}


def declare_as_manager(city, **facts):
    about = {"organization_id": city.first.pk, "year": YEAR, "kind": FactKind.GRADE, "code": "good"}
    return fact_declare(actor=city.manager, evidence="合同", now=AFTER, **about, **facts)


def test_a_unit_takes_back_a_fact_with_all_that_was_declared(city):
    file = ContentFile(b"%PDF-1", name="合同.pdf")
    fact = declare_as_manager(city, valid_through=date(YEAR, 12, 31), uploads=[file])
    assert waiting_facts(city.city.officer) == [(YEAR, 1)]
    withdraw = partial(fact_withdraw, actor=city.manager, fact_id=fact.pk, now=AFTER)
    with pytest.raises(ReasonMissing):
        withdraw(reason=" ")
    fact = withdraw(reason="等级有误")
    assert (fact.state, fact.named_state, fact.reason) == ("returned", "withdrawn", "等级有误")
    assert (fact.code, fact.evidence, fact.valid_through) == ("good", "合同", date(YEAR, 12, 31))
    assert [proof.name for proof in fact.proofs.filter(replaced_at=None)] == ["合同.pdf"]
    assert waiting_facts(city.city.officer) == []
    for decide in (fact_confirm, partial(fact_return, reason="等级有误")):
        with pytest.raises(IllegalMove):
            decide(actor=city.city.officer, fact_id=fact.pk, now=AFTER)
    entry = AuditEntry.objects.get(action="fact.withdrawn")
    assert (entry.subject_id, entry.details["reason"]) == (fact.public_id, "等级有误")
    again = declare_as_manager(city)
    assert (again.pk, again.named_state, again.reason) == (fact.pk, "declared", "")


def test_a_unit_takes_back_nothing_that_is_decided_on_or_was_declared_anew(city, clock):
    read = declare_as_manager(city).declaration
    withdraw = partial(fact_withdraw, actor=city.manager, reason="等级有误", now=AFTER)
    fact = declare_as_manager(city, uploads=[ContentFile(b"%PDF-1", name="合同.pdf")])
    with pytest.raises(FactDeclaredAnew):
        withdraw(fact_id=fact.pk, declaration=read)
    fact_confirm(actor=city.city.officer, fact_id=fact.pk, now=AFTER)
    with pytest.raises(IllegalMove):
        withdraw(fact_id=fact.pk)
    fact_return(actor=city.city.officer, fact_id=fact.pk, reason="合同不全", now=AFTER)
    with pytest.raises(IllegalMove):
        withdraw(fact_id=fact.pk)
    assert DeclaredFact.objects.get().named_state == "returned"


def test_a_unit_neither_takes_back_nor_replaces_what_the_bureau_declared_of_it(city, see):
    facts = {"organization_id": city.first.pk, "year": YEAR, "kind": FactKind.GRADE, "code": "good"}
    fact = fact_declare(actor=city.city.officer, evidence="评级通知", now=AFTER, **facts)
    with pytest.raises(Forbidden):
        fact_withdraw(actor=city.manager, fact_id=fact.pk, reason="等级有误", now=AFTER)
    with pytest.raises(FactOfBureau):
        declare_as_manager(city)
    address = reverse("fact_take_back", args=[fact.public_id])
    assert address not in see(city.manager, "declared_facts", YEAR).content.decode()
    assert DeclaredFact.objects.get().evidence == "评级通知"
    fact_return(actor=city.city.reviewer, fact_id=fact.pk, reason="通知有误", now=AFTER)
    assert declare_as_manager(city).state == "declared"
    assert address in see(city.manager, "declared_facts", YEAR).content.decode()


def test_a_fact_that_the_freeze_left_out_is_no_longer_taken_back(city):
    fact = declare_as_manager(city)
    Steps(city).freeze()
    with pytest.raises(FactYearFrozen):
        fact_withdraw(actor=city.manager, fact_id=fact.pk, reason="等级有误", now=AFTER)
    assert DeclaredFact.objects.get().state == "declared"


def test_who_declared_a_fact_is_told_that_another_person_of_the_unit_took_it_back(city):
    colleague = city.city.person("另一管理员", city.first, Role.UNIT_MANAGER)
    for withdrawer, told in ((city.manager, []), (colleague, [city.manager])):
        fact = declare_as_manager(city)
        fact_withdraw(actor=withdrawer, fact_id=fact.pk, reason="等级有误。", now=AFTER)
        assert [one.user for one in Notification.objects.all()] == told
    (notification,) = Notification.objects.all()
    assert notification.path == f"/facts/{YEAR}/"
    assert notification.params["reason"] == "等级有误。"


@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        ("qualification", {"code": "unheard-of"}, "reward.qualification_unknown"),
        ("grade", {"code": "unheard-of"}, "reward.grade_unknown"),
        ("nonfiscal_value", {"figure": Decimal(1)}, "reward.instrument_missing"),
        ("major_projects", {}, "reward.figure_missing"),
        ("major_projects", {"figure": Decimal("1.5")}, "reward.figure_not_whole"),
        ("major_projects", {"figure": Decimal("NaN")}, "reward.figure_missing"),
        ("major_projects", {"figure": Decimal("Infinity")}, "reward.figure_missing"),
        ("major_projects", {"figure": Decimal(10) ** 12}, "reward.figure_too_large"),
        (
            "nonfiscal_value",
            {"figure": Decimal("0.005"), "instrument": "INS"},
            "reward.figure_too_fine",
        ),
        ("major_projects", {"figure": Decimal(1), "evidence": "合" * 201}, "reward.evidence_too_long"),
    ],
)
def test_an_incomplete_fact_is_refused(city, kind, facts, code):
    with pytest.raises(FactIncomplete) as refused:
        declare(city, kind, **facts)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_no_more_is_paid_from_other_funds_than_the_instrument_cost(city):
    """The band of a one-off reward follows from it, and the original value is in the snapshot beside it."""
    about = {"instrument": city.first_instrument.public_id, "confirmed": False}
    with pytest.raises(FactIncomplete) as refused:
        declare(city, "nonfiscal_value", figure=Decimal("500000.01"), **about)
    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == ("reward.figure_above_value", "figure")
    assert problem.params == {"value": "500,000.00"}
    fact = declare(city, "nonfiscal_value", figure=Decimal(500_000), **about)
    confirm = partial(fact_confirm, actor=city.city.reviewer, fact_id=fact.pk, now=AFTER)
    Instrument.objects.filter(pk=city.first_instrument.pk).update(value_yuan=Decimal(490_000))
    with pytest.raises(FactIncomplete):
        confirm()
    Instrument.objects.filter(pk=city.first_instrument.pk).update(value_yuan=Decimal(510_000))
    assert confirm().state == "confirmed"


def test_who_declared_a_fact_does_not_confirm_it_but_another_officer_does(city):
    fact = declare(city, "grade", code="good", confirmed=False)
    with pytest.raises(FactOfDeclarer):
        fact_confirm(actor=city.city.officer, fact_id=fact.pk, now=AFTER)
    assert waiting_facts(city.city.officer) == []
    assert waiting_facts(city.city.reviewer) == [(YEAR, 1)]
    assert fact_confirm(actor=city.city.reviewer, fact_id=fact.pk, now=AFTER).state == "confirmed"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one after the other")
def test_a_declaration_waits_for_who_confirms_the_fact_meanwhile(city):
    """Read without a lock it was written over, and no longer confirmed."""
    declare(city, "grade", code="good", confirmed=False)
    with CaptureQueriesContext(connection) as told:
        declare(city, "grade", code="good", confirmed=False)
    first = next(query["sql"] for query in told if 'FROM "rewards_declaredfact"' in query["sql"])
    assert first.endswith("LIMIT 1 FOR UPDATE")


@pytest.mark.parametrize("role", [Role.UNIT_MANAGER, Role.KEEPER, Role.RESEARCHER])
def test_an_officer_decides_on_no_fact_of_a_unit_to_which_he_belongs(city, role):
    fact = declare(city, "grade", code="good", confirmed=False)
    city.city.give(city.city.reviewer, city.first, role)
    for decide in (fact_confirm, partial(fact_return, reason="等级有误")):
        with pytest.raises(OwnUnit):
            decide(actor=city.city.reviewer, fact_id=fact.pk, now=AFTER)
    assert waiting_facts(city.city.reviewer) == []


def test_a_suspended_unit_is_still_the_own_one_of_who_manages_it(city):
    fact = declare(city, "grade", code="good", confirmed=False)
    city.city.give(city.city.reviewer, city.first, Role.UNIT_MANAGER)
    Organization.objects.filter(pk=city.first.pk).update(state="suspended")
    forget_standing(city.city.reviewer)
    with pytest.raises(OwnUnit):
        fact_confirm(actor=city.city.reviewer, fact_id=fact.pk, now=AFTER)
    assert waiting_facts(city.city.reviewer) == []


def test_files_that_prove_a_fact_are_named_in_the_frozen_year(city):
    first, second = (ContentFile(b"%PDF-" + text, name="合同.pdf") for text in (b"1", b"2"))
    declare(city, "grade", code="good", confirmed=False, uploads=[first])
    fact = declare(city, "grade", code="good", uploads=[second])
    assert get_proof(city.city.officer, fact.public_id, sha256(b"%PDF-1").hexdigest()).replaced_at == AFTER
    steps = Steps(city, preset("hunan-2024"))
    steps.freeze()
    snapshot = StoredSnapshot(steps.cycle)
    (line,) = gzip.decompress(snapshot.packed(snapshot.parts["proofs", ""])).splitlines()
    assert json.loads(line) == {
        "uscc": city.first.uscc,
        "instrument": "",
        "kind": "grade",
        "code": "good",
        "evidence": "合同",
        "name": "合同.pdf",
        "sha256": sha256(b"%PDF-2").hexdigest(),
    }
    assert "proofs" in {part.kind for part in steps.cycle.parts.all()}
    declared = AuditEntry.objects.filter(action="fact.declared").order_by("id")
    assert declared.last().details["files"] == [sha256(b"%PDF-2").hexdigest()]


def test_a_declaration_whose_files_were_replaced_is_not_confirmed(city):
    read = declare(city, "grade", code="good", confirmed=False, uploads=[ContentFile(b"%PDF-1", "1.pdf")])
    declaration = read.declaration
    declare(city, "grade", code="good", confirmed=False, uploads=[ContentFile(b"%PDF-2", "2.pdf")])
    with pytest.raises(FactDeclaredAnew):
        fact_confirm(actor=city.city.reviewer, fact_id=read.pk, declaration=declaration, now=AFTER)


def test_files_stay_where_a_fact_is_declared_anew_without_any(city):
    declare(city, "grade", code="good", confirmed=False, uploads=[ContentFile(b"%PDF-1", name="合同.pdf")])
    fact = declare(city, "grade", code="excellent", confirmed=False)
    assert [proof.name for proof in fact.proofs.filter(replaced_at=None)] == ["合同.pdf"]


@pytest.mark.parametrize(
    ("uploads", "code"),
    [
        ([ContentFile(b"MZ", name="合同.exe")], "document.kind_unknown"),
        ([ContentFile(b"%PDF-" + bytes([n])) for n in range(6)], "reward.proofs_too_many"),
    ],
)
def test_files_that_cannot_be_kept_are_refused_with_the_fact(city, uploads, code):
    with pytest.raises(FactIncomplete) as refused:
        declare(city, "grade", code="good", uploads=uploads)
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [(code, "documents")]
    assert not DeclaredFact.objects.exists()


def test_what_is_returned_after_the_freeze_still_counts(city):
    fact = declare(city, "grade", code="excellent")
    steps = Steps(city, preset("hunan-2024"))
    steps.freeze()
    fact_return(actor=city.city.officer, fact_id=fact.pk, reason="更正", now=AFTER + timedelta(hours=1))
    steps.check()
    assert steps.score().assessments.get(organization=city.first).award.amount_yuan == Decimal("7000.00")
