"""What two keepers do with the same samples at the same moment."""

import pytest
from django.db import connection

from bookings.samples.domain.choices import Afterwards
from bookings.samples.models import SampleOrder
from tests import factories
from tests.bookings.samples import race
from tests.bookings.samples.steps import received
from tests.factories import NOW, slot
from tests.processes import in_two_processes


@pytest.mark.django_db(transaction=True)
def test_samples_for_which_a_time_is_being_planned_are_not_given_back(process_environment):
    """Who waits for the order's lock reads its booking afterwards, not with what was there before."""
    city = factories.city()
    order = received(city)
    connection.close()
    common = {"actor_id": city.keeper.pk, "order_id": order.pk, "now": NOW}
    outcomes = in_two_processes(
        process_environment,
        (race.plan_slowly, {**common, "interval": slot()}),
        (race.close_meanwhile, {**common, "outcome": Afterwards.RETURN, "note": "样品受潮"}),
    )
    assert outcomes == ["sample_order_plan", "StillPlanned"]
    assert [*SampleOrder.objects.values_list("state", "booking__state")] == [("received", "approved")]
