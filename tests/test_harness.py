"""The harness itself: what the other tests rely on."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from instrument_share.accounts.models import User
from instrument_share.accounts.services import user_create
from instrument_share.journal.models import AuditEntry
from instrument_share.web import clock as real_clock

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def person(name):
    return user_create(
        actor=None, username=name, name=name, email=f"{name}@example.org", password=None, now=NOON
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_append_only_rows_stay_in_a_test_and_are_gone_after_it(turn):
    person(turn)
    assert AuditEntry.objects.get().subject_type == "accounts.User"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.all().delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.update(action="user.removed")
    assert AuditEntry.objects.get().action == "user.created"


def test_another_process_works_on_the_same_database(process_environment):
    person("li")
    count = "from instrument_share.accounts.models import User; print(User.objects.get().username)"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", count],
        env=process_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "li"


def test_more_statements_for_more_rows_are_noticed(statements):
    def in_one_statement():
        list(User.objects.all())

    def in_one_for_each():
        for pk in User.objects.values_list("pk", flat=True):
            User.objects.get(pk=pk)

    statements.assert_unchanged(in_one_statement, by=lambda: person("li"))
    with pytest.raises(AssertionError, match="With many rows"):
        statements.assert_unchanged(in_one_for_each, by=lambda: person("wang"))


def test_the_clock_stands_still_until_it_is_moved(clock):
    clock.set(NOON)
    clock.move(timedelta(minutes=30))
    assert real_clock.now() == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="needs a time zone"):
        clock.set(datetime(2026, 3, 2))
