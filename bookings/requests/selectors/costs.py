"""What a booking costs, also at another time; what cancelling it costs, and until when it may be moved.

And from when on it is charged as one to which nobody came.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Subquery

from bookings.requests.domain import pricing
from bookings.requests.domain.admission import get_change_deadline
from bookings.requests.domain.cancellation import (
    calculate_cost_once_approved,
    calculate_late_cancel_charge,
)
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import get_binding_time, get_free_until, is_in_service
from bookings.requests.selectors.companions import (
    find_uses_in_the_way,
    get_companions,
    get_no_show_grace,
    get_no_show_graces,
    get_time_to_come,
    get_uses_in_the_way,
    get_uses_together,
    is_used_together,
)
from instrument_share.jobs.selectors import get_end_of_interruption
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import ServiceMode, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import Terms
    from providers.models import Instrument

CHARGE_WAIVED = "booking.charge_waived"


def is_charge_waived(public_id: str = "public_id") -> Exists:
    """Return the condition that the charge of a booking was waived; the journal alone says so.

    `public_id` is the path to the booking's.
    """
    return Exists(
        journal.entries().filter(
            subject_type=Booking._meta.label, subject_id=OuterRef(public_id), action=CHARGE_WAIVED
        )
    )


def is_late_charge_open(booking: Booking, now: datetime) -> bool:
    """Return whether the charge of a late cancellation still follows who takes its time and gives it back."""
    if not booking.late_cancel or now >= booking.ends_at:
        return False
    whole = Interval(booking.starts_at, booking.ends_at)
    most = calculate_late_cancel_charge(booking.quoted_yuan, booking.rule.late_cancel_percent, whole)
    return most > 0 and not Booking.objects.filter(is_charge_waived(), pk=booking.pk).exists()


def get_quote(
    viewer: "Viewer",
    instrument: "Instrument",
    *,
    interval: Interval,
    service_mode: ServiceMode,
    payer_organization: "Organization | None",
    samples: int,
) -> pricing.Quote:
    """Return the price of a request under the rule in force at its start; visitors count as individuals.

    Raises BookingRefused where no rule is in force then.
    """
    kind = (
        UserKind.INDIVIDUAL
        if viewer.is_anonymous
        else providers.user_kind(viewer, payer_organization, instrument)
    )
    return _calculate_quote(instrument.pk, interval, kind, service_mode, samples)


def _calculate_quote(
    instrument_id: int, interval: Interval, kind: UserKind, service_mode: ServiceMode, samples: int
) -> pricing.Quote:
    terms = providers.terms_at(instrument_id, interval.start)
    if terms is None:
        raise BookingRefused(
            problems=[
                Problem(
                    "booking.no_rule",
                    gettext_noop(
                        "No open-service rule is in force for this instrument. Ask its contact person."
                    ),
                )
            ]
        )
    return pricing.calculate_quote(terms, interval, kind, service_mode, samples)


def get_linked_quotes(
    viewer: "Viewer", instrument_ids: Collection[int], **asked: Any
) -> "list[tuple[Instrument, pricing.Quote]]":
    """Return the quotes of instruments that are booked with another one.

    Those without a rule have none; they are reported as problems.
    """
    quotes = []
    for linked in providers.instruments_by_id(instrument_ids):
        with suppress(BookingRefused):
            quotes.append((linked, get_quote(viewer, linked, **asked)))
    return quotes


def get_prices(
    instrument: "Instrument", quote: pricing.Quote, linked: "Iterable[tuple[Instrument, pricing.Quote]]"
) -> dict[int, Decimal]:
    """Return what each of the instruments that are booked together costs, in yuan, by id."""
    return {one.pk: each.total for one, each in ((instrument, quote), *linked)}


@dataclass(frozen=True)
class MovePrice:
    """The price of a booking with those that move with it, in yuan: as it is agreed, and at another time."""

    before_yuan: Decimal
    quote: pricing.Quote
    linked: "Sequence[tuple[Instrument, pricing.Quote]]"

    def get_prices(self, booking: Booking) -> dict[int, Decimal]:
        """Return what the booking and those that move with it will cost, by the id of their instrument."""
        return get_prices(booking.instrument, self.quote, self.linked)

    @property
    def after_yuan(self) -> Decimal:
        return sum((one.total for _, one in self.linked), self.quote.total)

    @property
    def difference_yuan(self) -> Decimal:
        return self.after_yuan - self.before_yuan


def get_move_price(booking: Booking, companions: Sequence[Booking], interval: Interval) -> MovePrice:
    """Return what a booking and its companions cost at another time; of an agreed quote, the same.

    Raises BookingRefused where no rule is in force then.
    """
    before = sum((one.quoted_yuan for one in companions), booking.quoted_yuan)
    if booking.planned_by_unit:
        agreed = [(one.instrument, pricing.read_agreed(one.quote, one.quoted_yuan)) for one in companions]
        return MovePrice(before, pricing.read_agreed(booking.quote, booking.quoted_yuan), agreed)
    linked = []
    for one in companions:
        with suppress(BookingRefused):
            linked.append((one.instrument, _quote_at(one, interval)))
    return MovePrice(before, _quote_at(booking, interval), linked)


def _quote_at(booking: Booking, interval: Interval) -> pricing.Quote:
    """Return the price at another time for the kind of user as whom it was booked."""
    kind, mode = UserKind(booking.user_kind), ServiceMode(booking.service_mode)
    return _calculate_quote(booking.instrument_id, interval, kind, mode, booking.samples)


@dataclass(frozen=True)
class CancelCost:
    """Until when cancelling is free (`free_until`), and the charge if cancelled now.

    A late cancellation also counts on the user's credit. A cancellation by the unit costs nothing.
    """

    late: bool
    charge_yuan: Decimal
    free_until: datetime


def is_cancelled_late(booking: Booking, now: datetime, *, by_user: bool) -> bool:
    """Return whether a cancellation at `now` is late: only an approved booking's user can be too late.

    A time that the unit planned for samples is none that its user could have kept or cancelled.
    """
    is_theirs = by_user and not booking.planned_by_unit
    is_binding = is_theirs and booking.state == BookingState.APPROVED
    return is_binding and now > _get_free_until_as_kept_out(booking, now)


def _get_free_until_as_kept_out(booking: Booking, now: datetime) -> datetime:
    """Return until when it is free: as `get_free_until`, or later where something keeps the user out.

    That is an instrument out of service, and since the start the use of somebody else. Then it is free as
    long as the user could still come: until so long after the check-out of that use as a booking may be begun
    after its start. It is so long free, too, once an interruption of the platform is over that took of the
    time to come; or in which the deadline passed, at the longest until the start. One's own use that runs on
    is nobody else's doing. Who has come to what was booked with it, be it before the start, may leave out
    what they do not need; who has not agreed to a time that the unit chose need not come.
    """
    free_until = get_free_until(booking)
    if booking.state != BookingState.APPROVED or now <= free_until:
        return free_until
    together = Booking.objects.filter(group_id=booking.group_id, part=booking.part)
    instruments = [one.instrument for one in together.select_related("instrument__organization")]
    is_out_of_service = not all(map(is_in_service, instruments))
    has_come = get_uses_together(booking).exists()
    grace = get_no_show_grace(booking)
    if now < booking.starts_at:
        if is_out_of_service or has_come:
            return booking.starts_at
        back_at = get_end_of_interruption(free_until, free_until, now)
        return min(back_at + grace, booking.starts_at) if back_at else free_until
    in_the_way = get_uses_in_the_way(booking).exclude(user=booking.user_id)
    ends = [(ended_at or now) + grace for ended_at in in_the_way.values_list("checked_out_at", flat=True)]
    is_unanswered = booking.moved_by_unit_at is not None
    if is_out_of_service or is_unanswered or has_come:
        ends.append(now + grace)
    if back_at := get_end_of_interruption(*get_time_to_come(booking), now):
        ends.append(back_at + grace)
    return max([free_until, *ends])


def get_no_show_times(shown: Collection[Booking], now: datetime) -> dict[int, datetime]:
    """Return from when on those of the bookings that have begun are no-shows unless somebody comes, by id.

    Left out is what is not held against its user if nobody comes, and what waits for the use of somebody
    else: the time is not known before that ends.
    """
    uses = find_uses_in_the_way(OuterRef("group"), OuterRef("part"), OuterRef("starts_at"))
    awaited = Booking.objects.filter(
        ~Exists(uses.filter(checked_out_at=None)),
        ~is_used_together(),
        pk__in=[one.pk for one in shown],
        state=BookingState.APPROVED,
        starts_at__lte=now,
        planned_by_unit=False,
        moved_by_unit_at=None,
    ).annotate(kept_until=Subquery(uses.order_by("-checked_out_at").values("checked_out_at")[:1]))
    with_instrument = awaited.select_related("instrument__organization")
    rows = [one for one in with_instrument if is_in_service(one.instrument)]
    graces = get_no_show_graces(rows)
    times = {one: (one.kept_until or one.starts_at) + graces[one.pk] for one in rows}
    # Whoever was kept waiting until the end is not to blame; what has passed waits for something else.
    return {one.pk: at for one, at in times.items() if at > now and (at <= one.ends_at or not one.kept_until)}


def get_cancel_cost(viewer: "User", booking: Booking, now: datetime) -> CancelCost:
    """Return what a cancellation by the viewer would cost now, if nobody takes the time.

    What was booked with it is cancelled too: it is late where one is, free until the first deadline of all.
    """
    costs = [get_cost_of_one(viewer, one, now) for one in (booking, *get_companions(booking))]
    return CancelCost(
        late=any(one.late for one in costs),
        charge_yuan=sum((one.charge_yuan for one in costs), Decimal(0)),
        free_until=min(one.free_until for one in costs),
    )


def get_cost_of_one(viewer: "User", booking: Booking, now: datetime) -> CancelCost:
    """Return what cancelling this booking would cost, without what was booked with it."""
    terms = providers.terms_of(booking.rule)
    late = is_cancelled_late(booking, now, by_user=viewer.pk == booking.user_id)
    whole = Interval(booking.starts_at, booking.ends_at)
    charge = (
        calculate_late_cancel_charge(booking.quoted_yuan, terms.late_cancel_percent, whole)
        if late
        else Decimal(0)
    )
    return CancelCost(late, charge, _get_free_until_as_kept_out(booking, now))


def get_conditions(prices: Mapping[int, Decimal], interval: Interval, now: datetime) -> pricing.Conditions:
    """Return on which conditions a time is booked, at these prices.

    `prices` are what it costs on each of the instruments that are booked together, in yuan, by id; the terms
    are those in force at its start.
    """
    return get_conditions_of_each([(prices, interval)], now)[0]


def get_conditions_of_each(
    asked: Sequence[tuple[Mapping[int, Decimal], Interval]], now: datetime
) -> list[pricing.Conditions]:
    """Return the same for each of several times with their prices; one statement for all."""
    versions = providers.terms_versions({pk for prices, _ in asked for pk in prices})
    return [
        build_conditions(_get_terms_at_start(versions, prices, interval), prices, interval, now)
        for prices, interval in asked
    ]


def build_conditions(
    terms_by_id: "Mapping[int, Terms]", prices: Mapping[int, Decimal], interval: Interval, now: datetime
) -> pricing.Conditions:
    """Return the conditions of a time from the terms in force at its start, by the id of the instrument."""
    return pricing.Conditions(
        total_yuan=sum(prices.values(), Decimal(0)),
        cancel_yuan=calculate_cost_once_approved(terms_by_id, prices, interval, now),
        versions=tuple(terms_by_id[pk].version for pk in sorted(terms_by_id)),
    )


def get_move_conditions(
    mover: "Viewer", moves: Sequence[tuple[Booking, Mapping[int, Decimal], Interval]], now: datetime
) -> list[pricing.Conditions]:
    """Return on which conditions each booking moves to its interval at these prices; one statement for all.

    What cancelling costs is a condition for who would pay it: not for the unit, nor for a time that the unit
    planned.
    """
    found = get_conditions_of_each([(prices, interval) for _, prices, interval in moves], now)
    return [
        one if mover.pk == booking.user_id and not booking.planned_by_unit else replace(one, cancel_yuan=None)
        for (booking, _, _), one in zip(moves, found, strict=True)
    ]


def _get_terms_at_start(
    versions: "Mapping[int, Sequence[Terms]]", instrument_ids: Iterable[int], interval: Interval
) -> "dict[int, Terms]":
    """Return the terms in force at the start on each instrument that has any then, by id."""
    return {
        pk: terms
        for pk in instrument_ids
        if (terms := providers.version_in_force(versions.get(pk, ()), interval.start))
    }


def get_move_deadline(viewer: "User", booking: Booking) -> datetime | None:
    """Return until when the viewer may move the booking with its companions; None where no deadline binds.

    It is that of the rule in force at its start; another rule may apply to another time.
    """
    deadlines = []
    for one in (booking, *get_companions(booking)):
        binding = get_binding_time(one, by_user=viewer.pk == one.user_id)
        terms = providers.terms_at(one.instrument_id, one.starts_at)
        if binding is not None and terms is not None:
            deadlines.append(get_change_deadline(terms, binding))
    return min(deadlines, default=None)
