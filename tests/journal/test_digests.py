"""Mails by choice: at once, once a day in one digest at 8:00, never; what is urgent goes at once."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from instrument_share.journal import services as journal
from instrument_share.journal.domain import MailDelivery, NotificationKind, get_last_digest_time, is_urgent
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Invalid
from instrument_share.kernel.wording import Sentence
from instrument_share.web.responses.problem import told
from tests import factories
from tests.factories import NOW

EIGHT = datetime(2026, 3, 3, 8, tzinfo=CITY_TIME)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
USES = NotificationKind.USES


def test_digests_are_due_at_eight_in_the_city():
    assert get_last_digest_time(EIGHT) == EIGHT
    assert get_last_digest_time(EIGHT - MINUTE) == EIGHT - DAY


def test_what_is_to_be_done_within_two_days_is_urgent():
    lengths = {"past": -MINUTE, "now": 0 * DAY, "soon": 2 * DAY, "later": 2 * DAY + MINUTE}
    assert {name: is_urgent(NOW + length, NOW) for name, length in lengths.items()} == {
        "past": False,
        "now": True,
        "soon": True,
        "later": False,
    }
    assert not is_urgent(None, NOW)


@pytest.fixture
def reader(db):
    return factories.user("甲", language="en")


def choose(reader, delivery, kind=USES):
    return journal.mail_choices_set(actor=reader, choices={kind: delivery}, now=NOW)


def tell(reader, message="Saved.", now=EIGHT - MINUTE, **more):
    journal.notify(users=[reader], message=message, now=now, kind=USES, **more)


def send(now):
    """What goes out at this instant: digests first, as in a round of the clock."""
    before = len(mail.outbox)
    journal.notification_digests_mail(now, tell=told)
    journal.notifications_mail(now, tell=told)
    return [letter.subject for letter in mail.outbox[before:]]


def test_a_days_notifications_come_in_one_mail_and_never_twice(reader):
    choose(reader, MailDelivery.DAILY)
    tell(reader, "First.", path="/me/", now=EIGHT - 2 * MINUTE)
    tell(reader, "Second.", lines=[Sentence("Line.")])
    assert send(EIGHT - MINUTE) == []
    assert send(EIGHT) == ["2 notifications"]
    (letter,) = mail.outbox
    assert [line for line in letter.body.splitlines() if line][1:5] == [
        "3 Mar 2026, 07:58  First.",
        "http://testserver/me/",
        "3 Mar 2026, 07:59  Second.",
        "- Line.",
    ]
    tell(reader, "Third.", now=EIGHT + MINUTE)
    assert [send(EIGHT + 2 * MINUTE), send(EIGHT + DAY), send(EIGHT + 2 * DAY)] == [
        [],
        ["1 notification"],
        [],
    ]


def test_digest_of_a_worker_that_was_down_for_a_day_has_all(reader):
    choose(reader, MailDelivery.DAILY)
    for days in (0, 1):
        tell(reader, now=EIGHT + days * DAY - MINUTE)
    tell(reader, now=EIGHT + DAY + 3 * MINUTE)
    assert send(EIGHT + DAY + 4 * MINUTE) == ["3 notifications"]
    assert not Notification.objects.filter(mailed_at__isnull=True).exists()


def test_urgent_notifications_are_mailed_at_once_whatever_was_chosen(reader):
    for delivery in (MailDelivery.DAILY, MailDelivery.NEVER):
        choose(reader, delivery)
        tell(reader, "Answer.", now=NOW, act_by=NOW + DAY)
        assert send(NOW) == ["Answer."]


def test_kind_that_is_turned_off_is_only_in_the_inbox(reader):
    choose(reader, MailDelivery.NEVER)
    tell(reader, now=NOW)
    assert [send(NOW), send(EIGHT)] == [[], []]
    choose(reader, MailDelivery.AT_ONCE)
    assert send(EIGHT) == []


def test_what_waits_for_a_digest_follows_a_new_choice(reader):
    choose(reader, MailDelivery.DAILY)
    tell(reader, now=NOW)
    assert send(NOW) == []
    choose(reader, MailDelivery.AT_ONCE)
    assert send(NOW) == ["Saved."]


def test_official_matters_cannot_be_turned_off(reader):
    with pytest.raises(Invalid):
        choose(reader, MailDelivery.NEVER, NotificationKind.ASSESSMENT)
    assert choose(reader, MailDelivery.DAILY, NotificationKind.ASSESSMENT)
    assert choose(reader, MailDelivery.DAILY, NotificationKind.ASSESSMENT) == {}
    assert [entry.details for entry in AuditEntry.objects.all()] == [{"mails": {"assessment": "daily"}}]


def test_person_chooses_on_a_page(reader, client, clock):
    clock.set(NOW)
    client.force_login(reader)
    chosen = dict.fromkeys((kind.value for kind in NotificationKind), "daily")
    assert client.post("/me/mails/", chosen).status_code == 302
    refused = client.post("/me/mails/", {**chosen, "account": "never"})
    assert refused.status_code == 422
    page = client.get("/me/mails/").text
    assert page.count("checked") == len(NotificationKind)
    assert "上机记录与设备" in page
