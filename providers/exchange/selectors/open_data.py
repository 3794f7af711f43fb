"""What everybody may take away as a whole, in chunks, so that memory does not grow with the city."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from instrument_share.journal.selectors import last_entry
from providers.instruments.selectors.instruments import instruments
from providers.terms.selectors.rules import terms_in_force
from providers.units.domain.completeness import UnitCompleteness
from providers.units.selectors.completeness import completeness_of
from providers.units.selectors.units import units

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.selectors import Viewer
    from instrument_share.journal.models import AuditEntry
    from providers.instruments.models import Instrument
    from providers.terms.domain.terms import Terms
    from providers.units.models import UnitProfile

AT_ONCE = 200
"""So many rows are in memory at a time."""
SHOWN_OF = (
    "accounts.Organization",
    "providers.Instrument",
    "providers.OpenServiceRule",
    "providers.UnitProfile",
    "providers.UnitNews",
    "providers.Regulation",
    "providers.ServiceCase",
    "providers.OpennessStatement",
)
"""Of what the data sets are made."""


def _in_chunks(rows: "QuerySet[Any]") -> Iterator[list[Any]]:
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield chunk
        last = chunk[-1].pk


def all_instruments(viewer: "Viewer") -> "Iterator[Instrument]":
    """Every instrument that the viewer may see, in order of entry; one statement for each 200."""
    for chunk in _in_chunks(instruments(viewer)):
        yield from chunk


def all_rules(viewer: "Viewer", at: datetime) -> "Iterator[tuple[Instrument, Terms]]":
    """The terms in force of every instrument that the viewer may see and that has any."""
    for chunk in _in_chunks(instruments(viewer)):
        terms = terms_in_force([one.pk for one in chunk], at)
        yield from ((one, terms[one.pk]) for one in chunk if one.pk in terms)


def all_units(viewer: "Viewer", as_of: date) -> "Iterator[tuple[UnitProfile, UnitCompleteness]]":
    """Every published unit that the viewer may see, with how complete its information is."""
    for chunk in _in_chunks(units(viewer).filter(published_at__isnull=False)):
        judged = completeness_of([one.organization_id for one in chunk], as_of)
        yield from ((one, judged[one.organization_id]) for one in chunk)


def last_change() -> "AuditEntry | None":
    """The last act by which a data set may have changed."""
    return last_entry(SHOWN_OF)
