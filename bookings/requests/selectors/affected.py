"""Bookings affected by a decision about their instrument or user."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.requests.domain.states import CANCELLABLE_STATES, NOT_BEGUN_STATES, BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.admission import is_in_service
from bookings.requests.selectors.bookings import bookings
from bookings.requests.selectors.costs import CancelCost, get_cost_of_one
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import OPERATED_BY_USER, InstrumentState

if TYPE_CHECKING:
    from instrument_share.accounts.models import Membership, Organization, User
    from instrument_share.accounts.selectors import Viewer
    from providers.models import Instrument, Qualification


def get_upcoming_condition(instrument_id: int, now: datetime) -> Q:
    """Return the condition for bookings of an instrument that have not ended."""
    return Q(instrument_id=instrument_id, ends_at__gt=now)


def get_overlap_condition(instrument_id: int, interval: Interval) -> Q:
    """Return the condition for bookings of an instrument in this interval."""
    return Q(instrument_id=instrument_id, starts_at__lt=interval.end, ends_at__gt=interval.start)


def get_qualification_condition(qualification: "Qualification", now: datetime) -> Q:
    """Return the condition for bookings that depend on this qualification.

    Their user operates the instrument under a rule that requires a qualification, and has no other one that
    lasts through the end.
    """
    resting = Q(
        instrument_id=qualification.instrument_id,
        user_id=qualification.user_id,
        ends_at__gt=now,
        service_mode__in=OPERATED_BY_USER,
        rule__needs_qualification=True,
    )
    other = providers.qualification_end(
        qualification.user_id, qualification.instrument_id, exclude_id=qualification.pk
    )
    return resting if other is None else resting & Q(ends_at__gt=other)


def get_payer_condition(user_id: int, organization_id: int, now: datetime) -> Q:
    """Return the condition for a person's bookings ahead that an organization pays, companions included.

    Offers from the waiting list are among them; they are withdrawn.
    """
    return Q(
        user_id=user_id,
        payer_organization_id=organization_id,
        state__in=NOT_BEGUN_STATES,
        starts_at__gt=now,
    )


def get_organization_condition(organization_id: int) -> Q:
    """Return the condition for bookings of the organization's instruments, and for those that it pays."""
    return Q(instrument__organization_id=organization_id) | Q(payer_organization_id=organization_id)


def get_organization_suspension_condition(organization_id: int) -> Q:
    """Return the condition for bookings that can't begin once the organization is suspended.

    Those are its own, and what is booked together with them, but no other requests of a series or basket.
    Offers from the waiting list are withdrawn.
    """
    own = Booking.objects.filter(get_organization_condition(organization_id), state__in=NOT_BEGUN_STATES)
    together = own.filter(group=OuterRef("group"), part=OuterRef("part"))
    return Q(Exists(together), state__in=NOT_BEGUN_STATES)


@dataclass(frozen=True)
class OrganizationSuspensionEffects:
    """Whom the suspension of an organization hits: bookings that end, uses that go on, and its people."""

    ending: list[Booking]
    under_way: list[Booking]
    people: "list[User]"


def get_organization_suspension_effects(
    viewer: "Viewer", organization: "Organization"
) -> OrganizationSuspensionEffects:
    """Return whom a suspension would hit now, for whoever may suspend. Raises Forbidden."""
    require(viewer, "accounts.suspend_organization", organization)
    under_way = get_organization_condition(organization.pk) & Q(state=BookingState.IN_USE)
    return OrganizationSuspensionEffects(
        ending=list(_without_offers(get_organization_suspension_condition(organization.pk))),
        under_way=list(_with_names(under_way)),
        people=list(accounts.people_of(organization)),
    )


def find_depending(instrument_id: int) -> "list[Instrument]":
    """Return the instruments that can be booked only while this one is in service, and lack nothing else."""
    ids = providers.linking_ids(instrument_id)
    needs = {pk: {pk, *linked} - {instrument_id} for pk, linked in providers.links_of(ids).items()}
    by_id = {one.pk: one for one in providers.instruments_by_id(set().union(*needs.values()))}
    return [by_id[pk] for pk in ids if all(is_in_service(by_id[each]) for each in needs[pk])]


def find_freed_and_bound(
    former_needs: Mapping[int, Collection[int]], needs: Mapping[int, Collection[int]]
) -> "tuple[list[tuple[Instrument, Instrument]], list[tuple[Instrument, Instrument]]]":
    """Return what can be booked since links changed, and what can't any more; each with what it lacks or did.

    Both give, by instrument, those without which it can't be booked. What can't be booked for a companion
    that is not public yet is left out: nobody is told of such a one.
    """
    ids = {*needs}.union(*needs.values(), *former_needs.values())
    by_id = {one.pk: one for one in providers.instruments_by_id(ids)}

    def find_missing(needed: Collection[int]) -> "list[Instrument]":
        return [by_id[pk] for pk in needed if not is_in_service(by_id[pk])]

    changed = [
        (by_id[pk], find_missing(before), find_missing(needs[pk]))
        for pk, before in former_needs.items()
        if is_in_service(by_id[pk])
    ]
    freed = [
        (one, lacked[0])
        for one, before, after in changed
        if not after and (lacked := [each for each in before if each.state != InstrumentState.DRAFT])
    ]
    bound = [
        (one, suspended[0])
        for one, before, after in changed
        if not before and (suspended := [each for each in after if each.state == InstrumentState.SUSPENDED])
    ]
    return freed, bound


def has_companions_in_service(instrument_id: int) -> bool:
    """Return whether everything without which the instrument can't be booked is in service."""
    return all(map(is_in_service, providers.instruments_by_id(providers.linked_ids(instrument_id))))


def count_bookings_ahead_of(person: "User", now: datetime) -> int:
    """Return how many approved bookings to which a person is to come have not begun."""
    ahead = Booking.objects.filter(user=person, state=BookingState.APPROVED, planned_by_unit=False)
    return ahead.filter(starts_at__gt=now).count()


def bookings_ending_with_membership(
    viewer: "Viewer", membership: "Membership", now: datetime
) -> list[Booking]:
    """Return the bookings that the end of the person's last role would cancel, for whoever may end it."""
    is_own = viewer.pk == membership.user_id
    if not is_own and membership.role not in accounts.roles_to_end(viewer, membership.organization):
        return []
    return list(_without_offers(get_payer_condition(membership.user_id, membership.organization_id, now)))


def bookings_ending_with_leaving(
    viewer: "User", organization: "Organization", now: datetime
) -> list[tuple[Booking, CancelCost]]:
    """Return the viewer's bookings that leaving the organization would cancel, each with what that costs."""
    ahead = _without_offers(get_payer_condition(viewer.pk, organization.pk, now))
    return [(booking, get_cost_of_one(viewer, booking, now)) for booking in ahead]


def _without_offers(condition: Q) -> QuerySet[Booking]:
    return _with_names(condition & Q(state__in=CANCELLABLE_STATES))


def _with_names(condition: Q) -> QuerySet[Booking]:
    rows = Booking.objects.filter(condition).select_related(
        "instrument", "rule", "user", "payer_organization"
    )
    return rows.order_by("starts_at", "pk")


def affected_bookings(viewer: "Viewer", condition: Q) -> QuerySet[Booking]:
    """Return bookings visible to the viewer that have not begun and meet the condition, by start.

    Offers from the waiting list are withdrawn without a choice.
    """
    return bookings(viewer).filter(condition, state__in=CANCELLABLE_STATES).order_by("starts_at", "pk")


def find_bookings_in_lost_time(
    lost_time: Mapping[int, Sequence[Interval]], states: Collection[BookingState] = CANCELLABLE_STATES
) -> list[Booking]:
    """Return upcoming bookings that touch lost time (by instrument id), in order of time. One statement.

    Offers from the waiting list, which are withdrawn, are asked for by their state.

    Takes no viewer: who is notified does not depend on who corrects. Pages show the bookings through
    `bookings.requests.selectors.bookings`.
    """
    spans = [span for several in lost_time.values() for span in several]
    if not spans:
        return []
    rows = (
        Booking.objects.filter(
            instrument_id__in=list(lost_time),
            state__in=states,
            starts_at__lt=max(span.end for span in spans),
            ends_at__gt=min(span.start for span in spans),
        )
        .select_related("instrument", "instrument__organization", "rule", "user", "payer_organization")
        .order_by("starts_at", "pk")
    )
    return [booking for booking in rows if _touches(booking, lost_time[booking.instrument_id])]


def _touches(booking: Booking, spans: Sequence[Interval]) -> bool:
    interval = Interval(booking.starts_at, booking.ends_at)
    return any(span.overlaps(interval) for span in spans)
