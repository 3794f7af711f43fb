"""Take the year before last to its end: assessed, announced, reported, and paid in a batch."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from instrument_share.demo.city import adopted_policy
from instrument_share.demo.history import combine
from instrument_share.demo.stages import procedure
from instrument_share.demo.world import World
from instrument_share.journal import services as journal
from instrument_share.kernel.city_time import CITY_TIME
from providers import public as providers
from rewards import public as rewards

if TYPE_CHECKING:
    from rewards.models import AssessmentCycle, FinanceReport, Finding

BUDGET_YUAN = Decimal(1_000_000)
SEED = "04 11 17 22 28 31 + 06"
BANK = "云屏银行科苑支行"
CONTACT: dict[str, Any] = {
    "person": "孙可为",
    "phone": "0999-6180010",
    "address": "云屏市科学技术局资源配置处",
}
EXPLAINED = "情况属实，已补充说明和原始记录。"
DISMISSED = "经核对原始记录，说明属实，不予认定。"
UPHELD = "单位未能提供原始记录，相应机时不予计入。"
NIGHTS = frozenset({"too_long", "overlap"})
"""Kinds of findings that the auditor upheld."""


def load(world: World) -> str:
    """Load the stage and return a summary; nothing where history begins later."""
    if world.since > date(world.paid_year, 1, 1):
        return f"{world.paid_year} has no history"
    cycle = _assess(world)
    report = _report(world, cycle)
    paid = _pay(world, cycle, report)
    for person in world.people.values():
        journal.notifications_read(actor=person, now=world.now)
    return f"{cycle.year} paid, {report.total_yuan} yuan to {paid} units"


def _on(world: World, month: int, day: int) -> datetime:
    """Return an instant of the year after the paid one."""
    return combine(date(world.paid_year + 1, month, day), 10)


def _working_days_after(at: datetime, number: int) -> datetime:
    """Return an instant so many working days later."""
    return combine(providers.add_working_days(at.astimezone(CITY_TIME).date(), number), 10)


def _assess(world: World) -> "AssessmentCycle":
    """Open, freeze, check, inspect, settle the findings, score, announce, answer and approve."""
    opened = _on(world, 1, 8)
    officer: dict[str, Any] = {"actor": world.officer}
    policy = rewards.policy_load(document=adopted_policy(world.paid_year), now=opened, **officer)
    cycle = rewards.cycle_open(
        year=world.paid_year, policy_id=policy.pk, budget_yuan=BUDGET_YUAN, now=opened, **officer
    )
    step: dict[str, Any] = {"cycle_id": cycle.pk, **officer}
    rewards.cycle_freeze(now=opened, **step)
    rewards.cycle_check(now=opened, **step)
    draw = procedure.announce_draw(world, cycle, rewards.DrawnFrom.ENTRIES, opened)
    for drawn in procedure.make_draw(world, draw, SEED, _on(world, 1, 9)):
        procedure.inspect(world, drawn, _on(world, 1, 14), finds_something=drawn.position == 1)
    for finding in rewards.findings(world.officer, cycle):
        _settle(world, finding)
    rewards.cycle_score(now=_on(world, 1, 20), **step)
    cycle = rewards.cycle_announce(now=_on(world, 1, 21), **CONTACT, **step)
    procedure.object_and_answer(world, cycle, "ocean")
    assert cycle.notice_ends_date is not None
    approved = combine(providers.add_working_days(cycle.notice_ends_date, 1), 10)
    return rewards.cycle_approve(actor=world.people["fang"], cycle_id=cycle.pk, now=approved)


def _settle(world: World, finding: "Finding") -> None:
    """Let the unit answer, and the auditor decide."""
    rewards.finding_answer(
        actor=world.manager(_unit(world, finding.organization_id)),
        finding_id=finding.pk,
        answer=EXPLAINED,
        now=_on(world, 1, 15),
    )
    uphold = finding.kind in NIGHTS
    rewards.finding_decide(
        actor=world.people["zhou"],
        finding_id=finding.pk,
        uphold=uphold,
        invalidated_logs=finding.logs[-1:] if uphold else (),
        reason=UPHELD if uphold else DISMISSED,
        now=_on(world, 1, 17),
    )


def _unit(world: World, organization_id: int) -> str:
    return next(key for key, row in world.organizations.items() if row.pk == organization_id)


def _report(world: World, cycle: "AssessmentCycle") -> "FinanceReport":
    """Seal the report and have Finance accept it."""
    assert cycle.approved_at is not None
    sent = _working_days_after(cycle.approved_at, 1)
    step: dict[str, Any] = {"actor": world.officer, "cycle_id": cycle.pk, "now": sent}
    preview = rewards.report_preview(**step)
    rewards.preview_confirm(sha256=preview.sha256, **step)
    report = rewards.report_send(**step)
    accepted = _working_days_after(sent, 5)
    return rewards.report_accept(
        actor=world.people["wu"], report_id=report.pk, now=accepted, note="经审核，同意拨付。"
    )


def _pay(world: World, cycle: "AssessmentCycle", report: "FinanceReport") -> int:
    """Enter and check accounts, and pay every award in one batch; return how many."""
    finance = {"actor": world.people["wu"]}
    assert report.answered_at is not None
    accepted = report.answered_at
    units = [one for one in rewards.assessments(world.officer, cycle) if one.award.amount_yuan]
    for number, unit in enumerate(units, start=1):
        account = rewards.account_enter(
            actor=world.manager(_unit(world, unit.organization_id)),
            organization_id=unit.organization_id,
            holder=unit.organization.name_zh,
            bank=BANK,
            number=f"99010000{number:08d}",
            now=_working_days_after(accepted, 1),
        )
        rewards.account_check(account_id=account.pk, now=_working_days_after(accepted, 2), **finance)
    awards = [unit.award.public_id for unit in units]
    made, answered = _working_days_after(accepted, 3), _working_days_after(accepted, 5)
    batch = rewards.batch_make(report_id=report.pk, awards=awards, now=made, **finance)
    answers = [
        rewards.BankRow(award, paid=True, voucher=f"ZF{answered:%Y%m%d}{number:04d}", day=answered.date())
        for number, award in enumerate(awards, start=1)
    ]
    rewards.batch_settle(batch_id=batch.pk, answers=answers, now=answered, **finance)
    return len(units)
