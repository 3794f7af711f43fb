"""How the journal tells what is done in the annual assessment and with the report."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.urls import reverse

from instrument_share.journal.registry import Subject, SubjectKind
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.scope import can_see_all
from rewards.findings.models import Finding
from rewards.inspections.models import InspectionDraw, RandomInspection
from rewards.objections.models import Objection
from rewards.report.models import FinanceReport, Payment

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

ACTS: dict[str, str] = {
    "policy.loaded": gettext_noop("Reward policy loaded"),
    "cycle.opened": gettext_noop("Annual assessment opened"),
    "cycle.step_started": gettext_noop("Step of the assessment started"),
    "cycle.frozen": gettext_noop("Data of the assessment frozen"),
    "cycle.checked": gettext_noop("Assessment data checked"),
    "cycle.scored": gettext_noop("Assessment scored"),
    "cycle.announced": gettext_noop("Results put out for public notice"),
    "cycle.approved": gettext_noop("Results approved"),
    "cycle.paid": gettext_noop("All awards paid"),
    "finding.opened": gettext_noop("Finding opened"),
    "draw.announced": gettext_noop("Draw of inspections announced"),
    "draw.made": gettext_noop("Inspections drawn"),
    "inspection.recorded": gettext_noop("Inspection recorded"),
    "objection.raised": gettext_noop("Objection raised"),
    "objection.commented": gettext_noop("Unit commented on an objection"),
    "objection.answered": gettext_noop("Objection answered"),
    "finding.answered": gettext_noop("Finding answered"),
    "finding.upheld": gettext_noop("Finding upheld"),
    "finding.dismissed": gettext_noop("Finding dismissed"),
    "report.sent": gettext_noop("Report sent to the Finance Bureau"),
    "report.accepted": gettext_noop("Report accepted by the Finance Bureau"),
    "report.returned": gettext_noop("Report returned by the Finance Bureau"),
    "payment.recorded": gettext_noop("Payment recorded"),
}


def _cycles(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = AssessmentCycle.objects.filter(public_id__in=ids)
    return {
        row.public_id: Subject(
            Bilingual(str(row.year)), reverse("cycle", args=[row.year]) if can_see_all(viewer) else ""
        )
        for row in rows
    }


def _findings(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = Finding.objects.filter(public_id__in=ids).select_related("instrument")
    return {
        row.public_id: Subject(
            Bilingual(row.instrument.name_zh, row.instrument.name_en) if row.instrument else Bilingual(""),
            reverse("finding", args=[row.public_id]) if can_see_all(viewer) else "",
        )
        for row in rows
    }


def _reports(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = FinanceReport.objects.filter(public_id__in=ids)
    return {row.public_id: Subject(Bilingual(row.code), _report(viewer, row)) for row in rows}


def _payments(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = Payment.objects.filter(public_id__in=ids).select_related("report")
    return {row.public_id: Subject(Bilingual(row.report.code), _report(viewer, row.report)) for row in rows}


def _report(viewer: "Viewer", report: FinanceReport) -> str:
    return reverse("report", args=[report.public_id]) if can_see_all(viewer) else ""


def _draws(_viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = InspectionDraw.objects.filter(public_id__in=ids).select_related("cycle")
    return {
        row.public_id: Subject(
            Bilingual(f"{row.cycle.year} · {row.number}"), reverse("draw", args=[row.public_id])
        )
        for row in rows
    }


def _inspections(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = RandomInspection.objects.filter(public_id__in=ids).select_related("organization")
    return {
        row.public_id: Subject(
            Bilingual(row.organization.name_zh, row.organization.name_en),
            reverse("inspection", args=[row.public_id]) if can_see_all(viewer) else "",
        )
        for row in rows
    }


def _objections(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = Objection.objects.filter(public_id__in=ids).select_related("cycle")
    return {
        row.public_id: Subject(
            Bilingual(f"{row.cycle.year} · {row.number}"),
            reverse("objection", args=[row.public_id]) if can_see_all(viewer) else "",
        )
        for row in rows
    }


KINDS: dict[str, SubjectKind] = {
    "rewards.RewardPolicy": SubjectKind(gettext_noop("Reward policy")),
    "rewards.AssessmentCycle": SubjectKind(gettext_noop("Annual assessment"), _cycles),
    "rewards.Finding": SubjectKind(gettext_noop("Finding"), _findings),
    "rewards.InspectionDraw": SubjectKind(gettext_noop("Draw of inspections"), _draws),
    "rewards.RandomInspection": SubjectKind(gettext_noop("Random inspection"), _inspections),
    "rewards.Objection": SubjectKind(gettext_noop("Objection"), _objections),
    "rewards.FinanceReport": SubjectKind(gettext_noop("Report"), _reports),
    "rewards.Payment": SubjectKind(gettext_noop("Payment"), _payments),
}
