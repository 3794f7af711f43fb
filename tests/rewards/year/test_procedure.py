"""Who does what in a year: drafts, three people, falsification by two, and what units are told."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import User
from instrument_share.journal.guards import guards_lifted
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import Forbidden, Invalid
from rewards.assessment.domain.errors import NoticeContactMissing
from rewards.assessment.models import Award
from rewards.assessment.services.notice import cycle_announce
from rewards.cycle.domain.errors import ApprovedByAnnouncer, TookPart
from rewards.findings.domain.errors import (
    AnswerAwaited,
    FalsificationDecided,
    FalsificationOfProposer,
    FalsificationsOpen,
    FalsificationStands,
    FindingNotUpheld,
)
from rewards.findings.models import Falsification, Finding
from rewards.findings.services.deciding import finding_decide
from rewards.findings.services.falsification import (
    falsification_answer,
    falsification_decide,
    falsification_propose,
)
from rewards.payments.services.payments import payment_record
from rewards.policy.domain.errors import PolicyIsDraft
from rewards.policy.models import RewardPolicy
from rewards.report.models import FinanceReport
from rewards.report.services.answers import report_accept, report_return
from rewards.report.services.reports import report_send
from tests.rewards.builders import AFTER, CONTACT, POLICY, YEAR, local
from tests.rewards.conftest import DAY, Steps

pytestmark = pytest.mark.usefixtures("without_paper")

DRAFT = 'version = "0"\ndraft = true\ndraft_notice_zh = "本办法为草案。"'
LATER = AFTER + 2 * DAY


def test_a_draft_is_scored_and_announced_but_not_approved(year):
    steps = Steps(year, policy=POLICY.replace('version = "1"', DRAFT))
    assert steps.through("announce").state == "noticed"
    with pytest.raises(PolicyIsDraft) as refused:
        steps.approve()
    assert refused.value.code == "reward.policy_draft"
    assert steps.cycle.state == "noticed"


def set_draft(is_draft):
    """Make the year's policy a draft or none, as of a year that was approved before the rule."""
    with guards_lifted():
        RewardPolicy.objects.update(is_draft=is_draft)


def test_by_a_draft_nothing_is_sent_and_nothing_is_paid(steps):
    steps.through("approve")
    set_draft(True)
    with pytest.raises(PolicyIsDraft):
        steps.send()
    set_draft(False)
    report = steps.send()
    report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)
    set_draft(True)
    with pytest.raises(PolicyIsDraft):
        pay(steps, report)


def pay(steps, report, actor=None):
    award = Award.objects.order_by("-amount_yuan").select_related("assessment__organization").first()
    steps.city.account(award.assessment.organization)
    return payment_record(
        actor=actor or steps.city.finance,
        report_id=report.pk,
        award_id=award.pk,
        amount_yuan=award.amount_yuan,
        paid_date=date(2026, 1, 22),
        voucher="ZF-1",
        now=AFTER + 17 * DAY,
    )


def test_who_announced_the_results_does_not_approve_them(steps):
    steps.through("announce")
    reviewer, steps.city.reviewer = steps.city.reviewer, steps.city.officer
    with pytest.raises(ApprovedByAnnouncer) as refused:
        steps.approve()
    assert refused.value.code == "reward.approved_by_announcer"
    steps.city.reviewer = reviewer
    assert steps.approve().approved_by == reviewer


@pytest.mark.parametrize("who", ["officer", "reviewer", "sender"])
def test_who_took_part_in_the_results_neither_answers_nor_pays(steps, who):
    bureau = steps.city.officer.memberships.get().organization
    steps.city.sender = steps.city.person("报送人", bureau, Role.BUREAU_OFFICER)
    steps.through("approve")
    steps.look_through(AFTER + 15 * DAY)
    report = report_send(actor=steps.city.sender, cycle_id=steps.id, now=AFTER + 15 * DAY)
    treasury = steps.city.finance.memberships.get().organization
    actor = getattr(steps.city, who)
    actor.memberships.create(
        organization=treasury, role=Role.FINANCE_OFFICER.value, state="active", created_at=AFTER
    )
    actor = User.objects.get(pk=actor.pk)
    now = AFTER + 16 * DAY
    for refused in (
        lambda: report_accept(actor=actor, report_id=report.pk, now=now),
        lambda: report_return(actor=actor, report_id=report.pk, reason="缺附件", now=now),
    ):
        with pytest.raises(TookPart):
            refused()
    report_accept(actor=steps.city.finance, report_id=report.pk, now=now)
    with pytest.raises(TookPart):
        pay(steps, report, actor=actor)


@pytest.mark.parametrize("missing", CONTACT)
def test_a_notice_names_a_person_a_telephone_and_an_address(steps, missing):
    steps.through("score")
    facts = {"actor": steps.city.officer, "cycle_id": steps.id, "now": AFTER + 3 * DAY}
    with pytest.raises(NoticeContactMissing):
        cycle_announce(**{**CONTACT, missing: " "}, **facts)
    assert cycle_announce(**CONTACT, **facts).notice_phone == CONTACT["phone"]


def test_a_notice_names_a_telephone_that_can_be_dialled(steps):
    steps.through("score")
    facts = {"actor": steps.city.officer, "cycle_id": steps.id, "now": AFTER + 3 * DAY}
    with pytest.raises(Invalid) as refused:
        cycle_announce(**{**CONTACT, "phone": "abc"}, **facts)
    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == ("reward.notice_phone_invalid", "phone")
    assert (steps.cycle.state, steps.cycle.notice_phone) == ("scored", "")


@pytest.fixture
def upheld(steps, year):
    """An overlap, answered and upheld."""
    steps.city.log(year.first_instrument, local(YEAR, 1, 2, 9), payer=year.client, external=True, amount=1000)
    steps.through("check")
    finding = Finding.objects.get()
    steps.city.answer(finding, LATER)
    return finding_decide(
        actor=steps.city.auditor,
        finding_id=finding.pk,
        uphold=True,
        invalidated_logs=finding.logs[1:],
        reason="重复登记",
        now=LATER,
    )


def propose(steps, finding, now=LATER):
    return falsification_propose(
        actor=steps.city.auditor, finding_id=finding.pk, reason="签名系代签", question="谁签的名？", now=now
    )


def settle(actor, finding, now=LATER, *, confirm=True):
    return falsification_decide(actor=actor, finding_id=finding.pk, confirm=confirm, reason="经核实", now=now)


def reply(year, finding, now=LATER):
    return falsification_answer(actor=year.manager, finding_id=finding.pk, answer="值班人员代签", now=now)


def test_a_proposed_falsification_counts_when_another_person_has_confirmed_it(steps, year, upheld):
    propose(steps, upheld)
    assert not Finding.objects.get().falsified
    with pytest.raises(Forbidden):
        settle(steps.city.finance, upheld)
    with pytest.raises(FalsificationOfProposer) as refused:
        settle(steps.city.auditor, upheld)
    assert refused.value.code == "reward.falsification_of_proposer"
    with pytest.raises(AnswerAwaited):
        settle(steps.city.officer, upheld)
    reply(year, upheld)
    assert settle(steps.city.officer, upheld).decided_by == steps.city.officer
    finding = Finding.objects.get()
    assert (finding.falsified, finding.decision_number, finding.state) == (True, 2, "upheld")
    assert finding.invalidated_logs == upheld.invalidated_logs


def test_without_an_answer_a_falsification_is_confirmed_after_the_last_day(steps, upheld):
    due = propose(steps, upheld).answer_due_date
    with pytest.raises(AnswerAwaited):
        settle(steps.city.officer, upheld, local(due.year, due.month, due.day, 23, 59))
    after = local(due.year, due.month, due.day) + DAY
    assert settle(steps.city.officer, upheld, after).state == "confirmed"


def test_a_rejected_falsification_changes_nothing_and_a_confirmed_one_can_be_taken_back(steps, year, upheld):
    propose(steps, upheld)
    settle(steps.city.officer, upheld, confirm=False)
    assert (Finding.objects.get().falsified, Finding.objects.get().decision_number) == (False, 1)
    with pytest.raises(FalsificationDecided) as refused:
        settle(steps.city.officer, upheld)
    assert refused.value.params == {"name": steps.city.officer.name, "time": LATER}
    propose(steps, upheld)
    with pytest.raises(FalsificationStands):
        propose(steps, upheld)
    reply(year, upheld)
    settle(steps.city.officer, upheld)
    with pytest.raises(FalsificationDecided):
        reply(year, upheld)
    with pytest.raises(FalsificationStands):
        finding_decide(actor=steps.city.auditor, finding_id=upheld.pk, uphold=False, reason="无误", now=LATER)
    settle(steps.city.reviewer, upheld, confirm=False)
    assert (Finding.objects.get().falsified, Finding.objects.get().decision_number) == (False, 3)
    message, params, _ = told(year.manager)[-1]
    assert message.endswith("is confirmed no longer; your unit is scored again: {reason}")
    assert params["reason"] == "经核实"


def test_only_an_upheld_finding_is_confirmed_as_a_falsification(steps, year):
    steps.city.log(year.first_instrument, local(YEAR, 1, 2, 9), payer=year.client, external=True, amount=1000)
    steps.through("check")
    finding = Finding.objects.get()
    propose(steps, finding)
    reply(year, finding)
    with pytest.raises(FindingNotUpheld):
        settle(steps.city.officer, finding)


def test_a_notice_waits_for_proposed_falsifications(steps, year, upheld):
    propose(steps, upheld)
    steps.score()
    with pytest.raises(FalsificationsOpen) as refused:
        steps.announce()
    assert refused.value.params == {"count": 1}
    settle(steps.city.officer, upheld, confirm=False)
    assert steps.announce().state == "noticed"


def test_the_database_refuses_a_falsification_decided_by_its_proposer(steps, upheld):
    proposed = propose(steps, upheld)
    rows = Falsification.objects.filter(pk=proposed.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(decided_by=proposed.proposed_by)
    for change in (lambda: rows.update(question="另一问题"), lambda: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def told(user):
    """What a person was told, as messages with their parameters."""
    return list(
        Notification.objects.filter(user=user).order_by("id").values_list("message", "params", "path")
    )


def test_a_unit_is_told_once_of_what_a_run_found(steps, year):
    for day in (2, 3):
        start = local(YEAR, 1, day, 9)
        steps.city.log(year.first_instrument, start, payer=year.client, external=True, amount=1000)
    steps.through("check")
    ((message, params, path),) = told(year.manager)
    assert message.startswith("The check of {year} has questions")
    assert params == {"year": YEAR, "count": 2, "due": {"date": "2026-01-20"}}
    assert path == f"/bureau/cycles/{YEAR}/findings/?state=open"
    steps.check()
    assert len(told(year.manager)) == 1


def test_a_unit_is_told_of_decisions_scores_notice_approval_report_and_payment(steps, year, upheld):
    propose(steps, upheld)
    settle(steps.city.officer, upheld, confirm=False)
    steps.score()
    steps.announce()
    steps.approve()
    report = steps.send()
    report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)
    pay(steps, report)
    beginnings = [message.split("{")[0].strip() for message, _, _ in told(year.manager)]
    assert beginnings == [
        "The check of",
        "The finding on",
        "An auditor takes a finding on",
        "The proposed falsification on",
        "The results of",
        "The results of",
        "The report of",
        "",  # “{unit} has named a receiving account”
        "The receiving account of",
        "The Finance Bureau paid the award of",
    ]
    announced, paid = told(year.manager)[4][1], told(year.manager)[-1][1]
    assert (announced["score"], announced["amount"], paid["amount"]) == ("100.00", "91,933.00", "91,933.00")
    assert FinanceReport.objects.count() == 1


def test_finance_and_bureau_are_led_to_what_they_are_told_of(steps):
    report = steps.through("send")
    ((message, params, path),) = told(steps.city.finance)
    assert message.startswith("The report of {year} has arrived")
    assert (params["total"], path) == ("100,000.00", f"/finance/reports/{report.public_id}/")
    report_accept(actor=steps.city.finance, report_id=report.pk, now=AFTER + 16 * DAY)
    message, _, path = told(steps.city.officer)[-1]
    assert message.startswith("The Finance Bureau accepted")
    assert path == f"/bureau/cycles/{YEAR}/"


def test_a_running_notice_is_linked_from_home_until_it_ends(steps, client, clock):
    steps.through("announce")
    for now, linked in ((AFTER + 4 * DAY, True), (AFTER + 12 * DAY, False)):
        clock.set(now + timedelta(hours=1))
        page = client.get("/").content.decode()
        assert (f'href="/openness/results/{YEAR}/"' in page) is linked
    shown = client.get(f"/openness/results/{YEAR}/").content.decode()
    assert all(each in shown for each in CONTACT.values())
