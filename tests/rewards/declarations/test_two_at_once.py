"""Two processes meet between check and write: a fact is withdrawn or confirmed, and never both."""

from decimal import Decimal

import pytest
from django.db import connection

from rewards.declarations.domain.facts import FactKind
from rewards.declarations.models import DeclaredFact
from rewards.declarations.services import fact_declare
from tests import factories
from tests.processes import in_two_processes
from tests.rewards.builders import AFTER, YEAR, build_city
from tests.rewards.declarations import race

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one after the other"),
]


def withdraw_while_it_is_confirmed(environment, *, is_locked):
    """The outcomes of a manager who withdraws a fact and of an officer who confirms it."""
    city, authorities = factories.city(), build_city()
    fact = fact_declare(
        actor=city.manager,
        organization_id=city.owner.pk,
        year=YEAR,
        kind=FactKind.MAJOR_PROJECTS,
        figure=Decimal(2),
        evidence="立项通知书",
        now=AFTER,
    )
    connection.close()
    facts = {"is_locked": is_locked, "fact_id": fact.pk, "now": AFTER}
    return in_two_processes(
        environment,
        (race.withdraw_slowly, {**facts, "actor_id": city.manager.pk}),
        (race.confirm_meanwhile, {**facts, "actor_id": authorities.officer.pk}),
    )


def test_a_fact_that_is_withdrawn_is_not_confirmed_meanwhile(process_environment):
    outcomes = withdraw_while_it_is_confirmed(process_environment, is_locked=True)
    assert outcomes == ["fact_withdraw", "IllegalMove"]
    assert DeclaredFact.objects.get().named_state == "withdrawn"


def test_without_the_lock_it_is_both(process_environment):
    """The test above is worth something: this is what the lock keeps away."""
    outcomes = withdraw_while_it_is_confirmed(process_environment, is_locked=False)
    assert outcomes == ["fact_withdraw", "fact_confirm"]
