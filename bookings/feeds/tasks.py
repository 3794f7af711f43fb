"""The job that sends one message to a webhook."""

from bookings.feeds.services.deliveries import ATTEMPTS, DELIVER, delivery_send
from instrument_share.jobs.registry import JobContext, job
from instrument_share.web import clock


@job(DELIVER, attempts=ATTEMPTS)
def deliver(context: JobContext, public_id: str) -> None:
    """Send the message, or leave it to another attempt."""
    delivery_send(public_id, is_last=context.attempt >= ATTEMPTS, now=clock.now())
