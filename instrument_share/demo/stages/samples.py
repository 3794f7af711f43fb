"""Sample orders at every step: one just placed, others quoted, accepted, received, planned and reported."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bookings import public as bookings
from bookings.domain import SampleHazard, SampleStorage
from instrument_share.demo.city import Instrument
from instrument_share.demo.world import World
from instrument_share.documents.content import Paper, Paragraph
from instrument_share.documents.official import render_paper
from instrument_share.kernel.interval import Interval
from instrument_share.web.text import formats
from providers import public as providers
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from bookings.models import SampleOrder

USER, KEEPER = "lin", "wang"
DAY = timedelta(days=1)
LENGTH = timedelta(hours=1)
SUBJECTS = (
    "镍基高温合金物相",
    "磷酸铁锂正极物相定量",
    "钙钛矿薄膜取向",
    "水泥熟料物相定量",
    "锂电隔膜结晶度",
    "贻贝壳文石含量",
)
"""One order each; the first has come least far, the last is reported."""
SAMPLES = (
    ("A-1", "块体，10 mm", "物相定性，2θ 10°–80°", SampleStorage.DRY, ()),
    ("A-2", "粉末，0.5 g", "物相定量（Rietveld 精修）", SampleStorage.ROOM, (SampleHazard.TOXIC,)),
)


def load(world: World) -> str:
    """Load the stage and return a summary."""
    facts = _find_instrument(world)
    if facts is None:
        return "no instrument takes samples"
    steps = (_quote, _accept, _receive, _plan, _measure)
    for number, subject in enumerate(SUBJECTS):
        order = _order(world, facts, subject, world.now - 6 * DAY if number else world.now - DAY)
        for day, step in enumerate(steps[:number], 1):
            step(world, facts, order, world.now - (6 - day) * DAY)
    return f"{len(SUBJECTS)} sample orders"


def _find_instrument(world: World) -> Instrument | None:
    """Return an instrument that takes samples, of the keeper who shows the platform where there is one."""
    taking = [
        one
        for one in world.city.instruments
        if (terms := providers.terms_at(world.instruments[one.number].pk, world.now - 6 * DAY))
        and ServiceMode.SAMPLES in terms.service_modes
    ]
    return min(taking, key=lambda one: world.keeper(one).username != KEEPER, default=None)


def _order(world: World, facts: Instrument, subject: str, now: datetime) -> "SampleOrder":
    organization = world.city.organization_of(USER)
    return bookings.sample_order_create(
        actor=world.people[USER],
        instrument_id=world.instruments[facts.number].pk,
        payer_organization_id=world.organizations[organization].pk,
        subject=subject,
        samples=[
            bookings.SampleFacts(name, number, tests, storage, hazards)
            for number, name, tests, storage, hazards in SAMPLES
        ],
        now=now,
    )


def _quote(world: World, facts: Instrument, order: "SampleOrder", now: datetime) -> None:
    bookings.sample_order_quote(**_by_keeper(world, facts, order, now), hours=Decimal(1), report_days=7)


def _accept(world: World, _facts: Instrument, order: "SampleOrder", now: datetime) -> None:
    bookings.sample_order_accept(actor=world.people[USER], order_id=order.pk, now=now)


def _receive(world: World, facts: Instrument, order: "SampleOrder", now: datetime) -> None:
    bookings.sample_order_receive(
        **_by_keeper(world, facts, order, now), brought_by="顺丰速运 SF1420733", place="样品柜 3 层"
    )


def _plan(world: World, facts: Instrument, order: "SampleOrder", now: datetime) -> None:
    """Plan the first free hour: of the past for what is measured, else of the days ahead."""
    is_measured = order.subject == SUBJECTS[-1]
    ahead = Interval(now, world.now - LENGTH) if is_measured else Interval(world.now, world.now + 20 * DAY)
    applicant = bookings.get_usual_applicant(world.people[USER])
    found = bookings.get_free_time([world.instruments[facts.number]], ahead, now, applicant).first_offer(
        world.instruments[facts.number].pk, ahead
    )
    if found is not None:
        interval = Interval(found.start, max(found.first_end, min(found.start + LENGTH, found.last_end)))
        bookings.sample_order_plan(**_by_keeper(world, facts, order, now), interval=interval)


def _measure(world: World, facts: Instrument, order: "SampleOrder", _now: datetime) -> None:
    order.refresh_from_db()
    if order.booking is None:
        return
    about: dict[str, Any] = {"actor": world.keeper(facts), "booking_id": order.booking.pk}
    bookings.booking_check_in(**about, now=order.booking.starts_at)
    bookings.booking_check_out(**about, now=order.booking.ends_at)
    report = render_paper(
        Paper(
            title="检测报告",
            blocks=[Paragraph(f"样品 A-1、A-2：{order.subject}。衍射谱与精修结果见所附数据。")],
            sender=order.instrument.organization.name_zh,
            date=formats.date_only(order.booking.ends_at),
            created_at=order.booking.ends_at,
        )
    )
    file = BytesIO(report)
    file.name = "检测报告.pdf"
    bookings.sample_order_report(
        **_by_keeper(world, facts, order, order.booking.ends_at), uploads=[file], note="两个样品均已测完。"
    )


def _by_keeper(world: World, facts: Instrument, order: "SampleOrder", now: datetime) -> dict[str, Any]:
    return {"actor": world.keeper(facts), "order_id": order.pk, "now": now}
