"""A small part of the city, loaded through the services."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from instrument_share.accounts import services as account_services
from instrument_share.demo.city import load_city
from instrument_share.demo.load import is_loaded, load_demo
from rewards.cycle.selectors.cycles import get_cycle
from tests.demo.small_city import NOW, NUMBERS, small


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
def test_load_refuses_foreign_database():
    account_services.user_create(
        actor=None, username="real", name="真人", email="real@example.org", password=None, now=NOW
    )
    with pytest.raises(CommandError, match="something else than the demo city"):
        call_command("demo", stdout=StringIO())


@pytest.mark.django_db
def test_an_empty_database_is_not_loaded():
    assert is_loaded(load_city()) is False
