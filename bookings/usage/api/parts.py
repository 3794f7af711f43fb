"""What the operations on usage logs share."""

from typing import Any

from django.http import HttpRequest

from bookings.usage.schemas import UsageOut, usage_out
from bookings.usage.selectors.usage import usage_log, values_of


def usage_by_id(request: HttpRequest, public_id: str) -> UsageOut:
    return usage_now(usage_log(request.user, public_id))


def usage_now(log: Any) -> UsageOut:
    """The log as it counts now."""
    return usage_out(log, values_of(log), log.is_confirmed)
