"""What the database refuses of what users say of a use, and of what devices report."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from bookings.devices.models import Device, DeviceEvent
from bookings.kiosk.models import KioskAct
from bookings.kiosk.services.kiosks import kiosk_make
from bookings.usage.domain.choices import Rating
from bookings.usage.models import UsageDispute
from bookings.usage.services.disputes import usage_dispute, usage_dispute_answer, usage_review_reply
from bookings.usage.services.usage import usage_review
from tests.bookings.statements.conftest import confirmed_use
from tests.factories import NOW

pytestmark = pytest.mark.django_db

CHANGES = {
    "a better rating": ("UPDATE bookings_review SET rating = 'very_satisfied'", "bookings_review stays"),
    "another comment": ("UPDATE bookings_review SET comment = ''", "bookings_review stays"),
    "another reply": ("UPDATE bookings_review SET reply = 'x'", "bookings_review is settled"),
    "no review": ("DELETE FROM bookings_review", "bookings_review is append-only"),
    "another reason": ("UPDATE bookings_usagedispute SET reason = ''", "bookings_usagedispute stays"),
    "another answer": ("UPDATE bookings_usagedispute SET answer = 'x'", "bookings_usagedispute is settled"),
    "no dispute": ("DELETE FROM bookings_usagedispute", "bookings_usagedispute is append-only"),
    "another key": (
        "UPDATE bookings_deviceevent SET key_made_by_id = NULL",
        "bookings_deviceevent is append-only",
    ),
    "no event": ("DELETE FROM bookings_deviceevent", "bookings_deviceevent is append-only"),
    "another act at a kiosk": (
        "UPDATE bookings_kioskact SET booking_id = NULL",
        "bookings_kioskact is append-only",
    ),
    "no act at a kiosk": ("DELETE FROM bookings_kioskact", "bookings_kioskact is append-only"),
}


@pytest.fixture
def told(city):
    """A use that was rated and disputed, each with the unit's answer, and what device and kiosk reported."""
    log = confirmed_use(city)
    now = log.ends_at + timedelta(hours=1)
    usage_review(actor=city.researcher, log_id=log.pk, rating=Rating.NEUTRAL, comment="等待较久", now=now)
    usage_review_reply(actor=city.keeper, log_id=log.pk, reply="已增加时段", now=now)
    dispute = usage_dispute(actor=city.researcher, log_id=log.pk, reason="实际使用到十点", now=now)
    usage_dispute_answer(actor=city.keeper, dispute_id=dispute.pk, answer="记录无误", now=now)
    device = Device.objects.create(instrument=city.instrument, made_at=NOW, made_by=city.keeper)
    DeviceEvent.objects.create(
        device=device,
        sequence=1,
        kind="stop",
        at=NOW,
        received_at=NOW,
        digest="",
        key_made_by=city.keeper,
        booking=log.booking,
        answer={},
    )
    kiosk, _key = kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    KioskAct.objects.create(
        kiosk=kiosk, key="1", kind="check_out", at=NOW, received_at=NOW, digest="", booking=log.booking
    )


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(("change", "refused"), CHANGES.values(), ids=CHANGES)
def test_what_was_said_of_a_use_stays_whatever_the_code_does(change, refused):
    with (
        pytest.raises(DatabaseError, match=refused),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_a_dispute_is_answered_by_somebody_in_words(city):
    log = confirmed_use(city)
    now = log.ends_at + timedelta(hours=1)
    dispute = usage_dispute(actor=city.researcher, log_id=log.pk, reason="实际使用到十点", now=now)
    rows = UsageDispute.objects.filter(pk=dispute.pk)
    for answered in ({"answer": "记录无误"}, {"answered_by": city.keeper}):
        with pytest.raises(IntegrityError, match="usage_dispute_answered_by_somebody"), transaction.atomic():
            rows.update(answered_at=now, **answered)
