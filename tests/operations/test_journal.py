"""The journal: who reads which entries, the search, the words, and the table for other programs."""

import ast
import csv
import re
from dataclasses import fields
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import District
from instrument_share.jobs.services import recurring_run_now
from instrument_share.journal import services as journal
from instrument_share.journal.registry import registered_acts, registered_kinds
from instrument_share.operations.selectors.details import DETAILS, DISCLOSED
from instrument_share.operations.selectors.journal import JournalFilter, find_entries, journal_entries
from instrument_share.operations.selectors.journal_rows import describe_value, name_detail
from providers.exchange.services.import_plans import Outcome
from rewards.policy.services import policy_load
from rewards.trials.domain.search import Aim
from rewards.vouchers.domain.terms import Terms
from tests import factories
from tests.bookings.requests.booking import book
from tests.factories import NOW
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z_]+\.[a-z_]+")


@pytest.fixture
def districts():
    return [
        District.objects.create(code=f"99010{number}", name_zh=name)
        for number, name in enumerate(("东区", "西区"), 1)
    ]


@pytest.fixture
def admin():
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    return factories.member(office, Role.SYSADMIN, name="癸")


@pytest.fixture
def city(districts):
    city = factories.city()
    for body, district in ((city.owner, districts[0]), (city.company, districts[1])):
        body.district = district
        body.save()
    return city


def officer_of(district=None):
    bureau = factories.organization("科学技术局", kind=OrganizationKind.BUREAU.value, region=district)
    return factories.member(bureau, Role.BUREAU_OFFICER)


def note(subject, action="instrument.updated", actor=None, at=NOW, organization=None, **details):
    return journal.record(
        actor=actor,
        action=action,
        subject=subject,
        now=at,
        organization_id=organization.pk if organization else None,
        details=details,
    )


def found(viewer, **wanted):
    return list(find_entries(viewer, JournalFilter(**wanted)).order_by("id"))


def test_officer_of_a_district_reads_what_concerns_it(city, districts, admin):
    booking = book(city)
    account = note(city.researcher, "user.locked", actor=admin)
    elsewhere = note(factories.organization("外地单位"), "organization.admitted")
    everything = set(journal_entries(admin))
    assert {account, elsewhere} < everything
    assert set(journal_entries(officer_of())) == everything
    east, west = officer_of(districts[0]), officer_of(districts[1])
    assert {entry.subject_id for entry in journal_entries(east)} == {booking.public_id}
    assert set(journal_entries(west)) == {account}


@pytest.mark.parametrize("role", [Role.BUREAU_AUDITOR, Role.FINANCE_OFFICER, Role.UNIT_MANAGER, Role.KEEPER])
def test_others_read_nothing(city, role):
    kinds = {Role.BUREAU_AUDITOR: OrganizationKind.BUREAU, Role.FINANCE_OFFICER: OrganizationKind.FINANCE}
    seat = factories.organization(kind=kinds.get(role, OrganizationKind.UNIVERSITY).value)
    book(city)
    assert not journal_entries(factories.member(seat, role)).exists()


def test_search_by_actor_subject_action_and_day(city, admin):
    other = factories.instrument(city.owner, name_zh="质谱仪")
    first = note(city.instrument, actor=city.manager, organization=city.owner)
    second = note(other, "instrument.suspended", organization=city.owner, at=NOW + timedelta(days=1))
    third = note(city.researcher, "user.locked", actor=admin, at=NOW + timedelta(days=2))
    assert found(admin, actor=city.manager.name) == found(admin, actor=city.manager.username) == [first]
    assert found(admin, by_system=True) == [second]
    assert found(admin, subject="质谱") == found(admin, subject=other.public_id.lower()) == [second]
    assert found(admin, subject=city.owner.name_zh) == [first, second]
    assert found(admin, subject=city.researcher.name) == [third]
    assert found(admin, kind="accounts.User") == found(admin, action="user.locked") == [third]
    day = NOW.date() + timedelta(days=1)
    assert found(admin, number=second.pk) == [second]
    assert found(admin, number=2**63 - 1) == []
    assert found(admin, since=day, until=day) == [second]
    assert found(admin, since=day) == [second, third]
    assert found(admin, subject="质谱", actor=city.manager.name) == []


def test_days_are_those_of_the_city(city, admin):
    evening = note(city.instrument, at=NOW.replace(hour=15, minute=59))
    night = note(city.instrument, at=NOW.replace(hour=16))
    assert found(admin, until=NOW.date()) == [evening]
    assert found(admin, since=NOW.date() + timedelta(days=1)) == [night]


def test_page_tells_in_words_and_links_where_the_reader_may_go(city, admin, see):
    booking = book(city)
    note(city.researcher, "user.locked", actor=admin, reason="多人共用账号", sessions=2)
    page = see(admin, "journal")
    words = text_of(page)
    for told in ("提交预约", "锁定账号", "多人共用账号", "终止会话数 2", city.instrument.name_zh, "系统管理"):
        assert told in words
    body = page.content.decode()
    assert f"/system/accounts/{city.researcher.public_id}/" in body
    assert f"/bookings/{booking.public_id}/" not in body
    of_officer = see(officer_of(), "journal").content.decode()
    assert f"/bookings/{booking.public_id}/" in of_officer
    assert f"/system/accounts/{city.researcher.public_id}/" not in of_officer


def test_facts_and_jobs_are_told_in_words(city, admin, see):
    preset = settings.BASE_DIR / "rewards/policies/hunan-2024.toml"
    policy_load(actor=officer_of(), document=preset.read_text(encoding="utf-8"), now=NOW)
    note(city.instrument, "fact.declared", kind="grade", code="excellent")
    note(city.instrument, "fact.declared", kind="grade", code="of-no-policy")
    recurring_run_now(actor=admin, name="site.audit_seal", now=NOW)
    words = text_of(see(admin, "journal"))
    assert "条件或等级 优秀" in words
    assert "条件或等级 of-no-policy" in words
    assert "审计记录封存" in words


def test_network_address_is_for_administrators(city, admin, see):
    with journal.record_remote_address("192.0.2.7"):
        note(city.instrument, organization=city.owner)
    assert "192.0.2.7" in see(admin, "journal").content.decode()
    assert "192.0.2.7" not in see(officer_of(), "journal").content.decode()
    assert "192.0.2.7" not in sheet(see(officer_of(), "journal_csv"))
    assert "192.0.2.7" in sheet(see(admin, "journal_csv"))


def test_wrong_days_are_refused_beside_their_field(admin, see):
    answer = see(admin, "journal", since="2026-03-02", until="2026-03-01")
    assert answer.status_code == 422
    assert "截止日期早于起始日期" in text_of(answer)
    assert see(admin, "journal_csv", since="x").status_code == 422


def test_page_and_table_take_as_many_statements_for_fifty_rows(city, admin, see, statements):
    def more():
        for number in range(49):
            other = factories.instrument(city.owner, name_zh=f"仪器 {number}")
            note(other, actor=city.manager, organization=city.owner)
            note(factories.user(), "user.created")

    note(city.instrument, actor=city.manager, organization=city.owner)
    note(city.researcher, "user.created")
    statements.assert_unchanged(lambda: see(admin, "journal"), by=more)


def test_accounts_page_takes_as_many_statements_for_fifty_rows(city, admin, see, statements):
    def more():
        for _one in range(49):
            factories.member(city.company)

    statements.assert_unchanged(lambda: see(admin, "system_accounts"), by=more)


def sheet(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_table_holds_what_was_found_and_no_formula(city, admin, see):
    city.instrument.name_zh = "=1+1"
    city.instrument.save()
    note(city.instrument, actor=city.manager, organization=city.owner, reason="保养")
    note(city.researcher, "user.locked", actor=admin)
    rows = list(csv.DictReader(StringIO(sheet(see(admin, "journal_csv", action="instrument.updated")))))
    assert [row["操作"] for row in rows] == ["修改仪器信息"]
    assert rows[0]["操作对象"] == "'=1+1"
    assert rows[0]["详情"] == '{"reason": "保养"}'
    assert rows[0]["单位"] == city.owner.name_zh


def test_table_is_read_in_parts(city, admin, see, monkeypatch):
    monkeypatch.setattr("instrument_share.operations.selectors.journal_rows.READ_AT_ONCE", 2)
    monkeypatch.setattr("instrument_share.operations.views.journal.MAX_EXPORTED", 5)
    for number in range(7):
        note(city.instrument, at=NOW + timedelta(minutes=number))
    rows = list(csv.reader(StringIO(sheet(see(admin, "journal_csv")))))
    assert len(rows) == 1 + 5
    assert rows[1][0].startswith("2026-03-02T08:06")


def test_values_of_details_are_told_as_people_read_them():
    with translation.override("zh-hans"):
        assert describe_value("role", "sysadmin") == "系统管理员"
        assert describe_value("to", "2026-11-30T00:30:00Z/2026-11-30T06:30:00Z") == (
            "2026年11月30日 08:30 – 2026年11月30日 14:30"
        )
        assert describe_value("before", {"reason": "a", "fields": ["x", "y"]}) == "理由：a；变更字段：x、y"
    with translation.override("en"):
        assert describe_value("fields", ["x", "y"]) == "x, y"
        assert describe_value("fields", ["value_yuan", "measuring_seconds"]) == (
            "Original value (yuan), Measuring"
        )
        assert name_detail("hs_code") == "HS code"
        assert describe_value("falsified", False) == "No"
        assert describe_value("note", "") == "—"


def recorded_actions():
    """Every code that a service hands to the journal."""
    for folder in ("instrument_share", "providers", "bookings", "rewards"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "services" not in path.as_posix() and path.name != "load.py":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and re.search(
                    r"record|entry|issue|move_|_save|_fill|transition", ast.unparse(node.func)
                ):
                    for part in [*node.args, *(one.value for one in node.keywords if one.arg == "action")]:
                        if isinstance(part, ast.Constant) and CODE.fullmatch(str(part.value)):
                            yield part.value


def test_every_act_has_words_in_both_languages():
    acts = registered_acts()
    assert len(set(recorded_actions())) > 60
    assert set(recorded_actions()) - acts.keys() == set()
    with translation.override("zh-hans"):
        untold = [code for code, words in acts.items() if translation.gettext(words) == words]
    assert untold == []


def test_details_of_imports_vouchers_and_searches_have_words():
    terms = (field.name for field in fields(Terms))
    aim = (field.name for field in fields(Aim))
    claims = ("batch", "claim", "grant", "invoice", "reference", "reversal", "statement")
    keys = {*(one.value for one in Outcome), *terms, *aim, *claims, "figure", "low", "high", "step"}
    assert keys - DETAILS.keys() == set()
    assert "uses.previewed" in DISCLOSED


def test_every_recorded_subject_has_a_kind(city, admin):
    book(city)
    subjects = {entry.subject_type for entry in journal_entries(admin)}
    assert subjects <= registered_kinds().keys()
