"""Pages of public holidays and make-up workdays: known years, and corrections with a preview."""

from calendar import Calendar
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from bookings.requests.selectors.affected import find_bookings_in_lost_time
from bookings.requests.selectors.bookings import bookings
from bookings.requests.services.holidays import holidays_set
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from instrument_share.kernel.interval import total_length
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.responses.problem import told
from providers import public as providers
from providers.domain import CalendarYearChanged, Day
from providers.public import DayForm, DaysForm, YearForm, YearOfDays, person, window_changes

MAX_SHOWN = 20
FEWEST_DAYS = 20
"""A notice of the State Council names more days of a year, make-up workdays included."""
FIRST_YEAR, LAST_YEAR = 2004, 2100


@login_required
@require_safe
def this_year(request: HttpRequest) -> HttpResponse:
    """Redirect to the current year."""
    require(request.user, "providers.maintain_tables")
    year = clock.now().astimezone(CITY_TIME).year
    return HttpResponseRedirect(reverse("holiday_year", args=[year]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def holiday_year(request: HttpRequest, year: int) -> HttpResponse:
    """Show a year; preview a correction ("correct", "import") or apply it ("apply")."""
    require(request.user, "providers.maintain_tables")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    now = clock.now()
    known = providers.calendar_year(year)
    act = request.POST.get("act", "")
    day_form = DayForm(known, request.POST if act == "correct" else None, prefix="day")
    whole_year = (request.POST, request.FILES) if act in ("import", "apply") else ()
    year_form = YearForm(known, *whole_year)
    sent = {"correct": day_form, "import": year_form, "apply": year_form}.get(act)
    if sent is not None and sent.is_valid():
        if act == "apply" and (not _has_few_days(sent) or "confirmed" in request.POST):
            try:
                return _applied(request, sent, now)
            except CalendarYearChanged:
                sent.year = providers.calendar_year(year)
        return _look(request, sent, now)
    context = {
        "known": known,
        "years": _years(now.astimezone(CITY_TIME).year, year),
        "months": _months(known),
        "day_form": day_form,
        "year_form": year_form,
    }
    return render(
        request, "bookings/requests/holidays.html", context, status=422 if sent is not None else 200
    )


def _has_few_days(form: DaysForm) -> bool:
    """Return whether the year has fewer days than a notice names, so that some are probably missing."""
    return len(form.days) < FEWEST_DAYS


def _applied(request: HttpRequest, form: DaysForm, now: datetime) -> HttpResponse:
    outside = holidays_set(
        actor=person(request),
        year=form.year.year,
        days=form.days,
        source=form.cleaned_data["source"],
        now=now,
        seen=request.POST.get("seen", ""),
    )
    sentence = _("The public holidays of {year} are entered; open hours follow them.").format(
        year=form.year.year
    )
    if outside:
        told = ngettext(
            "{number} booking lies outside them now; its user and keeper are told.",
            "{number} bookings lie outside them now; their users and keepers are told.",
            outside,
        ).format(number=outside)
        sentence = f"{sentence} {told}"
    return redirect_with_message(request, sentence, reverse("holiday_year", args=[form.year.year]))


def _look(request: HttpRequest, form: DaysForm, now: datetime) -> HttpResponse:
    """Show what the correction would change."""
    corrected = YearOfDays(form.year.year, True, True, form.cleaned_data["source"], tuple(form.days))
    changed = window_changes(corrected.table(), now)
    outside = find_bookings_in_lost_time({pk: one.lost for pk, one in changed.items()})
    visible = bookings(request.user).filter(pk__in=[booking.pk for booking in outside])
    instruments = providers.instruments(request.user).filter(pk__in=list(changed))
    is_again = request.POST.get("act") == "apply"
    is_changed = is_again and request.POST.get("seen") != form.year.version
    context = {
        "known": form.year,
        "changed": told(CalendarYearChanged.message, {}) if is_changed else "",
        "form": form,
        "few": len(form.days) if _has_few_days(form) else 0,
        "is_unconfirmed": is_again,
        "is_whole_year": request.POST.get("act") != "correct",
        "changes": _changes(form.year.days, form.days),
        "instruments": [
            (
                instrument,
                total_length(changed[instrument.pk].lost),
                total_length(changed[instrument.pk].gained),
            )
            for instrument in instruments[:MAX_SHOWN]
        ],
        "instrument_count": len(changed),
        "outside": visible.order_by("starts_at", "pk")[:MAX_SHOWN],
        "outside_count": len(outside),
    }
    status = 422 if is_again else 200
    return render(request, "bookings/requests/holidays_look.html", context, status=status)


def _changes(before: Sequence[Day], after: Sequence[Day]) -> list[tuple[date, Day | None, Day | None]]:
    """Return each day that changes, before and after; None where it is an ordinary weekday."""
    old, new = {day.date: day for day in before}, {day.date: day for day in after}
    return [
        (on, old.get(on), new.get(on)) for on in sorted(old.keys() | new.keys()) if old.get(on) != new.get(on)
    ]


def _years(current: int, shown: int) -> list[tuple[str, str, bool]]:
    """Return the years to choose from: those around the current one, and those with entries."""
    known: Mapping[int, bool] = providers.known_years()
    near = {*range(current - 2, current + 3), shown, *(year for year, entered in known.items() if entered)}
    words = {True: _("entered here"), False: _("in the published table"), None: _("not known")}
    return [
        (f"{year} · {words[known.get(year)]}", reverse("holiday_year", args=[year]), year == shown)
        for year in sorted(near)
    ]


def _months(known: YearOfDays) -> list[dict[str, Any]]:
    """Return the twelve months as weeks of days; None for days of adjacent months."""
    named = {day.date: day for day in known.days}
    return [
        {
            "first": date(known.year, month, 1),
            "weeks": [
                [
                    {"date": on, "named": named.get(on), "weekend": on.weekday() > 4}
                    if on.month == month
                    else None
                    for on in week
                ]
                for week in Calendar().monthdatescalendar(known.year, month)
            ],
        }
        for month in range(1, 13)
    ]
