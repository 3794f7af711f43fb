"""What is kept for a time only is deleted by the clock, in batches, and recorded with its count."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog

from instrument_share.accounts.models import Invitation
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.journal.services import notify
from instrument_share.personal.models import RetentionRun
from instrument_share.personal.services import retention
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(person, at):
    notify(users=[person], message="Your settings are saved.", now=at)


def test_notifications_go_when_they_are_older_than_the_setting(settings):
    person = factories.user()
    told(person, NOW - 180 * DAY - timedelta(seconds=1))
    told(person, NOW - 180 * DAY)
    assert retention.retention_apply(NOW) == 1
    assert Notification.objects.get().created_at == NOW - 180 * DAY
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "notifications": 179}
    assert retention.retention_apply(NOW) == 1


def test_each_rule_tells_the_journal_what_it_deleted_and_nothing_where_it_deleted_nothing():
    told(factories.user(), NOW - 200 * DAY)
    retention.retention_apply(NOW)
    entry = AuditEntry.objects.get(action="retention.applied")
    assert (entry.actor, entry.details) == (None, {"rule": "notifications", "rows": 1, "days": 180})
    retention.retention_apply(NOW + DAY)
    assert AuditEntry.objects.filter(action="retention.applied").count() == 1
    run = RetentionRun.objects.get(code="notifications")
    assert (run.ran_at, run.deleted, run.deleted_in_all) == (NOW + DAY, 0, 1)


def test_a_run_is_bounded_and_the_next_one_goes_on(monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "BATCHES", 2)
    person = factories.user()
    for _one in range(5):
        told(person, NOW - 200 * DAY)
    assert [retention.retention_apply(NOW) for _run in range(3)] == [4, 1, 0]


def test_logins_are_kept_for_six_months():
    for model in (AccessAttempt, AccessLog):
        for age in (184, 182):
            counted = {"failures_since_start": 1} if model is AccessAttempt else {}
            row = model.objects.create(username=f"x{age}", ip_address="192.0.2.1", user_agent="b", **counted)
            model.objects.filter(pk=row.pk).update(attempt_time=NOW - age * DAY)
    assert retention.retention_apply(NOW) == 2
    assert AccessAttempt.objects.count() == AccessLog.objects.count() == 1


def test_invitations_go_half_a_year_after_they_are_over():
    unit = factories.organization()
    inviter = factories.user()
    for number, expires in enumerate((NOW - 181 * DAY, NOW - 179 * DAY)):
        Invitation.objects.create(
            organization=unit,
            email=f"{number}@example.org",
            role="researcher",
            digest=str(number),
            invited_by=inviter,
            created_at=expires - 14 * DAY,
            expires_at=expires,
        )
    assert retention.retention_apply(NOW) == 1
    assert Invitation.objects.get().email == "1@example.org"
