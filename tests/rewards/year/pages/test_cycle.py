"""Where does each yuan come from: the page of a year and its steps."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from bookings.requests.models import Booking
from instrument_share.accounts.domain import Role
from instrument_share.journal.guards import guards_lifted
from instrument_share.journal.models import AuditEntry, Notification
from rewards.assessment.models import Award
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.services.cycles import FREEZE, LEFT_OUT
from rewards.declarations.models import DeclaredFact
from rewards.declarations.services import fact_confirm
from rewards.findings.models import Finding
from rewards.objections.domain.choices import AnswerEffect
from rewards.policy.models import RewardPolicy
from rewards.report.models import ReportPreview
from tests.rewards.builders import AFTER, CONTACT, POLICY, YEAR
from tests.rewards.objections.conftest import Objections
from tests.rewards.reading import text_of


def page(client, name="cycle", *args):
    return client.get(reverse(name, args=args or [YEAR]))


def take(client, verb, **typed):
    return client.post(reverse("cycle_step", args=[YEAR, verb]), typed, follow=True)


def test_scoring_speaks_of_former_results_where_there_are_some(login, steps):
    replaced = "此前的计算结果将被替换"
    client = login(steps.city.officer)
    steps.through("check")
    assert replaced not in text_of(page(client, "cycle_step", YEAR, "score"))
    steps.score()
    assert replaced in text_of(page(client, "cycle_step", YEAR, "score"))


def test_the_year_says_where_each_yuan_comes_from(login, steps):
    steps.through("score")
    shown = text_of(page(login(steps.city.officer)))
    assert "云屏大学 100.00 良好 ¥91,933.00 1 1,400.00 700.00 ¥70,000.00" in shown
    assert "云屏材料研究所 63.51 合格 ¥8,067.00" in shown
    assert "合计 ¥100,000.00 3 2,630.00 1,040.00 ¥104,000.00" in shown
    assert "预算 ¥100,000.00" in shown
    assert "未分配 ¥0.00" in shown
    assert "计入记录 263 上报 263 条" in shown
    assert steps.cycle.snapshot_hash in shown


def test_awards_are_counted_among_the_units_that_get_one(login, steps):
    steps.through("score")
    shown = text_of(page(login(steps.city.officer)))
    assert "3 家参评单位中 2 家获奖" in shown
    Award.objects.filter(assessment__organization__name_zh="云屏材料研究所").update(amount_yuan=0)
    assert "3 家参评单位中 1 家获奖" in text_of(page(login(steps.city.officer)))


def test_checking_is_the_step_of_now_until_every_finding_is_decided(login, steps, year):
    steps.through("check")
    client = login(steps.city.officer)
    assert "核查 (已完成)" in text_of(page(client))
    Finding.objects.create(
        cycle=steps.cycle,
        organization=year.first,
        kind="too_long",
        evidence_hash="1",
        logs=[],
        answer_due_date=AFTER.date(),
        found_at=AFTER,
    )
    findings = reverse("findings", args=[YEAR])
    assert f'href="{findings}?state=open"' in page(client).content.decode()
    shown = text_of(page(client))
    assert "核查 (进行中)" in shown
    assert "1 项核查问题待处理" in shown
    steps.score()
    assert "计分 (已完成)" in text_of(page(client))


@pytest.mark.parametrize(
    ("who", "desk", "tries"),
    [("officer", "bureau", True), ("auditor", "bureau", False), ("finance", "finance", False)],
)
def test_the_page_offers_what_its_reader_may_open(login, steps, who, desk, tries):
    steps.through("check")
    shown = page(login(getattr(steps.city, who))).content.decode()
    main = shown[shown.index("<main") :]
    desks = {name for name in ("bureau", "finance") if f'href="{reverse(name)}"' in main}
    assert (desks, reverse("trials", args=[YEAR]) in main) == ({desk}, tries)


@pytest.mark.parametrize(("who", "looks"), [("officer", True), ("auditor", False), ("finance", False)])
def test_the_preview_is_offered_to_who_sends_the_report(login, steps, who, looks):
    steps.through("approve")
    ReportPreview.objects.create(
        cycle_id=steps.id,
        number=1,
        sha256="0" * 64,
        file="previews/none.pdf",
        made_at=AFTER + timedelta(days=15),
        made_by=steps.city.officer,
    )
    shown = page(login(getattr(steps.city, who)))
    assert (reverse("report_preview", args=[YEAR]) in shown.content.decode()) == looks


@pytest.mark.parametrize(("last", "done"), [(None, 0), ("check", 2), ("announce", 3), ("approve", 5)])
def test_the_bureaus_desk_shows_the_same_line_of_steps_as_the_year(login, steps, last, done):
    if last:
        steps.through(last)
    client = login(steps.city.officer)
    lines = [
        re.findall(r'<ol class="step-line">.*?</ol>', answer.content.decode(), re.DOTALL)
        for answer in (page(client), client.get("/bureau/"))
    ]
    assert lines[0] == lines[1]
    (line,) = lines[0]
    assert line.count("step step-done") == done
    assert line.count('aria-current="step"') == 1


def test_units_are_sorted_as_the_address_says(login, steps):
    steps.through("score")
    client = login(steps.city.officer)
    for sort, first in (("amount", "云屏海洋研究院"), ("-amount", "云屏大学"), ("name", "云屏大学")):
        shown = client.get(reverse("cycle", args=[YEAR]), {"sort": sort})
        assert shown.context["rows"][0].organization.name_zh == first
    assert client.get(reverse("cycle", args=[YEAR]), {"sort": "evil; drop"}).status_code == 200


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("zh-hans", ["云屏大学", "云屏材料研究所", "云屏海洋研究院"]),
        ("en", ["Institute of Oceanology", "University of Yunping", "云屏材料研究所"]),
    ],
)
def test_units_are_sorted_by_the_names_shown_in_english_those_without_one_last(
    login, steps, year, language, names
):
    english = {year.first: "University of Yunping", year.third: "Institute of Oceanology"}
    for unit, unit.name_en in english.items():
        unit.save()
    steps.through("score")
    client = login(steps.city.officer)
    client.cookies["django_language"] = language
    for sort, order in (("name", names), ("-name", names[::-1])):
        words = text_of(client.get(reverse("cycle", args=[YEAR]), {"sort": sort}))
        assert sorted(names, key=lambda name: words.index(f"{name} ")) == order
        sheet = client.get(reverse("units_csv", args=[YEAR]), {"sort": sort}).content.decode("utf-8-sig")
        assert [line.split(",")[0] for line in sheet.splitlines()[1:]] == order


def test_the_units_leave_as_a_spreadsheet_in_the_order_shown(login, steps):
    steps.through("score")
    answer = login(steps.city.officer).get(reverse("units_csv", args=[YEAR]), {"sort": "score"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("管理单位,统一社会信用代码,得分,等级,奖励金额（元）")
    assert [line.split(",")[0] for line in lines[1:]] == ["云屏海洋研究院", "云屏材料研究所", "云屏大学"]
    assert lines[3].split(",")[2:4] == ["100.00", "良好"]
    assert answer["Content-Disposition"] == 'attachment; filename="assessment-2025.csv"'


def test_more_units_take_no_more_statements(login, steps, statements):
    steps.through("score")
    client = login(steps.city.officer)

    def more():
        for number in range(6):
            steps.city.instrument(steps.city.unit(f"云屏第{number}研究所"), "质谱仪")
        AssessmentCycle.objects.update(state="collecting")
        steps.cycle.parts.all().delete()
        steps.through("score")

    statements.assert_unchanged(lambda: page(client), by=more)


BY_JOB = ("freeze", "check", "score", "preview", "send")
STEPS = (
    ("freeze", "年度数据已冻结。下一步请核查上机记录。", "核查上机记录"),
    ("check", "核查完成。发现的问题由核查人员作出决定，之后计算得分。", "计算得分并分配资金"),
    ("score", "得分与奖励金额已算出。请审阅结果，然后发布公示。", "发布公示"),
    ("announce", "结果已公示，最早于公示期满后可审定。", None),
    ("approve", "结果已审定。下一步请生成报送件预览稿。", "生成报送件预览稿"),
    ("preview", "预览稿已生成，请逐页通览，之后即可封装。", "通览预览稿"),
    ("send", "报送件已封装并送达，等待财政局答复。", "查看报送件"),
)


def test_step_by_step_the_page_offers_what_comes_next(login, small, clock, run_jobs):
    client = login(small.city.officer)
    clock.set(AFTER)
    assert page(client).context["primary"][0] == "冻结年度数据"
    for verb, said, following in STEPS:
        if verb == "approve":
            clock.move(timedelta(days=12))
            assert page(client).context["primary"] is None
            waits = "结果由您发布公示，须由另一名经办人审定。"
            assert waits in text_of(page(client))
            assert f"下一步：{waits}" in text_of(client.get("/bureau/"))
            assert take(client, verb).status_code == 409
            client = login(small.city.reviewer)
            assert "下一步：审定结果" in text_of(client.get("/bureau/"))
        if verb == "send":
            shown = client.get(reverse("report_preview", args=[YEAR]))
            client.post(reverse("report_preview", args=[YEAR]), {"sha256": shown.context["preview"].sha256})
            assert page(client).context["primary"][0] == "封装报送件并报送财政局"
        answer = take(client, verb, **(CONTACT if verb == "announce" else {}))
        if verb in BY_JOB:
            assert answer.context["primary"] is None
            run_jobs()
            answer = page(client)
        assert said in text_of(answer)
        primary = answer.context["primary"]
        assert (str(primary[0]) if primary else None) == following
    assert AssessmentCycle.objects.get().state == "reported"


def test_the_notice_says_from_when_on_results_can_be_approved(login, small, clock):
    small.steps.through("announce")
    client = login(small.city.reviewer)
    clock.set(AFTER + timedelta(days=4))
    assert "公示至2026年1月15日，自2026年1月16日起可审定。" in text_of(page(client))
    answer = take(client, "approve")
    assert answer.status_code == 409
    assert "请在公示期满后审定" in text_of(answer)
    assert AssessmentCycle.objects.get().state == "noticed"


def test_the_notice_says_what_else_stands_against_the_approval(login, small, clock):
    small.steps.through("announce")
    clock.set(AFTER + timedelta(days=4))
    objections = Objections(small.steps)
    about = objections.raise_one(about=small.unit.public_id)
    client = login(small.city.reviewer)
    earliest = "公示至2026年1月15日，最早自2026年1月16日起可审定。"
    waiting = "还有 1 件异议待答复。"
    assert f"{earliest}{waiting}" in text_of(page(client))
    objections.answer(about, effect=AnswerEffect.FINDING, now=AFTER + timedelta(days=4))
    finding = "还有 1 项核查问题待处理，须由核查人员逐项作出决定。"
    assert f"{earliest}{finding}" in text_of(page(client))
    objections.raise_one(subject="另一项")
    assert f"{earliest}{finding}{waiting}" in text_of(page(client))


def test_before_a_step_the_page_says_what_it_will_do(login, small, clock):
    clock.set(AFTER - timedelta(days=30))
    asked = text_of(login(small.city.officer).get(reverse("cycle_step", args=[YEAR, "freeze"])))
    assert "2025年尚未结束：此后登记的记录将不计入。" in asked
    assert "此操作不能撤销。" in asked
    assert AssessmentCycle.objects.get().state == "collecting"


def test_before_the_freeze_the_page_counts_what_would_be_left_out(login, small, clock):
    clock.set(AFTER)
    client, address = login(small.city.officer), reverse("cycle_step", args=[YEAR, "freeze"])
    asked = text_of(client.get(address))
    assert ("尚未确认" in asked, "尚未签退" in asked) == (False, False)
    start = small.logs[-1].starts_at
    for day in (1, 2, 400):  # the last one in another year
        at = start + timedelta(days=day)
        small.city.log(
            small.instrument, at, payer=small.client, external=True, amount=Decimal(1), confirmed=False
        )
    Booking.objects.filter(pk=small.logs[0].booking_id).update(state="in_use", checked_in_at=start)
    asked = text_of(client.get(address))
    assert "2 条上机记录尚未确认，将不计入。" in asked
    assert "1 次使用尚未签退，没有上机记录，将不计入任何年度。" in asked
    assert "云屏大学：使用 3 次，申报事项 0 项；将通知该单位。" in asked
    assert "家单位涉及" not in asked


def test_before_the_freeze_the_page_names_the_first_units_and_counts_the_others(login, small, clock):
    clock.set(AFTER)
    facts = {"year": YEAR, "kind": "major_projects", "declared_at": AFTER, "declared_by": small.city.officer}
    for number in range(12):
        unit = small.city.unit(f"云屏第{number}研究所")
        DeclaredFact.objects.create(organization=unit, figure=1, evidence="证明", **facts)
    address = reverse("cycle_step", args=[YEAR, "freeze"])
    asked = text_of(login(small.city.officer).get(address))
    assert asked.count("使用 0 次，申报事项 1 项；将通知该单位。") == 10
    assert "另有 2 家单位涉及，也将收到通知。" in asked


def test_freezing_tells_each_unit_once_what_of_it_is_left_out(small):
    manager = small.city.person("管理员", small.unit, Role.UNIT_MANAGER)
    other = small.city.person("管理员", small.city.unit("云屏材料研究所"), Role.UNIT_MANAGER)
    at = small.logs[-1].starts_at
    for day in (1, 2):
        small.city.log(
            small.instrument,
            at + timedelta(days=day),
            payer=small.client,
            external=True,
            amount=Decimal(1),
            confirmed=False,
        )
    Booking.objects.filter(pk=small.logs[0].booking_id).update(state="in_use", checked_in_at=at)
    small.steps.freeze()
    (told,) = Notification.objects.filter(user=manager, message=LEFT_OUT)
    assert told.params == {"year": YEAR, "unconfirmed": 2, "running": 1, "facts": 0}
    assert told.path == reverse("unit_desk")
    assert not Notification.objects.filter(user=other).exists()


def test_what_is_settled_while_the_data_are_read_is_told_as_left_out(small):
    """It may come too late to be among them, and is confirmed in vain."""
    manager = small.city.person("管理员", small.unit, Role.UNIT_MANAGER)
    declared = {"kind": "major_projects", "declared_at": AFTER, "declared_by": manager}
    fact = DeclaredFact.objects.create(
        organization=small.unit, year=YEAR, figure=1, evidence="证明", **declared
    )
    used = Booking.objects.filter(pk=small.logs[0].booking_id)
    used.update(state="in_use", checked_in_at=small.logs[0].starts_at)
    step = {"actor": small.city.officer, "cycle_id": small.steps.cycle.pk, "now": AFTER}
    computed = FREEZE.prepare(**step)
    fact_confirm(actor=small.city.officer, fact_id=fact.pk, now=AFTER)
    used.update(state="completed")
    FREEZE.finish(**step, computed=computed)
    (told,) = Notification.objects.filter(user=manager, message=LEFT_OUT)
    assert told.params == {"year": YEAR, "unconfirmed": 0, "running": 1, "facts": 1}


def test_approving_and_sealing_say_to_whom_how_much_goes(login, steps):
    steps.through("approve")
    client = login(steps.city.officer)
    for verb in ("approve", "send"):
        asked = text_of(page(client, "cycle_step", YEAR, verb))
        assert "参评单位 3 家，奖励金额合计 ¥100,000.00；将通知各单位其奖励金额。" in asked


def test_a_step_that_is_sent_twice_is_taken_once(login, small, run_jobs):
    client = login(small.city.officer)
    address = reverse("cycle_step", args=[YEAR, "freeze"])
    first = client.post(address, {"form_token": "one"})
    second = client.post(address, {"form_token": "one"})
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"] == reverse("cycle", args=[YEAR])
    run_jobs()
    assert AuditEntry.objects.filter(action="cycle.frozen").count() == 1


def test_a_step_out_of_order_is_refused_in_words(login, small):
    answer = take(login(small.city.officer), "send")
    assert answer.status_code == 409
    assert "当前状态为“归集中”，不能执行“报送财政局”。" in text_of(answer)
    assert login(small.city.officer).get(reverse("cycle_step", args=[YEAR, "delete"])).status_code == 404


@pytest.mark.parametrize(
    ("verb", "before", "after"), [("announce", "scored", "noticed"), ("approve", "noticed", "approved")]
)
def test_results_that_were_scored_again_are_read_before_they_become_public_or_final(
    login, small, clock, verb, before, after
):
    small.steps.through("score" if verb == "announce" else "announce")
    clock.set(AFTER + timedelta(days=14))
    client = login(small.city.reviewer)

    def read_results():
        shown = page(client).content.decode()
        return unescape(re.search(rf'href="([^"]*/{verb}/[^"]*)"', shown)[1])

    def press(step):
        opened = re.search(r'name="scored_at" value="([^"]+)"', client.get(step).content.decode())[1]
        typed = CONTACT if verb == "announce" else {}
        return client.post(step, {**typed, "scored_at": opened}, follow=True)

    step = read_results()
    AssessmentCycle.objects.update(scored_at=AFTER + timedelta(days=2, microseconds=1))
    refused = press(step)
    assert refused.status_code == 409
    assert "此页打开后已重新计分。请先查看新的结果，再重新办理。" in text_of(refused)
    assert AssessmentCycle.objects.get().state == before
    press(read_results())
    assert AssessmentCycle.objects.get().state == after


def test_objections_are_asked_for_and_kept(login, small, clock):
    small.steps.through("announce")
    clock.set(AFTER + timedelta(days=14))
    take(login(small.city.reviewer), "approve", objections="一家单位询问机时口径，已书面答复。")
    assert AssessmentCycle.objects.get().objections_zh == "一家单位询问机时口径，已书面答复。"


def test_an_officer_opens_a_year(login, small, clock):
    clock.set(AFTER)
    client = login(small.city.officer)
    AssessmentCycle.objects.all().delete()
    assert page(client)["Location"] == reverse("cycle_open", args=[YEAR])
    policy = RewardPolicy.objects.get()
    assert f"{policy.title_zh} · 版本 {policy.version}" in text_of(page(client, "cycle_open"))
    wrong = client.post(reverse("cycle_open", args=[YEAR]), {"policy": policy.pk, "budget_yuan": "-1"})
    assert wrong.status_code == 422
    typed = {"policy": policy.pk, "budget_yuan": "250000.00"}
    answer = client.post(reverse("cycle_open", args=[YEAR]), typed, follow=True)
    assert "2025年度评价已启动，预算 ¥250,000.00。" in text_of(answer)
    assert AssessmentCycle.objects.get().budget_yuan == Decimal("250000.00")
    assert client.get(reverse("cycle_open", args=[YEAR]))["Location"] == reverse("cycle", args=[YEAR])
    assert client.get(reverse("cycle_open", args=[2031])).status_code == 404


def test_a_policy_is_loaded_from_its_file_or_every_problem_is_listed(login, small, tmp_path):
    client = login(small.city.officer)

    def load(document):
        path = tmp_path / "policy.toml"
        path.write_text(document, encoding="utf-8")
        with path.open("rb") as file:
            return client.post(reverse("policy_new"), {"document": file}, follow=True)

    refused = load(POLICY.replace("points = 60", "points = 50").replace('kind = "score_share"', 'kind = "?"'))
    assert refused.status_code == 422
    assert len(refused.context["form"].non_field_errors()) >= 2
    loaded = load(POLICY.replace('version = "1"', 'version = "2"'))
    assert "“small-city 2”已载入" in text_of(loaded)


def test_a_draft_policy_says_so_on_every_page(login, small):
    draft = 'draft = true\ndraft_notice_zh = "本办法为草案。"\n'
    with guards_lifted():
        RewardPolicy.objects.update(
            document=POLICY.replace('source_zh = "为测试而写"\n', f'source_zh = "为测试而写"\n{draft}')
        )
    small.steps.through("announce")
    client = login(small.city.officer)
    unit = small.steps.cycle.assessments.get()
    for address in (
        reverse("cycle", args=[YEAR]),
        reverse("assessment", args=[unit.public_id]),
        reverse("result", args=[YEAR]),
    ):
        assert "草案。 本办法为草案。" in text_of(client.get(address)), address


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_next_step_stands_on_a_desk(login, small, rf, language, settings):
    from django.template.loader import render_to_string
    from django.utils import translation

    from rewards.year.selectors import get_cycles_ahead

    small.steps.freeze()
    with translation.override(language):
        shown = render_to_string(
            "rewards/year/next_steps.html", {"steps": get_cycles_ahead(small.city.officer, AFTER)}
        )
    assert {"zh-hans": "核查上机记录", "en": "Check the logs"}[language] in shown
    assert get_cycles_ahead(small.city.researcher, AFTER) == []
