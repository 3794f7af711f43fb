"""The statement as a paper and as a workbook, in both languages."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.utils import translation
from openpyxl import load_workbook
from pypdf import PdfReader

from bookings.statements.reports import build_statement_sheet, render_statement

SENT_AT = datetime(2026, 3, 31, 16, tzinfo=UTC)
LONG_ZH = (
    "超高分辨场发射扫描电子显微镜与能谱及电子背散射衍射联用分析测试系统（含原位加热拉伸样品台与冷冻传输）"
)
LONG_EN = "Ultra-high resolution field emission scanning electron microscope with EDS, EBSD and cryo transfer"
LONG_PERSON = "Maximiliana-Alexandrowna von Hohenlohe-Waldenburg"


SAMPLES = {"unit": "sample", "price_yuan": "411.50", "quantity": "3", "amount_yuan": "1234.50"}


USE = {
    "starts_at": datetime(2026, 3, 2, 1, tzinfo=UTC),
    "ends_at": datetime(2026, 3, 2, 3, tzinfo=UTC),
    "effective_seconds": 7200,
    "amount_yuan": Decimal("1234.50"),
}
"""What a line and its log have in common unless the use was corrected."""


class Numbered(SimpleNamespace):
    def __str__(self):
        return self.number


def make_source(number, project=""):
    return SimpleNamespace(
        public_id=f"U{number:09d}",
        instrument=SimpleNamespace(name_zh=LONG_ZH[:50], name_en=LONG_EN[:100]),
        user=SimpleNamespace(name=LONG_PERSON),
        project=project,
        price=[SAMPLES],
        **USE,
    )


def make_line(number, **facts):
    log = make_source(number)
    line = {
        "log": log,
        "booking": None,
        "source": log,
        "corrects": None,
        "correction": None,
        "is_otherwise": False,
        **USE,
    }
    return SimpleNamespace(**(line | facts))


def make_statement(lines):
    unit = SimpleNamespace(name_zh="云屏测试大学", name_en="Yunping Test University")
    payer = SimpleNamespace(name_zh="云屏测试科技有限公司", name_en="Yunping Test Technology Ltd")
    return Numbered(
        number="2026-0001",
        month=date(2026, 3, 1),
        organization=unit,
        payer_organization=payer,
        payer_organization_id=1,
        payer_person=None,
        total_yuan=sum(line.amount_yuan for line in lines),
        paid_yuan=Decimal(0),
        pay_by=date(2026, 4, 30),
        begins_later=False,
        sent_at=SENT_AT,
        drafted_at=SENT_AT,
        account=None,
    )


def make_payment():
    return SimpleNamespace(
        paid_date=date(2026, 4, 2),
        voucher="ZF-1",
        invoice_number="FP-1",
        invoice_date=date(2026, 4, 1),
        amount_yuan=Decimal("1234.50"),
    )


def render(language, lines, payments=()):
    with translation.override(language):
        return PdfReader(BytesIO(render_statement(make_statement(lines), lines, payments, None)))


def read(paper):
    text = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    return re.sub("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", text)


def test_english_paper_has_english_words_and_names():
    paper = render("en", [make_line(1)], [make_payment()])
    text = read(paper)
    for words in (
        *("Statement of instrument use March 2026", "Yunping Test University", "Yunping Test Technology Ltd"),
        *(
            "1,234.50 yuan",
            "人民币壹仟贰佰叁拾肆元伍角整",
            "30 Apr 2026",
            "1. Uses and charges",
            "2. Payments",
        ),
        *("U000000001", "2 Mar 2026, 09:00–11:00", "ZF-1", "FP-1"),
    ):
        assert words in text
    assert set(re.findall("[\u4e00-\u9fff]+", text)) == {"人民币壹仟贰佰叁拾肆元伍角整"}
    assert paper.metadata.title == "Statement of instrument use March 2026"
    assert paper.trailer["/Root"]["/Lang"] == "en"


def test_chinese_paper_has_chinese_words_and_names():
    paper = render("zh-hans", [make_line(1)], [make_payment()])
    text = read(paper).replace(" ", "")
    for words in (
        "仪器使用费结算单2026年3月",
        "收款单位云屏测试大学",
        "1,234.50元",
        "一、费用明细",
        "2026年4月30日",
    ):
        assert words in text
    assert paper.metadata.title == "仪器使用费结算单2026年3月"
    assert paper.trailer["/Root"]["/Lang"] == "zh-CN"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_figures_and_order_are_the_same_in_both_languages(language):
    lines = [make_line(3), make_line(1, amount_yuan=Decimal("-50")), make_line(2)]
    for line in lines:
        line.log.price = []
    text = read(render(language, lines))
    assert re.findall(r"U\d{9}", text) == ["U000000003", "U000000001", "U000000002"]
    assert re.findall(r"-?[\d,]+\.\d\d", text.split("U000000003")[1])[1::2] == [
        "1,234.50",
        "-50.00",
        "1,234.50",
    ]


@pytest.mark.parametrize(("language", "most"), [("zh-hans", 10), ("en", 13)])
def test_many_lines_with_long_names_take_few_pages(language, most):
    lines = [make_line(number) for number in range(1, 75)]
    paper = render(language, lines)
    assert len(paper.pages) <= most
    assert len(set(re.findall(r"U\d{9}", read(paper)))) == 74


@pytest.mark.parametrize(
    ("language", "sheets"), [("zh-hans", ["明细", "到账记录"]), ("en", ["Lines", "Payments"])]
)
def test_workbook_keeps_a_column_for_each_fact(language, sheets):
    lines = [make_line(1)]
    with translation.override(language):
        book = load_workbook(BytesIO(build_statement_sheet(make_statement(lines), lines, [make_payment()])))
    assert book.sheetnames == sheets
    row = [cell.value for cell in book.worksheets[0][2]]
    assert (row[1], row[3], row[5], row[7]) == ("U000000001", LONG_PERSON, 2, 1234.5)


def test_paper_says_how_an_amount_comes_about_unless_it_was_entered_or_corrected():
    corrected = make_line(4, effective_seconds=3600)  # to a shorter time for the same amount
    lines = [make_line(1), make_line(2, amount_yuan=Decimal("900.00")), make_line(3), corrected]
    lines[2].log.price = [
        {"unit": "hour", "price_yuan": "1200.00", "quantity": "1", "amount_yuan": "1200.00"},
        {"unit": "minimum", "price_yuan": "1234.50", "quantity": "1", "amount_yuan": "34.50"},
    ]
    chinese, english = (read(render(language, lines)) for language in ("zh-hans", "en"))
    assert (chinese.count("×"), chinese.count("3 × ¥411.50 /样品")) == (2, 1)
    assert "3 × ¥411.50 per sample" in english
    assert "1 × ¥1,200.00 per hour; up to the minimum charge of ¥1,234.50" in english


def test_price_on_a_paper_multiplies_to_its_amount_and_stands_there_where_each_part_was_rounded():
    amount = Decimal("234.77")
    line = make_line(1, effective_seconds=7043, amount_yuan=amount)
    line.log.effective_seconds, line.log.amount_yuan = 7043, amount
    line.log.price = [
        {"unit": "hour", "price_yuan": "120.00", "quantity": "1.9564", "amount_yuan": "234.77"},
        {"unit": "sample", "price_yuan": "0.00", "quantity": "2", "amount_yuan": "0.01"},
    ]
    assert "1.9564 × ¥120.00 /小时；2 × ¥0.00 /样品" in read(render("zh-hans", [line]))
    with translation.override("en"):
        book = load_workbook(BytesIO(build_statement_sheet(make_statement([line]), [line], [])))
    row = [cell.value for cell in book.worksheets[0][2]]
    assert row[6:8] == ["1.9564 × ¥120.00 per hour; 2 × ¥0.00 per sample", 234.77]
