"""Pages and API of credit events: a person appeals, the unit answers from its desk."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.requests.models import CreditEvent
from tests import factories
from tests.bookings.credit.test_appeals import appeal, cancel_late
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(clock):
    clock.set(NOW)
    return factories.city(cancel_deadline_minutes=1440)


def test_person_appeals_on_a_page_and_the_keeper_lifts_the_event_from_the_desk(city, client):
    event = cancel_late(city, 10)
    client.force_login(city.researcher)
    assert "You can appeal until" in client.get("/me/credit/", headers={"accept-language": "en"}).text
    client.post(f"/credit/{event.public_id}/appeal/", {"reason": "当天仪器停电"})
    client.force_login(city.keeper)
    assert "当天仪器停电" in client.get("/keeper/").text
    sent = client.post(f"/credit/{event.public_id}/answer/", {"outcome": "lifted", "reason": "情况属实"})
    assert sent.status_code == 302
    assert 'id="appeals"' not in client.get("/keeper/").text
    client.force_login(city.researcher)
    assert "情况属实" in client.get("/me/credit/").text


def test_appeal_page_says_at_once_that_it_is_too_late_or_was_made(city, client, clock):
    in_time, late = cancel_late(city, 10), cancel_late(city, 12)
    appeal(city, in_time)
    clock.move(timedelta(days=14))
    client.force_login(city.researcher)
    for event, sentence in (
        (in_time, "You have appealed this event already; an appeal is made once."),
        (late, "This event could be appealed until 16 Mar 2026, 08:00. Ask the unit about it."),
    ):
        page = client.get(f"/credit/{event.public_id}/appeal/", headers={"accept-language": "en"})
        assert page.status_code == 409
        assert sentence in page.text
        assert 'name="reason"' not in page.text
        sent = client.post(f"/credit/{event.public_id}/appeal/", {"reason": "当天仪器停电"})
        assert (sent.status_code, ">\n当天仪器停电</textarea>" in sent.text) == (409, True)


def test_answer_page_says_at_once_that_the_appeal_was_answered(city, client):
    event = cancel_late(city, 10)
    appeal(city, event)
    client.force_login(city.keeper)
    address = f"/credit/{event.public_id}/answer/"
    assert client.get(address).status_code == 200
    client.post(address, {"outcome": "lifted", "reason": "情况属实"})
    page = client.get(address, headers={"accept-language": "en"})
    assert page.status_code == 409
    assert "This appeal has been answered already; an answer is given once." in page.text
    assert 'name="reason"' not in page.text
    late = client.post(address, {"outcome": "upheld", "reason": "记录无误"})
    assert (late.status_code, ">\n记录无误</textarea>" in late.text) == (409, True)


def test_deciding_keeper_reads_how_many_events_count_and_nothing_more(client, clock):
    clock.set(NOW)
    city = factories.city(decision="by_keeper")
    booking = book(city, slot(day=3))
    for _number in range(2):
        CreditEvent.objects.create(
            user=city.researcher, kind="no_show", occurred_at=NOW, ends_at=NOW + timedelta(days=90)
        )
    client.force_login(city.keeper)
    page = client.get(f"/bookings/{booking.public_id}/").text
    assert "现有 2 条有效的爽约、逾期取消或违规使用记录" in page
    client.force_login(city.researcher)
    assert "条有效的爽约" not in client.get(f"/bookings/{booking.public_id}/").text


def test_lists_take_the_same_statements_for_one_event_and_for_several(city, client):
    def count(address):
        with CaptureQueriesContext(connection) as statements:
            assert client.get(address).status_code == 200
        return len(statements)

    appeal(city, cancel_late(city, 10))
    client.force_login(city.keeper)
    client.get("/api/v1/credit-events")  # The first reading of a day leaves an entry.
    counts = []
    for hours in ((), (12, 14)):
        for hour in hours:
            appeal(city, cancel_late(city, hour))
        client.force_login(city.researcher)
        own = count("/me/credit/"), count("/api/v1/credit-events")
        client.force_login(city.keeper)
        counts.append((*own, count("/keeper/"), count("/api/v1/credit-events?waiting=true")))
    assert counts[0] == counts[1]
