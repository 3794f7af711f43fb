"""What every page knows: the city, the reader's desks, unread notifications, the languages."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from instrument_share.accounts.selectors import NO_STANDING, Standing, idle_limit, standing
from instrument_share.journal import selectors as journal
from instrument_share.journal.mails import get_platform_name
from instrument_share.web.desks import Place, current, desks, navigation
from instrument_share.web.lists.tables import get_address

ICP_REGISTER = "https://beian.miit.gov.cn/"
POLICE_REGISTER = "https://beian.mps.gov.cn/#/query/webSearch"


@dataclass(frozen=True)
class Contact:
    """Whom visitors ask; each part may be empty."""

    phone: str
    email: str
    address: str
    hours: str

    @property
    def is_given(self) -> bool:
        """Return whether there is anything to show."""
        return bool(self.phone or self.email or self.address or self.hours)


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
        return get_platform_name()

    @property
    def address(self) -> str:
        """The site's own, for what leaves it: not what a request says that it is called."""
        return settings.SITE_URL

    @property
    def contact(self) -> Contact:
        """Whom to ask, in the reader's language; in Chinese where there is no English."""
        given = settings.CONTACT
        address, hours = (
            (self.language == "en" and given[f"{name}_en"]) or given[f"{name}_zh"]
            for name in ("address", "hours")
        )
        return Contact(given["phone"], given["email"], address, hours)

    @property
    def records(self) -> list[tuple[str, str]]:
        """The numbers under which the site is registered, each with the address of the register."""
        digits = "".join(re.findall(r"\d", settings.POLICE_RECORD))
        found = (
            (settings.ICP_RECORD, ICP_REGISTER),
            (settings.POLICE_RECORD, f"{POLICE_REGISTER}?code={digits}"),
        )
        return [(number, register) for number, register in found if number]

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
        """This page with its filters, to come back to after login."""
        return self._request.get_full_path()

    @property
    def path_in_other_language(self) -> str:
        """This page with its filters, from the first row on: names stand in another order there."""
        if "cursor" not in self._request.GET:
            return self.path
        return f"{self._request.path}{get_address(self._request)}"

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

    @property
    def idle_seconds(self) -> int:
        """After so long without a request the reader's session is locked; 0: never, or there is none."""
        if self._user is None or not self._user.is_authenticated:
            return 0
        return round(idle_limit(self._user).total_seconds())

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
