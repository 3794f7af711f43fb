"""Collect times in a basket, and book all of them or none."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.groups.domain import BasketBooked, BasketChanged, BasketEmpty
from bookings.groups.models import BasketItem
from bookings.groups.selectors.basket import (
    BOOKED,
    REMOVED,
    basket_items,
    explain_absence,
    find_basket_obstacle,
    get_basket_request,
    get_basket_version,
)
from bookings.groups.selectors.together import Wanted
from bookings.groups.services.together import together_book
from bookings.requests.selectors.costs import get_conditions_of_each
from bookings.requests.selectors.request_facts import get_payer
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import NotFound
from instrument_share.kernel.interval import Interval

if TYPE_CHECKING:
    from bookings.requests.domain.pricing import Conditions
    from bookings.requests.models import Booking
    from instrument_share.accounts.models import User


@transaction.atomic
def basket_add(*, actor: "User", wanted: Wanted, now: datetime) -> BasketItem:
    """Put a time of an instrument into one's basket, or change what is there from this start on.

    It holds nothing and is checked when it is shown and booked. Raises BasketFull.
    """
    require(actor, "bookings.book")
    get_payer(actor, None if wanted.payer is None else wanted.payer.pk)
    same: dict[str, Any] = {"instrument": wanted.instrument, "starts_at": wanted.interval.start}
    if obstacle := find_basket_obstacle(actor, **same):
        raise obstacle
    item, _is_new = BasketItem.objects.update_or_create(
        user=actor,
        **same,
        defaults={
            "ends_at": wanted.interval.end,
            "payer_organization": wanted.payer,
            "service_mode": wanted.service_mode.value,
            "subject": wanted.subject.strip(),
            "project": str(wanted.organization_project or wanted.project.strip()),
            "organization_project": wanted.organization_project,
            "direction": wanted.direction,
            "samples": wanted.samples,
            "added_at": now,
        },
    )
    journal.record(actor=actor, action="basket.added", subject=item, now=now)
    return item


@transaction.atomic
def basket_remove(*, actor: "User", public_id: str, now: datetime) -> None:
    """Take a time out of one's own basket; a second time changes nothing. Raises BasketBooked, NotFound."""
    require(actor, "bookings.book")
    item = basket_items(actor).filter(public_id=public_id).first()
    if item is None:
        _require_removed(actor, public_id)
        return
    journal.record(actor=actor, action=REMOVED, subject=item, now=now)
    item.delete()


def _require_removed(actor: "User", public_id: str) -> None:
    match explain_absence(actor, subject_id=public_id):
        case BasketBooked() as booked:
            raise booked
        case BasketEmpty():
            raise NotFound


@transaction.atomic
def basket_book(
    *, actor: "User", now: datetime, subject: str = "", shown: str | None = None
) -> "Sequence[Booking]":
    """Book all that is in one's basket, or nothing; what has no subject gets this one. Empties the basket.

    `shown` is the version of the basket that was read (`get_basket_version`). Raises BookingRefused with what
    is wrong with each, and BasketChanged; of an empty basket BasketBooked, BasketEmptied or BasketEmpty. Two
    at once: the second finds it booked.
    """
    require(actor, "bookings.book")
    items = list(basket_items(actor).select_for_update(of=("self",)))
    if not items:
        raise explain_absence(actor)
    requests = [get_basket_request(item).with_subject(subject) for item in items]
    booked = together_book(actor=actor, requests=requests, now=now)
    if shown is not None and shown != get_basket_version(items, _get_conditions_of_each(booked, now)):
        raise BasketChanged
    details = {"group": booked[0].group.public_id}
    journal.record_all(
        journal.build_entry(actor=actor, action=BOOKED, subject=item, now=now, details=details)
        for item in items
    )
    BasketItem.objects.filter(pk__in=[item.pk for item in items]).delete()
    return booked


def _get_conditions_of_each(booked: "Sequence[Booking]", now: datetime) -> "list[Conditions]":
    """Return on which conditions each part of a group is booked, with what is booked together with it."""
    prices: dict[int, dict[int, Decimal]] = defaultdict(dict)
    rows = booked[0].group.bookings.values_list("part", "instrument_id", "quoted_yuan")
    for part, instrument_id, quoted_yuan in rows:
        prices[part][instrument_id] = quoted_yuan
    asked = [(prices[one.part], Interval(one.starts_at, one.ends_at)) for one in booked]
    return get_conditions_of_each(asked, now)


def basket_erase(*, user: "User") -> None:
    """Empty a person's basket, as their account is deleted."""
    BasketItem.objects.filter(user=user).delete()
