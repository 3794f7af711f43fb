"""A use in the words of the national platform."""

from decimal import Decimal

import pytest

from bookings.usage.domain.national import build_service_record, encode_funding_sources
from tests.bookings.requests.domain.terms import local

FACTS = {
    "inner_number": "Y-1",
    "public_id": "LOG-1",
    "amount_yuan": Decimal("300.00"),
    "starts_at": local("2026-03-02 09:00"),
    "ends_at": local("2026-03-02 12:00"),
    "effective_seconds": 9000,
    "content": "能谱分析",
    "service_mode": "operated",
    "external": True,
    "direction": "research",
    "project": "薄膜项目",
    "booking_subject": "二氧化钛薄膜",
    "funding_sources": ["国家自然科学基金"],
    "subjects": ["430", "540"],
    "applicant": "戊",
    "phone": "0570-1",
    "email": "wu@example.org",
    "applicant_unit": "云屏测试科技有限公司",
    "rating": "satisfied",
    "booked": True,
}


def test_a_record_of_a_booked_use_for_a_project():
    assert build_service_record(FACTS) == {
        "innerId": "Y-1",
        "recordInnerId": "LOG-1",
        "amounts": "300.00",
        "start_time": "2026-03-02 09:00",
        "end_time": "2026-03-02 12:00",
        "service_time": "2.50",
        "serviceContent": "能谱分析",
        "serviceWay": "委托共享",
        "service_type": "130",
        "service_direction": "135",
        "subjectName": "薄膜项目",
        "subjectContent": "二氧化钛薄膜",
        "subjectIncome": "B",
        "subjectArea": "材料科学,纺织科学技术",
        "applicant": "戊",
        "applicatPhone": "0570-1",
        "applicatEmail": "wu@example.org",
        "applicatUnit": "云屏测试科技有限公司",
        "comment": "基本满意",
        "sign_agreement": "是",
        "address_type": "单位内",
        "move_address": "无",
    }


def test_a_record_of_an_internal_use_without_project_or_rating():
    record = build_service_record({**FACTS, "external": False, "project": "", "rating": "", "booked": False})
    assert (record["service_type"], record["subjectName"], record["subjectContent"]) == ("120", "无", "无")
    assert (record["comment"], record["sign_agreement"]) == ("", "否")
    without = build_service_record({**FACTS, "booking_subject": ""})
    assert (without["subjectName"], without["subjectContent"]) == ("薄膜项目", "无")


@pytest.mark.parametrize(
    ("sources", "letters"),
    [
        ([], ""),
        (["A", "P"], "A,P"),
        (["国家 自然科学基金", "B", "星火计划"], "B,F"),
        (["企业自筹", "横向课题"], "P"),
        (["AB", "Q"], "P"),
    ],
)
def test_sources_of_funding_are_letters_each_once(sources, letters):
    assert encode_funding_sources(sources) == letters
