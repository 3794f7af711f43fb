"""What is read of the journal is found by an index: it only ever grows."""

import pytest
from django.db import connection

from instrument_share.journal.models import AuditEntry
from instrument_share.journal.selectors import decisions, entries_of_organization, history, read_state_of
from instrument_share.journal.services import record
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def entered(subject, action):
    return record(actor=None, action=action, subject=subject, now=NOW, organization_id=1)


def test_state_of_models_changes_with_every_entry_on_one_of_them():
    person, body = factories.user(), factories.organization()
    both = ["accounts.User", "accounts.Organization"]
    assert read_state_of(both) == ()
    first, second = entered(person, "user.updated"), entered(body, "organization.edited")
    assert read_state_of(["accounts.User"]) == (first.pk,)
    assert read_state_of(both) == (second.pk, first.pk)


@pytest.fixture
def _many_entries(db):
    """So many that the plan does not depend on what other tests left in the pages of the indexes."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=NOW, actor_name="", action="a.b", subject_type=f"a.{number % 7}", subject_id=f"X-{number}"
        )
        for number in range(2000)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE journal_auditentry")


def plans(statements, read):
    """How the database would carry out what `read` asks for."""
    with connection.cursor() as cursor:
        for sql in statements.of(read):
            cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + sql)
            yield "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.usefixtures("_many_entries")
def test_each_read_of_the_journal_uses_an_index(statements):
    body = factories.organization()
    reads = (
        lambda: list(history(body)),
        lambda: list(decisions(body, body.pk)),
        lambda: list(entries_of_organization(body.pk, ["organization.admitted"])),
    )
    for read in reads:
        (plan,) = plans(statements, read)
        assert "audit_by_" in plan, plan


@pytest.mark.usefixtures("_many_entries")
def test_state_of_models_is_read_from_the_end_of_an_index_for_each(statements):
    found = list(plans(statements, lambda: read_state_of(["accounts.User", "accounts.Organization"])))
    assert [plan.count("audit_by_type") for plan in found] == [1, 1], found
