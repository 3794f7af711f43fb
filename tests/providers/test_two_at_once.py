"""Two people of a unit enter the same at the same moment: one does, the other is told."""

import pytest
from django.db import connection

from instrument_share.accounts.domain import Role
from providers import services
from providers.domain.publications import PublicationKind
from providers.models import OpennessStatement
from tests import factories
from tests.factories import NOW
from tests.processes import in_two_processes
from tests.providers import race

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_year_that_is_given_to_two_openness_statements_at_once_stays_with_the_first(process_environment):
    """Changing the one and beginning the other lock the unit: the check of the second is right."""
    unit = factories.organization(owns_instruments=True)
    manager = factories.member(unit, Role.UNIT_MANAGER)
    text = {"title_zh": "开放情况", "body_zh": "对外开放。"}
    kind = {"kind": PublicationKind.OPENNESS, "now": NOW}
    first = services.publication_publish(
        actor=manager, organization_id=unit.pk, values={**text, "year": 2023}, **kind
    )
    connection.close()
    common = {"actor_id": manager.pk, **kind}
    outcomes = in_two_processes(
        process_environment,
        (race.change_slowly, {**common, "publication_id": first.pk, "values": {"year": 2024}}),
        (
            race.publish_meanwhile,
            {**common, "organization_id": unit.pk, "values": {**text, "year": 2024}},
        ),
    )
    assert outcomes == ["publication_update", "StatementExists"]
    assert [*OpennessStatement.objects.values_list("year", flat=True)] == [2024]
