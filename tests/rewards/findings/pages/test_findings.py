"""What was found: how it is looked through, answered and decided."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from instrument_share.accounts.domain import Role
from instrument_share.accounts.services import organization_reinstate, organization_suspend
from instrument_share.journal.models import AuditEntry
from instrument_share.pages.views import unit_desk
from instrument_share.web import clock as city_clock
from instrument_share.web.text.formats import moment
from rewards.cycle.models import AssessmentCycle
from rewards.findings.domain.causes import FURTHER
from rewards.findings.models import Finding
from rewards.findings.selectors.browsing import count_states, list_facets
from rewards.findings.selectors.findings import findings
from rewards.findings.services.deciding import finding_answer, finding_decide
from rewards.findings.services.opening import finding_open
from rewards.policy.services import policy_load
from tests import factories
from tests.rewards.builders import AFTER, POLICY, YEAR, local
from tests.rewards.reading import text_of


@pytest.fixture
def found(small, clock):
    """One overlap of two logs and one finding of three logs without a booking, checked on 6 January."""
    small.logs += [
        small.city.log(
            small.instrument,
            local(YEAR, 3, day, 8),
            payer=small.client,
            external=True,
            amount=Decimal(1000),
            booked=False,
        )
        for day in (1, 2, 3)
    ]
    small.logs.append(
        small.city.log(
            small.instrument, local(YEAR, 1, 2, 9), payer=small.client, external=True, amount=Decimal(1000)
        )
    )
    small.manager = small.city.person("管理员", small.unit, Role.UNIT_MANAGER)
    small.steps.through("check")
    clock.set(AFTER + timedelta(days=2))
    return small


def finding(kind):
    return Finding.objects.get(kind=kind)


def shown(client, kind):
    return client.get(reverse("finding", args=[finding(kind).public_id]))


def test_every_kind_that_a_finding_shows_is_counted_and_finds_it(found, login):
    overlap = finding("overlap")
    overlap.evidence |= {FURTHER: [{"kind": "amount", "logs": []}, {"kind": "amount", "logs": []}]}
    overlap.save()
    client = login(found.city.officer)

    def listed(kind):
        page = client.get(reverse("findings", args=[YEAR]), {"kind": kind})
        return [row["finding"].kind for row in page.context["rows"]]

    assert {kind: listed(kind) for kind in ("overlap", "amount", "no_booking")} == {
        "overlap": ["overlap"],
        "amount": ["overlap", "no_booking"],
        "no_booking": ["no_booking"],
    }
    facets = list_facets(found.city.officer, AssessmentCycle.objects.get())
    assert facets.kinds == {"overlap": 1, "amount": 2, "no_booking": 1}


def test_the_list_says_that_hours_of_an_upheld_finding_still_count(found, login):
    answered(found)
    client, address = login(found.city.auditor), reverse("findings", args=[YEAR])
    assert "若认定将减少" in text_of(client.get(address))
    for outcome, said in (("all", 0), ("none", 1), ("dismiss", 0)):
        number = finding("no_booking").decision_number or 0
        decide(client, "no_booking", outcome=outcome, reason="属实", seen=number)
        assert text_of(client.get(address)).count("机时仍计入") == said


def test_kinds_are_counted_within_the_state_that_is_chosen(found, login):
    answered(found)
    client = login(found.city.auditor)
    decide(client, "no_booking", outcome="dismiss", reason="临时加测")
    page = client.get(reverse("findings", args=[YEAR]), {"state": "open"})
    counted = dict(page.context["form"].fields["kind"].choices)
    assert (counted["overlap"], counted["no_booking"]) == (
        "同一仪器上两条记录时间重叠（1）",
        "无对应预约记录（0）",
    )


@pytest.mark.parametrize(("address", "times"), [("findings", 1), ("cycle", 0)])
def test_evidence_is_read_for_the_kinds_once_and_for_the_states_never(found, login, address, times):
    client = login(found.city.officer)
    with CaptureQueriesContext(connection) as statements:
        client.get(reverse(address, args=[YEAR]), {"kind": "overlap"})
    assert sum(FURTHER in one["sql"] for one in statements.captured_queries) == times
    seen = findings(found.city.officer, AssessmentCycle.objects.get())
    assert count_states(seen) == {"open": 2}


def test_tabs_count_the_findings_of_the_chosen_kind(found, login):
    client = login(found.city.officer)

    def counted(**chosen):
        page = client.get(reverse("findings", args=[YEAR]), chosen)
        return {str(name): count for name, _address, _is_shown, count in page.context["tabs"]}

    assert counted() == {"全部": 2, "待说明": 2, "待处理": 2, "已认定": 0, "不予认定": 0}
    assert counted(kind="overlap") == {"全部": 1, "待说明": 1, "待处理": 1, "已认定": 0, "不予认定": 0}
    assert counted(kind="overlap", state="upheld") == counted(kind="overlap")
    answered(found)
    answers = counted(kind="no_booking", state="to_answer")
    assert answers == {"全部": 1, "待说明": 0, "待处理": 1, "已认定": 0, "不予认定": 0}


def answered(found):
    """The unit has no objection to anything."""
    for one in Finding.objects.all():
        found.city.answer(one, AFTER + timedelta(days=1))
    return found


def decide(client, kind, **typed):
    return client.post(reverse("finding_decide", args=[finding(kind).public_id]), typed, follow=True)


def post_form(client, page, address, **typed):
    """Send a form as a browser does: with the token and the hidden fields of its page."""
    names = ("form_token", "seen", "read_at")
    found = {name: re.findall(rf'name="{name}" value="([^"]*)"', page.content.decode()) for name in names}
    return client.post(address, {name: values[-1] for name, values in found.items() if values} | typed)


def test_findings_are_looked_through_by_state_kind_and_unit(login, found):
    client = login(found.city.auditor)
    address = reverse("findings", args=[YEAR])

    def kinds(**wanted):
        return [each.kind for each in client.get(address, wanted).context["page"].items]

    assert sorted(kinds()) == ["no_booking", "overlap"]
    assert kinds(kind="overlap") == ["overlap"]
    assert kinds(state="upheld") == []
    assert sorted(kinds(unit=found.unit.public_id)) == ["no_booking", "overlap"]
    assert "没有符合条件的问题" in text_of(client.get(address, {"state": "dismissed"}))
    assert "须于2026年1月20日前说明" in text_of(client.get(address))


def test_units_of_the_filter_stand_by_the_name_that_is_shown(login, found):
    for kind, name, english in (("overlap", "云屏", "Zinc"), ("no_booking", "甲所", "Alpha")):
        unit = factories.organization(name, name_en=english)
        Finding.objects.filter(kind=kind).update(organization=unit)

    def names(language):
        page = login(found.city.auditor).get(
            reverse("findings", args=[YEAR]), headers={"accept-language": language}
        )
        return re.findall(r'<option value="ORG-\w+"[^>]*>\s*(.*?)\s*</option>', page.content.decode())

    assert names("en") == ["Alpha", "Zinc"]
    assert names("zh-hans") == ["云屏", "甲所"]


def test_more_findings_take_no_more_statements(login, found, statements):
    client = login(found.city.auditor)
    one = finding("overlap")

    def more():
        for number in range(12):
            one.pk, one.public_id, one.evidence_hash = None, f"FND-{number:010d}", str(number)
            one.save(force_insert=True)

    statements.assert_unchanged(lambda: client.get(reverse("findings", args=[YEAR])), by=more)


def test_the_evidence_names_the_shared_time_and_leads_to_logs_and_bookings(login, found):
    answer = shown(login(found.city.auditor), "overlap")
    words = text_of(answer)
    assert "自 2025年1月2日 09:00 至 2025年1月2日 18:10 涉及机时（小时） 9.17" in words
    first, later = found.logs[0], found.logs[-1]
    assert f"登记在后、应扣除重叠时间的记录 {later.public_id}" in words
    for log in (first, later):
        assert reverse("usage_log", args=[log.public_id]).encode() in answer.content
        assert reverse("booking", args=[log.booking.public_id]).encode() in answer.content


def test_a_finding_shows_each_kind_of_evidence_in_both_languages(login, found):
    client = login(found.city.auditor)
    words = text_of(shown(client, "no_booking"))
    assert words.count("无对应预约记录 涉及的记录 3") == 1
    assert "金额为0、与报价相差过大或无报价 涉及的记录 3" in words
    listed = text_of(client.get(reverse("findings", args=[YEAR])))
    assert "无对应预约记录 金额为0、与报价相差过大或无报价" in listed
    client.cookies["django_language"] = "en"
    words = text_of(shown(client, "no_booking"))
    assert "The amount is 0, far from the quote, or without a quote Logs involved 3" in words


def test_an_auditor_upholds_a_finding_for_some_of_its_logs(login, found):
    answered(found)
    client = login(found.city.auditor)
    chosen = [log.public_id for log in found.logs[3:5]]
    answer = decide(client, "no_booking", outcome="chosen", logs=chosen, reason="未见预约，也无委托单。")
    decided = finding("no_booking")
    assert f"{decided.public_id} 已作出决定，单位和科技局可见决定及理由。" in text_of(answer)
    assert (decided.state, decided.invalidated_logs, decided.reason) == (
        "upheld",
        sorted(chosen),
        "未见预约，也无委托单。",
    )
    following = finding("overlap").public_id
    assert answer.redirect_chain[-1][0] == reverse("finding", args=[following])
    assert f"本页为下一个待决定的核查问题 {following}。" in text_of(answer)
    assert "予以认定，2 条记录不再计入。" in text_of(shown(client, "no_booking"))


def test_a_page_that_was_open_before_another_decision_writes_over_none(login, found):
    answered(found)
    client = login(found.city.auditor)
    seen = re.findall(r'name="seen" value="(\d+)"', shown(client, "no_booking").content.decode())
    decide(client, "no_booking", outcome="all", reason="未见预约。", seen=seen)
    late = decide(client, "no_booking", outcome="dismiss", reason="无误。", seen=seen)
    assert late.status_code == 409
    assert "在此期间已有人对该问题作出决定（第 1 号）" in text_of(late)
    assert finding("no_booking").state == "upheld"
    seen = re.findall(r'name="seen" value="(\d+)"', late.content.decode())
    decide(client, "no_booking", outcome="dismiss", reason="无误。", seen=seen)
    assert finding("no_booking").state == "dismissed"


def test_a_decision_needs_its_reason_and_its_logs_and_keeps_what_was_typed(login, found):
    client = login(found.city.auditor)
    answer = decide(client, "no_booking", outcome="chosen", reason="核对了登记簿。")
    assert answer.status_code == 422
    assert "请勾选不再计入的记录，或改选其他决定。" in text_of(answer)
    assert "核对了登记簿。" in answer.content.decode()
    answer = decide(client, "no_booking", outcome="all", logs=[found.logs[3].public_id], reason="  ")
    assert answer.status_code == 422
    ticked = re.findall(r'name="logs"\s+value="([^"]+)"\s+checked', answer.content.decode())
    assert ticked == [found.logs[3].public_id]
    assert finding("no_booking").state == "open"


def test_the_decision_is_offered_when_the_unit_has_answered_or_its_time_is_over(login, found, clock):
    client = login(found.city.auditor)
    words = text_of(shown(client, "overlap"))
    assert "可在2026年1月20日前（含当日）作出说明。" in words
    assert "未作说明的，自2026年1月21日起可作出决定。" in words
    assert shown(client, "overlap").context["decision"] is None
    assert decide(client, "overlap", outcome="none", reason="属实。").status_code == 409
    clock.set(local(2026, 1, 21))
    assert shown(client, "overlap").context["decision"] is not None
    clock.set(AFTER + timedelta(days=2))
    answered(found)
    assert shown(client, "overlap").context["decision"] is not None
    assert "单位无异议。" in text_of(shown(client, "overlap"))


def test_a_finding_shows_its_earlier_decisions(login, found):
    answered(found)
    client = login(found.city.auditor)
    decide(client, "overlap", outcome="none", reason="两台探头并行。")
    decide(client, "overlap", outcome="dismiss", reason="复核无误。")
    words = text_of(shown(client, "overlap"))
    assert words.index("复核无误。") < words.index("此前的决定") < words.index("两台探头并行。")


def test_a_falsification_is_proposed_answered_and_confirmed_by_three(login, found):
    answered(found)
    auditor = login(found.city.auditor)
    decide(auditor, "overlap", outcome="all", reason="重复登记。")
    deeds = {
        name: reverse(f"falsification_{name}", args=[finding("overlap").public_id])
        for name in ("propose", "answer", "decide")
    }
    typed = {"reason": "签名系代签。", "question": "谁签的名？"}
    answer = auditor.post(deeds["propose"], typed, follow=True)
    assert "已提出，将询问该单位；由另一名核查人员或经办人决定。" in text_of(answer)
    assert shown(auditor, "overlap").context["verdict"] is None  # who proposed it does not decide
    assert auditor.post(deeds["decide"], {"outcome": "reject", "reason": "x"}).status_code == 409
    officer = login(found.city.officer)
    choices = shown(officer, "overlap").context["verdict"].fields["outcome"].choices
    assert [code for code, _ in choices] == ["reject"]  # the unit has not been heard
    manager = login(found.manager)
    assert "谁签的名？" in text_of(shown(manager, "overlap"))
    assert "弄虚作假" in text_of(manager.get("/unit/"))
    manager.post(deeds["answer"], {"answer": "值班人员代签。"})
    officer = login(found.city.officer)
    officer.post(deeds["decide"], {"outcome": "confirm", "reason": "属实。"})
    assert finding("overlap").falsified
    assert "经查实弄虚作假：总分记 0 分，取消奖励资格。" in text_of(shown(officer, "overlap"))


def test_who_confirms_a_falsification_reads_that_the_unit_could_not_answer(login, found, clock):
    answered(found)
    auditor = login(found.city.auditor)
    decide(auditor, "overlap", outcome="all", reason="重复登记。")
    propose = reverse("falsification_propose", args=[finding("overlap").public_id])
    auditor.post(propose, {"reason": "签名系代签。", "question": "谁签的名？"})
    told = "该单位在此期间曾被暂停，无法在线答复。确认前请以其他方式听取其意见，并在理由中写明。"
    officer = login(found.city.officer)
    assert told not in text_of(shown(officer, "overlap"))
    facts = {"actor": found.city.officer, "organization_id": found.unit.pk}
    organization_suspend(**facts, reason="核查资质", now=city_clock.now() + timedelta(hours=1))
    assert told in text_of(shown(officer, "overlap"))
    organization_reinstate(**facts, now=city_clock.now() + timedelta(days=1))
    page = text_of(shown(login(found.manager), "overlap"))
    assert ("谁签的名？" in page, told in page) == (True, False)  # it need not hear itself
    waits = "尚未答复，可在2026年1月21日前（含当日）答复；答复或期限届满之前不能确认。"
    late = "未答复，答复期限为2026年1月21日（含当日），现已届满；作出决定前仍可答复。"
    over = "未答复即已作出决定。"

    def said():
        page = text_of(shown(login(found.city.officer), "overlap"))
        return [sentence for sentence in (waits, late, over) if sentence in page]

    assert said() == [waits]
    clock.set(local(2026, 1, 22))
    assert said() == [late]
    decided = {"outcome": "confirm", "reason": "属实。"}
    officer.post(reverse("falsification_decide", args=[finding("overlap").public_id]), decided)
    assert said() == [over]


@pytest.fixture
def proposed(login, found):
    """The overlap is upheld, and a falsification proposed and answered: with the addresses of its forms."""
    answered(found)
    auditor = login(found.city.auditor)
    decide(auditor, "overlap", outcome="all", reason="重复登记。")
    found.deeds = {
        name: reverse(f"falsification_{name}", args=[finding("overlap").public_id])
        for name in ("propose", "answer", "decide")
    }
    auditor.post(found.deeds["propose"], {"reason": "签名系代签。", "question": "谁签的名？"})
    login(found.manager).post(found.deeds["answer"], {"answer": "值班人员代签。"})
    return found


def test_a_confirmation_that_was_not_read_is_not_overturned(login, proposed):
    other = proposed.city.reviewer
    page = shown(login(other), "overlap")
    officer = login(proposed.city.officer)
    officer.post(proposed.deeds["decide"], {"outcome": "confirm", "reason": "属实。"})
    late = post_form(login(other), page, proposed.deeds["decide"], outcome="reject", reason="证据不足。")
    assert (late.status_code, finding("overlap").falsified) == (409, True)
    assert "在此期间已有人对该问题作出决定（第 2 号）" in text_of(late)
    assert "证据不足。" in late.content.decode()
    post_form(login(other), late, proposed.deeds["decide"], outcome="reject", reason="证据不足。")
    assert not finding("overlap").falsified


@pytest.mark.parametrize("verdict", ["confirm", "reject"])
def test_an_answer_or_verdict_after_the_decision_says_who_decided_and_keeps_the_text(
    login, proposed, clock, verdict
):
    other = proposed.city.reviewer
    pages = {one: shown(login(one), "overlap") for one in (proposed.manager, other)}
    officer = login(proposed.city.officer)
    officer.post(proposed.deeds["decide"], {"outcome": verdict, "reason": "经核实。"})
    name = proposed.city.officer.name
    told = f"{name}已于{moment(city_clock.now())}对该弄虚作假作出决定，您提交的内容未保存，请查阅该决定。"
    page = pages[proposed.manager]
    late = post_form(login(proposed.manager), page, proposed.deeds["answer"], answer="系本人补签。")
    assert (late.status_code, told in text_of(late)) == (409, True)
    assert "系本人补签。" in late.content.decode()
    if verdict == "reject":
        typed = {"outcome": "confirm", "reason": "属实，予以认定。"}
        late = post_form(login(other), pages[other], proposed.deeds["decide"], **typed)
        assert (late.status_code, told in text_of(late)) == (409, True)
        assert "属实，予以认定。" in late.content.decode()


def test_a_verdict_on_a_rejected_falsification_is_not_taken_for_the_next(login, proposed, clock):
    other = proposed.city.reviewer
    page = shown(login(other), "overlap")
    clock.set(city_clock.now() + timedelta(minutes=5))
    login(proposed.city.officer).post(proposed.deeds["decide"], {"outcome": "reject", "reason": "不实。"})
    again = {"reason": "日期系倒签。", "question": "何时签的名？"}
    login(proposed.city.auditor).post(proposed.deeds["propose"], again)
    late = post_form(login(other), page, proposed.deeds["decide"], outcome="reject", reason="证据不足。")
    assert late.status_code == 409
    states = finding("overlap").falsifications.order_by("id").values_list("state", flat=True)
    assert list(states) == ["rejected", "proposed"]


def test_an_answer_that_came_meanwhile_is_read_before_the_decision(login, found, clock):
    answered(found)
    auditor = login(found.city.auditor)
    typed = {"outcome": "all", "reason": "重复登记。"}
    marked = {"outcome": "uphold", "reason": "重复登记。", "findings": finding("no_booking").public_id}
    opened = {"read_at": shown(auditor, "overlap").context["read_at"]}
    clock.set(city_clock.now() + timedelta(minutes=5))
    for one in Finding.objects.all():
        facts = {"finding_id": one.pk, "answer": "两台探头并行。", "now": city_clock.now()}
        finding_answer(actor=found.manager, **facts)
    address = reverse("finding_decide", args=[finding("overlap").public_id])
    joint = reverse("findings_decide", args=[YEAR])
    assert [auditor.post(address, typed | opened).status_code, finding("overlap").state] == [409, "open"]
    assert [auditor.post(joint, marked | opened).status_code, finding("no_booking").state] == [409, "open"]
    read = {"read_at": auditor.post(address, typed | opened).context["read_at"]}
    assert [auditor.post(address, typed | read).status_code, finding("overlap").state] == [302, "upheld"]


def test_after_the_last_decision_the_list_says_that_none_is_open(login, found):
    answered(found)
    client = login(found.city.auditor)
    decide(client, "no_booking", outcome="dismiss", reason="补交了委托单。")
    answer = decide(client, "overlap", outcome="none", reason="两台探头并行。")
    assert "核查问题已全部处理。" in text_of(answer)
    assert "全部 2 待处理 0 已认定 1 不予认定 1" in text_of(answer)


def test_the_unit_answers_until_an_auditor_decides(login, found):
    client = login(found.manager)
    page = text_of(shown(client, "overlap"))
    assert "请在2026年1月20日前提交。逾期未作说明且问题被认定的，按规定扣分。" in page
    assert "作出决定" not in page
    address = reverse("finding_answer", args=[finding("overlap").public_id])
    answer = client.post(address, {"answer": "两位用户共用一次开机。"}, follow=True)
    assert "说明已提交给核查人员，作出决定之前可以修改。" in text_of(answer)
    assert "两位用户共用一次开机。" in text_of(shown(login(found.city.auditor), "overlap"))
    decide(login(found.city.auditor), "overlap", outcome="dismiss", reason="说明成立。")
    late = login(found.manager).post(address, {"answer": "再补充。"})
    assert late.status_code == 409


@pytest.mark.parametrize("answers", ["finding_answer", "falsification_answer"])
def test_an_answer_that_a_colleague_sent_meanwhile_is_read_before_it_is_replaced(
    login, found, clock, request, answers
):
    if answers == "falsification_answer":
        request.getfixturevalue("proposed")
    colleague = found.city.person("另一管理员", found.unit, Role.UNIT_MANAGER)
    address = reverse(answers, args=[finding("overlap").public_id])
    page = shown(login(colleague), "overlap")
    clock.set(city_clock.now() + timedelta(minutes=5))
    sent_at = moment(city_clock.now())
    login(found.manager).post(address, {"answer": "两台探头并行。"})

    def get_answer():
        answered = finding("overlap")
        return (answered.falsifications.get() if answers == "falsification_answer" else answered).answer

    late = post_form(login(colleague), page, address, answer="无异议。")
    told = (
        f"您打开本页后，{found.manager.name}已于{sent_at}代表单位作出说明。请先阅读；再次提交将替换该说明。"
    )
    assert (late.status_code, told in text_of(late), get_answer()) == (409, True, "两台探头并行。")
    assert ">无异议。</textarea>" in re.sub(r">\s+", ">", late.content.decode())
    assert post_form(login(colleague), late, address, answer="无异议。").status_code == 302
    assert get_answer() == "无异议。"


def test_a_late_answer_is_said_to_cost_points_only_where_the_policy_takes_some(login, found, clock):
    rules = POLICY.replace("points = { overdue = 2 }", "points = {}").replace('"1"', '"2"')
    policies = (found.steps.policy, policy_load(actor=found.city.officer, document=rules, now=AFTER))
    clock.set(AFTER + timedelta(days=2))

    def told(viewer):
        texts = []
        for policy in policies:
            AssessmentCycle.objects.update(policy=policy)
            texts.append(text_of(shown(login(viewer), "overlap")))
        return texts

    costs, free = told(found.manager)
    assert "请在2026年1月20日前提交。逾期未作说明且问题被认定的，按规定扣分。" in costs
    assert "请在2026年1月20日前（含当日）说明；逾期未说明的，可直接作出决定。" in free
    clock.set(local(2026, 1, 21))
    costs, free = told(found.manager)
    assert "但问题被认定的，照常按逾期扣分。" in costs
    assert "说明期限为2026年1月20日，现已届满；核查人员仍会阅读说明。" in free
    decide(login(found.city.auditor), "overlap", outcome="all", reason="重复登记。")
    costs, free = told(found.city.auditor)
    assert "单位逾期未作说明，按规定扣分。" in costs
    assert "该单位未按时作出说明。" in free
    assert "扣分" not in free


def test_an_officer_reads_but_does_not_decide(login, found):
    client = login(found.city.officer)
    answered(found)
    assert "该问题由核查人员作出决定。" in text_of(shown(client, "overlap"))
    assert decide(client, "overlap", outcome="dismiss", reason="记录属实。").status_code == 403
    assert finding("overlap").state == "open"


def test_an_auditor_of_the_unit_reads_why_he_does_not_decide(login, found):
    answered(found)
    told = "您属于该机构，或离开未满三年，应当回避：请由他人决定。"
    assert told not in text_of(shown(login(found.city.auditor), "overlap"))
    found.city.give(found.city.auditor, found.unit, Role.RESEARCHER)
    page = shown(login(found.city.auditor), "overlap")
    assert (told in text_of(page), page.context["decision"]) == (True, None)


def test_a_finding_of_a_year_that_is_frozen_and_not_checked_is_answered(login, small, clock):
    """Its term runs from the day on which an inspector opened it."""
    small.steps.through("freeze")
    manager = small.city.person("管理员", small.unit, Role.UNIT_MANAGER)
    facts = {
        "organization_id": small.unit.pk,
        "instrument_id": None,
        "logs": (),
        "evidence": {"seen": "无人"},
    }
    finding_open(cycle=small.steps.cycle, kind="inspection", actor=small.city.auditor, now=AFTER, **facts)
    clock.set(AFTER + timedelta(days=1))
    client = login(manager)
    assert "说明核查问题" in text_of(client.get("/unit/"))
    assert shown(client, "inspection").context["answer"] is not None
    client.post(
        reverse("finding_answer", args=[finding("inspection").public_id]), {"answer": "当日停电检修。"}
    )
    assert (finding("inspection").answer, finding("inspection").answered_late) == ("当日停电检修。", False)
    assert "说明核查问题" not in text_of(client.get("/unit/"))
    page = shown(login(small.city.auditor), "inspection")
    assert (page.context["decision"], page.context["proposal"]) == (None, None)


def test_before_the_check_a_finding_promises_no_certain_day_of_decision(login, small, clock):
    clock.set(AFTER)
    small.steps.through("freeze")
    finding_open(
        cycle=small.steps.cycle,
        kind="inspection",
        organization_id=small.unit.pk,
        instrument_id=None,
        logs=(),
        evidence={"seen": "无人"},
        actor=small.city.auditor,
        now=AFTER,
    )
    client, unchecked = login(small.city.auditor), "记录核查完成且单位说明后可作出决定"
    assert unchecked in text_of(shown(client, "inspection"))
    small.steps.check()
    assert unchecked not in text_of(shown(client, "inspection"))


def test_who_decides_during_the_notice_reads_that_it_will_end(login, found):
    answered(found)
    client, ends = login(found.city.auditor), "须在年度页面重新评分；重新评分时公示终止，须重新公示。"
    assert ends not in text_of(shown(client, "no_booking"))
    AssessmentCycle.objects.update(state="noticed", notice_ends_date=AFTER.date())
    assert text_of(shown(client, "no_booking")).count(ends) == 1
    address = reverse("finding_decide", args=[finding("no_booking").public_id])
    after = client.post(address, {"outcome": "all", "reason": "属实"}, follow=True)
    told = "公示仍在进行，在年度页面重新评分时终止"
    assert text_of(after).count(told) == 1


def test_two_units_see_no_more_than_their_own_logs(login, found):
    other = found.city.unit("云屏材料研究所")
    manager = found.city.person("管理员", other, Role.UNIT_MANAGER)
    client = login(manager)
    assert shown(client, "overlap").status_code == 404
    assert client.get(reverse("findings", args=[YEAR])).context["page"].items == []


def test_the_desk_of_the_unit_names_what_has_to_be_answered_and_until_when(found, login, clock):
    clock.set(AFTER + timedelta(days=2))
    desk = text_of(login(found.manager).get("/unit/"))
    assert desk.count("说明核查问题") == Finding.objects.count()
    assert "说明核查问题“无对应预约记录” 2026年1月20日截止" in desk
    address = reverse("finding_answer", args=[finding("no_booking").public_id])
    login(found.manager).post(address, {"answer": "临时加测"})
    assert "说明核查问题“无对应预约记录”" not in text_of(login(found.manager).get("/unit/"))


def test_findings_are_sorted_by_date_hours_and_amount(login, found):
    client = login(found.city.auditor)
    address = reverse("findings", args=[YEAR])

    def kinds(sort):
        return [each.kind for each in client.get(address, {"sort": sort}).context["page"].items]

    assert kinds("date") == ["overlap", "no_booking"]  # 2 January, 1 March
    assert kinds("-date") == ["no_booking", "overlap"]
    assert kinds("-hours") == ["no_booking", "overlap"]  # three logs, two logs of ten hours each
    assert kinds("yuan") == ["overlap", "no_booking"]
    shown = text_of(client.get(address))
    assert "2025年3月1日 云屏大学 扫描电子显微镜 30.00 ¥3,000.00" in shown


def test_the_desk_of_a_unit_leads_to_the_findings_that_it_still_has_to_answer(login, found, monkeypatch):
    monkeypatch.setattr(unit_desk, "MAX_LISTED", 0)
    second = found.city.unit("云屏乙所")
    factories.member(second, Role.UNIT_MANAGER, person=found.manager)
    facts = {"kind": "objection", "instrument_id": None, "logs": (), "now": AFTER}
    for unit in (found.unit, second):
        of_unit = {"organization_id": unit.pk, "evidence": {"seen": unit.name_zh}}
        finding_open(cycle=found.steps.cycle, actor=found.city.officer, **of_unit, **facts)
    found.city.answer(finding("overlap"), AFTER)
    client = login(found.manager)
    for unit, kinds in ((found.unit, {"no_booking", "objection"}), (second, {"objection"})):
        desk = client.get(reverse("unit_desk"), {"unit": unit.public_id})
        (link,) = [(text, way) for text, way in desk.context["more"] if "核查问题" in text]
        assert link[0] == f"{YEAR} 年度全部 {len(kinds)} 项待说明的核查问题"
        listed = client.get(link[1])
        assert {one.kind for one in listed.context["page"].items} == kinds
        assert {one.organization for one in listed.context["page"].items} == {unit}
        assert "待说明" in [str(tab[0]) for tab in listed.context["tabs"] if tab[2]]


def test_the_day_of_an_answer_in_the_spreadsheet_is_the_citys(login, found):
    found.city.answer(finding("no_booking"), local(2026, 1, 7, 0))
    answer = login(found.city.auditor).get(
        reverse("findings", args=[YEAR]), {"export": "csv", "kind": "no_booking"}
    )
    head, row = csv.reader(b"".join(answer).decode("utf-8-sig").splitlines())
    assert dict(zip(head, row, strict=True))["说明日期"] == "2026-01-07"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_findings_leave_as_a_spreadsheet_as_filtered(login, found, form):
    client = login(found.city.auditor)
    answer = client.get(reverse("findings", args=[YEAR]), {"export": form, "kind": "no_booking"})
    assert answer["Content-Disposition"] == f'attachment; filename="findings-2025.{form}"'
    content = b"".join(answer)
    if form == "xlsx":
        head, row = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    else:
        head, row = csv.reader(content.decode("utf-8-sig").splitlines())
    line = dict(zip(head, row, strict=True))
    assert line["日期"] == "2025-03-01"
    assert Decimal(str(line["有效机时"])) == 30
    assert "无对应预约记录" in line["问题"]


def test_the_spreadsheet_says_which_finding_was_proven_a_falsification(login, found):
    client = login(found.city.officer)
    first = finding("overlap")
    found.city.answer(first, AFTER + timedelta(days=1))
    decision = {"uphold": True, "reason": "重复", "now": AFTER + timedelta(days=2)}
    finding_decide(actor=found.city.auditor, finding_id=first.pk, **decision)

    def states():
        rows = csv.reader(
            b"".join(client.get(reverse("findings", args=[YEAR]), {"export": "csv"}))
            .decode("utf-8-sig")
            .splitlines()
        )
        return sorted(row[11] for row in rows)

    assert states() == ["已认定", "待处理", "状态"]
    found.city.prove_falsified(first, AFTER + timedelta(days=2))
    assert states() == ["已认定（弄虚作假）", "待处理", "状态"]
    client.cookies["django_language"] = "en"
    assert states() == ["Open", "State", "Upheld (falsification)"]


def test_several_are_decided_at_once_and_the_others_are_named_with_the_reason(login, found):
    found.city.answer(finding("no_booking"), AFTER + timedelta(days=1))
    client = login(found.city.auditor)
    address, decided = reverse("findings", args=[YEAR]), reverse("findings_decide", args=[YEAR])
    page = client.get(address)
    assert page.content.count(b'name="findings"') == 1  # the other unit's time is running
    assert client.post(decided, {"outcome": "dismiss", "reason": "属实。"}).status_code == 422
    both = [finding(kind).public_id for kind in ("no_booking", "overlap")]
    answer = post_form(client, page, decided, outcome="dismiss", reason="属实。", findings=both)
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?")
    assert (finding("no_booking").state, finding("overlap").state) == ("dismissed", "open")
    words = text_of(client.get(address))
    assert "已对 1 项问题作出决定。" in words
    awaited = "单位可在2026年1月20日前（含当日）作出说明。"
    assert f"未作决定：同一仪器上两条记录时间重叠 · 云屏大学。{awaited}" in words
    assert AuditEntry.objects.filter(action="finding.dismissed").count() == 1
    found.city.answer(finding("overlap"), AFTER + timedelta(days=1))
    page = client.get(address)
    answer = post_form(client, page, decided, outcome="uphold", reason="重复。", findings=[both[1]])
    assert "已对 1 项问题作出决定。" in text_of(client.get(answer["Location"]))
    assert finding("overlap").invalidated_logs == sorted(finding("overlap").logs)
    assert login(found.city.officer).post(decided, {}).status_code == 403


def test_where_none_is_decided_marks_and_reasons_stay_on_the_page(login, found):
    answered(found)
    client = login(found.city.auditor)
    address = reverse("findings_decide", args=[YEAR])
    page = client.get(reverse("findings", args=[YEAR]))
    decide(client, "overlap", outcome="none", reason="两台探头并行。")
    late = post_form(
        client, page, address, outcome="dismiss", reason="无误。", findings=finding("overlap").public_id
    )
    assert late.status_code == 409
    assert "在此期间已有人对该问题作出决定（第 1 号）" in text_of(late)
    assert "已对" not in text_of(late)
    ticked = re.findall(r'name="findings"\s+value="([^"]+)"\s+checked', late.content.decode())
    assert ticked == [finding("overlap").public_id]
    assert ">无误。</textarea>" in late.content.decode().replace("\n", "")


def test_findings_of_an_auditors_own_unit_are_neither_marked_nor_next(login, found):
    other = found.city.unit("云屏乙所")
    facts = {"kind": "objection", "instrument_id": None, "logs": (), "now": AFTER}
    for unit in (found.unit, other):
        of_unit = {"organization_id": unit.pk, "evidence": {"seen": unit.name_zh}}
        finding_open(cycle=found.steps.cycle, actor=found.city.officer, **of_unit, **facts)
    answered(found)
    found.city.give(found.city.auditor, found.unit, Role.RESEARCHER)
    client = login(found.city.auditor)
    page = client.get(reverse("findings", args=[YEAR])).content.decode()
    theirs = Finding.objects.get(organization=other)
    assert re.findall(r'name="findings"\s+value="([^"]+)"', page) == [theirs.public_id]
    typed = {"outcome": "dismiss", "reason": "属实。"}
    answer = client.post(reverse("finding_decide", args=[theirs.public_id]), typed)
    assert answer["Location"] == reverse("findings", args=[YEAR])  # those of the own unit are still open


def test_a_finding_with_a_falsification_says_that_it_cannot_be_dismissed(login, found, statements):
    answered(found)
    client = login(found.city.auditor)
    address = reverse("findings", args=[YEAR])
    told = "已拟认定或已认定弄虚作假，不能选择“不予认定”"
    assert told not in text_of(client.get(address))

    def propose():
        for kind in ("overlap", "no_booking"):
            typed = {"reason": "签名系代签。", "question": "谁签的名？"}
            client.post(reverse("falsification_propose", args=[finding(kind).public_id]), typed)
        client.get(address)  # takes the messages

    statements.assert_unchanged(lambda: client.get(address), by=propose)
    assert text_of(client.get(address)).count(told) == 2
