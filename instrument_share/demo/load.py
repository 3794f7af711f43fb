"""Load the demo city in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from time import perf_counter

from django.db import transaction

from instrument_share.accounts import selectors as accounts
from instrument_share.demo.city import City
from instrument_share.demo.stages import accounts as people
from instrument_share.demo.stages import (
    around,
    assessment,
    instruments,
    paid_year,
    past,
    present,
    samples,
    statements,
    supervision,
    system,
    texts,
    units,
    vouchers,
)
from instrument_share.demo.world import World
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import Conflict, gettext_noop

STAGES: tuple[tuple[str, Callable[[World], str]], ...] = (
    ("Organizations and people", people.load),
    ("Instruments and their terms", instruments.load),
    ("What the units publish", units.load),
    ("What happened until yesterday", past.load),
    ("What payers owe", statements.load),
    ("Innovation vouchers", vouchers.load),
    ("The year that was paid", paid_year.load),
    ("This week", present.load),
    ("Samples that were sent in", samples.load),
    ("Texts in preparation", texts.load),
    ("What stands around instruments", around.load),
    ("What the bureau asks of units", supervision.load),
    ("What waits for the administrator", system.load),
    ("Last year's assessment", assessment.load),
    ("The public log", system.seal),
)


class DatabaseInUse(Conflict):
    """The database holds something other than the demo city."""

    code = "demo.database_in_use"
    message = gettext_noop(
        "This database holds something else than the demo city. Load the demo into an empty one: name "
        "another by DATABASE_URL, or use ./dev demo --reset."
    )


@dataclass(frozen=True)
class Progress:
    """A finished stage."""

    stage: str
    what: str
    seconds: float


def is_loaded(city: City) -> bool:
    """Return whether the database holds the demo city. Raises DatabaseInUse if it holds anything else."""
    if accounts.organization_by_uscc(city.institutions[-1].uscc) is not None:
        return True
    if not accounts.is_database_empty():
        raise DatabaseInUse
    return False


def load_demo(
    city: City, now: datetime, report: Callable[[Progress], None], first_day: date | None = None
) -> World:
    """Load the city as of `now`; history begins on `first_day`, by default 1 January of last year."""
    world = World(city, now, first_day=first_day)
    with transaction.atomic():
        for stage, run in STAGES:
            begun = perf_counter()
            what = run(world)
            report(Progress(stage, what, perf_counter() - begun))
        platform = world.organizations[city.institutions[-1].key]
        journal.record(actor=None, action="demo.loaded", subject=platform, now=now)
    return world
