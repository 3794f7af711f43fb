"""Pages of a frozen year call its units and instruments what they were called then."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from instrument_share.accounts.models import Organization
from instrument_share.journal.guards import guards_lifted
from rewards.assessment.models import Award, UnitAssessment
from rewards.assessment.selectors import get_public_results
from rewards.cycle.models import AssessmentCycle
from rewards.findings.models import Finding
from rewards.inspections.domain.choices import DrawnFrom
from rewards.inspections.models import RandomInspection
from rewards.objections.selectors.objections import sign_objection
from rewards.payments.services.batches import batch_make
from rewards.payments.services.payments import payment_record, payment_reverse
from rewards.report.services.answers import report_accept
from tests.rewards.builders import AFTER, YEAR, local
from tests.rewards.conftest import DAY
from tests.rewards.inspections.conftest import Draws
from tests.rewards.objections.conftest import Objections


@pytest.fixture
def rename(year):
    """Call every unit and instrument of the year something else."""

    def rename():
        with guards_lifted(), connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_organization SET name_zh = '改名单位' WHERE owns_instruments")
            cursor.execute("UPDATE providers_instrument SET name_zh = '改名仪器'")

    return rename


def shown(client, pages, *names):
    for page in pages:
        words = client.get(page).getvalue().decode()
        assert "改名" not in words, page
        assert [name for name in names if name not in words] == [], page


def test_pages_of_results_name_instruments_as_frozen(login, steps, year, rename):
    steps.through("score")
    rename()
    assessment = UnitAssessment.objects.get(organization=year.first).public_id
    pages = [
        reverse("assessment", args=[assessment]),
        reverse("instrument_result", args=[assessment, year.first_instrument.public_id]),
    ]
    shown(login(year.city.officer), pages, "云屏大学", "扫描电子显微镜")


def read_orders(client):
    """The units in the orders of the spreadsheet by name and by score, and of the public notice."""
    address = reverse("units_csv", args=[YEAR])
    sheets = (client.get(address, {"sort": word}).getvalue().decode() for word in ("name", "score"))
    notice = [each["name_zh"] for each in get_public_results(AssessmentCycle.objects.get())]
    return [*([row[0] for row in list(csv.reader(sheet.splitlines()))[1:]] for sheet in sheets), notice]


def test_units_of_a_year_are_sorted_by_the_names_and_codes_of_the_freeze(login, steps, year):
    """Without scores, their codes order them."""
    steps.through("announce")
    UnitAssessment.objects.update(score=None)
    assert read_orders(login(year.city.officer)) == [["云屏大学", "云屏材料研究所", "云屏海洋研究院"]] * 3
    with guards_lifted():
        for number, unit in enumerate((year.third, year.second, year.first)):
            names = {"name_zh": f"{number}号单位", "uscc": f"0{number}{unit.uscc[2:]}"}
            Organization.objects.filter(pk=unit.pk).update(**names)
    assert read_orders(login(year.city.officer)) == [["云屏大学", "云屏材料研究所", "云屏海洋研究院"]] * 3


def test_pages_of_findings_name_units_as_frozen(login, steps, year, rename):
    overlap = local(YEAR, 1, 2, 9)
    steps.city.log(year.first_instrument, overlap, payer=year.client, external=True, amount=1000)
    steps.through("check")
    finding = Finding.objects.get()
    rename()
    findings = reverse("findings", args=[YEAR])
    pages = [findings, f"{findings}?export=csv", reverse("finding", args=[finding.public_id])]
    shown(login(year.city.officer), pages, "云屏大学", "扫描电子显微镜")


def test_evidence_names_other_units_as_frozen(login, steps, year, rename):
    city, august = year.city, local(YEAR, 8, 1, 9)
    city.operators[year.second_instrument.pk] = city.operators[year.first_instrument.pk]
    for instrument in (year.first_instrument, year.second_instrument):
        city.log(instrument, august, payer=year.client, external=True, amount=1000)
    steps.through("check")
    finding = Finding.objects.get(organization=year.first)
    rename()
    pages = [f"{reverse('findings', args=[YEAR])}?export=csv", reverse("finding", args=[finding.public_id])]
    shown(login(city.officer), pages, "云屏大学", "云屏材料研究所")


def test_pages_of_objections_name_units_as_frozen(login, steps, year, rename, clock):
    steps.through("announce")
    clock.set(AFTER + 4 * DAY)
    objection = Objections(steps).raise_one(about=year.first.public_id)
    rename()
    pages = [
        reverse("objection", args=[objection.public_id]),
        reverse("objection_status", args=[sign_objection(objection)]),
    ]
    shown(login(year.city.officer), pages, "云屏大学")


def test_pages_of_inspections_name_units_as_frozen(login, steps, year, rename, clock):
    steps.through("check")
    draws = Draws(steps, Organization.objects.get(kind="bureau"))
    draw = draws.announce(over=DrawnFrom.ENTRIES, size=1)
    draws.make()
    clock.set(draws.drawn)
    inspection = RandomInspection.objects.select_related("organization", "instrument").get()
    names = inspection.organization.name_zh, inspection.instrument.name_zh
    rename()
    pages = [
        reverse("draw", args=[draw.public_id]),
        reverse("draws", args=[YEAR]),
        reverse("inspection", args=[inspection.public_id]),
    ]
    shown(login(year.city.officer), pages, *names)


def test_pages_of_payments_name_units_as_sealed(login, steps, year, rename, clock):
    report, now = steps.through("send"), AFTER + timedelta(days=17)
    clock.set(now)
    for unit, number in ((year.first, "6222020000001234"), (year.second, "6222020000005678")):
        steps.city.account(unit, number)
    finance = {"actor": steps.city.finance, "now": now}
    report_accept(report_id=report.pk, **finance)
    first, second = Award.objects.filter(amount_yuan__gt=0).order_by("-amount_yuan")
    paid = {"amount_yuan": first.amount_yuan, "paid_date": now.date(), "voucher": "ZF-1"}
    payment = payment_record(report_id=report.pk, award_id=first.pk, **paid, **finance)
    back = {"reversed_date": now.date(), "voucher": "CH-1", "reason": "户名不符"}
    payment_reverse(payment_id=payment.pk, **back, **finance)
    batch = batch_make(report_id=report.pk, awards=[first.public_id, second.public_id], **finance)
    rename()
    client = login(steps.city.finance)
    shown(client, [reverse("report", args=[report.public_id])], "云屏大学", "退回的款项")
    names = "云屏大学", "云屏材料研究所"
    shown(client, [reverse("batch", args=[report.public_id, batch.public_id])], *names)
