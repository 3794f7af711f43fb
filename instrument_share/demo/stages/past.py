"""Create closures and uses from the beginning of last year until yesterday, and later changes."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from bookings import public as bookings
from bookings.domain import BookingState, Capture, Direction, HistoryRow, PastUse, Rating, UsagePurpose
from instrument_share.accounts import services as accounts
from instrument_share.demo import closures, plans
from instrument_share.demo.city import Instrument
from instrument_share.demo.history import Calendar, Use, combine, generate_uses
from instrument_share.demo.oddities import add_oddities
from instrument_share.demo.week import AHEAD, BACK, Week
from instrument_share.demo.world import World
from instrument_share.kernel.interval import Interval, subtract
from providers import public as providers
from providers.domain import DayKind, ServiceMode

SEED = "yunping"
DISPUTED = "YPU-CH-01"
DISPUTE = "当天实际只测了一个样品，约一小时；登记的时长含仪器排查故障的时间，请核减。"
COMING_DAYS = 60
"""How far ahead monthly maintenance is announced."""


def load(world: World) -> str:
    """Load the stage and return a summary."""
    closed = _place_closures(world)
    _plan_week(world)
    until = combine(world.today, 0)
    happened = add_oddities(_generate_uses(world), world.assessed_year, until)
    logs = 0
    by_unit = {facts.number: facts for facts in world.city.instruments}
    happened.sort(key=lambda use: by_unit[use.instrument].unit)
    for _unit, of_unit in groupby(happened, key=lambda use: by_unit[use.instrument].unit):
        rows = [row for use in of_unit for row in _build_rows(world, by_unit[use.instrument], use)]
        counts = bookings.history_import(actor=world.people["admin"], rows=rows, now=world.now)
        logs += counts.logs
    _dispute(world)
    _declare_relations(world)
    return f"{closed} closures, {logs} usage logs"


def _plan_week(world: World) -> None:
    """Plan the present uses, which may have begun before midnight, so that the past avoids them."""
    ids = {facts.number: world.instruments[facts.number].pk for facts in world.city.instruments}
    span = Interval(world.now - BACK, world.now + AHEAD)
    open_time = providers.open_windows(list(ids.values()), span)
    closed = providers.closures(list(ids.values()), span)
    free = {number: subtract(open_time[pk], closed[pk]) for number, pk in ids.items()}
    world.week = Week(world.city, free, world.now)
    world.begun = world.week.begun()


def _span(world: World) -> Interval:
    return Interval(combine(world.since, 0), combine(world.today + timedelta(days=COMING_DAYS), 0))


def _place_closures(world: World) -> int:
    """Place maintenance and faults before the uses, which avoid them; return how many."""
    ids = {world.instruments[facts.number].pk: facts for facts in world.city.instruments}
    windows = providers.open_windows(list(ids), _span(world))
    made = 0
    for pk, facts in ids.items():
        for out in _plan_closures(world, facts, windows[pk]):
            providers.closure_record(
                actor=world.keeper(facts),
                instrument_id=pk,
                interval=out.interval,
                reason_zh=out.reason_zh,
                reason_en=out.reason_en,
                now=min(out.interval.start - timedelta(days=2), world.now),
            )
            made += 1
    return made


def _plan_closures(world: World, facts: Instrument, windows: list[Interval]) -> list[closures.Downtime]:
    unit = world.city.unit(facts.unit)
    first = max(world.since, world.published(facts) + timedelta(days=1))
    found: list[closures.Downtime] = []
    if world.city.terms[facts.terms].get("maintenance"):
        found += closures.iterate_maintenance(first, world.today)
        found += closures.iterate_maintenance(
            world.today + timedelta(days=1), world.today + timedelta(days=COMING_DAYS)
        )
    downtime = (unit.year or {})["downtime"]
    for begin, end in _years(first, world.today):
        found += closures.generate_faults(f"{facts.number}/{begin.year}", windows, downtime, begin, end)
    return found


def _years(first: date, last: date) -> list[tuple[date, date]]:
    years = range(first.year, last.year + 1)
    cuts = [(max(first, date(y, 1, 1)), min(last, date(y + 1, 1, 1))) for y in years]
    return [(begin, end) for begin, end in cuts if begin < end]


def _generate_uses(world: World) -> list[Use]:
    ids = {facts.number: world.instruments[facts.number].pk for facts in world.city.instruments}
    until = combine(world.today, 0)
    span = Interval(combine(world.since, 0), until)
    open_time = providers.open_windows(list(ids.values()), span)
    closed = providers.closures(list(ids.values()), span)
    taken: dict[str, list[Interval]] = {number: [] for number in ids}
    for one in world.begun:
        taken[one.number].append(one.interval)
    windows = {number: subtract(open_time[pk], [*closed[pk], *taken[number]]) for number, pk in ids.items()}
    days = providers.day_table(range(world.since.year, world.today.year + 1)).days
    calendar = Calendar(frozenset(day for day, kind in days.items() if kind is DayKind.HOLIDAY))
    return generate_uses(
        plans.build_instrument_plans(world.city, windows),
        plans.build_user_plans(world.city),
        calendar,
        until,
        SEED,
    )


def _build_rows(world: World, facts: Instrument, use: Use) -> Iterator[HistoryRow]:
    """Yield the booking with its use, and the earlier request if there was one."""
    keeper_id = world.keeper(facts).pk
    about: dict[str, Any] = {
        "instrument_id": world.instruments[use.instrument].pk,
        "user_id": world.people[use.user].pk,
        "payer_organization_id": world.organizations[world.city.organization_of(use.user)].pk,
        "service_mode": ServiceMode(use.mode),
        "subject": plans.build_subject(world.city, facts, use.service),
        "project": plans.get_project(world.city, use.direction, use.service),
        "direction": Direction(use.direction),
        "samples": use.samples,
        "booked": use.booked,
    }
    yield HistoryRow(
        **about,
        requested_at=use.requested_at,
        decide_by=use.decide_by,
        decided_at=use.decided_at,
        decided_by_id=keeper_id if use.decide_by else None,
        used=_build_past_use(world, use, keeper_id),
    )
    earlier = use.earlier
    if earlier is not None:
        yield HistoryRow(
            **about,
            state=BookingState(earlier.state),
            requested_at=earlier.requested_at,
            decide_by=earlier.decide_by,
            decided_at=earlier.decided_at,
            decided_by_id=keeper_id if earlier.decide_by and earlier.decided_at else None,
            ended_at=earlier.ended_at,
        )


def _build_past_use(world: World, use: Use, keeper_id: int) -> PastUse:
    return PastUse(
        time=use.used,
        operator_id=world.people[use.operator].pk,
        setup_seconds=use.setup_seconds,
        measuring_seconds=use.measuring_seconds,
        post_seconds=use.post_seconds,
        idle_seconds=use.idle_seconds,
        purpose=UsagePurpose(use.purpose),
        amount_yuan=Decimal(0) if use.free_of_charge else None,
        capture=Capture.MANUAL if use.by_hand else Capture.CHECK_OUT,
        recorded_at=use.recorded_at,
        recorded_by_id=keeper_id,
        confirmed_by_id=world.people[use.user].pk if use.confirmed_at else None,
        confirmed_at=use.confirmed_at,
        rating=Rating(use.rating) if use.rating else None,
    )


def _dispute(world: World) -> None:
    """Let a user dispute hours that the unit has left unanswered, for the freeze of their year to find."""
    if DISPUTED not in world.instruments:
        return
    facts = next(one for one in world.city.instruments if one.number == DISPUTED)
    logs = bookings.usage_logs(world.keeper(facts)).filter(  # type: ignore[misc]
        instrument=world.instruments[DISPUTED],
        external=True,
        is_confirmed=True,
        starts_at__lt=combine(date(world.assessed_year + 1, 1, 1), 0),
    )
    if log := logs.order_by("-starts_at").first():
        bookings.usage_dispute(
            actor=log.user, log_id=log.pk, reason=DISPUTE, now=log.entry.recorded_at + timedelta(days=4)
        )


def _declare_relations(world: World) -> None:
    """Declare relations after the uses were logged as external, for the checks to find."""
    for facts in world.city.users:
        if facts.declared_related_to is not None:
            accounts.relation_declare(
                actor=world.officer,
                first=world.organizations[facts.key],
                second=world.organizations[facts.declared_related_to],
                now=world.now - timedelta(days=1),
            )
