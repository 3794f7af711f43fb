"""Answers of the Finance Bureau to reports."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import people_for_city
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import DomainError, IllegalMove, gettext_noop, require_reason
from instrument_share.kernel.states import next_state
from rewards.assessment.services.telling import tell_of_return
from rewards.cycle.domain.errors import REASON_MISSING, TookPart
from rewards.cycle.domain.states import MOVES
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.report.domain.states import ReportState
from rewards.report.models import FinanceReport
from rewards.report.selectors.reports import report_lock
from rewards.report.selectors.sealed import require_sealed_awards

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer


@transaction.atomic
def report_accept(*, actor: "User", report_id: int, now: datetime, note: str = "") -> FinanceReport:
    """Accept the report for Finance, which can record payments from then on.

    Raises ReportDamaged, AwardsNotSealed.
    """
    report = _answerable(actor, report_id, "accept")
    require_sealed_awards(report)
    _answer(report, ReportState.ACCEPTED, actor, now, note.strip())
    if not report.total_yuan:
        _close(report, actor, now)
    return report


def _close(report: FinanceReport, actor: "User", now: datetime) -> None:
    """Close a year in which nothing is to be paid."""
    cycle = cycle_lock(report.cycle_id)
    cycle.state = next_state(MOVES, cycle.state, "pay", kind="cycle")
    cycle.save(update_fields=["state"])
    record(actor=actor, action="cycle.paid", subject=cycle, now=now)


@transaction.atomic
def report_return(*, actor: "User", report_id: int, reason: str, now: datetime) -> FinanceReport:
    """Return the report with a reason; the cycle is approved again, for a new report.

    Units are told without the reason: their certificates were issued from the report.
    """
    report = _answerable(actor, report_id, "return")
    reason = require_reason(reason, code=REASON_MISSING)
    cycle = cycle_lock(report.cycle_id)
    cycle.state = next_state(MOVES, cycle.state, "return", kind="cycle")
    cycle.save(update_fields=["state"])
    _answer(report, ReportState.RETURNED, actor, now, reason)
    tell_of_return(cycle, now)
    return report


def require_uninvolved(actor: "Viewer", report: FinanceReport) -> None:
    """Raise TookPart for who announced, approved or sent what Finance answers and pays."""
    if took_part(actor, report):
        raise TookPart(year=report.cycle.year)


def took_part(viewer: "Viewer", report: FinanceReport) -> bool:
    """Return whether the person announced, approved or sent the results of the report."""
    return viewer.pk in (report.cycle.announced_by_id, report.cycle.approved_by_id, report.sent_by_id)


def require_may_answer(actor: "Viewer", report: FinanceReport, move: str) -> None:
    """Raise Forbidden, TookPart or IllegalMove unless the actor may answer the report."""
    require(actor, "rewards.answer_report", report)
    require_uninvolved(actor, report)
    if report.state != ReportState.SENT:
        raise IllegalMove(state=f"report.{report.state}", move=move)


def may_answer(viewer: "Viewer", report: FinanceReport) -> bool:
    """Return whether the report waits for an answer that the viewer may give."""
    try:
        require_may_answer(viewer, report, "accept")
    except DomainError:
        return False
    return True


def _answerable(actor: "User", report_id: int, move: str) -> FinanceReport:
    report = report_lock(report_id)
    require_may_answer(actor, report, move)
    return report


def _answer(report: FinanceReport, state: ReportState, actor: "User", now: datetime, note: str) -> None:
    report.state = state.value
    report.answered_at, report.answered_by, report.answer_note = now, actor, note
    report.save(update_fields=["state", "answered_at", "answered_by", "answer_note"])
    record(actor=actor, action=f"report.{state}", subject=report, now=now, details={"note": note})
    messages = {
        ReportState.ACCEPTED: gettext_noop("The Finance Bureau accepted the report of {year}."),
        ReportState.RETURNED: gettext_noop("The Finance Bureau returned the report of {year}: {note}"),
    }
    notify(
        users=people_for_city(Role.BUREAU_OFFICER),
        kind=NotificationKind.ASSESSMENT,
        message=messages[state],
        params={"year": report.cycle.year, "note": note},
        path=page_address("cycle", report.cycle.year),
        now=now,
    )
