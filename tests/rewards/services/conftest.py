from datetime import timedelta
from decimal import Decimal

import pytest

from rewards import services
from rewards.models import AssessmentCycle
from tests.rewards.builders import AFTER, POLICY, YEAR, build_year

DAY = timedelta(days=1)


@pytest.fixture
def year(db):
    """A small city at the end of its year."""
    return build_year()


class Steps:
    """The steps of the year as the officers take them, one after the other, from 5 January on."""

    def __init__(self, year, policy=POLICY, budget=Decimal(100_000)):
        self.city = year.city
        self.policy = services.policy_load(actor=self.city.officer, document=policy, now=AFTER)
        self.id = services.cycle_open(
            actor=self.city.officer, year=YEAR, policy_id=self.policy.pk, budget_yuan=budget, now=AFTER
        ).pk

    @property
    def cycle(self):
        return AssessmentCycle.objects.select_related("policy").get(pk=self.id)

    def freeze(self, now=AFTER):
        return services.cycle_freeze(actor=self.city.officer, cycle_id=self.id, now=now)

    def check(self):
        return services.cycle_check(actor=self.city.officer, cycle_id=self.id, now=AFTER + DAY)

    def score(self, now=AFTER + 2 * DAY):
        return services.cycle_score(actor=self.city.officer, cycle_id=self.id, now=now)

    def announce(self):
        return services.cycle_announce(actor=self.city.officer, cycle_id=self.id, now=AFTER + 3 * DAY)

    def approve(self, now=AFTER + 14 * DAY, **more):
        return services.cycle_approve(actor=self.city.officer, cycle_id=self.id, now=now, **more)

    def send(self):
        return services.report_send(actor=self.city.officer, cycle_id=self.id, now=AFTER + 15 * DAY)

    def through(self, last):
        """Every step up to and with `last`; what the last one returned."""
        for name in ("freeze", "check", "score", "announce", "approve", "send"):
            result = getattr(self, name)()
            if name == last:
                return result
        raise ValueError(last)


@pytest.fixture
def steps(year):
    return Steps(year)
