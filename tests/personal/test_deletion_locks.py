"""The deletion of an account locks in everybody's order, so that nobody's act ends as a deadlock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from bookings.requests.services.membership import membership_end
from bookings.waiting.services.offers import free_time_offer
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership, User
from instrument_share.accounts.selectors import organization_lock, organization_locks
from instrument_share.accounts.services import account_lock
from instrument_share.personal.models import AccountDeletion
from instrument_share.personal.services import deletions
from providers import public as providers
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.waiting.waiting import join, offered
from tests.factories import NOW, slot
from tests.test_waits_for_locks import wait_until_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one after the other"),
]


@pytest.fixture
def city():
    return factories.city()


def delete_during(person, lock, act):
    """How many accounts are deleted while somebody acts who has taken their first lock before."""
    deletions.account_deletion_ask(actor=person, now=NOW - timedelta(days=7))

    def delete():
        try:
            return deletions.account_deletions_carry_out(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as clock:
        with transaction.atomic():
            lock()
            deleted = clock.submit(delete)
            wait_until_somebody_waits()
            act()
        return deleted.result(20)


def test_who_withdraws_at_the_last_moment_keeps_the_account(city):
    person = city.researcher
    open_requests = AccountDeletion.objects.select_for_update().filter(user=person)
    deleted = delete_during(
        person,
        lambda: list(open_requests),
        lambda: deletions.account_deletion_withdraw(actor=person, now=NOW),
    )
    assert (deleted, User.objects.get(pk=person.pk).erased_at) == (0, None)


def test_an_administrator_ends_a_role_of_the_person(city):
    admin = factories.member(city.company, Role.ORG_ADMIN)
    role = city.researcher.memberships.get()
    deleted = delete_during(
        city.researcher,
        lambda: organization_lock(city.company.pk),
        lambda: membership_end(actor=admin, membership_id=role.pk, reason="离职", now=NOW),
    )
    assert (deleted, Membership.objects.get(pk=role.pk).state) == (1, "ended")


def test_an_administrator_locks_the_account_of_another_one(city):
    offices = [factories.organization(f"云屏市第{one}中心", kind="government") for one in "一二"]
    admin, person = (factories.member(office, Role.SYSADMIN) for office in offices)
    deleted = delete_during(
        person,
        lambda: organization_locks([office.pk for office in offices]),
        lambda: account_lock(actor=admin, user_id=person.pk, reason="被盗用", now=NOW),
    )
    found = User.objects.get(pk=person.pk)
    assert (deleted, found.is_active, found.erased_at) == (0, False, None)


def test_freed_time_is_offered_to_the_person(city):
    held = book(city, slot())
    person = factories.member(city.company, name="己")
    entry = join(city, person)
    held.delete()
    deleted = delete_during(
        person,
        lambda: providers.instrument_locks([city.instrument.pk]),
        lambda: free_time_offer([city.instrument.pk], NOW),
    )
    entry.refresh_from_db()
    assert (deleted, entry.end, offered(entry)) == (1, "left", [(slot().start, slot().end, "lapsed")])


def test_somebody_books_what_the_person_keeps_together_with_what_they_wait_for(city):
    book(city, slot())
    person = factories.member(city.company, name="己")
    join(city, person)
    kept = factories.instrument(city.owner)
    factories.keeper(kept, person)
    deleted = delete_during(
        person,
        lambda: providers.instrument_locks([city.instrument.pk]),
        lambda: providers.instrument_locks([kept.pk]),
    )
    assert deleted == 1
