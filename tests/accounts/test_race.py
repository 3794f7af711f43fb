"""Two administrators take each other's role at the same moment; the organization keeps one of them."""

from collections import Counter

import pytest
from django.db import connection

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership
from tests import factories
from tests.accounts import race
from tests.factories import NOW
from tests.processes import forking

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(process_environment):
    company = factories.organization("云屏晶体有限公司")
    one, other = (factories.member(company, Role.ORG_ADMIN).pk for _each in range(2))
    held = dict(Membership.objects.values_list("user_id", "pk"))
    connection.close()

    def together(*, locked):
        context = forking(process_environment)
        ready, seam, results = context.Barrier(2), context.Barrier(2), context.Queue()
        processes = [
            context.Process(
                target=race.take_the_others_role,
                args=((ready, seam), results),
                kwargs={
                    "environment": process_environment,
                    "locked": locked,
                    "actor_id": actor,
                    "membership_id": held[victim],
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
        return outcomes, Membership.objects.filter(state="active").count()

    return together


def test_without_the_lock_both_lose_their_role(run):
    assert run(locked=False) == ({"taken": 2}, 0)


def test_with_lock_second_concurrent_removal_is_forbidden(run):
    assert run(locked=True) == ({"taken": 1, "Forbidden": 1}, 1)
