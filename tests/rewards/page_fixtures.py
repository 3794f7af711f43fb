from types import SimpleNamespace

import pytest

from tests.rewards.builders import build_city
from tests.rewards.conftest import Steps


@pytest.fixture
def steps(year):
    return Steps(year)


def build_small_city():
    """A city with one unit and a few logs, for what does not depend on figures."""
    city = build_city()
    unit = city.unit("云屏大学")
    client = city.organization("云屏小微企业有限公司", kind="enterprise", size_class="small")
    instrument = city.instrument(unit, "扫描电子显微镜")
    logs = city.logs(instrument, 3, payer=client, external=True)
    return SimpleNamespace(city=city, unit=unit, client=client, instrument=instrument, logs=logs)


@pytest.fixture
def small(db):
    """The small city with its year opened: with `.steps`."""
    small = build_small_city()
    small.steps = Steps(small)
    return small


@pytest.fixture
def login(client):
    """`login(user)`: the test client as that person."""

    def login(user):
        client.force_login(user)
        return client

    return login
