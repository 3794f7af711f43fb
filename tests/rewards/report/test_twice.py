"""A year computed twice from its snapshot gives the same bytes; papers differ in signature, dates, codes."""

import io
import re
import zipfile

import pytest
from pypdf import PdfReader

from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.sealed_results import encode_sealed_results
from rewards.report.reports.tables import build_data_tables
from rewards.report.selectors.reports import get_report_file
from rewards.report.services.answers import report_return
from rewards.report.services.reports import report_send
from tests.rewards.builders import AFTER
from tests.rewards.conftest import DAY

pytestmark = pytest.mark.django_db


def files_of(report):
    with zipfile.ZipFile(io.BytesIO(get_report_file(report, "package")[1])) as package:
        return {name: package.read(name) for name in package.namelist()}


def words_of(pdf, code):
    """The text of each page without dates and code, and the marks of the outline."""
    reader = PdfReader(io.BytesIO(pdf))
    pages = ["".join(page.extract_text().split()) for page in reader.pages]
    return [re.sub(r"2026年\d+月\d+日", "某日", page.replace(code, "某码")) for page in pages]


def test_a_report_sealed_again_has_the_same_tables_to_the_byte(steps):
    first = steps.through("send")
    report_return(actor=steps.city.finance, report_id=first.pk, reason="附件缺页", now=AFTER + 16 * DAY)
    steps.look_through(AFTER + 20 * DAY)
    second = report_send(actor=steps.city.officer, cycle_id=steps.id, now=AFTER + 20 * DAY)
    one, other = files_of(first), files_of(second)
    differing = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    assert differing == {"报送函.pdf", "manifest.json", "SHA256SUMS"}
    assert words_of(one["报送函.pdf"], first.code) == words_of(other["报送函.pdf"], second.code)


def test_a_year_scored_again_gives_the_same_results_to_the_byte(steps):
    steps.through("score")
    before = get_report_facts(steps.cycle)
    steps.score(now=AFTER + 9 * DAY)
    after = get_report_facts(steps.cycle)
    assert encode_sealed_results(before) == encode_sealed_results(after)
    assert build_data_tables(before) == build_data_tables(after)
