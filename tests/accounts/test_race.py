"""Two administrators end roles at the same moment; the organization, or the site, keeps one of them."""

from collections import Counter

import pytest
from django.db import connection

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import Membership
from tests import factories
from tests.accounts import race
from tests.factories import NOW
from tests.processes import forking

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(process_environment):
    def together(actors_and_roles, *, locked):
        connection.close()
        context = forking(process_environment)
        ready, seam, results = context.Barrier(2), context.Barrier(2), context.Queue()
        processes = [
            context.Process(
                target=race.end_role,
                args=((ready, seam), results),
                kwargs={
                    "environment": process_environment,
                    "locked": locked,
                    "actor_id": actor,
                    "membership_id": membership,
                    "now": NOW,
                },
            )
            for actor, membership in actors_and_roles
        ]
        for process in processes:
            process.start()
        outcomes = Counter(results.get(timeout=120) for _each in processes)
        for process in processes:
            process.join(60)
        return outcomes, Membership.objects.filter(state="active").count()

    return together


def take_each_others_role():
    company = factories.organization("云屏晶体有限公司")
    one, other = (factories.member(company, Role.ORG_ADMIN) for _each in range(2))
    return [(one.pk, other.memberships.get().pk), (other.pk, one.memberships.get().pk)]


def leave_two_offices():
    offices = [
        factories.organization(f"云屏市第{number}中心", kind=OrganizationKind.GOVERNMENT.value)
        for number in "一二"
    ]
    people = [factories.member(office, Role.SYSADMIN) for office in offices]
    return [(person.pk, person.memberships.get().pk) for person in people]


@pytest.mark.parametrize("both", [take_each_others_role, leave_two_offices])
def test_without_the_lock_both_lose_their_role(run, both):
    assert run(both(), locked=False) == ({"ended": 2}, 0)


@pytest.mark.parametrize(
    ("both", "refusal"), [(take_each_others_role, "Forbidden"), (leave_two_offices, "LastOfRole")]
)
def test_with_the_lock_one_of_two_keeps_the_role(run, both, refusal):
    assert run(both(), locked=True) == ({"ended": 1, refusal: 1}, 1)
