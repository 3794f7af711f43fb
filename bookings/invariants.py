"""What must be true of bookings, uses and statements, whatever happened to processes and machines.

Each function yields what is not so, in English, with public ids: for who operates the site.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Sum,
    Value,
)
from django.db.models.functions import Round

from bookings.devices.domain import EventKind
from bookings.devices.models import DeviceEvent
from bookings.kiosk.domain import ActKind
from bookings.kiosk.models import KioskAct
from bookings.requests.domain.states import HOLDING_STATES, BookingState
from bookings.requests.models import Booking
from bookings.requests.selectors.costs import is_charge_waived
from bookings.statements.models import Statement, StatementLine
from bookings.usage.domain.choices import Capture
from bookings.usage.models import UsageConfirmation, UsageLog
from bookings.usage.selectors.overlaps import find_untold_overlaps
from bookings.usage.services.days import usage_units_differing
from instrument_share.journal.selectors import entries
from instrument_share.kernel.money import FEN
from instrument_share.transparency.registry import whole


def find_doubles() -> Iterator[str]:
    """Yield bookings that hold time which an earlier one on the same instrument holds."""
    holding = Booking.objects.filter(state__in=HOLDING_STATES).order_by("instrument_id", "starts_at", "pk")
    instrument_id, until, holder = 0, None, ""
    for row in holding.values_list("instrument_id", "starts_at", "held_until", "public_id").iterator():
        if row[0] == instrument_id and until is not None and row[1] < until:
            yield f"{row[3]} holds time that {holder} holds on the same instrument"
        if row[0] != instrument_id or until is None or row[2] > until:
            instrument_id, until, holder = row[0], row[2], row[3]


def find_untraced_bookings() -> Iterator[str]:
    """Yield bookings that the journal tells of and that are gone, and those that hold time without any act.

    Hours of a former system, which are completed, were taken over by one act for many.
    """
    told = entries().filter(subject_type=Booking._meta.label)
    there = Booking.objects.filter(public_id=OuterRef("subject_id"))
    gone = told.filter(~Exists(there)).values_list("subject_id", flat=True).distinct()
    for public_id in gone.order_by("subject_id"):
        yield f"{public_id} is gone, and the journal tells of it"
    untold = Booking.objects.filter(
        ~Exists(told.filter(subject_id=OuterRef("public_id"))), state__in=HOLDING_STATES
    )
    for public_id in untold.order_by("pk").values_list("public_id", flat=True):
        yield f"{public_id} holds time, and the journal tells of no act that made it"


def find_broken_bookings() -> Iterator[str]:
    """Yield bookings whose state and facts contradict each other."""
    rows = Booking.objects.annotate(is_logged=Exists(UsageLog.objects.filter(booking=OuterRef("pk"))))
    cases = {
        "is completed without a use": Q(state=BookingState.COMPLETED, is_logged=False),
        "has a use and is not completed": ~Q(state=BookingState.COMPLETED) & Q(is_logged=True),
        "is in use and nobody checked in": Q(state=BookingState.IN_USE, checked_in_at=None),
        "holds no time": ~Q(ends_at__gt=F("starts_at")) | ~Q(held_until__gte=F("ends_at")),
        "has no payer": Q(payer_organization=None, payer_person=None),
        "has two payers": Q(payer_organization__isnull=False, payer_person__isnull=False),
    }
    for what, condition in cases.items():
        for public_id in rows.filter(condition).order_by("pk").values_list("public_id", flat=True):
            yield f"{public_id} {what}"


def find_uses_counted_twice() -> Iterator[str]:
    """Yield bookings with several uses, logs confirmed or billed twice, and sums by day that differ."""
    once: list[tuple[Any, str, str]] = [
        (UsageLog.objects.filter(booking__isnull=False), "booking__public_id", "has more than one use"),
        (UsageConfirmation.objects.filter(correction=None), "log__public_id", "is confirmed twice"),
        (StatementLine.objects.filter(log__isnull=False, corrects=None), "log__public_id", "is billed twice"),
        (
            StatementLine.objects.filter(booking__isnull=False, corrects=None),
            "booking__public_id",
            "is billed twice",
        ),
    ]
    for rows, key, what in once:
        for row in rows.order_by(key).values(key).annotate(times=Count("pk")).filter(times__gt=1):
            yield f"{row[key]} {what}"
    for public_id in find_untold_overlaps():
        yield f"what overlaps {public_id} is not what the journal tells"
    if units := usage_units_differing():
        yield f"the sums by day of the units with the ids {units} are not those of their logs"


def find_uses_confirmed_by_one() -> Iterator[str]:
    """Yield logs and corrections that were confirmed by whoever recorded them, and logs by their own key."""
    confirmer = F("entry__recorded_by")
    of_log = Q(correction=None, log__entry__recorded_by=confirmer)
    by_one = UsageConfirmation.objects.filter(of_log | Q(correction__entry__recorded_by=confirmer))
    for log_id, correction_id in by_one.order_by("pk").values_list("log__public_id", "correction__public_id"):
        yield f"{correction_id or log_id} was confirmed by the person who recorded it"
    ended = Q(booking=OuterRef("log__booking"), received_at__lte=OuterRef("entry__recorded_at"))
    stops = DeviceEvent.objects.filter(ended, kind=EventKind.STOP, key_made_by=OuterRef("entry__recorded_by"))
    check_outs = KioskAct.objects.filter(
        ended, kind=ActKind.CHECK_OUT, kiosk__made_by=OuterRef("entry__recorded_by")
    )
    by_key = Q(Exists(stops), log__capture=Capture.DEVICE) | Q(Exists(check_outs))
    by_own_key = UsageConfirmation.objects.filter(by_key, correction=None).order_by("pk")
    for log_id in by_own_key.values_list("log__public_id", flat=True):
        yield f"{log_id} was confirmed by the person with whose key it was recorded"


def find_uses_longer_than_their_time() -> Iterator[str]:
    """Yield logs whose parts, from which the hours of the report come, add up to more than their time."""
    seconds = ExpressionWrapper(F("effective_seconds") + F("idle_seconds"), IntegerField())
    parts = ExpressionWrapper(seconds * Value(timedelta(seconds=1)), DurationField())
    ends = ExpressionWrapper(F("starts_at") + parts, DateTimeField())
    longer = UsageLog.objects.filter(ends_at__lt=ends).order_by("pk")
    for public_id in longer.values_list("public_id", flat=True):
        yield f"{public_id} has more hours than its time"


def find_broken_statements() -> Iterator[str]:
    """Yield statements that do not add up, and lines that are not what they bill."""
    totals = Statement.objects.annotate(of_lines=Sum("lines__amount_yuan", default=Decimal(0)))
    # Compared here: SQLite adds up decimals as binary fractions.
    for one in totals.order_by("pk").iterator():
        if one.total_yuan != one.of_lines.quantize(FEN):
            yield f"{one.public_id} has a total of {one.total_yuan:.2f}, and lines of {one.of_lines:.2f} yuan"
    for what, condition in _LINES.items():
        found = StatementLine.objects.filter(condition).order_by("pk")
        for public_id, position in found.values_list("statement__public_id", "position").iterator():
            yield f"line {position} of {public_id} {what}"
    yield from _find_other_amounts()


_CHARGED_NO_LONGER = Q(
    booking__in=Booking.objects.filter(
        Q(state=BookingState.NO_SHOW, checked_in_at__isnull=False) | is_charge_waived(), charged_yuan=0
    ).values("pk")
)
"""Lines of a charge that was taken back or waived; it stays on a statement that was sent."""
_CHARGED_LESS = Q(booking__late_cancel=True, booking__charged_yuan__lt=F("amount_yuan"))
"""Lines of a late cancellation whose time was used, as was recorded since; they stay likewise."""
_CHARGE_LEFT = Round(F("booking__charged_yuan") - F("amount_yuan"), precision=2)
"""What was charged, to judge by what is charged still and by what a line gives back."""
_OF_ITS_PAYER = StatementLine.objects.filter(
    Q(log__payer_organization=F("statement__payer_organization"))
    | Q(log__payer_person=F("statement__payer_person"))
    | Q(booking__payer_organization=F("statement__payer_organization"))
    | Q(booking__payer_person=F("statement__payer_person"))
)
"""Lines of what the payer of their statement owes; each has one payer, an organization or a person."""
_LINES = {
    "bills another unit's instrument": (
        (Q(log__isnull=False) & ~Q(log__instrument__organization=F("statement__organization")))
        | (Q(booking__isnull=False) & ~Q(booking__instrument__organization=F("statement__organization")))
    ),
    "bills what another payer owes": ~Q(pk__in=_OF_ITS_PAYER.values("pk")),
    "bills a charge that is not the booking's": (
        Q(booking__isnull=False, corrects=None)
        & (Q(booking__charged_yuan=None) | ~Q(booking__charged_yuan=F("amount_yuan")))
        & ~_CHARGED_NO_LONGER
        & ~_CHARGED_LESS
    ),
    "gives back what was not charged, or is charged still": (
        Q(booking__isnull=False, corrects__isnull=False)
        & ~(
            (_CHARGED_NO_LONGER | Q(booking__late_cancel=True))
            & Q(corrects__booking=F("booking"), corrects__amount_yuan=_CHARGE_LEFT)
        )
    ),
}


def _find_other_amounts() -> Iterator[str]:
    """Without a confirmed correction a use is billed with the amount of its log."""
    corrected = UsageConfirmation.objects.filter(log=OuterRef("log"), correction__isnull=False)
    found = StatementLine.objects.filter(~Exists(corrected), log__isnull=False, corrects=None)
    found = found.exclude(amount_yuan=F("log__amount_yuan")).order_by("pk")
    for public_id, log_id in found.values_list("statement__public_id", "log__public_id").iterator():
        yield f"{public_id} bills {log_id} with another amount than its log has"


INVARIANTS = (
    whole("bookings.doubles", find_doubles),
    whole("bookings.traces", find_untraced_bookings),
    whole("bookings.states", find_broken_bookings),
    whole("uses.once", find_uses_counted_twice),
    whole("uses.by_two", find_uses_confirmed_by_one),
    whole("uses.hours", find_uses_longer_than_their_time),
    whole("statements", find_broken_statements),
)
