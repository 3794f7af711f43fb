"""Read times of several instruments for a number of hours: a fixed number of statements for all of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bookings.proposals.domain import LeftOut, ProposalOrder, Slot, find_reason, find_slot
from bookings.requests.domain import credit
from bookings.requests.domain.decision import get_first_deadline
from bookings.requests.selectors.costs import get_conditions_of_each
from bookings.requests.selectors.offers import Applicant, get_free_time
from bookings.requests.selectors.request_facts import CREDIT
from bookings.requests.selectors.searching import CatalogueResult, Order, search_catalogue
from instrument_share.kernel.interval import Interval
from providers import public as providers

if TYPE_CHECKING:
    from providers.models import Instrument

MAX_INSTRUMENTS = 60
"""So many instruments are looked at: those that fit the words best, else the first free or the cheapest."""


@dataclass(frozen=True)
class Proposal:
    """A time on an instrument; `linked` instruments are booked and paid with it."""

    instrument: "Instrument"
    slot: Slot
    linked: int
    decide_by: datetime | None
    """Until when the first keeper decides; None where it is approved at once."""
    cancel_yuan: Decimal | None = None
    """What cancelling it would cost once it is approved; None if that is free."""


@dataclass(frozen=True)
class Proposals:
    """What is proposed, and what was looked at without success."""

    items: Sequence[Proposal]
    found: CatalogueResult
    looked_at: int
    is_cut: bool
    """More instruments fit than were looked at."""
    left_out: Mapping[LeftOut, int]
    suspended_until: datetime | None
    """Until when the applicant's credit keeps them from booking anything."""


def get_proposals(
    applicant: Applicant,
    *,
    search: providers.Search,
    category: str,
    span: Interval,
    length: timedelta,
    order: ProposalOrder,
    now: datetime,
) -> Proposals:
    """Return a time of this length for each fitting instrument that has one for the applicant, in order."""
    found, page = search_catalogue(
        applicant.user,
        search=search,
        asked=providers.CatalogueFilters(category=category),
        order=Order.PRICE if order is ProposalOrder.CHEAPEST and not search.is_asked else None,
        now=now,
    ).page_with_fallback(None, MAX_INSTRUMENTS)
    free = get_free_time(page.items, span, now, applicant)
    items: list[Proposal] = []
    asked: list[tuple[dict[int, Decimal], Interval]] = []
    left_out: Counter[LeftOut] = Counter()
    for one in page.items:
        together = free.together(one.pk)
        slot = find_slot(together, span, length, order, now)
        if slot:
            decide_by = get_first_deadline(now, slot.interval.start, slot.terms)
            items.append(Proposal(one, slot, len(together) - 1, decide_by))
            prices = zip([one.pk, *free.linked.get(one.pk, ())], slot.prices_yuan, strict=True)
            asked.append((dict(prices), slot.interval))
        else:
            left_out[find_reason(together, span, free.refusals.get(one.pk, ()))] += 1
    conditions = get_conditions_of_each(asked, now)
    items = [replace(one, cancel_yuan=each.cancel_yuan) for one, each in zip(items, conditions, strict=True)]
    return Proposals(
        items=sorted(items, key=KEYS[order]),
        found=found,
        looked_at=len(page.items),
        is_cut=page.is_cut or page.next_cursor is not None,
        left_out=left_out,
        suspended_until=credit.get_suspension_end(free.parts.ends(CREDIT, None), now),
    )


def _by_time(one: Proposal) -> tuple[object, ...]:
    return (one.slot.interval.start, one.slot.total_yuan, one.instrument.pk)


def _by_price(one: Proposal) -> tuple[object, ...]:
    return (one.slot.total_yuan, one.slot.interval.start, one.instrument.pk)


KEYS = {ProposalOrder.SOONEST: _by_time, ProposalOrder.CHEAPEST: _by_price}
