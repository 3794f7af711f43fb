"""What the schemas of the API refuse is told in the reader's language, never in pydantic's words."""

import pytest
from django.utils import translation
from ninja import Schema
from pydantic import ValidationError

from bookings.devices.schemas import EventIn
from bookings.requests.schemas import BookingIn
from bookings.usage.schemas import CheckOutIn
from instrument_share.api import api
from instrument_share.web.api.errors import OTHER_MISTAKE, build_invalid, build_problem
from instrument_share.web.responses.problem import problems_told
from tests import factories
from tests.api.test_api import Caller, asked
from tests.factories import NOW

WRONG = (
    *(None, True, 1, -1, 1.5, 10**400, float("nan"), float("inf"), [], {}, [1], [None], [[]], [{}], ["x"]),
    *("", "x", "x" * 5000, "\ud800", "\0", "a=b", "NaN", "1e400", "1.001", "9" * 30, "-1"),
    *("2026-13-01", "1900-01-01", "2026-12-01T10:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"),
)


def _schemas_of_requests(base=Schema):
    for schema in base.__subclasses__():
        if schema.__name__.endswith("In"):
            yield schema
        yield from _schemas_of_requests(schema)


def _mistakes(schema, values):
    try:
        schema.model_validate(values)
    except ValidationError as error:
        return error.errors()
    return []


def test_every_mistake_that_a_schema_finds_has_words_of_the_catalogues():
    assert api.get_openapi_schema()  # every schema is loaded
    untold = {
        (schema.__name__, name, one["type"])
        for schema in _schemas_of_requests()
        for name, field in schema.model_fields.items()
        for value in WRONG
        for one in _mistakes(schema, {field.alias or name: value})
        if build_problem(one).message == OTHER_MISTAKE
    }
    assert untold == set()


@pytest.mark.parametrize("numbered", [{"kind": "start"}, {"kind": "heartbeat", "sequence": 1}])
def test_event_with_or_without_a_number_against_its_kind_is_told_in_chinese(numbered):
    found = build_invalid(_mistakes(EventIn, {"at": "2026-12-01T01:00:00Z", **numbered}))
    with translation.override("zh-hans"):
        (told,) = problems_told(found.problems)
    assert told.detail == "除心跳外，每个事件都有序号；心跳没有序号。"


@pytest.mark.parametrize("schema", [BookingIn, CheckOutIn])
def test_number_of_samples_has_the_bound_of_the_pages(schema):
    refused = [_mistakes(schema, {"samples": number}) for number in (10_000, 10_001)]
    assert [[one["type"] for one in found if one["loc"] == ("samples",)] for found in refused] == [
        [],
        ["less_than_equal"],
    ]


def test_words_of_a_closed_list_are_joined_as_the_reader_does():
    found = build_invalid(_mistakes(EventIn, {"at": "2026-12-01T01:00:00Z", "kind": "x", "sequence": 1}))
    with translation.override("zh-hans"):
        (told,) = problems_told(found.problems)
    assert "'start'、'stop'、'heartbeat'、'fault'" in told.detail


@pytest.mark.django_db
def test_a_misspelt_name_in_a_booking_is_refused(clock):
    """It was passed over: the organization was not asked, and the person paid."""
    clock.set(NOW)
    city = factories.city()
    body = {**asked(city, payer_organization=None), "payer_organisation": city.company.public_id}
    refused = Caller(city.researcher)("POST", "/bookings", body).json()
    assert (refused["status"], refused["problems"]) == (
        422,
        [
            {
                "code": "field.extra_forbidden",
                "detail": "There is no such field here.",
                "field": "payer_organisation",
            }
        ],
    )
