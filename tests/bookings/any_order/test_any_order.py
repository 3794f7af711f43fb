"""Whatever people do in whatever order: the services and a plain model agree after every step.

By itself it draws the same few sequences each time; ANY_ORDER=1000 draws a thousand new ones.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from tests.bookings.any_order.booking_acts import BookingActs
from tests.bookings.any_order.device_acts import DeviceActs
from tests.bookings.any_order.group_acts import GroupActs
from tests.bookings.any_order.sample_acts import SampleActs
from tests.bookings.any_order.use_acts import UseActs
from tests.bookings.any_order.waiting_acts import WaitingActs

EXAMPLES = int(os.environ.get("ANY_ORDER", "6"))
STEPS = 60


class AnyOrder(BookingActs, GroupActs, SampleActs, UseActs, DeviceActs, WaitingActs):
    """What users, keepers, a device and the clock do with two instruments in three days."""

    @rule(half_hours=st.sampled_from([0.5, 1, 2, 5]))
    def wait(self, half_hours):
        self.let_time_pass(half_hours)


@pytest.mark.django_db
def test_in_any_order_of_acts_the_services_do_what_the_model_says():
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize="ANY_ORDER" not in os.environ,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
