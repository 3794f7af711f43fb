"""The page on which a time is asked for: its fields follow the rule."""

from datetime import timedelta

from bookings.requests.domain.choices import Direction
from tests.factories import slot


def texts(response):
    return " ".join(response.content.decode().split())


def test_sample_field_is_shown_only_where_relevant(city, see):
    assert "样品数" in texts(see(city.researcher, "book", city.instrument.public_id))
    city.rule.service_modes = ["operated"]
    city.rule.save()
    assert "样品数" not in texts(see(city.researcher, "book", city.instrument.public_id))


def test_form_shows_live_price_and_problems(city, see):
    asked = {
        "starts_at": "2026-03-03T06:15",
        "ends_at": "2026-03-03T16:15",
        "payer": city.company.public_id,
        "service_mode": "operated",
    }
    page = texts(see(city.researcher, "quote", city.instrument.public_id, **asked))
    assert "10 × ¥100.00 /小时" in page
    assert "¥1,000.00" in page
    assert page.count("<li>") == 3


def test_a_form_sent_twice_makes_one_booking_and_leads_to_it(city, send):
    time = slot()
    typed = {
        "form_token": "once",
        "starts_at": f"{time.start + timedelta(hours=8):%Y-%m-%dT%H:%M}",
        "ends_at": f"{time.end + timedelta(hours=8):%Y-%m-%dT%H:%M}",
        "payer": city.company.public_id,
        "service_mode": "operated",
        "subject": "二氧化钛薄膜",
        "direction": Direction.RESEARCH.value,
    }
    first = send(city.researcher, "book", city.instrument.public_id, **typed)
    second = send(city.researcher, "book", city.instrument.public_id, **typed)
    assert first.status_code == 302
    assert (second.status_code, second["Location"]) == (302, first.url)
    taken = send(city.researcher, "book", city.instrument.public_id, **{**typed, "form_token": "again"})
    assert (taken.status_code, "二氧化钛薄膜" in texts(taken)) == (422, True)
