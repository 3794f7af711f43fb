"""Customs supervision of an instrument: the fields of record type 5 of the national platform."""

from datetime import date

import pytest

from providers.instruments.domain.customs import CUSTOMS_FIELDS, clean_customs

GOOD = {
    "exemption_code": "abcde 2500001",
    "declaration_number": "220120251000000001",
    "import_port": "上海",
    "responsible_customs": "杭州海关",
    "import_date": "2025-05-06",
    "shared": "on",
}


def refused(**changes):
    return [(problem.code, problem.field) for problem in clean_customs({**GOOD, **changes})[1]]


def test_the_values_as_the_fields_hold_them():
    assert clean_customs(GOOD) == (
        {
            "exemption_code": "ABCDE2500001",
            "exemption_number": "",
            "declaration_number": "220120251000000001",
            "contract_number": "",
            "import_port": "上海",
            "responsible_customs": "杭州海关",
            "import_date": date(2025, 5, 6),
            "shared": True,
            "fees_approved": False,
            "hs_code": "",
            "record_zh": "",
        },
        [],
    )


@pytest.mark.parametrize(
    "name", ["exemption_code", "declaration_number", "import_port", "responsible_customs", "import_date"]
)
def test_missing_required_field_is_refused(name):
    assert refused(**{name: ""}) == [("customs.missing", name)]


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("exemption_number", 50),
        ("contract_number", 50),
        ("import_port", 50),
        ("responsible_customs", 50),
        ("hs_code", 50),
        ("record_zh", 200),
    ],
)
def test_text_length_is_limited(name, limit):
    assert refused(**{name: "电" * limit}) == []
    assert refused(**{name: "电" * (limit + 1)}) == [("customs.too_long", name)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("exemption_code", "ABCDE25O0001"),
        ("exemption_code", "ABCDE250000"),
        ("declaration_number", "22012025100000000"),
        ("declaration_number", "220118251000000001"),
        ("declaration_number", "220120252000000001"),
    ],
)
def test_numbers_of_the_customs_have_their_shape(name, value):
    assert refused(**{name: value}) == [("customs.shape", name)]


def test_invalid_date_counts_as_missing():
    assert refused(import_date="6.5.2025") == [("customs.missing", "import_date")]
    assert refused(import_date=date(2025, 5, 6)) == []


def test_numbers_of_the_customs_are_as_long_as_their_shape():
    assert [CUSTOMS_FIELDS[name].limit for name in ("exemption_code", "declaration_number")] == [12, 18]
