"""The sealed report: what its pages say, and that one changed byte is noticed."""

import csv
import gzip
import io
import json
import weakref
import zipfile
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader

from instrument_share.accounts.models import User
from instrument_share.documents import official
from instrument_share.documents.content import Paragraph
from rewards.cycle.domain.errors import SnapshotDamaged
from rewards.cycle.domain.parts import hash_content
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_decide
from rewards.policy.domain.policy_document import read_policy
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.letter import build_finance_letter
from rewards.report.reports.tables import build_data_tables
from rewards.report.selectors.reports import get_report_file
from rewards.report.selectors.verification import UNKNOWN, find_report_by_code, verify_file
from tests.rewards.builders import AFTER, POLICY, YEAR, local
from tests.rewards.conftest import Steps
from tests.rewards.objections.conftest import decide_in_notice

DAY = timedelta(days=1)


class Bytes(bytearray):
    """Bytes of which one can ask whether anybody holds them."""


def text_of(pdf):
    """The text layer without line breaks and spaces, which depend on the layout."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


@pytest.fixture
def report(steps):
    return steps.through("send")


@pytest.fixture
def pdf(report):
    return get_report_file(report, "pdf")[1]


def test_the_letter_states_the_length_of_the_notice_after_the_setting_changed(steps, settings):
    steps.through("announce")
    settings.PUBLIC_NOTICE_WORKING_DAYS = 20
    steps.approve()
    text = text_of(get_report_file(steps.send(), "pdf")[1])
    assert "2026年1月8日起在市大型科研仪器开放共享平台公示，至2026年1月15日止，公示期5个工作日。" in text


def test_the_pages_say_unit_hours_and_amount(pdf, report):
    text = text_of(pdf)
    for expected in (
        "关于报送2025年度大型科研仪器开放共享评价与奖励结果的函",
        "云屏市财政局：",
        "云屏大学",
        "1,400.00小时",
        "91,933.00",
        "人民币玖万壹仟玖佰叁拾叁元整",
        "人民币壹拾万元整",
        "250.00÷705.75=0.3542",
        "小时，减去按规则剔除的0.00小时和重叠时段0.00小时，计入",
        "上机记录263条，计入263条，全部计入。",
        "经核查，未发现问题。",
        "公示期内未收到异议。",
        "扫描电子显微镜",
        report.code,
    ):
        assert expected in text, expected
    assert "草案" not in text


def test_the_letter_says_why_two_sums_of_hours_differ_and_only_where_they_do(year):
    facts = get_report_facts(Steps(year).through("approve"))
    totals = facts.cycle.totals
    assert (totals["effective_seconds"], totals["balance"]["counted"]["hours"]) == (9_468_000, "2630.00")

    def balance():
        letter = build_finance_letter(facts, read_policy(POLICY), code="x", url="https://x", at=AFTER)
        texts = [block.text for block in letter.blocks if isinstance(block, Paragraph)]
        return next(text for text in texts if text.startswith("上报机时"))

    same = balance()
    assert same == ("上报机时2,630.00小时，减去按规则剔除的0.00小时和重叠时段0.00小时，计入2,630.00小时。")
    totals["effective_seconds"] += 18  # 0.005 hours
    assert balance() == f"{same}以上为各单位机时四舍五入后的合计，与按秒累计的有效机时在尾数上略有差异。"


def test_a_draft_policy_is_marked_on_every_page(year):
    draft = POLICY.replace(
        'version = "1"', 'version = "0"\ndraft = true\ndraft_notice_zh = "本办法为草案，尚待审定。"'
    )
    facts = get_report_facts(Steps(year).through("approve"))
    letter = build_finance_letter(facts, read_policy(draft), code="x", url="https://x", at=AFTER)
    pages = PdfReader(io.BytesIO(official.render_official(letter))).pages
    assert all("本办法为草案，尚待审定。" in page.extract_text() for page in pages)


def test_excluded_entries_are_counted_by_reason(year):
    city, instrument = year.city, year.second_instrument
    for start, more in (
        (local(YEAR, 11, 1, 8), {"related": True}),
        (local(YEAR, 11, 3, 8), {"purpose": "medical_care"}),
        (local(YEAR, 11, 5, 8), {"confirmed": False}),
    ):
        city.log(instrument, start, payer=year.client, external=True, amount=1000, **more)
    steps = Steps(year)
    report = steps.through("send")
    assert steps.cycle.excluded == [
        {"reason": "unconfirmed", "entries": 1, "hours": "10.00"},
        {"reason": "related", "entries": 1, "hours": "10.00"},
        {"reason": "medical", "entries": 1, "hours": "10.00"},
    ]
    assert "未经确认110.00用户为关联单位110.00医疗诊治110.00" in text_of(get_report_file(report, "pdf")[1])


def test_findings_and_objections_are_told(year):
    year.city.log(
        year.first_instrument, local(YEAR, 12, 31, 8), payer=year.client, external=True, amount=1000
    )
    steps = Steps(year)
    steps.through("check")
    finding = Finding.objects.get()
    steps.city.answer(finding, AFTER + DAY)
    finding_decide(
        actor=steps.city.auditor,
        finding_id=finding.pk,
        uphold=True,
        invalidated_logs=finding.logs,
        reason="节假日无人值守，记录不实",
        now=AFTER + DAY,
    )
    steps.score()
    steps.announce()
    steps.approve(objections="云屏海洋研究院对仪器在役时间提出异议，经复核，维持原结果。")
    text = text_of(get_report_file(steps.send(), "pdf")[1])
    assert "核查共发现问题1项，均已作出决定：予以认定1项，不予认定0项；作废上机记录1条。" in text
    assert "使用时间不在开放时段内" in text
    assert "节假日无人值守，记录不实" in text
    assert "云屏海洋研究院对仪器在役时间提出异议，经复核，维持原结果。" in text
    assert "公示期内未收到异议" not in text


def test_the_package_holds_the_same_tables_and_everything_to_repeat_the_year(report, steps):
    package = zipfile.ZipFile(io.BytesIO(get_report_file(report, "package")[1]))
    names = {file["name"]: file["sha256"] for file in report.manifest["files"]}
    assert set(package.namelist()) == {*names, "manifest.json", "SHA256SUMS"}
    assert all(hash_content(package.read(name)) == digest for name, digest in names.items())
    rows = list(csv.reader(io.StringIO(package.read("csv/评价结果.csv").decode("utf-8-sig"))))
    assert rows == [
        ["序号", "单位", "得分", "等级", "奖励金额（元）"],
        ["1", "云屏大学", "100.00", "良好", "91,933.00"],
        ["2", "云屏材料研究所", "63.51", "合格", "8,067.00"],
        ["3", "云屏海洋研究院", "38.17", "较差", "0.00"],
        ["", "合计", "", "", "100,000.00"],
    ]
    assert package.read("奖励办法.toml").decode() == POLICY
    manifest = package.read("年度数据清单.json")
    assert hash_content(manifest) == steps.cycle.snapshot_hash == report.manifest["facts"]["snapshot"]
    assert [part["kind"] for part in json.loads(manifest)["parts"]] == [
        "decisions",
        "instruments",
        "openness",
        "units",
        *["usage"] * 3,
    ]
    for part in json.loads(manifest)["parts"]:
        place = f"{part['kind']}/{part['instrument']}" if part["instrument"] else part["kind"]
        lines = gzip.decompress(package.read(f"年度数据/{place}.jsonl.gz"))
        assert (hash_content(lines), lines.count(b"\n")) == (part["sha256"], part["rows"])
    assert json.loads(package.read("奖励资金.json"))["budget_yuan"] == "100000.00"


def test_every_table_of_the_paper_is_a_sheet_and_a_csv_of_the_package(report, pdf):
    package = zipfile.ZipFile(io.BytesIO(get_report_file(report, "package")[1]))
    book = openpyxl.load_workbook(io.BytesIO(package.read("评价与奖励结果.xlsx")))
    assert {f"csv/{name}.csv" for name in book.sheetnames} == {
        name for name in package.namelist() if name.startswith("csv/")
    }

    def rows(name):
        return list(csv.reader(io.StringIO(package.read(f"csv/{name}.csv").decode("utf-8-sig"))))

    months = rows("逐月机时")
    assert [row[0] for row in months] == ["月份", *(f"{month}月" for month in range(1, 13))]
    assert rows("对外服务占比")[0] == ["单位", "有效机时", "其中对外", "对外服务机时占比"]
    assert rows("核查问题分类") == [["问题类别", "发现（项）", "认定（项）", "不予认定（项）"]]
    assert rows("异议及答复") == [["公示", "序号", "异议人", "事项", "答复"]]
    words = text_of(pdf)
    reasoning = rows("奖励计算过程")
    assert {row[0] for row in reasoning} == {"单位", "云屏大学", "云屏材料研究所", "云屏海洋研究院"}
    for row in (*months[1:], *rows("对外服务占比")[1:], *reasoning[1:]):
        for cell in row[1:]:
            assert "".join(cell.split()) in words, row


def test_objections_and_kinds_of_findings_are_tables_of_the_package(steps, year):
    decide_in_notice(steps, year)
    facts = get_report_facts(steps.cycle)
    sheets = build_data_tables(facts)
    assert sheets["核查问题分类"].rows == [("公示期异议反映的问题", "1", "1", "0")]
    number, who, about, answer = sheets["异议及答复"].rows[0][1:]
    assert (sheets["异议及答复"].rows[0][0], number, who, about) == ("本次公示", "1", "张**", "有效机时少计")
    withdrawn = build_data_tables(replace(facts, objections=[], earlier_objections=facts.objections))
    assert withdrawn["异议及答复"].rows[0][0] == "已撤回的公示"
    assert withdrawn["异议及答复"].rows[0][-1] == answer


def test_the_package_says_what_the_decisions_invalidate_and_names_no_person(steps, year):
    year.city.log(
        year.first_instrument, local(YEAR, 12, 31, 8), payer=year.client, external=True, amount=1000
    )
    steps.through("check")
    finding = Finding.objects.get()
    steps.city.answer(finding, AFTER + DAY)
    deciding = {"actor": steps.city.auditor, "finding_id": finding.pk, "now": AFTER + DAY}
    finding_decide(uphold=True, invalidated_logs=finding.logs, reason="记录不实", **deciding)
    for step in ("score", "announce", "approve"):
        getattr(steps, step)()
    package = zipfile.ZipFile(io.BytesIO(get_report_file(steps.send(), "package")[1]))
    (decision,) = json.loads(package.read("核查决定.json"))["decisions"]
    assert (decision["number"], decision["uscc"], decision["state"]) == (1, year.first.uscc, "upheld")
    assert decision["invalidated_logs"] == finding.logs
    plain = [gzip.decompress(package.read(n)) if n.endswith(".gz") else b"" for n in package.namelist()]
    data = b"".join(plain + [package.read(n) for n in package.namelist() if n.endswith((".json", ".csv"))])
    for person in User.objects.all():
        assert person.name.encode() not in data
        assert person.username.encode() not in data


def test_sealing_holds_one_part_of_the_snapshot_at_a_time(steps, monkeypatch):
    steps.through("approve")
    held = []
    read = StoredSnapshot.packed

    def packed(snapshot, part):
        content = Bytes(read(snapshot, part))
        held.append(weakref.ref(content))
        assert sum(one() is not None for one in held) <= 2  # the one before is freed after this one is made
        return content

    monkeypatch.setattr(StoredSnapshot, "packed", packed)
    steps.send()
    assert len(held) == 7


def test_the_sent_files_are_genuine(report, pdf):
    verdict = verify_file(pdf)
    assert (verdict.genuine, verdict.report, verdict.file) == (True, report, "报送函.pdf")
    package = get_report_file(report, "package")[1]
    assert verify_file(package).genuine
    table = zipfile.ZipFile(io.BytesIO(package)).read("csv/评价结果.csv")
    assert verify_file(table).file == "csv/评价结果.csv"


@pytest.mark.parametrize("place", [0.02, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_one_changed_byte_is_not_genuine(pdf, place):
    changed = bytearray(pdf)
    changed[int(len(pdf) * place)] ^= 1
    verdict = verify_file(bytes(changed))
    assert (verdict.genuine, verdict.report) == (False, None)
    assert UNKNOWN in verdict.reasons


@pytest.mark.parametrize("content", [b"", b"%PDF-", b"\x00" * 1000, "报送函".encode()])
def test_any_bytes_get_an_answer(db, content):
    assert not verify_file(content).genuine


def test_the_printed_code_is_found_however_it_is_typed(report, statements):
    typed = report.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert find_report_by_code(typed) == report
    assert find_report_by_code("0000-0000-0000") is None
    assert find_report_by_code("’; drop table") is None
    found = find_report_by_code(report.code)
    assert [(a.organization.name_zh, str(a.award.amount_yuan)) for a in found.cycle.assessments.all()] == [
        ("云屏大学", "91933.00"),
        ("云屏材料研究所", "8067.00"),
        ("云屏海洋研究院", "0.00"),
    ]


def one_byte(packed):
    return packed[:-20] + bytes([packed[-20] ^ 1]) + packed[-19:]


def an_amount(packed):
    """Changed and packed again, as somebody would who wants it to go unnoticed."""
    return gzip.compress(gzip.decompress(packed).replace(b'"1000.00"', b'"9000.00"'), mtime=0)


@pytest.mark.parametrize("change", [one_byte, an_amount])
def test_a_changed_part_of_the_snapshot_is_named(steps, year, change):
    cycle = steps.freeze()
    part = cycle.parts.get(instrument=year.second_instrument)
    with default_storage.open(part.file) as file:
        kept = file.read()
    assert change(kept) != kept
    with default_storage.open(part.file, "wb") as file:
        file.write(change(kept))
    with pytest.raises(SnapshotDamaged) as refused:
        steps.check()
    assert refused.value.params == {"part": f"usage {year.second_instrument.public_id}"}
    assert steps.cycle.state == "frozen"
    with pytest.raises(SnapshotDamaged):
        StoredSnapshot(cycle).verify()
