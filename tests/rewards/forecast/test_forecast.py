"""A year that is not frozen, as it would be assessed now: the figures of the scored year, and no result."""

from datetime import timedelta

import pytest
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.jobs.registry import recurring_named
from instrument_share.kernel.errors import Forbidden, NotFound
from rewards.assessment.models import UnitAssessment
from rewards.forecast.models import Forecast, UnitForecast
from rewards.forecast.selectors import years_to_forecast
from rewards.forecast.services import forecast_compute, forecast_start, forecasts_refresh
from tests.rewards.builders import AFTER, POLICY, YEAR
from tests.rewards.conftest import Steps
from tests.rewards.reading import text_of

DURING = AFTER - timedelta(days=30)
FIGURES = ("organization", "points", "deducted", "score", "grade", "effective_seconds", "balance", "months")


def test_a_forecast_gives_the_figures_that_the_scored_year_gets(steps):
    forecast_compute(year=YEAR, now=DURING)
    forecast = list(UnitForecast.objects.order_by("organization__uscc"))
    awards = [each.award_yuan for each in forecast]
    figures = [[getattr(each, name) for name in FIGURES] for each in forecast]
    indicators = [
        [(one["code"], one["value"], one["points"]) for one in each.indicators] for each in forecast
    ]
    assert not UnitAssessment.objects.exists()
    cycle = steps.through("score")
    scored = list(UnitAssessment.objects.select_related("award").order_by("organization__uscc"))
    assert figures == [[getattr(each, name) for name in FIGURES] for each in scored]
    assert awards == [each.award.amount_yuan for each in scored]
    assert sum(awards) == 100_000
    assert indicators == [
        [(one.code, one.value, str(one.points)) for one in each.indicators.order_by("position")]
        for each in scored
    ]
    assert Forecast.objects.get().totals == cycle.totals


def test_the_following_year_borrows_policy_and_budget_and_is_replaced_each_time(steps):
    for _ in range(2):
        forecast_compute(year=YEAR + 1, now=AFTER)
    forecast = Forecast.objects.get()
    assert (forecast.basis_year, forecast.policy, forecast.budget_yuan) == (YEAR, steps.policy, 100_000)
    assert UnitForecast.objects.count() == 3


def test_without_any_opened_year_nothing_is_computed(year):
    forecast_compute(year=YEAR, now=DURING)
    assert forecasts_refresh(DURING) == 0
    assert not Forecast.objects.exists()


def test_a_frozen_year_has_no_forecast(steps):
    forecasts_refresh(AFTER)
    assert years_to_forecast(AFTER) == [YEAR + 1, YEAR]
    steps.freeze()
    forecast_compute(year=YEAR, now=AFTER)
    assert not UnitForecast.objects.exists()
    assert forecasts_refresh(AFTER) == 1
    assert list(Forecast.objects.values_list("year", flat=True)) == [YEAR + 1]
    with pytest.raises(NotFound):
        forecast_start(actor=steps.city.officer, year=YEAR, now=AFTER)


def test_every_night_jobs_compute_the_forecasts(steps, run_jobs, clock):
    clock.set(DURING)
    assert recurring_named("rewards.forecasts").run(DURING) == 1
    run_jobs()
    assert Forecast.objects.get().computed_at == DURING
    assert Forecast.objects.get().job_id is None


def test_officers_have_a_forecast_computed_once_at_a_time(steps, run_jobs, clock, login):
    clock.set(DURING)
    with pytest.raises(Forbidden):
        forecast_start(actor=steps.city.auditor, year=YEAR, now=DURING)
    client = login(steps.city.officer)
    assert "尚未计算" in text_of(client.get(reverse("forecast", args=[YEAR])))
    shown = client.post(reverse("forecast_compute", args=[YEAR]), follow=True)
    assert "正在重新计算" in text_of(shown)
    job = Forecast.objects.get().job_id
    assert forecast_start(actor=steps.city.officer, year=YEAR, now=DURING).job_id == job
    run_jobs()
    shown = text_of(client.get(reverse("forecast", args=[YEAR])))
    assert "仅为预测" in shown
    assert reverse("trials", args=[YEAR]) in client.get(reverse("forecast", args=[YEAR])).content.decode()
    assert "云屏大学 100.00" in shown


def manager_of(city, unit):
    return city.person("单位管理员", unit, Role.UNIT_MANAGER)


def test_a_unit_sees_its_own_forecast_alone_with_what_would_improve_it(steps, clock, login):
    clock.set(DURING)
    forecast_compute(year=YEAR, now=DURING)
    best, _, last = UnitForecast.objects.order_by("-score")
    client = login(manager_of(steps.city, last.organization))
    page = client.get(reverse("unit_forecast", args=[YEAR, last.organization.public_id]))
    shown = text_of(page)
    assert "仅为预测" in shown
    assert "最能提高得分" in shown
    assert "还差 25.83 分" in shown
    assert '<svg role="img"' in page.content.decode()
    other = reverse("unit_forecast", args=[YEAR, best.organization.public_id])
    assert client.get(other).status_code == 404
    listed = text_of(client.get(reverse("forecast", args=[YEAR])))
    assert best.organization.name_zh not in listed
    assert "从上报到计入" not in listed
    assert (
        reverse("unit_forecast", args=[YEAR, last.organization.public_id])
        in client.get(reverse("unit_desk")).content.decode()
    )


def test_a_unit_without_a_stated_number_of_instruments_is_led_to_where_it_is_stated(year, clock, login):
    """To publish more of them improves nothing before the number to compare with is known."""
    policy = POLICY.replace('measure = "external_share"', 'measure = "networked_share"')
    steps = Steps(year, policy=policy)
    clock.set(DURING)
    forecast_compute(year=YEAR, now=DURING)
    page = login(manager_of(steps.city, year.first)).get(
        reverse("unit_forecast", args=[YEAR, year.first.public_id])
    )
    shown = page.content.decode()
    assert reverse("unit_publications", args=[year.first.public_id, "openness"]) in shown
    assert reverse("unit_instruments", args=[year.first.public_id]) not in shown


def test_a_unit_with_all_points_has_nothing_to_improve(steps, clock, login):
    clock.set(DURING)
    forecast_compute(year=YEAR, now=DURING)
    best = UnitForecast.objects.order_by("-score").first()
    page = login(steps.city.officer).get(reverse("unit_forecast", args=[YEAR, best.organization.public_id]))
    assert "最能提高得分" not in text_of(page)


@pytest.mark.parametrize(
    ("who", "desk"), [("officer", "bureau"), ("finance", "finance"), ("manager", "unit_desk")]
)
def test_the_page_leads_back_to_the_desk_of_its_reader(steps, clock, login, year, who, desk):
    clock.set(DURING)
    forecast_compute(year=YEAR, now=DURING)
    reader = year.manager if who == "manager" else getattr(steps.city, who)
    shown = login(reader).get(reverse("forecast", args=[YEAR])).content.decode()
    assert f'class="back"><a href="{reverse(desk)}"' in shown


def test_the_bureau_desk_leads_to_the_forecast(steps, clock, login):
    clock.set(DURING)
    forecast_compute(year=YEAR, now=DURING)
    desk = login(steps.city.officer).get(reverse("bureau"))
    assert reverse("forecast", args=[YEAR]) in desk.content.decode()
