"""Objections: by anybody while the notice runs, answered once, before the results are approved."""

from datetime import timedelta
from email.utils import parseaddr

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from instrument_share.accounts.domain import Role
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, IllegalMove, Invalid, NotFound
from instrument_share.web.responses import problem
from rewards.assessment.services.notice import cycle_announce
from rewards.declarations.domain.errors import OwnUnit
from rewards.findings.domain.states import FindingState
from rewards.findings.models import Finding
from rewards.findings.services import telling
from rewards.findings.services.deciding import finding_decide
from rewards.findings.services.opening import finding_open
from rewards.objections.domain.choices import AnswerEffect, InNameOf
from rewards.objections.domain.errors import (
    AnsweredAlready,
    FilesTooMany,
    FindingNeedsUnit,
    NoFindingDecided,
    NotInNotice,
    ObjectionNotScored,
    ObjectionsOpen,
    OwnObjection,
    TextMissing,
    UnitUnknown,
)
from rewards.objections.models import Objection, ObjectionFile
from rewards.objections.selectors.objections import (
    get_objection,
    get_signed,
    list_effects,
    sign_objection,
    unkept_promises,
)
from rewards.objections.services.objections import Objector, objection_comment
from rewards.policy.selectors import get_policy_rules
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.letter import build_finance_letter
from rewards.report.selectors.told import find_untold_changes
from rewards.year.selectors import get_cycle_ahead
from tests.rewards.builders import AFTER, CONTACT, YEAR
from tests.rewards.conftest import DAY
from tests.rewards.objections.conftest import ANSWERED, RAISED, linked_in

pytestmark = pytest.mark.django_db


def test_anybody_objects_while_the_notice_runs(objections, year):
    objection = objections.raise_one(about=year.first.public_id)
    assert (objection.number, objection.user, objection.organization) == (1, None, year.first)
    assert AuditEntry.objects.get(action="objection.raised").actor is None
    told = Notification.objects.filter(path=f"/bureau/objections/{objection.public_id}/")
    assert {each.user for each in told} == {
        objections.city.officer,
        objections.city.reviewer,
        year.manager,
    }
    assert mail.outbox[0].to == ["zhang@example.org"]
    assert linked_in(mail.outbox[0]) == objection


def test_the_last_day_of_the_notice_counts_whole_and_the_next_not(objections):
    ends = objections.steps.cycle.notice_ends_date
    last = RAISED.replace(year=ends.year, month=ends.month, day=ends.day, hour=15, minute=59)
    objections.raise_one(now=last)
    with pytest.raises(NotInNotice):
        objections.raise_one(now=last + timedelta(minutes=1), text="另一件")


def test_nobody_objects_before_the_notice(steps):
    from tests.rewards.objections.conftest import Objections

    steps.through("score")
    with pytest.raises(NotInNotice):
        Objections(steps).raise_one()


def test_what_an_objection_needs(objections, year):
    refused = [
        (TextMissing, {"subject": " "}),
        (TextMissing, {"text": ""}),
        (TextMissing, {"objector": Objector("", "a@example.org")}),
        (TextMissing, {"objector": Objector("甲", "a@example.org", InNameOf.ORGANIZATION)}),
        (UnitUnknown, {"about": year.client.public_id}),
        (Invalid, {"objector": Objector("甲", "a@example.org", phone="abc")}),
        (Invalid, {"uploads": [ContentFile(b"MZ", "a.exe")]}),
        (FilesTooMany, {"uploads": [ContentFile(f"%PDF-{n}".encode(), f"{n}.pdf") for n in range(6)]}),
    ]
    for error, values in refused:
        with pytest.raises(error):
            objections.raise_one(**values)
    assert not Objection.objects.exists()


def test_the_same_objection_sent_twice_is_one(objections):
    first = objections.raise_one(uploads=[ContentFile(b"%PDF-", "证明.pdf")])
    assert objections.raise_one(uploads=[ContentFile(b"%PDF-", "证明（1）.pdf")]) == first
    assert len(mail.outbox) == 1
    assert ObjectionFile.objects.get().file.name.startswith("objections/")


def test_a_corrected_objection_is_a_new_one(objections, year):
    first = objections.raise_one(uploads=[ContentFile(b"%PDF-", "证明.pdf")])
    corrections = [
        {"about": year.first.public_id},
        {"subject": "有效机时少计两小时"},
        {"text": "另一件"},
        {"objector": Objector("张三", "zhang@example.com")},
        {"uploads": []},
        {"uploads": [ContentFile(b"%PDF-2", "证明.pdf")]},
    ]
    for number, corrected in enumerate(corrections, start=2):
        uploads = [ContentFile(b"%PDF-", "证明.pdf")]
        assert objections.raise_one(**{"uploads": uploads, **corrected}).number == number
    assert objections.raise_one(uploads=[ContentFile(b"%PDF-", "证明.pdf")]) == first
    assert len(mail.outbox) == 7


def test_approval_waits_for_every_answer(objections, year):
    objections.raise_one()
    after = AFTER + 14 * DAY
    ahead = get_cycle_ahead(objections.city.officer, YEAR, after)
    assert (ahead.step.move, ahead.step.waits_for, ahead.open_objections) == ("", "objections", 1)
    with pytest.raises(ObjectionsOpen) as refused:
        objections.steps.approve()
    assert refused.value.code == "reward.objections_open"
    objections.answer()
    assert get_cycle_ahead(objections.city.officer, YEAR, after).step.move == "approve"
    objections.steps.approve()


def test_an_answer_is_given_once_and_reaches_who_objected(objections, year):
    objection = objections.raise_one(about=year.first.public_id, language="en")
    answer = objections.answer()
    assert objections.answer() == answer  # the same again
    with pytest.raises(AnsweredAlready):
        objections.answer(text="另一答复")
    assert len(mail.outbox) == 2
    assert "经复核" in mail.outbox[1].body
    assert mail.outbox[1].body.endswith(
        "\n\n-- \nYunping Research Instrument Sharing\n"
        "This mail was sent automatically; please do not reply.\n"
    )
    assert parseaddr(mail.outbox[1].from_email)[0] == "Yunping Research Instrument Sharing"
    assert mail.outbox[1].subject == f"Answer to objection no. 1 to the results of {YEAR}"
    assert "is answered" in Notification.objects.filter(user=year.manager).latest("id").message
    assert get_signed(sign_objection(objection)).answer == answer


def test_only_an_officer_answers_and_only_the_unit_comments(objections, year):
    objection = objections.raise_one(about=year.first.public_id)
    with pytest.raises(Forbidden):
        objections.answer(actor=objections.city.auditor)
    comment = {"objection_id": objection.pk, "text": "属实", "now": ANSWERED}
    with pytest.raises(Forbidden):
        objection_comment(actor=objections.city.officer, **comment)
    objection_comment(actor=year.manager, **comment)
    told = Notification.objects.filter(user=objections.city.officer).latest("id")
    assert told.message == "The unit has commented on objection no. {number} to the results of {year}."
    objections.answer()
    with pytest.raises(IllegalMove):
        objection_comment(actor=year.manager, **comment)


def test_an_answer_needs_words_and_a_finding_a_unit(objections):
    objections.raise_one()
    with pytest.raises(TextMissing):
        objections.answer(text=" ")
    with pytest.raises(FindingNeedsUnit):
        objections.answer(effect=AnswerEffect.FINDING)


def test_an_upheld_objection_opens_a_finding_that_hinders_approval(objections, year):
    objection = objections.raise_one(about=year.first.public_id)
    answer = objections.answer(effect=AnswerEffect.FINDING)
    finding = Finding.objects.get()
    assert (answer.finding, finding.kind, finding.organization) == (finding, "objection", year.first)
    assert finding.evidence == {"objection": objection.public_id, "seen": "有效机时少计"}
    assert get_cycle_ahead(objections.city.officer, YEAR, ANSWERED).open_findings == 1
    assert list(find_untold_changes(objections.steps.cycle)) == []
    told = Notification.objects.get(user=year.manager, message=telling.OPENED_BY_PEOPLE)
    assert told.params["year"] == YEAR
    assert told.params["kind"] == {"words": "Raised by an objection during the public notice"}
    assert told.params["due"] == {"date": finding.answer_due_date.isoformat()}
    assert told.path == f"/bureau/findings/{finding.public_id}/"
    finding_decide(
        actor=objections.city.auditor,
        finding_id=finding.pk,
        uphold=False,
        reason="无误",
        now=AFTER + 30 * DAY,
    )
    told = Notification.objects.get(user=year.manager, message=telling.DECIDED[FindingState.DISMISSED])
    for language, words in (
        ("zh-hans", "2025年度“公示期异议反映的问题”的核查问题不予认定（第 1 号决定）：无误"),
        (
            "en",
            "The finding on “Raised by an objection during the public notice” of 2025 is dismissed "
            "(decision no. 1): 无误",
        ),
    ):
        with translation.override(language):
            assert problem.told(told.message, told.params) == words
    assert get_cycle_ahead(objections.city.officer, YEAR, AFTER + 30 * DAY).step.move == "score"


def test_a_promise_to_decide_anew_is_kept_before_approval(objections, year):
    steps, city = objections.steps, objections.city
    found = finding_open(
        cycle=steps.cycle,
        kind="inspection",
        organization_id=year.first.pk,
        instrument_id=None,
        logs=(),
        evidence={},
        actor=city.auditor,
        now=RAISED,
    )
    city.answer(found, RAISED)
    decision = {"actor": city.auditor, "finding_id": found.pk, "uphold": False}
    finding_decide(reason="无误", now=RAISED, **decision)
    steps.score(now=RAISED)
    cycle_announce(actor=city.officer, cycle_id=steps.id, now=RAISED, **CONTACT)
    objections.raise_one(now=RAISED + DAY)
    objections.answer(effect=AnswerEffect.SCORED_ANEW)
    after = ANSWERED + 20 * DAY
    assert get_cycle_ahead(city.officer, YEAR, after).step.waits_for == "anew"
    with pytest.raises(ObjectionNotScored):
        steps.approve(now=after)
    finding_decide(reason="经异议复核，仍无误", now=after, **decision)
    assert get_cycle_ahead(city.officer, YEAR, after).step.move == "score"
    steps.score(now=after)
    assert get_cycle_ahead(city.officer, YEAR, after).step.move == "announce"


def test_a_promise_is_kept_by_a_finding_that_the_objection_can_mean_and_by_no_other(objections, year):
    steps, city = objections.steps, objections.city

    def decide(finding, now):
        if finding.answered_at is None:
            city.answer(finding, now)
            finding.refresh_from_db()
        finding_decide(actor=city.auditor, finding_id=finding.pk, uphold=False, reason=f"{now:%d}", now=now)

    of_first, of_second = (
        finding_open(
            cycle=steps.cycle,
            kind="inspection",
            organization_id=unit.pk,
            instrument_id=None,
            logs=(),
            evidence={"seen": unit.name_zh},
            actor=city.auditor,
            now=RAISED,
        )
        for unit in (year.first, year.second)
    )
    decide(of_first, RAISED)
    decide(of_second, RAISED)
    steps.score(now=RAISED)
    cycle_announce(actor=city.officer, cycle_id=steps.id, now=RAISED, **CONTACT)
    about_first = objections.raise_one(about=year.first.public_id, now=RAISED + DAY)
    other = objections.raise_one(about=year.first.public_id, text="另一件", now=RAISED + DAY)
    objections.answer(about_first, effect=AnswerEffect.SCORED_ANEW)
    opened = objections.answer(other, effect=AnswerEffect.FINDING).finding
    after = ANSWERED + 20 * DAY
    for finding in (opened, of_second):
        decide(finding, after)
    steps.score(now=after)
    assert list(unkept_promises()) == [about_first]
    decide(of_first, after + DAY)
    steps.score(now=after + DAY)
    assert list(unkept_promises()) == []


def test_no_answer_promises_findings_decided_anew_in_a_year_without_any(objections, year):
    """Nothing could keep the promise, and nothing else lets the year be approved."""
    about = objections.raise_one(about=year.first.public_id)
    objection = objections.raise_one(text="另一件")
    assert list_effects(objection) == [AnswerEffect.NOT_UPHELD, AnswerEffect.CLARIFIED]
    with pytest.raises(NoFindingDecided):
        objections.answer(objection, effect=AnswerEffect.SCORED_ANEW)
    objections.answer(about, effect=AnswerEffect.FINDING)
    with pytest.raises(NoFindingDecided):  # its first decision is none anew
        objections.answer(objection, effect=AnswerEffect.SCORED_ANEW)


def test_the_unit_and_no_other_sees_an_objection_about_it(objections, year):
    objection = objections.raise_one(about=year.second.public_id)
    with pytest.raises(NotFound):
        get_objection(year.manager, objection.public_id)
    about_first = objections.raise_one(about=year.first.public_id, text="另一件")
    assert get_objection(year.manager, about_first.public_id) == about_first


def test_a_link_that_nobody_signed_leads_nowhere(objections):
    objection = objections.raise_one()
    with pytest.raises(NotFound):
        get_signed(objection.public_id)


CHANGES = {
    "another text": "UPDATE rewards_objection SET text = 'x'",
    "no objection": "DELETE FROM rewards_objection",
    "another file": "UPDATE rewards_objectionfile SET sha256 = 'x'",
    "no comment": "DELETE FROM rewards_objectioncomment",
    "another answer": "UPDATE rewards_objectionanswer SET text = 'x'",
    "no answer": "DELETE FROM rewards_objectionanswer",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_the_database_keeps_what_was_said(objections, year, statement):
    objection = objections.raise_one(about=year.first.public_id, uploads=[ContentFile(b"%PDF-", "证明.pdf")])
    objection_comment(actor=year.manager, objection_id=objection.pk, text="属实", now=ANSWERED)
    objections.answer()
    with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
        connection.cursor().execute(statement)


def test_nothing_is_added_to_an_approved_year(objections):
    objection = objections.raise_one()
    objections.answer()
    objections.steps.approve()
    with pytest.raises(DatabaseError, match="results are approved"), transaction.atomic():
        objection.pk, objection.public_id, objection.number = None, "OBJ-X", 2
        objection.save(force_insert=True)


def letter_of(steps):
    facts = get_report_facts(steps.cycle)
    rules, at = get_policy_rules(steps.cycle.policy), AFTER + 20 * DAY
    letter = build_finance_letter(facts, rules, code="X", url="https://x.example/?code=X", at=at)
    return [str(block) for block in letter.blocks]


def test_the_letter_lists_objections_and_answers_with_names_masked(objections):
    objections.raise_one()
    organization = Objector("李四", "li@example.org", InNameOf.ORGANIZATION, "云屏小微企业有限公司")
    objections.raise_one(objector=organization, text="另一件", subject="收入口径")
    for each in Objection.objects.all():
        objections.answer(each)
    objections.steps.approve(objections="另收到书面异议一件，已答复。")
    text = "\n".join(letter_of(objections.steps))
    assert "收到异议2件，均已答复" in text
    assert "另收到书面异议一件" in text
    assert "('1', '张**', '有效机时少计', '异议不成立。经复核，十二月机时均已计入。')" in text
    assert "云屏小微企业有限公司" in text
    for hidden in ("张三", "李四", "example.org", "未收到异议"):
        assert hidden not in text


def test_the_letter_says_so_where_nobody_objected(objections):
    objections.steps.approve()
    assert "公示期内未收到异议" in "\n".join(letter_of(objections.steps))


def test_an_officer_answers_no_objection_of_his_own_or_to_a_unit_that_he_manages(objections, year):
    city = objections.city
    own = objections.raise_one(actor=city.officer)
    about = objections.raise_one(about=year.first.public_id, text="另一件")
    city.give(city.officer, year.first, Role.UNIT_MANAGER)
    with pytest.raises(OwnObjection):
        objections.answer(own)
    with pytest.raises(OwnUnit):
        objections.answer(about)
    assert objections.answer(own, actor=city.reviewer).objection == own
