"""What is kept of usage logs is what the logs come to, after any mix of writes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.usage.domain.history import HistoryRow, PastUse
from bookings.usage.models import ServedDay, UsageCorrection, UsageDay, UsageLog, WaitingLog
from bookings.usage.selectors.days import calculate_sums, get_kept_sums
from bookings.usage.selectors.statistics import get_openness
from bookings.usage.selectors.usage import waiting_confirmations
from bookings.usage.services.days import usage_rebuild, usage_units_differing
from bookings.usage.services.history import history_import
from bookings.usage.services.usage import usage_confirm, usage_correct, usage_log_by_hand
from instrument_share.accounts.domain import Role
from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import use
from tests.engines import drawn
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = NOW + timedelta(days=20)
PAYERS = ("company", "owner", None)

WRITES = st.one_of(
    st.tuples(
        st.just("log"),
        st.integers(0, 9),
        st.integers(0, 23),
        st.sampled_from(PAYERS),
        st.decimals(0, 1000, places=2),
    ),
    st.tuples(st.just("correct"), st.integers(0, 5), st.integers(-30, 5), st.integers(0, 3600)),
    st.tuples(st.just("confirm"), st.integers(0, 5)),
    st.tuples(st.just("confirm_correction"), st.integers(0, 5)),
    st.tuples(st.just("import"), st.integers(10, 15), st.booleans()),
)


class Writes:
    """The writes on one instrument; what is refused leaves no trace."""

    def __init__(self):
        self.city = factories.city()
        self.administrator = factories.member(factories.organization("云屏平台"), Role.SYSADMIN)
        self.insider = factories.member(self.city.owner, name="庚")

    def do(self, name, *values):
        try:
            getattr(self, name)(*values)
        except DomainError:
            return

    def log(self, day, hour, payer, amount):
        start = NOW + timedelta(days=day, hours=hour)
        usage_log_by_hand(
            actor=self.city.keeper,
            instrument_id=self.city.instrument.pk,
            interval=Interval(start, start + HOUR),
            user=self.insider if payer == "owner" else self.city.researcher,
            payer_organization_id=payer and getattr(self.city, payer).pk,
            service_mode=ServiceMode.OPERATED,
            content="断口观察",
            amount_yuan=amount,
            overlap_reason="两个样品仓" if hour % 2 else "",
            now=LATER,
        )

    def correct(self, number, hours, measuring):
        log = self._pick(UsageLog, number)
        usage_correct(
            actor=self.city.keeper,
            log_id=log.pk,
            changes={
                "starts_at": log.starts_at + hours * HOUR,
                "ends_at": log.ends_at + hours * HOUR,
                "measuring_seconds": measuring,
                "amount_yuan": Decimal(measuring) / 100,
            },
            reason="记错",
            now=LATER,
        )

    def confirm(self, number):
        usage_confirm(actor=self.city.manager, log_id=self._pick(UsageLog, number).pk, now=LATER)

    def confirm_correction(self, number):
        correction = self._pick(UsageCorrection, number)
        usage_confirm(
            actor=self.city.manager, log_id=correction.log_id, correction_id=correction.pk, now=LATER
        )

    def _pick(self, model, number):
        found = model.objects.order_by("-pk")[number : number + 1].first()
        if found is None:
            raise DomainError
        return found

    def __getattr__(self, name):
        assert name == "import", name
        return self.take_over

    def take_over(self, day, confirmed):
        time = Interval(NOW + timedelta(days=day), NOW + timedelta(days=day, hours=2))
        used = PastUse(
            time=time,
            operator_id=self.city.keeper.pk,
            confirmed_by_id=self.city.researcher.pk if confirmed else None,
        )
        row = HistoryRow(
            instrument_id=self.city.instrument.pk,
            user_id=self.city.researcher.pk,
            payer_organization_id=self.city.company.pk,
            service_mode=ServiceMode.OPERATED,
            subject="断口观察",
            booked=time,
            used=used,
        )
        history_import(actor=self.administrator, rows=[row], now=LATER)


@settings(max_examples=drawn(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=st.lists(WRITES, min_size=1, max_size=14))
def test_after_any_mix_of_writes_what_is_kept_is_what_the_logs_come_to(db, writes):
    done = Writes()
    for write in writes:
        done.do(*write)
    unit = done.city.owner.pk
    kept = get_kept_sums(unit)
    assert kept == calculate_sums(unit)
    assert usage_units_differing() == []
    waiting = set(WaitingLog.objects.values_list("pk", flat=True))
    usage_rebuild()
    assert get_kept_sums(unit) == kept
    assert set(WaitingLog.objects.values_list("pk", flat=True)) == waiting


def test_a_correction_that_moves_a_use_leaves_no_trace_on_its_first_day(city):
    log = use(city, slot(hour=9, length=2))
    correction = usage_correct(
        actor=city.keeper,
        log_id=log.pk,
        changes={"starts_at": log.starts_at + 24 * HOUR, "ends_at": log.ends_at + 24 * HOUR},
        reason="记错日期",
        now=log.ends_at + 48 * HOUR,
    )
    first = log.starts_at.date()
    assert [row.day for row in UsageDay.objects.all()] == [first]
    usage_confirm(actor=city.manager, log_id=log.pk, correction_id=correction.pk, now=log.ends_at)
    moved = UsageDay.objects.get()
    assert (moved.day, moved.external_seconds, moved.amount_fen, moved.uses) == (
        first + timedelta(days=1),
        7200,
        20_000,
        1,
    )
    assert ServedDay.objects.get().day == moved.day


def test_a_use_before_eight_in_utc_counts_on_the_citys_day(city):
    by_hand = Writes.log
    done = Writes()
    by_hand(done, 3, 16, "company", Decimal(1))  # NOW is 08:00, so that this is midnight of the next day
    assert UsageDay.objects.get().day == (NOW + timedelta(days=4)).date()


def test_verify_usage_says_when_what_is_kept_differs_and_the_rebuild_mends_it(city):
    use(city)
    call_command("verify_usage", verbosity=0)
    UsageDay.objects.update(external_seconds=1)
    with pytest.raises(CommandError, match=rf"ids \[{city.owner.pk}\].*rebuild_usage"):
        call_command("verify_usage", verbosity=0)
    call_command("rebuild_usage", verbosity=0)
    call_command("verify_usage", verbosity=0)
    WaitingLog.objects.all().delete()
    with pytest.raises(CommandError, match="rebuild_usage"):
        call_command("verify_usage", verbosity=0)


def test_public_figures_are_of_whole_days(city):
    with pytest.raises(ValueError, match="whole days"):
        get_openness(Interval(NOW, NOW + timedelta(days=1)))


def test_what_waits_takes_no_more_statements_when_more_waits(city, statements):
    """Also where each waits for a correction that adds time, which no other use may have."""

    def add(day):
        log = use(city, slot(day=day))
        changes = {"starts_at": log.starts_at - timedelta(minutes=30)}
        usage_correct(actor=city.keeper, log_id=log.pk, changes=changes, reason="提前开始", now=log.ends_at)
        usage_confirm(actor=city.manager, log_id=log.pk, now=log.ends_at)

    def more():
        for day in range(2, 8):
            add(day)

    add(1)
    statements.assert_unchanged(lambda: list(waiting_confirmations(city.manager)[:10]), by=more)
    assert len(waiting_confirmations(city.manager)) == 7


def _add_confirmed_elsewhere(log, number):
    """Logs of which nothing waits, written past the services."""
    names = ", ".join(
        field.column
        for field in UsageLog._meta.local_concrete_fields
        if field.column not in ("id", "public_id", "entry_id", "booking_id", "starts_at", "ends_at")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bookings_usageentry"
            " (instrument_id, number, kind, form, previous_hash, hash, recorded_at, recorded_by_id)"
            " SELECT instrument_id, 1000 + n, kind, form, hash, hash, recorded_at, recorded_by_id"
            f" FROM bookings_usageentry, generate_series(1, {number}) AS n WHERE id = %s",
            [log.entry_id],
        )
        cursor.execute(
            f"INSERT INTO bookings_usagelog ({names}, public_id, entry_id, starts_at, ends_at)"
            f" SELECT {names}, 'LOG-' || entry.number, entry.id,"
            " starts_at - interval '1 hour' * entry.number, ends_at - interval '1 hour' * entry.number"
            " FROM bookings_usagelog AS log JOIN (SELECT id, number FROM bookings_usageentry) AS entry"
            " ON entry.number > 1000 WHERE log.id = %s",
            [log.pk],
        )
        cursor.execute("ANALYZE")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's plan")
def test_what_waits_is_read_without_walking_through_the_logs(city):
    _add_confirmed_elsewhere(use(city), 4000)
    with CaptureQueriesContext(connection) as captured:
        assert len(waiting_confirmations(city.manager)[:10]) == 1
    (found,) = (one["sql"] for one in captured if "LIMIT 10" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {found}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "bookings_usagelog_pkey" in plan
    assert "usage_by_time" not in plan
    assert "Seq Scan on bookings_usagelog" not in plan
