"""Show incomplete units to the bureau, and send reminders."""

from collections.abc import Callable
from datetime import date, datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden, NotFound, gettext_noop
from instrument_share.kernel.wording import Bilingual
from instrument_share.personal.services.disclosures import people_disclosed, people_listed
from instrument_share.web import clock, cursor
from instrument_share.web.forms.params import parse_number
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.lists.tables import get_address
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.templatetags.sentences import named
from instrument_share.web.templatetags.ui import act_in_words
from instrument_share.web.text.labels import KINDS
from providers.instruments.views.common import person
from providers.units.domain.completeness import kind_changes
from providers.units.domain.completeness_plain import A_WEEK
from providers.units.domain.reminders import LEFT_IN_PEACE, LONGEST_NOTE, ReminderOutcome
from providers.units.selectors.completeness import completeness_at, kinds_running_out
from providers.units.selectors.reminders import reminder_plan, reminders
from providers.units.selectors.supervision import titles_by_id, unit_acts
from providers.units.selectors.units import has_unit_page
from providers.units.services.reminders import completeness_remind
from providers.units.templatetags.units_ui import subject_in_words
from providers.units.views.acts import Act
from providers.units.views.charts import completeness_chart
from providers.units.views.completeness_filters import (
    UnitFilterForm,
    export_units,
    month_ends_of,
    requested_day,
    table_heads,
)
from providers.units.views.completeness_table import filter_units, owning_units

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization

PER_PAGE = 50
ACTS_LISTED = 20
BATCH_SIZE = 500
REMINDERS_LISTED = 10
YEARS_BACK = 3
EVER_ADMITTED = (OrganizationState.ADMITTED, OrganizationState.SUSPENDED)
"""The states of units whose page the bureau sees; a suspended one is not among those to remind."""
Row = TypeVar("Row")
Asked = tuple[int, str]
"""The id and the public id of a unit that is to be reminded."""


@login_required
@require_safe
def completeness(request: HttpRequest) -> HttpResponseBase:
    """List the units with filters; `?export=csv` or `xlsx` returns a sheet."""
    now = clock.now()
    today = now.astimezone(CITY_TIME).date()
    if not accounts.region_of(request.user):
        raise Forbidden
    day = requested_day(request, today)
    every = owning_units(request.user, day)
    rows = filter_units(every, request.GET.dict())
    if form := request.GET.get("export"):
        return export_units(rows, day, form, now)
    page = _page(rows, lambda row: row.organization.public_id, request.GET.get("cursor", ""))
    context = {
        "form": UnitFilterForm(request, every, today),
        "heads": table_heads(request),
        "page": page,
        "rows": page.items,
        "shown": len(rows),
        "unit_count": len(every),
        "day": day,
        "is_today": day == today,
        "may_remind": day == today and person(request).has_perm("providers.remind_unit"),
        "remind_all": reverse("completeness_remind") + get_address(request, all="1", sort=""),
        "open_shown": sum(row.is_to_remind for row in rows),
        "is_filtered": any(request.GET.get(name) for name in UnitFilterForm.base_fields),
        "as_csv": get_address(request, export="csv"),
        "as_xlsx": get_address(request, export="xlsx"),
    }
    return render(request, "providers/units/completeness.html", context)


def _page(rows: list[Row], key: Callable[[Row], str], after: str) -> "cursor.Page[Any]":
    """Return the rows after the unit with this public id; the order exists in no table."""
    ids = [key(row) for row in rows]
    start = ids.index(after) + 1 if after in ids else 0
    items: list[Any] = rows[start : start + PER_PAGE]
    return cursor.Page(items, ids[start + PER_PAGE - 1] if len(ids) > start + PER_PAGE else None)


# --- One unit ---------------------------------------------------------------------------------------------


@login_required
@require_safe
def unit_supervision(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Show a unit's completeness, its course over the year, reminders and acts.

    `?format=csv` exports the acts.
    """
    now = clock.now()
    today = now.astimezone(CITY_TIME).date()
    if not accounts.region_of(request.user):
        raise Forbidden
    unit = _owning(request, public_id)
    if request.GET.get("format") == "csv":
        return _export_acts(request, unit)
    year = _year(request, unit, today)
    days = [today - A_WEEK, today, *month_ends_of(year, today)]
    before, judged, *course = completeness_at([unit.pk], days)[unit.pk]
    ends = kinds_running_out([unit.pk], today)[unit.pk]
    acts = cursor.page(
        unit_acts(request.user, unit),
        ordering=("-at", "-id"),
        cursor=request.GET.get("cursor"),
        limit=ACTS_LISTED,
    )
    people_listed(
        actor=person(request),
        what="unit_acts.list",
        people=[entry.actor_id for entry in acts.items],
        now=now,
        subject=unit,
        organization_id=unit.pk,
    )
    titles = titles_by_id([entry.subject_id for entry in acts.items])
    is_admitted = unit.state == OrganizationState.ADMITTED
    may_remind = person(request).has_perm("providers.remind_unit", unit)
    context = {
        "unit": unit,
        "has_page": has_unit_page(request.user, unit.pk),
        "kind_of_unit": KINDS.get(unit.kind, unit.kind),
        "completeness": judged,
        "kinds": [(kind, ends.get(kind.kind)) for kind in judged.kinds],
        "changes": kind_changes(before, judged),
        "year": year,
        "years": [
            (str(one), f"?year={one}", one == year)
            for one in range(today.year, _first_year(unit, today) - 1, -1)
        ],
        "course": completeness_chart(course, today),
        "reminders": reminders(request.user, unit.pk)[:REMINDERS_LISTED],
        "may_remind": is_admitted and bool(judged.to_do) and may_remind,
        "page": acts,
        "acts": [Act(entry, titles.get(entry.subject_id)) for entry in acts.items],
    }
    return render(request, "providers/units/unit_supervision.html", context)


def _export_acts(request: HttpRequest, unit: "Organization") -> HttpResponseBase:
    found = unit_acts(request.user, unit).order_by("-at", "-id")
    now, count = clock.now(), found.count()
    people_disclosed(
        actor=person(request), what="unit_acts.export", count=count, now=now, organization_id=unit.pk
    )
    heads = [
        gettext("Time"),
        gettext("By whom"),
        gettext("Action"),
        gettext("Kind of subject"),
        gettext("What it concerns"),
        gettext("Reason"),
    ]
    titles = titles_by_id(found.values_list("subject_id", flat=True))
    acts = (Act(entry, titles.get(entry.subject_id)) for entry in found.iterator(BATCH_SIZE))
    return csv_response(f"acts-{unit.public_id}", heads, map(_act_cells, acts))


def _act_cells(act: Act) -> list[Any]:
    entry = act.entry
    words = [act_in_words(entry.action), subject_in_words(entry.action)]
    return [entry.at, entry.who, *words, named(act.title) if act.title else "", act.reason]


def _owning(request: HttpRequest, public_id: str) -> "Organization":
    found = accounts.organization_inside(request.user, public_id)
    is_owning = found.owns_instruments and found.state in EVER_ADMITTED
    if not (is_owning and accounts.supervises(request.user, found)):
        raise NotFound
    return found


def _year(request: HttpRequest, unit: "Organization", today: date) -> int:
    wanted = parse_number(request.GET.get("year", ""))
    if wanted is None or not _first_year(unit, today) <= wanted <= today.year:
        return today.year
    return wanted


def _first_year(unit: "Organization", today: date) -> int:
    """Return the first year whose course is shown: that of the registration, or the last but two."""
    return max(today.year - YEARS_BACK + 1, unit.created_at.astimezone(CITY_TIME).year)


# --- Reminding --------------------------------------------------------------------------------------------


class NoteForm(forms.Form):
    """A note that the bureau adds to a reminder."""

    note = forms.CharField(
        label=gettext_lazy("Add a sentence"),
        help_text=gettext_lazy("The open kinds and the next steps are added automatically."),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def remind(request: HttpRequest) -> HttpResponse:
    """Preview and send reminders; a recently reminded unit has to be ticked again.

    The units are those of `?unit=`, or with `?all=1` those that match the table's filters.
    """
    require(request.user, "providers.remind_unit")
    now = clock.now()
    if request.method == "POST":
        return _send(request, now)
    asked = _asked_for(request, now)
    return _preview(request, NoteForm(), _page_of(request, asked), len(asked), now)


def _page_of(request: HttpRequest, asked: list[Asked]) -> "cursor.Page[Any]":
    return _page(asked, itemgetter(1), request.GET.get("cursor", ""))


def _preview(
    request: HttpRequest,
    form: NoteForm,
    page: "cursor.Page[Any]",
    count: int,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    plan = reminder_plan(person(request), [pk for pk, _public_id in page.items], now)
    by_outcome = {
        outcome.value: [one for one in plan if one.outcome is outcome] for outcome in ReminderOutcome
    }
    context = {
        "form": form,
        "plan": by_outcome,
        "reachable": [*by_outcome[ReminderOutcome.SENT], *by_outcome[ReminderOutcome.RECENT]],
        "page": page,
        "count": count,
        "per_page": PER_PAGE,
        "rest_days": LEFT_IN_PEACE.days,
    }
    return render(request, "providers/units/remind.html", context, status=status)


def _asked_for(request: HttpRequest, now: datetime) -> list[Asked]:
    if request.GET.get("all"):
        rows = owning_units(request.user, now.astimezone(CITY_TIME).date())
        found = [row.organization for row in filter_units(rows, request.GET.dict()) if row.is_to_remind]
        return sorted((one.pk, one.public_id) for one in found)
    return _named(request, request.GET.getlist("unit"))


def _named(request: HttpRequest, public_ids: list[str]) -> list[Asked]:
    found = accounts.organizations(request.user).filter(public_id__in=public_ids)
    return sorted(found.values_list("pk", "public_id"))


def _send(request: HttpRequest, now: datetime) -> HttpResponse:
    ticked = _named(request, [*request.POST.getlist("unit"), *request.POST.getlist("again")])
    again = set(request.POST.getlist("again"))
    form = NoteForm(request.POST)
    plan = run_service(
        form,
        lambda: completeness_remind(
            actor=person(request),
            organization_ids=[pk for pk, _public_id in ticked],
            note=form.cleaned_data["note"],
            insist=[pk for pk, public_id in ticked if public_id in again],
            now=now,
        ),
    )
    if plan is None:
        asked = _asked_for(request, now)
        page = cursor.Page[Any](ticked, None) if ticked else _page_of(request, asked)
        return _preview(request, form, page, len(asked), now, status=422)
    sent = len(plan[ReminderOutcome.SENT])
    sentence = ngettext("{count} unit is reminded.", "{count} units are reminded.", sent).format(count=sent)
    left_out = [one for outcome in LEFT_OUT for one in plan[outcome]]
    if left_out:
        names = tuple(Bilingual(one.organization.name_zh, one.organization.name_en) for one in left_out)
        sentence += " " + told(gettext_noop("Left out: {names}."), {"names": names})
    return redirect_with_message(request, sentence, _next_address(request, now))


def _next_address(request: HttpRequest, now: datetime) -> str:
    """Return the address of the next page of units to remind, that of the table after the last."""
    query = request.GET.copy()
    query["cursor"] = _page_of(request, _asked_for(request, now)).next_cursor or ""
    return f"{request.path}?{query.urlencode()}" if query["cursor"] else reverse("completeness")


LEFT_OUT = (ReminderOutcome.RECENT, ReminderOutcome.COMPLETE, ReminderOutcome.UNREACHABLE)
