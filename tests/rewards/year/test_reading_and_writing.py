"""A year is read by a connection that writes in between, as others do too."""

from threading import Thread

import pytest
from django.db import connection

from bookings.usage.selectors import logs_as_counted, national, yearly
from instrument_share.accounts.models import User
from tests.rewards.builders import YEAR

pytestmark = pytest.mark.django_db(transaction=True)


def write_here_and_elsewhere(city, number):
    def write(person):
        User.objects.filter(pk=person.pk).update(phone=f"1380000{number:04}")

    def elsewhere():
        write(city.auditor)
        connection.close()

    write(city.officer)
    thread = Thread(target=elsewhere)
    thread.start()
    thread.join()


def test_reader_of_a_year_and_others_write_between_its_batches(year, monkeypatch):
    monkeypatch.setattr(logs_as_counted, "BATCH_SIZE", 50)
    told = []

    def tell(done, total):
        told.append((done, total))
        write_here_and_elsewhere(year.city, len(told))

    rows = list(yearly.usage_of_year(YEAR, tell))
    assert len(rows) == 263
    assert told[0] == (0, 263)
    assert told[-1] == (263, 263)
    assert len(told) > 3


def test_facts_for_the_national_platform_are_read_while_others_write(year, monkeypatch):
    monkeypatch.setattr(logs_as_counted, "BATCH_SIZE", 50)
    units = [year.first.pk, year.second.pk, year.third.pk]
    read = 0
    for read, _ in enumerate(national.iterate_service_facts(year.city.officer, units, YEAR), start=1):
        if read % 20 == 0:
            write_here_and_elsewhere(year.city, read)
    assert read > 200
