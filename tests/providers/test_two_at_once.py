"""What two people decide about a unit's matters at the same moment: both right, or the second is told."""

from datetime import time, timedelta

import pytest
from django.db import connection

from instrument_share.accounts.domain import Role
from instrument_share.kernel.city_time import CITY_TIME
from providers.terms.domain.terms import OpeningPattern
from providers.terms.models import OpenWindow
from providers.units.domain.publications import PublicationKind
from providers.units.models import OpennessStatement
from providers.units.services.publications import publication_publish
from tests import factories
from tests.factories import NOW
from tests.processes import in_two_processes
from tests.providers import race
from tests.providers.conftest import terms

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_year_that_is_given_to_two_openness_statements_at_once_stays_with_the_first(process_environment):
    """Changing the one and beginning the other lock the unit: the check of the second is right."""
    unit = factories.organization(owns_instruments=True)
    manager = factories.member(unit, Role.UNIT_MANAGER)
    text = {"title_zh": "开放情况", "body_zh": "对外开放。"}
    kind = {"kind": PublicationKind.OPENNESS, "now": NOW}
    first = publication_publish(actor=manager, organization_id=unit.pk, values={**text, "year": 2023}, **kind)
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


def test_windows_that_are_rebuilt_while_a_rule_is_published_are_those_of_the_new_rule(process_environment):
    city = factories.city()
    officer = factories.officer()
    opens = OpeningPattern(time(10), time(16), NOW.date(), tuple(range(7)))
    draft = terms(opens, horizon=timedelta(days=2))
    connection.close()
    common = {"now": NOW}
    outcomes = in_two_processes(
        process_environment,
        (race.rebuild_slowly, {"actor_id": officer.pk, "since": NOW, **common}),
        (
            race.publish_rule_meanwhile,
            {
                "actor_id": city.manager.pk,
                "instrument_id": city.instrument.pk,
                "draft": draft,
                "applies_from": NOW,
                **common,
            },
        ),
    )
    assert outcomes == ["windows_rebuild", "rule_publish"]
    begins = OpenWindow.objects.filter(starts_at__gte=NOW).values_list("starts_at", flat=True)
    assert {begin.astimezone(CITY_TIME).hour for begin in begins} == {10}
