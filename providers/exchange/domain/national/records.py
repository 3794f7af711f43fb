"""The record types of the national network platform, and the checks that it makes.

One table for each type in the order of the interface, with its names as it spells them. A newer manual is
another table and another VERSION. All values are text, as they are sent.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual, Sentence
from providers.instruments.domain.countries import COUNTRIES
from providers.instruments.domain.subjects import SUBJECTS

VERSION = "1"
NONE = "无"
DRAFT, SUBMITTED = "-1", "0"
"""`auditStatus`: a draft is sent again later; what is submitted is locked until the platform returns it."""
STATUS_FIELD = "auditStatus"

YEARS_BACK = 3


def reported_years(present: int) -> range:
    """Return the years with records: the last ones, and the current one so far."""
    return range(present - YEARS_BACK, present + 1)


Shape = Literal["text", "digits", "decimal", "date", "moment", "email", "address"]


Page = Literal["", "record", "year", "statements", "profile", "pictures"]
"""Where a unit enters a field: with the row of the record, on another page, or nowhere."""


class RecordType(StrEnum):
    """The record types of the platform's interface."""

    UNIT = "unit"
    INSTRUMENT = "instrument"
    CUSTOMS = "customs"
    SERVICE = "service"


FILL_IN = gettext_noop("Fill it in.")
ADD_PICTURE = gettext_noop("Add a picture to the instrument.")
DECLARE = gettext_noop(
    "Publish the openness statement of the year. If it declares no instrument, there is no rate: export the "
    "record as a draft and complete it at the platform."
)
NO_RATE = gettext_noop(
    "No published instrument of the unit reached the registration threshold at the end of the year, so there "
    "is no rate. Export the record as a draft and complete it at the platform."
)
RETIRED = gettext_noop(
    "The instrument is retired and can't be changed any more. Export the record as a draft and complete it "
    "at the platform."
)
SHORTEN = gettext_noop("Shorten it.")
BY_APPLICANT = gettext_noop("Ask the applicant to shorten it in the settings of their account.")
BY_BUREAU = gettext_noop(
    "It is the organization's registered name, which the bureau alone changes. Ask the bureau for a shorter "
    "one."
)


@dataclass(frozen=True)
class NationalField:
    """A field: its name at the platform, its meaning in both languages, and what it may hold.

    `most` limits the number of choices, which are separated by commas. `needed` marks required fields.
    """

    name: str
    meaning: str
    english: str
    limit: int | None = None
    shape: Shape = "text"
    length: int | None = None
    choices: frozenset[str] = frozenset()
    most: int = 1
    needed: bool = True
    is_share: bool = False
    """It is a percentage of the unit's instruments, 100.00 at most."""
    how_to_shorten: str = SHORTEN
    """What the unit does where it is too long; much of it only others can change."""
    how_to_fill_in: str = FILL_IN
    """What the unit does where it is missing."""
    page: Page = "record"


def _choices(*words: str) -> frozenset[str]:
    return frozenset(words)


COUNTRY_NAMES = frozenset(names[0] for names in COUNTRIES.values())
SUBJECT_NAMES = frozenset(names[0] for names in SUBJECTS.values())
YES_NO = _choices("是", "否")
_F = NationalField


def _rate(name: str, meaning: str, english: str) -> NationalField:
    """Return the field of a share of the registered instruments, which nobody enters."""
    return _F(name, meaning, english, shape="decimal", is_share=True, how_to_fill_in=NO_RATE, page="")


RECORDS: Mapping[RecordType, tuple[NationalField, ...]] = {
    RecordType.UNIT: (
        _F("insCode", "单位在平台的编码", "The unit's code at the platform", 30),
        _F(
            "submittedRates",
            "入网比例",
            "Share of instruments registered",
            shape="decimal",
            is_share=True,
            how_to_fill_in=DECLARE,
            page="statements",
        ),
        _rate("activatedRates", "正常运行比例", "Share in working order"),
        _rate("totalShareRates", "参与共享比例", "Share that is shared"),
        _rate("externalShareRates", "外部共享比例", "Share that others may use"),
        _F("Innovation", "支撑科技创新情况", "How it supported innovation", 500),
        _F("serviceAmounts", "服务量", "Amount of service", 200),
        _F("user", "用户类别及人次", "Kinds of users and their visits", 200),
        _F("Project", "支撑项目", "Projects supported", 200, needed=False),
        _F("Thesis", "论文", "Papers", 200, needed=False),
        _F("Book", "专著", "Books", 200, needed=False),
        _F("Report", "研究报告", "Research reports", 200, needed=False),
        _F("Patent", "专利", "Patents", 200, needed=False),
        _F("Output", "产品与产值", "Products and output", 200, needed=False),
        _F("Achievements", "成果与奖励", "Results and awards", 200, needed=False),
        _F("serviceIncome", "服务收入（万元）", "Income from services (10,000 yuan)", shape="decimal"),
        _F("socialBenefit", "社会效益", "Social benefit", 500, needed=False),
        _F("Remark", "备注", "Remarks", 200, needed=False),
    ),
    RecordType.INSTRUMENT: (
        _F("insCode", "单位在平台的编码", "The unit's code at the platform", 30, page="year"),
        _F("innerId", "单位内部编号", "Internal number at the unit", 50),
        _F("cname", "中文名称", "Chinese name", 50),
        _F("ename", "英文名称", "English name", 100, needed=False),
        _F(
            "instrBelongsType",
            "所属资源载体",
            "Kind of facility it is part of",
            choices=_choices("1", "2", "3", NONE),
        ),
        _F("instrBelongsName", "所属资源载体内部编号", "Internal number of that facility", 50, needed=False),
        _F("instrCategory", "分类编码", "Category code", shape="digits", length=6),
        _F("instrSource", "来源", "Origin", choices=_choices("购置", "研制", "赠送", "其他")),
        _F("instrSupervise", "海关监管", "Customs supervision", choices=YES_NO),
        _F("worth", "原值（万元）", "Original value (10,000 yuan)", shape="decimal"),
        _F("nation", "产地国别", "Country of manufacture", choices=COUNTRY_NAMES),
        _F("manufacturer", "生产制造商", "Manufacturer", 100),
        _F("instrVersion", "规格型号", "Model", 100),
        _F("beginDate", "启用日期", "In service since", shape="date"),
        _F("type", "仪器类别", "General or special purpose", choices=_choices("通用", "专用")),
        _F("technical", "主要技术指标", "Technical specification", 500),
        _F("function", "主要功能", "Main functions", 300),
        _F("subject", "主要学科领域", "Main subjects", choices=SUBJECT_NAMES, most=4),
        _F("serviceContent", "服务内容", "Services", 200),
        _F("achievement", "服务典型成果", "Typical results of services", 500),
        _F(
            "status",
            "运行状态",
            "Condition",
            choices=_choices("正常", "待机", "远程服务中", "偶有故障", "故障频繁", "待修", "待报废"),
        ),
        _F("requirement", "开放共享规定", "Rules of sharing", 500),
        _F("fee", "参考收费标准", "Reference charges", 500),
        _F("serviceUrl", "预约服务网址", "Address for booking", 150, shape="address"),
        _F("province", "省", "Province", needed=False),
        _F("city", "市", "City"),
        _F("county", "区县", "District or county", needed=False),
        _F("street", "街道门牌", "Street and number"),
        _F("contact", "联系人", "Contact", 20),
        _F("phone", "联系电话", "Phone", 20),
        _F("email", "电子邮箱", "Email", 50, shape="email"),
        _F("address", "通信地址", "Postal address", 100, page="profile"),
        _F("postalcode", "邮政编码", "Postal code", shape="digits", length=6),
        _F("shareMode", "共享模式", "Sharing mode", choices=_choices("内部共享", "外部共享", "不共享")),
        _F(
            "image",
            "图片地址",
            "Address of the picture",
            150,
            shape="address",
            how_to_fill_in=ADD_PICTURE,
            page="pictures",
        ),
        _F("run_machine", "年运行机时", "Hours in operation in the year", shape="decimal"),
        _F("service_machine", "年服务机时", "Hours of service in the year", shape="decimal"),
    ),
    RecordType.CUSTOMS: (
        _F("codeCpd", "减免税证明编号", "Number of the tax-exemption certificate", length=12),
        _F("numberCpd", "征免税证明序号", "Serial number on the certificate", 50, needed=False),
        _F("declarationNumber", "报关单号", "Customs declaration number", shape="digits", length=18),
        _F("contractNumber", "合同号", "Contract number", 50, needed=False),
        _F("importPort", "进口口岸", "Port of import", 50),
        _F("responsibleCustoms", "主管海关", "Customs office in charge", 50),
        _F("importDate", "进口日期", "Date of import", shape="date"),
        _F("Share", "是否开放共享", "Whether it is shared", choices=YES_NO),
        _F("feesApproved", "收费是否经海关核准", "Whether customs approved the charges", choices=YES_NO),
        _F("hsCode", "商品编码", "Commodity code (HS)", 50, needed=False),
        _F("Record", "备案情况", "Filing at customs", 200, needed=False),
    ),
    RecordType.SERVICE: (
        _F("innerId", "仪器内部编号", "Internal number of the instrument", 50),
        _F("recordInnerId", "服务记录编号", "Number of the service record", 50),
        _F("amounts", "收费金额（元）", "Amount charged (yuan)", shape="decimal"),
        _F("start_time", "开始时间", "Start", shape="moment"),
        _F("end_time", "结束时间", "End", shape="moment"),
        _F("service_time", "服务机时（小时）", "Hours of service", shape="decimal"),
        _F("serviceContent", "服务内容", "Services", 200),
        _F(
            "serviceWay",
            "服务方式",
            "Way of service",
            choices=_choices("占用共享", "技术共享", "委托共享", "远程共享", "其他"),
            most=5,
        ),
        _F("service_type", "服务类型", "Kind of service", choices=_choices("120", "130")),
        _F(
            "service_direction",
            "服务方向",
            "Direction of service",
            choices=_choices("135", "136", "137", "138"),
        ),
        _F("subjectName", "课题名称", "Name of the project", 200),
        _F("subjectContent", "课题内容", "Content of the project", 200),
        _F(
            "subjectIncome",
            "课题来源",
            "Source of the project",
            choices=frozenset("ABCDEFGHIJKLMNOP"),
            most=4,
            needed=False,
        ),
        _F("subjectArea", "学科领域", "Subjects", choices=SUBJECT_NAMES, most=4),
        _F("applicant", "申请人", "Applicant", 20, how_to_shorten=BY_APPLICANT),
        _F("applicatPhone", "申请人电话", "Applicant's phone", 20, needed=False, how_to_shorten=BY_APPLICANT),
        _F(
            "applicatEmail",
            "申请人邮箱",
            "Applicant's email address",
            50,
            shape="email",
            needed=False,
            how_to_shorten=BY_APPLICANT,
        ),
        _F("applicatUnit", "申请人单位", "Applicant's organization", 50, how_to_shorten=BY_BUREAU),
        _F(
            "comment",
            "用户评价",
            "User's rating",
            choices=_choices("非常满意", "基本满意", "一般", "不满意", "极差"),
            needed=False,
        ),
        _F("sign_agreement", "是否签订协议", "Whether an agreement was signed", choices=YES_NO),
        _F(
            "address_type", "服务地点类型", "Inside or outside the unit", choices=_choices("单位内", "单位外")
        ),
        _F("move_address", "移动服务地点", "Place of mobile service", 100),
    ),
}
PLACE = ("province", "city", "county", "street")
WHOLE_PLACE = NationalField("street", "地址", "Address", 100, needed=False)
"""The parts of a place together, as the platform limits them."""
SHAPES: Mapping[Shape, tuple[re.Pattern[str], str]] = {
    "digits": (re.compile(r"[0-9]+"), gettext_noop("It consists of digits only.")),
    "decimal": (re.compile(r"[0-9]+\.[0-9]{2}"), gettext_noop("It is a number with two decimals.")),
    "date": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), gettext_noop("It is a date such as 2026-03-05.")),
    "moment": (
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}"),
        gettext_noop("It is a time such as 2026-03-05 09:00."),
    ),
    "email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), gettext_noop("It is an e-mail address.")),
    "address": (re.compile(r"https?://\S+"), gettext_noop("It is the address of a page.")),
}


@dataclass(frozen=True)
class Refusal:
    """A reason for which the platform would refuse a record, with a remedy."""

    field: str
    meaning: Bilingual
    value: str
    code: str
    reason: Sentence
    remedy: Sentence
    page: Page = "record"


OF_INSTRUMENT: frozenset[Page] = frozenset({"record", "pictures"})


def find_refusals(kind: RecordType, record: Mapping[str, str], *, is_retired: bool = False) -> list[Refusal]:
    """Return every reason for which the platform would refuse a record.

    What stands in the record of a retired instrument (`is_retired`) can't be mended here.
    """
    values = [(field, record.get(field.name, "")) for field in RECORDS[kind]]
    if kind is RecordType.INSTRUMENT:
        values.append((WHOLE_PLACE, "".join(record.get(name, "") for name in PLACE)))
    found = [
        Refusal(
            field.name,
            Bilingual(field.meaning, field.english),
            value,
            f"national.{code}",
            reason,
            remedy,
            field.page,
        )
        for field, value in values
        for code, reason, remedy in _wrong(field, value)
    ]
    if not is_retired:
        return found
    return [
        replace(one, remedy=Sentence(RETIRED), page="") if one.page in OF_INSTRUMENT else one for one in found
    ]


WHOLE = Decimal(100)
OVER_WHOLE_REMEDY = gettext_noop("Correct the number of instruments in the openness statement of the year.")

Wrong = tuple[str, Sentence, Sentence]


def _wrong(field: NationalField, value: str) -> Iterator[Wrong]:
    if not value:
        if field.needed:
            yield "missing", Sentence(gettext_noop("It is missing.")), Sentence(field.how_to_fill_in)
        return
    if field.limit is not None and len(value) > field.limit:
        reason = gettext_noop("It can have at most {limit} characters; this has {length}.")
        params = {"limit": field.limit, "length": len(value)}
        yield "too_long", Sentence(reason, params), Sentence(field.how_to_shorten)
    if field.shape in SHAPES and not SHAPES[field.shape][0].fullmatch(value):
        yield f"not_{field.shape}", Sentence(SHAPES[field.shape][1]), Sentence(gettext_noop("Correct it."))
    elif field.length is not None and len(value) != field.length:
        reason = gettext_noop("It has exactly {length} characters.")
        params = {"length": field.length}
        yield "length", Sentence(reason, params), Sentence(gettext_noop("Correct it."))
    elif field.is_share and Decimal(value) > WHOLE:
        yield "over_whole", Sentence(gettext_noop("A share is at most 100.00.")), Sentence(OVER_WHOLE_REMEDY)
    if field.choices:
        yield from _wrong_choice(field, value.split(",") if field.most > 1 else [value])


def _wrong_choice(field: NationalField, parts: Sequence[str]) -> Iterator[Wrong]:
    unknown = [part for part in parts if part not in field.choices]
    if unknown:
        reason = Sentence(gettext_noop("The platform doesn't know “{value}” here."), {"value": unknown[0]})
        yield "choice", reason, Sentence(gettext_noop("Choose another one."))
    if len(parts) > field.most:
        reason = Sentence(gettext_noop("At most {most} can be named."), {"most": field.most})
        yield "too_many", reason, Sentence(gettext_noop("Leave some out."))
