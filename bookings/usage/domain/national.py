"""Service records of the national platform (kind 6)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bookings.requests.domain.choices import Direction
from bookings.usage.domain.choices import Rating
from instrument_share.kernel.city_time import CITY_TIME
from providers.domain import (
    NONE,
    ServiceMode,
    format_decimal,
    format_hours,
    format_moment,
    format_subjects,
    format_yes_no,
)

SHARING_MODES: Mapping[str, str] = {
    ServiceMode.SELF_OPERATED: "占用共享",
    ServiceMode.OPERATED: "委托共享",
    ServiceMode.SAMPLES: "委托共享",
    ServiceMode.REMOTE: "远程共享",
}
INTERNAL, EXTERNAL = "120", "130"
DIRECTIONS: Mapping[str, str] = {
    Direction.RESEARCH: "135",
    Direction.DEVELOPMENT: "136",
    Direction.TEACHING: "137",
    Direction.OTHER: "138",
}
COMMENTS: Mapping[str, str] = {
    Rating.VERY_SATISFIED: "非常满意",
    Rating.SATISFIED: "基本满意",
    Rating.NEUTRAL: "一般",
    Rating.DISSATISFIED: "不满意",
    Rating.VERY_POOR: "极差",
}
INCOMES: Mapping[str, str] = {
    "国家科技重大专项": "A",
    "国家自然科学基金": "B",
    "863计划": "C",
    "国家科技支撑(攻关)计划": "D",
    "火炬计划": "E",
    "星火计划": "F",
    "973计划": "G",
    "211工程": "H",
    "985工程": "I",
    "公益性行业科研专项": "J",
    "国家社会科学基金": "K",
    "国家科技基础性工作专项": "L",
    "科技基础条件平台专项": "M",
    "地方科技计划项目": "O",
}
OTHER_INCOME = "P"


def encode_funding_sources(sources: Sequence[str]) -> str:
    """Return the letters of funding sources given as letters or names; unknown ones are 其他."""
    letters = [
        one if re.fullmatch("[A-P]", one) else INCOMES.get(one.replace(" ", ""), OTHER_INCOME)
        for one in sources
    ]
    return ",".join(dict.fromkeys(letters))


def build_service_record(facts: Mapping[str, Any]) -> dict[str, str]:
    """Build a service record from a log's values, keyed by field name, and further facts.

    The further facts are inner_number, format_subjects (codes of the instrument), booking_subject (or ""),
    applicant, phone, email, applicant_unit, rating (or ""), booked (whether the terms were accepted with a
    booking).
    """
    project = facts["project"]
    return {
        "innerId": facts["inner_number"],
        "recordInnerId": facts["public_id"],
        "amounts": format_decimal(facts["amount_yuan"]),
        "start_time": format_moment(facts["starts_at"].astimezone(CITY_TIME)),
        "end_time": format_moment(facts["ends_at"].astimezone(CITY_TIME)),
        "service_time": format_hours(facts["effective_seconds"]),
        "serviceContent": facts["content"],
        "serviceWay": SHARING_MODES[facts["service_mode"]],
        "service_type": EXTERNAL if facts["external"] else INTERNAL,
        "service_direction": DIRECTIONS[facts["direction"]],
        "subjectName": project or NONE,
        "subjectContent": (facts["booking_subject"] if project else "") or NONE,
        "subjectIncome": encode_funding_sources(facts["funding_sources"]),
        "subjectArea": format_subjects(facts["subjects"]),
        "applicant": facts["applicant"],
        "applicatPhone": facts["phone"],
        "applicatEmail": facts["email"],
        "applicatUnit": facts["applicant_unit"],
        "comment": COMMENTS.get(facts["rating"], ""),
        "sign_agreement": format_yes_no(facts["booked"]),
        "address_type": "单位内",
        "move_address": NONE,
    }
