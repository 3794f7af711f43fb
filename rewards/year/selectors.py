"""Open assessments and their next steps, for the desks of the bureau and Finance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import rules
from django.conf import settings
from django.db.models import Count, Exists, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookings.public import usage_logs
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound
from rewards.cycle.domain.entries import months_of_year
from rewards.cycle.domain.states import CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.rewarded import find_year_in_the_way
from rewards.cycle.selectors.scope import can_see_all
from rewards.cycle.selectors.step_runs import LastStep, get_last_steps
from rewards.findings.domain.states import FalsificationState, FindingState
from rewards.findings.models import Falsification, Finding
from rewards.objections.models import Objection
from rewards.objections.selectors.objections import open_objections, unkept_promises
from rewards.payments.selectors.payments import payments_in_force
from rewards.report.models import FinanceReport
from rewards.report.selectors.previews import get_preview
from rewards.year.domain import NextStep, Preview, get_next_step

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class CycleAhead:
    """A year's assessment with its next step.

    `report` is the last one sent, `last` the last long step, `last_paid` the day of the latest payment.
    """

    cycle: AssessmentCycle
    step: NextStep
    open_findings: int
    open_falsifications: int
    open_objections: int
    outdated: bool
    other_year: int | None
    report: FinanceReport | None
    last: LastStep | None
    last_paid: date | None

    @property
    def move_under_way(self) -> str:
        """The step that a job takes now or soon; empty if there is none."""
        return self.last.run.move if self.last and self.last.is_under_way else ""


def get_cycles_ahead(viewer: "Viewer", now: datetime) -> list[CycleAhead]:
    """Return open years, newest first, for the bureau and Finance.

    Four statements, and one for each year that is over, not frozen, and rewards instruments once.
    """
    if not can_see_all(viewer):
        return []
    return _ahead(_counted().exclude(state=CycleState.PAID).order_by("-year"), now)


def get_years_to_open(viewer: "Viewer", now: datetime) -> list[int]:
    """Return the years that an officer can open: this one, and last year where it has logs."""
    if not rules.has_perm("rewards.run_cycle", viewer):
        return []
    this = now.astimezone(CITY_TIME).year
    opened = set(AssessmentCycle.objects.filter(year__in=(this - 1, this)).values_list("year", flat=True))
    begins, ends = months_of_year(this - 1)[0], months_of_year(this - 1)[-1]
    years = [this] if this not in opened else []
    if (
        this - 1 not in opened
        and usage_logs(viewer).filter(starts_at__gte=begins, starts_at__lt=ends).exists()
    ):
        years.append(this - 1)
    return years


def get_cycle_ahead(viewer: "Viewer", year: int, now: datetime) -> CycleAhead:
    """Return a year's assessment with its next step. Raises NotFound. Four statements at most."""
    found = _ahead(_counted().filter(year=year), now) if can_see_all(viewer) else []
    if not found:
        raise NotFound
    return found[0]


def _counted() -> QuerySet[AssessmentCycle]:
    findings = Finding.objects.filter(cycle=OuterRef("pk")).order_by().values("cycle")
    still_open = findings.filter(state=FindingState.OPEN).annotate(n=Count("pk")).values("n")
    last = findings.annotate(n=Max("decision_number")).values("n")
    proposed = (
        Falsification.objects.filter(finding__cycle=OuterRef("pk"), state=FalsificationState.PROPOSED)
        .order_by()
        .values("finding__cycle")
        .annotate(n=Count("pk"))
        .values("n")
    )
    objections = _count(open_objections().filter(cycle=OuterRef("pk")))
    paid = payments_in_force().filter(report__cycle=OuterRef("pk")).order_by("-paid_date")
    promised = unkept_promises().filter(cycle=OuterRef("pk"))
    return AssessmentCycle.objects.select_related("policy", "announced_by", "approved_by").annotate(
        open_objections=objections,
        promised=Exists(promised),
        last_paid=Subquery(paid.values("paid_date")[:1]),
        open_findings=Coalesce(Subquery(still_open, output_field=IntegerField()), 0),
        open_falsifications=Coalesce(Subquery(proposed, output_field=IntegerField()), 0),
        last_decision=Coalesce(Subquery(last, output_field=IntegerField()), 0),
    )


def _count(rows: QuerySet[Objection]) -> Coalesce:
    counted = rows.order_by().values("cycle").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _ahead(cycles: QuerySet[AssessmentCycle], now: datetime) -> list[CycleAhead]:
    found = list(cycles)
    ids = [cycle.pk for cycle in found]
    reports, steps = _last_reports(ids), get_last_steps(ids)
    return [_one(cycle, reports.get(cycle.pk), steps.get(cycle.pk), now) for cycle in found]


def _last_reports(cycle_ids: Sequence[int]) -> dict[int, FinanceReport]:
    sent = FinanceReport.objects.filter(cycle__in=cycle_ids).order_by("number")
    return {report.cycle_id: report for report in sent}


def _one(
    cycle: AssessmentCycle, report: FinanceReport | None, last: LastStep | None, now: datetime
) -> CycleAhead:
    open_findings: int = getattr(cycle, "open_findings")  # noqa: B009 (an annotation)
    falsifications: int = getattr(cycle, "open_falsifications")  # noqa: B009
    objections: int = getattr(cycle, "open_objections")  # noqa: B009
    outdated = cycle.scored_at is not None and getattr(cycle, "last_decision") != cycle.decisions_scored  # noqa: B009
    today = now.astimezone(CITY_TIME).date()
    is_over = cycle.state == CycleState.COLLECTING and today.year > cycle.year
    other_year = find_year_in_the_way(cycle, cycle.policy) if is_over else None
    step = get_next_step(
        cycle.state,
        year=cycle.year,
        today=today,
        other_year=other_year,
        notice_ends=cycle.notice_ends_date,
        undecided=open_findings + falsifications,
        open_objections=objections,
        promised_anew=getattr(cycle, "promised"),  # noqa: B009
        outdated=outdated,
        draft=cycle.policy.is_draft,
        preview=_preview(cycle),
        report_state=report.state if report else "",
    )
    return CycleAhead(
        cycle,
        step,
        open_findings,
        falsifications,
        objections,
        outdated,
        other_year,
        report,
        last,
        last_paid=getattr(cycle, "last_paid"),  # noqa: B009
    )


def _preview(cycle: AssessmentCycle) -> Preview:
    found = get_preview(cycle) if cycle.state == CycleState.APPROVED else None
    return "" if found is None else "looked_at" if found.looked_at else "made"


def get_notice_contact(viewer: "Viewer") -> dict[str, str]:
    """Return whom the last notice named, or else the contact of the viewer's bureau; keys of the form."""
    last = AssessmentCycle.objects.exclude(notice_person="").order_by("-noticed_at").first()
    if last is not None:
        return {"person": last.notice_person, "phone": last.notice_phone, "address": last.notice_address}
    for membership in standing(viewer).memberships:
        if membership.role == Role.BUREAU_OFFICER:
            bureau = membership.organization
            return {
                "person": bureau.contact,
                "phone": bureau.phone,
                "address": str(settings.CONTACT["address_zh"]),
            }
    return {}
