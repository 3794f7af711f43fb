"""The fields of an instrument: what each may hold, and what publication needs."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from providers.instruments.domain.choices import InstrumentState
from providers.instruments.domain.fields import FIELDS, REVIEWED, clean_values, missing_fields
from providers.instruments.domain.states import is_removable

LIMITS = {
    "inner_number": 50,
    "name_zh": 50,
    "name_en": 100,
    "model": 100,
    "manufacturer": 100,
    "specification_zh": 500,
    "specification_en": 1000,
    "functions_zh": 300,
    "functions_en": 600,
    "services_zh": 200,
    "services_en": 400,
    "achievements_zh": 500,
    "achievements_en": 1000,
    "samples_zh": 300,
    "samples_en": 600,
    "user_requirement_zh": 500,
    "user_requirement_en": 1000,
    "fee_text_zh": 500,
    "fee_text_en": 1000,
    "belongs_to_number": 50,
    "place_zh": 100,
    "place_en": 200,
    "contact": 20,
    "phone": 20,
}
"""Of the Chinese texts those of record type 4 of the national platform; English has twice as many."""
NEEDED = [
    "inner_number",
    "name_zh",
    "category",
    "model",
    "manufacturer",
    "country",
    "value_yuan",
    "in_service_date",
    "origin",
    "purpose",
    "funding",
    "specification_zh",
    "functions_zh",
    "services_zh",
    "sharing_mode",
    "condition",
    "place_zh",
    "contact",
    "phone",
]


def codes(**values):
    """What the fields hold, and the codes of what is wrong."""
    clean, problems = clean_values(values)
    return clean, [(problem.code, problem.field) for problem in problems]


@pytest.mark.parametrize(("name", "limit"), LIMITS.items())
def test_text_length_is_limited(name, limit):
    assert codes(**{name: "电" * limit}) == ({name: "电" * limit}, [])
    assert codes(**{name: "电" * (limit + 1)}) == ({}, [("instrument.too_long", name)])


def test_publication_and_review_cover_expected_fields():
    assert [field.name for field in missing_fields({})] == NEEDED
    assert [field.name for field in missing_fields(dict.fromkeys(NEEDED, "电"))] == []
    assert [field.name for field in missing_fields({**dict.fromkeys(NEEDED, "电"), "name_zh": "SEM"})] == [
        "name_zh"
    ]
    assert {"category", "value_yuan", "in_service_date", "purpose", "sharing_mode"} == REVIEWED


def test_a_draft_needs_its_number_and_its_name():
    assert codes(inner_number=" ", name_zh="")[1] == [
        ("instrument.essential", "inner_number"),
        ("instrument.essential", "name_zh"),
    ]
    assert codes(model="") == ({"model": ""}, [])
    assert codes(colour="red") == ({}, [("instrument.unknown_field", "colour")])


def test_blanks_within_short_texts_are_one_and_long_texts_keep_their_lines():
    assert codes(model=" TX \n 200\x00 ")[0] == {"model": "TX 200"}
    assert codes(specification_zh=" 一\n二 ")[0] == {"specification_zh": "一\n二"}


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("value_yuan", "¥1,234.5", Decimal("1234.50")),
        ("value_yuan", 0, Decimal("0.00")),
        ("value_yuan", "999999999999.99", Decimal("999999999999.99")),
        ("value_yuan", "", None),
        ("in_service_date", "2020-03-01", date(2020, 3, 1)),
        ("in_service_date", datetime(2020, 3, 1, 9), date(2020, 3, 1)),
        ("in_service_date", date(2020, 3, 1), date(2020, 3, 1)),
        ("in_service_date", None, None),
        ("email", "a@b.cn", "a@b.cn"),
        ("email", "a@" + "b" * 45 + ".cn", "a@" + "b" * 45 + ".cn"),
        ("country", "CN", "CN"),
        ("postal_code", "100045", "100045"),
        ("category", "010101", "010101"),
        ("subjects", "150，430", ["150", "430"]),
        ("subjects", ["150", "430", "460", "470"], ["150", "430", "460", "470"]),
        ("purpose", "general", "general"),
        ("belongs_to", "", "none"),
    ],
)
def test_valid_field_value_is_normalized(name, value, held):
    assert codes(**{name: value}) == ({name: held}, [])


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("value_yuan", "a lot", "number"),
        ("value_yuan", "-0.01", "range"),
        ("value_yuan", "1000000000000", "range"),
        ("value_yuan", "NaN", "range"),
        ("in_service_date", "1.3.2020", "date"),
        ("email", "a@b", "email"),
        ("email", "a@" + "b" * 46 + ".cn", "too_long"),
        ("country", "cn", "country"),
        ("country", "CHN", "country"),
        ("postal_code", "10004", "postal"),
        ("category", "0101", "category"),
        ("subjects", "15", "subjects"),
        ("subjects", "150,430,460,470,480", "subjects"),
        ("purpose", "party", "choice"),
        ("purpose", "", "choice"),
    ],
)
def test_invalid_field_value_is_refused(name, value, code):
    assert codes(**{name: value}) == ({}, [(f"instrument.{code}", name)])


def test_every_field_with_a_limit_is_in_the_table_above():
    assert {name for name, field in FIELDS.items() if field.limit} == {*LIMITS, "email"}


def test_only_a_draft_that_was_never_submitted_can_be_removed():
    assert [state for state in InstrumentState if is_removable(state, None)] == [InstrumentState.DRAFT]
    assert not is_removable(InstrumentState.DRAFT, datetime(2026, 3, 2))
