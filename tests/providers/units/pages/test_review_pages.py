"""The bureau's review of what was handed in."""

import re
from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
from django.urls import reverse

from providers.instruments.services.customs import customs_supervision_remove, customs_supervision_set
from providers.instruments.services.instruments import (
    instrument_changes_refuse,
    instrument_create,
    instrument_return,
    instrument_submit,
    instrument_update,
)
from providers.instruments.services.media import (
    instrument_picture_add,
    instrument_picture_describe,
    instrument_picture_move,
    instrument_picture_remove,
)
from providers.instruments.services.relations import instrument_links_set
from providers.units.services.profiles import (
    unit_profile_publish,
    unit_profile_return,
    unit_profile_save,
    unit_profile_submit,
)
from tests import factories
from tests.factories import jpeg
from tests.page_fixtures import text_of
from tests.providers.conftest import INSTRUMENT, NOW, PROFILE, published
from tests.providers.instruments.test_customs_and_relations import CUSTOMS


def test_review_shows_changes_since_return(at, world, draft, read):
    steps = {"actor": world.manager, "instrument_id": draft.pk}
    instrument_submit(**steps, now=NOW)
    instrument_return(
        actor=world.officer, instrument_id=draft.pk, reason="请写明型号", now=NOW + timedelta(hours=1)
    )
    instrument_update(**steps, values={"model": "TX-200F"}, now=NOW + timedelta(hours=2))
    instrument_submit(**steps, now=NOW + timedelta(hours=3))
    page = read("officer", reverse("bureau_review", args=[draft.public_id]))
    assert "退回后的修改" in page
    assert "型号 TX-200 TX-200F" in page
    assert "请写明型号" in page


def test_texts_in_review_say_their_language(at, world, draft, client):
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    client.force_login(world.officer)
    page = client.get(reverse("bureau_review", args=[draft.public_id])).content.decode()
    assert f'<span lang="zh-Hans">{draft.name_zh}</span>' in page
    assert f'<span lang="en">{draft.name_en}</span>' in page


def test_pending_change_is_shown_beside_published_version(at, world, read):
    live = published(world)
    instrument_update(
        actor=world.manager,
        instrument_id=live.pk,
        values={"value_yuan": "2600000", "category": "020100"},
        now=NOW,
    )
    page = read("auditor", reverse("bureau_review", args=[live.public_id]))
    assert "分类 010101 透射电镜 020100 力学性能测试仪器" in page
    assert "原值（元） ¥2,500,000.00 ¥2,600,000.00" in page
    assert "通过变更" not in page  # an auditor reads


@pytest.mark.parametrize(("act", "becomes"), [("review_publish", 62_000_000), ("review_return", 2_500_000)])
def test_only_the_changes_that_the_officer_has_read_are_decided(at, world, act, becomes):
    live = published(world)
    edit = partial(instrument_update, actor=world.manager, instrument_id=live.pk)
    edit(values={"value_yuan": "2600000"}, now=NOW)
    address = reverse(act, args=[live.public_id])
    officer = at("officer")
    shown = officer.get(address)
    assert "原值（元） ¥2,500,000.00 ¥2,600,000.00" in text_of(shown)
    seen, why = {"seen": shown.context["form"]["seen"].value()}, {"reason": "与验收单不符"}
    edit(values={"value_yuan": "62000000"}, now=NOW)
    for sent in (why | seen, why):
        refused = officer.post(address, sent)
        assert refused.status_code == 409
        assert "此后又作了修改" in text_of(refused)
    live.refresh_from_db()
    assert live.pending_values["value_yuan"] == "62000000.00"
    again = why | {"seen": refused.context["form"]["seen"].value()}
    assert officer.post(address, again).status_code == 302
    live.refresh_from_db()
    assert (live.value_yuan, live.pending_values) == (becomes, {})


def test_publishing_and_returning_by_the_officer(at, world, draft):
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    client = at("officer")
    refused = client.post(reverse("review_return", args=[draft.public_id]), {"reason": ""})
    assert refused.status_code == 422
    assert "确认退回" in text_of(refused)
    seen = {"seen": refused.context["form"]["seen"].value()}
    client.post(reverse("review_return", args=[draft.public_id]), {"reason": "缺图片", **seen})
    draft.refresh_from_db()
    assert (draft.state, draft.return_reason) == ("draft", "缺图片")
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    draft.refresh_from_db()
    answer = client.post(reverse("review_publish", args=[draft.public_id]), {"seen": draft.revision})
    draft.refresh_from_db()
    assert (draft.state, answer["Location"]) == ("published", reverse("bureau"))
    assert client.get(reverse("bureau_review", args=[draft.public_id])).status_code == 404


@pytest.mark.parametrize(("act", "becomes"), [("review_publish", "published"), ("review_return", "draft")])
def test_only_what_the_officer_has_read_is_decided(at, world, draft, act, becomes):
    """Another officer returned it meanwhile, and the unit has submitted something else."""
    profile_of = {"actor": world.manager, "organization_id": world.unit.pk}
    instrument_of = {"actor": world.manager, "instrument_id": draft.pk}
    unit_profile_save(**profile_of, values=PROFILE, now=NOW)
    profile = unit_profile_submit(**profile_of, now=NOW)
    instrument_submit(**instrument_of, now=NOW)
    officer = at("officer")
    addresses = [reverse(act, args=[one.public_id]) for one in (draft, profile)]
    seen = [{"seen": officer.get(each).context["form"]["seen"].value()} for each in addresses]
    instrument_return(actor=world.officer, instrument_id=draft.pk, reason="请写明型号", now=NOW)
    instrument_update(**instrument_of, values={"model": "TX-200F"}, now=NOW)
    instrument_submit(**instrument_of, now=NOW)
    unit_profile_return(actor=world.officer, organization_id=world.unit.pk, reason="电话打不通", now=NOW)
    unit_profile_save(**profile_of, values={"phone": "0570-7654322"}, now=NOW)
    unit_profile_submit(**profile_of, now=NOW)
    why = {"reason": "请核对"}
    for one, address, read in zip((draft, profile), addresses, seen, strict=True):
        refused = officer.post(address, why | read)
        assert (refused.status_code, "此后又作了修改" in text_of(refused)) == (409, True)
        again = why | {"seen": refused.context["form"]["seen"].value()}
        assert officer.post(address, again).status_code == 302
        one.refresh_from_db()
        assert one.state == becomes


def test_a_return_without_reason_keeps_the_revision_that_was_read(at, world, draft):
    unit = {"actor": world.manager, "instrument_id": draft.pk, "now": NOW}
    instrument_submit(**unit)
    officer, address = at("officer"), reverse("review_return", args=[draft.public_id])
    seen = officer.get(address).context["form"]["seen"].value()
    instrument_return(actor=world.officer, instrument_id=draft.pk, reason="请写明型号", now=NOW)
    instrument_update(**unit, values={"model": "TX-200F"})
    instrument_submit(**unit)
    asked = officer.post(address, {"reason": "", "seen": seen})
    assert (asked.status_code, asked.context["form"]["seen"].value()) == (422, seen)
    assert officer.post(address, {"reason": "请核对", "seen": seen}).status_code == 409
    draft.refresh_from_db()
    assert draft.state == "submitted"


@pytest.mark.parametrize("act", ["review_publish", "review_return"])
def test_the_question_keeps_the_revision_that_the_review_has_shown(at, world, draft, act):
    unit = {"actor": world.manager, "instrument_id": draft.pk, "now": NOW}
    instrument_submit(**unit)
    officer = at("officer")
    page = officer.get(reverse("bureau_review", args=[draft.public_id])).content.decode()
    (address,) = re.findall(rf'href="({reverse(act, args=[draft.public_id])}[^"]*)"', page)
    instrument_return(actor=world.officer, instrument_id=draft.pk, reason="请写明型号", now=NOW)
    instrument_update(**unit, values={"model": "TX-200F"})
    instrument_submit(**unit)
    seen = {"seen": officer.get(address).context["form"]["seen"].value()}
    refused = officer.post(address, {"reason": "请核对"} | seen)
    assert (refused.status_code, "此后又作了修改" in text_of(refused)) == (409, True)
    draft.refresh_from_db()
    assert draft.state == "submitted"


def test_a_profile_is_reviewed_as_a_whole(at, world, read):
    unit_profile_save(actor=world.manager, organization_id=world.unit.pk, values=PROFILE, now=NOW)
    profile = unit_profile_submit(actor=world.manager, organization_id=world.unit.pk, now=NOW)
    page = read("officer", reverse("bureau_review", args=[profile.public_id]))
    assert "云屏材料研究所单位简介" in page
    assert "首次提交。" in page
    assert "云屏市科技路 1 号" in page
    at("officer").post(reverse("review_publish", args=[profile.public_id]), {"seen": profile.revision})
    profile.refresh_from_db()
    assert profile.state == "published"


def test_a_returned_profile_stays_in_the_form_with_the_reason_and_the_next_review_shows_both(at, world, read):
    common = {"actor": world.manager, "organization_id": world.unit.pk}
    unit_profile_save(**common, values=PROFILE, now=NOW)
    unit_profile_submit(**common, now=NOW)
    returned = {"actor": world.officer, "organization_id": world.unit.pk, "reason": "电话打不通"}
    profile = unit_profile_return(**returned, now=NOW + timedelta(hours=1))
    page = at("manager").get(reverse("unit_profile_edit", args=[world.unit.public_id]))
    assert "科技局退回意见： 电话打不通" in text_of(page)
    assert page.context["form"]["phone"].value() == "0570-7654321"
    unit_profile_save(**common, values={"phone": "0570-7654322"}, now=NOW + timedelta(hours=2))
    unit_profile_submit(**common, now=NOW + timedelta(hours=3))
    review = read("officer", reverse("bureau_review", args=[profile.public_id]))
    assert "联系电话 0570-7654321 0570-7654322" in review
    assert "电话打不通" in review


def test_review_of_a_change_says_why_the_one_before_was_refused(world, read):
    live = published(world)
    change = {"actor": world.manager, "instrument_id": live.pk}
    instrument_update(**change, values={"value_yuan": "2600000"}, now=NOW)
    instrument_changes_refuse(actor=world.officer, instrument_id=live.pk, reason="请附发票", now=NOW)
    instrument_update(**change, values={"value_yuan": "2610000"}, now=NOW + timedelta(hours=1))
    page = read("officer", reverse("bureau_review", args=[live.public_id]))
    assert "原值（元） ¥2,500,000.00 ¥2,610,000.00" in page
    assert "请附发票" in page


def test_the_review_takes_as_many_statements_for_a_long_history(at, world, draft, statements):
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    client = at("officer")
    address = reverse("bureau_review", args=[draft.public_id])

    def more():
        for number in range(5):
            instrument_create(
                actor=world.manager,
                organization_id=world.unit.pk,
                values={**INSTRUMENT, "inner_number": f"C-{number}"},
                now=NOW,
            )

    statements.assert_unchanged(lambda: client.get(address), by=more)
    assert "首次提交。" in text_of(client.get(address))


def test_review_shows_history(world, draft, read):
    common = {"actor": world.manager, "now": NOW}
    pictures = [
        instrument_picture_add(
            instrument_id=draft.pk, upload=BytesIO(jpeg((1200, 600), colour)), alt_zh=colour, **common
        )
        for colour in ("teal", "navy")
    ]
    instrument_picture_describe(picture_id=pictures[0].pk, alt_zh="主机", alt_en="", **common)
    instrument_picture_move(picture_id=pictures[1].pk, forward=True, **common)
    instrument_picture_remove(picture_id=pictures[1].pk, **common)
    instrument_links_set(
        instrument_id=draft.pk, linked_ids=[published(world, inner_number="B-1").pk], **common
    )
    customs_supervision_set(instrument_id=draft.pk, values=CUSTOMS, **common)
    customs_supervision_remove(instrument_id=draft.pk, **common)
    instrument_submit(instrument_id=draft.pk, **common)
    page = read("officer", reverse("bureau_review", args=[draft.public_id]))
    told = re.findall(r"manager · (\S+)", page[page.index("办理记录") :])
    assert told == [
        "提交审核",
        "移除海关监管信息",
        "登记海关监管信息",
        "设置联用仪器",
        "移除图片",
        "调整图片顺序",
        "填写图片说明",
        "添加图片",
        "添加图片",
        "录入",
    ]


def test_submission_and_review_warn_of_an_instrument_nobody_could_book(at, world, draft, read):
    warning = "发布后仍不可预约：无生效的开放服务规则。未指定机组负责人，预约由单位管理员审批。"
    assert warning in read("manager", reverse("instrument_submit", args=[draft.public_id]))
    assert warning in read("manager", reverse("instrument_edit", args=[draft.public_id]))
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    assert warning in read("officer", reverse("bureau_review", args=[draft.public_id]))
    asked = read("officer", reverse("review_publish", args=[draft.public_id]))
    assert warning in asked
    factories.rule(draft, applies_from=NOW)
    factories.keeper(draft)
    assert "不可预约" not in read("officer", reverse("bureau_review", args=[draft.public_id]))


def test_a_published_instrument_without_a_price_says_so(at, world, read):
    live = published(world)
    rule = factories.rule(live, applies_from=NOW)
    factories.keeper(live)
    rule.price_lines.all().delete()
    assert "开放服务规则未设收费标准" in read("manager", reverse("instrument_edit", args=[live.public_id]))
    public = read("officer", reverse("instrument", args=[live.public_id]))
    assert "管理单位尚未公布收费标准，暂不能预约。" in public


def test_nobody_confirms_a_profile_that_a_colleague_changed_meanwhile(at, world):
    unit, manager = {"organization_id": world.unit.pk, "now": NOW}, {"actor": world.manager}
    values = {**PROFILE, "picture": "units/a.png"}
    unit_profile_save(values=values, **unit, **manager)
    unit_profile_submit(**unit, **manager)
    unit_profile_publish(actor=world.officer, **unit)
    client = at("manager")
    page = client.get(reverse("unit_profile_edit", args=[world.unit.public_id])).content.decode()
    confirm = reverse("unit_profile_confirm", args=[world.unit.public_id])
    (address,) = re.findall(rf'href="({confirm}[^"]*)"', page)
    changed = unit_profile_save(values={**values, "phone": "0571-88000001"}, **unit, **manager)
    assert client.post(address).status_code == 409
    assert client.post(f"{confirm}?seen={changed.revision}").status_code == 302
