"""What is sealed is what is shown, accepted and paid; whatever is changed behind it is named."""

import hashlib
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from instrument_share.journal.guards import guards_lifted
from instrument_share.personal.services.deletions import account_deletion_ask, account_deletions_carry_out
from rewards.assessment.models import Award, UnitAssessment
from rewards.assessment.selectors import get_public_results
from rewards.assessment.services.recomputing import find_result_differences
from rewards.assessment.views.unit_tables import build_csv
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_decide
from rewards.payments.domain.errors import PaidBeforeReport
from rewards.payments.models import Payment
from rewards.payments.services.payments import payment_record
from rewards.report.domain.errors import (
    AwardsNotSealed,
    ReportDamaged,
    ResultsNotComputed,
)
from rewards.report.reports.certificate import build_certificate
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.sheets import build_unit_blocks
from rewards.report.reports.tables import (
    build_findings_table,
    build_instruments_table,
    build_results_table,
)
from rewards.report.selectors.certificates import get_certificate
from rewards.report.selectors.integrity import WITHOUT_RESULTS, find_report_problems
from rewards.report.selectors.reports import get_report_file
from rewards.report.selectors.sealed import RESULTS, get_sealed_units
from rewards.report.services.answers import report_accept
from tests.rewards.builders import AFTER, YEAR, local
from tests.rewards.conftest import DAY
from tests.rewards.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(steps):
    return steps.through("send")


def change(statement, *values):
    """Change rows as somebody does who may do everything in the database."""
    with guards_lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0


def swap_awards(year, yuan=100_000):
    """100,000 yuan more for one unit and less for another: the sum stays."""
    for unit, more in ((year.first, yuan), (year.second, -min(yuan, 8067))):
        change(
            "UPDATE rewards_award SET amount_yuan = amount_yuan + %s WHERE assessment_id IN"
            " (SELECT id FROM rewards_unitassessment WHERE organization_id = %s)",
            more,
            unit.pk,
        )


def pay(report, unit, amount, *, actor, day=date(2026, 1, 21)):
    return payment_record(
        actor=actor,
        report_id=report.pk,
        award_id=Award.objects.get(assessment__organization=unit).pk,
        amount_yuan=Decimal(amount),
        paid_date=day,
        voucher="ZF-2026-0001",
        now=AFTER + 17 * DAY,
    )


def test_the_sealed_results_are_data_of_the_package(report, year):
    assert [(unit.name_zh, str(unit.score), str(unit.amount_yuan)) for unit in get_sealed_units(report)] == [
        ("云屏大学", str(unit_score(year.first)), "91933.00"),
        ("云屏材料研究所", str(unit_score(year.second)), "8067.00"),
        ("云屏海洋研究院", str(unit_score(year.third)), "0.00"),
    ]


def unit_score(unit):
    return Award.objects.get(assessment__organization=unit).assessment.score


def test_changed_awards_are_not_accepted(report, year, steps):
    swap_awards(year)
    with pytest.raises(AwardsNotSealed) as refused:
        report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)
    assert refused.value.params == {"units": "云屏大学、云屏材料研究所"}
    report.refresh_from_db()
    assert report.state == "sent"


@pytest.mark.parametrize("amount", ["91933.00", "191933.00"])
def test_nothing_is_paid_by_awards_that_changed_after_accepting(report, year, steps, amount):
    report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)
    swap_awards(year)
    with pytest.raises(AwardsNotSealed):
        pay(report, year.first, amount, actor=steps.city.finance)
    assert not Payment.objects.exists()


def test_nothing_is_paid_before_the_report(report, year, steps):
    steps.city.account(year.first)
    report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)
    with pytest.raises(PaidBeforeReport) as refused:
        pay(report, year.first, "91933.00", actor=steps.city.finance, day=date(2026, 1, 19))
    assert refused.value.params == {"date": date(2026, 1, 20)}
    assert pay(report, year.first, "91933.00", actor=steps.city.finance, day=date(2026, 1, 20)).pk


def damage(report):
    """Raise an award in the stored package, and pack it again."""
    with default_storage.open(report.package_file) as file:
        package = file.read()
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'"91933.00"', b'"99933.00"'))
    with default_storage.open(report.package_file, "wb") as file:
        file.write(changed.getvalue())


def leave_out_results(report):
    """The package of a report that was sealed before packages held their results as data."""
    with default_storage.open(report.package_file) as file:
        package = file.read()
    older = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(older, "w") as new:
        for name in old.namelist():
            if name != RESULTS:
                new.writestr(name, old.read(name))
    with default_storage.open(report.package_file, "wb") as file:
        file.write(older.getvalue())
    digest = hashlib.sha256(older.getvalue()).hexdigest()
    change("UPDATE rewards_financereport SET package_sha256 = %s", digest)


def test_a_package_without_results_is_told_and_not_accepted(report, steps):
    leave_out_results(report)
    report.refresh_from_db()
    assert find_report_problems(report, {}) == (WITHOUT_RESULTS,)
    with pytest.raises(ReportDamaged):
        report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)


def test_a_damaged_package_is_not_accepted(report, steps):
    damage(report)
    with pytest.raises(ReportDamaged):
        report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)


def test_the_command_names_the_file_that_changed_in_the_package(report):
    damage(report)
    with pytest.raises(CommandError, match=rf"{RESULTS} is not the file that was listed") as refused:
        call_command("verify_cycle", str(YEAR))
    assert "奖励办法.toml" not in str(refused.value)


FIGURES = {
    "award amount_yuan": "UPDATE rewards_award SET amount_yuan = amount_yuan + 1",
    "award reasoning": "UPDATE rewards_award SET reasoning = '{}'",
    "score": "UPDATE rewards_unitassessment SET score = 100",
    "effective_seconds": "UPDATE rewards_unitassessment SET effective_seconds = effective_seconds + 1",
    "points": "UPDATE rewards_indicatorresult SET points = 0",
    "formula": "UPDATE rewards_indicatorresult SET formula = '0'",
    "external_seconds": "UPDATE rewards_instrumentresult SET external_seconds = external_seconds + 1",
    "entries_counted": "UPDATE rewards_instrumentresult SET entries_counted = entries_counted + 1",
    "year totals": "UPDATE rewards_assessmentcycle SET totals = '{}'",
    "year entries_counted": "UPDATE rewards_assessmentcycle SET entries_counted = entries_counted + 1",
    "policy title_zh": "UPDATE rewards_rewardpolicy SET title_zh = 'x'",
    "policy sha256": "UPDATE rewards_rewardpolicy SET document = document || ' '",
    "year allocation": "UPDATE rewards_assessmentcycle SET budget_yuan = budget_yuan * 2",
}


@pytest.mark.parametrize(("figure", "statement"), FIGURES.items(), ids=FIGURES)
def test_nothing_is_sealed_that_the_snapshot_does_not_give(steps, figure, statement):
    steps.through("approve")
    assert find_result_differences(steps.cycle) == []
    change(statement)
    assert any(figure in one.where for one in find_result_differences(steps.cycle))
    with pytest.raises(ResultsNotComputed):
        steps.send()
    assert steps.cycle.state == "approved"
    with pytest.raises(CommandError, match=figure):
        call_command("verify_cycle", str(YEAR))


def test_a_year_that_nobody_touched_verifies(report, capsys):
    call_command("verify_cycle", str(YEAR))
    assert f"of {YEAR} are what its snapshot gives" in capsys.readouterr().out


def test_a_year_verifies_when_who_used_and_who_scored_have_deleted_their_accounts(report, steps, capsys):
    after = AFTER + 60 * DAY
    for person in (steps.city.researcher, steps.city.reviewer):
        account_deletion_ask(actor=person, now=after)
    assert account_deletions_carry_out(after + 7 * DAY) == 2
    assert not get_user_model().objects.filter(name__in=["研究员", "科技局审定"]).exists()
    call_command("verify_cycle", str(YEAR))
    assert f"of {YEAR} are what its snapshot gives" in capsys.readouterr().out


def test_the_command_names_reports_whose_awards_changed(report, year):
    swap_awards(year)
    with pytest.raises(CommandError, match=rf"report 1 \({report.code}\)"):
        call_command("verify_cycle", str(YEAR))
    with pytest.raises(CommandError, match="no results"):
        call_command("verify_cycle", "2019")


def test_papers_say_the_names_of_the_freeze(steps, year):
    steps.through("approve")
    change(
        "UPDATE accounts_organization SET name_zh = '改名大学', name_en = 'Renamed' WHERE id = %s",
        year.first.pk,
    )
    change("UPDATE providers_instrument SET name_zh = '改名仪器' WHERE id = %s", year.first_instrument.pk)
    first = get_report_facts(steps.cycle).assessments[0]
    assert first.organization.name_zh == "云屏大学"
    assert "改名仪器" not in {one.instrument.name_zh for one in first.instruments.all()}
    report = steps.send()
    _, content = get_report_file(report, "package")
    with zipfile.ZipFile(BytesIO(content)) as package:
        text = package.read(RESULTS).decode() + package.read("csv/评价结果.csv").decode()
    assert "云屏大学" in text
    assert "改名" not in text


def test_pages_say_the_names_of_the_freeze(steps, year, client):
    steps.through("announce")
    rename = "UPDATE accounts_organization SET name_zh = '改名大学', name_en = 'Renamed' WHERE id = %s"
    change(rename, year.first.pk)
    assert get_public_results(steps.cycle)[0]["name_zh"] == "云屏大学"
    client.force_login(year.city.officer)
    assessment = UnitAssessment.objects.get(organization=year.first)
    pages = [
        reverse("result", args=[YEAR]),
        reverse("cycle", args=[YEAR]),
        reverse("assessment", args=[assessment.public_id]),
        reverse("units_csv", args=[YEAR]),
    ]
    for page in pages:
        words = client.get(page).content.decode()
        assert ("云屏大学" in words, "改名大学" in words) == (True, False), page


def test_instruments_stand_in_the_order_of_the_names_at_the_freeze(steps, year):
    year.city.instrument(year.first, "丙谱仪")
    year.city.instrument(year.first, "甲谱仪")
    steps.through("score")
    rename = "UPDATE providers_instrument SET name_zh = %s WHERE name_zh = %s"
    change(rename, "一", "甲谱仪")
    change(rename, "鿿", "丙谱仪")
    rows = build_instruments_table(get_report_facts(steps.cycle).assessments).rows
    assert [name for unit, name, *_ in rows if unit == "云屏大学"] == ["丙谱仪", "扫描电子显微镜", "甲谱仪"]


def test_a_unit_with_another_code_after_the_freeze_keeps_its_findings_and_results(steps, year):
    year.city.log(
        year.first_instrument, local(YEAR, 12, 31, 8), payer=year.client, external=True, amount=1000
    )
    steps.freeze()
    change("UPDATE accounts_organization SET uscc = 'X' WHERE id = %s", year.first.pk)
    steps.check()
    finding = Finding.objects.get()
    finding_decide(
        actor=steps.city.auditor,
        finding_id=finding.pk,
        uphold=True,
        reason="记录不实",
        now=AFTER + 20 * DAY,
    )
    steps.city.prove_falsified(finding, AFTER + 20 * DAY)
    steps.score()
    barred = UnitAssessment.objects.get(organization=year.first)
    assert (barred.barred, barred.score, barred.award.amount_yuan) == (True, 0, 0)
    for step in ("announce", "approve"):
        getattr(steps, step)()
    sealed = get_sealed_units(steps.send())
    assert {unit.uscc for unit in sealed if unit.name_zh == "云屏大学"} == {year.first.uscc}


def test_a_barred_unit_and_its_falsification_are_told_apart_in_every_table(steps, year, client):
    year.city.log(
        year.first_instrument, local(YEAR, 12, 31, 8), payer=year.client, external=True, amount=1000
    )
    steps.through("check")
    finding = Finding.objects.get()
    steps.city.answer(finding, AFTER)
    upheld = {"uphold": True, "reason": "记录不实", "now": AFTER + DAY}
    finding_decide(actor=steps.city.auditor, finding_id=finding.pk, **upheld)
    facts = get_report_facts(steps.cycle)
    assert build_findings_table(facts).rows[0][5] == "予以认定"
    steps.city.prove_falsified(finding, AFTER + DAY)
    steps.score()
    facts = get_report_facts(steps.cycle)
    assert build_findings_table(facts).rows[0][5] == "予以认定（弄虚作假）"
    results = {name: (grade, amount) for _, name, _, grade, amount in build_results_table(facts).rows}
    assert results["云屏大学"] == ("取消资格", "0.00")
    assert "取消资格" not in {grade for name, (grade, _) in results.items() if name != "云屏大学"}
    (barred,) = (each for each in facts.assessments if each.barred)
    assert ("等级", "取消资格") in build_unit_blocks(barred)[0].pairs
    rows = build_csv([barred]).decode().splitlines()
    assert rows[1].split(",")[2:5] == ["0.00", "取消资格", "0.00"]
    steps.announce()
    steps.approve()
    report, said = steps.send(), "云屏大学 取消资格 ¥0.00"
    assert said in text_of(client.get(reverse("result", args=[YEAR])))
    assert said in text_of(client.get(reverse("verify"), {"code": report.code}))
    certificate = get_certificate(year.city.officer, barred.public_id)
    shown = client.get(reverse("verify"), {"code": certificate.code})
    assert "云屏大学 0.00 取消资格 ¥0.00" in text_of(shown)
    assert "得分0.00分，评价等级为“取消资格”。" in build_certificate(certificate).blocks[0].text
    client.force_login(year.city.officer)
    assert "等级 取消资格" in text_of(client.get(reverse("assessment", args=[barred.public_id])))
    assert "取消资格 0.00 ¥0.00" in text_of(client.get(reverse("report", args=[report.public_id])))


def test_a_package_sealed_with_sm3_is_whole_and_says_which_file_lost_it(steps, settings):
    settings.SEAL_HASHES = ["sha256", "sm3"]
    report = steps.through("send")
    assert len(report.package_sm3) == 64
    settings.SEAL_HASHES = ["sha256"]
    call_command("verify_cycle", str(YEAR), verbosity=0)
    change("UPDATE rewards_financereport SET package_sm3 = %s", "0" * 64)
    with pytest.raises(CommandError) as refused:
        call_command("verify_cycle", str(YEAR))
    assert "the package does not have its SM3" in str(refused.value)
    assert "package_sm3" in str(refused.value)  # the journal says another one
    damage(report)
    with pytest.raises(CommandError, match=f"{RESULTS} does not have the SM3 that was listed"):
        call_command("verify_cycle", str(YEAR))
