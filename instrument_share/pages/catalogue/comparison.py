"""Compare instruments: a row for each fact, marked where they differ."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings import public as bookings
from instrument_share.kernel.wording import word
from instrument_share.pages.catalogue.rows import PriceFrom, build_price_from
from instrument_share.web.responses.problem import told
from instrument_share.web.text import formats
from providers import public as providers
from providers.domain import Decision, ServiceMode, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import Terms
    from providers.models import Instrument


@dataclass(frozen=True)
class Column:
    """An instrument with its rule in force, the viewer's lowest price, and the address without it."""

    instrument: "Instrument"
    terms: "Terms | None"
    price: PriceFrom | None
    without: str


@dataclass(frozen=True)
class ComparedRow:
    """A fact of each instrument as text."""

    label: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Return whether the values are not all equal."""
        return len(set(self.values)) > 1


def build_columns(viewer: "Viewer", public_ids: Sequence[str], now: datetime) -> list[Column]:
    """Return columns of the visible instruments in the given order, with `next_free_at`.

    The number of statements does not depend on the number of instruments.
    """
    visible = providers.instruments(viewer).filter(public_id__in=public_ids)
    priced: Any = bookings.annotate_next_free(providers.with_prices(viewer, visible, now))
    found = {one.public_id: one for one in priced}
    shown = [found[public_id] for public_id in public_ids if public_id in found]
    terms = providers.terms_in_force([one.pk for one in shown], now)
    return [
        Column(
            one,
            terms.get(one.pk),
            build_price_from(one.price_yuan, one.price_unit),
            _without(one.public_id, [other.public_id for other in shown]),
        )
        for one in shown
    ]


def _without(public_id: str, ids: Sequence[str]) -> str:
    return f"{reverse('compare')}?{urlencode({'ids': ','.join(one for one in ids if one != public_id)})}"


def build_rows(columns: Sequence[Column]) -> list[ComparedRow]:
    """Return the facts, most decisive first: time, price, users, functions."""
    facts: list[tuple[str, Callable[[Column], str]]] = [
        (_("Next free"), lambda one: _next_free(one.instrument)),
        (_("Price from"), lambda one: _price(one.price)),
        (_("Unit"), lambda one: formats.bilingual(one.instrument.organization, "name")),
        (_("District"), lambda one: formats.bilingual(one.instrument.organization.district, "name")),
        (_("Category"), lambda one: formats.bilingual(one.instrument.category, "name")),
        (_("Model"), lambda one: one.instrument.model),
        (_("Manufacturer"), lambda one: one.instrument.manufacturer),
        (_("In service since"), lambda one: formats.date_only(one.instrument.in_service_date)),
        (_("Main functions"), lambda one: formats.bilingual(one.instrument, "functions")),
        (_("Technical specification"), lambda one: formats.bilingual(one.instrument, "specification")),
        (_("Sample requirements"), lambda one: formats.bilingual(one.instrument, "samples")),
        (_("Open to"), _from_rule(lambda terms: _words(UserKind, terms.user_kinds))),
        (_("Way of service"), _from_rule(lambda terms: _words(ServiceMode, terms.service_modes))),
        (_("Approval of requests"), _from_rule(_decision)),
        (_("Qualification"), _from_rule(_qualification)),
        (_("Length of a booking"), _from_rule(_length)),
        (_("Innovation vouchers"), _from_rule(lambda terms: _yes(terms.accepts_vouchers))),
    ]
    rows = [ComparedRow(label, tuple(of(one) or formats.NOTHING for one in columns)) for label, of in facts]
    return [row for row in rows if set(row.values) != {formats.NOTHING}]


def _from_rule(say: "Callable[[Terms], str]") -> Callable[[Column], str]:
    return lambda one: say(one.terms) if one.terms else ""


def _next_free(instrument: Any) -> str:
    return (
        formats.moment(instrument.next_free_at) if instrument.next_free_at else _("Nothing free at present")
    )


def _price(price: PriceFrom | None) -> str:
    if price is None:
        return _("On request")
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
    return f"{formats.hours(terms.min_length)} – {formats.hours(terms.max_length)}"


def _yes(value: bool) -> str:
    return _("accepted") if value else _("not accepted")
