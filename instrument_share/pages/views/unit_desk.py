"""Desk of unit managers."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings import public as bookings
from bookings.domain import StatementState
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing, waiting_requests
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden
from instrument_share.pages.views.me import build_counted_logs
from instrument_share.web import clock
from instrument_share.web.lists.queues import read_queue
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text import labels
from instrument_share.web.text.formats import bilingual, name_columns
from providers import public as providers
from providers.domain import (
    NOTICE_AHEAD,
    ONE_DAY,
    InformationKind,
    InstrumentState,
    UnitCompleteness,
    open_kinds,
)
from providers.public import (
    Act,
    completeness_chart,
    incomplete_instruments,
    month_ends_of,
    own_instrument_counts,
    own_instruments,
    take_downs,
    titles_by_id,
)
from rewards import public as rewards

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bookings.models import Booking, Statement
    from instrument_share.accounts.models import Organization, User
    from instrument_share.web.lists.queues import Queue
    from providers.models import Instrument
    from rewards.models import UnitAssessment

MAX_LISTED = 8
WITHDRAWN_PERIOD = timedelta(days=30)
"""For so long the desk shows what was taken down."""
YEARS_BACK = 3


@login_required
@require_safe
def unit_desk(request: SignedInRequest) -> HttpResponse:
    """Show what a unit has to do next; `?unit=` chooses among several."""
    now = clock.now()
    today = now.astimezone(CITY_TIME).date()
    units = _managed(request)
    unit = next((one for one in units if one.public_id == request.GET.get("unit")), units[0])
    counts = own_instrument_counts(request.user, unit.pk, now)
    drafts = own_instruments(request.user, unit.pk, now, state=InstrumentState.DRAFT)
    refused = own_instruments(request.user, unit.pk, now, state="refused")
    waiting = _find_waiting(request.user, now)
    judged, *course = providers.completeness_at([unit.pk], [today, *month_ends_of(today.year, today)])[
        unit.pk
    ]
    withdrawn = take_downs(request.user, unit, now - WITHDRAWN_PERIOD)
    down = read_queue(request, withdrawn, "taken-down", "-id", limit=MAX_LISTED)
    named = titles_by_id([entry.subject_id for entry in down.items])
    to_decide, appeals = (waiting[kind].of(unit.pk) for kind in ("requests", "appeals"))
    requests = read_queue(request, to_decide, "requests", "decide_by", "starts_at", "id", limit=MAX_LISTED)
    context = {
        "now": now,
        "unit": unit,
        "units": _list_units(request.user, units, unit, waiting),
        "completeness": judged,
        "reminder": _reminder(request, unit.pk, judged),
        "notice_days": NOTICE_AHEAD.days,
        "running_out": _running_out(unit.pk, today),
        "returned": providers.organization_profile(unit.pk),
        "taken_down": [Act(entry, named.get(entry.subject_id)) for entry in down.items],
        "down": down,
        "course": completeness_chart(course, today),
        "year": today.year,
        "declared_year": _get_declared_year(today.year),
        "counted": [
            {
                "state": state.value,
                "label": labels.label("instrument", state.value).text,
                "number": counts.get(state, 0),
            }
            for state in InstrumentState
        ],
        "to_confirm": counts["to_confirm"],
        "draft_count": counts.get(InstrumentState.DRAFT, 0),
        "refused": read_queue(request, refused, "refused", *name_columns(), "id", limit=MAX_LISTED),
        "drafts": drafts.order_by("urgency", *name_columns(), "id")[:MAX_LISTED],
        "to_recode": _to_recode(request, unit.pk),
        "tasks": _tasks(request.user, unit, now, waiting),
        "more": _list_more(unit, requests, counts["incomplete"], waiting),
        "appeals": read_queue(request, appeals, "appeals", "answer_date", "id", limit=MAX_LISTED),
        **_list_uses(request, unit.pk, waiting),
        "waiting": requests,
        "incomplete_count": counts["incomplete"],
        "owed": bookings.sum_owed(bookings.statements_of_unit(request.user, unit.pk), today),
        "usage": bookings.get_unit_hours_of_year(unit.pk, today.year),
        "assessments": _assessments(request, unit.pk),
        "forecasts": [
            each.forecast for each in rewards.unit_forecasts(request.user).filter(organization_id=unit.pk)
        ],
    }
    return render(request, "pages/unit_desk.html", context)


def _get_declared_year(year: int) -> int:
    """Return the year that facts are declared for: the one before until its data are frozen."""
    return year - 1 if rewards.get_frozen_date(year - 1) is None else year


@dataclass(frozen=True)
class _Waiting:
    """What of one kind waits for a manager; `unit` leads from a row to its unit."""

    rows: "QuerySet[Any]"
    unit: str

    def of(self, organization_id: int) -> "QuerySet[Any]":
        return self.rows.filter(**{self.unit: organization_id})

    def count_by_unit(self) -> dict[int, int]:
        return dict(self.rows.order_by().values_list(self.unit).annotate(Count("pk", distinct=True)))


def _find_waiting(viewer: "User", now: datetime) -> dict[str, _Waiting]:
    """Return what waits for the viewer in all of their units, by kind; as the desk lists and counts it."""
    by_instrument = "instrument__organization"
    return {
        "requests": _Waiting(bookings.waiting_decisions(viewer, now), by_instrument),
        "appeals": _Waiting(bookings.waiting_appeals(viewer), f"event__booking__{by_instrument}"),
        "disputes": _Waiting(bookings.waiting_disputes(viewer), f"log__{by_instrument}"),
        "confirm": _Waiting(bookings.waiting_confirmations(viewer).exclude(user=viewer), by_instrument),
        "findings": _Waiting(rewards.findings_to_answer(viewer), "organization"),
        "falsifications": _Waiting(rewards.falsifications_to_answer(viewer), "finding__organization"),
        "samples": _Waiting(bookings.sample_orders_waiting(viewer, now), by_instrument),
        "disputed": _Waiting(bookings.statements_to_answer(viewer), "organization"),
        "credits": _Waiting(bookings.statements_to_pay_back(viewer), "organization"),
        "drafts": _Waiting(bookings.statements_to_send(viewer), "organization"),
        "to_pay": _Waiting(bookings.statements_to_pay(viewer), "payer_organization"),
        "incomplete": _Waiting(incomplete_instruments(viewer, now), "organization"),
    }


def _tasks(
    viewer: "User", unit: "Organization", now: datetime, waiting: dict[str, _Waiting]
) -> dict[str, list[Any]]:
    """Return what is due: requests that lapse today, findings to answer, instruments that lack something."""
    midnight = datetime.combine(now.astimezone(CITY_TIME).date() + ONE_DAY, time(), CITY_TIME)
    of_unit = {kind: each.of(unit.pk) for kind, each in waiting.items()}
    tasks: dict[str, list[Any]] = {
        "lapsing": list(of_unit["requests"].filter(decide_by__lt=midnight)[:MAX_LISTED]),
        "findings": list(of_unit["findings"][:MAX_LISTED]),
        "falsifications": list(of_unit["falsifications"]),
        "samples": list(of_unit["samples"][:MAX_LISTED]),
        "disputed": list(of_unit["disputed"][:MAX_LISTED]),
        "credits": list(of_unit["credits"][:MAX_LISTED]),
        "drafts": list(of_unit["drafts"][:1]),
        "incomplete": list(of_unit["incomplete"][:MAX_LISTED]),
        "to_join": list(waiting_requests(viewer, [unit]).values()),
        "to_pay": _to_pay(of_unit["to_pay"], now),
        "account": list(rewards.find_account_tasks(viewer, [unit.pk]).values()),
    }
    return tasks if any(tasks.values()) else {}


def _list_uses(
    request: SignedInRequest, organization_id: int, waiting: dict[str, _Waiting]
) -> dict[str, Any]:
    """Return what the manager has to answer or confirm of others' uses of the unit's instruments."""
    disputes, to_confirm = (waiting[kind].of(organization_id) for kind in ("disputes", "confirm"))
    confirm = read_queue(request, to_confirm, "confirm", "starts_at", "id", limit=MAX_LISTED)
    return {
        "disputes": read_queue(request, disputes, "disputes", "answer_by", "id", limit=MAX_LISTED),
        "confirm": confirm,
        "uses": build_counted_logs(confirm.items),
    }


def _to_pay(found: "QuerySet[Statement]", now: datetime) -> list[tuple[int, int]]:
    """Return how many statements wait for the unit to confirm or pay them, and how many are overdue."""
    if not (count := found.order_by().count()):
        return []
    late = bookings.filter_overdue(found, now.astimezone(CITY_TIME).date())
    return [(count, late.order_by().count())]


def _list_more(
    unit: "Organization", requests: "Queue[Booking]", incomplete: int, waiting: dict[str, _Waiting]
) -> list[tuple[str, str]]:
    """Return what is due beyond the first of each kind: how much there is in all, and where all of it is."""
    statements = reverse("unit_statements", args=[unit.public_id])
    samples, disputed, owed_back, findings = (
        waiting[kind].of(unit.pk).order_by() for kind in ("samples", "disputed", "credits", "findings")
    )
    by_year = findings.values_list("cycle__year").annotate(Count("pk")).order_by("cycle__year")
    found = [
        (requests.count, _("All {count} requests that wait for a decision"), "#requests"),
        *(
            (
                count,
                _("All {count} findings of {year} to answer").replace("{year}", str(year)),
                f"{reverse('findings', args=[year])}?state=to_answer&unit={unit.public_id}&sort=due",
            )
            for year, count in by_year
        ),
        (
            samples.count(),
            _("All {count} sample orders of this unit, in the list of all that wait for you"),
            reverse("sample_orders"),
        ),
        (
            disputed.count(),
            _("All {count} disputed statements"),
            f"{statements}?state={StatementState.DISPUTED.value}",
        ),
        (
            owed_back.count(),
            _("All {count} credits to pay back"),
            f"{statements}?state=credit",
        ),
        (
            incomplete,
            _("All {count} instruments whose booking set-up is incomplete"),
            reverse("unit_instruments", args=[unit.public_id]) + "?state=incomplete",
        ),
    ]
    return [(text.format(count=count), address) for count, text, address in found if count > MAX_LISTED]


def _list_units(
    viewer: "User", units: "list[Organization]", chosen: "Organization", waiting: dict[str, _Waiting]
) -> list[tuple[Any, ...]]:
    """Return the tabs of a manager of several units, each with how much waits there."""
    if len(units) == 1:
        return []
    counts = Counter(waiting_requests(viewer, units))
    counts.update(list(rewards.find_account_tasks(viewer, [one.pk for one in units])))
    for each in waiting.values():
        counts.update(each.count_by_unit())
    return [
        (bilingual(one, "name"), f"?unit={one.public_id}", one.pk == chosen.pk, counts.get(one.pk))
        for one in units
    ]


def _managed(request: HttpRequest) -> "list[Organization]":
    found = [
        membership.organization
        for membership in standing(request.user).memberships
        if membership.role == Role.UNIT_MANAGER
    ]
    if not found:
        raise Forbidden
    return found


def _reminder(request: HttpRequest, organization_id: int, judged: UnitCompleteness) -> dict[str, Any] | None:
    """Return the last reminder, and the information still missing, unless everything in it is done."""
    last = providers.reminders(request.user, organization_id).first()
    kinds = () if last is None else open_kinds(last.kinds, judged)
    return {"reminder": last, "open": kinds} if kinds else None


def _to_recode(request: HttpRequest, organization_id: int) -> "list[Instrument]":
    """Return instruments whose category was abolished, without a new one submitted yet."""
    found = providers.instruments_to_recode(request.user).filter(organization_id=organization_id)
    return [one for one in found if not one.pending_values.get("category")]


def _running_out(organization_id: int, today: date) -> "list[tuple[InformationKind, date]]":
    """Return complete information that will soon be outdated, the earliest date first."""
    ends = providers.kinds_running_out([organization_id], today)[organization_id]
    soon = [(kind, day) for kind, day in ends.items() if day <= today + NOTICE_AHEAD]
    return sorted(soon, key=lambda one: one[1])


def _assessments(request: HttpRequest, organization_id: int) -> "list[UnitAssessment]":
    """Return the unit's own assessments of the last years, newest first."""
    return [
        assessment
        for cycle in rewards.cycles(request.user)[:YEARS_BACK]
        for assessment in rewards.assessments(request.user, cycle).filter(organization_id=organization_id)
    ]
