"""Shared parts of the operations on usage logs."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from bookings.usage.registry import get_frozen_date
from bookings.usage.schemas import UsageOut, serialize_usage
from bookings.usage.selectors.usage import get_current_values, get_usage_log
from instrument_share.kernel.city_time import CITY_TIME


def get_usage_out(request: HttpRequest, public_id: str) -> UsageOut:
    """Return a log visible to the caller, as it counts now. Raises NotFound."""
    return serialize_current_usage(get_usage_log(request.user, public_id))


def serialize_current_usage(log: Any) -> UsageOut:
    """Return the log with its confirmed corrections applied."""
    return serialize_current_usages([log])[0]


def serialize_current_usages(logs: Sequence[Any]) -> list[UsageOut]:
    """Return the logs with their confirmed corrections applied; whether a year is frozen is read once."""
    starts = {_get_year(log): log.starts_at for log in logs}
    frozen = {year: get_frozen_date(starts_at) for year, starts_at in starts.items()}
    return [
        serialize_usage(log, get_current_values(log), log.is_confirmed, frozen[_get_year(log)])
        for log in logs
    ]


def _get_year(log: Any) -> int:
    return int(log.starts_at.astimezone(CITY_TIME).year)
