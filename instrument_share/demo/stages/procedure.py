"""Draw random inspections and carry them out, and answer an objection, as a year's assessment asks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser

from instrument_share.demo import pictures
from instrument_share.demo.world import World
from instrument_share.kernel.city_time import CITY_TIME
from rewards import public as rewards

if TYPE_CHECKING:
    from rewards.models import AssessmentCycle, InspectionDraw, RandomInspection

SIZE = 3
EXPERTS = (("霍观澜", "云屏市分析测试协会"), ("岑望舒", "溪山省仪器仪表学会"))
SEEN = dict.fromkeys(rewards.CHECKLIST, rewards.Seen.YES)
IN_ORDER = "仪器在位，标识与平台一致；现场台账与平台记录逐条相符，收费标准已公示。"
LOG_LACKS = "仪器在位、运行正常；现场台账缺两页，其中一次使用的起止时间无法与平台记录核对。"
OBJECTOR = rewards.Objector("穆清扬", "mu.qingyang@demo.example", phone="0999-6310288")
OBJECTION: dict[str, Any] = {
    "subject": "委托测试机时是否计入",
    "text": "本人全年委托该单位测试十余次，公示的对外服务机时偏少，请核对委托测试是否全部计入。",
}
COMMENT = "已核对全部委托测试记录：机时均由机组登记并经用户确认，与公示数据一致。"
ANSWER = "经复核该单位全年上机记录，委托测试均已计入，公示数据无误，维持原结果。"


def announce_draw(
    world: World, cycle: "AssessmentCycle", over: rewards.DrawnFrom, now: datetime
) -> "InspectionDraw":
    """Announce a draw whose seed comes out the day after."""
    day = now.astimezone(CITY_TIME).date() + timedelta(days=1)
    auditors = [world.people[name].pk for name in ("zhou", "ning.zhiyuan")]
    experts = [rewards.NamedInspector(name, organization) for name, organization in EXPERTS]
    return rewards.draw_announce(
        actor=world.officer,
        cycle_id=cycle.pk,
        over=over,
        size=SIZE,
        source_zh=f"云屏市福利彩票{day.month}月{day.day}日开奖号码",
        source_en=f"Numbers drawn by the Yunping welfare lottery on {day:%-d %B}",
        seed_date=day,
        inspectors=[*rewards.auditors_named(auditors, {}), *experts],
        now=now,
    )


def make_draw(world: World, draw: "InspectionDraw", seed: str, now: datetime) -> "Sequence[RandomInspection]":
    """Draw by the seed and return what is to be inspected."""
    rewards.draw_make(actor=world.officer, draw_id=draw.pk, seed=seed, now=now)
    return list(rewards.drawn_of(draw))


def inspect(
    world: World, inspection: "RandomInspection", now: datetime, *, finds_something: bool = False
) -> None:
    """Record an inspection of the same day as its leading inspector."""
    assert inspection.lead.user is not None
    outcome = rewards.InspectionOutcome.FINDING if finds_something else rewards.InspectionOutcome.NO_OBJECTION
    rewards.inspection_record(
        actor=inspection.lead.user,
        inspection_id=inspection.pk,
        outcome=outcome,
        inspected_date=now.astimezone(CITY_TIME).date(),
        checklist=SEEN | ({"log": rewards.Seen.NO} if finds_something else {}),
        notes=LOG_LACKS if finds_something else IN_ORDER,
        photos=_take_photos(world, inspection),
        now=now,
    )


def _take_photos(world: World, inspection: "RandomInspection") -> list[BytesIO]:
    """Return a picture of the instrument whose entry was drawn."""
    number = inspection.instrument.inner_number if inspection.instrument else ""
    seen = [facts for facts in world.city.instruments if facts.number == number]
    return [BytesIO(pictures.draw_instrument(f"{facts.number}-visit", facts.trade)) for facts in seen]


def object_and_answer(world: World, cycle: "AssessmentCycle", unit: str) -> None:
    """Let a citizen object during the notice, the unit comment, and the officer answer."""
    assert cycle.noticed_at is not None
    raised, commented, answered = (cycle.noticed_at + timedelta(days=days) for days in (1, 2, 3))
    objection = rewards.objection_raise(
        actor=AnonymousUser(),
        cycle_id=cycle.pk,
        objector=OBJECTOR,
        about=world.organizations[unit].public_id,
        language="zh-hans",
        now=raised,
        **OBJECTION,
    )
    rewards.objection_comment(
        actor=world.manager(unit), objection_id=objection.pk, text=COMMENT, now=commented
    )
    rewards.objection_answer(
        actor=world.officer,
        objection_id=objection.pk,
        effect=rewards.AnswerEffect.NOT_UPHELD,
        text=ANSWER,
        now=answered,
    )
