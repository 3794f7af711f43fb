"""The yearly certificate: worded from the sealed data, signed, and recognized by its code."""

from dataclasses import replace
from io import BytesIO

import msgspec
import pytest
from django.urls import reverse
from pypdf import PdfReader

from instrument_share.journal.guards import guards_lifted
from rewards.assessment.models import Award, IndicatorResult, UnitAssessment
from rewards.report.models import FinanceReport
from rewards.report.reports.certificate import build_certificate, render_certificate
from rewards.report.selectors.certificates import find_certificate_by_code, get_certificate
from rewards.report.selectors.verification import verify_file
from tests.documents.accessibility import find_problems
from tests.rewards.page_fixtures import login, small, steps  # noqa: F401 (fixtures)
from tests.rewards.reading import text_of

LONG = "（云屏市）国家级新材料与高端装备制造产业公共技术服务平台联合实验室有限责任公司" * 2


@pytest.fixture
def report(steps):  # noqa: F811
    return steps.through("send")


@pytest.fixture
def first(report, year):
    return UnitAssessment.objects.get(organization=year.first)


def said(pdf):
    pages = PdfReader(BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_a_manager_opens_the_certificate_and_anybody_verifies_it(report, first, year, login, client):  # noqa: F811
    page = login(year.manager).get(reverse("assessment", args=[first.public_id]))
    assert "评价证书（PDF）" in text_of(page)
    pdf = login(year.manager).get(reverse("certificate", args=[first.public_id])).content
    code = get_certificate(year.manager, first.public_id).code
    text = said(pdf)
    for expected in (
        "2025年度大型科研仪器开放共享评价证书",
        "云屏大学：",
        "得分100.00分，评价等级为“良好”。",
        "核定年度奖励金额91,933.00元（大写：人民币玖万壹仟玖佰叁拾叁元整）。",
        f"核验码{code}",
    ):
        assert expected in text, expected
    assert find_problems(pdf) == []
    verdict = verify_file(pdf)
    assert verdict.genuine
    assert (verdict.report, verdict.certificate.unit.name_zh) == (report, "云屏大学")
    client.logout()
    shown = text_of(client.get(reverse("verify"), {"code": code.lower()}))
    assert f"该码属于 2025 年度的评价证书：{code}。" in shown
    assert "云屏大学 100.00 良好 ¥91,933.00" in shown
    assert "云屏材料研究所" not in shown


def test_a_manager_prints_the_units_own_sheet_and_anybody_verifies_it(report, first, year, login):  # noqa: F811
    page = login(year.manager).get(reverse("assessment", args=[first.public_id]))
    assert "单位评价表（PDF）" in text_of(page)
    address = reverse("assessment_sheet", args=[first.public_id])
    pdf = login(year.manager).get(address).content
    text = said(pdf)
    code = get_certificate(year.manager, first.public_id).code
    title = "2025年度大型科研仪器开放共享评价表"
    for expected in (title, "云屏大学", "奖励金额计算过程", "91,933.00元", code):
        assert expected in text, expected
    assert find_problems(pdf) == []
    verdict = verify_file(pdf)
    assert verdict.genuine
    assert verdict.certificate.unit.name_zh == "云屏大学"


def test_a_sheet_whose_figures_were_changed_behind_the_application_is_not_printed(first, year, login):  # noqa: F811
    with guards_lifted():
        IndicatorResult.objects.filter(assessment=first, position=1).update(points=1)
    answer = login(year.manager).get(reverse("assessment_sheet", args=[first.public_id]))
    assert answer.status_code == 409


def test_a_certificate_is_made_again_from_what_was_sealed(first, year):
    def paper():
        """Without the signature, which follows the end of the paper."""
        return render_certificate(get_certificate(year.manager, first.public_id)).partition(b"%%EOF")[0]

    before = paper()
    year.first.name_zh = "改名大学"
    year.first.save()
    with guards_lifted():
        Award.objects.filter(assessment=first).update(amount_yuan=1)
    assert paper() == before


@pytest.fixture
def only(small):  # noqa: F811
    """The certificate of the only unit of a city."""
    small.steps.through("send")
    return get_certificate(small.city.officer, UnitAssessment.objects.get().public_id)


def test_a_changed_certificate_and_a_foreign_code_are_not_genuine(only):
    pdf = render_certificate(only)
    assert verify_file(pdf).genuine
    place = len(pdf) // 3
    assert not verify_file(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]).genuine
    code = only.report.code
    for other in ("", code, f"{code}-AAAA-BBBB-CC", "AAAA-BBBB-CCCC-DDDD-EEEE-FF"):
        assert find_certificate_by_code(other) is None


def test_there_is_no_certificate_before_the_report_or_of_a_returned_one(small, login):  # noqa: F811
    small.steps.through("approve")
    viewer, assessment = small.city.officer, UnitAssessment.objects.get().public_id
    address = reverse("certificate", args=[assessment])
    assert "评价证书" not in text_of(login(viewer).get(reverse("assessment", args=[assessment])))
    assert login(viewer).get(address).status_code == 404
    small.steps.send()
    code = get_certificate(viewer, assessment).code
    FinanceReport.objects.update(state="returned", answered_by=small.city.finance)
    assert login(viewer).get(address).status_code == 404
    assert "该证书同时失效" in text_of(login(viewer).get(reverse("verify"), {"code": code}))


def test_a_long_name_and_no_award_stay_on_one_page(only):
    unit = msgspec.structs.replace(
        only.unit, name_zh=LONG, score=None, grade_zh="", amount_yuan=only.unit.amount_yuan * 0
    )
    long = replace(only, unit=unit)
    assert [block.text for block in build_certificate(long).blocks] == [
        f"你单位（统一社会信用代码{unit.uscc}）参加了2025年度大型科研仪器开放共享评价。",
        "特发此证。",
    ]
    pdf = render_certificate(long)
    assert len(PdfReader(BytesIO(pdf)).pages) == 1
    assert LONG in said(pdf)
