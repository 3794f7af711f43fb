"""What must my unit do next: the desk of a unit's managers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings import selectors as bookings
from bookings.selectors.statistics import Hours
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock, labels
from instrument_share.web.formats import bilingual
from providers import selectors as providers
from providers.domain.completeness import UnitCompleteness
from providers.domain.words import InstrumentState
from providers.selectors.own import own_counts, own_instruments
from rewards import selectors as rewards

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from rewards.models import UnitAssessment

LISTED = 8
YEARS_BACK = 3


@dataclass(frozen=True)
class Counted:
    """How many instruments are in a state."""

    state: str
    label: Any
    number: int


@login_required
@require_safe
def unit_desk(request: HttpRequest) -> HttpResponse:
    """`?unit=` chooses among the units of a person who manages several."""
    now = clock.now()
    today = now.astimezone(CITY_TIME).date()
    units = _managed(request)
    unit = next((one for one in units if one.public_id == request.GET.get("unit")), units[0])
    counts = own_counts(request.user, unit.pk, now)
    drafts = own_instruments(request.user, unit.pk, now, wanted=InstrumentState.DRAFT)
    waiting = bookings.waiting_decisions(request.user).filter(instrument__organization_id=unit.pk)
    year = providers.completeness_of_year([unit.pk], today.year)[unit.pk][: today.month]
    context = {
        "unit": unit,
        "units": [(bilingual(one, "name"), f"?unit={one.public_id}", one.pk == unit.pk) for one in units],
        "completeness": providers.completeness_of([unit.pk], today)[unit.pk],
        "course": _course(year),
        "year": today.year,
        "counted": [
            Counted(state.value, labels.label("instrument", state.value).text, counts.get(state, 0))
            for state in InstrumentState
        ],
        "to_confirm": counts["to_confirm"],
        "draft_count": counts.get(InstrumentState.DRAFT, 0),
        "drafts": drafts.order_by("urgency", "name_zh", "id")[:LISTED],
        "waiting": waiting[:LISTED],
        "waiting_count": waiting.count(),
        "usage": _usage(unit.pk, today.year),
        "assessments": _assessments(request, unit.pk),
    }
    return render(request, "instrument_share/unit_desk.html", context)


def _managed(request: HttpRequest) -> "list[Organization]":
    found = [
        membership.organization
        for membership in standing(request.user).memberships
        if membership.role == Role.UNIT_MANAGER
    ]
    if not found:
        raise Forbidden
    return found


def _course(months: Sequence[UnitCompleteness]) -> dict[str, Any]:
    """The percentage at the end of each month; of the present month as far as it is known."""
    return {
        "type": "line",
        "unit": "%",
        "categories": [date_format(month.as_of, "YEAR_MONTH_FORMAT") for month in months],
        "series": [{"name": _("complete"), "data": [month.percent for month in months]}],
    }


def _usage(organization_id: int, year: int) -> Hours:
    span = Interval(
        datetime(year, 1, 1, tzinfo=CITY_TIME),
        datetime(year + 1, 1, 1, tzinfo=CITY_TIME),
    )
    found = {hours.of: hours for hours in bookings.hours_by_unit(span)}
    return found.get(organization_id) or Hours(organization_id, 0, 0)


def _assessments(request: HttpRequest, organization_id: int) -> "list[UnitAssessment]":
    """The unit's own assessments of the last years that have one, newest first."""
    return [
        assessment
        for cycle in rewards.cycles(request.user)[:YEARS_BACK]
        for assessment in rewards.assessments(request.user, cycle).filter(organization_id=organization_id)
    ]
