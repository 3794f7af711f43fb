"""Form fields for lengths of time."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from instrument_share.web.forms.lengths import HoursField, WholeLengthField

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("field", "text", "length"),
    [
        (HoursField(), "1.5", timedelta(minutes=90)),
        (HoursField(), "0.01", timedelta(seconds=36)),
        (HoursField(), "720", timedelta(days=30)),
        (WholeLengthField(MINUTE), "45", timedelta(minutes=45)),
        (WholeLengthField(DAY), "14", timedelta(days=14)),
    ],
)
def test_length_field_yields_timedelta_and_shows_it_as_entered(field, text, length):
    assert field.clean(text) == length
    assert field.prepare_value(length) == text


def test_length_field_redisplays_invalid_input():
    assert HoursField().prepare_value("soon") == "soon"


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        (HoursField(max_value=8), "8.25", "max_value"),
        (HoursField(min_value=1), "0.5", "min_value"),
        (HoursField(), "0.125", "max_decimal_places"),
        (WholeLengthField(MINUTE, max_value=1440), "1441", "max_value"),
        (WholeLengthField(MINUTE), "1.5", "invalid"),
        (WholeLengthField(MINUTE), "", "required"),
    ],
)
def test_length_field_checks_the_number_in_its_unit(field, text, code):
    with pytest.raises(ValidationError) as refused:
        field.clean(text)
    assert [error.code for error in refused.value.error_list] == [code]


def test_optional_length_field_yields_none_for_nothing():
    assert HoursField(required=False).clean("") is None
