"""Book several requests as one group: a series as far as it can be had, a basket whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.groups.domain import BasketEmpty, tell_refusals
from bookings.groups.selectors.together import Wanted
from bookings.projects.selectors import project_locks
from bookings.requests.domain.choices import BookingGroupKind
from bookings.requests.domain.errors import BookingRefused, ConditionsChanged, SlotTaken
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.services.bookings import booking_create
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import Problem
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

Refusal = tuple[Wanted, Sequence[Problem]]


@dataclass(frozen=True)
class SeriesBooked:
    """What became of the dates of a series: a booking for each that could be had, and why the others not."""

    group: BookingGroup
    booked: Sequence[Booking]
    refused: Sequence[Refusal]


@transaction.atomic
def series_book(*, actor: "User", requests: Sequence[Wanted], now: datetime) -> SeriesBooked:
    """Book those dates of a series that can be, in one group.

    Raises BookingRefused where none can, and ConditionsChanged where one is not booked on the conditions that
    were shown for it.
    """
    group, booked, refused = _book_parts(actor, requests, BookingGroupKind.SERIES, now)
    if not booked:
        raise _build_refusal(refused, len(requests), BookingGroupKind.SERIES)
    return SeriesBooked(group, booked, refused)


@transaction.atomic
def together_book(*, actor: "User", requests: Sequence[Wanted], now: datetime) -> Sequence[Booking]:
    """Book all of these in one group, or none.

    Raises BookingRefused with what is wrong with each, and BasketEmpty where nothing is asked for.
    """
    if not requests:
        raise BasketEmpty
    _group, booked, refused = _book_parts(actor, requests, BookingGroupKind.BASKET, now)
    if refused:
        raise _build_refusal(refused, len(requests), BookingGroupKind.BASKET)
    return booked


def _build_refusal(refused: Sequence[Refusal], number: int, kind: BookingGroupKind) -> BookingRefused:
    return BookingRefused(problems=_tell_refusals(refused, number, kind))


def _tell_refusals(refused: Sequence[Refusal], number: int, kind: BookingGroupKind) -> list[Problem]:
    named = [(wanted.get_name(kind), problems) for wanted, problems in refused]
    return tell_refusals(named, number)


def _book_parts(
    actor: "User", requests: Sequence[Wanted], kind: BookingGroupKind, now: datetime
) -> tuple[BookingGroup, list[Booking], list[Refusal]]:
    """Try each request as a part of one group, under all locks: of roles, of projects, of instruments."""
    require(actor, "bookings.book")
    for payer_id in sorted({one.payer.pk for one in requests if one.payer is not None}):
        accounts.memberships_lock(actor, payer_id)
    project_locks({one.organization_project.pk for one in requests if one.organization_project is not None})
    wanted_ids = {one.instrument.pk for one in requests}
    linked_ids = {pk for ids in providers.links_of(wanted_ids).values() for pk in ids}
    providers.instrument_locks(wanted_ids | linked_ids)
    group = BookingGroup.objects.create(user=actor, kind=kind.value, created_at=now)
    booked: list[Booking] = []
    refused: list[Refusal] = []
    changed: list[Refusal] = []
    for part, wanted in enumerate(requests, 1):
        try:
            booked.append(booking_create(actor=actor, group=group, part=part, now=now, **wanted.as_request()))
        except (BookingRefused, SlotTaken) as refusal:
            refused.append((wanted, refusal.problems))
        except ConditionsChanged as refusal:
            changed.append((wanted, refusal.problems))
    if changed:
        raise ConditionsChanged(problems=_tell_refusals(changed, len(requests), kind))
    return group, booked, refused
