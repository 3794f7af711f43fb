"""What is offered can be done: no link leads nowhere, no button is refused but for a field, or done twice."""

import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings

from instrument_share.demo.accounts import DEMO_ACCOUNTS
from tests.demo.pressing import Walk
from tests.demo.small_city import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("username", ["", *(one.username for one in DEMO_ACCOUNTS)])
def test_what_is_offered_can_be_done(loaded, clock, username):
    clock.set(NOW)
    walk = Walk(get_user_model().objects.get(username=username) if username else None)
    with override_settings(DEMO=True):
        walk.run()
    assert walk.pages > 50
    assert walk.presses > 4
    assert not walk.faults, "\n".join(walk.faults)
