"""The year of the builders: made once for a module whose every test on the database begins with it.

Each test works on it in a savepoint of its own, and with its own copy of the objects.
"""

from copy import deepcopy

import pytest
from django.db import connection, transaction

from tests.rewards.builders import build_year


@pytest.fixture(scope="module")
def year_of_module(request, django_db_setup, django_db_blocker):
    """The year, or None where a test of the module begins without it, or commits."""
    if not all_begin_with_it(item for item in request.session.items if item.path == request.path):
        yield None
        return
    made = transaction.atomic()
    with django_db_blocker.unblock():
        made.__enter__()
        year = build_year()
        connection.check_constraints()  # nothing of it is left to be looked at in a test
    yield year
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        made.__exit__(None, None, None)


def all_begin_with_it(items):
    on_database = [item for item in items if item.get_closest_marker("database")]
    return all("year" in item.fixturenames and not commits(item) for item in on_database)


def commits(item):
    marker = item.get_closest_marker("django_db")
    is_marked = marker is not None and marker.kwargs.get("transaction", False)
    return is_marked or "transactional_db" in item.fixturenames


@pytest.fixture
def year(year_of_module, db):
    """100.00, 63.51 and 38.17 points; of a budget of 100,000 yuan awards of 91,933, 8,067 and 0 yuan."""
    return deepcopy(year_of_module) if year_of_module else build_year()
