"""The terms of an instrument on their page."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from providers.terms.domain.choices import QuotaHolder, QuotaSpan
from providers.terms.domain.terms import Quota
from providers.terms.models import OpenServiceRule, OpenWindow
from providers.terms.selectors.rules import terms_of
from tests.page_fixtures import text_of
from tests.providers.conftest import published

RULE = {
    "applies_from": "2025-09-02T00:00",
    "holidays": "closed_and_shifted",
    "step": "30",
    "min_length": "0.5",
    "max_length": "8",
    "turnaround": "0",
    "lead": "2",
    "horizon": "30",
    "change_deadline": "24",
    "cancel_deadline": "24",
    "late_cancel_percent": "50",
    "no_show_percent": "100",
    "user_kinds": ["outside", "enterprise"],
    "service_modes": ["operated"],
    "decision": "by_keeper",
    "decision_hours": "24",
    "minimum_charge_yuan": "0",
    "patterns-TOTAL_FORMS": "1",
    "patterns-INITIAL_FORMS": "1",
    "patterns-0-frequency": "weekly",
    "patterns-0-weekdays": ["0", "1", "2", "3", "4"],
    "patterns-0-interval": "1",
    "patterns-0-opens": "09:00",
    "patterns-0-closes": "17:30",
    "patterns-0-starts_on": "2025-09-01",
    "prices-TOTAL_FORMS": "1",
    "prices-INITIAL_FORMS": "1",
    "prices-0-price_yuan": "260",
    "prices-0-unit": "hour",
    "exceptions-TOTAL_FORMS": "0",
    "exceptions-INITIAL_FORMS": "0",
    "quotas-TOTAL_FORMS": "0",
    "quotas-INITIAL_FORMS": "0",
}


SEEN = "previewed"


def seen(answer):
    """What the page says of the preview that stands on it."""
    found = re.search(r'name="previewed" value="(\w+)"', answer.content.decode())
    return found[1] if found else ""


@pytest.fixture
def sent(at, world):
    live = published(world)
    address = reverse("rule_new", args=[live.public_id])
    client = at("manager")

    def post(act, **changed):
        typed = {**RULE, **changed}
        if act == "publish" and SEEN not in changed:
            typed[SEEN] = seen(client.post(address, {**typed, "act": "preview"}))
        return client.post(address, {**typed, "act": act})

    return post


def test_the_preview_says_the_rule_and_when_it_opens_and_publishes_nothing(sent):
    answer = sent("preview")
    said = text_of(answer)
    assert "周一至周五 09:00—17:30 开放。" in said
    assert "260.00 元/小时。" in said
    assert "2025年9月2日至2025年10月5日：开放 22 天，共 187 小时。" in said
    assert "28 班 09:00–17:30 29 09:00–17:30 30 09:00–17:30 10/1 休 — 2 休 —" in said
    assert answer.content.decode().count('class="day-bar"') == 34
    assert not OpenServiceRule.objects.exists()


def unfolded(answer):
    return re.findall(r'id="part-(\w+)"\s+open', answer.content.decode())


def test_section_is_folded_with_summary_unless_invalid(at, world, sent):
    new = at("manager").get(reverse("rule_new", args=[published(world, inner_number="F-1").public_id]))
    assert unfolded(new) == ["patterns", "prices", "who"]
    summaries = re.findall(r'class="soft part-summary">([^<]*)<', new.content.decode())
    assert len(summaries) == 5
    assert "最长" in summaries[3]
    assert unfolded(sent("publish", step="0")) == ["patterns", "prices", "who", "lengths"]
    assert sent("publish").status_code == 302
    assert unfolded(sent("publish", step="0")) == ["lengths"]
    assert unfolded(sent("add-quotas")) == ["quotas"]


def test_publishing_makes_a_version_and_its_windows(sent):
    answer = sent("publish")
    assert answer.status_code == 302
    rule = OpenServiceRule.objects.get()
    assert (rule.version, rule.lead_minutes, rule.user_kinds) == (1, 120, ["enterprise", "outside"])
    first = OpenWindow.objects.order_by("starts_at").first()
    assert f"{first.starts_at:%m-%d %H:%M}" == "09-02 01:00"  # 09:00 in the city


def test_all_rule_problems_are_reported_together(sent):
    answer = sent("publish", **{"user_kinds": [], "min_length": "0.75", "patterns-0-weekdays": []})
    said = text_of(answer)
    assert answer.status_code == 422
    assert "有 3 处需要修改" in said
    assert not OpenServiceRule.objects.exists()


def test_all_that_is_wrong_with_a_rule_is_said_at_once_where_some_cannot_be_read(sent):
    wrong = {
        "applies_from": "2025-08-01T08:00",  # has passed
        "step": "oft",
        "max_length": "7.25",  # no whole number of steps, but of which?
        "horizon": "1",
        "lead": "48",
        "patterns-TOTAL_FORMS": "3",
        "patterns-1-interval": "",
        "patterns-1-opens": "09:00",
        "patterns-1-closes": "17:30",
        "patterns-1-starts_on": "2025-09-01",
        "patterns-1-until": "2025-08-31",
        "patterns-1-weekdays": ["0"],
        "patterns-1-frequency": "weekly",
        "patterns-2-interval": "1",
        "patterns-2-opens": "früh",
        "patterns-2-closes": "17:30",
        "patterns-2-starts_on": "2025-09-01",
        "patterns-2-weekdays": ["0", "1"],
        "patterns-2-frequency": "monthly_by_weekday",
        "prices-0-price_yuan": "",
        "prices-0-user_kind": "outside",
        "prices-0-from_time": "08:00",
    }
    forms = sent("publish", **wrong).context["forms"]
    assert set(forms.rule.errors) == {"applies_from", "step", "horizon", "__all__"}
    assert forms.rule.errors["__all__"] == ["缺少“企业、委托测试”的价格。价格须公开；免费请填 0。"]
    assert [set(row.errors) for row in forms.rows["patterns"]] == [
        set(),
        {"interval", "until"},
        {"opens", "weekdays", "nth"},
    ]
    assert [set(row.errors) for row in forms.rows["prices"]] == [{"price_yuan", "until_time"}]
    assert not OpenServiceRule.objects.exists()


def test_what_the_rules_refuse_stands_beside_the_row_and_the_start_at_once(sent):
    wrong = {"applies_from": "2025-08-01T08:00", "patterns-0-until": "2025-08-31", "max_length": "0.25"}
    answer = sent("publish", **wrong)
    forms = answer.context["forms"]
    assert (answer.status_code, set(forms.rule.errors)) == (422, {"applies_from", "max_length"})
    assert set(forms.rows["patterns"][0].errors) == {"until"}


def test_a_row_is_added_and_left_out_without_losing_what_was_typed(sent):
    added = sent("add-prices", **{"prices-0-price_yuan": "", "prices-0-user_kind": "outside"})
    body = added.content.decode()
    assert 'name="prices-1-price_yuan"' in body
    assert '<option value="outside" selected>' in body
    assert "需要修改" not in text_of(added)
    dropped = sent("drop-prices-0").content.decode()
    assert 'name="prices-1-price_yuan"' not in dropped


def test_a_second_version_stands_beside_the_first(sent):
    sent("publish")
    answer = sent("publish", **{"applies_from": "2025-09-10T00:00", "prices-0-price_yuan": "280"})
    page = sent("preview")
    said, body = text_of(page), page.content.decode()
    assert answer.status_code == 302
    assert "第 2 版，自2025年9月10日 00:00起 尚未生效" in said
    assert "260.00 元/小时。 (已删除)" in said
    assert "280.00 元/小时。 (新增)" in said
    folded = re.search(
        r"<details>\s*<summary>\s*其余 (\d+) 条保持不变\s*</summary>(.*?)</details>", body, re.DOTALL
    )
    assert folded[2].count("<li>") == int(folded[1])


def test_every_kind_of_row_can_be_entered(sent):
    """Last Friday of the month, every two weeks, days that differ, a quota: as sentences, and published."""
    typed = {
        "patterns-TOTAL_FORMS": "2",
        "patterns-0-interval": "2",
        "patterns-1-frequency": "monthly_by_weekday",
        "patterns-1-weekdays": ["4"],
        "patterns-1-nth": "-1",
        "patterns-1-interval": "1",
        "patterns-1-opens": "20:00",
        "patterns-1-closes": "08:00",
        "patterns-1-starts_on": "2025-09-01",
        "exceptions-TOTAL_FORMS": "2",
        "exceptions-0-day": "2025-09-03",
        "exceptions-0-what": "closed",
        "exceptions-1-day": "2025-09-06",
        "exceptions-1-what": "open",
        "exceptions-1-opens": "09:00",
        "exceptions-1-closes": "12:00",
        "quotas-TOTAL_FORMS": "1",
        "quotas-0-holder": "organization",
        "quotas-0-span": "month",
        "quotas-0-hours": "40",
        "quotas-0-bookings": "5",
        "accepts_vouchers": "on",
    }
    said = text_of(sent("preview", **typed))
    for sentence in (
        "每 2 周的周一至周五 09:00—17:30 开放。",
        "每月最后一个周五 20:00—次日 08:00 开放。",
        "2025年9月3日不按常规时段开放。",
        "2025年9月6日加开：09:00—12:00。",
        "每单位每月最多预约 40 小时。",
        "每单位每月最多 5 次预约。",
        "费用可用科技创新券抵扣。",
    ):
        assert sentence in said
    assert sent("publish", **typed).status_code == 302
    windows = OpenWindow.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert [f"{start:%m-%d %H:%M}" for start in windows[:5]] == [
        "09-02 01:00",
        "09-04 01:00",
        "09-05 01:00",
        "09-06 01:00",
        "09-15 01:00",
    ]
    terms = terms_of(OpenServiceRule.objects.get())
    assert (terms.quotas, terms.accepts_vouchers) == (
        (Quota(QuotaHolder.ORGANIZATION, QuotaSpan.MONTH, timedelta(hours=40), 5),),
        True,
    )


def test_problem_in_row_names_its_row(sent):
    wrong = {
        "exceptions-TOTAL_FORMS": "1",
        "exceptions-0-day": "2025-09-06",
        "exceptions-0-what": "open",
        "quotas-TOTAL_FORMS": "1",
        "quotas-0-holder": "user",
        "quotas-0-span": "day",
    }
    answer = sent("publish", **wrong)
    assert answer.status_code == 422
    assert "例外日期 1 · 开始" in text_of(answer)
    assert "限额 1 · 最多小时数" in text_of(answer)
    assert not OpenServiceRule.objects.exists()


def test_a_price_holds_only_on_the_weekdays_that_are_ticked(sent, at, world):
    weekend = {
        "prices-TOTAL_FORMS": "2",
        "prices-1-price_yuan": "130",
        "prices-1-unit": "hour",
        "prices-1-weekdays": ["5", "6"],
    }
    answer = sent("preview", **weekend)
    assert answer.content.decode().count('name="prices-1-weekdays"') == 7
    assert sent("publish", **weekend).status_code == 302
    (rule,) = OpenServiceRule.objects.all()
    assert {price.weekdays for price in terms_of(rule).prices} == {(), (5, 6)}
