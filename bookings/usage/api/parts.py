"""Shared parts of the operations on usage logs."""

from typing import Any

from django.http import HttpRequest

from bookings.usage.schemas import UsageOut, serialize_usage
from bookings.usage.selectors.usage import get_current_values, get_usage_log


def get_usage_out(request: HttpRequest, public_id: str) -> UsageOut:
    """Return a log visible to the caller, as it counts now. Raises NotFound."""
    return serialize_current_usage(get_usage_log(request.user, public_id))


def serialize_current_usage(log: Any) -> UsageOut:
    """Return the log with its confirmed corrections applied."""
    return serialize_usage(log, get_current_values(log), log.is_confirmed)
