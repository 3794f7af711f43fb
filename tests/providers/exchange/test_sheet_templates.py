"""Templates: what they offer, and that their own examples go through, in both formats and both languages."""

import io

import openpyxl
import pytest
from django.utils import translation
from openpyxl.utils import get_column_letter

from instrument_share.kernel.wording import Words
from instrument_share.sheets.reading import read_table
from instrument_share.sheets.table import Table
from instrument_share.web.responses.problem import told
from providers.exchange.domain.sheets.maps import SheetMap
from providers.exchange.domain.sheets.reading import SheetProblem, read_sheet
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS, KINDS, NEWS, PRICES, RULES
from providers.exchange.domain.sheets.sheet_types import SheetKindName
from providers.exchange.services.imports import apply, preview
from providers.exchange.views.sheet_files import (
    marked_xlsx,
    template_choices,
    template_csv,
    template_examples,
    template_heading,
    template_xlsx,
)
from providers.instruments.selectors.instruments import category_table
from providers.models import Instrument
from tests.providers.conftest import NOW, published

LANGUAGES = ("zh-hans", "en")
KINDS_IN_ORDER = (INSTRUMENTS, RULES, PRICES, NEWS)


def categories():
    return [(one.code, one.name_zh, one.name_en) for one in category_table()]


def book_of(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def filled(content):
    """The template with its example rows copied to where one fills in."""
    book = book_of(content)
    fill, examples = book.worksheets[:2]
    for row in examples.iter_rows(min_row=2):
        for cell in row:
            fill.cell(cell.row, cell.column, cell.value)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def example_unit(world):
    """The unit, with the instrument to which the examples of rules and prices belong."""
    one = published(world, inner_number="YP-2021-001")
    return world, one


def bring(world, kind, content):
    return apply(
        actor=world.manager,
        organization_id=world.unit.pk,
        table=read_table(content),
        kind=kind,
        now=NOW,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS_IN_ORDER, ids=lambda kind: kind.name)
def test_the_examples_of_a_template_go_through(kind, language, example_unit):
    world, _ = example_unit
    if kind is PRICES:
        with translation.override(language):
            assert not bring(world, RULES, filled(template_xlsx(RULES, []))).errors
    with translation.override(language):
        xlsx, csv = filled(template_xlsx(kind, categories())), template_csv(kind)
    for content in (csv, xlsx):
        report = bring(world, kind, content)
        assert report.errors == ()
        assert report.ignored_columns == ()
        assert report.applied
    again = bring(world, kind, xlsx)
    assert again.entered == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS_IN_ORDER, ids=lambda kind: kind.name)
def test_every_template_choice_is_understood(kind, language, world):
    with translation.override(language):
        book = book_of(template_xlsx(kind, categories()))
        fields = list(kind.fields.values())
        offered = {name: template_choices(one, categories()) for name, one in kind.fields.items()}
    fill = book.worksheets[0]
    listed = {str(rule.sqref).partition("2:")[0]: rule for rule in fill.data_validations.dataValidation}
    for column, of in enumerate(fields, 1):
        letter = openpyxl.utils.get_column_letter(column)
        assert (letter in listed) == of.is_list, of.name
        if of.is_list:
            rule = listed[letter]
            assert (rule.type, rule.formula1) == ("list", f"=list_{of.name}")
            ((sheet, cells),) = book.defined_names[f"list_{of.name}"].destinations
            assert [row[0].value for row in book[sheet][cells.replace("$", "")]] == offered[of.name]
            for word in offered[of.name]:
                table = Table([[of.name, *kind_essentials(kind, of)], [word, *kind_fillers(kind, of)]])
                (row,) = read_sheet(table, SheetMap(), kind).rows
                assert [one for one in row.problems if not one.warning] == [], (of.name, word)
                assert of.name in row.values
    assert book["lists"].sheet_state == "hidden"


def kind_essentials(kind, of):
    names = [group[0] for group in kind.essential]
    return [name for name in names if name != of.name]


def kind_fillers(kind, of):
    fillers = {"applies_from": "2031-03-03", "price_yuan": "1"}
    return [fillers.get(name, "甲") for name in kind_essentials(kind, of)]


def test_a_template_tells_at_every_heading_what_it_holds_and_keeps_text_as_text(world):
    with translation.override("zh-hans"):
        book = book_of(template_xlsx(INSTRUMENTS, categories()))
        headings = [template_heading(one) for one in INSTRUMENTS.fields.values()]
    fill = book.worksheets[0]
    assert [sheet.title for sheet in book] == ["填写", "填写示例", "填写说明", "lists"]
    assert [cell.value for cell in fill[1]] == headings
    assert headings[:4] == ["单位内部编号*", "仪器名称*", "英文名称", "分类编码*"]
    assert all(cell.comment for cell in fill[1])
    assert fill["A1"].comment.text == ("内部编号\n本单位自编编号，各台仪器不得重复。\n必填。\n最多 50 个字。")
    formats = {
        of.name: fill.column_dimensions[get_column_letter(at)].number_format
        for at, of in enumerate(INSTRUMENTS.fields.values(), 1)
    }
    assert (formats["inner_number"], formats["in_service_date"], formats["value_yuan"]) == ("@", "@", "0.00")


@pytest.mark.parametrize(
    ("kind", "name", "heading"),
    [
        (RULES, "user_kinds", "可预约对象"),
        (RULES, "decision", "审批方式"),
        (PRICES, "user_kind", "服务对象"),
        (PRICES, "unit", "计价方式"),
    ],
)
def test_a_template_uses_the_words_of_the_pages(kind, name, heading):
    with translation.override("zh-hans"):
        field = kind.fields[name]
        assert (template_heading(field), told("{word}", {"word": Words(field.label)})) == (heading, heading)


def test_the_csv_template_begins_with_the_mark_that_excel_needs():
    with translation.override("zh-hans"):
        content = template_csv(NEWS)
        (row, _) = template_examples(NEWS)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines()[0] == "标题*,英文标题,正文*,英文正文,发布方式"
    assert row["publish"] == "保存为草稿"


def test_tests_cover_every_sheet_kind():
    of_providers = tuple(kind for kind in KINDS.values() if kind.name in list(SheetKindName))
    assert of_providers == KINDS_IN_ORDER


# --- The sent sheet with its problems -----------------------------------------------------------------------


def test_faulty_cells_are_coloured_and_commented_in_a_copy(world):
    text = "编号,名称,原值\nY-1,电镜,很贵\n,=cmd|x,5\n"
    table = read_table(text.encode())
    report = preview(actor=world.manager, organization_id=world.unit.pk, table=table, now=NOW)
    with translation.override("zh-hans"):
        book = book_of(marked_xlsx(table, report.errors))
    sheet, listed = book.worksheets
    assert [sheet["C2"].fill.fgColor.rgb, sheet["A3"].fill.fgColor.rgb] == ["00F8C9C4", "00F8C9C4"]
    assert sheet["C2"].comment.text == "“很贵”不是数字。请只写数字，不带文字和单位。"
    assert sheet["B2"].comment is None
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=cmd|x", "s")
    assert [[cell.value for cell in row] for row in listed.iter_rows(min_row=2, max_col=4)] == [
        ["C2", "2", "原值", "很贵"],
        ["A3", "3", "编号", None],
    ]


def test_a_problem_without_a_cell_is_shown_in_the_first_of_its_row(world):
    problem = preview(
        actor=world.manager,
        organization_id=world.unit.pk,
        table=read_table("编号,名称\nY-1,电镜\n".encode()),
        now=NOW,
    ).problems[0]
    assert isinstance(problem, SheetProblem)
    assert (problem.code, problem.cell) == ("import.incomplete", "")
    book = book_of(marked_xlsx(read_table("编号,名称\nY-1,电镜\n".encode()), [problem]))
    assert book.worksheets[0]["A2"].fill.fgColor.rgb == "00FFF1CC"


def test_imported_template_example_keeps_all_values(world):
    with translation.override("zh-hans"):
        content = template_csv(INSTRUMENTS)
    bring(world, INSTRUMENTS, content)
    (one,) = Instrument.objects.filter(inner_number="YP-2021-001")
    assert (one.country, one.funding, one.subjects, str(one.value_yuan)) == (
        "CN",
        "local",
        ["430", "150"],
        "3205000.00",
    )


def test_an_example_shows_the_code_that_its_category_has_in_the_table_in_use():
    book = book_of(template_xlsx(INSTRUMENTS, [("010102", "扫描电镜", "Scanning electron microscopes")]))
    column = list(INSTRUMENTS.fields).index("category") + 1
    assert [book.worksheets[1].cell(row, column).value for row in (2, 3)] == ["010102 扫描电镜", None]
    assert "扫描电镜," not in template_csv(INSTRUMENTS).decode()
