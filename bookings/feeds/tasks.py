"""The jobs that send what waits for webhooks and read external calendars."""

from bookings.feeds.services.deliveries import SEND
from bookings.feeds.services.external_calendars import (
    READ,
    READ_ALL,
    external_calendar_read,
    external_calendars_read,
)
from bookings.feeds.services.sending import deliveries_send
from instrument_share.jobs.registry import JobContext, job
from instrument_share.jobs.services import enqueue_once
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock


@job(SEND, gettext_noop("Messages to webhooks"), attempts=1)
def send(context: JobContext) -> None:  # noqa: ARG001 (jobs get it)
    """Send for a bounded time; what is due after that is left to another job behind those that wait."""
    if deliveries_send(read_clock=clock.now):
        enqueue_once(SEND)


@job(READ, gettext_noop("Reading of an external calendar"))
def read_external_calendar(context: JobContext, public_id: str) -> None:  # noqa: ARG001 (jobs get it)
    """Read a calendar that was just connected; the clock has all read soon, whatever came of it."""
    external_calendar_read(public_id, now=clock.now())


@job(READ_ALL, gettext_noop("Closures by external calendars"), attempts=1)
def read_external_calendars(context: JobContext, after_id: int = 0) -> None:  # noqa: ARG001 (jobs get it)
    """Read for a bounded time; the rest is left to another job behind those that wait."""
    external_calendars_read(after_id, read_clock=clock.now)
