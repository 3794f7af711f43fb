"""News, regulations, cases and openness statements: their editor, their own pages, their revisions."""

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from instrument_share.web.text.formats import date_only
from providers.instruments.models import Instrument
from providers.units.domain.publications import PublicationKind
from providers.units.models import (
    OpennessStatement,
    PublicationPicture,
    Regulation,
    ServiceCase,
    UnitNews,
    UnitProfile,
)
from providers.units.services.profiles import unit_profile_publish, unit_profile_save, unit_profile_submit
from providers.units.services.publications import (
    publication_draft,
    publication_publish,
    publications_publish_due,
)
from tests.factories import jpeg
from tests.page_fixtures import text_of
from tests.providers.conftest import NOW, PROFILE, published

TYPED = {"title_zh": "开放日", "body_zh": "**欢迎**参观。"}


@pytest.fixture
def address(world):
    return lambda kind: reverse("publication_new", args=[world.unit.public_id, kind])


@pytest.fixture
def news(world):
    return publication_publish(
        actor=world.manager,
        kind=PublicationKind.NEWS,
        organization_id=world.unit.pk,
        values=TYPED,
        now=NOW - timedelta(days=1),
    )


def page_of(row):
    return reverse("publication", args=[row.public_id])


def act_of(name, row, kind="news"):
    return reverse(f"publication_{name}", args=[kind, row.public_id])


def test_news_go_out_at_once_and_can_be_taken_down_with_a_reason(at, world, address, read):
    client = at("manager")
    answer = client.post(address("news"), TYPED)
    made = UnitNews.objects.get()
    assert answer["Location"] == page_of(made)
    assert "已发布，公开可见。科技局发布单位简介后，单位主页方可访问。" in text_of(client.get(page_of(made)))
    assert "<strong>欢迎</strong>参观。" in at().get(page_of(made)).content.decode()
    assert "该单位会看到此理由。" not in text_of(client.get(act_of("withdraw", made)))
    assert "该单位会看到此理由。" in text_of(at("officer").get(act_of("withdraw", made)))
    at("officer").post(act_of("withdraw", made), {"reason": "日期有误"})
    gone = at().get(page_of(made))
    assert gone.status_code == 410
    assert "2025年9月1日 撤下" in text_of(gone)
    assert not {"开放日", "欢迎", "日期有误"} & set(text_of(gone).split())
    seen = read("manager", page_of(made))
    assert "日期有误" in seen
    assert "officer · 撤下" in read("manager", reverse("revisions", args=[made.public_id]))
    assert "日期有误" in read("manager", reverse("unit_publications", args=[world.unit.public_id, "news"]))
    assert at("manager").get(act_of("edit", made))["Location"] == page_of(made)


def test_a_draft_is_previewed_scheduled_and_published_by_itself(at, world, address):
    client = at("manager")
    shown = client.post(address("news"), {**TYPED, "act": "preview"})
    assert (shown.status_code, UnitNews.objects.count()) == (200, 0)
    assert "<strong>欢迎</strong>参观。" in shown.content.decode()
    client.post(address("news"), {**TYPED, "act": "draft"})
    made = UnitNews.objects.get()
    assert [at(who).get(page_of(made)).status_code for who in (None, "officer", "manager")] == [404, 404, 200]
    refused = client.post(act_of("schedule", made), {"at": "2025-09-01T08:00"})
    assert refused.status_code == 422
    client.post(act_of("schedule", made), {"at": "2025-09-02T09:00"})
    assert "2025年9月2日 09:00" in text_of(client.get(page_of(made)))
    client.post(act_of("unschedule", made))
    client.post(act_of("schedule", made), {"at": "2025-09-02T10:00"})
    assert publications_publish_due(NOW + timedelta(days=1, hours=1)) == 1
    assert at().get(page_of(made)).status_code == 200


def test_the_editors_buttons_say_what_they_do_and_lead_on(at, address, world):
    def buttons(answer):
        return [choice.act for choice in answer.context["choices"]]

    client = at("manager")
    new = client.get(address("news"))
    assert buttons(new) == ["draft", "preview", "publish", "schedule"]
    assert "立即公开，无需审核；科技局可说明理由予以撤下。" in text_of(new)
    answer = client.post(address("news"), {**TYPED, "act": "schedule"})
    made = UnitNews.objects.get()
    assert (made.state, answer["Location"]) == ("draft", act_of("schedule", made) + "?seen=1")
    draft = client.get(act_of("edit", made))
    assert buttons(draft) == ["draft", "preview", "publish", "schedule"]
    assert "保存后再次确认，确认后即公开。" in text_of(draft)
    for act, leads in (("draft", page_of(made)), ("publish", act_of("release", made) + "?seen=3")):
        assert client.post(act_of("edit", made), {**TYPED, "act": act})["Location"] == leads
    made.refresh_from_db()
    assert made.state == "draft"
    client.post(act_of("schedule", made), {"at": "2025-09-02T09:00"})
    scheduled = client.get(act_of("edit", made))
    assert buttons(scheduled) == ["save", "preview", "publish", "schedule"]
    assert "保存后的内容将于 2025年9月2日 09:00 自动发布。" in text_of(scheduled)
    client.post(act_of("release", made))
    assert buttons(client.get(act_of("edit", made))) == ["save", "preview"]


def test_publish_page_names_missing_fields_of_draft(at, address):
    client = at("manager")
    client.post(address("news"), {"title_zh": "没有正文", "act": "draft"})
    made = UnitNews.objects.get()
    refused = client.post(act_of("release", made))
    assert refused.status_code == 422
    assert "请填写中文正文。" in text_of(refused)
    assert "发布“没有正文”" in text_of(refused)
    made.refresh_from_db()
    assert made.state == "draft"


def test_a_draft_is_released_or_discarded(at, address, read, world):
    client = at("manager")
    for title in ("一", "二"):
        client.post(address("news"), {**TYPED, "title_zh": title, "act": "draft"})
    first, second = UnitNews.objects.order_by("id")
    client.post(act_of("release", first))
    client.post(act_of("discard", second))
    assert list(UnitNews.objects.all()) == [first]
    assert at().get(page_of(first)).status_code == 200
    assert read("manager", reverse("unit_publications", args=[world.unit.public_id, "news"]), state="draft")


def test_second_save_shows_both_versions(at, news):
    client = at("manager")
    client.post(act_of("edit", news), {**TYPED, "body_zh": "甲的版本。", "revision": "1"})
    second = client.post(act_of("edit", news), {**TYPED, "body_zh": "乙的版本。", "revision": "1"})
    body = second.content.decode()
    assert second.status_code == 422
    assert "<del>甲</del>的版本。" in body
    assert "<ins>乙</ins>的版本。" in body
    assert 'name="revision" value="2"' in body
    assert UnitNews.objects.get().body_zh == "甲的版本。"
    client.post(act_of("edit", news), {**TYPED, "body_zh": "乙的版本。", "revision": "2"})
    assert UnitNews.objects.get().body_zh == "乙的版本。"


def test_stale_profile_edit_shows_both_versions(at, world):
    save = {"actor": world.manager, "organization_id": world.unit.pk, "now": NOW}
    unit_profile_save(values=PROFILE, **save)
    unit_profile_save(values={"contact": "甲主任"}, **save)
    typed = {**PROFILE, "contact": "乙主任", "revision": "2"}
    page = reverse("unit_profile_edit", args=[world.unit.public_id])
    answer = at("manager").post(page, typed)
    assert answer.status_code == 422
    assert "<del>甲</del>主任" in answer.content.decode()
    preview = at("manager").post(page, {**typed, "introduction_zh": "# 简介", "act": "preview"})
    assert "<h3>简介</h3>" in preview.content.decode()


def test_second_first_profile_shows_what_the_first_has(at, world):
    page = reverse("unit_profile_edit", args=[world.unit.public_id])
    assert 'name="revision" value="0"' in at("manager").get(page).content.decode()
    began = {**PROFILE, "revision": "0"}
    assert at("manager").post(page, {**began, "contact": "甲主任"}).status_code == 302
    answer = at("manager").post(page, {**began, "contact": "乙主任"})
    assert answer.status_code == 422
    assert "<del>甲</del>" in answer.content.decode()
    assert UnitProfile.objects.get().contact == "甲主任"


def test_a_regulation_carries_its_file_under_its_name(at, world, address, read):
    pdf = SimpleUploadedFile("办法.pdf", b"%PDF-1.7 rules", "application/pdf")
    typed = {"title_zh": "开放共享管理办法", "effective_date": "2025-01-01", "file": pdf}
    assert at("manager").post(address("regulation"), typed).status_code == 302
    made = Regulation.objects.get()
    assert made.file_name == "办法.pdf"
    sent = at().get(reverse("regulation_file", args=[made.public_id]))
    assert b"".join(sent.streaming_content) == b"%PDF-1.7 rules"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert "办法.pdf PDF, 14 字节" in read(None, page_of(made))


def test_non_pdf_is_refused(at, address):
    wrong = SimpleUploadedFile("办法.pdf", b"<html>", "application/pdf")
    typed = {"title_zh": "办法", "effective_date": "2025-01-01", "file": wrong}
    assert at("manager").post(address("regulation"), typed).status_code == 422


def test_missing_fields_are_shown(at, address):
    answer = at("manager").post(address("openness"), {"title_zh": "", "body_zh": ""})
    assert answer.status_code == 422
    assert "年度" in text_of(answer)


def test_a_statement_is_told_all_that_is_wrong_with_it_at_once(at, address):
    typed = {"title_zh": "2024 年开放情况", "body_zh": "开放。", "year": "2024"}
    at("manager").post(address("openness"), typed)
    wrong = {"title_zh": "", "year": "2024", "how_zh": "自主上机。"}
    refused = at("manager").post(address("openness"), {**wrong, "total_hours": "很多", "external_hours": "9"})
    assert refused.status_code == 422
    errors = refused.context["form"].errors
    assert set(errors) == {"title_zh", "year", "total_hours", "audience_zh", "charges_zh"}
    assert errors["year"] == ["2024 年度的管理开放信息已存在，请修改原有内容。"]


def test_a_statement_that_is_changed_is_told_all_that_is_wrong_with_it_at_once(at, address):
    for year in ("2023", "2024"):
        typed = {"title_zh": f"{year} 年开放情况", "body_zh": "开放。", "year": year}
        at("manager").post(address("openness"), typed)
    stated = OpennessStatement.objects.get(year=2024)
    change = reverse("publication_edit", args=["openness", stated.public_id])
    typed |= {"year": "2023", "body_zh": "", "networkable_count": "-1", "revision": "1"}
    refused = at("manager").post(change, typed)
    assert set(refused.context["form"].errors) == {"year", "body_zh", "networkable_count"}


def test_a_regulation_is_told_all_that_is_wrong_with_it_and_its_file_at_once(at, address):
    wrong = SimpleUploadedFile("办法.pdf", b"<html>", "application/pdf")
    refused = at("manager").post(address("regulation"), {"title_zh": "", "effective_date": "", "file": wrong})
    errors = refused.context["form"].errors
    assert set(errors) == {"title_zh", "effective_date", "file"}
    assert errors["file"] == ["文件不是 PDF，请另存为 PDF 后重试。"]


def test_a_public_profile_is_told_all_that_is_wrong_with_it_and_its_picture_at_once(at, world):
    publish_profile(world)
    typed = {**PROFILE, "introduction_zh": "太短", "email": "没有", "revision": "1"}
    typed["picture"] = SimpleUploadedFile("照片.jpg", b"<html>", "image/jpeg")
    refused = at("manager").post(reverse("unit_profile_edit", args=[world.unit.public_id]), typed)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"introduction_zh", "email", "picture"}


def test_the_same_year_twice_is_refused(at, address):
    typed = {"title_zh": "2024 年开放情况", "body_zh": "开放。", "year": "2024"}
    assert at("manager").post(address("openness"), typed).status_code == 302
    again = at("manager").post(address("openness"), {**typed, "title_zh": "又一份"})
    assert again.status_code == 422
    assert "2024" in text_of(again)


def test_a_statement_begins_with_figures_and_last_years_words(at, world):
    publication_publish(
        actor=world.manager,
        kind=PublicationKind.OPENNESS,
        organization_id=world.unit.pk,
        values={
            "title_zh": "2023",
            "year": 2023,
            "how_zh": "自主上机。",
            "audience_zh": "全社会。",
            "charges_zh": "按成本。",
        },
        now=NOW,
    )
    page = reverse("statement_new", args=[world.unit.public_id])
    empty = at("manager").get(page).context["form"]
    assert (empty["year"].value(), empty["how_zh"].value()) == (2024, None)
    assert empty["total_hours"].value() == Decimal("0.0")
    assert empty["title_zh"].value() == "云屏材料研究所 2024 年度仪器设备管理与开放信息"
    copied = at("manager").get(page, {"from": "last"}).context["form"]
    assert (copied["year"].value(), copied["how_zh"].value()) == (2024, "自主上机。")
    typed = {name: copied[name].value() or "" for name in copied.fields if name != "revision"}
    assert at("manager").post(page, typed).status_code == 302
    assert OpennessStatement.objects.filter(year=2024, charges_zh="按成本。").exists()


def test_stated_hours_are_called_so_beside_the_way_to_logged_ones(at, world):
    publish_profile(world)
    values = {"title_zh": "2023", "year": 2023, "body_zh": "开放。", "total_hours": Decimal("1200.0")}
    made = publication_publish(
        actor=world.manager,
        kind=PublicationKind.OPENNESS,
        organization_id=world.unit.pk,
        values=values,
        now=NOW,
    )
    page = reverse("unit", args=[world.unit.public_id])
    for shown in (
        at("manager").get(page, {"tab": "openness"}),
        at("manager").get(reverse("publication", args=[made.public_id])),
    ):
        assert f"单位自行填报，{date_only(NOW)}发布 · 2023年各单位登记的机时" in text_of(shown)
        assert 'href="/openness/?year=2023"' in shown.content.decode()


def test_a_new_statement_is_about_a_year_that_has_none_and_says_which_have(at, world, read):
    def stated(year, save=publication_publish):
        values = {"title_zh": f"{year}", "year": year, "body_zh": "开放。"}
        kind = PublicationKind.OPENNESS
        return save(actor=world.manager, kind=kind, organization_id=world.unit.pk, values=values, now=NOW)

    def proposed(**query):
        return at("manager").get(page, query).context["form"]["year"].value()

    page = reverse("statement_new", args=[world.unit.public_id])
    first = stated(2022)
    assert proposed() == 2024
    assert proposed(year="2023") == 2023
    for useless in ("2022", "2026", "x", "20240"):
        assert proposed(year=useless) == 2024
    draft = stated(2024, publication_draft)
    assert proposed() == 2023
    stated(2023)
    assert proposed() == 2025
    said = read("manager", page)
    assert "本次填报 2025 年度。该年度尚未结束" in said
    assert "2025 本次填报 2024 草稿 2023 已发布 2022 已发布" in said
    html = at("manager").get(page).content.decode()
    assert all(page_of(one) in html for one in (first, draft))
    assert ("readonly" in str(at("manager").get(page).context["form"]["year"]), "2021 更早" in said) == (
        True,
        True,
    )
    assert proposed(year="2021") == 2021
    stated(2025)
    assert proposed() is None
    assert "readonly" not in str(at("manager").get(page).context["form"]["year"])
    assert "各年度均已填报。" in read("manager", page)


def png():
    made = BytesIO()
    Image.new("RGB", (30, 20), "red").save(made, "PNG")
    return SimpleUploadedFile("一.png", made.getvalue(), "image/png")


def test_a_picture_is_added_beside_a_text_and_shown_with_it(at, world, news):
    page = reverse("unit_pictures", args=[world.unit.public_id])
    typed = {"new-alt_zh": "一号楼", "new-alt_en": "Building 1"}
    refused = at("manager").post(page, typed, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    whole = {**typed, "new-picture": png(), "form_token": "sent-once"}
    panel = at("manager").post(page, whole, headers={"HX-Request": "true"})
    assert panel.status_code == 201
    made = PublicationPicture.objects.get()
    line = f"![一号楼](/units/pictures/{made.public_id}/#30x20)"
    assert line in panel.content.decode()
    shown = reverse("publication_picture", args=[made.public_id])
    assert at().get(shown).status_code == 404
    at("manager").post(act_of("edit", news), {**TYPED, "body_zh": line})
    assert (
        f'<img src="{shown}" alt="一号楼" width="30" height="20"' in at().get(page_of(news)).content.decode()
    )
    sent = at().get(shown)
    assert (sent["Content-Type"], sent["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert b"".join(sent.streaming_content)[:2] == b"\xff\xd8"


def test_revisions_are_listed_and_compared_by_words(at, news, read, statements):
    manager = at("manager")
    manager.post(act_of("edit", news), {**TYPED, "body_zh": "**欢迎**报名。", "body_en": "Come."})
    page = reverse("revisions", args=[news.public_id])
    listed = read("manager", page)
    assert "正文、 正文（英文）" in listed or "正文、正文（英文）" in listed
    newest = UnitNews.history.order_by("-history_id").first()
    compared = at("officer").get(reverse("revision", args=[news.public_id, newest.pk])).content.decode()
    assert "**欢迎**<del>参观</del>。" in compared
    assert "**欢迎**<ins>报名</ins>。" in compared
    oldest = UnitNews.history.order_by("history_id").first()
    named = manager.get(reverse("revision", args=[news.public_id, newest.pk]), {"with": oldest.pk})
    assert named.status_code == 200
    for wrong in ({"with": "x"}, {"with": "999999"}):
        assert manager.get(reverse("revision", args=[news.public_id, newest.pk]), wrong).status_code == 404

    def edit_more():
        for number in range(8):
            typed = {**TYPED, "body_zh": f"第 {number} 版"}
            assert manager.post(act_of("edit", news), typed).status_code == 302

    statements.assert_unchanged(lambda: manager.get(page), by=edit_more)


def test_the_units_list_takes_as_many_statements_for_many(at, world, address, statements):
    manager = at("manager")
    manager.post(address("news"), TYPED)

    def more():
        for number in range(10):
            manager.post(address("news"), {**TYPED, "title_zh": f"第 {number} 条", "act": "draft"})
            manager.post(address("news"), {"title_zh": f"第 {number} 条待写", "act": "draft"})

    page = reverse("unit_publications", args=[world.unit.public_id, "news"])
    statements.assert_unchanged(lambda: manager.get(page), by=more)


def publish_profile(world):
    act = {"organization_id": world.unit.pk, "now": NOW}
    unit_profile_save(actor=world.manager, values=PROFILE, **act)
    unit_profile_submit(actor=world.manager, **act)
    unit_profile_publish(actor=world.officer, **act)


def test_what_was_taken_down_is_not_offered_for_changing(at, address):
    manager = at("manager")
    manager.post(address("news"), TYPED)
    made = UnitNews.objects.get()
    at("officer").post(act_of("withdraw", made), {"reason": "日期有误"})
    assert manager.get(act_of("edit", made))["Location"] == page_of(made)
    refused = manager.post(act_of("edit", made), {**TYPED, "revision": made.revision, "act": "publish"})
    assert "该内容已撤下，保持原样，不能再更改；需要重新公开的，请另行撰写发布。" in text_of(refused)


@pytest.mark.parametrize("has_page", [False, True])
def test_only_a_unit_with_a_published_profile_has_a_page_to_which_others_lead(at, world, address, has_page):
    if has_page:
        publish_profile(world)
    live, retired = published(world), published(world, inner_number="A-002")
    Instrument.objects.filter(pk=retired.pk).update(state="retired", retired_at=NOW)
    at("manager").post(address("news"), TYPED)
    made, page = UnitNews.objects.get(), reverse("unit", args=[world.unit.public_id])
    leading = [
        reverse("instrument", args=[live.public_id]),
        reverse("instrument", args=[retired.public_id]),
        page_of(made),
        reverse("unit_supervision", args=[world.unit.public_id]),
    ]
    for each in leading:
        who = "officer" if each == leading[-1] else None
        assert (f'href="{page}' in at(who).get(each).content.decode()) is has_page, each
    assert (at().get(page).status_code == 200) is has_page
    taken_down = at("officer").post(act_of("withdraw", made), {"reason": "日期有误"})
    assert taken_down["Location"] == (f"{page}?tab=news" if has_page else page_of(made))
    assert (f'href="{page}' in at().get(page_of(made)).content.decode()) is has_page


@pytest.mark.parametrize("kind", ["news", "case", "regulation", "openness"])
def test_a_tab_of_the_units_page(at, world, kind, read, statements):
    publish_profile(world)
    page = reverse("unit", args=[world.unit.public_id])
    assert "尚未发布" in read(None, page, tab=kind)

    def publish(number):
        own = {"regulation": {"effective_date": NOW.date()}, "openness": {"year": 2000 + number}}
        text = "# 摘要\n\n**要点**在此。"
        return publication_publish(
            actor=world.manager,
            kind=PublicationKind(kind),
            organization_id=world.unit.pk,
            values={"title_zh": f"第 {number} 篇", "body_zh": text, **own.get(kind, {})},
            now=NOW,
        )

    made = publish(0)
    shown = read(None, page, tab=kind)
    assert "第 0 篇" in shown
    assert "摘要 要点在此。" in shown
    assert page_of(made) in at().get(page, {"tab": kind}).content.decode()
    statements.assert_unchanged(
        lambda: at().get(page, {"tab": kind}), by=lambda: [publish(number) for number in range(1, 11)]
    )


def test_a_case_names_its_instruments(at, world, instrument, address, read):
    typed = {**TYPED, "client_zh": "云屏芯片有限公司", "instruments": [str(instrument.pk)]}
    assert at("manager").post(address("case"), typed).status_code == 302
    made = ServiceCase.objects.get()
    page = read(None, page_of(made))
    assert "云屏芯片有限公司" in page
    assert "透射电子显微镜" in page


def test_another_picture_of_the_profile_has_another_address_and_is_told(at, world, read):
    manager, page = at("manager"), reverse("unit_profile_edit", args=[world.unit.public_id])
    shown = []
    for colour in ("teal", "navy"):
        picture = SimpleUploadedFile(f"{colour}.jpg", jpeg((1200, 600), colour))
        manager.post(page, {**PROFILE, "picture": picture})
        shown += re.findall(r'class="own-picture" src="([^"]+)"', manager.get(page).content.decode())
    assert len(set(shown)) == 2
    sent = manager.get(shown[-1])
    assert b"".join(sent.streaming_content)[:2] == b"\xff\xd8"
    profile = UnitProfile.objects.get(organization=world.unit)
    newest = profile.history.latest("history_id")
    compared = read("manager", reverse("revision", args=[profile.public_id, newest.pk]))
    assert "图片 修订前（" in compared
    assert "已更换为另一张图片。" in compared


def test_unknown_tab_shows_profile(at, world):
    unit_profile_save(actor=world.manager, organization_id=world.unit.pk, values=PROFILE, now=NOW)
    page = (
        at("manager").get(reverse("unit", args=[world.unit.public_id]), {"tab": "statement"}).content.decode()
    )
    assert re.search(r'\?tab=profile" aria-current="page"', page)
