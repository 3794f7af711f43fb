"""Addresses that nobody would write who means well: an answer, not an error of the server."""

import pytest
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from providers.units.models import UnitNews
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW

pytestmark = pytest.mark.quick

FAR_OFF = ["0001-01-01", "9999-12-31", "99999-01-01", "²"]


@pytest.mark.parametrize("day", FAR_OFF)
@pytest.mark.parametrize("path", ["/timeline/", "/timeline/events/", "/instruments/"])
def test_days_at_the_end_of_time(city, client, path, day):
    assert client.get(path, {"day": day, "begins": "00:00", "ends": "23:59"}).status_code == 200


@pytest.mark.parametrize("end", ["0001-01-02T00:00:00+14:00", "9999-12-31T00:00:00Z"])
def test_the_calendar_of_an_instrument_at_the_end_of_time(city, client, end):
    path = reverse("instrument_availability", args=[city.instrument.public_id])
    assert client.get(path, {"start": "9999-12-30T23:00:00Z", "end": end}).status_code == 200
    assert client.get(path, {"start": "0001-01-01T00:00:00+14:00", "end": end}).status_code == 200


def test_a_booking_of_eight_thousand_years_is_refused_before_it_is_counted(city, client):
    client.force_login(city.researcher)
    path = reverse("quote", args=[city.instrument.public_id])
    for start in ("0001-01-01T00:00", "2026-03-03T09:00"):
        assert client.get(path, {"starts_at": start, "ends_at": "9999-12-31T23:59"}).status_code == 200


A_LIFETIME = {"starts_at": "2026-03-03T09:00", "ends_at": "2099-03-03T11:00"}
TOO_LONG = "A time can be at most 366 days long. Choose an earlier end."


@pytest.mark.parametrize(
    ("who", "name", "more"),
    [
        ("researcher", "book", {"subject": "薄膜"}),
        ("researcher", "booking_move", {}),
        ("keeper", "closure_new", {"reason_zh": "检修"}),
        ("keeper", "usage_by_hand", {"content": "测试"}),
    ],
)
def test_a_page_refuses_a_time_of_a_lifetime_before_anything_is_counted(city, client, who, name, more):
    booking = book(city)
    client.force_login(getattr(city, who))
    arguments = {"book": [city.instrument.public_id], "booking_move": [booking.public_id]}
    data = {**A_LIFETIME, "instrument": city.instrument.public_id, **more}
    path = reverse(name, args=arguments.get(name, []))
    answer = client.post(path, data, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert answer.content.decode().count(TOO_LONG) >= 1


@pytest.mark.parametrize(
    ("method", "path", "days", "field"),
    [
        ("get", "/instruments?free_from={start}&free_until={end}", 366, "free_until"),
        ("get", "/instruments/{instrument}/availability?from={start}&until={end}", 62, "until"),
        ("post", "/instruments/{instrument}/quote", 366, "ends_at"),
        ("post", "/bookings", 366, "ends_at"),
        ("patch", "/bookings/{booking}", 366, "ends_at"),
    ],
)
def test_api_survives_absurd_values(city, client, method, path, days, field):
    booking = book(city)
    client.force_login(city.researcher)
    start, end = "2026-03-03T01:00:00Z", "2099-03-03T03:00:00Z"
    here = path.format(start=start, end=end, instrument=city.instrument.public_id, booking=booking.public_id)
    body = {"starts_at": start, "ends_at": end}
    if method == "post":
        body |= {
            "instrument": city.instrument.public_id,
            "service_mode": "self_operated",
            "subject": "薄膜",
        }
    sent = {"data": body, "content_type": "application/json"} if method != "get" else {}
    headers = {"Accept-Language": "en", "If-Match": "*"}
    answer = getattr(client, method)(f"/api/v1{here}", headers=headers, **sent)
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem == {
        "code": "interval.too_long",
        "detail": f"A time can be at most {days} days long. Choose an earlier end.",
        "field": field,
    }


@pytest.mark.parametrize("digits", [4, 19, 5000])
def test_numbers_with_more_digits_than_python_reads(city, client, digits):
    number = "9" * digits
    client.force_login(city.researcher)
    for path in ("/openness/", reverse("my_usage")):
        assert client.get(path, {"year": number}).status_code == 200
    booking = book(city)
    client.force_login(city.keeper)
    approve = reverse("booking_approve", args=[booking.public_id])
    assert client.post(approve, {"revision": number}).status_code < 500
    client.force_login(city.manager)
    rule = reverse("rule_new", args=[city.instrument.public_id])
    assert client.post(rule, {"act": "add-price", "price-TOTAL_FORMS": number}).status_code < 500
    assert client.get(reverse("national", args=[city.owner.public_id]), {"year": number}).status_code == 200


@pytest.mark.parametrize("year", [0, 1, 2019, 9999, 99_999, 10**30])
def test_national_records_of_years_that_are_not_reported(city, client, year):
    client.force_login(factories.member(city.owner, Role.UNIT_MANAGER))
    for name, ending in (("national_file", ["xlsx"]), ("national_year", [])):
        assert client.get(reverse(name, args=[city.owner.public_id, year, *ending])).status_code == 404
    path = reverse("national", args=[city.owner.public_id])
    assert client.get(path, {"year": "²"}).status_code == 200


def test_bureau_table_ignores_unknown_information_kind(city, client):
    client.force_login(factories.officer())
    for state in ("", "open", "complete", "x"):
        assert client.get("/bureau/completeness/", {"information": "x", "state": state}).status_code == 200


def test_nul_in_url_is_refused(city, client):
    answer = client.get("/instruments/", {"q": "a\x00b"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert "holds a character that no text has (NUL)" in answer.content.decode()
    assert client.get("/units/a%00b/").status_code == 400


POSTED = [
    ("officer", "completeness_remind", {"unit": ["ORG-7K2M9QX4TB", "\x00"]}),
    ("officer", "completeness_remind", {"again": "\x00", "note": "请补齐"}),
    ("officer", "synonym_new", {"words": "质谱\x00\nMS"}),
    ("officer", "holiday_year", {"act": "\x00"}),
    ("manager", "publication_new", {"act": "publish", "title_zh": "新\x00闻"}),
    ("manager", "picture_add", {"alt_zh": "\x00"}),
    ("keeper", "closure_new", {"reason_zh": "检\x00修"}),
    ("researcher", "book", {"subject": "薄\x00膜"}),
    ("researcher", "set_language", {"language": "\x00", "next": "/"}),
    (None, "account_login", {"login": "\x00", "password": "\x00"}),
]


@pytest.mark.parametrize(("who", "name", "data"), POSTED)
def test_nul_in_posted_data_is_refused(city, client, who, name, data):
    """Whether a form reads it or a view by itself; PostgreSQL would end as an error of the server."""
    people = {"officer": factories.officer} | {one: lambda one=one: getattr(city, one) for one in PEOPLE}
    if who:
        client.force_login(people[who]())
    arguments = {
        "holiday_year": [2026],
        "publication_new": [city.owner.public_id, "news"],
        "picture_add": [city.instrument.public_id],
        "book": [city.instrument.public_id],
    }
    answer = client.post(reverse(name, args=arguments.get(name, [])), data, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert "holds a character that no text has (NUL)" in answer.content.decode()


PEOPLE = ("manager", "keeper", "researcher")


def test_half_a_character_in_a_posted_list_is_no_error_of_the_server(city, client):
    client.force_login(factories.officer())
    answer = client.post(
        reverse("completeness_remind"),
        b"unit=%ED%A0%80&again=%ED%BF%BF&note=%ED%A0%80",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 422


def test_cookie_with_nul_is_ignored(city, client):
    """A cookie's value writes NUL as an octal escape, which Django reads back."""
    answer = client.get("/", headers={"Cookie": r'sessionid="\000aaaaaaaaaaaa"; other=1'})
    assert answer.status_code == 200
    assert answer.wsgi_request.COOKIES == {"other": "1"}


@pytest.mark.parametrize("text", ["a\\u0000b", "a\\ud800b"])
def test_api_refuses_invalid_characters_in_body(city, client, text):
    client.force_login(city.researcher)
    body = f'''{{"instrument": "{city.instrument.public_id}", "starts_at": "2026-03-03T01:00:00Z",
        "ends_at": "2026-03-03T03:00:00Z", "service_mode": "self_operated", "subject": "{text}"}}'''
    answer = client.post("/api/v1/bookings", body, content_type="application/json")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == ["subject"]


def test_a_control_character_in_one_title_does_not_end_the_feed(city, client):
    Organization.objects.filter(pk=city.owner.pk).update(name_zh="云屏\x0b大学")
    UnitNews.objects.create(
        organization=city.owner, title_zh="新\x01闻", body_zh="文", created_at=NOW, published_at=NOW
    )
    answer = client.get("/opendata/news.atom")
    assert answer.status_code == 200
    assert "<title>云屏大学: 新闻</title>" in answer.content.decode()
