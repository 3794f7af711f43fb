"""What of a year would not count if it were frozen now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookings.public import count_running_of_year, count_unconfirmed_of_year
from instrument_share.accounts.selectors import organizations_by_id
from rewards.declarations.selectors import count_waiting_of_year

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization


@dataclass(frozen=True)
class LeftOut:
    """What of a unit would not count: uses not confirmed or not checked out, facts not decided on."""

    unit: "Organization"
    unconfirmed: int
    running: int
    facts: int


def list_left_out(year: int) -> list[LeftOut]:
    """Return the units of which something would not count in the year, by USCC. Four statements."""
    unconfirmed, running = count_unconfirmed_of_year(year), count_running_of_year(year)
    facts = count_waiting_of_year(year)
    units = organizations_by_id({*unconfirmed, *running, *facts})
    return [
        LeftOut(unit, unconfirmed.get(pk, 0), running.get(pk, 0), facts.get(pk, 0))
        for pk, unit in sorted(units.items(), key=lambda item: item[1].uscc)
    ]
