"""Read complete data sets in chunks, in constant memory."""

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser

from instrument_share.journal.selectors import read_state_of
from providers.instruments.selectors.instruments import instruments
from providers.terms.selectors.rules import terms_in_force
from providers.units.domain.completeness import UnitCompleteness
from providers.units.selectors.completeness import completeness_of
from providers.units.selectors.units import units

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.selectors import Viewer
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
    """Return every instrument that the viewer may see, by id; one query for each 200."""
    return chain.from_iterable(_in_chunks(instruments(viewer)))


def all_rules(viewer: "Viewer", at: datetime) -> "Iterator[tuple[Instrument, Terms]]":
    """Yield the terms in force of every instrument that the viewer may see and that has any."""
    for chunk in _in_chunks(instruments(viewer)):
        terms = terms_in_force([one.pk for one in chunk], at)
        yield from ((one, terms[one.pk]) for one in chunk if one.pk in terms)


def all_units(viewer: "Viewer", as_of: date) -> "Iterator[tuple[UnitProfile, UnitCompleteness]]":
    """Yield every published unit that the viewer may see, with its completeness."""
    for chunk in _in_chunks(units(viewer).filter(published_at__isnull=False)):
        judged = completeness_of([one.organization_id for one in chunk], as_of)
        yield from ((one, judged[one.organization_id]) for one in chunk)


def public_state() -> str:
    """Return what changes with every act that may have changed a data set or the map of the site."""
    return sha256(str(read_state_of(SHOWN_OF)).encode()).hexdigest()


def count_public_instruments() -> int:
    """Return how many instruments everybody may see."""
    return instruments(AnonymousUser()).count()
