"""Whatever people do in whatever order: the services and a plain model agree after every step."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests import stateful
from tests.bookings.any_order.device_acts import DeviceActs
from tests.bookings.any_order.group_acts import GroupActs
from tests.bookings.any_order.kiosk_acts import KioskActs
from tests.bookings.any_order.project_acts import ProjectActs
from tests.bookings.any_order.sample_acts import SampleActs
from tests.bookings.any_order.waiting_acts import WaitingActs


class AnyOrder(ProjectActs, GroupActs, SampleActs, DeviceActs, KioskActs, WaitingActs):
    """What users, keepers, a device, kiosks and the clock do with two instruments in three days."""

    @rule(half_hours=st.sampled_from([0.5, 1, 2, 5]))
    def wait(self, half_hours):
        self.let_time_pass(half_hours)


@pytest.mark.django_db
def test_in_any_order_of_acts_the_services_do_what_the_model_says():
    stateful.run(AnyOrder, examples=8, steps=60)
