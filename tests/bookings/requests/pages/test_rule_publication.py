"""Publish a version from its page once its preview was seen, and withdraw it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.requests.models import Booking
from bookings.requests.services import rules
from bookings.requests.views import rule_publication
from instrument_share.accounts.domain import Role
from instrument_share.kernel.interval import Interval
from providers.public import terms_at
from providers.terms.models import OpenServiceRule
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.rules import hours, put_in_force
from tests.bookings.waiting.waiting import held, join
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

RULE = {
    "applies_from": "2026-03-04T08:00",
    "holidays": "ignored",
    "step": "30",
    "min_length": "0.5",
    "max_length": "8",
    "turnaround": "0",
    "lead": "0",
    "horizon": "30",
    "change_deadline": "24",
    "cancel_deadline": "24",
    "late_cancel_percent": "50",
    "no_show_percent": "100",
    "user_kinds": ["inside", "outside", "enterprise", "individual"],
    "service_modes": ["self_operated", "operated"],
    "decision": "at_once",
    "decision_hours": "24",
    "minimum_charge_yuan": "0",
    "patterns-TOTAL_FORMS": "1",
    "patterns-INITIAL_FORMS": "1",
    "patterns-0-frequency": "weekly",
    "patterns-0-weekdays": ["0", "1", "2", "3", "4", "5", "6"],
    "patterns-0-interval": "1",
    "patterns-0-opens": "08:00",
    "patterns-0-closes": "18:00",
    "patterns-0-starts_on": "2026-03-02",
    "prices-TOTAL_FORMS": "1",
    "prices-INITIAL_FORMS": "1",
    "prices-0-price_yuan": "100",
    "prices-0-unit": "hour",
    "exceptions-TOTAL_FORMS": "0",
    "exceptions-INITIAL_FORMS": "0",
    "quotas-TOTAL_FORMS": "0",
    "quotas-INITIAL_FORMS": "0",
}


@pytest.fixture
def open_city(clock, db):
    """Open every day from 08:00 to 20:00."""
    clock.set(NOW)
    made = factories.city()
    put_in_force(made, hours())
    return made


@pytest.fixture
def post(open_city):
    """Send the form of the rule as the unit's manager, as a browser does that holds one form token."""
    client = Client()
    client.force_login(open_city.manager)

    def send(act, **typed):
        address = reverse("rule_new", args=[open_city.instrument.public_id])
        return client.post(address, {**RULE, "form_token": "one", **typed, "act": act})

    return send


def late(city, day=3, **facts):
    """A booking from 17:00 to 19:00, which hours until 18:00 leave outside."""
    return book(city, slot(day=day, hour=17), **facts)


def seen(answer):
    """What the page says of the preview on it, to be sent back with the form."""
    return {"previewed": re.search(r'name="previewed" value="(\w+)"', answer.content.decode())[1]}


def outcomes(*bookings, way="keep"):
    return {f"outcome_{booking.public_id}": way for booking in bookings}


def get_price(city, day):
    return terms_at(city.instrument.pk, slot(day=day).start).prices[0].price_yuan


def versions():
    return list(OpenServiceRule.objects.order_by("version").values_list("version", flat=True))


def test_hours_until_midnight_end_at_24_in_the_preview(post):
    body = post("preview", **{"patterns-0-opens": "18:00", "patterns-0-closes": "00:00"}).content.decode()
    assert "18:00–24:00" in body
    assert "–00:00" not in body


def test_preview_lists_bookings_outside_the_new_hours_with_a_free_time(open_city, post):
    booking = late(open_city)
    book(open_city, slot(day=3, hour=9))
    answer = post("preview")
    page, body = text_of(answer), answer.content.decode()
    assert "1 项预约不在新的开放时段内" in page
    assert f"{booking.user.name} · 2026年3月5日 周四 17:00–19:00" in page
    assert "可改至：2026年3月6日 08:00" in page
    assert f'name="start_{booking.public_id}" value="2026-03-06T08:00"' in body
    assert body.count('name="outcome_') == 3
    assert re.search(r'name="outcome_\S+ value="keep"[^>]*checked', body)
    assert "所有预约均在新的开放时段内" in text_of(post("preview", **{"patterns-0-closes": "19:00"}))


def test_trial_separates_what_the_rule_in_force_refuses_and_sums_neither(open_city, post):
    february = NOW - timedelta(days=26)
    factories.windows(open_city.instrument, first=february, days=5)
    for day, hour, length in ((1, 17, 2), (2, 17, 3), (3, 9, 2)):
        start = february + timedelta(days=day, hours=hour - 8)
        book(open_city, Interval(start, start + timedelta(hours=length)), now=february)
    put_in_force(open_city, hours(closes=19))
    page = text_of(post("preview", **{"prices-0-price_yuan": "130"}))
    assert "申请数 3 会被拒绝 2 其中 1 项现行规则同样会拒绝" in page
    assert "当时报价合计（不含会被拒绝的） ¥200.00 另有 ¥500.00 属于会被拒绝的申请，未计入" in page
    assert "另有 1 项申请，现行规则同样会拒绝" in page
    assert "¥260.00" in page


def test_unseen_preview_is_the_one_confirmation(post):
    asked = post("publish")
    assert asked.status_code == 200
    assert "规则尚未发布。请核对本版的变化，确认后再次点击发布。" in text_of(asked)
    assert versions() == [1, 2]
    assert post("publish", **seen(asked)).status_code == 302
    assert versions() == [1, 2, 3]


def test_seen_preview_is_published_at_once(post):
    assert post("publish", **seen(post("preview"))).status_code == 302
    assert versions() == [1, 2, 3]


def test_terms_changed_since_the_preview_are_shown_before_they_are_published(post):
    answer = post("publish", **seen(post("preview")), **{"prices-0-price_yuan": "90"})
    assert "规则尚未发布。" in text_of(answer)
    assert versions() == [1, 2]


def test_form_that_is_sent_twice_publishes_once(post):
    token = seen(post("preview"))
    first, second = post("publish", **token), post("publish", **token)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert versions() == [1, 2, 3]


def test_bookings_are_settled_one_by_one(open_city, post):
    kept, moved, cancelled = (late(open_city, day) for day in (3, 4, 5))
    sent = {
        **seen(post("preview")),
        **outcomes(kept),
        **outcomes(moved, way="move"),
        f"start_{moved.public_id}": "2026-03-06T10:00",
        **outcomes(cancelled, way="cancel"),
    }
    missing = post("publish", **sent)
    assert missing.status_code == 422
    assert "取消原因 ：请说明理由，有关人员会看到。" in text_of(missing)
    assert versions() == [1, 2]
    assert post("publish", **sent, reason="人员调整").status_code == 302
    found = {one.pk: one for one in Booking.objects.all()}
    assert (found[kept.pk].state, found[kept.pk].starts_at) == ("approved", kept.starts_at)
    assert found[moved.pk].starts_at == slot(day=4, hour=10).start
    assert (found[cancelled.pk].state, found[cancelled.pk].decision_note) == ("cancelled", "人员调整")


def test_an_offer_outside_the_new_hours_is_withdrawn_without_a_question(open_city, post):
    offer = held(join(open_city, wanted=slot(day=3, hour=17)))
    assert post("publish", **seen(post("preview"))).status_code == 302
    offer.refresh_from_db()
    assert offer.state == "lapsed"
    assert versions() == [1, 2, 3]


@pytest.mark.parametrize(("way", "states"), [("keep", ["approved"] * 2), ("cancel", ["cancelled"] * 2)])
def test_one_choice_for_all_of_them(open_city, post, way, states):
    bookings = [late(open_city, day) for day in (3, 4)]
    sent = {**seen(post("preview")), **outcomes(*bookings, way="move"), "for_all": way, "reason": "人员调整"}
    assert post("publish", **sent).status_code == 302
    assert list(Booking.objects.values_list("state", flat=True)) == states


def test_booking_made_since_the_preview_is_shown_before_anything_is_published(open_city, post):
    first = late(open_city)
    sent = {**seen(post("preview")), **outcomes(first, way="cancel"), "reason": "人员调整"}
    second = late(open_city, day=4)
    answer = post("publish", **sent)
    assert answer.status_code == 200
    assert "有 2 项预约 不在新的开放时段内" in text_of(answer)
    assert versions() == [1, 2]
    first.refresh_from_db()
    assert first.state == "approved"
    assert post("publish", **seen(answer), **outcomes(first, second)).status_code == 302


def test_booking_made_while_publishing_is_asked_about(open_city, post, monkeypatch):
    """It comes after the page has read the bookings and before the service has its locks."""

    def publish_late(**facts):
        late(open_city)
        return rules.rule_put_in_force(**facts)

    sent = seen(post("preview"))
    monkeypatch.setattr(rule_publication, "rule_put_in_force", publish_late)
    answer = post("publish", **sent)
    assert "有 1 项预约 不在新的开放时段内" in text_of(answer)
    assert versions() == [1, 2]


def test_move_to_a_time_that_the_new_version_refuses_publishes_nothing(open_city, post):
    booking = late(open_city)
    sent = {**outcomes(booking, way="move"), f"start_{booking.public_id}": "2026-03-06T17:30"}
    answer = post("publish", **seen(post("preview")), **sent)
    assert answer.status_code == 422
    assert versions() == [1, 2]


def withdrawal(city, person, **sent):
    client = Client()
    client.force_login(person)
    rule = OpenServiceRule.objects.filter(instrument=city.instrument).order_by("version").last()
    address = reverse("rule_withdraw", args=[city.instrument.public_id, rule.public_id])
    return client.post(address, sent) if sent else client.get(address)


def test_withdrawal_lists_what_was_booked_by_the_version_and_what_falls_outside(open_city):
    put_in_force(open_city, hours(closes=22), day=2)
    book(open_city, slot(day=3, hour=9))
    night = book(open_city, slot(day=4, hour=20))
    page = text_of(withdrawal(open_city, open_city.manager))
    assert "自2026年3月4日 08:00起改按第 2 版执行。" in page
    assert "2 项预约按本版规则作出" in page
    assert "1 项预约不在撤回后的开放时段内" in page
    assert "可改至：2026年3月7日 08:00" in page
    answer = withdrawal(open_city, open_city.manager, reason="时间有误", **outcomes(night))
    assert answer.status_code == 302
    client = Client()
    client.force_login(open_city.manager)
    page = text_of(client.get(reverse("rule_new", args=[open_city.instrument.public_id])))
    assert "第 3 版，自2026年3月4日 08:00起 已撤回" in page
    assert "丁于2026年3月2日 08:00撤回" in page
    assert "以本版内容拟定新版" in page


def test_version_that_has_begun_cannot_be_withdrawn(open_city, clock):
    rule = put_in_force(open_city, hours(closes=22), day=2)
    clock.set(rule.applies_from)
    assert withdrawal(open_city, open_city.manager).status_code == 409
    assert withdrawal(open_city, open_city.manager, reason="时间有误").status_code == 409


def test_version_that_a_later_one_replaces_says_by_which(open_city):
    put_in_force(open_city, hours(closes=18), day=4)
    put_in_force(open_city, hours(closes=16), day=4)
    client = Client()
    client.force_login(open_city.manager)
    page = text_of(client.get(reverse("rule_new", args=[open_city.instrument.public_id])))
    assert "第 3 版，自2026年3月6日 08:00起 已被第 4 版取代" in page
    assert "第 4 版，自2026年3月6日 08:00起 尚未生效" in page


def test_coming_version_that_would_be_replaced_is_named_before(open_city, post):
    first = post("preview")
    assert "将不再生效" not in text_of(first)
    put_in_force(open_city, hours(price=150), day=9)
    second = post("publish", **seen(first))
    assert versions() == [1, 2, 3]
    told = "原定自2026年3月11日 08:00起生效的第 3 版将不再生效：本版将其取代。"
    assert told in text_of(second)
    assert post("publish", **seen(second)).status_code == 302
    assert versions() == [1, 2, 3, 4]


def test_prices_that_a_colleague_has_published_are_not_taken_back_unseen(open_city, post):
    """The page was filled before; hers apply at once, those of the page from a later day."""
    first = post("preview")
    keeper = factories.member(open_city.instrument.organization, Role.UNIT_MANAGER, factories.user("辛"))
    put_in_force(open_city, hours(price=150), actor=keeper)
    second = post("publish", **seen(first))
    assert "规则尚未发布。请核对本版的变化，确认后再次点击发布。" in text_of(second)
    assert versions() == [1, 2, 3]
    assert get_price(open_city, day=9) == 150
    assert post("publish", **seen(second)).status_code == 302
    assert get_price(open_city, day=9) == 100


def test_prices_published_while_publishing_are_not_taken_back_unseen(open_city, post, monkeypatch):
    """They come after the page has read the versions and before the service has its locks."""

    def publish_late(**facts):
        put_in_force(open_city, hours(price=150), day=9)
        return rules.rule_put_in_force(**facts)

    sent = seen(post("preview"))
    monkeypatch.setattr(rule_publication, "rule_put_in_force", publish_late)
    told = text_of(post("publish", **sent))
    assert "规则尚未发布。请核对本版的变化，确认后再次点击发布。" in told
    assert "原定自2026年3月11日 08:00起生效的第 3 版将不再生效：本版将其取代。" in told
    assert versions() == [1, 2]


def test_former_version_fills_the_form_of_a_new_one(open_city):
    put_in_force(open_city, hours(closes=16, price=77), day=4)
    client = Client()
    client.force_login(open_city.manager)
    address = reverse("rule_new", args=[open_city.instrument.public_id])
    assert 'value="77.00"' in client.get(address).content.decode()
    former = client.get(address, {"version": "2"}).content.decode()
    assert 'value="100.00"' in former
    assert 'value="77.00"' not in former
