"""The national platform's record types: names and order, full records, and every kind of refusal once."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bookings.usage.domain.national import build_service_record, encode_funding_sources
from instrument_share.kernel.wording import Bilingual
from providers.exchange.domain.national.records import RECORDS, RecordType, find_refusals, reported_years
from providers.exchange.domain.national.values import (
    customs_record,
    format_hours,
    format_percent,
    format_ten_thousands,
    instrument_record,
    unit_record,
)
from providers.instruments.domain.countries import COUNTRIES
from providers.instruments.domain.fields import FIELDS as INSTRUMENT_FIELDS

FIELDS = {
    RecordType.UNIT: """
        insCode submittedRates activatedRates totalShareRates externalShareRates Innovation serviceAmounts
        user Project Thesis Book Report Patent Output Achievements serviceIncome socialBenefit Remark
    """,
    RecordType.INSTRUMENT: """
        insCode innerId cname ename instrBelongsType instrBelongsName instrCategory instrSource instrSupervise
        worth nation manufacturer instrVersion beginDate type technical function subject serviceContent
        achievement status requirement fee serviceUrl province city county street contact phone email address
        postalcode shareMode image run_machine service_machine
    """,
    RecordType.CUSTOMS: """
        codeCpd numberCpd declarationNumber contractNumber importPort responsibleCustoms importDate Share
        feesApproved hsCode Record
    """,
    RecordType.SERVICE: """
        innerId recordInnerId amounts start_time end_time service_time serviceContent serviceWay service_type
        service_direction subjectName subjectContent subjectIncome subjectArea applicant applicatPhone
        applicatEmail applicatUnit comment sign_agreement address_type move_address
    """,
}
LIMITS = {
    RecordType.UNIT: {
        30: "insCode",
        200: """
            serviceAmounts user Project Thesis Book Report Patent Output Achievements Remark
        """,
        500: "Innovation socialBenefit",
    },
    RecordType.INSTRUMENT: {
        20: "contact phone",
        30: "insCode",
        50: "innerId cname instrBelongsName email",
        100: "ename manufacturer instrVersion address",
        150: "serviceUrl image",
        200: "serviceContent",
        300: "function",
        500: "technical achievement requirement fee",
    },
    RecordType.CUSTOMS: {
        50: "numberCpd contractNumber importPort responsibleCustoms hsCode",
        200: "Record",
    },
    RecordType.SERVICE: {
        20: "applicant applicatPhone",
        50: "innerId recordInnerId applicatEmail applicatUnit",
        100: "move_address",
        200: "serviceContent subjectName subjectContent",
    },
}
UNIT_FACTS = {
    "unit_code": "330199",
    "innovation": "支撑本市新材料研发。",
    "project": "12 项",
    "thesis": "",
    "book": "",
    "report": "",
    "patent": "3 件",
    "output": "",
    "achievements": "",
    "social_benefit": "",
    "remark": "",
    "published": 8,
    "declared": 9,
    "running": 7,
    "shared": 8,
    "external": 5,
    "uses": 12,
    "run_seconds": 9000,
    "income_yuan": Decimal("12345.00"),
    "users": {"本单位用户": 0, "企业": 12},
}
INSTRUMENT_FACTS = {
    "unit_code": "330199",
    "inner_number": "A-001",
    "name_zh": "透射电子显微镜",
    "name_en": "Transmission electron microscope",
    "belongs_to": "large_facility",
    "belongs_to_number": "F-1",
    "category": "010101",
    "origin": "purchase",
    "supervised": True,
    "value_yuan": Decimal("2500050.00"),
    "country": "DE",
    "manufacturer": "云屏光学",
    "model": "TX-200",
    "in_service_date": date(2020, 3, 1),
    "purpose": "special",
    "specification_zh": "0.19 nm",
    "functions_zh": "形貌分析",
    "subjects": ["430", "150"],
    "services_zh": "委托测试",
    "achievements_zh": "",
    "condition": "occasional_faults",
    "user_requirement_zh": "经培训上机",
    "fee_text_zh": "每小时 300 元",
    "service_url": "https://share.example.org/instruments/INS-1/",
    "province": "江南省",
    "city": "云屏市",
    "county": "望江区",
    "place_zh": "一号楼 101",
    "contact": "王工",
    "phone": "0570-1234567",
    "email": "lab@example.org",
    "address": "科技路 1 号",
    "postal_code": "313000",
    "sharing_mode": "external",
    "image": "https://share.example.org/instruments/INS-1/picture/",
    "run_seconds": 5400,
    "service_seconds": 1818,
}
CUSTOMS_FACTS = {
    "exemption_code": "ABCDE2500001",
    "exemption_number": "1",
    "declaration_number": "220120251000000001",
    "contract_number": "HT-1",
    "import_port": "上海",
    "responsible_customs": "杭州海关",
    "import_date": date(2025, 5, 6),
    "shared": True,
    "fees_approved": False,
    "hs_code": "9012100000",
    "record_zh": "已备案",
}
SERVICE_FACTS = {
    "inner_number": "A-001",
    "public_id": "LOG-1",
    "amount_yuan": Decimal("450.50"),
    "starts_at": datetime(2025, 3, 4, 1, 0, tzinfo=UTC),
    "ends_at": datetime(2025, 3, 4, 3, 30, tzinfo=UTC),
    "effective_seconds": 8100,
    "content": "薄膜形貌",
    "service_mode": "self_operated",
    "external": True,
    "direction": "development",
    "project": "新材料研发",
    "booking_subject": "二氧化钛薄膜",
    "funding_sources": ["国家自然科学基金", "O", "本单位"],
    "subjects": ["430"],
    "applicant": "甲",
    "phone": "13800000000",
    "email": "jia@example.org",
    "applicant_unit": "云屏芯片有限公司",
    "rating": "satisfied",
    "booked": True,
}
RECORD_OF = {
    RecordType.UNIT: unit_record(UNIT_FACTS),
    RecordType.INSTRUMENT: instrument_record(INSTRUMENT_FACTS),
    RecordType.CUSTOMS: customs_record(CUSTOMS_FACTS),
    RecordType.SERVICE: build_service_record(SERVICE_FACTS),
}


@pytest.mark.parametrize("kind", RecordType)
def test_the_fields_are_those_of_the_interface_in_its_order(kind):
    assert [one.name for one in RECORDS[kind]] == FIELDS[kind].split()
    assert list(RECORD_OF[kind]) == FIELDS[kind].split()


@pytest.mark.parametrize("kind", RecordType)
def test_the_limits_are_those_of_the_interface(kind):
    limits = {one.name: one.limit for one in RECORDS[kind] if one.limit is not None}
    assert limits == {name: limit for limit, names in LIMITS[kind].items() for name in names.split()}


def test_a_text_of_just_the_limit_is_taken():
    record = {**RECORD_OF[RecordType.INSTRUMENT], "technical": "长" * 500}
    assert find_refusals(RecordType.INSTRUMENT, record) == []
    (refusal,) = find_refusals(RecordType.INSTRUMENT, {**record, "technical": "长" * 501})
    assert refusal.reason.params == {"limit": 500, "length": 501}


def test_refused_choice_names_first_unknown_word_and_limit():
    record = RECORD_OF[RecordType.INSTRUMENT]
    (refusal,) = find_refusals(RecordType.INSTRUMENT, {**record, "subject": "数学,炼金术,占星术"})
    assert (refusal.code, refusal.reason.params) == ("national.choice", {"value": "炼金术"})
    (refusal,) = find_refusals(RecordType.INSTRUMENT, {**record, "subject": "数学,化学,力学,物理学,农学"})
    assert refusal.reason.params == {"most": 4}
    assert find_refusals(RecordType.INSTRUMENT, {**record, "subject": "数学,化学,力学,物理学"}) == []
    (refusal,) = find_refusals(RecordType.INSTRUMENT, {**record, "postalcode": "3130000"})
    assert (refusal.reason.params, refusal.meaning) == (
        {"length": 6},
        Bilingual("邮政编码", "Postal code"),
    )


def test_the_present_year_and_three_before_it_are_reported():
    assert list(reported_years(2026)) == [2023, 2024, 2025, 2026]


@pytest.mark.parametrize("kind", RecordType)
def test_complete_record_has_no_problems(kind):
    assert find_refusals(kind, RECORD_OF[kind]) == []


def test_a_full_record_of_a_unit():
    assert list(RECORD_OF[RecordType.UNIT].values()) == [
        "330199",
        "88.89",
        "87.50",
        "100.00",
        "62.50",
        "支撑本市新材料研发。",
        "服务 12 次，2.50 小时",
        "企业 12 人次",
        "12 项",
        "",
        "",
        "",
        "3 件",
        "",
        "",
        "1.23",
        "",
        "",
    ]


def test_a_full_record_of_an_instrument():
    assert list(RECORD_OF[RecordType.INSTRUMENT].values()) == [
        "330199",
        "A-001",
        "透射电子显微镜",
        "Transmission electron microscope",
        "2",
        "F-1",
        "010101",
        "购置",
        "是",
        "250.01",
        "德国",
        "云屏光学",
        "TX-200",
        "2020-03-01",
        "专用",
        "0.19 nm",
        "形貌分析",
        "材料科学,化学",
        "委托测试",
        "无",
        "偶有故障",
        "经培训上机",
        "每小时 300 元",
        "https://share.example.org/instruments/INS-1/",
        "江南省",
        "云屏市",
        "望江区",
        "一号楼 101",
        "王工",
        "0570-1234567",
        "lab@example.org",
        "科技路 1 号",
        "313000",
        "外部共享",
        "https://share.example.org/instruments/INS-1/picture/",
        "1.50",
        "0.51",
    ]


def test_a_full_record_of_customs_supervision():
    assert list(RECORD_OF[RecordType.CUSTOMS].values()) == [
        "ABCDE2500001",
        "1",
        "220120251000000001",
        "HT-1",
        "上海",
        "杭州海关",
        "2025-05-06",
        "是",
        "否",
        "9012100000",
        "已备案",
    ]


def test_a_full_service_record():
    assert list(RECORD_OF[RecordType.SERVICE].values()) == [
        "A-001",
        "LOG-1",
        "450.50",
        "2025-03-04 09:00",
        "2025-03-04 11:30",
        "2.25",
        "薄膜形貌",
        "占用共享",
        "130",
        "136",
        "新材料研发",
        "二氧化钛薄膜",
        "B,O,P",
        "材料科学",
        "甲",
        "13800000000",
        "jia@example.org",
        "云屏芯片有限公司",
        "基本满意",
        "是",
        "单位内",
        "无",
    ]


def test_the_record_names_every_country_that_an_instrument_may_have():
    names = {code: instrument_record({**INSTRUMENT_FACTS, "country": code})["nation"] for code in COUNTRIES}
    assert len(set(names.values())) == len(names) == 249
    assert [names[code] for code in ("MY", "HU", "TW", "MO", "BA")] == [
        "马来西亚",
        "匈牙利",
        "中国台湾",
        "中国澳门",
        "波黑",
    ]
    record = RECORD_OF[RecordType.INSTRUMENT]
    for name in names.values():
        assert find_refusals(RecordType.INSTRUMENT, {**record, "nation": name}) == []


@pytest.mark.parametrize(
    ("kind", "field", "value", "code"),
    [
        (RecordType.UNIT, "Innovation", "", "missing"),
        (RecordType.INSTRUMENT, "technical", "长" * 501, "too_long"),
        (RecordType.INSTRUMENT, "worth", "250", "not_decimal"),
        (RecordType.INSTRUMENT, "beginDate", "2020/3/1", "not_date"),
        (RecordType.SERVICE, "start_time", "2025-03-04", "not_moment"),
        (RecordType.INSTRUMENT, "instrCategory", "电镜", "not_digits"),
        (RecordType.INSTRUMENT, "postalcode", "3130", "length"),
        (RecordType.CUSTOMS, "codeCpd", "ABC", "length"),
        (RecordType.INSTRUMENT, "email", "lab", "not_email"),
        (RecordType.INSTRUMENT, "image", "photo.jpg", "not_address"),
        (RecordType.INSTRUMENT, "nation", "ZZ", "choice"),
        (RecordType.INSTRUMENT, "subject", "数学,化学,力学,物理学,农学", "too_many"),
        (RecordType.SERVICE, "subjectIncome", "A,Z", "choice"),
    ],
)
def test_every_kind_of_refusal(kind, field, value, code):
    (refusal,) = find_refusals(kind, {**RECORD_OF[kind], field: value})
    assert (refusal.field, refusal.value, refusal.code) == (field, value, f"national.{code}")


@pytest.mark.parametrize(
    ("field", "length", "who"),
    [
        ("applicant", 21, "Ask the applicant"),
        ("applicatUnit", 51, "Ask the bureau"),
        ("subjectName", 201, "Shorten it"),
    ],
)
def test_what_is_too_long_names_who_can_shorten_it(field, length, who):
    record = {**RECORD_OF[RecordType.SERVICE], field: "长" * length}
    (refusal,) = find_refusals(RecordType.SERVICE, record)
    assert (refusal.code, who in refusal.remedy.message) == ("national.too_long", True)


def test_place_counts_together():
    record = {**RECORD_OF[RecordType.INSTRUMENT], "street": "路" * 95}
    (refusal,) = find_refusals(RecordType.INSTRUMENT, record)
    assert (refusal.field, refusal.code, refusal.reason.params) == (
        "street",
        "national.too_long",
        {"limit": 100, "length": 104},
    )


def test_a_place_of_100_characters_is_taken():
    # 江南省云屏市望江区 are nine of them.
    record = {**RECORD_OF[RecordType.INSTRUMENT], "street": "路" * 91}
    assert find_refusals(RecordType.INSTRUMENT, record) == []
    (refusal,) = find_refusals(RecordType.INSTRUMENT, {**record, "street": "路" * 92})
    assert refusal.reason.params == {"limit": 100, "length": 101}


def test_figures_are_rounded_half_up_once():
    assert [format_ten_thousands(Decimal(yuan)) for yuan in ("49.99", "50", "1000050")] == [
        "0.00",
        "0.01",
        "100.01",
    ]
    assert format_ten_thousands(None) == ""
    assert [format_hours(seconds) for seconds in (0, 17, 18, 3600)] == ["0.00", "0.00", "0.01", "1.00"]
    assert (format_percent(1, 3), format_percent(2, 3), format_percent(0, 0), format_percent(1, None)) == (
        "33.33",
        "66.67",
        "",
        "",
    )


def test_funding_sources_become_letters():
    assert encode_funding_sources([]) == ""
    assert encode_funding_sources(["A", "863 计划", "自筹", "横向"]) == "A,C,P"


def test_every_choice_is_one_of_the_interface():
    service = {one.name: one.choices for one in RECORDS[RecordType.SERVICE]}
    assert sorted(service["subjectIncome"]) == list("ABCDEFGHIJKLMNOP")
    assert service["service_type"] == {"120", "130"}
    assert service["service_direction"] == {"135", "136", "137", "138"}
    assert service["comment"] == {"非常满意", "基本满意", "一般", "不满意", "极差"}
    assert all(re.fullmatch(r"[A-Za-z_]+", one.name) for table in RECORDS.values() for one in table)


NOT_NEEDED = {
    RecordType.UNIT: "Project Thesis Book Report Patent Output Achievements socialBenefit Remark",
    RecordType.INSTRUMENT: "ename instrBelongsName province county",
    RecordType.CUSTOMS: "numberCpd contractNumber hsCode Record",
    RecordType.SERVICE: "subjectIncome applicatPhone applicatEmail comment",
}


@pytest.mark.parametrize("kind", RecordType)
def test_optional_fields_of_record_may_be_empty(kind):
    assert [one.name for one in RECORDS[kind] if not one.needed] == NOT_NEEDED[kind].split()


def test_fields_declare_maximum_choices_and_fixed_lengths():
    several = {one.name: one.most for fields in RECORDS.values() for one in fields if one.most != 1}
    assert several == {"subject": 4, "serviceWay": 5, "subjectIncome": 4, "subjectArea": 4}
    fixed = {one.name: one.length for fields in RECORDS.values() for one in fields if one.length}
    assert fixed == {"instrCategory": 6, "postalcode": 6, "codeCpd": 12, "declarationNumber": 18}


def test_forms_mark_fields_required_by_platform():
    """An instrument's own fields without which its record is refused, apart from what publication needs."""
    refused = {
        name
        for name, spec in INSTRUMENT_FIELDS.items()
        if not spec.needed
        and spec.kind != "choice"
        and find_refusals(
            RecordType.INSTRUMENT,
            instrument_record({**INSTRUMENT_FACTS, name: [] if spec.kind == "subjects" else ""}),
        )
    }
    assert {name for name, spec in INSTRUMENT_FIELDS.items() if spec.national} == refused
