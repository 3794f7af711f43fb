"""A policy that is still a draft is marked on every page that uses it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from rewards.assessment.models import UnitAssessment
from rewards.forecast.services import forecast_compute
from rewards.trials.services import trial_start
from tests.rewards.builders import AFTER, POLICY, YEAR
from tests.rewards.conftest import Steps
from tests.rewards.page_fixtures import build_small_city
from tests.rewards.reading import text_of

NOTICE = "本办法为草案，尚待审定。"
DRAFT = POLICY.replace('version = "1"', f'version = "0"\ndraft = true\ndraft_notice_zh = "{NOTICE}"')
DURING = AFTER - timedelta(days=30)


@pytest.fixture
def city(db):
    return build_small_city()


@pytest.mark.parametrize("policy", [DRAFT, POLICY])
def test_pages_of_a_running_year_mark_a_draft(city, login, clock, policy):
    steps = Steps(city, policy=policy)
    clock.set(DURING)
    forecast_compute(year=YEAR, now=DURING)
    client = login(city.city.officer)
    unit = reverse("unit_forecast", args=[YEAR, city.unit.public_id])
    names = ("forecast", "trials", "trial_search")
    for address in [unit, *(reverse(name, args=[YEAR]) for name in names)]:
        assert (NOTICE in text_of(client.get(address))) == (policy == DRAFT), address
    assert steps.policy.is_draft == (policy == DRAFT)


def test_pages_of_a_scored_year_mark_a_draft(city, login, clock):
    steps = Steps(city, policy=DRAFT)
    steps.through("score")
    clock.set(AFTER + timedelta(days=3))
    client = login(city.city.officer)
    trial = trial_start(
        actor=city.city.officer,
        year=YEAR,
        policy_id=steps.policy.pk,
        budget_yuan=Decimal(100_000),
        now=AFTER + timedelta(days=3),
    )
    result = [UnitAssessment.objects.get().public_id, city.instrument.public_id]
    for address in (reverse("instrument_result", args=result), reverse("trial", args=[trial.public_id])):
        assert NOTICE in text_of(client.get(address)), address
    assert "小城大型科研仪器开放共享奖励办法 草案" in text_of(client.get(reverse("trials", args=[YEAR])))
