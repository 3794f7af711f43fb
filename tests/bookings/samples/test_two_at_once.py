"""What two keepers do with the same samples at the same moment."""

import pytest
from django.db import connection

from bookings.samples.domain.choices import Afterwards
from bookings.samples.models import SampleOrder
from instrument_share.accounts.models import Organization
from tests import factories
from tests.bookings.samples import race
from tests.bookings.samples.steps import quoted, received
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


@pytest.mark.django_db(transaction=True)
def test_deadline_taken_off_an_order_whose_payer_is_just_reinstated_begins_anew(process_environment):
    """Without the lock of the order it is taken off after the reinstatement, and never begins again."""
    city = factories.city()
    order, officer = quoted(city), factories.officer()
    Organization.objects.filter(pk=city.company.pk).update(state="suspended", reason="证照已过期。")
    connection.close()
    outcomes = in_two_processes(
        process_environment,
        (race.hold_slowly, {"actor_id": officer.pk, "now": NOW}),
        (race.reinstate_meanwhile, {"actor_id": officer.pk, "organization_id": city.company.pk, "now": NOW}),
    )
    assert sorted(outcomes) == ["hold_due", "organization_reinstate"]
    order.refresh_from_db()
    assert order.due_at is not None
