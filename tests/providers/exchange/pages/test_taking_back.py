"""Drafts can be removed, and imports taken back, until something has gone on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from instrument_share.journal.registry import registered_acts
from instrument_share.journal.selectors import history
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.wording import Bilingual
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS, KINDS
from providers.exchange.models import SheetRun
from providers.exchange.services import taking_back
from providers.exchange.services.sheet_runs import sheet_run_continue, sheet_run_start
from providers.exchange.services.taking_back import GoneOn, NothingToTakeBack, sheet_run_take_back
from providers.exchange.services.uploads import sheet_keep
from providers.instruments.models import Instrument
from providers.instruments.services.instruments import (
    instrument_create,
    instrument_return,
    instrument_submit,
    instrument_update,
)
from providers.instruments.services.people import qualification_grant
from providers.instruments.services.removal import DraftInUse, NotRemovable, instrument_remove
from providers.search.models import SearchSpelling, SearchTerm
from providers.terms.models import OpenServiceRule
from providers.terms.services.rules import rule_publish, rule_withdraw
from providers.units.domain.publications import PublicationKind
from providers.units.models import UnitNews
from providers.units.services.publications import (
    publication_draft,
    publication_schedule,
    publication_unschedule,
)
from tests.page_fixtures import text_of
from tests.providers.conftest import INSTRUMENT, NOW, published, terms

HEADING = "编号,名称,型号\n"
LATER = NOW + timedelta(hours=1)


def brought(world, text, kind=INSTRUMENTS, now=NOW):
    common = {"actor": world.manager, "organization_id": world.unit.pk, "kind": kind}
    key = sheet_keep(content=text.encode(), map_text="", **common)
    run, _report = sheet_run_start(key=key, chosen={}, partial=False, now=now, **common)
    return run


def take_back(world, run, who="manager"):
    return sheet_run_take_back(actor=getattr(world, who), public_id=run.public_id, now=LATER)


def test_a_stopped_import_that_was_taken_back_can_be_begun_again_and_taken_back(world, run):
    SheetRun.objects.filter(pk=run.pk).update(stopped=True, finished_at=NOW)
    take_back(world, run)
    again, _report = sheet_run_start(
        actor=world.manager,
        organization_id=world.unit.pk,
        kind=INSTRUMENTS,
        key=run.key,
        chosen={},
        partial=False,
        now=LATER,
    )
    while again.finished_at is None:
        again = sheet_run_continue(actor=world.manager, public_id=again.public_id, now=LATER)
    assert (again.done, len(again.made), again.taken_back_at) == (5, 5, None)
    take_back(world, again)
    assert not Instrument.objects.exists()


def test_a_draft_is_removed_with_its_rules_and_words_and_stays_in_the_journal(world, draft):
    rule_publish(
        actor=world.manager,
        instrument_id=draft.pk,
        draft=terms(),
        applies_from=NOW + timedelta(days=1),
        now=NOW,
    )
    assert SearchTerm.objects.filter(instrument=draft).exists()
    instrument_remove(actor=world.manager, instrument_id=draft.pk, now=LATER)
    assert not Instrument.objects.exists()
    assert not OpenServiceRule.objects.exists()
    assert not SearchTerm.objects.exists()
    assert not SearchSpelling.objects.exists()
    entry = history(draft).last()
    assert (entry.action, entry.details["inner_number"]) == ("instrument.removed", "A-001")
    last = Instrument.history.filter(public_id=draft.public_id).latest("history_id")
    assert (last.history_type, last.history_user, last.history_date) == ("-", world.manager, LATER)


def test_once_submitted_draft_cannot_be_removed(world, draft):
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    instrument_return(actor=world.officer, instrument_id=draft.pk, reason="补充", now=NOW)
    with pytest.raises(NotRemovable):
        instrument_remove(actor=world.manager, instrument_id=draft.pk, now=LATER)
    live = published(world, inner_number="P-1")
    with pytest.raises(NotRemovable):
        instrument_remove(actor=world.manager, instrument_id=live.pk, now=LATER)
    assert Instrument.objects.count() == 2


def test_a_draft_that_others_depend_on_is_not_removed(world, draft):
    qualification_grant(
        actor=world.manager,
        instrument_id=draft.pk,
        user=world.user,
        expires_at=NOW + timedelta(days=90),
        now=NOW,
    )
    with pytest.raises(DraftInUse):
        instrument_remove(actor=world.manager, instrument_id=draft.pk, now=LATER)
    with pytest.raises(Forbidden):
        instrument_remove(actor=world.keeper, instrument_id=draft.pk, now=LATER)


def test_the_page_of_a_draft_removes_it_after_a_question(at, world, draft):
    client = at("manager")
    page = client.get(reverse("instrument_edit", args=[draft.public_id])).content.decode()
    address = reverse("instrument_remove", args=[draft.public_id])
    assert address in page
    assert "不能恢复" in text_of(client.get(address))
    assert client.post(address).status_code == 302
    assert not Instrument.objects.exists()
    live = published(world)
    page = client.get(reverse("instrument_edit", args=[live.public_id])).content.decode()
    assert reverse("instrument_remove", args=[live.public_id]) not in page


def test_undoing_import_removes_new_and_restores_changed_drafts(world):
    kept = instrument_create(actor=world.manager, organization_id=world.unit.pk, values=INSTRUMENT, now=NOW)
    run = brought(world, HEADING + "Y-1,扫描电镜,SX-5\nA-001,透射电子显微镜,TX-900\n")
    kept.refresh_from_db()
    assert (kept.model, kept.revision) == ("TX-900", 2)
    take_back(world, run)
    kept.refresh_from_db()
    assert kept.model == "TX-200"
    assert list(Instrument.objects.all()) == [kept]
    assert [entry.action for entry in history(world.unit)][-1] == "instruments.import_taken_back"
    with pytest.raises(NothingToTakeBack):
        take_back(world, run)


@pytest.mark.parametrize("change", ["changed", "submitted"])
def test_import_with_later_changes_cannot_be_undone(world, change):
    run = brought(world, HEADING + "Y-1,扫描电镜,\nY-2,质谱仪,\n")
    made = Instrument.objects.get(inner_number="Y-2")
    if change == "changed":
        instrument_update(actor=world.manager, instrument_id=made.pk, values={"model": "M"}, now=NOW)
    else:
        Instrument.objects.filter(pk=made.pk).update(state="submitted", submitted_at=NOW)
    with pytest.raises(GoneOn) as refused:
        take_back(world, run)
    assert [one.params for one in refused.value.problems] == [{"number": "Y-2", "name": "质谱仪"}]
    assert Instrument.objects.count() == 2


def test_import_cannot_be_undone_once_a_draft_of_before_was_submitted_and_returned(world):
    draft = instrument_create(actor=world.manager, organization_id=world.unit.pk, values=INSTRUMENT, now=NOW)
    run = brought(world, HEADING + "A-001,透射电子显微镜,TX-900\n")
    minutes_later = NOW + timedelta(minutes=5)
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=minutes_later)
    instrument_return(actor=world.officer, instrument_id=draft.pk, reason="补充", now=minutes_later)
    with pytest.raises(GoneOn):
        take_back(world, run)
    draft.refresh_from_db()
    assert draft.model == "TX-900"


def test_import_into_a_draft_that_had_been_returned_can_be_undone(world):
    draft = instrument_create(actor=world.manager, organization_id=world.unit.pk, values=INSTRUMENT, now=NOW)
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    instrument_return(actor=world.officer, instrument_id=draft.pk, reason="补充", now=NOW)
    take_back(
        world, brought(world, HEADING + "A-001,透射电子显微镜,TX-900\n", now=NOW + timedelta(minutes=5))
    )
    draft.refresh_from_db()
    assert draft.model == "TX-200"


def test_import_cannot_be_undone_once_others_depend_on_a_draft_of_it(world):
    run = brought(world, HEADING + "Y-1,扫描电镜,\nY-2,质谱仪,\n")
    qualification_grant(
        actor=world.manager,
        instrument_id=Instrument.objects.get(inner_number="Y-2").pk,
        user=world.user,
        expires_at=NOW + timedelta(days=90),
        now=NOW,
    )
    with pytest.raises(GoneOn) as refused:
        take_back(world, run)
    assert [one.params for one in refused.value.problems] == [{"name": Bilingual("质谱仪", "")}]
    assert Instrument.objects.count() == 2


def test_unpublished_news_import_can_be_undone(world):
    news = KINDS["news"]
    run = brought(world, "标题,正文\n开放日,欢迎\n", news)
    take_back(world, run)
    assert not UnitNews.objects.exists()
    run = brought(world, "标题,正文,发布方式\n开放日,欢迎,立即发布\n", news)
    with pytest.raises(GoneOn):
        take_back(world, run)


def test_import_that_changed_scheduled_news_can_be_undone(world):
    unit = {"actor": world.manager, "kind": PublicationKind.NEWS}
    texts = {"title_zh": "开放日", "body_zh": "欢迎"}
    news = publication_draft(organization_id=world.unit.pk, values=texts, now=NOW, **unit)
    at = NOW + timedelta(days=3)
    publication_schedule(publication_id=news.pk, at=at, now=NOW, **unit)
    take_back(world, brought(world, "标题,正文\n开放日,改期\n", KINDS["news"]))
    news.refresh_from_db()
    assert (news.body_zh, news.scheduled_at) == ("欢迎", at)
    run = brought(world, "标题,正文\n讲座,欢迎\n", KINDS["news"])
    publication_schedule(publication_id=run.made[0]["id"], at=at, now=NOW, **unit)
    with pytest.raises(GoneOn):
        take_back(world, run)


def test_import_that_gave_its_text_to_what_was_scheduled_since_says_what_to_do_first(world):
    unit = {"actor": world.manager, "kind": PublicationKind.NEWS}
    news = publication_draft(organization_id=world.unit.pk, values={"title_zh": "开放日"}, now=NOW, **unit)
    run = brought(world, "标题,正文\n开放日,欢迎\n讲座,欢迎\n", KINDS["news"])
    for made in run.made:
        at = NOW + timedelta(days=3)
        publication_schedule(publication_id=made["id"], at=at, now=NOW, **unit)
    with pytest.raises(GoneOn) as refused:
        take_back(world, run)
    assert sorted(str(one.params["name"]) for one in refused.value.problems) == ["开放日", "讲座"]
    assert {one.message.partition("”")[2] for one in refused.value.problems} == {
        " is scheduled to be published. Cancel that first, then undo the import."
    }
    for made in run.made:
        publication_unschedule(publication_id=made["id"], now=NOW, **unit)
    take_back(world, run)
    news.refresh_from_db()
    assert (news.body_zh, UnitNews.objects.count()) == ("", 1)


def test_import_that_has_published_news_does_not_offer_to_be_taken_back(at, world):
    run = brought(world, "标题,正文,发布方式\n开放日,欢迎,立即发布\n", KINDS["news"])
    page = at("manager").get(reverse("sheet_result", args=[world.unit.public_id, run.public_id]))
    assert reverse("sheet_take_back", args=[world.unit.public_id, run.public_id]) not in page.content.decode()
    assert "已发布的动态不能随导入一并撤回，请逐条撤下。" in text_of(page)


@pytest.mark.parametrize("name", KINDS)
def test_every_import_has_words_in_the_journal(name):
    acts = [f"{name}.imported", *([f"{name}.import_taken_back"] if name in taking_back.UNDO else [])]
    assert set(acts) <= registered_acts().keys()


def test_only_manager_undoes_finished_import(world):
    run = brought(world, HEADING + "Y-1,扫描电镜,\n")
    for stranger in ("keeper", "other_manager", "officer"):
        with pytest.raises(Forbidden):
            take_back(world, run, stranger)
    SheetRun.objects.update(finished_at=None)
    with pytest.raises(NothingToTakeBack):
        take_back(world, run)


def test_result_page_undoes_import(at, world):
    run = brought(world, HEADING + "Y-1,扫描电镜,\n")
    result = reverse("sheet_result", args=[world.unit.public_id, run.public_id])
    address = reverse("sheet_take_back", args=[world.unit.public_id, run.public_id])
    client = at("manager")
    assert address in client.get(result).content.decode()
    assert "删除导入生成的草稿 1 条。" in text_of(client.get(address))
    assert client.post(address)["Location"] == result
    page = client.get(result)
    assert "已于" in text_of(page)
    assert address not in page.content.decode()
    assert not Instrument.objects.exists()


@pytest.mark.parametrize("what", ["changed", "in_use", "withdrawn", "scheduled"])
def test_result_page_names_what_went_on_instead_of_offering_to_undo(at, world, draft, what):
    kind, sheet, said = {
        "changed": (INSTRUMENTS, HEADING + "Y-1,扫描电镜,\n", "Y-1“扫描电镜”导入后已修改、提交或发布。"),
        "in_use": (INSTRUMENTS, HEADING + "Y-1,扫描电镜,\n", "“扫描电镜”"),
        "withdrawn": (KINDS["rules"], RULE_SHEET, "A-001“透射电子显微镜”"),
        "scheduled": (KINDS["news"], "标题,正文\n开放日,欢迎\n", "“开放日”"),
    }[what]
    run = brought(world, sheet, kind)
    result = reverse("sheet_result", args=[world.unit.public_id, run.public_id])
    address = reverse("sheet_take_back", args=[world.unit.public_id, run.public_id])
    client = at("manager")
    assert address in client.get(result).text
    made = run.made[0]["id"]
    match what:
        case "changed":
            instrument_update(actor=world.manager, instrument_id=made, values={"model": "M"}, now=NOW)
        case "in_use":
            qualification_grant(
                actor=world.manager,
                instrument_id=made,
                user=world.user,
                expires_at=NOW + timedelta(days=90),
                now=NOW,
            )
        case "withdrawn":
            rule_withdraw(actor=world.manager, rule_id=made, reason="时间有误", now=NOW)
        case "scheduled":
            publication_schedule(
                actor=world.manager,
                kind=PublicationKind.NEWS,
                publication_id=made,
                at=NOW + timedelta(days=3),
                now=NOW,
            )
    page = client.get(result)
    assert (address in page.text, said in text_of(page)) == (False, True)


def test_result_page_offers_to_undo_only_to_who_manages_the_unit(at, world):
    run = brought(world, HEADING + "Y-1,扫描电镜,\n")
    SheetRun.objects.filter(pk=run.pk).update(user=world.keeper)
    page = at("keeper").get(reverse("sheet_result", args=[world.unit.public_id, run.public_id]))
    assert page.status_code == 200
    assert reverse("sheet_take_back", args=[world.unit.public_id, run.public_id]) not in page.text


def test_undo_refusal_names_changed_instruments(at, world):
    run = brought(world, HEADING + "Y-1,扫描电镜,\n")
    Instrument.objects.update(state="submitted", submitted_at=NOW)
    answer = at("manager").post(reverse("sheet_take_back", args=[world.unit.public_id, run.public_id]))
    assert answer.status_code == 409
    assert "Y-1“扫描电镜”导入后已修改、提交或发布。" in text_of(answer)


RULE_SHEET = (
    "内部编号,生效日期,开放星期,开放开始时间,开放结束时间,节假日安排,可预约对象,服务方式,每小时价格（元）\n"
    "A-001,2025-09-08,周一至周五,9:00,17:00,节假日照常开放,企业,自主上机,300\n"
)
PRICE_SHEET = "内部编号,生效日期,服务对象,计价方式,价格（元）\nA-001,2025-09-15,企业,每小时,280\n"
BEGINS = datetime(2025, 9, 7, 16, tzinfo=UTC)
"""The beginning of 8 September 2025 in the city."""


def states(instrument):
    return list(instrument.rules.order_by("version").values_list("version", "withdrawn_at"))


def test_undoing_an_import_of_rules_withdraws_its_versions(world, draft):
    rules = brought(world, RULE_SHEET, KINDS["rules"])
    prices = brought(world, PRICE_SHEET, KINDS["prices"], now=NOW + timedelta(minutes=1))
    take_back(world, prices)
    assert states(draft) == [(1, None), (2, LATER)]
    take_back(world, rules)
    assert states(draft) == [(1, LATER), (2, LATER)]
    assert not draft.open_windows.exists()
    entry = history(draft.rules.get(version=1)).last()
    assert (entry.action, entry.details["reason"]) == ("rule.withdrawn", rules.public_id)
    with pytest.raises(NothingToTakeBack):
        take_back(world, rules)


def test_import_of_rules_that_apply_already_cannot_be_undone(at, clock, world, draft):
    run = brought(world, RULE_SHEET, KINDS["rules"])
    result = reverse("sheet_result", args=[world.unit.public_id, run.public_id])
    clock.set(BEGINS - timedelta(seconds=1))
    address = reverse("sheet_take_back", args=[world.unit.public_id, run.public_id])
    assert address in at("manager").get(result).content.decode()
    assert "撤回导入生成的规则版本 1 个。" in text_of(at("manager").get(address))
    clock.set(BEGINS)
    page = at("manager").get(result)
    assert address not in page.content.decode()
    assert "本次导入不能撤回。" in text_of(page)
    with pytest.raises(NothingToTakeBack):
        sheet_run_take_back(actor=world.manager, public_id=run.public_id, now=BEGINS)
    assert states(draft) == [(1, None)]


def test_import_of_rules_is_not_undone_once_a_version_was_withdrawn_or_booked(world, draft, monkeypatch):
    run = brought(world, RULE_SHEET, KINDS["rules"])
    monkeypatch.setattr(taking_back, "find_used_rule_ids", lambda found: {one.pk for one in found})
    with pytest.raises(GoneOn) as refused:
        take_back(world, run)
    assert [one.params for one in refused.value.problems] == [{"number": "A-001", "name": "透射电子显微镜"}]
    monkeypatch.undo()
    rule_withdraw(actor=world.manager, rule_id=draft.rules.get().pk, reason="时间有误", now=NOW)
    with pytest.raises(GoneOn):
        take_back(world, run)


def test_a_sheet_publishes_the_draft_that_an_earlier_one_made(world):
    news = KINDS["news"]
    brought(world, "标题,正文\n开放日,欢迎\n", news)
    run = brought(world, "标题,正文,发布方式\n开放日,欢迎,立即发布\n", news)
    assert (UnitNews.objects.get().published_at, run.counts["updated"]) == (NOW, 1)
    again = brought(world, "标题,正文,发布方式\n开放日,欢迎,立即发布\n", news, now=LATER)
    assert (UnitNews.objects.get().published_at, again.counts["unchanged"]) == (NOW, 1)
