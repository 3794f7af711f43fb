"""Two processes at the same moment: a use stands on one statement, and what is sent holds what it says."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from bookings.statements.models import Statement, StatementLine
from instrument_share.journal.guards import guards_lifted
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.city_time import CITY_TIME
from tests import factories
from tests.bookings.statements import race
from tests.bookings.statements.conftest import (
    APRIL_1,
    DAY,
    MARCH,
    confirmed_use,
    draft,
    not_attended,
    reload,
)
from tests.bookings.usage.test_use_sheet import HEADING
from tests.bookings.usage.test_use_sheet import row as row_of_use
from tests.factories import slot
from tests.processes import in_two_processes

pytestmark = pytest.mark.django_db(transaction=True)
postgresql = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one after the other")


def draft_two_months(environment, *, is_locked):
    """The outcomes of March and April, of which both find a use of March that was confirmed in April."""
    city = factories.city()
    confirmed_use(city, confirmed_at=APRIL_1 + DAY)
    connection.close()
    facts = {
        "is_locked": is_locked,
        "actor_id": city.manager.pk,
        "organization_id": city.owner.pk,
        "now": APRIL_1 + 40 * DAY,
    }
    return in_two_processes(
        environment,
        (race.draft_slowly, {**facts, "month": MARCH}),
        (race.draft_meanwhile, {**facts, "month": date(2026, 4, 1)}),
    )


def test_the_second_finds_what_the_first_has_billed(process_environment):
    assert draft_two_months(process_environment, is_locked=True) == ["statements_draft"] * 2
    assert StatementLine.objects.count() == 1


@postgresql
def test_draft_that_is_being_added_to_is_sent_with_what_was_added(process_environment):
    city = factories.city()
    confirmed_use(city)
    (statement,) = draft(city)
    confirmed_use(city, slot(day=2))
    connection.close()
    facts = {"actor_id": city.manager.pk, "now": APRIL_1}
    outcomes = in_two_processes(
        process_environment,
        (
            race.draft_slowly,
            {**facts, "is_locked": True, "organization_id": city.owner.pk, "month": MARCH},
        ),
        (race.send_meanwhile, {**facts, "statement_id": statement.pk}),
    )
    assert outcomes == ["statements_draft", "statement_send"]
    sent = AuditEntry.objects.get(action="statement.sent")
    assert (reload(statement).total_yuan, sent.details["total_yuan"]) == (Decimal(400), "400.00")


@postgresql
def test_drafts_are_sent_after_a_sheet_that_takes_charges_off_them_in_another_order(process_environment):
    """Each held a draft for which the other waited: a deadlock."""
    city = factories.city()
    first, second = slot(day=2), slot(day=3)
    not_attended(city, first)
    not_attended(city, second, payer=False)
    assert [one.number for one in draft(city)] == [1, 2]
    rows = [row_of_use(city, f"{one.start.astimezone(CITY_TIME):%m-%d}") for one in (second, first)]
    connection.close()
    facts = {"actor_id": city.manager.pk, "organization_id": city.owner.pk, "now": APRIL_1}
    outcomes = in_two_processes(
        process_environment,
        (race.import_slowly, {**facts, "text": HEADING + "".join(rows)}),
        (race.send_all_meanwhile, facts),
    )
    assert outcomes == ["_enter_uses", "statements_send"]
    assert not StatementLine.objects.exists()
    assert set(Statement.objects.values_list("state", flat=True)) == {"draft"}


@postgresql
def test_database_refuses_the_second_line_where_nobody_locks(process_environment):
    outcomes = draft_two_months(process_environment, is_locked=False)
    assert sorted(outcomes) == ["IntegrityError", "statements_draft"]
    assert StatementLine.objects.count() == 1


@postgresql
def test_without_lock_and_constraint_a_use_is_billed_twice(process_environment):
    """The two tests above are worth something: this is what they keep away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'statement_log_once'")
        ((definition,),) = cursor.fetchall()
        cursor.execute("DROP INDEX statement_log_once")
    try:
        outcomes = draft_two_months(process_environment, is_locked=False)
        assert outcomes == ["statements_draft"] * 2
        assert StatementLine.objects.count() == 2
    finally:
        with guards_lifted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM bookings_statementline")
            cursor.execute(definition)
