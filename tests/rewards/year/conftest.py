"""Long steps that are asked for, and taken by jobs."""

import pytest

from rewards.cycle.models import StepRun
from rewards.year.services import cycle_step_start
from tests.rewards.builders import AFTER


@pytest.fixture
def ask(steps):
    """`ask(move)` has a step taken by a job, as the officer unless somebody else is named."""

    def ask(move, actor=None, now=AFTER):
        return cycle_step_start(actor=actor or steps.city.officer, cycle_id=steps.id, move=move, now=now)

    return ask


@pytest.fixture
def last_run(steps):
    return lambda: StepRun.objects.get(cycle=steps.id)
