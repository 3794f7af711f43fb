"""A small part of the city, loaded through the services."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bookings.credit.selectors import own_credit_events, waiting_appeals
from bookings.groups.selectors.basket import basket_items
from bookings.models import Booking, Kiosk
from bookings.requests.selectors.bookings import bookings, keeper_day_bookings, waiting_decisions
from bookings.usage.selectors.usage import find_broken_links, usage_logs
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services as account_services
from instrument_share.demo.city import load_city
from instrument_share.demo.load import is_loaded, load_demo
from instrument_share.jobs.selectors import WorkState
from instrument_share.pages.national.records import build_report, iterate_records
from providers.exchange.domain.national.records import RecordType
from providers.exchange.selectors.national_checks import check_state, national_check
from providers.instruments.selectors.instruments import instruments
from providers.units.selectors.completeness import completeness_of
from rewards import public as rewards
from rewards.cycle.selectors.cycles import get_cycle
from rewards.forecast.models import Forecast

NUMBERS = (
    "YUT-EM-001",
    "YUT-EM-002",
    "YUT-EM-003",
    "YUT-EM-004",
    "YUT-EM-006",
    "YPU-CH-01",
    "IMD-D-01",
    "IMD-T-01",
    "QN-004",
    "JL-G-021",
)
NOW = datetime(2026, 11, 24, 2, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def small(now: datetime, days: int = 21, numbers: tuple[str, ...] = NUMBERS):
    done = []
    world = load_demo(
        load_city().with_instruments(*numbers), now, done.append, now.date() - timedelta(days=days)
    )
    assert [progress.stage for progress in done][-1] == "The public log"
    return world


@pytest.mark.django_db
def test_desks_have_pending_tasks():
    world = small(NOW)
    wang, lin, sun = world.people["wang"], world.people["lin"], world.people["sun"]
    day = {(b.instrument.inner_number, b.state) for b in keeper_day_bookings(wang, date(2026, 11, 24))}
    assert ("YUT-EM-004", "in_use") in day
    kept = bookings(wang).filter(instrument__inner_number="YUT-EM-001", state="in_use")
    assert [booking.ends_at <= NOW - timedelta(minutes=30) for booking in kept] == [True]
    assert {b.user.username for b in waiting_decisions(wang)} == {"chen", "lin", "du.lingfeng"}
    coming = bookings(lin).filter(user=lin, state="approved", starts_at__gt=NOW).order_by("starts_at")
    assert coming[0].starts_at < NOW + timedelta(days=2)
    assert [event.appeal.reason[:6] for event in own_credit_events(lin)] == ["样品由物流公"]
    assert [appeal.event.user for appeal in waiting_appeals(wang)] == [lin]
    assert basket_items(lin).count() == 2
    assert Booking.objects.filter(group__kind="series", user=lin).count() > 1
    assert Kiosk.objects.get().instrument.inner_number == "YUT-EM-001"
    waiting = instruments(sun).filter(state="submitted")
    assert [instrument.name_zh for instrument in waiting] == ["场发射电子探针显微分析仪"]
    assert check_state(national_check(sun, 2025)) is WorkState.RUNS
    returned = accounts.organization_by_uscc(
        next(o.uscc for o in load_city().users if o.key == "vocational")
    ).unit_profile
    assert (returned.state, bool(returned.return_reason)) == ("draft", True)
    assert get_cycle(sun, 2025).state == "checked"
    assert [each.position for each in rewards.inspections_to_record(world.people["zhou"])] == [3]
    assert Forecast.objects.get(year=2026).units.count() == 9


@pytest.mark.django_db
def test_history_is_chained_and_belongs_to_bookings():
    world = small(NOW)
    logs = usage_logs(world.people["qian"])
    assert logs.count() > 50
    assert logs.filter(booking__isnull=True).count() == 0
    assert list(find_broken_links()) == []
    assert logs.filter(ends_at__gt=NOW).count() == 0


@pytest.mark.django_db
def test_completeness_and_national_records_differ_between_units():
    world = small(NOW)
    ids = {
        key: world.organizations[key].pk
        for key in ("materials", "tech-univ", "hospital", "chengyuan", "agri")
    }
    states = completeness_of(list(ids.values()), date(2026, 11, 23))
    complete = {key: states[pk].complete for key, pk in ids.items()}
    # At 云屏理工大学 only instruments are missing: one waits for review, one was returned.
    assert complete == {"materials": 6, "tech-univ": 5, "hospital": 2, "chengyuan": 1, "agri": 0}
    units = [world.organizations[key] for key in ids]
    counts = build_report(iterate_records(world.people["sun"], units, NOW.year - 1)).counts
    refused = {kind: (count.refused, count.total) for kind, count in counts.items()}
    # Only 青坞农业科学研究所 has not entered its code at the platform.
    assert refused[RecordType.INSTRUMENT] == (1, 8)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        datetime(2028, 2, 29, 0, 40, tzinfo=UTC),
        datetime(2026, 12, 31, 16, 5, tzinfo=UTC),  # 1 January, five past midnight in the city
        datetime(2033, 2, 1, 9, 0, tzinfo=UTC),  # in the middle of Spring Festival
    ],
)
def test_demo_data_loads_on_any_day(now):
    world = small(now, days=10)
    assert world.assessed_year == world.today.year - 1
    assert get_cycle(world.officer, world.assessed_year).state == "checked"


@pytest.mark.django_db
def test_the_year_before_last_is_reported_and_paid_by_people_of_their_own():
    done = []
    world = load_demo(load_city().with_instruments(*NUMBERS), NOW, done.append, date(2024, 1, 1))
    cycle = get_cycle(world.officer, 2024)
    report = cycle.reports.get()
    assert (cycle.state, report.state, report.total_yuan) == ("paid", "accepted", cycle.budget_yuan)
    payments = list(report.payments.select_related("payee_account"))
    assert sum(payment.amount_yuan for payment in payments) == report.total_yuan
    assert {payment.payee_account.checked_by.username for payment in payments} == {"wu"}
    assert (cycle.announced_by.username, cycle.approved_by.username) == ("sun", "fang")
    seen = {each.outcome for each in cycle.draws.get().inspections.all()}
    assert seen == {"finding", "no_objection"}
    objection = cycle.objections.get()
    assert (objection.answer.effect, objection.comments.count()) == ("not_upheld", 1)
    assert cycle.noticed_at < objection.raised_at < objection.answer.answered_at < cycle.approved_at
    call_command("verify_cycle", "2024")


@pytest.mark.django_db
def test_a_second_run_changes_nothing(monkeypatch):
    small(NOW, days=10)
    before = accounts.organization_by_uscc(load_city().institutions[-1].uscc).pk
    out = StringIO()
    call_command("demo", stdout=out)
    assert "loaded already" in out.getvalue()
    assert "demo-yunping" in out.getvalue()
    assert accounts.organization_by_uscc(load_city().institutions[-1].uscc).pk == before


@pytest.mark.django_db
def test_load_refuses_foreign_database():
    account_services.user_create(
        actor=None, username="real", name="真人", email="real@example.org", password=None, now=NOW
    )
    with pytest.raises(CommandError, match="something else than the demo city"):
        call_command("demo", stdout=StringIO())


@pytest.mark.django_db
def test_an_empty_database_is_not_loaded():
    assert is_loaded(load_city()) is False
