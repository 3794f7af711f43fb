"""What is offered can be done: no link leads nowhere, no button is refused but for a field, or done twice."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import override_settings

from instrument_share.demo.accounts import DEMO_ACCOUNTS
from tests.demo.pressing import Walk
from tests.demo.small_city import NOW

pytestmark = pytest.mark.django_db


def test_what_is_offered_can_be_done(loaded, clock):
    """One test, since every worker with one of its people would load the city."""
    clock.set(NOW)
    people = get_user_model().objects.in_bulk([one.username for one in DEMO_ACCOUNTS], field_name="username")
    faults = {}
    for username in ["", *(one.username for one in DEMO_ACCOUNTS)]:
        cache.clear()  # nobody is refused for how often the ones before tried
        walk = Walk(people[username] if username else None)
        with override_settings(DEMO=True):
            walk.run()
        assert walk.pages > 50, username
        assert walk.presses > 4, username
        faults[username or "a visitor"] = walk.faults
    assert not any(faults.values()), "\n".join(f"{who}: {one}" for who in faults for one in faults[who])
