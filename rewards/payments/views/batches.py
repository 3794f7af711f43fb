"""Batches: make one, give it to the bank as a sheet, and read the bank's answer."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.errors import DomainError
from instrument_share.sheets.reading import MAX_BYTES, read_table
from instrument_share.web import clock
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.responses.problem import problems_told, status_of, told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import yuan
from rewards.cycle.selectors.snapshot import name_as_frozen
from rewards.payments.domain.bank_sheet import BankRow, Expected, read_bank_sheet
from rewards.payments.domain.errors import AnswersStale, NothingChosen
from rewards.payments.forms import BankSheetForm, WithdrawForm
from rewards.payments.reports import XLSX, build_bank_sheet
from rewards.payments.selectors.batches import find_replaced, get_batch, waiting_rows
from rewards.payments.services.batches import batch_check, batch_make, batch_settle, batch_withdraw
from rewards.payments.services.payments import may_pay
from rewards.payments.views.finance import describe_own
from rewards.report.selectors.reports import get_report
from rewards.report.selectors.sealed import get_sealed_units

if TYPE_CHECKING:
    from rewards.payments.models import PaymentBatch

SALT = "rewards.payments.bank_answers"


@confirmation_view
def batch_new(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm a batch of the awards in the address. Raises NothingChosen where there are none."""
    require(request.user, "rewards.record_payment")
    report = get_report(request.user, public_id)
    wanted = set(request.GET.getlist("award"))
    chosen = [unit for unit in get_sealed_units(report) if unit.award in wanted and unit.amount_yuan]
    if not chosen:
        raise NothingChosen
    total = yuan(sum(unit.amount_yuan for unit in chosen))
    address = reverse("report", args=[public_id])
    return Confirmation(
        heading=_("Put these payments into a batch?"),
        consequences=[
            ngettext(
                "%(units)s unit, %(total)s together.", "%(units)s units, %(total)s together.", len(chosen)
            )
            % {"units": len(chosen), "total": total},
            _("Each goes to its unit’s account, which a second person has checked."),
            _("You get a sheet for the bank; its answers are read from a sheet, too."),
        ],
        action=_("Create the batch"),
        perform=lambda: batch_make(
            actor=request.user,
            report_id=report.pk,
            awards=[unit.award for unit in chosen],
            now=clock.now(),
        ),
        success=_("The batch is created. Give its sheet to the bank."),
        back_address=address,
        next_address=f"{address}#batches",
    )


@require_safe
def batch(request: HttpRequest, public_id: str, batch_id: str) -> HttpResponse:
    """Show a batch."""
    require(request.user, "rewards.trace_any")
    report = get_report(request.user, public_id)
    return render(request, "rewards/payments/batch.html", _context(request, report, batch_id))


def _context(request: HttpRequest, report: Any, batch_id: str) -> dict[str, Any]:
    found = get_batch(report, batch_id)
    rows = list(found.rows.all())
    units = [row.award.assessment.organization for row in rows]
    name_as_frozen(report.cycle, units)
    waiting = [row for row in rows if row.is_waiting]
    bound_to = standing(request.user).bound_to
    own = [row for row in waiting if row.award.assessment.organization_id in bound_to]
    pays = may_pay(request.user, report)
    return {
        "report": report,
        "batch": found,
        "rows": rows,
        "replaced": find_replaced(rows),
        "can_settle": pays and len(waiting) > len(own),
        "can_withdraw": pays and waiting and not own,
        "of_others": [describe_own(row.award.assessment.organization) for row in own] if pays else [],
        "own_awards": frozenset(row.award.public_id for row in own),
        "form": BankSheetForm(),
    }


@counts_as("export")
@require_safe
def batch_sheet(request: HttpRequest, public_id: str, batch_id: str) -> HttpResponse:
    """Download the batch as a workbook for the bank, which says what the page says of replaced accounts."""
    require(request.user, "rewards.record_payment")
    report = get_report(request.user, public_id)
    found = get_batch(report, batch_id)
    sheet = build_bank_sheet(found, find_replaced(found.rows.all()))
    answer = HttpResponse(sheet, content_type=XLSX)
    name = f"{report.cycle.year}-{report.number}-batch-{found.number}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def batch_answer(request: SignedInRequest, public_id: str, batch_id: str) -> HttpResponse:
    """Read the bank's sheet and show what it says; record it when that is confirmed."""
    require(request.user, "rewards.record_payment")
    report = get_report(request.user, public_id)
    context = _context(request, report, batch_id)
    found, status = context["batch"], 200
    if request.method == "POST":
        form = BankSheetForm(request.POST, request.FILES)
        context["form"] = form
        try:
            if "answers" in request.POST:
                return _record(request, found)
            if form.is_valid():
                read = _read(found, form.cleaned_data["sheet"].read(MAX_BYTES + 1))
                answers = [answer for answer in read if answer.award not in context["own_awards"]]
                batch_check(actor=request.user, batch_id=found.pk, answers=answers, now=clock.now())
                context |= _preview(found, answers, context["own_awards"])
                context["left_out"] = len(read) - len(answers)
            else:
                status = 422
        except DomainError as wrong:
            context["wrong"] = told(wrong.message, wrong.params)
            context["problems"] = problems_told(wrong.problems)
            if not wrong.problems:
                form.is_valid()
                add_problems(form, wrong)
            status = status_of(wrong)
    return render(request, "rewards/payments/batch_answer.html", context, status=status)


def _read(batch: "PaymentBatch", content: bytes) -> list[BankRow]:
    expected = [
        Expected(row.award.public_id, row.account.number, row.amount_yuan) for row in waiting_rows(batch)
    ]
    return read_bank_sheet(read_table(content).rows, expected)


def _preview(batch: "PaymentBatch", answers: list[BankRow], own: frozenset[str]) -> dict[str, Any]:
    """Return what is shown of the answers; `own` are the awards whose rows somebody else records."""
    waiting = {row.award.public_id: row for row in batch.rows.all() if row.is_waiting}
    rows = {award: row for award, row in waiting.items() if award not in own}
    made = [rows[answer.award].amount_yuan for answer in answers if answer.paid]
    return {
        "answers": [(rows[answer.award], answer) for answer in answers],
        "total": sum(made),
        "signed": signing.dumps([batch.public_id, [_plain(answer) for answer in answers]], salt=SALT),
        "left": len(rows) - len(answers),
    }


def _plain(answer: BankRow) -> list[Any]:
    day = answer.day.isoformat() if answer.day else ""
    return [answer.award, answer.paid, answer.voucher, day, answer.reason]


def _record(request: SignedInRequest, batch: "PaymentBatch") -> HttpResponse:
    """Record the answers that the page had shown."""
    answers = _unsign(request.POST["answers"], batch)
    batch_settle(actor=request.user, batch_id=batch.pk, answers=answers, now=clock.now())
    address = reverse("batch", args=[batch.report.public_id, batch.public_id])
    sentence = ngettext(
        "The bank’s answer on %(rows)s payment is recorded.",
        "The bank’s answers on %(rows)s payments are recorded.",
        len(answers),
    )
    return redirect_with_message(request, sentence % {"rows": len(answers)}, address)


def _unsign(given: str, batch: "PaymentBatch") -> list[BankRow]:
    """Return the answers that the page had shown. Raises AnswersStale for anything else."""
    try:
        shown, rows = signing.loads(given, salt=SALT)
    except signing.BadSignature:
        raise AnswersStale from None
    if shown != batch.public_id:
        raise AnswersStale
    return [
        BankRow(award, paid, voucher, date.fromisoformat(day) if day else None, reason)
        for award, paid, voucher, day, reason in rows
    ]


@confirmation_view
def batch_take_back(request: SignedInRequest, public_id: str, batch_id: str) -> Confirmation:
    """Confirm taking back what waits in a batch."""
    require(request.user, "rewards.record_payment")
    report = get_report(request.user, public_id)
    found = get_batch(report, batch_id)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    return Confirmation(
        heading=_("Withdraw batch {number}?").format(number=found.number),
        consequences=[
            _(
                "Rows without an answer from the bank count as failed; their awards can be paid in "
                "another way."
            ),
            _("Do this only when the bank will not carry them out."),
        ],
        action=_("Withdraw waiting payments"),
        perform=lambda: batch_withdraw(
            actor=request.user, batch_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The waiting payments of the batch are withdrawn."),
        back_address=reverse("batch", args=[public_id, batch_id]),
        form=form,
        tone="danger",
    )
