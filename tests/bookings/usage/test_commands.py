from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from bookings.requests.models import Booking, NextFree
from instrument_share.accounts.models import Session
from instrument_share.jobs import registry
from instrument_share.journal import guards
from instrument_share.journal.models import AuditEntry, AuditSeal
from tests import factories
from tests.bookings.requests.booking import book, use
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(clock):
    clock.set(NOW)
    return factories.city(decision="by_keeper", decision_hours=4)


def test_second_tick_changes_nothing(city, clock):
    booking = book(city)
    clock.move(timedelta(hours=5))
    call_command("tick", verbosity=0)
    booking.refresh_from_db()
    assert booking.state == "lapsed"
    assert NextFree.objects.get().at == NOW + timedelta(hours=5)
    told = [city.keeper.email, city.researcher.email, city.keeper.email]
    assert sorted(message.to[0] for message in mail.outbox) == sorted(told)  # asked, and both told of its end
    before = (AuditEntry.objects.count(), AuditSeal.objects.count(), len(mail.outbox))
    call_command("tick", verbosity=0)
    assert (AuditEntry.objects.count(), AuditSeal.objects.count(), len(mail.outbox)) == before


def test_sessions_that_have_ended_are_removed(city, clock):
    for ends_at in (NOW - timedelta(seconds=1), NOW):
        Session.objects.create(session_key=f"{ends_at}", session_data="", expire_date=ends_at)
    call_command("tick", verbosity=0)
    assert [one.expire_date for one in Session.objects.all()] == [NOW]


def test_failing_step_does_not_block_others(city, clock, monkeypatch):
    book(city)
    clock.move(timedelta(hours=5))

    def fails(now):
        raise RuntimeError

    windows = registry._recurring["providers.windows"]
    monkeypatch.setitem(registry._recurring, windows.name, replace(windows, run=fails))
    with pytest.raises(CommandError, match=r"providers\.windows"):
        call_command("tick", verbosity=0)
    assert Booking.objects.get().state == "lapsed"
    assert NextFree.objects.exists()


def test_mails_speak_the_readers_language(city, clock):
    city.keeper.language = "en"
    city.keeper.save()
    book(city)
    call_command("tick", verbosity=0)
    request = "asks to use Field emission SEM from 3 Mar 2026, 09:00. Decide by 2 Mar 2026, 12:00."
    assert request in mail.outbox[0].body
    assert "/bookings/BKG-" in mail.outbox[0].body


def test_seals_detect_changed_entry(city, clock):
    book(city)
    clock.move(timedelta(minutes=11))
    call_command("tick", verbosity=0)
    call_command("verify_audit", verbosity=0)
    with guards.guards_lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE journal_auditentry SET action = 'booking.approved'")
    with pytest.raises(CommandError, match="does not fit"):
        call_command("verify_audit", verbosity=0)


def test_chain_check_names_first_broken_row(clock):
    clock.set(NOW)
    city = factories.city()
    use(city, slot(day=1))
    use(city, slot(day=2))
    call_command("verify_usage", verbosity=0)
    with guards.guards_lifted(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bookings_usagelog SET samples = 99 WHERE id = (SELECT max(id) FROM bookings_usagelog)"
        )
    with pytest.raises(CommandError, match=rf"{city.instrument.public_id} entry 2 \(log, .*was changed"):
        call_command("verify_usage", verbosity=0)
