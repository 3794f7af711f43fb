"""A sheet with twenty different mistakes tells twenty, each with its cell; and nothing is half in."""

import io

import openpyxl
from django.utils import translation

from instrument_share.sheets.reading import read_table
from instrument_share.web.responses.problem import told
from providers.exchange.services.imports import apply
from providers.instruments.models import Instrument
from tests.providers.conftest import NOW

HEADING = [
    "编号",
    "仪器名称",
    "英文名称",
    "分类编码",
    "型号",
    "制造商",
    "国别",
    "原值",
    "启用日期",
    "来源",
    "类型",
    "状态",
    "学科代码",
    "邮箱",
    "邮编",
    "技术指标",
    "联系人",
    "型号",
]
GOOD = {"编号": "G-1", "仪器名称": "扫描电镜", "分类编码": "010101", "原值": 1200000}


def sheet():
    """Row 1 the headings, row 2 good, then a mistake in each row (two in one of them)."""
    rows = [
        GOOD,
        {"仪器名称": "没有编号"},
        {"编号": "M-2"},
        {"编号": "G-1", "仪器名称": "重复的编号"},
        {"编号": "M-4", "仪器名称": "电" * 51},
        {"编号": "M-5", "仪器名称": "电镜", "英文名称": "E" * 101},
        {"编号": "M-6", "仪器名称": "电镜", "分类编码": "电镜类"},
        {"编号": "M-7", "仪器名称": "电镜", "分类编码": "999999"},
        {"编号": "M-8", "仪器名称": "电镜", "国别": "亚特兰蒂斯"},
        {"编号": "M-9", "仪器名称": "电镜", "原值": "约三百万"},
        {"编号": "M-10", "仪器名称": "电镜", "原值": "12,34,567"},
        {"编号": "M-11", "仪器名称": "电镜", "原值": -5},
        {"编号": "M-12", "仪器名称": "电镜", "启用日期": "2021-02-30"},
        {"编号": "M-13", "仪器名称": "电镜", "启用日期": "去年五月"},
        {"编号": "合计", "仪器名称": "14 台", "原值": 1200000},
        {"编号": "M-15", "仪器名称": "电镜", "启用日期": "2099-01-01"},
        {"编号": "M-16", "仪器名称": "电镜", "学科代码": "430,150,140,110,350"},
        {"编号": "M-17", "仪器名称": "电镜", "邮箱": "lab.example.org"},
        {"编号": "M-18", "仪器名称": "电镜", "邮编": "3130"},
        {"编号": "M-19", "仪器名称": "电镜", "技术指标": "#REF!"},
    ]
    book = openpyxl.Workbook()
    book.active.append(HEADING)
    for row in rows:
        book.active.append([row.get(heading) for heading in HEADING[:-1]])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


TWENTY = [
    ("R1", "型号", "有两列使用此表头，前一列在 E1。", "请删除其中一列，或在下方指定以哪一列为准。"),
    ("A3", "", "缺少“内部编号”。", "必填项，请补充。"),
    ("B4", "", "缺少“中文名称”。", "必填项，请补充。"),
    ("A5", "G-1", "第 2 行已有相同的内容。", "请删除其中一行，或分别填写不同的内容。"),
    ("B6", "电" * 51, "“中文名称”最多 50 个字符，现有 51 个，请缩短。", "请在表中缩短。"),
    ("C7", "E" * 100, "“英文名称”最多 100 个字符，现有 101 个，请缩短。", "请在表中缩短。"),
    ("D8", "电镜类", "“电镜类”不是六位数字的分类编码。", "请填写六位分类编码，或在页面上指定对应的分类。"),
    ("D9", "999999", "分类表中没有“999999”，请在表中查找。", "请在现行分类表中查找该编码。"),
    (
        "G10",
        "亚特兰蒂斯",
        "“亚特兰蒂斯”不是两位字母的国别代码，如 CN、DE、JP（GB/T 2659）。",
        "请填写国别名称或代码，如“日本”或“JP”。",
    ),
    ("H11", "约三百万", "“约三百万”不是数字。", "请只写数字，不带文字和单位。"),
    ("H12", "12,34,567", "“12,34,567”不是数字。", "请只写数字，不带文字和单位。"),
    (
        "H13",
        "-5",
        "“-5”不是有效的金额（元）：不能为负，整数部分不超过 12 位。",
        "以元为单位填写不小于 0 的数值。",
    ),
    ("I14", "2021-02-30", "“2021-02-30”不是有效日期。", "请写作 2026-03-05，或在对照文件中写明日期格式。"),
    ("I15", "去年五月", "“去年五月”不是有效日期。", "请写作 2026-03-05，或在对照文件中写明日期格式。"),
    ("A16", "合计", "“合计”：合计行不是一条记录。", "请从表中删除该行，或不导入该行。"),
    ("I17", "2099-01-01", "“2099-01-01”晚于今天；启用日期须为已过去的日期。", "请核对表中的年份。"),
    (
        "M18",
        "430,150,140,110,350",
        "请填写不超过 4 个 GB/T 13745 三位学科代码，如 150、430。",
        "只填代码，用逗号分隔。",
    ),
    ("N19", "lab.example.org", "“lab.example.org”不是有效的电子邮箱。", "格式如 name@example.org。"),
    ("O20", "3130", "“3130”不是六位邮政编码，例如 100045。", "请在表中改正。"),
    ("P21", "#REF!", "“#REF!”是表格的公式错误。", "请修正公式，或直接填写数值。"),
]


def test_twenty_mistakes_are_told_all_at_once_and_nothing_is_entered(world):
    report = apply(actor=world.manager, organization_id=world.unit.pk, table=read_table(sheet()), now=NOW)
    with translation.override("zh-hans"):
        found = [
            (
                one.cell,
                one.value,
                told(one.reason.message, one.reason.params),
                told(one.remedy.message, one.remedy.params),
            )
            for one in report.errors
        ]
    assert found == TWENTY
    assert not report.applied
    assert not Instrument.objects.exists()
