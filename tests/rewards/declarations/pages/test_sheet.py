"""Declare facts by a sheet: given out, read, mended, and declared whole or not at all."""

import csv
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from instrument_share.accounts.domain import Role
from instrument_share.journal.models import AuditEntry
from rewards.cycle.models import AssessmentCycle
from rewards.declarations.models import DeclaredFact
from rewards.policy.services import policy_load
from rewards.policy.views.reading import PRESETS
from tests.rewards.builders import AFTER, YEAR
from tests.rewards.reading import text_of

ADDRESS = f"/facts/{YEAR}/sheet/"
TEMPLATE = f"/facts/{YEAR}/sheet.xlsx"
HEADS = ["统一社会信用代码", "申报事项", "条件或等级", "仪器内部编号", "数值", "证明文件", "有效期至"]


@pytest.fixture
def unit(login, small, clock):
    """A unit, with `client` as its manager."""
    clock.set(AFTER)
    for name in ("chongqing", "hunan-2024"):
        document = (PRESETS / f"{name}.toml").read_text("utf-8")
        policy_load(actor=small.city.officer, document=document, now=AFTER)
    small.client = login(small.city.person("管理员", small.unit, Role.UNIT_MANAGER))
    return small


def give(unit, *rows, heads=HEADS):
    text = StringIO()
    csv.writer(text).writerows([heads, *rows])
    return unit.client.post(ADDRESS, {"sheet": SimpleUploadedFile("事项.csv", text.getvalue().encode())})


def test_the_sheet_that_is_given_out_is_read_filled_in(unit):
    book = load_workbook(BytesIO(unit.client.get(TEMPLATE).content))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    assert heads == ["管理单位", *HEADS]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert {row[0] for row in rows} == {"云屏大学"}
    assert [row[4] for row in rows if row[2] == "非财政资金支付的原值"] == [unit.instrument.inner_number]
    for number, row in enumerate(rows, start=2):
        if row[2] == "服务重大项目数":
            sheet.cell(number, 6, 3)
            sheet.cell(number, 7, "任务书")
        if row[2] == "资格条件" and row[3] == "共享平台入网单位":
            sheet.cell(number, 7, "入网协议")
            sheet.cell(number, 8, f"{YEAR}-12-31")
    filled = BytesIO()
    book.save(filled)
    shown = unit.client.post(ADDRESS, {"sheet": SimpleUploadedFile("事项.xlsx", filled.getvalue())})
    assert (shown.status_code, shown.context["wrong"], len(shown.context["rows"])) == (200, 0, 2)
    assert not DeclaredFact.objects.exists()
    assert not AuditEntry.objects.filter(action="fact.declared").exists()
    unit.client.post(ADDRESS, {"rows": shown.context["signed"]})
    facts = DeclaredFact.objects.order_by("kind")
    assert [(each.kind, each.code, each.figure, each.evidence) for each in facts] == [
        ("major_projects", "", 3, "任务书"),
        ("qualification", "networked", None, "入网协议"),
    ]
    assert "任务书 待科技局确认" in text_of(unit.client.get(f"/facts/{YEAR}/"))


@pytest.mark.parametrize("head", ["Internal number of the instrument", "Inner number of the instrument"])
def test_the_number_of_an_instrument_is_read_under_its_present_and_its_former_heading(unit, head):
    row = [unit.unit.uscc, "非财政资金支付的原值", "", unit.instrument.inner_number, "1000", "发票", ""]
    shown = give(unit, row, heads=[head if known == "仪器内部编号" else known for known in HEADS])
    assert (shown.context["wrong"], len(shown.context["rows"])) == (0, 1)


def test_what_is_wrong_stands_beside_its_row_and_nothing_is_declared(unit):
    uscc, number = unit.unit.uscc, unit.instrument.inner_number
    shown = give(
        unit,
        [uscc, "服务重大项目数", "", "", "2.5", "任务书", ""],
        ["没有", "服务重大项目数", "", "", "2", "任务书", ""],
        [uscc, "非财政资金支付的原值", "", "X-1", "2", "合同", ""],
        [uscc, "非财政资金支付的原值", "", number, "二十", "合同", ""],
        [uscc, "资格条件", "没有的条件", "", "", "协议", ""],
        [uscc, "上级评价等级", "良好", "", "", "通报", "2025年13月1日"],
        [uscc, "天气", "", "", "", "合同", ""],
        [uscc, "上级评价等级", "良好", "", "", "通报", ""],
        [uscc, "上级评价等级", "优秀", "", "", "通报", ""],
        [uscc, "曾获一次性奖补", "", "", "", "", ""],
    )
    assert shown.context["signed"] == ""
    problems = {row: each["problems"] for row, each in shown.context["rows"]}
    assert problems == {
        2: ["项目数须为整数。"],
        3: ["“没有”不是您可申报的单位。"],
        4: ["该单位没有内部编号为“X-1”的仪器。"],
        5: ["“二十”不是数值。"],
        6: ["请选择已载入办法中的资格条件。"],
        7: ["“2025年13月1日”不是日期，请写成 2026-01-21。"],
        8: ["“天气”不属于可申报事项。"],
        9: [],
        10: ["与第 9 行重复。"],
    }
    assert "8 行需更正" in text_of(shown)
    assert not DeclaredFact.objects.exists()


def test_what_the_platform_cannot_hold_is_refused_by_row(unit):
    uscc = unit.unit.uscc
    shown = give(
        unit,
        [uscc, "服务重大项目数", "", "", "1000000000000", "任务书", ""],
        [uscc, "服务重大项目数", "", "", "NaN", "任务书", ""],
        [uscc, "服务重大项目数", "", "", "Infinity", "任务书", ""],
        [uscc, "上级评价等级", "良好", "", "", "文" * 201, ""],
        [uscc, "非财政资金支付的原值", "", unit.instrument.inner_number, "1000.005", "发票", ""],
    )
    assert shown.status_code == 200
    assert {row: each["problems"] for row, each in shown.context["rows"]} == {
        2: ["数值不得超过 999,999,999,999.99。"],
        3: ["“NaN”不是数值。"],
        4: ["“Infinity”不是数值。"],
        5: ["证明文件的名称及文号不得超过 200 个字。"],
        6: ["数值最多两位小数。"],
    }


def test_powers_of_ten_beyond_all_money_are_refused_at_once(unit):
    """A cell of ten characters would otherwise be written out with a hundred million digits."""
    of_instrument = [unit.unit.uscc, "非财政资金支付的原值", "", unit.instrument.inner_number]
    shown = give(
        unit,
        [*of_instrument, "1e-99999999", "发票", ""],
        [unit.unit.uscc, "服务重大项目数", "", "", "1e30", "任务书", ""],
        [*of_instrument, "1e99999999", "发票", ""],
    )
    assert shown.status_code == 200
    assert {row: each["problems"] for row, each in shown.context["rows"]} == {
        2: ["数值最多两位小数。"],
        3: ["“1e30”不是数值。"],
        4: ["“1e99999999”不是数值。"],
    }


def test_titles_of_every_policy_are_understood_and_the_newest_comes_first(unit):
    document = (PRESETS / "chongqing.toml").read_text("utf-8").replace('version = "1"', 'version = "2"')
    document = document.replace('"networked"', '"member"').replace("有科学研究、技术开发或新产品", "承担")
    policy_load(actor=unit.city.officer, document=document, now=AFTER)
    sheet = load_workbook(BytesIO(unit.client.get(TEMPLATE).content)).active
    given = [row[3].value for row in sheet.iter_rows(min_row=2) if row[2].value == "资格条件"]
    assert given == [
        "承担开发项目证明",
        "共享平台入网单位 · member",
        "市级以上科技计划项目",
        "共享平台入网单位 · networked",
    ]
    typed = ["有科学研究、技术开发或新产品开发项目证明", "共享平台入网单位", given[3]]
    shown = give(unit, *([unit.unit.uscc, "资格条件", what, "", "", "协议", ""] for what in typed))
    assert [row["declared"].code for _number, row in shown.context["rows"]] == [
        "project",
        "member",
        "networked",
    ]
    assert "资格条件 · 共享平台入网单位 · member" in text_of(shown)
    assert "资格条件 · 共享平台入网单位 · networked" in text_of(unit.client.get(f"/facts/{YEAR}/"))


def test_a_row_with_only_a_grade_is_not_passed_over(unit):
    shown = give(
        unit,
        [unit.unit.uscc, "上级评价等级", "良好", "", "", "", ""],
        [unit.unit.uscc, "资格条件", "共享平台入网单位", "", "", "", ""],
    )
    assert {row: each["problems"] for row, each in shown.context["rows"]} == {
        2: ["请填写证明文件名称及文号。"]
    }


def test_a_sheet_that_can_no_longer_be_declared_whole_declares_nothing(unit, small):
    rows = [[unit.unit.uscc, "上级评价等级", "良好", "", "", "通报", ""]]
    rows.append([unit.unit.uscc, "服务重大项目数", "", "", "2", "任务书", ""])
    signed = give(unit, *rows).context["signed"]
    unit.client.post(ADDRESS, {"rows": signed})
    DeclaredFact.objects.filter(kind="grade").update(state="confirmed", decided_by=small.city.officer)
    DeclaredFact.objects.filter(kind="major_projects").delete()
    answer = unit.client.post(ADDRESS, {"rows": signed})
    assert (answer.status_code, DeclaredFact.objects.count()) == (409, 1)
    assert "申报未提交：预览后申报事项已发生变化" in text_of(answer)
    assert unit.client.post(f"/facts/{YEAR - 1}/sheet/", {"rows": signed}).status_code == 409
    assert unit.client.post(ADDRESS, {"rows": "x" + signed}).status_code == 409


def test_a_sheet_for_a_frozen_year_promises_nothing(unit):
    rows = [[unit.unit.uscc, "上级评价等级", "良好", "", "", "通报", ""]]
    rows.append([unit.unit.uscc, "服务重大项目数", "", "", "2", "任务书", ""])
    shown = give(unit, *rows)
    assert "2025年度数据已于2026年1月5日冻结" not in text_of(shown)
    answer = unit.client.post(ADDRESS, {"rows": shown.context["signed"]}, follow=True)
    assert "已申报 2 个事项，经科技局确认后计入。" in text_of(answer)
    AssessmentCycle.objects.update(frozen_at=AFTER)
    shown = give(unit, *rows)
    assert "2025年度数据已于2026年1月5日冻结" in text_of(shown)
    answer = unit.client.post(ADDRESS, {"rows": shown.context["signed"]}, follow=True)
    assert "已申报 2 个事项。2025年度数据已冻结，不再计入该年度。" in text_of(answer)


def test_a_sheet_without_heads_or_rows_says_so(unit):
    answer = give(unit, heads=["甲", "乙"])
    assert answer.status_code == 422
    assert "表格须有表头" in text_of(answer)
    assert "表中没有已填写的行" in text_of(give(unit))
    assert unit.client.post(ADDRESS).status_code == 422
