"""The API answers as its document says, whatever is sent to it.

On PostgreSQL alone, which refuses more of what is sent: `./dev` leaves this file out elsewhere. It is one
test, since else every worker would read the document, and draw its boundary values, for what others send.
"""

from copy import deepcopy

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.services import api_token_create
from instrument_share.wsgi import application
from tests import factories
from tests.api.described import DOCUMENT
from tests.bookings.requests.booking import book, use
from tests.factories import NOW, slot
from tests.fuzzing.api import CHECKS

pytestmark = pytest.mark.django_db
schema = schemathesis.pytest.from_fixture("described_api")


@pytest.fixture
def described_api(request):
    request.node._nodeid = request.node.nodeid  # schemathesis looks for it; pytest 9.2 has it no longer
    described = schemathesis.openapi.from_dict(deepcopy(DOCUMENT))
    described.app = application
    return described


@pytest.fixture
def in_process():
    """Requests that share the test's transaction: Django's end of a request must not close its connection."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def known(clock, db, in_process):
    """A city with one row of each kind, and the headers and ids of somebody who may see and do much."""
    clock.set(NOW)
    city = factories.city()
    next_free_rebuild(NOW)
    _, secret = api_token_create(actor=city.keeper, name="test", now=NOW)
    return {
        "headers": {"Authorization": f"Bearer {secret}"},
        "instrument_id": city.instrument.public_id,
        "booking_id": book(city, slot(day=2)).public_id,
        "log_id": use(city, slot(day=1)).public_id,
    }


@schema.parametrize()
@hypothesis_settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_response_matches_openapi_document(case, known):
    # What reads the answers here does not unpack compressed ones.
    case.headers.update({**known["headers"], "Accept-Encoding": "identity"})
    for name in case.path_parameters:
        if name in known:
            case.path_parameters[name] = known[name]
    with transaction.atomic():
        case.call_and_validate(checks=CHECKS)
        transaction.set_rollback(True)  # the next one finds the city as it was
