"""Versions of the national category table, and what becomes of instruments under a new one."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.services import membership_grant
from instrument_share.journal.selectors import history
from providers.instruments.domain.categories import (
    CategoryRow,
    Fate,
    numbered_rows,
    table_changes,
    table_problems,
)
from providers.instruments.models import InstrumentCategory
from providers.instruments.selectors.categories import instruments_to_recode, recode_candidates
from providers.instruments.services.categories import category_table_load, instrument_categories_keep
from providers.instruments.services.instruments import instrument_changes_accept, instrument_update
from providers.revisions.models import RevisedUnit
from tests.providers.conftest import NOW, published

WHOLE = settings.BASE_DIR.parent / "shared" / "reference" / "instrument-categories.csv"
TOP, MIDDLE = CategoryRow("010000", "分析仪器"), CategoryRow("010100", "电子光学仪器", "010000")


def codes(problems):
    return [(one.code, one.params.get("row")) for one in problems]


def test_every_problem_is_said_with_its_row():
    rows = [
        TOP,
        MIDDLE,
        CategoryRow("010100", "又一次", "010000"),
        CategoryRow("01010", "五位", "010100"),
        CategoryRow("010201", "没有上级", "010200"),
        CategoryRow("020101", "上级不符", "010100"),
        CategoryRow("030100", "不是一级"),
    ]
    assert codes(table_problems(numbered_rows(rows))) == [
        ("category.twice", 3),
        ("category.row", 4),
        ("category.parent", 5),
        ("category.level", 6),
        ("category.level", 7),
    ]
    assert codes(table_problems([])) == [("category.empty", None)]


def test_category_repeated_as_own_leaf_is_listed_once():
    other = CategoryRow("019900", "其他", "010000")
    rows = numbered_rows([TOP, other, CategoryRow("019900", "其他", "019900")])
    assert (table_problems(rows), [row for _number, row in rows]) == ([], [TOP, other])


def test_table_changes_are_computed_for_codes_in_use():
    rows = numbered_rows(
        [
            TOP,
            MIDDLE,
            CategoryRow("010101", "透射电子显微镜", "010100"),
            CategoryRow("010102", "扫描电镜", "010100"),
        ]
    )
    held = {"010101": ("透射电镜", 3), "010102": ("扫描电镜", 1), "010109": ("电子探针", 2)}
    found = table_changes(held, rows)
    assert [(one.code, one.fate, one.instruments) for one in found] == [
        ("010101", Fate.REDEFINED, 3),
        ("010102", Fate.KEPT, 1),
        ("010109", Fate.VANISHED, 2),
    ]
    assert [row.code for row in found[2].candidates] == ["010101", "010102"]


def table(tmp_path, *rows):
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("parent", "code", "name"), *rows])
    return path


NEXT = [
    ("_root_", "010000", "分析仪器"),
    ("010000", "010100", "电子光学仪器"),
    ("010100", "010101", "透射电子显微镜"),
]


@pytest.mark.django_db
def test_an_instrument_that_moves_to_the_new_row_of_its_code_has_a_revision_that_says_so(world):
    moved, redefined = published(world, inner_number="M", category="020100"), published(world)
    before, now = moved.revision, NOW + timedelta(days=1)
    physical = CategoryRow("020000", "物理性能测试仪器"), CategoryRow("020100", "力学性能测试仪器", "020000")
    rows = [TOP, MIDDLE, CategoryRow("010101", "透射电子显微镜", "010100"), *physical]
    RevisedUnit.objects.all().delete()
    category_table_load(actor=world.officer, version="2027", rows=rows, now=now)
    moved.refresh_from_db()
    assert (moved.category.version, moved.revision) == ("2027", before + 1)
    last = moved.history.first()
    assert (last.category_id, last.history_user, last.history_date) == (moved.category_id, world.officer, now)
    assert RevisedUnit.objects.get().organization == world.unit
    assert redefined.history.first().history_date == NOW
    entry = history(InstrumentCategory.objects.get(version="2027", code="010000")).last()
    assert entry.details == {"version": "2027", "rows": 5, "instruments": [moved.public_id]}


@pytest.mark.django_db
def test_vanished_or_redefined_code_needs_decision(world, tmp_path):
    kept = published(world, inner_number="K")
    lost = published(world, inner_number="L", category="020100")
    said = StringIO()
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", "--dry-run", stdout=said)
    assert "010101 透射电镜：1 台仪器，编码含义变更为“透射电子显微镜”，须逐台确认是否适用" in said.getvalue()
    assert "020100 力学性能测试仪器：1 台仪器，编码已取消，可改用：—" in said.getvalue()
    assert not InstrumentCategory.objects.filter(version="2027").exists()
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", stdout=StringIO())
    kept.refresh_from_db()
    lost.refresh_from_db()
    assert (kept.category.version, kept.category.name_zh) == ("test", "透射电镜")
    assert (lost.category.version, lost.category.code) == ("test", "020100")
    assert set(instruments_to_recode(world.officer)) == {kept, lost}
    # The same once more changes nothing.
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", stdout=StringIO())
    assert InstrumentCategory.objects.filter(version="2027").count() == 3


@pytest.mark.django_db
def test_changed_table_needs_new_version_and_faults_are_listed(world, tmp_path):
    with pytest.raises(CommandError, match="test"):
        call_command("load_categories", table(tmp_path, *NEXT), "--version", "test")
    with pytest.raises(CommandError, match="01010"):
        call_command(
            "load_categories", table(tmp_path, NEXT[0], ("010000", "01010", "五位")), "--version", "2028"
        )


@pytest.mark.django_db
@pytest.mark.skipif(not WHOLE.exists(), reason="the whole table is not beside this clone")
def test_the_whole_table_loads(world):
    call_command("load_categories", WHOLE, "--version", "trial", stdout=StringIO())
    table = InstrumentCategory.objects.filter(version="trial")
    assert (table.count(), table.filter(parent__isnull=True).count()) == (739, 15)


@pytest.mark.django_db
def test_a_unit_may_change_other_fields_of_an_instrument_whose_code_has_vanished(world, tmp_path):
    lost = published(world, category="020100")
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", stdout=StringIO())
    saved = instrument_update(
        actor=world.manager,
        instrument_id=lost.pk,
        values={"category": "020100", "place_zh": "二号楼"},
        now=NOW,
    )
    assert (saved.place_zh, saved.category.code, saved.pending_values) == ("二号楼", "020100", {})
    instrument_update(actor=world.manager, instrument_id=lost.pk, values={"category": "010101"}, now=NOW)
    instrument_changes_accept(actor=world.officer, instrument_id=lost.pk, now=NOW)
    assert list(instruments_to_recode(world.officer)) == []


@pytest.mark.django_db
def test_recode_list_depends_on_role_and_offers_candidates(world, tmp_path):
    own = published(world, category="020100")
    foreign = published(world, world.other, world.other_manager, category="020100")
    rows = [*NEXT, ("010000", "010200", "力学性能测试仪器")]
    call_command("load_categories", table(tmp_path, *rows), "--version", "2027", stdout=StringIO())
    people = (world.manager, world.other_manager, world.officer, world.auditor, world.user, world.keeper)
    seen = [set(instruments_to_recode(each)) for each in people]
    assert seen == [{own}, {foreign}, {own, foreign}, {own, foreign}, set(), set()]
    assert recode_candidates({"020100": "力学性能测试仪器", "010109": "电子探针"}) == {
        "020100": [CategoryRow("010200", "力学性能测试仪器", "010000")],
        "010109": [CategoryRow("010101", "透射电子显微镜", "010100")],
    }


@pytest.mark.django_db
def test_the_bureau_s_list_and_its_sheet(world, tmp_path, client, statements):
    lost = published(world, category="020100")
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", stdout=StringIO())
    client.force_login(world.officer)
    page = client.get(reverse("to_recode"))
    assert [(row.instrument, row.candidates, row.given) for row in page.context["rows"]] == [(lost, [], "")]
    sheet = client.get(reverse("to_recode") + "?export=csv").getvalue().decode("utf-8-sig").splitlines()
    assert sheet == [
        "管理单位,编号,内部编号,仪器设备,原分类,可改用,待审核",
        f"云屏材料研究所,{lost.public_id},A-001,透射电子显微镜,020100 力学性能测试仪器,,",
    ]
    desk = client.get(reverse("bureau")).content.decode()
    assert "1 台仪器的分类编码已取消或含义变更" in desk
    client.force_login(world.manager)
    desk = client.get(reverse("unit_desk")).content.decode()
    assert f"{reverse('instrument_edit', args=[lost.public_id])}#id_category" in desk
    client.force_login(world.officer)
    statements.assert_unchanged(
        lambda: client.get(reverse("to_recode")),
        by=lambda: [_lost(world, lost, f"N{n}") for n in range(3)],
    )


def _lost(world, like, number):
    made = published(world, inner_number=number, category="010101")
    made.category = like.category
    made.save()


@pytest.mark.django_db
def test_an_officer_is_offered_to_keep_no_code_of_a_unit_of_their_own(world, tmp_path, client):
    own = published(world, inner_number="N-1")
    theirs = published(world, world.other, world.other_manager)
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", stdout=StringIO())
    membership_grant(actor=None, user=world.officer, organization=world.unit, role=Role.RESEARCHER, now=NOW)
    client.force_login(world.officer)
    page = client.get(reverse("to_recode"))
    assert re.findall(r'name="instrument"\s+value="(\S+)"', page.content.decode()) == [theirs.public_id]
    assert (page.context["count"], page.context["to_keep"]) == (2, 1)
    assert client.post(f"{reverse('categories_keep')}?all=1").status_code == 302
    assert list(instruments_to_recode(world.officer)) == [own]


@pytest.mark.django_db
def test_an_instrument_whose_code_kept_its_name_moves_by_itself(world, tmp_path):
    one = published(world)
    rows = [*NEXT[:2], ("010100", "010101", "透射电镜")]
    call_command("load_categories", table(tmp_path, *rows), "--version", "2027", stdout=StringIO())
    one.refresh_from_db()
    assert one.category.version == "2027"
    assert not instruments_to_recode(world.officer).exists()


@pytest.mark.django_db
def test_the_bureau_keeps_a_code_whose_new_meaning_fits_for_one_or_for_all(world, tmp_path, client):
    first, second, third = (published(world, inner_number=f"N-{number}") for number in range(3))
    lost = published(world, category="020100")
    call_command("load_categories", table(tmp_path, *NEXT), "--version", "2027", stdout=StringIO())
    client.force_login(world.officer)
    page = client.get(reverse("to_recode")).content.decode()
    assert page.count('name="instrument"') == 3
    assert "现含义为“透射电子显微镜”" in page
    keep = reverse("categories_keep")
    asked = client.get(keep, {"instrument": [first.public_id, lost.public_id]}).content.decode()
    assert "010101“透射电镜”现为“透射电子显微镜”：1 台（套）。" in asked
    client.post(f"{keep}?instrument={first.public_id}&instrument={lost.public_id}")
    assert set(instruments_to_recode(world.officer)) == {second, third, lost}
    assert instrument_categories_keep(actor=world.officer, instrument_ids=[lost.pk], now=NOW) == 0
    client.post(f"{keep}?all=1")
    assert list(instruments_to_recode(world.officer)) == [lost]
    third.refresh_from_db()
    assert third.category.name_zh == "透射电子显微镜"
    entry = history(third).last()
    assert (entry.action, entry.details["before"]) == ("instrument.category_kept", "透射电镜")
