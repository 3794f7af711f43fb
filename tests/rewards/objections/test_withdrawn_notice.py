"""Objections to results by a draft, whose public notice the decided policy withdraws."""

import pytest
from django.core import mail
from django.urls import reverse

from instrument_share.journal.models import Notification
from rewards.assessment.services import telling
from rewards.objections.models import Objection
from rewards.report.reports.facts import get_report_facts
from tests.rewards.assessment.test_adopting import DRAFT, adopt
from tests.rewards.builders import AFTER, YEAR
from tests.rewards.conftest import DAY, Steps
from tests.rewards.objections.conftest import ANSWERED, RAISED, Objections, decide_in_notice, linked_in
from tests.rewards.objections.test_objections import letter_of
from tests.rewards.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def objections(year):
    """The results by the draft are in public notice."""
    steps = Steps(year, policy=DRAFT)
    steps.through("announce")
    return Objections(steps)


def announce_anew(steps):
    adopt(steps)
    steps.score(now=AFTER + 5 * DAY)
    steps.announce(now=AFTER + 6 * DAY)


def test_the_letter_tells_objections_of_the_withdrawn_notice_apart(objections):
    steps = objections.steps
    objections.raise_one()
    announce_anew(steps)
    objections.answer()
    steps.approve(now=AFTER + 20 * DAY)
    text = "\n".join(letter_of(steps))
    assert "公示期内未收到异议。" in text
    assert "此前公示已撤回，其间收到异议1件，均已答复。" in text
    assert "('1', '张**', '有效机时少计', '异议不成立。" in text
    assert "本年度评价启动时适用办法草案，2026年1月9日改用正式办法" in text


def test_the_letter_counts_each_objection_in_its_own_notice(objections):
    objections.raise_one()
    announce_anew(objections.steps)
    for text in ("另一件", "又一件"):
        objections.raise_one(text=text, now=ANSWERED)
    for each in Objection.objects.all():
        objections.answer(each)
    objections.steps.approve(now=AFTER + 20 * DAY)
    text = "\n".join(letter_of(objections.steps))
    assert "公示期内通过平台收到异议2件" in text
    assert "其间收到异议1件" in text
    facts = get_report_facts(objections.steps.cycle)
    assert [each.number for each in facts.objections] == [2, 3]
    assert [each.number for each in facts.earlier_objections] == [1]


def test_a_letter_without_a_withdrawn_notice_does_not_speak_of_one(steps):
    steps.through("announce")
    objections = Objections(steps)
    objections.raise_one()
    objections.answer()
    steps.approve()
    text = "\n".join(letter_of(steps))
    assert "公示期内通过平台收到异议1件" in text
    assert "撤回" not in text
    assert "改用" not in text


def test_the_same_objection_in_a_second_notice_is_another(objections):
    first = objections.raise_one()
    announce_anew(objections.steps)
    second = objections.raise_one(now=ANSWERED)
    assert (first.number, second.number) == (1, 2)
    assert objections.raise_one(now=ANSWERED) == second


def test_who_objected_is_told_that_the_notice_is_withdrawn(objections):
    chinese = objections.raise_one()
    english = objections.raise_one(text="The hours are too few.", language="en", now=RAISED)
    objections.answer(chinese)
    mail.outbox.clear()
    adopt(objections.steps)
    in_chinese, in_english = mail.outbox
    assert in_chinese.subject == f"{YEAR}年度评价结果的公示已撤回"
    assert "可再次提出异议" in in_chinese.body
    assert in_english.subject == f"Public notice of the results of {YEAR} withdrawn"
    assert linked_in(in_english) == english


def test_units_and_objectors_are_told_that_the_notice_ends_as_the_units_are_scored_again(steps, year):
    decide_in_notice(steps, year)
    mail.outbox.clear()
    again = ANSWERED + DAY
    assert steps.score(now=again).state == "scored"
    told = Notification.objects.get(created_at=again, user=year.manager)
    assert (told.message, told.params, told.path) == (
        telling.NOTICE_ENDED,
        {"year": YEAR},
        f"/bureau/cycles/{YEAR}/findings/",
    )
    in_chinese, in_english = mail.outbox
    assert in_chinese.subject == f"{YEAR}年度评价结果的公示已撤回"
    assert "已重新评分" in in_chinese.body
    assert "草案" not in in_chinese.body
    assert "the units have been scored again" in in_english.body


def test_the_address_of_a_notice_says_that_it_ended_as_the_units_are_scored_again(steps, year, client):
    decide_in_notice(steps, year)
    steps.score(now=ANSWERED + DAY)
    notice, objections = (reverse(name, args=[YEAR]) for name in ("result", "objections"))
    answer = client.get(notice)
    told = text_of(answer)
    assert f"{YEAR}年度评价结果的公示已于" in told
    assert "各单位已重新评分" in told
    assert "正式办法" not in told
    assert f'href="{objections}"' in answer.content.decode()
    listed = client.get(objections)
    assert f'href="{notice}"' in listed.content.decode()
    assert "公示已撤回；新结果公示后重新受理异议。" in text_of(listed)
    steps.announce(now=ANSWERED + 2 * DAY)
    assert "撤回" not in text_of(client.get(notice))


def test_the_year_leads_to_the_objections_of_an_ended_notice_and_to_why_it_ended(steps, year, client):
    decide_in_notice(steps, year)
    Objections(steps).answer(Objection.objects.get(answer=None))
    steps.score(now=ANSWERED + DAY)
    client.force_login(steps.city.officer)
    page = client.get(reverse("cycle", args=[YEAR])).content.decode()
    assert reverse("objections", args=[YEAR]) in page
    assert reverse("result", args=[YEAR]) + '"' in page


def test_scoring_again_without_another_decision_ends_no_notice_and_tells_nobody(steps):
    steps.through("announce")
    Objections(steps).raise_one()
    mail.outbox.clear()
    assert steps.score(now=ANSWERED).state == "noticed"
    assert (mail.outbox, Notification.objects.filter(created_at=ANSWERED).count()) == ([], 0)
