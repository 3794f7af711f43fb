"""The record types of the national network platform, and what it would refuse of a record.

One table for each type, in the order of the interface: the names are those of the interface, also where it
spells them oddly. A newer manual is another table and another VERSION. All values are text, as they are sent.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Sentence
from providers.domain.sheet_words import CHOICES
from providers.domain.subjects import SUBJECTS

VERSION = "1"
NONE = "无"
DRAFT, SUBMITTED = "-1", "0"
"""`auditStatus`: a draft is sent again later; what is submitted is locked until the platform returns it."""
STATUS_FIELD = "auditStatus"

Shape = Literal["text", "digits", "decimal", "date", "moment", "email", "address"]


class RecordType(StrEnum):
    UNIT = "unit"
    INSTRUMENT = "instrument"
    CUSTOMS = "customs"
    SERVICE = "service"


@dataclass(frozen=True)
class NationalField:
    """A field: its name at the platform, what it means, and what it may hold.

    `most` bounds how many of the choices, separated by commas, may be given. `needed` is what the record
    can't do without.
    """

    name: str
    meaning: str
    limit: int | None = None
    shape: Shape = "text"
    length: int | None = None
    choices: frozenset[str] = frozenset()
    most: int = 1
    needed: bool = True


def _choices(*words: str) -> frozenset[str]:
    return frozenset(words)


COUNTRIES: Mapping[str, str] = {code: name for name, code in CHOICES["country"].items()}
"""Short names after GB/T 2659, by code."""
SUBJECT_NAMES = frozenset(names[0] for names in SUBJECTS.values())
YES_NO = _choices("是", "否")
_F = NationalField
RECORDS: Mapping[RecordType, tuple[NationalField, ...]] = {
    RecordType.UNIT: (
        _F("insCode", "单位在平台的编码", 30),
        _F("submittedRates", "入网比例", shape="decimal"),
        _F("activatedRates", "正常运行比例", shape="decimal"),
        _F("totalShareRates", "参与共享比例", shape="decimal"),
        _F("externalShareRates", "外部共享比例", shape="decimal"),
        _F("Innovation", "支撑科技创新情况", 500),
        _F("serviceAmounts", "服务量", 200),
        _F("user", "用户类别及人次", 200),
        _F("Project", "支撑项目", 200, needed=False),
        _F("Thesis", "论文", 200, needed=False),
        _F("Book", "专著", 200, needed=False),
        _F("Report", "研究报告", 200, needed=False),
        _F("Patent", "专利", 200, needed=False),
        _F("Output", "产品与产值", 200, needed=False),
        _F("Achievements", "成果与奖励", 200, needed=False),
        _F("serviceIncome", "服务收入（万元）", shape="decimal"),
        _F("socialBenefit", "社会效益", 500, needed=False),
        _F("Remark", "备注", 200, needed=False),
    ),
    RecordType.INSTRUMENT: (
        _F("insCode", "单位在平台的编码", 30),
        _F("innerId", "单位内部编号", 50),
        _F("cname", "中文名称", 50),
        _F("ename", "英文名称", 100, needed=False),
        _F("instrBelongsType", "所属资源载体", choices=_choices("1", "2", "3", NONE)),
        _F("instrBelongsName", "所属资源载体内部编号", 50, needed=False),
        _F("instrCategory", "分类编码", shape="digits", length=6),
        _F("instrSource", "来源", choices=_choices("购置", "研制", "赠送", "其他")),
        _F("instrSupervise", "海关监管", choices=YES_NO),
        _F("worth", "原值（万元）", shape="decimal"),
        _F("nation", "产地国别", choices=frozenset(COUNTRIES.values())),
        _F("manufacturer", "生产制造商", 100),
        _F("instrVersion", "规格型号", 100),
        _F("beginDate", "启用日期", shape="date"),
        _F("type", "仪器类别", choices=_choices("通用", "专用")),
        _F("technical", "主要技术指标", 500),
        _F("function", "主要功能", 300),
        _F("subject", "主要学科领域", choices=SUBJECT_NAMES, most=4),
        _F("serviceContent", "服务内容", 200),
        _F("achievement", "服务典型成果", 500),
        _F(
            "status",
            "运行状态",
            choices=_choices("正常", "待机", "远程服务中", "偶有故障", "故障频繁", "待修", "待报废"),
        ),
        _F("requirement", "开放共享规定", 500),
        _F("fee", "参考收费标准", 500),
        _F("serviceUrl", "预约服务网址", 150, shape="address"),
        _F("province", "省", needed=False),
        _F("city", "市"),
        _F("county", "区县", needed=False),
        _F("street", "街道门牌"),
        _F("contact", "联系人", 20),
        _F("phone", "联系电话", 20),
        _F("email", "电子邮箱", 50, shape="email"),
        _F("address", "通信地址", 100),
        _F("postalcode", "邮政编码", shape="digits", length=6),
        _F("shareMode", "共享模式", choices=_choices("内部共享", "外部共享", "不共享")),
        _F("image", "图片地址", 150, shape="address"),
        _F("run_machine", "年运行机时", shape="decimal"),
        _F("service_machine", "年服务机时", shape="decimal"),
    ),
    RecordType.CUSTOMS: (
        _F("codeCpd", "减免税证明编号", length=12),
        _F("numberCpd", "征免税证明序号", 50, needed=False),
        _F("declarationNumber", "报关单号", shape="digits", length=18),
        _F("contractNumber", "合同号", 50, needed=False),
        _F("importPort", "进口口岸", 50),
        _F("responsibleCustoms", "主管海关", 50),
        _F("importDate", "进口日期", shape="date"),
        _F("Share", "是否开放共享", choices=YES_NO),
        _F("feesApproved", "收费是否经海关核准", choices=YES_NO),
        _F("hsCode", "商品编码", 50, needed=False),
        _F("Record", "备案情况", 200, needed=False),
    ),
    RecordType.SERVICE: (
        _F("innerId", "仪器内部编号", 50),
        _F("recordInnerId", "服务记录编号", 50),
        _F("amounts", "收费金额（元）", shape="decimal"),
        _F("start_time", "开始时间", shape="moment"),
        _F("end_time", "结束时间", shape="moment"),
        _F("service_time", "服务机时（小时）", shape="decimal"),
        _F("serviceContent", "服务内容", 200),
        _F(
            "serviceWay",
            "服务方式",
            choices=_choices("占用共享", "技术共享", "委托共享", "远程共享", "其他"),
            most=5,
        ),
        _F("service_type", "服务类型", choices=_choices("120", "130")),
        _F("service_direction", "服务方向", choices=_choices("135", "136", "137", "138")),
        _F("subjectName", "课题名称", 200),
        _F("subjectContent", "课题内容", 200),
        _F("subjectIncome", "课题来源", choices=frozenset("ABCDEFGHIJKLMNOP"), most=4, needed=False),
        _F("subjectArea", "学科领域", choices=SUBJECT_NAMES, most=4),
        _F("applicant", "申请人", 20),
        _F("applicatPhone", "申请人电话", 20, needed=False),
        _F("applicatEmail", "申请人邮箱", 50, shape="email"),
        _F("applicatUnit", "申请人单位", 50),
        _F(
            "comment",
            "用户评价",
            choices=_choices("非常满意", "基本满意", "一般", "不满意", "极差"),
            needed=False,
        ),
        _F("sign_agreement", "是否签订协议", choices=YES_NO),
        _F("address_type", "服务地点类型", choices=_choices("单位内", "单位外")),
        _F("move_address", "移动服务地点", 100),
    ),
}
PLACE = ("province", "city", "county", "street")
MOST_OF_PLACE = 100
SHAPES: Mapping[Shape, tuple[re.Pattern[str], str]] = {
    "digits": (re.compile(r"[0-9]+"), gettext_noop("It consists of digits only.")),
    "decimal": (re.compile(r"[0-9]+\.[0-9]{2}"), gettext_noop("It is a number with two decimals.")),
    "date": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), gettext_noop("It is a date as 2026-03-05.")),
    "moment": (
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}"),
        gettext_noop("It is a time as 2026-03-05 09:00."),
    ),
    "email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), gettext_noop("It is an e-mail address.")),
    "address": (re.compile(r"https?://\S+"), gettext_noop("It is the address of a page.")),
}


@dataclass(frozen=True)
class Refusal:
    """Why the platform would refuse a record: a field, its value, what is wrong and what helps."""

    field: str
    meaning: str
    value: str
    code: str
    reason: Sentence
    remedy: Sentence


def refusals_of(kind: RecordType, record: Mapping[str, str]) -> list[Refusal]:
    """All that the platform would refuse of a record; nothing for one that it takes."""
    found = [
        Refusal(field.name, field.meaning, record.get(field.name, ""), f"national.{code}", reason, remedy)
        for field in RECORDS[kind]
        for code, reason, remedy in _wrong(field, record.get(field.name, ""))
    ]
    if kind is RecordType.INSTRUMENT:
        found += _wrong_place(record)
    return found


Wrong = tuple[str, Sentence, Sentence]


def _wrong(field: NationalField, value: str) -> Iterator[Wrong]:
    if not value:
        if field.needed:
            yield "missing", Sentence(gettext_noop("It is missing.")), Sentence(gettext_noop("Fill it in."))
        return
    if field.limit is not None and len(value) > field.limit:
        reason = gettext_noop("It may have {limit} characters, this has {length}.")
        params = {"limit": field.limit, "length": len(value)}
        yield "too_long", Sentence(reason, params), Sentence(gettext_noop("Shorten it."))
    if field.shape in SHAPES and not SHAPES[field.shape][0].fullmatch(value):
        yield f"not_{field.shape}", Sentence(SHAPES[field.shape][1]), Sentence(gettext_noop("Correct it."))
    elif field.length is not None and len(value) != field.length:
        reason = gettext_noop("It has exactly {length} characters.")
        params = {"length": field.length}
        yield "length", Sentence(reason, params), Sentence(gettext_noop("Correct it."))
    if field.choices:
        yield from _wrong_choice(field, value.split(",") if field.most > 1 else [value])


def _wrong_choice(field: NationalField, parts: Sequence[str]) -> Iterator[Wrong]:
    unknown = [part for part in parts if part not in field.choices]
    if unknown:
        reason = Sentence(gettext_noop("The platform doesn't know “{value}” here."), {"value": unknown[0]})
        yield "choice", reason, Sentence(gettext_noop("Choose another one."))
    if len(parts) > field.most:
        reason = Sentence(gettext_noop("At most {most} may be named."), {"most": field.most})
        yield "too_many", reason, Sentence(gettext_noop("Leave some out."))


def _wrong_place(record: Mapping[str, str]) -> Iterator[Refusal]:
    place = "".join(record.get(name, "") for name in PLACE)
    if len(place) > MOST_OF_PLACE:
        reason = gettext_noop("It may have {limit} characters, this has {length}.")
        params = {"limit": MOST_OF_PLACE, "length": len(place)}
        remedy = Sentence(gettext_noop("Shorten it."))
        yield Refusal("street", "地址", place, "national.too_long", Sentence(reason, params), remedy)
