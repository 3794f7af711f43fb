"""How the journal tells what is done in the annual assessment and with the report."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

import rules
from django.urls import reverse

from instrument_share.journal.registry import Subject, SubjectKind
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.scope import can_see_all
from rewards.declarations.reports import get_titles
from rewards.declarations.selectors import known_codes
from rewards.findings.models import Finding
from rewards.inspections.models import InspectionDraw, RandomInspection
from rewards.objections.models import Objection
from rewards.payments.models import PayeeAccount, Payment, PaymentBatch
from rewards.report.models import FinanceReport
from rewards.vouchers.models import VoucherApplication, VoucherClaim, VoucherPayout, VoucherScheme

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def prepare_fact_titles() -> Callable[[Mapping[str, Any]], str]:
    """Return what tells the qualification or grade of a declared fact, as policies word it."""
    titles = {(kind.value, code): title for (kind, code), title in get_titles(known_codes()).items()}
    return lambda details: titles.get((details.get("kind", ""), details["code"]), "")


ACTS: dict[str, str] = {
    "policy.loaded": gettext_noop("Reward policy loaded"),
    "trial.started": gettext_noop("Trial of a policy started"),
    "forecast.started": gettext_noop("Forecast of a year started"),
    "fact.declared": gettext_noop("Fact declared"),
    "fact.confirmed": gettext_noop("Fact confirmed"),
    "fact.returned": gettext_noop("Fact returned"),
    "fact.withdrawn": gettext_noop("Fact withdrawn by its unit"),
    "cycle.opened": gettext_noop("Annual assessment opened"),
    "cycle.policy_adopted": gettext_noop("Year put under the decided policy"),
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
    "finding.falsification_proposed": gettext_noop("Falsification proposed"),
    "finding.falsification_answered": gettext_noop("Question on a falsification answered"),
    "finding.falsification_confirmed": gettext_noop("Falsification confirmed"),
    "finding.falsification_rejected": gettext_noop("Falsification rejected"),
    "report.previewed": gettext_noop("Preview of the report made"),
    "report.looked_at": gettext_noop("Preview of the report reviewed"),
    "report.sent": gettext_noop("Report sent to the Finance Bureau"),
    "report.accepted": gettext_noop("Report accepted by the Finance Bureau"),
    "report.returned": gettext_noop("Report returned by the Finance Bureau"),
    "cycle.unpaid": gettext_noop("A payment came back; the year is not paid any more"),
    "account.entered": gettext_noop("Receiving account entered"),
    "account.checked": gettext_noop("Receiving account checked"),
    "payment.recorded": gettext_noop("Payment recorded"),
    "payment.reversed": gettext_noop("Payment came back"),
    "batch.made": gettext_noop("Batch of payments made"),
    "batch.settled": gettext_noop("Bank’s answers on a batch recorded"),
    "batch.withdrawn": gettext_noop("Waiting payments of a batch withdrawn"),
    "voucher_scheme.opened": gettext_noop("Batch of innovation vouchers opened"),
    "voucher_application.submitted": gettext_noop("Innovation voucher applied for"),
    "voucher_application.granted": gettext_noop("Innovation voucher granted"),
    "voucher_application.refused": gettext_noop("Application for an innovation voucher refused"),
    "voucher_claim.submitted": gettext_noop("Claim on a voucher sent"),
    "voucher_claim.checked": gettext_noop("Claim on a voucher checked"),
    "voucher_claim.audited": gettext_noop("Claim on a voucher approved"),
    "voucher_claim.refused": gettext_noop("Claim on a voucher refused"),
    "voucher_list.made": gettext_noop("Payout list of vouchers made"),
    "voucher_payout.recorded": gettext_noop("Payout on a voucher recorded"),
    "voucher_payout.reversed": gettext_noop("Payout on a voucher came back"),
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


def _batches(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = PaymentBatch.objects.filter(public_id__in=ids).select_related("report")
    return {row.public_id: Subject(Bilingual(row.report.code), _report(viewer, row.report)) for row in rows}


def _accounts(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = PayeeAccount.objects.filter(public_id__in=ids).select_related("organization")
    return {
        row.public_id: Subject(
            Bilingual(row.organization.name_zh, row.organization.name_en),
            reverse("payee_account", args=[row.organization.public_id])
            if rules.has_perm("rewards.see_account", viewer, row)
            else "",
        )
        for row in rows
    }


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


def _voucher_schemes(_viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = VoucherScheme.objects.filter(public_id__in=ids)
    return {
        row.public_id: Subject(
            Bilingual(row.name_zh, row.name_en), reverse("voucher_scheme", args=[row.public_id])
        )
        for row in rows
    }


def _voucher_applications(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = VoucherApplication.objects.filter(public_id__in=ids).select_related("organization")
    return {row.public_id: _of_voucher(viewer, row, "voucher_application", row.public_id) for row in rows}


def _voucher_claims(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = VoucherClaim.objects.filter(public_id__in=ids).select_related("grant__organization")
    return {row.public_id: _of_voucher(viewer, row.grant, "voucher_claim", row.public_id) for row in rows}


def _voucher_payouts(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = VoucherPayout.objects.filter(public_id__in=ids).select_related("row__claim__grant__organization")
    return {
        row.public_id: _of_voucher(viewer, row.row.claim.grant, "voucher_claim", row.row.claim.public_id)
        for row in rows
    }


def _of_voucher(viewer: "Viewer", of: Any, page: str, public_id: str) -> Subject:
    sees = rules.has_perm("rewards.see_voucher", viewer, of)
    name = Bilingual(of.organization.name_zh, of.organization.name_en)
    return Subject(name, reverse(page, args=[public_id]) if sees else "")


KINDS: dict[str, SubjectKind] = {
    "rewards.RewardPolicy": SubjectKind(gettext_noop("Reward policy")),
    "rewards.PolicyTrial": SubjectKind(gettext_noop("Trial of a policy")),
    "rewards.DeclaredFact": SubjectKind(gettext_noop("Declared fact")),
    "rewards.AssessmentCycle": SubjectKind(gettext_noop("Annual assessment"), _cycles),
    "rewards.Finding": SubjectKind(gettext_noop("Finding"), _findings),
    "rewards.InspectionDraw": SubjectKind(gettext_noop("Draw of inspections"), _draws),
    "rewards.RandomInspection": SubjectKind(gettext_noop("Random inspection"), _inspections),
    "rewards.Objection": SubjectKind(gettext_noop("Objection"), _objections),
    "rewards.FinanceReport": SubjectKind(gettext_noop("Report"), _reports),
    "rewards.Payment": SubjectKind(gettext_noop("Payment"), _payments),
    "rewards.PaymentBatch": SubjectKind(gettext_noop("Batch of payments"), _batches),
    "rewards.PayeeAccount": SubjectKind(gettext_noop("Receiving account"), _accounts),
    "rewards.VoucherScheme": SubjectKind(gettext_noop("Voucher scheme"), _voucher_schemes),
    "rewards.VoucherApplication": SubjectKind(gettext_noop("Voucher application"), _voucher_applications),
    "rewards.VoucherClaim": SubjectKind(gettext_noop("Claim on a voucher"), _voucher_claims),
    "rewards.VoucherPayoutList": SubjectKind(gettext_noop("Payout list of vouchers")),
    "rewards.VoucherPayout": SubjectKind(gettext_noop("Payout on a voucher"), _voucher_payouts),
}
