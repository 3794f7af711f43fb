"""What operations on bookings and usage share."""

from typing import Any

from django.http import HttpRequest

from bookings.usage.schemas import UsageOut, usage_out
from bookings.usage.selectors.usage import usage_log, values_of
from instrument_share.accounts import selectors as accounts


def payer_of(request: HttpRequest, public_id: str | None) -> Any:
    return None if public_id is None else accounts.organization(request.user, public_id)


def usage_by_id(request: HttpRequest, public_id: str) -> UsageOut:
    return usage_now(usage_log(request.user, public_id))


def usage_now(log: Any) -> UsageOut:
    return usage_out(log, values_of(log), log.is_confirmed)
