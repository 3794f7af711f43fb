"""Whoever waits for a row finds it, though what it belongs to changed during the wait."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from bookings.projects.models import Project
from bookings.projects.selectors import project_lock
from providers.instruments.models import InstrumentCategory
from providers.search.models import SearchTerm
from providers.search.services.index import search_index
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.policy.models import RewardPolicy
from tests import factories
from tests.factories import NOW

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one after the other"),
]


def wait_while(row, change, act):
    """What `act` returns in another transaction, which waits for the row while this one changes it."""

    def act_apart():
        try:
            with transaction.atomic():
                return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            type(row).objects.select_for_update().get(pk=row.pk)
            outcome = other.submit(act_apart)
            wait_until_somebody_waits()
            type(row).objects.filter(pk=row.pk).update(**change)
        return outcome.result(20)


def wait_until_somebody_waits():
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    with connection.cursor() as cursor:
        for _try in range(200):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting + "AND wait_event_type = 'Lock'")
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_a_project_whose_holder_changes_is_found():
    of = factories.organization()
    before, after = (factories.member(of, person=factories.user(name)) for name in "甲乙")
    project = Project.objects.create(
        organization=of, name="合金疲劳", funding="torch", holder=before, created_at=NOW
    )
    assert wait_while(project, {"holder": after}, lambda: project_lock(project.pk).holder) == after


def test_a_year_that_is_put_under_another_policy_is_found():
    draft, decided = (
        RewardPolicy.objects.create(code=code, version="1", document="", sha256=code, created_at=NOW)
        for code in ("draft", "decided")
    )
    cycle = AssessmentCycle.objects.create(year=2025, policy=draft, budget_yuan=1)
    assert wait_while(cycle, {"policy": decided}, lambda: cycle_lock(cycle.pk).policy) == decided


def test_an_instrument_is_indexed_by_the_category_that_it_was_given():
    instrument = factories.city().instrument
    optics, lasers = (
        InstrumentCategory.objects.create(version="test", code=code, name_zh=name)
        for code, name in (("990001", "光学仪器"), ("990002", "激光器"))
    )
    type(instrument).objects.filter(pk=instrument.pk).update(category=optics)
    wait_while(instrument, {"category": lasers}, lambda: search_index([instrument.pk]))
    after_the_wait = read_terms(instrument)
    search_index([instrument.pk])
    assert after_the_wait == read_terms(instrument)
    assert [one for one in after_the_wait if one.startswith("激光")]


def read_terms(instrument):
    terms = SearchTerm.objects.filter(instrument=instrument).order_by("term")
    return list(terms.values_list("term", flat=True))
