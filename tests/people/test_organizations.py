"""An organization registers, shows itself, and is decided on; a person finds it and asks to join."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from instrument_share.accounts import services
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import District, Membership, Organization, OrganizationDocument
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.uscc import compute_check_character
from instrument_share.people.forms import get_initial
from providers.terms.models import CalendarYear
from tests import factories
from tests.factories import NOW
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
USCC = "91990105YP1000027" + compute_check_character("91990105YP1000027")


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def district():
    return District.objects.create(code="990105", name_zh="启辰高新区", name_en="Qichen")


@pytest.fixture
def person():
    return factories.user("子")


def typed(**changed):
    return {
        "uscc": USCC,
        "name_zh": "云屏晶体有限公司",
        "kind": "enterprise",
        "size_class": "small",
        "district": "990105",
        "contact": "子",
        "phone": "0570-1234567",
        "documents": SimpleUploadedFile("执照.pdf", b"%PDF-1.7"),
        **changed,
    }


def test_user_without_organization_sees_three_options(see, person):
    page = text_of(see(person, "my_organizations"))
    for way in ("我的单位已在平台", "我的单位尚未注册", "以个人身份预约"):
        assert way in page


def test_form_marks_as_optional_what_may_stay_empty_and_nothing_else(see, person):
    page = see(person, "organization_register").content.decode()
    optional = re.findall(r'<label[^>]*>\s*([^<]+?)\s*<span class="optional">选填', page)
    assert optional == ["英文名称", "上级单位代码"]


def test_a_registration_with_everything_is_handed_in(see, send, person, district):
    answer = send(person, "organization_register", **typed())
    made = Organization.objects.get(uscc=USCC)
    assert answer["Location"] == reverse("organization", args=[made.public_id])
    assert (made.district, made.in_region, made.registered_by) == (district, True, person)
    page = text_of(see(person, "organization", made.public_id))
    assert "科技局审核" in page
    assert "执照.pdf" in page
    assert "科技局正在审核注册信息" in text_of(see(person, "my_organizations"))


def test_invalid_form_keeps_input_and_shows_all_problems(send, person, district):
    answer = send(
        person,
        "organization_register",
        **typed(uscc="91990105YP10000270", size_class="none", documents=SimpleUploadedFile("a.exe", b"MZ")),
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="云屏晶体有限公司"' in page
    for problem in ("不是有效的统一社会信用代码", "请选择企业规模", "“a.exe”不是 PDF、JPEG 或 PNG 文件"):
        assert problem in page
    assert not Organization.objects.exists()


def test_problems_of_fields_and_of_rules_stand_in_the_first_round(send, person, district):
    typed_wrong = typed(name_zh="", size_class="none", phone="12", uscc=USCC[:-1], kind="enterprise")
    refused = send(person, "organization_register", **typed_wrong)
    assert set(refused.context["form"].errors) == {"name_zh", "size_class", "phone", "uscc"}
    for problem in ("不是有效的统一社会信用代码", "请选择企业规模", "联系电话格式不正确"):
        assert problem in refused.content.decode()


def test_files_are_kept_between_rounds_for_their_sender_alone(send, person, district):
    two = [SimpleUploadedFile("执照.pdf", b"%PDF-1.7"), SimpleUploadedFile("坏.exe", b"MZ")]
    refused = send(person, "organization_register", **typed(phone="12", documents=two))
    (kept,) = refused.context["kept"]
    assert "执照.pdf" in text_of(refused)
    again = typed(kept=kept.ticket)
    del again["documents"]
    stranger = factories.user("丑")
    assert send(stranger, "organization_register", **again).status_code == 422
    assert send(person, "organization_register", **{**again, "kept": kept.ticket + "x"}).status_code == 422
    assert send(person, "organization_register", **again).status_code == 302
    assert OrganizationDocument.objects.get().name == "执照.pdf"
    assert services.documents_kept(actor=person, tickets=[kept.ticket]) == []


def test_kept_files_are_removed_after_a_day(send, person, district):
    refused = send(person, "organization_register", **typed(phone="12"))
    tickets = [one.ticket for one in refused.context["kept"]]
    written = datetime.now(tz=CITY_TIME)
    assert services.kept_documents_forget_old(now=written) == 0
    assert len(services.documents_kept(actor=person, tickets=tickets)) == 1
    assert services.kept_documents_forget_old(now=written + timedelta(days=1, minutes=1)) == 1
    assert services.documents_kept(actor=person, tickets=tickets) == []


def test_bureau_sees_previous_reason_and_corrections(see, send, person, district):
    send(person, "organization_register", **typed())
    made = Organization.objects.get(uscc=USCC)
    officer = factories.officer()
    send(officer, "organization_refuse", made.public_id, reason="规模不符", seen=made.submission)
    same = typed()
    del same["documents"]
    unchanged = send(person, "organization_correct", made.public_id, **same)
    assert unchanged.status_code == 422
    assert "提交以来没有任何更改" in text_of(unchanged)
    assert "科技局未予准入： 规模不符" in text_of(unchanged)
    send(person, "organization_correct", made.public_id, **{**same, "size_class": "medium"})
    page = text_of(see(officer, "organization", made.public_id))
    assert "此前未予准入： 规模不符" in page
    assert "企业规模: 小型 → 中型" in page


def test_a_code_that_is_registered_leads_to_asking_to_join(send, person, district):
    company = factories.organization("云屏晶体有限公司")
    page = send(person, "organization_register", **typed(uscc=company.uscc)).content.decode()
    assert f"{reverse('organization_join')}?q={company.uscc}" in page


def test_code_of_a_suspended_organization_leads_to_no_other_page(see, send, person, district):
    company = factories.organization("云屏晶体有限公司", state="suspended")
    page = send(person, "organization_register", **typed(uscc=company.uscc)).content.decode()
    assert "使用该代码的单位已暂停，目前不能加入" in page
    assert f"{reverse('organization_join')}?q=" not in page
    found = see(person, "organization_join", q=company.uscc.lower())
    assert "该单位未获准入或已暂停，目前不能加入，请联系其管理员" in text_of(found)
    assert reverse("organization_register") not in found.content.decode()


def test_location_outside_city_is_accepted(send, person, district):
    send(person, "organization_register", **typed(district="outside"))
    made = Organization.objects.get(uscc=USCC)
    assert (made.district, made.in_region) == (None, False)


def test_a_refused_registration_is_corrected(see, send, person, district):
    send(person, "organization_register", **typed())
    made = Organization.objects.get(uscc=USCC)
    officer = factories.officer()
    send(officer, "organization_refuse", made.public_id, reason="执照已过期", seen=made.submission)
    assert "科技局未予准入：执照已过期" in text_of(see(person, "my_organizations"))
    page = see(person, "organization_correct", made.public_id).content.decode()
    assert 'value="云屏晶体有限公司"' in page
    corrected = typed(name_zh="云屏晶体股份有限公司")
    del corrected["documents"]
    send(person, "organization_correct", made.public_id, **corrected)
    made.refresh_from_db()
    assert (made.state, made.name_zh) == ("pending", "云屏晶体股份有限公司")
    assert OrganizationDocument.objects.count() == 1


def test_the_bureau_decides_suspends_and_reinstates(see, send, person, district):
    officer = factories.officer()
    send(person, "organization_register", **typed())
    made = Organization.objects.get(uscc=USCC)
    assert "准予准入" in text_of(see(officer, "organization", made.public_id))
    send(officer, "organization_admit", made.public_id, seen=made.submission)
    assert send(officer, "organization_suspend", made.public_id, reason="").status_code == 422
    send(officer, "organization_suspend", made.public_id, reason="被投诉")
    assert "已被暂停。 原因：被投诉" in text_of(see(person, "organization", made.public_id))
    assert "已暂停" in text_of(see(officer, "organizations", state="suspended"))
    send(officer, "organization_reinstate", made.public_id)
    made.refresh_from_db()
    assert (made.state, made.reason) == ("admitted", "")


def test_only_the_registration_that_the_officer_has_read_is_decided_on(see, send, person, district):
    officer = factories.officer()
    send(person, "organization_register", **typed())
    made = Organization.objects.get(uscc=USCC)
    shown = see(officer, "organization_admit", made.public_id)
    assert "企业规模 小型" in text_of(shown)
    seen = shown.context["form"]["seen"].value()
    assert f'value="{seen}"' in see(officer, "organization_refuse", made.public_id).content.decode()
    corrected = typed(size_class="micro")
    del corrected["documents"]
    send(person, "organization_correct", made.public_id, now=NOW + timedelta(minutes=1), **corrected)
    for sent in ({"seen": seen}, {}):
        assert send(officer, "organization_admit", made.public_id, **sent).status_code == 409
        refused = send(officer, "organization_refuse", made.public_id, reason="规模不符", **sent)
        assert refused.status_code == 409
        assert "规模不符" in refused.content.decode()
    made.refresh_from_db()
    assert (made.state, made.size_class) == ("pending", "micro")


def test_a_refusal_without_reason_keeps_the_registration_that_was_read(see, send, person, district):
    officer = factories.officer()
    send(person, "organization_register", **typed())
    made = Organization.objects.get(uscc=USCC)
    seen = see(officer, "organization_refuse", made.public_id).context["form"]["seen"].value()
    corrected = typed(size_class="micro")
    del corrected["documents"]
    send(person, "organization_correct", made.public_id, now=NOW + timedelta(minutes=1), **corrected)
    asked = send(officer, "organization_refuse", made.public_id, reason="", seen=seen)
    assert (asked.status_code, asked.context["form"]["seen"].value()) == (422, seen)
    refused = send(officer, "organization_refuse", made.public_id, reason="规模不符", seen=seen)
    assert refused.status_code == 409
    present = refused.context["form"]["seen"].value()
    assert present != seen
    assert (
        send(officer, "organization_refuse", made.public_id, reason="规模不符", seen=present).status_code
        == 302
    )


def test_a_districts_officer_lists_the_district_alone(see, district):
    bureau = factories.organization("高新区科技局", kind=OrganizationKind.BUREAU.value, region=district)
    officer = factories.member(bureau, Role.BUREAU_OFFICER)
    factories.organization("云屏高新公司", district=district)
    factories.organization("云屏别区公司")
    page = text_of(see(officer, "organizations"))
    assert "云屏高新公司" in page
    assert "云屏别区公司" not in page


def test_the_system_administrators_desk_says_which_year_has_no_public_holidays(see):
    office = factories.organization("云屏市大数据中心", kind="government")
    administrator = factories.member(office, Role.SYSADMIN, name="管")
    page = see(administrator, "organizations").content.decode()
    assert reverse("holidays") in page
    assert "法定节假日尚未录入" not in page
    late = see(administrator, "organizations", now=datetime(2026, 11, 20, tzinfo=CITY_TIME))
    assert "2027 年法定节假日尚未录入。" in late.content.decode()
    assert reverse("holiday_year", args=[2027]) in late.content.decode()
    CalendarYear.objects.create(year=2027, source="国办发明电〔2026〕1号")
    now_known = see(administrator, "organizations", now=datetime(2026, 11, 20, tzinfo=CITY_TIME))
    assert "法定节假日尚未录入" not in now_known.content.decode()


def test_an_administrator_is_led_back_to_all_organizations_and_a_member_to_the_own(see):
    company = factories.organization("云屏晶体有限公司")
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    own, every = reverse("my_organizations"), reverse("organizations")
    for who, back in (
        (factories.member(office, Role.SYSADMIN), every),
        (factories.member(company, Role.ORG_ADMIN), own),
    ):
        for page in ("organization", "members"):
            shown = see(who, page, company.public_id).content.decode()
            assert f'<p class="back"><a href="{back}">' in shown


def test_a_document_is_shown_to_the_registrant_and_runs_nothing(see, send, person, district):
    send(person, "organization_register", **typed())
    made, document = Organization.objects.get(uscc=USCC), OrganizationDocument.objects.get()
    answer = see(person, "organization_document", made.public_id, document.public_id)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    stranger = factories.user("丑")
    assert see(stranger, "organization_document", made.public_id, document.public_id).status_code == 404


def test_documents_are_added_and_removed(send, person, district):
    send(person, "organization_register", **typed())
    made = Organization.objects.get(uscc=USCC)
    wrong = {"documents": SimpleUploadedFile("a.svg", b"<svg/>")}
    assert send(person, "organization_documents", made.public_id, **wrong).status_code == 422
    send(person, "organization_documents", made.public_id, documents=SimpleUploadedFile("b.pdf", b"%PDF-2"))
    added = OrganizationDocument.objects.get(name="b.pdf")
    send(person, "organization_document_remove", made.public_id, added.public_id)
    added.refresh_from_db()
    assert added.removed_at == NOW


def test_related_organizations_are_declared_by_one_and_ended_by_the_bureau(see, send):
    company, other = factories.organization("云屏甲公司"), factories.organization("云屏乙研究所")
    admin = factories.member(company, Role.ORG_ADMIN)
    answer = send(admin, "relation_new", company.public_id, other_uscc="1")
    assert "本平台没有使用该代码注册的单位" in answer.content.decode()
    send(admin, "relation_new", company.public_id, other_uscc=other.uscc.lower())
    page = text_of(see(admin, "organization", company.public_id))
    assert "云屏乙研究所 申报关联 · 自2026年3月2日起" in page
    address = reverse("relation_end", args=[company.public_id, other.public_id])
    bound = factories.member(other, person=factories.officer())
    assert address not in see(bound, "organization", company.public_id).content.decode()
    assert see(bound, "relation_end", company.public_id, other.public_id).status_code == 403
    officer = factories.officer()
    assert address in see(officer, "organization", company.public_id).content.decode()
    send(officer, "relation_end", company.public_id, other.public_id, reason="股权已转让")
    page = text_of(see(admin, "organization", company.public_id))
    assert "2026年3月2日 至 2026年3月2日 · 股权已转让" in page


def test_a_person_finds_an_organization_and_asks(see, send, person):
    company = factories.organization("云屏晶体有限公司")
    admin = factories.member(company, Role.ORG_ADMIN, name="丑")
    assert "申请加入" in text_of(see(person, "organization_join", q="晶体"))
    send(person, "membership_request", company.public_id, note="材料组")
    assert "等待批准加入" in text_of(see(person, "organization_join", q="晶体"))
    assert "1 份申请待处理" in text_of(see(admin, "my_organizations"))
    assert Membership.objects.get(user=person).note == "材料组"
    assert "没有找到该名称或代码的已准入单位" in text_of(see(person, "organization_join", q="没有这家"))


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("refused", "2026年3月2日已申请。该单位未获准入，注册信息更正期间，您的申请保留。"),
        ("suspended", "2026年3月2日已申请。该单位已暂停，恢复前无法处理您的申请。"),
    ],
)
def test_request_to_an_organization_that_decides_nothing_says_so(see, send, person, state, sentence):
    company = factories.organization("云屏晶体有限公司")
    send(person, "membership_request", company.public_id, note="材料组")
    Organization.objects.filter(pk=company.pk).update(state=state)
    page = see(person, "my_organizations")
    assert sentence in text_of(page)
    asked = Membership.objects.get(user=person)
    assert reverse("request_withdraw", args=[asked.public_id]) in page.content.decode()


def test_an_administrator_changes_the_contact(send):
    company = factories.organization("云屏晶体有限公司")
    admin = factories.member(company, Role.ORG_ADMIN)
    send(
        admin, "organization_edit", company.public_id, name_en="Crystals", contact="寅", phone="0570-7654321"
    )
    company.refresh_from_db()
    assert (company.name_en, company.contact, company.phone) == ("Crystals", "寅", "0570-7654321")


def test_change_of_what_is_registered_is_not_offered_for_an_authority(see):
    officer = factories.officer()
    finance = factories.organization("云屏财政局", kind="finance")
    company = factories.organization("云屏晶体有限公司")
    for found, is_offered in ((company, True), (finance, False)):
        page = see(officer, "organization", found.public_id).content.decode()
        assert (reverse("organization_revise", args=[found.public_id]) in page) is is_offered
    assert see(officer, "organization_revise", finance.public_id).status_code == 403


def test_who_changes_what_is_registered_reads_at_each_field_whom_it_hits(see):
    company = factories.organization("云屏晶体有限公司")
    words = text_of(see(factories.officer(), "organization_revise", company.public_id))
    assert "此后的预约按该性质对应的价格计费。待办理的创新券申请，如方案不面向该性质，不能再发放。" in words
    assert "待办理的创新券申请，如方案不面向该规模，不能再发放。" in words
    assert "此后由负责该区县的科技局管理本单位。" in words
    assert "将通知原上级单位和新上级单位的管理员。" in words
    assert "用户单位管理员同时担任管理单位管理员，并收到通知。仪器全部退役前不能取消。" in words


def test_an_officer_reads_what_a_colleague_has_changed_meanwhile_beside_what_was_typed(see, send):
    first, second = factories.officer(), factories.officer()
    company = factories.organization("云屏晶体有限公司")
    begun = see(second, "organization_revise", company.public_id).context["form"].initial
    kept = {name: "" if value is None else value for name, value in begun.items()}
    kept |= {"district": "outside", "owns_instruments": ""}
    named = {**kept, "name_zh": "云屏晶体集团有限公司", "reason": "更名"}
    moved = {**kept, "kind": "institute", "reason": "登记有误"}
    assert send(first, "organization_revise", company.public_id, **named).status_code == 302
    answer = send(second, "organization_revise", company.public_id, **moved)
    assert answer.status_code == 422
    told = {(one.present, one.typed) for one in answer.context["meanwhile"]}
    assert ("云屏晶体集团有限公司", "云屏晶体有限公司") in told
    assert "两个版本" in text_of(answer)
    assert answer.context["form"]["reason"].value() == "登记有误"
    company.refresh_from_db()
    assert company.name_zh == "云屏晶体集团有限公司"
    moved["seen"] = answer.context["form"]["seen"].value()
    assert send(second, "organization_revise", company.public_id, **moved).status_code == 302


def test_a_unit_with_instruments_goes_on_owning_them(see, send, city):
    officer = factories.officer()
    unit = city.owner
    kept = {name: "" if value is None else value for name, value in get_initial(unit).items()}
    untick = {**kept, "district": "outside", "reason": "登记有误"}
    del untick["owns_instruments"]
    answer = send(officer, "organization_revise", unit.public_id, **untick)
    assert answer.status_code == 422
    assert "该单位仍有未退役的仪器" in text_of(answer)
    unit.refresh_from_db()
    assert unit.owns_instruments
    city.instrument.state = "retired"
    city.instrument.save()
    assert send(officer, "organization_revise", unit.public_id, **untick).status_code == 302
    unit.refresh_from_db()
    assert not unit.owns_instruments


def test_the_contact_that_a_colleague_has_changed_meanwhile_stays_until_it_was_read(see, send):
    company = factories.organization("云屏晶体有限公司")
    first, second = (factories.member(company, Role.ORG_ADMIN) for _each in range(2))
    begun = see(second, "organization_edit", company.public_id).context["form"].initial
    kept = {**begun, "contact": "子", "phone": "0570-1234567"}
    assert send(first, "organization_edit", company.public_id, **kept).status_code == 302
    mine = {**kept, "contact": "丑", "phone": "0570-7654321", "seen": begun["seen"]}
    answer = send(second, "organization_edit", company.public_id, **mine)
    assert answer.status_code == 409
    assert answer.context["meanwhile"] == [
        ("联系人", "子", "丑"),
        ("联系电话", "0570-1234567", "0570-7654321"),
    ]
    assert text_of(answer).count("其他人已保存了新的版本") == 1
    company.refresh_from_db()
    assert (company.contact, company.phone) == ("子", "0570-1234567")
    mine["seen"] = answer.context["form"]["seen"].value()
    assert send(second, "organization_edit", company.public_id, **mine).status_code == 302
    company.refresh_from_db()
    assert (company.contact, company.phone) == ("丑", "0570-7654321")
