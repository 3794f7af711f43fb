"""Counts of those whom a decision hits, with the instruments that they await."""

from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import bilingual, bracketed, join_sentences

if TYPE_CHECKING:
    from providers.models import Instrument

MOST_NAMED = 5
ALL_HIT = gettext_noop("By instrument: {names}.")
MORE_HIT = gettext_noop("By instrument: {names}; {more} more.")


class OnInstrument(Protocol):
    """Somebody's wait or order for an instrument."""

    instrument: "Instrument"


def count_by_instrument(sentence: str, hit: Collection[OnInstrument]) -> list[str]:
    """Return the sentence with its `{count}`, and how many are on which instruments; nothing for nobody."""
    if not hit:
        return []
    counted = Counter(one.instrument for one in hit).most_common()
    names = tuple(f"{bilingual(one, 'name')}{bracketed(count)}" for one, count in counted[:MOST_NAMED])
    more = len(counted) - len(names)
    named = told(MORE_HIT if more else ALL_HIT, {"names": names, "more": more})
    return [join_sentences([sentence.format(count=len(hit)), named])]
