"""What must be so after every failover, read from the new primary."""

import re
from collections import Counter
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import connection

from bookings.domain import HOLDING_STATES
from bookings.requests.models import Booking
from bookings.usage.models import UsageLog
from deploy.drill.machines.load import Told

OVERLAPS = """
    SELECT one.public_id, other.public_id FROM bookings_booking one JOIN bookings_booking other
    ON one.instrument_id = other.instrument_id AND one.id < other.id
    AND one.starts_at < other.held_until AND other.starts_at < one.held_until
    WHERE one.state = ANY(%(holding)s) AND other.state = ANY(%(holding)s)
"""
MESSAGE_ID = re.compile(r"^Message-ID: (\S+)", re.M | re.I)


def find_lost(told: Told) -> list[str]:
    """What was confirmed and is not there, or is there in another state or at another time."""
    rows = {
        public_id: (state, starts_at)
        for public_id, state, starts_at in Booking.objects.values_list("public_id", "state", "starts_at")
    }
    lost = []
    for public_id, (state, start) in told.bookings.items():
        stored = rows.get(public_id)
        if stored != (state, datetime.fromisoformat(start)):
            lost.append(f"{public_id} was confirmed as {state} from {start}; stored is {stored}")
    logs = set(UsageLog.objects.values_list("public_id", flat=True))
    return lost + [f"{log} was confirmed and is not there" for log in told.logs - logs]


def find_overlaps() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS, {"holding": sorted(HOLDING_STATES)})
        return [f"{one} overlaps {other}" for one, other in cursor.fetchall()]


def find_twice_sent(mails: Path) -> list[str]:
    sent = Counter(found for file in mails.glob("*") for found in MESSAGE_ID.findall(file.read_text()))
    return [f"{message} was sent {times} times" for message, times in sent.items() if times > 1]


def count_mails(mails: Path) -> int:
    return sum(len(MESSAGE_ID.findall(file.read_text())) for file in mails.glob("*"))


def find_unverified() -> list[str]:
    problems = []
    for command in ("verify_usage", "verify_audit"):
        try:
            call_command(command, stdout=StringIO())
        except CommandError as error:
            problems.append(f"{command}: {error}")
    return problems
