"""Sheets of units, from the file to the drafts."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from instrument_share.journal.selectors import history
from instrument_share.kernel.errors import Forbidden
from instrument_share.sheets.reading import read_table
from providers.exchange.domain.sheets.maps import parse_map
from providers.exchange.services.imports import apply, preview
from providers.instruments.models import Instrument
from providers.search.selectors.search import filter_matching, search
from tests.providers.conftest import NOW, published

AFTER = NOW + timedelta(days=365)
"""After the latest day in the real sheet."""
SHARED = settings.BASE_DIR.parent / "shared" / "reference" / "real-instruments.csv"
HEADING = "仪器编号,仪器名称,型号,原值（万元）\n"


def bring(world, text, **more):
    table = read_table(text.encode())
    return apply(actor=world.manager, organization_id=world.unit.pk, table=table, now=NOW, **more)


def outcomes(report):
    return {outcome: number for outcome, number in report.counts.items() if number}


def numbers():
    return sorted(Instrument.objects.values_list("inner_number", flat=True))


def test_good_rows_arrive_as_drafts_with_revision_journal_and_search(world):
    report = bring(world, HEADING + "Y-1,扫描电镜,SX-5,186\nY-2,质谱仪,,\n")
    assert report.applied
    assert outcomes(report) == {"new": 2}
    instrument = Instrument.objects.get(inner_number="Y-1")
    assert (instrument.state, str(instrument.value_yuan)) == ("draft", "1860000.00")
    own = Instrument.objects.filter(organization=world.unit)
    assert list(filter_matching(own, search("saomiaodianjing", own))) == [instrument]
    assert [entry.action for entry in history(instrument)] == ["instrument.created"]
    revision = instrument.history.get()
    assert (revision.history_user, revision.history_date) == (world.manager, NOW)
    assert [entry.action for entry in history(world.unit)][-1] == "instruments.imported"


def test_bad_row_blocks_sheet_unless_partial_is_requested(world):
    text = HEADING + "Y-1,扫描电镜,,\nY-2,,,\nY-3,质谱仪,,很贵\n"
    report = bring(world, text)
    assert not report.applied
    assert numbers() == []
    assert [(error.row, error.column) for error in report.errors] == [
        (3, "仪器名称"),
        (4, "原值（万元）"),
    ]
    report = bring(world, text, partial=True)
    assert outcomes(report) == {"new": 1, "refused": 2}
    assert numbers() == ["Y-1"]


def test_a_second_run_changes_nothing_and_a_changed_sheet_only_drafts(world):
    published_one = published(world, inner_number="P-1")
    bring(world, HEADING + "Y-1,扫描电镜,SX-5,\nY-2,质谱仪,,\n")
    again = bring(world, HEADING + "Y-1,扫描电镜,SX-5,\nY-2,质谱仪,MS-1,\nP-1,别的名称,,\n")
    assert outcomes(again) == {"unchanged": 1, "updated": 1, "kept": 1}
    assert Instrument.objects.get(inner_number="Y-2").model == "MS-1"
    assert Instrument.objects.get(inner_number="Y-1").history.count() == 1
    published_one.refresh_from_db()
    assert published_one.name_zh == "透射电子显微镜"


def test_an_empty_cell_removes_nothing(world):
    bring(world, HEADING + "Y-1,扫描电镜,SX-5,186\n")
    report = bring(world, HEADING + "Y-1,扫描电镜,,\n")
    assert outcomes(report) == {"unchanged": 1}


def test_preview_matches_import_and_writes_nothing(world):
    table = read_table((HEADING + "Y-1,扫描电镜,,\n,无编号,,\n").encode())
    asked = {"actor": world.manager, "organization_id": world.unit.pk, "table": table, "now": NOW}
    looked = preview(**asked)
    assert numbers() == []
    done = apply(**asked, partial=True)
    assert (looked.rows, looked.problems) == (done.rows, done.problems)


def test_an_unknown_category_is_an_error(world):
    report = bring(world, "编号,名称,分类编码\nY-1,电镜,999999\nY-2,电镜,010101\n", partial=True)
    assert [error.code for error in report.errors] == ["instrument.category_unknown"]
    assert numbers() == ["Y-2"]


def test_non_leaf_category_and_future_date_are_errors(world):
    report = bring(world, "编号,名称,分类代码,启用日期\nY-1,电镜,010100,\nY-2,电镜,010101,2025-09-02\n")
    assert [(error.cell, error.code, error.remedy.message) for error in report.errors] == [
        ("C2", "instrument.category_divided", "Write the code of the finest category that fits."),
        ("D3", "instrument.date_later", "Check the year in the sheet."),
    ]
    assert bring(world, "编号,名称,启用日期\nY-3,电镜,2025-09-01\n").applied


def test_only_unit_manager_imports_sheet(world):
    table = read_table((HEADING + "Y-1,扫描电镜,,\n").encode())
    for stranger in (world.keeper, world.other_manager, world.officer):
        for act in (preview, apply):
            with pytest.raises(Forbidden):
                act(actor=stranger, organization_id=world.unit.pk, table=table, now=NOW)


def without_terms(sent):
    """How many statements, but for the terms of the index: of them SQLite takes some two hundred in one."""
    return sum('INSERT INTO "providers_searchterm"' not in one for one in sent)


def test_a_batch_of_rows_takes_as_many_statements_as_two(world, statements):
    # SQLite takes about 20 new rows in a statement, PostgreSQL 500.
    def sheet(first, last):
        return HEADING + "".join(f"Y-{n},扫描电镜,,\n" for n in range(first, last))

    bring(world, sheet(0, 1))  # the person's roles are read once
    few = without_terms(statements.of(lambda: bring(world, sheet(1, 3))))
    assert without_terms(statements.of(lambda: bring(world, sheet(3, 18)))) == few


# --- Files --------------------------------------------------------------------------------------------------


def test_text_that_looks_like_a_formula_stays_text(world):
    bring(world, HEADING + '=cmd|calc,"=HYPERLINK(""http://x"")",,\n')
    assert Instrument.objects.get().inner_number == "=cmd|calc"


def test_the_command_tells_row_by_row_and_enters_nothing_where_a_row_is_bad(world, tmp_path, capsys):
    file = tmp_path / "sheet.csv"
    file.write_text(HEADING + "Y-1,扫描电镜,,\nY-2,质谱仪,,很贵\n", "gb18030")
    with pytest.raises(CommandError):
        call_command("import_instruments", str(file), unit=world.unit.uscc)
    assert "D3\t原值（万元）\t很贵\t" in capsys.readouterr().out
    assert numbers() == []
    call_command("import_instruments", str(file), unit=world.unit.uscc, partial=True)
    assert numbers() == ["Y-1"]
    assert history(Instrument.objects.get()).get().actor_name == "system"


def test_dry_run_command_writes_nothing(world, tmp_path):
    file = tmp_path / "sheet.csv"
    file.write_text(HEADING + "Y-1,扫描电镜,,\n")
    call_command("import_instruments", str(file), unit=world.unit.uscc, dry_run=True)
    assert numbers() == []
    with pytest.raises(CommandError):
        call_command("import_instruments", str(file), unit="91330100000000000X")


@pytest.mark.skipif(not SHARED.exists(), reason="the real sheet is not beside this clone")
def test_a_real_sheet_goes_through_by_a_map_that_is_written_for_it(world, tmp_path):
    """No heading of it is known to the code: the map is made from its first line, by position."""
    lines = list(csv.reader(io.StringIO(SHARED.read_text("utf-8-sig"))))
    heading, body = lines[0], lines[1:]
    states = sorted({row[3] for row in body})
    quote = json.dumps
    sheet_map = "\n".join(
        [
            "[columns]",
            f"{quote(heading[0])} = 'inner_number'",
            f"{quote(heading[1])} = 'name_en'",
            f"{quote(heading[2])} = 'model'",
            f"{quote(heading[3])} = 'condition'",
            f"{quote(heading[4])} = 'place_zh'",
            f"{quote(heading[5])} = 'specification_zh'",
            f"{quote(heading[8])} = 'in_service_date'",
            "[constants]",
            "country = 'US'",
            "[values.condition]",
            *(f"{quote(state)} = {quote('normal' if state == states[0] else 'standby')}" for state in states),
            "[shorten]",
            "model = 'specification_zh'",
        ]
    )
    map_file = tmp_path / "map.toml"
    map_file.write_text(sheet_map, "utf-8")
    table = read_table(SHARED.read_bytes())
    asked = {"organization_id": world.unit.pk, "table": table, "mapping": parse_map(sheet_map), "now": AFTER}
    looked = preview(actor=world.manager, **asked)
    assert outcomes(looked) == {"new": 412}
    assert looked.errors == ()
    # Its only fault, classes that are longer than a model may be, is told and loses nothing.
    too_long = {number for number, row in enumerate(body, 2) if len(" ".join(row[2].split())) > 100}
    cut = {one.row for one in looked.problems if one.code == "import.shortened"}
    assert cut == too_long != set()
    warned = {one.row for one in looked.problems if one.code == "import.incomplete"}
    assert warned == {row.number for row in looked.rows}

    call_command("import_instruments", str(SHARED), unit=world.unit.uscc, map=map_file)
    assert Instrument.objects.filter(state="draft").count() == 412
    by_number = {row[0]: (number, row) for number, row in enumerate(body, 2)}
    for instrument in Instrument.objects.all():
        number, row = by_number[instrument.inner_number]
        assert instrument.name_en == " ".join(row[1].split())
        assert (instrument.in_service_date and instrument.in_service_date.isoformat()) == (row[8] or None)
        if number in too_long:
            assert instrument.specification_zh == "；".join(dict.fromkeys(filter(None, (row[2], row[5]))))
        else:
            assert instrument.model == " ".join(row[2].split())
    again = apply(actor=world.manager, **asked)
    assert outcomes(again) == {"unchanged": 412}


def test_headings_of_that_sheet_do_not_occur_in_code():
    if not SHARED.exists():
        pytest.skip("the real sheet is not beside this clone")
    heading = next(csv.reader(io.StringIO(SHARED.read_text("utf-8-sig"))))
    told = [name for name in heading if " " in name]
    root = settings.BASE_DIR
    sources = [path for path in (root / "providers").rglob("*") if path.suffix in {".py", ".toml", ".md"}]
    assert len(told) >= 3
    assert [(path, name) for path in sources for name in told if name in path.read_text("utf-8")] == []


def test_drafts_that_came_in_are_kept_apart_by_unit(world):
    bring(world, HEADING + "Y-1,扫描电镜,,\n")
    table = read_table((HEADING + "Y-1,扫描电镜,,\n").encode())
    report = apply(
        actor=world.other_manager,
        organization_id=world.other.pk,
        table=table,
        now=NOW + timedelta(days=1),
    )
    assert outcomes(report) == {"new": 1}
