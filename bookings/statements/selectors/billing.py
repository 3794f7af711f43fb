"""What a unit has to bill for a month: uses and charges on no statement yet, and corrections of billed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from bookings.requests.domain.quota import get_month_interval
from bookings.requests.models import Booking
from bookings.statements.domain.billing import Billable, Payer
from bookings.statements.models import Statement, StatementLine
from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageLog
from bookings.usage.selectors.amounts import AMOUNT_FIELDS
from bookings.usage.selectors.logs_as_counted import CONFIRMATION, IS_CORRECTED, iterate_counted_rows
from bookings.usage.selectors.usage import has_waiting_correction, usage_logs
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

LOOKED_BACK = timedelta(days=366)
"""So long before a month what earlier statements left out is looked for."""
_READ: dict[str, Any] = {
    name: name for name in ("starts_at", "ends_at", "amount_yuan", "payer_organization_id", "payer_person_id")
}
_LINES = StatementLine.objects.filter(log=OuterRef("pk"))
_BILLED = _LINES.order_by().values("log").annotate(sum=Sum("amount_yuan")).values("sum")
_LAST_OF_AMOUNT = (
    UsageCorrection.objects.filter(
        log=OuterRef("pk"), confirmation__isnull=False, changes__has_key="amount_yuan"
    )
    .order_by("-confirmation__entry__number")
    .values("pk")[:1]
)
_EARLIER_ZERO = UsageConfirmation.objects.filter(
    log=OuterRef("log"), correction__changes__amount_yuan="0.00", entry__number__lt=OuterRef("entry__number")
)
"""Earlier confirmed corrections to no amount, in a statement over confirmations."""


def get_month_of(month: date) -> Interval:
    """Return the interval of a month of the city, by its first day."""
    return get_month_interval(datetime.combine(month, time(), CITY_TIME))


def find_billable(organization_id: int, month: date) -> Iterator[Billable]:
    """Yield what the unit bills for the month; what its own organization pays is settled inside it.

    What starts before `STATEMENTS_SINCE` is not billed; corrections of what stands on a statement always are.
    What earlier statements left out, as nobody drafted them in time, is billed with this month. Under the
    caller's lock of the unit, as otherwise the same use could be found twice.
    """
    logs = UsageLog.objects.filter(instrument__organization_id=organization_id).exclude(
        payer_organization_id=organization_id
    )
    interval = get_month_of(month)
    since = _get_first_billed(organization_id, interval)
    yield from _uses(logs, organization_id, interval, since)
    yield from _differences(logs)
    yield from _charges(organization_id, interval, since)
    yield from _credits(organization_id)


def _get_first_billed(organization_id: int, month: Interval) -> datetime:
    """Return from when on the unit's uses and charges are looked for, at the latest from this month on.

    That is since `STATEMENTS_SINCE`, or the month of the statement that the unit drafted first, before that
    of the first of any unit: from then on the clock drafts for all. It is at most for a year before this
    month, so that years of logs are not read again every day.
    """
    drafted = Statement.objects.order_by("pk")
    first = drafted.filter(organization_id=organization_id).first() or drafted.first()
    began = settings.STATEMENTS_SINCE or (first and first.month)
    if not began:
        return month.start
    return min(max(datetime.combine(began, time(), CITY_TIME), month.start - LOOKED_BACK), month.start)


def _starts_since_statements_began() -> Q:
    since = settings.STATEMENTS_SINCE
    return Q(starts_at__gte=datetime.combine(since, time(), CITY_TIME)) if since else Q()


def _uses(
    logs: QuerySet[UsageLog], organization_id: int, month: Interval, since: datetime
) -> Iterator[Billable]:
    """Yield confirmed uses that start since an instant and until the month ends, on no statement yet.

    Earlier ones are billed that were confirmed since the month began, or cost nothing (as recorded or as
    corrected) until a correction was confirmed since.
    """
    late = _late_confirmations(month.start).filter(entry__instrument__organization_id=organization_id)
    found = logs.filter(
        _starts_since_statements_began(),
        Exists(CONFIRMATION),
        ~Exists(_LINES),
        ~Q(amount_yuan=0) | IS_CORRECTED,
        Q(starts_at__gte=since) | Q(pk__in=late.values("log")),
        starts_at__lt=month.end,
    )
    for rows in iterate_counted_rows(found.order_by("id"), _READ):
        yield from (_to_billable(row) for row in rows if row["amount_yuan"])


def _late_confirmations(since: datetime) -> QuerySet[UsageConfirmation]:
    """Return the confirmations since an instant with which a use can come onto its first statement."""
    return UsageConfirmation.objects.filter(
        Q(correction__isnull=True) | Q(log__amount_yuan=0) | Exists(_EARLIER_ZERO),
        entry__recorded_at__gte=since,
    )


def _differences(logs: QuerySet[UsageLog]) -> Iterator[Billable]:
    """Yield what confirmed corrections change of the amounts that were billed."""
    found = logs.filter(IS_CORRECTED, Exists(_LINES)).annotate(
        billed_yuan=Subquery(_BILLED),
        corrects_id=Subquery(_LINES.filter(corrects__isnull=True).values("pk")[:1]),
        correction_id=Subquery(_LAST_OF_AMOUNT),
    )
    kept = {name: F(name) for name in ("billed_yuan", "corrects_id", "correction_id")}
    for rows in iterate_counted_rows(found.order_by("id"), _READ | kept):
        for row in rows:
            difference = row["amount_yuan"] - row["billed_yuan"]
            if difference:
                yield _to_billable(row | {"amount_yuan": difference})


def _charges(organization_id: int, month: Interval, since: datetime) -> Iterator[Billable]:
    """Yield charges for late cancellations and no-shows of bookings whose time ended since an instant.

    It ended before the month did: until then others can still take the time, and the charge falls. Of earlier
    bookings come those that ended, by a no-show that was found late, since the month began. They are locked:
    no charge is taken back while it is billed.
    """
    found = (
        Booking.objects.filter(
            _starts_since_statements_began(),
            Q(ends_at__gt=since) | Q(ended_at__gte=month.start),
            instrument__organization_id=organization_id,
            charged_yuan__gt=0,
            statement_lines__isnull=True,
            ends_at__lte=month.end,
        )
        .exclude(payer_organization_id=organization_id)
        .select_for_update(of=("self",))
        .order_by("id")
    )
    for booking in found:
        assert booking.charged_yuan is not None
        yield Billable(
            payer=Payer(booking.payer_organization_id, booking.payer_person_id),
            booking_id=booking.pk,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            amount_yuan=booking.charged_yuan,
        )


def _credits(organization_id: int) -> Iterator[Billable]:
    """Yield what gives back the charges that have fallen since they were billed, each once.

    A charge leaves a draft at once, so these stand on statements that were sent.
    """
    found = _charges_to_give_back().filter(statement__organization=organization_id)
    for line in found.select_related("statement", "booking").order_by("id"):
        assert line.booking is not None
        assert line.booking.charged_yuan is not None
        yield Billable(
            payer=Payer(line.statement.payer_organization_id, line.statement.payer_person_id),
            booking_id=line.booking_id,
            starts_at=line.starts_at,
            ends_at=line.ends_at,
            amount_yuan=line.booking.charged_yuan - line.amount_yuan,
            corrects_id=line.pk,
        )


def _charges_to_give_back() -> QuerySet[StatementLine]:
    return StatementLine.objects.filter(
        booking__charged_yuan__lt=F("amount_yuan"), corrects__isnull=True, corrections__isnull=True
    )


def uses_to_be_billed(person: "User", month: date) -> list[UsageLog]:
    """Return the uses for which a person owes something on no statement yet, if a month is billed next.

    They wait to be confirmed, are what their unit looks for with that month or later, or cost more since they
    were billed.
    """
    logs = UsageLog.objects.filter(payer_person=person)
    interval = get_month_of(month)
    late = _late_confirmations(interval.start).filter(log__payer_person=person)
    unbilled = logs.filter(
        ~Exists(CONFIRMATION)
        | _is_looked_for(logs, interval, "starts_at__gte")
        | Q(pk__in=late.values("log")),
        _starts_since_statements_began(),
        ~Exists(_LINES),
    )
    read = iterate_counted_rows(unbilled.order_by("id"), {"amount_yuan": "amount_yuan"})
    owed = [row["pk"] for rows in read for row in rows if row["amount_yuan"]]
    owed += [one.log_id for one in _differences(logs) if one.amount_yuan > 0]
    return list(logs.filter(pk__in=owed).order_by("id"))


def charges_to_be_billed(person: "User", month: date) -> QuerySet[Booking]:
    """Return the bookings whose charge a person owes on no statement yet, if a month is billed next."""
    bookings = Booking.objects.filter(
        _starts_since_statements_began(),
        payer_person=person,
        charged_yuan__gt=0,
        statement_lines__isnull=True,
    )
    interval = get_month_of(month)
    is_looked_for = _is_looked_for(bookings, interval, "ends_at__gt")
    return bookings.filter(is_looked_for | Q(ended_at__gte=interval.start)).order_by("id")


def _is_looked_for(found: QuerySet[Any], month: Interval, since: str) -> Q:
    """Return the condition for uses or bookings from when on their unit looks for them with a month.

    `since` is the lookup by which `find_billable` compares them with that instant.
    """
    units = found.order_by().values_list("instrument__organization_id", flat=True).distinct()
    of_units = (
        Q(instrument__organization_id=unit, **{since: _get_first_billed(unit, month)}) for unit in units
    )
    return reduce(or_, of_units, Q(pk__in=[]))


def uses_to_be_corrected(person: "User") -> list[UsageLog]:
    """Return the uses that a person pays of which a waiting correction bears on the amount."""
    waiting = UsageCorrection.objects.filter(confirmation__isnull=True, withdrawal__isnull=True)
    logs = usage_logs(person).filter(payer_person=person, pk__in=waiting.values("log"))
    return [log for log in logs.order_by("id") if has_waiting_correction(log, AMOUNT_FIELDS)]


def uses_to_be_given_back(person: "User") -> QuerySet[UsageLog]:
    """Return the uses of which a person gets something back, as they cost less since they were billed."""
    logs = UsageLog.objects.filter(payer_person=person)
    less = [one.log_id for one in _differences(logs) if one.log_id is not None and one.amount_yuan < 0]
    return logs.filter(pk__in=less).order_by("id")


def charges_to_be_given_back(person: "User") -> QuerySet[Booking]:
    """Return the bookings whose charge a person gets back, as it has fallen since it was billed."""
    lines = _charges_to_give_back().filter(statement__payer_person=person)
    return Booking.objects.filter(pk__in=lines.values("booking")).order_by("id")


def _to_billable(row: dict[str, Any]) -> Billable:
    return Billable(
        payer=Payer(row["payer_organization_id"], row["payer_person_id"]),
        log_id=row["pk"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        effective_seconds=row["effective_seconds"],
        amount_yuan=row["amount_yuan"],
        corrects_id=row.get("corrects_id"),
        correction_id=row.get("correction_id"),
    )
