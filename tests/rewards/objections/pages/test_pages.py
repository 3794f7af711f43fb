"""Pages of objections: anybody objects, the bureau answers, the public reads what may be read."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from instrument_share.accounts.domain import Role
from rewards.objections.domain.choices import InNameOf
from rewards.objections.models import Objection, ObjectionAnswer
from rewards.objections.services.objections import Objector, objection_comment
from rewards.objections.views import public
from tests.rewards.builders import YEAR
from tests.rewards.objections.conftest import ANSWERED, RAISED, decide_in_notice, objections  # noqa: F401 (fixture)
from tests.rewards.reading import text_of

TYPED = {
    "in_name_of": "person",
    "name": "张三",
    "email": "zhang@example.org",
    "subject": "有效机时少计",
    "text": "十二月的机时未计入。",
}
NEW = reverse("objection_new", args=[YEAR])
LIST = reverse("objections", args=[YEAR])


@pytest.fixture
def noticed(objections, clock):  # noqa: F811
    clock.set(RAISED)
    return objections


def test_a_visitor_objects_and_follows_the_link_of_the_mail(noticed, client, year):
    result = client.get(reverse("result", args=[YEAR]))
    assert NEW in result.content.decode()
    typed = {**TYPED, "about": year.first.public_id, "documents": [SimpleUploadedFile("证明.pdf", b"%PDF-")]}
    answer = client.post(NEW, typed)
    assert answer.status_code == 302
    (address,) = re.findall(r"https?://[^/]+(/openness/objections/\S+)", mail.outbox[0].body)
    for link in (answer["Location"], address):
        page = text_of(client.get(link))
        assert "十二月的机时未计入" in page
        assert "证明.pdf" in page


def test_the_public_reads_subject_and_answer_only_once_it_is_answered(noticed, client):
    noticed.raise_one()
    before = text_of(client.get(LIST))
    assert "张**" in before
    assert "有效机时少计" not in before
    noticed.answer()
    after = text_of(client.get(LIST))
    assert "有效机时少计" in after
    assert "经复核" in after
    for hidden in ("张三", "zhang@example.org", "十二月的机时未计入。"):
        assert hidden not in before + after


def test_desk_of_the_bureau_says_in_the_notice_what_is_to_be_answered(noticed, login):
    noticed.raise_one()
    officer = login(noticed.city.officer)
    desk = officer.get(reverse("bureau"))
    assert "1 件异议待答复" in text_of(desk)
    assert f'href="{LIST}"' in desk.content.decode()
    noticed.answer()
    assert "异议待答复" not in text_of(officer.get(reverse("bureau")))


def test_public_and_unit_read_the_name_of_an_organization_with_the_answer_alone(noticed, login, client, year):
    named = Objector("张三", "zhang@example.org", InNameOf.ORGANIZATION, "云屏某某分析测试协会")
    objection = noticed.raise_one(objector=named, about=year.first.public_id)
    before = text_of(client.get(LIST))
    assert ("某单位" in before, "云屏某某分析测试协会" in before, "张" in before) == (True, False, False)
    page = reverse("objection", args=[objection.public_id])
    assert "云屏某某分析测试协会" not in text_of(login(year.manager).get(page))
    noticed.answer()
    assert "云屏某某分析测试协会" in text_of(client.get(page))
    client.logout()
    after = text_of(client.get(LIST))
    assert ("某单位" in after, "云屏某某分析测试协会" in after, "张" in after) == (False, True, False)


def test_who_is_logged_in_finds_name_and_address_filled_in(noticed, login):
    officer = noticed.city.officer
    officer.email = "officer@example.org"
    officer.save()
    form = login(officer).get(NEW).context["form"]
    assert form["email"].value() == "officer@example.org"


def test_what_is_missing_is_told_and_what_was_typed_stays(noticed, client):
    answer = client.post(NEW, {**TYPED, "in_name_of": "organization", "subject": ""})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"organization_name", "subject"}
    assert answer.context["form"]["text"].value() == TYPED["text"]
    wrong = client.post(NEW, {**TYPED, "documents": [SimpleUploadedFile("a.exe", b"MZ")]})
    assert wrong.status_code == 422
    assert "documents" in wrong.context["form"].errors


def test_one_address_objects_so_often_and_no_more(noticed, client, monkeypatch):
    monkeypatch.setattr(public, "LIMITS", {"objection": "2/h/ip"})
    for number in range(2):
        assert client.post(NEW, {**TYPED, "text": f"第{number}件"}).status_code == 302
    third = client.post(NEW, {**TYPED, "text": "又一件"})
    assert third.status_code == 429
    assert "您所在网络一小时内提交的异议过多，请稍后再提交。" in text_of(third)
    assert third.context["form"]["text"].value() == "又一件"
    assert Objection.objects.count() == 2


def test_after_the_notice_no_form_is_offered(noticed, client, clock):
    clock.set(ANSWERED.replace(day=20))
    assert client.get(NEW).status_code == 404
    assert NEW not in client.get(LIST).content.decode()
    assert NEW not in client.get(reverse("result", args=[YEAR])).content.decode()


def test_an_objection_sent_after_the_notice_is_refused_and_what_was_typed_stays(noticed, client, clock):
    clock.set(ANSWERED.replace(day=20))
    late = client.post(NEW, TYPED)
    assert late.status_code == 422
    assert "异议应在公示期内提出（含首日和末日）。" in text_of(late)
    assert late.context["form"]["text"].value() == TYPED["text"]
    assert not Objection.objects.exists()


def test_a_comment_that_came_meanwhile_is_read_before_the_answer(noticed, login, clock, year):
    objection = noticed.raise_one(about=year.first.public_id)
    clock.set(ANSWERED)
    officer, address = login(noticed.city.officer), reverse("objection", args=[objection.public_id])
    opened = officer.get(address).context["read_at"]
    clock.set(ANSWERED + timedelta(minutes=5))
    facts = {"objection_id": objection.pk, "text": "已核对原始记录。", "now": ANSWERED + timedelta(minutes=5)}
    objection_comment(actor=year.manager, **facts)
    typed = {"effect": "not_upheld", "text": "经复核无误。"}
    answer = reverse("objection_answer", args=[objection.public_id])
    page = officer.post(answer, typed | {"read_at": opened})
    assert page.status_code == 422
    assert "已核对原始记录。" in text_of(page)
    assert officer.post(answer, typed | {"read_at": page.context["read_at"]}).status_code == 302


def test_the_unit_comments_without_learning_who_objected_and_the_officer_answers(noticed, login, clock, year):
    objection = noticed.raise_one(about=year.first.public_id)
    address = reverse("objection", args=[objection.public_id])
    clock.set(ANSWERED)
    manager = login(year.manager)
    page = text_of(manager.get(address))
    assert "张**" in page
    assert "zhang@example.org" not in page
    manager.post(reverse("objection_comment", args=[objection.public_id]), {"text": "已核对原始记录。"})
    officer = login(noticed.city.officer)
    page = text_of(officer.get(address))
    assert "zhang@example.org" in page
    assert "已核对原始记录。" in page
    assert "列为核查问题的，单位有 10 个工作日说明，再由核查人员作出决定。" in page
    assert "须在年度页面重新评分；重新评分时公示终止，须重新公示。" in page
    typed = {"effect": "finding", "text": "十二月确有三条记录未确认。"}
    answer = officer.post(reverse("objection_answer", args=[objection.public_id]), typed)
    assert answer.status_code == 302
    finding = ObjectionAnswer.objects.get().finding
    assert reverse("finding", args=[finding.public_id]) in officer.get(address).content.decode()
    shown = text_of(officer.get(reverse("finding", args=[finding.public_id])))
    assert "公示期异议反映的问题" in shown
    assert objection.public_id in shown


def test_who_is_kept_from_answering_reads_why(noticed, login, clock, year):
    clock.set(ANSWERED)
    about, own = noticed.raise_one(about=year.first.public_id), noticed.raise_one(actor=noticed.city.officer)
    bound, raised = (
        "您属于该机构，或离开未满三年，应当回避：请由他人决定。",
        "该异议由您提出，须由其他工作人员答复。",
    )

    def shown(person, objection):
        page = login(person).get(reverse("objection", args=[objection.public_id]))
        return bound in text_of(page), raised in text_of(page), page.context["answer_form"] is not None

    noticed.city.give(noticed.city.reviewer, year.first, Role.RESEARCHER)
    assert shown(noticed.city.reviewer, about) == (True, False, False)
    assert shown(noticed.city.officer, about) == (False, False, True)
    assert shown(noticed.city.officer, own) == (False, True, False)
    assert shown(noticed.city.reviewer, own) == (False, False, True)


def test_who_answers_after_a_colleague_is_led_to_the_answer_that_stands(noticed, login, clock):
    objection = noticed.raise_one()
    clock.set(ANSWERED)
    noticed.answer(objection)
    typed = {"effect": "not_upheld", "text": "另一答复"}
    address = reverse("objection_answer", args=[objection.public_id])
    page = login(noticed.city.reviewer).post(address, typed, follow=True)
    assert page.redirect_chain == [(reverse("objection", args=[objection.public_id]), 302)]
    assert page.context["answer_form"] is None
    assert "该异议已答复" in text_of(page)
    assert "经复核，十二月机时均已计入。" in text_of(page)


def test_a_refused_answer_keeps_what_was_typed(noticed, login, clock):
    objection = noticed.raise_one()
    clock.set(ANSWERED)
    officer = login(noticed.city.officer)
    address = reverse("objection_answer", args=[objection.public_id])
    assert officer.post(address, {"effect": "finding", "text": "有问题"}).status_code == 422
    assert not ObjectionAnswer.objects.exists()


def test_the_year_leads_to_open_objections(noticed, login, clock):
    noticed.raise_one()
    clock.set(ANSWERED.replace(day=20))
    page = login(noticed.city.officer).get(reverse("cycle", args=[YEAR]))
    assert page.context["primary"][1] == LIST
    assert "还有 1 件异议待答复" in text_of(page)


def test_the_confirmation_of_scoring_again_says_whom_it_tells(steps, year, login, clock):
    decide_in_notice(steps, year)
    clock.set(ANSWERED)
    shown = text_of(login(steps.city.officer).get(reverse("cycle_step", args=[YEAR, "score"])))
    assert "当前公示即告终止，须重新公示，并将通知各单位。" in shown
    assert "系统将以邮件通知 2 件异议的异议人，异议人可对新结果再次提出异议。" in shown
