"""What somebody has put into their basket."""

import hashlib
from typing import TYPE_CHECKING, Any

from bookings.groups.domain import MOST_ITEMS, BasketBooked, BasketEmptied, BasketEmpty, BasketFull
from bookings.groups.models import BasketItem
from bookings.groups.selectors.together import Wanted
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Conflict
from instrument_share.kernel.interval import Interval
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from bookings.requests.domain.pricing import Conditions
    from instrument_share.accounts.models import User

LEFT = BOOKED, REMOVED = "basket.booked", "basket.removed"
"""How a time leaves a basket."""


def basket_items(viewer: "User") -> "QuerySet[BasketItem]":
    """Return what the person has put into their basket, in that order."""
    own = BasketItem.objects.filter(user=viewer).select_related(
        "instrument__organization", "payer_organization", "organization_project"
    )
    return own.order_by("added_at", "id")


def find_basket_obstacle(viewer: "User", **same: Any) -> BasketFull | None:
    """Return why nothing more goes into the person's basket; None where it does.

    However full it is, what is the `same` can be changed: a time of an instrument from the same start on.
    """
    items = basket_items(viewer)
    if items.count() < MOST_ITEMS or (same and items.filter(**same).exists()):
        return None
    return BasketFull(most=MOST_ITEMS)


def explain_absence(viewer: "User", **of: Any) -> Conflict:
    """Return why nothing is in the person's basket, by how the last time has left it.

    `of` narrows it to one time: the `subject_id` of its entries in the journal.
    """
    last = journal.entries_by(viewer, LEFT).filter(**of).first()
    if last is None:
        return BasketEmpty()
    if last.action == BOOKED:
        return BasketBooked(time=last.at, group=last.details["group"])
    return BasketEmptied(time=last.at)


def get_basket_version(items: "Iterable[BasketItem]", conditions: "Iterable[Conditions | None]") -> str:
    """Return what differs as soon as another time is in the basket, or one is had on other conditions."""
    parts = [
        f"{one.public_id} {one.added_at.isoformat()} {each.to_text() if each else ''}"
        for one, each in zip(items, conditions, strict=True)
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def get_basket_request(item: BasketItem) -> Wanted:
    """Return what a row of the basket asks for."""
    return Wanted(
        instrument=item.instrument,
        interval=Interval(item.starts_at, item.ends_at),
        service_mode=ServiceMode(item.service_mode),
        payer=item.payer_organization,
        subject=item.subject,
        samples=item.samples,
        project=item.project,
        organization_project=item.organization_project,
        direction=item.direction,
    )
