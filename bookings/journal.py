"""How the journal tells what is done to bookings and usage logs."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import rules
from django.urls import reverse

from bookings.credit.selectors import credit_events
from bookings.projects.models import Project
from bookings.projects.selectors import kept_projects
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.bookings import bookings
from bookings.samples.models import SampleOrder
from bookings.samples.selectors import sample_orders
from bookings.statements.models import Statement, StatementAccount
from bookings.statements.selectors.statements import statements
from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageLog, UsageWithdrawal
from bookings.usage.selectors.usage import usage_logs
from bookings.waiting.models import WaitlistEntry
from instrument_share.journal.registry import LookUp, Subject, SubjectKind
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

ACTS: dict[str, str] = {
    "booking.requested": gettext_noop("Booking requested"),
    "booking.offered": gettext_noop("Time offered from the waiting list"),
    "booking.offer_accepted": gettext_noop("Offered time accepted"),
    "booking.offer_declined": gettext_noop("Offered time declined"),
    "booking.offer_lapsed": gettext_noop("Offered time lapsed"),
    "waiting.joined": gettext_noop("Waiting list joined"),
    "waiting.left": gettext_noop("Waiting list left"),
    "waiting.ended": gettext_noop("Wait ended without a time"),
    "booking.approved": gettext_noop("Booking approved"),
    "booking.rejected": gettext_noop("Booking rejected"),
    "booking.cancelled": gettext_noop("Booking cancelled"),
    "booking.lapsed": gettext_noop("Booking request lapsed"),
    "booking.no_show": gettext_noop("No-show recorded"),
    "booking.no_show_taken_back": gettext_noop("No-show taken back: the user had come"),
    "booking.moved": gettext_noop("Booking moved"),
    "booking.extended": gettext_noop("Booking extended"),
    "booking.moved_for_decision": gettext_noop("Booking moved, approval needed again"),
    "credit.misuse_recorded": gettext_noop("Misuse recorded"),
    "credit.appealed": gettext_noop("Credit event appealed"),
    "credit.lifted": gettext_noop("Credit event lifted"),
    "credit.taken_back": gettext_noop("No-show taken back from a person’s credit"),
    "credit.upheld": gettext_noop("Credit event upheld"),
    "credit.appeal_passed_on": gettext_noop("Appeal passed on to the bureau"),
    "basket.added": gettext_noop("Time put into the basket"),
    "basket.removed": gettext_noop("Time taken out of the basket"),
    "basket.booked": gettext_noop("Time in the basket booked"),
    "booking.handed_over": gettext_noop("Booking handed over to a colleague"),
    "booking.planned": gettext_noop("Time for samples booked"),
    "booking.agreed": gettext_noop("New time of a booking agreed to"),
    "booking.charged_again": gettext_noop("Late cancellation charged again"),
    "booking.charge_taken_back": gettext_noop("No-show charge taken back"),
    "booking.charge_waived": gettext_noop("Charge waived"),
    "booking.kept": gettext_noop("Booking kept although the opening changed"),
    "booking.checked_in": gettext_noop("Checked in"),
    "booking.checked_out": gettext_noop("Checked out"),
    "booking.overdue": gettext_noop("Reminder of an overdue check-out sent"),
    "usage.recorded": gettext_noop("Usage logged"),
    "uses.imported": gettext_noop("Hours imported from a sheet"),
    "usage.corrected": gettext_noop("Usage log corrected"),
    "usage.correction_withdrawn": gettext_noop("Correction of a usage log withdrawn"),
    "usage.result_stated": gettext_noop("Result of a use added"),
    "usage.result_withdrawn": gettext_noop("Result of a use withdrawn"),
    "usage.confirmed": gettext_noop("Usage log confirmed"),
    "usage.reviewed": gettext_noop("Use rated"),
    "usage.disputed": gettext_noop("Hours disputed"),
    "usage.dispute_answered": gettext_noop("Dispute about hours answered"),
    "usage.review_replied": gettext_noop("Rating replied to"),
    "usage.history_imported": gettext_noop("Earlier hours imported"),
    "project.created": gettext_noop("Project opened"),
    "project.changed": gettext_noop("Project changed"),
    "project.closed": gettext_noop("Project closed"),
    "project.reopened": gettext_noop("Project opened again"),
    "calendar_feed.opened": gettext_noop("Calendar subscription opened"),
    "calendar_feed.rekeyed": gettext_noop("Calendar subscription given a new address"),
    "calendar_feed.closed": gettext_noop("Calendar subscription ended"),
    "webhook.created": gettext_noop("Webhook added"),
    "webhook.tested": gettext_noop("Webhook tested"),
    "webhook.rekeyed": gettext_noop("Webhook given a new secret"),
    "webhook.enabled": gettext_noop("Webhook switched on again"),
    "webhook.disabled": gettext_noop("Webhook switched off"),
    "webhook.removed": gettext_noop("Webhook removed"),
    "external_calendar.connected": gettext_noop("External calendar connected"),
    "external_calendar.disconnected": gettext_noop("External calendar disconnected"),
    "device.key_made": gettext_noop("Device key created"),
    "device.key_revoked": gettext_noop("Device key revoked"),
    "note.written": gettext_noop("Note about an instrument written"),
    "note.closed": gettext_noop("Note about an instrument closed"),
    "device.faulted": gettext_noop("Fault reported by a device"),
    "kiosk.made": gettext_noop("Kiosk created"),
    "kiosk.ended": gettext_noop("Kiosk ended"),
    "kiosk.act_taken": gettext_noop("Act at a kiosk recorded"),
    "kiosk.act_refused": gettext_noop("Act at a kiosk refused"),
    "case.uses_set": gettext_noop("Uses cited by a service case set"),
    "sample_order.submitted": gettext_noop("Samples ordered to be measured"),
    "sample_order.photos_added": gettext_noop("Photos of samples added"),
    "sample_order.quoted": gettext_noop("Quote for samples sent"),
    "sample_order.held": gettext_noop("Deadline of a sample order held"),
    "sample_order.due_anew": gettext_noop("Term of a sample order begun anew"),
    "sample_order.accepted": gettext_noop("Quote for samples accepted"),
    "sample_order.cancelled": gettext_noop("Sample order withdrawn"),
    "sample_order.rejected": gettext_noop("Sample order declined"),
    "sample_order.lapsed": gettext_noop("Sample order lapsed"),
    "sample_order.received": gettext_noop("Samples received"),
    "sample_order.planned": gettext_noop("Samples planned"),
    "sample_order.reported": gettext_noop("Report on samples delivered"),
    "sample_order.closed": gettext_noop("Samples given back or disposed of"),
    "statement_account.entered": gettext_noop("Account for statements entered"),
    "statement.drafted": gettext_noop("Statement drafted"),
    "statement.charge_dropped": gettext_noop("Charge taken off the draft of a statement"),
    "statement.sent": gettext_noop("Statement sent"),
    "statement.confirmed": gettext_noop("Statement confirmed"),
    "statement.disputed": gettext_noop("Statement disputed"),
    "statement.answered": gettext_noop("Dispute about a statement answered"),
    "statement.paid": gettext_noop("Payment of a statement recorded"),
    "statement.payment_reversed": gettext_noop("Payment of a statement reversed"),
    "statement.due_anew": gettext_noop("Statement due anew, as its payer was reinstated"),
    "statement.settled": gettext_noop("Statement settled"),
    "statement.reminded": gettext_noop("Reminder of an overdue statement sent"),
}


def _bookings(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = Booking.objects.filter(public_id__in=ids).select_related("instrument")
    visible = set(bookings(viewer).filter(public_id__in=ids).values_list("public_id", flat=True))
    return {
        row.public_id: Subject(
            _name(row.instrument),
            reverse("booking", args=[row.public_id]) if row.public_id in visible else "",
        )
        for row in rows
    }


def _logs(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = UsageLog.objects.filter(public_id__in=ids).select_related("instrument")
    return {row.public_id: subject for row, subject in _of_logs(viewer, {row: row for row in rows})}


def _parts_of_logs(model: Any) -> LookUp:
    """Return how to look up corrections or confirmations: they are told by the log that they belong to."""

    def look_up(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
        rows = model.objects.filter(public_id__in=ids).select_related("log__instrument")
        return {row.public_id: subject for row, subject in _of_logs(viewer, {row: row.log for row in rows})}

    return look_up


def _of_logs(viewer: "Viewer", logs: Mapping[Any, UsageLog]) -> list[tuple[Any, Subject]]:
    wanted = {log.public_id for log in logs.values()}
    visible = set(usage_logs(viewer).filter(public_id__in=wanted).values_list("public_id", flat=True))
    return [
        (
            row,
            Subject(
                _name(log.instrument),
                reverse("usage_log", args=[log.public_id]) if log.public_id in visible else "",
            ),
        )
        for row, log in logs.items()
    ]


def _sample_orders(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = SampleOrder.objects.filter(public_id__in=ids).select_related("instrument")
    visible = set(sample_orders(viewer).filter(public_id__in=ids).values_list("public_id", flat=True))
    return {
        row.public_id: Subject(
            _name(row.instrument),
            reverse("sample_order", args=[row.public_id]) if row.public_id in visible else "",
        )
        for row in rows
    }


def _statements(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = Statement.objects.filter(public_id__in=ids).select_related("organization")
    visible = set(statements(viewer).filter(public_id__in=ids).values_list("public_id", flat=True))
    return {
        row.public_id: Subject(
            Bilingual(f"{row.organization.name_zh} {row}", f"{row.organization.name_en} {row}".lstrip()),
            reverse("statement", args=[row.public_id]) if row.public_id in visible else "",
        )
        for row in rows
    }


def _statement_accounts(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = StatementAccount.objects.filter(public_id__in=ids).select_related("organization")
    return {
        row.public_id: Subject(
            _name(row.organization),
            reverse("statement_account", args=[row.organization.public_id])
            if rules.has_perm("bookings.manage_statements", viewer, row)
            else "",
        )
        for row in rows
    }


def _credit_events(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = CreditEvent.objects.filter(public_id__in=ids, booking__isnull=False)
    visible = set(credit_events(viewer).filter(public_id__in=ids).values_list("public_id", flat=True))
    return {
        row.public_id: Subject(
            _name(row.booking.instrument),  # type: ignore[union-attr]
            reverse("credit_event", args=[row.public_id]) if row.public_id in visible else "",
        )
        for row in rows.select_related("booking__instrument")
    }


def _waits(_viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = WaitlistEntry.objects.filter(public_id__in=ids).select_related("instrument")
    return {row.public_id: Subject(_name(row.instrument), "") for row in rows}


def _projects(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = Project.objects.filter(public_id__in=ids)
    kept = set(kept_projects(viewer).filter(public_id__in=ids).values_list("public_id", flat=True))
    return {
        row.public_id: Subject(
            Bilingual(str(row)),
            reverse("project", args=[row.public_id]) if row.public_id in kept else "",
        )
        for row in rows
    }


def _name(row: Any) -> Bilingual:
    return Bilingual(row.name_zh, row.name_en)


KINDS: dict[str, SubjectKind] = {
    "bookings.Booking": SubjectKind(gettext_noop("Booking"), _bookings),
    "bookings.UsageLog": SubjectKind(gettext_noop("Usage log"), _logs),
    "bookings.UsageCorrection": SubjectKind(gettext_noop("Correction"), _parts_of_logs(UsageCorrection)),
    "bookings.UsageWithdrawal": SubjectKind(
        gettext_noop("Withdrawn correction"), _parts_of_logs(UsageWithdrawal)
    ),
    "bookings.UsageConfirmation": SubjectKind(
        gettext_noop("Confirmation"), _parts_of_logs(UsageConfirmation)
    ),
    "bookings.BasketItem": SubjectKind(gettext_noop("Time in a basket")),
    "bookings.SampleOrder": SubjectKind(gettext_noop("Sample order"), _sample_orders),
    "bookings.Statement": SubjectKind(gettext_noop("Statement"), _statements),
    "bookings.StatementAccount": SubjectKind(gettext_noop("Account for statements"), _statement_accounts),
    "bookings.Project": SubjectKind(gettext_noop("Project of an organization"), _projects),
    "bookings.WaitlistEntry": SubjectKind(gettext_noop("Wait"), _waits),
    "bookings.CreditEvent": SubjectKind(gettext_noop("Credit event"), _credit_events),
    "bookings.Webhook": SubjectKind(gettext_noop("Webhook")),
    "bookings.InstrumentNote": SubjectKind(gettext_noop("Note about an instrument")),
    "bookings.Device": SubjectKind(gettext_noop("Device")),
    "bookings.Kiosk": SubjectKind(gettext_noop("Kiosk")),
    "bookings.CalendarFeed": SubjectKind(gettext_noop("Calendar subscription")),
}
