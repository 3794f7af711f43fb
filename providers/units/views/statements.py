"""Edit a year's openness statement, prefilled from the logs."""

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import in_hours
from instrument_share.web import clock
from instrument_share.web.text.formats import bilingual
from providers.instruments.views.common import managed_unit
from providers.units.domain.choices import PublicationState
from providers.units.domain.publications import PublicationKind, next_statement_year
from providers.units.selectors.logged_hours import logged_hours
from providers.units.selectors.publications import statements_by_year
from providers.units.selectors.units import organization_profile
from providers.units.views import publications as editor

STATEMENT_NAMES = ("how", "audience", "charges")
COPIED = (
    *(f"{name}_{language}" for name in (*STATEMENT_NAMES, "body") for language in ("zh", "en")),
    "contact",
    "phone",
    "networkable_count",
)
"""What the statement of a year takes from the one before."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def statement_new(request: HttpRequest, organization_id: str) -> HttpResponseBase:
    """Create a year's statement with the logged hours; `?from=last` copies the previous texts.

    Proposes the year that is due, or `?year=`, and shows which years have a statement.
    """
    unit = managed_unit(request, organization_id)
    running = clock.now().astimezone(CITY_TIME).year
    stated = statements_by_year(unit.pk)
    asked = _year_asked(request, running)
    year = asked if asked and asked not in stated else next_statement_year(stated, running)
    before = _last_published(stated, year)
    prefilled = _begun_with(unit, year)
    if before and request.GET.get("from") == "last":
        prefilled |= {name: getattr(before, name) for name in COPIED}
    oldest = min(*stated, year or running, running - 1)
    shown = {
        "before": before,
        "year": year,
        "is_running": year == running,
        "years": [(one, stated.get(one)) for one in range(running, oldest - 1, -1)],
        "earlier": oldest - 1,
    }
    return editor.new(
        request, organization_id, PublicationKind.OPENNESS.value, prefilled=prefilled, shown=shown
    )


def _year_asked(request: HttpRequest, running: int) -> int | None:
    text = request.GET.get("year", "")
    return int(text) if re.fullmatch("20[0-9]{2}", text) and int(text) <= running else None


def _last_published(stated: Any, year: int | None) -> Any:
    """Return the latest statement whose texts the one of `year` can copy."""
    rows = (row for one, row in stated.items() if year is None or one < year)
    return next((row for row in rows if row.state is PublicationState.PUBLISHED), None)


def _begun_with(unit: Any, year: int | None) -> dict[str, Any]:
    """Return the initial values: the contact, and the logged hours of the year."""
    profile = organization_profile(unit.pk)
    begun: dict[str, Any] = {
        "contact": profile.contact if profile else "",
        "phone": profile.phone if profile else "",
    }
    if year is None:
        return begun
    hours = logged_hours(unit.pk, year)
    return {
        **begun,
        "year": year,
        "total_hours": in_hours(hours.internal_seconds + hours.external_seconds, places=1),
        "external_hours": in_hours(hours.external_seconds, places=1),
        **_titles(unit, year),
    }


def _titles(unit: Any, year: int) -> dict[str, str]:
    """Return the default title in both languages."""
    made = {}
    for name, language in (("title_zh", "zh-hans"), ("title_en", "en")):
        with translation.override(language):
            made[name] = _("{unit}: openness statement of {year}").format(
                unit=bilingual(unit, "name"), year=year
            )
    return made
