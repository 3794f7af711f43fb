"""Webhooks: what is sent, how it is signed, and that a receiver that is away misses nothing."""

import hmac
import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from socket import gaierror
from ssl import SSLCertVerificationError

import pytest
from django.conf import settings

from bookings.feeds.domain.webhooks import (
    ACTIONS,
    DISABLED_AFTER,
    MOST_WEBHOOKS,
    TEST,
    AddressRefused,
    TooManyWebhooks,
    WebhookSide,
)
from bookings.feeds.models import Webhook, WebhookDelivery
from bookings.feeds.selectors.webhooks import get_webhook_secret
from bookings.feeds.services import deliveries, sending
from bookings.feeds.services.calls import Answer, CallRefused
from bookings.feeds.services.webhooks import (
    webhook_create,
    webhook_enable,
    webhook_rekey,
    webhook_remove,
    webhook_test,
)
from bookings.requests.services.cancellations import booking_cancel
from bookings.usage.services.disputes import usage_dispute, usage_dispute_answer
from bookings.usage.services.usage import usage_confirm, usage_correct
from bookings.usage.services.withdrawals import usage_correction_withdraw
from bookings.waiting.services.offers import offer_accept
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.models import Organization
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.journal.services import audit_seal
from instrument_share.kernel.errors import Forbidden
from tests import factories
from tests.bookings.requests.booking import book, use
from tests.bookings.waiting.waiting import held, join
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ADDRESS = "https://lims.example.org/hook"


class Receiver:
    """Answers as it is told to, and keeps what it took."""

    def __init__(self):
        self.is_up, self.took, self.headers = True, [], []

    def post(self, address, body, headers):
        assert address == ADDRESS
        if not self.is_up:
            raise ConnectionRefusedError("Connection refused")
        self.took.append(json.loads(body))
        self.headers.append((headers["X-Instrument-Share-Signature"], body))
        return Answer(200, "ok")


@pytest.fixture
def receiver(monkeypatch):
    made = Receiver()
    monkeypatch.setattr(sending, "post_json", made.post)
    return made


def create(city, now=NOW, **changes):
    values = {"address": ADDRESS, "actions": ["booking.requested", "booking.cancelled"], **changes}
    values.setdefault("side", WebhookSide.UNIT)
    return webhook_create(actor=city.manager, organization_id=city.owner.pk, now=now, **values)


@pytest.fixture
def webhook(city, receiver):
    return create(city)


@pytest.fixture
def work(run_jobs, clock):
    """`work(now)` is a round of the worker at that time, with all that is due."""

    def work(now):
        clock.set(now)
        deliveries.webhooks_gather(now)
        run_jobs()

    return work


def fail_hourly(work, since, until):
    """Let the worker try each hour, as seldom as one that lives may."""
    while since < until:
        work(since)
        since += HOUR
    work(until)


def test_page_says_that_a_webhook_was_set_up(city, client, clock):
    clock.set(NOW)
    client.force_login(city.manager)
    sent = {"address": ADDRESS, "actions": ACTIONS}
    page = client.post(f"/unit/{city.owner.public_id}/webhooks/", sent, follow=True)
    assert page.status_code == 200 and "消息推送接口已设置。" in page.content.decode()


def test_a_message_names_what_happened_and_nobody(city, webhook, receiver, work):
    booking = book(city)
    work(NOW + MINUTE)
    (message,) = receiver.took
    assert message["event"] == "booking.requested"
    assert message["subject"] == {"type": "booking", "id": booking.public_id}
    assert message["unit"] == city.owner.public_id
    assert message["at"] == "2026-03-02T00:00:00+00:00"
    assert city.researcher.name not in json.dumps(message, ensure_ascii=False)


def test_journal_tells_the_host_of_a_webhook_also_once_it_is_removed(city, webhook):
    webhook_remove(actor=city.manager, webhook_id=webhook.pk, now=NOW)
    acts = AuditEntry.objects.filter(action__startswith="webhook.").order_by("pk")
    assert [(one.action, one.details["host"]) for one in acts] == [
        ("webhook.created", "lims.example.org"),
        ("webhook.removed", "lims.example.org"),
    ]


def test_a_message_is_signed_with_the_time(city, webhook, receiver, work):
    book(city)
    work(NOW + MINUTE)
    (header, body) = receiver.headers[0]
    instant, digest = (part.partition("=")[2] for part in header.split(","))
    assert int(instant) == int((NOW + MINUTE).timestamp())
    key = get_webhook_secret(webhook).encode()
    assert hmac.new(key, f"{instant}.{body}".encode(), "sha256").hexdigest() == digest
    assert (
        get_webhook_secret(webhook_rekey(actor=city.manager, webhook_id=webhook.pk, now=NOW)) != key.decode()
    )


def test_only_chosen_acts_of_the_unit_since_it_was_added(city, receiver, work):
    book(city)
    create(city, NOW + HOUR, actions=["booking.cancelled"])
    other = factories.city()
    booking_cancel(actor=other.researcher, booking_id=book(other).pk, now=NOW + HOUR)
    mine = book(city, slot(day=2), now=NOW + HOUR)
    booking_cancel(actor=city.researcher, booking_id=mine.pk, now=NOW + HOUR)
    work(NOW + HOUR + MINUTE)
    assert [(one["event"], one["subject"]["id"]) for one in receiver.took] == [
        ("booking.cancelled", mine.public_id)
    ]


def test_a_receiver_that_is_away_for_an_hour_misses_nothing(city, webhook, receiver, work):
    receiver.is_up = False
    made = []
    for number in range(6):
        made.append(book(city, slot(day=2 + number), now=NOW + number * 10 * MINUTE).public_id)
        work(NOW + number * 10 * MINUTE)
    assert receiver.took == []
    webhook.refresh_from_db()
    assert webhook.failing_since == NOW
    receiver.is_up = True
    for number in range(3):
        work(NOW + HOUR + number * 10 * MINUTE)
    assert [one["subject"]["id"] for one in receiver.took] == made
    assert WebhookDelivery.objects.filter(delivered_at__isnull=True).count() == 0
    webhook.refresh_from_db()
    assert webhook.failing_since is None


def test_a_worker_that_is_away_misses_nothing_and_tells_nothing_twice(city, webhook, receiver, work):
    book(city)
    work(NOW + 5 * HOUR)
    work(NOW + 5 * HOUR + MINUTE)
    assert len(receiver.took) == 1


def test_an_entry_that_appears_late_below_others_is_told(city, webhook, receiver, work):
    book(city)
    entry = AuditEntry.objects.get(action="booking.requested")
    number = entry.pk
    work(NOW + 5 * MINUTE)
    for appears in (number + 2, number + 1):
        entry.pk = appears
        entry.save(force_insert=True)
        work(NOW + 6 * MINUTE)
    assert WebhookDelivery.objects.values_list("entry_id", flat=True).distinct().count() == 3
    assert len(receiver.took) == 3


def test_a_suspended_unit_is_told_nothing_until_it_is_back(city, webhook, receiver, work):
    booking = book(city)
    Organization.objects.update(state=OrganizationState.SUSPENDED)
    work(NOW + HOUR)
    assert receiver.took == []
    Organization.objects.update(state=OrganizationState.ADMITTED)
    work(NOW + 2 * HOUR)
    assert [one["subject"]["id"] for one in receiver.took] == [booking.public_id]


def test_what_happens_after_the_clock_was_set_back_is_told(city, webhook, receiver, work):
    work(NOW + 5 * MINUTE)
    book(city, now=NOW - 2 * HOUR)
    work(NOW - 2 * HOUR)
    assert len(receiver.took) == 1


def test_entries_under_a_seal_are_not_read_again(city, webhook, receiver, work):
    book(city)
    assert audit_seal(NOW + HOUR) > 0
    work(NOW + HOUR)
    webhook.refresh_from_db()
    assert len(receiver.took) == 1
    assert webhook.read_through == AuditEntry.objects.latest("pk").pk


def test_more_than_fit_at_once_are_told_in_rounds(city, webhook, receiver, work, monkeypatch):
    monkeypatch.setattr(deliveries, "GATHERED_AT_ONCE", 2)
    for day in range(5):
        book(city, slot(day=2 + day))
    for minute in range(1, 5):
        work(NOW + minute * MINUTE)
    assert len({one["id"] for one in receiver.took}) == len(receiver.took) == 5


def test_after_three_days_it_is_switched_off_told_and_makes_up_later(city, webhook, receiver, work):
    receiver.is_up = False
    book(city)
    fail_hourly(work, NOW, NOW + DISABLED_AFTER - 11 * MINUTE)
    webhook.refresh_from_db()
    assert webhook.disabled_at is None
    work(NOW + DISABLED_AFTER)
    webhook.refresh_from_db()
    assert webhook.disabled_at == NOW + DISABLED_AFTER
    told = Notification.objects.filter(message=sending.DISABLED)
    assert [(one.user, one.path) for one in told] == [
        (city.manager, f"/unit/{city.owner.public_id}/webhooks/")
    ]
    book(city, slot(day=9), now=NOW + DISABLED_AFTER + HOUR)
    receiver.is_up = True
    work(NOW + DISABLED_AFTER + HOUR)
    assert receiver.took == []
    webhook_enable(actor=city.manager, webhook_id=webhook.pk, now=NOW + DISABLED_AFTER + 2 * HOUR)
    work(NOW + DISABLED_AFTER + 2 * HOUR)
    assert len(receiver.took) == 2


def test_a_message_that_was_given_up_does_not_switch_it_off_at_the_next_failure(
    city, webhook, receiver, work, monkeypatch
):
    monkeypatch.setattr(sending, "ATTEMPTS", 2)
    receiver.is_up = False
    book(city)
    work(NOW)
    work(NOW + MINUTE)
    webhook.refresh_from_db()
    assert (WebhookDelivery.objects.get().given_up_at, webhook.failing_since) == (NOW + MINUTE, None)
    later = NOW + DISABLED_AFTER
    book(city, slot(day=9), now=later)
    work(later)
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.failures, webhook.disabled_at) == (later, 1, None)


def test_time_in_which_its_unit_was_suspended_does_not_count_as_unanswered(city, webhook, receiver, work):
    receiver.is_up = False
    book(city)
    work(NOW)
    Organization.objects.update(state=OrganizationState.SUSPENDED)
    back = NOW + DISABLED_AFTER + HOUR
    work(back)
    Organization.objects.update(state=OrganizationState.ADMITTED)
    work(back)
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.failures, webhook.disabled_at) == (back, 1, None)


def test_a_webhook_of_a_payer_that_is_switched_off_leads_its_administrators_to_their_page(
    city, receiver, work
):
    admin = factories.member(city.company, Role.ORG_ADMIN)
    payer = {"actor": admin, "organization_id": city.company.pk, "side": WebhookSide.PAYER}
    webhook_create(**payer, address=ADDRESS, actions=["booking.requested"], now=NOW)
    receiver.is_up = False
    book(city)
    fail_hourly(work, NOW, NOW + DISABLED_AFTER)
    told = Notification.objects.get(message=sending.DISABLED)
    assert (told.user, told.path) == (admin, f"/organizations/{city.company.public_id}/webhooks/")


def test_a_test_message_is_sent_once_and_its_answer_kept(city, webhook, receiver, work, monkeypatch):
    def refuse(*args):
        raise CallRefused("lims.example.org is not a public address")

    monkeypatch.setattr(sending, "post_json", refuse)
    delivery = webhook_test(actor=city.manager, webhook_id=webhook.pk, now=NOW)
    work(NOW)
    work(NOW + HOUR)
    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.status, delivery.given_up_at) == (1, None, NOW)
    assert "not a public address" in delivery.answer


def test_an_address_that_cannot_be_written_is_a_failed_delivery(city, webhook, receiver, work, monkeypatch):
    def fail(*args):
        raise ValueError("Port out of range 0-65535")

    monkeypatch.setattr(sending, "post_json", fail)
    book(city)
    work(NOW + MINUTE)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.attempts, delivery.answer) == (1, "ValueError: Port out of range 0-65535")


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (gaierror(-2, "Name or service not known"), "找不到该服务器，请检查接口地址。"),
        (ConnectionRefusedError(111, "Connection refused"), "服务器拒绝连接，请检查接收程序是否运行"),
        (TimeoutError("timed out"), "接收程序未在 3 秒内应答"),
        (SSLCertVerificationError(1, "certificate has expired"), "服务器证书无效"),
        (CallRefused("lims.example.org is not a public address"), "请填写以 https:// 开头"),
        (OSError(101, "Network is unreachable"), "无法连接接收程序"),
    ],
)
def test_a_call_without_an_answer_says_what_to_do_and_then_why(
    city, webhook, work, see, monkeypatch, error, advice
):
    def fail(*args):
        raise error

    monkeypatch.setattr(sending, "post_json", fail)
    webhook_test(actor=city.manager, webhook_id=webhook.pk, now=NOW)
    work(NOW)
    page = text_of(see(city.manager, "webhook", city.owner.public_id, webhook.public_id))
    assert advice in page and f"{type(error).__name__}: {error}" in page
    assert page.index(advice) < page.index(type(error).__name__)
    assert "测试消息只发送一次" in page


def test_a_failed_test_does_not_count_towards_switching_off(city, webhook, receiver, work):
    receiver.is_up = False
    webhook_test(actor=city.manager, webhook_id=webhook.pk, now=NOW)
    work(NOW)
    book(city, slot(day=9), now=NOW + DISABLED_AFTER)
    work(NOW + DISABLED_AFTER)
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.disabled_at) == (NOW + DISABLED_AFTER, None)


def test_a_failed_test_switches_off_nothing_that_has_failed_for_long(city, webhook, receiver, work):
    receiver.is_up = False
    book(city)
    Webhook.objects.update(failing_since=NOW - DISABLED_AFTER, failures=9, due_at=NOW)
    webhook_test(actor=city.manager, webhook_id=webhook.pk, now=NOW)
    work(NOW)
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.failures) == (NOW - DISABLED_AFTER, 9)
    assert webhook.disabled_at is None
    due_at = webhook.due_at
    work(due_at)
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.disabled_at) == (10, due_at)


def test_a_test_that_is_answered_ends_a_failure(city, webhook, receiver, work):
    Webhook.objects.update(failing_since=NOW)
    webhook_test(actor=city.manager, webhook_id=webhook.pk, now=NOW + MINUTE)
    work(NOW + MINUTE)
    webhook.refresh_from_db()
    assert webhook.failing_since is None


@pytest.mark.parametrize(
    "address",
    [
        "http://lims.example.org/",
        "https:///x",
        "https://me@example.org/",
        "https://lims.example.org:65536/",
        "https://lims.example.org:0/",
        "https://[::1/",
    ],
)
def test_an_address_has_to_be_plain_https(city, address):
    with pytest.raises(AddressRefused):
        create(city, address=address)


def test_a_form_that_is_sent_twice_adds_one_webhook(city, see, send):
    unit = city.owner.public_id
    page = see(city.manager, "webhooks", unit).content.decode()
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    sent = {"address": ADDRESS, "actions": ["booking.cancelled"], "form_token": token[1]}
    first, second = (send(city.manager, "webhooks", unit, **sent) for _time in range(2))
    assert first["Location"] == second["Location"]
    assert Webhook.objects.count() == 1


def test_a_unit_has_no_more_than_it_may(city, see):
    def offers():
        page = text_of(see(city.manager, "webhooks", city.owner.public_id))
        words = ("添加消息推送接口", "每个单位最多设置 10 个消息推送接口", "请先删除不再使用的接口")
        return tuple(one in page for one in words)

    for _number in range(MOST_WEBHOOKS - 1):
        create(city)
    before = offers()
    create(city)
    assert [before, offers()] == [(True, True, False), (False, True, True)]
    with pytest.raises(TooManyWebhooks):
        create(city)


def test_old_messages_are_forgotten_and_waiting_ones_kept(city, webhook, receiver, work):
    book(city)
    work(NOW)
    receiver.is_up = False
    waits = book(city, slot(day=3), now=NOW + MINUTE)
    work(NOW + MINUTE)
    deliveries.deliveries_forget_old(NOW + timedelta(days=30))
    assert WebhookDelivery.objects.count() == 2
    deliveries.deliveries_forget_old(NOW + timedelta(days=30) + MINUTE)
    assert waits.public_id in WebhookDelivery.objects.get().body


@pytest.mark.parametrize("is_disabled", [True, False])
def test_what_was_given_up_is_kept_while_the_webhook_is_switched_off(city, webhook, is_disabled):
    """The message that it was switched off says that what it missed is sent later."""
    Webhook.objects.update(disabled_at=NOW if is_disabled else None)
    for entry_id, action in ((None, TEST), (7, "booking.requested")):
        deliveries.build_delivery(webhook, entry_id, action, NOW, city.owner.public_id, {}, NOW).save()
    WebhookDelivery.objects.update(given_up_at=NOW)
    deliveries.deliveries_forget_old(NOW + timedelta(days=30) + MINUTE)
    kept = list(WebhookDelivery.objects.values_list("action", flat=True))
    assert kept == ["booking.requested"] * is_disabled
    webhook_remove(actor=city.manager, webhook_id=webhook.pk, now=NOW)
    assert not WebhookDelivery.objects.exists()


def test_the_pages_add_test_and_remove(city, receiver, work, see, send):
    unit = city.owner.public_id
    assert "还没有设置" in see(city.manager, "webhooks", unit).content.decode()
    assert send(city.manager, "webhooks", unit, address="http://a.example.org/").status_code == 422
    send(city.manager, "webhooks", unit, address=ADDRESS, actions=["booking.cancelled"])
    webhook = Webhook.objects.get()
    page = see(city.manager, "webhook", unit, webhook.public_id).content.decode()
    token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
    for _click in range(2):
        sent = send(city.manager, "webhook_test", unit, webhook.public_id, form_token=token)
        assert sent.status_code == 302
    assert WebhookDelivery.objects.count() == 1
    work(NOW)
    page = see(city.manager, "webhook", unit, webhook.public_id).content.decode()
    assert get_webhook_secret(webhook) in page
    assert "已送达" in page
    assert see(city.keeper, "webhook", unit, webhook.public_id).status_code == 403
    send(city.manager, "webhook_rekey", unit, webhook.public_id)
    send(city.manager, "webhook_remove", unit, webhook.public_id)
    assert not Webhook.objects.exists()


def test_an_organization_is_told_what_it_pays_for_and_by_which_unit(city, receiver, work, see, send):
    admin = factories.member(city.company, Role.ORG_ADMIN)
    company = city.company.public_id
    assert see(city.manager, "payer_webhooks", company).status_code in (403, 404)
    send(admin, "payer_webhooks", company, address=ADDRESS, actions=["booking.requested", "usage.recorded"])
    webhook = Webhook.objects.get()
    assert webhook.side == WebhookSide.PAYER
    assert ADDRESS in see(admin, "payer_webhook", company, webhook.public_id).content.decode()
    with pytest.raises(Forbidden):
        webhook_test(actor=city.manager, webhook_id=webhook.pk, now=NOW)
    other = factories.city()
    book(other)
    booking = book(city)
    work(NOW + MINUTE)
    assert [(one["event"], one["unit"], one["subject"]["id"]) for one in receiver.took] == [
        ("booking.requested", city.owner.public_id, booking.public_id)
    ]


def test_accepted_offers_and_corrections_taken_back_are_told_on_both_sides(city, receiver, work):
    create(city, actions=ACTIONS)
    admin = factories.member(city.company, Role.ORG_ADMIN)
    payer = {"actor": admin, "organization_id": city.company.pk, "side": WebhookSide.PAYER}
    webhook_create(**payer, address=ADDRESS, actions=ACTIONS, now=NOW)
    taken, entry = book(city), join(city)
    booking_cancel(actor=city.researcher, booking_id=taken.pk, now=NOW)
    offer_accept(actor=entry.user, booking_id=held(entry).pk, now=NOW)
    log = use(city, slot(day=5))
    facts = {"actor": city.keeper, "now": log.ends_at}
    correction = usage_correct(log_id=log.pk, changes={"samples": 2}, reason="记错", **facts)
    usage_correction_withdraw(correction_id=correction.pk, reason="无误", **facts)
    work(log.ends_at + MINUTE)
    acts = Counter(one["event"] for one in receiver.took)
    assert (acts["booking.offer_accepted"], acts["usage.correction_withdrawn"]) == (2, 2)


def test_acts_on_a_use_name_the_log_that_the_api_knows(city, receiver, work):
    create(city, actions=[one for one in ACTIONS if one.startswith("usage.")])
    log = use(city)
    keeper = {"actor": city.keeper, "now": log.ends_at}
    correction = usage_correct(log_id=log.pk, changes={"samples": 2}, reason="记错", **keeper)
    usage_correction_withdraw(correction_id=correction.pk, reason="无误", **keeper)
    dispute = usage_dispute(actor=city.researcher, log_id=log.pk, reason="只用了一小时", now=log.ends_at)
    usage_dispute_answer(dispute_id=dispute.pk, answer="门禁记录为两小时", **keeper)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=log.ends_at)
    work(log.ends_at + MINUTE)
    subject = {"type": "usage", "id": log.public_id}
    assert [(one["event"], one["subject"]) for one in receiver.took] == [
        ("usage.recorded", subject),
        ("usage.corrected", subject),
        ("usage.correction_withdrawn", subject),
        ("usage.disputed", subject),
        ("usage.dispute_answered", subject),
        ("usage.confirmed", subject),
    ]


def test_documentation_lists_the_acts_with_the_type_of_their_subject():
    text = (Path(settings.BASE_DIR) / "docs/api.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)\.(\w+)` \| `(\w+)` \|", text, re.MULTILINE)
    assert {(f"{room}.{act}", kind) for room, act, kind in told} == {
        (TEST, "test"),
        *((action, action.partition(".")[0]) for action in ACTIONS),
    }
