"""Compare instruments: first what decides between them, then the other facts."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings import public as bookings
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import word
from instrument_share.pages.catalogue.rows import PriceFrom, build_price_from, explain_no_price
from instrument_share.pages.eligibility import Eligibility, get_eligibilities
from instrument_share.web.responses.problem import told
from instrument_share.web.text import formats
from providers import public as providers
from providers.domain import Decision, ServiceMode, UserKind

if TYPE_CHECKING:
    from bookings.domain import Offer
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import Terms
    from providers.models import Instrument


@dataclass(frozen=True)
class Column:
    """An instrument with its rule in force and what the viewer pays, may and can book.

    `without` is the address of the comparison without it.
    """

    instrument: "Instrument"
    terms: "Terms | None"
    price: PriceFrom | None
    may: Eligibility | None
    next_offer: "Offer | None"
    without: str


@dataclass(frozen=True)
class Cell:
    """A fact of one instrument; `mark` says in which way it is the best one.

    The text leads to the booking of the next bookable time of `bookable`.
    """

    text: str
    mark: str = ""
    bookable: Column | None = None


@dataclass(frozen=True)
class ComparedRow:
    """A fact of each instrument."""

    label: str
    cells: tuple[Cell, ...]


def build_columns(viewer: "Viewer", public_ids: Sequence[str], now: datetime) -> list[Column]:
    """Return columns of the visible instruments in the given order.

    The number of statements does not depend on the number of instruments.
    """
    visible = providers.instruments(viewer).filter(public_id__in=public_ids)
    priced: Any = providers.with_prices(viewer, visible, now)
    found = {one.public_id: one for one in priced}
    shown = [found[public_id] for public_id in public_ids if public_id in found]
    in_force = providers.terms_in_force([one.pk for one in shown], now)
    terms = {one: in_force.get(one.pk) for one in shown}
    may = get_eligibilities(viewer, terms, now)
    ahead = Interval(now, now + bookings.LONGEST_LOOK)
    free = bookings.get_free_time(shown, ahead, now, bookings.get_usual_applicant(viewer))
    return [
        Column(
            one,
            of_one,
            build_price_from(one.price_yuan, one.price_unit),
            may[one],
            free.first_offer(one.pk, ahead) if of_one and of_one.prices else None,
            _without(one.public_id, [other.public_id for other in shown]),
        )
        for one, of_one in terms.items()
    ]


def _without(public_id: str, ids: Sequence[str]) -> str:
    return f"{reverse('compare')}?{urlencode({'ids': ','.join(one for one in ids if one != public_id)})}"


def build_deciding_rows(columns: Sequence[Column]) -> list[ComparedRow]:
    """Return what decides for one of the instruments; the lowest price and the earliest time are marked."""
    return _keep_told(
        [
            ComparedRow(_price_label(columns), _mark_lowest(columns)),
            ComparedRow(_("Next bookable"), _mark_earliest(columns)),
            *_build_rows(
                columns,
                [
                    (_("May I use it?"), _eligibility)
                    if _knows_viewer(columns)
                    else (_("Open to"), _open_to),
                    (
                        _("Technical specification"),
                        lambda one: formats.bilingual(one.instrument, "specification"),
                    ),
                    (_("Unit and district"), _place),
                    (_("Length of a booking"), _from_rule(_length)),
                    (_("Book ahead by at least"), _from_rule(_lead)),
                ],
            ),
        ]
    )


def build_other_rows(columns: Sequence[Column]) -> list[ComparedRow]:
    """Return the other facts, without marks."""
    facts: list[tuple[str, Callable[[Column], str]]] = [
        (_("Main functions"), lambda one: formats.bilingual(one.instrument, "functions")),
        (_("Sample requirements"), lambda one: formats.bilingual(one.instrument, "samples")),
        (_("Category"), lambda one: formats.bilingual(one.instrument.category, "name")),
        (_("Model"), lambda one: one.instrument.model),
        (_("Manufacturer"), lambda one: one.instrument.manufacturer),
        (_("In service since"), lambda one: formats.date_only(one.instrument.in_service_date)),
        *([(_("Open to"), _open_to)] if _knows_viewer(columns) else []),
        (_("Way of service"), _from_rule(lambda terms: _words(ServiceMode, terms.service_modes))),
        (_("Approval of requests"), _from_rule(_decision)),
        (_("Qualification"), _from_rule(_qualification)),
        (_("Innovation vouchers"), _from_rule(lambda terms: _yes(terms.accepts_vouchers))),
    ]
    return _keep_told(_build_rows(columns, facts))


def _build_rows(
    columns: Sequence[Column], facts: Sequence[tuple[str, Callable[[Column], str]]]
) -> list[ComparedRow]:
    return [
        ComparedRow(label, tuple(Cell(of(one) or formats.NOTHING) for one in columns)) for label, of in facts
    ]


def _keep_told(rows: Sequence[ComparedRow]) -> list[ComparedRow]:
    """Leave out the facts that no instrument states."""
    return [row for row in rows if {cell.text for cell in row.cells} != {formats.NOTHING}]


def _knows_viewer(columns: Sequence[Column]) -> bool:
    """Return whether the viewer's eligibility is told; a visitor reads whom an instrument is open to."""
    return any(one.may for one in columns)


def _price_label(columns: Sequence[Column]) -> str:
    return _("My price from") if _knows_viewer(columns) else _("Price from")


def _mark_lowest(columns: Sequence[Column]) -> tuple[Cell, ...]:
    """Return the prices; prices by different units have no lowest one, and equal ones have none."""
    cells = tuple(Cell(_price(one)) for one in columns)
    prices = [one.price for one in columns if one.price]
    amounts = {price.amount_yuan for price in prices}
    if len(amounts) < 2 or len({price.unit for price in prices}) > 1:
        return cells
    lowest = min(amounts)
    return tuple(
        replace(cell, mark=_("lowest price")) if one.price and one.price.amount_yuan == lowest else cell
        for one, cell in zip(columns, cells, strict=True)
    )


def _mark_earliest(columns: Sequence[Column]) -> tuple[Cell, ...]:
    starts = {one.next_offer.start for one in columns if one.next_offer}
    earliest = min(starts) if len(starts) > 1 else None
    return tuple(
        Cell(
            _next_time(one),
            _("earliest") if one.next_offer and one.next_offer.start == earliest else "",
            one if one.next_offer else None,
        )
        for one in columns
    )


def _from_rule(say: "Callable[[Terms], str]") -> Callable[[Column], str]:
    return lambda one: say(one.terms) if one.terms else ""


def _next_time(column: Column) -> str:
    if not bookings.is_in_service(column.instrument):
        return _("Out of service at present")
    if column.terms is None:
        return _("Not open for booking yet")
    return formats.moment(column.next_offer.start) if column.next_offer else _("Nothing bookable at present")


def _eligibility(column: Column) -> str:
    if column.may is None:
        return ""
    if not column.may.admitted:
        return _("Not open to you")
    if column.may.must_qualify:
        return _("You can book it once you have the qualification")
    if column.may.qualified is False:
        return _("You can book it; to operate it yourself you need a qualification")
    return _("You can book it")


def _open_to(column: Column) -> str:
    return _words(UserKind, column.terms.user_kinds) if column.terms else ""


def _place(column: Column) -> str:
    unit = column.instrument.organization
    name = formats.bilingual(unit, "name")
    return f"{name}\n{formats.bilingual(unit.district, 'name')}" if unit.district else name


def _price(column: Column) -> str:
    price = column.price
    if price is None:
        return explain_no_price(column.terms, column.may)
    return f"{formats.yuan(price.amount_yuan)} {told('{word}', {'word': word(price.unit)})}"


def _words(kind: type[StrEnum], codes: Collection[StrEnum]) -> str:
    """Join the labels of members in the order of their enumeration."""
    return told("{words}", {"words": tuple(word(code) for code in kind if code in codes)})


def _decision(terms: "Terms") -> str:
    if terms.decision is Decision.AT_ONCE:
        return _("at once")
    return _("by the keeper, within {hours}").format(hours=formats.hours(terms.decision_hours))


def _qualification(terms: "Terms") -> str:
    return _("needed") if terms.needs_qualification else _("not needed")


def _length(terms: "Terms") -> str:
    return f"{formats.length(terms.min_length)} – {formats.length(terms.max_length)}"


def _lead(terms: "Terms") -> str:
    return formats.length(terms.lead) if terms.lead else ""


def _yes(value: bool) -> str:
    return _("accepted") if value else _("not accepted")
