"""A unit's sheet of hours, from the file to the logs."""

import hashlib
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bookings.usage import registry
from bookings.usage.models import UsageLog
from bookings.usage.selectors.disputes import get_confirmation_deadline
from bookings.usage.selectors.usage import find_broken_links, get_usage_log
from bookings.usage.views.use_sheet import USE_SHEET
from instrument_share.accounts.domain import Role
from instrument_share.journal.selectors import entries, history
from instrument_share.kernel.errors import Forbidden
from instrument_share.sheets.reading import read_table
from providers.exchange.domain.sheets.sheet_columns import KINDS
from providers.exchange.services import sheet_runs
from providers.exchange.services.imports import apply, preview
from providers.exchange.services.sheet_runs import sheet_run_continue, sheet_run_start
from providers.exchange.services.uploads import sheet_keep
from providers.models import Keeper
from tests.bookings.usage.test_usage import by_hand
from tests.factories import NOW, instrument, member, rule, slot
from tests.factories import keeper as keeper_of
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
HEADING = (
    "仪器编号,使用人,使用单位,服务对象,开始时间,结束时间,有效机时（分钟）,空闲时间（分钟）,"
    "服务方式,使用内容,样品数,金额（元）,重叠原因\n"
)


def bring(city, text, actor=None, **more):
    return apply(
        actor=actor or city.keeper,
        organization_id=city.owner.pk,
        table=read_table(text.encode()),
        kind=KINDS["uses"],
        now=NOW,
        **more,
    )


def row(city, day="02-27", start="09:00", end="11:30", **cells):
    cells = {
        "instrument": city.instrument.inner_number,
        "user": city.researcher.username,
        "organization": "",
        "side": "",
        "effective": "",
        "idle": "",
        "mode": "委托测试",
        "content": "断口观察",
        "samples": "",
        "amount": "",
        "reason": "",
        **cells,
    }
    return (
        "{instrument},{user},{organization},{side},2026-{day} {start},2026-{day} {end},{effective},{idle},"
        "{mode},{content},{samples},{amount},{reason}\n"
    ).format(day=day, start=start, end=end, **cells)


def outcomes(report):
    return {outcome: number for outcome, number in report.counts.items() if number}


def problems(report):
    return [(problem.cell, problem.code) for problem in report.errors]


def test_rows_become_logs_that_name_the_file(city):
    text = (
        HEADING
        + row(city, idle="30", side="外单位", samples="3")
        + row(city, "02-28", mode="自主上机", amount="12.50")
    )
    report = bring(city, text)
    assert (outcomes(report), problems(report)) == ({"new": 2}, [])
    first, second = UsageLog.objects.order_by("starts_at")
    assert (first.starts_at, first.ends_at) == (slot(-3, 9, 2.5).start, slot(-3, 9, 2.5).end)
    assert (first.effective_seconds, first.idle_seconds, first.samples) == (7200, 1800, 3)
    assert (str(first.amount_yuan), first.payer_organization, first.external) == (
        "200.00",
        city.company,
        True,
    )
    assert (first.capture, first.operator, second.operator) == ("import", city.keeper, city.researcher)
    assert (str(second.amount_yuan), second.effective_seconds) == ("12.50", 9000)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    assert [(log.sheet_row.sha256, log.sheet_row.row) for log in (first, second)] == [
        (sha256, 2),
        (sha256, 3),
    ]
    told = history(first)[0]
    assert (told.action, told.details["sha256"], told.details["row"]) == ("usage.recorded", sha256, 2)
    assert entries().filter(action="uses.imported").get().details["new"] == 2
    assert list(find_broken_links()) == []


@pytest.mark.parametrize("start", ["0001-01-01 00:00", "0001-01-01 07:59", "9999-12-31 24:00"])
def test_time_that_no_calendar_has_is_named_by_its_row(city, start):
    report = bring(city, HEADING + row(city).replace("2026-02-27 09:00", start))
    assert [(problem.row, problem.code) for problem in report.errors] == [(2, "import.moment")]


@pytest.mark.parametrize("midnight", ["02-28 00:00", "02-27 24:00"])
def test_use_that_ends_at_midnight_is_recorded(city, midnight):
    text = HEADING + row(city, start="22:00").replace("2026-02-27 11:30", f"2026-{midnight}")
    assert problems(bring(city, text)) == []
    assert UsageLog.objects.get().ends_at == slot(-3, 22, 2).end


def test_recorded_sheet_leads_to_the_desk_by_its_name(city):
    """Managers record uses, too; the keeper's desk is closed to them."""
    assert USE_SHEET.next_page() == (reverse("desk"), "工作台")


def test_sheet_sent_again_records_nothing_and_says_so(city):
    bring(city, HEADING + row(city))
    again = bring(city, HEADING + row(city) + row(city, "02-28"))
    assert outcomes(again) == {"unchanged": 1, "new": 1}
    assert UsageLog.objects.count() == 2


def test_a_preview_that_shows_peoples_names_leaves_a_trace(city):
    sheet = HEADING + row(city) + row(city, "02-28") + row(city, "02-26", user="nobody@example.com")
    table = read_table(sheet.encode())
    preview(actor=city.keeper, organization_id=city.owner.pk, table=table, kind=KINDS["uses"], now=NOW)
    told = [one.details for one in history(city.owner) if one.action == "personal_data.disclosed"]
    assert told == [{"what": "uses.previewed", "rows": 1}]


@pytest.mark.parametrize(
    "typed",
    [{}, {"words": "1", "field": "service_mode", "word": "看心情", "meaning": "没有这个"}],
    ids=["import refused", "words refused"],
)
def test_refused_sheet_whose_page_shows_names_leaves_a_trace(city, send, typed):
    common = {"actor": city.keeper, "organization_id": city.owner.pk, "kind": KINDS["uses"]}
    text = HEADING + row(city) + row(city, "02-28", mode="看心情")
    key = sheet_keep(content=text.encode(), map_text="", **common)
    page = send(city.keeper, "sheet_preview", city.owner.public_id, "uses", key, **typed, form_token="one")
    assert (page.status_code, city.researcher.name in text_of(page)) == (422, True)
    told = [one.details for one in history(city.owner) if one.action == "personal_data.disclosed"]
    assert told == [{"what": "uses.previewed", "rows": 1}]
    assert not UsageLog.objects.exists()


def test_one_bad_row_keeps_all_out_and_every_problem_names_its_cell(city):
    other = instrument(city.owner, inner_number="别人的")
    report = bring(
        city,
        HEADING
        + row(city)
        + row(city, instrument="没有")
        + row(city, instrument=other.inner_number)
        + row(city, user="谁也不是")
        + row(city, organization="云屏测试大学")
        + row(city, day="02-28", side="本单位")
        + row(city, day="03-03")
        + row(city, start="10:00", end="12:00")
        + row(city)
        + row(city, start="14:00", end="15:00", effective="90")
        + row(city, start="16:00", end="15:00"),
    )
    assert problems(report) == [
        ("A3", "usage.no_instrument"),
        ("A4", "usage.not_kept"),
        ("B5", "usage.no_user"),
        ("C6", "usage.payer_not_of_user"),
        ("D7", "usage.other_side"),
        ("F8", "usage.not_over"),
        ("E9", "usage.overlaps_row"),
        ("E10", "usage.repeated"),
        ("G11", "usage.seconds_exceed_time"),
        ("F12", "usage.ends_before_start"),
    ]
    assert not UsageLog.objects.exists()


def test_row_is_judged_by_itself_where_the_one_before_it_is_refused(city):
    """A copy has the fault of its row; a good row is recorded though a refused one has the same time."""
    other = member(city.company, name="己").username
    text = (
        HEADING
        + row(city, side="本单位") * 2
        + row(city)
        + row(city)
        + row(city, "02-28", side="本单位")
        + row(city, "02-28", user=other)
    )
    report = bring(city, text, partial=True)
    assert problems(report) == [
        ("D2", "usage.other_side"),
        ("D3", "usage.other_side"),
        ("E5", "usage.repeated"),
        ("D6", "usage.other_side"),
    ]
    assert [one.sheet_row.row for one in UsageLog.objects.order_by("pk")] == [4, 7]


def test_problem_shows_what_the_cell_says(city):
    text = HEADING + row(city, side="本单位") + row(city, "02-28", effective="100", idle="100")
    said = [(problem.cell, problem.value) for problem in bring(city, text).errors]
    assert said == [("D2", "本单位"), ("G3", "100")]


def test_hours_for_which_the_rule_has_no_price_need_an_amount(city):
    city.rule.price_lines.update(service_mode="self_operated")
    assert problems(bring(city, HEADING + row(city))) == [("L2", "usage.no_price")]
    own_way, free = row(city, mode="自主上机"), row(city, "02-28", amount="0")
    assert problems(bring(city, HEADING + own_way + free)) == []
    assert [str(log.amount_yuan) for log in UsageLog.objects.order_by("starts_at")] == ["250.00", "0.00"]


def test_rule_is_read_only_for_a_row_without_an_amount(city, statements):
    facts = {"actor": city.keeper, "organization_id": city.owner.pk, "kind": KINDS["uses"], "now": NOW}

    def count(**cells):
        table = read_table((HEADING + row(city, **cells) + row(city, "02-28", **cells)).encode())
        done = statements.of(lambda: preview(table=table, **facts))
        return sum('"applies_from" <=' in one for one in done)

    assert (count(), count(amount="10")) == (2, 0)


def test_overlap_with_a_log_needs_a_reason(city):
    earlier = by_hand(city, slot(-3, 11, 2))
    assert problems(bring(city, HEADING + row(city))) == [("M2", "usage.overlaps")]
    bring(city, HEADING + row(city, reason="两个样品仓"))
    log = UsageLog.objects.get(capture="import")
    assert (list(log.overlap.taken), log.overlap.reason) == ([earlier.public_id], "两个样品仓")


def test_payer_is_named_or_the_only_one(city):
    member(city.owner, person=city.researcher)
    assert problems(bring(city, HEADING + row(city))) == [("C2", "usage.payer_unclear")]
    bring(city, HEADING + row(city, organization="个人") + row(city, "02-28", organization=city.company.uscc))
    assert list(UsageLog.objects.order_by("starts_at").values_list("payer_person", "payer_organization")) == [
        (city.researcher.pk, None),
        (None, city.company.pk),
    ]


def test_large_sheet_is_recorded_in_parts_and_asks_its_user_once_a_part(city, monkeypatch):
    monkeypatch.setitem(sheet_runs.AT_ONCE, KINDS["uses"].name, 2)
    text = HEADING + "".join(row(city, f"02-2{day}") for day in range(3, 8))
    common = {"actor": city.keeper, "organization_id": city.owner.pk, "kind": KINDS["uses"]}
    key = sheet_keep(content=text.encode(), map_text="", **common)
    run, _report = sheet_run_start(key=key, chosen={}, partial=False, now=NOW, **common)
    assert (run.done, run.total, UsageLog.objects.count()) == (2, 5, 2)
    assert city.researcher.notifications.count() == 1


def test_who_enters_a_sheet_beside_another_person_reads_what_their_own_import_recorded(city, monkeypatch):
    monkeypatch.setitem(sheet_runs.AT_ONCE, KINDS["uses"].name, 2)
    text = HEADING + "".join(row(city, f"02-2{day}") for day in range(3, 8))
    common = {"organization_id": city.owner.pk, "kind": KINDS["uses"]}
    runs = []
    for actor in (city.keeper, city.manager):
        key = sheet_keep(content=text.encode(), map_text="", actor=actor, **common)
        run, _report = sheet_run_start(actor=actor, key=key, chosen={}, partial=False, now=NOW, **common)
        runs.append(run)
    for run in runs:
        sheet_run_continue(actor=run.user, public_id=run.public_id, now=NOW)
        run.refresh_from_db()
    assert UsageLog.objects.count() == 5
    found = [(run.done, run.total, run.counts["new"], run.counts["unchanged"]) for run in runs]
    assert found == [(3, 3, 3, 2), (2, 2, 2, 3)]


def test_user_of_a_sheet_is_told_until_when_to_question_its_uses(city, settings):
    bring(city, HEADING + row(city) + row(city, "02-28"))
    told = city.researcher.notifications.get()
    assert "confirm_until" in told.message
    until = NOW + timedelta(days=14)
    assert told.params["confirm_until"] == {"instant": until.isoformat()}
    first = UsageLog.objects.earliest("starts_at")
    assert get_confirmation_deadline(get_usage_log(city.researcher, first.public_id)) == until
    settings.USAGE_CONFIRM_DAYS = 0
    bring(city, HEADING + row(city, "02-25") + row(city, "02-26"))
    assert "confirm_until" not in city.researcher.notifications.latest("id").params


def test_colleagues_are_asked_once_to_confirm_the_own_uses_of_a_sheet(city):
    other = instrument(city.owner)
    rule(other)
    Keeper.objects.create(instrument=other, user=city.keeper)
    colleague, of_both = (keeper_of(city.instrument) for _number in range(2))
    Keeper.objects.create(instrument=other, user=of_both)
    own = {"user": city.keeper.username, "organization": city.owner.uscc}
    text = HEADING + row(city, **own) + row(city, "02-28", **own)
    bring(city, text + row(city, "02-26", instrument=other.inner_number, **own))
    for person, count in ((colleague, 2), (of_both, 3)):
        told = person.notifications.get()
        assert (told.params["count"], told.params["user"]) == (count, city.keeper.name)
    assert not city.keeper.notifications.exists()


def test_researchers_and_keepers_elsewhere_import_no_hours(city):
    for person in (city.researcher, member(city.company, role=Role.KEEPER)):
        with pytest.raises(Forbidden):
            bring(city, HEADING + row(city), actor=person)


def test_keeper_uploads_looks_at_every_row_and_records_all(city, client, see, send):
    unit = city.owner.public_id
    text = HEADING + row(city) + row(city, "02-28", user="谁也不是")
    assert f"/unit/{unit}/import/?kind=uses" in see(city.keeper, "usage_by_hand").content.decode()
    offered = text_of(see(city.keeper, "sheet_import", unit))
    assert ("上机记录" in offered, "开放服务规则" in offered) == (True, False)
    assert f"开始时间距今超过 {settings.MANUAL_ENTRY_LIMIT_DAYS} 天的使用不予导入。" in offered
    files = [SimpleUploadedFile("机时.csv", one.encode()) for one in (text, HEADING + row(city))]
    bad, good = (send(city.keeper, "sheet_import", unit, sheet=file)["Location"] for file in files)
    assert "B3 使用人 谁也不是 没有找到此账号" in text_of(client.get(bad))
    assert "戊 2026年2月27日 周五 09:00–11:30 新增上机记录" in text_of(client.get(good))
    assert client.post(bad).status_code == 422
    assert not UsageLog.objects.exists()
    result = client.post(good)["Location"]
    assert "新增上机记录 1" in text_of(client.get(result))
    log = UsageLog.objects.get()
    assert "表格导入" in text_of(see(city.researcher, "usage_log", log.public_id))


def test_preview_says_that_new_hours_of_a_frozen_year_count_in_no_assessment(city, client, send, monkeypatch):
    texts = (HEADING + row(city), HEADING + row(city) + row(city, "02-28"))
    files = [SimpleUploadedFile("机时.csv", text.encode()) for text in texts]
    unit = city.owner.public_id
    first, second = (send(city.keeper, "sheet_import", unit, sheet=file)["Location"] for file in files)
    assert "冻结" not in text_of(client.get(first))
    monkeypatch.setattr(registry, "_readers", [{2026: date(2026, 3, 1)}.get])
    sentence = "2026 年度数据已于2026年3月1日冻结，用于年度评价。此后登记、确认或更正的该年度机时仍列入结算"
    assert text_of(client.get(first)).count(sentence) == 1
    assert text_of(client.get(second)).count(sentence) == 1
    client.post(first)
    assert text_of(client.get(second)).count(sentence) == 1
    bring(city, HEADING + row(city, "02-28"))
    assert "冻结" not in text_of(client.get(second))
