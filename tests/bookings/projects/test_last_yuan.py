"""Two people book the last yuan of a project at once, on two instruments: one of them gets it."""

import pytest
from django.db import connection

from bookings.requests.selectors.project_budget import get_budgets
from bookings.requests.services.next_free import next_free_rebuild
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.projects import race
from tests.bookings.projects.things import add_project
from tests.factories import NOW, slot
from tests.processes import in_two_processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def book_at_once(process_environment):
    """Two bookings of 200 yuan for a project that has 200; the outcomes, and what is committed then."""
    city = factories.city()
    second = factories.instrument(city.owner, name_zh="透射电子显微镜")
    factories.rule(second)
    factories.windows(second)
    colleague = factories.member(city.company, name="己")
    add_project(city, 200)
    next_free_rebuild(NOW)
    connection.close()
    facts = {
        "organization_project_id": city.project.pk,
        "interval": slot(),
        "service_mode": ServiceMode.SELF_OPERATED,
        "payer_organization_id": city.company.pk,
        "subject": "二氧化钛薄膜",
        "now": NOW,
    }

    def book_at_once(*, is_locked):
        outcomes = in_two_processes(
            process_environment,
            *(
                (target, {**facts, "is_locked": is_locked, "actor_id": who.pk, "instrument_id": one.pk})
                for target, who, one in (
                    (race.book_slowly, city.researcher, city.instrument),
                    (race.book_meanwhile, colleague, second),
                )
            ),
        )
        return outcomes, get_budgets([city.project])[city.project.pk].committed_yuan

    return book_at_once


def test_one_of_two_books_the_last_yuan(book_at_once):
    assert book_at_once(is_locked=True) == (["booking_create", "BookingRefused"], 200)


def test_without_the_projects_lock_both_book_it(book_at_once):
    """The test above is worth something: this is what the lock keeps away."""
    assert book_at_once(is_locked=False) == (["booking_create", "booking_create"], 400)
