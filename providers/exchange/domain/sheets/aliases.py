"""Headings and cell values that units use in their own sheets, besides our own labels."""

import re
import unicodedata
from collections.abc import Mapping

from providers.instruments.domain.choices import BelongsTo, Condition, Funding, Origin, Purpose, SharingMode
from providers.instruments.domain.countries import COUNTRIES

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "inner_number": (
        "单位内部编号",
        "仪器编号",
        "设备编号",
        "资产编号",
        "内部编号",
        "编号",
        "innerid",
        "asset number",
    ),
    "name_zh": ("仪器名称", "设备名称", "仪器设备名称", "中文名称", "名称", "cname"),
    "name_en": ("英文名称", "英文名", "仪器英文名称", "ename"),
    "category": (
        "分类编码",
        "分类代码",
        "分类",
        "仪器分类编码",
        "仪器分类代码",
        "仪器分类",
        "类别编码",
        "instrcategory",
        "category code",
    ),
    "model": ("型号", "规格型号", "型号规格", "仪器型号", "instrversion"),
    "manufacturer": ("制造商", "生产厂家", "生产厂商", "制造厂商", "厂家", "maker"),
    "country": ("国别", "产地", "产地国别", "制造国", "制造国别", "nation", "country"),
    "value_yuan": ("原值", "原值(元)", "价格(元)", "金额(元)", "original value", "value"),
    "in_service_date": ("启用日期", "启用时间", "投入使用日期", "购置日期", "begindate", "in service date"),
    "origin": ("来源", "仪器来源", "购置方式", "instrsource"),
    "purpose": ("类型", "用途类型", "仪器类型", "通用或专用", "通用/专用"),
    "funding": ("经费来源", "资金来源"),
    "specification_en": ("主要技术指标(英文)", "技术指标(英文)"),
    "functions_en": ("主要功能(英文)",),
    "services_en": ("服务内容(英文)",),
    "samples_en": ("样品要求(英文)",),
    "place_en": ("放置地点(英文)",),
    "achievements_en": ("服务成果(英文)",),
    "user_requirement_en": ("用户须知(英文)", "对用户的要求(英文)"),
    "fee_text_en": ("收费标准(英文)", "收费说明(英文)"),
    "specification_zh": ("主要技术指标", "技术指标", "规格及技术指标", "technical"),
    "functions_zh": ("主要功能", "功能", "主要功能及应用范围", "function"),
    "services_zh": ("服务内容", "servicecontent"),
    "achievements_zh": ("服务成果", "服务典型成果", "achievement"),
    "samples_zh": ("样品要求", "适用样品"),
    "user_requirement_zh": ("用户须知", "对用户的要求", "开放共享规定", "requirement"),
    "fee_text_zh": ("收费标准", "收费说明", "参考收费标准", "fee"),
    "subjects": ("学科领域", "学科", "学科代码", "主要学科领域", "所属学科", "subject"),
    "sharing_mode": ("共享模式", "共享方式", "sharemode"),
    "condition": ("状态", "运行状态", "仪器状态", "设备状态", "status"),
    "place_zh": ("放置地点", "安放地址", "存放地点", "安装地点", "地点"),
    "contact": ("联系人", "负责人", "管理员"),
    "phone": ("联系电话", "电话", "手机"),
    "email": ("电子邮箱", "邮箱", "电子邮件"),
    "belongs_to": ("所属类型", "所属资源载体", "instrbelongstype"),
    "belongs_to_number": (
        "所属内部编号",
        "所属资源载体内部编号",
        "所属载体名称",
        "instrbelongsname",
        "inner number of what it is part of",
    ),
    "postal_code": ("邮编", "邮政编码", "postalcode"),
}
TEN_THOUSANDS: Mapping[str, tuple[str, ...]] = {
    "value_yuan": ("原值(万元)", "价格(万元)", "金额(万元)", "原值万元", "worth"),
}
"""Headings of money that is given in 万元."""
LEFT_ASIDE = (
    *("序号", "行号", "no.", "no", "#"),
    *("平台编号", "发布状态", "number on the platform", "publication state"),
)
"""Headings of columns that only count the rows, or say in our own list of instruments what no sheet sets."""

CHOICES: Mapping[str, Mapping[str, str]] = {
    "origin": {
        "购置": Origin.PURCHASE,
        "购买": Origin.PURCHASE,
        "研制": Origin.SELF_MADE,
        "自制": Origin.SELF_MADE,
        "赠送": Origin.GIFT,
        "捐赠": Origin.GIFT,
        "其他": Origin.OTHER,
        "其他来源": Origin.OTHER,
    },
    "purpose": {"通用": Purpose.GENERAL, "专用": Purpose.SPECIAL},
    "funding": {
        "中央财政资金": Funding.CENTRAL,
        "地方财政资金": Funding.LOCAL,
        "自有资金": Funding.OWN,
        "其他资金": Funding.OTHER,
        "中央": Funding.CENTRAL,
        "中央财政": Funding.CENTRAL,
        "地方": Funding.LOCAL,
        "地方财政": Funding.LOCAL,
        "自有": Funding.OWN,
        "自筹": Funding.OWN,
        "其他": Funding.OTHER,
    },
    "sharing_mode": {
        "内部共享": SharingMode.INTERNAL,
        "外部共享": SharingMode.EXTERNAL,
        "不共享": SharingMode.NONE,
    },
    "belongs_to": {
        "无": BelongsTo.NONE,
        "科学仪器中心": BelongsTo.CENTRE,
        "大型科学装置": BelongsTo.LARGE_FACILITY,
        "科学仪器服务单元": BelongsTo.SERVICE_UNIT,
    },
    "condition": {
        "正常": Condition.NORMAL,
        "待机": Condition.STANDBY,
        "远程服务中": Condition.REMOTE,
        "偶有故障": Condition.OCCASIONAL_FAULTS,
        "故障频繁": Condition.FREQUENT_FAULTS,
        "待修": Condition.AWAITING_REPAIR,
        "待报废": Condition.AWAITING_DISPOSAL,
    },
    "country": {name: code for code, (name, _english) in COUNTRIES.items()},
}
"""The national platform's words for its choices, and the short names of countries."""

FOOTERS = ("备注", "注:", "说明", "制表", "填表", "审核", "单位负责人")
"""How rows begin that close a sheet and are no instrument."""
_ADDED = r"(?:本页|本表|以上|全部|全表|各项|资产|设备|仪器)?(?:合计|总计|小计|共计|累计|合共|汇总)"
_OF_WHAT = r"(?:金额|原值|价值|数量|台数|人民币|万|[台套件元])*(?:[共(:=\d].*)?"
TOTAL = re.compile(
    rf"{_ADDED}{_OF_WHAT}|共\d+[台套件项].*|(?:grand|sub|page)?-?totals?(?:[:(].*|[^a-z]*)", re.DOTALL
)
"""How a cell is written that begins a row of totals, without blanks and in small letters."""


def is_total(text: str) -> bool:
    """Return whether a cell says that its row adds others up: 合计, 总 计：, 本页小计, Grand total …"""
    plain = unicodedata.normalize("NFKC", text).lower()
    return bool(TOTAL.fullmatch("".join(plain.split())))


def normalize_heading(heading: str) -> str:
    """Return a heading without differences of width, case, blanks and marks of obligation."""
    text = unicodedata.normalize("NFKC", heading).lower()
    return "".join(character for character in text if not character.isspace() and character not in "*:_-·/、")
