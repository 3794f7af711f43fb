"""Names of the instruments on which changed rules hit people."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import bilingual, bracketed

if TYPE_CHECKING:
    from providers.models import Instrument

MOST_NAMED = 5
ALL_HIT = gettext_noop("By instrument: {names}.")
MORE_HIT = gettext_noop("By instrument: {names}; {more} more.")


class OnInstrument(Protocol):
    """Somebody's wait or order for an instrument."""

    instrument: "Instrument"


def name_instruments(hit: Iterable[OnInstrument]) -> str:
    """Return a sentence that names the instruments with how many of these are on each, most first."""
    counted = Counter(one.instrument for one in hit).most_common()
    names = tuple(f"{bilingual(one, 'name')}{bracketed(count)}" for one, count in counted[:MOST_NAMED])
    more = len(counted) - len(names)
    message = MORE_HIT if more else ALL_HIT
    return told(message, {"names": names, "more": more})
