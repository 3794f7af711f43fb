"""The pages of sample orders: what each person is offered, and each step by its form."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from bookings.samples.models import SampleOrder
from bookings.samples.services.files import sample_order_report
from bookings.samples.services.handling import sample_order_reject
from bookings.samples.services.notifications import (
    NOTHING_CHARGED,
    RETURNED_WITHOUT_REPORT,
    STAYS_CHARGED,
)
from bookings.samples.services.orders import sample_order_cancel
from bookings.waiting.models import WaitlistEntry
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.models import Membership, Organization
from instrument_share.journal.models import Notification
from instrument_share.pages.views import me, unit_desk
from instrument_share.web.text.formats import moment
from providers.domain import PriceUnit, ServiceMode, UserKind
from providers.instruments.models import Instrument
from providers.terms.models import OpenServiceRule, PriceLine
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.samples.steps import (
    PDF,
    accepted,
    closed,
    measured,
    pdf,
    planned,
    quoted,
    received,
    reported,
    submitted,
    suspend_credit,
)
from tests.bookings.waiting.waiting import join
from tests.factories import NOW, jpeg, slot
from tests.page_fixtures import text_of

ROW = {"name": "断口", "number": "A-1", "tests": "形貌", "storage": "cool", "hazards": ["toxic"]}
ORDER = {
    "subject": "断口分析",
    "payer": "person",
    "direction": "research",
    "afterwards": "return",
    "samples-TOTAL_FORMS": "1",
    "samples-INITIAL_FORMS": "1",
    **{f"samples-0-{name}": value for name, value in ROW.items()},
}


@pytest.fixture
def as_user(client, city, clock):
    clock.set(NOW)
    client.force_login(city.researcher)
    return client


@pytest.fixture
def as_keeper(client, city, clock):
    clock.set(NOW)
    client.force_login(city.keeper)
    return client


def address(order, name="sample_order"):
    return reverse(name, args=[order.public_id])


def test_the_instrument_leads_to_an_order_where_its_rule_takes_samples(as_user, city):
    page = reverse("instrument", args=[city.instrument.public_id])
    new = reverse("sample_order_new", args=[city.instrument.public_id])
    assert new in as_user.get(page).text
    answer = as_user.post(new, ORDER)
    order = SampleOrder.objects.get()
    assert answer.headers["Location"] == address(order)
    sample = order.samples.get()
    assert (sample.number, sample.storage, sample.hazards) == ("A-1", "cool", ["toxic"])


def test_the_instrument_offers_no_order_where_its_rule_takes_none(as_user, city):
    OpenServiceRule.objects.update(service_modes=[ServiceMode.REMOTE.value])
    page = reverse("instrument", args=[city.instrument.public_id])
    new = reverse("sample_order_new", args=[city.instrument.public_id])
    assert new not in as_user.get(page).text
    assert "part-samples" not in as_user.get(new).text


def test_who_may_not_order_reads_why_before_they_describe_samples(as_user, city):
    new = reverse("sample_order_new", args=[city.instrument.public_id])
    form = 'id="part-samples"'
    assert form in as_user.get(new).text
    suspend_credit(city.researcher, NOW + timedelta(days=4))
    page = as_user.get(new)
    assert (form in page.text, "您的预约资格暂停至 2026年3月6日" in text_of(page)) == (False, True)


def test_who_may_order_for_one_payer_alone_is_asked_which(as_user, city):
    factories.rule(city.instrument, user_kinds=[UserKind.INDIVIDUAL])
    new = reverse("sample_order_new", args=[city.instrument.public_id])
    assert 'id="part-samples"' in as_user.get(new).text
    factories.rule(city.instrument, user_kinds=[UserKind.INSIDE])
    assert "该仪器不对您所属的用户类别开放" in text_of(as_user.get(new))


def test_rows_are_added_and_dropped_with_what_is_typed(as_user, city):
    new = reverse("sample_order_new", args=[city.instrument.public_id])
    more = as_user.post(new, {**ORDER, "act": "add-samples"})
    assert more.status_code == 200
    assert [form.initial.get("number") for form in more.context["rows"]] == ["A-1", None]
    assert more.context["form"]["subject"].value() == "断口分析"
    fewer = as_user.post(new, {**ORDER, "act": "drop-samples-0"})
    assert [form.initial for form in fewer.context["rows"]] == [{}]
    assert not SampleOrder.objects.exists()


def test_what_is_wrong_stands_at_the_form(as_user, city):
    new = reverse("sample_order_new", args=[city.instrument.public_id])
    answer = as_user.post(new, {**ORDER, "samples-0-number": "", "subject": ""})
    assert answer.status_code == 422
    assert answer.context["rows"][0].errors.keys() == {"number"}


def get_link(page, order, attribute="href"):
    """Return where a page leads to accept the quote that it shows."""
    (link,) = re.findall(rf'{attribute}="({address(order, "sample_order_accept")}\?quote=[^"]+)"', page)
    return link


def send_quote(client, page, typed):
    """Enter a quote, read the amount, and send it."""
    asked = client.post(page, typed)
    (shown,) = re.findall(rf'action="({page.partition("?")[0]}\?quote=[^"]*)"', asked.text)
    return client.post(unescape(shown), typed)


def test_a_quote_is_sent_once_its_amount_was_shown(as_keeper, city):
    order, typed = submitted(city), {"hours": "2.4", "report_days": "7"}
    page = address(order, "sample_order_quote")
    assert "计算费用" in as_keeper.get(page).text
    asked = as_keeper.post(page, typed)
    order.refresh_from_db()
    assert (asked.status_code, order.quoted_yuan) == (200, None)
    assert ("¥240.00" in asked.text, "发送报价" in asked.text) == (True, True)
    (shown,) = re.findall(rf'action="({page}\?quote=[^"]*)"', asked.text)
    longer = as_keeper.post(unescape(shown), typed | {"hours": "3"})
    order.refresh_from_db()
    assert (longer.status_code, "¥300.00" in longer.text, order.quoted_yuan) == (200, True, None)
    assert as_keeper.post(unescape(shown), typed).url == address(order)
    order.refresh_from_db()
    assert order.quoted_yuan == 240


def test_the_keeper_quotes_and_the_user_accepts_what_was_shown(client, as_keeper, city):
    order = submitted(city)
    sent = send_quote(as_keeper, address(order, "sample_order_quote"), {"hours": "2", "report_days": "7"})
    assert sent.url == address(order)
    client.force_login(city.researcher)
    before = get_link(client.get(address(order)).text, order)
    quoted(city, order, hours=2, report_days=60, now=NOW + timedelta(minutes=1))
    now_shown = get_link(client.get(address(order)).text, order)
    opened = client.get(before).text
    assert "报价已变动" in opened
    refused = client.post(before)
    assert (refused.status_code, "有 1 处需要修改" in refused.text) == (409, True)
    for page in (opened, refused.text):
        assert ("收样后 60 天内出具报告" in page, get_link(page, order, "action")) == (True, now_shown)
    assert client.post(address(order, "sample_order_accept")).status_code == 409
    assert client.post(now_shown).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.report_days) == ("accepted", 60)


def test_a_quote_that_another_keeper_has_given_meanwhile_is_read_before_it_is_replaced(as_keeper, city):
    order = submitted(city)
    page = address(order, "sample_order_quote")
    (before,) = re.findall(rf'action="({page}\?quote=[^"]*)"', as_keeper.get(page).text)
    quoted(city, order, hours=Decimal(3), report_days=60, actor=city.manager)
    typed = {"hours": "2", "report_days": "7"}
    refused = as_keeper.post(before, typed)
    assert (refused.status_code, "报价已变动。请先核对。" in refused.text) == (409, True)
    assert ("¥300.00" in refused.text, "收样后 60 天内出具报告" in refused.text) == (True, True)
    order.refresh_from_db()
    assert (order.quoted_yuan, order.quoted_by) == (300, city.manager)
    (shown,) = re.findall(rf'action="({page}\?quote=[^"]+)"', refused.text)
    assert as_keeper.post(unescape(shown), typed).status_code == 302
    order.refresh_from_db()
    assert (order.quoted_yuan, order.quoted_by) == (200, city.keeper)


def test_a_quote_is_accepted_from_the_page_of_the_order(as_user, city):
    order = quoted(city, submitted(city))
    assert "报价已变动" not in as_user.get(get_link(as_user.get(address(order)).text, order)).text
    assert as_user.post(get_link(as_user.get(address(order)).text, order)).status_code == 302


def test_no_prices_are_asked_where_the_rule_has_them(as_keeper, city):
    assert "sample_yuan" not in as_keeper.get(address(submitted(city), "sample_order_quote")).text


def test_prices_are_asked_where_the_rule_has_none(as_keeper, city):
    PriceLine.objects.update(service_mode=ServiceMode.REMOTE.value)
    order = submitted(city)
    page = address(order, "sample_order_quote")
    assert "sample_yuan" in as_keeper.get(page).text
    send_quote(as_keeper, page, {"hours": "0", "report_days": "7", "sample_yuan": "40"})
    order.refresh_from_db()
    assert order.quoted_yuan == 80


def test_what_a_keeper_typed_comes_back_where_the_user_has_withdrawn_meanwhile(as_keeper, city):
    order = quoted(city)
    sample_order_cancel(actor=city.researcher, order_id=order.pk, now=NOW)
    refused = as_keeper.post(address(order, "sample_order_reject"), {"reason": "样品含水，无法测试"})
    assert (refused.status_code, ">\n样品含水，无法测试</textarea>" in refused.text) == (409, True)


def test_from_receipt_to_return(as_keeper, city, clock):
    order = accepted(city)
    as_keeper.post(address(order, "sample_order_receive"), {"brought_by": "本人"})
    typed = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00"}
    assert as_keeper.get(address(order, "sample_order_plan")).status_code == 200
    assert as_keeper.post(address(order, "sample_order_plan"), typed).url == address(order)
    order.refresh_from_db()
    assert order.booking.starts_at == slot().start
    again = as_keeper.get(address(order, "sample_order_plan"))
    assert again.status_code == 409


def test_keeper_plans_samples_at_times_that_are_granted_for_who_ordered(as_keeper, city):
    """The keeper is not admitted, the rule has no price for samples, and who ordered has a quota."""
    OpenServiceRule.objects.update(user_kinds=[UserKind.ENTERPRISE])
    city.rule.price_lines.update(service_mode=ServiceMode.SELF_OPERATED)
    city.rule.quotas.create(holder="user", span="day", most_minutes=150)
    order = received(city, accepted(city, quoted(city, own_prices={PriceUnit.SAMPLE: Decimal(50)})))
    book(city, slot(day=1, hour=15, length=2))
    page = as_keeper.get(address(order, "sample_order_plan")).text
    (events,) = re.findall(r'data-calendar="(.+?)"', page)
    shown = as_keeper.get(events, {"start": "2026-03-03T00:00:00Z", "end": "2026-03-05T00:00:00Z"}).json()
    longest = {(one["first"][:10], one["longest"]) for one in shown["offers"] if one["longest"]}
    assert longest == {("2026-03-03", 30), ("2026-03-04", 150)}


def test_a_report_is_delivered_and_read_by_its_owner(client, as_keeper, city, clock):
    order = received(city)
    log = measured(city, order)
    clock.set(log.ends_at)
    as_keeper.post(address(order, "sample_order_report"), {"documents": [pdf()], "note": "见附件"})
    photo = {"documents": [pdf("photo.jpg", jpeg())], "position": "2"}
    as_keeper.post(address(order, "sample_photos_add"), photo)
    as_keeper.post(address(order, "sample_order_close"), {"outcome": "return", "note": "本人取回"})
    order.refresh_from_db()
    assert (order.state, order.files.count()) == ("closed", 2)
    client.force_login(city.researcher)
    kept = order.files.get(kind="report")
    answer = client.get(reverse("sample_file", args=[order.public_id, kept.sha256]))
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    client.force_login(factories.member(city.company, factories.Role.ORG_ADMIN, name="辛"))
    assert client.get(address(order)).status_code == 200
    assert client.get(reverse("sample_file", args=[order.public_id, kept.sha256])).status_code == 404


@pytest.mark.parametrize(
    ("make", "message", "charge"),
    [
        (measured, STAYS_CHARGED, "样品已检测，仍按上机记录收取 ¥200.00"),
        (lambda _city, order: order, NOTHING_CHARGED, "不产生费用。"),
    ],
)
def test_who_ends_an_order_without_a_report_and_its_user_read_what_it_costs(city, see, make, message, charge):
    order = received(city)
    make(city, order)
    page = see(city.keeper, "sample_order_close", order.public_id)
    assert charge in page.content.decode()
    closed(city, order, note="样品不足")
    told = Notification.objects.get(user=city.researcher, message=RETURNED_WITHOUT_REPORT)
    assert (told.params["note"], told.params["charge"]["message"]) == ("样品不足", message)
    assert charge in see(city.researcher, "sample_order", order.public_id).content.decode()


def test_further_report_begins_with_the_note_of_the_one_before_and_gives_no_new_term(as_keeper, city, clock):
    order = received(city)
    log = measured(city, order)
    page = address(order, "sample_order_report")
    assert "用户须在 30 天内领回样品。" in text_of(as_keeper.get(page))
    order = sample_order_report(
        actor=city.keeper, order_id=order.pk, uploads=[pdf()], note="纯度 98%", now=log.ends_at
    )
    clock.set(log.ends_at + timedelta(days=1))
    further = as_keeper.get(page)
    assert "纯度 98%</textarea>" in further.content.decode()
    assert f"样品仍须在 {moment(order.due_at)} 前取回。" in text_of(further)
    assert "30 天内" not in text_of(further)


def test_hostile_files_are_refused_beside_the_field(as_keeper, city):
    order = reported(city)
    answer = as_keeper.post(
        address(order, "sample_order_report"), {"documents": [pdf("x.pdf", b"<script>alert(1)</script>")]}
    )
    assert answer.status_code == 422
    assert order.files.count() == 1


@pytest.mark.parametrize("make", [submitted, quoted, accepted, received, reported])
def test_each_state_has_its_page_for_both_sides(client, city, clock, make):
    clock.set(NOW)
    order = make(city)
    for person in (city.researcher, city.keeper):
        client.force_login(person)
        assert client.get(address(order)).status_code == 200


def test_the_label_is_a_pdf(as_user, city):
    answer = as_user.get(address(accepted(city), "sample_label"))
    assert answer.content.startswith(b"%PDF-")


def test_both_inboxes_say_what_waits(client, city, clock):
    clock.set(NOW)
    waiting, mine = submitted(city), quoted(city)
    client.force_login(city.keeper)
    for page in ("keeper", "sample_orders"):
        assert address(waiting) in client.get(reverse(page)).text
    assert address(mine) in client.get(reverse("sample_orders"), {"show": "others"}).text
    client.force_login(city.manager)
    assert address(waiting) in client.get(reverse("unit_desk")).text
    client.force_login(city.researcher)
    assert address(mine) in client.get(reverse("me")).text
    assert address(waiting) in client.get(reverse("my_samples")).text
    assert client.get(reverse("sample_orders")).status_code == 403


def test_quotes_to_answer_stand_before_newer_orders_that_wait_for_nobody(city, see, monkeypatch):
    monkeypatch.setattr(me, "USED_PER_PAGE", 2)
    to_answer = quoted(city)
    newer = [submitted(city, now=NOW + timedelta(minutes=minute)) for minute in (1, 2, 3)]

    def shown(now, **query):
        page = see(city.researcher, "my_samples", now=now, **query).context["page"]
        return [one.pk for one in page.items], page.next_cursor

    first, following = shown(NOW + timedelta(hours=1))
    assert first == [to_answer.pk, newer[2].pk]
    assert shown(NOW + timedelta(hours=1), cursor=following) == ([newer[1].pk, newer[0].pk], None)
    assert shown(to_answer.due_at)[0] == [newer[2].pk, newer[1].pk]


def test_desk_counts_the_sample_orders_of_the_unit_that_it_shows(client, city, clock, monkeypatch):
    clock.set(NOW)
    monkeypatch.setattr(unit_desk, "MAX_LISTED", 0)
    second = factories.organization("云屏第二研究所")
    factories.member(second, Role.UNIT_MANAGER, person=city.manager)
    submitted(city)
    client.force_login(city.manager)

    def told(unit):
        desk = client.get(reverse("unit_desk"), {"unit": unit.public_id})
        return [text for text, way in desk.context["more"] if way == reverse("sample_orders")]

    assert told(city.owner) == ["本单位全部 1 份待处理的送样委托（列表含您负责的其他仪器）"]
    assert told(second) == []


def test_both_desks_of_the_unit_mark_the_order_that_is_late(client, city, clock):
    order = received(city)
    for person, page in ((city.keeper, "keeper"), (city.manager, "unit_desk")):
        client.force_login(person)
        clock.set(order.due_at)
        assert "已超时" not in client.get(reverse(page)).text
        clock.set(order.due_at + timedelta(seconds=1))
        assert "已超时" in client.get(reverse(page)).text


def test_unit_finds_ended_orders_and_takes_all_into_a_table(client, city, clock):
    clock.set(NOW)
    ended, waiting = submitted(city), submitted(city)
    sample_order_reject(actor=city.keeper, order_id=ended.pk, reason="设备不适用", now=NOW)
    client.force_login(city.keeper)
    page = client.get(reverse("sample_orders"), {"show": "ended"})
    assert [one.pk for one in page.context["page"].items] == [ended.pk]
    every = {"show": "all", "sort": "submitted", "format": "csv"}
    lines = client.get(reverse("sample_orders"), every).getvalue().decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [ended.public_id, waiting.public_id]


def test_the_planned_booking_says_that_nobody_has_to_come(as_user, city):
    booking = planned(city)
    page = as_user.get(reverse("booking", args=[booking.public_id]))
    assert not page.context["shows_code"]
    assert address(booking.sample_order) in page.text
    assert "cancel" not in page.context["may"]


def test_whoever_takes_an_instrument_out_of_service_reads_whom_else_it_concerns(city, see):
    submitted(city)
    quoted(city)
    join(city)
    page = text_of(see(city.manager, "instrument_suspend", city.instrument.public_id))
    assert "有 2 个送样委托未结束：暂停服务期间不能接受报价" in page
    assert "有 1 人候补：暂停服务期间不会留出时段" in page
    SampleOrder.objects.update(state="rejected")
    WaitlistEntry.objects.update(end="left", ended_at=NOW)
    page = text_of(see(city.manager, "instrument_suspend", city.instrument.public_id))
    assert "个送样委托" not in page
    assert "人候补" not in page


def test_whoever_retires_an_instrument_reads_which_waits_and_orders_end(city, see):
    submitted(city)
    accepted(city)
    received(city)
    measured(city)
    planned(city, interval=slot(14, 16))
    join(city)
    Instrument.objects.filter(pk=city.instrument.pk).update(state="suspended")
    page = text_of(see(city.manager, "instrument_retire", city.instrument.public_id))
    declined = "有 2 个样品未送达的送样委托将被谢绝，其用户会收到通知。"
    assert f"{declined}有 2 个送样委托的样品已在机组，不再检测，由机组退还或处置" in page
    assert "有 1 人候补：候补随之结束" in page
    assert "暂停服务期间" not in page
    SampleOrder.objects.update(state="rejected")
    WaitlistEntry.objects.update(end="left", ended_at=NOW)
    page = text_of(see(city.manager, "instrument_retire", city.instrument.public_id))
    assert "个送样委托" not in page
    assert "人候补" not in page


def test_whoever_puts_an_instrument_back_into_service_reads_who_is_told(city, see):
    Instrument.objects.filter(pk=city.instrument.pk).update(state="suspended")
    told = "候补该仪器和有送样委托未结束的用户会收到通知。"
    assert told not in text_of(see(city.manager, "instrument_resume", city.instrument.public_id))
    Instrument.objects.filter(pk=city.instrument.pk).update(state="published")
    submitted(city)
    Instrument.objects.filter(pk=city.instrument.pk).update(state="suspended")
    assert told in text_of(see(city.manager, "instrument_resume", city.instrument.public_id))


@pytest.mark.parametrize(("move", "state"), [("suspend", "admitted"), ("reinstate", "suspended")])
def test_bureau_reads_who_else_is_told_of_a_unit(city, see, move, state):
    Organization.objects.filter(pk=city.owner.pk).update(state=state)
    page = text_of(see(factories.officer(), f"organization_{move}", city.owner.public_id))
    assert "候补其仪器和在其仪器上有送样委托未结束的用户会收到通知。" in page


def test_a_quote_for_an_instrument_out_of_service_leads_to_no_acceptance(city, see):
    order = quoted(city)
    address = reverse("sample_order_accept", args=[order.public_id])
    assert address in see(city.researcher, "sample_order", order.public_id).content.decode()
    Instrument.objects.filter(pk=city.instrument.pk).update(state="suspended")
    page = see(city.researcher, "sample_order", order.public_id)
    assert (address in page.content.decode(), "该仪器暂停服务" in text_of(page)) == (False, True)
    refused = see(city.researcher, "sample_order_accept", order.public_id)
    assert (refused.status_code, "该仪器暂停服务" in text_of(refused)) == (409, True)


def test_order_says_that_the_rule_takes_no_such_samples_any_more(as_user, city):
    orders = [quoted(city), accepted(city)]
    factories.rule(city.instrument, service_modes=[ServiceMode.OPERATED])
    for order in orders:
        page = text_of(as_user.get(address(order)))
        assert "现行开放服务规则不再接收此类用户的送样。" in page
    refused = as_user.get(address(orders[0], "sample_order_accept"))
    assert (refused.status_code, "现行开放服务规则不再接收此类用户的送样。" in text_of(refused)) == (
        409,
        True,
    )


def test_desk_says_which_quotes_cannot_be_accepted_and_leaves_out_what_lapses(city, see):
    of_payer = quoted(city)
    alone = quoted(city, submitted(city, payer_organization_id=None))

    def told(now=NOW):
        page = see(city.researcher, "me", now=now)
        panel = page.text.partition('id="samples"')[2].partition("</section>")[0]
        return [one in panel for one in (of_payer.public_id, alone.public_id)], re.findall(
            r"目前不能接受报价：(.*?)\s*</span>", panel, re.DOTALL
        )

    assert told() == ([True, True], [])
    membership = Membership.objects.filter(user=city.researcher)
    membership.update(state=MembershipState.ENDED)
    (shown, (left,)) = told()
    assert (shown, "已不属于付费单位" in left) == ([True, True], True)
    factories.rule(city.instrument, service_modes=[ServiceMode.OPERATED])
    (shown, found) = told()
    assert (shown, ["现行开放服务规则" in one for one in found]) == ([True, True], [False, True])
    assert told(of_payer.due_at - timedelta(minutes=1))[0] == [True, True]
    assert told(of_payer.due_at)[0] == [False, False]


def test_samples_of_somebody_suspended_lead_to_no_plan_and_their_user_reads_why(city, see):
    order = received(city)
    plan = address(order, "sample_order_plan")
    assert plan in see(city.keeper, "sample_order", order.public_id).content.decode()
    suspend_credit(city.researcher, NOW + timedelta(days=4))
    page = see(city.keeper, "sample_order", order.public_id)
    may_not_book = f"{city.researcher.name}目前不能预约，暂时无法安排机时。"
    assert (plan in page.content.decode(), may_not_book in text_of(page)) == (False, True)
    assert "预约资格暂停至" not in text_of(page)
    for name in ("sample_order_plan", "sample_order_plan_times"):
        refused = see(city.keeper, name, order.public_id)
        assert (refused.status_code, may_not_book in text_of(refused)) == (409, True)
    assert see(city.keeper, "sample_order_close", order.public_id).status_code == 200
    assert "您的预约资格暂停至 2026年3月6日" in text_of(see(city.researcher, "sample_order", order.public_id))


def test_user_reads_before_handing_in_that_no_time_can_be_planned_for_them(city, see):
    orders = quoted(city), accepted(city)
    for order in orders:
        assert "暂时无法安排机时" not in text_of(see(city.researcher, "sample_order", order.public_id))
    suspend_credit(city.researcher, NOW + timedelta(days=4))
    for order in orders:
        assert "暂时无法安排机时" in text_of(see(city.researcher, "sample_order", order.public_id))


def test_samples_that_no_rule_takes_any_more_lead_to_no_plan(city, see):
    order = received(city)
    factories.rule(city.instrument, service_modes=[ServiceMode.OPERATED])
    page = see(city.keeper, "sample_order", order.public_id)
    assert address(order, "sample_order_plan") not in page.content.decode()
    assert "现行和已公布的开放服务规则均不再接收此类用户的送样" in text_of(page)


def test_line_of_steps_tells_what_its_user_withdrew_from_what_was_declined(as_user, city):
    def get_last_step(order):
        return re.findall(r'class="step step-(\w+)"', as_user.get(address(order)).text)[-1]

    withdrawn, declined = submitted(city), submitted(city)
    sample_order_cancel(actor=city.researcher, order_id=withdrawn.pk, now=NOW)
    sample_order_reject(actor=city.keeper, order_id=declined.pk, reason="不测易燃样品", now=NOW)
    assert [get_last_step(withdrawn), get_last_step(declined)] == ["ended", "stopped"]


def test_lists_say_of_an_order_what_its_page_says_and_nothing_once_it_has_ended(as_user, city):
    def read(name, *args):
        return text_of(as_user.get(reverse(name, args=args)))

    order = submitted(city)
    said = "管理单位将在2026年3月5日 08:00前报价；逾期委托失效。"
    assert [read("my_samples").count(said), text_of(as_user.get(address(order))).count(said)] == [1, 1]
    sample_order_cancel(actor=city.researcher, order_id=order.pk, now=NOW)
    assert "前报价" not in read("my_samples")


def test_order_whose_deadline_has_passed_asks_nobody_to_act(as_user, city, clock):
    order = quoted(city)
    asked = "前接受报价"
    assert asked in text_of(as_user.get(address(order)))
    clock.set(order.due_at)
    late = text_of(as_user.get(address(order)))
    assert (asked in late, "前办理下一步，委托即将自动失效。" in late) == (False, True)


def test_unit_reads_that_its_user_collects_the_samples(client, city, clock):
    order = reported(city)
    clock.set(slot().end)
    read = []
    for person in (city.researcher, city.keeper):
        client.force_login(person)
        read.append(re.search("报告已出具。[^。]*。", text_of(client.get(address(order))))[0])
    assert read == [
        f"报告已出具。请在{moment(order.due_at)}前领回样品。",
        f"报告已出具。用户应在{moment(order.due_at)}前领回样品。",
    ]


def test_list_of_orders_takes_as_many_statements_however_many_there_are(city, statements, see):
    def add():
        for make in (submitted, quoted, accepted, received, reported):
            make(city)

    add()
    statements.assert_unchanged(lambda: see(city.researcher, "my_samples"), by=add)
