"""The jobs that send one message to a webhook and read one external calendar."""

from bookings.feeds.services.deliveries import ATTEMPTS, DELIVER, delivery_send
from bookings.feeds.services.external_calendars import READ, external_calendar_read
from instrument_share.jobs.registry import JobContext, job
from instrument_share.web import clock


@job(DELIVER, attempts=ATTEMPTS)
def deliver(context: JobContext, public_id: str) -> None:
    """Send the message, or leave it to another attempt."""
    delivery_send(public_id, is_last=context.attempt >= ATTEMPTS, now=clock.now())


@job(READ)
def read_external_calendar(context: JobContext, public_id: str) -> None:  # noqa: ARG001 (jobs get it)
    """Read the calendar; the clock asks again soon, whatever came of it."""
    external_calendar_read(public_id, now=clock.now())
