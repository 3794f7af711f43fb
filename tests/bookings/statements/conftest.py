from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.statements.models import Statement
from bookings.statements.services.accounts import statement_account_enter
from bookings.statements.services.drafting import statements_draft
from bookings.statements.services.statements import statement_send
from bookings.usage.services.usage import usage_confirm, usage_correct, usage_log_by_hand
from instrument_share.accounts.domain import Role
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book, use
from tests.factories import slot

MARCH, APRIL_1 = date(2026, 3, 1), datetime(2026, 3, 31, 16, tzinfo=UTC)
"""A month, and the instant at which it is over in the city."""
DAY = timedelta(days=1)


def confirmed_use(city, interval=None, *, confirmed_at=None, **facts):
    """A use of two hours (200 yuan), confirmed by its user when it ends or later."""
    log = use(city, interval or slot(), **facts)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=confirmed_at or log.ends_at)
    return log


def usage_by_hand(city, start, hours, *, user=None, is_confirmed=True, **facts):
    """A use that the manager entered, confirmed by its user unless it is to wait."""
    log = usage_log_by_hand(
        actor=city.manager,
        instrument_id=city.instrument.pk,
        interval=Interval(start, start + timedelta(hours=hours)),
        user=user or city.researcher,
        payer_organization_id=city.company.pk,
        service_mode=ServiceMode.OPERATED,
        content="补录",
        now=start + timedelta(hours=hours + 1),
        **facts,
    )
    if is_confirmed:
        usage_confirm(actor=city.researcher, log_id=log.pk, now=start + timedelta(hours=hours + 2))
    return log


def cancelled_late(city, interval, **facts):
    """A booking that its user cancelled an hour before; 50 % of the quote (100 yuan an hour) are charged."""
    booking = book(city, interval, **({"now": interval.start - DAY} | facts))
    return booking_cancel(
        actor=city.researcher, booking_id=booking.pk, now=interval.start - timedelta(hours=1)
    )


def not_attended(city, interval, *, now=None, **facts):
    """A booking that nobody attended, found at the end of its grace time or later."""
    booking = book(city, interval, now=interval.start - DAY, **facts)
    bookings_no_show_due(now or interval.start + timedelta(minutes=30))
    booking.refresh_from_db()
    return booking


def open_at_the_end_of_march(city):
    """Open the instrument from 20:00 on 31 March to 08:00 on 1 April."""
    factories.windows(city.instrument, APRIL_1 - timedelta(hours=4), days=1)


def charges(statement):
    return [(one.booking_id, one.amount_yuan) for one in statement.lines.order_by("position")]


def correct(city, log, now, **changes):
    """A correction by the keeper that the user has confirmed."""
    correction = usage_correct(actor=city.keeper, log_id=log.pk, changes=changes, reason="登记有误", now=now)
    usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=correction.pk, now=now)
    return correction


def draft(city, month=MARCH, now=APRIL_1):
    return statements_draft(actor=city.manager, organization_id=city.owner.pk, month=month, now=now).drafts


def lines(statement):
    found = statement.lines.order_by("position")
    return [(line.log_id, line.amount_yuan, line.corrects_id) for line in found]


@pytest.fixture
def billed(city):
    """A sent statement of 200 yuan to the company, whose administrator is `payer`."""
    log = confirmed_use(city)
    payer = factories.member(city.company, Role.ORG_ADMIN, name="辛")
    (statement,) = draft(city)
    statement_account_enter(
        actor=city.manager,
        organization_id=city.owner.pk,
        holder="云屏测试大学",
        bank="云屏银行",
        number="6222020000001234",
        now=APRIL_1,
    )
    statement = statement_send(actor=city.manager, statement_id=statement.pk, now=APRIL_1)
    assert statement.total_yuan == Decimal(200)
    return SimpleNamespace(city=city, log=log, payer=payer, statement=statement)


def reload(statement):
    return Statement.objects.get(pk=statement.pk)
