"""Ways on from a search that finds nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.http import urlencode

from instrument_share.accounts.selectors.organizations import city_bureaus
from instrument_share.web.text import formats
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class WaysOn:
    """The day on the timeline if one is asked for, chips of near words and of categories, and whom to ask."""

    day_address: str
    words: list[tuple[Any, ...]]
    categories: list[tuple[Any, ...]]
    bureaus: "list[Organization]"


def suggest_ways_on(viewer: "Viewer", text: str, day_address: str = "") -> WaysOn:
    """Return the day, words like the text that find something, categories in use, and the bureau."""
    counts = providers.count_by_place(providers.catalogue(viewer))
    return WaysOn(
        day_address=day_address,
        words=[(word, _address(q=word), False) for word in providers.near_words(text)],
        categories=[
            (formats.bilingual(one, "name"), _address(category=one.code), False, one.count)
            for one in providers.category_counts(counts)
        ],
        bureaus=list(city_bureaus()),
    )


def _address(**asked: str) -> str:
    return f"{reverse('catalogue')}?{urlencode(asked)}"
