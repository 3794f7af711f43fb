"""Convert values of units and instruments to the words of the national platform."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from instrument_share.kernel.errors import gettext_noop
from providers.exchange.domain.national.records import NONE
from providers.instruments.domain.choices import BelongsTo, Condition, Origin, Purpose, SharingMode
from providers.instruments.domain.countries import COUNTRIES
from providers.instruments.domain.subjects import SUBJECTS

CENT = Decimal("0.01")
TEN_THOUSAND = 10_000
BELONGS: Mapping[str, str] = {
    BelongsTo.NONE: NONE,
    BelongsTo.CENTRE: "1",
    BelongsTo.LARGE_FACILITY: "2",
    BelongsTo.SERVICE_UNIT: "3",
}
SOURCES: Mapping[str, str] = {
    Origin.PURCHASE: "购置",
    Origin.SELF_MADE: "研制",
    Origin.GIFT: "赠送",
    Origin.OTHER: "其他",
}
TYPES: Mapping[str, str] = {Purpose.GENERAL: "通用", Purpose.SPECIAL: "专用"}
MODES: Mapping[str, str] = {
    SharingMode.INTERNAL: "内部共享",
    SharingMode.EXTERNAL: "外部共享",
    SharingMode.NONE: "不共享",
}
CONDITIONS: Mapping[str, str] = {
    Condition.NORMAL: "正常",
    Condition.STANDBY: "待机",
    Condition.REMOTE: "远程服务中",
    Condition.OCCASIONAL_FAULTS: "偶有故障",
    Condition.FREQUENT_FAULTS: "故障频繁",
    Condition.AWAITING_REPAIR: "待修",
    Condition.AWAITING_DISPOSAL: "待报废",
}
FIELD_OF: Mapping[str, str] = {
    "unit_code": "insCode",
    "innovation": "Innovation",
    "project": "Project",
    "thesis": "Thesis",
    "book": "Book",
    "report": "Report",
    "patent": "Patent",
    "output": "Output",
    "achievements": "Achievements",
    "social_benefit": "socialBenefit",
    "remark": "Remark",
}
"""What a unit says itself of a year → the field of its record."""
LABELS: Mapping[str, str] = {
    "unit_code": gettext_noop("The unit's code at the national platform (insCode)"),
    "innovation": gettext_noop("How it supported innovation"),
    "project": gettext_noop("Projects supported"),
    "thesis": gettext_noop("Papers"),
    "book": gettext_noop("Books"),
    "report": gettext_noop("Research reports"),
    "patent": gettext_noop("Patents"),
    "output": gettext_noop("Products and output"),
    "achievements": gettext_noop("Results and awards"),
    "social_benefit": gettext_noop("Social benefit"),
    "remark": gettext_noop("Remarks"),
}
"""What a unit says itself of a year, by field."""
RUNNING = (Condition.NORMAL, Condition.STANDBY, Condition.REMOTE, Condition.OCCASIONAL_FAULTS)
"""In order for 正常运行比例: it can be used."""


def format_decimal(number: Decimal | int) -> str:
    """Return a number with two decimals, rounded half up."""
    return str(Decimal(number).quantize(CENT, ROUND_HALF_UP))


def format_ten_thousands(yuan: Decimal | None) -> str:
    """Return an amount in 万元 with two decimals, rounded half up."""
    return "" if yuan is None else format_decimal(yuan / TEN_THOUSAND)


def format_hours(seconds: int) -> str:
    """Return seconds as hours with two decimals, rounded half up."""
    return format_decimal(Decimal(seconds) / 3600)


def format_percent(part: int, whole: int | None) -> str:
    """Return a part as a percentage with two decimals, or an empty string if the whole is zero."""
    return format_decimal(Decimal(part) * 100 / whole) if whole else ""


def format_day(value: date | None) -> str:
    """Return a date as the platform writes it."""
    return value.isoformat() if value else ""


def format_moment(value: datetime) -> str:
    """Return a local instant as the platform writes it."""
    return value.strftime("%Y-%m-%d %H:%M")


def format_yes_no(value: bool) -> str:
    """Return 是 or 否."""
    return "是" if value else "否"


def format_subjects(codes: Sequence[str]) -> str:
    """Return the names of subjects, separated by commas; unknown codes stay."""
    return ",".join(SUBJECTS[code][0] if code in SUBJECTS else code for code in codes)


def format_country(code: str) -> str:
    """Return the short name of a country; an unknown code stays."""
    return COUNTRIES[code][0] if code in COUNTRIES else code


def instrument_record(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the record of an instrument from `facts`, by our field names.

    Besides its own values: unit_code, category (code), supervised, service_url, image, province, city,
    county, address, run_seconds, service_seconds.
    """
    belongs = BELONGS[facts["belongs_to"]]
    return {
        "insCode": facts["unit_code"],
        "innerId": facts["inner_number"],
        "cname": facts["name_zh"],
        "ename": facts["name_en"],
        "instrBelongsType": belongs,
        "instrBelongsName": facts["belongs_to_number"] if belongs != NONE else NONE,
        "instrCategory": facts["category"],
        "instrSource": SOURCES[facts["origin"]],
        "instrSupervise": format_yes_no(facts["supervised"]),
        "worth": format_ten_thousands(facts["value_yuan"]),
        "nation": format_country(facts["country"]),
        "manufacturer": facts["manufacturer"],
        "instrVersion": facts["model"],
        "beginDate": format_day(facts["in_service_date"]),
        "type": TYPES[facts["purpose"]],
        "technical": facts["specification_zh"],
        "function": facts["functions_zh"],
        "subject": format_subjects(facts["subjects"]),
        "serviceContent": facts["services_zh"],
        "achievement": facts["achievements_zh"] or NONE,
        "status": CONDITIONS[facts["condition"]],
        "requirement": facts["user_requirement_zh"],
        "fee": facts["fee_text_zh"],
        "serviceUrl": facts["service_url"],
        "province": facts["province"],
        "city": facts["city"],
        "county": facts["county"],
        "street": facts["place_zh"],
        "contact": facts["contact"],
        "phone": facts["phone"],
        "email": facts["email"],
        "address": facts["address"],
        "postalcode": facts["postal_code"],
        "shareMode": MODES[facts["sharing_mode"]],
        "image": facts["image"],
        "run_machine": format_hours(facts["run_seconds"]),
        "service_machine": format_hours(facts["service_seconds"]),
    }


def customs_record(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the record of customs supervision from `facts`, by our field names."""
    return {
        "codeCpd": facts["exemption_code"],
        "numberCpd": facts["exemption_number"],
        "declarationNumber": facts["declaration_number"],
        "contractNumber": facts["contract_number"],
        "importPort": facts["import_port"],
        "responsibleCustoms": facts["responsible_customs"],
        "importDate": format_day(facts["import_date"]),
        "Share": format_yes_no(facts["shared"]),
        "feesApproved": format_yes_no(facts["fees_approved"]),
        "hsCode": facts["hs_code"],
        "Record": facts["record_zh"],
    }


def unit_record(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the record of a unit's year from `facts`: entered values by field name, and counts.

    Counts: published, declared (or None), running, shared, external, uses, run_seconds (of those uses),
    income_yuan (of external ones), users (Chinese word → person-times, in order).
    """
    published = facts["published"]
    users = "；".join(f"{word} {number} 人次" for word, number in facts["users"].items() if number)
    return {
        "insCode": facts["unit_code"],
        "submittedRates": format_percent(published, facts["declared"]),
        "activatedRates": format_percent(facts["running"], published),
        "totalShareRates": format_percent(facts["shared"], published),
        "externalShareRates": format_percent(facts["external"], published),
        "Innovation": facts["innovation"],
        "serviceAmounts": f"服务 {facts['uses']} 次，{format_hours(facts['run_seconds'])} 小时",
        "user": users or NONE,
        "Project": facts["project"],
        "Thesis": facts["thesis"],
        "Book": facts["book"],
        "Report": facts["report"],
        "Patent": facts["patent"],
        "Output": facts["output"],
        "Achievements": facts["achievements"],
        "serviceIncome": format_ten_thousands(facts["income_yuan"]),
        "socialBenefit": facts["social_benefit"],
        "Remark": facts["remark"],
    }
