"""Pages of assessments, down to the logs behind them, and the public results."""

from collections import Counter
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found
from instrument_share.kernel.interval import in_hours
from instrument_share.web import clock
from instrument_share.web.text.formats import bilingual, number
from rewards.assessment import selectors as assessment_selectors
from rewards.assessment.reports import describe_reasoning, get_reason_text
from rewards.assessment.selectors import (
    get_instruments_in_order,
    get_public_results,
    get_snapshot_logs,
    get_withdrawn_notice,
    list_points,
)
from rewards.assessment.views.frozen_logs import build_log_rows
from rewards.assessment.views.indicators import build_groups, build_improvements, build_lines
from rewards.cycle.domain.states import SEALED
from rewards.cycle.permissions import require_part
from rewards.cycle.selectors import cycles as cycles_selectors
from rewards.cycle.selectors.scope import managed_units
from rewards.cycle.selectors.snapshot import name_as_frozen
from rewards.findings.domain.states import FindingState
from rewards.findings.reports import get_kind_text
from rewards.findings.selectors.findings import findings
from rewards.inspections.selectors.inspections import draws_of_year
from rewards.objections.selectors.objections import objections_of, takes_objections
from rewards.policy.domain.policy import FULL_SCORE
from rewards.policy.selectors import get_policy_rules

if TYPE_CHECKING:
    from rewards.assessment.models import UnitAssessment, UnitFigures


@require_safe
def assessment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a unit's assessment."""
    found = get_visible_assessment(request, public_id)
    policy = get_policy_rules(found.cycle.policy)
    lines = build_lines(found.indicators.all(), policy, list_points(found.cycle), public_id)
    manages = found.organization_id in managed_units(request.user)
    context = {
        "assessment": found,
        "full_score": FULL_SCORE,
        "cycle": found.cycle,
        "policy": policy,
        "groups": build_groups(lines),
        "open_findings": findings(request.user, found.cycle).filter(
            organization=found.organization_id, state=FindingState.OPEN
        ),
        "improvements": build_improvements(lines, found.organization.public_id if manages else ""),
        "deductions": describe_deductions(found),
        "reasoning": describe_reasoning(found.award.reasoning),
        "instruments": sorted(
            get_instruments_in_order(found),
            key=lambda one: (not one.eligible, bilingual(one.instrument, "name")),
        ),
        "months": build_months(found),
        "manages": manages,
        "sees_all": rules.has_perm("rewards.trace_any", request.user),
        "sealed": found.cycle.state in SEALED,
    }
    return render(request, "rewards/assessment/assessment.html", context)


def get_visible_assessment(request: HttpRequest, public_id: str) -> "UnitAssessment":
    """Return an assessment that the viewer may see, unit and instruments named as frozen."""
    require_part(request.user)
    found = assessment_selectors.get_assessment(request.user, public_id)
    require(request.user, "rewards.see_assessment", found)
    instruments = [each.instrument for each in found.instruments.all()]
    name_as_frozen(found.cycle, [found.organization], instruments)
    return found


def describe_deductions(found: "UnitFigures") -> list[str]:
    """Return a sentence for each kind of finding with deducted points."""
    words = {
        "overdue": _("Findings that were not answered in time"),
        "upheld": _("Findings that were upheld"),
    }
    return [
        _("{kind}: {count} × {each} points = {points} points").format(
            kind=words.get(each["kind"]) or get_kind_text(each["kind"]),
            count=each["count"],
            each=each["each"],
            points=each["points"],
        )
        for each in found.deductions
    ]


def build_months(found: "UnitFigures") -> dict[str, Any]:
    """Return hours by month as chart data."""
    return {
        "type": "bar",
        "unit": _("hours"),
        "categories": [str(MONTHS[month]) for month in range(1, 13)],
        "series": [
            {"name": name, "data": [in_hours(seconds[kind]) for seconds in found.months]}
            for kind, name in enumerate((_("Effective hours"), _("External hours")))
        ],
    }


@require_safe
def instrument_result(request: HttpRequest, public_id: str, instrument_id: str) -> HttpResponse:
    """Show what an instrument contributed, with its logs."""
    found = get_visible_assessment(request, public_id)
    result = require_found(
        next((each for each in found.instruments.all() if each.instrument.public_id == instrument_id), None)
    )
    logs = get_snapshot_logs(request.user, result)
    chosen = request.GET.get("show", "")
    shown = [log for log in logs if _is_shown(log, chosen)]
    context = {
        **build_log_rows(request, found.cycle, shown),
        "assessment": found,
        "cycle": found.cycle,
        "policy": get_policy_rules(found.cycle.policy),
        "result": result,
        "instrument": result.instrument,
        "tabs": _tabs(logs, chosen),
        "sums": _sums(logs),
        "sees_all": rules.has_perm("rewards.trace_any", request.user),
    }
    return render(request, "rewards/assessment/instrument_result.html", context)


def _is_shown(log: dict[str, Any], chosen: str) -> bool:
    if chosen in _KINDS:
        return _KINDS[chosen](log)
    return not chosen or log["reason"] == chosen


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "counted": lambda log: log["counted"],
    "part": lambda log: log["counted"] and log["part"] != "1",
    "excluded": lambda log: not log["counted"],
}
"""What the address calls logs that count, those that count in part, and those that do not."""


def _tabs(logs: list[dict[str, Any]], chosen: str) -> list[tuple[str, str, bool, int]]:
    """Return tabs for all logs, for those that count, in part or not, and for each reason."""
    kinds = {
        "counted": _("Counted"),
        "part": _("Counted in part"),
        "excluded": _("Not counted"),
    }
    counts = {kind: sum(map(is_of_it, logs)) for kind, is_of_it in _KINDS.items()}
    reasons = Counter(log["reason"] for log in logs if log["reason"])
    return [
        (_("All"), "?", not chosen, len(logs)),
        *(
            (name, f"?show={kind}", chosen == kind, counts[kind])
            for kind, name in kinds.items()
            if counts[kind] or kind in ("counted", chosen)
        ),
        *((get_reason_text(code), f"?show={code}", chosen == code, n) for code, n in sorted(reasons.items())),
    ]


def _sums(logs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of the counted logs on all pages."""
    counted = [log for log in logs if log["counted"]]
    return {
        "logs": len(counted),
        "seconds": sum(log["counted_seconds"] for log in counted),
        "yuan": sum(log["counted_yuan"] for log in counted),
    }


@require_safe
def result(request: HttpRequest, year: int) -> HttpResponse:
    """Show the public notice of a year, and later its approved results."""
    cycle = cycles_selectors.cycles(request.user).filter(year=year, noticed_at__isnull=False).first()
    if cycle is None:
        return _withdrawn(request, year)
    rows = get_public_results(cycle)
    awarded = [row for row in rows if row["amount_yuan"]]
    context = {
        "cycle": cycle,
        "policy": get_policy_rules(cycle.policy),
        "rows": [SimpleNamespace(**row) for row in rows],
        "takes_objections": takes_objections(cycle, clock.now()),
        "draws": draws_of_year(cycle),
        "total": sum(row["amount_yuan"] for row in rows),
        "summary": ngettext(
            "%(units)s unit was assessed; %(awarded)s of them gets an award.",
            "%(units)s units were assessed; %(awarded)s of them get an award.",
            len(rows),
        )
        % {"units": number(len(rows)), "awarded": number(len(awarded))},
    }
    return render(request, "rewards/assessment/result.html", context)


def _withdrawn(request: HttpRequest, year: int) -> HttpResponse:
    """Say why the public notice of a year was withdrawn."""
    cycle, entry = get_withdrawn_notice(year)
    context = {
        "cycle": cycle,
        "withdrawn_at": entry.at,
        "reason": entry.details.get("reason"),
        "objected": objections_of(cycle).exists(),
    }
    return render(request, "rewards/assessment/withdrawn.html", context)
