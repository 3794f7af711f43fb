"""Sheets of rules, prices and news: new versions, idempotence, what is refused, and runs in parts."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from instrument_share.journal.selectors import history
from instrument_share.kernel.errors import Forbidden
from instrument_share.sheets.reading import read_table
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS, NEWS, PRICES, RULES
from providers.exchange.domain.sheets.sheet_types import SheetKindName
from providers.exchange.models import SheetMemory
from providers.exchange.services import sheet_runs
from providers.exchange.services.imports import apply, preview
from providers.exchange.services.sheet_runs import sheet_run_continue, sheet_run_start
from providers.exchange.services.sheet_words import sheet_words_remember
from providers.exchange.services.uploads import sheet_keep
from providers.instruments.models import Instrument
from providers.terms.domain.choices import UserKind
from providers.terms.domain.terms import DayException, Price
from providers.terms.models import OpenServiceRule
from providers.terms.selectors.rule_versions import terms_versions, version_in_force
from providers.terms.selectors.rules import terms_at
from providers.terms.services.rules import rule_publish
from providers.units.models import UnitNews
from tests import factories
from tests.providers.conftest import NOW, published, terms

RULE_HEADING = (
    "内部编号,生效日期,开放星期,开放开始时间,开放结束时间,节假日安排,可预约对象,服务方式,每小时价格（元）\n"
)
FULL = "A-001,2025-09-08,周一至周五,9:00,17:00,节假日照常开放,企业,自主上机,300\n"
PRICE_HEADING = "内部编号,生效日期,服务对象,计价方式,价格（元）\n"
MONDAY = datetime(2025, 9, 7, 16, tzinfo=UTC)
"""The beginning of Monday 8 September 2025 in the city."""


def bring(world, kind, text, now=NOW, **more):
    return apply(
        actor=more.pop("actor", world.manager),
        organization_id=world.unit.pk,
        table=read_table(text.encode()),
        kind=kind,
        now=now,
        **more,
    )


def outcomes(report):
    return {outcome: number for outcome, number in report.counts.items() if number}


def errors(report):
    return [(one.cell, one.code) for one in report.errors]


def test_a_sheet_of_rules_puts_a_version_in_force_and_opens_windows(world, instrument):
    report = bring(
        world,
        RULES,
        RULE_HEADING + FULL + "A-001,2025-09-08,周六,9:00,12:00,,,,\n",
    )
    assert (report.applied, outcomes(report), report.entered) == (True, {"new": 2}, 2)
    terms_now = terms_at(instrument.pk, MONDAY)
    assert (terms_now.version, terms_now.applies_from) == (1, MONDAY)
    assert [(one.weekdays, one.opens, one.closes) for one in terms_now.patterns] == [
        ((0, 1, 2, 3, 4), time(9), time(17)),
        ((5,), time(9), time(12)),
    ]
    assert terms_now.prices == (Price(Decimal("300.00")),)
    assert instrument.open_windows.order_by("starts_at").first().starts_at == MONDAY + timedelta(hours=9)


def test_a_second_run_makes_no_version_and_a_changed_cell_makes_one(world, instrument):
    bring(world, RULES, RULE_HEADING + FULL)
    assert outcomes(bring(world, RULES, RULE_HEADING + FULL)) == {"unchanged": 1}
    assert outcomes(bring(world, RULES, RULE_HEADING + FULL, now=NOW + timedelta(days=60))) == {
        "unchanged": 1
    }
    changed = bring(world, RULES, "内部编号,生效日期,用后间隔（分钟）\nA-001,2025-09-15,10\n")
    assert outcomes(changed) == {"updated": 1}
    first, second = OpenServiceRule.objects.order_by("version")
    assert (first.turnaround_minutes, second.turnaround_minutes) == (0, 10)
    assert (
        terms_at(instrument.pk, MONDAY + timedelta(days=7)).patterns
        == terms_at(instrument.pk, MONDAY).patterns
    )


def test_a_day_of_exception_stands_in_a_row_of_its_own(world, instrument):
    heading = RULE_HEADING.replace("开放星期", "开放星期,例外日期")
    full = FULL.replace("周一至周五", "周一至周五,")
    bring(world, RULES, heading + full + "A-001,2025-09-08,,2025-10-08,,,,,,\n")
    assert terms_at(instrument.pk, MONDAY).exceptions == (DayException(datetime(2025, 10, 8).date()),)


def test_prices_make_a_version_with_all_other_terms_unchanged(world, instrument):
    bring(world, RULES, RULE_HEADING + FULL)
    report = bring(
        world,
        PRICES,
        PRICE_HEADING + 'A-001,2025-10-01,全部用户,每小时,260\nA-001,2025-10-01,企业,每小时,"1,300.50"\n',
    )
    assert outcomes(report) == {"updated": 2}
    before = terms_at(instrument.pk, MONDAY)
    after = terms_at(instrument.pk, MONDAY + timedelta(days=30))
    assert after.prices == (
        Price(Decimal("260.00")),
        Price(Decimal("1300.50"), user_kind=UserKind.ENTERPRISE),
    )
    assert (after.version, after.patterns, after.user_kinds, after.step) == (
        2,
        before.patterns,
        before.user_kinds,
        before.step,
    )
    assert terms_at(instrument.pk, MONDAY).prices == (Price(Decimal("300.00")),)


def test_coming_version_that_prices_replace_is_named_before(world, instrument):
    bring(world, RULES, RULE_HEADING + FULL)
    bring(world, PRICES, PRICE_HEADING + "A-001,2025-11-01,企业,每小时,390\n")
    sheet = PRICE_HEADING + "A-001,2025-10-01,全部用户,每小时,260\nA-001,2025-10-01,企业,每小时,280\n"
    report = bring(world, PRICES, sheet)
    warnings = [(one.row, one.code, one.reason.params["version"]) for one in report.problems if one.warning]
    assert (outcomes(report), warnings) == ({"updated": 2}, [(2, "import.version_replaced", 2)])
    later = bring(world, PRICES, PRICE_HEADING + "A-001,2025-12-01,全部用户,每小时,270\n")
    assert (outcomes(later), later.problems) == ({"updated": 1}, ())


def test_one_bad_row_keeps_its_whole_instrument_out(world, instrument):
    published(world, inner_number="A-002")
    text = RULE_HEADING + FULL + "A-001,2025-09-08,周八,9:00,12:00,,,,\n" + FULL.replace("A-001", "A-002")
    refused = bring(world, RULES, text)
    assert (refused.applied, errors(refused)) == (False, [("C3", "import.weekdays")])
    assert not OpenServiceRule.objects.exists()
    taken = bring(world, RULES, text, partial=True)
    assert outcomes(taken) == {"refused": 2, "new": 1}
    assert OpenServiceRule.objects.get().instrument.inner_number == "A-002"


def test_row_without_number_is_reported_without_instrument(world, instrument):
    published(world, inner_number="3")  # the number of the row in the sheet
    report = bring(world, RULES, RULE_HEADING + FULL + FULL.replace("A-001", ""), partial=True)
    assert errors(report) == [("A3", "import.essential")]
    assert OpenServiceRule.objects.get().instrument == instrument


def test_refused_terms_name_their_cell(world, instrument):
    retired = published(world, inner_number="A-009")
    Instrument.objects.filter(pk=retired.pk).update(state="retired")
    text = RULE_HEADING + "".join(
        [
            "X-404,2025-09-08,周一,9:00,17:00,节假日照常开放,企业,自主上机,300\n",
            "A-009,2025-09-08,周一,9:00,17:00,节假日照常开放,企业,自主上机,300\n",
            "A-001,2025-08-01,周一,9:00,17:00,节假日照常开放,企业,,300\n",
        ]
    )
    assert errors(bring(world, RULES, text)) == [
        ("A2", "import.no_instrument"),
        ("A3", "import.instrument_retired"),
        ("H4", "rule.no_modes"),
        ("B4", "import.in_the_past"),
    ]
    unknown_year = RULE_HEADING + FULL.replace("2025-09-08", "2090-09-04").replace(
        "节假日照常开放", "节假日停用"
    )
    assert errors(bring(world, RULES, unknown_year)) == [("B2", "import.year_unknown")]
    assert errors(bring(world, PRICES, PRICE_HEADING + "A-001,2025-09-08,,,300\n")) == [
        ("A2", "import.no_rule")
    ]


def test_only_unit_manager_imports_rules_prices_and_news(world, instrument):
    for kind in (RULES, PRICES, NEWS):
        for stranger in (world.keeper, world.other_manager, world.officer):
            for act in (apply, preview):
                with pytest.raises(Forbidden):
                    act(
                        actor=stranger,
                        organization_id=world.unit.pk,
                        table=read_table(RULE_HEADING.encode()),
                        kind=kind,
                        now=NOW,
                    )


def test_versions_of_fifty_instruments_take_as_many_statements_as_those_of_one(world, statements):
    many = [published(world, inner_number=f"B-{number}") for number in range(6)]
    for one in many:
        rule_publish(actor=world.manager, instrument_id=one.pk, draft=terms(), applies_from=NOW, now=NOW)
    few = len(statements.of(lambda: terms_versions([many[0].pk])))
    assert len(statements.of(lambda: terms_versions([one.pk for one in many]))) == few
    (only,) = terms_versions([many[0].pk])[many[0].pk]
    assert version_in_force([only], NOW) == only
    assert version_in_force([only], NOW - timedelta(seconds=1)) is None


def test_news_come_once_and_a_changed_text_is_brought_up_to_date(world):
    text = "标题,正文,发布方式\n开放日,欢迎参观,立即发布\n培训,下周培训,保存为草稿\n"
    assert outcomes(bring(world, NEWS, text)) == {"new": 2}
    found = UnitNews.objects.order_by("pk")
    assert [(one.title_zh, one.published_at) for one in found] == [("开放日", NOW), ("培训", None)]
    assert outcomes(bring(world, NEWS, text)) == {"unchanged": 2}
    assert outcomes(bring(world, NEWS, text.replace("下周", "本周"))) == {"unchanged": 1, "updated": 1}
    assert UnitNews.objects.get(title_zh="培训").body_zh == "本周培训"


# --- Runs ---------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(world):
    def kept(text, kind=INSTRUMENTS):
        return sheet_keep(
            actor=world.manager,
            organization_id=world.unit.pk,
            content=text.encode(),
            map_text="",
            kind=kind,
        )

    return kept


def start(world, key, kind=INSTRUMENTS, chosen=None, partial=False):
    return sheet_run_start(
        actor=world.manager,
        organization_id=world.unit.pk,
        kind=kind,
        key=key,
        chosen=chosen or {},
        partial=partial,
        now=NOW,
    )


@pytest.fixture
def in_twos(monkeypatch):
    monkeypatch.setattr(sheet_runs, "AT_ONCE", dict.fromkeys(SheetKindName, 2))


def test_a_large_sheet_is_entered_part_by_part_and_ends_by_itself(world, kept, in_twos):
    key = kept("编号,名称\n" + "".join(f"Y-{number},电镜\n" for number in range(5)))
    run, _ = start(world, key)
    assert (run.done, run.total, run.finished_at) == (2, 5, None)
    assert start(world, key)[0] == run
    steps = []
    for _ in range(3):
        again = sheet_run_continue(actor=world.manager, public_id=run.public_id, now=NOW)
        steps.append((again.done, again.finished_at))
    assert steps == [(4, None), (5, NOW), (5, NOW)]
    assert Instrument.objects.count() == 5


def test_a_row_that_a_colleague_has_changed_meanwhile_is_told_as_unchanged(world, kept, in_twos):
    """Y-0 and Y-1 are new and written first; of two drafts, a colleague gives one its new name before."""
    for number in ("Y-2", "Y-3"):
        factories.instrument(world.unit, state="draft", inner_number=number, name_zh="旧名")
    run, _ = start(world, kept("编号,名称\n" + "".join(f"Y-{number},电镜\n" for number in range(4))))
    Instrument.objects.filter(inner_number="Y-2").update(name_zh="电镜")
    run = sheet_run_continue(actor=world.manager, public_id=run.public_id, now=NOW)
    assert (run.done, run.total, run.finished_at) == (3, 3, NOW)
    assert {name: number for name, number in run.counts.items() if number} == {
        "new": 2,
        "updated": 1,
        "unchanged": 1,
    }


def test_a_row_that_is_refused_once_written_is_told_as_written(world, kept, in_twos, instrument):
    others = [published(world, inner_number=f"A-00{number}") for number in (2, 3)]
    rows = (FULL.replace("A-001", number) for number in ("A-001", "A-002", "A-003"))
    run, _ = start(world, kept(RULE_HEADING + "".join(rows), RULES), RULES, partial=True)
    Instrument.objects.filter(pk=others[0].pk).update(state="retired")
    run = sheet_run_continue(actor=world.manager, public_id=run.public_id, now=NOW)
    assert (run.done, run.total, {name: number for name, number in run.counts.items() if number}) == (
        3,
        3,
        {"new": 3},
    )


def test_run_stops_when_valid_row_becomes_invalid(world, kept, in_twos, instrument):
    one, two = (published(world, inner_number=f"A-00{number}") for number in (2, 3))
    rows = (FULL.replace("A-001", number) for number in ("A-001", "A-002", "A-003"))
    run, _ = start(world, kept(RULE_HEADING + "".join(rows), RULES), RULES)
    assert (run.done, run.total) == (2, 3)
    Instrument.objects.filter(pk=two.pk).update(state="retired")
    run = sheet_run_continue(actor=world.manager, public_id=run.public_id, now=NOW)
    assert (run.stopped, run.done, run.finished_at) == (True, 2, NOW)
    assert OpenServiceRule.objects.filter(instrument=one).count() == 1


def test_a_sheet_with_errors_starts_no_run_unless_the_good_rows_are_asked_for(world, kept):
    key = kept("编号,名称\nY-1,电镜\n,无编号\n")
    run, report = start(world, key)
    assert (run, len(report.errors)) == (None, 1)
    run, _ = start(world, key, partial=True)
    assert (run.done, run.total, run.counts["refused"], run.finished_at) == (1, 1, 1, NOW)


def test_columns_chosen_by_hand_are_remembered_for_the_unit(world, kept):
    start(world, kept("甲,乙\nY-1,电镜\n"), chosen={0: "inner_number", 1: "name_zh"})
    memory = SheetMemory.objects.get()
    assert (memory.kind, memory.columns) == ("instruments", {"甲": "inner_number", "乙": "name_zh"})
    run, _ = start(world, kept("甲,乙\nY-2,质谱仪\n"))
    assert (run.done, sorted(Instrument.objects.values_list("inner_number", flat=True))) == (
        1,
        ["Y-1", "Y-2"],
    )


def test_only_starter_continues_run(world, kept, in_twos):
    run, _ = start(world, kept("编号,名称\n" + "".join(f"Y-{number},电镜\n" for number in range(5))))
    with pytest.raises(Forbidden):
        sheet_run_continue(actor=world.other_manager, public_id=run.public_id, now=NOW)


def test_refused_row_reports_date_problem_in_same_run(world, instrument):
    text = "内部编号,生效日期,价格（元/小时）,服务对象\nA-001,2025-08-01,面议,军队\nZ-9,2025-08-01,1,\n"
    assert errors(bring(world, PRICES, text)) == [
        ("C2", "import.number"),
        ("D2", "import.choice"),
        ("B2", "import.in_the_past"),
        ("A3", "import.no_instrument"),
        ("B3", "import.in_the_past"),
    ]


def test_what_a_word_means_from_now_on_stands_in_the_journal(world):
    def remember(*words):
        sheet_words_remember(
            actor=world.manager, organization_id=world.unit.pk, kind=INSTRUMENTS, words=words, now=NOW
        )
        return [
            entry.details["values"]
            for entry in history(world.unit)
            if entry.action == "sheet_words.remembered"
        ]

    assert remember(("condition", "还行", "正常")) == [["还行 → 正常"]]
    assert remember(("condition", "还行", "正常")) == [["还行 → 正常"]]
    assert remember(("condition", "还行", ""))[1:] == [["还行 → "]]
