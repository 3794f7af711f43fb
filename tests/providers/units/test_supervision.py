"""Who is incomplete, why and since when; reminders from the table to the unit's desk."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.urls import reverse

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import District
from instrument_share.journal.models import AuditEntry, Notification
from providers.units.models import Reminder, ServiceCase, UnitNews
from providers.units.selectors.reminders import reminders
from providers.units.views import supervision
from tests import factories
from tests.factories import NOW
from tests.page_fixtures import rows_of, text_of

DAY = timedelta(days=1)


@pytest.fixture
def bureau(city):
    return factories.officer()


@pytest.fixture
def auditor(bureau):
    return factories.member(bureau.memberships.get().organization, Role.BUREAU_AUDITOR, name="庚")


@pytest.fixture
def institute(city):
    east = District.objects.create(code="990102", name_zh="东区", name_en="East")
    made = factories.organization(
        "云屏空白研究所",
        name_en="Yunping Blank Institute",
        owns_instruments=True,
        kind=OrganizationKind.INSTITUTE.value,
        district=east,
    )
    factories.member(made, Role.UNIT_MANAGER, name="空")
    return made


def cases(of, *ages, **more):
    """Cases published so many days before NOW."""
    for age in ages:
        at = NOW - age * DAY
        ServiceCase.objects.create(organization=of, title_zh="案例", created_at=at, published_at=at, **more)


@pytest.fixture
def names(see, bureau):
    """The units that the table shows, in its order."""

    def names(**query):
        sheet = see(bureau, "completeness", export="csv", **query).getvalue().decode("utf-8-sig")
        return [line.split(",")[0] for line in sheet.splitlines()[1:]]

    return names


UNI, BLANK = "云屏测试大学", "云屏空白研究所"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [BLANK, UNI]),
        ({"kind": "institute"}, [BLANK]),
        ({"district": "990102"}, [BLANK]),
        ({"district": "990199"}, []),
        ({"information": "case"}, [BLANK]),
        ({"information": "case", "state": "complete"}, [UNI]),
        ({"information": "news", "state": "stale"}, []),
        ({"state": "stale"}, [UNI]),  # its instrument, which nobody has confirmed
        ({"state": "complete"}, []),
        ({"state": "open"}, [BLANK, UNI]),
        ({"changed": "better"}, [UNI]),
        ({"changed": "worse"}, []),
        ({"changed": "any"}, [UNI]),
        ({"sort": "-percent"}, [UNI, BLANK]),
        ({"sort": "name"}, [UNI, BLANK]),
        ({"sort": "district"}, [BLANK, UNI]),
        ({"sort": "case"}, [BLANK, UNI]),
        ({"sort": "-case"}, [UNI, BLANK]),
        ({"sort": "reminded"}, [BLANK, UNI]),
        ({"sort": "nonsense"}, [BLANK, UNI]),
        ({"as_of": "2026-02", "changed": "any"}, []),
    ],
)
def test_the_table_is_narrowed_and_sorted(names, city, institute, bureau, query, expected):
    cases(city.owner, 100, 0)  # complete since today
    Reminder.objects.create(organization=institute, kinds=["case"], sent_by=bureau, sent_at=NOW - DAY)
    assert names(**query) == expected


def test_a_kind_is_listed_under_what_its_badge_says(names, see, city, institute, bureau):
    UnitNews.objects.create(organization=institute, title_zh="动态", created_at=NOW, published_at=NOW)
    of_news = {state: names(information="news", state=state) for state in ("missing", "stale")}
    assert of_news == {"missing": [UNI], "stale": [BLANK]}
    assert see(bureau, "bureau").context["stale_count"] == 2


def test_a_past_month_end_leaves_out_who_was_registered_later(names, city, institute):
    institute.created_at = datetime(2026, 1, 31, 16, tzinfo=UTC)  # 1 February in the city
    institute.save()
    assert names(as_of="2026-01") == [UNI]
    assert set(names(as_of="2026-02")) == {UNI, BLANK}


def test_a_past_month_end_comes_out_as_it_did_then(see, city, institute, bureau):
    cases(city.owner, 100, 60)
    rows = {
        month: see(bureau, "completeness", export="csv", as_of=month, information="case", state="complete")
        .getvalue()
        .decode("utf-8-sig")
        .splitlines()[1:]
        for month in ("2025-11", "2025-12", "2026-01")
    }
    assert [len(found) for found in rows.values()] == [0, 0, 1]
    assert rows["2026-01"][0].split(",")[4] == "2026-01-31"


def test_the_sheet_says_state_since_and_why(see, city, institute, bureau):
    sheet = see(bureau, "completeness", export="csv", kind="institute").getvalue().decode("utf-8-sig")
    head, line = (row.split(",") for row in sheet.splitlines())
    assert dict(zip(head, line, strict=True)) == {
        "管理单位": BLANK,
        "统一社会信用代码": institute.uscc,
        "所在区县": "东区",
        "类别": "科研院所",
        "截至": "2026-03-02",
        "完整度（%）": "0",
        "单位简介": "缺失",
        "单位简介：起始日期": "2025-01-01",
        "单位简介：原因": "单位简介尚未发布。",
        "仪器设备": "缺失",
        "仪器设备：起始日期": "2025-01-01",
        "仪器设备：原因": "尚未发布任何仪器。",
        "单位动态": "缺失",
        "单位动态：起始日期": "2025-01-01",
        "单位动态：原因": "近 365 天已发布 0 条，应不少于 4 条。",
        "管理制度": "缺失",
        "管理制度：起始日期": "2025-01-01",
        "管理制度：原因": "尚未发布现行有效的管理制度。",
        "开放服务案例": "缺失",
        "开放服务案例：起始日期": "2025-01-01",
        "开放服务案例：原因": "近 365 天已发布 0 条，应不少于 2 条。",
        "管理开放信息": "缺失",
        "管理开放信息：起始日期": "2025-01-01",
        "管理开放信息：原因": "尚未发布管理开放信息。",
        "最近催办": "",
    }
    workbook = openpyxl.load_workbook(
        BytesIO(see(bureau, "completeness", export="xlsx", kind="institute").content)
    )
    rows = [[cell.value for cell in row] for row in workbook.active.iter_rows()]
    assert rows[0] == head
    assert rows[1][:6] == [BLANK, institute.uscc, "东区", "科研院所", "2026-03-02", 0]


def test_long_lists_come_in_pages_and_lose_nobody(see, city, bureau):
    for number in range(60):
        factories.organization(f"云屏单位{number:02}", owns_instruments=True)
    first = see(bureau, "completeness", sort="name")
    onward = first.context["page"].next_cursor
    second = see(bureau, "completeness", sort="name", cursor=onward)
    shown = [row.organization.name_zh for page in (first, second) for row in page.context["rows"]]
    assert shown == sorted([UNI, *(f"云屏单位{number:02}" for number in range(60))])
    assert (len(first.context["rows"]), second.context["page"].next_cursor) == (50, None)


def test_readers_of_english_get_english_names(see, client, city, institute, bureau):
    factories.instrument(
        institute, state="draft", name_zh="质谱仪", name_en="Mass spectrometer", published_at=None
    )
    factories.instrument(institute)
    client.cookies["django_language"] = "en"
    page = text_of(see(bureau, "unit_supervision", institute.public_id))
    assert "1 of 2 instruments of ¥200,000 and more are not published: Mass spectrometer." in page
    assert "Complete and submit them." in page
    assert "质谱仪" not in page


def test_the_units_page_says_why_since_when_and_what_it_did(see, city, institute, bureau):
    cases(institute, 400, 380)
    AuditEntry.objects.create(
        at=NOW - DAY,
        actor_name="李经理",
        action="case.withdrawn",
        subject_type="providers.ServiceCase",
        subject_id=ServiceCase.objects.first().public_id,
        organization_id=institute.pk,
        details={"reason": "内容有误"},
    )
    Reminder.objects.create(
        organization=institute, kinds=["case", "news"], note="请尽快", sent_by=bureau, sent_at=NOW - DAY
    )
    page = text_of(see(bureau, "unit_supervision", institute.public_id))
    assert "开放服务案例 已过期 2026年1月27日 近 365 天已发布 0 条，应不少于 2 条。 请再发布 2 条。" in page
    assert "2026年3月1日 08:00 己 开放服务案例、单位动态 请尽快" in page
    assert "李经理 · 撤下 · 开放服务案例 · 案例 2026年3月1日 08:00 内容有误" in page
    head, act = rows_of(see(bureau, "unit_supervision", institute.public_id, format="csv"))
    assert head == ["时间", "操作人", "操作", "对象类别", "操作对象", "理由"]
    assert act == ["2026-03-01T08:00:00+08:00", "李经理", "撤下", "开放服务案例", "案例", "内容有误"]
    read = AuditEntry.objects.get(action="personal_data.disclosed")
    assert (read.actor, read.organization_id) == (bureau, institute.pk)
    assert read.details == {"what": "unit_acts.export", "rows": 1}


def test_information_in_review_is_not_asked_of_the_unit(see, send, city, institute, bureau):
    factories.instrument(institute)
    factories.instrument(
        institute,
        state="submitted",
        name_zh="质谱仪",
        submitted_at=NOW,
        published_at=None,
    )
    page = text_of(see(bureau, "unit_supervision", institute.public_id))
    assert "尚未发布：质谱仪。" in page
    send(bureau, "completeness_remind", unit=institute.public_id)
    assert Reminder.objects.get().kinds == ["profile", "news", "regulation", "case", "openness"]


def test_a_reminder_is_looked_at_sent_once_and_read(see, send, city, institute, bureau):
    preview = see(bureau, "completeness_remind", unit=[institute.public_id, city.owner.public_id])
    assert [one.organization.name_zh for one in preview.context["reachable"]] == [UNI, BLANK]
    assert "收件人： 空" in text_of(preview)
    form = {"unit": [institute.public_id], "note": "请在月底前完成", "form_token": "one-and-the-same"}
    answer = send(bureau, "completeness_remind", **form)
    assert (answer.status_code, answer["Location"]) == (302, "/bureau/completeness/")
    send(bureau, "completeness_remind", **form)
    assert [(one.organization, one.note) for one in Reminder.objects.all()] == [(institute, "请在月底前完成")]
    assert Notification.objects.count() == 1
    assert "已向 1 家单位发送催办。" in text_of(see(bureau, "completeness"))

    again = see(bureau, "completeness_remind", unit=institute.public_id)
    assert again.context["plan"]["sent"] == []
    assert "2026年3月2日已催办" in text_of(again)
    send(bureau, "completeness_remind", unit=institute.public_id)
    assert "未发送：云屏空白研究所。" in text_of(see(bureau, "completeness"))
    send(bureau, "completeness_remind", again=institute.public_id)
    assert Reminder.objects.count() == 2


def test_all_filtered_units_can_be_reminded_together(see, city, institute, bureau):
    page = see(bureau, "completeness", kind="institute")
    address = urlsplit(page.context["remind_all"])
    assert parse_qs(address.query) == {"kind": ["institute"], "all": ["1"]}
    preview = see(bureau, "completeness_remind", kind="institute", all="1")
    assert [one.organization.name_zh for one in preview.context["reachable"]] == [BLANK]


def test_units_to_remind_come_in_pages_and_the_next_follows(
    see, client, city, institute, bureau, monkeypatch
):
    monkeypatch.setattr(supervision, "PER_PAGE", 2)
    for number in range(2):
        unit = factories.organization(f"云屏单位{number}", owns_instruments=True)
        factories.member(unit, Role.UNIT_MANAGER, name="壬")
    preview = see(bureau, "completeness_remind", all="1")
    first = [one.organization.public_id for one in preview.context["reachable"]]
    assert len(first) == 2
    assert "共 4 家单位，每页 2 家" in text_of(preview)
    address = f"{reverse('completeness_remind')}?all=1"
    onward = client.post(address, {"unit": first})["Location"]
    assert onward.startswith(f"{address}&cursor=")
    second = client.get(onward)
    others = [one.organization.public_id for one in second.context["reachable"]]
    assert len({*first, *others}) == 4
    assert second.context["page"].next_cursor is None
    assert client.post(onward, {"unit": others})["Location"] == reverse("completeness")
    assert Reminder.objects.count() == 4


def test_problems_are_shown_in_reminder_form(see, send, city, institute, bureau):
    nobody = send(bureau, "completeness_remind", note="请尽快")
    assert (nobody.status_code, "未选择单位" in text_of(nobody)) == (422, True)
    long = send(bureau, "completeness_remind", unit=institute.public_id, note="好" * 301)
    assert long.status_code == 422
    assert not Reminder.objects.exists()


def test_desk_links_to_incomplete_units(see, city, institute, bureau):
    UnitNews.objects.create(organization=institute, title_zh="动态", created_at=NOW, published_at=NOW)
    cases(city.owner, 100, 0)
    response = see(bureau, "bureau")
    page, links = text_of(response), response.content.decode()
    assert "信息缺失或不完整的单位 2 共 2 家" in page
    assert f'href="/bureau/units/{institute.public_id}/"' in links
    assert 'href="/bureau/completeness/?state=missing"' in links
    assert 'href="/bureau/completeness/?information=case&amp;sort=case"' in links
    week = page[page.index("近 7 天") :]
    assert week.index("云屏测试大学 提升 开放服务案例 完整") < week.index("各类信息未完善的单位数")
    assert [number for _kind, number in response.context["by_kind"]] == [2, 2, 2, 2, 1, 2]


@pytest.mark.parametrize("name", ["completeness", "unit_supervision"])
def test_auditors_look_and_remind_nobody(see, city, institute, auditor, name):
    response = see(auditor, name, *([institute.public_id] if name == "unit_supervision" else []))
    assert response.status_code == 200
    assert "/bureau/completeness/remind/" not in response.content.decode()
    assert see(auditor, "completeness_remind", unit=institute.public_id).status_code == 403


def test_a_suspended_unit_is_looked_at_and_not_reminded(see, city, institute, bureau):
    institute.state = "suspended"
    institute.save()
    response = see(bureau, "unit_supervision", institute.public_id)
    assert response.status_code == 200
    assert f"/bureau/completeness/remind/?unit={institute.public_id}" not in response.content.decode()
    assert "已暂停" in text_of(response)


def test_years_of_a_unit_begin_with_that_of_its_registration_in_the_city(see, city, institute, bureau):
    institute.created_at = datetime(2024, 12, 31, 17, tzinfo=UTC)  # 01:00 on New Year's Day
    institute.save()
    response = see(bureau, "unit_supervision", institute.public_id)
    assert [year for year, _address, _chosen in response.context["years"]] == ["2026", "2025"]
    assert see(bureau, "unit_supervision", institute.public_id, year=2024).context["year"] == 2026


def test_a_company_has_no_such_page(see, city, bureau):
    assert see(bureau, "unit_supervision", city.company.public_id).status_code == 404


def test_the_table_takes_as_many_statements_for_many_units(see, city, institute, bureau, statements):
    def more():
        for number in range(8):
            unit = factories.organization(f"云屏单位{number}", owns_instruments=True)
            factories.instrument(unit)
            cases(unit, 10)
            Reminder.objects.create(organization=unit, kinds=[], sent_by=bureau, sent_at=NOW)

    statements.assert_unchanged(lambda: see(bureau, "completeness"), by=more)


def test_the_preview_takes_as_many_statements_for_many_units(see, city, institute, bureau, statements):
    def more():
        for number in range(8):
            unit = factories.organization(f"云屏单位{number}", owns_instruments=True)
            factories.member(unit, Role.UNIT_MANAGER, name="壬")

    statements.assert_unchanged(lambda: see(bureau, "completeness_remind", all="1"), by=more)


def test_a_units_page_takes_as_many_statements_for_much_that_it_did(see, city, institute, bureau, statements):
    def more():
        cases(institute, *range(10))
        acts()

    def acts():
        for case in ServiceCase.objects.all():
            AuditEntry.objects.create(
                at=NOW,
                actor_name="李经理",
                action="case.published",
                subject_type="providers.ServiceCase",
                subject_id=case.public_id,
                organization_id=institute.pk,
            )
            Reminder.objects.create(organization=institute, kinds=["case"], sent_by=bureau, sent_at=NOW)

    cases(institute, 20)
    acts()
    statements.assert_unchanged(lambda: see(bureau, "unit_supervision", institute.public_id), by=more)


# --- A district's bureau ----------------------------------------------------------------------------------


@pytest.fixture
def in_the_east(institute):
    """An officer of the bureau of the institute's district."""
    east = institute.district
    office = factories.organization("东区科技局", kind="bureau", region=east, district=east)
    return factories.member(office, Role.BUREAU_OFFICER, name="辛")


def test_an_officer_of_a_district_who_audits_the_city_reminds_in_the_district_alone(
    see, send, city, institute, auditor, in_the_east
):
    factories.member(in_the_east.memberships.get().organization, Role.BUREAU_OFFICER, auditor)
    page = see(auditor, "completeness")
    assert {row.organization for row in page.context["rows"]} == {institute, city.owner}
    ticks = re.findall(r'name="unit" value="(\S+)"', page.content.decode())
    assert (ticks, page.context["open_shown"]) == ([institute.public_id], 1)
    for unit, is_offered in ((institute, True), (city.owner, False)):
        shown = see(auditor, "unit_supervision", unit.public_id)
        assert shown.context["may_remind"] is is_offered
    preview = see(auditor, "completeness_remind", all="1")
    assert [one.organization for one in preview.context["reachable"]] == [institute]
    send(auditor, "completeness_remind", unit=[institute.public_id])
    assert [one.organization for one in Reminder.objects.all()] == [institute]


def test_a_districts_bureau_sees_and_reminds_the_units_of_its_district(
    see, send, city, institute, bureau, in_the_east
):
    rows = see(in_the_east, "completeness").context["rows"]
    assert [row.organization for row in rows] == [institute]
    assert see(in_the_east, "unit_supervision", institute.public_id).status_code == 200
    assert see(in_the_east, "unit_supervision", city.owner.public_id).status_code == 404
    assert see(in_the_east, "completeness_remind", unit=city.owner.public_id).context["reachable"] == []
    assert send(in_the_east, "completeness_remind", unit=city.owner.public_id).status_code == 422
    assert not Reminder.objects.exists()
    send(bureau, "completeness_remind", unit=[city.owner.public_id])
    send(in_the_east, "completeness_remind", unit=institute.public_id)
    assert [one.organization for one in reminders(in_the_east)] == [institute]
    assert [one.organization for one in reminders(bureau)] == [institute, city.owner]
