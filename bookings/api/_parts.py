"""What operations on bookings and usage share."""

from typing import Any

from django.http import HttpRequest

from bookings import selectors
from bookings.schemas import (
    UsageOut,
    usage_out,
)
from instrument_share.accounts import selectors as accounts


def payer_of(request: HttpRequest, public_id: str | None) -> Any:
    return None if public_id is None else accounts.organization(request.user, public_id)


def usage_by_id(request: HttpRequest, public_id: str) -> UsageOut:
    return usage_now(selectors.usage_log(request.user, public_id))


def usage_now(log: Any) -> UsageOut:
    return usage_out(log, selectors.values_of(log), log.is_confirmed)
