"""Tagged papers: what a screen reader finds, by the rules of PDF/UA-1."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, NameObject

from instrument_share.documents.content import (
    Attachment,
    Bar,
    Code,
    Column,
    Heading,
    Paper,
    Paragraph,
    Picture,
    ShareChart,
    Table,
)
from instrument_share.documents.official import render_official, render_paper
from tests.documents.accessibility import find_problems, kids, kind, walk
from tests.documents.reading import reader, text
from tests.documents.sample import AT, UNITS, instruments, letter


def picture() -> bytes:
    from PIL import Image

    target = BytesIO()
    Image.new("RGB", (40, 30), "white").save(target, "PNG")
    return target.getvalue()


def outline_of(pdf: bytes) -> list[str]:
    return [kind(element) for _, element in walk(reader(pdf)) if kind(element) not in ("TR", "TH", "TD")]


def test_a_letter_with_everything_breaks_no_rule():
    assert find_problems(render_official(letter(notice="奖励办法为草案"))) == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_another_paper_breaks_no_rule(language):
    paper = Paper(
        title="Title & <more>",
        blocks=[
            Picture(picture(), caption="正面"),
            Picture(picture()),
            Heading("一、概况"),
            Paragraph("文" * 2000),
            Code("https://share.example.org/1", ["扫码"]),
        ],
        sender="云屏大学",
        date="2026年3月10日",
        created_at=AT,
        language=language,
    )
    pdf = render_paper(paper)
    assert find_problems(pdf) == []
    assert reader(pdf).root_object["/Lang"] == language


def test_the_reading_order_is_that_of_the_paper():
    assert outline_of(render_official(letter()))[:16] == [
        *("Document", "H1", "P", "P", "H2", "H3", "H4", "P", "H2", "Table", "Caption"),
        *("L", "LI", "LBody", "LI", "LBody"),
    ]
    assert outline_of(render_official(letter()))[-3:] == ["Sect", "Figure", "P"]


def test_a_notice_is_read_first_and_once():
    pdf = render_official(letter(notice="奖励办法为草案"))
    assert outline_of(pdf)[:3] == ["Document", "P", "H1"]


def test_a_table_over_pages_is_one_table_with_one_head():
    wide = Attachment("仪器设备清单", [instruments(100)], wide=True)
    pdf = render_official(letter(blocks=[Paragraph("文")], attachments=[wide]))
    assert find_problems(pdf) == []
    elements = [element for _, element in walk(reader(pdf))]
    kinds = [kind(element) for element in elements]
    assert (kinds.count("Table"), kinds.count("TR"), kinds.count("TH")) == (1, 101, 5)
    assert {len(kids(element)) for element in elements if kind(element) == "TH"} == {1}


def test_a_row_over_pages_stays_one_row():
    table = Table([Column("问题"), Column("处理")], [("超时", "仪器" * 4000)])
    pdf = render_official(letter(blocks=[Paragraph("文")], attachments=[Attachment("问题清单", [table])]))
    assert find_problems(pdf) == []
    assert [kind(element) for _, element in walk(reader(pdf))].count("TR") == 2


def test_a_chart_says_its_figures_in_words():
    alts = [element["/Alt"] for _, element in walk(reader(render_official(letter()))) if "/Alt" in element]
    assert f"对外服务机时占比：{UNITS[0]} 32.00%；{UNITS[1]} 0.00%。" in alts
    assert any(alt.startswith("各月机时。对外服务：1月 0，2月 10，3月 20，") for alt in alts)


def test_a_chart_of_many_units_goes_over_pages():
    bars = [Bar(f"单位{number}", number, f"{number}分") for number in range(200)]
    pdf = render_official(letter(attachments=[Attachment("图", [ShareChart("得分", bars)])]))
    pages = PdfReader(BytesIO(pdf)).pages[1:]
    assert find_problems(pdf) == []
    said = "".join(text(page) for page in pages)
    assert [number for number in range(200) if f"单位{number}" not in said] == []
    assert "得分" in text(pages[1])  # the first part stands below the attachment's title
    assert all("得分（续）" in text(page) for page in pages[2:])


def test_metadata_is_escaped():
    pdf = render_official(replace(letter(), title="甲 & <乙>", subject="“丙”"))
    assert find_problems(pdf) == []


def first_heading(root):
    document = root["/StructTreeRoot"]["/K"]
    return next(each for each in kids(document.get_object()) if kind(each) == "H1")


BREAKS = {
    "there is suspects": lambda w: put(w.root_object["/MarkInfo"], "/Suspects", BooleanObject(True)),
    "there is roles of its own": lambda w: put(w.root_object["/StructTreeRoot"], "/RoleMap", ONE),
    "there is optional content": lambda w: put(w.root_object, "/OCProperties", ONE),
    "there is other files": lambda w: w.add_attachment("a", b"b"),
    "there is an XFA form": lambda w: put(
        w.root_object, "/AcroForm", DictionaryObject({NameObject("/XFA"): ONE})
    ),
    "has two encodings": lambda w: put(a_font(w), "/Encoding", NameObject("/WinAnsiEncoding")),
    "lacks widths": lambda w: a_font(w)["/Widths"].pop(),
    "not in the file": lambda w: put(a_picture(w), "/Ref", ONE),
    "an annotation without words": lambda w: put(w.pages[0], "/Annots", ArrayObject([ONE])),
    "an empty H1": lambda w: first_heading(w.root_object).pop("/K"),
}
ONE = DictionaryObject({NameObject("/A"): NameObject("/B")})


def put(where, name, what):
    where[NameObject(name)] = what


def a_font(writer):
    return next(iter(writer.pages[0]["/Resources"]["/Font"].values())).get_object()


def a_picture(writer):
    return next(iter(writer.pages[0]["/Resources"]["/XObject"].values())).get_object()


@pytest.fixture(scope="module")
def whole() -> bytes:
    paper = Paper(
        title="甲",
        blocks=[Picture(picture(), caption="正面"), Heading("一、概况")],
        sender="云屏大学",
        date="2026年3月10日",
        created_at=AT,
    )
    return render_paper(paper)


@pytest.mark.parametrize("problem", BREAKS)
def test_what_breaks_a_rule_is_named(whole, problem):
    writer = PdfWriter(clone_from=BytesIO(whole))
    BREAKS[problem](writer)
    target = BytesIO()
    writer.write(target)
    assert [each for each in find_problems(target.getvalue()) if problem in each]
