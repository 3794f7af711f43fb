"""What every page knows: the city, the reader's desks, unread notifications, the languages."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext

from instrument_share.accounts.selectors import NO_STANDING, Standing, standing
from instrument_share.journal import selectors as journal
from instrument_share.web.desks import Place, current, desks, navigation


class Platform:
    """Read by templates as `platform` (`site` is allauth's word).

    Whatever needs the database is read when a template first asks.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user = getattr(request, "user", None)

    @property
    def city(self) -> str:
        return settings.CITY["en" if self.language == "en" else "zh"]

    @property
    def name(self) -> str:
        return gettext("{city} Research Instrument Sharing").format(city=self.city)

    @property
    def address(self) -> str:
        """The site's own, for what leaves it: not what a request says that it is called."""
        return settings.SITE_URL

    @property
    def language(self) -> str:
        return "en" if (get_language() or "").startswith("en") else "zh-hans"

    @property
    def html_language(self) -> str:
        return "en" if self.language == "en" else "zh-Hans"

    @property
    def other_language(self) -> tuple[str, str]:
        """The language to switch to, as (code, its own name)."""
        return ("zh-hans", "中文") if self.language == "en" else ("en", "English")

    @property
    def path(self) -> str:
        """This page with its filters, to come back to after a change of language."""
        return self._request.get_full_path()

    @property
    def demo(self) -> bool:
        return settings.DEMO

    @property
    def public(self) -> list[tuple[Place, bool]]:
        """Public pages, each with whether the reader is there."""
        return self._marked(navigation().public)

    @cached_property
    def standing(self) -> Standing:
        return standing(self._user) if self._user is not None else NO_STANDING

    @cached_property
    def desks(self) -> list[tuple[Place, bool]]:
        return self._marked(desks(self._user)) if self._user is not None else []

    @cached_property
    def unread(self) -> int:
        """Unread notifications; one query, and none for a visitor."""
        if self._user is None or not self._user.is_authenticated:
            return 0
        return journal.unread_count(self._user)

    def _marked(self, places: tuple[Place, ...]) -> list[tuple[Place, bool]]:
        here = current(places, self._request.path)
        return [(place, place is here) for place in places]


def site(request: HttpRequest) -> dict[str, Platform]:
    """Add `platform` to the context of templates."""
    return {"platform": Platform(request)}
