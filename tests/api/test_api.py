import json
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

import pytest
from django.test import Client

from bookings.requests.models import Booking
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.domain import Role
from instrument_share.accounts.services import api_token_create
from instrument_share.api import api
from providers.instruments.models import Instrument
from providers.search.services.index import search_rebuild
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book, use
from tests.factories import NOW, slot

pytestmark = [pytest.mark.django_db, pytest.mark.quick]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def city(clock):
    clock.set(NOW)
    return factories.city()


class Caller:
    """A program with somebody's personal token (or nobody's)."""

    def __init__(self, person=None):
        self.client = Client()
        self.headers = {}
        if person is not None:
            _, secret = api_token_create(actor=person, name="test", now=NOW)
            self.headers["Authorization"] = f"Bearer {secret}"

    def __call__(self, method, path, data=None, **headers):
        return self.client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(data) if data is not None else "",
            content_type="application/json",
            headers={**self.headers, "Accept-Language": "en", **headers},
        )


def assert_problem(answer, status, code):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.json()["code"]) == (status, code)


def z(instant):
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def asked(city, interval=None, **changes):
    interval = interval or slot()
    return {
        "instrument": city.instrument.public_id,
        "starts_at": z(interval.start),
        "ends_at": z(interval.end),
        "service_mode": "self_operated",
        "payer_organization": city.company.public_id,
        "subject": "二氧化钛薄膜",
        **changes,
    }


def test_visitor_sees_free_time_without_holder_names(city):
    next_free_rebuild(NOW)
    book(city, slot(day=0, hour=8, length=2))
    visitor = Caller()
    found = visitor("GET", "/instruments?q=sem").json()["items"]
    assert found == []  # search text is made by the services that publish
    (item,) = visitor("GET", "/instruments").json()["items"]
    assert (item["id"], item["next_free_at"]) == (city.instrument.public_id, "2026-03-02T02:00:00Z")
    day = slot(day=0, hour=8, length=12)
    answer = visitor(
        "GET", f"/instruments/{item['id']}/availability?from={z(day.start)}&until={z(day.end)}"
    ).json()
    assert answer == {
        "instrument": item["id"],
        "step_minutes": 30,
        "open": [{"starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-02T12:00:00Z"}],
        "closed": [],
        "free": [{"starts_at": "2026-03-02T02:00:00Z", "ends_at": "2026-03-02T12:00:00Z"}],
    }
    one = visitor("GET", f"/instruments/{item['id']}").json()
    assert {name: one[name] for name in item if name in one} == {
        name: item[name] for name in item if not name.startswith("price_from")
    }
    rule = one["rule"]
    assert rule["prices"][0] == {
        "price_yuan": "100.00",
        "unit": "hour",
        "user_kind": None,
        "service_mode": None,
        "from_time": None,
        "until_time": None,
        "weekdays": [],
    }


def test_instrument_list_filters_by_free_interval(city):
    busy = book(city, slot(hour=9, length=2))
    visitor = Caller()

    def free(interval):
        return [
            item["id"]
            for item in visitor(
                "GET", f"/instruments?free_from={z(interval.start)}&free_until={z(interval.end)}"
            ).json()["items"]
        ]

    assert free(slot(hour=11, length=2)) == [city.instrument.public_id]
    assert free(slot(hour=10, length=2)) == []
    assert free(slot(hour=19, length=2)) == []
    booking_cancel(actor=city.keeper, booking_id=busy.pk, now=NOW, reason="停电")
    assert free(slot(hour=10, length=2)) == [city.instrument.public_id]
    refused = visitor("GET", f"/instruments?free_from={z(NOW)}")
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "interval.incomplete")


def test_instrument_list_filters_by_day_with_some_bookable_start(city):
    next_free_rebuild(NOW)
    visitor = Caller()

    def on(day):
        return [item["id"] for item in visitor("GET", f"/instruments?day={day}").json()["items"]]

    assert on("2026-03-03") == [city.instrument.public_id]
    assert on("2026-03-01") == []
    assert visitor("GET", "/instruments?day=1999-01-01").status_code == 422


def test_quote_returns_price_and_problems(city):
    request = asked(city, slot(hour=9, length=9))
    path = f"/instruments/{city.instrument.public_id}/quote"
    quote = Caller(city.researcher)("POST", path, request).json()
    assert (quote["total_yuan"], quote["decide_by"]) == ("900.00", None)
    assert quote["problems"] == [
        {
            "code": "booking.too_long",
            "detail": "A booking lasts at most 8 hours. Choose an earlier end.",
            "field": "ends_at",
        }
    ]
    visitors = Caller()("POST", path, {**request, "payer_organization": None}).json()
    assert (visitors["total_yuan"], visitors["problems"]) == ("900.00", None)


def test_quote_says_what_cancelling_costs_where_it_starts_too_soon_to_be_free_of_charge(city):
    path = f"/instruments/{city.instrument.public_id}/quote"
    times = (slot(day=0, hour=15), slot(hour=9))
    quotes = [Caller(city.researcher)("POST", path, asked(city, one)).json() for one in times]
    assert [one["late_cancel_yuan"] for one in quotes] == ["100.00", None]


def test_quote_says_what_stands_against_the_project_as_booking_for_it_does(city):
    researcher = Caller(city.researcher)
    request = asked(city, organization_project=add_project(city, 199).public_id)
    quote = researcher("POST", f"/instruments/{city.instrument.public_id}/quote", request).json()
    refused = researcher("POST", "/bookings", request).json()
    assert [one["code"] for one in quote["problems"]] == ["booking.project_budget_exceeded"]
    assert quote["problems"] == refused["problems"]
    unknown = {**request, "organization_project": "PRJ-0000000000"}
    assert researcher("POST", f"/instruments/{city.instrument.public_id}/quote", unknown).status_code == 404


def test_quote_says_until_when_the_keeper_decides(city):
    def decide_by(caller):
        path = f"/instruments/{city.instrument.public_id}/quote"
        return caller("POST", path, asked(city)).json()["decide_by"]

    city.rule.decision = "by_keeper"
    city.rule.save()
    researcher = Caller(city.researcher)
    told = [decide_by(Caller()), decide_by(researcher)]
    assert told == ["2026-03-02T18:45:00Z"] * 2
    assert researcher("POST", "/bookings", asked(city)).json()["decide_by"] == told[0]


def test_a_booking_from_request_to_confirmed_usage(city, clock):
    city.rule.decision = "by_keeper"
    city.rule.save()
    researcher, keeper = Caller(city.researcher), Caller(city.keeper)
    made = researcher("POST", "/bookings", asked(city))
    assert made.status_code == 201
    booking = made.json()
    assert (booking["state"], booking["quoted_yuan"]) == ("requested", "200.00")
    path = f"/bookings/{booking['id']}"
    assert keeper("POST", f"{path}/approve", {"note": "带样品"}).json()["state"] == "approved"
    clock.set(slot().start)
    assert keeper("POST", f"{path}/check-in").json()["state"] == "in_use"
    clock.set(slot().end)
    log = keeper("POST", f"{path}/check-out", {"idle_seconds": 1800, "results": "35 nm"})
    assert log.status_code == 201
    usage = log.json()
    assert (usage["amount_yuan"], usage["effective_seconds"], usage["confirmed"]) == ("150.00", 5400, False)
    assert (usage["number"], usage["booking"]) == (1, booking["id"])
    refused = keeper("POST", f"/usage/{usage['id']}/confirm", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "usage.same_person")
    confirm = partial(researcher, "POST", f"/usage/{usage['id']}/confirm")
    assert_problem(confirm({"seen": usage["current_number"] + 1}), 409, "usage.corrected_meanwhile")
    assert confirm({"seen": usage["current_number"]}).json()["confirmed"] is True
    assert [one["id"] for one in researcher("GET", "/usage").json()["items"]] == [usage["id"]]


def test_all_problems_are_returned_as_localized_problem_details(city):
    body = asked(city, slot(hour=9, length=11))
    refused = Caller(city.researcher)("POST", "/bookings", body)
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    members = refused.json()
    assert (members["type"], members["code"], members["status"]) == (
        "urn:instrument-share:problem:booking.refused",
        "booking.refused",
        422,
    )
    assert [one["code"] for one in members["problems"]] == ["booking.too_long"]


def test_a_taken_hour_is_a_conflict(city):
    book(city)
    refused = Caller(city.researcher)("POST", "/bookings", asked(city))
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.slot_taken")
    (problem,) = refused.json()["problems"]
    assert problem["detail"].startswith("You have booked it yourself for Tue 3 Mar 2026, 09:00–11:00")


def test_the_same_request_twice_books_once(city):
    caller = Caller(city.researcher)
    first = caller("POST", "/bookings", asked(city), **{"Idempotency-Key": "k1"})
    second = caller("POST", "/bookings", asked(city), **{"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Booking.objects.count() == 1
    other = caller("POST", "/bookings", asked(city, slot(day=2)), **{"Idempotency-Key": "k1"})
    assert other.json()["code"] == "idempotency.key_reused"


def test_same_decision_twice_is_answered_twice_with_its_revision(city):
    booking = book(city, now=NOW - timedelta(days=1))
    caller = Caller(city.researcher)
    address = f"/bookings/{booking.public_id}/cancel"
    first, second = (
        caller("POST", address, {"reason": "改期"}, **{"Idempotency-Key": "k2"}) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (200, 200)
    assert (second.json(), second["ETag"]) == (first.json(), first["ETag"])
    other = caller("POST", address, {"reason": "改期"}, **{"Idempotency-Key": "k2", "If-Match": '"1"'})
    assert other.json()["code"] == "idempotency.key_reused"
    assert caller("POST", address, {"reason": "改期"}).status_code == 409


def test_move_requires_current_revision(city):
    booking = book(city, now=NOW - timedelta(days=1))
    caller = Caller(city.researcher)
    path = f"/bookings/{booking.public_id}"
    to = {"starts_at": z(slot(hour=10).start), "ends_at": z(slot(hour=10).end)}
    seen = caller("GET", path)["ETag"]
    assert seen == '"1"'
    assert caller("PATCH", path, to).status_code == 428
    moved = caller("PATCH", path, to, **{"If-Match": seen})
    assert (moved.status_code, moved["ETag"], moved.json()["starts_at"]) == (200, '"2"', to["starts_at"])
    stale = caller("PATCH", path, to, **{"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (412, "booking.changed_meanwhile")


def test_a_move_takes_the_etag_of_a_compressed_response(city):
    booking = book(city, now=NOW - timedelta(days=1))
    caller, path = Caller(city.researcher), f"/bookings/{booking.public_id}"
    seen = caller("GET", path, **{"Accept-Encoding": "gzip"})["ETag"]
    assert seen == 'W/"1"'
    to = {"starts_at": z(slot(hour=10).start), "ends_at": z(slot(hour=10).end)}
    assert caller("PATCH", path, to, **{"If-Match": seen}).status_code == 200


@pytest.mark.parametrize("listed", ['"2", "1"', '"0","1"', 'W/"7" , W/"1"', '"other, site", "1"', "*"])
def test_a_move_takes_a_list_of_etags_with_the_present_one(city, listed):
    booking = book(city, now=NOW - timedelta(days=1))
    to = {"starts_at": z(slot(hour=10).start), "ends_at": z(slot(hour=10).end)}
    moved = Caller(city.researcher)("PATCH", f"/bookings/{booking.public_id}", to, **{"If-Match": listed})
    assert (moved.status_code, moved["ETag"]) == (200, '"2"')


@pytest.mark.parametrize("listed", ['"2", "0"', '"a,1"', '"other", "2"', '"", "x"'])
def test_a_list_of_etags_without_the_present_one_is_refused(city, listed):
    booking = book(city, now=NOW - timedelta(days=1))
    to = {"starts_at": z(slot(hour=10).start), "ends_at": z(slot(hour=10).end)}
    stale = Caller(city.researcher)("PATCH", f"/bookings/{booking.public_id}", to, **{"If-Match": listed})
    assert_problem(stale, 412, "booking.changed_meanwhile")
    assert Booking.objects.get().revision == 1


def test_api_search_matches_page_search_with_its_fallback(city):
    search_rebuild()
    visitor = Caller()
    both = visitor("GET", "/instruments?q=扫描电镜 扫描 电子显微镜").json()
    assert [one["id"] for one in both["items"]] == [city.instrument.public_id]
    factories.instrument(city.owner, name_zh="质谱仪", name_en="Mass spectrometer")
    search_rebuild()
    most = visitor("GET", "/instruments?q=扫描 质谱").json()
    assert {one["name_zh"] for one in most["items"]} == {city.instrument.name_zh, "质谱仪"}
    assert visitor("GET", "/instruments?q=扫描 质谱&limit=1").json()["next_cursor"]


@pytest.mark.parametrize("name", ["text", "query", "page"])
def test_a_search_with_an_unknown_parameter_is_refused_with_its_name(city, name):
    answer = Caller()("GET", f"/instruments?q=sem&{name}=1")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert [(one["code"], one["field"]) for one in answer.json()["problems"]] == [("parameter.unknown", name)]


READ = {
    path: operations["get"]
    for path, operations in api.get_openapi_schema()["paths"].items()
    if "get" in operations and "{" not in path
}


@pytest.mark.parametrize("path", READ)
def test_no_list_passes_over_a_parameter_that_it_does_not_know(city, path):
    """`?status=approved` for `state` gave all bookings, and a program added up the wrong ones."""
    needed = [one["name"] for one in READ[path]["parameters"] if one.get("required")]
    values = {"from": z(slot().start), "until": z(slot().end), "minutes": 60, "year": 2026}
    values |= {"old": 1, "new": 1}
    query = {**{name: values[name] for name in needed}, "status": "approved"}
    answer = Caller(city.keeper)("GET", f"{path.removeprefix('/api/v1')}?{urlencode(query)}")
    assert_problem(answer, 422, "invalid")
    assert [(one["code"], one["field"]) for one in answer.json()["problems"]] == [
        ("parameter.unknown", "status")
    ]


def test_a_write_with_a_parameter_that_it_does_not_know_writes_nothing(city):
    answer = Caller(city.researcher)("POST", "/bookings?dry_run=true", asked(city))
    (problem,) = answer.json()["problems"]
    assert (problem["code"], problem["field"]) == ("parameter.unknown", "dry_run")
    assert problem["detail"] == "There is no parameter “dry_run”: this address takes none."
    assert not Booking.objects.exists()


def test_a_retired_instrument_is_gone_for_every_operation_and_from_the_list(city):
    Instrument.objects.update(state="retired", retired_at=NOW)
    caller, path = Caller(city.researcher), f"/instruments/{city.instrument.public_id}"
    span = f"?from={z(slot().start)}&until={z(slot().end)}"
    answers = [
        caller("GET", path),
        caller("GET", f"{path}/availability{span}"),
        caller("POST", f"{path}/quote", asked(city)),
        caller("POST", "/bookings", asked(city), **{"Idempotency-Key": "retired"}),
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(410, "instrument.retired")}
    assert caller("GET", "/instruments").json()["items"] == []


def test_invisible_rows_are_not_found(city):
    booking, log = book(city, slot(day=3)), use(city)
    stranger = Caller(factories.user())
    for path in (f"/bookings/{booking.public_id}", f"/usage/{log.public_id}"):
        assert stranger("GET", path).status_code == 404
    assert stranger("POST", f"/bookings/{booking.public_id}/cancel", {}).status_code == 404
    assert stranger("GET", "/bookings").json()["items"] == []


def test_catalogue_is_public_and_invalid_token_is_refused(city):
    assert Caller()("GET", "/bookings").status_code == 401
    wrong = Caller()("GET", "/instruments", Authorization="Bearer wrong")
    assert (wrong.status_code, wrong["WWW-Authenticate"], wrong.json()["code"]) == (
        401,
        "Bearer",
        "authentication.missing",
    )


def test_a_token_that_is_not_valid_is_named_as_the_reason_before_any_csrf_token(city):
    client = Client(enforce_csrf_checks=True)
    refused = client.post(
        "/api/v1/bookings",
        asked(city),
        content_type="application/json",
        headers={"Authorization": "Bearer wrong"},
    )
    assert_problem(refused, 401, "authentication.missing")
    client.force_login(city.researcher, backend=BACKEND)
    refused = client.get("/api/v1/me", headers={"Authorization": "Bearer wrong"})
    assert_problem(refused, 401, "authentication.missing")


def test_unknown_addresses_are_problems_in_the_readers_language(city):
    for path in ("/nowhere", "/bookings/x/y/z", "/"):
        assert_problem(Caller(city.researcher)("GET", path), 404, "not_found")
    chinese = Client().get("/api/v1/nowhere", headers={"Accept-Language": "zh-hans"})
    assert "页面" in chinese.json()["title"]
    assert Client().get("/nowhere")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "PATCH"])
def test_wrong_methods_are_problems_that_name_the_right_ones(city, method):
    refused = Caller(city.researcher)(method, "/bookings")
    assert_problem(refused, 405, "request.method")
    assert refused["Allow"] == "GET, POST"
    assert "GET, POST" in refused.json()["detail"]


def test_head_is_answered_like_get_without_the_body(city):
    caller = Client(headers=Caller(city.researcher).headers)
    for path in ("/api/v1/instruments", "/api/v1/bookings", "/api/v1/openapi.json"):
        asked, got = caller.head(path), caller.get(path)
        assert (asked.status_code, asked.content) == (200, b"")
        assert (asked["Content-Type"], asked.get("ETag")) == (got["Content-Type"], got.get("ETag"))
    refused = caller.head("/api/v1/bookings/BKG-1/approve")
    assert (refused.status_code, refused["Allow"]) == (405, "POST")


def test_bodies_that_cannot_be_read_are_problems(city):
    client = Client(headers=Caller(city.researcher).headers)

    def post(body, content_type="application/json"):
        return client.generic("POST", "/api/v1/bookings", body, content_type=content_type)

    assert_problem(post("{not json"), 400, "request.unreadable")
    assert_problem(post(b"\xff\xfe{}"), 400, "request.unreadable")
    assert_problem(post("[" * 100_000), 400, "request.unreadable")
    assert_problem(post('{"subject": "' + "x" * 3_000_000 + '"}'), 413, "request.too_large")
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        assert_problem(post("subject=x", content_type), 415, "request.content_type")


def test_form_with_the_csrf_token_of_its_page_is_refused_by_its_type(city):
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.researcher, backend=BACKEND)
    client.get("/me/tokens/")
    token = client.cookies["csrftoken"].value
    refused = client.post("/api/v1/bookings", {"csrfmiddlewaretoken": token, "subject": "x"})
    assert_problem(refused, 415, "request.content_type")


@pytest.mark.parametrize("path", ["/bookings", "/me/tokens"])
def test_whoever_writes_with_neither_token_nor_session_is_told_to_log_in(city, path):
    """They were told to reload a page for its CSRF token."""
    refused = Client(enforce_csrf_checks=True).post(
        f"/api/v1{path}", asked(city), content_type="application/json"
    )
    assert_problem(refused, 401, "authentication.missing")
    assert refused["WWW-Authenticate"] == "Bearer"


def test_a_session_needs_its_csrf_token_for_changes(city):
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.researcher, backend=BACKEND)
    assert client.get("/api/v1/me").json()["id"] == city.researcher.public_id
    refused = client.post("/api/v1/bookings", asked(city), content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf.failed")


def test_token_created_in_session_authenticates_its_owner(city):
    client = Client()
    client.force_login(city.researcher, backend=BACKEND)
    made = client.post("/api/v1/me/tokens", {"name": "脚本"}, content_type="application/json")
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    me = Client().get("/api/v1/me", headers=headers).json()
    assert (me["name"], me["memberships"][0]["role"]) == ("戊", "researcher")
    another = Client().post(
        "/api/v1/me/tokens", {"name": "x"}, content_type="application/json", headers=headers
    )
    assert another.status_code == 401


def test_a_token_that_is_to_make_another_is_told_to_use_a_page(city):
    """It was told to reload the page for its CSRF token."""
    caller = Caller(city.researcher)
    caller.client = Client(enforce_csrf_checks=True)
    refused = caller("POST", "/me/tokens", {"name": "x"})
    assert_problem(refused, 403, "session.missing")
    assert refused.json()["detail"] == (
        "This needs the session of a page, not a token: open “API tokens” on your desk."
    )


def test_lists_come_in_pages_by_key(city):
    for day in range(1, 6):
        book(city, slot(day=day))
    caller = Caller(city.researcher)
    first = caller("GET", "/bookings?limit=3").json()
    second = caller("GET", f"/bookings?limit=3&cursor={first['next_cursor']}").json()
    starts = [one["starts_at"] for one in first["items"] + second["items"]]
    assert starts == sorted(starts, reverse=True)
    assert (len(starts), second["next_cursor"]) == (5, None)
    assert caller("GET", "/bookings?cursor=made-up").json()["code"] == "cursor.invalid"


def test_fifty_rows_take_as_many_statements_as_one(city, statements):
    researcher, keeper = Caller(city.researcher), Caller(city.keeper)
    use(city, slot(day=1, hour=8, length=1))

    def more():
        for number in range(12):
            use(city, slot(day=2 + number // 6, hour=8 + number % 6, length=1))

    def read():
        for path in ("/bookings", "/usage", "/instruments"):
            assert researcher("GET", path).status_code == 200
            assert keeper("GET", path).status_code == 200

    statements.assert_unchanged(read, by=more)


def test_api_search_returns_same_results_as_page(city):
    next_free_rebuild(NOW)
    search_rebuild()
    visitor = Caller()

    def found(query):
        return visitor("GET", f"/instruments?{query}").json()

    for text in ("sem", "扫描", "smdz", "saomiao"):
        (item,) = found(f"q={text}")["items"]
        assert (item["id"], item["price_from_yuan"], item["price_from_unit"]) == (
            city.instrument.public_id,
            "100.00",
            "hour",
        )
    assert found("q=emision")["corrected"] == [{"typed": "emision", "meant": "emission"}]
    assert found("q=sem+量子")["left_out"] == ["量子"]
    for nothing in ("vouchers=true", "price_at_most_yuan=99.99", "district=990101", "category=010000"):
        assert found(nothing)["items"] == []
    for one in (
        "mode=remote",
        "user_kind=enterprise",
        "price_at_most_yuan=100",
        "sort=price",
        "sort=relevance",
    ):
        assert len(found(one)["items"]) == 1
    assert visitor("GET", "/instruments?sort=best").status_code == 422


def test_program_reads_what_cancelling_costs_before_it_cancels(city, clock):
    booking = book(city)
    path = f"/bookings/{booking.public_id}/cancel"
    caller, deadline = Caller(city.researcher), booking.starts_at - timedelta(hours=24)
    for now, charge in ((deadline, None), (deadline + timedelta(minutes=1), "100.00")):
        clock.set(now)
        assert caller("GET", path).json() == {"free_until": z(deadline), "charge_yuan": charge}
    assert Caller(city.keeper)("GET", path).json()["charge_yuan"] is None
    colleague = factories.member(city.company, name="己")
    assert_problem(Caller(colleague)("GET", path), 404, "not_found")
    admin = factories.member(city.company, Role.ORG_ADMIN, name="管")
    assert_problem(Caller(admin)("GET", path), 403, "forbidden")
    assert caller("POST", path, {}).json()["charged_yuan"] == "100.00"
    assert_problem(caller("GET", path), 409, "state.illegal_move")
