"""Declare, confirm and return facts on their page."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from providers.models import Instrument
from rewards.cycle.models import AssessmentCycle
from rewards.declarations.models import DeclaredFact
from rewards.policy.models import RewardPolicy
from rewards.policy.services import policy_load
from rewards.policy.views.reading import PRESETS
from tests.rewards.builders import AFTER, YEAR
from tests.rewards.reading import text_of

ADDRESS = f"/facts/{YEAR}/"


@pytest.fixture
def manager(small, clock):
    clock.set(AFTER)
    for name in ("chongqing", "fujian-2019"):
        policy_load(
            actor=small.city.officer, document=(PRESETS / f"{name}.toml").read_text("utf-8"), now=AFTER
        )
    return small.city.person("管理员", small.unit, Role.UNIT_MANAGER)


def decide(client, fact, verb, **entered):
    """Decide on a fact on the page that shows it."""
    address = reverse("fact_decide", args=[fact.public_id, verb])
    shown = client.get(address).context["form"]["seen"].value()
    return client.post(address, {"seen": shown, **entered})


def confirm(client, fact):
    return decide(client, fact, "confirm")


def test_a_fact_above_the_value_of_its_instrument_is_offered_for_return_alone(login, small, manager):
    typed = {"unit": small.unit.pk, "fact": "nonfiscal_value", "figure": "320000", "evidence": "合同 12"}
    login(manager).post(ADDRESS, typed | {"instrument": small.instrument.public_id})
    fact = DeclaredFact.objects.get()
    client = login(small.city.officer)
    verbs = [reverse("fact_decide", args=[fact.public_id, verb]) for verb in ("confirm", "return")]

    def offered():
        shown = client.get(ADDRESS)
        says_why = "该仪器原值为 ¥300,000.00" in text_of(shown)
        return [verb in shown.content.decode() for verb in verbs], says_why

    assert offered() == ([True, True], False)
    Instrument.objects.filter(pk=small.instrument.pk).update(value_yuan=300_000)
    assert offered() == ([False, True], True)
    refused = client.get(verbs[0])
    assert (refused.status_code, "该仪器原值为 ¥300,000.00" in text_of(refused)) == (422, True)


def test_a_fact_that_is_decided_on_is_offered_for_no_such_decision_by_its_address(login, small, manager):
    typed = {"unit": small.unit.pk, "fact": "qualification:networked", "evidence": "协议"}
    login(manager).post(ADDRESS, typed)
    fact, client = DeclaredFact.objects.get(), login(small.city.officer)

    def answers():
        addresses = (reverse("fact_decide", args=[fact.public_id, verb]) for verb in ("confirm", "return"))
        return [client.get(address).status_code for address in addresses]

    answered = [answers()]
    confirm(client, fact)
    answered.append(answers())
    decide(client, fact, "return", reason="金额有误")
    answered.append(answers())
    assert answered == [[200, 200], [409, 200], [409, 409]]


def test_a_manager_declares_an_officer_confirms_and_returns(login, small, manager):
    client = login(manager)
    typed = {"unit": small.unit.pk, "fact": "nonfiscal_value", "figure": "320000", "evidence": "合同 12"}
    wrong = client.post(ADDRESS, typed)
    assert wrong.status_code == 422
    assert wrong.context["form"].errors == {"instrument": ["请选择所涉仪器。"]}
    client.post(ADDRESS, typed | {"instrument": small.instrument.public_id})
    client.post(ADDRESS, {"unit": small.unit.pk, "fact": "qualification:networked", "evidence": "协议"})
    shown = text_of(client.get(ADDRESS))
    assert "¥320,000.00 合同 12 待科技局确认" in shown
    assert "资格条件 云屏大学 共享平台入网单位 协议" in shown
    client = login(small.city.officer)
    assert f"2 项{YEAR}年度申报事项待确认" in text_of(client.get("/bureau/"))
    fact = DeclaredFact.objects.get(kind="nonfiscal_value")
    confirm(client, fact)
    assert "合同 12 已确认" in text_of(client.get(ADDRESS))
    decide(client, fact, "return", reason="金额有误")
    assert "合同 12 已退回 金额有误" in text_of(client.get(ADDRESS))
    assert client.get(reverse("fact_decide", args=[fact.public_id, "burn"])).status_code == 404


def test_a_manager_takes_back_what_still_waits_for_the_bureau(login, small, manager):
    client = login(manager)
    client.post(ADDRESS, {"unit": small.unit.pk, "fact": "qualification:networked", "evidence": "协议"})
    address = reverse("fact_take_back", args=[DeclaredFact.objects.get().public_id])
    assert address in client.get(ADDRESS).text
    assert address not in login(small.city.officer).get(ADDRESS).text
    client = login(manager)
    asked = client.get(address)
    assert "共享平台入网单位 证明文件 协议" in text_of(asked)
    typed = {"seen": asked.context["form"]["seen"].value(), "reason": "协议编号有误"}
    assert "协议 已撤回 协议编号有误" in text_of(client.post(address, typed, follow=True))
    assert address not in client.get(ADDRESS).text
    late = client.post(address, typed)
    assert (late.status_code, "协议编号有误</textarea>" in late.text) == (409, True)
    assert "申报事项待确认" not in text_of(login(small.city.officer).get("/bureau/"))


def test_a_fact_that_the_freeze_left_out_is_not_offered_to_be_taken_back(login, small, manager):
    client = login(manager)
    client.post(ADDRESS, {"unit": small.unit.pk, "fact": "qualification:networked", "evidence": "协议"})
    address = reverse("fact_take_back", args=[DeclaredFact.objects.get().public_id])
    AssessmentCycle.objects.update(frozen_at=AFTER)
    assert address not in client.get(ADDRESS).text
    refused = client.get(address)
    assert (refused.status_code, "数据已冻结，不能再撤回" in text_of(refused)) == (409, True)


def test_a_qualification_that_ends_before_the_year_is_not_said_to_count(login, small, manager):
    client = login(manager)
    for day in ("12-30", "12-31"):
        typed = {"unit": small.unit.pk, "fact": "qualification:networked", "evidence": day}
        client.post(ADDRESS, typed | {"valid_through": f"{YEAR}-{day}"})
        login(small.city.officer)
        fact = DeclaredFact.objects.get()
        address = reverse("fact_decide", args=[fact.public_id, "confirm"])
        shown = text_of(client.get(address))
        ends = f"有效期至2025年12月30日：{YEAR}年度只计入12月31日仍有效的条件。"
        assert (ends in shown) is (day == "12-30")
        assert (f"冻结{YEAR}年度数据时计入" in shown) is (day == "12-31")
        english = text_of(client.get(address, headers={"accept-language": "en"}))
        ends = f"It ends on 30 Dec 2025: for {YEAR} only what is valid on 31 December counts."
        assert (ends in english) is (day == "12-30")
        assert (f"It counts when the data of {YEAR} are frozen." in english) is (day == "12-31")
        decide(client, fact, "return", reason="重报")
        client = login(manager)


def test_no_fact_is_chosen_before_the_unit_chooses_one(login, small, manager):
    client = login(manager)
    assert '<option value="" selected>请选择</option>' in client.get(ADDRESS).content.decode()
    refused = client.post(ADDRESS, {"unit": small.unit.pk, "fact": "", "evidence": "协议"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["fact"])
    assert not DeclaredFact.objects.exists()


def test_a_declaration_is_told_all_that_is_wrong_with_it_at_once(login, small, manager):
    client = login(manager)
    wrong = {"unit": small.unit.pk, "evidence": "", "valid_through": "永久"}
    wrong["documents"] = [SimpleUploadedFile("合同.pdf", b"<html>")]
    refused = client.post(ADDRESS, wrong | {"fact": "nonfiscal_value", "figure": "9999999"})
    everything = {"evidence", "valid_through", "documents"}
    assert set(refused.context["form"].errors) == everything | {"instrument"}
    wrong["documents"] = [SimpleUploadedFile("合同.pdf", b"<html>")]
    of_instrument = {"fact": "nonfiscal_value", "instrument": small.instrument.public_id}
    refused = client.post(ADDRESS, wrong | of_instrument | {"figure": "9999999"})
    assert set(refused.context["form"].errors) == everything | {"figure"}
    assert not DeclaredFact.objects.exists()


def test_facts_of_a_year_that_is_frozen_are_said_to_count_no_more(login, small, manager):
    client = login(manager)
    typed = {"unit": small.unit.pk, "fact": "qualification:networked", "evidence": "协议"}
    assert "已于2026年1月5日冻结" not in text_of(client.get(ADDRESS))
    AssessmentCycle.objects.update(frozen_at=AFTER)
    assert "2025年度数据已于2026年1月5日冻结" in text_of(client.get(ADDRESS))
    assert "2025年度数据已冻结，不再计入该年度。" in text_of(client.post(ADDRESS, typed, follow=True))
    client = login(small.city.officer)
    asked = client.get(reverse("fact_decide", args=[DeclaredFact.objects.get().public_id, "confirm"]))
    assert "2025年度数据已冻结，不再计入该年度。" in text_of(asked)
    assert "冻结时计入" not in text_of(asked)


def test_a_manager_sees_and_declares_for_the_own_unit_only(login, small, manager):
    other = small.city.unit("云屏材料研究所")
    client = login(manager)
    typed = {"unit": other.pk, "fact": "major_projects", "figure": "2", "evidence": "任务书"}
    assert client.post(ADDRESS, typed).status_code == 422
    login(small.city.officer).post(ADDRESS, typed)
    assert "任务书" not in text_of(login(manager).get(ADDRESS))
    assert client.get(f"/facts/{YEAR + 2}/").status_code == 404


@pytest.mark.parametrize("changed", [{"owns_instruments": False}, {"state": "suspended"}])
def test_facts_are_declared_of_every_unit_that_is_assessed(login, small, manager, changed):
    """A unit that retired its instruments, or is suspended, is assessed for the time before."""
    Organization.objects.filter(pk=small.unit.pk).update(**changed)
    typed = {"unit": small.unit.pk, "fact": "qualification:networked", "evidence": "协议"}
    person = small.city.officer if "state" in changed else manager
    assert login(person).post(ADDRESS, typed).status_code == 302
    assert DeclaredFact.objects.get().organization == small.unit


def test_a_year_that_lacks_facts_says_which_on_the_page_that_opens_it(login, small, manager):
    AssessmentCycle.objects.all().delete()
    policy = RewardPolicy.objects.get(code="chongqing")
    client = login(small.city.officer)
    answer = client.post(reverse("cycle_open", args=[YEAR]), {"policy": policy.pk, "budget_yuan": "1"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "policy": [
            f"该办法仅奖励符合条件的单位，而{YEAR}年度尚无已确认的资格条件。请在“申报事项”中登记并确认。"
        ]
    }
    assert ADDRESS in answer.content.decode()


def test_an_officer_is_not_offered_to_confirm_what_he_declared(login, small, manager):
    typed = {"unit": small.unit.pk, "fact": "major_projects", "figure": "2", "evidence": "任务书"}
    client = login(small.city.officer)
    client.post(ADDRESS, typed)
    fact = DeclaredFact.objects.get()
    address = reverse("fact_decide", args=[fact.public_id, "confirm"])
    shown = client.get(ADDRESS)
    assert address not in shown.content.decode()
    assert "由其他经办人员确认" in text_of(shown)
    assert "该事项由您申报，须由其他经办人员确认" in text_of(client.get(address))
    client = login(small.city.reviewer)
    assert address in client.get(ADDRESS).content.decode()
    confirm(client, fact)
    assert "任务书 已确认" in text_of(client.get(ADDRESS))


def test_only_the_declaration_that_the_page_shows_is_confirmed(login, small, manager, clock):
    typed = {"unit": small.unit.pk, "fact": "nonfiscal_value", "figure": "320000", "evidence": "合同 12"}
    typed["instrument"] = small.instrument.public_id
    login(manager).post(ADDRESS, typed | {"documents": [SimpleUploadedFile("合同.pdf", b"%PDF-1")]})
    fact = DeclaredFact.objects.get()
    address = reverse("fact_decide", args=[fact.public_id, "confirm"])
    read = login(small.city.officer).get(address)
    assert "¥320,000.00 证明文件 合同 12" in text_of(read)
    assert reverse("fact_file", args=[fact.public_id, sha256(b"%PDF-1").hexdigest()]) in read.content.decode()
    stale = {"seen": read.context["form"]["seen"].value()}
    clock.set(AFTER + timedelta(minutes=1))
    login(manager).post(ADDRESS, typed | {"figure": "490000"})
    client = login(small.city.officer)
    for posted in (stale, {}):
        refused = client.post(address, posted)
        assert refused.status_code == 409
        assert "该事项已重新申报，本次未作决定" in text_of(refused)
        assert "¥490,000.00" in text_of(refused)
    assert DeclaredFact.objects.get().state == "declared"
    client.post(address, {"seen": refused.context["form"]["seen"].value()})
    assert DeclaredFact.objects.get().state == "confirmed"


def test_only_the_declaration_that_the_page_shows_is_returned(login, small, manager, clock):
    typed = {"unit": small.unit.pk, "fact": "nonfiscal_value", "figure": "320000", "evidence": "合同 12"}
    typed["instrument"] = small.instrument.public_id
    login(manager).post(ADDRESS, typed)
    fact = DeclaredFact.objects.get()
    address = reverse("fact_decide", args=[fact.public_id, "return"])
    read = login(small.city.officer).get(address)
    assert "¥320,000.00 证明文件 合同 12" in text_of(read)
    clock.set(AFTER + timedelta(minutes=1))
    login(manager).post(ADDRESS, typed | {"figure": "490000"})
    client = login(small.city.officer)
    refused = client.post(address, {"seen": read.context["form"]["seen"].value(), "reason": "金额有误"})
    assert refused.status_code == 409
    assert "该事项已重新申报，本次未作决定" in text_of(refused)
    assert "¥490,000.00" in text_of(refused)
    assert DeclaredFact.objects.get().state == "declared"
    client.post(address, {"seen": refused.context["form"]["seen"].value(), "reason": "金额有误"})
    assert DeclaredFact.objects.get().state == "returned"
    late = client.post(address, {"seen": refused.context["form"]["seen"].value(), "reason": "合同未附"})
    assert (late.status_code, ">\n合同未附</textarea>" in late.text) == (409, True)


def test_a_file_that_proves_a_fact_is_read_by_who_sees_the_fact(login, small, manager):
    other = small.city.unit("云屏材料研究所")
    outsider = small.city.person("外单位管理员", other, Role.UNIT_MANAGER)
    typed = {"unit": small.unit.pk, "fact": "major_projects", "figure": "2", "evidence": "任务书"}
    file = SimpleUploadedFile("任务书.pdf", b"%PDF-1")
    client = login(manager)
    client.post(ADDRESS, typed | {"documents": [file]})
    address = reverse("fact_file", args=[DeclaredFact.objects.get().public_id, sha256(b"%PDF-1").hexdigest()])
    assert address in client.get(ADDRESS).content.decode()
    for person in (manager, small.city.officer, small.city.auditor, small.city.finance):
        answer = login(person).get(address)
        assert b"".join(answer.streaming_content) == b"%PDF-1"
        assert answer["Content-Disposition"].startswith("attachment")
    assert login(outsider).get(address).status_code == 404


@pytest.mark.parametrize(
    ("who", "desk"),
    [("officer", "bureau"), ("auditor", "bureau"), ("finance", "finance"), (None, "unit_desk")],
)
def test_the_page_leads_back_to_the_desk_of_its_reader(login, small, manager, who, desk):
    shown = login(getattr(small.city, who) if who else manager).get(ADDRESS).content.decode()
    assert f'class="back"><a href="{reverse(desk)}"' in shown
