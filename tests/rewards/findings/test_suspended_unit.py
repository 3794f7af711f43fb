"""A unit that is suspended may do nothing: it is not late for having answered nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.services import organization_reinstate, organization_suspend
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import Forbidden
from rewards.assessment.services.recomputing import find_differences
from rewards.findings.domain.states import FindingState
from rewards.findings.models import Finding
from rewards.findings.selectors.findings import list_rulings
from rewards.findings.services.deciding import finding_answer, finding_decide
from rewards.findings.services.telling import DECIDED
from tests import factories
from tests.rewards.builders import AFTER, YEAR, local
from tests.rewards.conftest import DAY

pytestmark = pytest.mark.django_db
OVER = AFTER + 40 * DAY
"""The ten working days are over."""


@pytest.fixture
def finding(steps, year):
    late = local(YEAR, 12, 31, 8)
    year.city.log(year.first_instrument, late, payer=year.client, external=True, amount=1000)
    steps.through("check")
    return Finding.objects.get()


def uphold(finding, steps):
    facts = {"finding_id": finding.pk, "uphold": True, "reason": "属实", "now": OVER}
    return finding_decide(actor=steps.city.auditor, **facts)


def suspend(year, at):
    facts = {"organization_id": year.first.pk, "reason": "核查资质", "now": at}
    organization_suspend(actor=year.city.officer, **facts)


def reinstate(year, at):
    organization_reinstate(actor=year.city.officer, organization_id=year.first.pk, now=at)


@pytest.mark.parametrize(
    ("suspended", "reinstated"),
    [
        pytest.param(AFTER - DAY, None, id="all the time"),
        pytest.param(AFTER - DAY, AFTER + 3 * DAY, id="at first"),
        pytest.param(AFTER + 5 * DAY, AFTER + 6 * DAY, id="in between"),
        pytest.param(AFTER + 5 * DAY, None, id="to the end"),
    ],
)
def test_a_unit_that_was_suspended_before_its_last_day_ended_is_not_late(
    finding, steps, year, suspended, reinstated
):
    suspend(year, suspended)
    if reinstated:
        reinstate(year, reinstated)
    assert [ruling.overdue for ruling in list_rulings(steps.cycle)] == [False]
    assert uphold(finding, steps).overdue is False


@pytest.mark.parametrize(
    ("suspended", "reinstated"),
    [
        pytest.param(None, None, id="never"),
        pytest.param(AFTER - 9 * DAY, AFTER - DAY, id="before"),
        pytest.param(AFTER + 30 * DAY, None, id="afterwards"),
    ],
)
def test_a_unit_that_could_have_answered_all_the_time_is_late(finding, steps, year, suspended, reinstated):
    if suspended:
        suspend(year, suspended)
    if reinstated:
        reinstate(year, reinstated)
    assert [ruling.overdue for ruling in list_rulings(steps.cycle)] == [True]
    assert uphold(finding, steps).overdue is True


def test_who_manages_a_suspended_unit_learns_of_the_decision(finding, steps, year):
    manager = factories.member(year.first, Role.UNIT_MANAGER)
    suspend(year, AFTER)
    decided = uphold(finding, steps)
    told = Notification.objects.get(user=manager, message=DECIDED[FindingState.UPHELD])
    assert told.params["number"] == decided.decision_number
    assert told.path == reverse("organization", args=[year.first.public_id])


def test_a_unit_that_is_suspended_after_scoring_changes_no_stake_that_was_computed(finding, steps, year):
    cycle = steps.score()
    suspend(year, AFTER + 5 * DAY)
    assert find_differences(cycle) == []


def test_who_decides_reads_that_the_unit_could_not_answer(finding, steps, year, clock, client):
    def warnings():
        clock.set(OVER)
        client.force_login(steps.city.auditor)
        one = client.get(reverse("finding", args=[finding.public_id])).content.decode()
        every = client.get(reverse("findings", args=[YEAR])).content.decode()
        return "无法在线答复" in one, "请以其他方式听取意见" in every

    assert warnings() == (False, False)
    suspend(year, AFTER + 5 * DAY)
    assert warnings() == (True, True)
    reinstate(year, AFTER + 6 * DAY)
    finding_answer(actor=year.manager, finding_id=finding.pk, answer="说明", now=AFTER + 7 * DAY)
    assert warnings() == (False, False)


def test_a_suspended_unit_can_answer_nothing(finding, year):
    suspend(year, AFTER + DAY + timedelta(hours=1))
    with pytest.raises(Forbidden):
        finding_answer(actor=year.manager, finding_id=finding.pk, answer="说明", now=AFTER + 2 * DAY)
