"""Pages of the Finance Bureau: its desk, reports and their files."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rules
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.errors import NotFound
from instrument_share.kernel.wording import Bilingual
from instrument_share.web import clock, cursor
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.lists.queues import read_queue
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.problem import told
from instrument_share.web.responses.shown_by_browser import shown_by_browser
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import yuan
from rewards.assessment.selectors import assessments, get_award_amounts
from rewards.cycle.domain.errors import TookPart
from rewards.payments.domain.errors import BoundToUnit
from rewards.payments.selectors.accounts import (
    accounts_to_check,
    get_accounts,
    get_kept_accounts_by_unit,
)
from rewards.payments.selectors.batches import batches, get_waiting_rows
from rewards.payments.selectors.payments import (
    get_paid_by_report,
    get_payment_reasons,
    get_payments_by_award,
    get_unpaid_of,
    reports_waiting_first,
    reversed_payments,
)
from rewards.payments.selectors.tasks import find_finance_tasks
from rewards.payments.services.payments import get_sealed_date, may_pay
from rewards.policy.selectors import get_policy_rules
from rewards.report.domain.errors import ReportDamaged
from rewards.report.domain.states import ReportState
from rewards.report.forms import AcceptForm, ReturnForm
from rewards.report.reports.sealed_inputs import is_part
from rewards.report.selectors import reports as reports_selectors
from rewards.report.selectors.integrity import find_report_problems
from rewards.report.selectors.reports import open_report_file
from rewards.report.selectors.sealed import get_sealed_units
from rewards.report.services import answers as answers_services

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from instrument_share.accounts.selectors import Viewer
    from rewards.assessment.models import UnitAssessment
    from rewards.payments.models import BatchRow, PayeeAccount, Payment
    from rewards.payments.selectors.accounts import KeptAccount
    from rewards.report.models import FinanceReport
    from rewards.report.reports.sealed_results import SealedUnit

PER_PAGE = 20
MAX_LISTED = 20
"""Accounts to check on the desk."""


@require_safe
def finance(request: HttpRequest) -> HttpResponse:
    """Show the desk of the Finance Bureau."""
    require(request.user, "rewards.trace_any")
    page = cursor.page(
        reports_waiting_first(request.user),
        ordering=("rank", "-sealed_at", "-id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    paid = get_paid_by_report([report.pk for report in page.items])
    cycles = {report.cycle_id for report in page.items}
    awards = get_award_amounts(cycles)
    of_others = get_unpaid_of(standing(request.user).bound_to, cycles)
    checks = rules.has_perm("rewards.record_payment", request.user)
    context = {
        "page": page,
        "tasks": find_finance_tasks(request.user),
        "to_check": read_queue(
            request, accounts_to_check(request.user), "accounts", "entered_at", "id", limit=MAX_LISTED
        )
        if checks
        else None,
        "rows": [
            {
                "report": report,
                "problems": find_report_problems(report, awards.get(report.cycle_id, {})),
                "paid": paid.get(report.pk, Decimal(0)),
                "next": _next(
                    request.user,
                    report,
                    paid.get(report.pk, Decimal(0)),
                    of_others.get(report.cycle_id, Decimal(0)),
                ),
            }
            for report in page.items
        ],
    }
    return render(request, "rewards/payments/finance.html", context)


def _next(viewer: "Viewer", report: "FinanceReport", paid: Decimal, of_others: Decimal) -> str:
    """Return what the viewer has to do with a report, or for what it waits; empty when nothing is left.

    `of_others` is what is not paid of awards that somebody else pays than the viewer.
    """
    left = report.total_yuan - paid
    if report.state == ReportState.SENT:
        if answers_services.may_answer(viewer, report):
            return _("Check it, then accept or return it")
        return _("Waits for the Finance Bureau’s answer")
    if report.state != ReportState.ACCEPTED or left <= 0:
        return ""
    if left <= of_others or not may_pay(viewer, report):
        return _("Waits for the Finance Bureau to record payments: {amount} left").format(amount=yuan(left))
    return _("Record the payments: {amount} left").format(amount=yuan(left - of_others))


@require_safe
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a report."""
    require(request.user, "rewards.trace_any")
    found = reports_selectors.get_report(request.user, public_id)
    live = {unit.award.public_id: unit for unit in assessments(request.user, found.cycle)}
    problems = find_report_problems(found, {name: unit.award.amount_yuan for name, unit in live.items()})
    units = _sealed_units(found)
    sealed = {unit.award: unit for unit in units}
    payments = get_payments_by_award(found)
    parts = [file for file in found.manifest["files"] if is_part(file["name"])]
    awarded = [unit for unit in units if unit.amount_yuan]
    paid = sum((payment.amount_yuan for payment in payments.values()), Decimal(0))
    can_pay = not problems and may_pay(request.user, found)
    came_back = list(reversed_payments(found))
    reasons = get_payment_reasons((*payments.values(), *came_back))
    rows = _rows(request.user, found, units, live, payments, reasons)
    context = {
        "report": found,
        "cycle": found.cycle,
        "policy": get_policy_rules(found.cycle.policy),
        "problems": problems,
        "rows": rows,
        "batches": batches(found),
        "came_back": [
            (
                payment,
                sealed.get(payment.award.public_id, payment.award.assessment.organization),
                reasons.get(payment.public_id, ""),
            )
            for payment in came_back
        ],
        "sum_of_awards": sum((unit.amount_yuan for unit in units), Decimal(0)),
        "paid": paid,
        "unpaid": found.total_yuan - paid if found.state != ReportState.RETURNED else Decimal(0),
        "progress": ngettext(
            "%(paid)s of %(units)s unit is paid", "%(paid)s of %(units)s units are paid", len(awarded)
        )
        % {"paid": len(payments), "units": len(awarded)},
        "files": [file for file in found.manifest["files"] if not is_part(file["name"])],
        "parts": len(parts),
        "size_of_parts": sum(file["size"] for file in parts),
        "can_answer": answers_services.may_answer(request.user, found),
        "took_part": _describe_part(request, found),
        "can_pay": can_pay,
        "can_batch": can_pay and any(row.is_payable for row in rows),
    }
    return render(request, "rewards/payments/report.html", context)


def _describe_part(request: HttpRequest, report: "FinanceReport") -> str:
    """Return why the viewer, who has the role, neither answers nor pays; empty where that is not so."""
    has_role = rules.has_perm("rewards.answer_report", request.user, report)
    is_settled = report.state == ReportState.RETURNED
    if not has_role or is_settled or not answers_services.took_part(request.user, report):
        return ""
    return told(TookPart.message, {"year": report.cycle.year})


@dataclass(frozen=True)
class _Row:
    """A sealed unit on the report's page, with what was paid, or what it waits for."""

    unit: "SealedUnit"
    assessment: str
    payment: "Payment | None"
    waiting: "BatchRow | None"
    account: "PayeeAccount | None"
    kept: "Sequence[KeptAccount]"
    organization: str
    of_others: str
    """Why somebody else than the viewer records its payments; empty where the viewer may."""
    account_reason: str
    """Why the payment went to an account that had been replaced; empty for others."""

    @property
    def is_payable(self) -> bool:
        """Whether nothing but the payment, which the viewer may record, is missing."""
        checked = self.account is not None and self.account.checked_at is not None
        return self.is_recordable and checked

    @property
    def is_recordable(self) -> bool:
        """Whether a payment can have been made, be it to an account before the present one."""
        is_due = bool(self.unit.amount_yuan and self.kept) and not self.payment and not self.waiting
        return is_due and not self.of_others


def _rows(
    viewer: "Viewer",
    report: "FinanceReport",
    units: "Sequence[SealedUnit]",
    live: "Mapping[str, UnitAssessment]",
    payments: "Mapping[str, Payment]",
    reasons: "Mapping[str, str]",
) -> list[_Row]:
    organizations = {one.organization_id for one in live.values()}
    accounts = get_accounts(organizations)
    kept = get_kept_accounts_by_unit(organizations, get_sealed_date(report))
    waiting = get_waiting_rows([one.award.pk for one in live.values()])
    own = standing(viewer).bound_to
    rows = []
    for unit in units:
        one, payment = live.get(unit.award), payments.get(unit.award)
        rows.append(
            _Row(
                unit,
                one.public_id if one else "",
                payment,
                waiting.get(unit.award),
                accounts.get(one.organization_id) if one else None,
                kept[one.organization_id] if one else (),
                unit.organization,
                describe_own(unit) if one and one.organization_id in own else "",
                reasons.get(payment.public_id, "") if payment else "",
            )
        )
    return rows


def describe_own(unit: Any) -> str:
    """Return why somebody else than the viewer records what is paid to a unit of the viewer's."""
    return told(BoundToUnit.message, {"unit": Bilingual(unit.name_zh, unit.name_en)})


def _sealed_units(report: "FinanceReport") -> "Sequence[SealedUnit]":
    """Return what was sealed, or nothing where the package is damaged, which the page's problems say."""
    try:
        return get_sealed_units(report)
    except ReportDamaged:
        return ()


@counts_as("export")
@shown_by_browser
@require_safe
def report_pdf(request: HttpRequest, public_id: str) -> FileResponse:
    """Show the signed PDF in the browser; `?download` saves it."""
    return _file(request, public_id, "pdf", "application/pdf", inline="download" not in request.GET)


@counts_as("export")
@require_safe
def report_package(request: HttpRequest, public_id: str) -> FileResponse:
    """Return the sealed package as a download."""
    return _file(request, public_id, "package", "application/zip", inline=False)


def _file(
    request: HttpRequest, public_id: str, kind: str, content_type: str, *, inline: bool
) -> FileResponse:
    require(request.user, "rewards.trace_any")
    found = reports_selectors.get_report(request.user, public_id)
    try:
        name, file = open_report_file(found, kind)
    except OSError:
        raise NotFound from None
    answer = FileResponse(file, content_type=content_type)
    answer["Content-Disposition"] = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "private, no-cache"
    answer["ETag"] = f'"{found.pdf_sha256 if kind == "pdf" else found.package_sha256}"'
    return answer


@confirmation_view
def report_accept(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm accepting a report."""
    found = _answerable(request, public_id)
    form = AcceptForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Accept the report of {year}?").format(year=found.cycle.year),
        consequences=[
            _("You confirm that {amount} are to be paid.").format(amount=yuan(found.total_yuan)),
            _("The bureau is told; the report can no longer be returned."),
            _("Payments can be recorded from then on."),
        ],
        action=_("Accept the report"),
        perform=lambda: answers_services.report_accept(
            actor=request.user, report_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The report is accepted and the bureau has been told. Record the payments next."),
        back_address=reverse("report", args=[public_id]),
        form=form,
    )


@confirmation_view
def report_return(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm returning a report, with a reason."""
    found = _answerable(request, public_id)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Return the report of {year}?").format(year=found.cycle.year),
        consequences=[
            _("The bureau is told with your reason, and seals and sends a new report."),
            _("This report stays on record as returned; nothing is paid by it."),
            _("Units are told, without the reason; their certificates and sheets are no longer in force."),
        ],
        action=_("Return with this reason"),
        perform=lambda: answers_services.report_return(
            actor=request.user, report_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The report is returned. The bureau sees your reason and sends a new one."),
        back_address=reverse("report", args=[public_id]),
        form=form,
        tone="danger",
    )


def _answerable(request: HttpRequest, public_id: str) -> "FinanceReport":
    require(request.user, "rewards.answer_report")
    return reports_selectors.get_report(request.user, public_id)
