"""An instrument's way through the unit's pages."""

import re
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import User
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.sheets.reading import read_table
from instrument_share.web.text.formats import date_only
from providers.exchange.domain.sheets.column_choices import sheet_columns
from providers.exchange.services.imports import preview
from providers.instruments.domain.choices import GroupKind
from providers.instruments.domain.countries import COUNTRIES
from providers.instruments.domain.fields import FIELDS
from providers.instruments.domain.subjects import SUBJECTS
from providers.instruments.forms.instrument import InstrumentForm
from providers.instruments.models import CustomsSupervision, Instrument, Keeper, Qualification
from providers.instruments.selectors.instruments import has_qualification
from providers.instruments.services.customs import customs_supervision_set
from providers.instruments.services.instruments import (
    instrument_changes_accept,
    instrument_changes_refuse,
    instrument_return,
    instrument_submit,
    instrument_update,
)
from providers.instruments.services.media import instrument_attachment_add, instrument_picture_add
from providers.instruments.services.people import keeper_assign
from providers.instruments.services.relations import instrument_group_save
from providers.units.models import UnitProfile
from tests import factories
from tests.factories import jpeg
from tests.page_fixtures import text_of
from tests.providers.conftest import INSTRUMENT, NOW, person, published
from tests.providers.instruments.test_customs_and_relations import CUSTOMS

TYPED = {name: str(value) for name, value in INSTRUMENT.items()}


def test_a_name_and_a_number_make_a_draft_and_the_page_says_what_is_missing(at, world):
    client = at("manager")
    address = reverse("instrument_new", args=[world.unit.public_id])
    usual = {name: TYPED[name] for name in ("origin", "purpose", "funding", "sharing_mode", "condition")}
    answer = client.post(address, {"inner_number": "A-9", "name_zh": "显微镜", **usual})
    made = Instrument.objects.get(inner_number="A-9")
    assert answer["Location"] == reverse("instrument_edit", args=[made.public_id])
    page = text_of(client.get(answer["Location"]))
    assert "草稿已保存。请补齐缺少的内容后提交审核。" in page
    assert "发布前尚缺： 分类、型号、制造商、制造国别、原值（元）、启用日期、" in page


def test_everything_wrong_stands_beside_its_field_and_what_was_typed_stays(at, world):
    address = reverse("instrument_new", args=[world.unit.public_id])
    too_many = ["110", "120", "130", "140", "150"]
    answer = at("manager").post(
        address, {**TYPED, "inner_number": "", "value_yuan": "很多", "subjects": too_many}
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert "有 3 处需要修改" in page
    assert page.count("“很多”不是数字。") == 2  # on top and beside the field
    assert 'value="很多"' in answer.content.decode()
    assert not Instrument.objects.exists()


def test_subjects_keep_the_order_in_which_they_were_chosen(at, world):
    client = at("manager")
    client.post(
        reverse("instrument_new", args=[world.unit.public_id]), {**TYPED, "subjects": ["430", "140", "150"]}
    )
    made = Instrument.objects.get()
    assert made.subjects == ["430", "140", "150"]
    shown = client.get(reverse("instrument_edit", args=[made.public_id]))
    offered = re.findall(r'<option value="(\d{3})"([^>]*)>\s*([^<]+)', str(shown.context["form"]["subjects"]))
    assert [(code, words) for code, attributes, words in offered if " selected" in attributes] == [
        ("430", "430 材料科学"),
        ("140", "140 物理学"),
        ("150", "150 化学"),
    ]
    assert (offered[3][0], len(offered)) == ("110", len(SUBJECTS))
    other = client.post(
        reverse("instrument_new", args=[world.unit.public_id]),
        {**TYPED, "inner_number": "S-2", "subjects": ["999"]},
    )
    assert (other.status_code, "subjects" in other.context["form"].errors) == (422, True)


def test_a_form_sent_twice_enters_one_instrument(at, world):
    client = at("manager")
    address = reverse("instrument_new", args=[world.unit.public_id])
    typed = {**TYPED, "form_token": "the-same"}
    answers = [client.post(address, typed)["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert Instrument.objects.count() == 1


def test_reviewed_fields_wait_while_others_are_published(at, world):
    live = published(world)
    client = at("manager")
    address = reverse("instrument_edit", args=[live.public_id])
    client.post(address, {**TYPED, "value_yuan": "2600000", "place_zh": "二号楼 202"})
    live.refresh_from_db()
    assert (str(live.value_yuan), live.place_zh) == ("2500000.00", "二号楼 202")
    page = text_of(client.get(address))
    assert "提交的变更正在等待科技局审核：原值（元）。审核通过前仍显示原内容。" in page


@pytest.mark.parametrize(
    ("verbs", "state"),
    [(["suspend"], "suspended"), (["suspend", "resume"], "published"), (["suspend", "retire"], "retired")],
)
def test_states_change_after_a_question_and_with_a_reason(at, world, verbs, state):
    live = published(world)
    client = at("manager")
    for verb in verbs:
        address = reverse(f"instrument_{verb}", args=[live.public_id])
        assert client.get(address).status_code == 200
        assert client.post(address, {"reason": "更换探测器"}).status_code == 302
    live.refresh_from_db()
    assert live.state == state
    assert AuditEntry.objects.filter(subject_id=live.public_id, details__reason="更换探测器").exists()


def test_nobody_confirms_what_a_colleague_changed_meanwhile(at, world):
    live, client = published(world), at("manager")
    page = client.get(reverse("instrument_edit", args=[live.public_id])).content.decode()
    (address,) = re.findall(rf'href="({reverse("instrument_confirm", args=[live.public_id])}[^"]*)"', page)
    change = {"actor": world.manager, "instrument_id": live.pk}
    instrument_update(values={"phone": "0571-88000001"}, now=NOW, **change)
    assert client.get(address).status_code == 200
    assert (client.post(address).status_code, last_entry(live)) == (409, "instrument.updated")
    assert client.post(address.replace("seen=1", "seen=2")).status_code == 302
    assert last_entry(live) == "instrument.confirmed"


def last_entry(row):
    return AuditEntry.objects.filter(subject_id=row.public_id).order_by("-id")[0].action


def test_suspension_requires_reason(at, world):
    live = published(world)
    answer = at("manager").post(reverse("instrument_suspend", args=[live.public_id]), {"reason": " "})
    live.refresh_from_db()
    assert (answer.status_code, live.state) == (422, "published")


def test_keepers_are_set_to_checked_members(at, world):
    live = published(world)
    address = reverse("keepers_set", args=[live.public_id])
    client = at("manager")
    client.post(address, {"keepers": [world.keeper.pk]})
    assert list(Keeper.objects.values_list("user", flat=True)) == [world.keeper.pk]
    client.post(address, {})
    assert not Keeper.objects.exists()
    assert client.post(address, {"keepers": [world.user.pk]}).status_code == 422


def test_keepers_that_the_page_did_not_show_stay(at, world):
    live, client = published(world), at("manager")
    locked, other = (person(name, world.unit, Role.KEEPER) for name in ("locked", "other"))
    keeper_assign(actor=world.manager, instrument_id=live.pk, user_id=locked.pk, now=NOW)
    User.objects.filter(pk=locked.pk).update(is_active=False)
    form = client.get(reverse("instrument_people", args=[live.public_id])).context["keepers_form"]
    assert str(locked.pk) not in form["shown"].value().split()
    keeper_assign(actor=world.manager, instrument_id=live.pk, user_id=other.pk, now=NOW)
    address, shown = reverse("keepers_set", args=[live.public_id]), form["shown"].value()
    client.post(address, {"keepers": [world.keeper.pk], "shown": shown})
    keepers = Keeper.objects.filter(instrument=live).order_by("user")
    assert {one.user for one in keepers} == {locked, other, world.keeper}
    shown = f"{world.keeper.pk} {other.pk}"
    client.post(address, {"keepers": [other.pk], "shown": shown})
    assert {one.user for one in keepers.all()} == {locked, other}


def test_a_user_is_qualified_through_a_day_and_the_right_can_be_ended(at, world):
    live = published(world)
    client = at("manager")
    last = date(2026, 8, 31)
    answer = client.post(
        reverse("qualification_new", args=[live.public_id]), {"person": "user", "until": last}
    )
    assert "已授予user上机资格，有效期至2026年8月31日" in text_of(client.get(answer["Location"]))
    granted = Qualification.objects.get()
    assert "2026年8月31日" in text_of(client.get(reverse("instrument_people", args=[live.public_id])))
    midnight = datetime(2026, 9, 1, tzinfo=CITY_TIME)
    assert has_qualification(world.user.pk, live.pk, midnight)
    assert not has_qualification(world.user.pk, live.pk, midnight + timedelta(seconds=1))
    client.post(reverse("qualification_revoke", args=[live.public_id, granted.pk]), {"reason": "离岗"})
    granted.refresh_from_db()
    assert granted.revoked_at == NOW


def test_qualification_form_refuses_unknown_user(at, world):
    live = published(world)
    address = reverse("qualification_new", args=[live.public_id])
    answer = at("manager").post(address, {"person": "nobody", "until": "2026-08-31"})
    assert answer.status_code == 422
    assert "没有使用该用户名或电子邮箱的人员" in text_of(answer)


@pytest.mark.parametrize(
    ("language", "first", "others"),
    [
        ("zh-hans", "中国（CN）", ["阿尔巴尼亚（AL）", "阿尔及利亚（DZ）", "阿富汗（AF）"]),
        ("en", "China (CN)", ["Afghanistan (AF)", "Albania (AL)", "Algeria (DZ)"]),
    ],
)
def test_every_country_can_be_chosen_the_frequent_makers_first(language, first, others, world):
    with translation.override(language):
        _empty, *makers, (_heading, rest) = InstrumentForm().fields["country"].choices
    assert (makers[0], len(makers)) == (("CN", first), 27)
    assert [name for _code, name in rest[:3]] == others
    assert {code for code, _name in [*makers, *rest]} == set(COUNTRIES)


def test_returned_drafts_stand_first_with_the_reason(at, world, draft, read):
    published(world, inner_number="A-2", name_zh="光谱仪")
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    instrument_return(
        actor=world.officer, instrument_id=draft.pk, reason="请写明分辨率", now=NOW + timedelta(1)
    )
    page = read("manager", reverse("unit_instruments", args=[world.unit.public_id]))
    assert page.index("请写明分辨率") < page.index("光谱仪")
    returned = read("manager", reverse("unit_instruments", args=[world.unit.public_id]), state="returned")
    assert "光谱仪" not in returned


def test_counts_of_the_states_are_those_of_what_was_searched(at, world, draft):
    published(world, inner_number="A-2", name_zh="光谱仪")
    published(world, inner_number="B-3", name_zh="质谱仪")
    address = reverse("unit_instruments", args=[world.unit.public_id])

    def counted(**chosen):
        page = at("manager").get(address, chosen)
        return page.context["total"], {str(name): number for name, _to, _is, number in page.context["chips"]}

    assert counted() == (3, {"草稿": 1, "已发布": 2, "预约设置不全": 2})
    assert counted(q="B-3") == (3, {"已发布": 1, "预约设置不全": 1})
    assert counted(q="B-3", state="draft") == (3, {"草稿": 0, "已发布": 1, "预约设置不全": 1})


def test_the_list_as_a_sheet_keeps_formulas_text(at, world):
    published(world, model="=1+1")
    answer = at("manager").get(reverse("unit_instruments", args=[world.unit.public_id]), {"export": "csv"})
    heads, row = answer.getvalue().decode("utf-8-sig").splitlines()
    assert heads.startswith("平台编号,发布状态,内部编号,中文名称,英文名称,分类,型号,")
    assert ",已发布,A-001,透射电子显微镜," in row
    assert ",'=1+1," in row


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_exported_list_is_read_again_without_a_change(language, at, world, draft):
    live = published(world, inner_number="A-2", name_zh="光谱仪", condition="awaiting_repair")
    client = at("manager")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(reverse("unit_instruments", args=[world.unit.public_id]), {"export": "csv"})
    table = read_table(answer.getvalue())
    columns = [(column.heading, column.recognised, column.known) for column in sheet_columns(table)]
    aside = {"zh-hans": ["平台编号", "发布状态"], "en": ["Number on the platform", "Publication state"]}
    assert columns[:2] == [(heading, "", True) for heading in aside[language]]
    assert [name for _, name, _ in columns[2:]] == list(FIELDS)
    report = preview(actor=world.manager, organization_id=world.unit.pk, table=table, now=NOW)
    assert {(row.inner_number, row.outcome.value) for row in report.rows} == {
        (draft.inner_number, "unchanged"),
        (live.inner_number, "kept"),
    }


def test_the_list_takes_as_many_statements_for_many(at, world, statements):
    published(world)
    client = at("manager")
    address = reverse("unit_instruments", args=[world.unit.public_id])

    def more():
        for number in range(20):
            published(world, inner_number=f"B-{number}")

    statements.assert_unchanged(lambda: client.get(address), by=more)


def test_second_save_shows_both_versions(at, world):
    live = published(world)
    client = at("manager")
    address = reverse("instrument_edit", args=[live.public_id])
    began = {**TYPED, "revision": live.revision}
    client.post(address, {**began, "specification_zh": "加速电压 300 kV。", "place_zh": "二号楼"})
    answer = client.post(address, {**began, "specification_zh": "点分辨率 0.17 nm。", "category": "020100"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "在您编辑期间，其他人已保存了新的版本。请对照两个版本，修改后重新保存。" in page
    assert [(one.name, str(one.before)) for one in answer.context["meanwhile"]] == [
        ("category", "010101 透射电镜"),
        ("specification_zh", "加速电压 300 kV。"),
        ("place_zh", "二号楼"),
    ]
    assert answer.context["form"]["specification_zh"].value() == "点分辨率 0.17 nm。"
    again = {
        **began,
        "revision": answer.context["form"]["revision"].value(),
        "specification_zh": "点分辨率 0.17 nm。",
        "place_zh": "二号楼",
    }
    assert client.post(address, again).status_code == 302
    live.refresh_from_db()
    assert (live.specification_zh, live.place_zh) == ("点分辨率 0.17 nm。", "二号楼")


def test_saving_other_fields_keeps_pending_changes(at, world):
    live = published(world)
    client = at("manager")
    address = reverse("instrument_edit", args=[live.public_id])
    client.post(address, {**TYPED, "category": "020100", "value_yuan": "2600000"})
    form = client.get(address).context["form"]
    shown = {name: form[name].value() for name in TYPED}
    assert (shown["category"], shown["value_yuan"]) == ("020100", "2600000.00")
    client.post(address, {**shown, "place_zh": "三号楼"})
    live.refresh_from_db()
    assert (live.place_zh, live.pending_values) == (
        "三号楼",
        {"category": "020100", "value_yuan": "2600000.00"},
    )


def test_a_returned_draft_stays_in_the_form_with_the_reason(at, world, draft):
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    instrument_return(actor=world.officer, instrument_id=draft.pk, reason="请写明型号", now=NOW)
    page = at("manager").get(reverse("instrument_edit", args=[draft.public_id]))
    assert "科技局退回意见： 请写明型号" in text_of(page)
    assert page.context["form"]["model"].value() == "TX-200"


def test_refused_values_stay_in_the_form_until_the_unit_answers(at, world):
    live = published(world)
    client = at("manager")
    address = reverse("instrument_edit", args=[live.public_id])
    client.post(address, {**TYPED, "value_yuan": "2600000"})
    instrument_changes_refuse(actor=world.officer, instrument_id=live.pk, reason="请附发票", now=NOW)
    assert "请附发票" in client.get(reverse("unit_desk")).content.decode()
    page = client.get(address)
    assert page.context["form"]["value_yuan"].value() == "2600000.00"
    assert "以下字段保留了您提交的内容：原值（元）。" in text_of(page)
    client.post(address, {**TYPED, "value_yuan": "2600000"})
    live.refresh_from_db()
    assert (live.pending_values, live.return_reason) == ({"value_yuan": "2600000.00"}, "")
    instrument_changes_accept(actor=world.officer, instrument_id=live.pk, now=NOW)
    assert "未通过" not in text_of(client.get(address))


def test_published_values_entered_again_answer_a_refusal(at, world):
    live = published(world)
    client = at("manager")
    address = reverse("instrument_edit", args=[live.public_id])
    client.post(address, {**TYPED, "value_yuan": "2600000"})
    instrument_changes_refuse(actor=world.officer, instrument_id=live.pk, reason="请附发票", now=NOW)
    client.post(address, TYPED)
    page = client.get(address)
    assert page.context["form"]["value_yuan"].value() == live.value_yuan
    assert "请附发票" not in text_of(page)
    assert "请附发票" not in client.get(reverse("unit_desk")).content.decode()


def test_a_file_is_offered_to_be_attached_up_to_the_limit(at, world, instrument):
    manager, page = at("manager"), reverse("instrument_media", args=[instrument.public_id])
    attach = reverse("attachment_add", args=[instrument.public_id])
    assert attach in manager.get(page).text
    for number in range(20):
        instrument_attachment_add(
            actor=world.manager,
            instrument_id=instrument.pk,
            upload=BytesIO(f"%PDF-1.7 manual {number}".encode()),
            title_zh=f"使用手册{number}",
            now=NOW,
        )
    full = manager.get(page)
    said = "已有 20 个文件，达到上限。如需添加，请先移除一个。"
    assert (attach in full.text, said in text_of(full)) == (False, True)
    sent = {"title_zh": "样品要求", "audience": "everybody", "file": BytesIO(b"%PDF-1.7 samples")}
    late = manager.post(attach, sent)
    assert (late.status_code, 'value="样品要求"' in late.text) == (422, True)


def test_the_page_asks_before_a_picture_goes(at, world, instrument, read):
    picture = instrument_picture_add(
        actor=world.manager,
        instrument_id=instrument.pk,
        upload=BytesIO(jpeg((1200, 600))),
        alt_zh="主机",
        now=NOW,
    )
    media = reverse("instrument_media", args=[instrument.public_id])
    manager, address = at("manager"), reverse("picture_remove", args=[picture.public_id])
    assert address in manager.get(media).content.decode()
    assert "移除图片“主机” 移除后不再显示；如需恢复，请重新上传。" in read("manager", address)
    assert instrument.pictures.count() == 1
    answer = manager.post(address, follow=True)
    assert "图片已移除" in text_of(answer)
    assert not instrument.pictures.exists()


def test_retired_instrument_shows_date_and_similar_ones(at, world):
    gone = published(world)
    Instrument.objects.filter(pk=gone.pk).update(state="retired", retired_at=NOW)
    UnitProfile.objects.create(organization=world.unit, state="published", published_at=NOW)
    answer = at().get(reverse("instrument", args=[gone.public_id]))
    page = answer.content.decode()
    assert answer.status_code == 410
    assert f"本仪器已于 {date_only(NOW)} 退役，不再接受预约。" in text_of(answer)
    assert gone.name_zh in page
    assert reverse("unit", args=[world.unit.public_id]) in page
    assert f'href="{reverse("catalogue")}?category={gone.category.code}"' in page
    assert at().get(reverse("instrument_sheet", args=[gone.public_id])).status_code == 410
    assert at("manager").get(reverse("instrument", args=[gone.public_id])).status_code == 200


def test_pages_of_a_retired_instrument_offer_nothing_refused(at, world, read):
    gone = published(world)
    Instrument.objects.filter(pk=gone.pk).update(state="retired", retired_at=NOW)
    client = at("manager")
    for route in ("instrument_people", "instrument_together", "rule_new", "instrument_customs"):
        address = reverse(route, args=[gone.public_id])
        answer = client.get(address)
        assert "退役" in text_of(answer), route
        main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        assert 'method="post"' not in main, route


def test_an_officer_of_the_unit_reads_why_he_does_not_suspend(at, world, instrument):
    address = reverse("instrument", args=[instrument.public_id])
    suspend = reverse("instrument_suspend", args=[instrument.public_id])
    assert suspend in at("officer").get(address).content.decode()
    factories.member(world.unit, person=world.officer)
    answer = at("officer").get(address)
    assert "应当回避" in text_of(answer)
    assert suspend not in answer.content.decode()


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_unpublished_instrument_is_not_found(at, world, state):
    hidden = published(world)
    Instrument.objects.filter(pk=hidden.pk).update(state=state)
    assert at().get(reverse("instrument", args=[hidden.public_id])).status_code == 404


def test_customs_data_that_a_colleague_has_changed_meanwhile_stays_until_it_was_read(at, world, instrument):
    """Both have opened the page while nothing was declared."""
    address = reverse("instrument_customs", args=[instrument.public_id])
    client = at("manager")
    seen = client.get(address).context["form"]["seen"].value()
    customs_supervision_set(actor=world.manager, instrument_id=instrument.pk, values=CUSTOMS, now=NOW)
    mine = {**CUSTOMS, "import_port": "云屏空港", "seen": seen}
    del mine["shared"]
    answer = client.post(address, mine)
    assert answer.status_code == 422
    told = [(one.present, one.typed) for one in answer.context["meanwhile"]]
    assert ("云屏口岸", "云屏空港") in told
    assert ("是", "否") in told
    held = CustomsSupervision.objects.get()
    assert (held.import_port, held.shared) == ("云屏口岸", True)
    mine["seen"] = answer.context["form"]["seen"].value()
    assert client.post(address, mine).status_code == 302
    held.refresh_from_db()
    assert (held.import_port, held.shared) == ("云屏空港", False)


def test_an_instrument_that_a_colleague_has_added_to_a_group_stays_until_it_was_read(at, world):
    one, two, three = (published(world, inner_number=f"A-{number}") for number in "123")
    group = instrument_group_save(
        actor=world.manager,
        organization_id=world.unit.pk,
        name_zh="透射电镜",
        kind=GroupKind.INTERCHANGEABLE,
        instrument_ids=[one.pk, two.pk],
        now=NOW,
    )
    address = reverse("group_edit", args=[group.public_id])
    client = at("manager")
    shown = client.get(address).context["form"]
    begun = {name: shown[name].value() for name in shown.fields}
    theirs = {**begun, "instruments": [one.pk, two.pk, three.pk]}
    assert client.post(address, theirs).status_code == 302
    mine = {**begun, "name_zh": "电镜组"}
    answer = client.post(address, mine)
    assert answer.status_code == 422
    assert len(answer.context["meanwhile"]) == 2  # the name and the instruments
    group.refresh_from_db()
    assert (group.name_zh, group.instruments.count()) == ("透射电镜", 3)
    mine |= {"instruments": theirs["instruments"], "seen": answer.context["form"]["seen"].value()}
    assert client.post(address, mine).status_code == 302
    group.refresh_from_db()
    assert (group.name_zh, group.instruments.count()) == ("电镜组", 3)
