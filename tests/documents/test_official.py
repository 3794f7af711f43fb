from dataclasses import replace

import pytest
from django.test import override_settings

from instrument_share.documents.content import (
    Attachment,
    Code,
    Column,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    Sheet,
    Table,
    format_heading_number,
)
from instrument_share.documents.errors import FontMissing, FontUnusable
from instrument_share.documents.flow import measure_width
from instrument_share.documents.fonts import FONT_DIR, SANS
from instrument_share.documents.official import render_official, render_paper
from instrument_share.documents.pictures import CODE_SIDE, GAP, LINE, Mark
from tests.documents.reading import MM, fonts, outline, places, reader, text
from tests.documents.sample import AT, CODE, UNITS, instruments, letter, results, sheet


@pytest.fixture(scope="module")
def pdf():
    return reader(render_official(letter()))


def place(page, words: str) -> tuple[float, float, float]:
    return next((x, y, size) for piece, x, y, size in places(page) if piece == words)


def test_the_letter_says_everything_in_order(pdf):
    said = "".join(text(page) for page in pdf.pages[:2])
    parts = [
        "云屏市科学技术局关于报送2025年度大型科学仪器开放共享评价结果和奖励资金安排建议的函",
        "云屏市财政局：根据《云屏市大型科学仪器开放共享奖励办法（草案）》，现将评价结果报送贵局，请予审核。",
        "一、评价依据和程序（一）评价依据1.指标数据快照的SHA-256为",
        "二、评价结果表1 各单位评价结果单位 等级 奖励金额（元） 大写",
        "合计 1,234,500.00 壹佰贰拾叁万肆仟伍佰元整",
        "附件：1. 各单位评价表2. 仪器设备清单3. 图表与核验方法云屏市科学技术局2026年3月10日",
    ]
    found = [said.find(part) for part in parts]
    assert -1 not in found
    assert found == sorted(found)


def test_every_page_is_a4(pdf):
    assert len(pdf.pages) == 8
    sizes = {tuple(round(float(side) / MM) for side in page.mediabox[2:]) for page in pdf.pages}
    assert sizes == {(210, 297)}


def test_text_stands_where_the_standard_puts_it(pdf):
    page = pdf.pages[0]
    left = 28 * MM
    cell = 156 * MM / 28
    assert place(page, "云屏市财政局：")[0] == pytest.approx(left, abs=0.01)
    x, y, size = place(page, "一、评价依据和程序")
    assert (x, size) == (pytest.approx(left + 2 * cell, abs=0.01), 16)
    assert y - place(page, "（一）评价依据")[1] == pytest.approx(29, abs=0.02)
    title = [piece for piece in places(page) if piece[3] == 22]
    assert [piece for piece, *_ in title] == [
        "云屏市科学技术局关于报送",
        "2025年度大型科学仪器开放共享",
        "评价结果和奖励资金安排建议的函",
    ]
    # Fifteen full-width characters of 22 pt, centred.
    assert title[-1][1] == pytest.approx(left + (156 * MM - 15 * 22) / 2, abs=0.01)
    assert min(y for _, _, y, size in places(page) if size == 16) >= 35 * MM


def test_the_date_ends_four_characters_before_the_edge_below_the_sender(pdf):
    page = pdf.pages[1]
    (sender, sender_y, _), (date, date_y, _) = place(page, "云屏市科学技术局"), place(page, "2026年3月10日")
    cell = 156 * MM / 28
    sender_middle = sender + 8 * cell / 2
    date_end = 28 * MM + 156 * MM - 4 * cell
    assert sender_middle == pytest.approx((date + date_end) / 2, abs=0.5)
    assert sender_y - date_y == pytest.approx(29, abs=0.02)


def test_a_sender_with_a_long_name_takes_several_lines_within_the_text():
    name = "云屏市先进材料与器件研究院大型科学仪器开放共享服务中心（云屏市生产力促进中心）"
    page = reader(render_official(letter(blocks=[], attachments=[], sender=name))).pages[-1]
    (_, date_y, _) = place(page, "2026年3月10日")
    lines = [(piece, x, y) for piece, x, y, _ in places(page) if piece in name and y > date_y]
    assert "".join(piece for piece, *_ in lines) == name
    assert [round(y - date_y) for *_, y in lines] == [58, 29]
    right = 28 * MM + 156 * MM
    assert all(x >= 28 * MM and x + len(piece) * 156 * MM / 28 <= right + 0.5 for piece, x, _ in lines)


def test_names_of_attachments_stand_below_each_other(pdf):
    page = pdf.pages[1]
    first, second, third = (
        place(page, words) for words in ("附件：1. 各单位评价表", "2. 仪器设备清单", "3. 图表与核验方法")
    )
    cell = 156 * MM / 28
    assert first[0] == pytest.approx(28 * MM + 2 * cell, abs=0.01)
    assert second[0] == third[0] == pytest.approx(28 * MM + 5 * cell, abs=0.01)


def test_page_numbers_stand_on_the_outer_side_seven_millimetres_below_the_text(pdf):
    middle = 105 * MM
    for number, page in enumerate(pdf.pages, start=1):
        x, y, size = place(page, f"— {number} —")
        assert size == 14
        assert (x > middle) == (number % 2 == 1)
        if number % 2 == 0:
            assert x == pytest.approx(28 * MM + 14, abs=0.01)
        assert y == pytest.approx(35 * MM - 7 * MM - 0.36 * 14, abs=0.01)


def test_wide_attachments_are_laid_sideways_with_the_page_number_where_it_always_is(pdf):
    assert [page.get("/Rotate", 0) for page in pdf.pages] == [0, 0, 0, 0, 90, 90, 90, 0]


def test_a_long_table_repeats_its_head_and_loses_no_row():
    wide = Attachment("仪器设备清单", [instruments(400)], wide=True)
    pages = reader(render_official(letter(attachments=[wide]))).pages[2:]
    assert len(pages) > 10
    assert all("序号 仪器名称 单位 机时 收入（元）" in text(page) for page in pages)
    assert all("（续）" in text(page) for page in pages[1:])
    said = "".join(text(page) for page in pages)
    assert [number for number in range(1, 401) if f"场发射扫描电子显微镜{number}号" not in said] == []


def test_a_long_table_stays_inside_the_text_area():
    pages = reader(render_official(letter(blocks=[instruments(150)], attachments=[]))).pages
    # 225 mm hold the caption (18 pt), the head and 29 rows (20 pt each).
    assert [text(page).count("1,190.00") for page in pages[1:4]] == [29, 29, 29]
    rows = [
        (x, y) for page in pages for piece, x, y, size in places(page) if size == 9 and "核验" not in piece
    ]
    assert len(rows) > 700
    assert min(y for _, y in rows) >= 35 * MM
    assert min(x for x, _ in rows) >= 28 * MM


def test_cell_taller_than_page_continues_on_next_page():
    table = Table([Column("问题"), Column("处理")], [("超时", "仪器" * 4000 + "完")])
    pages = reader(render_official(letter(attachments=[Attachment("问题清单", [table])]))).pages[2:]
    assert len(pages) > 3
    assert sum(text(page).count("器") for page in pages) == 4000


def test_figures_in_a_column_end_at_the_same_place():
    table = Table([Column("项"), Column("数", "right")], [("甲", "1.11"), ("乙", "8,888,888.88")])
    page = reader(render_official(letter(blocks=[table], attachments=[]))).pages[0]
    (one, *_), (many, *_) = place(page, "1.11"), place(page, "8,888,888.88")
    digit, comma = 0.555 * 10.5, 0.278 * 10.5
    assert one + 3 * digit + comma == pytest.approx(many + 9 * digit + 3 * comma, abs=0.01)


def test_a_figure_is_not_broken_however_long_names_and_figures_are():
    columns = [
        Column("序号", "center"),
        Column("申领单位及信用代码"),
        Column("服务单位及发票号码"),
        Column("仪器使用费（元）", "right"),
        Column("兑付金额（元）", "right"),
        Column("初审／复审"),
    ]
    rows = [
        (
            "99999",
            "云屏市测试科技发展集团股份有限公司" * 5 + "\n91510100MA00000000",
            "Yunping" * 20 + "\n" + "9" * 60,
            "999,999,999,999.99",
            "888,888,888,888.88",
            "Wolfeschlegelsteinhausenbergerdorff" * 2 + "\n欧阳上官",
        )
    ]
    totals = ["", "合计", "", "", "777,777,777,777.77", ""]
    table = Table(columns, rows, totals=totals, size="list")
    pages = reader(render_official(letter(blocks=[table], attachments=[]))).pages
    pieces = {piece for page in pages for piece, *_ in places(page)}
    assert {"99999", "999,999,999,999.99", "888,888,888,888.88", "777,777,777,777.77"} <= pieces
    assert "上官" in "".join(pieces)


def test_a_table_without_rows_shows_its_head():
    table = Table([Column("单位"), Column("金额", "right")], [])
    assert "单位 金额" in text(reader(render_official(letter(blocks=[table], attachments=[]))).pages[0])


def test_bookmarks_lead_to_parts_attachments_and_sheets(pdf):
    assert outline(pdf) == [
        (0, "云屏市科学技术局关于报送2025年度大型科学仪器开放共享评价结果和奖励资金安排建议的函", 1),
        (1, "一、评价依据和程序", 1),
        (1, "二、评价结果", 1),
        (0, "附件1 各单位评价表", 3),
        (1, UNITS[0], 3),
        (1, UNITS[1], 4),
        (0, "附件2 仪器设备清单", 5),
        (0, "附件3 图表与核验方法", 8),
    ]


def test_file_has_metadata(pdf):
    assert pdf.metadata.title == (
        "云屏市科学技术局关于报送2025年度大型科学仪器开放共享评价结果和奖励资金安排建议的函"
    )
    assert pdf.metadata.author == "云屏市科学技术局"
    assert pdf.metadata.subject == "2025年度开放共享评价"
    assert pdf.metadata.creation_date == pdf.metadata.modification_date == AT
    assert pdf.root_object["/Lang"] == "zh-CN"
    assert pdf.root_object["/ViewerPreferences"]["/DisplayDocTitle"]


def test_every_font_is_embedded(pdf):
    embedded = fonts(pdf)
    assert {name.partition("+")[2] for name in embedded} == {
        "NotoSerifSC-Regular",
        "NotoSerifSC-Bold",
        "NotoSansSC-Regular",
        "NotoSansSC-Bold",
    }
    assert all(embedded.values())


def test_the_verification_mark_is_on_the_first_page_and_on_each_sheet_and_its_code_on_all(pdf):
    marked = [number for number, page in enumerate(pdf.pages, start=1) if "扫码" in text(page)]
    assert marked == [1, 3, 4]
    assert all(f"核验码 {CODE}" in text(page) for page in pdf.pages)


def test_a_notice_stands_on_every_page():
    noticed = reader(render_official(letter(notice="奖励办法为草案")))
    assert all("奖励办法为草案" in text(page) for page in noticed.pages)


def test_the_same_content_gives_the_same_bytes():
    assert render_official(letter()) == render_official(letter())


def test_another_date_gives_other_bytes():
    assert render_official(letter()) != render_official(letter(created_at=AT.replace(hour=3)))


def test_a_single_attachment_has_no_number():
    pages = reader(render_official(letter(attachments=[Attachment("清单", [Paragraph("无。")])]))).pages
    assert "附件：清单" in text(pages[1])
    assert "附件清单无。" in text(pages[2])


def test_unprintable_characters_are_tolerated():
    page = reader(
        render_official(letter(blocks=[Paragraph("甲\x00乙\x1b丙\ud800😀丁\t戊")], attachments=[]))
    ).pages[0]
    said = text(page)
    assert "甲" in said
    assert "戊" in said


def test_a_heading_is_not_left_alone_at_the_foot_of_a_page():
    filling = [Paragraph("仪器。")] * 16
    pages = reader(
        render_official(letter(blocks=[*filling, Heading("一、标题"), Paragraph("正文。")], attachments=[]))
    )
    carrying = [page for page in pages.pages if "一、标题" in text(page)]
    assert ["正文。" in text(page) for page in carrying] == [True]


@pytest.mark.parametrize("lines", range(8, 13))
def test_a_small_table_is_not_divided(lines):
    blocks = [*[Paragraph("仪器。")] * lines, results()]
    pages = reader(render_official(letter(blocks=blocks, attachments=[]))).pages
    holding = {words: [words in text(page) for page in pages] for words in (UNITS[0], UNITS[1], "合计")}
    assert len(set(map(tuple, holding.values()))) == 1, holding
    assert sum(holding["合计"]) == 1


def test_a_page_break_starts_a_page():
    blocks = [Paragraph("甲。"), PageBreak(), Paragraph("乙。")]
    pages = reader(render_official(letter(blocks=blocks, attachments=[]))).pages
    assert ["乙。" in text(page) for page in pages] == [False, True]


def test_a_sheet_inside_a_letter_is_refused():
    with pytest.raises(ValueError, match="A sheet stands in an attachment"):
        render_official(letter(blocks=[Sheet("表", [])]))


def test_plain_paper_renders_heading_body_and_date():
    blocks = sheet(UNITS[0]).blocks
    made = reader(render_paper(Paper("年度评价证明", blocks, "云屏市科学技术局", "2026年3月10日", AT)))
    said = text(made.pages[0])
    assert said.find("年度评价证明") < said.find("评价等级") < said.find("2026年3月10日")
    assert made.metadata.title == "年度评价证明"
    assert outline(made) == [(0, "年度评价证明", 1)]


@pytest.mark.parametrize(
    ("level", "number", "written"),
    [
        (1, 1, "一、"),
        (1, 10, "十、"),
        (1, 21, "二十一、"),
        (2, 12, "（十二）"),
        (3, 3, "3."),
        (4, 4, "（4）"),
    ],
)
def test_numbers_of_headings(level, number, written):
    assert format_heading_number(level, number) == written


def test_site_can_configure_its_own_font(tmp_path):
    own = tmp_path / "SiteFangSong.ttf"
    own.write_bytes((FONT_DIR / SANS).read_bytes())
    with override_settings(PDF_FONT_FANGSONG=str(own)):
        embedded = fonts(
            reader(render_official(replace(letter(), blocks=[Paragraph("正文。")], attachments=[])))
        )
    assert embedded == {
        "/AAAAAA+NotoSansSC-Regular": True,
        "/AAAAAA+NotoSansSC-Bold": True,
        "/AAAAAA+NotoSerifSC-Bold": True,
        "/AAAAAA+NotoSerifSC-Regular": True,
    }


def test_missing_font_error_explains_setup(tmp_path):
    with override_settings(PDF_FONT_KAI=str(tmp_path / "none.ttf")), pytest.raises(FontMissing) as refused:
        render_official(letter())
    assert refused.value.params == {"path": str(tmp_path / "none.ttf"), "setting": "PDF_FONT_KAI"}
    assert "./dev setup" in str(refused.value)


def test_unembeddable_font_is_named(tmp_path):
    wrong = tmp_path / "wrong.otf"
    wrong.write_bytes(b"OTTO" + bytes(200))
    with override_settings(PDF_FONT_TITLE=str(wrong)), pytest.raises(FontUnusable) as refused:
        render_official(letter())
    assert refused.value.params["setting"] == "PDF_FONT_TITLE"


def test_the_lines_beside_a_code_stay_within_the_text():
    mark = Mark(Code("https://example.org/", ["word " * 60, "", "短"]))
    mark.wrap(440, 700)
    assert [line[:5] for line in mark.lines] == ["word "] * 5 + ["短"]
    assert max(measure_width(line, LINE) for line in mark.lines) <= 440 - CODE_SIDE - GAP
    assert mark.height == 6 * LINE.pitch
