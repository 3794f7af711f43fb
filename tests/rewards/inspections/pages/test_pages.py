"""Pages of draws and inspections: announced by a form, repeated by everybody, recorded with photos."""

import csv
import json
import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.web.text.formats import moment
from rewards.cycle.models import AssessmentCycle
from rewards.inspections.domain.choices import CHECKLIST, InspectionOutcome
from rewards.inspections.models import InspectionDraw, Inspector, RandomInspection
from rewards.inspections.services.draws import auditors_named
from tests import factories
from tests.factories import jpeg
from tests.rewards.builders import AFTER, YEAR
from tests.rewards.inspections.conftest import draws  # noqa: F401 (fixture)
from tests.rewards.reading import text_of

ANNOUNCED = {
    "over": "units",
    "size": "2",
    "source_zh": "双色球第2026004期开奖号码",
    "seed_date": "2026-01-09",
    "experts": "专家甲，云屏理工大学\n专家乙，云屏海关，云屏海洋研究院",
}


@pytest.fixture
def announced(draws, clock):  # noqa: F811
    clock.set(draws.announced)
    draws.announce(size=3)
    return draws


@pytest.fixture
def drawn(announced, clock):
    clock.set(announced.drawn)
    announced.make()
    return announced


def announce(client, draws, **typed):  # noqa: F811
    auditors = [draws.city.auditor.pk, draws.second_auditor.pk]
    return client.post(reverse("draw_new", args=[YEAR]), {**ANNOUNCED, "auditors": auditors, **typed})


def test_an_officer_announces_a_draw(draws, login, clock, year):  # noqa: F811
    clock.set(draws.announced)
    client = login(draws.city.officer)
    answer = announce(client, draws)
    draw = InspectionDraw.objects.get()
    assert answer["Location"] == reverse("draw", args=[draw.public_id])
    assert list(Inspector.objects.order_by("number").values_list("name", "barred"))[2:] == [
        ("专家甲", []),
        ("专家乙", [year.third.uscc]),
    ]
    page = text_of(client.get(answer["Location"], follow=True))
    assert "双色球第2026004期开奖号码" in page
    assert "专家乙" in page


def test_a_seed_that_may_come_after_the_approval_is_warned_of(draws, login, clock):  # noqa: F811
    clock.set(draws.announced)
    client = login(draws.city.officer)
    form = reverse("draw_new", args=[YEAR])
    assert "自该日起可抽取，须在结果审定前进行。" in text_of(client.get(form))
    AssessmentCycle.objects.update(state="noticed", notice_ends_date=date(2026, 1, 15))
    assert "须在结果审定前进行；结果最早自2026年1月16日起可审定。" in text_of(client.get(form))
    warning = "结果最早自2026年1月16日起可审定，审定后不能再进行本次抽取。"
    for day, warned in (("2026-01-15", False), ("2026-01-16", True)):
        answer = announce(client, draws, seed_date=day)
        assert (warning in text_of(client.get(answer["Location"]))) == warned


def test_lines_that_cannot_be_read_are_told(draws, login, clock):  # noqa: F811
    clock.set(draws.announced)
    answer = announce(
        login(draws.city.officer),
        draws,
        experts="专家甲\n专家乙，云屏海关，别的单位",
        conflicts="某人，云屏大学",
        seed_date="2026-01-07",
    )
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert [line[:4] for line in errors["experts"]] == ["第 1 ", "第 2 "]
    assert len(errors["conflicts"]) == 1
    assert not InspectionDraw.objects.exists()


def test_units_of_several_lines_of_one_person_are_all_conflicts(draws, login, clock, year):  # noqa: F811
    clock.set(draws.announced)
    announce(
        login(draws.city.officer),
        draws,
        experts="专家甲，云屏海关，云屏大学\n专家乙，云屏海关\n专家甲，云屏海关，云屏海洋研究院\n专家丙，云屏海关",
        conflicts="核查二，云屏大学\n核查二，云屏海洋研究院",
        size="1",
    )
    barred = dict(Inspector.objects.order_by("number").values_list("name", "barred"))
    both = sorted([year.first.uscc, year.third.uscc])
    assert barred == {"科技局核查": [], "核查二": both, "专家甲": both, "专家乙": [], "专家丙": []}
    assert Inspector.objects.count() == 5


def test_auditors_of_the_same_name_are_told_apart_by_their_user_names(draws, login, clock, year):  # noqa: F811
    bureau = Organization.objects.get(kind="bureau")
    one, other = (factories.member(bureau, Role.BUREAU_AUDITOR, name="王某") for _ in range(2))
    clock.set(draws.announced)
    client = login(draws.city.officer)
    form = client.get(reverse("draw_new", args=[YEAR])).context["form"]
    labels = dict(form.fields["auditors"].choices)
    assert [labels[each.pk] for each in (one, other, draws.second_auditor)] == [
        f"王某（{one.username}）",
        f"王某（{other.username}）",
        "核查二",
    ]
    chosen = {"auditors": [one.pk, other.pk]}
    refused = announce(client, draws, conflicts="王某，云屏大学", **chosen)
    assert refused.context["form"].errors["conflicts"] == [
        f"第 1 行：多名核查人员姓名为“王某”，请改填用户名：{one.username}, {other.username}。"
    ]
    assert not InspectionDraw.objects.exists()
    announce(client, draws, conflicts=f"{other.username}，云屏大学", **chosen)
    barred = dict(Inspector.objects.exclude(user=None).values_list("user", "barred"))
    assert barred == {one.pk: [], other.pk: [year.first.uscc]}


def test_everybody_reads_a_draw_and_only_the_bureau_the_names(drawn, login, client):
    draw = InspectionDraw.objects.get()
    address = reverse("draw", args=[draw.public_id])
    public = text_of(client.get(address))
    assert "03 07 11 18 24 33 + 09" in public
    assert "云屏大学" in public
    assert "专家甲" not in public
    assert "核查二" not in public
    assert "专家甲" in text_of(login(drawn.city.officer).get(address))


def test_what_the_page_offers_repeats_the_draw(drawn, client, tmp_path):
    draw = InspectionDraw.objects.get()
    inputs = client.get(reverse("draw_inputs", args=[draw.public_id]))
    assert inputs["Content-Type"] == "application/json"
    program = client.get(reverse("draw_script"))
    (tmp_path / "inputs.json").write_bytes(inputs.getvalue())
    (tmp_path / "repeat_draw.py").write_bytes(program.content)
    printed = subprocess.run(
        [sys.executable, "-I", "repeat_draw.py", "inputs.json", draw.result.seed],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.splitlines() == [
        f"{each.position} {each.organization.uscc} {each.lead.number} {each.second.number}"
        for each in RandomInspection.objects.order_by("position")
    ]
    page = client.get(reverse("draw", args=[draw.public_id])).content.decode()
    assert escape(program.content.decode()) in page


def test_the_inputs_are_offered_as_a_table_too(drawn, client):
    draw = InspectionDraw.objects.get()
    response = client.get(reverse("draw_table", args=[draw.public_id]))
    rows = list(csv.reader(response.getvalue().decode("utf-8-sig").splitlines()))
    inputs = json.loads(b"".join(client.get(reverse("draw_inputs", args=[draw.public_id])).streaming_content))
    assert rows[0] == ["类别", "编号", "权重", "统一社会信用代码", "仪器设备", "可主办", "回避单位"]
    assert [[row[1], int(row[2]), *row[3:]] for row in rows if row[0] == "抽取对象"] == inputs["items"]
    assert [[int(row[1]), row[5] == "是", row[6].split()] for row in rows if row[0] == "检查人员"] == inputs[
        "inspectors"
    ]
    assert (
        reverse("draw_table", args=[draw.public_id])
        in client.get(reverse("draw", args=[draw.public_id])).content.decode()
    )


def test_the_inputs_of_a_large_draw_are_no_table(drawn, client, monkeypatch):
    monkeypatch.setattr("rewards.inspections.views.draws.LONGEST_TABLE", 1)
    draw = InspectionDraw.objects.get()
    table = reverse("draw_table", args=[draw.public_id])
    assert client.get(table).status_code == 404
    assert table not in client.get(reverse("draw", args=[draw.public_id])).content.decode()


def test_the_seed_is_asked_for_when_it_is_out(announced, login, clock):
    draw = InspectionDraw.objects.get()
    client = login(announced.city.officer)
    page = reverse("draw", args=[draw.public_id])
    assert not client.get(page).context["may_make"]
    clock.set(announced.drawn)
    assert client.get(page).context["may_make"]
    client.post(reverse("draw_seed", args=[draw.public_id]), {"seed": "123"})
    assert RandomInspection.objects.count() == 3
    assert not client.get(page).context["may_make"]


def test_an_inspector_records_with_photos_that_the_unit_sees(drawn, login, clock, year):
    one = RandomInspection.objects.get(organization=year.first)
    address = reverse("inspection", args=[one.public_id])
    clock.set(drawn.drawn + timedelta(days=1))
    client = login(one.lead.user)
    page = client.get(address)
    assert "现场" in text_of(page)
    days = page.context["form"].fields["inspected_date"].widget.attrs
    offered = [(drawn.drawn + timedelta(days=number)).date().isoformat() for number in (0, 1)]
    assert [days["min"], days["max"]] == offered
    typed = {
        "inspected_date": (drawn.drawn + timedelta(days=1)).date().isoformat(),
        **dict.fromkeys(CHECKLIST, "yes"),
        "outcome": "no_objection",
        "photos": [SimpleUploadedFile("a.jpg", jpeg()), SimpleUploadedFile("b.jpg", jpeg())],
    }
    assert client.post(address, typed).status_code == 302
    manager = login(year.manager)
    page = manager.get(address)
    assert "无异议" in text_of(page)
    assert "核查" not in one.lead.organization_name
    photo = manager.get(reverse("inspection_photo", args=[one.public_id, 2]))
    assert photo["Content-Type"] == "image/jpeg"
    list(photo)


def test_who_records_second_reads_who_recorded_and_keeps_the_notes(draws, login, clock):  # noqa: F811
    clock.set(draws.drawn)
    auditors = auditors_named([draws.city.auditor.pk, draws.second_auditor.pk], {})
    draws.announce(size=1, inspectors=auditors)
    (one,) = draws.make()
    address = reverse("inspection", args=[one.public_id])
    typed = {
        "inspected_date": draws.drawn.date().isoformat(),
        **dict.fromkeys(CHECKLIST, "yes"),
        "outcome": "no_objection",
    }
    assert login(one.lead.user).post(address, typed | {"notes": "仪器在位。"}).status_code == 302
    late = login(one.second.user).post(address, typed | {"notes": "铭牌与台账相符。"})
    assert late.status_code == 422
    time = moment(draws.drawn)
    assert f"{one.lead.user.name}已于{time}登记本次抽查结果，登记后不能更改。" in text_of(late)
    assert ">铭牌与台账相符。</textarea>" in late.content.decode().replace("\n", "")
    one.refresh_from_db()
    assert (one.notes, one.recorded_by) == ("仪器在位。", one.lead.user)
    assert login(one.second.user).get(address).context["form"] is None


def test_an_inspector_who_joined_the_unit_is_told_and_another_auditor_records(draws, login, clock):  # noqa: F811
    clock.set(draws.drawn)
    auditors = auditors_named([draws.city.auditor.pk, draws.second_auditor.pk], {})
    draws.announce(size=1, inspectors=auditors)
    (one,) = draws.make()
    address = reverse("inspection", args=[one.public_id])
    bureau = Organization.objects.get(kind="bureau")
    other = draws.city.person("核查三", bureau, Role.BUREAU_AUDITOR)
    factories.member(one.organization, person=one.lead.user)
    own = login(one.lead.user).get(address)
    assert own.context["form"] is None
    assert "您属于该机构，或离开未满三年，应当回避：请由他人决定。" in text_of(own)
    waiting = login(other).get(address)
    assert waiting.context["form"] is None
    assert "检查人员尚未登记结果。" in text_of(waiting)
    factories.member(one.organization, person=one.second.user)
    assert "抽中的核查人员均已不能登记，由其他核查人员登记。" in text_of(
        login(draws.city.officer).get(address)
    )
    offered = login(other).get(address)
    assert "抽中的核查人员均已不能登记，请您代为登记。" in text_of(offered)
    assert offered.context["form"] is not None
    assert address in login(other).get(reverse("bureau")).content.decode()


def test_a_finding_is_offered_until_the_results_are_approved_which_says_so(drawn, login, clock, year):
    one = RandomInspection.objects.get(organization=year.first)
    address = reverse("inspection", args=[one.public_id])
    client = login(one.lead.user)

    def offered():
        form = client.get(address).context["form"]
        return [code for code, _ in form.fields["outcome"].choices], "logs" in form.fields

    assert offered() == (["no_objection", "finding"], True)
    drawn.steps.score()
    until = "结果审定前可据此列为核查问题；结果最早自2026年1月16日起可审定。"
    assert until not in text_of(client.get(address))
    drawn.steps.announce()
    assert until in text_of(client.get(address))
    clock.set(AFTER + timedelta(days=14))
    approve = reverse("cycle_step", args=[YEAR, "approve"])
    announced = InspectionDraw.objects.get()
    announced.pk, announced.public_id, announced.number = None, "DRW-ANNOUNCED0", 2
    announced.save(force_insert=True)
    told = text_of(login(drawn.city.reviewer).get(approve))
    assert "3 项随机抽查尚未登记结果，审定后不能再据此列为核查问题。" in told
    assert "1 次已公告的抽取尚未进行，审定后不能再抽取。" in told
    drawn.steps.approve()
    client = login(one.lead.user)
    assert offered() == (["no_objection"], False)
    page = text_of(client.get(address))
    assert "自年度数据冻结起至结果审定前，方可列为核查问题。" in page
    typed = {
        "inspected_date": (drawn.drawn + timedelta(days=1)).date().isoformat(),
        **dict.fromkeys(CHECKLIST, "yes"),
        "outcome": "finding",
        "notes": "现场无台账",
    }
    assert client.post(address, typed).status_code == 422
    assert client.post(address, {**typed, "outcome": "no_objection"}).status_code == 302


def test_a_list_of_draws_takes_as_many_statements_for_many(drawn, login, statements):
    client = login(drawn.city.officer)
    address = reverse("draws", args=[YEAR])

    def more():
        drawn.announce(now=drawn.drawn, seed_date=(drawn.drawn + timedelta(days=2)).date())
        drawn.announce(now=drawn.drawn, seed_date=(drawn.drawn + timedelta(days=3)).date())

    statements.assert_unchanged(lambda: client.get(address), by=more)


def test_the_desk_lists_what_an_inspector_has_to_carry_out(drawn, login):
    one = RandomInspection.objects.order_by("position").first()
    desk = login(one.lead.user).get(reverse("bureau"))
    assert reverse("inspection", args=[one.public_id]) in desk.content.decode()
    drawn.record(one, outcome=InspectionOutcome.NO_OBJECTION)
    desk = login(one.lead.user).get(reverse("bureau"))
    assert reverse("inspection", args=[one.public_id]) not in desk.content.decode()
