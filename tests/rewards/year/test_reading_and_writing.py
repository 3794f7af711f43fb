"""A year is read by a connection that writes in between, as others do too."""

from threading import Thread

import pytest
from django.db import connection

from bookings.usage.selectors import logs_as_counted, yearly
from instrument_share.accounts.models import User
from tests.rewards.builders import YEAR


@pytest.mark.django_db(transaction=True)
def test_reader_of_a_year_and_others_write_between_its_batches(year, monkeypatch):
    for module in (logs_as_counted, yearly):
        monkeypatch.setattr(module, "BATCH_SIZE", 50)
    told = []

    def write(person):
        User.objects.filter(pk=person.pk).update(phone=f"1380000{len(told):04}")

    def elsewhere():
        write(year.city.auditor)
        connection.close()

    def tell(done, total):
        told.append((done, total))
        write(year.city.officer)
        thread = Thread(target=elsewhere)
        thread.start()
        thread.join()

    rows = list(yearly.usage_of_year(YEAR, tell))
    assert len(rows) == 263
    assert told[0] == (0, 263)
    assert told[-1] == (263, 263)
    assert len(told) > 3
