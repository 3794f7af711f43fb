"""Rebuilding the search and the open windows beside people at work: nobody waits for the whole."""

from datetime import time, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from providers.instruments.models import Instrument
from providers.instruments.services import batches
from providers.search.models import SearchSpelling, SearchTerm
from providers.search.services.index import search_index, search_rebuild
from providers.terms.domain.terms import OpeningPattern
from providers.terms.models import OpenWindow
from providers.terms.services.rules import rule_publish
from providers.terms.services.windows_check import Rebuilt, windows_rebuild_compared
from tests import factories
from tests.factories import NOW
from tests.processes import forking, in_two_processes
from tests.providers import race
from tests.providers.conftest import terms


def index():
    return (
        set(SearchTerm.objects.values_list("instrument_id", "term", "weight", "kind")),
        set(SearchSpelling.objects.values_list("variant", "word")),
    )


def windows():
    return set(OpenWindow.objects.values_list("instrument_id", "starts_at", "ends_at"))


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    monkeypatch.setattr(batches, "REST_SECONDS", 0)


@pytest.fixture
def indexed(transactional_db):
    """A city of five instruments, as the services index them."""
    city = factories.city()
    for number in range(4):
        names = {"name_zh": f"质谱仪 {number}", "name_en": f"Spectrometer {number}"}
        factories.instrument(city.owner, **names, state="draft", published_at=None)
    search_index(list(Instrument.objects.values_list("pk", flat=True)))
    return city


@pytest.mark.django_db
def test_rebuild_in_batches_is_what_services_write_and_says_how_far_it_is(small_batches, indexed):
    before = index()
    SearchTerm.objects.filter(term__startswith="z").delete()
    SearchTerm.objects.update(weight=1)
    some = list(SearchSpelling.objects.values_list("pk", flat=True)[::2])
    SearchSpelling.objects.filter(pk__in=some).delete()
    SearchSpelling.objects.create(variant="goe", word="gone")
    SearchSpelling.objects.create(variant="wrong", word="spectrometer")
    output = StringIO()
    call_command("rebuild_search", stdout=output)
    assert output.getvalue().splitlines() == ["2 …", "4 …", "5 instruments."]
    assert index() == before


@pytest.mark.django_db(transaction=True)
def test_others_write_between_two_batches_and_nothing_of_theirs_is_lost(process_environment, indexed):
    last = Instrument.objects.order_by("pk").last()
    connection.close()
    outcomes = in_two_processes(
        process_environment,
        (race.rebuild_search_in_small_batches, {}),
        (
            race.rename_meanwhile,
            {
                "actor_id": indexed.manager.pk,
                "instrument_id": last.pk,
                "values": {"name_zh": "拉曼光谱仪", "name_en": "Raman"},
                "now": NOW,
            },
        ),
    )
    assert outcomes == [[True], "instrument_update"]
    rebuilt = index()
    assert SearchTerm.objects.filter(instrument=last, term="raman").exists()
    search_index([last.pk])
    assert index() == rebuilt


@pytest.mark.django_db(transaction=True)
def test_rebuild_that_is_killed_and_repeated_gives_the_same(process_environment, indexed):
    other = factories.instrument(indexed.owner)
    draft = terms(OpeningPattern(time(10), time(16), NOW.date(), tuple(range(7))), horizon=timedelta(days=5))
    for one in (indexed.instrument, other):
        rule_publish(actor=indexed.manager, instrument_id=one.pk, draft=draft, applies_from=NOW, now=NOW)
    before = windows()
    connection.close()
    context = forking(process_environment)
    reached = context.Event()
    process = context.Process(
        target=race.rebuild_until_killed,
        args=(reached,),
        kwargs={"environment": process_environment, "now": NOW},
    )
    process.start()
    assert reached.wait(60)
    process.kill()
    process.join()
    assert windows_rebuild_compared(actor=None, now=NOW, since=NOW) == Rebuilt(2, ())
    assert windows() == before


@pytest.mark.django_db
def test_only_the_instruments_of_a_batch_are_locked_at_a_time(small_batches, indexed, monkeypatch):
    locked = []
    lock = batches.instrument_locks
    monkeypatch.setattr(batches, "instrument_locks", lambda ids: locked.append(len(ids)) or lock(ids))
    search_rebuild()
    assert locked == [2, 2, 1]
