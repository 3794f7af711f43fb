"""Run last year's assessment under the adopted policy: open, freeze, draw, check, decide some findings."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import ContentFile

from instrument_share.demo.city import adopted_policy
from instrument_share.demo.history import combine
from instrument_share.demo.stages import procedure
from instrument_share.demo.world import World
from rewards import public as rewards

if TYPE_CHECKING:
    from rewards.models import AssessmentCycle, Finding, RewardPolicy

POLICIES = Path(settings.BASE_DIR) / "rewards" / "policies"
DRAFT = POLICIES / "yunping-draft.toml"
BUDGET_YUAN = Decimal(1_200_000)
SEED = "02 09 13 19 25 30 + 11"


def load(world: World) -> str:
    """Load the stage and return a summary."""
    opened = min(combine(date(world.today.year, 1, 8)), world.now)
    policy = _load_policies(world, opened)
    _declare(world, opened)
    cycle = rewards.cycle_open(
        actor=world.officer,
        year=world.assessed_year,
        policy_id=policy.pk,
        budget_yuan=BUDGET_YUAN,
        now=opened,
    )
    frozen = max(opened, world.now - timedelta(hours=20))
    rewards.cycle_freeze(actor=world.officer, cycle_id=cycle.pk, now=frozen)
    cycle = rewards.cycle_check(actor=world.officer, cycle_id=cycle.pk, now=world.now)
    _inspect(world, cycle, frozen)
    rewards.forecast_compute(year=world.today.year, now=world.now)
    return f"{cycle.year} {cycle.state}, {_settle(world, cycle)} findings"


def _load_policies(world: World, now: datetime) -> "RewardPolicy":
    """Load every preset, and last the city's draft and the policy adopted from it, which is returned."""
    others = [path for path in sorted(POLICIES.glob("*.toml")) if path != DRAFT]
    texts = [path.read_text(encoding="utf-8") for path in (*others, DRAFT)]
    loaded = [
        rewards.policy_load(actor=world.officer, document=text, now=now)
        for text in (*texts, adopted_policy(world.assessed_year))
    ]
    return loaded[-1]


def _declare(world: World, now: datetime) -> None:
    """Declare what the policies ask for, and confirm most of it."""
    for row in world.city.declared["fact"]:
        number = row.get("instrument")
        if number and number not in world.instruments:
            continue
        for unit in row["for"]:
            fact = rewards.fact_declare(
                actor=world.manager(unit),
                organization_id=world.organizations[unit].pk,
                year=world.assessed_year,
                kind=rewards.FactKind(row["kind"]),
                code=row.get("code", ""),
                instrument=world.instruments[number].public_id if number else "",
                figure=Decimal(row["figure"]) if "figure" in row else None,
                evidence=row["evidence"],
                uploads=[_scan(world, unit)] if row.get("waits") else (),
                now=now,
            )
            if not row.get("waits"):
                rewards.fact_confirm(actor=world.officer, fact_id=fact.pk, now=now)


def _scan(world: World, unit: str) -> ContentFile:
    """Return what stands for a scanned contract of a unit."""
    return ContentFile(world.building(unit).read(), name="购置合同及付款凭证（扫描件）.png")


def _inspect(world: World, cycle: "AssessmentCycle", frozen: datetime) -> None:
    """Announce a draw with the freeze, and once its seed is out, draw and carry out the first inspection."""
    draw = procedure.announce_draw(world, cycle, rewards.DrawnFrom.UNITS, frozen)
    if draw.seed_date <= world.today:
        first, *_others = procedure.make_draw(world, draw, SEED, world.now)
        procedure.inspect(world, first, world.now)


def _settle(world: World, cycle: "AssessmentCycle") -> int:
    """Uphold one finding and dismiss one, both answered, and answer a third; return how many there are."""
    auditor, found = world.people["zhou"], list(rewards.findings(world.officer, cycle))
    by_kind: dict[str, Finding] = {finding.kind: finding for finding in reversed(found)}
    if finding := by_kind.get("too_long"):
        _answer(world, finding)
        rewards.finding_decide(
            actor=auditor,
            finding_id=finding.pk,
            uphold=True,
            invalidated_logs=finding.logs,
            reason="连续 31 小时无预约、无门禁记录佐证，单位未能提供原始数据，相应机时不予计入。",
            now=world.now,
        )
    if finding := by_kind.get("amount"):
        _answer(world, finding, "该次为设备验收期间的免费试测，合同见附件。")
        rewards.finding_decide(
            actor=auditor,
            finding_id=finding.pk,
            uphold=False,
            reason="经核对合同，该次为设备验收期间的免费试测，收费为零属实。",
            now=world.now,
        )
    if finding := by_kind.get("outside_windows"):
        _answer(world, finding, "当日为县域病害应急检测，由值班人员加班完成，已补充值班记录。")
    return len(found)


def _answer(world: World, finding: "Finding", answer: str = "") -> None:
    """Answer as the unit's manager; without a text, that there is no objection."""
    unit = next(key for key, row in world.organizations.items() if row.pk == finding.organization_id)
    rewards.finding_answer(
        actor=world.manager(unit),
        finding_id=finding.pk,
        answer=answer,
        no_objection=not answer,
        now=world.now,
    )
