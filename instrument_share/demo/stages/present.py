"""Create today's and upcoming bookings: in use, requested, approved, given up, in series; and closures."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from bookings import public as bookings
from bookings.domain import BookingState, FundingSource, ProjectFacts
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import people_with_role
from instrument_share.demo import plans
from instrument_share.demo.history import DAY, HOUR, combine
from instrument_share.demo.stages.instruments import build_values
from instrument_share.demo.week import CLOSING, IN_USE, SERIES, PlannedBooking
from instrument_share.demo.world import World
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode

AGREED_AFTER = 5 * HOUR
MONDAY = 0
HOLDER = "chen"
"""Who books for a project of their organization."""


def load(world: World) -> str:
    """Load the stage and return a summary."""
    _place_closure(world)
    project_id = _open_project(world)
    numbers = count(7, 13)
    planned = [*world.begun, *world.week.coming(plans.build_user_plans(world.city))]
    for one in sorted(planned, key=lambda one: (one.asked_at, one.number)):
        _book(world, one, next(numbers), project_id if one.user == HOLDER else None)
    _book_series(world)
    _fill_basket(world)
    _wait(world, planned)
    _add_corrections(world)
    _submit_reviews(world)
    bookings.next_free_rebuild(world.now)
    waiting = sum(1 for one in planned if not one.agreed)
    return f"{len(planned)} bookings, {waiting} of them waiting"


def get_closed_days(today: date) -> Interval:
    """Return Tuesday and Wednesday of next week."""
    monday = today + timedelta(days=7 - today.weekday())
    return Interval(combine(monday + timedelta(days=1), 8), combine(monday + timedelta(days=2), 20))


def _place_closure(world: World) -> None:
    facts = next((one for one in world.city.instruments if one.number == CLOSING), None)
    if facts is None:
        return
    interval = get_closed_days(world.today)
    world.week.close(CLOSING, interval)
    bookings.closure_place(
        actor=world.keeper(facts),
        instrument_id=world.instruments[CLOSING].pk,
        interval=interval,
        reason_zh="扫描器年度标定，由厂商工程师现场实施",
        reason_en="Yearly calibration of the scanner by the maker's engineer",
        now=world.now - timedelta(days=1),
    )


def _open_project(world: World) -> int | None:
    """Open a project with a budget, held by somebody who books; None where nobody can open it."""
    if HOLDER not in world.people:
        return None
    organization = world.organizations[world.city.organization_of(HOLDER)]
    admin = people_with_role(Role.ORG_ADMIN, organization.pk).first()
    if admin is None:
        return None
    facts = ProjectFacts(
        name="电驱动系统关键材料失效机理",
        number=f"{world.today:%Y}YPKJ0117",
        funding=FundingSource.LOCAL_PROGRAMME,
        holder_id=world.people[HOLDER].pk,
        first_date=date(world.today.year, 1, 1),
        last_date=date(world.today.year + 1, 12, 31),
        budget_yuan=Decimal(50_000),
    )
    made = bookings.project_create(
        actor=admin, organization_id=organization.pk, facts=facts, now=world.now - 30 * DAY
    )
    return made.pk


def _book(world: World, planned: PlannedBooking, number: int, project_id: int | None) -> None:
    facts = next(facts for facts in world.city.instruments if facts.number == planned.number)
    organization = world.city.organization_of(planned.user)
    booking = bookings.booking_create(
        actor=world.people[planned.user],
        instrument_id=world.instruments[planned.number].pk,
        interval=planned.interval,
        service_mode=ServiceMode.OPERATED,
        payer_organization_id=world.organizations[organization].pk,
        subject=plans.build_subject(world.city, facts, number),
        project=plans.get_project(world.city, "research", number),
        organization_project_id=project_id,
        samples=number % 9 + 1,
        now=planned.asked_at,
    )
    keeper = world.keeper(facts)
    if planned.agreed and booking.state == BookingState.REQUESTED:
        bookings.booking_approve(actor=keeper, booking_id=booking.pk, now=planned.asked_at + AGREED_AFTER)
    if planned.begun:
        bookings.booking_check_in(actor=keeper, booking_id=booking.pk, now=planned.interval.start)
    if planned.given_up:
        _give_up(world, planned, booking.pk)


def _give_up(world: World, planned: PlannedBooking, booking_id: int) -> None:
    """Cancel so late that it counts on the user's credit, and appeal."""
    user, at = world.people[planned.user], planned.interval.start - HOUR
    bookings.booking_cancel(
        actor=user, booking_id=booking_id, now=at, reason="样品运输途中受损，无法按时送达"
    )
    for event in bookings.own_credit_events(user).filter(booking_id=booking_id):
        bookings.credit_appeal(
            actor=user,
            event_id=event.pk,
            reason="样品由物流公司托运，当天上午收到破损通知，已附运单号 YP-20817。",
            now=at + timedelta(minutes=20),
        )


def _book_series(world: World) -> None:
    """Book the same hours of some weeks; dates that are taken stay out of it."""
    number, user, asked, *_ = SERIES
    times = world.week.series()
    if times:
        wanted = _want(world, number, user, times[0], "镁合金循环腐蚀产物物相跟踪")
        bookings.series_book(
            actor=world.people[user],
            requests=[wanted.at(time) for time in times],
            now=world.now - asked * HOUR,
        )


def _fill_basket(world: World) -> None:
    for one in world.week.basket():
        wanted = _want(world, one.number, one.user, one.interval, "镁合金物相与力学性能")
        bookings.basket_add(actor=world.people[one.user], wanted=wanted, now=one.asked_at)


def _want(world: World, number: str, user: str, interval: Interval, subject: str) -> bookings.Wanted:
    return bookings.Wanted(
        instrument=world.instruments[number],
        interval=interval,
        service_mode=ServiceMode.OPERATED,
        payer=world.organizations[world.city.organization_of(user)],
        subject=subject,
    )


def _wait(world: World, planned: Sequence[PlannedBooking]) -> None:
    """Let somebody wait for a time that is booked, and offer another one a free time."""
    booked = next((one for one in planned if (one.number, one.user) == (IN_USE, "chen")), None)
    for number, user, wanted in (
        (IN_USE, "lin", booked.interval if booked else None),
        ("IMD-T-01", "lin", Interval(world.now + DAY, world.now + 6 * DAY)),
    ):
        if wanted is not None and number in world.instruments:
            bookings.waiting_join(
                actor=world.people[user],
                instrument_id=world.instruments[number].pk,
                wanted=wanted,
                minutes=120,
                service_mode=ServiceMode.OPERATED,
                payer_organization_id=world.organizations[world.city.organization_of(user)].pk,
                subject="涂层截面形貌与元素分布",
                now=world.now - timedelta(minutes=10),
            )


def _add_corrections(world: World) -> None:
    """Correct three of last week's logs; the last correction is not confirmed yet."""
    keeper = world.people["wang"]
    logs = bookings.usage_logs(keeper).filter(
        starts_at__lt=world.now - timedelta(days=4), idle_seconds__gt=600
    )
    for position, log in enumerate(logs.select_related("user").order_by("-starts_at", "id")[:3]):
        shifted = log.idle_seconds // 120 * 60
        correction = bookings.usage_correct(
            actor=keeper,
            log_id=log.pk,
            changes={
                "idle_seconds": log.idle_seconds - shifted,
                "measuring_seconds": log.measuring_seconds + shifted,
            },
            reason="核对仪器软件运行记录，样品切换等待时间登记有误",
            now=world.now - timedelta(days=2, hours=position),
        )
        if position < 2:
            bookings.usage_confirm(
                actor=log.user, log_id=log.pk, correction_id=correction.pk, now=world.now - timedelta(days=1)
            )


def _submit_reviews(world: World) -> None:
    """Submit a new instrument and a change of another for review, and return a profile."""
    manager, facts = world.manager("tech-univ"), world.city.newcomer
    row = providers.instrument_create(
        actor=manager,
        organization_id=world.organizations[facts.unit].pk,
        values=build_values(world, facts),
        now=world.now - timedelta(days=3),
    )
    providers.keeper_assign(
        actor=manager,
        instrument_id=row.pk,
        user_id=world.keeper(facts).pk,
        now=world.now - timedelta(days=3),
    )
    providers.instrument_submit(actor=manager, instrument_id=row.pk, now=world.now - timedelta(days=1))
    for number, change in world.city.changes.items():
        if number in world.instruments:
            providers.instrument_update(
                actor=world.manager(change["unit"]),
                instrument_id=world.instruments[number].pk,
                values={"value_yuan": change["value_wan"] * 10_000},
                now=world.now - timedelta(hours=20),
            )
    _return_profile(world)


def _return_profile(world: World) -> None:
    facts = world.city.returned_profile
    manager = world.people[facts["manager"]]
    organization_id = world.organizations[facts["organization"]].pk
    providers.unit_profile_save(
        actor=manager,
        organization_id=organization_id,
        values={**facts["values"], "picture": world.building(facts["organization"])},
        now=world.now - timedelta(days=6),
    )
    providers.unit_profile_submit(
        actor=manager, organization_id=organization_id, now=world.now - timedelta(days=5)
    )
    providers.unit_profile_return(
        actor=world.officer,
        organization_id=organization_id,
        reason=facts["reason"],
        now=world.now - timedelta(days=2),
    )
