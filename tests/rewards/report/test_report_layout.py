"""The letter as paper: GB/T 9704-2012 to a millimetre, read by other people's programs, and by no eye."""

import pytest

from rewards.report.selectors.reports import get_report_file
from tests.documents.accessibility import find_problems
from tests.documents.reading import MM, places, reader, text
from tests.programs import run

MILLIMETRE = 1 * MM
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, 184 * MM, 260 * MM, 35 * MM


@pytest.fixture
def pdf(steps):
    return get_report_file(steps.through("send"), "pdf")[1]


def within_a_millimetre(points):
    return pytest.approx(points, abs=MILLIMETRE)


def test_the_letter_keeps_to_the_standard_and_to_pdf_ua(pdf):
    assert find_problems(pdf) == []
    pages = reader(pdf).pages
    first = places(pages[0])
    title = [(words, x) for words, x, _, size in first if size == 22]
    for words, x in title:  # centred: full-width characters of 22 pt, four digits of half the width
        width = sum(22 if ord(character) > 255 else 22 * 0.56 for character in words)
        assert x + width / 2 == within_a_millimetre((LEFT + RIGHT) / 2)
    (salutation,) = [x for words, x, _, _ in first if words == "云屏市财政局："]
    assert salutation == within_a_millimetre(LEFT)
    heads = {words: (x, y) for words, x, y, size in first if size == 16}
    cell = (RIGHT - LEFT) / 28
    assert heads["一、评价依据与程序"][0] == within_a_millimetre(LEFT + 2 * cell)
    assert heads["一、评价依据与程序"][1] - heads["（一）评价依据"][1] == within_a_millimetre(29)
    for number, page in enumerate(pages, start=1):
        found = places(page)
        (folio,) = [(x, y, size) for words, x, y, size in found if words == f"— {number} —"]
        assert folio[2] == 14
        assert folio[1] + 0.36 * 14 == within_a_millimetre(BOTTOM - 7 * MM)
        assert (folio[0] > 105 * MM) == (number % 2 == 1)
        body = [(x, y) for _, x, y, size in found if size in (16, 12, 10.5, 18)]
        assert all(LEFT - MILLIMETRE <= x <= RIGHT and BOTTOM - MILLIMETRE <= y <= TOP for x, y in body)
    second = [y + 0.88 * 16 + 6.5 for _, _, y, size in places(pages[1]) if size == 16]
    assert max(second) == within_a_millimetre(TOP)  # the first line begins 37 mm below the edge
    signed = next(page for page in pages if "2026年1月20日" in text(page) and "附件：" in text(page))
    assert "以上结果，请予审核，并按规定拨付奖励资金。" in text(signed)
    sums = "合计 3台（套） 2,630.00 1,040.00 104,000.00 47,700.00 263"
    assert any(sums in " ".join(page.extract_text().split()) for page in pages)


def test_other_programs_read_the_letter(pdf, tmp_path):
    file = tmp_path / "letter.pdf"
    file.write_bytes(pdf)
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", file)
    fonts = {tuple(line.split()[-5:-2]) for line in run("pdffonts", file).splitlines()[2:]}
    assert fonts == {("yes", "yes", "yes")}  # embedded, subset, with Unicode
    assert "Tagged:          yes" in run("pdfinfo", file)
    found = run("pdfsig", "-nssdir", tmp_path, file)
    assert "Signature is Valid." in found
    assert "Total document signed" in found
    assert "ETSI.CAdES.detached" in found
