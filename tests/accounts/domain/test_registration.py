import pytest

from instrument_share.accounts.domain import OrganizationKind, SizeClass, files
from instrument_share.accounts.domain.files import file_type
from instrument_share.accounts.domain.registration import Registration, find_problems
from instrument_share.kernel.uscc import compute_check_character, is_valid, normalize

GOOD = "91990105YP1000027" + compute_check_character("91990105YP1000027")


def registration(**facts):
    return Registration(**{"uscc": GOOD, "name_zh": "云屏公司", "kind": OrganizationKind.INSTITUTE, **facts})


def codes(facts):
    return [(problem.code, problem.field) for problem in find_problems(facts)]


def test_a_good_registration_has_no_problem():
    assert codes(registration()) == []
    assert codes(registration(kind=OrganizationKind.ENTERPRISE, size_class=SizeClass.MICRO)) == []


def test_all_registration_problems_are_reported_together():
    wrong = registration(
        uscc="91990105YP10000270", name_zh="", kind=OrganizationKind.ENTERPRISE, parent_uscc="123"
    )
    assert codes(wrong) == [
        ("organization.uscc_invalid", "uscc"),
        ("organization.name_missing", "name_zh"),
        ("organization.size_missing", "size_class"),
        ("organization.uscc_invalid", "parent_uscc"),
    ]


def test_nobody_is_their_own_superior():
    assert codes(registration(parent_uscc=GOOD)) == [("organization.own_parent", "parent_uscc")]


@pytest.mark.parametrize(
    "typed", [GOOD, GOOD.lower(), f" {GOOD[:8]} {GOOD[8:]} ", "".join(chr(ord(c) + 0xFEE0) for c in GOOD)]
)
def test_credit_code_is_normalized(typed):
    assert normalize(typed) == GOOD


@pytest.mark.parametrize("place", range(18))
def test_a_code_with_one_wrong_character_is_refused(place):
    other = "3" if GOOD[place] != "3" else "4"
    assert not is_valid(GOOD[:place] + other + GOOD[place + 1 :])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", ("application/pdf", "pdf")),
        (b"\xff\xd8\xff\xe0JFIF", ("image/jpeg", "jpg")),
        (b"\x89PNG\r\n\x1a\n", ("image/png", "png")),
        (b"<svg onload=alert(1)>", None),
        (b"MZ", None),
        (b"", None),
    ],
)
def test_document_type_is_detected_from_first_bytes(content, kind):
    assert file_type(content) == kind


def test_an_organization_keeps_ten_documents_of_10_megabytes():
    assert (files.MAX_DOCUMENTS, files.MAX_BYTES) == (10, 10_485_760)


def test_small_and_medium_enterprises_are_those_below_large():
    assert [size.value for size in SizeClass if size.is_sme] == ["medium", "small", "micro"]


def test_organization_owns_no_instruments_by_default():
    assert registration().owns_instruments is False
