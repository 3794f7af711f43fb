"""What a small part of the city holds once it is loaded."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from bookings.credit.selectors import own_credit_events, waiting_appeals
from bookings.groups.selectors.basket import basket_items
from bookings.models import Booking, Kiosk
from bookings.requests.selectors.bookings import bookings, keeper_day_bookings, waiting_decisions
from bookings.usage.selectors.usage import find_broken_links, usage_logs
from instrument_share.accounts import selectors as accounts
from instrument_share.demo.city import load_city
from instrument_share.jobs.selectors import WorkState
from instrument_share.pages.national.records import build_report, iterate_records
from providers.exchange.domain.national.records import RecordType
from providers.exchange.selectors.national_checks import check_state, national_check
from providers.instruments.selectors.instruments import instruments
from providers.units.selectors.completeness import completeness_of
from rewards import public as rewards
from rewards.cycle.selectors.cycles import get_cycle
from rewards.forecast.models import Forecast
from tests.demo.small_city import NOW

pytestmark = pytest.mark.django_db


def test_desks_have_pending_tasks(loaded):
    world = loaded
    wang, lin, sun = world.people["wang"], world.people["lin"], world.people["sun"]
    day = {(b.instrument.inner_number, b.state) for b in keeper_day_bookings(wang, date(2026, 11, 24))}
    assert ("YUT-EM-004", "in_use") in day
    kept = bookings(wang).filter(instrument__inner_number="YUT-EM-001", state="in_use")
    assert [booking.ends_at <= NOW - timedelta(minutes=30) for booking in kept] == [True]
    assert {b.user.username for b in waiting_decisions(wang, NOW)} == {"chen", "lin", "du.lingfeng"}
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


def test_history_is_chained_and_belongs_to_bookings(loaded):
    logs = usage_logs(loaded.people["qian"])
    assert logs.count() > 50
    assert logs.filter(booking__isnull=True).count() == 0
    assert list(find_broken_links()) == []
    assert logs.filter(ends_at__gt=NOW).count() == 0


def test_completeness_and_national_records_differ_between_units(loaded):
    world = loaded
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


def test_a_second_run_changes_nothing(loaded):
    before = accounts.organization_by_uscc(load_city().institutions[-1].uscc).pk
    out = StringIO()
    call_command("demo", stdout=out)
    assert "loaded already" in out.getvalue()
    assert "demo-yunping" in out.getvalue()
    assert accounts.organization_by_uscc(load_city().institutions[-1].uscc).pk == before
