"""Two administrators lock each other at the same moment; the site keeps one of them."""

from collections import Counter

import pytest
from django.db import connection

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import User
from tests import factories
from tests.accounts import race
from tests.factories import NOW
from tests.processes import forking

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(process_environment):
    offices = [
        factories.organization(f"云屏市第{number}中心", kind=OrganizationKind.GOVERNMENT.value)
        for number in "一二"
    ]
    one, other = (factories.member(office, Role.SYSADMIN).pk for office in offices)
    connection.close()

    def together(*, locked):
        context = forking(process_environment)
        ready, seam, results = context.Barrier(2), context.Barrier(2), context.Queue()
        processes = [
            context.Process(
                target=race.lock_the_other,
                args=((ready, seam), results),
                kwargs={
                    "environment": process_environment,
                    "locked": locked,
                    "actor_id": actor,
                    "user_id": victim,
                    "now": NOW,
                },
            )
            for actor, victim in ((one, other), (other, one))
        ]
        for process in processes:
            process.start()
        outcomes = Counter(results.get(timeout=120) for _each in processes)
        for process in processes:
            process.join(60)
        return outcomes, User.objects.filter(is_active=True).count()

    return together


def test_without_the_lock_nobody_is_left(run):
    assert run(locked=False) == ({"locked": 2}, 0)


def test_with_the_lock_the_second_is_forbidden(run):
    assert run(locked=True) == ({"locked": 1, "Forbidden": 1}, 1)
